"""The small tables and the simplest rule that the chapters of the language are written on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tallystick.kernel.flows import Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Code, Count, Day, Flag, Maybe, Moment, Price, Rate
from tallystick.kernel.parameters import Label, parameter
from tallystick.kernel.rules import Rule, rule
from tallystick.kernel.tables import Table, column, table


@table("spells", key="spell", date="discharged", units={"spell": "", "bed day": "days"})
class Spells(Table):
    """A few stays in hospital."""

    spell: Code = column("What names the row.")
    contract: Maybe[Code] = column("The contract, where it is stated.")
    provider: Code = column("Who treated.")
    commissioner: Code = column("Who pays.")
    person: Maybe[Code] = column("The patient.")
    discharged: Day = column("The day that decides the period.")
    admitted: Maybe[Day] = column("The day of admission.")
    days: Maybe[Count] = column("Days in hospital.")
    code: Maybe[Code] = column("What is priced.")
    cost: Maybe[Amount] = column("An amount of money.", signed=True)
    rate: Maybe[Rate] = column("A ratio.")
    price: Maybe[Price] = column("An exact price.")
    satisfied: Maybe[Flag] = column("An answer.")
    arrived_at: Maybe[Moment] = column("A local time.")
    left_at: Maybe[Moment] = column("A later local time.")
    liable: Maybe[Code] = column("Who is liable.")


@table("notes", key="note", unique=(("spell", "kind"),))
class Notes(Table):
    """What is noted of a spell; only looked up."""

    note: Code = column("What names the row.")
    spell: Code = column("Which spell.")
    kind: Code = column("Which kind of note.")
    score: Maybe[Count] = column("A number.")


@table("tariff", unique=(("list", "code", "from_day"),), prices=True)
class Tariff(Table):
    """A price list with two prices a row."""

    list: Code = column("The list.")
    code: Code = column("What is priced.")
    from_day: Maybe[Day] = column("First day.")
    to_day: Maybe[Day] = column("Last day.")
    day_case: Maybe[Price] = column("One price.")
    overnight: Maybe[Price] = column("Another.")
    trim: Maybe[Count] = column("No price.")


@rule("each")
class Each(Rule):
    """The same amount for every spell."""

    amount: Amount = parameter("What a spell brings.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        yield Flow(contract.commissioner, contract.provider, per_spell(activity, self.amount), reason="each spell")


@rule("on-top")
class OnTop(Rule):
    """A share of what another rule pays."""

    on: Label = parameter("The other rule.")
    share: Rate = parameter("What part of it.")

    @hookimpl
    def incentive(self, paid: Any, contract: Any) -> Iterator[Flow]:
        yield Flow(contract.commissioner, contract.provider, paid(self.on) * self.share, reason="on top")


def per_spell(activity: Any, amount: Amount) -> Amount:
    """The amount, once for every spell."""
    return amount * activity.spells.rows
