"""Pupil premium from a fixed fund: shared by weighted people, exact to the penny."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from tallystick.kernel.accounts import Account, Contract
from tallystick.kernel.flows import Carry, Figure, Flow, Law
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Code, Count, Day, Rate, literal
from tallystick.kernel.language.words import allot, each_contract, total, when
from tallystick.kernel.parameters import Rows
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity
from tallystick_rules.rules._people import LOOK_BACK, MOST_PLACES, PLACE, census


@frozen(eq=False, kw_only=True)
class WeightedCategory:
    """A category of people, with the weight of each."""

    category: Code = parameter("The category, as the table of people names it.")
    weight: Rate = parameter("How much a person of the category weighs.", at_least=0)
    look_back_years: Count = parameter(LOOK_BACK, at_least=0, at_most=130, unit="years")
    place: Count = parameter(PLACE, at_least=1, at_most=MOST_PLACES)


@rule("pupil-premium-fund")
class PupilPremiumFund(Rule):
    """A fixed fund of the scheme, shared among providers by the need of their people.

    What it pays
        The whole fund, and no more: each contract's part is by the weighted people whom it counts. It is a rule
        of the scheme, and contracts take part by its label.

    Who pays whom
        The fund of the scheme pays the provider of each contract.

    How it is worked out
        1. Each eligible person weighs what the heaviest of their categories weighs, once, counted on the census
           day, as `pupil-premium` counts them.
        2. A contract's part is fund × its weight ÷ the weight of all, in whole pence; the pence left over go one
           each to the largest remainders, ties by the contract's id. The parts sum to the fund.
        3. If nobody is counted in any contract nothing is paid: the fund is carried forward by name.

        Contracts share the fund of the period in which the census day falls, so their periods have to be alike:
        where they overlap and are not, the fund would be shared twice, and nothing is settled for them.
        People of unknown or unlisted category weigh nothing, and are shown.

    Example
        £1,000.00 among three contracts with weights of 1, 1 and 1.5: 100,000 ÷ 3.5 gives 28,571 3/7, twice, and
        42,857 1/7. The penny left over goes to the first of the two largest remainders.

        >>> 28_572 + 28_571 + 42_857
        100000

    Source
        10 Year Health Plan working group: finance and contracting, co-chairs' report, recommendation 18
        (February 2025), with a fixed quantum. Weights are nobody's yet.
    """

    fund: Account = parameter("The fund of the scheme that is shared.", scheme=True)
    amount: Amount = parameter("How much of it is shared at each census.", at_least=0, scheme=True)
    census_day: Day = parameter("The day of the census; people counted on other days weigh nothing.", scheme=True)
    categories: Rows[WeightedCategory] = parameter("The categories, each with its weight and its look-back.")

    @hookimpl
    def incentive(self, activity: Activity, contract: Contract) -> Iterator[Flow | Figure | Carry | Law]:
        """Share the fund in the period of the census, or carry it."""
        counted = census(activity.people, self.categories, "weight", self.census_day)
        weight = total(when(counted.counted, counted.worth)).named("weighted people")
        nobody = total(weight, to="scheme") == 0
        is_now = (contract.first_day <= self.census_day) & (self.census_day <= contract.last_day)
        each: Count = each_contract(literal(Kind.COUNT, 1))
        part = allot(self.amount, by=weight).named("part of the fund")
        kept = when(nobody & is_now, allot(self.amount, by=each))
        yield Flow(self.fund, contract.provider, part, kind="share", reason="part of the fund, by weighted people")
        yield Carry(
            self.fund, kept, until=contract.as_at, then=self.fund, reason="nobody is counted: the fund is carried"
        )
        yield Figure("weighted people", weight)
        yield from counted.figures()
        given = each_contract(total(part, to="scheme")) + each_contract(total(kept, to="scheme"))
        yield Law("the parts of all contracts are the fund", given, when(is_now, each_contract(self.amount)))
