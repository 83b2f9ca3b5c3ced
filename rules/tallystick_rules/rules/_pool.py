"""The parts of a pooled budget: its partners, what it pays for, what stays outside, and how a sum is shared exactly."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from tallystick.kernel.accounts import Account, balance
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Flow
from tallystick.kernel.language.series import Amount, Count, Flag, Rate
from tallystick.kernel.language.words import rest, so_far, when
from tallystick.kernel.parameters import Label, parameter
from tallystick.kernel.trace import Claimed, Value
from tallystick_rules.rules._to_date import ToDate


class AtEnd(enum.Enum):
    """What becomes of a partner's part of an underspend when the year ends."""

    RETURN = "return"
    CARRY = "carry forward"
    HOST = "keep with host"


@frozen(kw_only=True)
class Partner:
    """Who contributes, and bears a part of what is over- or underspent."""

    name: str = parameter("What statements call the partner.")
    who: Account = parameter("Who it is.")
    contribution: Amount = parameter("What it contributes, by year if it changes.", at_least=0, unit="a year")
    share_of_overspend: Rate = parameter(
        "Its share of payments above contributions; the shares of all sum to 100%.", at_least=0, at_most=1, whole=True
    )
    share_of_underspend: Rate = parameter(
        "Its share of what is left when the year ends; the shares of all sum to 100%.",
        at_least=0, at_most=1, whole=True,
    )  # fmt: skip
    at_end: AtEnd = parameter("What becomes of its part of an underspend.")
    carried_in: Account | None = parameter(
        "The pot in which its part is carried forward; needed where that is so, and only there.", default=None
    )


@frozen(kw_only=True)
class Service:
    """What the pool pays for: at a fixed sum a year, or by activity."""

    service: str = parameter("The service, as the agreement names it.")
    who: Account = parameter("Who is paid for it.")
    amount: Amount | None = parameter("A fixed sum, paid in twelfths.", at_least=0, default=None, unit="a year")
    on: Label | None = parameter(
        "The currency, declared not to pay, whose units are paid at what they are worth.", default=None
    )


@frozen(kw_only=True)
class Aligned:
    """What is planned beside the pool, and paid by its owner: it never enters the pool."""

    service: str = parameter("The service, as the agreement names it.")
    owner: Account = parameter("Whose budget it is, and who pays.")
    who: Account = parameter("Who is paid for it.")
    budget: Amount = parameter("What is planned for it.", at_least=0, unit="a year")
    on: Label | None = parameter(
        "The currency, declared not to pay, whose units are paid; the budget in twelfths if not said.", default=None
    )


@frozen(kw_only=True)
class NotPooled:
    """A service that may not be in the pool, with the reason; and in which rows of activity it would be found."""

    service: str
    reason: str
    table: str | None = None
    where: dict[str, tuple[str, ...]] = field(factory=dict)


def check(rule: Any) -> None:
    """Refuse what may not be pooled, and parts that say too little or too much."""
    for name in ("partners", "services"):
        if not getattr(rule, name):
            raise RuleError(f"a pool without {name}", about=name, write=f"[[rule.{name}]], at least one")
    refused = {one.service: one.reason for one in rule.not_pooled}
    for place, one in enumerate(rule.services):
        about = f"services.{place}"
        if one.service in refused:
            says = f"“{one.service}” may not be pooled: {refused[one.service]}"
            raise RuleError(says, about=about, write="it under aligned, where its owner pays for it")
        if (one.amount is None) == (one.on is None):
            says = f"“{one.service}” is paid by a fixed sum or by activity"
            raise RuleError(says, about=about, write='amount = "£…" or on = "label", one of the two')
    for place, one in enumerate(rule.not_pooled):
        if one.where and one.table is None:
            says = f"“{one.service}”: where names columns, and no table"
            raise RuleError(says, about=f"not_pooled.{place}", write='table = "…"')
    for place, one in enumerate(rule.partners):
        about = f"partners.{place}"
        if (one.at_end is AtEnd.CARRY) != (one.carried_in is not None):
            says = f"“{one.name}”: carried_in is the pot of a partner whose part is carried forward"
            raise RuleError(says, about=about, write='at_end = "carry forward", carried_in = { pot = "…" }, both')
        if one.at_end is AtEnd.HOST and rule.host is None:
            says = f"“{one.name}”: its part is kept with the host, and nobody is named as host"
            raise RuleError(says, about=about, write="host = …, for the whole pool")


