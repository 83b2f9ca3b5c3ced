"""Makes the data files of ``oxfordshire_mental_health`` again, the same each time: five years of results and of stays.

Run as ``python -m tallystick_examples.make_oxfordshire_mental_health FOLDER``. A test holds the shipped files to it.

Sixteen targets are met by nine, twelve, fourteen, fourteen and fifteen. In the first year one result has not come in;
in the second one has a denominator that is too small to decide. No patient is in it, and no result is anyone's.
"""

from __future__ import annotations

import datetime
import random
import sys
from pathlib import Path

SEED = 2015
FIRST = 2015
MET = (9, 12, 14, 14, 15)
"""How many of the sixteen targets are met in each year."""

STAYS = (112, 111, 104, 103, 109)
"""How many stays end in each year; the benchmark is 5,000 bed days."""

GOOD = {
    "alive and followed up a year later": 85, "smoking stopped": 20, "better after six months": 55,
    "better after a year": 50, "goals reached": 60, "discharged and not back within six months": 75,
    "seen within two hours in an emergency": 85, "seen within seven days": 80, "seen within four weeks": 75,
    "carers who feel supported": 60, "carers with a plan of their own": 55, "in work or in education": 20,
    "in a role that matters to them": 45, "in settled accommodation": 70, "body checked every year": 65,
    "weight and blood pressure acted on": 60,
}  # fmt: skip
"""From how many percent a result is good, for each indicator; five points more are improved, ten excellent."""


def files(met: tuple[int, ...] = MET) -> dict[str, str]:
    """Every file by its path in the workspace; ``met`` says how many targets are met in each year."""
    return {"data/indicators.csv": _results(met), "data/spells.csv": _stays()}


def write(folder: Path, met: tuple[int, ...] = MET) -> None:
    """Write every file below ``folder``."""
    for name, text in files(met).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _results(met: tuple[int, ...]) -> str:
    """A result of each indicator at the end of each year: above its threshold or below it, by so many points."""
    drawn = random.Random(SEED)
    order = sorted(GOOD, key=lambda name: (drawn.random(), name))
    lines = ["row,indicator,provider,commissioner,measured_on,numerator,denominator"]
    for year, reached in enumerate(met):
        for place, name in enumerate(order):
            below, better, worse = drawn.randrange(80, 400), drawn.randrange(0, 15), drawn.randrange(2, 13)
            points = min(GOOD[name] + better, 99) if place < reached else GOOD[name] - worse
            above = -(-points * below // 100) if place < reached else points * below // 100
            said = f"{above},{below}"
            if (year, place) == (0, 15):
                said = ","  # not measured: it has not come in
            if (year, place) == (1, 14):
                said = f"{28 * points // 100},28"
            day = datetime.date(FIRST + year + 1, 9, 30)
            lines.append(f"R{year + 1}-{place + 1:02d},{name},ZP1,ZQ1,{day},{said}")
    return "\n".join(lines) + "\n"


def _stays() -> str:
    drawn = random.Random(SEED + 1)
    lines = ["spell,provider,commissioner,patient_class,admission_method,admitted,discharged,length_of_stay_days,hrg"]
    for year, many in enumerate(STAYS):
        first = datetime.date(FIRST + year, 10, 1)
        for place in range(many):
            ended = first + datetime.timedelta(days=drawn.randrange(365))
            days = round(drawn.triangular(3, 110, 22))
            begun = ended - datetime.timedelta(days=days)
            lines.append(f"S{year + 1}{place:03d},ZP1,ZQ1,1,21,{begun},{ended},{days},UZ01Z")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
