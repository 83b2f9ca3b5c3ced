"""Makes the data files of ``kinzigtal`` again: twelve years of norm and expenditure by insurer, and of care.

Run as ``python -m tallystick_examples.make_kinzigtal FOLDER``. A test holds the shipped files to it.

The norm of 2013, its margin, and the sum of the twelve margins are published; the rest is made up to fit them. Nothing
is drawn at random, and nobody's care is in it.
"""

from __future__ import annotations

import sys
from pathlib import Path

FIRST = 2007
NORM = (6_240, 6_450, 6_690, 6_910, 7_100, 7_320, 7_550, 7_790, 8_030, 8_240, 8_480, 8_720)
"""What the care of everyone insured would have cost by the norm, in each year, in ten thousands of euro."""

MARGIN = (120, 210, 300, 360, 440, 490, 550, 540, 560, 560, 580, 600)
"""Norm less expenditure, in ten thousands of euro: €53.1 million in all, and €5.5 million in 2013."""

SECOND_NORM = (474, 490, 508, 525, 540, 556, 574, 592, 610, 626, 644, 663)
SECOND_MARGIN = (6, 13, 20, 26, 32, 36, 40, 39, 41, 42, 44, 46)
"""The same of the smaller insurer, which both are part of the sums above."""

ENROLLED_NORM, ENROLLED_MARGIN = 36, 40
"""How many percent of norm and margin are of people who enrolled; made up."""

UNIT = 1_000_000
"""Ten thousand euro in cents."""


def files(*, slower: int = 0, enrolled: bool = False) -> dict[str, str]:
    """Every file by its path in the workspace.

    ``slower`` is by how many percentage points a year the norm grows less, from 2008; ``enrolled`` counts only people
    who enrolled.
    """
    return {
        "data/benchmarks.csv": _benchmarks(slower, enrolled=enrolled),
        "data/contacts.csv": _contacts(),
        "data/attendances.csv": _cases(),
    }


def write(folder: Path, *, slower: int = 0, enrolled: bool = False) -> None:
    """Write every file below ``folder``."""
    for name, text in files(slower=slower, enrolled=enrolled).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def results(slower: int = 0, *, enrolled: bool = False) -> list[tuple[int, str, int, int]]:
    """Year, insurer, norm and expenditure in cents."""
    found = []
    for place, (norm, margin) in enumerate(zip(NORM, MARGIN, strict=True)):
        second, less = SECOND_NORM[place], SECOND_MARGIN[place]
        for insurer, expected, saved in (("ZQ1", norm - second, margin - less), ("ZQ2", second, less)):
            cents, kept = expected * UNIT, saved * UNIT
            if enrolled:
                cents, kept = cents * ENROLLED_NORM // 100, kept * ENROLLED_MARGIN // 100
            lower = cents * (100 - slower) ** place // 100**place
            found.append((FIRST + place, insurer, lower, cents - kept))
    return found


def _benchmarks(slower: int, *, enrolled: bool) -> str:
    """Norm and expenditure of each year, counted to the last day of the next, in which they are settled."""
    lines = ["row,contract,provider,commissioner,population,measured_on,benchmark,expenditure,people"]
    for year, insurer, norm, spent in results(slower, enrolled=enrolled):
        who = f"{'enrolled' if enrolled else 'insured in the region'} in {year}"
        people = (10_000 if enrolled else 31_000) * (92 if insurer == "ZQ1" else 8) // 100
        names = f"{insurer}-{year},savings-{insurer.lower()},ZV1,{insurer}"
        lines.append(f"{names},{who},{year + 1}-12-31,{euro(norm)},{euro(spent)},{people}")
    return "\n".join(lines) + "\n"


def euro(cents: int) -> str:
    """Money as a cell without commas."""
    return f"€{cents // 100}.{cents % 100:02d}"


def _contacts() -> str:
    """What the doctors of the network did: visits for both insurers, and extra services for the integrator."""
    lines = ["contact,provider,commissioner,contacted_on,service,contact_type,contacts"]
    for place in range(len(NORM)):
        year = FIRST + place
        visits = {"ZQ1": 196_000 + 1_900 * place, "ZQ2": 17_100 + 150 * place}
        for insurer, many in visits.items():
            lines.append(f"V-{insurer}-{year},ZP1,{insurer},{year}-12-31,practice,quarter of care,{many}")
        for kind, many in (
            ("comprehensive check-up", 900 + 210 * place), ("care plan agreed", 1_600 + 250 * place),
            ("health programme", 700 + 290 * place),
        ):  # fmt: skip
            lines.append(f"X-{kind[:2]}-{year},ZP1,ZV1,{year}-12-31,extra services,{kind},{many}")
    return "\n".join(lines) + "\n"


def _cases() -> str:
    """What the hospital did for both insurers."""
    lines = ["attendance,provider,commissioner,attended,hrg,attendances"]
    for place in range(len(NORM)):
        year = FIRST + place
        for insurer, many in (("ZQ1", 6_050 + 35 * place), ("ZQ2", 560 + 2 * place)):
            lines.append(f"H-{insurer}-{year},ZP2,{insurer},{year}-12-31,hospital case,{many}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
