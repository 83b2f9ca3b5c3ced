"""Handing rows over from Polars: in memory where they are few, else as a Parquet file that goes with the engine."""

from __future__ import annotations

import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    import polars as pl

FEW = 100_000
"""Up to how many rows are handed over in memory."""


@frozen(eq=False)
class Scratch:
    """A folder for files that an engine reads, which is taken away when nobody holds the engine any more."""

    _made: list[tempfile.TemporaryDirectory[str]] = field(factory=list)

    def file(self, frame: pl.LazyFrame) -> Path:
        """The rows as a Parquet file, written as a stream."""
        if not self._made:
            held = tempfile.TemporaryDirectory(prefix="tallystick-")
            self._made.append(held)
            weakref.finalize(self, held.cleanup)
        path = Path(self._made[0].name, f"{len(list(Path(self._made[0].name).iterdir()))}.parquet")
        frame.sink_parquet(path, engine="streaming")
        return path


def plain_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with decimals without places, which is how wide sums come back, as whole numbers."""
    import polars as pl

    decimals = [name for name, dtype in frame.schema.items() if dtype == pl.Decimal]
    return frame.with_columns(pl.col(name).cast(pl.Int128) for name in decimals)


def lone(frame: Any) -> pl.DataFrame:
    """What a lazy Narwhals frame comes to, as a Polars frame."""
    return plain_numbers(frame.collect("polars").to_native())
