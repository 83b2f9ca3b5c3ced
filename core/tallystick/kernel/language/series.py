"""Series: the typed values that a rule works with. Money times money does not exist here.

Prices and rates are exact and multiply exactly; only money rounds: a price times a count, or an amount
times a rate, is an amount, rounded there, once, half up (away from zero), to the unit that the scheme
states. What would round twice raises and says what to write instead.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar, Generic, NoReturn, Self, TypeVar

from tallystick.kernel.errors import RuleError
from tallystick.kernel.language.base import (
    CLASSES,
    MONEY,
    NOT_PYTHON,
    NUMBERS,
    UNRESOLVED,
    Series,
    Unresolved,
    as_rate,
    factor_of,
    literal,
    node_of,
    optional,
    resolved,
    said,
    same_kind,
    series,
)  # fmt: skip
from tallystick.kernel.language.nodes import Kind, Node


class _Ordered(Series):
    __slots__ = ()

    def __lt__(self, other: object) -> Flag:
        return self._compare("lt", other)

    def __le__(self, other: object) -> Flag:
        return self._compare("le", other)

    def __gt__(self, other: object) -> Flag:
        return self._compare("gt", other)

    def __ge__(self, other: object) -> Flag:
        return self._compare("ge", other)


class _Number(_Ordered):
    __slots__ = ()

    def __add__(self, other: object) -> Self:
        return self._combine("add", other)

    __radd__ = __add__

    def __sub__(self, other: object) -> Self:
        return self._combine("sub", other)

    def __rsub__(self, other: object) -> Self:
        left, right = same_kind(self, other, "sub")
        return self._rebuild("sub", right, left)  # type: ignore[no-any-return]

    def __neg__(self) -> Self:
        return type(self)(node_of("neg", (self.node,), kind=self.kind, rounded=self.node.rounded))

    def __truediv__(self, other: object) -> NoReturn:
        raise RuleError("nothing is divided here: write ratio(a, b, otherwise=…), or allot(…) to share money out")

    __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __pow__ = __truediv__

    def at_least(self, floor: object) -> Self:
        """The larger of this and ``floor``."""
        return self._combine("max", floor)

    def at_most(self, cap: object) -> Self:
        """The smaller of this and ``cap``."""
        return self._combine("min", cap)

    def between(self, floor: object, cap: object) -> Self:
        """This value, no lower than ``floor`` and no higher than ``cap``."""
        return self.at_least(floor).at_most(cap)

    def _combine(self, op: str, other: object) -> Self:
        left, right = same_kind(self, other, op)
        return self._rebuild(op, left, right)  # type: ignore[no-any-return]

    def _rebuild(self, op: str, left: Series, right: Series) -> Any:
        rounded = left.node.rounded or right.node.rounded
        return series(node_of(op, (left.node, right.node), kind=left.kind, rounded=rounded))


class Amount(_Number):
    """Money in whole minor units; negative amounts are allowed, and turn a flow round."""

    kind = Kind.AMOUNT
    __slots__ = ()

    def __mul__(self, other: Rate | Count | int | str | Fraction) -> Amount:
        factor = factor_of(self, other)
        if factor.kind is Kind.COUNT:
            return Amount(node_of("mul", (self.node, factor.node), kind=Kind.AMOUNT, rounded=self.node.rounded))
        if self.node.rounded:
            raise RuleError(
                "this would round twice: write amount * (rate * rate), or .as_line() on the amount "
                "if it is a line of its own"
            )
        return Amount(node_of("scale", (self.node, factor.node), kind=Kind.AMOUNT, rounded=True))

    __rmul__ = __mul__

    def as_line(self) -> Amount:
        """This rounded amount as a line of its own, which may be scaled and rounded again."""
        return Amount(node_of("line", (self.node,), kind=Kind.AMOUNT))


class Price(_Number):
    """Exact money for each unit, to any number of decimals."""

    kind = Kind.PRICE
    __slots__ = ()

    def __mul__(self, other: Rate | Count | int | str | Fraction) -> Any:
        """Price × rate is an exact price; price × count is an amount, rounded there."""
        factor = factor_of(self, other)
        exact = Price(node_of("mul", (self.node, factor.node), kind=Kind.PRICE))
        return exact.as_amount() if factor.kind is Kind.COUNT else exact

    __rmul__ = __mul__

    def times(self, count: Count | int) -> Price:
        """The exact price of ``count`` units together, not yet rounded."""
        return Price(node_of("mul", (self.node, factor_of(self, count).node), kind=Kind.PRICE))

    def as_amount(self) -> Amount:
        """The price of one unit as money, rounded here, once."""
        return Amount(node_of("round", (self.node,), kind=Kind.AMOUNT, rounded=True))

    def rounded_to(self, pence: int) -> Price:
        """This price rounded half up to a multiple of so many pence; 100 is the whole pound."""
        return Price(node_of("round_to", (self.node,), (pence,), kind=Kind.PRICE))


class Rate(_Number):
    """An exact ratio: a percentage, a factor, an index."""

    kind = Kind.RATE
    __slots__ = ()

    def __mul__(self, other: Any) -> Any:
        factor = factor_of(self, other, money=True)
        if factor.kind in MONEY:
            return factor * self
        return Rate(node_of("mul", (self.node, factor.node), kind=Kind.RATE))

    __rmul__ = __mul__


class Count(_Number):
    """A whole number of things: days, cases, people."""

    kind = Kind.COUNT
    __slots__ = ()

    def __mul__(self, other: Any) -> Any:
        factor = factor_of(self, other, money=True)
        if factor.kind in MONEY:
            return factor * self
        return series(node_of("mul", (self.node, factor.node), kind=factor.kind))

    __rmul__ = __mul__

    def as_rate(self) -> Rate:
        """The same number as a ratio, to add to rates."""
        return as_rate(self)  # type: ignore[no-any-return]


class Flag(Series):
    """Yes or no; never missing once it decides anything."""

    kind = Kind.FLAG
    __slots__ = ()

    def __and__(self, other: Flag) -> Flag:
        return self._logic("and", other)

    def __or__(self, other: Flag) -> Flag:
        return self._logic("or", other)

    def __invert__(self) -> Flag:
        return Flag(node_of("not", (resolved(self).node,), kind=Kind.FLAG))

    def _logic(self, op: str, other: Flag) -> Flag:
        if isinstance(other, Maybe):
            raise RuleError(UNRESOLVED)
        if not isinstance(other, Flag):
            raise RuleError(f"& and | join two conditions, not a condition and {said(other)}; use brackets")
        return Flag(node_of(op, (resolved(self).node, resolved(other).node), kind=Kind.FLAG))


class Day(_Ordered):
    """A calendar date."""

    kind = Kind.DAY
    __slots__ = ()

    def plus_days(self, days: Count | int) -> Day:
        """The date so many days later, or earlier when negative."""
        return Day(node_of("add_days", (self.node, literal(Kind.COUNT, days).node), kind=Kind.DAY))

    def weekday(self) -> Count:
        """1 for Monday to 7 for Sunday."""
        return Count(node_of("weekday", (self.node,), kind=Kind.COUNT))


class Moment(_Ordered):
    """A local date and minute."""

    kind = Kind.MOMENT
    __slots__ = ()

    def day(self) -> Day:
        """The local date."""
        return Day(node_of("day_of", (self.node,), kind=Kind.DAY))

    def minute_of_day(self) -> Count:
        """Minutes on the local clock since midnight: 14:00 is 840."""
        return Count(node_of("minute_of_day", (self.node,), kind=Kind.COUNT))


class Code(Series):
    """A code or a name; equal or not, and nothing else."""

    kind = Kind.CODE
    __slots__ = ()

    def is_in(self, codes: tuple[str, ...] | list[str]) -> Flag:
        """True if this is one of the codes."""
        return Flag(node_of("is_in", (self.node,), tuple(sorted(set(codes))), kind=Kind.FLAG))

    def starts_with(self, *starts: str) -> Flag:
        """True if this begins with one of the given letters."""
        return Flag(node_of("starts_with", (self.node,), tuple(sorted(set(starts))), kind=Kind.FLAG))


S = TypeVar("S", bound=Series)
T = TypeVar("T", bound=Series)


class Maybe(Unresolved, Generic[S]):
    """A value that may be missing, and has to be resolved before it decides any money."""

    __slots__ = ("_inner",)
    __iter__: ClassVar[None] = None

    def __init__(self, inner: S) -> None:
        self._inner = inner

    @property
    def node(self) -> Node:
        """The node itself, for the readings."""
        return self._inner.node

    def or_else(self, other: S | str | int | bool | datetime.date) -> S:
        """This value, or ``other`` where it is missing."""
        left, right = same_kind(self._inner, other, "or_else")
        made = node_of("or_else", (left.node, right.node), kind=left.kind, rounded=left.node.rounded)
        return optional(made, right.node.optional)  # type: ignore[return-value]

    def is_given(self) -> Flag:
        """True where there is a value."""
        return ~self.is_missing()

    def is_missing(self) -> Flag:
        """True where there is none."""
        return optional(node_of("is_missing", (self.node,), kind=Kind.FLAG), False)  # type: ignore[return-value]

    def is_yes(self: Maybe[Flag]) -> Flag:
        """True where the answer was given and is yes."""
        return self.or_else(False)

    def is_no(self: Maybe[Flag]) -> Flag:
        """True where the answer was given and is no."""
        return ~self.or_else(True)

    def map(self, work: Callable[[S], T]) -> Maybe[T]:
        """What ``work`` says of the value, missing where the value is."""
        return Maybe(work(self._inner))

    def named(self, name: str) -> Maybe[S]:
        """Give this value the name that an explanation shows it under."""
        return Maybe(self._inner.named(name))

    def __bool__(self) -> NoReturn:
        raise RuleError(NOT_PYTHON)

    def __getattr__(self, name: str) -> NoReturn:
        raise RuleError(f".{name}: {UNRESOLVED}")

    def _unresolved(self, *_: object) -> NoReturn:
        raise RuleError(UNRESOLVED)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __neg__ = _unresolved
    __and__ = __rand__ = __or__ = __ror__ = __invert__ = __lt__ = __le__ = __gt__ = __ge__ = _unresolved
    __eq__ = __ne__ = _unresolved
    __hash__ = None  # type: ignore[assignment]


def wrapped(node: Node) -> Any:
    """The series over the node, as a :class:`Maybe` if it may be missing."""
    return Maybe(series(node)) if node.optional else series(node)


__all__ = [
    "CLASSES", "MONEY", "NUMBERS", "Amount", "Code", "Count", "Day", "Flag", "Maybe", "Moment", "Price", "Rate",
    "Series",
    "literal", "resolved", "series", "wrapped",
]  # fmt: skip
