"""Facts: the rows of one table after reading and validation, as the readings take them.

How each kind is stored in ``frame``: a code is text; a count, an amount (pence) and a flag are themselves; a
day is a date; a price or a rate is a whole number over the column's ``scale`` (a price of 118.5 pence with
scale 10 is 1185); a moment is a local date and time without a zone, and beside it ``<name>.elapsed``, the
minutes since 1970 in universal time. Missing is null. Columns that the file does not have are all null, if
they may be missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import field, frozen

from tallystick.kernel.errors import Fault
from tallystick.kernel.tables import TableSpec

Row = Mapping[str, Any]
"""One row in plain Python: int, Fraction (price, rate), bool, date, datetime (local), str or None."""


@frozen
class ColumnStats:
    """What a column holds in this run: its extremes in stored units, its nulls, and its scale."""

    lowest: int = 0
    highest: int = 0
    nulls: int = 0
    scale: int = 1


@frozen(eq=False, kw_only=True)
class Rising:
    """Columns that have no value below that of the row above it, and none missing, known of the rows of one frame.

    ``base`` are these rows as they were read, of which any stretch can be had cheaply, and ``made`` turns such a
    stretch into that of ``frame``, row by row. What is made afresh of the frame is another, of which nothing is known.
    """

    frame: Any = field(repr=False)
    columns: frozenset[str]
    base: Any = field(repr=False)
    made: Callable[[Any], Any] = field(default=lambda part: part, repr=False)
    content: str = ""
    """A hash of the files that the rows were read from, and of how they were read; empty where it is not known."""
    unchanged: Callable[[], bool] = field(default=lambda: True, repr=False)
    """Whether those files are still as they were before they were read."""

    def shaped(self, frame: Any, shape: Callable[[Any], Any], columns: frozenset[str] | None = None) -> Rising:
        """The same of a frame whose rows are made from these one by one, by ``shape``; some may be left out."""
        kept, made = self.columns if columns is None else columns, self.made
        return Rising(frame=frame, columns=kept, base=self.base, made=lambda part: shape(made(part)))


@frozen(eq=False, kw_only=True)
class Facts:
    """One table's rows. ``frame`` is a lazy Polars frame; ``records`` gives the same rows in plain Python.

    ``records(column, values)`` keeps the rows whose column is one of the values; with no arguments it gives
    all rows. They come in any order, and nothing may depend on it.
    """

    spec: TableSpec
    frame: Any
    rows: int
    stats: Mapping[str, ColumnStats]
    records: Callable[..., Iterator[Row]] = field(repr=False)
    days: tuple[datetime.date, datetime.date] | None = None
    """The first and last of the table's date column; None where it has none, or no rows."""
    source: str = ""
    digest: str = ""
    """A hash of the content, for the run record."""
    set_aside: tuple[Fault, ...] = ()
    """The faults of the rows that were left out, where the run was asked to go on without them."""
    engine: Any = field(default=None, repr=False)
    """The engine of the pay path that works them out; None for the usual one."""
    native: Any = field(default=None, repr=False)
    """The same rows in that engine's own library, if that is where they came from."""
    left_out: int = 0
    """How many rows were left out; ``rows`` does not count them."""
    checked_before: bool = False
    """Whether its files were found good by an earlier run, of which that was remembered."""
    rising: Rising | None = field(default=None, repr=False)
    """In which order the rows of ``frame`` are known to be."""

    def rises(self, name: str) -> bool:
        """True if the rows are known to be in the order of a column, with no value missing."""
        return self.known is not None and name in self.known.columns

    @property
    def known(self) -> Rising | None:
        """In which order the rows are, if it is known of this frame and of no other."""
        return self.rising if self.rising is not None and self.rising.frame is self.frame else None

    @property
    def content(self) -> str:
        """What these rows are known by; equal only for the same rows, and empty where nothing tells that."""
        return self.known.content if self.known is not None else ""

    @property
    def unchanged(self) -> bool:
        """False if the rows were read from files that have been written since."""
        return self.known is None or self.known.unchanged()
