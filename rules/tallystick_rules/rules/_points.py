"""Points: what each indicator has on offer, makes available and is achieved, exactly and never rounded."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, TypeVar

from attrs import frozen

from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Never
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Count, Day, Flag, Rate, literal
from tallystick.kernel.language.words import each_contract, ratio, when
from tallystick.kernel.parameters import parameter
from tallystick_rules.rules._results import result

RARE = Fraction(1, 1_000_000)


class Direction(enum.Enum):
    """Which way an indicator is better."""

    HIGHER = "higher is better"
    LOWER = "lower is better"


class Unmeasured(enum.Enum):
    """What an indicator without a result comes to."""

    NO_POINTS = "no points"
    WAITS = "the year waits"


@frozen(eq=False, kw_only=True)
class PointsIndicator:
    """An indicator with its points and the two thresholds between which they are earned."""

    name: str = parameter("The indicator, as the table of indicators names it.")
    points: Rate = parameter("How many points it has on offer.", at_least=0, unit="points")
    lower: Rate = parameter("The lower threshold.", at_least=0, at_most=1)
    upper: Rate = parameter("The upper threshold; the same as the lower one for a step.", at_least=0, at_most=1)
    direction: Direction = parameter("Which way it is better.", default=Direction.HIGHER)
    register: str | None = parameter(
        "The row of the table of indicators that has the register over the list, for prevalence.", default=None
    )
    national_prevalence: Rate | None = parameter(
        "The average prevalence, by which the practice's own is divided.", at_least=RARE, at_most=1, default=None
    )


@frozen(eq=False, kw_only=True)
class Points:
    """One indicator's points in the year that is decided."""

    name: str
    given: Flag
    rate: Rate
    offered: Rate
    available: Rate
    achieved: Rate
    for_payment: Rate
    """The achieved points, × prevalence ÷ average prevalence where that counts."""


def check_indicators(indicators: Any) -> None:
    """Refuse no indicators at all, one that is listed twice, and half of a prevalence."""
    if not indicators:
        raise RuleError("quality-points: no indicator is listed, so there are no points", about="indicators")
    seen: set[str] = set()
    for place, one in enumerate(indicators):
        about = f"indicators.{place}"
        if one.name in seen:
            raise RuleError(f"the indicator “{one.name}” is listed twice", about=about, write="one of them")
        seen.add(one.name)
        if (one.register is None) != (one.national_prevalence is None):
            says = f"“{one.name}”: register and national_prevalence are said together"
            raise RuleError(says, about=about, write="both, or neither where prevalence does not count")


def names_read(indicators: Any) -> tuple[str, ...]:
    """Every row of results that is read, indicators and registers, each once."""
    registers = [one.register for one in indicators if one.register is not None]
    return tuple(dict.fromkeys([*(one.name for one in indicators), *registers]))


N = TypeVar("N", Rate, Count)


def added(values: Iterable[N]) -> N:
    """The sum of some numbers, at least one."""
    first, *others = values
    for one in others:
        first = first + one
    return first


def points_of(rows: Any, indicators: Any, day: Day) -> list[Points]:
    """The points of each indicator, on the day that decides."""
    return [_points_of(rows, one, day) for one in indicators]


def _points_of(rows: Any, one: Any, day: Day) -> Points:
    """What an indicator has on offer, makes available and is achieved on the day that decides."""
    found = result(rows, one.name, day)
    given, someone = found.given, found.below > 0
    rate = ratio(found.above, found.below, otherwise=0).named(f"{one.name}: achieved")
    weight: Rate = literal(Kind.RATE, 1)
    if one.register is not None:
        register = result(rows, one.register, day)
        given, someone = given & register.given, someone & (register.above > 0)
        own = ratio(register.above, register.below, otherwise=0).named(f"{one.name}: prevalence")
        average = each_contract(one.national_prevalence)
        weight = ratio(own, average, otherwise=0).named(f"{one.name}: prevalence ÷ average prevalence")
    offered = each_contract(one.points)
    available = when(given & someone, offered).named(f"{one.name}: points available")
    achieved = (available * level(one, rate)).named(f"{one.name}: points achieved")
    return Points(
        name=one.name, given=given, rate=rate, offered=offered, available=available, achieved=achieved,
        for_payment=(achieved * weight).named(f"{one.name}: points for payment"),
    )  # fmt: skip


def level(one: Any, rate: Rate) -> Rate:
    """What part of its points an achievement brings: along the line from one threshold to the other."""
    lower, upper = each_contract(one.lower), each_contract(one.upper)
    higher = one.direction is not Direction.LOWER
    reached, beyond = (rate >= upper, rate - lower) if higher else (rate <= lower, upper - rate)
    whole: Rate = literal(Kind.RATE, 1)
    return when(reached, whole, ratio(beyond.at_least(0), upper - lower, otherwise=0)).named(f"{one.name}: part of it")


def faults(rows: Any, indicators: Any) -> Iterator[Never]:
    """Thresholds that are crossed, and a prevalence over an empty list."""
    for one in indicators:
        crossed = (rows.indicator == one.name) & (one.lower > one.upper)
        yield Never(crossed, f"the lower threshold of “{one.name}” is above the upper one")
    registers = tuple(dict.fromkeys(one.register for one in indicators if one.register is not None))
    if registers:
        empty = rows.indicator.is_in(registers) & rows.denominator.is_given() & (rows.denominator.or_else(1) == 0)
        yield Never(empty, "it is a register over a list of nobody, which has no prevalence")
