"""Expressions: from a node of the rows' grain to columns of one lazy frame, without a loop over rows.

The frame is only ever added to: what several nodes use becomes a column, a look-up becomes a left join on
columns, a window becomes a column in a stated order that ends in the key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from tallystick.kernel.errors import SettlementError
from tallystick.kernel.facts import ColumnStats, Facts
from tallystick.kernel.language.nodes import Kind, Node, walk
from tallystick.kernel.pay import values as v
from tallystick.kernel.pay.bounds import Bound, is_wide
from tallystick.kernel.pay.engines import engine
from tallystick.kernel.pay.engines.base import ELAPSED, LOCAL
from tallystick.kernel.pay.operations import MISSING, Stopped
from tallystick.kernel.pay.values import Value

_DAYS = Bound(-720_000, 2_940_000)
"""From the year 1 to the year 9999, in days since 1970."""
_MINUTES = _DAYS.times(1440)
_CHEAP = ("column", "literal", "named", "line", "as_rate", "neg", "not", "is_missing", "one")
_FEW = 8
STEPS = 120
"""After so many steps an engine may rest: some plan a query in the square of its length."""
_FILLED = (Kind.FLAG, Kind.COUNT, Kind.AMOUNT, Kind.CODE)
"""What is filled in where it is missing, if that is one value for all rows."""
_COLUMNS = ("find", "exists", "running", "first", "earlier")
_SAID_TWICE = (
    "when", "or_else", "min", "max", "scale", "round", "round_to", "ratio", "and", "or", "is_in", "completed_years",
    "day_of", "minute_of_day", "weekday",
)  # fmt: skip
"""What says an argument more than once: an engine that writes expressions out needs it as a column first."""


class Expressions:
    """Compiles nodes over one table's rows; ``frame`` grows as they ask for more columns."""

    def __init__(
        self, facts: Facts, roots: Sequence[Node], rounding: int, joins: Callable[[Expressions, Node], Value]
    ) -> None:
        self.facts = facts
        self.spec = facts.spec
        self.frame: Any = None
        self.leaves: Mapping[Node, Value] = {}
        """The frame, and what rows read from their contract's cell: set before anything is asked for."""
        self.among: dict[Node, Collection[Any]] = {}
        """For codes and days that rows read there, which there are at all."""
        self.guard: Sequence[Node] = ()
        """What holds of every row that is left: see :mod:`tallystick.kernel.pay.guarded`."""
        self.rounding = rounding
        self._joins = joins
        self._memo: dict[Node, Value] = {}
        self._kept: set[Node] = set()
        self._rested = 0
        self._pending: dict[str, dict[str, Any]] = {}
        self._depth: dict[str, int] = {}
        """How many columns that wait have to be there before this one: the frame grows by depths, not by columns."""
        self._names = 0
        self.reasons: dict[Stopped, int] = {}
        self._uses = Counter(arg.bare for node in walk(*(root.bare for root in roots)) for arg in node.args)

    def name(self, what: str) -> str:
        """A column name that is not yet taken."""
        self._names += 1
        # Spark takes a dot for the way to a part of a column.
        return f"{what}~{self._names}".replace(".", "~")

    def value(self, node: Node) -> Value:
        """The node's value in each row."""
        node = node.bare
        if node not in self._memo:
            made = self._compile(node)
            if self._uses[node] > 1 and node.op not in _CHEAP and node not in self.leaves:
                made = self.kept(made)
                self._kept.add(node)
            self._memo[node] = made
        return self._memo[node]

    def kept(self, value: Value) -> Value:
        """The same value as a column of the frame, worked out once."""
        name = self.name(value.kind.value)
        self._depth[name] = max((self._depth[other] + 1 for other in value.waits & self._depth.keys()), default=0)
        columns = self._pending[name] = {name: value.expr}
        made: dict[str, Any] = {"expr": nw.col(name), "waits": frozenset({name})}
        if not value.plain_below:
            columns[f"{name}~below"] = value.below
            made["below"] = nw.col(f"{name}~below")
        if value.local is not None:
            columns[f"{name}~local"] = value.local
            made["local"] = nw.col(f"{name}~local")
        if value.stops is not None:
            columns[f"{name}~stops"] = value.stops
            made["stops"] = nw.col(f"{name}~stops")
        return attrs.evolve(value, **made)

    def reason(self, stopped: Stopped) -> int:
        """The number by which a row says why whoever looks at it is stopped."""
        return self.reasons.setdefault(stopped, len(self.reasons) + 1)

    def flush(self) -> None:
        """Put every column that waits into the frame, those that others wait for first."""
        if len(self._memo) > self._rested + STEPS:
            self._rested = len(self._memo)
            self.frame = engine().rested(self.frame)
        by_depth: dict[int, dict[str, Any]] = {}
        for name, columns in self._pending.items():
            by_depth.setdefault(self._depth[name], {}).update(columns)
        for depth in sorted(by_depth):
            self.frame = self.frame.with_columns(**by_depth[depth])
        self._pending, self._depth = {}, {}

    def _compile(self, node: Node) -> Value:
        if node in self.leaves:
            return self.leaves[node]
        if node.op in ("find", "exists"):
            return self._joins(self, node)
        if node.op in _WINDOWS:
            return _WINDOWS[node.op](self, node)
        if node.op == "column":
            return column(self.facts, str(node.data[1]))
        if node.op == "one":
            return v.constant(Kind.COUNT, 1)
        args = [self.value(arg) for arg in node.args]
        if engine().writes_out and node.op in _SAID_TWICE:
            args = [self._stated(arg, value) for arg, value in zip(node.args, args, strict=True)]
        return plain(node, args, self.rounding)

    def _stated(self, node: Node, value: Value) -> Value:
        """The value as a column, where it is more than one."""
        node = node.bare
        if node in self._kept or node in self.leaves or node.op in (*_CHEAP, *_COLUMNS):
            return value
        self._kept.add(node)
        kept = self._memo[node] = self.kept(value)
        return kept


