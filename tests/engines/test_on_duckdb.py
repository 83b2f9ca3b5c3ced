"""DuckDB pays what the reference says, to the penny."""

from __future__ import annotations

import pytest

from tests.engines import programs
from tests.properties import strategies
from tests.properties.expressions_drawn import Drawing

PARTS = 6
DRAWN = range(1, 13)
"""The numbers from which worlds are drawn."""


@pytest.mark.parametrize("most", programs.LIMITS)
def test_quotients_are_exact_around_every_limit(most: int) -> None:
    made, right = programs.quotients("duckdb", most)
    assert made == right


def test_a_year_full_of_ties_comes_to_the_same() -> None:
    assert not programs.apart("duckdb", *programs.year(10_000))


def test_products_and_sums_beyond_64_bits_come_to_the_same() -> None:
    assert not programs.apart("duckdb", *programs.wide_sums())


@pytest.mark.parametrize("number", DRAWN)
def test_drawn_programs_come_to_the_same(number: int) -> None:
    world = strategies._world(Drawing(number), wide=False, deep=3, most_contracts=6, beyond=True)
    assert not programs.apart("duckdb", world.case(), world.rows)


@pytest.mark.parametrize("part", range(PARTS))
def test_all_national_rules_come_to_the_same(part: int) -> None:
    world = programs.national_world(1, part, PARTS)
    assert not programs.apart("duckdb", world.case(), world.rows)
