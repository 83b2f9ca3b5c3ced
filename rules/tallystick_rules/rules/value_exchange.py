"""Value exchange: providers put a share of what they are paid into a fund, and share it out by their scores."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from fractions import Fraction

from tallystick.kernel.accounts import Account, Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow, Law, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Count, Flag, Rate, literal
from tallystick.kernel.language.words import allot, each_contract, ratio, rest, total, when
from tallystick.kernel.parameters import Label
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Paid
from tallystick_rules.rules._outcomes import Indicator, Outcome, results
from tallystick_rules.rules._result_faults import at_fault, twice
from tallystick_rules.rules._to_date import ToDate, plan, to_date
from tallystick_rules.rules._year_end import YEAR_MONTHS, year_goes_on, year_is_over


class NoScore(enum.Enum):
    """What becomes of what was withheld from a provider without a score."""

    RETURNED = "returned as withheld"
    ZERO = "shared out, as if it had scored nothing"


@rule("value-exchange")
class ValueExchange(Rule):
    """A share of every provider's payment, withheld and shared out again by what each scored.

    What it pays
        All that was withheld, and no more: a provider whose score is above the others' gets more than was withheld from
        it, and the others less. It is a rule of the scheme, and contracts take part by its label.

    Who pays whom
        Each provider pays the fund of the scheme; the fund pays the providers. No commissioner pays or is paid.

    How it is worked out
        1. The base is what the rules under `on` paid the provider in the contract's year to date, never below zero; or
           `base`, a sum a year of each contract's own, in instalments. The rules under `on` have to be the same in all
           contracts; where they are not, each contract says its `base`.
        2. Withheld is round(base × `withhold`), to date: a period withholds what is due to date less what was before.
           It stands in the fund until the year is over, since a score is a year's.
        3. The score is numerator ÷ denominator of the result of `indicator` whose `measured_on` is the year's last day:
           60 of 100 is 60%.
        4. When the year is over, all that was withheld is given out by base × score, in whole pence: the pence left
           over go one each to the largest remainders, ties by the contract's id. What is paid is what was withheld.
           (Published as base × withhold × slope × score, with slope = Σ base ÷ Σ(base × score), which loses pence.)
        5. If every score is zero, each gets back what was withheld from it. Without a score, as `no_score` says, a
           provider gets that back and has no part in the rest; or it scored nothing.

        Contracts share the fund of the same year, so their periods have to be alike. A numerator above its denominator,
        or without one, and two scores of one day, end the run.

    Example
        £100m with a score of 60% and £50m with one of 30%, and 2% withheld: the slope is 150 ÷ (60 + 15) = 2.

        >>> pot = 200_000_000 + 100_000_000
        >>> weights = 10_000_000_000 * 60, 5_000_000_000 * 30
        >>> [pot * weight // sum(weights) for weight in weights]
        [240000000, 60000000]

    Source
        Value-based purchasing by Medicare (United States): a linear exchange, budget neutral, 2% withheld. Whether and
        how it is used in the NHS is nobody's decision yet.
    """

    fund: Account = parameter("The fund of the scheme in which it is held.", scheme=True)
    withhold: Rate = parameter("What share of the base is withheld.", at_least="0%", at_most="100%", scheme=True)
    on: tuple[Label, ...] | None = parameter("The rules whose payment to the provider is the base.", default=None)
    base: Amount | None = parameter("The base as a sum, of each contract.", at_least=0, default=None, unit="a year")
    profile: Profile | None = parameter(
        "How the sum is spread over the months: twelve rates that sum to 100%; twelfths if not said.", default=None
    )
    indicator: str = parameter("The name of the score in the table of indicators.")
    no_score: NoScore = parameter("What becomes of what was withheld from a provider without a score.")
    year_months: Count = parameter(YEAR_MONTHS, at_least=1, at_most=12, default=12, unit="months", scheme=True)

    @hookimpl
    def incentive(self, activity: Activity, paid: Paid, contract: Contract) -> Iterator[Flow | Figure | Law | Never]:
        """Withhold in every period; when the year is over, share it out."""
        rows = activity.indicators
        base = self._base(paid)
        share = each_contract(self.withhold)
        withheld = base.with_each(lambda amount: (amount.as_line() * share).as_line()).called("withheld")
        yield Flow(
            contract.provider, self.fund, withheld.part, kind="retention", reason="withheld until the year is over"
        )
        now = year_is_over(self.year_months)
        score = Indicator(name=self.indicator, weight=Fraction(1), levels=())
        listed = (Outcome(name="", weight=Fraction(1), indicators=(score,)),)
        (result,) = results(rows, listed, contract.last_day, now, None)
        year = when(now, withheld.now).named("withheld in the year")
        takes_part: Flag = now & result.decides if self.no_score is NoScore.RETURNED else now
        part, returned = self._given_out(base.now, result.rate, year, takes_part)
        yield Flow(
            self.fund, contract.provider, part, kind="share", reason="part of what all withheld, by base × score"
        )
        yield Flow(self.fund, contract.provider, returned, kind="release", reason="returned as withheld")
        yield Figure(
            "in the fund until the year is over", rest(withheld.part, year), reason="shared out after its year_months"
        )
        yield Figure("gained or lost", rest(part + returned, year), reason="what came back, less what was withheld")
        yield Figure("score", result.rate, reason="0% where there is none")
        one_year: Count = literal(Kind.COUNT, 1)
        yield Figure("years without a score", when(now & ~result.decides, one_year), reason=self.no_score.value)
        early = (rows.indicator == self.indicator) & ~((rows.measured_on == contract.last_day) & now)
        yield Figure("scores of other days than the year's last", early, reason="they decide nothing")
        out = each_contract(total(part + returned, to="scheme"))
        yield Law("what all are paid is what all withheld", out, each_contract(total(year, to="scheme")))
        yield year_goes_on(self.year_months)
        yield from at_fault(rows)
        yield from twice(rows, listed, contract.last_day)

    def _base(self, paid: Paid) -> ToDate:
        """What a share is withheld of, to date."""
        if (self.on is None) == (self.base is None):
            says = "the base is what other rules pay, or a sum: one of the two"
            about = "base" if self.on is not None else "fund"
            raise RuleError(says, about=about, write='on = ["core services"], or base = "£100,000,000"')
        if self.base is not None:
            return plan(self.base, self.profile, "base")
        assert self.on is not None
        return to_date(paid.total(*self.on), "paid").with_each(lambda amount: amount.at_least(0)).called("base")

    def _given_out(self, base: Amount, score: Rate, year: Amount, takes_part: Flag) -> tuple[Amount, Amount]:
        """Each contract's part of what those who take part withheld, and what it gets back as it was withheld."""
        penny: Amount = literal(Kind.AMOUNT, "£0.01")
        weight = when(takes_part, ratio(base, penny, otherwise=0) * score).named("base × score")
        pot = total(when(takes_part, year), to="scheme")
        part = allot(pot, by=weight).named("part of what all withheld")
        nobody = each_contract(total(weight, to="scheme")) == 0
        return part, when(nobody | ~takes_part, year).named("returned as withheld")
