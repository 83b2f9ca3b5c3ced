"""Worlds of surveys and of points: results at every edge of a threshold, late, missing, halved and twice."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick_rules.rules import AccessSatisfaction, QualityPoints
from tallystick_rules.rules._answers import FewAnswers
from tallystick_rules.rules._points import Direction, Unmeasured
from tallystick_rules.rules._satisfied import Bound, Method
from tallystick_rules.tables import Indicators
from tests.properties.by_hand import DAY, World, later, some_day, world
from tests.properties.by_hand_drawn import FIRST, LAST, Given, contracts, parties, pounds
from tests.support import case, use

NAMES = ("wait", "first", "second", "third", "register")


def quality_world(seed: int, rows: int) -> World:
    """Access and points, with thresholds and treatments of each contract's own."""
    rng = random.Random(seed)

    def rules(starts: datetime.date) -> list[RuleEntry]:
        both = [access(rng, starts), points(rng)]
        return both if rng.random() < 0.7 else [rng.choice(both)]

    made = contracts(rng, rules, settles=rng.choice(("", "", "year")), most=4)
    as_at = rng.choice(("2026-03-31", "2026-07-01", "2027-12-31"))
    the_case = case(
        *made, tables=(Indicators,), rounding=rng.choice((1, 1, 1, 100)), as_at=datetime.date.fromisoformat(as_at)
    )
    return world(the_case, indicators=[*expected(rng, made), *(odd(rng, made) for _ in range(rows // 4))])


def access(rng: random.Random, starts: datetime.date) -> RuleEntry:
    """One of the three methods, with thresholds that results often meet exactly."""
    method: Given = rng.choice((
        {"lower": rng.choice(("0%", "50%", "3/5"))}, {"method": Method.STEP},
        {"method": Method.LOWER_BOUND, "bound": rng.choice(list(Bound)), "z": rng.choice(("0", "1.96", "2", "1.645"))},
    ))  # fmt: skip
    value: Any = f"£{rng.randint(0, 99_999)}.07"
    if rng.random() < 0.3:
        value = {starts: value, later(starts, rng.choice((12, 6))): "£1,000.03"}
    worth = {"value": value} if rng.random() < 0.6 else {"each": pounds(rng, 9), "people": rng.choice((0, 1, 50_000))}
    return use(
        AccessSatisfaction, "access", at_risk=rng.choice(("100%", "30%", "1/3", "0%")), question="wait",
        upper=rng.choice(("3/5", "72%", "75%", "80%", "1/3", "100%", "0%" if "lower" not in method else "60%")),
        smallest=rng.choice((1, 1, 10, 30)), below_smallest=rng.choice(list(FewAnswers)),
        not_measured=rng.choice(list(FewAnswers)), unreleased_to=rng.choice(("QAA", "RBB", "RZZ")),
        additional=True, decided_after_months=rng.choice((12, 12, 12, 7)), **worth, **method,
    )  # fmt: skip


def points(rng: random.Random) -> RuleEntry:
    """Some indicators, higher or lower better, with a register or without."""
    indicators = []
    for name in rng.sample(NAMES[1:4], rng.randint(1, 3)):
        lower, upper = rng.choice((("40%", "90%"), ("0%", "8%"), ("60%", "60%"), ("1/3", "2/3")))
        one: Given = {
            "name": name, "points": rng.choice(("20", "6", "1/3", "0")), "lower": lower, "upper": upper,
            "direction": rng.choice(list(Direction)),
        }  # fmt: skip
        if rng.random() < 0.4:
            one |= {"register": "register", "national_prevalence": rng.choice(("14.8%", "1/3", "100%"))}
        indicators.append(one)
    size = {"list_size": rng.choice((0, 9_001, 12_354)), "average_list": rng.choice((1, 10_295))}
    account = {
        "last_year": pounds(rng).replace(".005", "").replace(".995", "").replace(".1249", ""),
        "on_account": "80%",
    }
    return use(
        QualityPoints, "points", indicators=indicators, point_value=rng.choice(("£201.16", "£227.95", "£0.015")),
        not_measured=rng.choice(list(Unmeasured)), balance_after_days=rng.choice((None, 0, 91)),
        decided_after_months=rng.choice((12, 12, 12, 7)), **(size if rng.random() < 0.5 else {}),
        **(account if rng.random() < 0.6 else {}),
    )  # fmt: skip


def expected(rng: random.Random, made: Sequence[ContractCase]) -> list[Given]:
    """Most results of most contracts, on the last day of a year of theirs."""
    found = []
    for one in made:
        for day in {later(one.first, 12) - DAY, later(one.first, 24) - DAY, one.last}:
            if day <= one.last:
                found += [told(rng, one, name, day) for name in NAMES if rng.random() < 0.85]
    return found


def told(rng: random.Random, one: ContractCase, name: str, day: datetime.date) -> Given:
    """A result, mostly whole; a few have an empty denominator or were not measured."""
    below = rng.choice((0, 3, 9, 10, 12, 29, 30, 100, 100, 1_000))
    above = rng.choice(
        (0, below, below * 2 // 3, below * 3 // 5, below * 4 // 5, below * 9 // 10, rng.randint(0, below))
    )
    said: Given = {"numerator": above, "denominator": below} if rng.random() < 0.93 else {}
    return {
        "contract": one.id, "provider": one.provider, "commissioner": one.commissioner, "indicator": name,
        "measured_on": day.isoformat(), **said,
    }  # fmt: skip


def odd(rng: random.Random, made: Sequence[ContractCase]) -> Given:
    """A result of any day and any party; a few are half, above 100%, or of a day that has one."""
    day = rng.choice(made).last if rng.random() < 0.1 else some_day(rng, FIRST, LAST)
    said = rng.choice(((1, 2), (3, 3), (0, 0), (1, 2), (3, 3), (2, 1) if rng.random() < 0.3 else (0, 5), (None, None),
                       (None, 4) if rng.random() < 0.3 else (4, 4)))  # fmt: skip
    return {
        **parties(rng, made), "indicator": rng.choice((*NAMES, "other")), "measured_on": day.isoformat(),
        "numerator": said[0], "denominator": said[1],
    }  # fmt: skip
