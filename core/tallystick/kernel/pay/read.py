"""Reading a program by the pay path: plan the passes, run them, and put together what was found."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Node, walk
from tallystick.kernel.pay import claims
from tallystick.kernel.pay.emitting import Emitter
from tallystick.kernel.pay.engines import engine_for, speaking
from tallystick.kernel.pay.kept import Kept, world_of
from tallystick.kernel.pay.layout import Layout, lay_out
from tallystick.kernel.pay.lookups import Lookups
from tallystick.kernel.pay.overlaid import EVERYONE
from tallystick.kernel.pay.passes import Passes, apart, may_be_missing, nonzero, rows_where_it_holds
from tallystick.kernel.pay.prices import resolve_lists
from tallystick.kernel.pay.scan import is_placed
from tallystick.kernel.pay.small import Small
from tallystick.kernel.pay.wanted import Wanted
from tallystick.kernel.program import Program
from tallystick.kernel.reading import (
    FlowLine,
    Reading,
)
from tallystick.kernel.trace import Traced

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
        for use in self.program.uses.values():
            held = self.layout.spread(self.layout.holding(use.holders), at_cells=False)
            places = [place for place, is_held in enumerate(held) if is_held and (only is None or place in only)]
            Emitter(self.passes, small, self.layout, use, places).emit(reading)


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
