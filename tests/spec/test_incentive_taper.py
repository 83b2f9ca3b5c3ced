"""Incentive taper: what an incentive pays falls by year, and what is withdrawn goes to the place that is named."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules import Block, IncentiveTaper, PatientExperience, Recipe, SimpleIncentive
from tallystick_rules.rules.simple_incentive import Counts, Direction
from tallystick_rules.tables import Answers, Contacts, Exemptions, Spells
from tests.support import Read, case, contract, read_case, settle, use

BY_YEAR = {"2025-04-01": "100%", "2026-04-01": "75%", "2027-04-01": "50%", "2028-04-01": "0%"}
ON = (Label("incentive"),)
SWITCH = {"contact_type": "switch", "contacts": 1}


def made(settles: str = "year", last: str = "2029-03-31", to: str = "RZZ", *others: Any, **given: Any) -> Any:
    usual = {
        "table": "contacts", "of": "contacts", "each": "£400.01", "direction": Direction.EARNED, "counts": Counts.EACH
    }  # fmt: skip
    incentive = use(SimpleIncentive, "incentive", **{**usual, **given})
    taper = use(IncentiveTaper, "taper", on=ON, still_pays=BY_YEAR, withdrawn_to=to)
    rules = (*others, taper) if others else (incentive, taper)
    return case(contract("A", *rules, settles=settles, last=last), tables=[Contacts, Spells, Answers, Exemptions])


def of_taper(found: dict[tuple[str, str, str], int]) -> dict[tuple[str, str], int]:
    return {(payer, payee): pence for (label, payer, payee), pence in found.items() if label == "taper"}


EACH_YEAR = [{**SWITCH, "contacted_on": f"{year}-06-01", "contacts": 100} for year in (2025, 2026, 2027, 2028)]


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_what_each_year_withdraws_goes_to_the_named_place(reading: Read, settles: str) -> None:
    # £40,001.00 in each of four years; a quarter of it, half of it and all of it are withdrawn
    year = 4_000_100
    withdrawn = year - 3_000_075 + year // 2 + year
    found = of_taper(settle(reading, made(settles), contacts=EACH_YEAR))
    assert found == {("RXX", "QYY"): withdrawn, ("QYY", "RZZ"): withdrawn}


def test_what_goes_back_to_who_paid_it_is_one_line(reading: Read) -> None:
    found = of_taper(settle(reading, made(to="QYY", last="2027-03-31"), contacts=EACH_YEAR[:2]))
    assert found == {("RXX", "QYY"): 4_000_100 - 3_000_075}


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_rounding_is_of_the_year_to_date_so_that_months_are_the_year(reading: Read, settles: str) -> None:
    # 75% of 7 × 400.01, which is 2,800.07: left are 2,100.0525, which is 2,100.05; month by month it would be 300.0075
    rows = [{**SWITCH, "contacted_on": f"2026-{month:02d}-01"} for month in range(5, 12)]
    found = read_case(reading, made(settles), contacts=rows)
    assert sum(one.value for one in found.figures if one.name == "still paid") == 210_005
    assert of_taper(settle(reading, made(settles), contacts=rows)) == {
        ("RXX", "QYY"): 280_007 - 210_005, ("QYY", "RZZ"): 280_007 - 210_005
    }  # fmt: skip


@pytest.mark.parametrize("settles", ["year", "month"])
def test_a_charge_falls_and_nothing_goes_anywhere_else(reading: Read, settles: str) -> None:
    charged = made(settles, "2027-03-31", direction=Direction.CHARGED)
    found = of_taper(settle(reading, charged, contacts=EACH_YEAR[:2]))
    assert {key: abs(pence) for key, pence in found.items()} == {("RXX", "QYY"): 4_000_100 - 3_000_075}
    assert sum(found.values()) < 0  # the commissioner gives it back


@pytest.mark.parametrize("settles", ["year", "month"])
def test_a_cap_is_taken_off_before_the_taper(reading: Read, settles: str) -> None:
    found = of_taper(settle(reading, made(settles, "2027-03-31", cap="£1,000"), contacts=EACH_YEAR[:2]))
    assert found == {("RXX", "QYY"): 25_000, ("QYY", "RZZ"): 25_000}  # a quarter of 1,000.00, in the second year


def test_a_recipe_that_pays_the_provider_may_be_tapered(reading: Read) -> None:
    recipe = use(Recipe, "incentive", payer="QYY", payee="RXX", table="contacts", each="£2")
    found = of_taper(settle(reading, made("year", "2027-03-31", "RZZ", recipe), contacts=EACH_YEAR[:2]))
    assert found == {("RXX", "QYY"): 50, ("QYY", "RZZ"): 50}  # a quarter of one row's 2.00


def test_what_a_rule_pays_to_others_does_not_fall(reading: Read) -> None:
    recipe = use(Recipe, "incentive", payer="QYY", payee="RTT", table="contacts", each="£2")
    assert of_taper(settle(reading, made("year", "2027-03-31", "RZZ", recipe), contacts=EACH_YEAR[:2])) == {}


def test_each_rule_falls_by_itself(reading: Read) -> None:
    # 100.01 and 100.01 at 75%: 75.0075 each, so 25.00 of each is withdrawn; of both together it would be 50.01
    blocks = [use(Block, name, value="£100.01") for name in ("one", "two")]
    taper = use(
        IncentiveTaper, "taper", on=(Label("one"), Label("two")), still_pays="75%", withdrawn_to="QYY"
    )  # fmt: skip
    made_case = case(contract("A", *blocks, taper), tables=[Contacts])
    assert of_taper(settle(reading, made_case)) == {("RXX", "QYY"): 5_000}
    assert [one.value for one in read_case(reading, made_case).figures] == [2 * 7_501]


@pytest.mark.parametrize(("months", "last"), [(9, "2025-12-31"), (12, "2026-03-31")])
def test_a_contract_of_part_of_a_year_is_tapered_too(reading: Read, months: int, last: str) -> None:
    taper = use(IncentiveTaper, "taper", on=(Label("one"),), still_pays="50%", withdrawn_to="QYY")
    made_case = case(contract("A", use(Block, "one", value="£12"), taper, last=last), tables=[Contacts])
    assert of_taper(settle(reading, made_case)) == {("RXX", "QYY"): months * 50}


def test_a_rule_that_pays_among_more_than_two_is_refused() -> None:
    core = use(Recipe, "core", payer="QYY", payee="RXX", table="spells", each="£2")
    held = use(
        PatientExperience, "incentive", on=(Label("core"),), share="5%", question="asked", unreleased_to="QYY"
    )  # fmt: skip
    program = compose(made("year", "2026-03-31", "RZZ", core, held))
    assert "a rule pays between more than two accounts" in program.stopped["A"].why


def test_a_taper_of_nothing_is_refused() -> None:
    taper = use(IncentiveTaper, "taper", on=(), still_pays="50%", withdrawn_to="QYY")
    assert "no rule is named" in compose(case(contract("A", taper), tables=[Contacts])).stopped["A"].why
