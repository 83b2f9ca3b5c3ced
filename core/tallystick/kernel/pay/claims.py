"""Claims: payable units by state, counted on the rows beside the money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import compress
from typing import Any

from attrs import frozen

from tallystick.kernel.facts import Facts
from tallystick.kernel.grains import TERMS
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.language.series import Count, Flag, Maybe, literal
from tallystick.kernel.language.words import when
from tallystick.kernel.pay import operations
from tallystick.kernel.pay.faults import stop_contract
from tallystick.kernel.pay.layout import NO_CONTRACT, TWO_CONTRACTS, Layout
from tallystick.kernel.pay.operations import Stopped
from tallystick.kernel.pay.passes import Passes
from tallystick.kernel.pay.scan import is_placed
from tallystick.kernel.pay.small import Small, added
from tallystick.kernel.program import Program
from tallystick.kernel.reading import Reading, ReceivedLine, UnitsLine, UnplacedLine
from tallystick.kernel.tables import TableSpec
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
        self.received = {
            (name, unit): _units_of(table.spec, unit)
            for name, table in facts.items() if is_placed(table.spec) for unit in table.spec.units
        }  # fmt: skip
        self.placed = sorted(name for name, table in facts.items() if is_placed(table.spec))
        everyone = [
            (identity, number, claim)
            for identity, use in program.uses.items() for number, claim in enumerate(use.traced.units)
        ]  # fmt: skip
        self.claims = [Claim(i, n, claim, _sums(i, n, claim, everyone, program)) for i, n, claim in everyone]

    def nodes(self) -> Iterator[tuple[str, tuple[object, ...], Node]]:
        """Every row expression that has to be summed, for which identity and in which role; for all under no name."""
        yield from (("", (), node) for node in self.received.values())
        for one in self.claims:
            rule, says = self.program.uses[one.identity].cls.rule_name, one.claim
            for place, node in enumerate(one.sums):
                if node is not None:
                    yield one.identity, (rule, "claim", says.unit, says.state, says.reason, place), node

    def emit(self, passes: Passes, small: Small, layout: Layout, reading: Reading) -> None:
        """Write down what was received, what each claim came to, and the rows that have no contract."""
        keys = [(layout.contracts[number].id, period.number) for number, period in layout.periods]
        for (table, unit), node in self.received.items():
            counts = added(passes.split_sum(node, small), small.cells.places, len(keys), Kind.COUNT)
            reading.received.extend(
                ReceivedLine(*key, table, unit, n) for key, n in zip(keys, counts, strict=True) if n
            )
        for claim in self.claims:
            self._emit(claim, passes, small, keys, reading)
        for table in self.placed:
            found = passes.found[0, table]
            for code, why in ((NO_CONTRACT, "no contract"), (TWO_CONTRACTS, "two contracts")):
                if rows := found.any.counted[code]:
                    reading.unplaced.append(UnplacedLine(table, why, rows))

    def _emit(self, claim: Claim, passes: Passes, small: Small, keys: list[tuple[str, int]], reading: Reading) -> None:
        places, size = small.cells.places, len(keys)
        columns = [
            [0] * size if node is None else added(passes.split_sum(node, small), places, size, node.kind)
            for node in claim.sums
        ]  # fmt: skip
        holders = self.program.uses[claim.identity].holders
        held = [contract in holders for contract, _ in keys]
        may_stop = any(Stopped in map(type, column) for column in columns)
        for key, *found in compress(zip(keys, *columns, strict=True), held):
            units, priced, worth, clashing, unnamed = found
            if may_stop and (stop := operations.stop_in((priced, clashing, unnamed, units, worth))):
                stop_contract(reading, key[0], stop)
            elif any(found):
                what = claim.claim
                line = (*key, what.table, what.unit, claim.identity, claim.number, *found)
                reading.units.append(UnitsLine._make(line))


def _units_of(spec: TableSpec, unit: str) -> Node:
    table = spec.cls()
    of = spec.units[unit]
    count: Any = getattr(table, of) if of else table.rows
    return (count.or_else(0) if isinstance(count, Maybe) else count).node  # type: ignore[no-any-return]


def holds(identity: str) -> Flag:
    """Whether the row's contract holds the rule: a rule's presence is a column like its numbers."""
    return Flag(Node("holds", (), (identity,), kind=Kind.FLAG, grain=TERMS))


def _sums(
    identity: str, number: int, claim: TracedUnits, everyone: list[tuple[str, int, TracedUnits]], program: Program
) -> tuple[Node | None, ...]:
    one = literal(Kind.COUNT, 1)
    units = Count(claim.units)
    priced = units if claim.priced == claim.where else when(Flag(claim.priced), units)
    unnamed = None if claim.unnamed is None else when(Flag(claim.unnamed), one).node
    clashes = None if claim.state == "valued" else _clashes(identity, claim, everyone, program)
    clashing = None if clashes is None else when(Flag(claim.where) & clashes, one).node
    return (units.node, priced.node, claim.worth, clashing, unnamed)


def _clashes(
    identity: str, claim: TracedUnits, everyone: list[tuple[str, int, TracedUnits]], program: Program
) -> Flag | None:
    """Where another rule claims the row too, or this one claims more than it holds; None if neither can be."""
    same = [
        (other, c) for other, _, c in everyone
        if (c.table, c.unit) == (claim.table, claim.unit) and c.state != "valued"
        and set(program.uses[other].holders) & set(program.uses[identity].holders)
    ]  # fmt: skip
    clashes: Flag | None = None
    for other, rival in same:
        if other != identity:
            # Only where it is held: a number of a rule that the contract does not hold is missing, and missing stops.
            too: Flag = when(holds(other), Flag(rival.where), literal(Kind.FLAG, False))
            clashes = too if clashes is None else clashes | too
    held = Count(_units_of(program.case.tables[claim.table], claim.unit))
    own = [c for other, c in same if other == identity]
    if len(own) > 1 or claim.units.bare != when(Flag(claim.where), held).node.bare:
        claimed: Count = literal(Kind.COUNT, 0)
        for one in own:
            claimed = claimed + Count(one.units).at_least(0)
        more = claimed > held
        clashes = more if clashes is None else clashes | more
    return clashes
