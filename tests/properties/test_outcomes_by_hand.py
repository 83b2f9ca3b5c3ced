"""Outcomes payment over several years, beside a calculation by hand: improvement, small results, and last year's."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from tallystick.kernel import check, pay
from tallystick_rules.rules import OutcomesPayment
from tallystick_rules.rules._outcomes import Indicator, Level, Outcome, Without
from tallystick_rules.tables import Indicators
from tests.support import Read, case, contract, framed_tables, settle, use

READINGS: dict[str, Read] = {
    "check": check.read,
    "pay": lambda program, rows: pay.read(program, framed_tables(program, rows)),
}
YEARS, VALUE, SMALLEST = 4, 100_003, 30
Counts = dict[tuple[str, int], tuple[int, int]]
"""Of an indicator and year, how many reached it of how many; left out where it was not measured."""


def half_up(value: Fraction) -> int:
    """To the penny; nothing here is below zero."""
    return int(value + Fraction(1, 2))


def drawn(rng: random.Random) -> tuple[list[Indicator], Counts]:
    """Three indicators, each with levels of what it achieved or of how it improved, and their results."""
    listed, found = [], Counts()
    for name, weight in (("a", Fraction(1, 3)), ("b", Fraction(1, 2)), ("c", Fraction(1, 6))):
        against, baseline = rng.random() < 0.5, rng.choice((None, Fraction(2, 5)))
        first = Fraction(rng.choice((0, 3, 10)), 100) if against or baseline is not None else Fraction(2, 5)
        levels = (
            Level(name="good", at_least=first, pays=Fraction(1, 3)),
            Level(name="better", at_least=first + Fraction(1, 10), pays=Fraction(1)),
        )
        one = Indicator(name=name, weight=weight, levels=levels, baseline=baseline, against_last_year=against)
        listed.append(one)
        for year in range(YEARS):
            below = rng.choice((0, 29, 30, 100, 100))
            if rng.random() < 0.8 and below:
                found[name, year] = rng.randint(below // 3, below), below
    return listed, found


def by_hand(listed: list[Indicator], found: Counts, not_measured: Without, too_small: Without) -> int:
    """What all years pay, in pence."""
    pence, before, paid_before = 0, dict[str, tuple[Fraction, Fraction]](), dict[str, Fraction]()
    for year in range(YEARS):
        decided, treated = dict[str, tuple[Fraction, Fraction]](), dict[str, Without]()
        for one in listed:
            above, below = found.get((one.name, year), (0, 0))
            base = one.baseline if one.improves else Fraction(0)
            if one.against_last_year and one.name in before:
                base = before[one.name][0]
            if not below or (base is None):
                treated[one.name] = not_measured
            elif below < SMALLEST:
                treated[one.name] = too_small
            rate = Fraction(above, below) if below else Fraction(0)
            reached = [level.pays for level in one.levels if rate - (base or 0) >= level.at_least]
            if below >= SMALLEST:  # a result stands as next year's baseline also if it had none itself
                decided[one.name] = rate, max(reached, default=Fraction(0))
        shared = [one.weight for one in listed if treated.get(one.name) is not Without.SHARED]
        so_far, given = Fraction(0), 0
        for one in listed:
            treat = treated.get(one.name)
            so_far += 0 if treat is Without.SHARED else one.weight
            upto = half_up(VALUE * so_far / sum(shared)) if sum(shared) else 0
            part, given = upto - given, upto
            pays = decided[one.name][1] if treat is None else Fraction(treat is Without.PAID)
            if treat is Without.LAST and one.name in paid_before:
                pays = paid_before[one.name]
            pence += half_up(part * pays)
        before = decided
        paid_before = {name: pays for name, (_, pays) in decided.items() if name not in treated}
    return pence


@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
@pytest.mark.parametrize("seed", range(12))
def test_drawn_years_are_paid_as_a_calculation_by_hand_says(reading: Read, settles: str, seed: int) -> None:
    rng = random.Random(seed)
    listed, found = drawn(rng)
    not_measured, too_small = (rng.choice([*Without, Without.LAST]) for _ in range(2))
    rule = use(
        OutcomesPayment, "outcomes", value=VALUE, at_risk="100%", not_measured=not_measured, smallest=SMALLEST,
        too_small=too_small, outcomes=(Outcome(name="one", weight=Fraction(1), indicators=tuple(listed)),),
    )  # fmt: skip
    made = case(contract("A", rule, first="2024-10-01", last="2028-09-30", settles=settles), tables=[Indicators])
    rows = [
        {"indicator": name, "measured_on": f"{2025 + year}-09-30", "numerator": above, "denominator": below}
        for (name, year), (above, below) in found.items()
    ]
    paid = settle(reading, made, indicators=rows).get(("outcomes", "QYY", "RXX"), 0)
    assert paid == by_hand(listed, found, not_measured, too_small)
