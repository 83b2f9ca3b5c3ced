"""What the rules of quality and access are drawn with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import RuleEntry
from tallystick_rules.rules._answers import FewAnswers
from tallystick_rules.rules._points import Direction, Unmeasured
from tallystick_rules.rules._satisfied import Bound, Method
from tallystick_rules.rules.access_satisfaction import AccessSatisfaction
from tallystick_rules.rules.quality_points import QualityPoints
from tests.properties.expressions_drawn import Drawing
from tests.properties.rows_drawn import AMOUNTS, PRICES
from tests.support import use


def _access(of: Drawing) -> RuleEntry:
    method: dict[str, Any] = of.pick(
        {"lower": of.pick(Fraction(0), Fraction(1, 3))},
        {"method": Method.STEP},
        {"method": Method.LOWER_BOUND, "bound": of.pick(*Bound), "z": of.pick(Fraction(0), Fraction(49, 25))},
    )
    worth = of.pick({"value": of.pick(0, 100_001)}, {"each": of.pick(*PRICES[3:]), "people": of.pick(0, 7_001)})
    return use(
        AccessSatisfaction,
        "access",
        at_risk=of.pick(Fraction(1), Fraction(1, 3)),
        question="first",
        upper=of.pick(Fraction(1, 3), Fraction(6, 7)),
        smallest=of.pick(1, 5),
        below_smallest=of.pick(*FewAnswers),
        not_measured=of.pick(*FewAnswers),
        unreleased_to=of.pick("QA", "RZZ"),
        additional=True,
        **worth,
        **method,
    )


def _points(of: Drawing) -> RuleEntry:
    prevalence = of.pick({}, {"register": "second", "national_prevalence": Fraction(1, 7)})
    indicators = [
        {"name": "first", "points": Fraction(20), "lower": Fraction(1, 7), "upper": Fraction(1, 3), **prevalence},
        {
            "name": "second",
            "points": of.pick(Fraction(1, 3), Fraction(0)),
            "lower": Fraction(0),
            "upper": of.pick(Fraction(0), Fraction(3, 7)),
            "direction": of.pick(*Direction),
        },
    ]
    account = of.pick({}, {"last_year": of.pick(*(one for one in AMOUNTS if one >= 0)), "on_account": Fraction(4, 5)})
    return use(
        QualityPoints,
        "points",
        indicators=indicators[: of.pick(1, 2)],
        point_value=of.pick(*PRICES[3:], Fraction(20_116)),
        not_measured=of.pick(*Unmeasured),
        balance_after_days=of.pick(None, 0, 91),
        **of.pick({}, {"list_size": of.pick(0, 7_001), "average_list": 10_295}),
        **account,
    )


MADE: Mapping[type, Callable[[Drawing], RuleEntry]] = {AccessSatisfaction: _access, QualityPoints: _points}
"""How an entry of each rule is drawn."""
