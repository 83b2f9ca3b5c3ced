"""Which groups may be shown apart: none that is too small, and none that could be taken out of two runs.

A rule's rows lie each in one *cell*: satisfied, not satisfied, no answer. Some cells are shown apart, and all the
others together as the *rest*. What anyone can work out from that is the number of rows in each cell that is shown and
in the rest (the rows of the rule are no secret), and by the money how many rows of the rest brought the party
something and how many did not. None of these may be one to nine; nor may the difference of any of them from what was
shown before. A difference that falls to one cell alone is none either: it would tell of every row in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

SMALLEST = 10
"""The smallest group that is shown, unless the scheme says another."""

Counts = tuple[int, int, int, int]
"""Rows that bring the party money and rows that do not; then the same without rows whose cell is known anyway."""

NOTHING: Counts = (0, 0, 0, 0)


@frozen(kw_only=True)
class Cell:
    """Rows that one part of a rule says the same of.

    ``unknown`` counts the rows that are not in this cell by something that everyone may see; ``people`` the different
    people in it. ``to_party`` says whether its money comes to the party or goes from it.
    """

    name: str
    rows: int = 0
    unknown: int = 0
    people: int = 0
    to_party: bool = False

    @property
    def counts(self) -> Counts:
        """The cell as four numbers."""
        return (self.rows, 0, self.unknown, 0) if self.to_party else (0, self.rows, 0, self.unknown)

    def is_large(self, smallest: int) -> bool:
        """True if there are enough rows and people in it."""
        return min(self.rows, self.unknown, self.people) >= smallest


@frozen
class Block:
    """Cells of which only the sum was shown, with its counts."""

    cells: tuple[str, ...]
    counts: Counts


Shown = tuple[Block, ...]
"""All that was shown of a rule at one time."""


@frozen(kw_only=True)
class Arranged:
    """Cells shown apart, and those shown together; ``netted`` if even all together are too few to be shown."""

    apart: tuple[Cell, ...]
    rest: tuple[Cell, ...]
    netted: bool

    def shown(self) -> Shown:
        """What is shown by this, to be compared with later."""
        blocks = [Block((cell.name,), cell.counts) for cell in self.apart]
        return (*blocks, *([Block(_names(self.rest), _sum(self.rest))] if self.rest else []))


def arrange(
    cells: Iterable[Cell], before: Sequence[Shown] = (), *, smallest: int = SMALLEST, together: bool = False,
    apart: bool = True,
) -> Arranged:  # fmt: skip
    """Show apart as many cells as may be, the largest longest.

    ``before`` is all that was shown earlier. ``together`` says that the rest holds money that no row counts, so it
    must hold a large group too. With ``apart`` false nothing is shown apart and all is netted.
    """
    ordered = sorted(cells, key=lambda cell: (cell.unknown, cell.rows, cell.name))
    shown = [cell for cell in ordered if apart and cell.is_large(smallest)]
    rest = [cell for cell in ordered if cell not in shown]
    while shown and (move := _first_to_hide(shown, rest, before, smallest, together=together)) is not None:
        shown.remove(move)
        rest.append(move)
    few = not _is_large_enough(rest, smallest, together=True)
    return Arranged(apart=tuple(shown), rest=tuple(rest), netted=not apart or (not shown and few))


def _first_to_hide(
    shown: Sequence[Cell], rest: Sequence[Cell], before: Sequence[Shown], smallest: int, *, together: bool
) -> Cell | None:
    """The smallest cell that has to join the rest, because something smaller could be worked out; None if none."""
    if not _is_large_enough(rest, smallest, together=together):
        enough = (cell for cell in shown if _is_large_enough([*rest, cell], smallest, together=together))
        return next(enough, shown[0])
    now = Arranged(apart=tuple(shown), rest=tuple(rest), netted=False).shown()
    for earlier in ((), *before):
        wrong = _wrong(now, earlier, smallest)
        if wrong:
            return next((cell for cell in shown if cell.name in wrong), shown[0])
    return None


def _is_large_enough(rest: Sequence[Cell], smallest: int, *, together: bool) -> bool:
    counts = _sum(rest)
    return all(_tells_nothing(count, smallest) for count in counts) and (
        not together or min(counts[0] + counts[1], counts[2] + counts[3]) >= smallest
    )


def _tells_nothing(count: int, smallest: int) -> bool:
    return count == 0 or abs(count) >= smallest


def _wrong(now: Shown, earlier: Shown, smallest: int) -> set[str]:
    """Cells in a difference between the two that is too small, or that all fell to them; empty if there is none.

    Where the two have nothing in common but the whole, the difference is of the whole, which the payment tells too.
    """
    parts = _common(now, earlier)
    differences = {names: _difference(names, now, earlier) for names in parts}
    changed = [names for names in parts if differences[names] != NOTHING]
    if len(parts) < 2:
        return set()
    if len(changed) == 1:
        return set(changed[0])
    return {
        name
        for names in changed
        if not all(_tells_nothing(count, smallest) for count in differences[names])
        for name in names
    }


def _common(now: Shown, earlier: Shown) -> list[frozenset[str]]:
    """The smallest sets of cells of which both shows the sum."""
    parts: list[frozenset[str]] = []
    for block in (*now, *earlier):
        touched = [part for part in parts if part & set(block.cells)]
        parts = [part for part in parts if part not in touched]
        parts.append(frozenset(block.cells).union(*touched))
    return sorted(parts, key=sorted)


def _difference(names: frozenset[str], now: Shown, earlier: Shown) -> Counts:
    one, other = ([b.counts for b in shown if names.issuperset(b.cells)] for shown in (now, earlier))
    return _minus(_added(one), _added(other))


def _sum(cells: Iterable[Cell]) -> Counts:
    return _added([cell.counts for cell in cells])


def _added(several: Iterable[Counts]) -> Counts:
    found = list(NOTHING)
    for counts in several:
        found = [one + other for one, other in zip(found, counts, strict=True)]
    return (found[0], found[1], found[2], found[3])


def _minus(one: Counts, other: Counts) -> Counts:
    return (one[0] - other[0], one[1] - other[1], one[2] - other[2], one[3] - other[3])


def _names(cells: Iterable[Cell]) -> tuple[str, ...]:
    return tuple(sorted(cell.name for cell in cells))


def as_plain(shown: Shown) -> list[dict[str, list[object]]]:
    """What was shown, as it stands in a file."""
    return [{"cells": list(block.cells), "counts": list(block.counts)} for block in shown]


def from_plain(given: Sequence[Mapping[str, Sequence[object]]]) -> Shown:
    """The same read back; raises KeyError, TypeError or ValueError for anything else."""
    blocks = []
    for one in given:
        counts = [count for count in one["counts"] if isinstance(count, int) and not isinstance(count, bool)]
        if len(counts) != len(NOTHING) or len(one["counts"]) != len(NOTHING):
            raise ValueError("a block has four counts")
        blocks.append(Block(tuple(map(str, one["cells"])), (counts[0], counts[1], counts[2], counts[3])))
    return tuple(blocks)
