"""Pupil premium: a rate for each eligible person, once."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from tallystick.kernel.accounts import Account, Contract, account
from tallystick.kernel.flows import Figure, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Code, Count, Day, Price
from tallystick.kernel.language.words import when
from tallystick.kernel.parameters import Rows
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity
from tallystick_rules.rules._people import LOOK_BACK, MOST_PLACES, PLACE, census


@frozen(eq=False, kw_only=True)
class Category:
    """A category of people, with its rate and who is paid for them."""

    category: Code = parameter("The category, as the table of people names it.")
    rate: Price = parameter("What is paid for each person of the category.", at_least=0, unit="a person")
    payee: Code = parameter(
        "Who is paid: provider, commissioner, local authority (the person's own), or an organisation's code."
    )
    look_back_years: Count = parameter(LOOK_BACK, at_least=0, at_most=130, unit="years")
    place: Count = parameter(PLACE, at_least=1, at_most=MOST_PLACES)


@rule("pupil-premium")
class PupilPremium(Rule):
    """A sum for each person of a category of need, to whoever looks after them.

    What it pays
        The rate of the person's category, once for each person: whoever is in two categories is paid for at
        the higher rate and never twice. It is not ring-fenced.

    Who pays whom
        A fund of the scheme, or the commissioner, pays the provider, the local authority of the person's
        residence, or a named organisation: which of them is said for each category. What the commissioner would
        pay itself moves nothing.

    How it is worked out
        1. People are counted on one census day. They are in a category if they met its condition on that day or
           within its look-back: with six years, last meeting it exactly six years before the census counts.
        2. Of a person's categories on that day, under whichever contract, the one with the highest rate counts;
           of two equal ones the first in the list. One person twice in one category is a fault of the input.
        3. The rate is rounded to the penny for each person, half up.

        A person whose category is not known, has no rate, or whose last day in it is not recorded is not paid for
        and is shown. A payee that is missing stops the contract.

    Example
        200 pupils in primary school and 4 who were looked after before, all paid to the school:

        >>> from tallystick.kernel.money import money_text, parse_amount
        >>> money_text(200 * parse_amount("£1,515") + 4 * parse_amount("£2,630"))
        '£313,520.00'

    Source
        10 Year Health Plan working group: finance and contracting, co-chairs' report, recommendation 18
        (February 2025); Department for Education, Pupil premium: conditions of grant 2025 to 2026. Amounts for
        the NHS are nobody's yet.
    """

    payer: Account = parameter("The fund of the scheme that pays, or the commissioner.")
    census_day: Day = parameter("The day of the census; people counted on other days are not paid for.")
    categories: Rows[Category] = parameter("The categories, each with its rate, its payee and its look-back.")

    @hookimpl
    def incentive(self, activity: Activity, contract: Contract) -> Iterator[Flow | Figure]:
        """Pay for each person, to the payee of the category."""
        people = activity.people
        counted = census(people, self.categories, "rate", self.census_day)
        amount = when(counted.counted, counted.worth * people.rows).named("rate of the person's category")
        said = self.categories.find("payee", category=people.category.or_else("")).or_else("")
        payee = when(said == "commissioner", contract.commissioner.code, said)
        to_provider, to_authority = payee == "provider", payee == "local authority"
        yield self._pay(contract.provider, when(to_provider, amount), "to the provider")
        yield self._pay(account(people.local_authority), when(to_authority, amount), "to the person's local authority")
        yield self._pay(account(payee), when(~to_provider & ~to_authority, amount), "to the organisation named")
        yield from counted.figures()

    def _pay(self, payee: Account, amount: Amount, whom: str) -> Flow:
        return Flow(self.payer, payee, amount, kind="price", reason=f"rate for each eligible person, {whom}")
