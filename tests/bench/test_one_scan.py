"""The shape of speed, asserted from the query and not from a clock: one scan, however many contracts and rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import attrs
import polars as pl
import pytest

from tallystick.kernel import pay
from tallystick.kernel.facts import Facts
from tests.bench import answers, by_hand_duckdb
from tests.bench import numbers as told
from tests.bench import world as worlds
from tests.bench.by_hand import by_hand

SPELLS, CONTRACTS = 20_000, 1_000


def _never(*_: Any) -> NoReturn:
    raise AssertionError("activity rows were read in Python")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("activity")
    worlds.generate(made, SPELLS, CONTRACTS)
    return made


@pytest.fixture(scope="module")
def facts(folder: Path) -> Mapping[str, Facts]:
    """The activity; whoever asks for its rows in plain Python fails."""
    read = worlds.World(folder, CONTRACTS).facts()
    return {name: attrs.evolve(table, records=_never) for name, table in read.items()}


@pytest.mark.parametrize(("contracts", "compositions", "settles"), [
    (1, 1, "year"), (100, 1, "year"), (1_000, 1, "year"), (100, 50, "year"), (1_000, told.MOST_COMPOSITIONS, "year"),
    (100, 20, "month"),
])  # fmt: skip
def test_the_rules_pay_what_the_query_written_by_hand_pays(
    folder: Path, facts: Mapping[str, Facts], contracts: int, compositions: int, settles: str
) -> None:
    world = worlds.World(folder, contracts, compositions, settles)
    program = world.program()
    found = answers.of_reading(program, pay.read(program, facts))
    assert found.equals(answers.of_frames(*by_hand(folder, world.small())))
    assert found.equals(answers.of_frames(*by_hand_duckdb.by_hand(folder, world.small())))
    if (contracts, compositions) == (1_000, told.MOST_COMPOSITIONS):
        assert answers.flows_in(found) == set(answers.FLOWS.values())  # and so nothing is compared with nothing


def test_a_person_in_two_categories_is_paid_for_once_by_both(folder: Path, tmp_path: Path) -> None:
    """The generator puts nobody in two categories, so the census is written again with each person in all of them."""
    for name in worlds.ACTIVITY:
        (tmp_path / f"{name}.parquet").symlink_to(folder / f"{name}.parquet")
    people = pl.read_parquet(folder / "people.parquet").filter(pl.col("category").is_not_null())
    again = [
        people.with_columns(
            pl.lit(category).alias("category"), pl.format("{}-{}", "entry", pl.lit(at)).alias("entry"),
            pl.col("last_eligible").dt.offset_by(f"{at - 1}y"),
        )
        for at, category in enumerate(told.CATEGORIES)
    ]  # fmt: skip
    (tmp_path / "people.parquet").unlink()
    pl.concat(again).write_parquet(tmp_path / "people.parquet")
    world = worlds.World(tmp_path, 100)
    program = world.program()
    found = answers.of_reading(program, pay.read(program, world.facts()))
    assert found.equals(answers.of_frames(*by_hand(tmp_path, world.small())))
    assert found.equals(answers.of_frames(*by_hand_duckdb.by_hand(tmp_path, world.small())))
    assert found.filter(pl.col("name") == "outranked")["value"].sum() > 50


def _read(folder: Path, facts: Mapping[str, Facts], contracts: int, compositions: int) -> pay.Payer:
    payer = pay.Payer(worlds.World(folder, contracts, compositions).program(), facts)
    payer.read()
    return payer


def _queries(payer: pay.Payer) -> list[pl.LazyFrame]:
    return [query for queries in payer.passes.queries for query in queries]


def _sums(payer: pay.Payer) -> int:
    return sum(name.startswith("~sum") for query in _queries(payer) for name in query.collect_schema().names())


def test_the_spells_are_scanned_once_whatever_the_number_of_contracts_and_compositions(
    folder: Path, facts: Mapping[str, Facts]
) -> None:
    for contracts, compositions in ((1, 1), (100, 1), (1_000, 1), (100, 20), (1_000, 20)):
        payer = _read(folder, facts, contracts, compositions)
        assert len(payer.passes.queries) == 1
        plans = [query.explain() for query in _queries(payer)]  # each table that is paid for is read by one of them
        assert [plan.count("PYTHON SCAN") for plan in plans] == [1] * len(payer.passes.plan)
        assert not any("spells.parquet" in plan for plan in plans)


def test_more_contracts_are_not_more_columns(folder: Path, facts: Mapping[str, Facts]) -> None:
    assert len({_sums(_read(folder, facts, contracts, 1)) for contracts in (1, 100, 1_000)}) == 1
    assert _sums(_read(folder, facts, 100, 20)) == _sums(_read(folder, facts, 1_000, 20))


def test_fifty_compositions_are_not_many_more_columns_than_one(folder: Path, facts: Mapping[str, Facts]) -> None:
    assert _sums(_read(folder, facts, 100, 50)) < 1.5 * _sums(_read(folder, facts, 100, 1))


def test_what_is_collected_grows_with_contracts_and_bodies_and_not_with_rows(
    folder: Path, facts: Mapping[str, Facts]
) -> None:
    payer = _read(folder, facts, 100, 50)
    found = answers.of_reading(payer.program, payer.read())
    bodies = found.filter((pl.col("kind") == "pence") & (pl.col("name") == "charge")).height
    assert len(payer.passes.found[0, "spells"].any.cells) <= 100 + bodies + 1  # and the unplaced
