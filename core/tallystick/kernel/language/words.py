"""The words of the language: what joins, totals, shares out and looks up."""

from __future__ import annotations

from contextvars import ContextVar
from fractions import Fraction
from typing import Any, TypeVar

from tallystick.kernel.errors import RuleError
from tallystick.kernel.grains import CONTRACT, EVERYWHERE, SCHEME, TARGETS, meet
from tallystick.kernel.language.base import UNRESOLVED, a_kind, node_of
from tallystick.kernel.language.nodes import Kind, Node, walk
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import (
    NUMBERS,
    Amount,
    Count,
    Day,
    Flag,
    Maybe,
    Moment,
    Rate,
    Series,
    literal,
    resolved,
    series,
    wrapped,
)  # fmt: skip

S = TypeVar("S", bound=Series)


def when(condition: Flag, value: S, otherwise: S | str | int | None = None) -> S:
    """``value`` where the condition holds, else ``otherwise``: zero if nothing is said, for numbers."""
    if not isinstance(condition, Flag):
        raise RuleError(UNRESOLVED if isinstance(condition, Maybe) else "when(…) takes a condition first")
    resolved(condition)
    if isinstance(value, Maybe):
        raise RuleError(UNRESOLVED)
    if otherwise is None:
        if value.kind not in NUMBERS:
            raise RuleError(f"when(…) over {a_kind(value.kind)} needs what holds otherwise: there is no zero for it")
        otherwise = literal(value.kind, 0)
    other = literal(value.kind, otherwise)
    rounded = value.node.rounded or other.node.rounded
    return series(node_of("when", (condition.node, value.node, other.node), kind=value.kind, rounded=rounded))  # type: ignore[no-any-return]


def ratio(above: Series, below: Series, *, otherwise: Rate | Fraction | str | int) -> Rate:
    """``above`` ÷ ``below``, exactly; ``otherwise`` where nothing is below the line."""
    above, below = resolved(above), resolved(below)
    kinds = {above.kind, below.kind}
    if not (len(kinds) == 1 or kinds == {Kind.RATE, Kind.COUNT}) or not kinds <= set(NUMBERS):
        raise RuleError(f"ratio(…): {a_kind(above.kind)} over {a_kind(below.kind)} is not a ratio")
    return Rate(node_of("ratio", (above.node, below.node, literal(Kind.RATE, otherwise).node), kind=Kind.RATE))


tracing: ContextVar[str] = ContextVar("tracing", default="")
"""The identity of the rule that is being traced; what it totals above the contract is its own contracts'."""


def total(value: S, to: str = "contract") -> S:
    """The sum of a finer grain's values for each contract, ``provider``, ``commissioner`` or for the ``scheme``.

    A total of facts alone is over all rows of that provider, commissioner or scheme in the period; a total
    of anything with a rule's numbers in it is over the contracts that hold this rule, which then has to be
    a rule of the scheme.
    """
    value = resolved(value)
    if value.kind not in NUMBERS:
        hint = "write count(condition)" if isinstance(value, Flag) else f"not {a_kind(value.kind)}"
        raise RuleError(f"total(…) adds numbers: {hint}")
    if to not in TARGETS:
        raise RuleError(f"total(…, to={to!r}): choose one of {', '.join(TARGETS)}")
    if value.node.grain.name == "terms":
        value = each_contract(value)
        if to == "contract":
            return value
    target, grain = TARGETS[to], value.node.grain
    if not grain.reaches(target) or grain.name == to or grain in (EVERYWHERE, SCHEME):
        raise RuleError(f"total(…, to={to!r}): a value for each {grain} cannot be totalled to {to}")
    if to == "contract":
        return _total(value, to, "")
    if is_fact(value.node):
        return _total(value, to, "")
    if value.node.grain.name not in TARGETS:
        value = _total(value, "contract", "")
    return _total(value, to, holders_of_this_rule(f"total(…, to={to!r})"))


def _total(value: S, to: str, holders: str) -> S:
    node = Node("total", (value.node,), (to, holders), kind=value.kind, grain=TARGETS[to])
    return series(node)  # type: ignore[no-any-return]


def holders_of_this_rule(doing: str) -> str:
    """The identity of the rule being traced, which has to be a rule of the scheme; RuleError if it is not."""
    identity = tracing.get()
    if not identity.startswith("scheme:"):
        raise RuleError(
            f"{doing} goes beyond the contract with the rule's own numbers, so it is a rule of the scheme: "
            "write its [[rule]] in scheme.toml, and let contracts take part by its label"
        )
    return identity


def count(condition: Flag, to: str = "contract") -> Count:
    """For how many the condition holds, for each contract, provider, commissioner or the scheme."""
    return total(when(condition, literal(Kind.COUNT, 1)), to)  # type: ignore[no-any-return]


