"""Segment budget: an accountable provider holds the budget of a group of people, and pays whoever treats them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from tallystick.kernel.accounts import Contract, account
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Covered, Figure, Flow, Law, Never, Priced, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Count, Flag, Price, literal
from tallystick.kernel.language.words import each_contract, instalment, total, when
from tallystick.kernel.parameters import Label, Parts
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Claimed, Paid, Value
from tallystick_rules.rules._budget import ADDITIONAL, REPLACES, Replaced, check_budget, replacing
from tallystick_rules.rules._prices import code_of
from tallystick_rules.rules._stretches import by_days, days_listed, faults_of_days
from tallystick_rules.rules._to_date import to_date


@rule("segment-budget")
class SegmentBudget(Rule):
    """The budget of a segment of people, out of which an accountable provider pays for their unplanned care.

    What it pays
        The budget of the segment, and to whoever treats its people the activity price of their unplanned episodes.
        What is left stays with the accountable provider; what is missing is its loss, up to the loss limit.

    Who pays whom
        The commissioner pays the provider of the contract, which is the accountable one, the budget. That provider
        pays the provider of each row. Its own treatment of the segment is an internal charge: a figure, and no
        payment. A loss above the limit is borne by the commissioner.

    How it is worked out
        1. The budget is a sum for a year, in instalments, whoever comes and goes; or `each` for a person and year, by
           person-days: each × days in the segment ÷ days of the contract's year (365 or 366), to date, rounded half
           up, less what was due before. Days are those of the table of people, `eligible_from` counted and
           `eligible_to` not: who joins late, leaves or dies brings the days that they were in the segment.
           A row's days belong to the period of its census day and have to lie in it; no day counts twice.
        2. An episode is a unit that the currencies under `on` value; they are declared not to pay. Its amount is what
           it is worth there, paid for by this rule and by nothing else. A unit of a person whom the table of people
           nowhere lists in the segment, or of no known person, is not of this budget: it is counted and shown.
        3. The loss is what others were paid, with its own treatment if `own_care_counts`, less the budget, both in the
           contract's year to date. What is above `loss_limit` the commissioner pays, and is paid back if it falls
           again in the year. The limit is that of a whole year, also for a contract of part of one.

        The rows have to be the contract's own: a claim in `assign.toml` with `cohort = …` and `provider = "any"` takes
        them before the contract of the hospital, on the days on which the person is in the segment. Without it the
        budget is paid and the hospitals' own contracts keep the units: a period with none from others is shown.

    Example
        £1,000 for a person and year; one person all year and one for 73 days bring £1,200. A hospital is paid £900
        and £700 for their episodes: a loss of £400, of which the provider bears at most £250.

        >>> budget = 100_000 * (365 + 73) // 365
        >>> loss = 90_000 + 70_000 - budget
        >>> budget, loss, max(loss - 25_000, 0)
        (120000, 40000, 15000)

    Source
        10 Year Health Plan working group: finance and contracting, co-chairs' report, recommendations 12 and 14
        (February 2025): 7% of people with 46% of hospital cost. Budgets and limits are nobody's.
    """

    is_budget: ClassVar[bool] = True

    segment: str = parameter("The category of people whose budget it is, as the table of people names it.")
    on: tuple[Label, ...] = parameter("The currencies, declared not to pay, that value their unplanned episodes.")
    budget: Amount | None = parameter(
        "A fixed budget, whoever comes and goes.", at_least=0, default=None, unit="a year"
    )
    each: Price | None = parameter(
        "The budget of one person, by days in the segment.", at_least=0, default=None, unit="a person and year"
    )
    loss_limit: Amount | None = parameter(
        "The most that the provider can lose; no limit if not said.", at_least=0, default=None, unit="a year"
    )
    own_care_counts: Flag | None = parameter(
        "Whether its own treatment of the segment, at the activity price, counts towards a loss that is limited.",
        default=None,
    )
    profile: Profile | None = parameter(
        "How a fixed budget is spread over its months: twelve rates that sum to 100%; twelfths if not said.",
        default=None,
    )
    replaces: Parts[Replaced] | None = parameter(REPLACES, default=None)
    additional: bool = parameter(ADDITIONAL, default=False, sourced=True)

    @hookimpl
    def payment_currency(self, activity: Activity, value: Value, contract: Contract) -> Iterator[Units]:
        """Claim the segment's episodes: paid to others, or an internal charge."""
        self._check()
        for claim in value.claims(*self.on):
            theirs, own = self._whose(claim, activity, contract)
            rows, unit, units = claim.rows, claim.unit, claim.units
            yield Priced(
                rows, unit=unit, units=units, where=claim.where & theirs & ~own, amount=claim.worth,
                payer=contract.provider, payee=account(code_of(rows, "provider").named("whoever treated them")),
                reason="episodes of the segment, at the activity price",
            )  # fmt: skip
            yield Covered(
                rows, unit=unit, units=units, where=claim.where & theirs & own, amount=claim.worth,
                reason="the accountable provider's own treatment: an internal charge",
            )  # fmt: skip

    @hookimpl
    def incentive(
        self, activity: Activity, paid: Paid, value: Value, contract: Contract
    ) -> Iterator[Flow | Figure | Law | Never]:
        """Pay the budget, bear what is above the loss limit, and show what is left."""
        if self.each is None:
            assert self.budget is not None
            budget = instalment(self.budget, self.profile)
            reason = "the budget of the segment, an instalment"
        else:
            people = activity.people
            yield from faults_of_days(people, self.segment, contract)
            yield Figure("person-days in the segment", days_listed(people, self.segment))
            budget = by_days(self.each, people, self.segment, contract)
            reason = "the budget of the segment, by person-days"
        budget = budget.named("budget of this period")
        yield Flow(contract.commissioner, contract.provider, budget, kind="fixed", reason=reason)
        others, own, strangers, units = self._spent(activity, value, contract)
        one: Count = literal(Kind.COUNT, 1)
        yield Figure(
            "periods without a unit from another provider", when(units == 0, one),
            reason="unless a claim by cohort takes them, other contracts keep the segment's units",
        )  # fmt: skip
        yield Figure(
            "units outside the segment", strangers, reason="their people are not listed in it: not of its budget"
        )
        yield Figure("own treatment of the segment", own, reason="an internal charge at the activity price: not paid")
        left = budget - others
        if self.loss_limit is not None:
            assert self.own_care_counts is not None
            counts = each_contract(self.own_care_counts)
            limit = each_contract(self.loss_limit)
            loss = to_date(others + when(counts, own) - budget, "loss")
            above = loss.with_each(lambda amount: (amount - limit).at_least(0))
            borne = above.part.named("above the most that it can lose")
            yield Flow(
                contract.commissioner, contract.provider, borne, kind="adjustment",
                reason="loss of the year to date above the limit, less what was borne before",
            )  # fmt: skip
            left = left + borne
            kept = (loss.now - above.now).named("loss that it bears, year to date")
            yield Law("the accountable provider loses no more than its limit", kept.at_most(limit), kept)
        yield Figure(
            "left with the accountable provider", left, reason="after what others are paid; below zero it is missing"
        )
        yield from replacing(self.replaces, paid, self.profile)

    def _whose(self, claim: Claimed, activity: Activity, contract: Contract) -> tuple[Flag, Flag]:
        """Whether a row's person is listed in the segment, and whether the accountable provider treated them."""
        person = code_of(claim.rows, "person")
        theirs = activity.people.exist(person=person, category=self.segment).named("listed in the segment")
        own = (code_of(claim.rows, "provider") == contract.provider.code).named("its own treatment")
        return theirs, own

    def _spent(self, activity: Activity, value: Value, contract: Contract) -> tuple[Amount, Amount, Count, Count]:
        """What others are paid in the period, its own treatment's worth, units of other people and of others."""
        sums: list[tuple[Amount, Amount, Count, Count]] = []
        for claim in value.claims(*self.on):
            theirs, own = self._whose(claim, activity, contract)
            where = claim.where & theirs
            paid, internal = total(when(where & ~own, claim.worth)), total(when(where & own, claim.worth))
            strange, units = total(when(claim.where & ~theirs, claim.units)), total(when(where & ~own, claim.units))
            sums.append((paid, internal, strange, units))
        others, own_worth, strangers, units = sums[0]
        for paid, internal, strange, more in sums[1:]:
            others, own_worth = others + paid, own_worth + internal
            strangers, units = strangers + strange, units + more
        return others.named("paid to others"), own_worth.named("own treatment"), strangers, units

    def _check(self) -> None:
        check_budget(self)
        if (self.budget is None) == (self.each is None):
            says = "segment-budget: the budget is a sum for a year, or a sum for each person"
            said = "budget" if self.budget is not None else "on"
            raise RuleError(says, about=said, write="budget = … or each = …, one of the two")
        if (self.loss_limit is None) != (self.own_care_counts is None):
            says = "segment-budget: a loss limit and whether own treatment counts towards the loss are said together"
            said = "own_care_counts" if self.loss_limit is None else "loss_limit"
            raise RuleError(says, about=said, write="loss_limit = … and own_care_counts = true or false")
        if not self.on:
            raise RuleError("segment-budget: no currency values its episodes", about="on", write='on = ["…"]')
