"""Results that nothing may be paid on, and results that a rule does not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tallystick.kernel.flows import Figure, Never
from tallystick.kernel.language.series import Day, Flag
from tallystick.kernel.language.words import count
from tallystick_rules.rules._outcomes import Outcome


def at_fault(rows: Any) -> Iterator[Never]:
    """Results that nothing may be paid on: more reached it than could, half a result, two results of one day."""
    above, below = rows.numerator, rows.denominator
    too_many = above.or_else(0) > below.or_else(0)
    yield Never(below.is_given() & too_many, "its numerator is above its denominator, so more than 100% reached it")
    yield Never(above.is_given() & below.is_missing(), "it has a numerator and no denominator")


def twice(rows: Any, outcomes: tuple[Outcome, ...], day: Day) -> Iterator[Never]:
    """Two results of one indicator and day: nobody could tell which of them decides."""
    for outcome in outcomes:
        for indicator in outcome.indicators:
            mine = (rows.indicator == indicator.name) & (rows.measured_on == day)
            yield Never(mine & (count(mine) > 1), f"“{indicator.name}” has two results of the same day")


def unread(rows: Any, outcomes: tuple[Outcome, ...], day: Day, now: Flag) -> Iterator[Figure]:
    """Results that decide nothing: of indicators that are not listed, and of other days than the year's last."""
    names = tuple(indicator.name for outcome in outcomes for indicator in outcome.indicators)
    listed = rows.indicator.is_in(names)
    yield Figure("results of indicators that are not listed", ~listed, reason="this rule reads none of them")
    early = listed & ~((rows.measured_on == day) & now)
    yield Figure("results of other days than the year's last", early, reason="they decide nothing")
