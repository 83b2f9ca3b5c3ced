"""A year's results of indicators: which row decides, when the year is decided, and which rows nobody may be paid on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen

from tallystick.kernel.flows import Figure, Law, Never
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Count, Day, Flag, literal
from tallystick.kernel.language.words import count, each_contract, total, when
from tallystick_rules.rules._to_date import planned_count

MONTHS = 12
DECIDED_AFTER = "With how many months of the contract's year it is decided; as many as that year has, if fewer."


@frozen(eq=False, kw_only=True)
class Found:
    """One indicator's result of the day that decides; both counts are zero where there is none."""

    given: Flag
    above: Count
    below: Count


def year_ends(months: Count) -> Flag:
    """Whether the period is the one with which so many months of the contract's year are over."""
    return (_so_many() == each_contract(months)).named("the year is decided")


def after_it(months: Count, paid: Amount) -> Law:
    """That nothing is paid in a year after it was decided: the contract said too few months for it."""
    late = (_so_many() > each_contract(months)).named("the year was to be decided before")
    nothing: Amount = literal(Kind.AMOUNT, 0)
    says = "nothing is paid after the year is decided: decided_after_months is as many as the year has"
    return Law(says, when(late, paid), each_contract(nothing))


def nobody(people: Count, money: Amount, about: str) -> Law:
    """Stops a contract whose number of people is zero, as an empty cell may make it: all would come to nothing."""
    nothing: Amount = literal(Kind.AMOUNT, 0)
    return Law(
        f"{about} is at least 1, or all of it would come to nothing", when(people == 0, money), each_contract(nothing)
    )


def _so_many() -> Count:
    so_many: Count = planned_count(literal(Kind.COUNT, MONTHS), None, "months").now
    return so_many


def result(rows: Any, name: str, day: Day) -> Found:
    """The indicator's result of that day."""
    of_day = (rows.indicator == name) & (rows.measured_on == day)
    given = (of_day & rows.numerator.is_given() & rows.denominator.is_given()).named(
        f"{name}: a result of the last day"
    )
    return Found(
        given=(count(given) > 0).named(f"{name}: has a result"),
        above=total(when(given, rows.numerator.or_else(0))).named(f"{name}: numerator"),
        below=total(when(given, rows.denominator.or_else(0))).named(f"{name}: denominator"),
    )


def at_fault(rows: Any, names: Sequence[str], day: Day) -> Iterator[Never]:
    """Rows that nothing may be paid on: more reached it than could, half a result, two results of one day."""
    above, below = rows.numerator, rows.denominator
    listed = rows.indicator.is_in(tuple(names))
    both = listed & above.is_given() & below.is_given()
    yield Never(both & (above.or_else(0) > below.or_else(0)), "its numerator is above its denominator: more than 100%")
    half = listed & ~both & (above.is_given() | below.is_given())
    yield Never(half, "it has a numerator or a denominator, and not both")
    for name in names:
        mine = (rows.indicator == name) & (rows.measured_on == day)
        yield Never(mine & (count(mine) > 1), f"“{name}” has two results of the same day")


def unread(rows: Any, names: Sequence[str], day: Day, now: Flag) -> Iterator[Figure]:
    """Results of listed indicators that decide nothing: of other days than the year's last."""
    listed = rows.indicator.is_in(tuple(names))
    early = listed & ~((rows.measured_on == day) & now)
    yield Figure("results of other days than the year's last", early, reason="they decide nothing")
