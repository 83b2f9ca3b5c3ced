"""Shared savings: a share of benchmark less expenditure, once it is more than chance, and losses mirrored."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Account, Contract, account
from tallystick.kernel.flows import Figure, Flow, Law, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Count, Flag, Rate, literal
from tallystick.kernel.language.words import count, each_contract, previous, ratio, rest, total, when
from tallystick.kernel.parameters import Parts, Rows
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity
from tallystick_rules.rules._savings import Band, PayerShare, Quality, check_bands, quality_share, sliding_rate
from tallystick_rules.rules._to_date import counted_to_date, planned_count, to_date

MONTHS = 12


@rule("shared-savings")
class SharedSavings(Rule):
    """A share of what the care of a population cost less than its benchmark; losses mirrored, where they are agreed.

    What it pays
        A share of the savings of each row of the table of benchmarks, from the first pound, once savings reach the
        minimum savings rate. With a loss share, a share of losses is paid back once they reach the minimum loss rate.

    Who pays whom
        The commissioner of the row pays the provider its share of savings; the provider pays it its share of losses,
        and repays start-up money to whoever lent it. Of several payers, such as insurers, each has a row of its own,
        with its own benchmark and expenditure, which names the contract: one payer's savings never make up for
        another's losses.

    How it is worked out
        1. savings = benchmark − expenditure; a loss is the same below zero. What is saved ÷ benchmark is compared
           with the minimum savings rate, and what is lost with the minimum loss rate: equal counts. Below them
           nothing is shared, but for the part of the share under `share_below_minimum`.
        2. The minimum rates are the contract's, or go by the number of people: along a line within each band of
           `bands`, exactly and never rounded.
        3. The final share is the largest share × the quality score if quality is `score` and the standard was met. If
           it is `standard`, it is the largest share where the standard was met, the largest share × the score where
           only the alternative was, and nothing where neither was. Not recorded is a fault.
        4. earned = savings × final share × (1 − sequestration), rounded once, half up; then no more than cap ×
           benchmark. What is above the cap is shown and not paid.
        5. The loss share is 1 − the largest share × the quality score (1 where no standard was met; 1 − the share if
           quality is `ignored`), but no less than the least and no more than the most of it: both the same is a
           fixed share, both nothing is a contract without losses. Owed is loss × loss share, no more than the limit,
           which is a part of the benchmark or of the provider's revenue, the lower where both are said. Then relief
           is taken off, the contract's part of what is owed and the row's amount, down to nothing.
        6. Where only a part of the year counts, benchmark, expenditure and minimum rates are of the whole measured
           year; shares, caps and limits are that part of a year's; relief is as stated. Start-up money is repaid first,
           out of what was earned in the contract's year, up to what stands.

    Example
        Benchmark 121,182,225 and savings of 37,681,081 at 45.41%: more than the cap of 10% of the benchmark.

        >>> from fractions import Fraction
        >>> 37_681_081 * Fraction("0.4541") * Fraction("0.98") > 121_182_225 * Fraction("0.10")
        True
        >>> str(121_182_225 * Fraction("0.10"))  # 12,118,222.50 is earned
        '24236445/2'

    Source
        NHS Confederation, Reforming financial flows: lessons from systems (Gesundes Kinzigtal); 10 Year Health Plan
        working group: finance and contracting, co-chairs' report (February 2025). The form of gate, cap, quality and
        losses: Medicare Shared Savings Program, 42 CFR 425.604 to 425.610, where every number is a parameter.
    """

    share: Rate = parameter("The largest share of savings that the provider earns.", at_least=0, at_most=1)
    payer_shares: Rows[PayerShare] | None = parameter("Payers for whose people another share is agreed.", default=None)
    quality: Quality = parameter("What quality does to the share: ignored, score or standard.")
    minimum_savings_rate: Rate = parameter(
        "The part of the benchmark that savings have to reach.", at_least=0, at_most=1
    )
    minimum_loss_rate: Rate | None = parameter(
        "The part of the benchmark that losses have to reach; as of savings if not said.",
        default=None, at_least=0, at_most=1,
    )  # fmt: skip
    bands: Parts[Band] | None = parameter("The minimum rates by number of people.", default=None)
    minimum_by_people: Flag = parameter(
        "Whether both minimum rates are read from the bands, instead of the two numbers above.", default=False
    )
    share_below_minimum: Rate = parameter(
        "What part of the share is kept of savings below the minimum savings rate.", default=0, at_least=0, at_most=1
    )
    sequestration: Rate = parameter(
        "What is taken off everything earned, before the cap.", default=0, at_least=0, at_most=1
    )
    cap: Rate | None = parameter("The most that is earned, as a part of the benchmark.", default=None, at_least=0)
    loss_share_least: Rate = parameter("The least share of losses; 0% for none.", default=0, at_least=0, at_most=1)
    loss_share_most: Rate = parameter("The largest share of losses; 0% for none.", default=0, at_least=0, at_most=1)
    loss_limit: Rate | None = parameter("The most that is owed, as a part of the benchmark.", default=None, at_least=0)
    loss_limit_of_revenue: Rate | None = parameter(
        "The most that is owed, as a part of the provider's revenue.", default=None, at_least=0
    )
    relief_share: Rate = parameter(
        "What part of all that is owed is forgiven, as in an epidemic.", default=0, at_least=0, at_most=1
    )
    part_of_year: Rate = parameter("The part of the measured year that counts.", default=1, at_least=0, at_most=1)
    start_up: Amount | None = parameter(
        "Start-up money that still has to be repaid, by year: no more than the year before left.",
        default=None, at_least=0,
    )  # fmt: skip
    start_up_to: Account | None = parameter("Who lent it; the commissioner if not said.", default=None)

    @hookimpl
    def incentive(self, activity: Activity, contract: Contract) -> Iterator[Flow | Figure | Law | Never]:
        """Share what each row saved or lost, and repay what was lent."""
        check_bands(self.bands)
        rows = activity.benchmarks
        savings = (rows.benchmark - rows.expenditure).named("savings")
        saved, lost = savings.at_least(0).named("saved"), (-savings).at_least(0).named("lost")
        least_saved = self.minimum_savings_rate
        least_lost = least_saved if self.minimum_loss_rate is None else self.minimum_loss_rate
        if self.bands is not None:
            sliding, held = sliding_rate(self.bands, rows.people.or_else(0).named("people"))
            least_saved = when(self.minimum_by_people, sliding, least_saved)
            least_lost = when(self.minimum_by_people, sliding, least_lost)
            unheld = self.minimum_by_people & (rows.people.is_missing() | ~(held == 1))
            yield Never(unheld, "its number of people is missing, or lies in no band of the minimum rate, or in two")
        else:
            yield Never(rows.every & self.minimum_by_people, "its minimum rate goes by people, and there are no bands")
        largest = self.share
        if self.payer_shares is not None:
            largest = self.payer_shares.find("share", payer=rows.commissioner).or_else(largest)
        crossed = rows.every & (self.loss_share_least > self.loss_share_most)
        yield Never(crossed, "the least share of a loss is more than the most of it")
        by_score = (lost > 0) & (self.loss_share_least < self.loss_share_most)
        shared = quality_share(self, rows, largest, by_score)
        yield Never(shared.unknown, "its share goes by quality, and the standard or the score is not recorded")
        final = shared.savings.named("final share")
        least_saved, least_lost = least_saved.named("rate that savings need"), least_lost.named("rate that losses need")
        reached = ratio(saved, rows.benchmark, otherwise=0) >= least_saved
        kept = when(reached, self.part_of_year, self.part_of_year * self.share_below_minimum).named("part that counts")
        uncapped = (saved * (final * kept * (1 - self.sequestration))).named("earned before the cap")
        earned = uncapped
        if self.cap is not None:
            earned = earned.at_most(rows.benchmark * (self.cap * self.part_of_year))
        earned = earned.named("earned")
        loss_share = (1 - shared.against_loss).between(self.loss_share_least, self.loss_share_most).named("loss share")
        owed = (lost * (loss_share * self.part_of_year)).named("share of the loss")
        if self.loss_limit is not None:
            owed = owed.at_most(rows.benchmark * (self.loss_limit * self.part_of_year))
        borne = ratio(lost, rows.benchmark, otherwise=0) >= least_lost
        if self.loss_limit_of_revenue is not None:
            unknown = borne & (owed > 0) & rows.revenue.is_missing()
            yield Never(unknown, "its loss is limited by revenue, which is not recorded")
            owed = owed.at_most(rows.revenue.or_else(0) * (self.loss_limit_of_revenue * self.part_of_year))
        before = when(borne, owed).named("owed before relief")
        forgiven = (before.as_line() * self.relief_share + rows.relief.or_else(0)).named("relief")
        owed = rest(before, forgiven).at_least(0).named("owed")
        payer = account(rows.commissioner)
        yield Flow(payer, contract.provider, earned, kind="share", reason="share of savings against the benchmark")
        yield Flow(contract.provider, payer, owed, kind="share", reason="share of losses against the benchmark")
        if self.start_up is not None:
            yield from self._repaid(contract, total(earned))
        yield _without(count(rows.every))
        yield Figure("savings", saved, reason="benchmark less expenditure, before any minimum")
        yield Figure("losses", lost, reason="expenditure above the benchmark, before any minimum")
        yield Figure("savings that reach the minimum", when(reached, saved))
        yield Figure("losses that reach the minimum", when(borne, lost))
        yield Figure("savings needed", rows.benchmark * least_saved, reason="benchmark × the minimum savings rate")
        yield Figure("losses forgiven", rest(before, owed))
        yield Figure("earned above the cap", rest(uncapped, earned), reason="above the cap: not paid")

    def _repaid(self, contract: Contract, earned: Amount) -> Iterator[Flow | Law]:
        """What goes back of the start-up money, by the year to date, and that it goes back once."""
        assert self.start_up is not None
        stands = each_contract(self.start_up)
        repaid = to_date(earned, "earned").with_each(lambda amount: amount.at_most(stands))
        lender = contract.commissioner if self.start_up_to is None else self.start_up_to
        yield Flow(contract.provider, lender, repaid.part, kind="adjustment", reason="start-up money repaid first")
        left = rest(stands, repaid.now).named("start-up money still to repay")
        new_year = planned_count(literal(Kind.COUNT, MONTHS), None, "months").before == 0
        most = when(new_year, stands.at_most(previous(left).or_else(stands)), stands)
        yield Law("start_up says by year what still stands: no more than the year before left", stands, most)


def _without(found: Count) -> Figure:
    """Whether the contract's year has no row, seen in its twelfth month: nothing is shared then."""
    one: Count = literal(Kind.COUNT, 1)
    months = planned_count(literal(Kind.COUNT, MONTHS), None, "months")
    missed = (months.now == MONTHS) & (counted_to_date(found, "results").now == 0)
    return Figure("years without a result", when(missed, one), reason="no row of the table of benchmarks")
