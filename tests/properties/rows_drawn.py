"""Rows that Hypothesis draws for every table: duplicates of persons, missing columns, rows of nobody and of two."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from tallystick.kernel.facts import Row
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.tables import Column, TableSpec
from tests.properties.chance import Chance
from tests.properties.tables import Areas, Notes, People, Results, Stays, Tariff, Visits

DAYS = tuple(
    datetime.date.fromisoformat(day)
    for day in (
        "2025-04-01",
        "2025-04-30",
        "2025-05-01",
        "2025-06-30",
        "2025-07-01",
        "2025-07-15",
        "2025-09-30",
        "2025-10-01",
        "2025-10-26",
        "2025-12-31",
        "2026-02-28",
        "2026-03-29",
        "2026-03-31",
        "2025-03-31",
        "2026-04-01",
        "2024-02-29",
        "2027-01-15",
    )
)
"""Ends and beginnings of months, quarters and years, clock changes, a leap day, and days of no contract."""

MOMENTS = tuple(
    datetime.datetime.fromisoformat(moment)
    for moment in (
        "2025-10-26T00:59",
        "2025-10-26T01:00",
        "2025-10-26T01:30",
        "2025-10-26T02:00",
        "2025-10-26T02:30",
        "2026-03-29T00:59",
        "2026-03-29T01:00",
        "2026-03-29T01:30",
        "2026-03-29T02:00",
        "2026-03-29T03:00",
        "2025-07-01T23:59",
        "2025-07-02T00:00",
        "1969-12-31T23:59",
        "1970-06-01T12:00",
    )
)
"""Around the hours that occur twice or not at all, and around midnight."""

AMOUNTS = (0, 1, -1, 2, 3, 5, 7, -50, 101, 333, -777, 1_000_001, 123_456_789)
WIDE_AMOUNTS = (2**62 - 1, -(2**62) + 1, 2**62, 2**61 + 1, 2**53 + 1, 1, -1)
RATES = tuple(
    Fraction(rate)
    for rate in (
        "0",
        "1",
        "1/2",
        "-1/2",
        "1/3",
        "2/7",
        "-3/7",
        "1061204/1000000",
        "1/1000000",
        "3/2",
        "5/4",
        "999983/1000003",
    )
)
PRICES = tuple(
    Fraction(price) for price in ("0", "1/2", "-1/2", "237/2", "355/3", "100/7", "12345", "1234567/1000", "1")
)
COUNTS = (0, 1, 2, 3, 7, 12, 366)
CODES = ("AB1", "AB2", "XY9", "x", "RA", "none")
TEXTS = {
    "contract": ("A", "B", "F", "nobody"),
    "provider": ("RA", "RB", "RC"),
    "commissioner": ("QA", "QB"),
    "person": ("p1", "p2", "p3"),
    "kind": ("k", "l"),
    "maybe_code": ("AB1", "RA", "RB", "QA", "A/pot"),
}
POOLS: dict[Kind, tuple[Any, ...]] = {
    Kind.AMOUNT: AMOUNTS,
    Kind.PRICE: PRICES,
    Kind.RATE: RATES,
    Kind.COUNT: COUNTS,
    Kind.FLAG: (True, False),
    Kind.DAY: DAYS,
    Kind.MOMENT: MOMENTS,
    Kind.CODE: CODES,
}


@frozen(eq=False)
class Rows:
    """How rows are to be drawn: with wide amounts or not, and how many at most."""

    wide: bool = False
    most: int = 12

    def value(self, of: Chance, column: Column, *, gone: bool) -> Any:
        """What stands in a column of one row."""
        # most rows say no contract, so that their parties decide
        if column.optional and (gone or of.pick(True, column.name == "contract", False)):
            return None
        pool = TEXTS.get(column.name, POOLS[column.kind])
        return of.pick(*(WIDE_AMOUNTS if column.kind is Kind.AMOUNT and self.wide else pool))


def table_rows(of: Chance, spec: TableSpec, how: Rows) -> list[Row]:
    """Rows of any table: none, one or a few; some optional columns missing in all of them, others now and then."""
    size = of.pick(0, 1, *range(2, how.most + 1))
    optional = [name for name, column in spec.columns.items() if column.optional]
    gone = set(of.some(of.some(optional))) if of.pick(True, False) else set()
    columns = spec.columns.items()
    rows = [{name: how.value(of, column, gone=name in gone) for name, column in columns} for _ in range(size)]
    if spec.key:
        order = of.shuffled(range(size))
        rows = [{**row, spec.key: f"{spec.name[0]}{number:02d}"} for number, row in zip(order, rows, strict=True)]
    return rows


def one_of_each(rows: Sequence[Row], *names: str) -> list[Row]:
    """The rows without those that have the same as an earlier one in all of the columns."""
    seen: set[tuple[Any, ...]] = set()
    kept = []
    for row in rows:
        key = tuple(row[name] for name in names)
        if key not in seen:
            seen.add(key)
            kept.append(row)
    return kept


def in_turn(rows: Sequence[Row], *names: str) -> list[Row]:
    """The rows with days that never overlap: each of the same kind ends the day before the next begins."""
    kinds: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in one_of_each(rows, *names, "from_day"):
        kinds.setdefault(tuple(row[name] for name in names), []).append(dict(row))
    done: list[Row] = []
    for alike in kinds.values():
        ordered = sorted(alike, key=lambda row: row["from_day"] or datetime.date.min)
        for row, following in zip(ordered, [*ordered[1:], None], strict=True):
            if following is not None:
                row["to_day"] = following["from_day"] - datetime.timedelta(days=1)
            elif row["to_day"] is not None and row["from_day"] is not None and row["to_day"] < row["from_day"]:
                row["to_day"] = None
        done += ordered
    return done


def activity(of: Chance, how: Rows, *, two_rows: bool = False) -> dict[str, list[Row]]:
    """Rows of every table of facts; with ``two_rows`` a look-up may find two."""
    drawn = {one.table.name: table_rows(of, one.table, how) for one in (Stays, Visits, Results, People, Notes, Areas)}
    drawn["people"] = one_of_each(drawn["people"], "person")
    drawn["notes"] = one_of_each(drawn["notes"], "code", "nights", "kind")
    if not two_rows:
        drawn["areas"] = in_turn(drawn["areas"], "code")
    return drawn


def price_rows(of: Chance) -> list[Row]:
    """Rows of a price list in which no two are in force for a code on one day."""
    return in_turn(table_rows(of, Tariff.table, Rows(most=8)), "code")
