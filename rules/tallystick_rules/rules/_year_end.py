"""When a contract's year is over: what is decided by a year's result is decided then, however often it settles."""

from __future__ import annotations

from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Count, Flag, literal
from tallystick.kernel.language.words import each_contract
from tallystick_rules.rules._to_date import planned_count

MONTHS = 12
YEAR_MONTHS = "How many months the contract's year has, by year: fewer than twelve where the contract ends within one."


def year_is_over(months: Count) -> Flag:
    """Whether the year ends with the period: its last month, which may be the ninth of a contract of nine."""
    passed: Count = planned_count(literal(Kind.COUNT, MONTHS), None, "months").now
    return (passed == each_contract(months)).named("the contract's year is over")
