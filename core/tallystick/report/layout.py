"""How a statement is laid out: sections of cells, as text of at most a hundred columns or as a spreadsheet's rows."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from attrs import field, frozen

from tallystick.kernel.money import money_text

WIDTH = 100
"""The widest line of a statement."""

_GAP = "  "
_NARROWEST = 7


@frozen
class Pence:
    """Money in a cell, in minor units of the run's unit of account."""

    pence: int


Cell: TypeAlias = str | int | Pence


@frozen
class Row:
    """One line: what it is about, and its cells. ``total`` sets it off with a rule above."""

    item: str
    cells: tuple[Cell, ...] = ()
    total: bool = False


@frozen(kw_only=True)
class Section:
    """One part of a statement: a table with headings, what is said above and below it.

    ``left`` counts the cells after the item that are text, set to the left; amounts end at the right edge.
    """

    title: str
    above: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    left: int = field(default=0)

    def as_text(self, money: str) -> Iterator[str]:
        """Its lines, the first of them its title."""
        yield self.title.upper()
        for said in self.above:
            yield from _wrapped(said, WIDTH)
        shown = [[cell_text(cell, money) for cell in row.cells] for row in self.rows]
        widths = [max(map(len, column)) for column in zip(self.headings[1:], *shown, strict=True)] if self.rows else []
        room = WIDTH - sum(widths) - len(_GAP) * len(widths)
        item = max(_NARROWEST, room)
        if self.rows and any(self.headings):
            yield self._line(self.headings[0], self.headings[1:], item, widths)
        for row, cells in zip(self.rows, shown, strict=True):
            if row.total:
                yield "-" * (item + sum(widths) + len(_GAP) * len(widths))
            first, *more = _wrapped(row.item, item)
            yield self._line(first, cells, item, widths)
            yield from more
        for note in self.notes:
            yield from _wrapped(note, WIDTH)

    def _line(self, item: str, cells: Sequence[str], width: int, widths: Sequence[int]) -> str:
        padded = [
            cell.ljust(wide) if place < self.left else cell.rjust(wide)
            for place, (cell, wide) in enumerate(zip(cells, widths, strict=True))
        ]
        return _GAP.join([item.ljust(width), *padded]).rstrip()

    def as_rows(self) -> Iterator[list[str]]:
        """Its lines as cells, money as plain decimals, each with the section's title in front."""
        yield from ([self.title, said] for said in self.above)
        if self.rows and any(self.headings):
            yield [self.title, *self.headings]
        for row in self.rows:
            yield [self.title, row.item, *map(cell_plain, row.cells)]
        for note in self.notes:
            yield [self.title, note]


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines; most fit, and are not worth asking twice about in ten thousand statements."""
    return [text] if len(text) <= width else textwrap.wrap(text, width, subsequent_indent="  ")


def cell_text(cell: Cell, money: str) -> str:
    """A cell as people read it: £1,234.56, 1,234."""
    if isinstance(cell, Pence):
        return money_text(cell.pence, money)
    return f"{cell:,}" if isinstance(cell, int) else cell


def cell_plain(cell: Cell) -> str:
    """A cell as a spreadsheet reads it: 1234.56, 1234."""
    if isinstance(cell, Pence):
        whole, rest = divmod(abs(cell.pence), 100)
        return f"{'-' if cell.pence < 0 else ''}{whole}.{rest:02d}"
    return str(cell)


def amount(pence: int) -> Cell:
    """Money in a cell, or nothing where there is none."""
    return Pence(pence) if pence else ""


def many(units: int) -> Cell:
    """A count in a cell, or nothing where there is none."""
    return units or ""
