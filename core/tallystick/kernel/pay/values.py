"""Values of rows: a column expression with its bound, and exact arithmetic on it.

A ratio is a whole number over another; the one below is a plain number wherever the data allow it. Every
product and sum is widened to 128 bits where its bound asks for it. There is one division, ``half_up``.
"""

from __future__ import annotations

import math
from typing import Any

import attrs
import narwhals.stable.v2 as nw
from attrs import field, frozen

from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.pay.bounds import NARROW, Bound, is_wide
from tallystick.kernel.pay.engines import engine

RATIOS = (Kind.PRICE, Kind.RATE)
NUMBERS = (Kind.AMOUNT, Kind.COUNT, *RATIOS)
ONE = Bound(1, 1)
ZERO = Bound(0, 0)
Expr = Any
"""A Narwhals expression."""


@frozen(eq=False, kw_only=True)
class Value:
    """One kind of value for each row.

    ``expr`` is the value itself; for a ratio what stands above the line, for a day the days since 1970, for a
    moment the minutes since 1970 in universal time, with those by the local clock in ``local``. ``below`` is what
    stands below the line: a number or an expression, always above zero. ``waits`` names columns that it reads and
    that are not yet in the frame.
    """

    kind: Kind
    expr: Expr
    bound: Bound = ZERO
    below: Any = 1
    below_bound: Bound = ONE
    local: Expr = None
    optional: bool = False
    wide: bool = False
    code: str | None = None
    """The text, where it is known to be the same in every row."""
    waits: frozenset[str] = field(factory=frozenset)
    nothing: bool = False
    """True if it is missing in every row."""
    stops: Expr = None
    """Where whoever looks at the value is stopped, the number of the reason; zero elsewhere. None: nowhere."""

    @property
    def plain_below(self) -> bool:
        """True if the same number stands below the line in every row."""
        return isinstance(self.below, int)


def stops_of(*values: Value) -> Expr:
    """The number of the first reason to stop that any of the values has, as an expression; None if none can."""
    found = None
    for value in values:
        if value.stops is not None:
            found = value.stops if found is None else nw.when(found > 0).then(found).otherwise(value.stops)
    return found


def stops_of_choice(condition: Value, a: Value, b: Value) -> Expr:
    """The same of a choice, which looks only at the branch that it takes."""
    if a.stops is None and b.stops is None:
        return condition.stops
    first, second = (nw.lit(0, dtype=nw.Int64) if one.stops is None else one.stops for one in (a, b))
    taken = nw.when(condition.expr).then(first).otherwise(nw.when(~condition.expr).then(second).otherwise(0))
    return taken if condition.stops is None else nw.when(condition.stops > 0).then(condition.stops).otherwise(taken)


def constant(kind: Kind, value: Any) -> Value:
    """A value that is the same in every row; ratios come as (above, below), days as days since 1970."""
    if kind in RATIOS:
        above, below = value
        return Value(
            kind=kind,
            expr=whole(above),
            bound=Bound(above, above),
            below=below,
            below_bound=Bound(below, below),
            wide=abs(above) >= NARROW,
        )
    if kind in (Kind.AMOUNT, Kind.COUNT, Kind.DAY):
        return Value(kind=kind, expr=whole(value), bound=Bound(value, value), wide=abs(value) >= NARROW)
    return Value(kind=kind, expr=nw.lit(value), code=value if kind is Kind.CODE else None)


def whole(value: int) -> Expr:
    """A whole number as a column, wide where it has to be."""
    return nw.lit(value, dtype=engine().wide if is_wide(Bound(value, value), "a number") else nw.Int64)


def widened(value: Value, wide: bool) -> Expr:
    """The value's expression in the width that the result needs."""
    return value.expr.cast(engine().wide) if wide and not value.wide else value.expr


