"""Emitting: what one rule came to, as the lines of a reading, for each period of the contracts that hold it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from tallystick.kernel.language.nodes import Node
from tallystick.kernel.pay import operations
from tallystick.kernel.pay.faults import stop_contract, stop_in
from tallystick.kernel.pay.layout import Layout
from tallystick.kernel.pay.operations import Stopped
from tallystick.kernel.pay.passes import Passes, apart, may_be_missing, nonzero, rows_where_it_holds
from tallystick.kernel.pay.small import Column, Small, added
from tallystick.kernel.program import Use
from tallystick.kernel.reading import NO_ACCOUNT, CarryLine, FigureLine, FlowLine, LawLine, NeverLine, Reading
from tallystick.kernel.trace import TracedFlow


class Net(NamedTuple):
    """What one payment comes to between two accounts in a period."""

    place: int
    payer: Any
    payee: Any
    pence: Any
    units: Any


class _Entries(NamedTuple):
    """One payment, column by column: a value for each cell, record or group that it comes in."""

    chosen: Sequence[int]
    """Which of them are the rule's, and have rows."""
    places: Sequence[int]
    payers: Column
    payees: Column
    pence: Column
    units: Column
    rows: Column
    """How many rows have money in them."""

    def each(self) -> Iterator[tuple[Net, Any]]:
        """The chosen ones, each with how many rows have money in it."""
        _, *columns, rows = self
        return ((Net._make(column[at] for column in columns), rows[at]) for at in self.chosen)

    def plain(self) -> list[Net] | None:
        """The same without those of nothing; None where one has to be looked into, or a place has several."""
        chosen, places, payers, payees, pence, units, rows = self
        if any(Stopped in map(type, map(accounts.__getitem__, chosen)) for accounts in (payers, payees)):
            return None  # an account stops whoever looks at it, be there money or not
        some = [
            Net(places[at], payers[at], payees[at], pence[at], units[at])
            for at in chosen if pence[at] != 0 or units[at] != 0 or rows[at] != 0
        ]  # fmt: skip
        where, *accounts, amounts, counts = zip(*some, strict=True) if some else ((),) * len(Net._fields)
        is_plain = all({*map(type, one)} <= {str} and all(one) for one in accounts)
        is_plain = is_plain and all({*map(type, one)} <= {int} for one in (amounts, counts))
        return some if is_plain and len(set(where)) == len(where) else None


