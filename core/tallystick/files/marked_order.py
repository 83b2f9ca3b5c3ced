"""Columns of a caller's frame that are marked as sorted, and are not: joins and extremes would go by the mark.

Polars keeps such a mark beside a column, or in a query, and believes it: by a wrong one rows are lost without a word.
So it is tried on the rows themselves, and a frame with a wrong one is refused.
"""

from __future__ import annotations

import re

import polars as pl

from tallystick.kernel.errors import Fault

_HINT = re.compile(r"hint\.sorted\('(.*?)': \{ descending: (true|false)")


def wrong_marks(source: pl.DataFrame | pl.LazyFrame, file: str) -> list[Fault]:
    """A fault for each column that is marked as rising or falling, and is not; rows with nothing are at one end."""
    marked = _of_columns(source) if isinstance(source, pl.DataFrame) else _of_query(source)
    return [
        Fault(
            code="column/not-in-order", file=file, column=name,
            found=f"the column is marked as sorted{' from the last to the first' * falling}, and is not",
            why="matching rows would go by the mark, and lose those that stand elsewhere",
            write="the frame without set_sorted, or its rows in that order",
        )
        for name, falling in marked
        if not _holds(source.lazy().select(of=pl.col(name)), falling=falling)
    ]  # fmt: skip


def _of_columns(frame: pl.DataFrame) -> list[tuple[str, bool]]:
    """The marked columns of a frame in memory, and whether each is said to fall."""
    flags = [(one.name, one.flags.get("SORTED_ASC"), one.flags.get("SORTED_DESC")) for one in frame]
    return [(name, bool(falls)) for name, rises, falls in flags if rises or falls]


def _of_query(query: pl.LazyFrame) -> list[tuple[str, bool]]:
    """The columns that a query itself marks and gives; frames inside of it cannot be looked into."""
    names, said = query.collect_schema().names(), _HINT.findall(query.explain(optimized=False))
    return sorted({(name, falls == "true") for name, falls in said if name in names})


def _holds(column: pl.LazyFrame, *, falling: bool) -> bool:
    """Whether a column is as it is marked: each row is compared with the one before it, which looks at no mark."""
    of, before, nothing = pl.col("of"), pl.col("before"), pl.col("of").is_null()
    follows = (
        column.drop_nulls().with_columns(before=of.shift()).select((of > before if falling else of < before).any())
    )
    turns = column.select(of=nothing).with_columns(before=of.shift()).select((of != before).sum())
    return not follows.collect(engine="streaming").item() and turns.collect(engine="streaming").item() <= 1
