"""Price steps: what each makes of a price, exactly, and in the order in which a list is written."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs

from tallystick.kernel.check.prices import resolve_lists
from tallystick_rules.price_steps import STEPS, Combined, Times, Towards, Uplift
from tallystick_rules.tables import UnitPrices
from tests.support import case, price_list, step

BASE = price_list(UnitPrices, "base", {"code": "A", "price": "£1,000"}, {"code": "B", "not_priced": "carried"})
BENCHMARK = price_list(UnitPrices, "benchmark", {"code": "A", "price": "£1,300"})


def price_after(*steps: Any, of: Any = BASE, code: str = "A") -> Fraction | None:
    """The code's price in pence once the steps were taken."""
    derived = price_list(UnitPrices, "derived", of=of.name, steps=steps)
    lists = resolve_lists(case(tables=[UnitPrices], prices=[of, BENCHMARK, derived]))
    (price,) = [row["price"] for row in lists["unit_prices", "derived"] if row["code"] == code]
    return price  # type: ignore[no-any-return]


def uplift(uplift: str, efficiency: str = "0%", combined: Combined = Combined.MULTIPLIED) -> Any:
    return step(Uplift, uplift=uplift, efficiency=efficiency, combined=combined)


def test_an_uplift_raises_every_price_by_its_share() -> None:
    assert price_after(uplift("4.15%")) == 104_150  # 100,000 × 1.0415
    assert price_after(uplift("4.83%")) == 104_830  # 100,000 × 1.0483, as revised


def test_uplift_and_efficiency_are_multiplied_or_added() -> None:
    multiplied = price_after(uplift("4.83%", "2.0%"))
    assert multiplied == Fraction("102733.4")  # 100,000 × 1.0483 × 0.98
    added = price_after(uplift("4.83%", "2.0%", Combined.ADDED))
    assert added == 102_830  # 100,000 × (1 + 0.0483 − 0.02)


def test_a_revised_uplift_is_a_ratio_of_the_two() -> None:
    again = price_after(uplift("4.15%"), step(Times, times="10483/10415"))
    assert again == 104_830  # 104,150 × 1.0483 ÷ 1.0415: the price that the revised uplift gives at once


def test_a_list_rounded_to_the_pound_is_not_repriced_exactly_by_the_ratio() -> None:
    small = price_list(UnitPrices, "small", {"code": "A", "price": "£12"})
    first = step(Uplift, uplift="4.15%", efficiency="0%", round_to=100)
    again = step(Times, times="10483/10415", round_to=100)
    assert price_after(first, again, of=small) == 1_200  # £12.498 → £12; £12 × 1.0483 ÷ 1.0415 = £12.078… → £12
    at_once = step(Uplift, uplift="4.83%", efficiency="0%", round_to=100)
    assert price_after(at_once, of=small) == 1_300  # £12 × 1.0483 = £12.5796 → £13


def test_a_step_goes_its_share_of_the_way_in_either_direction() -> None:
    third = step(Towards, towards="benchmark", step="1/3")
    assert price_after(third) == 110_000  # 100,000 + (130,000 − 100,000) ÷ 3
    dear = price_list(UnitPrices, "dear", {"code": "A", "price": "£1,600"})
    assert price_after(third, of=dear) == 150_000  # 160,000 − (160,000 − 130,000) ÷ 3
    assert price_after(step(Towards, towards="benchmark", step="100%")) == 130_000


def test_a_code_that_the_other_list_lacks_stays_where_it_is() -> None:
    plain = price_list(UnitPrices, "plain", {"code": "C", "price": "£900"})
    assert price_after(step(Towards, towards="benchmark", step="1/3"), of=plain, code="C") == 90_000


def test_what_has_no_price_gets_none() -> None:
    assert price_after(uplift("4.83%"), code="B") is None


def test_steps_are_taken_in_the_order_written() -> None:
    third, raised = step(Towards, towards="benchmark", step="1/3"), uplift("10%")
    assert price_after(third, raised) == 121_000  # (100,000 + 10,000) × 1.1
    assert price_after(raised, third) == Fraction(350_000, 3)  # 110,000 + (130,000 − 110,000) ÷ 3


def test_each_step_has_a_parameter_of_its_own_name() -> None:
    for cls in STEPS:
        assert cls.step_name in cls.parameters
        assert cls.parameters[cls.step_name].default is attrs.NOTHING
