"""Rulings: what a generated rule yields, as plain tuples, and the rule class that yields it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from tallystick.kernel.accounts import Account
from tallystick.kernel.flows import Carry, Covered, Excluded, Figure, Flow, Law, Never, Priced, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Code, Count, Day, Flag, Moment, Price, Rate
from tallystick.kernel.parameters import Label, PriceList, Rows, parameter
from tallystick.kernel.rules import PriceStep, Rule, price_step, rule
from tests.properties.sayings import Said
from tests.properties.tables import Tariff

Ruling = tuple[Any, ...]
"""``("flow", payer, payee, amount, units, book)`` and so on: what is yielded, with sayings in its places."""


@attrs.frozen
class Part:
    """A record of a rule's list, with a field of each kind."""

    code: Code = parameter("What names the record, more or less.")
    nights: Count = parameter("A number.")
    amount: Amount = parameter("Money.")
    rate: Rate = parameter("A ratio.")
    price: Price = parameter("A price.")
    maybe_amount: Amount | None = parameter("Money, if given.", default=None)


def _flow(say: Said, payer: Any, payee: Any, amount: Any, units: Any, book: str) -> Flow:
    counted = None if units is None else say(units)
    return Flow(say(payer), say(payee), say(amount), kind="transfer", reason="said", book=book, units=counted)


def _figure(say: Said, name: str, value: Any) -> Figure:
    return Figure(name, say(value))


def _carry(say: Said, pot: Any, amount: Any, until: Any, then: Any) -> Carry:
    return Carry(say(pot), say(amount), until=say(until), then=say(then), reason="kept")


def _law(say: Said, left: Any, right: Any) -> Law:
    return Law("two sides", say(left), say(right))


def _never(say: Said, where: Any) -> Never:
    return Never(say(where), "never")


def _claim(say: Said, state: str, table: str, unit: str, where: Any, amount: Any, named: Any, units: Any) -> Units:
    made = {"priced": Priced, "covered": Covered, "excluded": Excluded}[state]
    return made(
        say.activity[table],
        unit=unit,
        where=say(where),
        reason="claimed",
        amount=None if amount is None else say(amount),
        named=None if named is None else say(named),
        units=None if units is None else say(units),
    )


_YIELDED: dict[str, Callable[..., Any]] = {
    "flow": _flow,
    "figure": _figure,
    "carry": _carry,
    "law": _law,
    "claim": _claim,
    "never": _never,
}


def rule_of(name: str, claims: tuple[Ruling, ...], moves: tuple[Ruling, ...], more: tuple[Ruling, ...] = ()) -> Any:
    """The rule class that yields these: claims as a currency, the rest as an incentive; ``more`` if ``twice``."""

    @rule(name)
    class Generated(Rule):
        """What Hypothesis said."""

        amount: Amount = parameter("Money.", default=0)
        price: Price = parameter("A price.", default=0)
        rate: Rate = parameter("A ratio.", default=0)
        count: Count = parameter("A number.", default=0)
        flag: Flag = parameter("A condition.", default=False)
        day: Day = parameter("A day.", default="2025-09-01")
        moment: Moment = parameter("A local time.", default="2025-10-26T01:30")
        code: Code = parameter("A code.", default="AB1")
        pool: Amount = parameter("Money of the scheme.", default=0, scheme=True)
        account: Account = parameter("Somewhere money stands.", default="RZZ")
        prices: PriceList[Tariff] = parameter("A price list.", default="base")
        parts: Rows[Part] = parameter("A list.", default=())
        on: Label | None = parameter("Another rule.", default=None)
        also: tuple[Label, ...] = parameter("Other rules.", default=())
        twice: bool = parameter("Whether more is said.", default=False)

        @hookimpl
        def payment_currency(self, activity: Any, contract: Any) -> Iterator[Any]:
            say = Said(self, activity, contract)
            yield from (_YIELDED[of](say, *what) for of, *what in claims)

        @hookimpl
        def incentive(self, activity: Any, paid: Any, value: Any, contract: Any) -> Iterator[Any]:
            say = Said(self, activity, contract, paid, value)
            yield from (_YIELDED[of](say, *what) for of, *what in (*moves, *(more if self.twice else ())))

    return Generated


@price_step("uplift")
class Uplift(PriceStep):
    """So many per cent more."""

    by: Rate = parameter("How much more.")

    def price_step(self, price: Price, other: Callable[[str], Any]) -> Price:
        """The price with the uplift."""
        return price * (1 + self.by)


@price_step("towards")
class Towards(PriceStep):
    """A part of the way to another list, where that has the code."""

    towards: str = parameter("The other list.")
    part: Rate = parameter("What part of the way.")

    def price_step(self, price: Price, other: Callable[[str], Any]) -> Price:
        """The price a step nearer."""
        return price + (other(self.towards).or_else(price) - price) * self.part
