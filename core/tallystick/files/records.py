"""Rows in plain Python, a batch at a time, for the evaluators that work them out one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import polars as pl

from tallystick.files.numbers import SCALED
from tallystick.kernel.facts import ColumnStats, Row
from tallystick.kernel.tables import TableSpec

_BATCH = 50_000


def records(
    spec: TableSpec, frame: pl.LazyFrame, stats: Mapping[str, ColumnStats],
    column: str | None = None, values: Iterable[Any] | None = None,
) -> Iterator[Row]:  # fmt: skip
    """Yield each row as a mapping by column name; with ``column``, only rows that hold one of the ``values`` there."""
    exactly = lru_cache(maxsize=65_536)(Fraction)
    scales = {name: stats[name].scale for name, declared in spec.columns.items() if declared.kind in SCALED}
    if column is not None:
        chosen = list(values or ())
        given = [_stored(value, scales.get(column)) for value in chosen]
        wanted = pl.Series("wanted", given, dtype=frame.collect_schema()[column], strict=False)
        # A price that the column's scale cannot write is in no row; as a null it would find the missing ones.
        exact = wanted if None in chosen else wanted.drop_nulls()
        frame = frame.filter(pl.col(column).is_in(exact.implode(), nulls_equal=True))
    batches = frame.select(list(spec.columns)).collect_batches(
        chunk_size=_BATCH, maintain_order=True, engine="streaming"
    )  # fmt: skip
    for batch in batches:
        for row in batch.iter_rows(named=True):
            for name, scale in scales.items():
                if row[name] is not None:
                    row[name] = exactly(row[name], scale)
            yield row


def _stored(value: Any, scale: int | None) -> Any:
    if scale is None or value is None:
        return value
    exact = Fraction(value) * scale
    return int(exact) if exact.denominator == 1 else None
