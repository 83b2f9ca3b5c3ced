"""Makes the practices of ``gp_access`` and their results again, the same each time: lists, answers and registers.

Run as ``python -m tallystick_examples.make_gp_access FOLDER``. A test holds the shipped files to it.

Thirty-six made-up practices. Four have fewer than 30 answers, one has no result of the survey, and three stand exactly
at the threshold of 70%. No patient is in it, and no practice is anyone's.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

SEED = 2026
PRACTICES = 36
DAY = "2027-03-31"
WAIT = "satisfied with the wait"
GLOBAL_SUM = 130_07
"""Pence for each weighted patient in 2026/27."""

ANSWERS = {
    5: (9, 12),
    7: (15, 20),
    11: (10, 24),
    19: (28, 29),  # few
    3: (70, 100),
    14: (35, 50),
    22: (140, 200),  # exactly at the threshold
    28: None,  # no result
}
"""Satisfied and answered in the practices that the page speaks of."""

REGISTERS = {"hypertension": "14.8%", "diabetes": "7.8%", "asthma": "6.6%"}
"""Each register with about the share of the list that is on it."""

RESULTS = {
    "blood pressure in range": (0.70, "hypertension"),
    "blood sugar in range": (0.62, "diabetes"),
    "asthma reviewed": (0.55, "asthma"),
    "children vaccinated": (0.93, ""),
    "prescribing that is not advised": (0.05, ""),
}
"""Each indicator with about its achievement, and the register that it is of."""


def files() -> dict[str, str]:
    """Every file by its path in the workspace."""
    drawn = random.Random(SEED)
    lists = [drawn.randrange(2_600, 19_000) for _ in range(PRACTICES)]
    return {"contracts.csv": _contracts(drawn, lists), "data/indicators.csv": _results(drawn, lists)}


def write(folder: Path) -> None:
    """Write every file below ``folder``."""
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _contracts(drawn: random.Random, lists: list[int]) -> str:
    """A practice a row, with its list, its weighted list and what its points came to last year."""
    heads = "id,provider,commissioner,from,years,core.value,access.people,quality.list_size,quality.last_year"
    lines = [heads]
    for number, people in enumerate(lists, start=1):
        weighted = people * drawn.randrange(86, 119) // 100
        last = people * drawn.randrange(160, 215) // 100
        core = _money(weighted * GLOBAL_SUM)
        lines.append(
            f"practice-{number:02d},ZG{number:02d},ZQ1,2026-04-01,1,{core},{weighted},{people},{_money(last * 100)}"
        )
    return "\n".join(lines) + "\n"


def _results(drawn: random.Random, lists: list[int]) -> str:
    """The survey, the registers over the list and the indicators over the register, of each practice."""
    lines = ["row,indicator,provider,commissioner,measured_on,numerator,denominator"]
    for number, people in enumerate(lists, start=1):
        answered = drawn.randrange(60, 165)
        satisfied = answered * drawn.randrange(44, 88) // 100
        said: tuple[int, int] | None = ANSWERS.get(number, (satisfied, answered))
        found = {} if said is None else {WAIT: said}
        sick = {"": people // 60}
        for name, share in REGISTERS.items():
            often = float(share.rstrip("%")) / 100
            sick[name] = round(people * often * drawn.uniform(0.7, 1.3))
            found[f"{name} register"] = (sick[name], people)
        for name, (usual, register) in RESULTS.items():
            below = sick[register]
            found[name] = (min(below, round(below * usual * drawn.uniform(0.8, 1.15))), below)
        for name, (above, below) in found.items():
            lines.append(f"R{len(lines):03d},{name},ZG{number:02d},ZQ1,{DAY},{above},{below}")
    return "\n".join(lines) + "\n"


def _money(pence: int) -> str:
    return f"£{pence // 100}.{pence % 100:02d}"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
