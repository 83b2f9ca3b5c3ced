"""A statement as an Excel workbook: one sheet, its sections below each other, money as numbers to the very penny.

Excel keeps a number as a binary fraction. What a cell of a workbook holds, though, is decimal digits, and any number
of at most fifteen digits comes back from Excel with the same fifteen. So money is written as an exact decimal of
pounds and pence, and an amount with more digits is refused.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tallystick.kernel.errors import SettlementError
from tallystick.kernel.money import SIGNS
from tallystick.report.layout import Cell, Pence, Section
from tallystick.report.spreadsheet import workbook, write

if TYPE_CHECKING:
    from tallystick.report.statement import Statement

EXACT_DIGITS = 15
"""So many decimal digits go through a cell of Excel unchanged, whatever they are."""

SHEET = "statement"
_ITEM, _CELL = 70, 18


def pounds(pence: int) -> Decimal:
    """Whole pence as exact pounds: 123456 is 1234.56. SettlementError for more digits than Excel keeps."""
    if abs(pence) >= 10**EXACT_DIGITS:
        raise SettlementError(
            f"an amount of {pence:,} pence has more than {EXACT_DIGITS} digits, which an Excel cell cannot hold exactly"
        )
    return Decimal(pence).scaleb(-2)


def statement_xlsx(statement: Statement) -> bytes:
    """The statement as a workbook; the same statement gives the same bytes. Raises InputError without XlsxWriter."""
    file = io.BytesIO()
    with workbook(file) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.set_column(0, 0, _ITEM)
        sheet.set_column(1, 8, _CELL)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        _Sheet(sheet=sheet, shapes=_shapes(book, statement.money)).fill(statement)
    return file.getvalue()


def _shapes(book: Any, money: str) -> dict[str, Any]:
    sign = SIGNS[money]
    amount = f'"{sign}"#,##0.00;-"{sign}"#,##0.00'
    wrapped = {"text_wrap": True, "valign": "top"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "section": book.add_format({"bold": True, "bottom": 1}),
        "heading": book.add_format({"bold": True, "align": "right"}),
        "text": book.add_format(wrapped), "right": book.add_format({**wrapped, "align": "right"}),
        "money": book.add_format({"num_format": amount, "valign": "top"}),
        "count": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "text total": book.add_format({**wrapped, "bold": True, "top": 1}),
        "right total": book.add_format({**wrapped, "bold": True, "top": 1, "align": "right"}),
        "money total": book.add_format({"num_format": amount, "bold": True, "top": 1, "valign": "top"}),
        "count total": book.add_format({"num_format": "#,##0", "bold": True, "top": 1, "valign": "top"}),
    }  # fmt: skip


@frozen(eq=False, kw_only=True)
class _Sheet:
    sheet: Any
    shapes: dict[str, Any]

    def fill(self, statement: Statement) -> None:
        """Write the whole statement, from the top down."""
        self._text(0, 0, f"Statement: {statement.title or statement.contract}", "title")
        row = 2
        for name, said in statement.head:
            self._text(row, 0, f"{name}: {said}" if name else said, "text")
            row += 1
        for section in statement.sections:
            row = self._section(row + 1, section)
        for party in statement.parties:
            row += 1
            self._text(row, 0, f"Agreed for {party}", "text")
            self._text(row, 1, "Date", "text")

    def _section(self, row: int, section: Section) -> int:
        """Write one section from that row on; returns the first row below it."""
        self._text(row, 0, section.title, "section")
        for said in section.above:
            row += 1
            self._text(row, 0, said, "text")
        if section.rows and any(section.headings):
            row += 1
            for column, name in enumerate(section.headings):
                self._text(row, column, name, "heading" if column > section.left else "section")
        for one in section.rows:
            row += 1
            self._row(row, one.item, one.cells, section.left, " total" if one.total else "")
        for note in section.notes:
            row += 1
            self._text(row, 0, note, "text")
        return row + 1

    def _row(self, row: int, item: str, cells: Sequence[Cell], left: int, total: str) -> None:
        self._text(row, 0, item, f"text{total}")
        for column, cell in enumerate(cells, start=1):
            if isinstance(cell, Pence):
                write(self.sheet.write_number, row, column, pounds(cell.pence), self.shapes[f"money{total}"])
            elif isinstance(cell, int):
                if abs(cell) >= 10**EXACT_DIGITS:
                    raise SettlementError(f"a count of {cell:,} has more digits than an Excel cell holds exactly")
                write(self.sheet.write_number, row, column, cell, self.shapes[f"count{total}"])
            else:
                self._text(row, column, cell, f"{'text' if column <= left else 'right'}{total}")

    def _text(self, row: int, column: int, text: str, shape: str) -> None:
        if text:
            write(self.sheet.write_string, row, column, text, self.shapes[shape])
        else:
            write(self.sheet.write_blank, row, column, None, self.shapes[shape])
