"""Best practice tariff: top-ups, levels, fallback prices, settings, gateways, and how their money moves."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.program import compose
from tallystick.kernel.reading import Reading
from tallystick_rules.rules import BestPracticeTariff
from tallystick_rules.rules._evidence import Criterion, Level
from tallystick_rules.rules.best_practice_tariff import Moves
from tallystick_rules.tables import Evidence, Factors, Spells, UnitPrices
from tests.support import Answer, Read, case, contract, price_list, read_case, settle, use

TABLES = (Spells, Evidence, UnitPrices, Factors)
LISTS = (
    price_list(UnitPrices, "best", {"code": "HN12", "price": "£5,000"}, {"code": "HN13", "price": "£6,000"}),
    price_list(UnitPrices, "fallback", {"code": "HN12", "price": "£4,100"}, {"code": "HN13", "price": "£5,250"}),
    price_list(
        UnitPrices, "stroke",
        {"code": "direct admission", "price": "£342"}, {"code": "imaging", "price": "£133"},
        {"code": "alteplase", "price": "£828"},
    ),
    price_list(Factors, "factors", {"code": "RXX", "factor": "1.061204"}),
)  # fmt: skip
HIP = (Level(name="hip fracture", criteria=(Criterion(name="surgery", within_hours=36), Criterion(name="review"))),)
BUNDLE = (Level(name="bundle", criteria=(Criterion(name="bundle"),)),)
TO_PROVIDER = ("best practice", "QYY", "RXX")
TO_COMMISSIONER = ("best practice", "RXX", "QYY")


def rule(levels: tuple[Level, ...], moves: Moves = Moves.ADDED, **given: Any) -> Any:
    return use(BestPracticeTariff, "best practice", standard="standard", levels=levels, moves=moves, **given)


def spell(key: str, on: str = "2025-06-30", **about: Any) -> dict[str, Any]:
    usual = {"patient_class": "1", "admission_method": "21", "hrg": "HN12", "length_of_stay_days": 8}
    return {"spell": key, "discharged": on, **usual, **about}


def said(key: str, criterion: str, met: bool | None = None, start: str | None = None, end: str | None = None) -> Any:
    """One line of evidence about the spell of that key."""
    times = {"started_at": start, "finished_at": end}
    return {"spell": key, "standard": "standard", "criterion": criterion, "met": met, **times}


def surgery(key: str, end: str | None, start: str = "2025-06-10T08:00") -> list[Any]:
    """A hip fracture that was reviewed, and whose surgery was at that time."""
    return [said(key, "surgery", start=start, end=end), said(key, "review", True)]


def bundles(reading: Read, made: Any, *met: bool | None) -> Answer:
    """So many spells, each with its bundle given, not given or not recorded."""
    spells = [spell(f"s{n}") for n in range(len(met))]
    evidence = [said(f"s{n}", "bundle", each) for n, each in enumerate(met)]
    return settle(reading, made, spells=spells, evidence=evidence)


def figures(found: Reading) -> dict[str, Any]:
    return {line.name: line.value for line in found.figures}


# A top-up if all criteria hold


@pytest.mark.parametrize(
    ("end", "pence"),
    [
        ("2025-06-11T19:54", 133_500),  # 35.9 hours after 08:00 the day before
        ("2025-06-11T20:00", 133_500),  # 36 h 00
        ("2025-06-11T20:01", 0),  # 36 h 01
        ("2025-06-11T20:06", 0),  # 36.1 hours
        ("2025-06-10T07:00", 0),  # it ends before it begins: not recorded
        (None, 0),  # not recorded
    ],
)
def test_hip_fracture_pays_its_top_up_if_surgery_was_within_36_hours(
    reading: Read, end: str | None, pence: int
) -> None:
    made = case(contract("A", rule(HIP, top_up="£1,335")), tables=TABLES)
    answer = settle(reading, made, spells=[spell("1")], evidence=surgery("1", end))
    assert answer == ({TO_PROVIDER: pence} if pence else {})


def test_a_time_is_either_met_or_not_and_never_both(reading: Read) -> None:
    made = case(contract("A", rule(HIP, top_up="£1,335")), tables=TABLES)
    evidence = [*surgery("1", "2025-06-11T20:00"), *surgery("2", "2025-06-11T20:01"), *surgery("3", "2025-06-10T07:00")]
    found = read_case(reading, made, spells=[spell("1"), spell("2"), spell("3")], evidence=evidence)
    assert figures(found) == {
        "cases": 3, "hip fracture: achieved": 1, "hip fracture: not met": 1, "hip fracture: not recorded": 1,
    }  # fmt: skip


def test_hours_are_elapsed_hours_also_over_the_night_in_which_the_clocks_go_back(reading: Read) -> None:
    made = case(contract("A", rule(HIP, top_up="£1,335")), tables=TABLES)
    late = surgery("1", "2025-10-26T20:00", start="2025-10-25T08:00")  # 36 hours on the clock, 37 in truth
    assert settle(reading, made, spells=[spell("1")], evidence=late) == {}


def test_all_criteria_have_to_hold_and_what_is_not_recorded_is_not_met_yet_and_counted(reading: Read) -> None:
    made = case(contract("A", rule(HIP, top_up="£1,335")), tables=TABLES)
    on_time = "2025-06-11T08:00"
    evidence = [
        *surgery("1", on_time),  # both criteria: earned
        said("2", "surgery", start="2025-06-10T08:00", end=on_time), said("2", "review", False),  # not met
        said("3", "surgery", start="2025-06-10T08:00", end=on_time), said("3", "review"),  # not recorded
        said("4", "review", True),  # surgery: no line of evidence at all
        said("5", "review", False),  # one is missing, but one has failed: not met
        {**said("6", "review", True), "standard": "another"},  # another standard's evidence
    ]  # fmt: skip
    spells = [spell(str(number)) for number in range(1, 7)]
    found = read_case(reading, made, spells=spells, evidence=evidence)
    assert [line.pence for line in found.flows] == [133_500]
    assert figures(found) == {
        "cases": 6, "hip fracture: achieved": 1, "hip fracture: not met": 2, "hip fracture: not recorded": 3,
    }  # fmt: skip


def test_only_listed_spells_are_cases_and_the_factor_is_applied_last(reading: Read) -> None:
    hip = rule(BUNDLE, top_up="£1,335", where={"hrg": ("HN12",)}, market_forces_factor="factors")
    made = case(contract("A", hip), tables=TABLES, prices=LISTS)
    evidence = [said("1", "bundle", True), said("2", "bundle", True)]
    answer = settle(reading, made, spells=[spell("1"), spell("2", hrg="XX99")], evidence=evidence)
    assert answer == {TO_PROVIDER: 141_671}  # 133,500 × 1.061204 = 141,670.734


def test_a_dated_top_up_is_the_one_in_force_at_discharge(reading: Read) -> None:
    dated = rule(BUNDLE, top_up={"2025-04-01": "£1,335", "2025-10-01": "£1,400"})
    made = case(contract("A", dated), tables=TABLES)
    spells = [spell("1", "2025-09-30"), spell("2", "2025-10-01")]
    evidence = [said("1", "bundle", True), said("2", "bundle", True)]
    assert settle(reading, made, spells=spells, evidence=evidence) == {TO_PROVIDER: 273_500}  # 133,500 + 140,000


# Several levels, each by itself


def test_stroke_has_three_independent_levels(reading: Read) -> None:
    names = ("direct admission", "imaging", "alteplase")
    levels = tuple(Level(name=name, criteria=(Criterion(name=name),)) for name in names)
    made = case(contract("A", rule(levels, prices="stroke")), tables=TABLES, prices=LISTS)
    evidence = [
        said("1", "direct admission", True), said("1", "imaging", True), said("1", "alteplase", True),
        said("2", "direct admission", False), said("2", "imaging", True), said("2", "alteplase"),
    ]  # fmt: skip
    found = read_case(reading, made, spells=[spell("1"), spell("2")], evidence=evidence)
    assert [line.pence for line in found.flows] == [34_200, 26_600, 82_800]  # 342, 2 × 133, 828


# Fallback price, and price by setting


def test_the_fallback_price_is_paid_where_best_practice_was_not_achieved(reading: Read) -> None:
    lists = {"prices": "best", "fallback_prices": "fallback", "code": "hrg"}
    spells = [spell("1"), spell("2", hrg="HN13"), spell("3", hrg="HN13")]
    evidence = [said("1", "bundle", True), said("2", "bundle", False)]  # the third is not recorded
    lower = case(contract("A", rule(BUNDLE, Moves.ADDED, **lists)), tables=TABLES, prices=LISTS)
    assert settle(reading, lower, spells=spells, evidence=evidence) == {TO_PROVIDER: 90_000}  # 5,000 − 4,100
    higher = case(contract("A", rule(BUNDLE, Moves.TAKEN_OFF, **lists)), tables=TABLES, prices=LISTS)
    assert settle(reading, higher, spells=spells, evidence=evidence) == {
        TO_COMMISSIONER: 150_000  # 2 × (6,000 − 5,250)
    }
    some = case(
        contract("A", rule(BUNDLE, Moves.TAKEN_OFF, where={"hrg": ("HN12",)}, **lists)), tables=TABLES, prices=LISTS
    )
    assert settle(reading, some, spells=spells, evidence=evidence) == {}  # the others are no cases


def test_both_ways_come_to_the_same_beside_the_price_that_they_go_with(reading: Read) -> None:
    lists = {"prices": "best", "fallback_prices": "fallback", "code": "hrg"}
    spells, evidence = [spell("1"), spell("2")], [said("1", "bundle", True)]
    lower = case(contract("A", rule(BUNDLE, Moves.ADDED, **lists)), tables=TABLES, prices=LISTS)
    higher = case(contract("A", rule(BUNDLE, Moves.TAKEN_OFF, **lists)), tables=TABLES, prices=LISTS)
    added = settle(reading, lower, spells=spells, evidence=evidence)[TO_PROVIDER]
    taken = settle(reading, higher, spells=spells, evidence=evidence)[TO_COMMISSIONER]
    assert 2 * 410_000 + added == 2 * 500_000 - taken == 910_000  # 5,000 + 4,100


def test_a_price_by_setting_needs_no_evidence(reading: Read) -> None:
    day_case = (Level(name="day case", setting={"patient_class": ("2",)}),)
    made = case(contract("A", rule(day_case, top_up="£120")), tables=TABLES)
    spells = [spell("1", patient_class="2"), spell("2"), spell("3", patient_class="2")]
    assert settle(reading, made, spells=spells) == {TO_PROVIDER: 24_000}  # 2 × 12,000


def test_a_level_may_ask_for_a_setting_and_evidence_and_outside_the_setting_it_is_known_not_to_be_met(
    reading: Read,
) -> None:
    both = (Level(name="both", criteria=(Criterion(name="bundle"),), setting={"patient_class": ("2",)}),)
    made = case(contract("A", rule(both, top_up="£120")), tables=TABLES)
    spells = [spell("1", patient_class="2"), spell("2"), spell("3", patient_class="2"), spell("4")]
    found = read_case(reading, made, spells=spells, evidence=[said("1", "bundle", True), said("2", "bundle", True)])
    assert [line.pence for line in found.flows] == [12_000]
    assert figures(found) == {"cases": 4, "both: achieved": 1, "both: not met": 2, "both: not recorded": 1}


def test_a_case_without_a_price_or_a_factor_is_a_fault_of_the_row(reading: Read) -> None:
    lists = {"prices": "best", "fallback_prices": "fallback", "code": "hrg", "market_forces_factor": "factors"}
    made = case(contract("A", rule(BUNDLE, **lists)), tables=TABLES, prices=LISTS)
    spells = [spell("1"), spell("2", hrg="ZZ"), spell("3", provider="RZZ", contract="A")]
    found = read_case(reading, made, spells=spells, evidence=[])
    assert [line.rows for line in found.nevers] == [2]
    kept = read_case(reading, made, spells=spells[:1], evidence=[])
    assert kept.nevers == []


# The gateway


def test_at_the_gateway_it_is_reached_and_all_cases_earn(reading: Read) -> None:
    copd = rule(BUNDLE, top_up="£100", gateway="60%")
    made = case(contract("A", copd), tables=TABLES)
    assert bundles(reading, made, True, True, True, False, None) == {TO_PROVIDER: 50_000}  # 3 of 5 is 60%: 5 × 10,000
    assert bundles(reading, made, True, True, False, False, None) == {}  # 2 of 5
    assert bundles(reading, made) == {}  # no cases: not reached


def test_a_gateway_counts_the_providers_cases_under_all_its_contracts(reading: Read) -> None:
    copd = rule(BUNDLE, top_up="£100", gateway="60%")
    here, there = contract("A", copd, commissioner="QAA"), contract("B", copd, commissioner="QBB")
    other = contract("C", copd, provider="RZZ", commissioner="QAA")
    made = case(here, there, other, tables=TABLES)
    spells = [
        spell("1", commissioner="QAA"), spell("2", commissioner="QAA"),
        spell("3", commissioner="QBB"), spell("4", commissioner="QBB"),
        spell("5", commissioner="QNN"),  # of a commissioner without a contract
        spell("6", commissioner="QAA", provider="RZZ"),
    ]  # fmt: skip
    evidence = [said(key, "bundle", True) for key in ("3", "4", "5")]  # 3 of RXX's 5: 60%; none of RZZ's
    assert settle(reading, made, spells=spells, evidence=evidence) == {
        ("best practice", "QAA", "RXX"): 20_000,  # neither of its cases has the bundle; the provider's rate counts
        ("best practice", "QBB", "RXX"): 20_000,
    }
    found = read_case(reading, made, spells=spells, evidence=evidence)
    rates = {line.contract: line.value for line in found.figures if line.name.endswith("attainment")}
    assert {name: str(rate) for name, rate in rates.items()} == {"A": "3/5", "B": "3/5"}


def test_with_no_cases_not_even_a_gateway_of_nothing_is_reached(reading: Read) -> None:
    made = case(contract("A", rule(BUNDLE, Moves.TRUE_UP, top_up="£100", gateway="0%", expected="50%")), tables=TABLES)
    assert bundles(reading, made) == {}


def test_a_gateway_of_nothing_is_not_reached_by_a_provider_without_cases_of_its_own(reading: Read) -> None:
    copd = rule(BUNDLE, top_up="£100", gateway="0%")
    made = case(contract("A", copd), tables=TABLES)
    others = [spell("1", provider="RZZ", contract="A")]  # counted under the contract, treated by somebody else
    assert settle(reading, made, spells=others, evidence=[said("1", "bundle", True)]) == {}


# In the fixed element


def test_a_true_up_is_what_was_attained_less_what_the_fixed_element_assumed(reading: Read) -> None:
    made = case(contract("A", rule(BUNDLE, Moves.TRUE_UP, top_up="£1,335", expected="60%")), tables=TABLES)
    # 2 × 133,500 − 0.6 × 4 × 133,500 = 267,000 − 320,400
    assert bundles(reading, made, True, True, False, None) == {TO_PROVIDER: -53_400}
    # 3 × 133,500 − 0.6 × 4 × 133,500 = 400,500 − 320,400
    assert bundles(reading, made, True, True, True, None) == {TO_PROVIDER: 80_100}


def test_what_is_assumed_rounds_once_and_is_taken_from_whole_pence(reading: Read) -> None:
    thirds = rule(BUNDLE, Moves.TRUE_UP, top_up="£1", expected="1/3")
    made = case(contract("A", thirds), tables=TABLES)
    assert bundles(reading, made, True, False) == {TO_PROVIDER: 33}  # 100 − 200 ÷ 3 = 66.67 → 67


def test_what_is_assumed_of_several_levels_rounds_once_for_all_of_them(reading: Read) -> None:
    two = (*BUNDLE, Level(name="review", criteria=(Criterion(name="review"),)))
    made = case(contract("A", rule(two, Moves.TRUE_UP, top_up="£0.01", expected="50%")), tables=TABLES)
    # 0 − 0.5 × (1 + 1) is a penny back; by level it would be 0.5 → 1, twice
    assert bundles(reading, made, False) == {TO_PROVIDER: -1}


def test_corrected_at_the_next_round_it_stands_in_the_memo_book_until_the_period_after(reading: Read) -> None:
    later = rule(BUNDLE, Moves.NEXT_ROUND, top_up="£100", expected="50%")
    made = case(contract("A", later, settles="quarter"), tables=TABLES)
    spells = [spell("1", "2025-05-01"), spell("2", "2025-08-01")]
    found = read_case(reading, made, spells=spells, evidence=[said("1", "bundle", True)])
    assert [(line.period, line.number, line.pence) for line in sorted(found.flows)] == [
        (1, 0, 5_000),  # found: 10,000 − 0.5 × 10,000, to the memo book
        (2, 0, -5_000),  # found: 0 − 0.5 × 10,000
        (2, 1, 5_000),  # the first quarter's leaves the memo book …
        (2, 2, 5_000),  # … and is paid
        (3, 1, -5_000),
        (3, 2, -5_000),
    ]
    ((use_of, _),) = [(each, name) for name, each in compose(made).uses.items()]
    assert [flow.book for flow in use_of.traced.flows] == ["memo", "memo", "cash"]


def test_what_the_round_before_the_contract_left_is_corrected_in_its_first_period(reading: Read) -> None:
    later = rule(BUNDLE, Moves.NEXT_ROUND, top_up="£100", expected="50%", carried_in="£12.34")
    made = case(contract("A", later, settles="quarter"), tables=TABLES)
    found = read_case(reading, made, spells=[], evidence=[])
    assert [(line.period, line.number, line.pence) for line in found.flows] == [(1, 2, 1_234)]


# What is refused


@pytest.mark.parametrize(
    ("levels", "given", "words"),
    [
        ((), {"top_up": "£1"}, "at least one level"),
        ((Level(name="empty"),), {"top_up": "£1"}, "criteria, a setting or both"),
        (BUNDLE, {}, "one of the two"),
        (BUNDLE, {"top_up": "£1", "prices": "best"}, "one of the two"),
        (BUNDLE, {"top_up": "£1", "fallback_prices": "best"}, "name that list too"),
        (BUNDLE, {"top_up": "£1", "moves": Moves.TRUE_UP}, "what attainment"),
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(levels: Any, given: Any, words: str) -> None:
    stopped = compose(case(contract("A", rule(levels, **given)), tables=TABLES, prices=LISTS)).stopped
    assert words in stopped["A"].why
