"""Facts made from facts that were read before: some of their rows, or those of several files together."""

from __future__ import annotations

import datetime
import hashlib
import math
from collections.abc import Sequence
from functools import partial

import attrs
import polars as pl

from tallystick.files.numbers import SCALED
from tallystick.files.problems import SHOWN
from tallystick.files.records import records
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.facts import ColumnStats, Facts
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.tables import TableSpec

_RANGED = (Kind.COUNT, Kind.AMOUNT, Kind.PRICE, Kind.RATE, Kind.MOMENT)


def rebuilt(facts: Facts, frame: pl.LazyFrame, *, mark: str) -> Facts:
    """The facts with other rows in the same stored form; ``mark`` says which rows, for the record of the run."""
    spec = facts.spec
    frame = frame.collect(engine="streaming").lazy()
    rows, stats, days = _survey(spec, frame, {name: one.scale for name, one in facts.stats.items()})
    digest = hashlib.sha256(f"{facts.digest} {mark}".encode()).hexdigest()
    return attrs.evolve(
        facts, frame=frame, native=None, rows=rows, stats=stats, days=days, digest=digest,
        records=partial(records, spec, frame, stats),
    )  # fmt: skip


def together(parts: Sequence[Facts]) -> Facts:
    """The rows of several facts of one table; InputError where two rows are alike in what has to be unique."""
    first = parts[0]
    if len(parts) == 1:
        return first
    spec = first.spec
    scales = {name: math.lcm(*(part.stats[name].scale for part in parts)) for name in first.stats}
    frame = pl.concat([_rescaled(part, scales) for part in parts]).collect(engine="streaming").lazy()
    faults = [fault for names in spec.unique for fault in _alike(spec, frame, names)]
    if faults:
        raise InputError(faults)
    rows, stats, days = _survey(spec, frame, scales)
    return Facts(
        spec=spec, frame=frame, rows=rows, stats=stats, records=partial(records, spec, frame, stats), days=days,
        source=", ".join(dict.fromkeys(part.source for part in parts)),
        digest=hashlib.sha256("\n".join(sorted(part.digest for part in parts)).encode()).hexdigest(),
        set_aside=tuple(fault for part in parts for fault in part.set_aside),
        left_out=sum(part.left_out for part in parts), checked_before=any(part.checked_before for part in parts),
    )  # fmt: skip


def on_one_scale(parts: Sequence[Facts]) -> list[Facts]:
    """The facts with the prices and rates of each column over one scale, so that their rows can be compared."""
    scales = {name: math.lcm(*(part.stats[name].scale for part in parts)) for name in parts[0].stats}
    found = []
    for part in parts:
        frame = _rescaled(part, scales)
        rows, stats, days = _survey(part.spec, frame, scales)
        kept = partial(records, part.spec, frame, stats)
        found.append(attrs.evolve(part, frame=frame, native=None, rows=rows, stats=stats, days=days, records=kept))
    return found


def _rescaled(part: Facts, scales: dict[str, int]) -> pl.LazyFrame:
    """The frame with its prices and rates over other scales, which are multiples of their own."""
    times = {
        name: scales[name] // part.stats[name].scale
        for name, column in part.spec.columns.items()
        if column.kind in SCALED and scales[name] != part.stats[name].scale
    }
    for name, many in times.items():
        if max(abs(part.stats[name].lowest), abs(part.stats[name].highest)) * many >= 2**63:
            found = f"{name}: the decimals of one file and the size of another do not fit together in 64 bits"
            raise InputError(Fault(code="column/too-wide", found=found, file=part.source, column=name,
                                   write="fewer decimals, or the right figure where one is too large"))  # fmt: skip
    frame: pl.LazyFrame = part.frame
    return frame.with_columns(pl.col(name) * many for name, many in times.items())


def _survey(
    spec: TableSpec, frame: pl.LazyFrame, scales: dict[str, int]
) -> tuple[int, dict[str, ColumnStats], tuple[datetime.date, datetime.date] | None]:
    asked = [pl.len().alias("rows")]
    for name, column in spec.columns.items():
        asked.append(pl.col(name).null_count().alias(f"{name} nulls"))
        if column.kind in _RANGED:
            of = pl.col(f"{name}.elapsed" if column.kind is Kind.MOMENT else name)
            asked += [of.min().alias(f"{name} low"), of.max().alias(f"{name} high")]
    if spec.date is not None:
        asked += [pl.col(spec.date).min().alias("first day"), pl.col(spec.date).max().alias("last day")]
    found = frame.select(asked).collect(engine="streaming").row(0, named=True)
    stats = {
        name: ColumnStats(
            int(found.get(f"{name} low") or 0), int(found.get(f"{name} high") or 0), found[f"{name} nulls"],
            scales.get(name, 1),
        )
        for name in spec.columns
    }  # fmt: skip
    days = (found["first day"], found["last day"]) if found.get("first day") is not None else None
    return found["rows"], stats, days


def _alike(spec: TableSpec, frame: pl.LazyFrame, names: Sequence[str]) -> list[Fault]:
    """Rows of different files that are alike in a unique set; nothing is like nothing unless all of it is nothing."""
    whole = frame.filter(pl.any_horizontal(pl.col(*names).is_not_null()))
    twice = whole.group_by(names).agg(pl.len().alias("~times")).filter(pl.col("~times") > 1).sort(names).collect()
    return [
        Fault(
            code="row/repeated", file=spec.name, column=", ".join(names),
            found=f"{', '.join(f'{name} {row[name]}' for name in names)} is in {row['~times']} rows that count",
            why="each file by itself has it once; counted together, something would be paid twice",
            write="a later submission that covers every month in which the row ever stood",
            times=max(1, 1 + (twice.height - SHOWN) * (place == SHOWN)),
        )
        for place, row in enumerate(twice.head(SHOWN).iter_rows(named=True), start=1)
    ]  # fmt: skip