def each_contract(value: S) -> S:
    """A contract's number, read at the first day of the period."""
    node = value.node
    return series(Node("at_period", (node,), (), kind=node.kind, grain=CONTRACT, rounded=node.rounded))  # type: ignore[no-any-return]


def is_fact(node: Node) -> bool:
    """True if nothing but columns of tables stands under the node: no contract's number, total, order or list."""
    if any(part.op in ("first", "running") or (part.op == "find" and part.data[-1]) for part in walk(node)):
        return False  # these are of the contract's own rows and records
    return all(part.grain.table or part.grain == EVERYWHERE for part in walk(node))


def rest(whole: Amount, *parts: Amount) -> Amount:
    """What is left of ``whole`` when the parts are taken: a remainder always has an owner."""
    left = whole
    for part in parts:
        left = left - part
    return left


def allot(pot: Amount, *, by: Series) -> Amount:
    """Each one's part of ``pot``, by weights: largest remainder, ties by key, exact to the penny.

    The weights are Rates, Counts or Amounts at a finer grain than the pot (contracts, members, a list in
    the rule; never activity rows: total them to the contract first). Where all weights are zero nobody is
    given anything and the pot stays where it is. A negative weight stops the run.
    """
    return _share("allot", pot, by, ())


def fit(pot: Amount, *, by: Series, floor: Amount, cap: Amount) -> Amount:
    """As :func:`allot`, with a floor and a cap for each; exact, and it stops the run if no share-out fits."""
    return _share("fit", pot, by, (floor, cap))


def _share(op: str, pot: Amount, by: Series, limits: tuple[Amount, ...]) -> Amount:
    by, pot = resolved(by), literal(Kind.AMOUNT, pot)
    if by.kind not in NUMBERS:
        raise RuleError(f"{op}(…): weights are numbers, not {a_kind(by.kind)}")
    if by.node.grain.name == "terms":
        by = each_contract(by)
    grain = by.node.grain
    if pot.node.grain.name == "terms" or (pot.node.grain == EVERYWHERE and grain.name not in TARGETS):
        pot = each_contract(pot)
    whole = pot.node.grain
    if grain in (EVERYWHERE, whole) or not grain.reaches(whole):
        raise RuleError(f"{op}(…): a pot for each {whole} cannot be shared by a weight for each {grain}")
    if grain.table:
        raise RuleError(
            f"{op}(…): money is shared among contracts, members or a list, not among rows of {grain}; "
            "total the weights first"
        )
    holders = holders_of_this_rule(f"{op}(…)") if whole != CONTRACT else ""
    args = (pot.node, by.node, *(resolved(limit).node for limit in limits))
    made = Node(op, args, (whole.name, holders), kind=Kind.AMOUNT, grain=meet((arg.grain for arg in args), op))
    return Amount(made)


def running(value: S) -> S:
    """The sum of this row's value and of all before it in its contract's period, by the table's date, then key."""
    value = resolved(value)
    if not value.node.grain.table:
        raise RuleError("running(…) goes along the rows of a table; this is not one row's value")
    return series(node_of("running", (value.node,), (value.node.grain.table,), kind=value.kind))  # type: ignore[no-any-return]


def previous(value: S) -> Maybe[S]:
    """The value in the contract's period before this one; missing in its first."""
    value = resolved(value)
    if value.node.grain.name in ("terms", "everywhere"):
        value = each_contract(value)
    if value.node.grain != CONTRACT:
        raise RuleError(
            f"previous(…) is of a contract's value, and this is one for each {value.node.grain}; total it first"
        )
    return Maybe(series(Node("previous", (value.node,), (), kind=value.kind, grain=CONTRACT, optional=True)))


def so_far(value: S) -> S:
    """The sum of the value in the contract's periods before this one, in the same year of the contract.

    Nothing in a year's first period. What a period earns and what it has earned so far make the year to date,
    ``so_far(earned) + earned``: by that a limit a year is kept by a contract that settles by the month.
    """
    value = resolved(value)
    if value.kind not in NUMBERS:
        raise RuleError(f"so_far(…) adds numbers, not {a_kind(value.kind)}")
    if value.node.grain.name in ("terms", "everywhere"):
        value = each_contract(value)
    if value.node.grain != CONTRACT:
        raise RuleError(
            f"so_far(…) is of a contract's value, and this is one for each {value.node.grain}; total it first"
        )
    return series(Node("so_far", (value.node,), (), kind=value.kind, grain=CONTRACT))  # type: ignore[no-any-return]


W = TypeVar("W", Amount, Count)


