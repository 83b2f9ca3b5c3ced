"""Scans: one lazy query over a table's rows for all that a pass needs of it, grouped into cells.

However many contracts and compositions there are, a pass reads a table once: numbers are columns joined by
contract and date, equal flows of different compositions are one column, and every flow is summed for every
contract and read only for those that hold its rule. What is said of few rows alone has a scan of those.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from operator import and_, or_
from typing import Any

import narwhals.stable.v2 as nw

from tallystick.kernel.errors import SettlementError
from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.language.series import literal
from tallystick.kernel.pay.alike import Alike, together
from tallystick.kernel.pay.bounds import NARROW, WIDE
from tallystick.kernel.pay.divided import Division
from tallystick.kernel.pay.engines import engine
from tallystick.kernel.pay.exact import lowest
from tallystick.kernel.pay.expressions import Expressions
from tallystick.kernel.pay.few import Few
from tallystick.kernel.pay.guarded import guard, looks_around
from tallystick.kernel.pay.joins import PLACE, Joins
from tallystick.kernel.pay.layout import NO_CONTRACT, Layout, number_of_day
from tallystick.kernel.pay.leaves import SEGMENT, Columns, cells_by_name, cells_by_parties, leaf, segment_of
from tallystick.kernel.pay.operations import MISSING
from tallystick.kernel.pay.overlaid import CHOSEN, OWNED, Asked, Overlay
from tallystick.kernel.pay.plainer import constant
from tallystick.kernel.pay.small import Small
from tallystick.kernel.pay.values import NUMBERS, RATIOS, Value, widened
from tallystick.kernel.pay.wanted import Grouped, Wanted
from tallystick.kernel.program import Use
from tallystick.kernel.tables import TableSpec

CELL, KEPT = "~cell", "~kept"
_YES, _NO = (literal(Kind.COUNT, number).node for number in (1, 0))
Row = Mapping[str, Any]


class Scan:
    """Builds the query of one pass over one table."""

    def __init__(
        self, facts: Mapping[str, Facts], table: str, wanted: Wanted, small: Small, layout: Layout,
        lists: Callable[[str], Sequence[Row]], alike: Mapping[str, Use] | None = None, *, all_rows: bool = False,
        division: Division | None = None, beside: Sequence[Node] = (), of_few: Few | None = None,
    ) -> None:  # fmt: skip
        """``alike`` are the rules whose numbers may share columns; without any, each keeps its own.

        Rows in which every sum is nothing are left out, unless ``all_rows`` are asked for. With a ``division``, the
        query is of the part that it is at when it is run. A scan ``of_few`` rows is of those that meet a condition;
        with the conditions of such scans ``beside`` it, in how many rows each of them holds is counted here.
        """
        self.facts, self.wanted, self.small, self.layout = facts[table], wanted, small, layout
        self.alike = Alike(alike or {})
        self._owners: dict[Any, list[bool]] = {}
        self.overlay = Overlay(table, self._asked() if alike else {})
        roots = [self.said(root) for root in wanted.roots()]
        self.sums = {self.said(one): n for n, one in enumerate(wanted.sums) if constant(self.said(one)) is None}
        self.codes = {self.said(node): number for number, node in enumerate(wanted.codes)}
        self.code_asked = {node: self._who_asks(node) for node in self.codes} if alike else {}
        """What is summed, and kept apart by, with the number in its column's name: alike ones are one column."""
        self.joins = joins = Joins(facts, lists, small, roots, division)
        self.rows = Expressions(self.facts, roots, small.program.case.rounding, joins)
        coarse, looked_up = _parts([*roots, *self.code_asked.values()], table)
        self.rows.frame = nw.from_native(self.facts.frame)
        if of_few is None or of_few.frame is None or division is not None:
            joins.beside(self.rows, looked_up)
        else:
            self.rows.frame = nw.from_native(of_few.frame)
        if of_few is not None:  # all rows may be read
            self.rows.frame = self.rows.frame.filter(~nw.col(of_few.column).is_null())
        self.rows.leaves = self._placed(coarse)
        self.guard = [] if all_rows or beside or not alike else self._guard()
        if of_few is not None and of_few.condition not in self.guard:
            self.guard = []
        self.of_few, self.beside = of_few, beside
        self._all_rows: Any = None
        if self.guard:
            self.rows.frame, self.rows.guard = self._guarded(), self.guard
        for node in looked_up:  # joins first: a row is then narrow while it is joined
            self.rows.value(node)

    def value(self, node: Node) -> Value:
        """The value in each row of a node that was asked for."""
        return self.rows.value(self.said(node))

    def said(self, node: Node) -> Node:
        """The sentence that stands for a node that was asked for."""
        return self.overlay.of(self.alike.of(node))

    def _asked(self) -> dict[Node, Asked]:
        """By whom each sentence is asked for that may be laid over others."""
        asked: dict[Node, Asked] = {}
        for node in self.wanted.roots():
            one, said = self.wanted.asked.get(node, Asked()), self.alike.of(node)
            if constant(said) is None:
                asked[said] = asked[said].too(one) if said in asked else one
        return asked

    def _who_asks(self, code: Node) -> Node:
        """Whether the row's contract is one of those for which sums are kept apart by the code."""
        whose = [self.wanted.asked.get(one, Asked()).whose for one in self.wanted.codes if self.said(one) == code]
        return self.overlay.is_one_of(reduce(or_, whose))

    def _guard(self) -> list[Node]:
        """What each row must have for any sum to be more than nothing; nothing where a row looks at others."""
        sums = [self.said(one) for listed in self.wanted.codes.values() for one in listed]
        around = looks_around([*self.sums, *self.codes])
        if self.wanted.facts or around or any(constant(one) is not None for one in sums):
            return []
        return guard(self.sums)

    def _guarded(self) -> Any:
        holds = self._holds(self.guard)
        self.rows.flush()
        self._all_rows = self.rows.frame.select(nw.col(CELL), holds.cast(nw.Int64).alias(KEPT))
        return self.rows.frame.filter(holds)

    def _holds(self, conditions: Sequence[Node]) -> Any:
        """Whether a row is left, as some have it: where a condition is missing, it is."""
        return reduce(and_, (self.rows.value(one).expr.fill_null(True) for one in conditions))

    @property
    def is_total(self) -> bool:
        """True if every sum says something of every row, and stops nobody: then rows may be left out."""
        values = [self._looked_at(node) for node in self.sums] + [self.rows.value(node) for node in self.codes]
        optional = any(value.optional for value in values[: len(self.sums)])
        return not optional and all(value.stops is None for value in values)

    def count(self) -> Any:
        """The lazy frame of how many rows each cell has, and how many are kept; None where the sums are of all rows."""
        if not self.guard or (self.of_few is not None and len(self.guard) == 1):
            return None
        return self._all_rows.group_by(CELL).agg(nw.len().cast(nw.Int64).alias("~rows"), nw.col(KEPT).sum())

    @property
    def key(self) -> str:
        """The column that names a row; a table that is paid for has one."""
        return self.facts.spec.key or ""

    def _placed(self, coarse: Sequence[Node]) -> dict[Node, Value]:
        """Give the rows their cell, their place and everything coarse that they read."""
        spec, columns = self.facts.spec, Columns()
        leaves = {}
        for number, node in enumerate(coarse):
            values, held = self._coarse(node)
            if node.kind is Kind.CODE:
                self.rows.among[node] = {one for one in set(values) if isinstance(one, str)}
            elif node.kind is Kind.DAY:
                self.rows.among[node] = {number_of_day(one) for one in set(values) if isinstance(one, datetime.date)}
            leaves[node] = leaf(node, values, f"~leaf{number}", columns, held=held, reason=self.rows.reason)
        # What a row reads that is in no contract's cell, nobody looks at; but nothing is kept apart there.
        flags = {f"~leaf{number}" for number, node in enumerate(coarse) if node.op == OWNED}
        careless = frozenset(columns.values) - flags
        assert spec.date is not None  # a table without one is only looked up
        columns.add(PLACE, [place for _, _, place in self.layout.cells], nw.Int64)
        frame = self.rows.frame.with_columns(segment_of(nw.col(spec.date), self.layout.breaks).alias(SEGMENT))
        if self._names_all and not self.wanted.facts and self.layout.is_undivided:
            self.rows.frame = self._at_once(frame, columns, careless)
        else:
            columns.add(f"{CELL}~~right", range(len(self.layout.cells)), nw.Int64)
            frame = self._with_cells(frame)
            self.rows.frame = engine().looked_up(
                frame, [CELL], columns.values, columns.dtypes, [f"{CELL}~~right"], careless
            )
        return leaves

    def _coarse(self, node: Node) -> tuple[list[Any], list[bool]]:
        """What is the same for all rows of a cell, and in which cells somebody looks at it."""
        if node.op == OWNED:
            return self._owned(node.data[0]), [place >= 0 for _, _, place in self.layout.cells]
        if node.op != CHOSEN:
            return together(self.small, self.alike.sources(node))
        values: list[Any] = [None] * len(self.layout.cells)
        looked_at = [False] * len(values)
        for arg, number in zip(node.args, node.data, strict=True):
            theirs, held = self._coarse(arg)
            for cell, owned in enumerate(self._owned(number)):
                if owned:
                    values[cell], looked_at[cell] = theirs[cell], held[cell]
        return values, looked_at

    def _owned(self, number: Any) -> list[bool]:
        """Whether each cell's contract is one of those that an overlay has a number for."""
        if number not in self._owners:
            whose, contracts = self.overlay.owners[number], len(self.layout.contracts)
            theirs = [bit == "1" for bit in reversed(f"{whose & (1 << contracts) - 1:0{contracts}b}")]
            self._owners[number] = [theirs[contract] for contract, _, _ in self.layout.cells]
        return self._owners[number]

    @property
    def _names_all(self) -> bool:
        """Whether every row names its contract."""
        stats = self.facts.stats.get("contract")
        return "contract" in self.facts.spec.columns and stats is not None and stats.nulls == 0

    def _at_once(self, frame: Any, columns: Columns, careless: Collection[str]) -> Any:
        """Where every contract is one cell, one join by its name brings all; a row of another day is in no place."""
        columns.add(
            "contract~~right", [self.layout.contracts[number].id for number, _, _ in self.layout.cells], nw.String
        )
        columns.add("~cell found", range(len(self.layout.cells)), nw.Int64)
        columns.add("~its segment", [segment for _, segment, _ in self.layout.cells], nw.Int64)
        frame = engine().looked_up(frame, ["contract"], columns.values, columns.dtypes, ["contract~~right"], careless)
        inside = nw.col(SEGMENT) == nw.col("~its segment")
        cell = nw.when(inside).then(nw.col("~cell found")).otherwise(nw.lit(NO_CONTRACT, dtype=nw.Int64))
        return frame.with_columns(cell.alias(CELL), nw.when(inside).then(nw.col(PLACE)).alias(PLACE))

    def _with_cells(self, frame: Any) -> Any:
        """Each row's cell: by the contract that it names, else by the one that claims its parties."""
        spec, rows = self.facts.spec, self.facts.rows
        stats = self.facts.stats.get("contract")
        can_name = "contract" in spec.columns and (stats is None or stats.nulls < rows or rows == 0)
        must_claim = not self._names_all
        named, claimed = nw.lit(NO_CONTRACT, dtype=nw.Int64), nw.lit(NO_CONTRACT, dtype=nw.Int64)
        if can_name:
            # A contract's cells are numbered one after another, so its name alone finds them: no join by two keys.
            frame = frame.join(cells_by_name(self.layout), how="left", on="contract")
            inside = (nw.col(SEGMENT) >= nw.col("~first")) & (nw.col(SEGMENT) <= nw.col("~last"))
            cell = nw.col("~cell of first") + nw.col(SEGMENT) - nw.col("~first")
            named = nw.when(inside).then(cell).otherwise(nw.lit(NO_CONTRACT, dtype=nw.Int64))
        parties = tuple(name for name in ("provider", "commissioner") if name in spec.columns)
        claimed_before = not self.small.program.case.by_parties and "contract" in spec.columns
        if must_claim and parties and not claimed_before:
            frame = frame.join(cells_by_parties(self.layout, parties), how="left", on=[*parties, SEGMENT])
            claimed = nw.col("~claimed").fill_null(NO_CONTRACT)
        if not can_name:
            return frame.with_columns(claimed.alias(CELL))
        return frame.with_columns(nw.when(nw.col("contract").is_null()).then(claimed).otherwise(named).alias(CELL))

    def query(self) -> Any:
        """The lazy frame of sums by group."""
        sums = {f"~sum{number}": self._summed(node) for node, number in self.sums.items()}
        codes = {f"~code{number}": self._code(node) for node, number in self.codes.items()}
        few = {f"{KEPT}{number}": self._holds([guard]) for number, guard in enumerate(self.beside)}
        self.rows.flush()
        parties = sorted(self.wanted.parties - {"scheme"})
        keep = {name: nw.col(name) for name in (CELL, *parties, *([SEGMENT] if self.wanted.parties else ()))}
        keys = [*keep, *codes]
        # Only what may be missing is counted: how many of a group's values are there, to be held against its rows.
        there = {f"~there{name[1:]}": name for name, (_, value) in sums.items() if value.optional}
        looked_at = {f"sum{n}": node for node, n in self.sums.items()}
        looked_at |= {f"code{n}": node for node, n in self.codes.items()}
        stops = {f"~stop{name}": self._looked_at(node).stops for name, node in looked_at.items()}
        stops = {name: expr.fill_null(0) for name, expr in stops.items() if expr is not None}
        values = {name: expr for name, (expr, _) in sums.items()}
        frame = self.rows.frame.select(**keep, **codes, **values, **stops, **few)
        found = [nw.len().cast(nw.Int64).alias("~rows")]
        found += [
            nw.col(name).sum().cast(nw.Int64) if of.kind is Kind.FLAG else nw.col(name).sum()
            for name, (_, of) in sums.items()
        ]
        found += [nw.col(name).sum().cast(nw.Int64) for name in few]
        found += [nw.col(of).count().cast(nw.Int64).alias(name) for name, of in there.items()]
        return frame.group_by(keys).agg(*found, *(nw.col(name).max() for name in stops))

    def _summed(self, node: Node) -> tuple[Any, Value]:
        """The node's value, wide enough that the sum over all rows cannot overflow."""
        value = self._looked_at(node)
        if value.kind is Kind.FLAG:
            return value.expr, value
        if value.kind not in NUMBERS:
            raise SettlementError(f"a sum of {value.kind.value}s has no meaning")
        if not value.plain_below:
            raise SettlementError("ratios over different numbers cannot be summed row by row: multiply them out first")
        most = value.bound.size * max(self.facts.rows, 1)
        if most >= WIDE:
            raise SettlementError(
                f"a sum over table {self.facts.spec.name} may reach {most:,}, which cannot be computed exactly"
            )
        return widened(value, most >= NARROW), value

    def _looked_at(self, node: Node) -> Value:
        """The value that is summed or kept apart by; of rows that are only counted, whether they are."""
        counted = node.op == "when" and [arg.bare for arg in node.args[1:]] == [_YES, _NO]
        return self.rows.value(node.args[0] if counted and engine().sums_flags else node)

    def _code(self, node: Node) -> Any:
        """The code where there is something to keep apart: most rows have nothing, and need no group of their own."""
        alike = [sums for one, sums in self.wanted.codes.items() if self.said(one) == node]
        code = self.rows.value(node)
        sums = [self._looked_at(self.said(one)) for listed in alike for one in listed]
        if not sums or any(one.stops is not None for one in (code, *sums)):
            return code.expr
        something = nw.lit(False)
        for one in sums:
            is_some = one.expr if one.kind is Kind.FLAG else one.expr != 0
            something = something | (is_some.fill_null(True) if one.optional else is_some)
        if node in self.code_asked:
            something = something & self.rows.leaves[self.code_asked[node]].expr
        return nw.when(something).then(code.expr)

    def grouped(self, frame: Any, counted: Counter[int] | None = None) -> Grouped:
        """The collected result as plain columns; ``counted`` are all rows by cell, where these are some of them."""
        read = {name: frame[name].to_list() for name in frame.columns}
        by_cell = self._by_cell(nw.from_native(frame, eager_only=True))
        counted = rows_by_cell(frame) if counted is None else counted
        by_cell["~rows"] = [counted[cell] for cell in range(len(self.layout.cells))]
        reasons = [None, *self.rows.reasons]
        return Grouped(
            cells=read[CELL], rows=read["~rows"], segments=read.get(SEGMENT), sums=self._sums(read),
            codes={node: read[f"~code{self.codes[self.said(node)]}"] for node in self.wanted.codes},
            parties={name: read[name] for name in self.wanted.parties - {"scheme"}},
            stops={
                node: [reasons[w] for w in read[why]]
                for node in self.wanted.codes if (why := f"~stopcode{self.codes[self.said(node)]}") in read
            },
            of_cells=self._sums(by_cell), rows_of_cells=by_cell["~rows"], counted=counted,
        )  # fmt: skip

    def _by_cell(self, frame: Any) -> dict[str, list[Any]]:
        """The groups of each cell put together, as one entry for each cell; a sum of sums is no wider than the sum."""
        summed = [name for name in frame.columns if name.startswith(("~sum", "~there", "~rows"))]
        stops = [name for name in frame.columns if name.startswith("~stopsum")]
        cells = nw.new_series(CELL, range(len(self.layout.cells)), nw.Int64, backend="polars").to_frame()
        found = frame.group_by(CELL).agg(*(nw.col(name).sum() for name in summed), *(nw.col(n).max() for n in stops))
        dense = cells.join(found, how="left", on=CELL).sort(CELL)
        return {name: dense[name].fill_null(0).to_list() for name in (*summed, *stops)}

    def _sums(self, read: Mapping[str, list[Any]]) -> dict[Node, list[Any]]:
        """Each sum; one that met anything missing stops whoever looks at it."""
        reasons = [None, *self.rows.reasons]
        sums: dict[Node, list[Any]] = {}
        for node, number in self.sums.items():
            there = read.get(f"~theresum{number}")
            whole = read[f"~sum{number}"]
            if node.kind in RATIOS:
                below = self.rows.value(node).below
                whole = [lowest(above, below) for above in whole]
            if there is not None and there != read["~rows"]:
                whole = [v if n == rows else MISSING for v, n, rows in zip(whole, there, read["~rows"], strict=True)]
            if why := read.get(f"~stopsum{number}"):
                whole = [reasons[w] if w else v for v, w in zip(whole, why, strict=True)]
            sums[node] = whole
        for node in {self.said(node) for node in self.wanted.sums} - set(sums):
            each = Fraction(constant(node))  # the same in every row
            whole = [lowest(each.numerator * rows, each.denominator) for rows in read["~rows"]]
            sums[node] = whole if node.kind in RATIOS else [above for above, _ in whole]
        return {node: sums[self.said(node)] for node in self.wanted.sums}


def rows_by_cell(frame: Any) -> Counter[int]:
    """How many rows each cell has, from a collected result."""
    counted = Counter[int]()
    for cell, rows in zip(frame[CELL].to_list(), frame["~rows"].to_list(), strict=True):
        counted[cell] += rows
    return counted


def is_placed(spec: TableSpec) -> bool:
    """True if the table's rows belong to contracts at all, and are not only looked up."""
    return spec.date is not None and any(name in spec.columns for name in ("contract", "provider", "commissioner"))


def _parts(roots: Sequence[Node], table: str) -> tuple[list[Node], list[Node]]:
    """The parts of the roots that are the same for a whole cell, as large as they come, and the rows' look-ups."""
    found: dict[Node, None] = {}
    looked_up: list[Node] = []
    seen: set[Node] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.grain.name != table:
            found[node] = None
        else:
            if node.op in ("find", "exists"):
                looked_up.append(node)
            stack.extend(arg.bare for arg in node.args)
    return sorted(found, key=lambda node: node.digest), looked_up


__all__ = ["CELL", "KEPT", "Scan", "is_placed", "rows_by_cell"]
