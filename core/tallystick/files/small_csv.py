"""Small CSV files that people keep by hand: each row is read whole, and all that is wrong is told at once."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen

from tallystick.files.delimited import empty, other_separator
from tallystick.files.spots import CellSpot, Refusal, first_of_each_kind
from tallystick.files.toml import decoded
from tallystick.files.values import value_of
from tallystick.kernel.errors import Fault, InputError, did_you_mean
from tallystick.kernel.language.nodes import Kind


@frozen(kw_only=True)
class Field:
    """One column: how a cell is read, and whether it may be empty (or the column left out), which gives ``default``."""

    read: Callable[[str], Any] = str
    needed: bool = True
    default: Any = None


@frozen(eq=False)
class Record:
    """One row: its values by column, and where each stands."""

    file: str
    row: int
    values: Mapping[str, Any]
    cells: Mapping[str, str] = field(repr=False, factory=dict)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def spot(self, column: str) -> CellSpot:
        """The place of one cell."""
        return CellSpot(self.file, self.row, column, self.cells.get(column, ""))

    def fault(self, column: str, code: str, found: str, why: str = "", write: str = "") -> Fault:
        """A fault of one cell."""
        return self.spot(column).fault(code, found, why, write)


def rows_of(
    path: Path, name: str, needed: Sequence[str], other: Sequence[str], faults: list[Fault]
) -> list[tuple[int, dict[str, str]]]:
    """Every row with its number from 1 and its cells by column, trimmed; all that is wrong is added to ``faults``.

    ``needed`` columns have to be there, ``other`` ones may be. Rows without any cell are passed over.
    """
    try:
        text = decoded(path.read_bytes(), name)
    except InputError as error:
        faults.extend(error.faults)
        return []
    except OSError as error:
        why = error.strerror or type(error).__name__
        faults.append(Fault(code="file/unreadable", found="the file cannot be read", why=why, file=name))
        return []
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = [cell.strip() for cell in next((row for row in lines if any(row)), [])]
        wrong = list(_wrong_heading(heading, name, needed, other))
        faults.extend(wrong)
        return [] if wrong else list(_rows(lines, heading, name, faults))
    except csv.Error as error:
        found, why = "the rows cannot be told apart from here on", f"the quotes around a cell are not closed ({error})"
        write = '"a, b" or ""'
        faults.append(Fault(code="file/malformed", found=found, file=name, line=lines.line_num, why=why, write=write))
        return []


def _wrong_heading(heading: list[str], name: str, needed: Sequence[str], other: Sequence[str]) -> Iterator[Fault]:
    if not heading:
        yield empty(name)
        return
    if wrong := other_separator(heading, name):
        yield from wrong
        return
    known = (*needed, *other)
    for column in dict.fromkeys(heading):
        spot = CellSpot(name, column=column)
        if column not in known:
            found = f'there is no column "{column}" here'
            yield spot.fault("column/unknown", found, "nothing would read it", did_you_mean(column, known))
        elif heading.count(column) > 1:
            yield spot.fault("column/twice", f'two columns are headed "{column}"', "", "one column of each name")
    for column in needed:
        if column not in heading:
            yield CellSpot(name).fault("column/missing", f"there is no column {column}", "", ",".join(known))


def _rows(
    lines: Iterator[list[str]], heading: list[str], name: str, faults: list[Fault]
) -> Iterator[tuple[int, dict[str, str]]]:
    number = 0
    for cells in lines:
        if not any(cells):
            continue
        number += 1
        if len(cells) != len(heading):
            found = f"the row has {len(cells)} cells, and the heading {len(heading)}"
            write = "as many cells as the heading has; quotes around a cell with a comma"
            faults.append(CellSpot(name, number).fault("row/length", found, "", write))
        else:
            yield number, dict(zip(heading, (cell.strip() for cell in cells), strict=True))


def read_small_csv(path: Path, name: str, fields: Mapping[str, Field]) -> list[Record]:
    """Read every row of a file with these columns; raises InputError with every fault."""
    needed = [column for column, declared in fields.items() if declared.needed]
    other = [column for column, declared in fields.items() if not declared.needed]
    faults: list[Fault] = []
    records = [
        _record(name, number, cells, fields, faults) for number, cells in rows_of(path, name, needed, other, faults)
    ]
    if faults:
        raise InputError(first_of_each_kind(faults))
    return [record for record in records if record is not None]


def _record(
    name: str, number: int, given: Mapping[str, str], fields: Mapping[str, Field], faults: list[Fault]
) -> Record | None:
    values: dict[str, Any] = {}
    before = len(faults)
    for column, declared in fields.items():
        text = given.get(column, "")
        spot = CellSpot(name, number, column, text)
        if not text:
            values[column] = declared.default
            if declared.needed:
                faults.append(spot.fault("cell/empty", f"{column} is empty", "no row is without it", ""))
            continue
        try:
            values[column] = declared.read(text)
        except Refusal as refusal:
            faults.append(refusal.at(spot))
    return Record(name, number, values, given) if len(faults) == before else None


def a_day(text: str) -> datetime.date:
    """Read a day, as 2025-04-01; raises Refusal."""
    day: datetime.date = value_of(Kind.DAY, text, textual=True)
    return day


def a_count(text: str) -> int:
    """Read a whole number; raises Refusal."""
    count: int = value_of(Kind.COUNT, text, textual=True)
    return count


def money_in(unit: str) -> Callable[[str], int]:
    """A reader of money with its sign, in minor units; it raises Refusal."""

    def read(text: str) -> int:
        pence: int = value_of(Kind.AMOUNT, text, money=unit, textual=True)
        return pence

    return read


def several(text: str) -> tuple[str, ...]:
    """Read texts with ``;`` between them."""
    return tuple(part.strip() for part in text.split(";") if part.strip())
