"""Money and rounding: prices and rates are exact, and money is rounded once, half up, away from zero."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tallystick.kernel.flows import Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Count, Price, Rate
from tallystick.kernel.language.words import ratio, rest
from tallystick.kernel.parameters import parameter
from tallystick.kernel.rules import Rule, rule
from tests.spec.drawn import Each, OnTop, Spells
from tests.support import Read, case, contract, settle, use


@rule("scaled")
class Scaled(Rule):
    """A spell's cost times a rate."""

    rate: Rate = parameter("The rate.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        cost = activity.spells.cost.or_else(0)
        yield Flow(contract.commissioner, contract.provider, cost * self.rate, reason="scaled")


@pytest.mark.parametrize(
    ("cost", "rate", "pence"),
    [
        ("£1.01", "50%", 51),  # 101 × 0.5 = 50.5, up
        ("£0.99", "50%", 50),  # 49.5, up
        ("£1.01", "-50%", -51),  # −50.5, away from zero
        ("£1.01", "49.5%", 50),  # 49.995
        ("£1.00", "1/3", 33),  # 33.333…
        ("£2.00", "1/3", 67),  # 66.667…
        ("£90,000,000,000.01", "1.061204", 9_550_836_000_001),  # exact, however wide: …000,001.061204
    ],
)
def test_an_amount_times_a_rate_is_rounded_half_up_away_from_zero(
    reading: Read, cost: str, rate: str, pence: int
) -> None:
    made = case(contract("A", use(Scaled, rate=rate)), tables=[Spells])
    assert settle(reading, made, spells=[{"discharged": "2025-05-01", "cost": cost}]) == {
        ("scaled", "QYY", "RXX"): pence
    }


def test_each_row_is_rounded_and_then_added(reading: Read) -> None:
    made = case(contract("A", use(Scaled, rate="50%")), tables=[Spells])
    spells = [{"discharged": "2025-05-01", "cost": "£1.01"}, {"discharged": "2025-05-02", "cost": "£1.03"}]
    assert settle(reading, made, spells=spells) == {("scaled", "QYY", "RXX"): (51 + 52)}


def test_money_is_rounded_to_the_unit_that_the_scheme_states(reading: Read) -> None:
    made = case(contract("A", use(Scaled, rate="50%")), tables=[Spells], rounding=100)
    spells = [{"discharged": "2025-05-01", "cost": "£3.00"}, {"discharged": "2025-05-02", "cost": "£2.98"}]
    assert settle(reading, made, spells=spells) == {("scaled", "QYY", "RXX"): (200 + 100)}  # £1.50 and £1.49


@rule("priced")
class PricedDays(Rule):
    """An exact price for each day, times a factor."""

    price: Price = parameter("The price of a day.")
    factor: Rate = parameter("What it is multiplied by.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        days = activity.spells.days.or_else(0)
        exact = self.price * self.factor
        yield Flow(contract.commissioner, contract.provider, exact * days, reason="once")
        yield Flow(contract.provider, contract.pot("dear"), exact.rounded_to(100) * days, reason="pounds")


def test_prices_multiply_exactly_and_are_rounded_once_with_the_count(reading: Read) -> None:
    made = case(contract("A", use(PricedDays, price="£1.185", factor="1.1")), tables=[Spells])
    spells = [{"discharged": "2025-05-01", "days": 7}]
    assert settle(reading, made, spells=spells) == {
        ("priced", "QYY", "RXX"): 912,  # 118.5 × 1.1 = 130.35 a day; × 7 = 912.45
        ("priced", "RXX", "A/dear"): 700,  # £1.3035 is £1 to the pound
    }


@rule("mixture")
class Mixture(Rule):
    """Sums, limits, ratios and what is left."""

    cap: Amount = parameter("The most.")
    floor: Amount = parameter("The least.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        spells = activity.spells
        cost = spells.cost.or_else(0)
        payer, payee = contract.commissioner, contract.provider
        limited = cost.between(self.floor, self.cap)
        yield Flow(payer, payee, limited, reason="between")
        yield Flow(payer, contract.pot("rest"), rest(cost, limited), reason="what is left")
        part = ratio(spells.days.or_else(0), spells.rows * 8, otherwise="1/2")
        yield Flow(contract.pot("rest"), payee, (cost - 1 * self.floor) * part, reason="a part")
        doubled: Count = 2 * spells.days.or_else(0)
        yield Flow(contract.pot("rest"), payer, self.floor * (doubled + 1), reason="counted")


def test_limits_ratios_and_remainders(reading: Read) -> None:
    made = case(contract("A", use(Mixture, floor="£1", cap="£5")), tables=[Spells])
    spells = [
        {"discharged": "2025-05-01", "cost": "£0.40", "days": 1},
        {"discharged": "2025-05-01", "cost": "£7.00", "days": 3},
    ]
    assert settle(reading, made, spells=spells) == {
        ("mixture", "QYY", "RXX"): (100 + 500),
        ("mixture", "QYY", "A/rest"): (40 - 100) + (700 - 500),
        ("mixture", "A/rest", "RXX"): (-8 + 225),  # −60 × 1/8 = −7.5, away from zero; 600 × 3/8
        ("mixture", "A/rest", "QYY"): (100 * 3 + 100 * 7),
    }


def test_nothing_below_the_line_takes_what_is_said_for_it(reading: Read) -> None:
    @rule("over")
    class Over(Rule):
        amount: Amount = parameter("Money.")

        @hookimpl
        def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
            days = activity.spells.days.or_else(0)
            share = ratio(activity.spells.rows, days, otherwise="2")
            yield Flow(contract.commissioner, contract.provider, self.amount * share, reason="over")

    made = case(contract("A", use(Over, amount="£3")), tables=[Spells])
    spells = [{"discharged": "2025-05-01", "days": 0}, {"discharged": "2025-05-01", "days": 4}]
    assert settle(reading, made, spells=spells) == {("over", "QYY", "RXX"): (300 * 2 + 75)}


def test_what_another_rule_pays_is_a_line_of_its_own_and_may_be_scaled_again(reading: Read) -> None:
    made = case(contract("A", use(Scaled, rate="50%"), use(OnTop, "extra", on="scaled", share="50%")), tables=[Spells])
    assert settle(reading, made, spells=[{"discharged": "2025-05-01", "cost": "£1.01"}]) == {
        ("scaled", "QYY", "RXX"): 51,  # 50.5
        ("extra", "QYY", "RXX"): 26,  # 51 × 0.5 = 25.5
    }


def test_a_flow_that_nets_to_nothing_is_no_line_of_money_but_still_counts(reading: Read) -> None:
    made = case(contract("A", use(Scaled, rate="50%"), use(Each, amount="£0")), tables=[Spells])
    spells = [{"discharged": "2025-05-01", "cost": "£1"}, {"discharged": "2025-05-01", "cost": "-£1"}]
    assert settle(reading, made, spells=spells) == {}
