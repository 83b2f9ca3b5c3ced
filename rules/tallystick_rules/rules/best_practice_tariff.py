"""Best practice tariff: what a case earns when the care that is known to be best was given."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from tallystick.kernel.accounts import Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Flag, Maybe, Price, Rate
from tallystick.kernel.language.words import count, each_contract, previous, ratio, total, when
from tallystick.kernel.parameters import PriceList
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity
from tallystick_rules.rules._evidence import Level, reached
from tallystick_rules.rules._prices import as_money, code_of, joined
from tallystick_rules.tables.factors import Factors
from tallystick_rules.tables.unit_prices import UnitPrices


class Moves(enum.Enum):
    """How the money of best practice moves."""

    ADDED = "added by case"
    TAKEN_OFF = "taken off by case"
    TRUE_UP = "true-up of the fixed element"
    NEXT_ROUND = "corrected at the next round"


@rule("best-practice-tariff")
class BestPracticeTariff(Rule):
    """What best practice is worth, for the cases, or for the provider, that reached it.

    What it pays
        A sum for each case and each level of a standard that was achieved. A top-up has one level; levels that are
        independent of each other (stroke has three) are earned each by itself; a level may ask for a setting
        instead of evidence (day case rather than ordinary stay). With a gateway the provider's rate decides, and
        then all cases earn it.

    Who pays whom
        Added by case: the commissioner pays the provider for each case that earned it. Taken off by case, where
        the currency already pays the higher, best practice price: the provider pays back the difference to the
        fallback price for each case that did not. In the fixed element: the commissioner pays, or is paid, the
        difference from what the fixed element assumed, now (a true-up) or in the period after (corrected at
        the next round, until when it stands in the memo book).

    How it is worked out
        A case is one that ``where`` lists. A criterion is met if its evidence says so; a timed one if from start to
        finish it took no longer than the limit (36 h 00 is within 36 hours, 36 h 01 is not). Evidence that has
        not come in, or that ends before it begins, is *not recorded*: not met yet, and counted as a figure. A level
        is achieved if all its criteria hold. The gateway is reached if achieved ÷ cases of the provider, under
        all its contracts and in the period that is settled, is at least the gateway; with no cases it is not. The
        worth of a case is the top-up, or the best practice price less the fallback price, times the market forces
        factor, rounded once; a case without a price or a factor is a fault of the row. In the fixed element:
        Σ worth of what was achieved − expected attainment × Σ worth of all cases, of all levels together. The
        budget-neutral option lowers the base price, which is a step of the price list and no part of this rule.

    Example
        Hip fracture, top-up £1,335. Of four cases one had surgery after 36.1 hours and one is not yet recorded:

        >>> from fractions import Fraction
        >>> hours = [Fraction("35.9"), Fraction("36.1"), None, 36]
        >>> sum(133_500 for each in hours if each is not None and each <= 36)  # two cases: £2,670.00
        267000

        COPD, gateway 60%: six of ten cases reach it, and all ten earn the top-up; five of ten earn nothing.
        In a fixed element that assumed 60% of these four cases: 2,670 − 0.6 × 4 × 1,335 = −534, which goes back.

    Source
        Payment by Results guidance 2012/13 (hip fracture, stroke); National Tariff 2017/19 (COPD); National Tariff
        2022/23, aligned payment and incentive, best practice tariffs.
    """

    standard: str = parameter("The best practice standard, as the evidence names it.")
    levels: tuple[Level, ...] = parameter(
        "What is earned, each by itself: its name, its criteria and the setting it asks for."
    )
    moves: Moves = parameter(
        "How the money moves: added or taken off by case, or in the fixed element, corrected now or at the next round."
    )
    where: dict[str, tuple[str, ...]] = parameter(
        "Which spells are cases: for each code column, the codes that count.", default={}
    )
    top_up: Price | None = parameter("What best practice is worth for one case and level.", default=None, at_least=0)
    prices: PriceList[UnitPrices] | None = parameter(
        "The list of what best practice is worth, or of its prices.", default=None
    )
    fallback_prices: PriceList[UnitPrices] | None = parameter(
        "The list of prices where best practice was not achieved; its worth is then the difference.", default=None
    )
    code: str | None = parameter(
        "The column of the spell whose code the lists name; the level's name if not said.", default=None
    )
    market_forces_factor: PriceList[Factors] | None = parameter(
        "The list of market forces factors by provider; none if best practice is paid without one.", default=None
    )
    gateway: Rate | None = parameter(
        "The provider's rate from which all its cases earn.", default=None, at_least=0, at_most=1
    )
    expected: Rate | None = parameter(
        "The attainment that the fixed element assumes.", default=None, at_least=0, at_most=1
    )
    carried_in: Amount | None = parameter(
        "What the round before this contract's first is still to be corrected by.", default=None
    )

    @hookimpl
    def incentive(self, activity: Activity, contract: Contract) -> Iterator[Flow | Figure | Never]:
        """Move the money of every level, and show how many cases reached it."""
        self._check()
        spells = activity.spells
        cases: Flag = spells.where(self.where)
        yield Figure("cases", cases)
        earned: list[Amount] = []
        of_all: list[Amount] = []
        for level in self.levels:
            met, failed = reached(level, spells, activity.evidence, self.standard)
            yield Figure(f"{level.name}: achieved", cases & met)
            yield Figure(f"{level.name}: not met", cases & failed)
            yield Figure(
                f"{level.name}: not recorded", cases & ~met & ~failed, reason="no evidence yet: not met until there is"
            )
            priced = self._worth(spells, level)
            if self.prices is not None or self.market_forces_factor is not None:
                yield Never(cases & priced.is_missing(), f"the case has no price or no factor: {level.name}")
            worth, earns = priced.or_else(0).named("worth of best practice"), met
            if self.gateway is not None:
                attained = _attained(cases, met)
                yield Figure(f"{level.name}: the provider's attainment", attained)
                anybody = count(cases, to="provider") > 0
                earns = (anybody & (attained >= each_contract(self.gateway))).named("the gateway is reached")
            if self.moves is Moves.ADDED:
                yield Flow(contract.commissioner, contract.provider, when(cases & earns, worth), kind="price",
                           reason=f"best practice achieved: {level.name}")  # fmt: skip
            elif self.moves is Moves.TAKEN_OFF:
                yield Flow(contract.provider, contract.commissioner, when(cases & ~earns, worth), kind="price",
                           reason=f"best practice not achieved: {level.name}")  # fmt: skip
            else:
                earned.append(total(when(cases & earns, worth)))
                of_all.append(total(when(cases, worth)))
        if self.expected is not None and earned:
            yield from self._correct(contract, _sum(earned) - _sum(of_all) * self.expected)

    def _check(self) -> None:
        if not self.levels or not all(level.criteria or level.setting for level in self.levels):
            says = "best practice has at least one level, and a level asks for criteria, a setting or both"
            raise RuleError(says, about="levels")
        if (self.top_up is None) == (self.prices is None):
            says = "say what best practice is worth either as top_up or by a list of prices, one of the two"
            raise RuleError(says, about="top_up")
        if self.fallback_prices is not None and self.prices is None:
            says = "fallback prices are taken from best practice prices: name that list too, as prices"
            raise RuleError(says, about="fallback_prices")
        if self.moves in (Moves.TRUE_UP, Moves.NEXT_ROUND) and self.expected is None:
            says = f"{self.moves.value}: say what attainment the fixed element assumes, as expected"
            raise RuleError(says, about="moves")

    def _worth(self, spells: Any, level: Level) -> Maybe[Amount]:
        """What a case of the level is worth; missing where a list does not say."""
        code = level.name if self.code is None else code_of(spells, self.code)
        if self.prices is not None:
            price: Maybe[Price] = self.prices.find("price", on=spells.discharged, code=code)
        else:
            price = Maybe(self.top_up)  # type: ignore[arg-type]
        if self.fallback_prices is not None:
            fallback = self.fallback_prices.find("price", on=spells.discharged, code=code)
            price = joined(lambda best, less: best - less, price, fallback)
        return as_money(price, self.market_forces_factor, spells)

    def _correct(self, contract: Contract, found: Amount) -> Iterator[Flow]:
        """Correct the fixed element by what was attained less what was assumed, now or in the period after."""
        payer, payee = contract.commissioner, contract.provider
        if self.moves is Moves.TRUE_UP:
            yield Flow(payer, payee, found, reason="best practice attained, less what the fixed element assumed")
            return
        before = previous(found)
        yield Flow(payer, payee, found, book="memo", reason="best practice, to be corrected at the next round")
        yield Flow(payee, payer, before.or_else(0), book="memo", reason="best practice, corrected in this round")
        due = before.or_else(0 if self.carried_in is None else self.carried_in)
        yield Flow(payer, payee, due, reason="best practice of the round before, attained less assumed")


def _sum(levels: list[Amount]) -> Amount:
    """The amounts of all levels together: what is expected of them is multiplied, and rounded, once."""
    found = levels[0]
    for more in levels[1:]:
        found = found + more
    return found


def _attained(cases: Flag, met: Flag) -> Rate:
    """The provider's rate over all its contracts; with no cases it is nothing, and there is nobody to earn."""
    return ratio(count(cases & met, to="provider"), count(cases, to="provider"), otherwise=0)
