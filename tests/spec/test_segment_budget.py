"""Segment budget: an accountable provider holds a budget for a group of people, and pays whoever treats them."""

from __future__ import annotations

import datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from tallystick.kernel.errors import InputError
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick.kernel.reading import Reading
from tallystick.kernel.settlement import settle as settled
from tallystick_rules.rules import Block, SegmentBudget, UnitPrice
from tallystick_rules.rules.block import Covers
from tallystick_rules.tables import Attendances, Factors, People, Spells, UnitPrices
from tests.support import Read, case, contract, framed_tables, price_list, read_case, rows_of, settle, use

TABLES = (Spells, Attendances, People, UnitPrices, Factors)
PRICES = price_list(UnitPrices, "list", {"code": "S1", "price": "£100"}, {"code": "L1", "price": "£300"})
VALUED = use(UnitPrice, "episodes", pays=False, table="spells", prices="list", where={"admission_method": ("21", "28")})
ON = {"segment": "heavy", "on": (Label("episodes"),), "additional": True}
YEAR = {"p1": ("2025-04-01", "2026-04-01"), "p2": ("2025-04-01", "2026-04-01")}
MONTHS = [datetime.date(2025 + month // 12, month % 12 + 1, 1) for month in range(3, 16)]


def spell(provider: str, discharged: str, hrg: str = "S1", person: str | None = "p1", method: str = "21") -> Any:
    return {
        "provider": provider, "discharged": discharged, "admitted": discharged, "person": person, "hrg": hrg,
        "admission_method": method, "patient_class": "1", "length_of_stay_days": 1, "contract": "A",
    }  # fmt: skip


def listed(stretches: dict[str, tuple[str, str]] = YEAR, category: str = "heavy") -> list[dict[str, Any]]:
    """People in the segment, a row for each month in which they are in it."""
    rows = []
    for person, (begins, ends) in stretches.items():
        for first, after in pairwise(MONTHS):
            span = max(begins, f"{first}"), min(ends, f"{after}")
            if span[0] < span[1]:
                days = {"census_day": f"{first}", "eligible_from": span[0], "eligible_to": span[1]}
                rows.append({"person": person, "category": category, "contract": "A", **days})
    return rows


def made(*others: Any, settles: str = "year", **given: Any) -> Any:
    about = {name: given.pop(name) for name in ("first", "last") if name in given}
    rule = use(SegmentBudget, "segment", **{**ON, **given})
    return case(contract("A", VALUED, rule, *others, settles=settles, **about), tables=TABLES, prices=(PRICES,))


def moved(
    reading: Read, spells: Any, people: Any = None, *others: Any, **given: Any
) -> dict[tuple[str, str], int]:  # fmt: skip
    """Pence by payer and payee; RXX is accountable, QYY the commissioner, RYY and RZZ are hospitals."""
    answer = settle(reading, made(*others, **given), spells=spells, people=listed() if people is None else people)
    found: dict[tuple[str, str], int] = {}
    for (_, payer, payee), pence in answer.items():
        found[payer, payee] = found.get((payer, payee), 0) + pence
    return found


def figures(found: Reading) -> dict[str, int]:
    shown: dict[str, int] = {}
    for one in found.figures:
        shown[one.name] = shown.get(one.name, 0) + int(one.value)
    return {name: worth for name, worth in shown.items() if worth}


THREE = [spell("RYY", "2025-05-02"), spell("RYY", "2025-12-24", "L1"), spell("RZZ", "2026-03-31", person="p2")]
EACH = pytest.mark.parametrize("settles", ["year", "quarter", "month"])


LOSING = [spell("RYY", "2025-05-02", "L1"), spell("RXX", "2025-08-02", "L1"), spell("RZZ", "2026-02-02", "L1")]


# The budget comes from the commissioner, and the accountable provider pays whoever treats.


@EACH
def test_the_budget_is_paid_and_hospitals_are_paid_by_the_accountable_provider(reading: Read, settles: str) -> None:
    expected = {("QYY", "RXX"): 100_001, ("RXX", "RYY"): 10_000 + 30_000, ("RXX", "RZZ"): 10_000}
    assert moved(reading, THREE, budget="£1,000.01", settles=settles) == expected


def test_the_budget_comes_in_instalments_with_the_odd_pence_in_the_earliest_months(reading: Read) -> None:
    # 100,001 ÷ 12 = 8,333 and 5 over: April to June are three months with one more.
    assert moved(reading, [], budget="£1,000.01", last="2025-06-30", settles="month") == {("QYY", "RXX"): 3 * 8_334}
    shape = ("50%", *["0%"] * 10, "50%")
    assert moved(reading, [], budget="£1,000.01", profile=_profile(shape), last="2025-06-30") == {
        ("QYY", "RXX"): 50_001  # 50,000½, half up
    }


def _profile(rates: tuple[str, ...]) -> Any:
    return Profile(tuple(Fraction(rate.rstrip("%")) / 100 for rate in rates))


def test_its_own_treatment_is_an_internal_charge_and_no_payment(reading: Read) -> None:
    spells = [*THREE, spell("RXX", "2025-07-01", "L1")]
    assert moved(reading, spells, budget="£1,000") == {
        ("QYY", "RXX"): 100_000, ("RXX", "RYY"): 40_000, ("RXX", "RZZ"): 10_000,
    }  # fmt: skip
    shown = figures(read_case(reading, made(budget="£1,000"), spells=spells, people=listed()))
    # What is left is the budget less what others were paid: 1,000 − 400 − 100.
    assert shown == {"own treatment of the segment": 30_000, "left with the accountable provider": 50_000}


def test_planned_care_and_people_outside_the_segment_are_not_paid_for(reading: Read) -> None:
    spells = [
        spell("RYY", "2025-05-02", method="11"),  # planned: the currency does not value it
        spell("RYY", "2025-05-02", person="p9"),  # on no list
        spell("RYY", "2025-05-02", person=None),  # nobody knows who
        spell("RYY", "2025-05-02", person="p3"),  # listed, in another segment
    ]
    people = [*listed(), *listed({"p3": YEAR["p1"]}, "frail")]
    assert moved(reading, spells, people, budget="£1") == {("QYY", "RXX"): 100}


@pytest.mark.parametrize(("settles", "without"), [("year", 0), ("quarter", 1), ("month", 9)])
def test_a_period_without_a_unit_from_another_provider_is_shown(reading: Read, settles: str, without: int) -> None:
    # Others treated in May, December and March: none in the second quarter, and in nine of twelve months.
    strangers = [spell("RXX", "2025-07-01"), spell("RYY", "2025-08-01", person="p9")]
    one = made(budget="£1,000", settles=settles)
    shown = figures(read_case(reading, one, spells=[*THREE, *strangers], people=listed()))
    assert shown.get("periods without a unit from another provider", 0) == without
    # No claim by cohort: only the accountable provider's own rows came in, and the budget is paid.
    alone = figures(read_case(reading, one, spells=strangers[:1], people=listed()))
    periods = {"year": 1, "quarter": 4, "month": 12}
    assert alone["periods without a unit from another provider"] == periods[settles]


def test_every_unit_is_in_one_state_and_the_units_are_all_there() -> None:
    strangers = [spell(own, "2025-05-02", person="p9") for own in ("RYY", "RXX")]
    spells = [*THREE, spell("RXX", "2025-05-02", "L1"), *strangers]
    one = made(budget="£1,000")
    found = settled(one, framed_tables(compose(one), rows_of(one, {"spells": spells, "people": listed()})))
    assert all(check.passed for check in found.checks), found.checks
    (segment,) = [key for key, one in found.program.labels.items() if one.label == "segment"]
    lines = [line for line in found.reading.units if (line.contract, line.identity) == segment]
    # Paid for: three, £500. Its own: one of £300. Two of somebody else are not its, whoever treated them.
    assert {line.claim: (line.units, line.worth) for line in lines} == {0: (3, 50_000), 1: (1, 30_000)}
    assert figures(found.reading)["units outside the segment"] == 2


def test_what_is_not_of_the_segment_is_left_to_other_rules_of_the_contract(reading: Read) -> None:
    own = {"covers": (Covers(table="spells", where={"treatment_function": ("300",)}, code="hrg"),)}
    strangers = [{**spell("RXX", "2025-05-02", person="p9"), "treatment_function": "300"}]
    one = made(use(Block, "ward", value="£1", **own), budget="£1")
    found = read_case(reading, one, spells=[*THREE, *strangers], people=listed())
    assert all(line.clashing == 0 for line in found.units)
    both = read_case(reading, one, spells=[{**THREE[0], "treatment_function": "300"}], people=listed())
    assert [line.clashing for line in both.units if line.clashing]  # covered by a block, and paid by the segment


def test_several_currencies_may_value_its_episodes(reading: Read) -> None:
    visits = use(UnitPrice, "visits", pays=False, table="attendances", prices="list")
    both = {"on": (Label("episodes"), Label("visits")), "loss_limit": "£0", "own_care_counts": True}
    seen = {"provider": "RYY", "contract": "A", "person": "p1", "attended": "2025-06-01", "hrg": "S1"}
    attendances = [{**seen, "attendances": 2}, {**seen, "provider": "RXX", "attendances": 1}]
    made_ = made(visits, budget="£100", **both)
    answer = settle(reading, made_, spells=THREE[:1], attendances=attendances, people=listed())
    # £100 for the spell and £200 for two visits; with £100 of its own, £400 against £100: all of the loss is borne.
    assert answer["segment", "RXX", "RYY"] == 10_000 + 20_000
    assert answer["segment", "QYY", "RXX"] == 10_000 + 30_000


@EACH
def test_a_loss_by_person_days_is_limited_for_the_year_to_date(reading: Read, settles: str) -> None:
    given = {"each": "£365", "loss_limit": "£100", "own_care_counts": False, "settles": settles, "last": "2025-09-30"}
    people = listed({"p1": ("2025-04-01", "2025-06-30")})  # 90 days: £90
    # £300 paid in May, £90 of budget: £210 lost, of which £110 is borne.
    assert moved(reading, LOSING[:1], people, **given)["QYY", "RXX"] == 9_000 + 11_000


# By person-days: who joins, leaves or dies in the year.


@EACH
def test_a_part_of_the_year_brings_its_days(reading: Read, settles: str) -> None:
    people = listed({"p1": YEAR["p1"], "p2": ("2025-04-01", "2025-06-13")})  # 365 days, and 30 + 31 + 12 = 73
    assert moved(reading, [], people, each="£1,000", settles=settles) == {("QYY", "RXX"): 120_000}
    odd = listed({"p1": ("2025-04-01", "2025-04-02"), "p2": ("2025-12-31", "2026-01-02")})
    # Three days of £1,000: 300,000 ÷ 365 = 821.9, rounded once however it is settled.
    assert moved(reading, [], odd, each="£1,000", settles=settles) == {("QYY", "RXX"): 822}


@EACH
def test_a_long_year_has_366_days(reading: Read, settles: str) -> None:
    rows = [
        {
            "person": "p1",
            "category": "heavy",
            "contract": "A",
            "census_day": first,
            "eligible_from": first,
            "eligible_to": to,
        }
        for first, to in (("2027-04-01", "2027-05-01"), ("2028-02-01", "2028-03-01"))
    ]  # 30 days, and 29 in February
    about = {"first": "2027-04-01", "last": "2028-03-31", "settles": settles}
    assert moved(reading, [], rows, each="£366", **about) == {("QYY", "RXX"): 59 * 100}
    # The year from April 2028 has 365 again: 30 days of £365 are £30.
    rows = [{**rows[0], "census_day": "2028-04-01", "eligible_from": "2028-04-01", "eligible_to": "2028-05-01"}]
    about = {"first": "2027-04-01", "last": "2029-03-31", "settles": settles}
    assert moved(reading, [], rows, each="£365", **about) == {("QYY", "RXX"): 3_000}


def test_each_may_change_within_the_year_and_a_day_keeps_the_price_of_its_census(reading: Read) -> None:
    people = listed({"p1": ("2025-04-01", "2025-06-01")})  # 30 days at £365 and 31 at £730
    each = {"2025-04-01": "£365", "2025-05-01": "£730"}
    assert moved(reading, [], people, each=each, settles="month") == {("QYY", "RXX"): 3_000 + 6_200}
    assert moved(reading, [], people, each=each, settles="year") == {("QYY", "RXX"): 3_000 + 6_200}


def test_a_contract_of_part_of_a_year_brings_its_days_of_a_whole_year(reading: Read) -> None:
    people = listed({"p1": ("2025-04-01", "2025-06-13")})
    assert moved(reading, [], people, each="£1,000", last="2025-06-30") == {("QYY", "RXX"): 20_000}


def test_days_that_are_not_known_lie_elsewhere_or_count_twice_end_the_run(reading: Read) -> None:
    def found(*people: dict[str, str | None], settles: str = "month") -> dict[int, int]:
        rows = [{"person": "p1", "category": "heavy", "contract": "A", **one} for one in people]
        read = read_case(reading, made(each="£1", settles=settles), people=rows)
        return {line.number: line.rows for line in read.nevers if line.rows}

    unknown, beyond, twice = range(3)
    april = {"census_day": "2025-04-01", "eligible_from": "2025-04-01", "eligible_to": "2025-05-01"}
    assert not found(april)
    assert found({**april, "eligible_to": None}) == found({**april, "eligible_from": None}) == {unknown: 1}
    assert found({**april, "eligible_to": "2025-05-02"}) == {beyond: 1}
    assert found({**april, "eligible_from": "2025-03-31"}) == {beyond: 1}
    assert not found({**april, "eligible_to": "2025-05-02"}, settles="quarter")
    again = {"census_day": "2025-04-20", "eligible_from": "2025-04-20", "eligible_to": "2025-04-21"}
    assert found(april, again) == {twice: 1}
    assert not found({**april, "eligible_to": "2025-04-20"}, again)
    assert not found({**april, "category": "frail"}, again)  # another segment's days are not counted
    assert not found({**april, "person": "p2"}, again)


def test_two_rows_of_one_person_and_census_are_a_fault_of_the_input(reading: Read) -> None:
    april = {"census_day": "2025-04-01", "eligible_from": "2025-04-01", "eligible_to": "2025-05-01"}
    people = [{"person": "p1", "category": "heavy", "contract": "A", **april}] * 2
    with pytest.raises(InputError):
        read_case(reading, made(each="£1"), people=people)


# A loss is limited for the year.


@EACH
def test_above_the_limit_the_commissioner_bears_the_loss(reading: Read, settles: str) -> None:
    # Paid to others £600, budget £240: a loss of £360, of which £100 is the provider's, and £260 the commissioner's.
    given = {"budget": "£240", "loss_limit": "£100", "own_care_counts": False, "settles": settles}
    assert moved(reading, LOSING, **given) == {
        ("QYY", "RXX"): 24_000 + 26_000, ("RXX", "RYY"): 30_000, ("RXX", "RZZ"): 30_000,
    }  # fmt: skip
    # With its own treatment of £300 the loss is £660.
    assert moved(reading, LOSING, **{**given, "own_care_counts": True})["QYY", "RXX"] == 24_000 + 56_000


def test_what_was_borne_is_paid_back_when_the_loss_falls_again_in_the_year(reading: Read) -> None:
    given = {"budget": "£240", "loss_limit": "£100", "own_care_counts": False, "settles": "month"}
    spells = [LOSING[0]]
    # To the end of May: 300 − 40 = £260 lost, £160 borne. To the end of the year: 300 − 240 = £60, nothing borne.
    assert moved(reading, spells, last="2025-05-31", **given)["QYY", "RXX"] == 4_000 + 16_000
    assert moved(reading, spells, **given)["QYY", "RXX"] == 24_000


def test_each_year_has_a_loss_of_its_own(reading: Read) -> None:
    given = {"budget": "£240", "loss_limit": "£100", "own_care_counts": False, "last": "2027-03-31"}
    spells = [*LOSING[:1], spell("RYY", "2026-06-01", "L1"), spell("RYY", "2026-07-01", "L1")]
    # £60 lost in the first year; £360 in the second, of which £260 is borne.
    assert moved(reading, spells, **given)["QYY", "RXX"] == 2 * 24_000 + 26_000


def test_a_loss_at_the_limit_is_the_providers(reading: Read) -> None:
    given = {"budget": "£200", "loss_limit": "£100", "own_care_counts": False}
    assert moved(reading, LOSING[:1], **given) == {("QYY", "RXX"): 20_000, ("RXX", "RYY"): 30_000}
    assert moved(reading, LOSING[:1], **{**given, "loss_limit": "£99.99"})["QYY", "RXX"] == 20_001


# It is a budget: what it replaces is taken off, and nothing is paid twice.


@EACH
def test_what_it_replaces_is_taken_off_so_that_the_commissioner_pays_the_same(reading: Read, settles: str) -> None:
    ward = use(Block, "ward", value="£500")
    before = settle(reading, case(contract("A", ward, settles=settles), tables=TABLES))
    given = {"budget": "£200", "additional": False, "replaces": ["ward: £200"], "settles": settles}
    after = moved(reading, [], [], ward, **given)
    assert sum(before.values()) == after["QYY", "RXX"] - after["RXX", "QYY"] == 50_000
    assert after["RXX", "QYY"] == 20_000


def refused(*others: Any, **given: Any) -> str:
    return compose(made(*others, **given)).stopped["A"].why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"budget": "£1", "additional": False}, "a budget says what it replaces"),
        ({}, "the budget is a sum for a year, or a sum for each person"),
        ({"budget": "£1", "each": "£1"}, "the budget is a sum for a year, or a sum for each person"),
        ({"budget": "£1", "loss_limit": "£1"}, "whether own treatment counts towards the loss are said together"),
        ({"budget": "£1", "own_care_counts": True}, "whether own treatment counts towards the loss are said together"),
        ({"budget": "£1", "on": ()}, "no currency values its episodes"),
    ],
)
def test_what_says_too_little_or_too_much_is_refused(given: dict[str, Any], why: str) -> None:
    assert why in refused(**given)


def test_a_currency_that_pays_by_itself_would_pay_twice_and_is_refused() -> None:
    paying = use(UnitPrice, "paying", table="spells", prices="list")
    assert "cannot be covered: say pays = false" in refused(paying, budget="£1", on=(Label("paying"),))
