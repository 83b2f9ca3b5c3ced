"""Access satisfaction: what is at risk is released as far as patients were satisfied with the wait, and exactly so."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest

from tallystick.kernel.program import compose
from tallystick.kernel.settlement import settle as settled
from tallystick_rules.rules import AccessSatisfaction, Block
from tallystick_rules.rules._answers import FewAnswers
from tallystick_rules.rules._satisfied import Bound, Method
from tallystick_rules.tables import Indicators
from tests.support import Read, case, contract, framed_tables, read_case, rows_of, settle, use

ASKED = "satisfied with the wait"
SAFE = {"method": Method.LOWER_BOUND, "lower": None, "z": "1.96"}


def made(*beside: Any, **given: Any) -> Any:
    """£1,000 a year, wholly at risk, linear between 50% and 80%, unless it is said otherwise."""
    about = {name: given.pop(name) for name in ("first", "last", "settles") if name in given}
    usual = {
        "value": "£1,000", "at_risk": "100%", "question": ASKED, "lower": "50%", "upper": "80%", "smallest": 10,
        "below_smallest": FewAnswers.HELD, "not_measured": FewAnswers.HELD, "unreleased_to": "BETTER",
        "additional": True,
    }  # fmt: skip
    rule = use(AccessSatisfaction, "access", **{**usual, **given})
    return case(contract("A", *beside, rule, **about), tables=[Indicators], as_at=datetime.date(2026, 5, 1))


def said(satisfied: int | None, answered: int | None, day: str = "2026-03-31") -> dict[str, Any]:
    return {"indicator": ASKED, "measured_on": day, "numerator": satisfied, "denominator": answered}


def paid(reading: Read, made_case: Any, *rows: dict[str, Any]) -> dict[tuple[str, str], int]:
    """Pence by payer and payee, of this rule."""
    answer = settle(reading, made_case, indicators=rows)
    return {(payer, payee): pence for (label, payer, payee), pence in answer.items() if label == "access" and pence}


def released(reading: Read, made_case: Any, *rows: dict[str, Any]) -> int:
    """What the practice is paid from the pot."""
    return paid(reading, made_case, *rows).get(("A/access", "RXX"), 0)


# The price a head of the capacity and access payment, and two of its three parts.


def test_of_each_head_so_much_is_earned_and_the_rest_is_paid_whatever_patients_say(reading: Read) -> None:
    # £3.95 × 50,000 = £197,500, of which 30% is £59,250 (£1.185 a head) and 70% £138,250
    a_head = made(value=None, each="£3.95", people=50_000, at_risk="30%")
    assert paid(reading, a_head, said(80, 100)) == {
        ("QYY", "RXX"): 138_250_00, ("QYY", "A/access"): 59_250_00, ("A/access", "RXX"): 59_250_00,
    }  # fmt: skip
    assert paid(reading, a_head, said(50, 100)) == {
        ("QYY", "RXX"): 138_250_00, ("QYY", "A/access"): 59_250_00, ("A/access", "BETTER"): 59_250_00,
    }  # fmt: skip


def test_two_of_three_parts_of_the_earned_payment(reading: Read) -> None:
    def part(name: str) -> Any:
        return use(
            AccessSatisfaction, name, each="£0.395", people=50_000, at_risk="100%", question=name, method=Method.STEP,
            upper="60%", smallest=1, below_smallest=FewAnswers.RETURNED, not_measured=FewAnswers.RETURNED,
            unreleased_to="QYY", additional=True, pot=name,
        )  # fmt: skip

    three = case(contract("A", part("phone"), part("online"), part("records")), tables=[Indicators])
    rows = [
        {"indicator": name, "measured_on": "2026-03-31", "numerator": yes, "denominator": 100}
        for name, yes in (("phone", 60), ("online", 59), ("records", 100))
    ]
    answer = settle(reading, three, indicators=rows)
    assert sum(pence for (_, _, payee), pence in answer.items() if payee == "RXX") == 39_500_00
    assert sum(pence for (_, _, payee), pence in answer.items() if payee == "QYY") == 19_750_00


# Linear.


@pytest.mark.parametrize(
    ("satisfied", "answered", "pence"),
    [
        (50, 100, 0),
        (49, 100, 0),
        (0, 100, 0),
        (51, 100, 3_333),  # 1% of 30% of 100,000 is 3,333.33
        (65, 100, 50_000),
        (2, 3, 55_556),  # (2/3 − 1/2) ÷ 3/10 = 5/9: 55,555.56
        (80, 100, 100_000),
        (100, 100, 100_000),
    ],
)
def test_along_a_line_between_two_thresholds(reading: Read, satisfied: int, answered: int, pence: int) -> None:
    both = paid(reading, made(smallest=1), said(satisfied, answered))
    assert both.get(("A/access", "RXX"), 0) == pence
    assert both.get(("A/access", "BETTER"), 0) == 100_000 - pence


def test_a_line_between_equal_thresholds_is_a_step(reading: Read) -> None:
    equal = made(lower="60%", upper="60%")
    assert [released(reading, equal, said(yes, 1_000)) for yes in (599, 600)] == [0, 100_000]


def test_a_step(reading: Read) -> None:
    step = made(method=Method.STEP, lower=None, upper="2/3")
    assert [released(reading, step, said(yes, 3_000)) for yes in (1_999, 2_000)] == [0, 100_000]


# The lower confidence bound.


def test_a_hundred_answers_at_seventy_per_cent_are_nine_points_apart(reading: Read) -> None:
    # 1.96 × √(0.7 × 0.3 ÷ 100) = 8.98 points, so the normal lower bound is 61.02%
    normal = [made(**SAFE, bound=Bound.NORMAL, upper=upper) for upper in ("61%", "61.01%", "61.02%", "61.03%", "62%")]
    assert [released(reading, one, said(70, 100)) for one in normal] == [100_000, 100_000, 0, 0, 0]
    # 70 − 1.96 × √(2,100 ÷ 100) = 70 − 8.9818 = 61.018


def test_the_wilson_bound_is_a_little_lower_and_never_certain(reading: Read) -> None:
    # (0.7 + 0.019208 − 1.96 × √(0.0021 + 0.00009604)) ÷ 1.038416 = 0.60415
    wilson = [made(**SAFE, bound=Bound.WILSON, upper=upper) for upper in ("60.41%", "60.42%")]
    assert [released(reading, one, said(70, 100)) for one in wilson] == [100_000, 0]
    # all of 10: 10 ÷ (10 + 1.96²) = 72.2467% by Wilson, where the normal bound says 100%
    sure = [made(**SAFE, bound=Bound.WILSON, upper=upper) for upper in ("72.24%", "72.25%", "100%")]
    assert [released(reading, one, said(10, 10)) for one in sure] == [100_000, 0, 0]
    assert released(reading, made(**SAFE, bound=Bound.NORMAL, upper="100%"), said(10, 10)) == 100_000


@pytest.mark.parametrize("bound", list(Bound))
def test_a_bound_that_lies_exactly_on_the_threshold_reaches_it(reading: Read, bound: Bound) -> None:
    # z = 2. Normal: 80 of 100 has √(0.8 × 0.2 ÷ 100) = 0.04, so 0.8 − 0.08 = 72% exactly.
    # Wilson: all of 12: 12 ÷ 16 = 75% exactly.
    rows = said(80, 100) if bound is Bound.NORMAL else said(12, 12)
    at, above = ("72%", "72.000001%") if bound is Bound.NORMAL else ("75%", "75.000001%")
    exact = {**SAFE, "z": "2", "bound": bound}
    assert [released(reading, made(**exact, upper=one), rows) for one in (at, above)] == [100_000, 0]


def test_without_a_range_the_bound_is_a_step(reading: Read) -> None:
    for bound in Bound:
        step = made(**{**SAFE, "z": "0"}, bound=bound, upper="60%")
        assert [released(reading, step, said(yes, 1_000)) for yes in (599, 600)] == [0, 100_000]


def test_nobody_is_below_a_threshold_of_nothing(reading: Read) -> None:
    for bound in Bound:
        assert released(reading, made(**SAFE, bound=bound, upper="0%"), said(0, 100)) == 100_000


# Small samples, and no result.


@pytest.mark.parametrize(
    ("treated", "flows"),
    [
        (FewAnswers.RELEASED, {("A/access", "RXX"): 100_000}),
        (FewAnswers.RETURNED, {("A/access", "QYY"): 100_000}),
        (FewAnswers.HELD, {}),
    ],
)
def test_a_small_sample_decides_nothing(reading: Read, treated: FewAnswers, flows: dict[Any, int]) -> None:
    into = {("QYY", "A/access"): 100_000}
    small = made(smallest=30, below_smallest=treated)
    assert paid(reading, small, said(29, 29)) == {**into, **flows}
    assert paid(reading, small, said(0, 0)) == {**into, **flows}  # nobody answered: a small sample, and no share of 0%
    assert paid(reading, small, said(30, 30)) == {**into, ("A/access", "RXX"): 100_000}
    absent = made(smallest=30, not_measured=treated)
    assert paid(reading, absent) == {**into, **flows}
    assert paid(reading, absent, said(None, None)) == {**into, **flows}
    assert paid(reading, absent, said(30, 30, "2026-03-30")) == {**into, **flows}  # another day's


def test_what_is_held_is_carried_by_name_and_the_sample_is_shown(reading: Read) -> None:
    found = read_case(reading, made(smallest=30), indicators=[said(20, 29)])
    assert [(one.pot, one.pence, one.reason) for one in found.carries if one.pence] == [
        ("A/access", 100_000, "fewer answers than decide: held")
    ]
    shown = {one.name: one.value for one in found.figures if one.value}
    assert shown == {
        "patients who answered": 29, "of them satisfied": 20, "share of satisfied": Fraction(20, 29),
        "years with fewer answers than decide": 1,
    }  # fmt: skip


def test_what_the_commissioner_gains_is_shown(reading: Read) -> None:
    back = made(unreleased_to="QYY")
    found = read_case(reading, back, indicators=[said(65, 100)])
    (gained,) = [one.value for one in found.figures if one.name.startswith("gained by the commissioner")]
    assert gained == 50_000
    assert paid(reading, back, said(65, 100))[("A/access", "QYY")] == 50_000


# Months, quarters, years, and parts of a year.


def test_months_and_quarters_come_to_the_same_as_the_year(reading: Read) -> None:
    for settles in ("year", "quarter", "month"):
        whole = made(settles=settles, at_risk="1/3")  # at risk 33,333; 65 of 100 is half of it: 16,666.5
        assert paid(reading, whole, said(65, 100)) == {
            ("QYY", "RXX"): 66_667, ("QYY", "A/access"): 33_333, ("A/access", "RXX"): 16_667,
            ("A/access", "BETTER"): 16_666,
        }  # fmt: skip


def test_nothing_is_released_before_the_year_ends(reading: Read) -> None:
    nine = made(settles="month", last="2025-12-31")
    # nine months of 100,000: four of 8,334 and five of 8,333
    assert paid(reading, nine, said(100, 100, "2025-12-31")) == {("QYY", "A/access"): 75_001}


def test_a_year_of_nine_months_may_be_decided_after_nine(reading: Read) -> None:
    for settles in ("year", "month"):
        nine = made(settles=settles, last="2025-12-31", decided_after_months=9)
        assert released(reading, nine, said(65, 100, "2025-12-31")) == 37_501  # half of 75,001, rounded half up


def test_a_year_that_goes_on_after_it_was_to_be_decided_breaks_a_law(reading: Read) -> None:
    for settles in ("year", "quarter", "month"):
        found = read_case(reading, made(settles=settles, decided_after_months=9), indicators=[])
        assert any(law.left != law.right for law in found.laws)
        whole = read_case(reading, made(settles=settles, decided_after_months=12), indicators=[])
        assert all(law.left == law.right for law in whole.laws)


def test_each_year_is_decided_by_its_own_answers(reading: Read) -> None:
    two = made(last="2027-03-31", settles="quarter", value={"2025-04-01": "£1,000", "2026-04-01": "£2,000"})
    rows = (said(50, 100), said(80, 100, "2027-03-31"))
    assert released(reading, two, *rows) == 200_000


# Budgets, and mistakes.


def test_it_takes_off_what_it_replaces(reading: Read) -> None:
    core = use(Block, "core", value="£10,000")
    instead = made(core, additional=False, replaces=["core: £1,000"])
    answer = settle(reading, instead, indicators=[said(50, 100)])
    assert answer["core", "QYY", "RXX"] == 1_000_000
    assert answer["access", "RXX", "QYY"] == 100_000  # what it replaces
    assert answer["access", "QYY", "A/access"] == 100_000


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"additional": False}, "a budget says what it replaces"),
        ({"each": "£1"}, "what it comes to in a year is said once"),
        ({"value": None, "each": "£1"}, "what it comes to in a year is said once"),
        ({"lower": None}, "method “linear” does not say lower"),
        ({"method": Method.STEP}, "method “step” does not use lower"),
        ({"method": Method.LOWER_BOUND, "lower": None, "bound": Bound.WILSON}, "does not say z"),
        ({"z": "1.96"}, "method “linear” does not use z"),
    ],
)
def test_what_does_not_fit_together_is_refused(given: dict[str, Any], words: str) -> None:
    assert words in str(compose(made(**given)).stopped["A"].why)


@pytest.mark.parametrize(
    ("rows", "given", "words"),
    [
        ([said(11, 10)], {}, "its numerator is above its denominator"),
        ([said(1, 0)], {}, "its numerator is above its denominator"),
        ([said(None, 10)], {}, "not both"),
        ([said(10, None)], {}, "not both"),
        ([said(10, 10), said(10, 10)], {}, "two results of the same day"),
        ([said(10, 10)], {"lower": "81%"}, "the lower threshold of its contract is above the upper one"),
    ],
)
def test_rows_that_nobody_may_be_paid_on_end_the_run(
    reading: Read, rows: list[dict[str, Any]], given: dict[str, Any], words: str
) -> None:
    program = compose(made(**given))
    found = read_case(reading, made(**given), indicators=rows)
    says = [program.uses[one.identity].traced.nevers[one.number][0] for one in found.nevers if one.rows]
    assert any(words in one for one in says)


def broken(made_case: Any, *rows: dict[str, Any]) -> list[str]:
    """What did not hold; the contract has no lines then."""
    found = settled(made_case, framed_tables(compose(made_case), rows_of(made_case, {"indicators": list(rows)})))
    assert not found.lines
    return [one.name for one in found.checks if not one.passed]


def test_nobody_on_the_list_is_no_payment_of_nothing_but_stops_the_contract() -> None:
    # An empty cell leaves the scheme's number, which may be zero: £3.95 × 0 would be paid without a word.
    (why,) = broken(made(value=None, each="£3.95", people=0), said(80, 100))
    assert why == "access: people is at least 1, or all of it would come to nothing"


@pytest.mark.parametrize("back", ["RXX", "A/access"])
def test_what_is_not_released_goes_neither_to_the_practice_nor_back_into_its_pot(back: str) -> None:
    (why,) = broken(made(unreleased_to=back), said(50, 100))
    assert why == "access: unreleased_to is not the provider, nor the pot that holds it"
    assert not settled_without(made(unreleased_to=back), said(80, 100))  # all is released: nothing to go anywhere


def settled_without(made_case: Any, *rows: dict[str, Any]) -> list[str]:
    """What did not hold in a contract that is settled."""
    found = settled(made_case, framed_tables(compose(made_case), rows_of(made_case, {"indicators": list(rows)})))
    assert found.lines
    return [one.name for one in found.checks if not one.passed]
