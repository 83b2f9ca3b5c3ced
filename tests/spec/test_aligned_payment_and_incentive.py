"""Aligned payment and incentive: a fixed element, and a variable element for the activity that is listed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules import AlignedPaymentAndIncentive, Block, PatientExperience, UnitPrice
from tallystick_rules.rules._answers import NoAnswer
from tallystick_rules.rules.aligned_payment_and_incentive import VariableElement
from tallystick_rules.rules.block import Covers
from tallystick_rules.tables import Answers, Attendances, Contacts, Exemptions, Factors, Spells, UnitPrices
from tests.support import Read, case, contract, price_list, read_case, settle, use

TABLES = (Attendances, Spells, Contacts, Answers, Exemptions, UnitPrices, Factors)
PRICES = price_list(
    UnitPrices, "list",
    {"code": "WF01B", "price": "£150"}, {"code": "EB01", "price": "£1,000.03"}, {"code": "none", "not_priced": "local"},
)  # fmt: skip
OUTPATIENTS = use(UnitPrice, "outpatients", pays=False, table="attendances", prices="list")
SPELLS = use(UnitPrice, "spells", pays=False, table="spells", prices="list")
FIRST = {"currency": Label("outpatients"), "where": {"point_of_delivery": ("first",)}}
BY_ACTIVITY = VariableElement.BY_ACTIVITY
NHSPS_2025 = {"variable_element": BY_ACTIVITY, "variable_share": "100%"}
NT_2022 = {"variable_element": VariableElement.AROUND_PLAN, "variable_share": "75%"}
USUAL: dict[str, Any] = {
    "fixed": "£1,200", "planned_variable": "£240", "variable_scope": (FIRST,), **NHSPS_2025
}  # fmt: skip


def attended(day: str, many: int = 1, *, point: str | None = "first", code: str = "WF01B") -> dict[str, Any]:
    """A row of attendances at £150 each."""
    return {"attended": day, "hrg": code, "attendances": many, "point_of_delivery": point}


def world(*more: Any, about: dict[str, Any] | None = None, **given: Any) -> Any:
    """One contract with an aligned payment of £1,200 and £240 planned for first attendances."""
    rule = use(AlignedPaymentAndIncentive, "api", **{**USUAL, **given})
    return case(
        contract("A", rule, OUTPATIENTS, *more, **(about or {})), tables=TABLES, prices=(PRICES,),
        as_at=datetime.date(2026, 5, 20),
    )  # fmt: skip


def paid(reading: Read, *rows: dict[str, Any], settles: str = "year", **given: Any) -> int:
    """What the commissioner has paid in all, net."""
    answer = settle(reading, world(about={"settles": settles}, **given), attendances=rows)
    return answer.get(("api", "QYY", "RXX"), 0) - answer.get(("api", "RXX", "QYY"), 0)


def by_period(reading: Read, made: Any, **tables: Any) -> list[int]:
    """What each period pays the provider, net."""
    found: dict[int, int] = {}
    for line in read_case(reading, made, **tables).flows:
        found[line.period] = found.get(line.period, 0) + (line.pence if line.payee == "RXX" else -line.pence)
    return [found[period] for period in sorted(found)]


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_the_variable_element_is_paid_by_activity_beside_the_fixed_element(reading: Read, settles: str) -> None:
    assert paid(reading, settles=settles) == 120_000  # nothing was done, and nothing is paid for it
    assert paid(reading, attended("2025-04-30", 2), settles=settles) == 120_000 + 2 * 15_000
    rows = (attended("2025-04-30", 2), attended("2026-03-31"))
    assert paid(reading, *rows, settles=settles) == 120_000 + 3 * 15_000


def test_months_pay_a_twelfth_and_what_was_done_in_them(reading: Read) -> None:
    made = world(about={"settles": "month"})
    rows = [attended("2025-04-30", 2), attended("2026-03-31")]
    assert by_period(reading, made, attendances=rows) == [40_000, *[10_000] * 10, 25_000]


def test_a_contract_of_nine_months_has_nine_twelfths(reading: Read) -> None:
    made = world(about={"settles": "month", "last": "2025-12-31"}, fixed="£100")
    assert by_period(reading, made) == [834] * 4 + [833] * 5


def test_a_profile_spreads_the_fixed_element(reading: Read) -> None:
    made = world(about={"settles": "quarter"}, profile=Profile(("10%",) * 6 + ("5%",) * 2 + ("7.5%",) * 4))
    assert by_period(reading, made) == [36_000, 36_000, 21_000, 27_000]  # 30%, 30%, 17.5%, 22.5%


def test_what_is_paid_on_account_and_the_true_up_are_shown(reading: Read) -> None:
    made = world(about={"settles": "month"})
    found = read_case(reading, made, attendances=[attended("2025-04-30", 2), attended("2025-05-01", 1)])
    shown = {(one.name, one.period): one.value for one in found.figures}
    assert shown["on account: fixed and planned", 1] == (120_000 + 24_000) // 12
    assert shown["true-up: variable less planned", 1] == 2 * 15_000 - 2_000
    assert shown["true-up: variable less planned", 2] == 15_000 - 2_000
    assert shown["true-up: variable less planned", 3] == -2_000
    assert sum(value for (name, _), value in shown.items() if name.startswith("true-up")) == 3 * 15_000 - 24_000


def test_the_plan_may_have_a_profile_of_its_own(reading: Read) -> None:
    made = world(about={"settles": "quarter"}, plan_profile=Profile(("10%",) * 6 + ("5%",) * 2 + ("7.5%",) * 4))
    shown = {(one.name, one.period): one.value for one in read_case(reading, made).figures}
    assert shown["on account: fixed and planned", 1] == 30_000 + 7_200  # 3/12 of 120,000; 30% of 24,000
    assert shown["true-up: variable less planned", 4] == -5_400  # 22.5%


def test_a_part_of_the_unit_price_is_rounded_row_by_row(reading: Read) -> None:
    scope = ({"currency": Label("spells")},)
    rows = [{"discharged": "2025-05-01", "hrg": "EB01"}] * 2
    made = world(SPELLS, variable_scope=scope, variable_share="75%")
    assert settle(reading, made, spells=rows)["api", "QYY", "RXX"] == 120_000 + 2 * 75_002  # 75,002.25


def test_rows_outside_the_scope_are_covered_and_no_unit_is_in_two_states(reading: Read) -> None:
    covers = (Covers(table="contacts"),)
    made = world(SPELLS, covers_labels=(Label("spells"),), covers=covers)
    found = read_case(
        reading, made,
        attendances=[attended("2025-04-30", 2), attended("2025-04-30", 3, point="follow-up"),
                     attended("2025-05-01", 5, point=None), attended("2025-05-01", 7, code="none")],
        spells=[{"discharged": "2025-05-01", "hrg": "EB01"}],
        contacts=[{"contacted_on": "2025-05-01", "service": "nursing", "contact_type": "N1", "contacts": 4}],
    )  # fmt: skip
    claims = [claim for use in compose(made).uses.values() for claim in use.traced.units]
    assert {claim.state for claim in claims} == {"valued", "priced", "covered"}
    assert sum(line.clashing for line in found.units) == 0
    mine = [line for line in found.units if line.identity.startswith("aligned")]
    told = sorted((line.table, line.units, line.priced, line.worth) for line in mine)
    assert told == [
        ("attendances", 8, 8, 8 * 15_000),  # three follow-ups, and five that do not say what they are: covered
        ("attendances", 9, 2, 2 * 15_000),  # two are paid for; seven have no price, and are unpriced
        ("contacts", 4, 4, 0), ("spells", 1, 1, 100_003),
    ]  # fmt: skip


def test_scope_may_name_a_currency_more_than_once(reading: Read) -> None:
    other = {"currency": Label("outpatients"), "where": {"treatment_function": ("110",)}}
    row = {**attended("2025-04-30", 1, point="follow-up"), "treatment_function": "110"}
    both = {**attended("2025-04-30", 1), "treatment_function": "110"}  # named by both, and paid for once
    assert paid(reading, row, both, variable_scope=(FIRST, other)) == 120_000 + 2 * 15_000


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_around_the_plan_75_per_cent_moves_over_and_under_it(reading: Read, settles: str) -> None:
    # £240 is in the fixed element; two attendances are worth £300, one £150, and none £0.
    given = {"settles": settles, **NT_2022}
    assert paid(reading, attended("2025-04-30", 2), **given) == 120_000 + 4_500  # 75% of 6,000
    assert paid(reading, attended("2025-04-30"), **given) == 120_000 - 6_750  # 75% of 9,000
    assert paid(reading, **given) == 120_000 - 18_000  # 75% of 24,000
    assert paid(reading, attended("2026-03-31", 2), **given) == 120_000 + 4_500


def test_around_the_plan_months_hold_what_is_done_to_date_against_the_plan_to_date(reading: Read) -> None:
    made = world(about={"settles": "month"}, **NT_2022)
    rows = [attended("2025-04-30", 2)]
    # To date: (30,000 − 2,000) × 75% = 21,000 in April; each month after that takes 75% of 2,000 back.
    assert by_period(reading, made, attendances=rows) == [31_000, *[8_500] * 11]
    (claim,) = [line for line in read_case(reading, made, attendances=rows).units if line.identity[:7] == "aligned"
                and line.units]  # fmt: skip
    assert (claim.units, claim.worth) == (2, 30_000)
    assert {c.state for u in compose(made).uses.values() for c in u.traced.units} == {"valued", "covered"}


def test_patients_answers_hold_a_share_of_each_spell_of_the_variable_element_and_none_of_the_fixed(
    reading: Read,
) -> None:
    answer = use(
        PatientExperience, "answer", on=(Label("api"),), share="5%", question="asked", no_answer=NoAnswer.STAY_HELD,
        unreleased_to="commissioner",
    )  # fmt: skip
    scope = ({"currency": Label("spells")},)
    made = world(SPELLS, answer, variable_scope=scope)
    held = settle(reading, made, spells=[{"discharged": "2025-05-01", "hrg": "EB01"}])
    assert held["answer", "RXX", "A/patient experience"] == 5_000  # 5% of 100,003 is 5,000.15


def test_answers_cannot_wait_for_what_is_not_paid_for_each_spell() -> None:
    answer = use(
        PatientExperience, "answer", on=(Label("api"),), share="5%", question="asked", unreleased_to="commissioner"
    )
    stopped = compose(world(answer)).stopped
    assert "needs rules that pay for each spell" in stopped["A"].why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"variable_scope": ()}, "a contract with a fixed element alone is a block"),
        ({"covers_labels": (Label("outpatients"),)}, "not also among those of which nothing is"),
        ({"variable_scope": ({"currency": Label("outpatients"), "where": {"colour": ("red",)}},)}, "colour"),
    ],
)
def test_what_says_too_little_or_too_much_is_refused(given: dict[str, Any], why: str) -> None:
    assert why in compose(world(**given)).stopped["A"].why


def test_a_currency_that_pays_by_itself_cannot_be_variable() -> None:
    pays = use(UnitPrice, "outpatients", table="attendances", prices="list")
    rule = use(AlignedPaymentAndIncentive, "api", **USUAL)
    assert "pays = false" in compose(case(contract("A", rule, pays), tables=TABLES, prices=(PRICES,))).stopped["A"].why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"variable_scope": ({**FIRST, "where": {"point_of_delivery": ()}},)}, "no code of attendances.point_of_del"),
        ({"variable_scope": ({"currency": Label("block")},)}, "a rule under variable_scope values no units"),
        ({"covers_labels": (Label("block"),)}, "a rule under covers_labels values no units"),
    ],
)
def test_what_would_be_worth_nothing_is_refused(given: dict[str, Any], why: str) -> None:
    assert why in compose(world(use(Block, "block", value="£1"), **given)).stopped["A"].why