def mixed_up(rule: Any) -> Flag:
    """Whether the pool, or the pot of what a partner carries forward, is also the account of somebody else."""
    pots = [rule.pool, *(one.carried_in for one in rule.partners if one.carried_in is not None)]
    others = [one.who for one in (*rule.partners, *rule.services, *each(rule.aligned))]
    others += [one.owner for one in each(rule.aligned)] + ([] if rule.host is None else [rule.host])
    flags: list[Flag] = [
        one.code == other.code for place, one in enumerate(pots) for other in (*pots[place + 1 :], *others)
    ]
    found, *more = flags
    for one in more:
        found = found | one
    return found.named("the pool or a pot is somebody else's account")


def each(parts: Any) -> tuple[Any, ...]:
    """The parts of a list that may not be written at all."""
    return tuple(parts or ())


def added(parts: list[Amount]) -> Amount:
    """The sum of some amounts, of which there is at least one."""
    first, *others = parts
    for one in others:
        first = first + one
    return first


def labels(one: Any) -> tuple[Label, ...]:
    """The currency that a service is paid by, if it is not a fixed sum."""
    return () if one.on is None else (one.on,)


def claims(value: Value, one: Any, about: str) -> list[Claimed]:
    """The units that a service is paid by; refused where its currency has none, since nothing would be paid for it."""
    found = list(value.claims(*labels(one)))
    if one.on is not None and not found:
        says = f"“{one.service}” is paid by a rule that values no units, so nothing would be paid for it"
        raise RuleError(says, about=about, write='on = "…", the label of a currency with pays = false')
    return found


def calls(rule: Any, short: ToDate, months_before: Count) -> Iterator[Flow]:
    """What each partner is called for of what is short, to date: out of what it carried forward first."""
    shares = [one.share_of_overspend for one in rule.partners]
    ends = zip(_shared(short.before, shares), _shared(short.now, shares), strict=True)
    for one, (before, now) in zip(rule.partners, ends, strict=True):
        call = ToDate(before, now).called(f"{one.name}: share of the overspend")
        if one.carried_in is not None:
            carried = _held_when_the_year_began(one.carried_in, months_before)
            met = ToDate(call.before.at_most(carried), call.now.at_most(carried)).called("met from what it carried")
            reason = f"{one.name}: call, met from what it carried forward"
            yield Flow(one.carried_in, rule.pool, met.part, kind="transfer", reason=reason)
            call = call.with_each(rest, met)
        reason = f"{one.name}: call, its share of the overspend to date"
        yield Flow(one.who, rule.pool, call.part, kind="transfer", reason=reason)


def given_back(rule: Any, left: Amount) -> Iterator[Flow]:
    """Where each partner's part of what is left goes."""
    done = {AtEnd.RETURN: "returned", AtEnd.CARRY: "carried forward", AtEnd.HOST: "kept with the host"}
    parts = _shared(left, [one.share_of_underspend for one in rule.partners])
    for one, part in zip(rule.partners, parts, strict=True):
        to = {AtEnd.RETURN: one.who, AtEnd.CARRY: one.carried_in, AtEnd.HOST: rule.host}[one.at_end]
        reason = f"{one.name}: part of the underspend, {done[one.at_end]}"
        yield Flow(rule.pool, to, part.named(f"{one.name}: share of the underspend"), kind="share", reason=reason)


def _shared(whole: Amount, shares: list[Rate]) -> list[Amount]:
    """Each one's part: what has come to all up to it, rounded once, less those before; the last has the rest."""
    parts: list[Amount] = []
    up_to: Rate | None = None
    for share in shares[:-1]:
        up_to = share if up_to is None else up_to + share
        parts.append(rest((whole * up_to).as_line().at_most(whole), *parts))
    return [*parts, rest(whole, *parts)]


def _held_when_the_year_began(pot: Account, months_before: Count) -> Amount:
    """What a pot held when the contract's year began."""
    first: Flag = months_before == 0
    found = when(first, balance(pot).at_least(0))
    return (so_far(found) + found).named("held when the year began")
