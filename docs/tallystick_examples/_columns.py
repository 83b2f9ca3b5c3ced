"""How drawn numbers are written down: keys with leading zeros, days, local times, and what is missing."""

from __future__ import annotations

import datetime

import polars as pl

_FIRST = datetime.date(1970, 1, 1)
_MINUTE = 60_000_000
"""Microseconds, which a date and time counts in."""


def rows_between(start: int, stop: int) -> pl.Series:
    """The numbers of the rows of one stretch."""
    return pl.int_range(start, stop, dtype=pl.UInt64, eager=True)


def none_where(values: pl.Series, missing: pl.Series) -> pl.Series:
    """The values, missing where it says so."""
    return values.zip_with(~missing, pl.Series([None], dtype=values.dtype))


def zeros(number: pl.Expr, width: int) -> pl.Expr:
    """A number with leading zeros, which a spreadsheet loses and a file of ours keeps."""
    return (number + 10**width).cast(pl.String).str.slice(1)  # far faster than filling text with zeros


def key(letter: str, column: str) -> pl.Expr:
    """What names a row: a letter and the row's number."""
    return pl.concat_str(pl.lit(letter), zeros(pl.col(column), 9))


def person(column: str) -> pl.Expr:
    """A pseudonym, the same wherever the person is seen."""
    return key("P", column).alias("person")


def days_after(first: datetime.date, days: pl.Series) -> pl.Series:
    """The day so many days after the first."""
    return (days.cast(pl.Int32) + (first - _FIRST).days).cast(pl.Date)


def moment(day: pl.Series, minutes: pl.Series) -> pl.Series:
    """A local date and time, so many minutes after midnight of the day, and later than the day if need be.

    The hour after one in the morning is left out, because it is not there on one night of the year and is
    there twice on another: what falls into it comes an hour later.
    """
    whole = day.cast(pl.Int32).cast(pl.Int64) * 1440 + minutes.cast(pl.Int64)
    missing_hour = (whole % 1440 // 60 == 1).cast(pl.Int64) * 60
    return ((whole + missing_hour) * _MINUTE).cast(pl.Datetime("us"))
