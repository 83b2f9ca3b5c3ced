"""Pupil premium: a rate for each eligible person, once, at the highest of their categories."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.errors import InputError
from tallystick_rules.rules.pupil_premium import PupilPremium
from tallystick_rules.tables.people import People
from tests.support import Answer, Read, case, contract, fund, read_case, settle, use

CENSUS = "2025-10-02"
CATEGORIES = (
    {"category": "primary", "rate": "£1,515", "payee": "provider", "look_back_years": 6, "place": 1},
    {"category": "secondary", "rate": "£1,075", "payee": "provider", "look_back_years": 6, "place": 2},
    {"category": "looked after", "rate": "£2,630", "payee": "local authority", "look_back_years": 0, "place": 3},
    {"category": "previously", "rate": "£2,630", "payee": "provider", "look_back_years": 130, "place": 4},
)
PREMIUM = ("premium", "scheme/premium", "RXX")


def made(categories: Any = CATEGORIES, payer: str = "scheme/premium") -> Any:
    rule = use(PupilPremium, "premium", payer=payer, census_day=CENSUS, categories=categories)
    return case(contract("A", rule), tables=[People], funds=(fund("premium", 100_000_000),))


def one(person: str, category: str | None, last: str | None = CENSUS, **more: Any) -> dict[str, Any]:
    return {"person": person, "category": category, "last_eligible": last, "census_day": CENSUS, **more}


def paid(reading: Read, *people: dict[str, Any]) -> Answer:
    return settle(reading, made(), people=people)


def figures(reading: Read, *people: dict[str, Any]) -> dict[str, Any]:
    return {figure.name: figure.value for figure in read_case(reading, made(), people=people).figures}


def test_two_hundred_in_primary_school_and_four_previously_looked_after_bring_313_520_pounds(reading: Read) -> None:
    people = [one(f"P{n}", "primary") for n in range(200)] + [one(f"L{n}", "previously") for n in range(4)]
    assert paid(reading, *people) == {PREMIUM: 31_352_000}  # 200 × 151,500 + 4 × 263,000


def test_for_a_child_looked_after_the_local_authority_is_paid_and_for_one_previously_so_the_school(
    reading: Read,
) -> None:
    people = one("P1", "looked after", local_authority="E06000023"), one("P2", "previously"), one("P3", "secondary")
    assert paid(reading, *people) == {
        ("premium", "scheme/premium", "E06000023"): 263_000,
        PREMIUM: 370_500,  # 263,000 + 107,500
    }


def test_a_payee_may_be_an_organisation_that_is_named_and_the_payer_the_commissioner(reading: Read) -> None:
    trust = [{"category": "young carer", "rate": "£10.005", "payee": "RCH", "look_back_years": 0, "place": 1}]
    answer = settle(
        reading, made(trust, payer="QYY"), people=[one("P1", "young carer"), one("P2", "young carer")]
    )  # each person's rate rounds by itself: 1,000.5 → 1,001
    assert answer == {("premium", "QYY", "RCH"): 2_002}  # 1,001 + 1,001


def test_a_payee_that_is_the_commissioner_is_the_contracts_own_and_no_account_of_that_name(reading: Read) -> None:
    central = [{"category": "carer", "rate": "£10", "payee": "commissioner", "look_back_years": 0, "place": 1}]
    assert settle(reading, made(central), people=[one("P1", "carer")]) == {("premium", "scheme/premium", "QYY"): 1_000}


@pytest.mark.parametrize("last", ["2025-10-02", "2026-04-01", "9999-12-31"])
def test_a_day_far_ahead_says_that_the_condition_is_still_met(reading: Read, last: str) -> None:
    assert paid(reading, one("P1", "primary", last=last)) == {PREMIUM: 151_500}


@pytest.mark.parametrize("order", [1, -1])
def test_whoever_is_in_two_categories_is_paid_for_once_at_the_higher_rate(reading: Read, order: int) -> None:
    people = [one("P1", "primary"), one("P1", "previously"), one("P2", "primary")][::order]
    assert paid(reading, *people) == {PREMIUM: 414_500}  # 263,000 + 151,500, and not 566,000
    assert figures(reading, *people) == {"people paid for": 2, "entries outranked": 1}


def test_of_two_equal_rates_the_first_in_the_list_counts_and_it_alone(reading: Read) -> None:
    people = one("P1", "previously"), one("P1", "looked after", local_authority="E06000023")
    assert paid(reading, *people) == {("premium", "scheme/premium", "E06000023"): 263_000}  # place 3 before place 4


def test_a_higher_category_that_is_no_longer_held_does_not_outrank(reading: Read) -> None:
    people = one("P1", "primary"), one("P1", "looked after", last="2025-10-01", local_authority="E06000023")
    assert paid(reading, *people) == {PREMIUM: 151_500}
    assert figures(reading, *people) == {"people paid for": 1, "entries no longer eligible": 1}


@pytest.mark.parametrize(
    ("last", "pence"),
    [
        ("2025-10-02", 151_500),
        ("2026-01-31", 151_500),  # still eligible after the census
        ("2019-10-02", 151_500),  # exactly six years before counts
        ("2019-10-01", 0),  # a day more does not
    ],
)
def test_exactly_six_years_before_the_census_counts(reading: Read, last: str, pence: int) -> None:
    assert paid(reading, one("P1", "primary", last)) == ({PREMIUM: pence} if pence else {})


def test_with_no_look_back_the_condition_is_met_on_the_census_day_or_not(reading: Read) -> None:
    on_the_day, day_before = (one("P1", "looked after", last, local_authority="E1") for last in (CENSUS, "2025-10-01"))
    assert paid(reading, on_the_day) == {("premium", "scheme/premium", "E1"): 263_000}
    assert paid(reading, day_before) == {}


def test_who_is_not_known_is_shown_and_never_paid_as_something(reading: Read) -> None:
    people = one("P1", None), one("P2", "nursery"), one("P3", "primary", last=None), one("P4", "primary")
    assert paid(reading, *people) == {PREMIUM: 151_500}
    assert figures(reading, *people) == {
        "people paid for": 1, "entries of unknown category": 1, "entries of another category": 1,
        "entries without a day": 1,
    }  # fmt: skip


def test_people_counted_on_another_day_are_not_paid_for(reading: Read) -> None:
    assert paid(reading, one("P1", "primary", census_day="2026-01-15"), one("P2", "primary")) == {PREMIUM: 151_500}


def test_one_person_twice_in_one_category_on_one_day_is_a_fault_of_the_input(reading: Read) -> None:
    with pytest.raises(InputError, match="people has 2 rows"):
        paid(reading, one("P1", "primary"), one("P1", "primary"))


def test_it_is_one_also_on_a_day_that_is_not_paid_for(reading: Read) -> None:
    """Rows of such a day are left out before they look anything up, and that may hide nothing."""
    earlier = [{**one("P1", "primary"), "census_day": "2025-07-01"} for _ in range(2)]
    with pytest.raises(InputError, match="people has 2 rows"):
        paid(reading, *earlier, one("P2", "secondary"))


def test_money_for_an_authority_that_is_not_recorded_stops_the_contract(reading: Read) -> None:
    found = read_case(reading, made(), people=[one("P1", "looked after")])
    assert [name for name, _ in found.faults] == ["A"]
    assert found.flows == []
