"""Outcomes payment: a part of a year's value that is earned by indicators of outcomes, to the penny."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tallystick.kernel.errors import RuleError
from tallystick.kernel.program import compose
from tallystick_rules.rules import OutcomesPayment
from tallystick_rules.rules._outcomes import Indicator, Level, Outcome, Without, check
from tallystick_rules.tables import Indicators
from tests.support import Read, case, contract, read_case, settle, use

Says = dict[str, tuple[int | None, int | None]]
"""For each indicator its numerator and its denominator."""

THREE = (("good", "55%", "60%"), ("improved", "60%", "80%"), ("excellent", "65%", "100%"))


def rate(text: str) -> Fraction:
    """75% as 3/4."""
    return Fraction(text.rstrip("%")) / 100


def indicator(name: str, weight: str, *levels: tuple[str, str, str]) -> Indicator:
    """An indicator; with the three levels of the example if none are said."""
    made = (Level(name=one, at_least=rate(from_), pays=rate(pays)) for one, from_, pays in levels or THREE)
    return Indicator(name=name, weight=rate(weight), levels=tuple(made))


FUNCTION = Outcome(
    name="functioning", weight=rate("40%"), indicators=(indicator("six months", "75%"), indicator("a year", "25%"))
)
WORK = Outcome(name="work", weight=rate("60%"), indicators=(indicator("in work", "100%"),))
ALONE = Outcome(name="work", weight=rate("100%"), indicators=(indicator("in work", "100%"),))
# Of what is at risk: “a year” 10%, “six months” 30%, “in work” 60%.
ALL: Says = {"six months": (65, 100), "a year": (70, 100), "in work": (99, 100)}
NONE: Says = {"six months": (54, 100), "a year": (0, 100), "in work": (1, 100)}


def paid(reading: Read, says: Says, **given: Any) -> dict[tuple[str, str], int]:
    """Pence by payer and payee in the year, from £1,000 a year that is wholly at risk, unless it is said otherwise."""
    about = {name: given.pop(name) for name in ("last", "settles", "first") if name in given}
    day = given.pop("measured_on", "2026-03-31")
    usual = {"value": "£1,000", "at_risk": "100%", "outcomes": (FUNCTION, WORK), "not_measured": Without.LOST}
    made = case(contract("A", use(OutcomesPayment, "outcomes", **{**usual, **given}), **about), tables=[Indicators])
    rows = [
        {"indicator": name, "measured_on": day, "numerator": above, "denominator": below}
        for name, (above, below) in says.items()
    ]
    return {(payer, payee): pence for (_, payer, payee), pence in settle(reading, made, indicators=rows).items()}


def year(reading: Read, says: Says, **given: Any) -> int:
    """What the commissioner pays the provider in the year."""
    return paid(reading, says, **given).get(("QYY", "RXX"), 0)


def test_oxfordshire_pays_35_million_if_all_is_met_and_31_and_a_half_if_nothing_is(reading: Read) -> None:
    block_and_element = 2_800_000_000 + 350_000_000
    assert block_and_element + year(reading, ALL, value="£3,500,000") == 3_500_000_000
    assert block_and_element + year(reading, NONE, value="£3,500,000") == 3_150_000_000


@pytest.mark.parametrize(
    ("in_work", "pence"), [(0, 0), (549, 0), (550, 36_000), (599, 36_000), (600, 48_000), (649, 48_000), (650, 60_000)]
)
def test_the_highest_level_reached_pays_its_share_of_the_part(reading: Read, in_work: int, pence: int) -> None:
    # 60% of £1,000.00 is 60,000 pence; at 55.0% it pays 60%, at 60.0% 80%, at 65.0% all. 54.9% is not reached.
    assert year(reading, {**NONE, "in work": (in_work, 1_000)}) == pence


def test_what_is_not_yet_at_risk_is_paid_like_a_block_by_year(reading: Read) -> None:
    at_risk = {"2025-04-01": "50%", "2026-04-01": "100%"}
    assert year(reading, NONE, at_risk=at_risk) == 50_000
    # In two years, the second without results: 50,000 + 50,000 at risk in the first, nothing in the second.
    assert year(reading, ALL, at_risk=at_risk, last="2027-03-31") == 100_000
    assert year(reading, NONE, at_risk="0%") == 100_000  # monitoring alone


def test_months_and_quarters_come_to_the_same_as_the_year(reading: Read) -> None:
    says: Says = {"six months": (60, 100), "a year": (54, 100), "in work": (55, 100)}
    # 30% × 80% + 0 + 60% × 60% = 24% + 36% = 60%, of the half at risk; the other half is not at risk.
    for settles in ("year", "quarter", "month"):
        assert year(reading, says, at_risk="50%", settles=settles) == 50_000 + 30_000


def test_nothing_is_decided_before_the_year_ends_and_what_is_at_risk_is_shown(reading: Read) -> None:
    rule = use(
        OutcomesPayment, "outcomes", value="£1,000", at_risk="100%", outcomes=(ALONE,), not_measured=Without.PAID
    )
    made = case(contract("A", rule, settles="month", last="2025-12-31"), tables=[Indicators])
    rows = [{"indicator": "in work", "measured_on": "2025-12-31", "numerator": 1, "denominator": 1}]
    found = read_case(reading, made, indicators=rows)
    assert not [line for line in found.flows if line.pence]
    shown = {}
    for one in found.figures:
        shown[one.name] = shown.get(one.name, 0) + one.value
    assert shown["at risk, added in the period"] == 75_001  # nine months: 4 × 8,334 + 5 × 8,333
    assert shown["results of other days than the year's last"] == 1


def test_the_parts_are_the_whole_to_the_penny(reading: Read) -> None:
    thirds = tuple(
        Outcome(name=name, weight=Fraction(1, 3), indicators=(indicator(name, "100%"),)) for name in ("c", "a", "b")
    )
    one = {"value": "£1.00", "outcomes": thirds, "rest_to": "REST"}
    # 100 pence, taken by name: round(33⅓) = 33, round(66⅔) − 33 = 34, 100 − 67 = 33.
    for won, pence in (("a", 33), ("b", 34), ("c", 33)):
        says: Says = {name: (int(name == won), 1) for name in "abc"}
        assert paid(reading, says, **one) == {("QYY", "RXX"): pence, ("QYY", "REST"): 100 - pence}
    assert paid(reading, dict.fromkeys("abc", (1, 1)), **one) == {("QYY", "RXX"): 100}


def test_what_is_not_earned_goes_to_a_named_place(reading: Read) -> None:
    says: Says = {**ALL, "six months": (55, 100)}  # 30% of 100,000 at 60%: 18,000 earned, 12,000 not
    assert paid(reading, says, rest_to="REST") == {("QYY", "RXX"): 88_000, ("QYY", "REST"): 12_000}
    assert paid(reading, says, rest_to="QYY") == {("QYY", "RXX"): 88_000}  # nobody pays themselves


@pytest.mark.parametrize("nothing", [None, (None, None), (None, 50), (0, 0)], ids=["row", "both", "above", "nobody"])
@pytest.mark.parametrize(
    ("treated", "provider", "elsewhere"),
    [
        (Without.LOST, 12_000, 88_000),  # “in work”, 60,000, has no result; of the others 12,000 is earned
        (Without.PAID, 72_000, 28_000),
        (Without.HELD, 12_000, 28_000),
        (Without.SHARED, 30_000, 70_000),  # “a year” has 25,000 now and “six months” 75,000: 30% of both
    ],
)
def test_without_a_result_the_treatment_that_is_named_decides(
    reading: Read, treated: Without, provider: int, elsewhere: int, nothing: Any
) -> None:
    steps = (("half", "50%", "30%"), ("all", "100%", "100%"))
    function = Outcome(
        name="functioning", weight=rate("40%"),
        indicators=(indicator("six months", "75%", *steps), indicator("a year", "25%", *steps)),
    )  # fmt: skip
    says: Says = {"six months": (1, 2), "a year": (3, 5)}  # both pay 30%: 9,000 and 3,000 of 30,000 and 10,000
    says |= {} if nothing is None else {"in work": nothing}
    found = paid(reading, says, outcomes=(function, WORK), not_measured=treated, rest_to="REST")
    assert found == {("QYY", "RXX"): provider, ("QYY", "REST"): elsewhere}


def test_if_all_is_redistributed_and_nothing_was_measured_all_is_held(reading: Read) -> None:
    assert paid(reading, {}, not_measured=Without.SHARED, rest_to="REST") == {}


def test_a_denominator_below_the_smallest_does_not_decide(reading: Read) -> None:
    says: Says = {**NONE, "in work": (29, 29)}
    small = {"smallest": 30, "too_small": Without.HELD, "rest_to": "REST"}
    assert paid(reading, says, **small) == {("QYY", "REST"): 40_000}
    assert paid(reading, {**NONE, "in work": (30, 30)}, **small)["QYY", "RXX"] == 60_000
    assert year(reading, says, smallest=30, too_small=Without.PAID) == 60_000
    assert year(reading, says, smallest=30, too_small=Without.LOST) == 0
    assert year(reading, says, smallest=30, too_small=Without.SHARED) == 0  # to the others, which reached no level


CANNOT_BE = {
    "above": {"numerator": 3, "denominator": 2},
    "zero": {"numerator": 1, "denominator": 0},
    "half": {"numerator": 3},
}


@pytest.mark.parametrize("row", CANNOT_BE.values(), ids=CANNOT_BE)
def test_a_result_that_cannot_be_stops_the_run_and_names_its_row(reading: Read, row: dict[str, Any]) -> None:
    right = {"numerator": 1, "denominator": 2, "measured_on": "2026-03-30"}
    assert rows_at_fault(reading, [row, right]) == [1]


def test_two_results_of_one_indicator_and_day_stop_the_run(reading: Read) -> None:
    assert rows_at_fault(reading, [{"numerator": 1, "denominator": 2}] * 2) == [2]


def rows_at_fault(reading: Read, rows: list[dict[str, Any]]) -> list[int]:
    """How many rows each fault names."""
    rule = use(
        OutcomesPayment, "outcomes", value="£1,000", at_risk="100%", outcomes=(ALONE,), not_measured=Without.LOST
    )
    made = case(contract("A", rule), tables=[Indicators])
    said = [{"indicator": "in work", "measured_on": "2026-03-31", **row} for row in rows]
    return [line.rows for line in read_case(reading, made, indicators=said).nevers]


@pytest.mark.parametrize(
    ("outcomes", "why"),
    [
        ((FUNCTION,), "the weights of the outcomes sum to 40% and not to 100%"),
        ((FUNCTION, WORK, WORK), "sum to 160%"),
        ((Outcome(name="x", weight=Fraction(1)),), "the indicators of “x” sum to 0%"),
        (
            (Outcome(name="x", weight=Fraction(1), indicators=(indicator("y", "100%"), indicator("y", "0%"))),),
            "“y” is listed twice",
        ),
        (
            (Outcome(name="x", weight=Fraction(1), indicators=(indicator("y", "100%", *reversed(THREE)),)),),
            "from the lowest to the highest",
        ),
    ],
)
def test_weights_and_levels_that_cannot_be_are_refused(outcomes: tuple[Outcome, ...], why: str) -> None:
    with pytest.raises(RuleError, match=why):
        check(outcomes)


def test_smallest_and_too_small_are_said_together() -> None:
    rule = use(OutcomesPayment, value="£1", at_risk="0%", outcomes=(ALONE,), not_measured=Without.LOST, smallest=30)
    assert "said together" in compose(case(contract("A", rule), tables=[Indicators])).stopped["A"].why


# Last year: its result may stand in for this year's, and improvement may be against it.

STEPS = (("held", "0%", "20%"), ("good", "3%", "50%"), ("excellent", "5%", "100%"))
"""Levels of improvement, in points: no worse pays 20%, three points 50%, five points all."""


def years(reading: Read, results: list[tuple[int | None, int | None]], one: Indicator, **given: Any) -> list[int]:
    """What each year pays, of £1,000 that is wholly at risk and goes by one indicator; from the first year on."""
    sums = []
    for last in range(1, len(results) + 1):
        alone = (Outcome(name="work", weight=Fraction(1), indicators=(one,)),)
        rows = [(f"{2025 + place}-09-30", *said) for place, said in enumerate(results)]
        usual = {"value": "£1,000", "at_risk": "100%", "outcomes": alone, "not_measured": Without.LAST}
        about = {"first": "2024-10-01", "last": f"{2024 + last}-09-30", "settles": given.get("settles", "year")}
        more = {name: value for name, value in given.items() if name != "settles"}
        made = case(contract("A", use(OutcomesPayment, "outcomes", **{**usual, **more}), **about), tables=[Indicators])
        said = [
            {"indicator": "in work", "measured_on": day, "numerator": above, "denominator": below}
            for day, above, below in rows[:last]
        ]
        sums.append(settle(reading, made, indicators=said).get(("outcomes", "QYY", "RXX"), 0))
    return [now - before for now, before in zip(sums, [0, *sums], strict=False)]


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_without_a_result_a_year_may_be_paid_as_the_year_before(reading: Read, settles: str) -> None:
    # 60 of 100 pays 80%; then nothing was measured: 80% again; then nothing again: no year to go by, and it is held.
    said = [(60, 100), (None, None), (None, None), (65, 100), (None, 100)]
    found = years(reading, said, indicator("in work", "100%"), settles=settles)
    assert found == [80_000, 80_000, 0, 100_000, 100_000]


def test_as_last_year_in_the_first_year_is_held_and_not_lost(reading: Read) -> None:
    alone: dict[str, Any] = {"outcomes": (ALONE,), "rest_to": "REST"}
    assert paid(reading, {}, not_measured=Without.LAST, **alone) == {}
    assert paid(reading, {}, not_measured=Without.LOST, **alone) == {("QYY", "REST"): 100_000}


def test_a_small_result_may_be_paid_as_last_year_and_is_no_year_to_go_by(reading: Read) -> None:
    # 29 people are too few: 60% of £1,000 as last year; the year after has no last year that decides.
    small: dict[str, Any] = {"smallest": 30, "too_small": Without.LAST}
    said = [(55, 100), (29, 29), (29, 29)]
    assert years(reading, said, indicator("in work", "100%"), **small) == [60_000, 60_000, 0]
    assert years(reading, said, indicator("in work", "100%"), smallest=29, too_small=Without.LAST)[1] == 100_000


def improving(**given: Any) -> Indicator:
    """An indicator of improvement."""
    made = tuple(Level(name=name, at_least=rate(at), pays=rate(pays)) for name, at, pays in STEPS)
    return Indicator(name="in work", weight=Fraction(1), levels=made, **given)


@pytest.mark.parametrize(("above", "pence"), [(519, 0), (520, 20_000), (549, 20_000), (550, 50_000), (570, 100_000)])
def test_improvement_may_be_against_a_baseline(reading: Read, above: int, pence: int) -> None:
    assert years(reading, [(above, 1_000)], improving(baseline=rate("52%"))) == [pence]


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_improvement_may_be_against_the_year_before(reading: Read, settles: str) -> None:
    # Nothing before the first year: held, as there is no last year. Then 53 − 50 = 3 points, 53 − 53 = 0, 52 − 53 = −1,
    # and 57 − 52 = 5 points, of denominators that differ.
    said = [(50, 100), (530, 1_000), (53, 100), (26, 50), (57, 100)]
    found = years(reading, said, improving(against_last_year=True), settles=settles)
    assert found == [0, 50_000, 20_000, 0, 100_000]
    # With a baseline for a year without one before: 50 − 45 = 5 points.
    found = years(reading, said, improving(against_last_year=True, baseline=rate("45%")), settles=settles)
    assert found == [100_000, 50_000, 20_000, 0, 100_000]


def test_improvement_after_a_year_without_a_result_has_nothing_to_go_by(reading: Read) -> None:
    # Year 2: 5 points, all. Year 3 has no result: as last year, all. Year 4 has one, and no year before: held.
    said = [(50, 100), (55, 100), (None, None), (60, 100), (63, 100)]
    assert years(reading, said, improving(against_last_year=True)) == [0, 100_000, 100_000, 0, 50_000]
    lost = years(reading, said, improving(against_last_year=True), not_measured=Without.LOST)
    assert lost == [0, 100_000, 0, 0, 50_000]


def test_a_baseline_or_a_level_of_improvement_that_cannot_be_is_refused() -> None:
    wrong = Outcome(name="x", weight=Fraction(1), indicators=(improving(baseline=Fraction(52)),))
    with pytest.raises(RuleError, match="the baseline of “in work” lies from 0% to 100%"):
        check((wrong,))
    nothing = Outcome(name="x", weight=Fraction(1), indicators=(indicator("y", "100%", STEPS[0]),))
    with pytest.raises(RuleError, match="at_least lies above 0% and up to 100%"):
        check((nothing,))