class Emitter:
    """Puts one rule's lines together for the contracts that hold it, in the periods at ``places``."""

    def __init__(self, passes: Passes, small: Small, layout: Layout, use: Use, places: Sequence[int]) -> None:
        self.passes, self.small, self.layout, self.use, self.places = passes, small, layout, use, places
        self._held = [False] * len(layout.periods)
        for place in places:
            self._held[place] = True
        self._keys = layout.keys
        self._chosen: dict[str, list[int]] = {}

    def emit(self, reading: Reading) -> None:
        """Every line of the rule."""
        traced = self.use.traced
        for flow in traced.flows:
            self._flow(flow, reading)
        for figure in traced.figures:
            self._figure(figure.name, figure.value, reading)
        for carry in traced.carries:
            for one in self._net(carry.amount, carry.pot, carry.pot, None, reading):
                if one.pence:
                    line = CarryLine(*self._keys[one.place], self.use.identity, one.payer, carry.reason, one.pence)
                    reading.carries.append(line)
        for number, (_, where) in enumerate(traced.nevers):
            for place, rows in self._by_place(rows_where_it_holds(where)):
                if rows != 0 and not self._stopped(place, reading, rows):
                    reading.nevers.append(NeverLine(*self._keys[place], self.use.identity, number, rows))
        for says, left, right in traced.laws:
            sides = zip(self._by_place(left), self._by_place(right), strict=True)
            for (place, a), (_, b) in sides:
                if not self._stopped(place, reading, a, b):
                    reading.laws.append(LawLine(*self._keys[place], self.use.identity, says, a, b))

    def _stopped(self, place: int, reading: Reading, *values: Any) -> bool:
        """True if one of the values stops the contract, which is written down."""
        stop = next((stop for value in values if (stop := stop_in(value)) is not None), None)
        if stop is not None:
            stop_contract(reading, self._keys[place][0], stop)
        return stop is not None

    def _by_place(self, node: Node) -> Iterable[tuple[int, Any]]:
        """The node's total for each held place."""
        small = self.small
        if node.grain.table:
            domain, values = small.cells, self.passes.split_sum(node, small)
        else:
            domain = small.domain_of(node)
            values = small.column(node, domain)
        sums = values if domain is small.periods else added(values, domain.places, small.periods.size, node.kind)
        return zip(self.places, map(sums.__getitem__, self.places), strict=True)

    def _figure(self, name: str, of: Node, reading: Reading) -> None:
        identity, kind, keys = self.use.identity, of.kind.value, self._keys
        # By far the most are nothing, where there are many contracts and periods; what is missing is not.
        for place, value in [one for one in self._by_place(of) if one[1] or one[1] is None]:
            plain = value
            if type(value) is not int:
                if self._stopped(place, reading, value) or value == (0, 1):
                    continue
                plain = Fraction(*value) if isinstance(value, tuple) else value
            reading.figures.append(FigureLine(*keys[place], identity, name, kind, plain))

    def _flow(self, flow: TracedFlow, reading: Reading) -> None:
        identity, number, keys = self.use.identity, flow.number, self._keys
        net = self._net(flow.amount, flow.payer, flow.payee, flow.units, reading)
        reading.flows.extend(
            FlowLine(*keys[place], identity, number, payer, payee, pence, units)
            for place, payer, payee, pence, units in net if pence or units
        )  # fmt: skip

    def _net(self, amount: Node, payer: Node, payee: Node, units: Node | None, reading: Reading) -> list[Net]:
        """Pence and units by place and accounts; nothing for a place with a fault."""
        entries = self._entries(amount, payer, payee, units)
        plain = entries.plain()
        return self._net_one_by_one(entries, reading) if plain is None else plain

    def _net_one_by_one(self, entries: _Entries, reading: Reading) -> list[Net]:
        """The same where something is missing or stopped, or a place has several entries."""
        sums: dict[tuple[int, str, str], list[int]] = {}
        faulty: set[int] = set()
        for (place, payer, payee, pence, units), rows in entries.each():
            stop = _stop(payer, payee, pence, units, rows)
            if stop is not None:
                if stop is not NOTHING:
                    faulty.add(place)
                    self._stopped(place, reading, stop)
                continue
            held = sums.setdefault((place, payer, payee), [0, 0])
            held[0] += pence
            held[1] += units
        return [Net(*key, *net) for key, net in sums.items() if key[0] not in faulty]

    def _entries(self, amount: Node, payer: Node, payee: Node, units: Node | None) -> _Entries:
        """The payment in each cell, record or group."""
        if not amount.grain.table:
            return self._of_small(amount, payer, payee, units)
        if payer.grain.table or payee.grain.table:
            return self._apart(amount, payer, payee, units)
        small, passes = self.small, self.passes
        pence = passes.split_sum(amount, small)
        counted = passes.for_each_row(nonzero(amount) if units is None else units, amount, small)
        rows = counted if units is None else pence
        if units is not None and (may_be_missing(payer) or may_be_missing(payee)):
            rows = passes.split_sum(nonzero(amount), small)
        accounts = (small.column(payer, small.cells), small.column(payee, small.cells))
        chosen = self._with_rows(amount.grain.table)
        return _Entries(chosen, small.cells.places, *accounts, pence, counted, rows)

    def _with_rows(self, table: str) -> list[int]:
        """The cells of contracts that hold the rule in which the table has rows at all."""
        if table not in self._chosen:
            there = self.passes.rows_of(table)
            self._chosen[table] = [cell for cell in self._ours("cells", self.small.cells.places) if there[cell]]
        return self._chosen[table]

    def _ours(self, domain: str, places: Sequence[int]) -> list[int]:
        """Which members of a domain are of contracts that hold the rule."""
        name = f"of {domain}"
        if name not in self._chosen:
            self._chosen[name] = self._held_among(places)
        return self._chosen[name]

    def _held_among(self, places: Sequence[int]) -> list[int]:
        return [at for at, place in enumerate(places) if place >= 0 and self._held[place]]

    def _of_small(self, amount: Node, payer: Node, payee: Node, units: Node | None) -> _Entries:
        domain = self.small.domain_of(amount)
        pence = self.small.column(amount, domain)
        if units is not None:
            counted = self.small.column(units, domain)
        else:
            counted = [0] * domain.size if domain is self.small.periods else [int(bool(one)) for one in pence]
        accounts = (self.small.column(payer, domain), self.small.column(payee, domain))
        return _Entries(self._ours(domain.name, domain.places), domain.places, *accounts, pence, counted, pence)

    def _apart(self, amount: Node, payer: Node, payee: Node, units: Node | None) -> _Entries:
        passes = self.passes
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
        return _Entries(self._held_among(own), own, *accounts, *sums)


NOTHING = Stopped("no money and no account: nothing is paid or counted")


def _stop(payer: Any, payee: Any, pence: Any, units: Any, rows: Any) -> Stopped | None:
    """Why an entry cannot be paid; NOTHING where there is nothing to pay; None if all is well."""
    stop = stop_in(pence) or operations.stop_in((payer, payee))
    if stop is not None:
        return stop
    if not payer or not payee:
        return Stopped(NO_ACCOUNT) if rows else NOTHING
    return stop_in(units)
