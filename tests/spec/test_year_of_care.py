"""Year of care: rate × days ÷ days of the year, by segment; who is in the cohort, who came and who left."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tallystick.kernel.errors import InputError
from tallystick.kernel.program import compose
from tallystick_rules.rules import Block, YearOfCare
from tallystick_rules.rules._overlaps import Overlaps
from tallystick_rules.rules.block import Covers
from tallystick_rules.rules.year_of_care import Unlisted
from tallystick_rules.tables import Conditions, Contacts, People
from tests.support import Read, case, contract, read_case, settle, use

TABLES = (People, Conditions, Contacts)
SEGMENTS = ({"segment": "intensive", "rate": "£3,000"}, {"segment": "core", "rate": "£1,200"})
PAID = ("year of care", "QYY", "RXX")
FIRST = "2026-04-01"


def made(settles: str = "year", *, last: str = "2027-03-31", first: str = FIRST, more: Any = (), **given: Any) -> Any:
    usual = {"segments": SEGMENTS, "overlaps": Overlaps.FAULT, "unlisted": Unlisted.FAULT, "additional": True}
    rule = use(YearOfCare, "year of care", **{**usual, **given})
    return case(contract("A", rule, *more, first=first, last=last, settles=settles), tables=TABLES)


def one(person: str = "P1", category: str | None = "core", census: str = FIRST, **more: Any) -> dict[str, Any]:
    return {"person": person, "category": category, "census_day": census, **more}


def days(first: str | None, end: str | None, why: str | None = None) -> dict[str, Any]:
    return {"eligible_from": first, "eligible_to": end, "exit_reason": why}


def paid(reading: Read, the_case: Any, *people: dict[str, Any], **tables: Any) -> int:
    return settle(reading, the_case, people=people, **tables).get(PAID, 0)


def figures(reading: Read, the_case: Any, *people: dict[str, Any], **tables: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in read_case(reading, the_case, people=people, **tables).figures:
        found[line.name] = found.get(line.name, 0) + line.value
    return {name: value for name, value in found.items() if value}


def faults(reading: Read, the_case: Any, *people: dict[str, Any], **tables: Any) -> dict[str, int]:
    uses = compose(the_case).uses
    return {
        uses[line.identity].traced.nevers[line.number][0]: line.rows
        for line in read_case(reading, the_case, people=people, **tables).nevers if line.rows
    }  # fmt: skip


def test_a_year_of_365_days_and_one_of_366_pay_the_whole_rate(reading: Read) -> None:
    assert paid(reading, made(), one(), one("P2", "intensive")) == 120_000 + 300_000
    leap = made(first="2027-04-01", last="2028-03-31")
    assert paid(reading, leap, one(census="2027-04-01")) == 120_000


@pytest.mark.parametrize(
    ("first", "end", "pence"),
    [
        ("2026-06-01", "2026-12-10", 63_123),  # 192 days: 120,000 × 192 ÷ 365 = 63,123.29
        ("2026-04-01", "2026-04-02", 329),  # the first day counts and the day after it does not: 328.77
        ("2027-03-31", None, 329),  # the year's last day
        ("2026-06-01", "2026-06-01", 0),  # no day in it
        ("2020-01-01", "2026-04-01", 0),  # ended as the year began
        ("2020-01-01", "2030-01-01", 120_000),  # cut to the year
        (None, "2026-04-11", 3_288),  # from the census day: 10 days, 3,287.67
    ],
)
def test_from_counts_and_to_does_not(reading: Read, first: str | None, end: str | None, pence: int) -> None:
    assert paid(reading, made(), one(**days(first, end))) == pence


def test_in_a_year_of_366_days_a_day_is_worth_less(reading: Read) -> None:
    leap = made(first="2027-04-01", last="2028-03-31")
    one_day = one(census="2027-04-01", **days("2028-02-29", "2028-03-01"))
    assert paid(reading, leap, one_day) == 328  # 120,000 ÷ 366 = 327.87


def test_a_year_from_october_has_the_days_of_that_year(reading: Read) -> None:
    october = made(first="2027-10-01", last="2028-09-30")  # 366 days, with 29 February 2028
    assert paid(reading, october, one(census="2027-10-01", **days("2028-09-29", None))) == 656  # 2 × 327.87 = 655.74


def test_a_segments_days_are_added_before_they_are_rounded(reading: Read) -> None:
    people = [one(f"P{n}", **days("2026-04-01", "2026-04-02")) for n in range(3)]
    assert paid(reading, made(), *people) == 986  # 3 × 328.77 = 986.30, and not 3 × 329


PEOPLE = (
    one("P1", **days("2026-06-01", "2026-12-10", "death")),  # 192 days
    one("P2", "intensive"),
    one("P3", census="2026-08-01", **days("2026-05-05", "2027-01-01", "move")),  # listed late: 241 days
    one("P4", census="2026-07-01", **days("2026-06-30", "2026-07-01", "65th birthday")),  # 1 day
    one("P5", "intensive", **days("2026-04-01", "2026-07-01")),  # 91 days, then core
    one("P5", "core", **days("2026-07-01", None)),  # 274 days
)
WHOLE = 232_767 + 374_795
"""Core: 192 + 241 + 1 + 274 = 708 days × 120,000 ÷ 365 = 232,767.12; intensive: 365 + 91 = 456 × 300,000 ÷ 365."""


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
def test_however_often_it_is_settled_the_year_comes_to_the_same(reading: Read, settles: str) -> None:
    assert paid(reading, made(settles), *PEOPLE) == WHOLE


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
def test_people_at_the_beginning_and_joined_less_left_are_people_at_the_end(reading: Read, settles: str) -> None:
    reasons = made(settles, reasons=("death", "65th birthday"))
    assert figures(reading, reasons, *PEOPLE) == {
        "people at the beginning": 2, "joined": 3, "joined, from another listing": 1, "left: death": 1,
        "left: 65th birthday": 1, "left: another reason": 1, "left, to another listing": 1, "people at the end": 2,
    }  # fmt: skip
    laws = read_case(reading, reasons, people=PEOPLE).laws
    assert all(law.left == law.right for law in laws)
    assert len(laws) == {"month": 12, "quarter": 4, "year": 1}[settles]


def test_whoever_leaves_without_a_reason_is_counted_as_that(reading: Read) -> None:
    assert figures(reading, made(), one(**days(None, "2026-09-01"))) == {
        "people at the beginning": 1, "left: no reason given": 1,
    }  # fmt: skip


def test_quarters_follow_the_days_as_they_come_and_a_late_listing_is_made_up_for(reading: Read) -> None:
    found = read_case(reading, made("quarter"), people=[one("P3", census="2026-08-01", **days("2026-05-05", None))])
    # to date: nothing, 149 days, 241 and 331: 48,986.30, 79,232.88 and 108,821.92
    assert sorted((line.period, line.pence, line.units) for line in found.flows if line.pence) == [
        (2, 48_986, 149), (3, 30_247, 92), (4, 29_589, 90),
    ]  # fmt: skip


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
def test_a_contract_of_part_of_a_year_counts_its_days_in_those_of_the_year(reading: Read, settles: str) -> None:
    part = made(settles, last="2026-10-15")  # 198 days of 365
    assert paid(reading, part, one()) == 65_096  # 65,095.89
    assert figures(reading, part, one())["people at the end"] == 1
    assert paid(reading, part, one(**days(None, "2026-10-15", "death"))) == 64_767  # 197 days: 64,767.12


def test_in_its_second_year_people_are_listed_again_and_the_first_does_not_reach_into_it(reading: Read) -> None:
    two = made("month", last="2028-03-31")
    assert paid(reading, two, one()) == 120_000  # and nothing for a second year in which nobody is listed
    again = one(census="2027-04-01", **days("2026-04-01", "2027-07-01"))  # 91 of 366 days: 29,836.07
    assert paid(reading, two, one(), again) == 120_000 + 29_836


# Segments


def test_overlapping_segments_are_a_fault_if_nothing_says_which_comes_first(reading: Read) -> None:
    people = one("P1", "core"), one("P1", "intensive", **days("2026-09-01", "2026-10-01")), one("P2")
    says = "another segment of its person has the same days, and nothing says which comes first"
    assert faults(reading, made(), *people) == {says: 2}


def test_segments_that_follow_each_other_do_not_overlap(reading: Read) -> None:
    assert faults(reading, made(), *PEOPLE) == {}


@pytest.mark.parametrize("order", [1, -1])
def test_the_segment_written_first_has_the_days_that_both_have(reading: Read, order: int) -> None:
    people = [one("P1", "core"), one("P1", "intensive", **days("2026-09-01", None))][::order]
    first = made(overlaps=Overlaps.FIRST_WRITTEN)
    # core: 153 days to 1 September, 50,301.37; intensive: 212 days, 174,246.58
    assert paid(reading, first, *people) == 50_301 + 174_247
    assert figures(reading, first, *people) == {
        "days outranked": 212, "people at the beginning": 1, "joined": 1, "left, to another listing": 1,
        "people at the end": 1,
    }  # fmt: skip


def test_what_is_left_of_the_other_may_begin_late_or_be_nothing(reading: Read) -> None:
    first = made(overlaps=Overlaps.FIRST_WRITTEN)
    begun_late = one("P1", "core"), one("P1", "intensive", **days(None, "2026-09-01", "move"))
    assert paid(reading, first, *begun_late) == 69_699 + 125_753  # 212 days of core, 153 of intensive
    nothing = one("P1", "core", **days("2026-09-01", "2026-10-01")), one("P1", "intensive")
    assert paid(reading, first, *nothing) == 300_000


def test_what_lies_inside_another_or_has_two_before_it_is_a_fault(reading: Read) -> None:
    three = ({"segment": "hospice", "rate": "£9,000"}, *SEGMENTS)
    first = made(overlaps=Overlaps.FIRST_WRITTEN, segments=three)
    inside = one("P1", "core"), one("P1", "intensive", **days("2026-09-01", "2026-10-01"))
    says = "a segment that comes before its own lies within its days: write it as two stretches"
    assert faults(reading, first, *inside) == {says: 1}
    two = one("P1", "core"), one("P1", "intensive", **days(None, "2026-09-01")), one("P1", "hospice")
    says = "two segments of its person that come before its own have the same days"
    assert faults(reading, first, *two) == {says: 1}


def test_a_segment_written_first_that_is_not_in_the_cohort_takes_no_days_unseen(reading: Read) -> None:
    conditions = [*with_conditions("P1", "anxiety", "diabetes"), *with_conditions("P1", "depression", to_day=FIRST)]
    people = one("P1", "core", age_years=50), one("P1", "intensive", age_years=50, **days("2026-09-01", None))
    says = "a segment that comes before its own has days of its, and is not in the cohort as it begins"
    first = made(overlaps=Overlaps.FIRST_WRITTEN, **COHORT)
    assert faults(reading, first, *people, conditions=conditions) == {says: 1}
    still = [*with_conditions("P1", "anxiety", "diabetes", "depression")]
    assert faults(reading, first, *people, conditions=still) == {}


def test_two_rows_of_one_segment_on_a_census_day_are_a_fault_of_the_input(reading: Read) -> None:
    with pytest.raises(InputError, match=r"people has 2 rows for .*2026-04-01"):
        paid(reading, made(), one(**days(None, "2026-05-01")), one(**days("2026-06-01", None)))


def test_whoever_is_listed_again_before_the_former_listing_ends_is_a_fault(reading: Read) -> None:
    says = "its person is listed on an earlier census day for the same days"
    later = one("P1", "intensive", "2026-07-01")
    assert faults(reading, made(), one("P1"), later) == {says: 1}
    assert faults(reading, made(), one("P1", **days(None, "2026-07-02")), later) == {says: 1}
    assert faults(reading, made(), one("P1", **days(None, "2026-07-01")), later) == {}


def test_a_list_every_quarter_comes_to_the_same_as_one_of_the_year(reading: Read) -> None:
    starts = ("2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01", "2027-04-01")
    quarters = [one("P1", census=start, **days(start, end)) for start, end in itertools.pairwise(starts)]
    assert paid(reading, made("month"), *quarters) == paid(reading, made(), one("P1")) == 120_000
    assert figures(reading, made(), *quarters) == {
        "people at the beginning": 1, "joined, from another listing": 3, "left, to another listing": 3,
        "people at the end": 1,
    }  # fmt: skip


def test_a_segment_without_a_rate_is_a_fault_or_left_out_and_shown(reading: Read) -> None:
    people = one("P1", "hospice"), one("P2", None), one("P3")
    assert faults(reading, made(), *people) == {"its segment is missing, or has no rate here": 2}
    shown = made(unlisted=Unlisted.LEFT_OUT)
    assert paid(reading, shown, *people) == 120_000
    assert figures(reading, shown, *people)["left out: a segment without a rate"] == 2


# The cohort

COHORT = {
    "conditions": ("hypertension", "diabetes", "anxiety", "depression", "chronic pain"), "conditions_needed": 3,
    "age_from": 20, "age_to": 64,
}  # fmt: skip


def with_conditions(person: str, *names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"person": person, "condition": name, **more} for name in names]


def test_a_cohort_is_found_by_age_and_conditions_and_who_is_left_out_is_counted_once(reading: Read) -> None:
    ages = {"P1": 20, "P2": 64, "P3": 19, "P4": 65, "P5": None, "P6": 40, "P7": 65}
    people = [one(person, age_years=age) for person, age in ages.items()]
    three = ("hypertension", "anxiety", "chronic pain")
    conditions = [row for person in ("P1", "P2", "P3", "P4", "P5") for row in with_conditions(person, *three)]
    conditions += with_conditions("P6", "anxiety", "depression", "asthma")  # asthma is none of the five
    found = made(**COHORT)
    assert paid(reading, found, *people, conditions=conditions) == 240_000
    assert figures(reading, found, *people, conditions=conditions) == {
        "not in the cohort: age not recorded": 1, "not in the cohort: too young": 1, "not in the cohort: too old": 2,
        "not in the cohort: too few of the conditions": 1, "people at the beginning": 2, "people at the end": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("third", "pence"),
    [
        ({"from_day": "2026-06-01"}, 120_000 * 304 // 365),  # recorded on the stretch's first day: 99,945.21
        ({"from_day": "2026-06-02"}, 0),
        ({"to_day": "2026-06-01"}, 120_000 * 304 // 365),  # its last day is inclusive
        ({"to_day": "2026-05-31"}, 0),
    ],
)
def test_conditions_are_those_of_the_stretchs_first_day(reading: Read, third: dict[str, str], pence: int) -> None:
    person = one(age_years=50, **days("2026-06-01", None))
    conditions = [*with_conditions("P1", "anxiety", "diabetes"), *with_conditions("P1", "depression", **third)]
    assert paid(reading, made(**COHORT), person, conditions=conditions) == pence


def test_ages_or_conditions_that_nobody_could_meet_are_a_fault_and_no_zero(reading: Read) -> None:
    conditions = with_conditions("P1", *COHORT["conditions"])
    too_many = "conditions_needed of its contract is more than the conditions that it names"
    person = one(age_years=50)
    assert faults(reading, made(**COHORT | {"conditions_needed": 6}), person, conditions=conditions) == {too_many: 1}
    assert faults(reading, made(**COHORT | {"conditions_needed": 5}), person, conditions=conditions) == {}
    assert faults(reading, made(age_from=51, age_to=50), person) == {"age_from of its contract is above age_to": 1}
    assert faults(reading, made(age_from=50, age_to=50), person) == {}


def test_who_is_not_in_the_cohort_needs_no_segment(reading: Read) -> None:
    assert faults(reading, made(**COHORT), one("P1", None, age_years=70)) == {}


# The budget


def test_it_replaces_what_was_paid_before_and_covers_the_units(reading: Read) -> None:
    core = use(Block, "community", value="£1,200,000", covers=(Covers(table="contacts", where={"service": ("old",)}),))
    budget = {"additional": False, "replaces": ["community: £400"]}
    covers = (Covers(table="contacts", where={"service": ("new",)}),)
    the_case = made("month", more=(core,), covers=covers, **budget)
    contacts = [
        {"contacted_on": "2026-05-01", "service": service, "contact_type": "visit", "contacts": 1}
        for service in ("old", "new", "new")
    ]
    found = read_case(reading, the_case, people=[one()], contacts=contacts)
    assert sum(line.pence for line in found.flows if line.payee == "QYY") == 40_000
    assert sum(line.pence for line in found.flows if line.payee == "RXX") == 120_000_000 + 120_000
    units = sorted((line.table, line.units) for line in found.units if line.units)
    assert units == [("contacts", 1), ("contacts", 2), ("people", 1)]
    assert not any(line.clashing for line in found.units)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"additional": False}, "the commissioner pays for the same units twice"),
        ({"conditions": ("anxiety",)}, "which conditions and how many of them are said together"),
        ({"conditions_needed": 3}, "which conditions and how many of them are said together"),
        ({"conditions": ("anxiety", "anxiety"), "conditions_needed": 2}, "'anxiety' is written twice"),
        ({"segments": (*SEGMENTS, SEGMENTS[0])}, "the segment 'intensive' has two rates"),
    ],
)
def test_a_contract_that_leaves_something_open_is_stopped_and_says_what_to_write(
    wrong: dict[str, Any], why: str
) -> None:
    assert why in compose(made(**wrong)).stopped["A"].why
