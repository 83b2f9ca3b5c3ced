"""Sayings: an expression as a plain tuple, ``("add", left, right)``, which a generated rule says when it is traced.

Hypothesis draws and shrinks tuples, prints them as they are, and a failing one can be pasted into a test.
"""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from attrs import frozen

from tallystick.kernel.accounts import Account, account, balance
from tallystick.kernel.grains import EVERYWHERE
from tallystick.kernel.language import words
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Maybe, Series, literal, series

Saying = tuple[Any, ...]
"""An operation and what it is of: further sayings, names and constants."""


@frozen(eq=False)
class Said:
    """What a generated rule can talk about: itself and what its hook was given."""

    rule: Any
    activity: Any
    contract: Any
    paid: Any = None
    value: Any = None

    def __call__(self, saying: Saying) -> Any:
        """The series, maybe or account that the saying stands for."""
        op, *of = saying
        return _WORDS[op](self, *of)


def constant(kind: Kind, value: object) -> Series:
    """A constant of any kind, money by its pence; the words of the language take money only as text."""
    if kind in (Kind.AMOUNT, Kind.PRICE, Kind.RATE):
        value = int(value) if kind is Kind.AMOUNT else Fraction(value)  # type: ignore[call-overload, arg-type]
        return series(Node("literal", (), (value,), kind=kind, grain=EVERYWHERE))  # type: ignore[no-any-return]
    return literal(kind, value)  # type: ignore[no-any-return]


