"""Makes the data files of ``high_intensity_users`` again, the same each time: people over three years.

Run as ``python -m tallystick_examples.make_high_intensity_users FOLDER``. A test holds the shipped files to it.

Everybody has a tendency that stays and a state that is drawn anew each year, so that whoever cost most in one year
costs less in the next. Tendencies, states and seed are chosen so that 7% of people have about 46% of the cost of the
year that selects them, and just over a quarter of them are among the 7% again a year later. No patient is in it.
"""

from __future__ import annotations

import csv
import datetime
import io
import random
import sys
from collections.abc import Iterator
from pathlib import Path

SEED = 2
PEOPLE = 5_000
SHARE = 7
"""How many in a hundred are the heaviest users."""

FIRST = 2023
DAY = datetime.timedelta(days=1)
STARTS = [datetime.date(2025 + month // 12, month % 12 + 1, 1) for month in range(3, 15)]
ENDS = datetime.date(2026, 4, 1)
LEAVERS = {"death": 12, "move": 6}
"""How many of the cohort die in the year that is paid, and how many move to where another provider is accountable."""

TENDENCIES = (75, 15, 7, 3)
STATES = ((96, 3, 1, 0), (65, 27, 7, 1), (22, 28, 38, 12), (8, 17, 40, 35))
"""For each tendency, how likely each state is in a year."""

UNPLANNED = (4, 25, 110, 280)
PLANNED = (85, 150, 230, 280)
"""How many months in a thousand bring an unplanned spell, by state, and planned care, by tendency."""

HRGS = ("UA01A", "UA02A", "UA03A", "UA04A", "UA05A", "UA06A")
OFTEN = (22, 24, 20, 16, 10, 8)
WARD = "UA02A"
"""What the accountable provider's own ward takes in, too."""

SPELLS = [
    "spell", "provider", "commissioner", "person", "patient_class", "admission_method", "admitted", "discharged",
    "length_of_stay_days", "hrg", "point_of_delivery",
]  # fmt: skip
LISTED = [
    "entry", "person", "provider", "commissioner", "census_day", "category", "eligible_from", "eligible_to",
    "exit_reason",
]  # fmt: skip
Spell = tuple[datetime.date, int, str, str]
"""Discharge, nights, group and provider."""


def files(prices: str, factors: str, more: int = 0) -> dict[str, str]:
    """Every file by its path; ``more`` is by how many per cent the cohort needs more unplanned care than expected."""
    price_of = _prices(prices, factors)
    tendency = [_drawn("tendency", one).choices(range(4), TENDENCIES)[0] for one in range(PEOPLE)]
    costs = [[_costs(one, year, tendency[one], price_of) for one in range(PEOPLE)] for year in (0, 1)]
    cohort = _heaviest(costs[1])
    left = _leavers(cohort)
    history = [["person", "total_2023_pounds", "unplanned_2023_pounds", "total_2024_pounds", "unplanned_2024_pounds"]]
    for one in range(PEOPLE):
        figures = [pence for year in (0, 1) for pence in (sum(costs[year][one]), costs[year][one][0])]
        history.append([_name(one), *(f"{pence // 100}.{pence % 100:02d}" for pence in figures)])
    return {
        "data/history.csv": _csv(history),
        "data/people.csv": _csv([LISTED, *_lists(cohort, left)]),
        "data/spells.csv": _csv([SPELLS, *_paid_year(tendency, set(cohort), left, more)]),
    }


def write(folder: Path, more: int = 0) -> None:
    """Write every file below ``folder``, where the price lists are."""
    prices, factors = ((folder / "prices" / f"{name}.csv").read_text(encoding="utf-8") for name in ("admitted", "mff"))
    for name, text in files(prices, factors, more).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _name(one: int) -> str:
    return f"P{one:04d}"


def _drawn(*about: object) -> random.Random:
    return random.Random(" ".join(map(str, (SEED, *about))))


def _costs(one: int, year: int, tendency: int, price_of: dict[tuple[str, str], tuple[int, int, int]]) -> list[int]:
    """What a person's unplanned and planned care cost in a year, in pence."""
    unplanned = 0
    for _, nights, hrg, provider in _spells(one, year, tendency):
        price, trim, long_day = price_of[hrg, provider]
        unplanned += (price + max(nights - trim, 0) * long_day + 500_000) // 1_000_000
    drawn = _drawn("planned", one, year)
    planned = sum(drawn.randrange(80, 900) for _ in range(12) if drawn.randrange(1000) < PLANNED[tendency])
    return [unplanned, planned * 100]


def _prices(prices: str, factors: str) -> dict[tuple[str, str], tuple[int, int, int]]:
    """For a group and a provider: price, trim point and price of a day above it, in millionths of a penny."""
    mff = {row["code"]: int(row["factor"].replace(".", "")) for row in csv.DictReader(io.StringIO(factors))}
    return {
        (row["code"], provider): (
            int(row["non_elective_pounds"]) * 100 * factor, int(row["trim_non_elective_days"]),
            int(row["long_stay_day_pounds"]) * 100 * factor,
        )
        for row in csv.DictReader(io.StringIO(prices))
        for provider, factor in mff.items()
    }  # fmt: skip


def _spells(one: int, year: int, tendency: int, more: int = 0) -> Iterator[Spell]:
    """A person's unplanned spells of a year, by month."""
    drawn = _drawn("spells", one, year)
    state = drawn.choices(range(4), STATES[tendency])[0]
    home = "ZH1" if _drawn("home", one).randrange(100) < 60 else "ZH2"
    for month in range(12):
        falls, day, nights, far, ward = (drawn.randrange(most) for most in (1000, 28, 100, 100, 100))
        hrg = drawn.choices(HRGS, OFTEN)[0]
        if falls * 100 < UNPLANNED[state] * (100 + more):
            on = datetime.date(FIRST + year + (month + 3) // 12, (month + 3) % 12 + 1, day + 1)
            long = 1 + HRGS.index(hrg) * 3
            provider = "ZP1" if hrg == WARD and ward < 35 else home if far < 85 else {"ZH1": "ZH2", "ZH2": "ZH1"}[home]
            yield on, nights % long + (long * 2 if nights >= 95 else 0), hrg, provider


def _heaviest(costs: list[list[int]]) -> list[int]:
    """The people whose care cost most, all of it; where two cost the same, the first."""
    order = sorted(range(PEOPLE), key=lambda one: (-sum(costs[one]), one))
    return sorted(order[: PEOPLE * SHARE // 100])


def _leavers(cohort: list[int]) -> dict[int, tuple[datetime.date, str]]:
    """Who leaves the segment, with the day after their last in it and why."""
    drawn = _drawn("leavers")
    reasons = [reason for reason, many in LEAVERS.items() for _ in range(many)]
    return {
        one: (STARTS[0] + DAY * drawn.randrange(15, 360), reason)
        for one, reason in zip(drawn.sample(cohort, len(reasons)), reasons, strict=True)
    }


def _lists(cohort: list[int], left: dict[int, tuple[datetime.date, str]]) -> Iterator[list[str]]:
    """The list of each month: whoever is still in the segment, from its first day until they leave or it ends."""
    for first, after in zip(STARTS, [*STARTS[1:], ENDS], strict=True):
        for one in cohort:
            gone, reason = left.get(one, (ENDS, ""))
            if gone > first:
                until, why = (gone, reason) if gone <= after and reason else (after, "")
                yield [f"{_name(one)}-{first:%y%m}", _name(one), "ZP1", "ZQ1", str(first), "high intensity", str(first),
                       str(until), why]  # fmt: skip


def _paid_year(
    tendency: list[int], cohort: set[int], left: dict[int, tuple[datetime.date, str]], more: int
) -> Iterator[list[str]]:  # fmt: skip
    """The unplanned spells of the year that is paid; nobody has one after they died."""
    for one in range(PEOPLE):
        gone, reason = left.get(one, (ENDS, ""))
        for place, (on, nights, hrg, provider) in enumerate(_spells(one, 2, tendency[one], more * (one in cohort))):
            if reason != "death" or on < gone:
                name, begun = f"S{one:04d}{place:02d}", on - DAY * nights
                yield [name, provider, "ZQ1", _name(one), "1", "21", str(begun), str(on), str(nights), hrg, "NEL"]


def _csv(rows: list[list[str]]) -> str:
    return "\n".join(",".join(row) for row in rows) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
