"""DuckDB pays what the reference says, to the penny."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from tallystick import InputError
from tests.engines import frames, programs
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


def handed(frame: pl.DataFrame) -> Any:
    return duckdb.from_arrow(frame.to_arrow())


def test_a_relation_is_worked_out_where_it_is_and_its_ledger_is_one(tmp_path: Path) -> None:
    result = frames.check_same_pennies(frames.clinic(tmp_path), handed, "duckdb")
    assert isinstance(result.ledger, duckdb.DuckDBPyRelation)
    assert result.lines().shape == frames.settled(tmp_path, frames.stays()).lines().shape


def test_what_is_wrong_with_a_relation_is_said_in_the_same_words(tmp_path: Path) -> None:
    frames.check_same_faults(frames.clinic(tmp_path), handed)


def test_days_in_the_wrong_order_in_a_relation_are_told(tmp_path: Path) -> None:
    frames.check_reversed(frames.clinic(tmp_path), handed)


def test_a_key_that_stands_twice_in_a_relation_is_told(tmp_path: Path) -> None:
    frames.check_repeated(frames.clinic(tmp_path), handed)


def test_nhs_numbers_in_a_relation_are_told(tmp_path: Path) -> None:
    frames.check_people(frames.clinic(tmp_path), handed)


def test_a_relation_with_text_to_be_read_is_brought_over_as_before(tmp_path: Path) -> None:
    folder, rows = frames.clinic(tmp_path), frames.stays()
    result = frames.settled(folder, handed(rows.with_columns(pl.col("left").cast(pl.String))))
    assert result.settlement.engine.name == "polars"
    assert result.settlement.lines == frames.settled(folder, rows).settlement.lines


def test_a_relation_of_another_connection_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with duckdb.connect() as other:
        relation = other.from_arrow(frames.stays().to_arrow())
        with pytest.raises(InputError, match="connection that is not the default one"):
            frames.settled(frames.clinic(tmp_path), relation)


def test_the_mark_of_a_relation_follows_its_content_and_not_its_order(tmp_path: Path) -> None:
    folder, rows = frames.clinic(tmp_path), frames.stays()
    changed = rows.with_columns(pl.col("well").not_())
    marks = [
        frames.settled(folder, handed(one)).settlement.facts["stays"].digest for one in (rows, rows.reverse(), changed)
    ]
    assert marks[0] == marks[1] != marks[2]


def test_a_relation_is_brought_over_where_only_polars_will_do(tmp_path: Path) -> None:
    folder, rows = frames.clinic(tmp_path), frames.stays()
    asked = frames.settled(folder, handed(rows), engine="polars")
    assert asked.settlement.engine.name == "polars"
    assert asked.settlement.lines == frames.settled(folder, rows).settlement.lines
    to_date = {"months": "2025-04..2025-09", "as_at": datetime.date(2025, 11, 19)}
    here, there = (frames.settled(folder, one, **to_date) for one in (rows, handed(rows)))
    assert there.in_year is not None
    assert here.settlement.lines == there.settlement.lines


def test_rows_of_a_relation_are_explained_and_written_and_not_shown_to_one_party(tmp_path: Path) -> None:
    folder = frames.clinic(tmp_path)
    result, here = frames.settled(folder, handed(frames.stays())), frames.settled(folder, frames.stays())
    assert result.explain("stays", "s00333") == here.explain("stays", "s00333")
    with pytest.raises(InputError, match="stays has no row whose stay is 'nothing'"):
        result.explain("stays", "nothing")
    lines = [
        pl.read_parquet(one.write(tmp_path / name, lines=True) / "lines.parquet").sort("key", "label")
        for one, name in ((result, "there"), (here, "here"))
    ]
    assert lines[0].equals(lines[1])
    with pytest.raises(InputError) as raised:
        result.for_party("provider")
    assert raised.value.faults[0].code == "engine/rows-stay"
