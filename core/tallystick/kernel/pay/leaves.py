"""Leaves: what a row reads from its contract's cell, or from another table, as columns ready to be joined."""

from __future__ import annotations

import bisect
import datetime
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress
from typing import Any

import attrs
import narwhals.stable.v2 as nw
from attrs import field, frozen

from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.pay.bounds import Bound, bound_of, is_wide
from tallystick.kernel.pay.engines import engine
from tallystick.kernel.pay.engines.base import LOCAL
from tallystick.kernel.pay.layout import DAY, TWO_CONTRACTS, Layout, number_of_day
from tallystick.kernel.pay.operations import Stopped, by_the_clock, elapsed
from tallystick.kernel.pay.values import RATIOS, Value, constant

SEGMENT = "~segment"
LARGEST_COMMON = 10**12
"""Above this, ratios keep what stands below the line in a column of its own."""

DTYPES: dict[Kind, Any] = {
    Kind.AMOUNT: nw.Int64, Kind.COUNT: nw.Int64, Kind.FLAG: nw.Boolean, Kind.DAY: nw.Int64, Kind.CODE: nw.String,
    Kind.PRICE: nw.Int64, Kind.RATE: nw.Int64, Kind.MOMENT: nw.Int64,
}  # fmt: skip


@frozen(eq=False)
class Columns:
    """Columns for a small frame that rows are joined with: values and types by name."""

    values: dict[str, Sequence[Any]] = field(factory=dict)
    dtypes: dict[str, Any] = field(factory=dict)

    def add(self, name: str, values: Sequence[Any], dtype: Any) -> None:
        """Put in one column."""
        self.values[name], self.dtypes[name] = values, dtype

    def frame(self) -> Any:
        """The columns as a lazy frame."""
        return engine().small(self.values, self.dtypes)


def leaf(
    node: Node, values: Sequence[Any], name: str, columns: Columns, *, held: Sequence[bool] | None = None,
    reason: Callable[[Stopped], int] | None = None,
) -> Value:  # fmt: skip
    """The value that a row reads from a column of plain values, which is put into ``columns`` if it varies.

    ``held`` says for which members the contract holds every rule whose numbers these are: elsewhere nobody looks
    at what is worked out, so a number that is the same wherever it is held becomes a constant. Without ``held``
    the column always varies. What is missing where it is held stays missing, and stops the sum that meets it.
    """
    kind = node.kind
    stops = None
    if reason is not None and held is not None and Stopped in map(type, values):
        why = [reason(v) if h and type(v) is Stopped else 0 for v, h in zip(values, held, strict=True)]
        values = [None if type(v) is Stopped else v for v in values]
        if any(why):
            columns.add(f"{name}~stops", why, nw.Int64)
            stops = nw.col(f"{name}~stops")
    looked_at = list(values) if held is None else list(compress(values, held))
    missing = None in looked_at
    if held is not None and kind is not Kind.MOMENT and not missing and (first := _same(looked_at)) is not None:
        return constant(kind, number_of_day(first) if kind is Kind.DAY else first)
    if held is not None and not missing and looked_at:
        values = [looked_at[0] if v is None else v for v in values]  # a column without gaps is faster to work with
    optional = node.optional or missing
    if kind in RATIOS:
        return attrs.evolve(_ratio_leaf(node, values, name, columns, optional=optional), stops=stops)
    filled: Sequence[Any] = values
    if kind is Kind.DAY:
        filled = [None if v is None else number_of_day(v) for v in values]
    local = None
    if kind is Kind.MOMENT:
        columns.add(f"{name}{LOCAL}", [None if v is None else by_the_clock(v) for v in filled], nw.Int64)
        local = nw.col(f"{name}{LOCAL}")
        filled = [None if v is None else elapsed(v) for v in filled]
    bound = bound_of(v for v in filled if v is not None) if DTYPES[kind] is nw.Int64 else Bound(0, 0)
    wide = is_wide(bound, f"a contract's {kind.value}")
    columns.add(name, filled, engine().wide if wide else DTYPES[kind])
    return Value(kind=kind, expr=nw.col(name), bound=bound, optional=optional, local=local, wide=wide, stops=stops)


