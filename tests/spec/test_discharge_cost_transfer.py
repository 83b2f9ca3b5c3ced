"""Discharge cost transfer: chargeable days × a daily rate, from whoever is liable to whoever pays for the day now."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.program import compose
from tallystick_rules.rules._delays import DayCount
from tallystick_rules.rules.discharge_cost_transfer import DischargeCostTransfer, PaysNow
from tallystick_rules.tables.admitted_prices import AdmittedPrices
from tests.spec.test_statutory_days import CALENDAR, IN_2003, IN_2014, TABLES
from tests.support import Answer, Read, case, contract, day, price_list, read_case, settle, use

LIABLE = (
    {"reason": "social care", "pathway": "any", "body": "local authority"},
    {"reason": "social care", "pathway": "3", "body": "disputed"},
    {"reason": "community", "pathway": "1", "body": "RCC"},
    {"reason": "transport", "pathway": "any", "body": "provider"},
    {"reason": "funding", "pathway": "any", "body": "commissioner"},
    {"reason": "family", "pathway": "any", "body": "nobody"},
    {"reason": "code of payee", "pathway": "any", "body": "QYY"},
)
LONG_STAY = price_list(
    AdmittedPrices, "2025/26",
    {"code": "AA1", "trim_elective_days": 12, "trim_non_elective_days": 10, "long_stay_day": "£250"},
    {"code": "AA2", "trim_elective_days": 12, "trim_non_elective_days": 10},
)  # fmt: skip
PLAIN = {
    "legal_basis": "a local agreement", "count": DayCount.PLAIN, "daily_rate": "£100.005", "liable": LIABLE,
    "pays_now": PaysNow.COMMISSIONER,
}  # fmt: skip


def made(**given: Any) -> Any:
    period = {name: given.pop(name) for name in ("first", "last") if name in given}
    rule = use(DischargeCostTransfer, "delay", **{**PLAIN, **given})
    return case(
        contract("A", rule, **period), tables=(*TABLES, AdmittedPrices), prices=(LONG_STAY,), as_at=day("2026-04-30")
    )


def delayed(reason: str | None = "social care", pathway: str | None = None, **more: Any) -> dict[str, Any]:
    """A spell of 14 nights that was ready for discharge on its ninth day, five nights before it ended."""
    return {
        "delay_reason": reason, "discharge_pathway": pathway, "ready_on": "2025-05-05", "discharged": "2025-05-10",
        "admitted": "2025-04-26", "length_of_stay_days": 14, "admission_method": "21", "hrg": "AA1",
        "local_authority": "E06", **more,
    }  # fmt: skip


def charged(reading: Read, *spells: dict[str, Any], notices: Any = (), **given: Any) -> Answer:
    return settle(reading, made(**given), spells=spells, notices=notices)


def figures(reading: Read, *spells: dict[str, Any], notices: Any = (), **given: Any) -> dict[str, Any]:
    found = read_case(reading, made(**given), spells=spells, notices=notices)
    return {figure.name: figure.value for figure in found.figures}


def by_law(reading: Read, by: DayCount, notice: dict[str, Any], rate: str, listed: str, where: str = "E06") -> int:
    """What the authority is charged under a statutory count, in pence."""
    rates = [{"body": "E09", "rate": listed}]
    rule = made(
        count=by, daily_rate=rate, other_rates=rates, calendar="England and Wales", first="2003-10-01",
        last="2017-09-30", legal_basis="the regulations",
    )  # fmt: skip
    spell = {"spell": "S", "discharged": notice["ended_at"][:10], "local_authority": where}
    about = {"spell": "S", "patient_category": "acute", "only_reason": True, "reason": "social care", **notice}
    answer = settle(reading, rule, spells=[spell], notices=[about], **CALENDAR)
    assert set(answer) <= {("delay", where, "QYY")}
    return sum(answer.values())


@pytest.mark.parametrize(("where", "five", "four"), [("E06", 50_000, 40_000), ("E09", 60_000, 48_000)])
def test_the_published_cases_of_2003(reading: Read, where: str, five: int, four: int) -> None:
    count, morning = DayCount.REGULATIONS_2003, {**IN_2003, "ended_at": "2004-01-12T10:30"}
    assert by_law(reading, count, IN_2003, "£100", "£120", where) == five  # 8 to 12 January: 5 × £100 or £120
    assert by_law(reading, count, morning, "£100", "£120", where) == four  # 8 to 11 January


@pytest.mark.parametrize(("where", "four", "three"), [("E06", 52_000, 39_000), ("E09", 62_000, 46_500)])
def test_the_published_cases_of_2014(reading: Read, where: str, four: int, three: int) -> None:
    count, morning = DayCount.REGULATIONS_2014, {**IN_2014, "in_place_at": "2015-06-12T09:00"}
    assert by_law(reading, count, IN_2014, "£130", "£155", where) == four  # 9 to 12 June: 4 × £130 or £155
    assert by_law(reading, count, morning, "£130", "£155", where) == three  # 9 to 11 June


@pytest.mark.parametrize(
    "notice",
    [{"patient_category": "mental health"}, {"only_reason": False}, {"only_reason": None}, {"patient_category": "x"}],
)
def test_the_regulations_charge_acute_care_only_and_only_if_it_is_the_only_reason(
    reading: Read, notice: dict[str, Any]
) -> None:
    assert by_law(reading, DayCount.REGULATIONS_2014, {**IN_2014, **notice}, "£130", "£155") == 0


@pytest.mark.parametrize("missing", ["assessment_notice_at", "discharge_notice_at", "proposed_discharge"])
def test_without_a_notice_nothing_is_charged_and_the_spell_is_shown(reading: Read, missing: str) -> None:
    without = {**IN_2014, missing: None}
    assert by_law(reading, DayCount.REGULATIONS_2014, without, "£130", "£155") == 0
    rule = made(count=DayCount.REGULATIONS_2014, first="2003-10-01", last="2017-09-30")
    about = {"spell": "S", "patient_category": "acute", "only_reason": True, "reason": "social care", **without}
    found = read_case(reading, rule, spells=[{"spell": "S", "discharged": "2015-06-12"}], notices=[about])
    assert [(figure.name, figure.value) for figure in found.figures] == [("spells with a notice or time missing", 1)]


def test_the_time_at_which_the_patient_left_stands_in_for_the_notices(reading: Read) -> None:
    rule = made(count=DayCount.REGULATIONS_2014, daily_rate="£130", first="2003-10-01", last="2017-09-30")
    about = {"spell": "S", "patient_category": "acute", "only_reason": True, "reason": "social care", **IN_2014}
    spell = {"spell": "S", "discharged": "2015-06-11", "discharged_at": "2015-06-11T15:00", "local_authority": "E06"}
    answer = settle(reading, rule, spells=[spell], notices=[{**about, "ended_at": None}])
    assert answer == {("delay", "E06", "QYY"): 39_000}  # 9, 10 and 11 June


def test_the_plain_count_runs_from_the_ready_day_and_the_days_of_grace_to_discharge(reading: Read) -> None:
    assert charged(reading, delayed()) == {("delay", "E06", "QYY"): 50_003}  # 5 × 10,000.5 = 50,002.5
    assert charged(reading, delayed(), grace_days=2) == {("delay", "E06", "QYY"): 30_002}  # 3 × 10,000.5 = 30,001.5
    assert charged(reading, delayed(), grace_days=5) == {}
    assert charged(reading, delayed(), grace_days=9) == {}  # never below zero
    assert charged(reading, delayed(ready_on="2025-05-10")) == {}


def test_each_flow_counts_its_days(reading: Read) -> None:
    found = read_case(reading, made(), spells=[delayed(), delayed(discharged="2025-05-07"), delayed(ready_on=None)])
    assert [line.units for line in found.flows] == [7]  # 5 + 2
    assert {figure.name: figure.value for figure in found.figures} == {"spells with a notice or time missing": 1}


def test_the_payee_is_whoever_pays_for_the_day_now(reading: Read) -> None:
    assert charged(reading, delayed("community", "1")) == {("delay", "RCC", "QYY"): 50_003}
    provider = {"pays_now": PaysNow.PROVIDER}
    assert charged(reading, delayed("community", "1"), **provider) == {("delay", "RCC", "RXX"): 50_003}
    assert charged(reading, delayed("funding"), **provider) == {("delay", "QYY", "RXX"): 50_003}


@pytest.mark.parametrize("reason", ["transport", "funding", "code of payee"])
def test_a_transfer_whose_payer_is_its_payee_or_the_provider_is_a_figure_and_no_flow(
    reading: Read, reason: str
) -> None:
    assert charged(reading, delayed(reason)) == {}
    assert figures(reading, delayed(reason)) == {"borne by the provider or the payee itself": 50_003}


def test_where_nobody_is_liable_or_the_table_does_not_say_it_is_shown(reading: Read) -> None:
    spells = delayed("family"), delayed("community", "2"), delayed(None), delayed("weather")
    assert charged(reading, *spells) == {}
    assert figures(reading, *spells) == {"nobody is liable": 50_003, "days without a listed body": 15}


def test_a_disputed_charge_is_shown_or_stands_in_a_pot_until_it_is_agreed(reading: Read) -> None:
    disputed = delayed("social care", "3")
    assert charged(reading, disputed) == {}
    assert figures(reading, disputed) == {"disputed": 50_003}
    held = made(contested_from="E06")
    assert settle(reading, held, spells=[disputed]) == {("delay", "E06", "A/contested discharge charges"): 50_003}
    assert [line.units for line in read_case(reading, held, spells=[disputed]).flows] == [5]  # days
    (carry,) = read_case(reading, held, spells=[disputed]).carries
    assert (carry.pot, carry.pence) == ("A/contested discharge charges", 50_003)


def test_the_notice_says_more_than_the_spell_and_may_name_another_reason(reading: Read) -> None:
    spell = delayed("transport", spell="S")
    notice = {"spell": "S", "reason": "community", "pathway": "1"}
    assert charged(reading, spell, notices=[notice]) == {("delay", "RCC", "QYY"): 50_003}
    too = {**notice, "only_reason": False}
    assert charged(reading, spell, notices=[too]) == {}
    assert figures(reading, spell, notices=[too]) == {"spells delayed for another reason too": 1}
    less = {**notice, "days_charged_elsewhere": 1, "deterioration_days": 2}
    assert charged(reading, spell, notices=[less]) == {("delay", "RCC", "QYY"): 20_001}  # 2 × 10,000.5


def test_a_day_that_is_paid_as_long_stay_is_not_charged_again(reading: Read) -> None:
    trimmed = {"trim_prices": "2025/26", "daily_rate": "£100"}
    # 14 nights and a trim point of 10: the last four are paid as long stay, and one of the five days is left
    assert charged(reading, delayed(), **trimmed) == {("delay", "E06", "QYY"): 10_000}
    assert figures(reading, delayed(), **trimmed) == {"days already paid as long stay": 4}
    # elective: a trim point of 12, so two; a group without a long-stay price: none
    assert charged(reading, delayed(admission_method="11"), **trimmed) == {("delay", "E06", "QYY"): 30_000}
    assert charged(reading, delayed(hrg="AA2"), **trimmed) == {("delay", "E06", "QYY"): 50_000}
    assert charged(reading, delayed(length_of_stay_days=10), **trimmed) == {("delay", "E06", "QYY"): 50_000}
    assert charged(reading, delayed(length_of_stay_days=30), **trimmed) == {}


def test_only_the_spells_that_are_listed_are_looked_at(reading: Read) -> None:
    spells = delayed(treatment_function="300"), delayed(treatment_function="700")
    assert charged(reading, *spells, where={"treatment_function": ("300",)}) == {("delay", "E06", "QYY"): 50_003}


def test_money_for_an_authority_that_is_not_recorded_stops_the_contract(reading: Read) -> None:
    found = read_case(reading, made(), spells=[delayed(local_authority=None)])
    assert [name for name, _ in found.faults] == ["A"]


def test_without_a_legal_basis_or_a_calendar_that_is_needed_the_contract_is_stopped() -> None:
    for wrong in ({"legal_basis": " "}, {"count": DayCount.REGULATIONS_2003}):
        (stop,) = compose(made(**wrong)).stopped.values()
        assert stop.why.startswith("discharge-cost-transfer: ")
