"""Kept: what rows came to is worked out again only where something that it is made from has changed.

Each sum stands under everything that it rests on: its sentence, what its contracts' numbers come to in every cell,
the price lists that it reads, and the world around it. Whoever settles once more with one number changed reads rows
for what that number touches. Nothing of a row is kept, only what rows came to; and what cannot be held against
what it was is taken for something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Any
from weakref import ref

from attrs import define, field, frozen

from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Node
from tallystick.kernel.pay.layout import Layout
from tallystick.kernel.pay.overlaid import Asked
from tallystick.kernel.pay.small import Small
from tallystick.kernel.pay.wanted import Grouped, Wanted
from tallystick.kernel.program import Program

Lists = Callable[[str], Sequence[Mapping[str, Any]]]


@frozen(kw_only=True)
class World:
    """What every sum of a settlement rests on, beside what it says itself."""

    engine: str
    rounding: int
    by_parties: bool
    contracts: Sequence[tuple[Any, ...]]
    cells: Sequence[tuple[int, int, int]]
    cell_days: Sequence[Any]
    breaks: Sequence[Any]
    facts: Mapping[str, Any]
    """For each table its declaration, and what its rows are known by: their files' content, else themselves."""


def world_of(program: Program, layout: Layout, facts: Mapping[str, Facts], engine: str) -> World:
    """The world of one settlement; equal to that of another only if their rows are the same."""
    case = program.case
    return World(
        engine=engine, rounding=case.rounding, by_parties=case.by_parties,
        contracts=[(one.id, one.provider, one.commissioner, one.first, one.until) for one in layout.contracts],
        cells=layout.cells, cell_days=layout.cell_days, breaks=layout.breaks,
        facts={name: (table.spec, table.content or ref(table)) for name, table in facts.items()},
    )  # fmt: skip


@frozen(eq=False, kw_only=True)
class Missing:
    """Sums that are had together, and what they are made from; ``asks`` is equal for the same sums.

    ``whose`` are the contracts that ask, as bits by their number: what others ask for in the same role may be laid
    over a sum, so for any other contract it says nothing.
    """

    table: str
    asks: tuple[Any, ...]
    whose: Mapping[Node, int]
    wanted: Wanted
    read: Mapping[Any, Any]

    def is_for(self, whose: Mapping[Node, int]) -> bool:
        """True if it was asked for by all of these contracts."""
        return all(not asking & ~self.whose[node] for node, asking in whose.items())


@frozen(eq=False)
class Piece:
    """What was missing, and what it came to; other sums that are found there are none of its own."""

    of: Missing
    grouped: Grouped


@define(eq=False)
class Kept:
    """What the rows of the last settlement came to, for the next one over the same rows."""

    _last: tuple[World | None, Sequence[Piece]] = (None, ())

    def opened(self, world: World, facts: Mapping[str, Facts]) -> Pieces:
        """What is of use in this world, for one settlement over these facts; several may be open at once."""
        was, pieces = self._last
        return Pieces(self, world, facts, pieces if was == world else ())


@define(eq=False)
class Pieces:
    """What one settlement may use of the one before it, and what it has found itself."""

    _kept: Kept
    _world: World
    _facts: Mapping[str, Facts]
    _earlier: Sequence[Piece]
    _used: list[Piece] = field(factory=list)

    def close(self) -> None:
        """Keep what this settlement has used, and let go of all else; nothing if a file has been written meanwhile."""
        if all(table.unchanged for table in self._facts.values()):
            self._kept._last = (self._world, self._used)

    def next_window(self) -> None:
        """The same settlement reads its rows once more."""
        self._earlier, self._used = self._used, []

    def known(self, table: str, wanted: Wanted, small: Small, lists: Lists) -> tuple[list[Piece], list[Missing]]:
        """What is wanted of a table's rows: what it came to if that is known, and what has to be read."""
        reads, same = _Reads(table, small, lists, self._world.facts), _Same()
        known: list[Piece] = []
        missing: list[Missing] = []
        for one in separate(wanted):
            apart = tuple((code, tuple(sums)) for code, sums in one.codes.items())
            asks = (tuple(one.sums), apart, frozenset(one.facts), frozenset(one.parties))
            whose = {node: one.asked.get(node, Asked()).whose for node in one.roots()}
            read = reads.all_of(one)
            for had in self._earlier:
                was = had.of
                if (was.table, was.asks) == (table, asks) and was.is_for(whose) and same(was.read, read):
                    known.append(had)
                    break
            else:
                missing.append(Missing(wanted=one, table=table, asks=asks, whose=whose, read=read))
        self._used += known
        return known, missing

    def found(self, missing: Sequence[Missing], grouped: Grouped) -> list[Piece]:
        """Take in what the rows came to."""
        made = [Piece(one, grouped) for one in missing]
        self._used += made
        return made


