"""Admitted spell: the price of a stay, by its setting and its length, with top-up and market forces factor."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.program import compose
from tallystick.kernel.reading import UnitsLine
from tallystick_rules.rules import AdmittedSpell
from tallystick_rules.rules.admitted_spell import TopUpOn
from tallystick_rules.tables import AdmittedPrices, Factors, SpecialistTopUps, Spells
from tests.support import Read, case, contract, price_list, read_case, use

TABLES = (Spells, AdmittedPrices, Factors, SpecialistTopUps)
MARKED = {
    "code": "EB07E", "day_case": "£600", "elective": "£1,000", "non_elective": "£2,000",
    "short_stay_applies": True, "short_stay": "£700",
    "trim_elective_days": 5, "trim_non_elective_days": 30, "long_stay_day": "£250",
}  # fmt: skip
LIST = price_list(
    AdmittedPrices, "2020/21", MARKED,
    {**MARKED, "code": "unmarked", "short_stay_applies": False, "short_stay": None},
    {"code": "day case only", "day_case": "£500", "short_stay_applies": False, "long_stay_day": "£250"},
    {"code": "no long stay", "elective": "£900", "non_elective": "£900", "short_stay_applies": False},
    {"code": "half a trim", "elective": "£900", "short_stay_applies": False, "trim_elective_days": 5},
    {"code": "unsaid", "non_elective": "£900", "short_stay": "£400"},
    {"code": "UZ01Z", "not_priced": "ungroupable"},
)  # fmt: skip
FACTORS = price_list(Factors, "factors", {"code": "RXX", "factor": "1.061204"})
TOP_UPS = price_list(SpecialistTopUps, "top-ups", {"code": "orthopaedics", "top_up": "15%"})
EMERGENCY: dict[str, Any] = {"admission_method": "21", "age_years": 40}


def stay(days: int, **about: Any) -> dict[str, Any]:
    """A spell of so many days: ordinary and elective, of a group that is marked for short stays."""
    usual = {
        "hrg": "EB07E", "patient_class": "1", "admission_method": "11", "admitted": "2025-04-01",
        "discharged": "2025-06-30", "length_of_stay_days": days,
    }  # fmt: skip
    return {**usual, **about}


def claim(reading: Read, *spells: dict[str, Any], **given: Any) -> UnitsLine:
    """What the rule says of the spells: how many, how many priced, their worth, and how many are at fault."""
    rule = use(AdmittedSpell, "spells", prices="2020/21", **given)
    made = case(contract("A", rule), tables=TABLES, prices=(LIST, FACTORS, TOP_UPS))
    found = read_case(reading, made, spells=spells)
    if not found.units:
        return UnitsLine("A", 1, "spells", "spell", "", 0, 0, 0, 0, 0, 0)
    (line,) = found.units
    assert sum(flow.pence for flow in found.flows) == line.worth
    assert {(flow.payer, flow.payee) for flow in found.flows} <= {("QYY", "RXX")}
    return line


def price(reading: Read, spell: dict[str, Any], **given: Any) -> int:
    """What one spell pays, in pence; it must be priced, and not at fault."""
    line = claim(reading, spell, **given)
    assert (line.units, line.priced, line.unnamed) == (1, 1, 0)
    return line.worth


def at_fault(reading: Read, spell: dict[str, Any], **given: Any) -> bool:
    return bool(claim(reading, spell, **given).unnamed)


# By setting


@pytest.mark.parametrize("method", ["11", "12", "13"])
def test_an_ordinary_elective_stay(reading: Read, method: str) -> None:
    assert price(reading, stay(3, admission_method=method)) == 100_000


@pytest.mark.parametrize(
    "method", ["21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D", "31", "32", "81", "82", "83"]
)
def test_a_non_elective_stay(reading: Read, method: str) -> None:
    assert price(reading, stay(3, admission_method=method)) == 200_000


def test_a_day_case_is_patient_class_2_without_a_night(reading: Read) -> None:
    assert price(reading, stay(0, patient_class="2")) == 60_000
    assert price(reading, stay(1, patient_class="2")) == 100_000  # a night: an ordinary elective stay
    assert price(reading, stay(0, patient_class="1")) == 100_000  # no night, but not a day case


def test_another_admission_method_is_a_fault_of_the_row(reading: Read) -> None:
    assert at_fault(reading, stay(3, admission_method="99"))
    assert not at_fault(reading, stay(3, admission_method="99"), elective_methods=("11", "12", "13", "99"))


# Short stays


@pytest.mark.parametrize(
    ("days", "age", "method", "hrg", "pence"),
    [
        (0, 19, "21", "EB07E", 70_000),  # an adult without a night: short
        (1, 19, "21", "EB07E", 70_000),  # one night: short
        (2, 19, "21", "EB07E", 200_000),  # two nights: not short
        (1, 18, "21", "EB07E", 200_000),  # age 18 is not short
        (1, 40, "2A", "EB07E", 70_000),  # every method that begins with 2 is an emergency
        (1, 40, "31", "EB07E", 200_000),  # maternity is non-elective and no emergency
        (1, 40, "11", "EB07E", 100_000),  # elective is never short
        (1, 40, "21", "unmarked", 200_000),  # the group is not marked for it
    ],
)
def test_a_short_emergency_stay_of_an_adult_is_paid_less(
    reading: Read, days: int, age: int, method: str, hrg: str, pence: int
) -> None:
    assert price(reading, stay(days, age_years=age, admission_method=method, hrg=hrg)) == pence


def test_a_missing_age_is_a_fault_only_where_it_decides(reading: Read) -> None:
    assert at_fault(reading, stay(1, admission_method="21"))
    assert price(reading, stay(2, admission_method="21")) == 200_000
    assert price(reading, stay(1, admission_method="31")) == 200_000
    assert price(reading, stay(1, admission_method="21", hrg="unmarked")) == 200_000


def test_a_list_that_prices_a_short_stay_and_does_not_say_whether_it_applies_is_at_fault(reading: Read) -> None:
    assert at_fault(reading, stay(1, hrg="unsaid", **EMERGENCY))
    assert price(reading, stay(2, hrg="unsaid", **EMERGENCY)) == 90_000


def test_the_limits_of_a_short_stay_are_parameters(reading: Read) -> None:
    young = stay(2, admission_method="21", age_years=16)
    assert price(reading, young, short_stay_from_age=16, short_stay_up_to=2) == 70_000


# Long stays


@pytest.mark.parametrize(
    ("days", "about", "pence"),
    [
        (5, {}, 100_000),  # elective, at the trim point of 5: no day
        (6, {}, 125_000),  # trim + 1: one day, 100,000 + 25,000
        (30, EMERGENCY, 200_000),  # non-elective, at the trim point of 30
        (31, EMERGENCY, 225_000),  # 200,000 + 25,000
        (40, EMERGENCY, 450_000),  # 200,000 + 10 × 25,000
        (40, {"hrg": "no long stay"}, 90_000),  # the list pays no long stay in this group
    ],
)
def test_days_above_the_settings_trim_point_are_paid_and_only_those(
    reading: Read, days: int, about: dict[str, Any], pence: int
) -> None:
    assert price(reading, stay(days, **about)) == pence


def test_a_trim_point_without_a_long_stay_price_is_a_fault_where_a_night_was_stayed(reading: Read) -> None:
    assert at_fault(reading, stay(1, hrg="half a trim"))
    assert price(reading, stay(0, hrg="half a trim")) == 90_000
    assert price(reading, stay(0, hrg="day case only", patient_class="2")) == 50_000


# Top-up and factor


def test_a_top_up_is_on_the_price_or_on_price_and_long_stay(reading: Read) -> None:
    long_one = stay(40, specialised_service="orthopaedics", **EMERGENCY)
    on_price = price(reading, long_one, specialist_top_ups="top-ups", top_up_on=TopUpOn.PRICE)
    assert on_price == 480_000  # 200,000 × 1.15 + 10 × 25,000
    on_both = price(reading, long_one, specialist_top_ups="top-ups", top_up_on=TopUpOn.PRICE_AND_LONG_STAY)
    assert on_both == 517_500  # (200,000 + 10 × 25,000) × 1.15


def test_the_factor_comes_last_and_everything_rounds_once(reading: Read) -> None:
    lists = {"specialist_top_ups": "top-ups", "market_forces_factor": "factors"}
    long_one = stay(40, specialised_service="orthopaedics", **EMERGENCY)
    on_price = price(reading, long_one, top_up_on=TopUpOn.PRICE, **lists)
    assert on_price == 509_378  # 480,000 × 1.061204 = 509,377.92
    plain = price(reading, stay(3, **EMERGENCY), top_up_on=TopUpOn.PRICE, **lists)
    assert plain == 212_241  # 200,000 × 1.061204 = 212,240.8; no specialised service, no top-up


def test_a_service_that_the_list_does_not_name_is_a_fault(reading: Read) -> None:
    spell = stay(3, specialised_service="cardiology")
    assert at_fault(reading, spell, specialist_top_ups="top-ups", top_up_on=TopUpOn.PRICE)
    assert price(reading, spell) == 100_000  # there are no top-ups in this contract


def test_top_ups_without_saying_on_what_are_refused() -> None:
    rule = use(AdmittedSpell, "spells", prices="2020/21", specialist_top_ups="top-ups")
    stopped = compose(case(contract("A", rule), tables=TABLES, prices=(LIST, TOP_UPS))).stopped
    assert "top_up_on" in stopped["A"].why


def test_a_provider_without_a_factor_is_a_fault(reading: Read) -> None:
    spell = stay(3, provider="RZZ", contract="A")
    assert at_fault(reading, spell, market_forces_factor="factors")


# Which spells


def test_a_group_not_priced_or_without_a_price_in_its_setting_is_unpriced_and_an_unknown_one_at_fault(
    reading: Read,
) -> None:
    spells = (stay(3, hrg="UZ01Z"), stay(3, hrg="day case only"), stay(3, hrg="ZZ99Z"), stay(3))
    line = claim(reading, *spells)
    assert (line.units, line.priced, line.worth, line.unnamed) == (4, 1, 100_000, 1)


def test_regular_attenders_and_what_where_leaves_out_are_not_claimed(reading: Read) -> None:
    spells = (stay(0, patient_class="3"), stay(0, patient_class="4"), stay(2, treatment_function="840"), stay(2))
    assert claim(reading, *spells).units == 2
    line = claim(reading, *spells, where={"treatment_function": ("840",)})
    assert (line.units, line.worth) == (1, 100_000)
