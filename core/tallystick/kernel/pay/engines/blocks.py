"""Blocks: rows that are in the order of their key, read stretch by stretch beside what is in the same order.

A stretch of rows meets only that stretch of another table which its keys span. So neither is ever held whole, no
table of millions of keys is made, and what follows is one query over all of the stretches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import polars as pl
from attrs import field, frozen
from polars.io.plugins import register_io_source

from tallystick.kernel.errors import SettlementError

BLOCK = 400_000
"""So many rows are read at a time."""
PIECE = 25_000
"""So many rows go through the query together: a wide stage of it then stays within a processor's cache."""

Frame = pl.LazyFrame


@frozen(eq=False, kw_only=True)
class Other:
    """A table in the order of its key. ``made`` gives what rows find in it, with the key under ``key_made``."""

    frame: Frame
    key: str
    rows: int
    made: Callable[[Frame], Frame]
    key_made: str
    repeats: bool
    columns: Sequence[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "columns", self.made(self.frame).collect_schema().names())


def beside(rows: Frame, count: int, key: str, others: Sequence[Other]) -> Frame:
    """The rows with what each of the others has for their key, as one lazy frame; ``count`` is how many rows."""
    schema = dict(rows.collect_schema())
    for other in others:
        made = other.made(other.frame).collect_schema()
        schema |= {name: dtype for name, dtype in made.items() if name != other.key_made}

    def read(
        columns: list[str] | None, predicate: pl.Expr | None, most: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:
        wanted = list(schema) if columns is None else columns
        yield from _read(rows, min(count, count if most is None else most), key, others, wanted, predicate)

    return register_io_source(read, schema=schema)


def _read(
    rows: Frame, count: int, key: str, others: Sequence[Other], wanted: Sequence[str], predicate: pl.Expr | None
) -> Iterator[pl.DataFrame]:
    asked = set(wanted) | (set(predicate.meta.root_names()) if predicate is not None else set())
    own = [name for name in rows.collect_schema().names() if name in asked or name == key]
    stretches = [_Stretches(other, asked) for other in others if asked & set(other.columns)]
    for start in range(0, count, BLOCK):
        block = rows.slice(start, min(BLOCK, count - start)).select(own).collect()
        if block.height != min(BLOCK, count - start):
            raise SettlementError("there are fewer rows than were counted: the activity has changed since it was read")
        first, last = block[key][0], block[key][-1]
        for other in stretches:
            found = other.spanned(first, last)
            block = block.join(found, how="left", left_on=key, right_on=other.key, maintain_order="left")
            if block.height != min(BLOCK, count - start):
                raise SettlementError(f"a table that was found to have each {key} once has one of them twice")
        if predicate is not None:
            block = block.filter(predicate)
        yield from block.select(wanted).iter_slices(PIECE)


class _Stretches:
    """The stretches of another table, each read when rows come to it, and let go when they have passed it."""

    def __init__(self, other: Other, asked: set[str]) -> None:
        self.key = other.key_made
        self._other, self._columns = other, [name for name in other.columns if name in asked or name == self.key]
        numbered = other.frame.select(pl.col(other.key)).with_row_index("row number")
        ends = (pl.col("row number") % BLOCK == BLOCK - 1) | (pl.col("row number") == other.rows - 1)
        self._lasts = numbered.filter(ends).select(other.key).collect(engine="streaming").to_series().to_list()
        self._held: dict[int, pl.DataFrame] = {}
        self._next = 0

    def spanned(self, first: Any, last: Any) -> pl.DataFrame:
        """All stretches in which a key from the first to the last may be; keys only ever rise from call to call."""
        while self._next < len(self._lasts) and self._lasts[self._next] < first:
            self._held.pop(self._next, None)
            self._next += 1
        number = self._next
        while number < len(self._lasts):
            if number not in self._held:
                self._held[number] = self._stretch(number)
            if self._lasts[number] >= last:
                break
            number += 1
        held = pl.concat([self._held[one] for one in sorted(self._held)]) if self._held else self._stretch(number)
        return held.unique(subset=self.key, keep="first") if self._other.repeats else held

    def _stretch(self, number: int) -> pl.DataFrame:
        part = self._other.frame.slice(number * BLOCK, BLOCK)
        return self._other.made(part).select(self._columns).collect()