def separate(wanted: Wanted) -> Iterator[Wanted]:
    """What is wanted, in as many parts as can be had one without the other: what a code keeps apart is together."""
    together: list[set[Node]] = [{code, *sums} for code, sums in wanted.codes.items()]
    if wanted.facts:
        together.append(set(wanted.facts))
    merged: list[set[Node]] = []
    for some in together:
        touching = [one for one in merged if one & some]
        merged = [one for one in merged if not one & some] + [some.union(*touching)]
    for some in merged:
        yield wanted.only(some)
    taken = set[Node]().union(*merged)
    for node in wanted.sums:
        if node not in taken:
            yield wanted.only({node})
    if not wanted.sums:
        yield wanted


class _Reads:
    """What sums of one table read of contracts and of lists, in the cells in which somebody looks at it."""

    def __init__(self, table: str, small: Small, lists: Lists, facts: Mapping[str, Any]) -> None:
        self._table, self._small, self._lists, self._facts = table, small, lists, facts
        self._done: dict[Any, tuple[Any, Any]] = {}
        self._parts: dict[Node, frozenset[Any]] = {}

    def all_of(self, wanted: Wanted) -> dict[Any, tuple[Any, Any]]:
        """Everything by the node that says it, or by the name of the list."""
        of_all_rows = bool(wanted.facts)
        found: dict[Any, tuple[Any, Any]] = {}
        for one in frozenset[Any]().union(*(self._under(root) for root in wanted.roots())):
            if isinstance(one, Node):
                found[one] = self._once((one, of_all_rows), self._numbers)
            else:
                found[one] = self._once(one, self._listed)
        return found

    def _under(self, node: Node) -> frozenset[Any]:
        """What a sentence reads that is the same for a whole cell, as large as it comes, and the names of lists."""
        if node.op == "literal":
            return frozenset()
        if node not in self._parts:
            if node.grain.name != self._table:
                self._parts[node] = frozenset({node})
            else:
                looks = node.op in ("find", "exists") and self._is_list(str(node.data[0]))
                own = {str(node.data[0])} if looks else set[str]()
                self._parts[node] = frozenset(own).union(*(self._under(arg.bare) for arg in node.args))
        return self._parts[node]

    def _once(self, which: Any, work: Callable[[Any], tuple[Any, Any]]) -> tuple[Any, Any]:
        if which not in self._done:
            self._done[which] = work(which)
        return self._done[which]

    def _numbers(self, which: tuple[Node, bool]) -> tuple[Any, Any]:
        node, of_all_rows = which
        values, held = self._small.column(node, self._small.cells), self._small.held(node)
        return held, values if of_all_rows else list(compress(values, held))

    def _is_list(self, name: str) -> bool:
        return ":" in name or name not in self._facts or self._small.program.case.tables[name].prices

    def _listed(self, name: str) -> tuple[Any, Any]:
        if ":" not in name:
            return None, self._lists(name)
        holders = self._small.program.uses[name.rpartition(":")[0]].holders  # some of them may have no records
        return (self._small.layout.holding(holders), self._small.list_domain(name).places), self._small.records(name)


class _Same:
    """Whether two readings read the same; what many sums read is compared once."""

    def __init__(self) -> None:
        self._done: dict[tuple[int, int], bool] = {}

    def __call__(self, one: Mapping[Any, Any], other: Mapping[Any, Any]) -> bool:
        """True if both read the same things, and found the same there."""
        return one.keys() == other.keys() and all(self._alike(one[which], other[which]) for which in one)

    def _alike(self, one: Any, other: Any) -> bool:
        pair = (id(one), id(other))  # both are held by whoever asks
        if pair not in self._done:
            self._done[pair] = one == other
        return self._done[pair]
