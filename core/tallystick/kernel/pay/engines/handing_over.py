"""Handing rows over from Polars: in memory where they are few, else as a Parquet file that goes with the engine."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
from attrs import field, frozen

if TYPE_CHECKING:
    import polars as pl

WIDE = nw.Decimal(38, 0)
"""How whole numbers of more than 64 bits are handed over."""
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


def arrow_of(values: Mapping[str, Sequence[Any]], dtypes: Mapping[str, Any]) -> Any:
    """Plain values as an Arrow table, in which whole numbers of more than 64 bits are decimals without places."""
    wide = [name for name, dtype in dtypes.items() if dtype in (nw.Int128, WIDE)]
    # Polars makes decimals of plain whole numbers only where all of them are of one size.
    frame = nw.from_dict(values, schema={**dtypes, **dict.fromkeys(wide, nw.Int128)}, backend="polars")
    return frame.with_columns(nw.col(*wide).cast(WIDE) if wide else []).to_native().to_arrow()


def plain_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with decimals without places, which is how wide sums come back, as whole numbers."""
    import polars as pl

    decimals = [name for name, dtype in frame.schema.items() if dtype == pl.Decimal]
    return frame.with_columns(pl.col(name).cast(pl.Int128) for name in decimals)


def lone(frame: Any) -> pl.DataFrame:
    """What a lazy Narwhals frame comes to, as a Polars frame."""
    return plain_numbers(frame.collect("polars").to_native())
