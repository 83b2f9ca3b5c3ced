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

from tallystick.kernel import money
from tallystick.kernel.errors import RuleError
from tallystick.kernel.grains import EVERYWHERE, meet
from tallystick.kernel.language.nodes import Kind, Node

MONEY = (Kind.AMOUNT, Kind.PRICE)
NUMBERS = (Kind.AMOUNT, Kind.PRICE, Kind.RATE, Kind.COUNT)
_NOT_PYTHON = (
    "an expression has no value while a rule is being written: use when(…), & | ~, or .is_in(…) instead of "
    "if, and, or, not, in, and write a < b and b < c as (a < b) & (b < c)"
)


class Series:
    """A value for each member of a grain; the base of every kind."""

    kind: ClassVar[Kind]
    __slots__ = ("node",)
    __iter__: ClassVar[None] = None

    def __init__(self, node: Node) -> None:
        self.node = node

    def named(self, name: str) -> Self:
        """Give this value the name that an explanation shows it under."""
        return type(self)(_node("named", (self.node,), (name,), kind=self.kind, rounded=self.node.rounded))

    def __bool__(self) -> NoReturn:
        raise RuleError(_NOT_PYTHON)

    def __contains__(self, item: object) -> NoReturn:
        raise RuleError(_NOT_PYTHON)

    def __hash__(self) -> int:
        return hash(self.node)

    def __repr__(self) -> str:
        return repr(self.node)

    def __eq__(self, other: object) -> Flag:  # type: ignore[override]
        return self._compare("eq", other)

    def __ne__(self, other: object) -> Flag:  # type: ignore[override]
        return self._compare("ne", other)

    def _compare(self, op: str, other: object) -> Flag:
        left, right = _same_kind(self, other, op)
        return Flag(_node(op, (left.node, right.node), kind=Kind.FLAG))


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
        left, right = _same_kind(self, other, "sub")
        return _as(left, type(self))._rebuild("sub", right, left)  # type: ignore[return-value]

    def __neg__(self) -> Self:
        return type(self)(_node("neg", (self.node,), kind=self.kind, rounded=self.node.rounded))

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
        left, right = _same_kind(self, other, op)
        return self._rebuild(op, left, right)  # type: ignore[return-value]

    def _rebuild(self, op: str, left: Series, right: Series) -> Series:
        rounded = left.node.rounded or right.node.rounded
        return series(_node(op, (left.node, right.node), kind=left.kind, rounded=rounded))


class Amount(_Number):
    """Money in whole minor units; negative amounts are allowed, and turn a flow round."""

    kind = Kind.AMOUNT
    __slots__ = ()

    def __mul__(self, other: Rate | Count | int | str | Fraction) -> Amount:
        factor = _factor(self, other)
        if factor.kind is Kind.COUNT:
            return Amount(_node("mul", (self.node, factor.node), kind=Kind.AMOUNT, rounded=self.node.rounded))
        if self.node.rounded:
            raise RuleError(
                "this would round twice: write amount * (rate * rate), or .as_line() on the amount "
                "if it is a line of its own"
            )
        return Amount(_node("scale", (self.node, factor.node), kind=Kind.AMOUNT, rounded=True))

    __rmul__ = __mul__

    def as_line(self) -> Amount:
        """This rounded amount as a line of its own, which may be scaled and rounded again."""
        return Amount(_node("line", (self.node,), kind=Kind.AMOUNT))


class Price(_Number):
    """Exact money for each unit, to any number of decimals."""

    kind = Kind.PRICE
    __slots__ = ()

    def __mul__(self, other: Rate | Count | int | str | Fraction) -> Any:
        """Price × rate is an exact price; price × count is an amount, rounded there."""
        factor = _factor(self, other)
        exact = Price(_node("mul", (self.node, factor.node), kind=Kind.PRICE))
        return exact.as_amount() if factor.kind is Kind.COUNT else exact

    __rmul__ = __mul__

    def times(self, count: Count | int) -> Price:
        """The exact price of ``count`` units together, not yet rounded."""
        return Price(_node("mul", (self.node, _factor(self, count).node), kind=Kind.PRICE))

    def as_amount(self) -> Amount:
        """The price of one unit as money, rounded here, once."""
        return Amount(_node("round", (self.node,), kind=Kind.AMOUNT, rounded=True))

    def rounded_to(self, pence: int) -> Price:
        """This price rounded half up to a multiple of so many pence; 100 is the whole pound."""
        return Price(_node("round_to", (self.node,), (pence,), kind=Kind.PRICE))


