"""Reading: every line of a program over its facts, one contract's period after the other."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tallystick.kernel.check.evaluate import Evaluator
from tallystick.kernel.check.flows import net_flows
from tallystick.kernel.check.members import Member, StopError
from tallystick.kernel.check.places import is_placed
from tallystick.kernel.facts import Row
from tallystick.kernel.language.nodes import Node
from tallystick.kernel.program import Program, Use
from tallystick.kernel.reading import (
    MISSING_IN_SUM,
    NO_ACCOUNT,
    CarryLine,
    FigureLine,
    LawLine,
    NeverLine,
    Reading,
    ReceivedLine,
    UnitsLine,
)  # fmt: skip
from tallystick.kernel.trace import TracedCarry, TracedFigure, TracedUnits


def read(program: Program, facts: Mapping[str, Sequence[Row]], *, contracts: Container[str] | None = None) -> Reading:
    """Everything that the program finds in the rows, in plain Python.

    ``facts`` maps a table's name to its rows; price lists are the case's own. ``contracts`` limits whose
    lines are given back; every total is over all rows either way. Raises InputError where a lookup finds
    two rows.
    """
    values = Evaluator(program, facts)
    reading = Reading(unplaced=values.places.unplaced())
    for contract in program.contracts:
        if contracts is None or contract.id in contracts:
            _Lines(values, contract.id).into(reading)
    return reading


class _Lines:
    """The lines of one contract, kept back until all are known: one fault, and there are none."""

    def __init__(self, values: Evaluator, contract: str) -> None:
        self.values, self.contract = values, contract
        self.lines = Reading()
        self.whys: set[str] = set()

    def into(self, reading: Reading) -> None:
        """Read every period of the contract and add what was found."""
        for period in self.values.places.periods[self.contract]:
            self._received(period.number)
            for identity in sorted(set(self.values.program.identities[self.contract].values())):
                self._rule(period.number, self.values.program.uses[identity])
        if self.whys:
            reading.faults.extend((self.contract, why) for why in sorted(self.whys))
            return
        for name in ("flows", "units", "received", "figures", "carries", "laws", "nevers"):
            getattr(reading, name).extend(getattr(self.lines, name))

    def _rule(self, period: int, use: Use) -> None:
        traced, lines = use.traced, self.lines
        for flow in traced.flows:
            self._try(lines.flows, net_flows, self.values, self.contract, period, use.identity, flow)
        for number, claim in enumerate(traced.units):
            self._try(lines.units, self._claim, period, use.identity, number, claim)
        for figure in traced.figures:
            self._try(lines.figures, self._figure, period, use.identity, figure)
        for carry in traced.carries:
            self._try(lines.carries, self._carry, period, use.identity, carry)
        for law in traced.laws:
            self._try(lines.laws, self._law, period, use.identity, *law)
        for number, (_, where) in enumerate(traced.nevers):
            self._try(lines.nevers, self._never, period, use.identity, number, where)

    def _try(self, into: list[Any], lines: Callable[..., Iterable[Any]], *of: object) -> None:
        try:
            into.extend(lines(*of))
        except StopError as stop:
            self.whys.add(str(stop))

    def _received(self, period: int) -> None:
        for name, spec in self.values.program.case.tables.items():
            for unit, column in spec.units.items() if is_placed(spec) else ():
                rows = [self.values.tables[name][row] for row in self.values.places.rows(name, self.contract, period)]
                units = sum((row.get(column) or 0) if column else 1 for row in rows)
                if units:
                    self.lines.received.append(ReceivedLine(self.contract, period, name, unit, units))

    def _claim(self, period: int, identity: str, number: int, claim: TracedUnits) -> Iterator[UnitsLine]:
        values = self.values
        grain = values.program.case.tables[claim.table].grain
        members = values.members(grain, self.contract, period)
        priced = [member for member in members if values.value(claim.priced, member)]
        clashing = [m for m in members if claim.state != "valued" and self._clashes(identity, claim, m)]
        unnamed = [] if claim.unnamed is None else [m for m in members if self._holds(claim.unnamed, m)]
        numbers = (
            int(values.sum(claim.units, members)), int(values.sum(claim.units, priced)),
            0 if claim.worth is None else int(values.sum(claim.worth, members)), len(clashing), len(unnamed),
        )  # fmt: skip
        if any(numbers):
            yield UnitsLine(self.contract, period, claim.table, claim.unit, identity, number, *numbers)

    def _clashes(self, identity: str, claim: TracedUnits, row: Member) -> bool:
        """True for a row that another rule claims too, or of which this rule claims more units than it holds."""
        values = self.values
        if not values.value(claim.where, row):
            return False
        column = values.program.case.tables[claim.table].units[claim.unit]
        left = int(values.row(row).get(column) or 0) if column else 1
        for held in set(values.program.identities[self.contract].values()):
            for other in values.program.uses[held].traced.units:
                if (other.table, other.unit) != (claim.table, claim.unit) or other.state == "valued":
                    continue
                if held == identity:
                    left -= max(0, int(values.sum(other.units, [row])))
                elif values.value(other.where, row):
                    return True
        return left < 0

    def _figure(self, period: int, identity: str, figure: TracedFigure) -> Iterator[FigureLine]:
        value: int | Fraction = self.values.sum(
            figure.value, self.values.members(figure.value.grain, self.contract, period)
        )
        if value:
            yield FigureLine(self.contract, period, identity, figure.name, figure.value.kind.value, value)

    def _law(self, period: int, identity: str, says: str, left: Node, right: Node) -> Iterator[LawLine]:
        contract = [Member("contract", self.contract, period)]
        sides = [int(self.values.sum(side, contract)) for side in (left, right)]
        yield LawLine(self.contract, period, identity, says, *sides)

    def _never(self, period: int, identity: str, number: int, where: Node) -> Iterator[NeverLine]:
        members = self.values.members(where.grain, self.contract, period)
        rows = sum(1 for member in members if self._holds(where, member))
        if rows:
            yield NeverLine(self.contract, period, identity, number, rows)

    def _holds(self, where: Node, member: Member) -> bool:
        """Whether a condition holds; one that is missing (a number not yet in force) stops the contract."""
        held = self.values.value(where, member)
        if held is None:
            raise StopError(MISSING_IN_SUM)
        return bool(held)

    def _carry(self, period: int, identity: str, carry: TracedCarry) -> Iterator[CarryLine]:
        kept: dict[str, int] = {}
        for member in self.values.members(carry.amount.grain, self.contract, period):
            pence, pot = int(self.values.sum(carry.amount, [member])), self.values.value(carry.pot, member)
            if pence and not pot:
                raise StopError(NO_ACCOUNT)
            kept[str(pot)] = kept.get(str(pot), 0) + pence
        for pot_name, pence in sorted(kept.items()):
            if pence:
                yield CarryLine(self.contract, period, identity, pot_name, carry.reason, pence)
