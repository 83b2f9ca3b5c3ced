"""Makes the data file of ``leeds_respiratory`` again, the same each time: two years of stays, episode by episode.

Run as ``python -m tallystick_examples.make_leeds_respiratory FOLDER``. A test holds the shipped file to it.

The first year's stays come to 20,000 bed days of 2,000 people, as the source says of a year; the second year's to as
many as are asked for, 18,600 if nothing is said. Only the second is paid for. No patient is in it.
"""

from __future__ import annotations

import datetime
import random
import sys
from pathlib import Path

SEED = 2000
PEOPLE = 2_000
BED_DAYS = 20_000
USED = 18_600
"""How many bed days are used in the year that is paid for, if nothing else is said."""

STAYS = (2_520, 2_410)
"""How many stays end in each year."""

FIRST = 2024
HRGS = ("DZ65A", "DZ11K", "DZ19H", "DZ22K")
"""Groups of respiratory disease, as they are named in hospital data."""

COLUMNS = [
    "spell", "provider", "commissioner", "person", "patient_class", "admission_method", "admitted", "discharged",
    "length_of_stay_days", "hrg",
]  # fmt: skip


def files(used: int = USED) -> dict[str, str]:
    """Every file by its path; ``used`` is how many bed days the second year comes to."""
    lines = [",".join(COLUMNS)]
    for year, days in enumerate((BED_DAYS, used)):
        lines += _stays(year, days)
    return {"data/spells.csv": "\n".join(lines) + "\n"}


def write(folder: Path, used: int = USED) -> None:
    """Write every file below ``folder``."""
    for name, text in files(used).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _stays(year: int, days: int) -> list[str]:
    """The stays of a year: each person has one, some have more, and their nights sum to the days that are asked for."""
    drawn = random.Random(SEED + year)
    many = STAYS[year]
    nights = [drawn.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 24)) for _ in range(many)]
    while (missing := days - sum(nights)) != 0:
        place, step = drawn.randrange(many), 1 if missing > 0 else -1
        nights[place] = max(nights[place] + step, 0)
    people = [*range(PEOPLE), *(drawn.randrange(PEOPLE) for _ in range(many - PEOPLE))]
    start = datetime.date(FIRST + year, 4, 1)
    lines = []
    for place, (person, stay) in enumerate(zip(people, nights, strict=True)):
        ended = start + datetime.timedelta(days=drawn.randrange(365))
        begun = ended - datetime.timedelta(days=stay)
        hrg = drawn.choice(HRGS)
        name = f"S{year + 1}{place:04d}"
        lines.append(f"{name},ZH1,ZQ1,P{year + 1}{person:04d},1,21,{begun},{ended},{stay},{hrg}")
    return lines


if __name__ == "__main__":
    write(Path(sys.argv[1]))