def column(facts: Facts, name: str, *, of: str = "") -> Value:
    """A column of a table of facts as a value of its rows; ``of`` renames it after a join."""
    spec, stats = facts.spec.columns[name], facts.stats.get(name, ColumnStats())
    stored = nw.col(of or name)
    bound = Bound(min(stats.lowest, 0), max(stats.highest, 0))
    common: dict[str, Any] = {"kind": spec.kind, "optional": spec.optional or bool(of)}
    if spec.kind is Kind.DAY:
        return Value(expr=stored, bound=_DAYS, **common)
    if spec.kind is Kind.MOMENT:
        elapsed, local = (nw.col(f"{of or name}{which}") for which in (ELAPSED, LOCAL))
        return Value(expr=elapsed, local=local, bound=_MINUTES, **common)
    if spec.kind in v.RATIOS:
        return Value(expr=stored, bound=bound, below=stats.scale, below_bound=Bound(stats.scale, stats.scale), **common)
    wide = is_wide(bound, f"column {name}")
    return Value(expr=stored.cast(engine().wide) if wide else stored, bound=bound, wide=wide, **common)


def plain(node: Node, args: list[Value], rounding: int) -> Value:
    """An operation that looks at one row only."""
    made = _plain(node, args, rounding)
    return made if node.op in ("when", "or_else") else attrs.evolve(made, stops=v.stops_of(*args))


def _plain(node: Node, args: list[Value], rounding: int) -> Value:
    op = node.op
    if op in ("named", "line"):
        return args[0]
    if op in ("add", "sub", "min", "max", "mul"):
        return v.combine(op, node.kind, *args)
    if op in ("eq", "ne", "lt", "le", "gt", "ge"):
        return v.compare(op, *args)
    if op == "when":
        return v.choose(*args, optional=any(arg.optional for arg in args))
    if op == "scale":
        return v.half_up(v.combine("mul", Kind.RATE, *args), Kind.AMOUNT, rounding)
    if op == "round":
        return v.half_up(args[0], Kind.AMOUNT, rounding)
    if op == "round_to":
        return v.half_up(args[0], Kind.PRICE, int(node.data[0]))  # type: ignore[call-overload]
    if op == "ratio":
        return v.ratio(*args)
    if op not in _PLAIN:
        raise SettlementError(f"{op} cannot be worked out for each row of a table")
    return _PLAIN[op](node, args)


