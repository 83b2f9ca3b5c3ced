"""Small files of codes and days, such as organisations.csv: read row by row, with a fault at each wrong cell."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from tallystick.files.delimited import empty, other_separator
from tallystick.files.spots import CellSpot, Refusal
from tallystick.files.toml import decoded
from tallystick.files.values import value_of
from tallystick.kernel.errors import Fault, InputError, did_you_mean
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
    try:
        text = decoded(path.read_bytes(), file)
    except InputError as error:
        faults.extend(error.faults)
        return []
    except OSError as error:
        why = error.strerror or type(error).__name__
        faults.append(Fault(code="file/unreadable", found="the file cannot be read", why=why, file=file))
        return []
    lines = csv.reader(io.StringIO(text), strict=True)
    try:
        heading = [name.strip() for name in next((row for row in lines if any(row)), [])]
        wrong = list(_wrong_heading(heading, file, needed, other))
        faults.extend(wrong)
        return [] if wrong else list(_rows(lines, heading, file, faults))
    except csv.Error as error:
        found, why = "the rows cannot be told apart from here on", f"the quotes around a cell are not closed ({error})"
        faults.append(Fault(code="file/malformed", found=found, file=file, line=lines.line_num, why=why))
        return []


def _wrong_heading(heading: list[str], file: str, needed: Sequence[str], other: Sequence[str]) -> Iterator[Fault]:
    if not heading:
        yield empty(file)
        return
    if wrong := other_separator(heading, file):
        yield from wrong
        return
    known = (*needed, *other)
    for name in dict.fromkeys(heading):
        spot = CellSpot(file, column=name)
        if name not in known:
            found = f'there is no column "{name}" here'
            yield spot.fault("column/unknown", found, "nothing would read it", did_you_mean(name, known))
        elif heading.count(name) > 1:
            yield spot.fault("column/twice", f'two columns are headed "{name}"', "", "one column of each name")
    for name in needed:
        if name not in heading:
            yield CellSpot(file).fault("column/missing", f"there is no column {name}", "", ",".join(known))


def _rows(lines: Iterator[list[str]], heading: list[str], file: str, faults: list[Fault]) -> Iterator[SmallRow]:
    number = 0
    for cells in lines:
        if not any(cells):
            continue
        number += 1
        if len(cells) != len(heading):
            found = f"the row has {len(cells)} cells, and the heading {len(heading)}"
            write = "as many cells as the heading has; quotes around a cell with a comma"
            faults.append(CellSpot(file, number).fault("row/length", found, "", write))
        else:
            yield SmallRow(file, number, dict(zip(heading, (cell.strip() for cell in cells), strict=True)))
