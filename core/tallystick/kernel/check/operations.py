"""Plain operations: what each is worth when nothing is missing, as the page of the language says it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

_LOCAL = ZoneInfo("Europe/London")
_START = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def round_half_up(exact: Fraction | int, unit: int) -> int:
    """The nearest multiple of ``unit``; halfway goes away from zero."""
    units, rest = divmod(abs(Fraction(exact)), unit)
    size = (int(units) + (1 if rest * 2 >= unit else 0)) * unit
    return -size if exact < 0 else size


def elapsed_minutes(local: datetime.datetime) -> int:
    """Whole minutes since 1970 in universal time; an hour that occurs twice is the first of the two."""
    universal = local.replace(tzinfo=_LOCAL, fold=0).astimezone(datetime.UTC)
    return (universal - _START) // datetime.timedelta(minutes=1)


def completed_years(start: datetime.date, end: datetime.date) -> int:
    """As an age is counted, from the digits of both dates."""
    return (_digits(end) - _digits(start)) // 10_000


def _digits(day: datetime.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _ratio(above: Fraction | int, below: Fraction | int, otherwise: Fraction) -> Fraction:
    return Fraction(otherwise) if below == 0 else Fraction(above) / Fraction(below)


def _ordinal(value: Any) -> Any:
    """What two values are compared by: moments by elapsed time, anything else as it is."""
    return elapsed_minutes(value) if isinstance(value, datetime.datetime) else value


PLAIN: Mapping[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "neg": lambda a: -a,
    "min": lambda a, b: min(a, b),
    "max": lambda a, b: max(a, b),
    "mul": lambda a, b: a * b,
    "as_rate": lambda a: Fraction(a),
    "ratio": _ratio,
    "round_to": lambda price, pence: Fraction(round_half_up(price, pence)),
    "eq": lambda a, b: _ordinal(a) == _ordinal(b),
    "ne": lambda a, b: _ordinal(a) != _ordinal(b),
    "lt": lambda a, b: _ordinal(a) < _ordinal(b),
    "le": lambda a, b: _ordinal(a) <= _ordinal(b),
    "gt": lambda a, b: _ordinal(a) > _ordinal(b),
    "ge": lambda a, b: _ordinal(a) >= _ordinal(b),
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
    "is_in": lambda code, *codes: code in codes,
    "starts_with": lambda code, *starts: code.startswith(starts),
    "days_between": lambda start, end: (end - start).days,
    "minutes_between": lambda start, end: elapsed_minutes(end) - elapsed_minutes(start),
    "completed_years": completed_years,
    "add_days": lambda day, days: day + datetime.timedelta(days=days),
    "weekday": lambda day: day.isoweekday(),
    "day_of": lambda moment: moment.date(),
    "minute_of_day": lambda moment: moment.hour * 60 + moment.minute,
}
"""Operations on values that are all there: the arguments' values first, then what the node itself says."""
