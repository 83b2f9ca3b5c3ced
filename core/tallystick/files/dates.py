"""Reading days and moments: the year first, local time, and every clock change accounted for."""

from __future__ import annotations

import datetime

import polars as pl

from tallystick.files.codes import is_text
from tallystick.files.problems import Problem, Reading, matches, missing, raw, text, typed
from tallystick.kernel.tables import Column

ZONE = "Europe/London"
EPOCH = datetime.date(1970, 1, 1)
EARLIEST = datetime.date(1900, 1, 1)
AFTER_DAYS = datetime.date(2201, 1, 1)
AFTER_MOMENTS = datetime.date(2100, 1, 1)
"""Time zone tables as Polars has them do not know summer time after 2099, so later moments are refused."""

_DAY = r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8})$"
_DAY_FIRST = r"^[0-9]{1,2}[/. -](?:[0-9]{1,2}|[A-Za-z]{3,9})[/. -][0-9]{2,4}"
_WITH_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]"
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?$"
_WITH_ZONE = r"[0-9](?:Z|\s?[+-][0-9]{2}:?[0-9]{2}|\s[A-Z]{3,4})$"


def read_day(column: Column, local: str, dtype: pl.DataType) -> Reading | None:
    """Read a day from dates, from local midnights, or from text with the year first."""
    name = column.name
    if is_text(dtype):
        as_text = raw(column).cast(pl.String).str.strip_chars().alias(f"{name} text")
        value = text(column).str.replace_all("-", "", literal=True).str.to_date("%Y%m%d", strict=False).alias(name)
        problems = [*missing(column, "2024-05-31", is_text=True), *_day_text_problems(column), _out_of_range(column)]
        return Reading(column=column, local=local, stages=((as_text,), (value,)), problems=tuple(problems))
    if not (dtype == pl.Date or _is_local(dtype)):
        return None
    problems = [*missing(column, "2024-05-31", is_text=False), _far(column, dtype, AFTER_DAYS)]
    if dtype != pl.Date:
        problems.append(_has_time(column, raw(column).dt.truncate("1d") != raw(column)))
    value = _near(column, dtype, AFTER_DAYS).cast(pl.Date).alias(name)
    return Reading(
        column=column, local=local, stages=((value,),), problems=tuple(problems), as_it_is=dtype == pl.Date
    )  # fmt: skip


def read_moment(column: Column, local: str, dtype: pl.DataType) -> Reading | None:
    """Read a local date and minute, and beside it the minutes since 1970 in universal time.

    The hour that comes twice in autumn is read as the first, in summer time. A column that carries a zone is
    refused: local time could no longer tell which of the two hours it was.
    """
    name = column.name
    elapsed = _elapsed(column)
    if is_text(dtype):
        as_text = raw(column).cast(pl.String).str.strip_chars().alias(f"{name} text")
        minute = text(column).str.slice(0, 16).str.replace("T", " ", literal=True)
        value = minute.str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False).alias(name)
        problems = [*missing(column, "2024-05-31 14:05", is_text=True), *_moment_text_problems(column)]
        stages: tuple[tuple[pl.Expr, ...], ...] = ((as_text,), (value,), (elapsed,))
    elif _is_local(dtype):
        value = _near(column, dtype, AFTER_MOMENTS).cast(pl.Datetime("us")).alias(name)
        seconds = _seconds(column, raw(column).dt.truncate("1m") != raw(column))
        far = _far(column, dtype, AFTER_MOMENTS)
        problems = [*missing(column, "2024-05-31 14:05", is_text=False), far, seconds]
        stages = ((value,), (elapsed,))
    else:
        return None
    problems += [_out_of_range(column, AFTER_MOMENTS), _never_was(column)]
    return Reading(column=column, local=local, stages=stages, problems=tuple(problems))


def _is_local(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.Datetime) and dtype.time_zone is None


