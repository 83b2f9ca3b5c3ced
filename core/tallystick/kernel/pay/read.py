"""Reading a program by the pay path: plan the passes, run them, and put together what was found."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind, Node, walk
from tallystick.kernel.language.series import Flag, literal
from tallystick.kernel.language.words import when
from tallystick.kernel.pay import claims
from tallystick.kernel.pay.layout import Layout, lay_out
from tallystick.kernel.pay.passes import Passes, nonzero
from tallystick.kernel.pay.prices import resolve_lists
from tallystick.kernel.pay.small import Column, Domain, Lookups, Small, added
from tallystick.kernel.program import Program, Use
from tallystick.kernel.reading import (
    MISSING_IN_SUM,
    NO_ACCOUNT,
    CarryLine,
    FigureLine,
    FlowLine,
    LawLine,
    NeverLine,
    Reading,
)
from tallystick.kernel.trace import TracedFlow

Row = Mapping[str, Any]


def read(program: Program, facts: Mapping[str, Facts]) -> Reading:
    """Everything that the program pays, shows and counts over these facts.

    Raises SettlementError where a penny could be wrong (an amount too wide), InputError where a look-up finds
    two rows; money without an account is listed in the reading's faults, with its contract.
    """
    return Payer(program, facts).read()


class Payer:
    """One reading of a program on the pay path; keeps its plan for whoever wants to look at it."""

    def __init__(self, program: Program, facts: Mapping[str, Facts]) -> None:
        self.program, self.facts = program, facts
        self.layout: Layout = lay_out(program)
        self._prices = resolve_lists(program.case)
        self._plain: dict[str, list[Row]] = {}
        self.passes = Passes(facts, self.layout, self.rows_of)
        self.opened: dict[tuple[str, int], int] = {}
        self.claims = claims.Claims(program, facts)
        self._ready: Small | None = None

    def rows_of(self, table: str) -> Sequence[Row]:
        """A table's rows in plain Python: a price list's, or a small table of facts'."""
        if table not in self._plain:
            lists: list[Row] = [
                {**row, "list": name}
                for (of, name), rows in sorted(self._prices.items())
                if of == table
                for row in rows
            ]
            self._plain[table] = lists or (list(self.facts[table].records()) if table in self.facts else [])
        return self._plain[table]

    def plan(self) -> None:
        """Ask for everything that the program needs of the rows."""
        for use in self.program.uses.values():
            traced = use.traced
            for flow in traced.flows:
                self._plan_flow(flow)
            for node in (f.value for f in traced.figures):
                self._plan_node(node)
            for carry in traced.carries:
                self._plan_node(carry.amount)
                self.passes.want_below(carry.pot)
            for _, left, right in traced.laws:
                self._plan_node(left)
                self._plan_node(right)
            for _, where in traced.nevers:
                self.passes.want_sum(counted(where))
        for node in self.claims.nodes():
            self.passes.want_sum(node)

    def _plan_node(self, node: Node) -> None:
        if node.grain.table:
            self.passes.want_sum(node)
        else:
            self.passes.want_below(node)

    def _plan_flow(self, flow: TracedFlow) -> None:
        for account in (flow.payer, flow.payee):
            self.passes.want_below(account)
        codes = [account for account in (flow.payer, flow.payee) if account.grain.table]
        if flow.amount.grain.table and codes:
            self.passes.want_apart(flow.amount.grain.table, self._apart(flow), codes)
            return
        for node in (flow.amount, units_of(flow)):
            if node is not None:
                self._plan_node(node)

    def _apart(self, flow: TracedFlow) -> list[Node]:
        return [flow.amount.bare, _counted(flow).bare, nonzero(flow.amount)]

    def read(self) -> Reading:
        """Run the passes and put the reading together, window by window where a balance is waited for."""
        small = self.prepared()
        reading = Reading()
        waiting = {
            n
            for use in self.program.uses.values()
            for n in walk(*(r.bare for r in use.traced.nodes()))
            if n.op == "balance"
        }
        if not waiting:
            self._emit(small, None, reading)
        for window in self._windows() if waiting else ():
            places = {p for p in range(len(self.layout.periods)) if self.layout.window(p) == window}
            self._open(places, reading)
            self._emit(self._small(), places, reading)
        self.claims.emit(self.passes, small, self.layout, reading)
        return _without_faulty(reading)

    def prepared(self) -> Small:
        """Plan and run the passes, once; everything coarse can be asked for after it."""
        if self._ready is None:
            self.plan()
            self._ready = self._small()
            self.passes.run(self._ready)
        return self._ready

    def _small(self) -> Small:
        small = Small(
            program=self.program, layout=self.layout, lookups=Lookups(self.rows_of),
            cell_sum=lambda node: self.passes.split_sum(node, small), fact_sum=self.passes.fact_sum,
            balance=lambda account, place: self.opened.get((account, place), self._opening(account)),
        )  # fmt: skip
        return small

    def _opening(self, account: str) -> int:
        return next((fund.opening for fund in self.program.case.funds if f"scheme/{fund.name}" == account), 0)

    def _windows(self) -> list[tuple[datetime.date, datetime.date]]:
        return sorted({self.layout.window(place) for place in range(len(self.layout.periods))})

    def _open(self, places: set[int], reading: Reading) -> None:
        """What each account holds as these periods open: all that was paid in periods that ended before."""
        opens = min(self.layout.window(place)[0] for place in places)
        ended = {
            (self.layout.contracts[number].id, period.number)
            for number, period in self.layout.periods if period.last < opens
        }  # fmt: skip
        held: dict[str, int] = {}
        for line in reading.flows:
            if (line.contract, line.period) in ended and self._book(line) == "cash":
                held[line.payee] = held.get(line.payee, self._opening(line.payee)) + line.pence
                held[line.payer] = held.get(line.payer, self._opening(line.payer)) - line.pence
        self.opened.update({(account, place): pence for account, pence in held.items() for place in places})

    def _book(self, line: FlowLine) -> str:
        return self.program.uses[line.identity].traced.flows[line.number].book

    def _emit(self, small: Small, only: set[int] | None, reading: Reading) -> None:
        for identity, use in self.program.uses.items():
            held = [self.layout.contracts[number].id in use.holders for number, _ in self.layout.periods]
            emitter = _Emitter(self, small, use, [h and (only is None or p in only) for p, h in enumerate(held)])
            for flow in use.traced.flows:
                emitter.flow(flow, reading)
            for figure in use.traced.figures:
                for place, value in emitter.by_place(figure.value):
                    if value is None:
                        emitter.fault(place, reading)
                    elif value not in (0, (0, 1)):
                        plain = Fraction(*value) if isinstance(value, tuple) else value
                        reading.figures.append(
                            FigureLine(*emitter.key(place), identity, figure.name, figure.value.kind.value, plain)
                        )
            for carry in use.traced.carries:
                emitter.carry(carry.pot, carry.amount, carry.reason, reading)
            for number, (_, where) in enumerate(use.traced.nevers):
                for place, rows in emitter.by_place(counted(where)):
                    if rows is None:
                        emitter.fault(place, reading)
                    elif rows:
                        reading.nevers.append(NeverLine(*emitter.key(place), identity, number, rows))
            for says, left, right in use.traced.laws:
                sides = zip(emitter.by_place(left), emitter.by_place(right), strict=True)
                for (place, a), (_, b) in sides:
                    if a is None or b is None:
                        emitter.fault(place, reading)
                    else:
                        reading.laws.append(LawLine(*emitter.key(place), identity, says, a, b))


