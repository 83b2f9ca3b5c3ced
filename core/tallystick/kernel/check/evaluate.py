"""The evaluator: what reaches beyond one member, a column, a contract's number, a total, a share, a lookup.

Members are brought down to coarser grains by name: a row has its contract's period, a contract its provider
in the window of that period. Values are remembered and nothing else is done for speed.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import Period, RuleEntry, months_later
from tallystick.kernel.check import shares
from tallystick.kernel.check.flows import net_flows
from tallystick.kernel.check.lookups import Tables, matching, the_one
from tallystick.kernel.check.members import ANYWHERE, Member, StopError, Value, Window
from tallystick.kernel.check.operations import round_half_up
from tallystick.kernel.check.places import Places
from tallystick.kernel.check.prices import PriceBook
from tallystick.kernel.check.values import Values
from tallystick.kernel.facts import Row
from tallystick.kernel.grains import Grain
from tallystick.kernel.language.nodes import Node
from tallystick.kernel.program import Program
from tallystick.kernel.reading import BAD_WEIGHT, MISSING_IN_SUM, FlowLine
from tallystick.kernel.trace import TracedFlow


class Evaluator(Values):
    """Every value of a program over the given rows."""

    def __init__(self, program: Program, facts: Mapping[str, Sequence[Row]]) -> None:
        super().__init__(program.case.rounding)
        self.program = program
        self.book = PriceBook(program.case)
        self.tables: dict[str, list[Row]] = {name: list(facts.get(name, ())) for name in program.case.tables}
        for (table, _), rows in self.book.all_rows().items():
            self.tables[table].extend(rows)
        self.lookups = Tables(self.tables)
        self.places = Places(program, self.tables)
        self._contracts = {contract.id: contract for contract in program.contracts}
        self._shared: dict[tuple[Node, Member], dict[Member, int]] = {}
        self._sums: dict[tuple[Node, Member], dict[int, Any]] = {}
        self._flows: dict[tuple[str, int], list[FlowLine]] = {}
        self._people: dict[str, dict[Any, list[int]]] = {}

    # Members

    def at(self, grain: Grain, member: Member) -> Member:
        """The member of a coarser grain that this one belongs to, in the same period."""
        if grain.name == member.grain:
            return member
        if grain.name == "everywhere":
            return ANYWHERE
        if grain.name == "scheme":
            return Member("scheme", window=self.window(member))
        contract = self._contracts[member.contract]
        if grain.name in ("provider", "commissioner"):
            return Member(grain.name, party=getattr(contract, grain.name), window=self.window(member))
        if grain.name == "terms":
            return Member("terms", member.contract, member.period, day=self.day(member))
        assert grain.name == "contract", f"a {member.grain} does not determine a {grain}"
        return Member("contract", member.contract, member.period)

    def period(self, member: Member) -> Period:
        """The period that the member is read in."""
        return self.places.periods[member.contract][member.period - 1]

    def window(self, member: Member) -> Window:
        """The days of the member's period, or its own."""
        if member.window is not None:
            return member.window
        period = self.period(member)
        return period.first, period.last

    def day(self, member: Member) -> datetime.date:
        """The day at which a contract's numbers are read beside the member."""
        if member.day is not None:
            return member.day
        if member.grain in self.tables:
            return self.row(member)[str(self.program.case.tables[member.grain].date)]  # type: ignore[no-any-return]
        return self.period(member).first

    def row(self, member: Member) -> Row:
        """The row of a table that the member is."""
        return self.tables[member.grain][member.row]

    def records(self, listed: str, contract: str) -> Sequence[Mapping[str, Any]]:
        """The records of a contract's list, by the list's name: ``<identity>:<field>``."""
        identity, _, name = listed.rpartition(":")
        entry = self.entry(contract, identity)
        return entry.rows.get(name, ()) if entry is not None else ()

    def entry(self, contract: str, identity: str) -> RuleEntry | None:
        """The contract's own entry of a rule; None if it does not hold it."""
        return self.program.labels.get((contract, identity))

    def members(self, grain: Grain, contract: str, period: int) -> list[Member]:
        """The members of the grain in a contract's period: its rows, its list's records, or itself."""
        if grain.table:
            return [Member(grain.name, contract, period, row) for row in self.places.rows(grain.name, contract, period)]
        if ":" in grain.name:
            return [
                Member(grain.name, contract, period, place) for place in range(len(self.records(grain.name, contract)))
            ]
        return [Member("contract", contract, period)]

    def _holding(self, identity: str, to: Member) -> list[Member]:
        """The contracts that hold a rule, with a period that is the very window of a party or the scheme."""
        found = [
            Member("contract", contract, period.number)
            for contract in sorted(self.program.uses[identity].holders)
            for period in self.places.periods[contract]
            if (period.first, period.last) == to.window
        ]
        return [one for one in found if not to.party or getattr(self._contracts[one.contract], to.grain) == to.party]

    def _among_holders(self, grain: Grain, identity: str, to: Member) -> list[Member]:
        contracts = self._holding(identity, to)
        if grain.name in ("provider", "commissioner"):
            return sorted({self.at(grain, one) for one in contracts})
        return [member for one in contracts for member in self.members(grain, one.contract, one.period)]

    # Values

    def reach(self, node: Node, at: Member) -> Value:
        """What the node is worth, by the operation's own method."""
        return getattr(self, f"_{node.op}")(node, at)  # type: ignore[no-any-return]

    def _column(self, node: Node, at: Member) -> Value:
        name = str(node.data[1])
        if at.grain in self.tables:
            return self.row(at).get(name)
        timeline = self.records(at.grain, at.contract)[at.row].get(name)
        return None if timeline is None else timeline.at(self.period(at).first)

    def _one(self, node: Node, at: Member) -> Value:
        return 1

    def _term(self, node: Node, at: Member) -> Value:
        identity, name = (str(part) for part in node.data)
        if identity == "scheme":
            return self.program.case.as_at
        if identity == "contract":
            return getattr(self._contracts[at.contract], name)  # type: ignore[no-any-return]
        if at.grain == "scheme":
            entry = next(iter(self.program.uses[identity].holders.values()), None)
        else:
            entry = self.entry(at.contract, identity)
        timeline = None if entry is None else entry.values.get(name)
        return None if timeline is None else timeline.at(self.window(at)[0] if at.grain == "scheme" else self.day(at))

    def _pot(self, node: Node, at: Member) -> Value:
        return f"{at.contract}/{node.data[0]}"

    def _fund(self, node: Node, at: Member) -> Value:
        return f"scheme/{node.data[0]}"

    def _first_day(self, node: Node, at: Member) -> Value:
        return self.period(at).first

    def _last_day(self, node: Node, at: Member) -> Value:
        return self.period(at).last

    def _month_begins(self, node: Node, at: Member) -> Value:
        month, cut = node.data
        contract = self._contracts[at.contract]
        begins = months_later(contract.first, 12 * self._year(at) + int(month))  # type: ignore[call-overload]
        return min(begins, contract.until + datetime.timedelta(days=1)) if cut else begins

    def _year(self, at: Member) -> int:
        """The contract's year that the period is in, from 0."""
        first, begun = self._contracts[at.contract].first, self.period(at).first
        return max(years for years in range(at.period) if months_later(first, 12 * years) <= begun)

    # Lookups

    def _find(self, node: Node, at: Member) -> Value:
        row = self.found(node, at)
        return None if row is None else row.get(str(node.data[1]))

    def found(self, node: Node, at: Member) -> Row | None:
        """The row that a ``find`` finds, for its value and for whoever explains it."""
        table, _, keys, fixed, on, of_contract = node.data
        given = [self.value(arg, at) for arg in node.args]
        if any(one is None for one in given):
            return None
        rows: Sequence[Row]
        if of_contract:
            first = self.period(at).first
            rows = [{n: t.at(first) for n, t in one.items()} for one in self.records(str(table), at.contract)]
        else:
            rows = self.lookups.among(str(table), keys, given)  # type: ignore[arg-type]
        return the_one(self._matching(rows, keys, given, fixed, on), node, given)

    def _exists(self, node: Node, at: Member) -> Value:
        table, keys, fixed, on = node.data
        given = [self.value(arg, at) for arg in node.args]
        if any(one is None for one in given):
            return False
        rows = self.lookups.among(str(table), keys, given)  # type: ignore[arg-type]
        return bool(self._matching(rows, keys, given, fixed, on))

    def _matching(self, rows: Sequence[Row], keys: Any, given: list[Value], fixed: Any, on: object) -> list[Row]:
        return matching(rows, keys, given[: len(keys)], fixed, given[-1] if on else None)

    # Totals and windows

    def _total(self, node: Node, at: Member) -> Value:
        (each,), (to, holders) = node.args, node.data
        if to == "contract":
            return self.sum(each, self.members(each.grain, at.contract, at.period))
        if holders:
            return self.sum(each, self._among_holders(each.grain, str(holders), at))
        return self.sum(each, self._facts(each.grain.table, at))

    def sum(self, node: Node, members: Sequence[Member]) -> int | Fraction:
        """The sum over the members; a missing value stops the contract that it is for."""
        added: int | Fraction = 0
        for member in members:
            part = self.value(node, member)
            if part is None:
                raise StopError(MISSING_IN_SUM)
            added += part  # type: ignore[operator]
        return added

    def _facts(self, table: str, to: Member) -> list[Member]:
        """All rows of a table with a date in the window, placed or not, of one party or of all."""
        first, last = self.window(to)
        spec = self.program.case.tables[table]
        self.places.check(spec)
        return [
            self._member(table, place)
            for place, row in enumerate(self.tables[table])
            if (day := row.get(str(spec.date))) is not None and first <= day <= last
            and (not to.party or row.get(to.grain) == to.party)
        ]  # fmt: skip

    def _member(self, table: str, row: int) -> Member:
        contract, period = self.places.of(table, row) or ("", 0)
        return Member(table, contract, period, row)

    def _order(self, table: str, row: int) -> tuple[Any, Any]:
        spec = self.program.case.tables[table]
        return self.tables[table][row][str(spec.date)], self.tables[table][row][str(spec.key)]

    def _running(self, node: Node, at: Member) -> Value:
        of = self._sums.get((node, at._replace(row=-1)))
        if of is None:
            of, added = {}, 0
            for row in sorted(
                self.places.rows(at.grain, at.contract, at.period), key=lambda r: self._order(at.grain, r)
            ):
                added += self.sum(node.args[0], [at._replace(row=row)])  # type: ignore[assignment]
                of[row] = added
            self._sums[node, at._replace(row=-1)] = of
        return of[at.row]  # type: ignore[no-any-return]

    def _first(self, node: Node, at: Member) -> Value:
        person = self.row(at).get("person")
        rows = self.places.rows(at.grain, at.contract, at.period)
        same = [row for row in rows if self.tables[at.grain][row].get("person") == person]
        return person is not None and at.row == min(same, key=lambda row: self._order(at.grain, row))

    def _earlier(self, node: Node, at: Member) -> Value:
        table, person = at.grain, self.row(at).get("person")
        if person is None:
            return None
        own = self._order(table, at.row)
        before = [place for place in self._rows_of_people(table)[person] if self._order(table, place) < own]
        held = [place for place in before if self.value(node.args[0], self._member(table, place))]
        return max((self._order(table, place)[0] for place in held), default=None)

    def _rows_of_people(self, table: str) -> Mapping[Any, list[int]]:
        """The places of each person's rows in a table."""
        if table not in self._people:
            found = self._people[table] = {}
            for place, row in enumerate(self.tables[table]):
                found.setdefault(row.get("person"), []).append(place)
        return self._people[table]

    def _previous(self, node: Node, at: Member) -> Value:
        for period in range(1, at.period):  # in order, so that a long contract needs no deep recursion
            with contextlib.suppress(StopError):  # whoever asks for that period itself is stopped
                self.value(node.args[0], Member("contract", at.contract, period))
        return None if at.period == 1 else self.value(node.args[0], at._replace(period=at.period - 1))

    def _so_far(self, node: Node, at: Member) -> Value:
        year = months_later(self._contracts[at.contract].first, 12 * self._year(at))
        begun = self.period(at).first
        before = [p for p in self.places.periods[at.contract] if year <= p.first < begun]
        return self.sum(node.args[0], [Member("contract", at.contract, period.number) for period in before])

    def _instalment(self, node: Node, at: Member) -> Value:
        year = self.value(node.args[0], at)
        if year is None:
            return None
        pence = int(year)  # type: ignore[arg-type]
        if node.data:
            to_date = [round_half_up(pence * sum(node.data[:month]), 1) for month in range(13)]  # type: ignore[arg-type]
            return sum(to_date[month + 1] - to_date[month] for month in self.period(at).months)
        each, left = divmod(abs(pence), 12)
        part = sum(each + (1 if month < left else 0) for month in self.period(at).months)
        return -part if pence < 0 else part

    # Shares and balances

    def _allot(self, node: Node, at: Member) -> Value:
        return self._parts(node, at)[at]

    def _fit(self, node: Node, at: Member) -> Value:
        return self._parts(node, at)[at]

    def _parts(self, node: Node, at: Member) -> dict[Member, int]:
        """What everyone gets of the pot that this member has a part of."""
        pot, weight, *limits = node.args
        whole = self._whole(node, at)
        if (node, whole) not in self._shared:
            among = self.among(node, at)
            weights = [self._number(weight, member, BAD_WEIGHT) for member in among]
            money = int(self._number(pot, at, MISSING_IN_SUM))
            ends = [[int(self._number(limit, member, MISSING_IN_SUM)) for member in among] for limit in limits]
            parts = shares.fit(money, weights, *ends) if limits else shares.allot(money, weights)
            self._shared[node, whole] = dict(zip(among, parts, strict=True))
        return self._shared[node, whole]

    def _whole(self, node: Node, at: Member) -> Member:
        grain = node.args[0].grain
        return Member("scheme", window=self.window(at)) if grain.name == "everywhere" else self.at(grain, at)

    def among(self, node: Node, at: Member) -> list[Member]:
        """All who have a part of the pot of an ``allot`` or a ``fit``, this member among them, in the order of ties."""
        grain, holders = node.args[1].grain, str(node.data[1])
        if holders:
            return self._among_holders(grain, holders, self._whole(node, at))
        return self.members(grain, at.contract, at.period)

    def _number(self, node: Node, member: Member, otherwise: str) -> Fraction:
        value = self.value(node, member)
        if value is None:
            raise StopError(otherwise)
        return Fraction(value)  # type: ignore[arg-type]

    def _balance(self, node: Node, at: Member) -> Value:
        pot = self.value(node.args[0], at)
        opening = sum(fund.opening for fund in self.program.case.funds if f"scheme/{fund.name}" == pot)
        first = self.window(at)[0]
        ended = sorted(
            (period.last, contract, period.number)
            for contract in self._contracts for period in self.places.periods[contract] if period.last < first
        )  # fmt: skip
        moved = [line for _, contract, period in ended for line in self.flows(contract, period) if self._is_cash(line)]
        return opening + sum(line.pence * ((line.payee == pot) - (line.payer == pot)) for line in moved)

    def _is_cash(self, line: FlowLine) -> bool:
        return self.program.uses[line.identity].traced.flows[line.number].book == "cash"

    def flows(self, contract: str, period: int) -> list[FlowLine]:
        """All flows of a contract's period, net between each two accounts; without those that stop it."""
        if (contract, period) not in self._flows:
            self._flows[contract, period] = [
                line
                for identity in sorted(set(self.program.identities[contract].values()))
                for flow in self.program.uses[identity].traced.flows
                for line in self._net_flows(contract, period, identity, flow)
            ]
        return self._flows[contract, period]

    def _net_flows(self, contract: str, period: int, identity: str, flow: TracedFlow) -> list[FlowLine]:
        try:
            return net_flows(self, contract, period, identity, flow)
        except StopError:
            return []
