"""Payment limit: activity is paid for in full up to a limit of the year, and what is above it goes back."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence

from tallystick.kernel.accounts import Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow, Priced, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Flag
from tallystick.kernel.language.words import each_contract, running, so_far, total, when
from tallystick.kernel.parameters import Label
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Claimed, Value
from tallystick_rules.rules._covers import added, claimed, covered_claim
from tallystick_rules.rules._to_date import ToDate, plan, to_date


class Held(enum.Enum):
    """What activity to date is held to."""

    WHOLE_YEAR = "the year's limit"
    TO_DATE = "the limit to date"


class Bears(enum.Enum):
    """Who bears what patients chose, where the limit is passed."""

    COMMISSIONER = "commissioner"
    PROVIDER = "provider"


@rule("payment-limit")
class PaymentLimit(Rule):
    """Activity is paid for in full up to a limit of the contract's year; what is worth more goes back.

    What it pays
        What the units of the currencies under `on` are worth, which are declared not to pay, up to the limit.

    Who pays whom
        The commissioner pays the provider the full value. The provider pays back what is above the limit. Where the
        commissioner bears patients' choice, the rows that patients chose are paid for in full and use up no limit;
        where the provider bears it, they count as any other.

    How it is worked out
        1. Each row pays what it is worth. (value − limit), above zero, goes back, both of the contract's year to date.
        2. Activity is held to the year's limit, so all is paid until that is used up; or to the limit to date, which
           is what the limit's instalments come to, in twelfths or by a profile. Both come to the same at the year's
           end. A period takes back what is above to date less what was above before, so months and years are alike.
        3. In order of date and key, a row before which the year's limit is used up already is above it: its units are
           covered, at their value, and all others are priced. The row in which the limit ends is priced, and what of
           it is above goes back. Rows of several tables have no order among them: there all units are priced, and
           the value above is shown.

        A contract of part of a year is held to the limit as it is written, or, to date, to its months' part.

    Example
        A limit of £1,000, and activity of £400, £500, £300 and £200: £1,400 is paid, and £400 goes back. The third row
        ends the limit; the fourth is above it.

        >>> rows = [400, 500, 300, 200]
        >>> max(sum(rows) - 1_000, 0), [sum(rows[:n]) >= 1_000 for n in range(4)]
        (400, [False, False, False, True])

    Source
        NHS Payment Scheme 2025/26 and NHS Standard Contract 2025/26, payment limits for elective activity. Limits are
        each commissioner's own.
    """

    on: tuple[Label, ...] = parameter("The currencies, declared not to pay, whose units are paid for up to the limit.")
    limit: Amount = parameter("The limit of the contract's year, by year if it changes.", at_least=0, unit="a year")
    held_to: Held = parameter("What activity to date is held to: the year's limit, or the limit to date.")
    profile: Profile | None = parameter(
        "How the limit to date is spread over the months: twelve rates that sum to 100%; twelfths if not said.",
        default=None,
    )
    choice: dict[str, tuple[str, ...]] = parameter(
        "Which rows are there because patients chose the provider: for each code column, its codes.", default={}
    )
    choice_borne_by: Bears | None = parameter(
        "Who bears patients' choice above the limit; said wherever choice is.", default=None
    )

    @hookimpl
    def payment_currency(self, value: Value, contract: Contract) -> Iterator[Units | Flow | Figure]:
        """Pay for each row, claim it, and take back what is above the limit."""
        self._check()
        claims = [(claim, self._counts(claim)) for claim in claimed(value, self.on, "on")]
        counted = added([total(when(counts, claim.worth)) for claim, counts in claims])
        limit = each_contract(self.limit).named("limit of the year")
        buyer, provider = contract.commissioner, contract.provider
        in_order = len({claim.rows.table.name for claim, _ in claims}) == 1
        for claim, counts in claims:
            within = claim.where
            if in_order:
                above = (counts & _above(claims, limit)).named("above the year's limit")
                within = claim.where & ~above
                yield covered_claim(claim, above, "above the limit")
                yield Flow(buyer, provider, when(above, claim.worth), kind="price", units=when(above, claim.units),
                           reason=OVER)  # fmt: skip
            yield Priced(claim.rows, unit=claim.unit, where=within, units=claim.units, amount=claim.amount, reason=FULL)
        most = ToDate(limit, limit) if self.held_to is Held.WHOLE_YEAR else plan(self.limit, self.profile, "limit")
        over = to_date(counted, "counted against the limit").with_each(
            lambda amount, up_to: (amount - up_to).at_least(0), most
        ).called("above the limit")  # fmt: skip
        yield Flow(provider, buyer, over.part, kind="adjustment", reason=BACK)
        yield Figure("value above the limit", over.part, reason="earned, and not paid")
        if self.choice:
            chosen = added([total(when(_chosen(claim, self.choice), claim.worth)) for claim, _ in claims])
            bears = "the commissioner" if self.choice_borne_by is Bears.COMMISSIONER else "the provider"
            yield Figure("value of what patients chose", chosen, reason=f"{bears} bears it above the limit")

    def _counts(self, claim: Claimed) -> Flag:
        """The rows that use up the limit."""
        if self.choice_borne_by is Bears.COMMISSIONER:
            return claim.where & ~_chosen(claim, self.choice)
        return claim.where

    def _check(self) -> None:
        if self.profile is not None and self.held_to is Held.WHOLE_YEAR:
            raise RuleError("the year's limit has no profile", about="profile", write='held_to = "the limit to date"')
        if bool(self.choice) != (self.choice_borne_by is not None):
            says = "choice and choice_borne_by are said together"
            raise RuleError(says, about="choice" if self.choice else "choice_borne_by", write="both, or neither")


FULL = "activity at its price, up to the limit"
BACK = "above the limit to date, less what was above it before"
OVER = "activity at its price, above the limit: it goes back"


def _chosen(claim: Claimed, choice: dict[str, tuple[str, ...]]) -> Flag:
    return (claim.where & claim.rows.where(choice)).named("chosen by the patient")


def _above(claims: Sequence[tuple[Claimed, Flag]], limit: Amount) -> Flag:
    """The rows before which the limit of the year is used up, in order of date and key."""
    worth = [when(counts, claim.worth) for claim, counts in claims]
    before = so_far(added([total(one) for one in worth])).named("counted in the year before this period")
    row = added(worth).named("counted of this row")
    return (before + running(row) - row >= limit).named("the limit is used up before this row")