def _without_faulty(reading: Reading) -> Reading:
    """A contract with a fault has no lines at all."""
    faulty = {contract for contract, _ in reading.faults}
    if not faulty:
        return reading
    kept = {
        name: [line for line in getattr(reading, name) if line.contract not in faulty]
        for name in ("flows", "units", "received", "figures", "carries", "laws", "nevers")
    }
    return Reading(**kept, unplaced=reading.unplaced, faults=reading.faults)


def counted(where: Node) -> Node:
    """How many rows a condition holds for, as a row expression to sum."""
    return when(Flag(where), literal(Kind.COUNT, 1)).node  # type: ignore[no-any-return]


def units_of(flow: TracedFlow) -> Node | None:
    """What a flow counts: what it says, or the rows and records that have money; None for a contract's amount."""
    if flow.units is not None:
        return flow.units
    of_contract = flow.amount.grain.name in ("contract", "provider", "commissioner", "scheme")
    return None if of_contract else nonzero(flow.amount)


def _counted(flow: TracedFlow) -> Node:
    found = units_of(flow)
    assert found is not None  # a row flow counts at least its rows
    return found


class _Emitter:
    """Puts one rule's lines together for the contracts that hold it."""

    def __init__(self, payer: Payer, small: Small, use: Use, held: list[bool]) -> None:
        self.payer, self.small, self.use, self.held = payer, small, use, held
        self.layout = payer.layout

    def key(self, place: int) -> tuple[str, int]:
        number, period = self.layout.periods[place]
        return self.layout.contracts[number].id, period.number

    def fault(self, place: int, reading: Reading, why: str = MISSING_IN_SUM) -> None:
        """Stop the contract, with the reason that a share-out gave where that is why something is missing."""
        fault = (self.key(place)[0], self.small.reasons.get(place, why))
        if fault not in reading.faults:
            reading.faults.append(fault)

    def _members(self, node: Node) -> tuple[Domain, Callable[[Node], Column]]:
        """The domain that a node's flow comes in (cells for rows), and how to get columns over it."""
        if not node.grain.table:
            domain = self.small.domain_of(node)
            return domain, lambda n: self.small.column(n, domain)
        cells = self.small.cells
        return (
            cells,
            lambda n: self.payer.passes.split_sum(n, self.small) if n.grain.table else self.small.column(n, cells),
        )

    def by_place(self, node: Node) -> Iterator[tuple[int, Any]]:
        """The node's total for each held place."""
        domain, column = self._members(node)
        sums = self._summed(column(node), domain, node.kind)
        return ((place, sums[place]) for place, held in enumerate(self.held) if held)

    def _summed(self, values: Column, domain: Domain, kind: Kind) -> Column:
        if domain is self.small.periods:
            return values
        return added(values, domain.places, self.small.periods.size, kind)

    def carry(self, pot: Node, amount: Node, reason: str, reading: Reading) -> None:
        domain, column = self._members(amount)
        sums: dict[tuple[int, str], int] = {}
        for place, name, pence in zip(domain.places, column(pot), column(amount), strict=True):
            if place < 0 or not self.held[place] or pence == 0:
                continue
            if pence is None or name is None:
                self.fault(place, reading, NO_ACCOUNT if pence is not None else MISSING_IN_SUM)
                continue
            sums[place, name] = sums.get((place, name), 0) + pence
        for (place, name), pence in sums.items():
            if pence:
                reading.carries.append(CarryLine(*self.key(place), self.use.identity, name, reason, pence))

    def flow(self, flow: TracedFlow, reading: Reading) -> None:
        sums: dict[tuple[int, str, str], list[int]] = {}
        for place, payer, payee, pence, units, rows in self._entries(flow):
            if place < 0 or not self.held[place]:
                continue
            if pence is None or units is None:
                self.fault(place, reading)
            elif not payer or not payee:
                if pence or rows:
                    self.fault(place, reading, NO_ACCOUNT)
            else:
                held = sums.setdefault((place, payer, payee), [0, 0])
                held[0] += pence
                held[1] += units
        for (place, payer, payee), (pence, units) in sums.items():
            if pence or units:
                reading.flows.append(
                    FlowLine(*self.key(place), self.use.identity, flow.number, payer, payee, pence, units)
                )

    def _entries(self, flow: TracedFlow) -> Iterator[tuple[Any, ...]]:
        """(place, payer, payee, pence, units, rows with money) for each cell, record or group."""
        if flow.amount.grain.table and (flow.payer.grain.table or flow.payee.grain.table):
            yield from self._apart(flow)
            return
        domain, column = self._members(flow.amount)
        units = units_of(flow)
        counts = [0] * domain.size if units is None else column(units)
        yield from zip(
            domain.places, column(flow.payer), column(flow.payee), column(flow.amount), counts, counts, strict=True
        )

    def _apart(self, flow: TracedFlow) -> Iterator[tuple[Any, ...]]:
        passes = self.payer.passes
        amount, units, rows = self.payer._apart(flow)
        codes = [account.bare for account in (flow.payer, flow.payee) if account.grain.table]
        level = max(passes.level(node) for node in (amount, units, rows, *codes))
        found = passes.found[level, flow.amount.grain.table]
        places = self.small.cells.places
        accounts = []
        for account in (flow.payer, flow.payee):
            if account.grain.table:
                accounts.append(found.codes[account.bare])
            else:
                column = self.small.column(account, self.small.cells)
                accounts.append([column[cell] if cell >= 0 else None for cell in found.cells])
        own = [places[cell] if cell >= 0 else -1 for cell in found.cells]
        yield from zip(own, *accounts, found.sums[amount], found.sums[units], found.sums[rows], strict=True)
