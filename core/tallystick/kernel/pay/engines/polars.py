"""Polars, the usual engine: lazy frames, read as a stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.pay.engines.base import ELAPSED, LOCAL, Engine, of_kind
from tallystick.kernel.tables import TableSpec

_MINUTE = 60_000_000


class Polars(Engine):
    """Facts are Polars frames already."""

    name = "polars"
    writes_out = False
    sums_flags = True

    def taken(self, facts: Facts) -> Any:
        """The rows as they are."""
        return facts.frame

    def numbered(self, spec: TableSpec, frame: Any) -> Any:
        """Days and moments are whole numbers within; they are only called so."""
        import polars as pl

        made = {name: pl.col(name).cast(pl.Int32).cast(pl.Int64) for name in of_kind(spec, Kind.DAY)}
        for name in of_kind(spec, Kind.MOMENT):
            made[f"{name}{ELAPSED}"] = pl.col(f"{name}.elapsed")
            made[f"{name}{LOCAL}"] = pl.col(name).dt.epoch("us") // _MINUTE
        return frame.with_columns(**made)

    def small(self, values: Mapping[str, Sequence[Any]], dtypes: Mapping[str, Any]) -> Any:
        """A frame of the values."""
        return nw.from_dict(values, schema=dtypes, backend="polars").lazy()

    def collected(self, queries: Sequence[Any]) -> Any:
        """All queries at once, so that what they share is read once."""
        import polars as pl

        return pl.collect_all(queries, engine="streaming")

    def beside(self, rows: Any, key: str, others: Mapping[str, Any]) -> Any:
        """Keys alone are joined with the others, by merging, and the result is put beside the rows.

        That copies no row and needs no table of the others. Frames of different heights would be refused.
        """
        import polars as pl

        whole, own = rows.to_native(), f"{key}~~beside"
        found = whole.select(pl.col(key).alias(own))
        for name, other in others.items():
            right = other.to_native().set_sorted(name)
            found = found.set_sorted(own).join(
                right, how="left", left_on=own, right_on=name, maintain_order="left"
            )
        return nw.from_native(pl.concat([whole, found], how="horizontal"))

    def distinct(self, frame: Any, keys: Sequence[str], *, rising: bool) -> Any:
        """In order, a row that is not like the one above it."""
        if not rising:
            return super().distinct(frame, keys, rising=rising)
        import polars as pl

        return nw.from_native(frame.to_native().filter(pl.col(keys[0]).ne_missing(pl.col(keys[0]).shift(1))))

    def date(self, day: Any) -> Any:
        """Days are dates but for their name."""
        return day.cast(nw.Int32).cast(nw.Date)
