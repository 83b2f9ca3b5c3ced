"""Value exchange: what all withheld is given out by base × score, to the penny, when the year is over."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.errors import InputError
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules import Block, ValueExchange
from tallystick_rules.rules.value_exchange import NoScore
from tallystick_rules.tables import Indicators
from tests.support import Answer, Read, case, contract, fund, read_case, settle, use

LAST = "2026-03-31"
TWO = {"RAA": "£100,000,000", "RBB": "£50,000,000"}


def made(
    bases: dict[str, str], settles: str = "year", last: str = LAST, no_score: NoScore = NoScore.RETURNED, **given: Any
) -> Any:
    usual = {"withhold": "2%", "fund": "scheme/value", "on": (Label("core"),), "indicator": "score", "year_months": 12}
    rule = use(ValueExchange, "exchange", scheme=True, no_score=no_score, **{**usual, **given})
    contracts = [
        contract(code, use(Block, "core", value=base), rule, provider=code, settles=settles, last=last)
        for code, base in bases.items()
    ]
    return case(*contracts, tables=[Indicators], funds=(fund("value"),))


def scores(day: str = LAST, below: int | None = 100, **of: int | None) -> list[dict[str, Any]]:
    return [
        {"provider": code, "indicator": "score", "numerator": score, "denominator": below, "measured_on": day}
        for code, score in of.items()
    ]


def exchanged(reading: Read, made_case: Any, rows: Any) -> dict[str, tuple[int, int]]:
    """What each provider paid the fund, and what it was paid."""
    answer: Answer = settle(reading, made_case, indicators=rows)
    codes = {one.provider for one in made_case.contracts}
    moved = {key: pence for key, pence in answer.items() if key[0] == "exchange"}
    assert all("scheme/value" in key for key in moved)
    found = {
        code: (moved.get(("exchange", code, "scheme/value"), 0), moved.get(("exchange", "scheme/value", code), 0))
        for code in sorted(codes)
    }
    assert sum(paid for paid, _ in found.values()) == sum(given for _, given in found.values())
    return found


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_two_providers_exchange_by_base_and_score(reading: Read, settles: str) -> None:
    # 2.0m and 1.0m withheld; weights 100 × 60 and 50 × 30, which is 4 to 1: 2.4m and 0.6m
    found = exchanged(reading, made(TWO, settles), scores(RAA=60, RBB=30))
    assert found == {"RAA": (200_000_000, 240_000_000), "RBB": (100_000_000, 60_000_000)}


def test_the_pence_left_over_go_to_the_largest_remainders(reading: Read) -> None:
    # 2% of 1,000 pence each is 20, 60 in all; weights 1, 1 and 5: 8 4/7, 8 4/7 and 42 6/7; two left, the last first
    three = made(dict.fromkeys(("RAA", "RBB", "RCC"), "£10"))
    found = exchanged(reading, three, scores(RAA=10, RBB=10, RCC=50))
    assert {code: given for code, (_, given) in found.items()} == {"RAA": 9, "RBB": 8, "RCC": 43}


def test_equal_scores_give_everyone_its_own_again(reading: Read) -> None:
    found = exchanged(reading, made(TWO), scores(RAA=41, RBB=41))
    assert all(paid == given for paid, given in found.values())


@pytest.mark.parametrize("settles", ["year", "month"])
def test_if_all_scored_nothing_it_returns_as_withheld(reading: Read, settles: str) -> None:
    odd = {"RAA": "£1,000.49", "RBB": "£10.26"}  # 2,000.98 and 20.52 pence: 2,001 and 21
    found = exchanged(reading, made(odd, settles), scores(RAA=0, RBB=0))
    assert found == {"RAA": (2_001, 2_001), "RBB": (21, 21)}


@pytest.mark.parametrize("rows", [scores(RAA=60), scores(RAA=60) + scores(below=0, RBB=0), scores(RAA=60, RBB=None)])
def test_without_a_score_the_contract_says_what_becomes_of_what_was_withheld(reading: Read, rows: Any) -> None:
    rows = [{**row, "denominator": row["denominator"] if row["numerator"] is not None else None} for row in rows]
    back = {"RAA": (200_000_000, 200_000_000), "RBB": (100_000_000, 100_000_000)}
    assert exchanged(reading, made(TWO), rows) == back
    zero = exchanged(reading, made(TWO, no_score=NoScore.ZERO), rows)
    assert zero == {"RAA": (200_000_000, 300_000_000), "RBB": (100_000_000, 0)}
    figures = read_case(reading, made(TWO), indicators=rows).figures
    assert [one.value for one in figures if one.name == "years without a score"] == [1]


def test_a_score_of_another_day_decides_nothing_and_is_shown(reading: Read) -> None:
    rows = scores(RAA=60) + scores("2026-03-30", RBB=90)
    assert exchanged(reading, made(TWO), rows)["RBB"] == (100_000_000, 100_000_000)
    shown = {one.name: one.value for one in read_case(reading, made(TWO), indicators=rows).figures}
    assert shown["scores of other days than the year's last"] == 1


def test_each_year_is_exchanged_by_itself(reading: Read) -> None:
    rows = scores(RAA=60, RBB=30) + scores("2027-03-31", RAA=30, RBB=60)
    found = exchanged(reading, made(TWO, last="2027-03-31"), rows)
    # The second year: weights 100 × 30 and 50 × 60 are equal, so 1.5m each
    assert found == {"RAA": (400_000_000, 240_000_000 + 150_000_000), "RBB": (200_000_000, 60_000_000 + 150_000_000)}


def test_until_the_year_is_over_it_stands_in_the_fund_and_is_shown(reading: Read) -> None:
    found = read_case(reading, made(TWO, "quarter", "2025-12-31"), indicators=[])
    assert {line.payee for line in found.flows if line.payer in TWO} == {"scheme/value"}
    waiting = sum(one.value for one in found.figures if one.name == "in the fund until the year is over")
    assert waiting == 225_000_000  # three quarters of 3.0m


def test_a_year_of_nine_months_is_exchanged_when_they_are_over(reading: Read) -> None:
    nine = made(TWO, "quarter", "2025-12-31", year_months=9)
    found = exchanged(reading, nine, scores("2025-12-31", RAA=60, RBB=30))
    assert found == {"RAA": (150_000_000, 180_000_000), "RBB": (75_000_000, 45_000_000)}


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_each_contract_may_name_its_base_as_a_sum(reading: Read, settles: str) -> None:
    usual = {"withhold": "2%", "fund": "scheme/value", "indicator": "score", "no_score": NoScore.ZERO}
    contracts = [
        contract(code, use(ValueExchange, "exchange", scheme=True, base=base, year_months=12, **usual), provider=code,
                 settles=settles)
        for code, base in TWO.items()
    ]  # fmt: skip
    both = case(*contracts, tables=[Indicators], funds=(fund("value"),))
    found = exchanged(reading, both, scores(RAA=60, RBB=30))
    assert found == {"RAA": (200_000_000, 240_000_000), "RBB": (100_000_000, 60_000_000)}


@pytest.mark.parametrize("given", [{"base": "£1"}, {"on": None}])
def test_a_base_is_said_once(given: dict[str, Any]) -> None:
    assert "the base is what other rules pay, or a sum" in compose(made(TWO, **given)).stopped["RAA"].why


def test_a_base_below_zero_is_none(reading: Read) -> None:
    found = exchanged(reading, made({"RAA": "£100", "RBB": "-£50"}), scores(RAA=50, RBB=50))
    assert found == {"RAA": (200, 200), "RBB": (0, 0)}


def test_the_law_is_held_in_every_period(reading: Read) -> None:
    found = read_case(reading, made(TWO, "month"), indicators=scores(RAA=60, RBB=30))
    assert {(law.left, law.right) for law in found.laws} == {(0, 0), (300_000_000, 300_000_000)}


@pytest.mark.parametrize("rows", [scores(RAA=101), scores(below=None, RAA=3), scores(RAA=3) * 2])
def test_a_score_that_cannot_be_right_ends_the_run(reading: Read, rows: Any) -> None:
    assert read_case(reading, made(TWO), indicators=rows).nevers


def test_contracts_whose_periods_differ_do_not_share_the_fund_twice() -> None:
    yearly, monthly = made(TWO).contracts[0], made(TWO, "month").contracts[1]
    with pytest.raises(InputError, match="periods overlap and are not alike"):
        compose(case(yearly, monthly, tables=[Indicators], funds=(fund("value"),)))
