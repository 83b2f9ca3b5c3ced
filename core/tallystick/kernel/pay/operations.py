"""The plain operations of the language on columns of the small grains; a missing value gives a missing value."""

from __future__ import annotations

import datetime
import math
import zoneinfo
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Any

from attrs import frozen

from tallystick.kernel.errors import Fault
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.pay import exact
from tallystick.kernel.pay.layout import Layout
from tallystick.kernel.reading import MISSING_IN_SUM

LONDON = zoneinfo.ZoneInfo("Europe/London")
Column = list[Any]
_RATIOS = (Kind.PRICE, Kind.RATE)


@frozen
class Stopped:
    """Stands in a column where there can be no value: whoever looks at it is stopped, and no ``or_else`` hides it.

    ``fault`` is set where it is the input that is at fault, and the run ends if anybody looks.
    """

    why: str
    fault: Fault | None = None


MISSING = Stopped(MISSING_IN_SUM)


def apply(node: Node, args: list[Column], step: int, layout: Layout | None) -> Column:
    """The node's column from its arguments' columns; ``step`` is the scheme's rounding unit in pence."""
    op = node.op
    if op in ("named", "line", "at_period"):
        return args[0]
    if op == "when":
        return [
            c if c is None or type(c) is Stopped else a if c else b for c, a, b in zip(*args, strict=True)
        ]  # fmt: skip
    if op == "or_else":
        return [b if a is None else a for a, b in zip(*args, strict=True)]
    if op == "is_missing":
        return [a if type(a) is Stopped else a is None for a in args[0]]
    if op == "instalment" and layout is not None:
        return _by_profile(args[0], node.data, layout) if node.data else _instalments(args[0], layout)
    work = _work(node, step)
    if any(Stopped in map(type, column) for column in args):
        return [stop_in(values) or (None if None in values else work(*values)) for values in zip(*args, strict=True)]
    return [None if None in values else work(*values) for values in zip(*args, strict=True)]


def stop_in(values: Iterable[Any]) -> Stopped | None:
    """The first of the values that stops whoever looks at it, if any does."""
    for value in values:
        if type(value) is Stopped:
            return value
    return None


def plus(a: Any, b: Any, ratio: bool) -> Any:
    """The sum of two amounts or counts, or of two ratios; what is missing in a sum stops whoever looks at it."""
    for one in (a, b):
        if one is None:
            return MISSING
        if type(one) is Stopped:
            return one
    return exact.add(a, b) if ratio else a + b


def _work(node: Node, step: int) -> Callable[..., Any]:
    op, data = node.op, node.data
    ratio = bool(node.args) and node.args[0].kind in _RATIOS
    if op in ("add", "sub", "neg", "min", "max"):
        return (_ON_RATIOS if ratio else _ON_WHOLE)[op]
    if op in _COMPARED:
        return _comparison(op, node.args[0].kind)
    if op == "mul":
        return _product([arg.kind in _RATIOS for arg in node.args])
    if op == "scale":
        return lambda amount, rate: exact.rounded((amount * rate[0], rate[1]), step)
    if op == "round":
        return lambda price: exact.rounded(price, step)
    if op == "round_to":
        return lambda price: (exact.rounded(price, int(data[0])), 1)  # type: ignore[call-overload]
    if op == "ratio":
        return _ratio
    if op == "is_in":
        return lambda code: code in data
    if op == "starts_with":
        return lambda code: code.startswith(data)
    return _OTHERS[op]


def _product(ratios: list[bool]) -> Callable[..., Any]:
    if not any(ratios):
        return lambda a, b: a * b
    return lambda a, b: exact.multiply(a if ratios[0] else (a, 1), b if ratios[1] else (b, 1))


def _ratio(above: Any, below: Any, otherwise: Any) -> Any:
    top = above if isinstance(above, tuple) else (above, 1)
    under = below if isinstance(below, tuple) else (below, 1)
    if under[0] == 0:
        return otherwise
    return exact.lowest(top[0] * under[1], top[1] * under[0])


def _comparison(op: str, kind: Kind) -> Callable[..., bool]:
    test = _COMPARED[op]
    if kind in _RATIOS:
        return lambda a, b: test(exact.compare(a, b), 0)
    if kind is Kind.MOMENT:
        return lambda a, b: test(elapsed(a), elapsed(b))
    return test


def elapsed(moment: datetime.datetime) -> int:
    """Minutes since 1970 in universal time; the first of an hour that occurs twice."""
    since = moment.replace(tzinfo=LONDON, fold=0) - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return since // datetime.timedelta(minutes=1)


def by_the_clock(moment: datetime.datetime) -> int:
    """Minutes since 1970 by the local clock."""
    return (moment - datetime.datetime(1970, 1, 1)) // datetime.timedelta(minutes=1)  # noqa: DTZ001 - as it shows


def _instalments(years: Column, layout: Layout) -> Column:
    parts: Column = []
    for year, (_, period) in zip(years, layout.periods, strict=True):
        if year is None or type(year) is Stopped:
            parts.append(year)
            continue
        each, more = divmod(abs(year), 12)
        part = sum(each + (1 if month < more else 0) for month in period.months)
        parts.append(-part if year < 0 else part)
    return parts


def _by_profile(years: Column, rates: Any, layout: Layout) -> Column:
    """What the months before a period and up to its end come to, each rounded; the difference is the period's."""
    below = math.lcm(*(rate.denominator for rate in rates))
    above = list(accumulate((rate.numerator * (below // rate.denominator) for rate in rates), initial=0))
    parts: Column = []
    for year, (_, period) in zip(years, layout.periods, strict=True):
        if year is None or type(year) is Stopped:
            parts.append(year)
        else:
            ends = (period.months[0], period.months[-1] + 1)
            before, now = (exact.rounded((year * above[end], below), 1) for end in ends)
            parts.append(now - before)
    return parts


def _completed_years(start: datetime.date, end: datetime.date) -> int:
    def number(day: datetime.date) -> int:
        return day.year * 10000 + day.month * 100 + day.day

    return (number(end) - number(start)) // 10000


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b,
}  # fmt: skip
_ON_WHOLE: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "neg": lambda a: -a, "min": min, "max": max,
}  # fmt: skip
_ON_RATIOS: dict[str, Callable[..., Any]] = {
    "add": exact.add, "sub": lambda a, b: exact.add(a, (-b[0], b[1])), "neg": lambda a: (-a[0], a[1]),
    "min": lambda a, b: a if exact.compare(a, b) <= 0 else b, "max": lambda a, b: a if exact.compare(a, b) >= 0 else b,
}  # fmt: skip
_OTHERS: dict[str, Callable[..., Any]] = {
    "as_rate": lambda a: (a, 1), "and": lambda a, b: a and b, "or": lambda a, b: a or b, "not": lambda a: not a,
    "days_between": lambda a, b: (b - a).days, "minutes_between": lambda a, b: elapsed(b) - elapsed(a),
    "completed_years": _completed_years, "add_days": lambda day, days: day + datetime.timedelta(days=days),
    "weekday": lambda day: day.isoweekday(), "day_of": lambda moment: moment.date(),
    "minute_of_day": lambda moment: moment.hour * 60 + moment.minute,
}  # fmt: skip
