"""Prepaid incentive: a pool paid in advance, and what was missed of it goes back when the year is over."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules import Block, PrepaidIncentive
from tallystick_rules.rules._prepaid import Advance, NotMeasured
from tallystick_rules.tables import Indicators
from tests.support import Answer, Read, case, contract, read_case, settle, use

ON, BACK = ("cquin", "QYY", "RXX"), ("cquin", "RXX", "QYY")
LAST = "2026-03-31"


def indicator(name: str, lower: str = "45%", upper: str = "60%", **more: Any) -> dict[str, Any]:
    return {"name": name, "earns_from": lower, "earns_all_at": upper, "applies": True, **more}


FIVE = tuple(indicator(name) for name in ("one", "two", "three", "four", "five"))
USUAL: dict[str, Any] = {
    "advance": Advance.PAID, "share": "1.25%", "on": (Label("fixed"),), "indicators": FIVE, "transacted": True,
    "not_measured": NotMeasured.BACK, "year_months": 12,
}  # fmt: skip


def made(settles: str = "year", last: str = LAST, fixed: str = "£200,000,000", **given: Any) -> Any:
    rules = use(Block, "fixed", value=fixed), use(PrepaidIncentive, "cquin", **{**USUAL, **given})
    return case(contract("A", *rules, settles=settles, last=last), tables=[Indicators])


def results(*of: tuple[str, int | None, int | None], day: str = LAST) -> list[dict[str, Any]]:
    return [{"indicator": name, "numerator": up, "denominator": down, "measured_on": day} for name, up, down in of]


MET = results(*((name, 60, 100) for name in ("one", "two", "three", "four")))


def moved(answer: Answer) -> dict[tuple[str, str, str], int]:
    return {key: pence for key, pence in answer.items() if key[0] == "cquin"}


def figures(reading: Read, made_case: Any, rows: Any) -> dict[str, Any]:
    found = read_case(reading, made_case, indicators=rows).figures
    return {name: sum(one.value for one in found if one.name == name) for name in sorted({one.name for one in found})}


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_four_of_five_met_and_a_fifth_of_the_pool_goes_back(reading: Read, settles: str) -> None:
    # 1.25% of £200m is £2.5m, and a fifth of that £500,000
    rows = [*MET, *results(("five", 45, 100))]
    assert moved(settle(reading, made(settles), indicators=rows)) == {ON: 250_000_000, BACK: 50_000_000}


def test_what_stands_within_the_fixed_element_is_not_paid_twice(reading: Read) -> None:
    rows = [*MET, *results(("five", 0, 100))]
    assert moved(settle(reading, made(advance=Advance.WITHIN), indicators=rows)) == {BACK: 50_000_000}


@pytest.mark.parametrize(
    ("achieved", "missed"), [(44, 500_000), (45, 500_000), (46, 466_667), (54, 200_000), (59, 33_333), (60, 0), (99, 0)]
)
def test_between_the_two_rates_a_part_is_earned_along_a_line(reading: Read, achieved: int, missed: int) -> None:
    # (54 − 45) ÷ 15 is three fifths: 300,000.00 of 500,000.00; one point is 33,333.33, rounded half up when earned
    back = moved(settle(reading, made(), indicators=[*MET, *results(("five", achieved, 100))])).get(BACK, 0)
    earned = (2 * 50_000_000 * min(max(achieved - 45, 0), 15) + 15) // 30
    assert back == 50_000_000 - earned
    assert round(back / 100) == missed


def test_where_less_is_better_the_first_rate_is_the_higher(reading: Read) -> None:
    falling = {"indicators": (indicator("veins", "40%", "25%"),), "share": "1%", "fixed": "£100"}
    for achieved, back in ((40, 100), (45, 100), (31, 40), (25, 0), (0, 0)):  # (31 − 40) ÷ (25 − 40) is 3/5
        found = moved(settle(reading, made(**falling), indicators=results(("veins", achieved, 100))))
        assert found.get(BACK, 0) == back


def test_where_both_rates_are_one_it_is_a_step(reading: Read) -> None:
    step = {"indicators": (indicator("step", "60%", "60%"),), "share": "1%", "fixed": "£100"}
    for achieved, back in ((59, 100), (60, 0), (61, 0)):
        found = moved(settle(reading, made(**step), indicators=results(("step", achieved, 100))))
        assert found.get(BACK, 0) == back


def test_the_pool_is_parted_equally_to_the_penny_among_those_that_apply(reading: Read) -> None:
    # 1,000 pence among three: by their names, parts up to each are 333, 667 and 1,000
    three = (indicator("a"), indicator("b"), indicator("c"), indicator("d", applies=False))
    for missed, back in (("a", 333), ("b", 334), ("c", 333)):
        rows = results(*((name, 0 if name == missed else 1, 1) for name in "abc"))
        found = moved(settle(reading, made(fixed="£1,000", share="1%", indicators=three), indicators=rows))
        assert found == {ON: 1_000, BACK: back}


def test_if_none_applies_the_pool_stays_and_is_shown(reading: Read) -> None:
    none = made(fixed="£1,000", share="1%", indicators=(indicator("a", applies=False),))
    assert moved(settle(reading, none, indicators=[])) == {ON: 1_000}
    assert figures(reading, none, [])["for no indicator"] == 1_000


@pytest.mark.parametrize("rows", [[], results(("five", None, None)), results(("five", 0, 0))])
def test_without_a_result_the_contract_says_what_becomes_of_the_part(reading: Read, rows: Any) -> None:
    back = moved(settle(reading, made(), indicators=[*MET, *rows]))
    kept = moved(settle(reading, made(not_measured=NotMeasured.KEPT), indicators=[*MET, *rows]))
    assert (back.get(BACK, 0), kept.get(BACK, 0)) == (50_000_000, 0)
    assert figures(reading, made(), [*MET, *rows])["five: years without a result"] == 1


def test_a_result_of_another_day_does_not_decide_and_is_shown(reading: Read) -> None:
    rows = [*MET, *results(("five", 60, 100), day="2026-03-30")]
    assert moved(settle(reading, made(), indicators=rows))[BACK] == 50_000_000
    assert figures(reading, made(), rows)["results of other days than the year's last"] == 1


@pytest.mark.parametrize("settles", ["year", "month"])
def test_what_is_not_transacted_is_shown_for_each_indicator_and_does_not_move(reading: Read, settles: str) -> None:
    paused = made(settles, "2027-03-31", transacted={"2025-04-01": True, "2026-04-01": False})
    second = [{**row, "measured_on": "2027-03-31"} for row in (*MET, *results(("five", 54, 100)))]
    rows = [*MET, *results(("five", 0, 100)), *second]
    assert moved(settle(reading, paused, indicators=rows)) == {ON: 500_000_000, BACK: 50_000_000}
    shown = figures(reading, paused, rows)
    assert shown["five: earned, not transacted"] == 30_000_000
    assert shown["five: missed, not transacted"] == 20_000_000
    assert shown["one: earned"] == shown["one: earned, not transacted"] == 50_000_000
    assert shown.get("one: missed, not transacted", 0) == shown.get("five: earned", 0) == 0


def test_until_the_year_is_over_all_of_it_stands_paid_in_advance(reading: Read) -> None:
    found = read_case(reading, made("quarter", "2025-12-31"), indicators=MET)
    assert sum(one.value for one in found.figures if one.name == "paid in advance and not yet decided") == 187_500_000
    assert {line.pence for line in found.flows if line.pence < 0} == set()


def test_a_contract_of_nine_months_is_decided_when_they_are_over(reading: Read) -> None:
    nine = made("quarter", "2025-12-31", year_months=9)
    rows = [{**row, "measured_on": "2025-12-31"} for row in MET]
    assert moved(settle(reading, nine, indicators=rows)) == {ON: 187_500_000, BACK: 37_500_000}


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_a_contract_that_goes_on_after_the_months_of_its_year_breaks_a_law(reading: Read, settles: str) -> None:
    found = read_case(reading, made(settles, year_months=9), indicators=MET)
    assert {law.left - law.right for law in found.laws if "year_months" in law.says} >= {1}


def test_the_pool_may_be_a_sum(reading: Read) -> None:
    found = moved(settle(reading, made("month", share=None, on=None, value="£2,500,000"), indicators=MET))
    assert found == {ON: 250_000_000, BACK: 50_000_000}


@pytest.mark.parametrize(
    "rows",
    [results(("one", 3, 2)), results(("one", 3, None)), results(("one", 1, 2)) * 2],
)
def test_a_result_that_cannot_be_right_ends_the_run(reading: Read, rows: Any) -> None:
    assert read_case(reading, made(), indicators=rows).nevers


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"value": "£1"}, "the pool is a share of what other rules pay, or a sum"),
        ({"share": None}, "the pool is a share of what other rules pay, or a sum"),
        ({"share": None, "on": None}, "the pool is a share of what other rules pay, or a sum"),
        ({"indicators": ()}, "without an indicator nothing could ever be missed"),
        ({"indicators": (indicator("a"), indicator("a"))}, "“a” is listed twice"),
    ],
)
def test_mistakes_are_told_with_what_to_write(given: dict[str, Any], says: str) -> None:
    assert says in compose(made(**given)).stopped["A"].why