def combine(op: str, kind: Kind, a: Value, b: Value) -> Value:
    """Sum, difference, product, smaller or larger of two values of rows."""
    if op == "mul":
        return _product(kind, a, b)
    if kind in RATIOS:
        a, b = same_below(a, b)
    bound = {
        "add": lambda: a.bound + b.bound, "sub": lambda: a.bound + -b.bound,
        "min": lambda: a.bound.smaller(b.bound), "max": lambda: a.bound.larger(b.bound),
    }[op]()  # fmt: skip
    wide = is_wide(bound, f"{op} of two {kind.value}s") or a.wide or b.wide
    left, right = widened(a, wide), widened(b, wide)
    if op == "add":
        expr = left + right
    elif op == "sub":
        expr = left - right
    else:
        first = left <= right if op == "min" else left >= right
        expr = nw.when(first).then(left).otherwise(right)
        if a.optional or b.optional:
            expr = known(expr, a, b)
    return _made(kind, expr, bound, a, b, wide=wide, below=a.below, below_bound=a.below_bound)


def negative(a: Value) -> Value:
    """The value with its sign turned."""
    return attrs.evolve(a, expr=0 - a.expr, bound=-a.bound)  # Polars cannot negate 128 bits, but subtracts them


def _product(kind: Kind, a: Value, b: Value) -> Value:
    bound = a.bound * b.bound
    wide = is_wide(bound, f"a product of {a.kind.value} and {b.kind.value}") or a.wide or b.wide
    below, below_bound = _times(a.below, a.below_bound, b.below, b.below_bound)
    return _made(
        kind, widened(a, wide) * widened(b, wide), bound, a, b, wide=wide, below=below, below_bound=below_bound
    )


def _times(a: Any, a_bound: Bound, b: Any, b_bound: Bound) -> tuple[Any, Bound]:
    """The product of what stands below two lines."""
    bound = a_bound * b_bound
    if isinstance(a, int) and isinstance(b, int):
        return a * b, bound
    wide = is_wide(bound, "what stands below the line of a ratio")
    return _below(a, wide) * _below(b, wide), bound


def _below(below: Any, wide: bool) -> Expr:
    expr = whole(below) if isinstance(below, int) else below
    return expr.cast(engine().wide) if wide else expr


