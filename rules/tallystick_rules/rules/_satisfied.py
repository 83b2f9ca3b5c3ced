"""How much is released when a share of patients were satisfied: along a line, by a lower bound, or at a step."""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import Any

from tallystick.kernel.errors import RuleError
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Count, Flag, Rate, literal
from tallystick.kernel.language.words import each_contract, ratio, when


class Method(enum.Enum):
    """How the share of satisfied patients decides."""

    LINEAR = "linear"
    LOWER_BOUND = "lower bound"
    STEP = "step"


class Bound(enum.Enum):
    """Which lower confidence bound of a share it is."""

    WILSON = "wilson"
    NORMAL = "normal"


NEEDED = {Method.LINEAR: {"lower"}, Method.LOWER_BOUND: {"bound", "z"}, Method.STEP: set()}
"""What each method has to be told besides `upper`; nothing else may be said."""


def check_method(rule: Any) -> None:
    """Refuse a method that is told too little, or what it would not use."""
    needed: set[str] = NEEDED[rule.method]
    named = type(rule).rule_name
    for name in ("lower", "bound", "z"):
        said = getattr(rule, name) is not None
        if name in needed and not said:
            raise RuleError(f"{named}: method “{rule.method.value}” does not say {name}", about=name, write=WRITE[name])
        if said and name not in needed:
            raise RuleError(
                f"{named}: method “{rule.method.value}” does not use {name}", about=name, write=f"no {name}"
            )


WRITE = {
    "lower": 'lower = "50%", the share of satisfied patients up to which nothing is released',
    "bound": 'bound = "wilson", or "normal"',
    "z": 'z = "1.96", the standard deviations of a range of 95%',
}


def released_share(rule: Any, satisfied: Count, answered: Count) -> Rate:
    """What part is released, of patients who answered."""
    one: Rate = literal(Kind.RATE, 1)
    share = ratio(satisfied, answered, otherwise=0).named("share of satisfied")
    upper = each_contract(rule.upper).named("share from which all is released")
    if rule.method is Method.STEP:
        return when(share >= upper, one).named("part released")
    if rule.method is Method.LOWER_BOUND:
        return when(bound_reaches(rule, satisfied, answered, upper), one).named("part released")
    lower = each_contract(rule.lower).named("share up to which nothing is released")
    along = ratio((share - lower).at_least(0), upper - lower, otherwise=0)
    return when(share >= upper, one, along).named("part released")


def bound_reaches(rule: Any, satisfied: Count, answered: Count, upper: Rate) -> Flag:
    """Whether the lower bound of the share is at least ``upper``: without a root, both sides of it squared.

    With s of n satisfied, a threshold t and c = z² (Wilson) or nothing (normal), the bound reaches t where
    a = s + c ÷ 2 − t × (n + c) is not below zero, and n × a² ≥ z² × (s × (n − s) + n × c ÷ 4).
    """
    s, n = satisfied.as_rate(), answered.as_rate()
    z = each_contract(rule.z)
    squared = (z * z).named("z squared")
    added = squared if rule.bound is Bound.WILSON else squared * 0
    above: Rate = (s + added * Fraction(1, 2) - upper * (n + added)).named("satisfied beyond the threshold")
    left: Rate = (n * (above * above)).named("what is beyond it, squared, × answers")
    right: Rate = (squared * (s * (n - s) + n * added * Fraction(1, 4))).named("what chance may be, squared, × answers")
    return (above >= 0) & (left >= right)
