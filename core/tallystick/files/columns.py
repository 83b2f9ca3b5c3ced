"""From matched columns to typed ones: which reader serves which kind, and the staged frame that comes of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import zip_longest

import polars as pl
from attrs import frozen

from tallystick.files import codes, dates, delimited, numbers
from tallystick.files.headings import Match
from tallystick.files.problems import FLOATS, Reading, raw
from tallystick.files.sources import ROW, Opened
from tallystick.kernel.errors import Fault
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.tables import Column, TableSpec

COMMAS = "commas of the row"

STORED: Mapping[Kind, pl.DataType] = {
    **numbers.STORED_NUMBER,
    Kind.FLAG: pl.Boolean(),
    Kind.DAY: pl.Date(),
    Kind.MOMENT: pl.Datetime("us"),
    Kind.CODE: pl.String(),
}
"""The type of each kind while it is surveyed; prices and rates are narrowed to their scale afterwards."""

_ADVICE: Mapping[Kind, str] = {
    Kind.AMOUNT: "whole pence in NAME_pence, pounds in NAME_pounds, or text with its sign in NAME",
    Kind.PRICE: "pence in NAME_pence, pounds in NAME_pounds, or text with its sign in NAME",
    Kind.RATE: "a number, or text such as 25% or 0.25",
    Kind.COUNT: "whole numbers",
    Kind.FLAG: "true or false, 1 or 0, or text: yes or no",
    Kind.DAY: "dates, or text: 2024-05-31 or 20240531",
    Kind.MOMENT: "local date and time without a zone, or text: 2024-05-31 14:05",
    Kind.CODE: "text: a number has lost its leading zeros",
}


@frozen(kw_only=True)
class Part:
    """One opened source with the reading of each of its columns."""

    opened: Opened
    readings: tuple[Reading, ...]
    absent: tuple[Column, ...]

    def good(self, blank: Collection[str]) -> pl.LazyFrame:
        """The typed columns of rows in which no cell has a problem; in the ``blank`` ones there may be empty texts."""
        return self._staged({one.column.name for one in self.readings if one.as_it_is} - set(blank))

    def typed(self, *, numbered: bool = False) -> pl.LazyFrame:
        """The staged frame: typed columns, what came before them, and the number of each cell's problem."""
        return self._staged(numbered=numbered).with_columns(
            *(reading.number for reading in self.readings),
            *(reading.doubt for reading in self.readings),
            *(reading.blank for reading in self.readings if reading.as_it_is and reading.column.kind is Kind.CODE),
        )

    def _staged(self, as_they_are: Collection[str] = (), *, numbered: bool = False) -> pl.LazyFrame:
        frame = self.opened.numbered() if numbered or self.opened.marks else self.opened.frame
        frame = frame.select(
            *(pl.col(reading.local).alias(f"{reading.column.name} raw") for reading in self.readings),
            *([ROW] if numbered else []),
            self._commas().alias(COMMAS),
        )
        all_stages = [
            ((raw(one.column).alias(one.column.name),),) if one.column.name in as_they_are else one.stages
            for one in self.readings
        ]
        for stage in zip_longest(*all_stages, fillvalue=()):
            frame = frame.with_columns(*(expression for stages in stage for expression in stages))
        return frame.with_columns(*(expression for column in self.absent for expression in _nothing(column)))

    def _commas(self) -> pl.Expr:
        marks = self.opened.marks
        if marks is None:
            return pl.lit(0, dtype=pl.UInt32)
        return delimited.commas_of_a_row(list(self.opened.schema), quoted=marks.quoted).cast(pl.UInt32)


def part_of(spec: TableSpec, opened: Opened, matches: Mapping[str, Match], money: str) -> tuple[Part, list[Fault]]:
    """Choose a reader for every matched column; columns of a type that cannot be read are faults."""
    readings, faults = [], []
    for match in matches.values():
        dtype = opened.schema[match.local]
        reading = _reading(match, dtype, money)
        if reading is None:
            faults.append(_wrong_type(match, dtype, opened.file))
        else:
            readings.append(reading)
    absent = tuple(column for name, column in spec.columns.items() if name not in matches)
    return Part(opened=opened, readings=tuple(readings), absent=absent), faults


def _reading(match: Match, dtype: pl.DataType, money: str) -> Reading | None:
    column, local = match.column, match.local
    match column.kind:
        case Kind.CODE:
            return codes.read_code(column, local, dtype)
        case Kind.FLAG:
            return codes.read_flag(column, local, dtype)
        case Kind.DAY:
            return dates.read_day(column, local, dtype)
        case Kind.MOMENT:
            return dates.read_moment(column, local, dtype)
        case _:
            return numbers.read_number(column, local, dtype, match.style, money)


def _nothing(column: Column) -> list[pl.Expr]:
    """A column that the file does not have: null throughout, and no problem."""
    found = [pl.lit(None, dtype=STORED[column.kind]).alias(column.name)]
    if column.kind is Kind.MOMENT:
        found.append(pl.lit(None, dtype=pl.Int64).alias(f"{column.name}.elapsed"))
    return found


def _wrong_type(match: Match, dtype: pl.DataType, file: str) -> Fault:
    name, kind = match.column.name, match.column.kind
    why = f"{name} is a {kind.value}, and is not guessed from another type"
    if match.style == "signed" and (dtype.is_numeric() or dtype in FLOATS):
        why = "they are bare numbers, and nobody can tell pounds from pence afterwards"
    return Fault(
        code="column/wrong-type", found=f"the column is of the type {type_words(dtype)}", file=file, column=match.local,
        why=why, write=_ADVICE[kind].replace("NAME", name),
    )  # fmt: skip


def type_words(dtype: pl.DataType) -> str:
    """A column's type in words that its reader may know."""
    if dtype.is_integer():
        return "whole numbers"
    if dtype in FLOATS:
        return "binary fractions (floats)"
    if isinstance(dtype, pl.Datetime):
        return f"date and time in the zone {dtype.time_zone}" if dtype.time_zone else "date and time"
    named = {pl.String: "text", pl.Boolean: "true or false", pl.Date: "dates", pl.Time: "times", pl.Null: "nothing"}
    return named.get(type(dtype), "decimals" if dtype.is_decimal() else str(dtype))
