"""The contract's year before: what a value of the year's end came to then, however often the contract settles."""

from __future__ import annotations

from attrs import frozen

from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Count, Flag, Rate, literal
from tallystick.kernel.language.words import previous, when
from tallystick_rules.rules._to_date import planned_count

MONTHS = 12


@frozen(eq=False)
class Known:
    """A rate, and whether it is known."""

    known: Flag
    rate: Rate


def year_before(now: Known) -> Known:
    """The same at the end of the contract's year before; not known in its first year. Read it when a year ends."""
    nothing, one = (literal(Kind.RATE, number) for number in (0, 1))
    return Known(_back(when(now.known, one)) == one, _back(when(now.known, now.rate, nothing)))


def _back(value: Rate) -> Rate:
    """The value twelve months earlier: one year, four quarters or twelve months."""
    at = [value]
    for _ in range(MONTHS):
        at.append(previous(at[-1]).or_else(0))
    months: Count = planned_count(literal(Kind.COUNT, MONTHS), None, "months of the year").now
    before: Count = planned_count(literal(Kind.COUNT, MONTHS), None, "months of the year").before
    length = months - before
    quarter: Rate = when(length == 3, at[4], at[12])
    return when(length == MONTHS, at[1], quarter)
