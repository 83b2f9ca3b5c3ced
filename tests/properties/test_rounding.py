"""The one division of the pay path, on Polars, against fractions: halves, near halves, negatives and 128 bits."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

import narwhals.stable.v2 as nw
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel import check, pay
from tallystick.kernel.check.operations import round_half_up
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.pay.bounds import NARROW, Bound
from tallystick.kernel.pay.exact import rounded
from tallystick.kernel.pay.values import Value, half_up
from tallystick.kernel.program import compose
from tests.properties.worlds import FACTS, ContractSaid, RuleSaid, UseSaid, World
from tests.support import day

BELOW = (1, 2, 3, 6, 7, 60, 100, 997, 10**6, 10**12, 2**40 + 1)
STEPS = (1, 100)


def by_polars(pairs: Sequence[tuple[int, int]], step: int, *, constant: bool) -> list[int]:
    """What the pay path's division makes of (above, below), with what stands below as a number or as a column."""
    above, below = [a for a, _ in pairs], [b for _, b in pairs]
    wide = max(map(abs, above)) >= NARROW
    frame = pl.DataFrame({
        "above": pl.Series(above, dtype=pl.Int128 if wide else pl.Int64), "below": pl.Series(below, dtype=pl.Int64),
    })  # fmt: skip
    value = Value(
        kind=Kind.RATE, expr=nw.col("above"), bound=Bound(min(above), max(above)), wide=wide,
        below=below[0] if constant else nw.col("below"), below_bound=Bound(min(below), max(below)),
    )  # fmt: skip
    made = half_up(value, Kind.AMOUNT, step)
    found: list[int] = nw.from_native(frame).select(made=made.expr)["made"].to_list()
    assert all(made.bound.low <= one <= made.bound.high for one in found)
    return found


def agree(pairs: Sequence[tuple[int, int]], *, constant: bool) -> None:
    for step in STEPS:
        expected = [round_half_up(Fraction(above, below), step) for above, below in pairs]
        assert by_polars(pairs, step, constant=constant) == expected
        assert [rounded((above, below), step) for above, below in pairs] == expected


def awkward(below: int, size: int, seed: int) -> list[tuple[int, int]]:
    """Numbers at, just under and just over a half of what stands below them, on both sides of nothing."""
    drawn = random.Random(seed)
    pairs = []
    for _ in range(size):
        near = drawn.randrange(10 ** drawn.randrange(1, 16)) * below + below // 2 + drawn.randrange(-1, 2)
        pairs.append((near if drawn.random() < 0.5 else -near, below))
    return pairs


def test_thousands_of_halves_and_near_halves_are_rounded_away_from_nothing() -> None:
    for below in BELOW:
        agree(awkward(below, 500, below), constant=True)


def test_what_stands_below_may_differ_from_row_to_row() -> None:
    agree([pair for below in BELOW for pair in awkward(below, 200, below + 1)], constant=False)


def test_rows_of_128_bits_are_divided_exactly() -> None:
    pairs = [
        (above * 2**20 + off, below) for below in BELOW for above, _ in awkward(below, 50, below) for off in (-1, 0, 1)
    ]
    agree(pairs, constant=False)


@given(st.lists(st.tuples(st.integers(-(2**63) + 1, 2**63 - 1), st.integers(1, 10**12)), min_size=1, max_size=30))
def test_any_amounts_over_any_numbers_are_rounded_as_fractions_are(pairs: list[tuple[int, int]]) -> None:
    agree(pairs, constant=False)
    for pair in pairs:
        agree([pair], constant=True)


def test_a_year_full_of_ties_is_the_same_penny_for_penny() -> None:
    drawn = random.Random(1)
    odd = [{"cost": 2 * drawn.randrange(-(10**6), 10**6) + 1, "number": number} for number in range(2_000)]
    half = ("scale", ("column", "stays", "cost"), ("constant", "rate", Fraction(1, 2)))
    third = ("scale", ("column", "stays", "cost"), ("constant", "rate", Fraction(1, 6)))
    flows = tuple(("flow", ("commissioner",), ("provider",), amount, None, "cash") for amount in (half, third))
    first = day("2025-04-01")
    stay = {
        "provider": "RA", "commissioner": "QA", "price": Fraction(1), "rate": Fraction(1), "nights": 1, "urgent": True,
        "came": first, "came_at": None, "code": "x",
    }  # fmt: skip
    rows = [
        {
            **stay,
            "stay": f"{one['number']:05d}",
            "cost": one["cost"],
            "ended": first.replace(month=4 + one["number"] % 9),
        }
        for one in odd
    ]
    world = World(
        rules=(RuleSaid("halves", moves=flows),), rows={**{name: [] for name in FACTS}, "stays": rows},
        contracts=(ContractSaid("A", "RA", "QA", "2025-04-01", "2026-03-31", "month", (UseSaid("halves", "h", {}),)),),
    )  # fmt: skip
    program = compose(world.case())
    by_check, by_pay = check.read(program, rows := world.rows), pay.read(program, world.facts())
    assert dict(by_check.parts()) == dict(by_pay.parts())
    halves = sum((abs(one["cost"]) + 1) // 2 * (1 if one["cost"] > 0 else -1) for one in odd)
    assert sum(line.pence for line in by_pay.flows if line.number == 0) == halves
    assert len(rows["stays"]) == 2_000
