"""Passes: in which order rows and contracts are read, and what the rows came to.

A pass reads each table it needs once, and those few rows again of which much is said that is said of no others. Most
programs take one; a rule that decides row by row by something that is first totalled takes two. A condition that is
the same for a whole contract leaves the sum, so a gateway costs no second pass; that is never done through a rounding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from attrs import evolve, frozen

from tallystick.kernel.errors import SettlementError
from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.language.series import Flag, literal, series
from tallystick.kernel.language.words import when
from tallystick.kernel.pay.ahead import Ahead
from tallystick.kernel.pay.divided import division
from tallystick.kernel.pay.engines import engine
from tallystick.kernel.pay.faults import stop_in
from tallystick.kernel.pay.few import having, of_few_rows
from tallystick.kernel.pay.kept import Missing, Piece, Pieces
from tallystick.kernel.pay.layout import Layout
from tallystick.kernel.pay.operations import plus
from tallystick.kernel.pay.overlaid import EVERYONE, Asked
from tallystick.kernel.pay.scan import KEPT, Scan, rows_by_cell
from tallystick.kernel.pay.small import Small
from tallystick.kernel.pay.values import RATIOS
from tallystick.kernel.pay.wanted import Found, Wanted

_MOVES = ("add", "sub", "neg")


@frozen(eq=False)
class _Query:
    """What is missing: of all rows of a table, or of those that meet a condition."""

    missing: Sequence[Missing]
    condition: Node | None
    scan: Scan
    query: Any

    def result(self, table: str, rows: int) -> tuple[Any, Counter[int]]:
        """What it came to, and how many rows each cell has; SettlementError if they are not so many in all."""
        frame, counting = _collected(self.scan, self.query), self.scan.count()
        count = frame if counting is None else _collected(self.scan, counting)
        counted = rows_by_cell(count)
        _require_every_row(table, rows, counted.total())
        if count is not frame:
            _require_every_row(table, int(count[KEPT].sum()), int(frame["~rows"].sum()))
        return frame, counted


@frozen(eq=False)
class _Planned:
    of_all: _Query
    of_few: Sequence[_Query]


class Passes:
    """Plans what is wanted of the rows, runs it, and answers what each row expression came to."""

    def __init__(
        self, facts: Mapping[str, Facts], layout: Layout, lists: Callable[[str], Sequence[Mapping[str, Any]]],
        pieces: Pieces,
    ) -> None:  # fmt: skip
        self.facts, self.layout, self.lists, self.pieces = facts, layout, lists, pieces
        self.plan: dict[tuple[int, str], Wanted] = {}
        self.found: dict[tuple[int, str], Found] = {}
        self.queries: list[list[Any]] = []
        """The lazy frames of each pass, for whoever wants to see the plan."""
        self._levels: dict[Node, int] = {}
        self._asking, self._nth = Asked(), 0
        self._asked_below: dict[Node, int] = {}
        self._facts: dict[tuple[Node, str], dict[Any, list[Any]]] = {}

    def level(self, node: Node) -> int:
        """How many passes must have run before the node can be worked out."""
        node = node.bare
        if node not in self._levels:
            inner = [self.level(arg) for arg in node.args]
            if node.op == "total" and node.args[0].grain.table:
                parts = [node.args[0].bare] if node.data[0] != "contract" else list(self._leaves(node.args[0].bare))
                inner = [self.level(part) + (1 if part.grain.table else 0) for part in parts] + self._conditions(
                    node.args[0].bare
                )
            self._levels[node] = max(inner, default=0)
        return self._levels[node]

    def _splits(self, node: Node) -> Sequence[Node]:
        """What a sum of the node is put together from, where something coarse can leave the sum."""
        if node.grain.table and self.level(node) > 0:
            if (
                node.op == "when"
                and not node.args[0].grain.table
                and node.args[0].grain.name not in ("terms", "everywhere")
            ):
                return [arg.bare for arg in node.args[1:]]
            if node.op in _MOVES:
                return [arg.bare for arg in node.args]
        return ()

    def _leaves(self, node: Node) -> Iterable[Node]:
        parts = self._splits(node)
        if not parts:
            yield node
        for part in parts:
            yield from self._leaves(part)

    def _conditions(self, node: Node) -> list[int]:
        parts = self._splits(node)
        own = [self.level(node.args[0])] if parts and node.op == "when" else []
        return own + [level for part in parts for level in self._conditions(part)]

    def asked_by(self, whose: int = EVERYONE, *role: object) -> None:
        """From now on it is these contracts that ask, in this role: see :mod:`tallystick.kernel.pay.overlaid`."""
        self._asking, self._nth = Asked(whose, role), 0

    def _ask(self, wanted: Wanted, node: Node) -> None:
        known = wanted.asked.get(node)
        if known is None:
            self._nth += 1
            wanted.asked[node] = Asked(self._asking.whose, (*self._asking.role, self._nth))
        else:
            wanted.asked[node] = known.too(self._asking)

    def want_sum(self, node: Node) -> None:
        """Ask for the sum of a row expression over each cell's rows."""
        for leaf in self._leaves(node.bare):
            if leaf.grain.table:
                self._at(leaf).sums[leaf] = None
                self._ask(self._at(leaf), leaf)
                self.want_below(leaf)
            else:
                self.plan.setdefault((0, node.grain.table), Wanted())  # its rows are counted
        for part in self._splits(node.bare):
            self.want_below(part)
        self.want_below(node)

    def want_apart(self, table: str, sums: Sequence[Node], codes: Sequence[Node]) -> tuple[int, str]:
        """Ask for sums that are kept apart by codes of the rows; returns where to find them."""
        level = max(self.level(node) for node in (*sums, *codes))
        wanted = self.plan.setdefault((level, table), Wanted())
        for node in sums:
            wanted.sums[node.bare] = None
            self._ask(wanted, node.bare)
        for node in codes:
            wanted.codes.setdefault(node.bare, []).extend(one.bare for one in sums)
            self._ask(wanted, node.bare)
        for node in (*sums, *codes):
            self.want_below(node)
        return level, table

    def want_below(self, node: Node) -> None:
        """Ask for every total of rows that the node reads."""
        asking = self._asking
        stack = [(node.bare, asking.whose)]
        while stack:
            part, whose = stack.pop()
            known = self._asked_below.get(part, 0)
            if not whose & ~known:
                continue
            self._asked_below[part] = known | whose
            if part.op == "total" and part.args[0].grain.table:
                self._asking = evolve(asking, whose=whose)
                self._want_total(part)
            among = EVERYONE if _looks_at_others(part) else whose
            stack.extend((arg.bare, among) for arg in part.args)
        self._asking = asking

    def _want_total(self, node: Node) -> None:
        inner = node.args[0].bare
        if node.data[0] == "contract":
            self.want_sum(inner)
            return
        wanted = self._at(inner)
        wanted.sums[inner], wanted.asked[inner] = None, Asked()
        wanted.facts.add(inner)
        wanted.parties.add(str(node.data[0]))

    def _at(self, node: Node) -> Wanted:
        return self.plan.setdefault((self.level(node), node.grain.table), Wanted())

    def run(self, small: Small) -> None:
        """Read the rows, pass by pass; not for what is known of them."""
        for level in sorted({level for level, _ in self.plan}):
            tables = [table for at, table in self.plan if at == level]
            self.queries.append([])
            with Ahead() as ahead:  # while the largest is read, the others are planned
                begun = {}
                for table in sorted(tables, key=lambda name: (-self.facts[name].rows, name)):
                    known, planned = self._planned(level, table, small)
                    begun[table] = known, ahead.start(partial(self._read, table, planned))
                for table, (known, found) in begun.items():
                    pieces = [*known, *found.result()]
                    of = {node: piece.grouped for piece in pieces for node in piece.of.wanted.sums}
                    self.found[level, table] = Found(of, pieces[0].grouped)

    def _planned(self, level: int, table: str, small: Small) -> tuple[list[Piece], _Planned | None]:
        """What is known of one table; and what is missing, from all of its rows, or from few what is said of those."""
        known, missing = self.pieces.known(table, self.plan[level, table], small, self.lists)
        if not missing:
            return known, None
        of_all, groups = of_few_rows(self.facts, table, missing)
        few = []
        for condition, group in groups.items():
            rows = having(self.facts, table, condition, group)
            scan, query = self._query(table, self._only(level, group), small, of_few=rows)
            if scan.guard:
                few.append(_Query(group, condition, scan, query))
            else:  # nothing of it may be left out
                of_all += group
        conditions = [one.condition for one in few if one.condition is not None]
        scan, query = self._query(table, self._only(level, of_all), small, beside=conditions)
        planned = _Planned(_Query(of_all, None, scan, query), few)
        self.queries[-1] += [one.query.to_native() for one in (*few, planned.of_all)]
        return known, planned

    def _only(self, level: int, missing: Sequence[Missing]) -> Wanted:
        nodes = {node for one in missing for node in one.wanted.roots()}
        return self.plan[level, missing[0].table].only(nodes)

    def _read(self, table: str, planned: _Planned | None) -> list[Piece]:
        """What the rows of a table came to, as far as they have to be read."""
        if planned is None:
            return []
        frame, counted = planned.of_all.result(table, self.facts[table].rows)
        pieces = self.pieces.found(planned.of_all.missing, planned.of_all.scan.grouped(frame, counted))
        for number, few in enumerate(planned.of_few):
            found, _ = few.result(table, int(frame[f"{KEPT}{number}"].sum()))
            pieces += self.pieces.found(few.missing, few.scan.grouped(found, counted))
        return pieces

    def _query(self, table: str, wanted: Wanted, small: Small, **how: Any) -> tuple[Scan, Any]:
        """The query of one table; of a part of its rows where all of them would not fit."""
        scan, query = self._query_of(table, wanted, small, **how)
        found = division(self.facts[table], wanted.roots(), scan.joins.held)
        return (scan, query) if found is None else self._query_of(table, wanted, small, **how, division=found)

    def _query_of(self, table: str, wanted: Wanted, small: Small, **how: Any) -> tuple[Scan, Any]:
        """The same. Columns that rules share are wider; where that is too wide, each rule has its own."""
        common = (self.facts, table, wanted, small, self.layout, self.lists)
        try:
            scan = Scan(*common, small.program.uses, **how)
            if scan.guard and not scan.is_total:
                scan = Scan(*common, small.program.uses, all_rows=True, **how)
            return scan, scan.query()
        except SettlementError:
            scan = Scan(*common, **how)
            return scan, scan.query()

    def cell_sum(self, node: Node) -> list[Any]:
        """What a row expression came to in each cell."""
        node = node.bare
        return self.found[self.level(node), node.grain.table].of[node].of_cells[node]

    def split_sum(self, node: Node, small: Small) -> list[Any]:
        """The sum of a row expression in each cell, with what is coarse put back outside the sums."""
        node = node.bare
        parts = self._splits(node)
        if not parts:
            return self.cell_sum(node)
        sums = [self.split_sum(part, small) if part.grain.table else self._coarse(part, node, small) for part in parts]
        if node.op == "when":
            condition, zero = small.column(node.args[0], small.cells), (0, 1) if node.kind in RATIOS else 0
            whose = zip(self.rows_of(node.grain.table), condition, *sums, strict=True)
            return [zero if not n else stop_in(c) or (a if c else b) for n, c, a, b in whose]
        return _moved(node, sums)

    def _coarse(self, part: Node, whole: Node, small: Small) -> list[Any]:
        """A value that is the same for every row of a cell, once for each of its rows."""
        values = small.column(part, small.cells)
        zero = (0, 1) if part.kind in RATIOS else 0
        if all(value == zero for value in values):
            return values
        counts = self.rows_of(whole.grain.table)
        times = (lambda v, n: (v[0] * n, v[1])) if part.kind in RATIOS else (lambda v, n: v * n)
        return [zero if not n else stop_in(v) or times(v, n) for v, n in zip(values, counts, strict=True)]

    def for_each_row(self, node: Node, amount: Node, small: Small) -> list[Any]:
        """The sum in each cell of a value beside a row amount, be it the row's own or the same for all of them."""
        return self.split_sum(node, small) if node.grain.table else self._coarse(node, amount, small)

    def rows_of(self, table: str) -> list[int]:
        """How many rows of the table each cell has."""
        level = min(at for at, name in self.found if name == table)
        return self.found[level, table].any.rows_of_cells

    def fact_sum(self, node: Node, to: str, place: int) -> Any:
        """A total of facts for the party or scheme that a contract's period belongs to, over that window."""
        node = node.bare
        if (node, to) not in self._facts:
            self._facts[node, to] = self._fact_sums(node, to)
        number, period = self.layout.periods[place]
        party = getattr(self.layout.contracts[number], to) if to != "scheme" else ""
        ratio = node.kind in RATIOS
        sums = self._facts[node, to].get(party)
        added: Any = (0, 1) if ratio else 0
        for segment in range(self.layout.segment(period.first), self.layout.segment(period.last) + 1):
            if sums is not None:
                added = plus(added, sums[segment], ratio)
        return added

    def _fact_sums(self, node: Node, to: str) -> dict[Any, list[Any]]:
        grouped = self.found[self.level(node), node.grain.table].of[node]
        ratio = node.kind in RATIOS
        sums: dict[Any, list[Any]] = {}
        parties = grouped.parties[to] if to != "scheme" else [""] * len(grouped.cells)
        for party, segment, value in zip(parties, grouped.segments or (), grouped.sums[node], strict=True):
            held = sums.setdefault(party, [(0, 1) if ratio else 0] * (len(self.layout.breaks) + 1))
            held[segment] = plus(held[segment], value, ratio)
        return sums


