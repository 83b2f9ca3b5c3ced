"""Divided: rows that look around, or look in a large table in no order, are gone through in parts that fit in memory.

A window of rows, and a join by keys in no order, hold all that they may still need. Where that is more than the limit
allows, rows are divided by the value that they look by, a person or a spell: a part of the rows meets only that part
of the other table, and the sums of all parts are added up. Each part reads the files once more.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
from attrs import define, field, frozen

from tallystick.kernel.errors import SettlementError
from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Node, walk
from tallystick.kernel.pay.engines import engine
from tallystick.kernel.pay.engines.reach import Reach
from tallystick.kernel.pay.lookups import Which

MOST_PARTS = 64
"""Into more parts nothing is divided: each of them reads the files once more."""

OF_A_KEY, OF_A_COLUMN, OF_A_ROW = 100, 30, 1_000
"""Bytes that are held of a row that is looked up, for each key and column, and of a row that looks around."""

_LIMIT: ContextVar[int | None] = ContextVar("memory", default=None)


@contextmanager
def within(limit: int | None) -> Iterator[None]:
    """What is worked out inside should take no more bytes than this; without a number, half of what the machine has."""
    token = _LIMIT.set(limit)
    try:
        yield
    finally:
        _LIMIT.reset(token)


@define
class Division:
    """How the rows of a scan are divided: by the value of a column, into so many parts."""

    by: str
    parts: int
    reaches: list[Reach] = field(factory=list)

    def reach(self, by: str) -> Reach:
        """Which rows of one table are read: those of the part that is gone through, by a column of its own."""
        self.reaches.append(Reach(by=by, of=self.parts))
        return self.reaches[-1]

    def each(self) -> Iterator[None]:
        """One part after the other."""
        for part in range(self.parts):
            for reach in self.reaches:
                reach.part = part
            yield


@frozen
class Held:
    """A look-up in a table in no order: by which columns of the rows it could be divided, and what it holds."""

    by: Collection[str]
    most: int
    """Bytes, if all rows are held that anybody could find."""
    of_a_row: int
    frame: Any
    """The rows that are held."""

    def counted(self) -> int:
        """Bytes of the rows that are."""
        (found,) = engine().collected([self.frame.select(nw.len().cast(nw.Int64).alias("~n")).to_native()])
        return int(found["~n"][0]) * self.of_a_row


def held(which: Which, table: str, columns: Collection[str], other: Facts, frame: Any, most: int) -> Held:
    """What a look-up from a table's rows holds of another table: of ``most`` rows those in ``frame``, if anybody."""
    size = OF_A_KEY * len(which.keys) + OF_A_COLUMN * len(columns)
    return Held(which.key_of(table) if other.known is not None else {}, most * size, size, frame)


def division(facts: Facts, roots: Iterable[Node], lookups: Sequence[Held]) -> Division | None:
    """How a table's rows are divided so that what they hold fits; None where they need not, or cannot, be divided.

    SettlementError where a limit was set, and they cannot be divided so far.
    """
    if not engine().divides:
        return None
    windows = {node.op for node in walk(*(root.bare for root in roots))} & _BY_WINDOW.keys()
    around = OF_A_ROW * facts.rows if windows else 0
    set_by_user = _LIMIT.get()
    room = (set_by_user or _half_of_the_machine()) // 2  # the other half is for all else
    if around + sum(one.most for one in lookups) <= room:
        return None
    sizes = [one.counted() for one in lookups]
    if around + sum(sizes) <= room:
        return None
    by = "" if facts.known is None else _of_windows(facts, windows) if windows else _of_lookups(lookups, sizes)
    apart = [(size, by in one.by) for one, size in zip(lookups, sizes, strict=True)]
    whole = sum(size for size, is_divided in apart if not is_divided) + (0 if by else around)
    parts = -(-(sum(sizes) + around - whole) // max(room - whole, 1))
    if set_by_user and (whole > room or parts > MOST_PARTS):
        raise _too_little(facts, sum(sizes) + around, set_by_user, around=bool(windows))
    return Division(by, min(parts, MOST_PARTS)) if by and parts > 1 else None


def _of_lookups(lookups: Sequence[Held], sizes: Sequence[int]) -> str:
    """The column by which most can be divided; nothing if there is none."""
    could = {name: 0 for one in lookups for name in one.by}
    for one, size in zip(lookups, sizes, strict=True):
        for name in one.by:
            could[name] += size
    return max(sorted(could), key=could.__getitem__, default="")


_BY_WINDOW = {"first": "person", "earlier": "person", "running": "contract"}
"""The columns by which windows are apart: rows with another value there are never looked at."""


def _of_windows(facts: Facts, windows: Collection[str]) -> str:
    """The column by which all of them are apart; nothing if there is none."""
    found = {_BY_WINDOW[one] for one in windows}
    (by,) = found if len(found) == 1 else ("",)
    stats = facts.stats.get(by)
    # A row that names no contract may belong to one that others name.
    unnamed = by == "contract" and (stats is None or stats.nulls > 0)
    return "" if by not in facts.spec.columns or unnamed else by


def _half_of_the_machine() -> int:
    """Half of its memory, or of what a container of it may take."""
    try:
        most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # a machine that does not say
        most = 2**34
    with suppress(OSError, ValueError):
        most = min(most, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return most // 2


def _too_little(facts: Facts, needed: int, limit: int, *, around: bool) -> SettlementError:
    name, most = facts.spec.name, 2 * needed // 2**20
    what, too = (
        f"what rows of {name} look up",
        f", or put {name} and the tables that it looks in into the order of keys",
    )
    if around:
        what, too = f"what rows of {name} look at, which are others of their person or contract,", ""
    return SettlementError(
        f"{what} takes about {most:,} MB for {facts.rows:,} rows, and {limit // 2**20:,} MB are allowed; "
        f"allow more memory{too}"
    )
