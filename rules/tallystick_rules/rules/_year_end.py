"""When a contract's year is over: what is decided by a year's result is decided then, however often it settles."""

from __future__ import annotations

from tallystick.kernel.flows import Law
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Count, Flag, literal
from tallystick.kernel.language.words import each_contract, when
from tallystick_rules.rules._to_date import planned_count

MONTHS = 12
YEAR_MONTHS = "How many months the contract's year has, by year: fewer than twelve where the contract ends within one."


def year_is_over(months: Count) -> Flag:
    """Whether the year ends with the period: its last month, which may be the ninth of a contract of nine."""
    return (_passed() == each_contract(months)).named("the contract's year is over")


def year_goes_on(months: Count) -> Law:
    """Stops a contract that goes on after the months of its year: what comes then would never be decided."""
    penny, nothing = (literal(Kind.AMOUNT, one) for one in ("£0.01", "£0.00"))
    after: Amount = when(_passed() > each_contract(months), penny)
    return Law("the contract's year ends with the months that year_months says", after, nothing)


def _passed() -> Count:
    """How many months of the contract's year have passed at the end of the period."""
    passed: Count = planned_count(literal(Kind.COUNT, MONTHS), None, "months").now
    return passed