class Rate(_Number):
    """An exact ratio: a percentage, a factor, an index."""

    kind = Kind.RATE
    __slots__ = ()

    def __mul__(self, other: Any) -> Any:
        factor = _factor(self, other, money=True)
        if factor.kind in MONEY:
            return factor * self  # type: ignore[operator]
        return Rate(_node("mul", (self.node, factor.node), kind=Kind.RATE))

    __rmul__ = __mul__


class Count(_Number):
    """A whole number of things: days, cases, people."""

    kind = Kind.COUNT
    __slots__ = ()

    def __mul__(self, other: Any) -> Any:
        factor = _factor(self, other, money=True)
        if factor.kind in MONEY:
            return factor * self  # type: ignore[operator]
        return series(_node("mul", (self.node, factor.node), kind=factor.kind))

    __rmul__ = __mul__

    def as_rate(self) -> Rate:
        """The same number as a ratio, to add to rates."""
        return Rate(_node("as_rate", (self.node,), kind=Kind.RATE))


class Flag(Series):
    """Yes or no; never missing once it decides anything."""

    kind = Kind.FLAG
    __slots__ = ()

    def __and__(self, other: Flag) -> Flag:
        return self._logic("and", other)

    def __or__(self, other: Flag) -> Flag:
        return self._logic("or", other)

    def __invert__(self) -> Flag:
        return Flag(_node("not", (resolved(self).node,), kind=Kind.FLAG))

    def _logic(self, op: str, other: Flag) -> Flag:
        if isinstance(other, Maybe):
            raise RuleError(_UNRESOLVED)
        if not isinstance(other, Flag):
            raise RuleError(f"& and | join two conditions, not a condition and {_what(other)}; use brackets")
        return Flag(_node(op, (resolved(self).node, resolved(other).node), kind=Kind.FLAG))


class Day(_Ordered):
    """A calendar date."""

    kind = Kind.DAY
    __slots__ = ()

    def plus_days(self, days: Count | int) -> Day:
        """The date so many days later, or earlier when negative."""
        return Day(_node("add_days", (self.node, literal(Kind.COUNT, days).node), kind=Kind.DAY))

    def weekday(self) -> Count:
        """1 for Monday to 7 for Sunday."""
        return Count(_node("weekday", (self.node,), kind=Kind.COUNT))


class Moment(_Ordered):
    """A local date and minute."""

    kind = Kind.MOMENT
    __slots__ = ()

    def day(self) -> Day:
        """The local date."""
        return Day(_node("day_of", (self.node,), kind=Kind.DAY))

    def minute_of_day(self) -> Count:
        """Minutes on the local clock since midnight: 14:00 is 840."""
        return Count(_node("minute_of_day", (self.node,), kind=Kind.COUNT))


class Code(Series):
    """A code or a name; equal or not, and nothing else."""

    kind = Kind.CODE
    __slots__ = ()

    def is_in(self, codes: tuple[str, ...] | list[str]) -> Flag:
        """True if this is one of the codes."""
        return Flag(_node("is_in", (self.node,), tuple(sorted(set(codes))), kind=Kind.FLAG))

    def starts_with(self, *starts: str) -> Flag:
        """True if this begins with one of the given letters."""
        return Flag(_node("starts_with", (self.node,), tuple(sorted(set(starts))), kind=Kind.FLAG))


S = TypeVar("S", bound=Series)
T = TypeVar("T", bound=Series)
_UNRESOLVED = (
    "this may be missing, and missing is neither no nor zero: say what happens then, "
    "with .is_yes(), .is_no(), .is_given(), .is_missing() or .or_else(…)"
)


class Maybe(Generic[S]):
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
        left, right = _same_kind(self._inner, other, "or_else")
        made = _node("or_else", (left.node, right.node), kind=left.kind, rounded=left.node.rounded)
        return _optional(made, right.node.optional)  # type: ignore[return-value]

    def is_given(self) -> Flag:
        """True where there is a value."""
        return ~self.is_missing()

    def is_missing(self) -> Flag:
        """True where there is none."""
        return _optional(_node("is_missing", (self.node,), kind=Kind.FLAG), False)  # type: ignore[return-value]

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
        raise RuleError(_NOT_PYTHON)

    def __getattr__(self, name: str) -> NoReturn:
        raise RuleError(f".{name}: {_UNRESOLVED}")

    def _unresolved(self, *_: object) -> NoReturn:
        raise RuleError(_UNRESOLVED)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __neg__ = _unresolved
    __and__ = __rand__ = __or__ = __ror__ = __invert__ = __lt__ = __le__ = __gt__ = __ge__ = _unresolved
    __eq__ = __ne__ = _unresolved  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


