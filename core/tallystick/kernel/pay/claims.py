"""Claims: payable units by state, counted on the rows beside the money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tallystick.kernel.facts import Facts
from tallystick.kernel.grains import TERMS
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.language.series import Count, Flag, Maybe, literal, series
from tallystick.kernel.language.words import when
from tallystick.kernel.pay.layout import NO_CONTRACT, TWO_CONTRACTS, Layout
from tallystick.kernel.pay.passes import Passes
from tallystick.kernel.pay.small import Small, added
from tallystick.kernel.program import Program
from tallystick.kernel.reading import ReceivedLine, Reading, UnitsLine, UnplacedLine
from tallystick.kernel.trace import TracedUnits


@frozen(eq=False)
class Claim:
    """One claim of one rule, with the row expressions that are summed for it."""

    identity: str
    number: int
    claim: TracedUnits
    sums: tuple[Node | None, ...]
    """Units, priced, worth, clashing and unnamed, as row expressions; None for what is always zero."""


class Claims:
    """All claims of a program, and what every table received."""

    def __init__(self, program: Program, facts: Mapping[str, Facts]) -> None:
        self.program = program
        self.received = {(name, unit): _units_of(table, unit) for name, table in facts.items() for unit in table.spec.units}
        everyone = [
            (identity, number, claim)
            for identity, use in program.uses.items() for number, claim in enumerate(use.traced.units)
        ]  # fmt: skip
        self.claims = [Claim(i, n, claim, _sums(i, n, claim, everyone, program)) for i, n, claim in everyone]

    def nodes(self) -> Iterator[Node]:
        """Every row expression that has to be summed."""
        yield from self.received.values()
        for claim in self.claims:
            yield from (node for node in claim.sums if node is not None)

    def emit(self, passes: Passes, small: Small, layout: Layout, reading: Reading) -> None:
        """Write down what was received, what each claim came to, and the rows that have no contract."""
        keys = [(layout.contracts[number].id, period.number) for number, period in layout.periods]
        for (table, unit), node in self.received.items():
            counts = added(passes.split_sum(node, small), small.cells.places, len(keys), Kind.COUNT)
            reading.received.extend(ReceivedLine(*key, table, unit, n) for key, n in zip(keys, counts, strict=True) if n)
        for claim in self.claims:
            self._emit(claim, passes, small, keys, reading)
        for table in sorted({table for table, _ in self.received}):
            found = passes.found[0, table]
            for code, why in ((NO_CONTRACT, "no contract"), (TWO_CONTRACTS, "two contracts")):
                rows = sum(n for cell, n in zip(found.cells, found.rows, strict=True) if cell == code)
                if rows:
                    reading.unplaced.append(UnplacedLine(table, why, rows))

    def _emit(self, claim: Claim, passes: Passes, small: Small, keys: list[tuple[str, int]], reading: Reading) -> None:
        places, size = small.cells.places, len(keys)
        columns = [
            [0] * size if node is None else added(passes.split_sum(node, small), places, size, node.kind)
            for node in claim.sums
        ]  # fmt: skip
        holders = self.program.uses[claim.identity].holders
        for key, *found in zip(keys, *columns, strict=True):
            if key[0] in holders and any(found):
                what = claim.claim
                reading.units.append(UnitsLine(*key, what.table, what.unit, claim.identity, claim.number, *found))


def _units_of(facts: Facts, unit: str) -> Node:
    table = facts.spec.cls()
    of = facts.spec.units[unit]
    count: Any = getattr(table, of) if of else table.rows
    return (count.or_else(0) if isinstance(count, Maybe) else count).node  # type: ignore[no-any-return]


def holds(identity: str) -> Flag:
    """Whether the row's contract holds the rule: a rule's presence is a column like its numbers."""
    return Flag(Node("holds", (), (identity,), kind=Kind.FLAG, grain=TERMS))


def _sums(identity: str, number: int, claim: TracedUnits, everyone: list[tuple[str, int, TracedUnits]], program: Program) -> tuple[Node | None, ...]:
    one = literal(Kind.COUNT, 1)
    units = Count(claim.units)
    priced = units if claim.priced == claim.where else when(Flag(claim.priced), units)
    unnamed = None if claim.unnamed is None else when(Flag(claim.unnamed), one).node
    rivals = [
        (other, n, c) for other, n, c in everyone
        if (other, n) != (identity, number) and (c.table, c.unit) == (claim.table, claim.unit) and c.state != "valued"
        and set(program.uses[other].holders) & set(program.uses[identity].holders)
    ]  # fmt: skip
    clashing = None
    if rivals and claim.state != "valued":
        others: Count = literal(Kind.COUNT, 0)
        for other, _, rival in rivals:
            others = others + when(series(rival.where) & holds(other), one)
        clashing = when(Flag(claim.where) & (others > 0), one).node
    return (units.node, priced.node, claim.worth, clashing, unnamed)