def instalment(year: W, profile: Profile | None = None) -> W:
    """The part of a year's amount, or count, that falls in this period.

    Twelfths, the remainder in the earliest months; with a ``profile`` each month's part by its rates, rounded so
    that the months to date are always the year's amount × the rates to date, half up, and all twelve the year.
    """
    if resolved(year).kind not in (Kind.AMOUNT, Kind.COUNT):
        raise RuleError(f"instalment(…) is of a year's amount or count, not of {a_kind(year.kind)}")
    if profile is not None and not isinstance(profile, Profile):
        raise RuleError(f"instalment(…, profile): twelve rates as a Profile, not {profile!r}")
    node = each_contract(year).node if year.node.grain != CONTRACT else year.node
    data = () if profile is None else profile.months
    return series(Node("instalment", (node,), data, kind=year.kind, grain=CONTRACT))  # type: ignore[no-any-return]


def days_between(start: Day, end: Day) -> Count:
    """Days from ``start`` to ``end``; negative when the end is first."""
    return Count(node_of("days_between", (_day(start), _day(end)), kind=Kind.COUNT))


def hours_between(start: Moment, end: Moment) -> Rate:
    """Elapsed hours, to the minute, also over a night in which the clocks change."""
    if not (isinstance(start, Moment) and isinstance(end, Moment)):
        raise RuleError(
            UNRESOLVED if isinstance(start, Maybe) or isinstance(end, Maybe) else "hours_between(…) takes two moments"
        )
    minutes = Count(node_of("minutes_between", (start.node, end.node), kind=Kind.COUNT))
    return minutes * Fraction(1, 60)  # type: ignore[no-any-return]


def completed_years(start: Day, end: Day) -> Count:
    """Whole years from ``start`` to ``end``, as an age is counted (29 February is completed on 1 March)."""
    return Count(node_of("completed_years", (_day(start), _day(end)), kind=Kind.COUNT))


def _day(value: Any) -> Node:
    return literal(Kind.DAY, value).node  # type: ignore[no-any-return]


def find(
    table: str,
    column: str,
    kind: Kind,
    match: dict[str, Series | str],
    *,
    on: Day | None = None,
    of_contract: bool = False,
) -> Any:
    """What another table says in ``column``, in the row where every matched column is equal; may be missing.

    Text in ``match`` narrows the table first; the columns matched must then name one row. ``on`` is the
    day whose version is read, for a table with a history; ``of_contract`` reads the contract's own rows.
    """
    fixed, keys = _split(match)
    args = tuple(value.node for value in keys.values()) + ((on.node,) if on is not None else ())
    data = (table, column, tuple(keys), fixed, on is not None, of_contract)
    grain = meet([arg.grain for arg in args] or [EVERYWHERE], "find")
    if of_contract and not grain.table:
        grain = meet([grain, CONTRACT], "find")
    return wrapped(Node("find", args, data, kind=kind, grain=grain, optional=True))


def exists(table: str, match: dict[str, Series | str], *, on: Day | None = None) -> Flag:
    """True if another table has a row where every matched column is equal, in its version of the day ``on``."""
    fixed, keys = _split(match)
    args = tuple(value.node for value in keys.values()) + ((on.node,) if on is not None else ())
    data = (table, tuple(keys), fixed, on is not None)
    return Flag(Node("exists", args, data, kind=Kind.FLAG, grain=meet((a.grain for a in args), "exists")))


def _split(match: dict[str, Series | str]) -> tuple[tuple[tuple[str, str], ...], dict[str, Series]]:
    fixed = tuple(sorted((name, value) for name, value in match.items() if isinstance(value, str)))
    keys = {name: resolved(value) for name, value in sorted(match.items()) if not isinstance(value, str)}
    for value in keys.values():
        if value.kind not in (Kind.CODE, Kind.DAY, Kind.COUNT):
            raise RuleError(f"rows are matched by a code, a day or a count, not by {a_kind(value.kind)}")
    return fixed, keys


def first(rows: Any) -> Flag:
    """True for the first row of each person in the contract's period, by the table's date, then key."""
    return Flag(Node("first", (), (rows.table.name,), kind=Kind.FLAG, grain=rows.grain))


def earlier(rows: Any, where: Flag) -> Maybe[Day]:
    """The latest date of the same person's rows before this one for which ``where`` holds.

    Before is by the table's date, then key; over all rows of the table, whoever provided the care. As those
    rows may belong to any contract or to none, the condition is about columns alone.
    """
    if not is_fact(resolved(where).node):
        raise RuleError(
            "earlier(…) looks at rows of any contract: its condition is about their columns, not a contract's numbers"
        )
    node = Node("earlier", (resolved(where).node,), (rows.table.name,), kind=Kind.DAY, grain=rows.grain, optional=True)
    return Maybe(Day(node))
