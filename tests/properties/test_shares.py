"""A share-out gives out exactly what it was given, whatever the weights, and both implementations agree."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel.check import shares
from tallystick.kernel.check.members import StopError
from tallystick.kernel.pay import exact

POTS = st.one_of(st.integers(-1000, 1000), st.integers(-(2**62), 2**62), st.just(0))
WEIGHTS = st.one_of(
    st.just(Fraction(0)),
    st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(2, 7), Fraction(1, 10**12), Fraction(10**15, 7)]),
    st.fractions(min_value=0, max_value=1000, max_denominator=997),
)
SOME = st.lists(WEIGHTS, min_size=1, max_size=8)
LIMITS = st.one_of(st.integers(-100, 2000), st.sampled_from([0, 1, -(10**15), 10**15]))


def by_pay(pot: int, weights: list[Fraction]) -> list[int]:
    return exact.allotted(pot, [exact.pair(weight) for weight in weights])


@given(POTS, SOME)
def test_a_share_out_gives_out_exactly_what_it_was_given(pot: int, weights: list[Fraction]) -> None:
    given_out = shares.allot(pot, weights)
    assert sum(given_out) == (pot if any(weights) else 0)
    assert by_pay(pot, weights) == given_out


@given(POTS, SOME)
def test_nobody_gets_a_penny_more_or_less_than_their_exact_part_rounded_up_or_down(
    pot: int, weights: list[Fraction]
) -> None:
    whole = sum(weights)
    for part, weight in zip(shares.allot(pot, weights), weights, strict=True):
        assert whole == 0 or abs(part - pot * weight / whole) < 1
        assert weight or not part


@given(POTS, SOME, st.fractions(min_value=Fraction(1, 10**6), max_value=10**6))
def test_weights_in_another_unit_give_the_same_parts(pot: int, weights: list[Fraction], unit: Fraction) -> None:
    assert shares.allot(pot, [weight * unit for weight in weights]) == shares.allot(pot, weights)


@given(POTS, SOME)
def test_a_debt_is_shared_as_the_same_money_turned_round(pot: int, weights: list[Fraction]) -> None:
    assert shares.allot(-pot, weights) == [-part for part in shares.allot(pot, weights)]


@st.composite
def limited(draw: st.DrawFn) -> tuple[int, list[Fraction], list[int], list[int]]:
    """A pot with weights, floors and caps; most of them can be shared out."""
    weights = draw(SOME)
    ends = [sorted((draw(LIMITS), draw(LIMITS))) for _ in weights]
    floors, caps = [low for low, _ in ends], [high for _, high in ends]
    if draw(st.integers(0, 19)) == 0:
        floors, caps = caps, floors
    near = st.integers(min(sum(floors), sum(caps)), max(sum(floors), sum(caps)))
    return draw(st.one_of(near, near, near, POTS)), weights, floors, caps


@given(limited())
def test_a_share_out_with_limits_gives_out_its_pot_within_every_limit_or_is_refused_by_both(
    given_: tuple[int, list[Fraction], list[int], list[int]],
) -> None:
    pot, weights, floors, caps = given_
    pairs = [exact.pair(weight) for weight in weights]
    try:
        parts = shares.fit(pot, weights, floors, caps)
    except StopError:
        assert exact.fitted(pot, pairs, floors, caps) is None
        return
    assert exact.fitted(pot, pairs, floors, caps) == parts
    assert sum(parts) == (pot if any(weights) else 0)
    assert all(low <= part <= high for low, part, high in zip(floors, parts, caps, strict=True))


@given(POTS, SOME)
def test_limits_that_bind_nobody_change_nothing(pot: int, weights: list[Fraction]) -> None:
    far = 2**70
    limits = [-far] * len(weights), [far] * len(weights)
    assert shares.fit(pot, weights, *limits) == shares.allot(pot, weights)


PUBLISHED = (
    (100, (1, 1, 1), (34, 33, 33)), (101, (1, 1, 1), (34, 34, 33)), (5, (3, 7), (2, 3)), (5, (7, 3), (4, 1)),
    (0, (1, 2), (0, 0)), (1, (1, 1, 1), (1, 0, 0)), (-100, (1, 1, 1), (-34, -33, -33)), (5, (0, 1, 0), (0, 5, 0)),
    (1000, (50, 25, 25), (500, 250, 250)), (2, (0, 0), (0, 0)),
)  # fmt: skip
"""Cases of the kind that libraries of money publish: largest remainder, and ties to the first."""


@pytest.mark.parametrize(("pot", "weights", "parts"), PUBLISHED)
def test_cases_that_everyone_publishes(pot: int, weights: tuple[int, ...], parts: tuple[int, ...]) -> None:
    as_fractions = [Fraction(weight) for weight in weights]
    assert shares.allot(pot, as_fractions) == by_pay(pot, as_fractions) == list(parts)


def test_cases_of_other_libraries() -> None:
    folder = os.environ.get("TALLYSTICK_PUBLISHED_DATA")
    if not folder:
        pytest.skip("TALLYSTICK_PUBLISHED_DATA names no folder with published data")
    cases = json.loads((Path(folder) / "allocation_cases.json").read_text(encoding="utf-8"))
    ours = [case for case in cases if case["method"] == "largest_remainder_floor_ties_first"]
    assert ours
    for case in ours:
        weights = [Fraction(str(weight)) for weight in case["weights"]]
        if any(weight < 0 for weight in weights):
            continue
        assert by_pay(case["total"], weights) == shares.allot(case["total"], weights) == case["expect"], case
