"""Makes the data files of ``rochdale_urgent_care`` again, the same each time: two years of urgent care, by week.

Run as ``python -m tallystick_examples.make_rochdale_urgent_care FOLDER``. A test holds the shipped files to it.

Rows stand for a week's visits of one kind; only operations have a row each. The second year is busier than the first,
and winters are busier than summers. No patient is in it, and no count is anyone's.
"""

from __future__ import annotations

import datetime
import random
import sys
from collections.abc import Iterator
from pathlib import Path

SEED = 617
FIRST = datetime.date(2026, 4, 1)
WEEKS = 104
WEEK = datetime.timedelta(days=7)
YEARLY_GROWTH = 107
"""How many visits the second year has, in percent of the first."""

WINTER = {11: 108, 12: 116, 1: 118, 2: 112}
"""By month, how many visits there are in percent of the rest of the year."""

VISITS = {"VB11Z": 620, "VB09Z": 380, "VB08Z": 130}
CONTACTS = {"telephone": 340, "face to face": 220, "home visit": 48}
"""A usual week, by kind."""

SAME_DAY = 58
"""A usual week of same-day emergency care."""

OPERATIONS = {"FF37C": 6, "GA10K": 4, "HE12B": 3}
"""A usual week of emergency operations, by healthcare resource group: a row each."""


def files(last_winter: int = 100) -> dict[str, str]:
    """Every data file by its path; ``last_winter`` is how many come from January to March 2028, in percent."""
    drawn = random.Random(SEED)
    return {
        "data/emergency_attendances.csv": _visits(drawn, last_winter),
        "data/contacts.csv": _contacts(drawn, last_winter),
        "data/spells.csv": _operations(drawn),
    }


def write(folder: Path, last_winter: int = 100) -> None:
    """Write every file below ``folder``."""
    for name, text in files(last_winter).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _week(drawn: random.Random, usual: int, week: int, last_winter: int) -> tuple[datetime.date, int]:
    """A day of the week, and how many came in it."""
    day = FIRST + week * WEEK + datetime.timedelta(days=drawn.randrange(7))
    percent = WINTER.get(day.month, 100) * (YEARLY_GROWTH if week >= WEEKS // 2 else 100)
    many = usual * percent * drawn.randrange(94, 107) // 1_000_000
    return day, many * last_winter // 100 if day >= datetime.date(2028, 1, 1) else many


def _each(drawn: random.Random, kinds: dict[str, int], last_winter: int) -> Iterator[tuple[str, datetime.date, int]]:
    for week in range(WEEKS):
        for kind, usual in kinds.items():
            yield kind, *_week(drawn, usual, week, last_winter)


def _visits(drawn: random.Random, last_winter: int) -> str:
    lines = ["attendance,contract,provider,commissioner,attended,attendances,hrg,department_type"]
    for number, (kind, day, many) in enumerate(_each(drawn, VISITS, last_winter), start=1):
        lines.append(f"U{number:04d},urgent-care,ZP1,ZQ1,{day},{many},{kind},03")
    own = random.Random(SEED + 1)
    for week in range(WEEKS):
        day, many = _week(own, SAME_DAY, week, 100)
        lines.append(f"E{week + 1:04d},urgent-care,ZP1,ZQ1,{day},{many},SDEC,05")
    return "\n".join(lines) + "\n"


def _contacts(drawn: random.Random, last_winter: int) -> str:
    lines = ["contact,contract,provider,commissioner,contacted_on,service,contact_type,contacts"]
    for number, (kind, day, many) in enumerate(_each(drawn, CONTACTS, last_winter), start=1):
        lines.append(f"G{number:04d},urgent-care,ZV2,ZQ1,{day},out of hours,{kind},{many}")
    return "\n".join(lines) + "\n"


def _operations(drawn: random.Random) -> str:
    lines = [
        "spell,contract,provider,commissioner,patient_class,admission_method,admitted,discharged,length_of_stay_days,hrg"
    ]
    number = 0
    for kind, day, many in _each(drawn, OPERATIONS, 100):
        for _ in range(many):
            number, days = number + 1, min(drawn.randrange(1, 9), (day - FIRST).days)
            begun = day - datetime.timedelta(days=days)
            lines.append(f"S{number:05d},urgent-care,ZP1,ZQ1,1,21,{begun},{day},{days},{kind}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