def _elapsed(column: Column) -> pl.Expr:
    known = (typed(column) >= EARLIEST) & (typed(column) < AFTER_MOMENTS)
    zoned = pl.when(known).then(typed(column)).dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
    return (zoned.dt.epoch("s") // 60).cast(pl.Int64).alias(f"{column.name}.elapsed")


def _day_text_problems(column: Column) -> list[Problem]:
    given = text(column) != ""
    serial = matches(text(column), r"^[0-9]{5}(?:\.[0-9]+)?$")
    return [
        _day_first(column, "2024-05-31"),
        _has_time(column, matches(text(column), _WITH_TIME), covered=True),
        Problem(
            "date-serial", serial, "{cell} is a spreadsheet's number for a date",
            "spreadsheets count from different years", "the date as 2024-05-31 or 20240531", covered=True,
        ),
        Problem(
            "not-a-date", given & ~matches(text(column), _DAY), "{cell} is not a date",
            f"{column.name} is a day, written with the year first", "2024-05-31 or 20240531",
        ),
        _impossible(column),
    ]  # fmt: skip


def _moment_text_problems(column: Column) -> list[Problem]:
    given = text(column) != ""
    return [
        _day_first(column, "2024-05-31 14:05"),
        Problem(
            "moment-with-zone", matches(text(column), _WITH_ZONE), "{cell} carries a time zone",
            f"{column.name} is local time, as the clock on the wall shows it", "2024-05-31 14:05, without the zone",
            covered=True,
        ),
        Problem(
            "moment-without-time", matches(text(column), _DAY), "{cell} is a date without a time",
            f"{column.name} is a date and a minute; midnight may not be guessed", "2024-05-31 14:05",
            covered=True,
        ),
        Problem(
            "not-a-moment", given & ~matches(text(column), _MOMENT), "{cell} is not a date and time",
            f"{column.name} is a local date and minute", "2024-05-31 14:05",
        ),
        _seconds(column, matches(text(column), r":[0-9]{2}:(?:[0-9]{2}\.[0-9]*[1-9]|0[1-9]|[1-9][0-9])")),
        _impossible(column),
    ]  # fmt: skip


def _day_first(column: Column, example: str) -> Problem:
    return Problem(
        "ambiguous-date", matches(text(column), _DAY_FIRST), "{cell} does not begin with the year",
        "03/04/2024 is March to some and April to others, and two digits do not say which century", example,
        covered=True,
    )  # fmt: skip


def _has_time(column: Column, bad: pl.Expr, *, covered: bool = False) -> Problem:
    return Problem(
        "date-with-time", bad, "{cell} has a time of day",
        f"{column.name} is a whole day, and cutting the time off may not be what is meant", "the day alone: 2024-05-31",
        covered,
    )  # fmt: skip


def _seconds(column: Column, bad: pl.Expr) -> Problem:
    return Problem(
        "moment-with-seconds", bad, "{cell} is not a whole minute",
        f"{column.name} is kept to the minute, and seconds are not cut off in silence", "2024-05-31 14:05, or :00",
    )  # fmt: skip


def _impossible(column: Column) -> Problem:
    bad = (text(column) != "") & typed(column).is_null()
    return Problem(
        "impossible-date", bad, "{cell} is on no calendar or clock", "there is no such day or time",
        "a date that exists, such as 2024-02-29",
    )  # fmt: skip


def day_number(of: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Days since 1970 of dates and times of any type, however far off: as whole numbers, which have no calendar."""
    units = {"ms": 10**3, "us": 10**6, "ns": 10**9}
    a_day = 86_400 * units[dtype.time_unit] if isinstance(dtype, pl.Datetime) else 1
    return of.to_physical().cast(pl.Int64) // a_day


def _in_range(column: Column, dtype: pl.DataType, after: datetime.date) -> pl.Expr:
    number = day_number(raw(column), dtype)
    return (number >= (EARLIEST - EPOCH).days) & (number < (after - EPOCH).days)


def _near(column: Column, dtype: pl.DataType, after: datetime.date) -> pl.Expr:
    """The dates that are in range, others null: a wider unit of time must not wrap round on its way to a finer one."""
    return pl.when(_in_range(column, dtype, after)).then(raw(column))


def _far(column: Column, dtype: pl.DataType, after: datetime.date) -> Problem:
    return _out_of_range(column, after, ~_in_range(column, dtype, after))


def _out_of_range(column: Column, after: datetime.date = AFTER_DAYS, bad: pl.Expr | None = None) -> Problem:
    if bad is None:
        bad = (typed(column) < EARLIEST) | (typed(column) >= after)
    return Problem(
        "date-out-of-range", bad, "{cell} is outside 1900 to " + str(after.year - 1),
        'such dates stand for "not known" or "no end" in some systems',
        "the real date" + (", or nothing where it is not known" if column.optional else ""),
    )  # fmt: skip


def _never_was(column: Column) -> Problem:
    bad = typed(column).is_not_null() & pl.col(f"{column.name}.elapsed").is_null()
    return Problem(
        "skipped-hour", bad, "{cell} never was: the clocks went forward over it",
        "an hour is skipped when summer time begins, so no time can be measured from it",
        "the time that the clock showed",
    )  # fmt: skip
