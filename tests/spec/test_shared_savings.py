"""Shared savings: nothing by chance, a share by quality, a cap; losses mirrored; each payer by itself."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.program import compose
from tallystick_rules.rules._savings import Quality
from tallystick_rules.rules.shared_savings import SharedSavings
from tallystick_rules.tables.benchmarks import Benchmarks
from tests.support import Read, case, contract, read_case, settle, use

BANDS = (
    {"people_from": 5_000, "people_to": 5_999, "rate_from": "3.9%", "rate_to": "3.6%"},
    {"people_from": 6_000, "people_to": 6_999, "rate_from": "3.6%", "rate_to": "3.4%"},
    {"people_from": 60_000, "rate_from": "2%"},
)
MILLION = 100_000_000
"""Pence of a million pounds."""


def made(*, settles: str = "year", last: str = "2026-03-31", **given: Any) -> Any:
    terms: dict[str, Any] = {
        "share": "50%",
        "quality": Quality.IGNORED,
        "minimum_savings_rate": "2%",
    }
    rule = use(SharedSavings, "savings", **{**terms, **given})
    return case(contract("A", rule, settles=settles, last=last), tables=[Benchmarks])


def result(benchmark: str, expenditure: str, **more: Any) -> dict[str, Any]:
    usual = {"contract": "A", "population": "all", "measured_on": "2025-12-31"}
    return {**usual, "benchmark": benchmark, "expenditure": expenditure, **more}


def earned(reading: Read, made_case: Any, *rows: dict[str, Any]) -> int:
    """Pence from the commissioner to the provider, less what goes back."""
    answer = settle(reading, made_case, benchmarks=rows)
    return answer.get(("savings", "QYY", "RXX"), 0) - answer.get(("savings", "RXX", "QYY"), 0)


# The gate.


def test_savings_at_the_minimum_rate_are_shared_from_the_first_pound(reading: Read) -> None:
    # 20,000 of 1,000,000 is 2%: half of all of it, not of what lies above
    assert earned(reading, made(), result("£1,000,000", "£980,000")) == 10_000_00


def test_a_penny_below_the_minimum_rate_nothing_is_shared(reading: Read) -> None:
    assert earned(reading, made(), result("£1,000,000", "£980,000.01")) == 0


def test_savings_below_the_minimum_may_keep_a_part_of_the_share(reading: Read) -> None:
    half = made(share_below_minimum="50%")
    assert earned(reading, half, result("£1,000,000", "£990,000")) == 2_500_00  # 10,000 × 50% × 50%
    assert earned(reading, half, result("£1,000,000", "£980,000")) == 10_000_00
    assert earned(reading, half, result("£1,000,000", "£1,010,000")) == 0


@pytest.mark.parametrize(
    ("people", "needed"),
    [
        (5_000, "£39,000"),  # 3.9%
        (5_333, "£38,000"),  # 3.9 − 333/999 × 0.3 = 3.8%, exactly a third of the way
        (5_999, "£36,000"),  # 3.6%
        (6_000, "£36,000"),  # the next band begins where this one ends
        (6_999, "£34,000"),  # 3.4%
        (60_000, "£20,000"),  # 2%, in a band without an end
        (9_000_000, "£20,000"),
    ],
)
def test_the_minimum_rate_goes_along_a_line_by_people(reading: Read, people: int, needed: str) -> None:
    by_people = made(bands=BANDS, minimum_by_people=True)
    pence = int(needed.replace("£", "").replace(",", "")) * 100
    enough = {"benchmark": MILLION, "expenditure": MILLION - pence, "people": people, "measured_on": "2025-12-31"}
    assert earned(reading, by_people, enough) == pence // 2
    assert earned(reading, by_people, {**enough, "expenditure": MILLION - pence + 1}) == 0


def test_the_line_is_exact_and_not_a_printed_rate(reading: Read) -> None:
    by_people = made(bands=BANDS, minimum_by_people=True)
    # 5,001 people: 3.9% − 1/999 × 0.3% = 3.8996996…%, of 1,000,000 it is 38,996.996996…, so 38,997.00 is enough
    assert earned(reading, by_people, result("£1,000,000", "£961,003.00", people=5_001)) == 19_498_50
    assert earned(reading, by_people, result("£1,000,000", "£961,003.01", people=5_001)) == 0


@pytest.mark.parametrize("people", [None, 4_999, 30_000])
def test_people_that_are_not_known_or_in_no_band_end_the_run(reading: Read, people: int | None) -> None:
    by_people = made(bands=BANDS, minimum_by_people=True)
    found = fault_of(reading, by_people, result("£1,000,000", "£900,000", people=people))
    assert "its number of people is missing, or lies in no band" in found


def test_a_contract_with_rates_of_its_own_needs_no_people(reading: Read) -> None:
    assert earned(reading, made(bands=BANDS), result("£1,000,000", "£980,000")) == 10_000_00


def test_a_minimum_by_people_without_bands_ends_the_run(reading: Read) -> None:
    assert "there are no bands" in fault_of(reading, made(minimum_by_people=True), result("£1", "£1", people=5_000))


def test_a_band_with_one_end_of_its_line_is_refused() -> None:
    half = {"people_from": 1, "people_to": 9, "rate_from": "3%"}
    stop = compose(made(bands=(half,))).stopped["A"]
    assert "people_to and rate_to of a band are said together" in str(stop.why)


# Share, quality, sequestration and cap.


@pytest.mark.parametrize(
    ("quality", "met", "other", "pence"),
    [
        (Quality.SCORE, True, None, 40_000_00),  # 100,000 × 50% × 80%
        (Quality.SCORE, False, None, 0),
        (Quality.STANDARD, True, None, 50_000_00),  # 100,000 × 50%
        (Quality.STANDARD, False, True, 40_000_00),
        (Quality.STANDARD, False, False, 0),
        (Quality.IGNORED, None, None, 50_000_00),
    ],
)
def test_quality_decides_the_final_share(reading: Read, quality: Quality, met: Any, other: Any, pence: int) -> None:
    row = result("£1,000,000", "£900,000", quality_standard_met=met, alternative_standard_met=other)
    assert earned(reading, made(quality=quality), {**row, "quality_score": "80%"}) == pence


@pytest.mark.parametrize(
    ("quality", "met", "other", "score"),
    [
        (Quality.SCORE, None, None, "80%"),
        (Quality.SCORE, True, None, None),
        (Quality.STANDARD, None, True, "80%"),
        (Quality.STANDARD, False, None, "80%"),
        (Quality.STANDARD, False, True, None),
    ],
)
def test_quality_that_is_not_recorded_is_no_answer(
    reading: Read, quality: Quality, met: Any, other: Any, score: Any
) -> None:
    row = result("£1,000,000", "£900,000", quality_standard_met=met, alternative_standard_met=other)
    found = fault_of(reading, made(quality=quality), {**row, "quality_score": score})
    assert "the standard or the score is not recorded" in found


def test_sequestration_comes_before_the_cap(reading: Read) -> None:
    terms = made(share="75%", sequestration="2%", cap="10%")
    # 62,404,688 × 75% × 98% = 45,867,445.68, and 10% of 966,116,777 is more
    assert earned(reading, terms, result("£966,116,777", "£903,712,089")) == 4_586_744_568
    # 37,681,081 × 75% × 98% is above 10% of 121,182,225 = 12,118,222.50, from which nothing is taken
    assert earned(reading, terms, result("£121,182,225", "£83,501,144")) == 1_211_822_250


def test_what_lies_above_the_cap_is_shown_and_not_paid(reading: Read) -> None:
    found = read_case(reading, made(cap="10%"), benchmarks=[result("£1,000", "£100")])
    figures = {line.name: line.value for line in found.figures}
    assert figures["earned above the cap"] == 350_00  # 900 × 50% = 450, and 10% of 1,000 is 100
    assert figures["savings needed"] == 20_00


def test_a_share_is_rounded_once_half_up(reading: Read) -> None:
    # 0.03 × 50% = 1.5 pence; rounded after the share and again after 98% it would be 2 as well, but 0.05 tells:
    # 5 × 50% × 98% = 2.45 → 2; rounded twice, 3 × 98% = 2.94 → 3
    assert earned(reading, made(minimum_savings_rate="0%"), result("£1", "£0.97")) == 2
    assert earned(reading, made(minimum_savings_rate="0%", sequestration="2%"), result("£1", "£0.95")) == 2


# Losses.


TWO_SIDED: dict[str, Any] = {
    "quality": Quality.SCORE,
    "share": "75%",
    "loss_share_least": "40%",
    "loss_share_most": "75%",
}


@pytest.mark.parametrize(
    ("met", "score", "pence"),
    [
        (True, "66.63%", 1_000_000 * 500_275 // 10_000),  # 1 − 75% × 66.63% = 50.0275%
        (True, "100%", 40_000_000),  # 25%, and 40% is the least
        (True, "0%", 75_000_000),  # 100%, and 75% is the most
        (False, None, 75_000_000),
    ],
)
def test_a_loss_is_shared_by_what_quality_leaves(reading: Read, met: bool, score: Any, pence: int) -> None:
    row = result("£10,000,000", "£11,000,000", quality_standard_met=met, quality_score=score)
    assert earned(reading, made(**TWO_SIDED), row) == -pence


@pytest.mark.parametrize(("met", "other", "pence"), [(True, None, 55), (False, True, 55), (False, False, 75)])
def test_a_loss_goes_by_the_score_also_where_savings_do_not(
    reading: Read, met: bool, other: bool | None, pence: int
) -> None:
    row = result("£1", "£2", quality_standard_met=met, alternative_standard_met=other, quality_score="60%")
    terms = made(**{**TWO_SIDED, "quality": Quality.STANDARD})
    assert earned(reading, terms, row) == -pence  # 1 − 75% × 60% = 55%; without a standard 100%, and 75% is the most
    unsaid = fault_of(reading, terms, {**row, "quality_score": None})
    assert ("the standard or the score is not recorded" in unsaid) == (pence == 55)


def test_an_epidemic_may_forgive_a_part_of_all_that_is_owed(reading: Read) -> None:
    fixed: dict[str, Any] = {"loss_share_least": "30%", "loss_share_most": "30%", "loss_limit": "4%"}
    row = result("£1,000,000", "£1,200,000")  # 60,000, limited to 40,000
    assert earned(reading, made(**fixed, relief_share="100%"), row) == 0
    assert earned(reading, made(**fixed, relief_share="25%"), {**row, "relief": "£500"}) == -29_500_00


def test_a_loss_at_the_minimum_loss_rate_counts_and_below_it_does_not(reading: Read) -> None:
    fixed = made(loss_share_least="30%", loss_share_most="30%", minimum_loss_rate="3%")
    assert earned(reading, fixed, result("£1,000,000", "£1,030,000")) == -9_000_00
    assert earned(reading, fixed, result("£1,000,000", "£1,029,999.99")) == 0


def test_a_minimum_loss_rate_that_is_not_said_is_that_of_savings(reading: Read) -> None:
    fixed = made(loss_share_least="30%", loss_share_most="30%")
    assert earned(reading, fixed, result("£1,000,000", "£1,020,000")) == -6_000_00
    assert earned(reading, fixed, result("£1,000,000", "£1,019,999.99")) == 0


def test_a_least_loss_share_above_the_most_ends_the_run(reading: Read) -> None:
    crossed = made(loss_share_least="60%", loss_share_most="40%")
    assert "the least share of a loss is more than the most" in fault_of(reading, crossed, result("£1", "£1"))


def test_without_a_loss_share_a_loss_costs_nothing(reading: Read) -> None:
    assert earned(reading, made(), result("£1,000,000", "£2,000,000")) == 0


def test_a_loss_is_limited_by_the_lower_of_benchmark_and_revenue_and_then_relieved(reading: Read) -> None:
    fixed: dict[str, Any] = {"loss_share_least": "30%", "loss_share_most": "30%", "loss_limit": "4%"}
    row = result("£1,000,000", "£1,200,000", revenue="£400,000")
    assert earned(reading, made(**fixed), row) == -40_000_00  # 30% is 60,000; 4% of the benchmark is 40,000
    assert earned(reading, made(**fixed, loss_limit_of_revenue="8%"), row) == -32_000_00
    assert earned(reading, made(**fixed), {**row, "relief": "£1,000"}) == -39_000_00  # off what is owed, not the loss
    assert earned(reading, made(**fixed), {**row, "relief": "£90,000"}) == 0  # never turned into a gain


def test_a_limit_by_revenue_that_is_not_recorded_ends_the_run(reading: Read) -> None:
    terms = made(loss_share_least="30%", loss_share_most="30%", loss_limit_of_revenue="8%")
    assert "revenue, which is not recorded" in fault_of(reading, terms, result("£1,000,000", "£1,200,000"))
    assert earned(reading, terms, result("£1,000,000", "£900,000")) == 50_000_00  # no loss, and none is needed
    assert earned(reading, terms, result("£1,000,000", "£1,019,999.99")) == 0  # below the minimum: nothing is owed
    one_sided = made(loss_limit_of_revenue="8%")
    assert earned(reading, one_sided, result("£1,000,000", "£1,200,000")) == 0


# Part of a year, start-up money, several payers.


def test_half_a_year_counts_for_half_of_share_and_cap(reading: Read) -> None:
    half: dict[str, Any] = {"part_of_year": "1/2", "cap": "10%"}
    assert earned(reading, made(**half), result("£1,000,000", "£900,000")) == 25_000_00  # half of 50,000
    assert earned(reading, made(**half), result("£1,000,000", "£100,000")) == 50_000_00  # half of 10%


def test_half_a_year_is_held_against_the_whole_years_minimum_and_its_losses_and_limits_are_halved(
    reading: Read,
) -> None:
    # Six months of 2019: benchmark and expenditure of the whole year, the result × 6 ÷ 12.
    half: dict[str, Any] = {
        "part_of_year": "6/12",
        "loss_share_least": "30%",
        "loss_share_most": "30%",
        "loss_limit": "4%",
    }
    assert earned(reading, made(**half), result("£1,000,000", "£980,000")) == 5_000_00  # 2% of the year is enough
    assert earned(reading, made(**half), result("£1,000,000", "£980,000.01")) == 0
    assert earned(reading, made(**half), result("£1,000,000", "£1,050,000")) == -7_500_00  # half of 30% of 50,000
    assert earned(reading, made(**half), result("£1,000,000", "£1,500,000")) == -20_000_00  # half of 4%
    by_revenue = made(**half, loss_limit_of_revenue="8%")
    assert earned(reading, by_revenue, result("£1,000,000", "£1,500,000", revenue="£100,000")) == -4_000_00
    sequestered = made(part_of_year="6/12", sequestration="2%", cap="10%")
    assert earned(reading, sequestered, result("£1,000,000", "£900,000")) == 24_500_00  # 100,000 × 50% × 98% ÷ 2


def test_start_up_money_is_repaid_first_and_never_more_than_is_earned(reading: Read) -> None:
    terms = made(start_up="£30,000", start_up_to="LENDER")
    answer = settle(reading, terms, benchmarks=[result("£1,000,000", "£900,000")])
    assert answer == {("savings", "QYY", "RXX"): 50_000_00, ("savings", "RXX", "LENDER"): 30_000_00}
    answer = settle(reading, terms, benchmarks=[result("£1,000,000", "£960,000")])
    assert answer == {("savings", "QYY", "RXX"): 20_000_00, ("savings", "RXX", "LENDER"): 20_000_00}
    assert settle(reading, terms, benchmarks=[result("£1,000,000", "£1,000,000")]) == {}


def test_start_up_money_is_repaid_once_however_often_the_contract_settles(reading: Read) -> None:
    terms = made(start_up="£30,000", start_up_to="LENDER", settles="quarter")
    rows = [result("£1,000,000", "£960,000", measured_on=day) for day in ("2025-06-30", "2025-09-30", "2025-12-31")]
    found = read_case(reading, terms, benchmarks=rows)
    repaid = sorted((line.period, line.pence) for line in found.flows if line.payee == "LENDER" and line.pence)
    assert [pence for _, pence in repaid] == [20_000_00, 10_000_00]


def test_start_up_money_that_was_repaid_does_not_stand_again_the_year_after(reading: Read) -> None:
    # 20,000 of 30,000 is repaid in the first year. To say £30,000 for the second too would repay it twice over.
    rows = [result("£1,000,000", "£960,000", measured_on=day) for day in ("2025-06-30", "2026-06-30")]
    for settles in ("quarter", "year"):
        about = {"last": "2027-03-31", "settles": settles}
        found = read_case(reading, made(start_up="£30,000", **about), benchmarks=rows)
        broken = [(law.left, law.right) for law in found.laws if law.left != law.right]
        assert broken == [(30_000_00, 10_000_00)]
        by_year = {"2025-04-01": "£30,000", "2026-04-01": "£10,000"}
        found = read_case(reading, made(start_up=by_year, **about), benchmarks=rows)
        assert all(law.left == law.right for law in found.laws)
        assert earned(reading, made(start_up=by_year, **about), *rows) == 40_000_00 - 30_000_00


def test_a_year_without_a_result_is_shown(reading: Read) -> None:
    rows = [result("£1,000,000", "£960,000")]
    for settles in ("month", "year"):
        found = read_case(reading, made(last="2027-03-31", settles=settles), benchmarks=rows)
        without = [one.period for one in found.figures if one.name == "years without a result" and one.value]
        assert without == [24 if settles == "month" else 2]


def test_each_payer_has_its_own_benchmark_gate_and_share(reading: Read) -> None:
    terms = made(payer_shares=[{"payer": "AOK", "share": "40%"}], loss_share_least="30%", loss_share_most="30%")
    rows = (
        result("£1,000,000", "£900,000", commissioner="AOK"),  # 100,000 × 40%
        result("£500,000", "£450,000", commissioner="LKK"),  # 50,000 × 50%
        result("£800,000", "£790,000", commissioner="TK"),  # 1.25%: below the minimum
        result("£200,000", "£210,000", commissioner="BKK"),  # a loss of 5%: 10,000 × 30%, not set against the others
    )
    assert settle(reading, terms, benchmarks=rows) == {
        ("savings", "AOK", "RXX"): 40_000_00,
        ("savings", "LKK", "RXX"): 25_000_00,
        ("savings", "RXX", "BKK"): 3_000_00,
    }


def fault_of(reading: Read, made_case: Any, *rows: dict[str, Any]) -> str:
    """What is at fault in the one faulty row, for which a run would end; nothing where none is."""
    uses = compose(made_case).uses
    found = read_case(reading, made_case, benchmarks=rows).nevers
    return "; ".join(uses[line.identity].traced.nevers[line.number][0] for line in found if line.rows == 1)
