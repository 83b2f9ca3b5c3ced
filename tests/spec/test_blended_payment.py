"""Blended payment: a plan that is paid, and a share of what activity is worth above it or below."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules import BlendedPayment, Block, UnitPrice
from tallystick_rules.tables import Contacts, Factors, UnitPrices
from tests.support import Read, case, contract, price_list, read_case, settle, use

TABLES = (Contacts, UnitPrices, Factors)
PRICES = price_list(UnitPrices, "list", {"code": "N1", "price": "£1"})
NURSING = use(UnitPrice, "nursing", pays=False, table="contacts", code="contact_type", prices="list")
EMERGENCY: dict[str, Any] = {"plan": "£100", "plan_level": "100%", "share_above": "20%", "share_below": "20%"}
RECOVERY: dict[str, Any] = {"plan": "£100", "plan_level": "104%", "share_above": "75%", "share_below": "75%"}


def done(many: int, day: str = "2025-04-30") -> dict[str, Any]:
    """A row worth so many pounds."""
    return {"contacted_on": day, "service": "nursing", "contact_type": "N1", "contacts": many}


def world(about: dict[str, Any] | None = None, **given: Any) -> Any:
    """One contract with a blended payment for nursing at £1 a contact."""
    rule = use(BlendedPayment, "blended", **{"on": (Label("nursing"),), **EMERGENCY, **given})
    return case(contract("A", rule, NURSING, **(about or {})), tables=TABLES, prices=(PRICES,))


def pays(reading: Read, many: int, *, settles: str = "year", **given: Any) -> int:
    """What so many pounds of activity pay in the year, in pence, half of it done in each half-year."""
    rows = [done(many // 2), done(many - many // 2, "2025-12-31")] if many > 1 else []
    answer = settle(reading, world({"settles": settles}, **given), contacts=rows)
    return answer.get(("blended", "QYY", "RXX"), 0) - answer.get(("blended", "RXX", "QYY"), 0)


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
@pytest.mark.parametrize(
    ("many", "given", "pence"),
    [
        (100, EMERGENCY, 10_000),
        (110, EMERGENCY, 10_200),  # plan 100, actual 110 pays 102
        (95, EMERGENCY, 9_900),  # actual 95 pays 99
        (0, EMERGENCY, 8_000),
        (104, RECOVERY, 10_400),  # the fixed element covers 104% of the value of the year before
        (108, RECOVERY, 10_700),  # 104 + 75% of 4
        (100, RECOVERY, 10_100),  # 104 − 75% of 4
        (110, {"share_above": "100%", "share_below": "0%"}, 11_000),
        (90, {"share_above": "100%", "share_below": "0%"}, 10_000),
        (90, {"share_above": "0%", "share_below": "50%"}, 9_500),
    ],
)
def test_a_share_moves_above_the_plan_and_below_it_however_it_settles(
    reading: Read, many: int, given: dict[str, Any], pence: int, settles: str
) -> None:
    assert pays(reading, many, settles=settles, **given) == pence


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
@pytest.mark.parametrize(
    ("many", "pence"),
    [
        (105, 10_100),  # at the edge of 5%: 20% of 5
        (115, 10_100 + 500),  # beyond it: half of 10
        (90, 9_800),  # at the edge of 10% below: 20% of 10
        (70, 9_800 - 2_000),  # beyond it: all of 20
    ],
)
def test_beyond_the_band_the_glass_is_broken_and_another_share_holds(
    reading: Read, many: int, pence: int, settles: str
) -> None:
    band = {"band_above": "5%", "beyond_above": "50%", "band_below": "10%", "beyond_below": "100%"}
    assert pays(reading, many, settles=settles, **band) == pence


def test_what_lies_beyond_the_band_is_shown(reading: Read) -> None:
    band = {"band_above": "5%", "beyond_above": "0%", "band_below": "10%", "beyond_below": "0%"}
    found = read_case(reading, world(**band), contacts=[done(115)])
    shown = {one.name: one.value for one in found.figures}
    assert shown == {
        "value above the plan": 1_500, "value beyond the band above the plan": 1_000,
    }  # fmt: skip
    assert settle(reading, world(**band), contacts=[done(115)])["blended", "QYY", "RXX"] == 10_000 + 100  # 20% of 5


def test_a_month_holds_what_is_done_to_date_against_the_plan_to_date(reading: Read) -> None:
    made = world({"settles": "month"}, plan="£120")
    found: dict[int, int] = {}
    for line in read_case(reading, made, contacts=[done(30), done(20, "2025-06-01")]).flows:
        found[line.period] = found.get(line.period, 0) + (line.pence if line.payee == "RXX" else -line.pence)
    # To date: 30 against 10; 30 against 20; 50 against 30, 40, 50; then below: 50 against 60 … 120.
    beside = [400, 200, 400, 200, 0, -200, -400, -600, -800, -1_000, -1_200, -1_400]
    month = [1_000 + now - before for before, now in zip([0, *beside], beside, strict=False)]
    assert [found[period] for period in range(1, 13)] == month
    assert sum(month) == 12_000 - 1_400  # 120 − 20% of 70


def test_a_profile_spreads_the_plan_and_nine_months_have_their_part(reading: Read) -> None:
    profile = Profile(("10%",) * 6 + ("5%",) * 2 + ("7.5%",) * 4)
    made = world({"last": "2025-12-31"}, profile=profile)
    assert settle(reading, made, contacts=[done(80)])["blended", "QYY", "RXX"] == 7_750 + 50  # 77.5%, and 20% of 2.50


def test_the_plan_is_brought_to_the_level_of_the_activity_and_rounded_once(reading: Read) -> None:
    given = {"plan": "£100.01", "plan_level": "1.0483", "share_above": "0%", "share_below": "0%"}
    assert pays(reading, 0, **given) == 10_484  # 10,001 × 1.0483 = 10,484.0483


def test_the_units_are_covered_at_their_value(reading: Read) -> None:
    found = read_case(reading, world(), contacts=[done(7)])
    assert sorted((line.units, line.worth, line.clashing) for line in found.units) == [(7, 700, 0)] * 2


@pytest.mark.parametrize("given", [{"band_above": "5%"}, {"beyond_below": "50%"}])
def test_a_band_and_what_holds_beyond_it_are_said_together(given: dict[str, Any]) -> None:
    assert "are said together" in compose(world(**given)).stopped["A"].why


def test_a_currency_that_pays_by_itself_cannot_be_blended() -> None:
    paying = use(UnitPrice, "nursing", table="contacts", code="contact_type", prices="list")
    rule = use(BlendedPayment, "blended", on=(Label("nursing"),), **EMERGENCY)
    stopped = compose(case(contract("A", rule, paying), tables=TABLES, prices=(PRICES,))).stopped
    assert "pays = false" in stopped["A"].why


@pytest.mark.parametrize("on", [(), (Label("block"),)])
def test_activity_that_nothing_values_is_refused_and_does_not_pass_for_none(on: tuple[Label, ...]) -> None:
    rule = use(BlendedPayment, "blended", on=on, **EMERGENCY)
    made = case(contract("A", rule, use(Block, "block", value="£1")), tables=TABLES, prices=(PRICES,))
    assert "would be worth nothing" in compose(made).stopped["A"].why
