"""One query over all rows that says whether they are good, and how wide they are; others only where they are not.

The survey counts, finds extremes and asks of every column whether any cell has a problem. Two rows alike in a
unique set show in the number of different hashes: it is never equal to the number of rows if two are alike, and
where it differs by chance the exact search that follows finds nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from attrs import frozen

from tallystick.files.columns import COMMAS, Part
from tallystick.files.dates import EPOCH, day_number
from tallystick.files.delimited import uneven_rows
from tallystick.files.numbers import PLACES, SCALED
from tallystick.files.problems import SHOWN, Reading, first_faults, shown
from tallystick.files.sources import ROW
from tallystick.kernel.errors import Fault
from tallystick.kernel.facts import ColumnStats
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.tables import Column, TableSpec

PART = "part number"
_PLACES_OF_A_PART = 2**40
_CALENDAR = ((datetime.date.min - EPOCH).days, (datetime.date.max - EPOCH).days)
_RANGED = (Kind.COUNT, Kind.AMOUNT, Kind.PRICE, Kind.RATE, Kind.MOMENT)


@frozen
class Survey:
    """The answers of the one query, by name."""

    found: Mapping[str, Any]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.found["rows"])

    def has_problem(self, name: str) -> bool:
        """Whether any cell of a column has a problem."""
        return bool(self.found.get(f"{name} doubt"))

    def is_reversed(self, pair: tuple[str, str]) -> bool:
        """Whether the second of two days or moments is before the first in any row."""
        return bool(self.found[_pair_name(pair)])

    def may_repeat(self, unique: Sequence[str]) -> bool:
        """Whether two rows may be alike in the columns; False is certain."""
        return bool(self.found[_set_name(unique)] != self.rows)

    def in_order(self, name: str) -> bool:
        """Whether every row has the column, and it never falls from one row to the next; False for those not asked."""
        return self.found.get(_falls_name(name)) is False and not self.found[f"{name} nulls"]

    def scale(self, column: Column) -> int:
        """The smallest power of ten over which every price or rate of the column is a whole number."""
        return 10 ** int(self.found.get(f"{column.name} decimals") or 0) if column.kind in SCALED else 1

    def stats(self, column: Column) -> ColumnStats:
        """The extremes of a column in stored units, its nulls and its scale."""
        narrowed = 10**PLACES // self.scale(column) if column.kind in SCALED else 1
        lowest, highest = (int(self.found.get(f"{column.name} {end}") or 0) // narrowed for end in ("low", "high"))
        return ColumnStats(lowest, highest, int(self.found[f"{column.name} nulls"]), self.scale(column))

    def days(self, spec: TableSpec) -> tuple[datetime.date, datetime.date] | None:
        """The first and last of the table's date column."""
        first, last = self.found.get("first day"), self.found.get("last day")
        if first is None or last is None:
            return None
        return EPOCH + datetime.timedelta(days=first), EPOCH + datetime.timedelta(days=last)


def unique_sets(spec: TableSpec, parts: Sequence[Part]) -> list[tuple[str, ...]]:
    """The sets of columns in which no two rows may be alike; a column that no file has is alike in all rows."""
    there = {reading.column.name for part in parts for reading in part.readings}
    sets = (tuple(name for name in unique if name in there) for unique in spec.unique)
    return list(dict.fromkeys(unique for unique in sets if unique))


