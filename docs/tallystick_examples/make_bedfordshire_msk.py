"""Makes contracts.csv and the data files of ``bedfordshire_msk`` again, the same each time.

Run as ``python -m tallystick_examples.make_bedfordshire_msk FOLDER``. A test holds the shipped files to it.

Fifteen hospitals are paid by activity: in 2012/13 by the board, and for five years from April 2014 by the prime
contractor. Six community providers had blocks of the board's, made so that the outturn of 2012/13 is the value of the
contract. Each year is much as the one before. No patient is in it, and no count is anyone's.
"""

from __future__ import annotations

import datetime
import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

SEED = 2014
OUTTURN = 24_000_000
"""In pounds: what the board spent in 2012/13, and the value of each year of the contract."""

YEARS = (2012, 2014, 2015, 2016, 2017, 2018)
"""When each year of the activity begins: the one before, and the five of the contract."""

SHARES = (30, 22, 9, 7, 6, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1)
"""How much of the activity each hospital has, in percent."""

COMMUNITY = {"ZV1": 45, "ZV2": 20, "ZV3": 15, "ZV4": 10, "ZV5": 7, "ZV6": 3}
"""How much of the community's part each provider has, in percent; the last has the rest."""

ATTENDANCES = {"first": (22_000, 150), "follow-up": (38_000, 82), "procedure": (6_000, 190)}
"""A year's outpatients by kind, and the price of one in pounds."""

OPERATIONS = {"HB12C": (350, 5_600), "HB21C": (420, 5_900), "HB62C": (250, 3_100), "HB34E": (280, 1_650)}
"""A year's operations by healthcare resource group, and the price of one in pounds."""

MEASURED = {
    "behaviour and lifestyle discussed (Making Every Contact Count)": (1_000, 78),
    "less disability after a hip replacement": (200, 86),
    "less disability after a knee replacement": (250, 82),
    "neck or back pain better": (500, 57),
}
"""For each outcome, of how many people it is known in a year, and how many percent of them reached it at first."""


def files(referrals: int = 100, guaranteed: Mapping[str, int] | None = None) -> dict[str, str]:
    """Every made file by its path.

    ``referrals`` is how many come from April 2014, in percent; ``guaranteed`` is the least income of a year by
    hospital, in pence, where one is agreed.
    """
    seen = list(_attendances())
    operations = list(_operations())
    before = sum(many * ATTENDANCES[kind][1] for year, _, kind, _, many in seen if year == YEARS[0])
    before += sum(OPERATIONS[kind][1] for year, _, kind, *_ in operations if year == YEARS[0])
    return {
        "contracts.csv": _contracts(OUTTURN - before, guaranteed or {}),
        "data/attendances.csv": _seen(seen, referrals),
        "data/spells.csv": _operated(operations, referrals),
        "data/indicators.csv": _measured(),
    }


def write(folder: Path, referrals: int = 100, guaranteed: Mapping[str, int] | None = None) -> None:
    """Write every made file below ``folder``."""
    for name, text in files(referrals, guaranteed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def hospitals() -> list[str]:
    """The code of each hospital, the largest first."""
    return [f"ZH{number:02d}" for number in range(1, len(SHARES) + 1)]


def _contracts(community: int, guaranteed: Mapping[str, int]) -> str:
    lines = ["id,title,provider,commissioner,from,to,rules,community services.value,guaranteed income.floor.year"]
    for code in hospitals():
        rules = "outpatients;operations"
        lines.append(f"before-{code},Before: hospital {code},{code},ZQ1,2012-04-01,2013-03-31,{rules},,")
    left = community
    for code, percent in COMMUNITY.items():
        part = left if code == list(COMMUNITY)[-1] else community * percent // 100
        left -= part
        lines.append(
            f"before-{code},Before: community {code},{code},ZQ1,2012-04-01,2013-03-31,community services,£{part},"
        )
    for code in hospitals():
        rules, floor = "outpatients;operations", ""
        if code in guaranteed:
            rules += ";guaranteed income;paid by activity already"
            floor = f"£{guaranteed[code] // 100}.{guaranteed[code] % 100:02d}"
        title = f"Prime contractor and hospital {code}"
        lines.append(f"prime-{code},{title},{code},ZP1,2014-04-01,2019-03-31,{rules},,{floor}")
    return "\n".join(lines) + "\n"


def _attendances() -> Iterator[tuple[int, str, str, datetime.date, int]]:
    """Each month's outpatients: year, hospital, kind, the month's last day, how many."""
    drawn = random.Random(SEED)
    for year in YEARS:
        for month in range(12):
            following = datetime.date(year + (4 + month) // 12, (4 + month) % 12 + 1, 1)
            for code, share in zip(hospitals(), SHARES, strict=True):
                for kind, (usual, _) in ATTENDANCES.items():
                    many = usual * share * drawn.randrange(92, 109) // 120_000
                    yield year, code, kind, following - datetime.timedelta(days=1), max(many, 1)


def _operations() -> Iterator[tuple[int, str, str, datetime.date, int, int, int]]:
    """Each operation: year, hospital, kind, day of discharge, nights, its place among its kind's, and their number."""
    drawn = random.Random(SEED + 1)
    for year in YEARS:
        for code, share in zip(hospitals(), SHARES, strict=True):
            for kind, (usual, _) in OPERATIONS.items():
                many = (usual * share * drawn.randrange(95, 106) + 5_000) // 10_000
                for place in range(many):
                    day = datetime.date(year, 4, 8) + datetime.timedelta(days=drawn.randrange(358))
                    yield year, code, kind, day, drawn.randrange(1, 7), place, many


def _payer(year: int) -> str:
    return "ZQ1" if year == YEARS[0] else "ZP1"


def _of(many: int, percent: int) -> int:
    """So many percent of a number, to the nearest."""
    return (many * percent + 50) // 100


def _seen(rows: list[tuple[int, str, str, datetime.date, int]], referrals: int) -> str:
    lines = ["attendance,provider,commissioner,attended,attendances,hrg"]
    for number, (year, code, kind, day, many) in enumerate(rows, start=1):
        come = many if year == YEARS[0] else _of(many, referrals)
        if come:
            lines.append(f"A{number:04d},{code},{_payer(year)},{day},{come},{kind}")
    return "\n".join(lines) + "\n"


def _operated(rows: list[tuple[int, str, str, datetime.date, int, int, int]], referrals: int) -> str:
    stay = "patient_class,admission_method,admitted,discharged,length_of_stay_days,hrg"
    lines = [f"spell,provider,commissioner,{stay}"]
    for number, (year, code, kind, day, nights, place, many) in enumerate(rows, start=1):
        if year == YEARS[0] or place < _of(many, referrals):
            begun = day - datetime.timedelta(days=nights)
            lines.append(f"S{number:04d},{code},{_payer(year)},1,11,{begun},{day},{nights},{kind}")
    return "\n".join(lines) + "\n"


def _measured() -> str:
    drawn = random.Random(SEED + 2)
    lines = ["row,indicator,provider,contract,measured_on,numerator,denominator"]
    for number, year in enumerate(YEARS[1:]):
        for place, (name, (asked, percent)) in enumerate(MEASURED.items(), start=1):
            above = asked * (percent + number + drawn.randrange(3)) // 100
            lines.append(f"O{number + 1}-{place},{name},ZP1,one-contract,{year + 1}-03-31,{above},{asked}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
