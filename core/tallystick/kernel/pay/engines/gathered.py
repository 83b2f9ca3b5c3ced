"""Gathered: what rows find in a small table, each column taken by the place of its row there.

A join copies every column that a row has by then. Here a key becomes a place in the small table, and nothing of
the row is moved: several times faster, for a table of which every combination of keys can have a place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import polars as pl

MOST_PLACES = 4_000_000
"""A table whose keys have more combinations than this is joined."""

_PLACE, _ROW = pl.Int64, pl.UInt32


def gathered(
    rows: pl.LazyFrame, keys: Sequence[str], table: pl.DataFrame, table_keys: Sequence[str],
    careless: Collection[str] = (),
) -> Any:  # fmt: skip
    """The rows with the other columns of the table for their keys; None if the table cannot be gathered from.

    In the columns that are careless anything may stand where a row finds nothing.
    """
    if table.is_empty():
        return None
    lists = [_Key.of(table[name]) for name in table_keys]
    size = 1
    for one in lists:
        size *= max(one.size, 1)
    if size > MOST_PLACES:
        return None
    combined, places = lists[0].place(keys[0]), lists[0].place(table_keys[0])
    for key, name, one in zip(keys[1:], table_keys[1:], lists[1:], strict=True):
        combined = combined.cast(_PLACE) * one.size + one.place(key).cast(_PLACE)
        places = places.cast(_PLACE) * one.size + one.place(name).cast(_PLACE)
    own = table.select(places.cast(_PLACE).alias("place")).with_row_index("row").drop_nulls()
    if own["place"].is_duplicated().any():
        return None
    # What is not found is in a last place, which has a last row of its own.
    row_of = (
        pl.DataFrame({"place": pl.Series(range(size + 1), dtype=_PLACE)})
        .join(own, on="place", how="left", maintain_order="left")["row"]
        .fill_null(table.height)
    )
    found = _taken(combined.cast(_ROW).fill_null(size), row_of.cast(_ROW), table.drop(table_keys), careless)
    name, taken = f"~found by {table_keys[0]}", [one for one in table.columns if one not in table_keys]
    return rows.with_columns(found.alias(name)).with_columns(pl.col(name).struct.field(one) for one in taken)


def _taken(place: pl.Expr, row_of: pl.Series, table: pl.DataFrame, careless: Collection[str]) -> pl.Expr:
    """The columns of the rows at the places, as one: a row takes all of them for little more than the price of one."""
    straight = bool((row_of == pl.Series(range(len(row_of)))).all())
    nothing = table.clear(1).with_columns(table.head(1).select(name for name in table.columns if name in careless))
    found_all = table.rechunk()  # of a column in which nothing is missing more is taken in the time
    with_nothing = pl.concat([table, nothing], rechunk=True)

    def take(places: pl.Series) -> pl.Series:
        rows = places if straight else row_of[places]
        all_there = not len(rows) or rows.max() < found_all.height  # type: ignore[operator]
        return (found_all if all_there else with_nothing)[rows].to_struct()

    return place.map_batches(take, return_dtype=pl.Struct(table.schema), is_elementwise=True)


class _Key:
    """A key column: each of its values has a place."""

    def __init__(self, size: int, codes: pl.Enum | None, low: int) -> None:
        self.size, self._codes, self._low = size, codes, low

    @classmethod
    def of(cls, column: pl.Series) -> _Key:
        held = column.drop_nulls()
        if column.dtype == pl.String:
            codes = held.unique(maintain_order=True)
            return cls(len(codes), pl.Enum(codes), 0)
        if held.is_empty():
            return cls(0, None, 0)
        low, high = int(held.min()), int(held.max())  # type: ignore[arg-type]
        return cls(high - low + 1, None, low)

    def place(self, name: str) -> pl.Expr:
        """The place of each value; missing for one that the table does not have."""
        if self._codes is not None:
            return pl.col(name).cast(self._codes, strict=False).to_physical()
        value = pl.col(name).cast(_PLACE)
        return pl.when(value.is_between(self._low, self._low + self.size - 1)).then(value - self._low)
