"""Small files of codes and days, such as organisations.csv: read row by row, with a fault at each wrong cell."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

from tallystick.files.small_csv import rows_of
from tallystick.files.spots import CellSpot, Refusal
from tallystick.files.values import value_of
from tallystick.kernel.errors import Fault
from tallystick.kernel.language.nodes import Kind


@frozen
class SmallRow:
    """One row of such a file: its number from 1, and its cells by column, trimmed."""

    file: str
    number: int
    cells: Mapping[str, str]

    def spot(self, column: str) -> CellSpot:
        """The place of one cell."""
        return CellSpot(self.file, self.number, column, self.cells.get(column, ""))

    def code(self, column: str, faults: list[Fault], *, needed: bool = True) -> str:
        """A code; an empty text where there is none, which is a fault if it is ``needed``."""
        text = self.cells.get(column, "")
        if text:
            return str(self._read(Kind.CODE, column, faults) or "")
        if needed:
            faults.append(self.spot(column).fault("cell/empty", f"{column} is empty", "", "the code"))
        return ""

    def day(self, column: str, faults: list[Fault]) -> datetime.date | None:
        """A day, or None where nothing stands."""
        read = self._read(Kind.DAY, column, faults) if self.cells.get(column, "") else None
        return read if isinstance(read, datetime.date) else None

    def _read(self, kind: Kind, column: str, faults: list[Fault]) -> object:
        try:
            return value_of(kind, self.cells[column], textual=True)
        except Refusal as refusal:
            faults.append(refusal.at(self.spot(column)))
            return None


def read_small(
    path: Path, file: str, needed: Sequence[str], other: Sequence[str], faults: list[Fault]
) -> list[SmallRow]:  # fmt: skip
    """Every row of the file that has as many cells as the heading; all that is wrong is added to ``faults``."""
    return [SmallRow(file, number, cells) for number, cells in rows_of(path, file, needed, other, faults)]
