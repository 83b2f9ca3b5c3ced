"""Spots: the place that a value was read from, so that whoever refuses the value can say where it stands.

A value may be refused far from any file, so it is refused with a :class:`Refusal`, which says what, why and
what to write; the reader, who knows the spot, turns it into a :class:`~tallystick.kernel.errors.Fault`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import attrs
from attrs import frozen

from tallystick.kernel.errors import Fault

MOST_OF_A_KIND = 20
"""How many faults of one kind in one column are shown; the others are counted."""


class Refusal(ValueError):  # noqa: N818 - it is refused here and becomes a fault elsewhere
    """A value that cannot be taken, without its place; ``code`` is the stable code of the fault."""

    def __init__(self, code: str, found: str, why: str = "", write: str = "") -> None:
        super().__init__(found)
        self.code, self.found, self.why, self.write = code, found, why, write

    def at(self, spot: Spot) -> Fault:
        """The fault of this refusal at its place."""
        return spot.fault(self.code, self.found, self.why, self.write)


class Spot(Protocol):
    """A place in a file. ``textual`` is true where every value is text, as in a CSV file."""

    @property
    def textual(self) -> bool:
        """True where a number, a day or a flag is written as text too."""

    def at(self, *more: str | int) -> Spot:
        """The place of a part: of a key, or of an item by its index from 0."""

    def fault(self, code: str, found: str, why: str = "", write: str = "", *, key: bool = False) -> Fault:
        """A fault at this place; at the key itself and not its value if ``key``."""


@frozen
class CellSpot:
    """One cell of a CSV file: its data row from 1, and the heading of its column."""

    file: str
    row: int | None = None
    column: str = ""
    cell: str = ""
    textual: bool = True

    def at(self, *more: str | int) -> CellSpot:
        """A cell has no parts, so its parts are where it is."""
        return self

    def fault(self, code: str, found: str, why: str = "", write: str = "", *, key: bool = False) -> Fault:
        """A fault that shows the cell and never its row."""
        return Fault(
            code=code, found=found, why=why, write=write, file=self.file, row=self.row, column=self.column or None,
            source=self.cell,
        )  # fmt: skip


def first_of_each_kind(faults: Iterable[Fault]) -> list[Fault]:
    """Keep the first twenty faults of a kind in a column; the twentieth says how many more there are."""
    kept: list[Fault] = []
    places: dict[tuple[str, str, int | str | None], list[int]] = {}
    for fault in faults:
        if fault.row is None:
            kept.append(fault)
            continue
        of_kind = places.setdefault((fault.code, fault.file, fault.column), [])
        if len(of_kind) < MOST_OF_A_KIND:
            of_kind.append(len(kept))
            kept.append(fault)
        else:
            last = of_kind[-1]
            kept[last] = attrs.evolve(kept[last], times=kept[last].times + 1)
    return kept
