"""Excel workbooks, made by XlsxWriter where it is installed: the same cells give the same bytes on any day."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tallystick.kernel.errors import Fault, InputError

MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""The day that every workbook says it was made on, so that equal workbooks are equal files."""


def needs_excel() -> Any:
    """The module that writes workbooks; InputError with what to install where it is not there."""
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        raise InputError(Fault(
            code="excel/missing", found="Excel files cannot be written here",
            why="the package xlsxwriter, which writes them, is not installed", write='pip install "tallystick[excel]"',
        )) from None  # fmt: skip
    return xlsxwriter


@contextmanager
def workbook(file: io.BytesIO) -> Iterator[Any]:
    """A workbook that is written to ``file`` when the block ends; no text of it is ever taken for a formula or link."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with needs_excel().Workbook(file, options) as book:
        book.set_properties({"created": MADE})
        yield book


def write(put: Callable[..., int], row: int, column: int, cell: Any, shape: Any) -> None:
    """Put one cell, counted from 0; InputError for a cell or a row that Excel cannot hold, which it would drop."""
    if put(row, column, cell, shape) != 0:
        raise InputError(Fault(
            code="excel/too-large", found=f"row {row + 1:,}, column {column + 1:,}: an Excel sheet cannot hold it",
            why="a sheet has 1,048,576 rows, and a cell 32,767 letters", write="a CSV file instead",
        ))  # fmt: skip
