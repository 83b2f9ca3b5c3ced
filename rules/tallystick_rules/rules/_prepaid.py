"""What a prepaid incentive says of its pool and its indicators, and what cannot stand together."""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import Any

from attrs import frozen

from tallystick.kernel.errors import RuleError
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Flag, Rate, literal
from tallystick.kernel.language.words import each_contract, ratio, when
from tallystick.kernel.rules import parameter
from tallystick_rules.rules._outcomes import Indicator, Outcome


class Advance(enum.Enum):
    """Whether the pool is money of its own."""

    PAID = "paid by this rule"
    WITHIN = "within what other rules pay"


class NotMeasured(enum.Enum):
    """What becomes of an indicator's part if there is no result."""

    KEPT = "kept provisionally"
    BACK = "goes back"


@frozen(kw_only=True)
class PrepaidIndicator:
    """An indicator, as the table of indicators names it, and between which rates its part is earned."""

    name: str = parameter("Its name in the table of indicators.")
    earns_from: Rate = parameter("The rate up to which nothing is earned.", at_least=0, at_most=1)
    earns_all_at: Rate = parameter("The rate from which all of it is earned.", at_least=0, at_most=1)
    applies: Flag = parameter("Whether it applies to the provider, by year if that changes.", default=True)


def indicators(rule: Any) -> tuple[list[PrepaidIndicator], tuple[Outcome, ...]]:
    """The indicators by their names, and the same as results are read by."""
    by_name = sorted(rule.indicators, key=lambda one: str(one.name))
    read = tuple(Indicator(name=one.name, weight=Fraction(1), levels=()) for one in by_name)
    return by_name, (Outcome(name="", weight=Fraction(1), indicators=read),)


def earned_share(one: PrepaidIndicator, achieved: Rate) -> Rate:
    """What share of its part an indicator earns: along a line between its two rates, or a step where they are one."""
    nothing, every = each_contract(one.earns_from), each_contract(one.earns_all_at)
    between = ratio(achieved - nothing, every - nothing, otherwise=0).between(0, 1)
    step: Rate = when(achieved >= every, literal(Kind.RATE, 1))
    return when(nothing == every, step, between)


def check(rule: Any) -> None:
    """Refuse a pool that is said in two ways or in none, and indicators that are none or listed twice."""
    by_share = (rule.share is not None, rule.on is not None)
    if (any(by_share) and (rule.value is not None or not all(by_share))) or (not any(by_share) and rule.value is None):
        says = "the pool is a share of what other rules pay, or a sum"
        about = "value" if rule.value is not None else "share" if rule.share is not None else "advance"
        raise RuleError(says, about=about, write='share = "1.25%", on = ["fixed element"]; or value = "£2,500,000"')
    if not rule.indicators:
        says = "without an indicator nothing could ever be missed"
        raise RuleError(says, about="indicators", write="[[rule.indicators]], one or more")
    names = [one.name for one in rule.indicators]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise RuleError(f"“{name}” is listed twice", about=f"indicators.{place}", write="each indicator once")
