"""Quality points: points between thresholds, never rounded; money once; on account, and settled when results are in."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest

from tallystick.kernel.program import compose
from tallystick.kernel.settlement import settle as settled
from tallystick_rules.rules import QualityPoints
from tallystick_rules.rules._points import Direction, Unmeasured
from tallystick_rules.tables import Indicators
from tests.support import Read, case, contract, framed_tables, read_case, rows_of, settle, use

Says = dict[str, tuple[int | None, int | None]]
"""For each indicator its numerator and its denominator."""


def one(name: str = "first", points: str = "20", lower: str = "40%", upper: str = "90%", **more: Any) -> dict[str, Any]:
    return {"name": name, "points": points, "lower": lower, "upper": upper, **more}


def made(*indicators: dict[str, Any], as_at: str = "2026-07-01", **given: Any) -> Any:
    """Indicators at £100 a point in 2025/26, unless it is said otherwise."""
    about = {name: given.pop(name) for name in ("first", "last", "settles") if name in given}
    usual = {"point_value": "£100", "not_measured": Unmeasured.NO_POINTS, "indicators": indicators or (one(),)}
    held = contract("A", use(QualityPoints, "quality", **{**usual, **given}), **about)
    return case(held, tables=[Indicators], as_at=datetime.date.fromisoformat(as_at))


def rows(says: Says, day: str = "2026-03-31") -> list[dict[str, Any]]:
    return [
        {"indicator": name, "measured_on": day, "numerator": above, "denominator": below}
        for name, (above, below) in says.items()
    ]


def paid(reading: Read, made_case: Any, says: Says, day: str = "2026-03-31") -> int:
    """Pence from the commissioner to the practice, less what goes back."""
    answer = settle(reading, made_case, indicators=rows(says, day))
    return answer.get(("quality", "QYY", "RXX"), 0) - answer.get(("quality", "RXX", "QYY"), 0)


def shown(reading: Read, made_case: Any, says: Says) -> dict[str, Any]:
    found = read_case(reading, made_case, indicators=rows(says))
    return {figure.name: figure.value for figure in found.figures}


# Points.


@pytest.mark.parametrize(
    ("achieved", "pence"),
    [
        ((70, 100), 1_200_00),  # (70 − 40) ÷ (90 − 40) × 20 = 12 points
        ((40, 100), 0),
        ((39, 100), 0),
        ((41, 100), 40_00),
        ((90, 100), 2_000_00),
        ((100, 100), 2_000_00),
        ((2, 3), 1_066_67),  # (2/3 − 2/5) ÷ 1/2 × 20 = 32/3 points: not 10.67, which would be 1,067.00
    ],
)
def test_points_go_along_the_line_between_two_thresholds(reading: Read, achieved: Any, pence: int) -> None:
    assert paid(reading, made(), {"first": achieved}) == pence


@pytest.mark.parametrize(
    ("achieved", "pence"), [((8, 100), 0), ((9, 100), 0), ((2, 100), 600_00), ((0, 100), 600_00), ((5, 100), 300_00)]
)
def test_lower_may_be_better(reading: Read, achieved: Any, pence: int) -> None:
    fewer = made(one(points="6", lower="2%", upper="8%", direction=Direction.LOWER))
    assert paid(reading, fewer, {"first": achieved}) == pence


def test_equal_thresholds_are_a_step_either_way(reading: Read) -> None:
    higher, lower = (made(one(lower="60%", upper="60%", direction=way)) for way in Direction)
    assert [paid(reading, higher, {"first": (n, 1_000)}) for n in (599, 600, 601)] == [0, 2_000_00, 2_000_00]
    assert [paid(reading, lower, {"first": (n, 1_000)}) for n in (599, 600, 601)] == [2_000_00, 2_000_00, 0]


def test_the_published_values_of_a_point(reading: Read) -> None:
    # 74 × £201.16 = £14,885.84
    assert paid(reading, made(one(points="74"), point_value="£201.16"), {"first": (9, 10)}) == 14_885_84
    # IIF 2024/25: 58 × £198 = £11,484
    assert paid(reading, made(one(points="58"), point_value="£198"), {"first": (9, 10)}) == 11_484_00
    # 2026/27: 582 points × £227.95 = £132,666.90 for a list of 10,295, and twice that for twice the list
    whole = {"point_value": "£227.95", "average_list": 10_295}
    assert paid(reading, made(one(points="582"), list_size=10_295, **whole), {"first": (9, 10)}) == 132_666_90
    assert paid(reading, made(one(points="582"), list_size=20_590, **whole), {"first": (9, 10)}) == 265_333_80


def test_points_are_not_rounded_before_money_and_neither_are_indicators(reading: Read) -> None:
    # each 1/3 point at £0.01: a third of a penny three times is a penny
    thirds = [one(name, points="1/3", lower="0%", upper="0%") for name in ("a", "b", "c")]
    says: Says = dict.fromkeys("abc", (1, 1))
    assert paid(reading, made(*thirds, point_value="£0.01"), says) == 1
    assert shown(reading, made(*thirds), says)["points achieved"] == 1


# Lists and prevalence.


def test_a_list_counts_by_the_average_list(reading: Read) -> None:
    # 12 points × £100 × 12,354 ÷ 10,295 (= 1.2) = £1,440
    assert paid(reading, made(list_size=12_354, average_list=10_295), {"first": (70, 100)}) == 1_440_00
    assert paid(reading, made(list_size=0, average_list=10_295), {"first": (70, 100)}) == 0


def test_prevalence_counts_by_the_average_prevalence(reading: Read) -> None:
    sick = made(one(register="register", national_prevalence="15%"), one("second", points="5"))
    # own prevalence 600 ÷ 10,000 = 6%, of 15% it is 0.4: 12 × 0.4 + 5 = 9.8 points
    says: Says = {"first": (70, 100), "register": (600, 10_000), "second": (1, 1)}
    assert paid(reading, sick, says) == 980_00
    figures = shown(reading, sick, says)
    assert (figures["points on offer"], figures["points available"], figures["points achieved"]) == (25, 25, 17)


def test_an_empty_register_makes_no_points_available_and_that_is_shown(reading: Read) -> None:
    sick = made(one(register="register", national_prevalence="15%"), one("second", points="5"))
    for says in (
        {"first": (0, 0), "register": (0, 10_000), "second": (1, 1)},
        {"first": (0, 0), "register": (600, 10_000), "second": (1, 1)},  # all on it are excepted
    ):
        assert paid(reading, sick, says) == 500_00
        figures = shown(reading, sick, says)
        assert (figures["points on offer"], figures["points available"], figures["points achieved"]) == (25, 5, 5)
        assert figures.get("indicators without a result", 0) == 0


def test_each_indicator_is_shown(reading: Read) -> None:
    figures = shown(reading, made(), {"first": (2, 3)})
    assert figures["first: achieved"] == Fraction(2, 3)
    assert figures["first: points"] == Fraction(32, 3)


# Without a result.


@pytest.mark.parametrize("says", [{"second": (1, 1)}, {"first": (None, None), "second": (1, 1)}])
def test_without_a_result_there_are_no_points_or_the_year_waits(reading: Read, says: Says) -> None:
    both = (one(), one("second", points="5"))
    assert paid(reading, made(*both), says) == 500_00
    waits = made(*both, not_measured=Unmeasured.WAITS)
    assert paid(reading, waits, says) == 0
    assert shown(reading, waits, says)["earned, and not yet settled"] == 500_00
    assert shown(reading, waits, says)["indicators without a result"] == 1
    assert paid(reading, waits, {**says, "first": (90, 100)}) == 2_500_00


def test_what_was_paid_on_account_is_not_taken_back_before_a_result_is_in_or_its_day_has_come(reading: Read) -> None:
    account = {"last_year": "£1,000", "on_account": "80%"}
    assert paid(reading, made(**account), {}) == 800_00
    assert paid(reading, made(**account), {"first": (0, 100)}) == 0
    june = {**account, "balance_after_days": 91}
    assert paid(reading, made(as_at="2026-06-29", **june), {}) == 800_00
    assert paid(reading, made(as_at="2026-06-30", **june), {}) == 0


def test_a_register_without_a_result_is_not_an_empty_one(reading: Read) -> None:
    waits = made(one(register="register", national_prevalence="15%"), not_measured=Unmeasured.WAITS)
    assert shown(reading, waits, {"first": (9, 10)})["indicators without a result"] == 1
    assert paid(reading, waits, {"first": (9, 10)}) == 0


# On account, and the balance in June.


def test_four_fifths_of_last_year_are_paid_by_the_month_and_the_balance_in_june(reading: Read) -> None:
    account = {"last_year": "£1,000", "on_account": "80%", "balance_after_days": 91, "settles": "month"}
    says: Says = {"first": (70, 100)}
    for as_at, pence in (("2026-06-29", 800_00), ("2026-06-30", 1_200_00)):
        assert paid(reading, made(as_at=as_at, **account), says) == pence
    waits = read_case(reading, made(as_at="2026-06-29", **account), indicators=rows(says))
    (last,) = [one for one in waits.figures if one.name == "earned, and not yet settled" and one.value]
    assert (last.period, last.value) == (12, 1_200_00)
    by_month = [line.pence for line in waits.flows if line.pence]
    assert by_month == [66_67] * 8 + [66_66] * 4  # 80,000 pence in twelfths: 6,666 and 8 left over


def test_more_on_account_than_was_earned_goes_back(reading: Read) -> None:
    account = made(last_year="£10,000", on_account="80%", settles="quarter")
    found = settle(reading, account, indicators=rows({"first": (70, 100)}))
    # the lines of one flow are turned round alone: on account 8,000, points 1,200, and 8,000 taken off
    assert found == {("quality", "QYY", "RXX"): 8_000_00 + 1_200_00, ("quality", "RXX", "QYY"): 8_000_00}


def test_months_and_quarters_come_to_the_same_as_the_year(reading: Read) -> None:
    for settles in ("year", "quarter", "month"):
        account = made(last_year="£1,000.03", on_account="80%", settles=settles)
        assert paid(reading, account, {"first": (2, 3)}) == 1_066_67


def test_before_the_year_ends_only_what_is_on_account_is_paid(reading: Read) -> None:
    nine = made(last_year="£1,000", on_account="80%", settles="month", last="2025-12-31")
    assert paid(reading, nine, {"first": (90, 100)}, "2025-12-31") == 8 * 66_67 + 66_66


def test_a_year_of_nine_months_may_be_settled_after_nine(reading: Read) -> None:
    nine = made(last="2025-12-31", decided_after_months=9, last_year="£1,000", on_account="80%")
    assert paid(reading, nine, {"first": (70, 100)}, "2025-12-31") == 1_200_00  # the points of a whole year


def test_a_year_that_goes_on_after_it_was_to_be_decided_breaks_a_law(reading: Read) -> None:
    for settles in ("year", "quarter", "month"):
        found = read_case(
            reading, made(settles=settles, decided_after_months=9, last_year="£1,000", on_account="80%"), indicators=[]
        )
        assert any(law.left != law.right for law in found.laws)
        whole = read_case(
            reading, made(settles=settles, decided_after_months=12, last_year="£1,000", on_account="80%"), indicators=[]
        )
        assert all(law.left == law.right for law in whole.laws)


def test_each_year_is_decided_by_its_own_results_and_values(reading: Read) -> None:
    two = made(last="2027-03-31", point_value={"2025-04-01": "£100", "2026-04-01": "£110"})
    both = rows({"first": (70, 100)}) + rows({"first": (90, 100)}, "2027-03-31")
    assert settle(reading, two, indicators=both) == {("quality", "QYY", "RXX"): 1_200_00 + 20 * 110_00}


# Mistakes.


@pytest.mark.parametrize(
    ("indicators", "given", "words"),
    [
        ((one(), one()), {}, "the indicator “first” is listed twice"),
        ((one(register="register"),), {}, "register and national_prevalence are said together"),
        ((one(),), {"list_size": 5}, "list_size and average_list are said together"),
        ((one(),), {"on_account": "80%"}, "last_year and on_account are said together"),
    ],
)
def test_what_does_not_fit_together_is_refused(indicators: Any, given: dict[str, Any], words: str) -> None:
    assert words in str(compose(made(*indicators, **given)).stopped["A"].why)


@pytest.mark.parametrize(
    ("says", "indicator", "words"),
    [
        ({"first": (101, 100)}, one(), "more than 100%"),
        ({"first": (1, 0)}, one(), "more than 100%"),
        ({"first": (1, None)}, one(), "a numerator or a denominator, and not both"),
        ({"first": (1, 1)}, one(lower="91%"), "the lower threshold of “first” is above the upper one"),
        ({"register": (0, 0)}, one(register="register", national_prevalence="1%"), "which has no prevalence"),
        ({"register": (2, 1)}, one(register="register", national_prevalence="1%"), "more than 100%"),
    ],
)
def test_rows_that_nobody_may_be_paid_on_end_the_run(
    reading: Read, says: Says, indicator: dict[str, Any], words: str
) -> None:
    assert words in fault_of(reading, made(indicator), rows(says))


def test_two_results_of_one_day_end_the_run(reading: Read) -> None:
    twice = rows({"first": (1, 2)}) + rows({"first": (2, 2)})
    assert "“first” has two results of the same day" in fault_of(reading, made(), twice)


def fault_of(reading: Read, made_case: Any, given: list[dict[str, Any]]) -> str:
    uses = compose(made_case).uses
    found = read_case(reading, made_case, indicators=given).nevers
    return "; ".join(uses[line.identity].traced.nevers[line.number][0] for line in found if line.rows)


def test_nobody_on_the_list_is_no_payment_of_nothing_but_stops_the_contract() -> None:
    # All that was paid on account would go back for want of a number: the cell is empty, and the scheme says 0.
    nobody = made(list_size=0, average_list=10_295, last_year="£1,000", on_account="80%")
    found = settled(nobody, framed_tables(compose(nobody), rows_of(nobody, {"indicators": rows({"first": (70, 100)})})))
    assert not found.lines
    (why,) = (one.name for one in found.checks if not one.passed)
    assert why == "quality: list_size is at least 1, or all of it would come to nothing"
