"""Reading a program by the pay path: plan the passes, run them, and put together what was found."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind, Node, walk
from tallystick.kernel.pay import claims, operations
from tallystick.kernel.pay.engines import engine_for, speaking
from tallystick.kernel.pay.faults import stop_contract, stop_in
from tallystick.kernel.pay.kept import Kept, world_of
from tallystick.kernel.pay.layout import Layout, lay_out
from tallystick.kernel.pay.lookups import Lookups
from tallystick.kernel.pay.operations import Stopped
from tallystick.kernel.pay.overlaid import EVERYONE
from tallystick.kernel.pay.passes import Passes, apart, may_be_missing, nonzero, rows_where_it_holds
from tallystick.kernel.pay.prices import resolve_lists
from tallystick.kernel.pay.scan import is_placed
from tallystick.kernel.pay.small import Column, Domain, Small, added
from tallystick.kernel.pay.wanted import Wanted
from tallystick.kernel.program import Program, Use
from tallystick.kernel.reading import (
    NO_ACCOUNT,
    CarryLine,
    FigureLine,
    FlowLine,
    LawLine,
    NeverLine,
    Reading,
)
from tallystick.kernel.trace import Traced, TracedFlow

Row = Mapping[str, Any]


def read(program: Program, facts: Mapping[str, Facts], kept: Kept | None = None) -> Reading:
    """Everything that the program pays, shows and counts over these facts.

    What is ``kept`` of an earlier reading is not read again, where nothing that it rests on has changed. Raises
    SettlementError where a penny could be wrong (an amount too wide), InputError where a look-up finds two rows;
    money without an account is listed in the reading's faults, with its contract.
    """
    return Payer(program, facts, kept).read()


class Payer:
    """One reading of a program on the pay path; keeps its plan for whoever wants to look at it."""

    def __init__(self, program: Program, facts: Mapping[str, Facts], kept: Kept | None = None) -> None:
        self.program, self.engine = program, engine_for(facts)
        self.facts = {name: self.engine.of_numbers(table) for name, table in facts.items()}
        self.layout: Layout = lay_out(program)
        self._prices = resolve_lists(program.case)
        self._plain: dict[str, list[Row]] = {}
        self.pieces = (kept or Kept()).opened(world_of(program, self.layout, facts, self.engine.name), facts)
        self.passes = Passes(self.facts, self.layout, self.rows_of, self.pieces)
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
        whose = self._whose()
        for identity, use in self.program.uses.items():
            self._plan_rule(use.traced, partial(self.passes.asked_by, whose[identity], use.cls.rule_name))
        for identity, role, node in self.claims.nodes():
            self.passes.asked_by(whose.get(identity, EVERYONE), *role)
            self.passes.want_sum(node)
        for name, table in self.facts.items():
            if is_placed(table.spec):
                self.passes.plan.setdefault((0, name), Wanted())  # its rows are counted

    def _whose(self) -> dict[str, int]:
        """For each identity the contracts that hold it, as bits by their number."""
        number = self.layout.number
        return {
            identity: sum(1 << number[contract] for contract in use.holders)
            for identity, use in self.program.uses.items()
        }

    def _plan_rule(self, traced: Traced, asked_by: Callable[..., None]) -> None:
        for flow in traced.flows:
            asked_by("flow", flow.kind, flow.book, flow.reason)
            self._plan_flow(flow.amount, flow.payer, flow.payee, flow.units)
        for figure in traced.figures:
            asked_by("figure", figure.name)
            self._plan_node(figure.value)
        for carry in traced.carries:
            asked_by("carry", carry.reason)
            self._plan_flow(carry.amount, carry.pot, carry.pot, None)
        for says, left, right in traced.laws:
            asked_by("law", says)
            self._plan_node(left)
            self._plan_node(right)
        for says, where in traced.nevers:
            asked_by("never", says)
            self.passes.want_sum(rows_where_it_holds(where))

    def _plan_node(self, node: Node) -> None:
        if node.grain.table:
            self.passes.want_sum(node)
        else:
            self.passes.want_below(node)

    def _plan_flow(self, amount: Node, payer: Node, payee: Node, units: Node | None) -> None:
        for account in (payer, payee):
            self.passes.want_below(account)
        codes = [account for account in (payer, payee) if account.grain.table]
        if amount.grain.table and codes:
            self.passes.want_apart(amount.grain.table, apart(amount, units), codes)
            return
        self._plan_node(amount)
        if units is not None:
            self._plan_node(units)
        if amount.grain.table and (units is None or may_be_missing(payer) or may_be_missing(payee)):
            self.passes.want_sum(nonzero(amount))

    def read(self) -> Reading:
        """Run the passes and put the reading together, window by window where a balance is waited for.

        Rows that read a balance are read again for each window, when it is known what the accounts hold.
        """
        small = self.prepared()
        reading = Reading()
        if not self._waits(lambda node: True):
            self._emit(small, None, reading)
        else:
            for window in self._windows():
                places = {p for p in range(len(self.layout.periods)) if self.layout.window(p) == window}
                self._open(places, reading)
                self._emit(self._again() if self.rows_wait else self._small(), places, reading)
            small = self._again() if self.rows_wait else small
        self.claims.emit(self.passes, small, self.layout, reading)
        self.pieces.close()
        return _without_faulty(reading)

    @property
    def rows_wait(self) -> bool:
        """True if something that is worked out for each row reads the balance of an account."""
        return self._waits(lambda node: bool(node.grain.table))

    def _waits(self, which: Callable[[Node], bool]) -> bool:
        said = walk(*(root.bare for use in self.program.uses.values() for root in use.traced.nodes()))
        waiting: set[Node] = set()
        for node in said:  # what a node is made of comes before it
            if node.op == "balance" or any(arg in waiting for arg in node.args):
                waiting.add(node)
        return any(which(node) for node in waiting)

    def _again(self) -> Small:
        self.pieces.next_window()
        self.passes, self._ready = Passes(self.facts, self.layout, self.rows_of, self.pieces), None
        return self.prepared()

    def prepared(self) -> Small:
        """Plan and run the passes, once; everything coarse can be asked for after it."""
        if self._ready is None:
            self.plan()
            self._ready = self._small()
            with speaking(self.engine):
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
            held = self.layout.spread(self.layout.holding(use.holders), at_cells=False)
            emitter = _Emitter(self, small, use, [h and (only is None or p in only) for p, h in enumerate(held)])
            for flow in use.traced.flows:
                emitter.flow(flow, reading)
            for figure in use.traced.figures:
                for place, value in emitter.by_place(figure.value):
                    if type(value) is int and not value:
                        continue  # by far the most, where there are many contracts and periods
                    if not emitter.stopped(place, reading, value) and value not in (0, (0, 1)):
                        plain = Fraction(*value) if isinstance(value, tuple) else value
                        reading.figures.append(
                            FigureLine(*emitter.key(place), identity, figure.name, figure.value.kind.value, plain)
                        )
            for carry in use.traced.carries:
                emitter.carry(carry.pot, carry.amount, carry.reason, reading)
            for number, (_, where) in enumerate(use.traced.nevers):
                for place, rows in emitter.by_place(rows_where_it_holds(where)):
                    if rows != 0 and not emitter.stopped(place, reading, rows):
                        reading.nevers.append(NeverLine(*emitter.key(place), identity, number, rows))
            for says, left, right in use.traced.laws:
                sides = zip(emitter.by_place(left), emitter.by_place(right), strict=True)
                for (place, a), (_, b) in sides:
                    if not emitter.stopped(place, reading, a, b):
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


class _Emitter:
    """Puts one rule's lines together for the contracts that hold it."""

    def __init__(self, payer: Payer, small: Small, use: Use, held: list[bool]) -> None:
        self.payer, self.small, self.use, self.held = payer, small, use, held
        self.layout = payer.layout
        self.places = [place for place, is_held in enumerate(held) if is_held]
        self._cells: dict[str, list[int]] = {}

    def key(self, place: int) -> tuple[str, int]:
        number, period = self.layout.periods[place]
        return self.layout.contracts[number].id, period.number

    def stopped(self, place: int, reading: Reading, *values: Any) -> bool:
        """True if one of the values stops the contract, which is written down."""
        stop = next((stop for value in values if (stop := stop_in(value)) is not None), None)
        if stop is not None:
            stop_contract(reading, self.key(place)[0], stop)
        return stop is not None

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
        return ((place, sums[place]) for place in self.places)

    def _summed(self, values: Column, domain: Domain, kind: Kind) -> Column:
        if domain is self.small.periods:
            return values
        return added(values, domain.places, self.small.periods.size, kind)

    def carry(self, pot: Node, amount: Node, reason: str, reading: Reading) -> None:
        for (place, name, _), (pence, _) in self._net(amount, pot, pot, None, reading).items():
            if pence:
                reading.carries.append(CarryLine(*self.key(place), self.use.identity, name, reason, pence))

    def flow(self, flow: TracedFlow, reading: Reading) -> None:
        net = self._net(flow.amount, flow.payer, flow.payee, flow.units, reading)
        for (place, payer, payee), (pence, units) in net.items():
            if pence or units:
                reading.flows.append(
                    FlowLine(*self.key(place), self.use.identity, flow.number, payer, payee, pence, units)
                )

    def _net(
        self, amount: Node, payer: Node, payee: Node, units: Node | None, reading: Reading
    ) -> dict[tuple[int, str, str], list[int]]:
        """Pence and units by place and accounts; nothing for a place with a fault."""
        sums: dict[tuple[int, str, str], list[int]] = {}
        faulty: set[int] = set()
        for place, accounts, pence, counted, rows in self._entries(amount, payer, payee, units):
            if place < 0 or not self.held[place]:
                continue
            payer_of_it, payee_of_it = accounts
            plain = type(pence) is int and type(counted) is int and payer_of_it and payee_of_it
            if not plain or type(payer_of_it) is not str or type(payee_of_it) is not str:
                stop = _stop(accounts, pence, counted, rows)
                if stop is not None:
                    if stop is not NOTHING:
                        faulty.add(place)
                        self.stopped(place, reading, stop)
                    continue
            held = sums.setdefault((place, *accounts), [0, 0])
            held[0] += pence
            held[1] += counted
        return {key: net for key, net in sums.items() if key[0] not in faulty}

    def _entries(self, amount: Node, payer: Node, payee: Node, units: Node | None) -> Iterator[tuple[Any, ...]]:
        """(place, accounts, pence, units, rows with money) for each cell, record or group."""
        if not amount.grain.table:
            yield from self._of_small(amount, payer, payee, units)
            return
        if payer.grain.table or payee.grain.table:
            yield from self._apart(amount, payer, payee, units)
            return
        small, passes = self.small, self.payer.passes
        payers, payees = small.column(payer, small.cells), small.column(payee, small.cells)
        pence = passes.split_sum(amount, small)
        counted = passes.for_each_row(nonzero(amount) if units is None else units, amount, small)
        rows = counted if units is None else pence
        if units is not None and (may_be_missing(payer) or may_be_missing(payee)):
            rows = passes.split_sum(nonzero(amount), small)
        for cell in self._with_rows(amount.grain.table):
            yield small.cells.places[cell], (payers[cell], payees[cell]), pence[cell], counted[cell], rows[cell]

    def _with_rows(self, table: str) -> list[int]:
        """The cells of contracts that hold the rule in which the table has rows at all."""
        if table not in self._cells:
            found = enumerate(zip(self.small.cells.places, self.payer.passes.rows_of(table), strict=True))
            self._cells[table] = [cell for cell, (place, rows) in found if rows and place >= 0 and self.held[place]]
        return self._cells[table]

    def _of_small(self, amount: Node, payer: Node, payee: Node, units: Node | None) -> Iterator[tuple[Any, ...]]:
        domain = self.small.domain_of(amount)
        accounts = zip(self.small.column(payer, domain), self.small.column(payee, domain), strict=True)
        pence = self.small.column(amount, domain)
        if units is not None:
            counted = self.small.column(units, domain)
        else:
            counted = [0] * domain.size if domain is self.small.periods else [int(bool(one)) for one in pence]
        yield from zip(domain.places, accounts, pence, counted, pence, strict=True)

    def _apart(self, amount: Node, payer: Node, payee: Node, units: Node | None) -> Iterator[tuple[Any, ...]]:
        passes = self.payer.passes
        pence, counted, rows = apart(amount, units)
        codes = [account.bare for account in (payer, payee) if account.grain.table]
        level = max(passes.level(node) for node in (pence, counted, rows, *codes))
        found = passes.found[level, amount.grain.table].of[pence.bare]
        places = self.small.cells.places
        accounts = []
        for account in (payer, payee):
            if account.grain.table:
                stops = found.stops.get(account.bare, found.cells)
                said = zip(found.codes[account.bare], stops, strict=True)
                accounts.append([stop if isinstance(stop, Stopped) else code for code, stop in said])
            else:
                column = self.small.column(account, self.small.cells)
                accounts.append([column[cell] if cell >= 0 else None for cell in found.cells])
        own = [places[cell] if cell >= 0 else -1 for cell in found.cells]
        sums = (found.sums[node] for node in (pence, counted, rows))
        yield from zip(own, zip(*accounts, strict=True), *sums, strict=True)


NOTHING = Stopped("no money and no account: nothing is paid or counted")


def _stop(accounts: tuple[Any, Any], pence: Any, units: Any, rows: Any) -> Stopped | None:
    """Why an entry cannot be paid; NOTHING where there is nothing to pay; None if all is well."""
    stop = stop_in(pence) or operations.stop_in(accounts)
    if stop is not None:
        return stop
    if not all(accounts):
        return Stopped(NO_ACCOUNT) if rows else NOTHING
    return stop_in(units)
