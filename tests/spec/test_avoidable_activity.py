"""Avoidable activity: a share of readmissions' price, or a sum for admissions above a baseline, goes back."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules import AvoidableActivity, Block, Recipe
from tallystick_rules.rules._readmissions import Avoidable, Exclusion
from tallystick_rules.tables import Spells
from tests.support import Answer, Read, case, contract, read_case, settle, use

BACK, RETURNED = ("readmissions", "RXX", "QYY"), ("readmissions", "QYY", "RXX")
BY_CASE: dict[str, Any] = {
    "of": Avoidable.AFTER_ELECTIVE, "within_days": 30, "share": "25%", "on": (Label("price"),), "paid_to": "QYY"
}  # fmt: skip
BY_COUNT: dict[str, Any] = {"of": Avoidable.ADMISSIONS, "each": "£900", "baseline": 420, "paid_to": "QYY"}


def made(settles: str = "year", last: str = "2026-03-31", **given: Any) -> Any:
    price = use(Recipe, "price", payer="QYY", payee="RXX", table="spells", each="£1,850.02")
    rule = use(AvoidableActivity, "readmissions", **given)
    return case(contract("A", price, rule, settles=settles, last=last), tables=[Spells])


def stay(admitted: str = "2025-06-30", **more: Any) -> dict[str, Any]:
    return {
        "patient_class": "1", "admission_method": "21", "admitted": admitted, "discharged": admitted, "hrg": "AB1",
        "length_of_stay_days": 0, "age_years": 70, **more,
    }  # fmt: skip


def back(admitted: str = "2025-06-30", ended: str = "2025-06-01", method: str = "11", **more: Any) -> dict[str, Any]:
    """A readmission; by default after 29 days and an elective stay."""
    return stay(admitted, index_spell="S0", index_discharged=ended, index_admission_method=method, **more)


def of_rule(reading: Read, given: dict[str, Any], *spells: dict[str, Any], **about: Any) -> int:
    """What goes back, less what comes."""
    found: Answer = settle(reading, made(**{**given, **about}), spells=spells)
    return found.get(BACK, 0) - found.get(RETURNED, 0)


@pytest.mark.parametrize(("ended", "counts"), [("2025-06-30", 1), ("2025-05-31", 1), ("2025-05-30", 0)])
def test_thirty_days_count_and_the_thirty_first_does_not(reading: Read, ended: str, counts: int) -> None:
    # 25% of 185,002 is 46,250.5, which is rounded half up
    assert of_rule(reading, BY_CASE, back(ended=ended)) == counts * 46_251


def test_two_of_the_documented_readmissions(reading: Read) -> None:
    assert of_rule(reading, {**BY_CASE, "share": "100%"}, back(), back(), stay()) == 2 * 185_002  # as in 2011/12


def test_after_an_elective_stay_leaves_other_stays_alone(reading: Read) -> None:
    assert of_rule(reading, BY_CASE, back(method="21"), stay()) == 0
    assert of_rule(reading, {**BY_CASE, "of": Avoidable.READMISSIONS}, back(method="21"), stay()) == 46_251


def test_an_elective_or_transferred_readmission_is_no_emergency(reading: Read) -> None:
    assert of_rule(reading, BY_CASE, back(admission_method="11"), back(admission_method="81")) == 0


def test_the_share_is_that_of_the_day_of_discharge(reading: Read) -> None:
    share = {"2025-04-01": "100%", "2025-07-01": "50%"}
    later = back("2025-07-20", "2025-07-01")
    assert of_rule(reading, {**BY_CASE, "share": share}, back(), later) == 185_002 + 92_501


def test_exclusions_are_shown_each_admission_under_the_first_that_holds(reading: Read) -> None:
    exclusions = (
        Exclusion(reason="children under 4", younger_than=4),
        Exclusion(reason="chemotherapy", where={"hrg": ("SB1", "SB2")}),
        Exclusion(reason="children's cancer", where={"treatment_function": ("823",)}, younger_than=18),
    )
    spells = [
        back(age_years=3, hrg="SB1"), back(age_years=4, hrg="SB2"), back(age_years=17, treatment_function="823"),
        back(age_years=18, treatment_function="823"),
    ]  # fmt: skip
    found = read_case(reading, made(**BY_CASE, exclusions=exclusions), spells=spells)
    shown = {one.name: one.value for one in found.figures}
    assert shown == {
        "left out: children under 4": 1, "left out: chemotherapy": 1, "left out: children's cancer": 1,
        "avoidable admissions": 1,
    }  # fmt: skip
    assert of_rule(reading, {**BY_CASE, "exclusions": exclusions}, *spells) == 46_251


def test_what_goes_back_may_go_to_a_pot_for_reinvestment(reading: Read) -> None:
    found = settle(reading, made(**{**BY_CASE, "paid_to": "A/reinvestment"}), spells=[back()])
    assert found["readmissions", "RXX", "A/reinvestment"] == 46_251


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
@pytest.mark.parametrize(("many", "charge"), [(46, 4), (40, 0)])
def test_by_count_those_above_the_baseline_of_the_year_are_charged(
    reading: Read, settles: str, many: int, charge: int
) -> None:
    # The figures of the page in tenths: 46 admissions against a baseline of 42; all of them in the first month
    spells = [stay("2025-04-05")] * many
    assert of_rule(reading, {**BY_COUNT, "baseline": 42}, *spells, settles=settles) == charge * 90_000


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_both_ways_those_below_are_paid_for(reading: Read, settles: str) -> None:
    given = {**BY_COUNT, "baseline": 42, "both_ways": True}
    assert of_rule(reading, given, *[stay("2025-04-05")] * 40, settles=settles) == -2 * 90_000
    assert of_rule(reading, given, *[stay("2026-03-05")] * 46, settles=settles) == 4 * 90_000


def test_both_ways_nothing_is_paid_where_nobody_was_counted(reading: Read) -> None:
    given = {**BY_COUNT, "baseline": 42, "both_ways": True}
    assert of_rule(reading, given) == 0
    found = read_case(reading, made(**given), spells=[])
    assert {one.name: one.value for one in found.figures}["periods with nothing counted yet"] == 1


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
@pytest.mark.parametrize(("many", "paid"), [(40, 2), (42, 0), (46, 0), (0, 0)])
def test_only_below_those_above_the_baseline_cost_nothing(reading: Read, settles: str, many: int, paid: int) -> None:
    given = {**BY_COUNT, "baseline": 42, "only_below": True}
    for day in ("2025-04-05", "2026-03-05"):
        assert of_rule(reading, given, *[stay(day)] * many, settles=settles) == -paid * 90_000


def test_the_baseline_of_nine_months_is_nine_twelfths_of_it(reading: Read) -> None:
    given = {**BY_COUNT, "baseline": 12}
    assert of_rule(reading, given, *[stay("2025-04-05")] * 10, last="2025-12-31") == 90_000


@pytest.mark.parametrize(
    ("row", "of"),
    [
        (stay(index_spell="S0"), Avoidable.READMISSIONS),
        (back(ended="2025-07-01"), Avoidable.READMISSIONS),
        (stay(index_spell="S0", index_discharged="2025-06-30"), Avoidable.AFTER_ELECTIVE),
    ],
)
def test_a_link_that_is_only_half_there_is_a_fault_of_its_row(
    reading: Read, row: dict[str, Any], of: Avoidable
) -> None:
    found = read_case(reading, made(**{**BY_CASE, "of": of}), spells=[row, back()])
    assert [never.rows for never in found.nevers] == [1]


def test_an_unknown_method_does_not_matter_where_it_decides_nothing(reading: Read) -> None:
    late = stay(index_spell="S0", index_discharged="2025-05-01")  # sixty days: no readmission whatever it was
    assert not read_case(reading, made(**BY_CASE), spells=[late]).nevers
    after_any = {**BY_CASE, "of": Avoidable.READMISSIONS}
    assert of_rule(reading, after_any, stay(index_spell="S0", index_discharged="2025-06-20")) == 46_251


def test_an_age_that_decides_and_is_not_given_is_a_fault(reading: Read) -> None:
    exclusions = (Exclusion(reason="children under 4", younger_than=4),)
    found = read_case(reading, made(**BY_CASE, exclusions=exclusions), spells=[back(age_years=None)])
    assert [never.rows for never in found.nevers] == [1]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({**BY_CASE, "each": "£1"}, "it is said either by case, as share and on, or by count"),
        ({**BY_CASE, "on": None}, "it is said either by case"),
        ({**BY_CASE, "both_ways": True}, "by case nothing could go the other way"),
        ({**BY_CASE, "only_below": True}, "by case nothing could go the other way"),
        ({**BY_COUNT, "both_ways": True, "only_below": True}, "it charges above the baseline, or it does not"),
        ({**BY_CASE, "within_days": None}, "a readmission is one within so many days"),
        ({**BY_COUNT, "within_days": 30}, "admissions have no days"),
        ({**BY_CASE, "exclusions": (Exclusion(reason="nobody"),)}, "would leave out every admission"),
    ],
)
def test_mistakes_are_told_with_what_to_write(given: dict[str, Any], says: str) -> None:
    assert says in compose(made(**given)).stopped["A"].why


def test_a_share_of_what_is_not_paid_by_the_spell_is_refused() -> None:
    rule = use(AvoidableActivity, "readmissions", **{**BY_CASE, "on": (Label("core"),)})
    made_case = case(contract("A", use(Block, "core", value="£1"), rule), tables=[Spells])
    assert "not paid by the spell" in compose(made_case).stopped["A"].why
