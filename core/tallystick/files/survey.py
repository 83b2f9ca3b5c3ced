"""Queries over all rows that say whether they are good, and how wide they are; others only if they are not.

The survey counts, finds extremes, asks of every column whether any cell has a problem, and of every unique set
whether it rises from row to row: then no two rows are alike in it, and nobody needs to look for them. All of it is
taken from the cells. What a file says of itself, as the extremes and the order that Parquet may state, is not asked:
the cells are read anyway, and a wrong statement would be believed.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from attrs import frozen

from tallystick.files.checking import Told
from tallystick.files.columns import COMMAS, Part
from tallystick.files.dates import EPOCH, day_number
from tallystick.files.delimited import uneven_rows
from tallystick.files.numbers import PLACES, SCALED
from tallystick.files.problems import SHOWN, Reading, first_faults
from tallystick.files.repeats import placed, repeated
from tallystick.files.sources import ROW
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.facts import ColumnStats
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.tables import Column, TableSpec

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

    def blank(self) -> set[str]:
        """The columns in which there are empty texts."""
        return {name.removesuffix(" blank") for name, found in self.found.items() if name.endswith(" blank") and found}

    def is_reversed(self, pair: tuple[str, str]) -> bool:
        """Whether the second of two days or moments is before the first in any row."""
        return bool(self.found[_pair_name(pair)])

    def rises(self, unique: Sequence[str]) -> bool:
        """Whether every row has all of the set and comes after the one before it, so that no two are alike."""
        return not (self.found[_stays_name(unique)] or any(self.found[f"{name} nulls"] for name in unique))

    def in_order(self, unique: Sequence[str]) -> bool:
        """Whether every row has the first column of the set, and it never falls from one row to the next."""
        return not (self.found[_falls_name(unique)] or self.found[f"{unique[0]} nulls"])

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
    spec: TableSpec, frame: pl.LazyFrame, unique: Sequence[tuple[str, ...]], *, told: Told, rows: int = 0,
    one_by_one: bool = False,
) -> Survey:  # fmt: skip
    """Ask everything of all rows, either in one query, or in one for each column; ``rows`` is for whoever is ``told``.

    Either way a file in columns is read once, since a query reads no columns but those that it asks of; and of many
    rows one column can be held where all of them cannot. Columns that are compared are asked of together.
    """
    known = frame.collect_schema().names()
    links: list[tuple[Sequence[str], list[pl.Expr]]] = [(names, _order(names)) for names in unique]
    links += [(pair, [_reversed(spec, pair).any().alias(_pair_name(pair))]) for pair in spec.ordered]
    found: dict[str, Any] = {}
    groups = _groups(spec.columns, [set(names) for names, _ in links]) if one_by_one else [set(spec.columns)]
    for done, group in enumerate(groups):
        told(done, len(groups), found.get("rows", rows))
        asked = [pl.len().alias("rows"), pl.col(COMMAS).cast(pl.Int64).sum().alias(COMMAS)]
        asked += [one for name in spec.columns if name in group for one in _of_column(spec, name, known)]
        asked += [one for names, ones in links if set(names) <= group for one in ones]
        before = {name for names in unique if set(names) <= group for name in names}
        # The row before is a column first: in an expression beside others, all rows are held until it is reached.
        whole = frame.with_columns(pl.col(name).shift().alias(_before(name)) for name in sorted(before))
        got = whole.select(asked).collect(engine="streaming").row(0, named=True)
        if found.get("rows", got["rows"]) != got["rows"]:
            raise InputError(changed(spec.name))
        found |= got
    return Survey(found)


def _groups(names: Iterable[str], links: Iterable[set[str]]) -> list[set[str]]:
    """The names, each by itself but for those that are linked."""
    groups = [{name} for name in names]
    for link in links:
        apart = [group for group in groups if not group & link]
        groups = [*apart, link.union(*(group for group in groups if group & link))]
    return groups


def _of_column(spec: TableSpec, name: str, known: Collection[str]) -> list[pl.Expr]:
    column = spec.columns[name]
    of = pl.col(f"{name}.elapsed" if column.kind is Kind.MOMENT else name)
    asked = [pl.col(name).null_count().alias(f"{name} nulls")]
    if column.kind in _RANGED:
        asked += [of.min().alias(f"{name} low"), of.max().alias(f"{name} high")]
    if f"{name} decimals" in known and column.kind in SCALED:
        asked.append(pl.col(f"{name} decimals").max())
    if f"{name} blank" in known:
        asked.append(pl.col(f"{name} blank").any())
    if f"{name} doubt" in known:
        asked.append(pl.col(f"{name} doubt").any())
    if name == spec.date:
        # As days since 1970: a date beyond Python's calendar may stand there, which is a fault and no crash.
        day = pl.col(name).cast(pl.Date).to_physical()
        asked += [day.min().alias("first day"), day.max().alias("last day")]
    return asked


def _order(names: Sequence[str]) -> list[pl.Expr]:
    """Whether any row falls behind the one before it in the first column; and whether any does not rise in the set.

    Text is compared by its bytes, as joins do. Of a row with nothing in one of the columns neither is asked.
    """
    rises: pl.Expr = pl.lit(False)
    for name in reversed(names):
        before = pl.col(_before(name))
        rises = (pl.col(name) > before) | ((pl.col(name) == before) & rises)
    falls = pl.col(names[0]) < pl.col(_before(names[0]))
    return [falls.any().alias(_falls_name(names)), (~rises).any().alias(_stays_name(names))]


def _before(name: str) -> str:
    return f"{name} before"


def _falls_name(names: Sequence[str]) -> str:
    return "falls in " + ", ".join(names)


def _stays_name(names: Sequence[str]) -> str:
    return "does not rise in " + ", ".join(names)


def _pair_name(pair: tuple[str, str]) -> str:
    return " after ".join(pair)


def _reversed(spec: TableSpec, pair: tuple[str, str]) -> pl.Expr:
    """Where the second of two days or moments is before the first; nothing is before nothing."""
    first, second = (pl.col(f"{name}.elapsed" if spec.columns[name].kind is Kind.MOMENT else name) for name in pair)
    return (second < first).fill_null(False)


def locate(
    spec: TableSpec, parts: Sequence[Part], answers: Survey, unique: Sequence[tuple[str, ...]]
) -> tuple[list[Fault], pl.Series]:
    """Find the rows behind a survey that was not good: their faults, by file and then by column, and their places."""
    faults: list[Fault] = []
    places: list[pl.Series] = []
    doubted = {name for name in spec.columns if answers.has_problem(name)}
    for number, part in enumerate(parts):
        for reading in part.readings:
            if answers.has_problem(reading.column.name):
                found, rows = _faulty(part, reading)
                faults += found
                places.append(placed(number, rows))
                doubted -= {reading.column.name} if found else set()
    if doubted:
        raise InputError(changed(spec.name))
    for pair in spec.ordered:
        if answers.is_reversed(pair):
            for number, part in enumerate(parts):
                found, rows = _out_of_order(spec, part, pair)
                faults += found
                places.append(placed(number, rows))
    for names in unique:
        if not answers.rises(names):
            found, alike = repeated(parts, names, answers.rows)
            faults += found
            places.append(alike)
    return faults, pl.concat(places) if places else pl.Series([], dtype=pl.Int64)


def changed(table: str) -> Fault:
    """The fault of rows that were not the same when they were read a second time."""
    return Fault(
        code="file/changed", found=f"the rows of {table} changed while they were read",
        why="what was checked is not what would be settled",
        write="a file that nothing writes to, or a dataframe that gives the same rows each time",
    )  # fmt: skip


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


def _faulty(part: Part, reading: Reading) -> tuple[list[Fault], pl.Series]:
    """The faults of a column, and the rows that have one; of all but the first rows only the numbers are held."""
    problem, frame = pl.col(f"{reading.column.name} problem"), part.typed(numbered=True)
    marked = frame.filter(problem > 0).select(ROW, problem.alias("problem")).collect(engine="streaming")
    rows_of = {
        number: marked.filter(pl.col("problem") == number)[ROW].sort() for number in sorted(marked["problem"].unique())
    }
    first = [row for rows in rows_of.values() for row in rows.head(SHOWN)]
    shown = frame.filter(pl.col(ROW).is_in(first)).select(ROW, _cell(part, reading))
    cells = dict(shown.collect(engine="streaming").iter_rows())
    found: list[Fault] = []
    for number, rows in rows_of.items():
        few = [cells[row] for row in rows.head(SHOWN)]
        what = reading.problems[number - 1]
        found += first_faults(what, rows.head(SHOWN), few, rows.len(), file=part.opened.file, column=reading.local)
    return found, marked[ROW]


def _cell(part: Part, reading: Reading) -> pl.Expr:
    """What stands in the file, as text."""
    cell, nothing = pl.col(f"{reading.column.name} raw"), ""
    dtype = part.opened.schema[reading.local]
    if dtype.is_temporal():
        # A date beyond the calendar has no text; it stands in frames where a number was taken for a date.
        cell, nothing = pl.when(day_number(cell, dtype).is_between(*_CALENDAR)).then(cell), "a day beyond the calendar"
    return cell.cast(pl.String).fill_null(nothing).alias("cell")


def _out_of_order(spec: TableSpec, part: Part, pair: tuple[str, str]) -> tuple[list[Fault], pl.Series]:
    """Rows in which the second of two days or moments is before the first."""
    frame = part.typed(numbered=True)
    if not set(pair) <= set(frame.collect_schema().names()):
        return [], pl.Series([], dtype=pl.UInt32)
    late = frame.filter(_reversed(spec, pair)).select(ROW).collect(engine="streaming")[ROW].sort()
    cells = [pl.col(name).cast(pl.String).alias(name) for name in pair]
    first = frame.filter(pl.col(ROW).is_in(late.head(SHOWN).to_list())).select(ROW, *cells).sort(ROW).collect()
    local = {reading.column.name: reading.local for reading in part.readings}
    faults = [
        Fault(
            code="row/reversed", file=part.opened.file, row=row[ROW], column=local.get(pair[1], pair[1]),
            found=f"{pair[1]} {row[pair[1]]} is before {pair[0]} {row[pair[0]]}",
            why="nothing ends before it begins", times=late.len() - SHOWN + 1 if position == SHOWN else 1,
            write=f"a day for {pair[1]} that is not before {pair[0]}, or the reverse",
        )
        for position, row in enumerate(first.iter_rows(named=True), start=1)
    ]  # fmt: skip
    return faults, late
