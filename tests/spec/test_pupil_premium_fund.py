"""Pupil premium from a fixed fund: shared by weighted people, and exactly the fund."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.errors import InputError
from tallystick.kernel.program import compose
from tallystick_rules.rules.pupil_premium_fund import PupilPremiumFund
from tallystick_rules.tables.people import People
from tests.support import Answer, Read, case, contract, day, fund, read_case, settle, use

CENSUS = "2025-10-02"
CATEGORIES = (
    {"category": "primary", "weight": "1", "look_back_years": 6, "place": 1},
    {"category": "looked after", "weight": "1.5", "look_back_years": 0, "place": 2},
)


def made(amount: str = "£1,000", settles: str = "year", **providers: str) -> Any:
    rule = use(
        PupilPremiumFund, "premium", scheme=True, fund="scheme/premium", amount=amount, census_day=CENSUS,
        categories=CATEGORIES,
    )  # fmt: skip
    contracts = [contract(name, rule, provider=code, settles=settles) for name, code in sorted(providers.items())]
    return case(*contracts, tables=[People], funds=(fund("premium", 10_000_000),), as_at=day("2026-04-30"))


def one(provider: str, person: str, category: str | None = "primary", **more: Any) -> dict[str, Any]:
    return {
        "provider": provider, "person": person, "category": category, "last_eligible": CENSUS, "census_day": CENSUS,
        **more,
    }  # fmt: skip


THREE = made(A="RAA", B="RBB", C="RCC")


def shares(reading: Read, made_case: Any, *people: dict[str, Any]) -> dict[str, int]:
    answer: Answer = settle(reading, made_case, people=people)
    assert {(label, payer) for label, payer, _ in answer} <= {("premium", "scheme/premium")}
    return {payee: pence for (_, _, payee), pence in answer.items()}


def test_the_fund_is_shared_by_weight_and_the_parts_sum_to_it(reading: Read) -> None:
    people = one("RAA", "P1"), one("RBB", "P2"), one("RCC", "P3", "looked after")
    # 100,000 ÷ 3.5: 28,571 3/7, 28,571 3/7, 42,857 1/7; the penny left over goes to the first of the largest
    assert shares(reading, THREE, *people) == {"RAA": 28_572, "RBB": 28_571, "RCC": 42_857}


def test_a_person_in_two_categories_weighs_the_heavier_once(reading: Read) -> None:
    people = one("RAA", "P1"), one("RAA", "P1", "looked after"), one("RBB", "P2", "looked after")
    assert shares(reading, THREE, *people) == {"RAA": 50_000, "RBB": 50_000}  # 1.5 and 1.5; 2.5 and 1.5 it is not
    found = read_case(reading, THREE, people=people)
    assert {(law.left, law.right) for law in found.laws} == {(100_000, 100_000)}


def test_if_nobody_is_counted_nothing_is_paid_and_the_fund_is_carried_by_name(reading: Read) -> None:
    people = one("RAA", "P1", None), one("RBB", "P2", last_eligible="2019-10-01")
    assert shares(reading, THREE, *people) == {}
    found = read_case(reading, THREE, people=people)
    assert {line.pot for line in found.carries} == {"scheme/premium"}
    assert sorted(line.pence for line in found.carries) == [33_333, 33_333, 33_334]  # the whole fund, and no penny more
    assert {line.reason for line in found.carries} == {"nobody is counted: the fund is carried"}


def test_the_fund_is_given_out_in_the_period_of_the_census_and_in_no_other(reading: Read) -> None:
    quarterly = made(settles="quarter", A="RAA", B="RBB")
    found = read_case(reading, quarterly, people=[one("RAA", "P1"), one("RBB", "P2")])
    assert [(line.period, line.pence) for line in sorted(found.flows)] == [(3, 50_000), (3, 50_000)]
    assert found.carries == []
    assert all(law.left == law.right for law in found.laws)


def test_one_contract_alone_is_given_the_whole_fund(reading: Read) -> None:
    assert shares(reading, made("£0.01", A="RAA"), one("RAA", "P1")) == {"RAA": 1}


@pytest.mark.parametrize("settles", ["month", "quarter"])
def test_contracts_whose_periods_differ_do_not_share_the_fund_twice(settles: str) -> None:
    rule = THREE.contracts[0].rules[0]
    unlike = case(
        contract("A", rule, provider="RAA"), contract("B", rule, provider="RBB", settles=settles),
        tables=[People], funds=(fund("premium", 10_000_000),), as_at=day("2026-04-30"),
    )  # fmt: skip
    with pytest.raises(InputError, match="periods overlap and are not alike"):
        compose(unlike)