def survey(
    spec: TableSpec, frame: pl.LazyFrame, unique: Sequence[tuple[str, ...]], *, repeats: bool = True
) -> Survey:  # fmt: skip
    """Ask everything of all rows in one streaming pass; not for ``repeats``, if rows alike are known to be gone."""
    there = frame.collect_schema().names()
    asked = [pl.len().alias("rows"), pl.col(COMMAS).cast(pl.Int64).sum().alias(COMMAS)]
    for name, column in spec.columns.items():
        of = pl.col(f"{name}.elapsed" if column.kind is Kind.MOMENT else name)
        asked.append(pl.col(name).null_count().alias(f"{name} nulls"))
        if column.kind in _RANGED:
            asked += [of.min().alias(f"{name} low"), of.max().alias(f"{name} high")]
        if f"{name} decimals" in there and column.kind in SCALED:
            asked.append(pl.col(f"{name} decimals").max())
        if f"{name} doubt" in there:
            asked.append(pl.col(f"{name} doubt").any())
    if spec.date is not None:
        # As days since 1970: a date beyond Python's calendar may stand there, which is a fault and no crash.
        day = pl.col(spec.date).cast(pl.Date).to_physical()
        asked += [day.min().alias("first day"), day.max().alias("last day")]
    asked += [_reversed(spec, pair).any().alias(_pair_name(pair)) for pair in spec.ordered]
    asked += [_falls(name).alias(_falls_name(name)) for name in dict.fromkeys(names[0] for names in unique)]
    if repeats:
        asked += [_hashed(names).n_unique().alias(_set_name(names)) for names in unique]
    return Survey(frame.select(asked).collect(engine="streaming").row(0, named=True))


def _set_name(names: Sequence[str]) -> str:
    return "different " + ", ".join(names)


def _falls_name(name: str) -> str:
    return f"{name} falls"


def _falls(name: str) -> pl.Expr:
    """Whether any row has less in the column than the row before it; text is compared by its bytes, as joins do."""
    return (pl.col(name) < pl.col(name).shift()).any()


def _pair_name(pair: tuple[str, str]) -> str:
    return " after ".join(pair)


def _reversed(spec: TableSpec, pair: tuple[str, str]) -> pl.Expr:
    """Where the second of two days or moments is before the first; nothing is before nothing."""
    first, second = (pl.col(f"{name}.elapsed" if spec.columns[name].kind is Kind.MOMENT else name) for name in pair)
    return (second < first).fill_null(False)


def _hashed(names: Sequence[str]) -> pl.Expr:
    return pl.col(names[0]).hash() if len(names) == 1 else pl.struct(*names).hash()


Rows = set[tuple[int, int]]
"""Faulty rows, each as the number of its part and its number there."""


def locate(
    spec: TableSpec, parts: Sequence[Part], answers: Survey, unique: Sequence[tuple[str, ...]]
) -> tuple[list[Fault], Rows]:
    """Find the rows behind a survey that was not good; the faults come by file, then by column."""
    faults: list[Fault] = []
    rows: Rows = set()
    for number, part in enumerate(parts):
        wrong = [reading for reading in part.readings if answers.has_problem(reading.column.name)]
        frames = pl.collect_all([_faulty(part, reading) for reading in wrong], engine="streaming")
        for reading, frame in zip(wrong, frames, strict=True):
            faults += _in_words(part, reading, frame)
            rows |= {(number, row) for row in frame[ROW]}
    for pair in spec.ordered:
        if answers.is_reversed(pair):
            for number, part in enumerate(parts):
                found, late = _out_of_order(spec, part, pair)
                faults += found
                rows |= {(number, row) for row in late}
    for names in unique:
        if answers.may_repeat(names):
            found, alike = _repeated(parts, names)
            faults += found
            rows |= alike
    return faults, rows


def uneven(parts: Sequence[Part], answers: Survey) -> list[Fault]:
    """Rows of CSV files that have too few cells, which shows in the number of commas."""
    expected = sum(part.opened.marks.commas for part in parts if part.opened.marks)
    if answers.found[COMMAS] == expected:
        return []
    return uneven_everywhere(parts)


def uneven_everywhere(parts: Sequence[Part]) -> list[Fault]:
    """Go through every CSV file row by row."""
    opened = [part.opened for part in parts if part.opened.marks]
    return [fault for one in opened if one.path for fault in uneven_rows(one.path, one.file, list(one.schema))]


def _faulty(part: Part, reading: Reading) -> pl.LazyFrame:
    problem = pl.col(f"{reading.column.name} problem")
    cell, nothing = pl.col(f"{reading.column.name} raw"), ""
    dtype = part.opened.schema[reading.local]
    if dtype.is_temporal():
        # A date beyond the calendar has no text; it stands in frames where a number was taken for a date.
        cell, nothing = pl.when(day_number(cell, dtype).is_between(*_CALENDAR)).then(cell), "a day beyond the calendar"
    cell = cell.cast(pl.String).fill_null(nothing).alias("cell")
    return part.typed(numbered=True).filter(problem > 0).select(ROW, cell, problem.alias("problem")).sort(ROW)


