"""CSV files: every cell as text, the heading as it is written, and rows that are too short or too long found out.

The rows themselves are parsed by Polars. It fills a short row without a word, so the commas of the file are
counted while it is hashed: a file in which one is missing is gone through row by row, and the row is named.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from attrs import frozen

from tallystick.files import encodings
from tallystick.files.problems import SHOWN
from tallystick.kernel.errors import Fault, FaultList, InputError

_BLOCK = 1 << 20
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@frozen
class Marks:
    """What was counted in a file's bytes: its hash, the commas of its data rows, and whether any cell is quoted."""

    digest: str
    commas: int
    quoted: bool


def heading(path: Path, file: str) -> list[str]:
    """The names in the first line that is not blank; raises InputError for a file that is not plain CSV in UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            names: list[str] = next((row for row in csv.reader(lines, strict=True) if row), [])
    except UnicodeDecodeError:
        raise InputError(not_utf8(path, file)) from None
    except csv.Error:
        raise InputError(_unreadable(file, 1)) from None
    if any("\x00" in name for name in names):
        raise InputError(not_utf8(path, file))
    if not names:
        raise InputError(empty(file))
    FaultList(other_separator(names, file)).raise_if_any()
    return names


def empty(file: str) -> Fault:
    """The fault of a file in which nothing stands."""
    return Fault(
        code="file/unreadable", found="the file is empty, without even a heading", file=file,
        write="a heading at least, which is all that a table without rows needs",
    )  # fmt: skip


def other_separator(names: list[str], file: str) -> list[Fault]:
    """The fault of a heading that is one cell with another sign than a comma between its names; none if it is not."""
    return [
        Fault(
            code="file/separator", found=f"the columns are set apart by {words}", file=file,
            why="only commas are read, so that a comma inside a cell is never taken for another column",
            write='the file saved again as "CSV UTF-8 (comma delimited)"',
        )
        for sign, words in _OTHER_SEPARATORS.items()
        if len(names) == 1 and sign in names[0]
    ]  # fmt: skip


def scan(path: Path) -> pl.LazyFrame:
    """Every cell as text, empty ones as empty text, with the row numbers; rows in which nothing stands are left out."""
    cells = pl.scan_csv(path, infer_schema=False, empty_string_is_null=False, glob=False)
    return cells.with_row_index("row number", offset=1).filter(~pl.all_horizontal(pl.exclude("row number") == ""))


def marks(path: Path, names: list[str]) -> Marks:
    """Hash the file and count its commas in one pass over the bytes."""
    sha, commas, quoted = hashlib.sha256(), 0, False
    for block in _blocks(path):
        sha.update(block)
        commas += block.count(b",")
        quoted = quoted or b'"' in block
    in_heading = len(names) - 1 + sum(name.count(",") for name in names)
    return Marks(sha.hexdigest(), commas - in_heading, quoted)


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, read in blocks."""
    sha = hashlib.sha256()
    for block in _blocks(path):
        sha.update(block)
    return sha.hexdigest()


def commas_of_a_row(names: list[str], *, quoted: bool) -> pl.Expr:
    """How many commas the line of a row has if no cell is wanting: between its cells, and inside quoted ones."""
    between = pl.lit(len(names) - 1, dtype=pl.UInt32)
    if not quoted:
        return between
    return between + pl.sum_horizontal(pl.col(name).str.count_matches(",", literal=True) for name in names)


def faults_of_heading(path: Path, names: list[str], file: str) -> list[Fault]:
    """Names that are wanting or stand twice, and a heading that Polars reads otherwise than Python does."""
    found = [
        Fault(
            code="column/repeated", found=f'"{name}" heads {names.count(name)} columns', file=file, column=name,
            why="nobody can tell which of them is meant", write="each heading once",
        )
        for name in sorted({name for name in names if name and names.count(name) > 1})
    ]  # fmt: skip
    bare = [str(position) for position, name in enumerate(names, start=1) if not name.strip()]
    if bare:
        found.append(Fault(
            code="column/unnamed", file=file, line=1,
            found=f"there is no heading above column{'s' * (len(bare) > 1)} {', '.join(bare)}",
            why="nobody can tell what stands there; often it is commas left at the end of every line",
            write="a heading, or the file without the column",
        ))  # fmt: skip
    if not found and pl.scan_csv(path, infer_schema=False, glob=False).collect_schema().names() != names:
        found.append(Fault(
            code="file/line-ends", found="the heading has line breaks or control characters in it", file=file, line=1,
            why="the lines may end in the old Macintosh way, or a quotation mark is not closed",
            write='the file saved again as "CSV UTF-8 (comma delimited)"',
        ))  # fmt: skip
    return found


def uneven_rows(path: Path, file: str, names: list[str]) -> list[Fault]:
    """Rows that have more or fewer cells than the heading; slow, and only for a file in which something is wrong."""
    uneven: list[tuple[int, int]] = []
    began = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.reader(lines, strict=True)
            next((row for row in rows if row), None)
            began = rows.line_num + 1
            for number, row in enumerate(rows, start=1):
                began = rows.line_num + 1
                if row and len(row) != len(names):
                    uneven.append((number, len(row)))
    except UnicodeDecodeError:
        return [not_utf8(path, file)]
    except csv.Error:
        return [_unreadable(file, began)]
    more = len(uneven) - SHOWN
    return [
        Fault(
            code="row/uneven", found=f"{cells:,} cells under {len(names):,} headings", file=file, row=row,
            why="a comma is missing or too many, so the cells do not stand under their headings",
            write="as many cells as headings; a cell that holds a comma in double quotation marks",
            times=1 + max(more, 0) * (position == SHOWN),
        )
        for position, (row, cells) in enumerate(uneven[:SHOWN], start=1)
    ]  # fmt: skip


def not_utf8(path: Path, file: str) -> Fault:
    """The fault of a file in another encoding, with the line where that shows first."""
    line, before = None, 0
    for number, content in enumerate(_lines(path), start=1):
        before = number
        try:
            content.decode()
        except UnicodeDecodeError:
            line = number
            break
    return encodings.not_utf8(next(_blocks(path), b""), file, line or before or None)


def _unreadable(file: str, line: int) -> Fault:
    return Fault(
        code="file/unreadable", found="from here on the file cannot be read as CSV", file=file, line=line,
        why="a quotation mark is opened and not closed, or stands inside a cell that is not quoted",
        write='cells that hold a comma or a quotation mark in double quotation marks: "3"" nail"',
    )  # fmt: skip


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file