CLASSES: dict[Kind, type[Series]] = {
    cls.kind: cls for cls in (Amount, Price, Rate, Count, Flag, Day, Moment, Code)
}  # fmt: skip


def series(node: Node) -> Any:
    """The series of the node's kind over it."""
    return CLASSES[node.kind](node)


def wrapped(node: Node) -> Any:
    """The series over the node, as a :class:`Maybe` if it may be missing."""
    return Maybe(series(node)) if node.optional else series(node)


def resolved(value: S) -> S:
    """Return ``value`` if it cannot be missing, else raise RuleError."""
    if isinstance(value, Maybe) or value.node.optional:
        raise RuleError(_UNRESOLVED)
    return value


def literal(kind: Kind, value: object) -> Any:
    """A constant of the kind; raises RuleError for a float, or for what is not of the kind."""
    if isinstance(value, Maybe):
        raise RuleError(_UNRESOLVED)
    if isinstance(value, Series):
        if value.kind is kind:
            return value
        if kind is Kind.RATE and isinstance(value, Count):
            return value.as_rate()
        raise RuleError(f"{_a(kind)} is wanted here, and this is {_a(value.kind)}")
    return series(Node("literal", (), (_constant(kind, value),), kind=kind, grain=EVERYWHERE))


def _constant(kind: Kind, value: object) -> object:
    if isinstance(value, float):
        raise RuleError(
            f"{value!r} is a float, and no float comes near money: write it as text, such as '0.1' or '10%'"
        )
    try:
        if kind in MONEY and (isinstance(value, str) or (value == 0 and isinstance(value, int))):
            price = money.parse_price(value) if isinstance(value, str) else Fraction(0)
            return price if kind is Kind.PRICE else money.whole_pence(price, str(value))
        if kind is Kind.RATE and isinstance(value, (str, int, Fraction)) and not isinstance(value, bool):
            return money.parse_rate(value) if isinstance(value, str) else Fraction(value)
    except ValueError as error:
        raise RuleError(str(error)) from None
    wanted = {Kind.COUNT: int, Kind.FLAG: bool, Kind.DAY: datetime.date, Kind.MOMENT: datetime.datetime, Kind.CODE: str}
    if kind in wanted and type(value) is wanted[kind]:
        return value
    raise RuleError(f"{_what(value)} cannot stand for {_a(kind)}")


def _node(op: str, args: tuple[Node, ...], data: tuple[object, ...] = (), *, kind: Kind, rounded: bool = False) -> Node:
    grain = meet((arg.grain for arg in args), op)
    optional = any(arg.optional for arg in args)
    return Node(op, args, data, kind=kind, grain=grain, optional=optional, rounded=rounded)


def _optional(node: Node, optional: bool) -> Series:
    made = Node(
        node.op, node.args, node.data, kind=node.kind, grain=node.grain, optional=optional, rounded=node.rounded
    )
    return series(made)  # type: ignore[no-any-return]


def _same_kind(left: Series, right: object, op: str) -> tuple[Series, Series]:
    """Both sides as one kind: a count beside a rate becomes a rate; anything else that differs raises."""
    if isinstance(left, Count) and (isinstance(right, Rate | Fraction | str)):
        return left.as_rate(), literal(Kind.RATE, right)
    if (
        isinstance(right, Series)
        and right.kind is not left.kind
        and not (left.kind is Kind.RATE and right.kind is Kind.COUNT)
    ):
        raise RuleError(f"{op}: {_a(left.kind)} and {_a(right.kind)} cannot be put together")
    return left, literal(left.kind, right)


def _as(value: Series, cls: type[Series]) -> Any:
    return value if isinstance(value, cls) else series(value.node)


def _factor(left: Series, right: object, *, money: bool = False) -> Series:
    """What ``left`` may be multiplied by: a rate or a count, and money too where ``left`` is a plain number."""
    if isinstance(right, Maybe):
        raise RuleError(_UNRESOLVED)
    if not isinstance(right, Series):
        return literal(Kind.COUNT if type(right) is int else Kind.RATE, right)  # type: ignore[no-any-return]
    if right.kind in (Kind.RATE, Kind.COUNT) or (money and right.kind in MONEY):
        return right
    raise RuleError(f"{_a(left.kind)} times {_a(right.kind)} has no meaning: money is multiplied by a rate or a count")


def _a(kind: Kind) -> str:
    return f"an {kind.value}" if kind.value[0] in "aeiou" else f"a {kind.value}"


def _what(value: object) -> str:
    return _a(value.kind) if isinstance(value, Series) else f"{value!r}"