def _in_words(part: Part, reading: Reading, frame: pl.DataFrame) -> list[Fault]:
    found: list[Fault] = []
    for number in sorted(frame["problem"].unique()):
        of = frame.filter(pl.col("problem") == number)
        cells = of["cell"].head(SHOWN).to_list()
        problem = reading.problems[number - 1]
        found += first_faults(problem, of[ROW].to_list(), cells, file=part.opened.file, column=reading.local)
    return found


def _out_of_order(spec: TableSpec, part: Part, pair: tuple[str, str]) -> tuple[list[Fault], list[int]]:
    """Rows in which the second of two days or moments is before the first."""
    frame = part.typed(numbered=True)
    if not set(pair) <= set(frame.collect_schema().names()):
        return [], []
    cells = [pl.col(name).cast(pl.String).alias(name) for name in pair]
    late = frame.filter(_reversed(spec, pair)).select(ROW, *cells).sort(ROW).collect()
    local = {reading.column.name: reading.local for reading in part.readings}
    faults = [
        Fault(
            code="row/reversed", file=part.opened.file, row=row[ROW], column=local.get(pair[1], pair[1]),
            found=f"{pair[1]} {row[pair[1]]} is before {pair[0]} {row[pair[0]]}",
            why="nothing ends before it begins", times=late.height - SHOWN + 1 if position == SHOWN else 1,
            write=f"a day for {pair[1]} that is not before {pair[0]}, or the reverse",
        )
        for position, row in enumerate(late.head(SHOWN).iter_rows(named=True), start=1)
    ]  # fmt: skip
    return faults, late[ROW].to_list()


def _repeated(parts: Sequence[Part], names: Sequence[str]) -> tuple[list[Fault], Rows]:
    """Rows alike in a unique set: every one of them is faulty, and each after the first has a fault.

    Nothing is like nothing, as in "no first day", unless a row has nothing in all of the set.
    """
    frames = [
        part.typed(numbered=True).select(*names, pl.lit(number, dtype=pl.UInt32).alias(PART), ROW)
        for number, part in enumerate(parts)
    ]
    place = pl.col(PART).cast(pl.Int64) * _PLACES_OF_A_PART + pl.col(ROW)
    whole = pl.concat(frames).filter(pl.any_horizontal(pl.col(*names).is_not_null())).with_columns(place.alias("place"))
    first, times = pl.col("place").min().over(names), pl.len().over(names)
    alike = whole.with_columns(first.alias("first"), times.alias("alike")).filter(pl.col("alike") > 1)
    frame = alike.sort("place").with_columns(pl.col(*names).cast(pl.String)).collect()
    later = frame.filter(pl.col("place") != pl.col("first"))
    faults = [
        _repeat_fault(parts, names, row, 1 + (later.height - SHOWN) * (position == SHOWN))
        for position, row in enumerate(later.head(SHOWN).iter_rows(named=True), start=1)
    ]
    return faults, set(zip(frame[PART], frame[ROW], strict=True))


def _repeat_fault(parts: Sequence[Part], names: Sequence[str], row: Mapping[str, Any], times: int) -> Fault:
    part, (first_part, first_row) = parts[row[PART]], divmod(row["first"], _PLACES_OF_A_PART)
    local = {reading.column.name: reading.local for reading in part.readings}
    what = ", ".join(f"{name} {'(nothing)' if row[name] is None else shown(row[name])}" for name in names)
    where = f"row {first_row:,}" + (f" of {parts[first_part].opened.file}" if first_part != row[PART] else "")
    return Fault(
        code="row/repeated", found=f"{what} again, as on {where}", file=part.opened.file, row=row[ROW],
        column=", ".join(local.get(name, name) for name in names), times=max(times, 1),
        why=f"no two rows may be alike in {' and '.join(names)}, or something would be paid twice",
        write="one row of the two, or different values",
    )  # fmt: skip
