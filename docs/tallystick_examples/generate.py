"""Synthetic activity of any size, to try rules on, to test with and to time: seeded, and no patient is in it.

The same seed gives the same rows on any machine, however many are made at a time: every value is worked out
from the number of its row. What is skewed in real activity is skewed here: the case-mix, the length of stay,
how large contracts are, deprivation from place to place, and who answers when asked::

    activity = generate_activity(None, spells=10_000, contracts=3)
    generate_activity(folder, spells=20_000_000, contracts=500)  # a Parquet file for each table, made in pieces

``price_lists`` gives prices for it. Nothing here was taken from any publication or from anyone's data.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import polars as pl
from polars.io.plugins import register_io_source

from tallystick_examples import _admitted as admitted
from tallystick_examples import _other_activity as other
from tallystick_examples._prices import price_lists
from tallystick_examples._world import Contract, World, contracts_for

__all__ = ["TABLES", "Contract", "contracts_for", "generate_activity", "price_lists"]

_Made: TypeAlias = Callable[[World, int, int], pl.DataFrame]

_TABLES: Mapping[str, tuple[_Made, Callable[[World], int]]] = {
    "spells": (admitted.spells, lambda world: world.spells),
    "answers": (admitted.answers, lambda world: world.spells),
    "exemptions": (admitted.exemptions, lambda world: world.spells),
    "evidence": (admitted.evidence, lambda world: world.spells),
    "attendances": (other.attendances, lambda world: world.spells // 2),
    "emergency_attendances": (other.emergency_attendances, lambda world: world.spells // 4),
    "contacts": (other.contacts, lambda world: world.spells // 2),
    "people": (other.people, lambda world: world.spells // 10 * len(other.quarters(world))),
    "indicators": (other.indicators, other.results),
}
"""How the rows of each table are made, and from how many numbers; what is said about spells goes by theirs."""

TABLES = tuple(_TABLES)
"""What can be generated."""


def generate_activity(
    folder: Path | str | None,
    *,
    spells: int = 1_000_000,
    contracts: Sequence[Contract] | int = 100,
    from_day: datetime.date = datetime.date(2025, 4, 1),
    to_day: datetime.date = datetime.date(2026, 3, 31),
    seed: int = 1,
    row_group: int = 500_000,
    tables: Collection[str] = TABLES,
) -> dict[str, pl.DataFrame] | None:
    """Make activity discharged, attended or counted from the first day to the last, both inclusive.

    Contracts are ``(id, provider, commissioner)``, or how many to make up. With a folder, each table is
    written to ``<table>.parquet`` there in row groups of ``row_group``, of which a few at a time are held;
    without one, a frame for each table is returned. Beside the spells there are half as many attendances
    and contacts, a quarter as many emergency attendances, and a tenth as many people at each quarter.
    """
    world = World(seed, spells, contracts_for(contracts), from_day, to_day)
    _checked(world, row_group, tables)
    if folder is None:
        return {table: pl.concat(list(_pieces(world, table, row_group)), rechunk=True) for table in tables}
    Path(folder).mkdir(parents=True, exist_ok=True)
    for table in tables:
        _write(world, table, Path(folder), row_group)
    return None


def _checked(world: World, row_group: int, tables: Collection[str]) -> None:
    if not 0 <= world.spells < 10**9:
        raise ValueError(f"spells={world.spells}: from none to {10**9 - 1:,}")
    if not world.contracts:
        raise ValueError("contracts: at least one, for the activity to belong to")
    if world.days < 1:
        raise ValueError(f"the last day, {world.to_day}, is before the first, {world.from_day}")
    if row_group < 1:
        raise ValueError(f"row_group={row_group}: at least one row")
    if unknown := sorted(set(tables) - set(TABLES)):
        raise ValueError(f"tables: {', '.join(unknown)} cannot be generated, but {', '.join(TABLES)} can")


def _pieces(world: World, table: str, row_group: int) -> Iterator[pl.DataFrame]:
    """The table's rows in order, a piece at a time; the first is there even if it is empty."""
    made, numbers = _TABLES[table]
    end = numbers(world)
    for start in range(0, max(end, 1), row_group):
        yield made(world, start, min(start + row_group, end))


def _write(world: World, table: str, folder: Path, row_group: int) -> None:
    def pieces(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        for piece in _pieces(world, table, row_group):
            kept = piece if predicate is None else piece.filter(predicate)
            yield kept if columns is None else kept.select(columns)

    made, _ = _TABLES[table]
    register_io_source(pieces, schema=made(world, 0, 0).schema).sink_parquet(
        folder / f"{table}.parquet", row_group_size=row_group
    )
