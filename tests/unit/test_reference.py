"""The reference's own edges: shares within limits, stopped contracts' rows, rows that can only be looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel import check
from tallystick.kernel.check.evaluate import Evaluator
from tallystick.kernel.check.members import StopError
from tallystick.kernel.check.operations import PLAIN, round_half_up
from tallystick.kernel.check.shares import allot, fit
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.words import total
from tallystick.kernel.program import Stop, compose, stop_more
from tallystick.kernel.rules import Rule, rule
from tests.spec.drawn import Each, Notes, Spells
from tests.support import case, contract, rows_of, use

WEIGHTS = st.lists(st.fractions(min_value=0, max_value=9, max_denominator=7), min_size=1, max_size=6)
POTS = st.integers(min_value=-500, max_value=500)


@given(POTS, WEIGHTS)
def test_a_share_out_gives_out_its_pot_within_a_penny_of_each_exact_part(pot: int, weights: list[Fraction]) -> None:
    parts, whole = allot(pot, weights), sum(weights)
    if whole == 0:
        assert not any(parts)
        return
    assert sum(parts) == pot
    assert all(abs(part - pot * weight / whole) < 1 for part, weight in zip(parts, weights, strict=True))


@given(POTS, WEIGHTS, st.data())
def test_a_fitted_share_out_gives_out_its_pot_within_every_limit_or_says_that_none_does(
    pot: int, weights: list[Fraction], data: st.DataObject
) -> None:
    ends = st.integers(min_value=-200, max_value=400)
    limits = [sorted((data.draw(ends), data.draw(ends))) for _ in weights]
    floors, caps = [low for low, _ in limits], [high for _, high in limits]
    weighted = [place for place, weight in enumerate(weights) if weight > 0]
    fixed = sum(min(max(0, floors[p]), caps[p]) for p in range(len(weights)) if p not in weighted)
    least, most = fixed + sum(floors[p] for p in weighted), fixed + sum(caps[p] for p in weighted)
    if not weighted or not least <= pot <= most:
        if weighted or not all(low <= 0 <= high for low, high in limits):
            with pytest.raises(StopError):
                fit(pot, weights, floors, caps)
        return
    parts = fit(pot, weights, floors, caps)
    assert sum(parts) == pot
    assert all(low <= part <= high for part, (low, high) in zip(parts, limits, strict=True))
    free = [p for p in weighted if floors[p] < parts[p] < caps[p]]
    for one in free:  # whoever is at no limit is paid alike by weight, to within a penny either way
        for other in free:
            assert abs(parts[one] * weights[other] - parts[other] * weights[one]) < weights[one] + weights[other]


@pytest.mark.parametrize(
    ("exact", "unit", "whole"), [("5/2", 1, 3), ("-5/2", 1, -3), ("149", 100, 100), ("150", 100, 200)]
)
def test_halfway_goes_away_from_zero(exact: str, unit: int, whole: int) -> None:
    assert round_half_up(Fraction(exact), unit) == whole


def test_rows_of_a_stopped_contract_are_neither_placed_nor_unplaced() -> None:
    made = case(
        contract("A", use(Each, amount="£1")), contract("B", use(Each, amount="£1"), provider="RZZ"), tables=[Spells]
    )
    program = stop_more(compose(made), {"A": Stop("it failed a check")})
    spells = [
        {"discharged": "2025-05-01"},  # A by its parties
        {"discharged": "2025-05-01", "contract": "A"},
        {"discharged": "2024-05-01", "contract": "A"},  # outside its days: no contract's
        {"discharged": "2025-05-01", "provider": "RZZ"},
    ]
    found = check.read(program, rows_of(made, {"spells": spells}))
    assert found.unplaced == [("spells", "no contract", 1)]
    assert [(line.contract, line.pence) for line in found.flows] == [("B", 100)]


def test_rows_that_belong_to_no_period_are_not_silently_added_up_to_nothing() -> None:
    @rule("undated")
    class Undated(Rule):
        @hookimpl
        def incentive(self, activity: Any) -> Iterator[Figure]:
            yield Figure("score", total(activity.notes.score.or_else(0)))

    made = case(contract("A", use(Undated)), tables=[Spells, Notes])
    with pytest.raises(RuleError, match="rows of notes belong to no contract's period"):
        check.read(compose(made), rows_of(made, {"notes": []}))


def test_every_operation_of_the_page_has_a_meaning_here() -> None:
    page = (Path(__file__).parents[2] / "docs/explanation/language.md").read_text(encoding="utf-8")
    table = page.split("## Operations")[1].split("\n## ")[0]
    said = {
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    elsewhere = {"other"}  # only in a price step
    own = {"literal", "named", "line", "at_period", "when", "or_else", "is_missing", "scale", "round"}
    missing = {name for name in said if name not in PLAIN and name not in own and not hasattr(Evaluator, f"_{name}")}
    assert missing == elsewhere
    assert set(PLAIN) <= said