def _two(work: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda say, left, right: work(say(left), say(right))


def _one(work: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda say, of: work(say(of))


def _scaled(amount: Any, rate: Any) -> Any:
    return (amount.as_line() if amount.node.rounded else amount) * rate


def _map(say: Said, of: Saying, op: str, *more: Any) -> Any:
    """What an operation says of a value that may be missing."""
    others = [say(one) for one in more]
    return say(of).map(lambda inner: _MAPPED[op](inner, *others))


def _joined(say: Said, op: str, *given: Saying) -> Any:
    """What an operation says of several values, missing where one that it needs is missing."""
    return Maybe(_MAPPED[op](*(series(say(one).node) for one in given)))


def _find(say: Said, table: str, wanted: str, match: Mapping[str, Any], on: Saying | None = None) -> Any:
    spec = say.activity[table].table
    keys = {name: one if isinstance(one, str) else say(one) for name, one in match.items()}
    return words.find(table, wanted, spec.columns[wanted].kind, keys, on=None if on is None else say(on))


def _exists(say: Said, table: str, match: Mapping[str, Any], on: Saying | None = None) -> Any:
    keys = {name: one if isinstance(one, str) else say(one) for name, one in match.items()}
    return words.exists(table, keys, on=None if on is None else say(on))


def _in_list(say: Said, wanted: str, match: Mapping[str, Any]) -> Any:
    return say.rule.parts.find(wanted, **{n: one if isinstance(one, str) else say(one) for n, one in match.items()})


def _account(say: Said, of: Saying) -> Account:
    return account(say(of))


def _hours(start: Any, end: Any) -> Any:
    return words.hours_between(start, end)


_MAPPED: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "neg": operator.neg,
    "times": operator.mul,
    "at_least": lambda a, b: a.at_least(b),
    "at_most": lambda a, b: a.at_most(b),
    "ratio": lambda a, b, c: words.ratio(a, b, otherwise=c),
    "when": lambda a, b, c: words.when(c, a, b),
    "as_amount": lambda a: a.as_amount(),
    "rounded_to": lambda a: a.rounded_to(100),
    "as_rate": lambda a: a.as_rate(),
    "eq": operator.eq,
    "lt": operator.lt,
    "ge": operator.ge,
    "plus_days": lambda a, b: a.plus_days(b),
    "weekday": lambda a: a.weekday(),
    "days_between": words.days_between,
    "completed_years": words.completed_years,
    "hours": _hours,
    "day_of": lambda a: a.day(),
    "minute": lambda a: a.minute_of_day(),
    "is_in": lambda a: a.is_in(["AB1", "XY9"]),
    "starts": lambda a: a.starts_with("A", "x"),
    "scale": lambda a, b: _scaled(a, b),
    "named": lambda a: a.named("a part"),
}
"""Operations by name, on series that may each be missing."""

_WORDS: dict[str, Callable[..., Any]] = {
    "constant": lambda say, kind, value: constant(Kind(kind), value),
    "number": lambda say, name: getattr(say.rule, name),
    "column": lambda say, table, name: getattr(say.activity[table], name),
    "rows": lambda say, table: say.activity[table].rows,
    "part": lambda say, name: getattr(say.rule.parts.each, name),
    "add": _two(operator.add),
    "sub": _two(operator.sub),
    "neg": _one(operator.neg),
    "times": _two(operator.mul),
    "at_least": _two(lambda a, b: a.at_least(b)),
    "at_most": _two(lambda a, b: a.at_most(b)),
    "scale": _two(_scaled),
    "as_amount": _one(lambda a: a.as_amount()),
    "many": _two(lambda a, b: a.times(b)),
    "rounded_to": lambda say, of, pence: say(of).rounded_to(pence),
    "as_rate": _one(lambda a: a.as_rate()),
    "line": _one(lambda a: a.as_line()),
    "named": lambda say, of: say(of).named("a part"),
    "ratio": lambda say, a, b, c: words.ratio(say(a), say(b), otherwise=say(c)),
    "eq": _two(operator.eq),
    "ne": _two(operator.ne),
    "lt": _two(operator.lt),
    "le": _two(operator.le),
    "gt": _two(operator.gt),
    "ge": _two(operator.ge),
    "and": _two(operator.and_),
    "or": _two(operator.or_),
    "not": _one(operator.invert),
    "when": lambda say, c, a, b: words.when(say(c), say(a), say(b)),
    "or_else": _two(lambda a, b: a.or_else(b)),
    "is_missing": _one(lambda a: a.is_missing()),
    "is_given": _one(lambda a: a.is_given()),
    "is_yes": _one(lambda a: a.is_yes()),
    "is_no": _one(lambda a: a.is_no()),
    "is_in": lambda say, of, codes: say(of).is_in(list(codes)),
    "starts": lambda say, of, starts: say(of).starts_with(*starts),
    "days_between": _two(words.days_between),
    "hours": _two(_hours),
    "completed_years": _two(words.completed_years),
    "plus_days": _two(lambda a, b: a.plus_days(b)),
    "weekday": _one(lambda a: a.weekday()),
    "day_of": _one(lambda a: a.day()),
    "minute": _one(lambda a: a.minute_of_day()),
    "map": _map,
    "joined": _joined,
    "find": _find,
    "exists": _exists,
    "in_list": _in_list,
    "list_price": lambda say, wanted, code, on: say.rule.prices.find(wanted, on=say(on), code=say(code)),
    "list_names": lambda say, code, on: say.rule.prices.names(on=say(on), code=say(code)),
    "total": lambda say, of, to: words.total(say(of), to=to),
    "count": lambda say, of, to: words.count(say(of), to=to),
    "running": _one(words.running),
    "first": lambda say, table: words.first(say.activity[table]),
    "so_far": _one(words.so_far),
    "earlier": lambda say, table, where: words.earlier(say.activity[table], say(where)),
    "previous": _one(words.previous),
    "instalment": lambda say, year, months=None: words.instalment(say(year), months and Profile(months)),
    "balance": _one(balance),
    "allot": lambda say, pot, by: words.allot(say(pot), by=say(by)),
    "fit": lambda say, pot, by, low, high: words.fit(say(pot), by=say(by), floor=say(low), cap=say(high)),
    "first_day": lambda say: say.contract.first_day,
    "last_day": lambda say: say.contract.last_day,
    "month_begins": lambda say, month, cut: say.contract.month_begins(month, cut=cut),
    "as_at": lambda say: say.contract.as_at,
    "account": _account,
    "provider": lambda say: say.contract.provider,
    "commissioner": lambda say: say.contract.commissioner,
    "provider_code": lambda say: say.contract.provider.code,
    "pot": lambda say, name: say.contract.pot(name),
    "fund": lambda say, name: say.contract.fund(name),
    "rest": lambda say, *parts: words.rest(*(say(one) for one in parts)),
    "paid": lambda say: say.paid(say.rule.on),
    "paid_total": lambda say: say.paid.total(say.rule.on),
    "value": lambda say: say.value(say.rule.on),
    "value_total": lambda say: say.value.total(say.rule.on),
}
"""Every word that a saying can begin with."""


def words_of(saying: object) -> set[str]:
    """Every word that is said anywhere in a saying, to count what the strategies reach."""
    if isinstance(saying, Mapping):
        return set().union(*(words_of(one) for one in saying.values())) if saying else set()
    if not isinstance(saying, tuple):
        return set()
    inner: set[str] = set().union(*(words_of(one) for one in saying)) if saying else set()
    return inner | ({saying[0]} if saying and isinstance(saying[0], str) and saying[0] in _WORDS else set())


Day = datetime.date
