"""Prepaid incentive: a pool that is paid in advance, and goes back as far as its indicators were missed."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Contract
from tallystick.kernel.flows import Figure, Flow, Law, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Count, Flag, Rate, literal
from tallystick.kernel.language.words import each_contract, rest, when
from tallystick.kernel.parameters import Label, Parts
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Paid
from tallystick_rules.rules._outcomes import Result, parts, results
from tallystick_rules.rules._prepaid import Advance, NotMeasured, PrepaidIndicator, check, earned_share, indicators
from tallystick_rules.rules._result_faults import at_fault, twice, unread
from tallystick_rules.rules._to_date import ToDate, plan, to_date
from tallystick_rules.rules._year_end import YEAR_MONTHS, year_goes_on, year_is_over


@rule("prepaid-incentive")
class PrepaidIncentive(Rule):
    """A share of the fixed element that is paid in advance; what the year's indicators missed of it goes back.

    What it pays
        The pool, in the instalments of what it is a share of, or of a sum a year; or nothing, where it stands within
        what other rules pay. When the year is over, what was missed goes back.

    Who pays whom
        The commissioner pays the provider in advance; the provider pays back to the commissioner what was missed.

    How it is worked out
        1. The pool is round(share × what the rules under `on` paid in the contract's year to date), or `value` in
           instalments.
        2. When the year is over it is parted equally among the indicators that apply: by their names, the parts up to
           any one are the pool × their number ÷ that of all, rounded half up, so that all parts are the pool.
        3. achieved = numerator ÷ denominator of the result whose `measured_on` is the year's last day, exactly. Of its
           part a share of (achieved − `earns_from`) ÷ (`earns_all_at` − `earns_from`), at least none and at most all,
           rounded half up, is earned; the rest is missed. Where less is better, `earns_from` is the higher rate; where
           both are the same, all is earned from that rate on.
        4. What was missed goes back if the year is `transacted`; if not, what was earned and what was missed are shown
           for each indicator, and nothing moves.
        5. Without a result (no row, no numerator, a denominator of zero) the part is, as `not_measured` says, *kept
           provisionally*, or *goes back*. A result that comes in later settles the year again.

        If no indicator applies the pool stays with the provider, and is shown. A numerator above its denominator, or
        without one, and two results of one indicator and day, end the run.

    Example
        A fixed element of £200m and a share of 1.25%: the pool is £2.5m, and each of five indicators has £500,000. Four
        are met in full and one is not: £500,000 goes back.

        >>> pool = 20_000_000_000 * 125 // 10_000
        >>> pool, pool // 5
        (250000000, 50000000)

        Between 45% and 60%, 54% earns three fifths of a part: £300,000, and £200,000 goes back.

        >>> pool // 5 * (54 - 45) // (60 - 45)
        30000000

    Source
        CQUIN 2022/23 and 2023/24 (1.25% of the fixed element, up to five indicators, equally); paused from 2024/25.
        10 Year Health Plan working group: finance and contracting, co-chairs' report (February 2025): incentives are
        not always transacted.
    """

    advance: Advance = parameter("Whether this rule pays the pool, or it stands within what other rules pay.")
    indicators: Parts[PrepaidIndicator] = parameter("The indicators among which the pool is parted.")
    not_measured: NotMeasured = parameter("What becomes of an indicator's part without a result.")
    transacted: Flag = parameter("Whether what was missed goes back, by year.")
    share: Rate | None = parameter("The pool as a share of what other rules pay.", at_least=0, at_most=1, default=None)
    on: tuple[Label, ...] | None = parameter(
        "The rules whose payment it is a share of: the fixed element.", default=None
    )
    value: Amount | None = parameter("The pool as a sum.", at_least=0, default=None, unit="a year")
    profile: Profile | None = parameter(
        "How the sum is spread over the months: twelve rates that sum to 100%; twelfths if not said.", default=None
    )
    year_months: Count = parameter(YEAR_MONTHS, at_least=1, at_most=12, default=12, unit="months")

    @hookimpl
    def incentive(self, activity: Activity, paid: Paid, contract: Contract) -> Iterator[Flow | Figure | Law | Never]:
        """Pay the pool in advance; when the year is over, take back what was missed."""
        check(self)
        rows = activity.indicators
        pool = self._pool(paid)
        if self.advance is Advance.PAID:
            yield Flow(contract.commissioner, contract.provider, pool.part, kind="on-account", reason="paid in advance")
        yield Figure("the pool", pool.part, reason=self.advance.value)
        now = year_is_over(self.year_months)
        pot = when(now, pool.now).named("the year's pool")
        yield Figure(
            "paid in advance and not yet decided",
            pool.part - pot,
            reason="decided after its year_months",
        )
        by_name, listed = indicators(self)
        found = results(rows, listed, contract.last_day, now, None)
        given: Amount = literal(Kind.AMOUNT, 0)
        weights = [when(each_contract(one.applies), literal(Kind.RATE, 1)) for one in by_name]
        whole = weights[0]
        for weight in weights[1:]:
            whole = whole + weight
        for one, result, part in zip(by_name, found, parts(pot, weights, whole), strict=True):
            given = given + part
            yield from self._decided(one, result, part.named(f"{result.indicator}: its part"), now, contract)
        nobody = rest(pot, given).named("for no indicator")
        yield Figure("for no indicator", nobody, reason="none applies: the pool stays with the provider")
        yield Law("the parts of all indicators are the pool", when(whole > 0, given, pot), pot)
        yield year_goes_on(self.year_months)
        yield from at_fault(rows)
        yield from twice(rows, listed, contract.last_day)
        yield from unread(rows, listed, contract.last_day, now)

    def _pool(self, paid: Paid) -> ToDate:
        """What the pool has come to, to date."""
        if self.value is not None:
            return plan(self.value, self.profile, "pool")
        assert self.on is not None
        assert self.share is not None
        share = self.share
        of = to_date(paid.total(*self.on), "paid by the others")
        return of.with_each(lambda amount: (amount.as_line() * share).as_line()).called("pool")

    def _decided(
        self, one: PrepaidIndicator, result: Result, part: Amount, now: Flag, contract: Contract
    ) -> Iterator[Flow | Figure]:
        """Show what of one part was earned, and take back the rest if the year is transacted."""
        name, transacted = one.name, each_contract(self.transacted)
        earns = earned_share(one, result.rate).named(f"{name}: earns")
        without: Rate = literal(Kind.RATE, 1 if self.not_measured is NotMeasured.KEPT else 0)
        earned = (part * when(result.decides, earns, without)).as_line().named(f"{name}: earned")
        missed = rest(part, earned).named(f"{name}: missed")
        yield Flow(
            contract.provider, contract.commissioner, when(transacted, missed), kind="forfeit", reason=f"{name}: missed"
        )
        yield Figure(f"{name}: earned", when(transacted, earned), reason="of its part of the pool, which it keeps")
        yield Figure(f"{name}: earned, not transacted", when(~transacted, earned), reason="nothing moved for it")
        yield Figure(f"{name}: missed, not transacted", when(~transacted, missed), reason="it did not go back")
        yield Figure(f"{name}: achieved", result.rate, reason="0% where there is no result")
        one_year: Count = literal(Kind.COUNT, 1)
        open_years = when(now & each_contract(one.applies) & ~result.decides, one_year)
        yield Figure(f"{name}: years without a result", open_years, reason=self.not_measured.value)