def _or_else(node: Node, args: list[Value]) -> Value:
    first, second = args
    if first.nothing and first.stops is None:
        return second
    if (
        node.args[1].bare.op == "literal"
        and first.kind in _FILLED
        and first.stops is None
        and first.wide == second.wide
    ):
        filled = first.expr.fill_null(node.args[1].bare.data[0])
        return attrs.evolve(first, expr=filled, bound=first.bound.join(second.bound), optional=False)
    present = Value(kind=Kind.FLAG, expr=~first.expr.is_null(), waits=first.waits, stops=first.stops)
    return v.choose(present, first, second, optional=second.optional)


def _flag(node: Node, args: list[Value], expr: Any) -> Value:
    optional = node.op != "is_missing" and any(arg.optional for arg in args)
    return Value(kind=Kind.FLAG, expr=expr, optional=optional, waits=_waits(args))


def _joined(node: Node, args: list[Value], expr: Any) -> Value:
    return _flag(node, args, v.known(expr, *args) if any(arg.optional for arg in args) else expr)


def _count(args: list[Value], expr: Any, bound: Bound) -> Value:
    return Value(kind=Kind.COUNT, expr=expr, bound=bound, optional=any(a.optional for a in args), waits=_waits(args))


def _waits(args: list[Value]) -> frozenset[str]:
    return frozenset().union(*(arg.waits for arg in args))


def _one_of(code: Value, codes: Sequence[Any]) -> Any:
    """Whether a code is one of some: a few are compared one by one, in a fifth of the time that a table takes."""
    if 0 < len(codes) <= _FEW:
        return reduce(or_, (code.expr == one for one in codes))
    among = code.expr.is_in(list(codes))
    return v.known(among, code) if code.optional else among


def _starts(node: Node, args: list[Value]) -> Value:
    code = args[0].expr
    found = nw.lit(False)
    for start in node.data:
        found = found | code.str.starts_with(str(start))
    if not node.data:
        found = ~code.is_null() & found
    return _flag(node, args, found)


def _difference(node: Node, args: list[Value]) -> Value:
    return _count(args, args[1].expr - args[0].expr, args[1].bound + -args[0].bound)


def _add_days(node: Node, args: list[Value]) -> Value:
    added = args[0].expr + args[1].expr.cast(nw.Int64)
    return Value(
        kind=Kind.DAY,
        expr=added,
        bound=args[0].bound + args[1].bound,
        optional=any(arg.optional for arg in args),
        waits=_waits(args),
    )


def _completed_years(node: Node, args: list[Value]) -> Value:
    start, end = (engine().yyyymmdd(arg.expr) for arg in args)
    years = _over(end - start + 100_000_000, 10_000)  # what is divided is never below zero
    return _count(args, years - 10_000, Bound(-10_000, 10_000))


def _over(above: Any, below: int) -> Any:
    """A quotient of whole numbers that are never below zero; it is never large."""
    return engine().quotient(above, nw.lit(below, dtype=nw.Int64), 2**40)


def _weekday(node: Node, args: list[Value]) -> Value:
    since = args[0].expr + 5_000_005  # a Monday long before any calendar
    return _count(args, since - _over(since, 7) * 7 + 1, Bound(1, 7))


def _day_of(node: Node, args: list[Value]) -> Value:
    day = _local_day(args[0])
    return Value(kind=Kind.DAY, expr=day, bound=_DAYS, optional=args[0].optional, waits=args[0].waits)


def _minute(node: Node, args: list[Value]) -> Value:
    return _count(args, args[0].local - _local_day(args[0]) * 1440, Bound(0, 1440))


def _local_day(moment: Value) -> Any:
    """The day of a moment by the local clock."""
    long_before = 5_000_000
    return _over(moment.local + long_before * 1440, 1440) - long_before


