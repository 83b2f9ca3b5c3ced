"""Rows that name a contract and lie outside its days: the two cannot both be right."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from functools import partial

import attrs
import narwhals.stable.v2 as nw
import polars as pl

from tallystick.files.problems import SHOWN
from tallystick.files.records import records
from tallystick.kernel.case import ContractCase
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.facts import Facts

FIRST, LAST = "first day of the contract", "last day of the contract"


def within_their_contracts(facts: Facts, contracts: Sequence[ContractCase], *, set_aside: bool) -> Facts:
    """The facts, if every row that names one of the contracts lies in its days; else InputError, or without those rows.

    A row that names no contract, or one that the workspace does not have, is left to be placed or shown.
    """
    spec = facts.spec
    if spec.date is None or "contract" not in spec.columns or not facts.rows:
        return facts
    key = spec.key or spec.date  # a dated table has a key
    there = facts.native is not None
    late = _outside_there(facts, contracts, key, spec.date) if there else _outside(facts, contracts, key, spec.date)
    if not late.height:
        return facts
    faults = list(_faults(facts, late, key, spec.date))
    if not set_aside:
        raise InputError(faults)
    kept = facts.frame.join(late.lazy().select(key), on=key, how="anti")
    return attrs.evolve(
        facts, frame=kept, rows=facts.rows - late.height, left_out=facts.left_out + late.height,
        records=partial(records, spec, kept, facts.stats), set_aside=(*facts.set_aside, *faults),
    )  # fmt: skip


def _outside(facts: Facts, contracts: Sequence[ContractCase], key: str, date: str) -> pl.DataFrame:
    spans = pl.LazyFrame(
        {"contract": [c.id for c in contracts], FIRST: [c.first for c in contracts], LAST: [c.last for c in contracts]},
        schema={"contract": pl.String, FIRST: pl.Date, LAST: pl.Date},
    )
    named = facts.frame.select(key, "contract", date).join(spans, on="contract")
    outside: pl.LazyFrame = named.filter((pl.col(date) < pl.col(FIRST)) | (pl.col(date) > pl.col(LAST)))
    return outside.sort(key).collect(engine="streaming")


def _outside_there(facts: Facts, contracts: Sequence[ContractCase], key: str, date: str) -> pl.DataFrame:
    """The same where the rows stay: only those that are outside come over."""
    spans = facts.engine.small(
        {"contract": [c.id for c in contracts], FIRST: [c.first for c in contracts], LAST: [c.last for c in contracts]},
        {"contract": nw.String, FIRST: nw.Date, LAST: nw.Date},
    )
    named = nw.from_native(facts.native).select(*dict.fromkeys((key, "contract", date)))
    joined = named.join(spans, on="contract", how="inner")
    outside = joined.filter((nw.col(date) < nw.col(FIRST)) | (nw.col(date) > nw.col(LAST)))
    (late,) = facts.engine.collected([outside.to_native()])
    found: pl.DataFrame = late.sort(key)
    return found


def _faults(facts: Facts, late: pl.DataFrame, key: str, date: str) -> Iterable[Fault]:
    for place, row in enumerate(late.head(SHOWN).iter_rows(named=True), start=1):
        day: datetime.date = row[date]
        yield Fault(
            code="row/outside-contract", file=facts.source or facts.spec.name, column=date,
            found=f"{facts.spec.name} {row[key]}: {day} is outside contract {row['contract']}, "
            f"{row[FIRST]} to {row[LAST]}",
            why="the row names the contract, and the contract has no such day",
            write="the right day or contract; or no contract, and the row is shown with those that have none",
            times=late.height - SHOWN + 1 if place == SHOWN else 1,
        )  # fmt: skip
