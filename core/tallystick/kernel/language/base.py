"""The base of every typed value: an operation written down as a node, and what may stand beside what."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, TypeVar

from tallystick.kernel import money
from tallystick.kernel.errors import RuleError
from tallystick.kernel.grains import EVERYWHERE, meet
from tallystick.kernel.language.nodes import Kind, Node

if TYPE_CHECKING:
    from tallystick.kernel.language.series import Flag

MONEY = (Kind.AMOUNT, Kind.PRICE)
NUMBERS = (Kind.AMOUNT, Kind.PRICE, Kind.RATE, Kind.COUNT)
NOT_PYTHON = (
    "an expression has no value while a rule is being written: use when(…), & | ~, or .is_in(…) instead of "
    "if, and, or, not, in, and write a < b and b < c as (a < b) & (b < c)"
)
UNRESOLVED = (
    "this may be missing, and missing is neither no nor zero: say what happens then, "
    "with .is_yes(), .is_no(), .is_given(), .is_missing() or .or_else(…)"
)
CLASSES: dict[Kind, type[Series]] = {}
"""The class of each kind; filled in as the classes are made."""


class Unresolved:
    """The base of a value that may be missing, which may stand nowhere until that is resolved."""

    __slots__ = ()


class Series:
    """A value for each member of a grain; the base of every kind."""

    kind: ClassVar[Kind]
    __slots__ = ("node",)
    __iter__: ClassVar[None] = None

    def __init__(self, node: Node) -> None:
        self.node = node

    def named(self, name: str) -> Self:
        """Give this value the name that an explanation shows it under."""
        return type(self)(node_of("named", (self.node,), (name,), kind=self.kind, rounded=self.node.rounded))

    def __bool__(self) -> NoReturn:
        raise RuleError(NOT_PYTHON)

    def __contains__(self, item: object) -> NoReturn:
        raise RuleError(NOT_PYTHON)

    def __hash__(self) -> int:
        return hash(self.node)

    def __repr__(self) -> str:
        return repr(self.node)

    def __eq__(self, other: object) -> Flag:  # type: ignore[override]
        return self._compare("eq", other)

    def __ne__(self, other: object) -> Flag:  # type: ignore[override]
        return self._compare("ne", other)

    def _compare(self, op: str, other: object) -> Flag:
        left, right = same_kind(self, other, op)
        return series(node_of(op, (left.node, right.node), kind=Kind.FLAG))  # type: ignore[no-any-return]

    def __init_subclass__(cls) -> None:
        if "kind" in vars(cls):
            CLASSES[cls.kind] = cls


S = TypeVar("S", bound=Series)


def series(node: Node) -> Any:
    """The series of the node's kind over it."""
    return CLASSES[node.kind](node)


def resolved(value: S) -> S:
    """Return ``value`` if it cannot be missing, else raise RuleError."""
    if isinstance(value, Unresolved) or value.node.optional:
        raise RuleError(UNRESOLVED)
    return value


def literal(kind: Kind, value: object) -> Any:
    """A constant of the kind; raises RuleError for a float, or for what is not of the kind."""
    if isinstance(value, Unresolved):
        raise RuleError(UNRESOLVED)
    if isinstance(value, Series):
        if value.kind is kind:
            return value
        if kind is Kind.RATE and value.kind is Kind.COUNT:
            return as_rate(value)
        raise RuleError(f"{a_kind(kind)} is wanted here, and this is {a_kind(value.kind)}")
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
    raise RuleError(f"{said(value)} cannot stand for {a_kind(kind)}")


def node_of(
    op: str, args: tuple[Node, ...], data: tuple[object, ...] = (), *, kind: Kind, rounded: bool = False
) -> Node:
    grain = meet((arg.grain for arg in args), op)
    optional = any(arg.optional for arg in args)
    return Node(op, args, data, kind=kind, grain=grain, optional=optional, rounded=rounded)


def optional(node: Node, optional: bool) -> Series:
    made = Node(
        node.op, node.args, node.data, kind=node.kind, grain=node.grain, optional=optional, rounded=node.rounded
    )
    return series(made)  # type: ignore[no-any-return]


def same_kind(left: Series, right: object, op: str) -> tuple[Series, Series]:
    """Both sides as one kind: a count beside a rate becomes a rate; anything else that differs raises."""
    if left.kind is Kind.COUNT and (
        isinstance(right, Fraction | str) or (isinstance(right, Series) and right.kind is Kind.RATE)
    ):
        return as_rate(left), literal(Kind.RATE, right)
    if (
        isinstance(right, Series)
        and right.kind is not left.kind
        and not (left.kind is Kind.RATE and right.kind is Kind.COUNT)
    ):
        raise RuleError(f"{op}: {a_kind(left.kind)} and {a_kind(right.kind)} cannot be put together")
    return left, literal(left.kind, right)


def factor_of(left: Series, right: object, *, money: bool = False) -> Any:
    """What ``left`` may be multiplied by: a rate or a count, and money too where ``left`` is a plain number."""
    if isinstance(right, Unresolved):
        raise RuleError(UNRESOLVED)
    if not isinstance(right, Series):
        return literal(Kind.COUNT if type(right) is int else Kind.RATE, right)
    if right.kind in (Kind.RATE, Kind.COUNT) or (money and right.kind in MONEY):
        return right
    raise RuleError(
        f"{a_kind(left.kind)} times {a_kind(right.kind)} has no meaning: money is multiplied by a rate or a count"
    )


def a_kind(kind: Kind) -> str:
    return f"an {kind.value}" if kind.value[0] in "aeiou" else f"a {kind.value}"


def as_rate(count: Series) -> Any:
    """A count as a ratio, to stand beside ratios."""
    return series(node_of("as_rate", (count.node,), kind=Kind.RATE))


def said(value: object) -> str:
    return a_kind(value.kind) if isinstance(value, Series) else f"{value!r}"