_PLAIN: dict[str, Callable[[Node, list[Value]], Value]] = {
    "neg": lambda node, args: v.negative(args[0]),
    "as_rate": lambda node, args: attrs.evolve(args[0], kind=Kind.RATE),
    "and": lambda node, args: _joined(node, args, args[0].expr & args[1].expr),
    "or": lambda node, args: _joined(node, args, args[0].expr | args[1].expr),
    "not": lambda node, args: _flag(node, args, ~args[0].expr),
    "is_missing": lambda node, args: _flag(node, args, args[0].expr.is_null()),
    "or_else": _or_else,
    "is_in": lambda node, args: _flag(node, args, _one_of(args[0], node.data)),
    "starts_with": _starts,
    "days_between": lambda node, args: _difference(node, args),
    "minutes_between": lambda node, args: _difference(node, args),
    "completed_years": _completed_years, "add_days": _add_days, "weekday": _weekday,
    "day_of": _day_of, "minute_of_day": _minute,
}  # fmt: skip


def _ordered(rows: Expressions) -> list[str]:
    if rows.spec.date is None or rows.spec.key is None:
        raise SettlementError(f"table {rows.spec.name} needs a date and a key for its rows to have an order")
    return [rows.spec.date, rows.spec.key]


def _running(rows: Expressions, node: Node) -> Value:
    made = rows.value(node.args[0])
    if not made.plain_below:
        raise SettlementError(
            "running(…) of ratios over different numbers cannot be worked out; multiply them out first"
        )
    bound = made.bound.times(max(rows.facts.rows, 1))
    wide = is_wide(bound, "a running sum")
    stops = made.stops
    if made.optional:  # a number that is not yet in force
        missing = nw.when(made.expr.is_null()).then(rows.reason(MISSING)).otherwise(0)
        stops = missing if stops is None else nw.when(stops > 0).then(stops).otherwise(missing)
    kept = rows.kept(attrs.evolve(made, expr=v.widened(made, wide), stops=stops))
    rows.flush()
    summed = kept.expr.cum_sum().over("~place", order_by=_ordered(rows))
    if stops is not None:
        stops = kept.stops.cum_max().over("~place", order_by=_ordered(rows))
    return rows.kept(attrs.evolve(kept, expr=summed, bound=bound, wide=wide, waits=frozenset(), stops=stops))


def _first(rows: Expressions, node: Node) -> Value:
    rows.flush()
    order = _ordered(rows)
    nth = nw.col(order[1]).cum_count().over("~place", "person", order_by=order)
    kept = rows.kept(Value(kind=Kind.COUNT, expr=nth))
    rows.flush()
    return Value(kind=Kind.FLAG, expr=(kept.expr == 1) & ~nw.col("person").is_null(), waits=kept.waits)


def _earlier(rows: Expressions, node: Node) -> Value:
    order = _ordered(rows)
    where = rows.value(node.args[0])
    never = -1_000_000  # a day before all days, where there is no earlier row
    day = nw.when(where.expr).then(nw.col(order[0])).otherwise(nw.lit(never))
    made = rows.kept(Value(kind=Kind.DAY, expr=day, waits=where.waits, stops=where.stops))
    works: tuple[Callable[[Any], Any], ...] = (lambda e: e.cum_max(), lambda e: e.shift(1))
    for work in works:
        rows.flush()
        stops = None if made.stops is None else work(made.stops).over("person", order_by=order)
        expr = work(made.expr).over("person", order_by=order)
        made = rows.kept(Value(kind=Kind.DAY, expr=expr, stops=stops))
    rows.flush()
    named = ~nw.col("person").is_null()
    stops = None if made.stops is None else nw.when(named & (made.stops > 0)).then(made.stops).otherwise(0)
    expr = nw.when((made.expr > never) & named).then(made.expr)
    return Value(kind=Kind.DAY, expr=expr, bound=_DAYS, optional=True, stops=stops)


_WINDOWS: dict[str, Callable[[Expressions, Node], Value]] = {"running": _running, "first": _first, "earlier": _earlier}
