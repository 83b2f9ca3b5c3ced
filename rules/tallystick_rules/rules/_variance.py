"""Variance: what was counted against a benchmark, and what of it lies outside a band."""

from __future__ import annotations

import enum
from typing import Any

from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Never
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Count, Maybe
from tallystick.kernel.language.words import total, when
from tallystick.kernel.trace import Activity


class Beyond(enum.Enum):
    """What of a variance is shared that lies outside the band."""

    FIRST_POUND = "first pound"
    EXCESS = "only the excess"


def outside(rule: Any, variance: Amount, band: Amount) -> tuple[Amount, Amount]:
    """What is shared of a variance, and what is not since it lies inside the band."""
    size = variance.at_least(-variance)
    shared = variance
    if rule.beyond_band is Beyond.EXCESS:
        shared = (variance - band).at_least(0) - (-variance - band).at_least(0)
    shared = when(size >= band, shared).named("variance that is shared")
    return shared, variance - shared


def counted(rule: Any, activity: Activity) -> tuple[Count, list[Never]]:
    """What the period counted, and the rows that may not pass for a saving."""
    assert rule.table is not None
    rows = activity[rule.table]
    where = rows.where(rule.where)
    if rule.of is None:
        return total(when(where, rows.rows)), []
    column = getattr(rows, rule.of)
    if column.node.kind is not Kind.COUNT:
        says = f"{rule.table}.{rule.of} is a {column.node.kind.value}, and of = … names a column of counts"
        raise RuleError(says, about="of")
    if not isinstance(column, Maybe):
        return total(when(where, column)), []
    missing = Never(where & column.is_missing(), f"{rule.of} is not given, and would pass for a saving")
    return total(when(where, column.or_else(0))), [missing]


def check(rule: Any) -> None:
    """Refuse what says too little of the benchmark or the band, and what says the benchmark twice."""
    if (rule.band is None) != (rule.beyond_band is None):
        says = "a band, and what is shared of a variance outside it, are said together"
        about = "band" if rule.band is not None else "beyond_band"
        raise RuleError(says, about=about, write='band = … and beyond_band = "first pound" or "only the excess"')
    in_money = (rule.benchmark is not None, rule.on is not None)
    in_units = (rule.benchmark_units is not None, rule.each is not None, rule.table is not None)
    if any(in_money) and any(in_units):
        says, write = "the benchmark is said twice, in money and in units", "one of the two"
        raise RuleError(says, about="benchmark" if in_money[0] else "on", write=write)
    if not all(in_money) and not all(in_units):
        names = ("benchmark", "on", "benchmark_units", "each", "table")
        said = [name for name in names if getattr(rule, name) is not None]
        says = "it does not say against what a saving is counted"
        write = "benchmark and on, or benchmark_units, each and table"
        raise RuleError(says, about=said[0] if said else "parties", write=write)