def same_below(a: Value, b: Value) -> tuple[Value, Value]:
    """Both ratios over the same number below the line."""
    if a.plain_below and b.plain_below:
        common = math.lcm(a.below, b.below)
        return _scaled(a, common // a.below, common), _scaled(b, common // b.below, common)
    below, bound = _times(a.below, a.below_bound, b.below, b.below_bound)
    return _over(a, b, below, bound), _over(b, a, below, bound)


def _scaled(a: Value, factor: int, below: int) -> Value:
    if factor == 1:
        return a
    bound = a.bound.times(factor)
    wide = is_wide(bound, "a ratio brought to a common denominator") or a.wide
    expr = widened(a, wide) * whole(factor)
    return attrs.evolve(a, expr=expr, bound=bound, below=below, below_bound=Bound(below, below), wide=wide)


def _over(a: Value, other: Value, below: Any, below_bound: Bound) -> Value:
    bound = a.bound * other.below_bound
    wide = is_wide(bound, "a ratio brought to a common denominator") or a.wide
    expr = widened(a, wide) * _below(other.below, wide)
    return attrs.evolve(
        a, expr=expr, bound=bound, below=below, below_bound=below_bound, wide=wide, waits=a.waits | other.waits
    )


def known(expr: Expr, *of: Value) -> Expr:
    """The expression, missing where any of the values is: an engine's own logic would look past that."""
    present = ~of[0].expr.is_null()
    for value in of[1:]:
        present = present & ~value.expr.is_null()
    return nw.when(present).then(expr)


def _made(kind: Kind, expr: Expr, bound: Bound, *of: Value, **more: Any) -> Value:
    return Value(
        kind=kind, expr=expr, bound=bound, optional=any(a.optional for a in of),
        waits=frozenset().union(*(a.waits for a in of)), **more,
    )  # fmt: skip


def half_up(a: Value, kind: Kind, step: int) -> Value:
    """The ratio rounded to a multiple of ``step``, halves away from zero: the one division there is.

    It is done on the positive value and the sign put back, so that it means the same whichever way an
    engine rounds the quotient of a negative number.
    """
    if a.plain_below and a.below == 1 and step == 1:
        return attrs.evolve(a, kind=kind)
    below, below_bound = _times(a.below, a.below_bound, step, Bound(step, step))
    reach = Bound(0, 2 * a.bound.size + below_bound.high)
    wide = is_wide(reach, "a rounding") or is_wide(below_bound.times(2), "a rounding") or a.wide
    above = widened(a, wide)
    under = _below(below, wide)
    low = below_bound.low if below_bound.low > 0 else 1
    signed = a.bound.low < 0
    bound = Bound(a.bound.low // low - 1 if signed else 0, max(a.bound.high // low + 1, 0))
    size = engine().quotient((above.abs() if signed else above) * 2 + under, under * 2, bound.size)
    expr = nw.when(above < 0).then(0 - size).otherwise(size) if signed else size
    bound = bound.times(step)
    stays_wide = is_wide(bound, "a rounded amount")
    if wide and not stays_wide:
        expr = expr.cast(nw.Int64)
    elif stays_wide and not wide:
        expr = expr.cast(engine().wide)
    if step != 1:
        expr = expr * step
    return _made(kind, expr, bound, a, wide=stays_wide)


def ratio(above: Value, below: Value, otherwise: Value) -> Value:
    """``above`` ÷ ``below``, and ``otherwise`` where nothing is below the line."""
    over, under = same_below(above, below) if (above.kind in RATIOS or below.kind in RATIOS) else (above, below)
    wide = over.wide or under.wide or is_wide(over.bound.join(under.bound).join(otherwise.bound), "a ratio")
    top, bottom = widened(over, wide), widened(under, wide)
    nothing = bottom == 0
    turned = nw.when(bottom < 0).then(0 - top).otherwise(top)
    expr = nw.when(nothing).then(widened(otherwise, wide)).otherwise(turned)
    line = nw.when(nothing).then(_below(otherwise.below, wide)).otherwise(bottom.abs())
    if over.optional or under.optional or otherwise.optional:
        expr, line = known(expr, over, under, otherwise), line.fill_null(1)
    bound = over.bound.join(-over.bound).join(otherwise.bound)
    line_bound = Bound(1, max(under.bound.size, otherwise.below_bound.high, 1))
    return _made(Kind.RATE, expr, bound, over, under, otherwise, wide=wide, below=line, below_bound=line_bound)


def compare(op: str, a: Value, b: Value) -> Value:
    """Whether two values of one kind stand so to each other."""
    if a.kind in RATIOS:
        a, b = same_below(a, b)
    wide = a.wide or b.wide
    left, right = (widened(a, wide), widened(b, wide)) if a.kind in NUMBERS else (a.expr, b.expr)
    expr = {
        "eq": lambda: left == right, "ne": lambda: left != right, "lt": lambda: left < right,
        "le": lambda: left <= right, "gt": lambda: left > right, "ge": lambda: left >= right,
    }[op]()  # fmt: skip
    return _made(Kind.FLAG, expr, ZERO, a, b)


def choose(condition: Value, a: Value, b: Value, *, optional: bool) -> Value:
    """``a`` where the condition holds, else ``b``."""
    if a.kind in RATIOS:
        a, b = same_below(a, b)
    wide = a.wide or b.wide
    left, right = (widened(a, wide), widened(b, wide)) if a.kind in NUMBERS else (a.expr, b.expr)
    expr = nw.when(condition.expr).then(left).otherwise(right)
    if condition.optional:
        expr = known(expr, condition)
    local = None if a.local is None else nw.when(condition.expr).then(a.local).otherwise(b.local)
    made = _made(
        a.kind, expr, a.bound.join(b.bound), condition, a, b, wide=wide, below=a.below, below_bound=a.below_bound
    )
    return attrs.evolve(made, local=local, optional=optional, stops=stops_of_choice(condition, a, b))