def _same(values: list[Any]) -> Any:
    """The value that all are, if all are one; None otherwise, or where there are none."""
    first = values[0] if values else None
    return first if first is not None and values.count(first) == len(values) else None


def _ratio_leaf(node: Node, pairs: Sequence[Any], name: str, columns: Columns, *, optional: bool) -> Value:
    belows = {p[1] for p in pairs if p is not None} or {1}
    common = math.lcm(*belows)
    if common <= LARGEST_COMMON:
        above = [None if p is None else p[0] * (common // p[1]) for p in pairs]
        below: Any = common
        below_bound = Bound(common, common)
    else:
        above = [None if p is None else p[0] for p in pairs]
        lines = [1 if p is None else p[1] for p in pairs]
        below_bound = Bound(min(lines), max(lines))
        wide_below = is_wide(below_bound, "what stands below a ratio")
        columns.add(f"{name}~below", lines, engine().wide if wide_below else nw.Int64)
        below = nw.col(f"{name}~below").fill_null(1)  # a look-up that finds nothing
    bound = bound_of(a for a in above if a is not None)
    wide = is_wide(bound, f"a contract's {node.kind.value}")
    columns.add(name, above, engine().wide if wide else nw.Int64)
    return Value(
        kind=node.kind,
        expr=nw.col(name),
        bound=bound,
        below=below,
        below_bound=below_bound,
        optional=optional,
        wide=wide,
    )


@frozen(eq=False)
class History:
    """A small table with a history, spread over the stretches of days in which no row of it changes."""

    breaks: list[datetime.date]
    rows: list[tuple[int, Mapping[str, Any]]]
    """(segment, row): a row once for every stretch in which it is in force."""


def history(rows: Iterable[Mapping[str, Any]]) -> History:
    """Spread rows with ``from_day`` and ``to_day`` (inclusive, open where missing) over their stretches."""
    listed = list(rows)
    breaks = sorted(
        {r["from_day"] for r in listed if r.get("from_day") is not None}
        | {r["to_day"] + DAY for r in listed if r.get("to_day") is not None and r["to_day"] < datetime.date.max}
    )
    spread = []
    for row in listed:
        start, end = row.get("from_day"), row.get("to_day")
        first = 0 if start is None else bisect.bisect_right(breaks, start)
        last = len(breaks) if end is None else bisect.bisect_right(breaks, end)
        spread += [(segment, row) for segment in range(first, last + 1)]
    return History(breaks, spread)


def segment_of(day: Any, breaks: Sequence[datetime.date]) -> Any:
    """How many of the breaks have come by the day, as an expression; days are numbers."""
    found = nw.lit(0, dtype=nw.Int64)
    for start in breaks:
        found = found + (day >= number_of_day(start)).cast(nw.Int64)
    return found


def cells_by_name(layout: Layout) -> Any:
    """For each contract its first cell, and the segments of its first and last: its periods follow one another."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for cell, (number, segment, _) in enumerate(layout.cells):
        begin = first.setdefault(number, cell)
        assert segment - layout.cells[begin][1] == cell - begin
        last[number] = segment
    columns = Columns()
    columns.add("contract", [layout.contracts[number].id for number in first], nw.String)
    columns.add("~cell of first", list(first.values()), nw.Int64)
    columns.add("~first", [layout.cells[cell][1] for cell in first.values()], nw.Int64)
    columns.add("~last", list(last.values()), nw.Int64)
    return columns.frame()


def cells_by_parties(layout: Layout, parties: tuple[str, ...]) -> Any:
    """For each of these parties and segment the cell of the contract that claims their rows."""
    if parties not in layout.by_parties:
        whose = [tuple(getattr(one, name) for name in parties) for one in layout.contracts]
        claims: dict[tuple[Any, ...], int] = {}
        for cell, (number, segment, _) in enumerate(layout.cells):
            key = (*whose[number], segment)
            claims[key] = TWO_CONTRACTS if key in claims else cell
        columns = Columns()
        for place, name in enumerate(parties):
            columns.add(name, [key[place] for key in claims], nw.String)
        columns.add(SEGMENT, [key[-1] for key in claims], nw.Int64)
        columns.add("~claimed", list(claims.values()), nw.Int64)
        layout.by_parties[parties] = columns.frame()
    return layout.by_parties[parties]