def _collected(scan: Scan, query: Any) -> Any:
    """What a query comes to; where rows are divided, that of its parts, one below the other, with a group in each."""
    import polars as pl

    if scan.joins.division is None:
        return engine().collected([query.to_native()])[0]
    return pl.concat([engine().collected([query.to_native()])[0] for _ in scan.joins.division.each()])


def _looks_at_others(node: Node) -> bool:
    """True for what one contract reads of others: a total above the contract, or a share of what they have."""
    return node.op in ("allot", "fit") or (node.op == "total" and node.data[0] != "contract")


def _require_every_row(table: str, counted: int, summed: int) -> None:
    """Stop if a join lost a row or doubled one, or if the rows are no longer those that were counted."""
    if summed != counted:
        raise SettlementError(
            f"{table}: {counted:,} rows were checked, and {summed:,} would be paid for, so nothing is "
            "settled; settle it again if the activity has changed meanwhile, else the engine is at fault"
        )


def _moved(node: Node, sums: list[list[Any]]) -> list[Any]:
    ratio = node.kind in RATIOS
    turn: Callable[[Any], Any] = (lambda v: (-v[0], v[1])) if ratio else (lambda v: -v)
    if node.op == "neg":
        return [stop_in(a) or turn(a) for a in sums[0]]
    sign = turn if node.op == "sub" else (lambda v: v)
    return [stop_in(a) or stop_in(b) or plus(a, sign(b), ratio) for a, b in zip(*sums, strict=True)]


def nonzero(amount: Node) -> Node:
    """How many rows have money in them, as an expression; a coarse condition stays outside."""
    amount = amount.bare
    if amount.op == "when" and not amount.args[0].grain.table:
        parts = [series(nonzero(arg)) for arg in amount.args[1:]]
        return when(series(amount.args[0]), *parts).node  # type: ignore[no-any-return]
    return when(series(amount) != 0, literal(Kind.COUNT, 1)).node  # type: ignore[no-any-return]


def rows_where_it_holds(where: Node) -> Node:
    """How many rows a condition holds for, as a row expression to sum."""
    return when(Flag(where), literal(Kind.COUNT, 1)).node  # type: ignore[no-any-return]


def may_be_missing(account: Node) -> bool:
    """False for an account that is certainly there: a pot, a fund, or one of the contract's parties."""
    return account.bare.op not in ("pot", "fund") and account.bare.data[:1] != ("contract",)


def apart(amount: Node, units: Node | None) -> list[Node]:
    """What is summed for each account that rows name: pence, units, and the rows that have money."""
    rows = nonzero(amount)
    return [amount.bare, rows if units is None else units.bare, rows]
