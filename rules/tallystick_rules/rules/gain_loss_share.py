"""Gain and loss share: an element that is paid, and then moves with what was saved or overspent."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from tallystick.kernel.accounts import Account, Contract, account
from tallystick.kernel.flows import Figure, Flow, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Count, Price, Rate, literal
from tallystick.kernel.language.words import allot, each_contract, instalment, rest, total, when
from tallystick.kernel.parameters import Label, Rows
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Value
from tallystick_rules.rules._to_date import counted_to_date, planned_count, to_date
from tallystick_rules.rules._variance import Beyond, check, counted, outside

MONTHS = 12


@frozen
class Party:
    """Who gains and loses, with its share and the most that it can lose."""

    who: Account = parameter("Who it is.")
    share: Rate = parameter("Its share; the shares of all sum to 100%.", at_least=0, at_most=1, whole=True)
    most_loss: Amount = parameter("The most that it can lose in a year.", at_least=0, unit="a year")


@rule("gain-loss-share")
class GainLossShare(Rule):
    """An element that is paid in full, and then moves with what was saved against a benchmark, or overspent.

    What it pays
        The element, in instalments. When the contract's year ends, a share of what was saved comes on top of it, or
        a share of what was overspent goes back.

    Who pays whom
        The commissioner pays the element to the provider. A gain is paid by the commissioner to the parties, and a
        loss by the parties to the commissioner, by their shares.

    How it is worked out
        1. The variance is benchmark − actual. In money: `benchmark` less what the units of the rules named under `on`
           were worth in the contract's year, whether these pay or not. In units: (`benchmark_units` − what `of`
           counted in the rows of `table`) × `each`, the cost that is agreed to be releasable for a unit.
        2. Inside the `band`, a part of the benchmark (in money, rounded half up), nothing is shared. A variance that is
           as large as the band is outside it. Then it is shared from the first pound, or only the excess over the
           band: `beyond_band` says which.
        3. A gain is variance × `share_of_gain`, rounded half up, at most `most_gain`; a loss is variance ×
           `share_of_loss`, at most `most_loss`.
        4. It is given out among the parties by their shares: largest remainder, ties in the order written. A party
           never loses more than its own `most_loss`; what would be more is borne by the commissioner, and shown. Where
           the commissioner is itself a party, its part moves nothing.
        5. It is settled in the period with which the contract's year ends. Before that nothing moves.

        A row whose count is not given stops the run: it would pass for a saving. If nothing at all was counted in
        the year, nothing moves, and that is shown. A last year of fewer than twelve months is never settled.

    Example
        20,000 bed days expected, 19,000 used, £200 a day releasable; half of it to two parties, 70% and 30%:

        >>> gain = (20_000 - 19_000) * 20_000 // 2
        >>> gain, gain * 70 // 100, gain * 30 // 100
        (10000000, 7000000, 3000000)

    Source
        NHS Confederation, Reforming financial flows: lessons from systems (Oxfordshire's 10%; Leeds). Benchmarks,
        shares and limits are nobody's.
    """

    element: Amount = parameter("What is paid in a year, before it moves.", at_least=0, unit="a year")
    parties: Rows[Party] = parameter("Who gains and loses.")
    share_of_gain: Rate = parameter("What share of a saving the parties are paid.", at_least=0, at_most=1)
    share_of_loss: Rate = parameter("What share of an overspend the parties pay back.", at_least=0, at_most=1)
    most_gain: Amount = parameter("The most that is paid on top of the element.", at_least=0, unit="a year")
    most_loss: Amount = parameter("The most that goes back.", at_least=0, unit="a year")
    band: Rate | None = parameter(
        "The part of the benchmark by which the actual may differ before anything is shared.",
        at_least=0, at_most=1, default=None,
    )  # fmt: skip
    beyond_band: Beyond | None = parameter(
        "What is shared of a variance outside the band: it from the first pound, or only the excess.", default=None
    )
    benchmark: Amount | None = parameter("What was expected, in money.", at_least=0, default=None, unit="a year")
    on: tuple[Label, ...] | None = parameter("The currencies whose units are worth what it came to.", default=None)
    benchmark_units: Count | None = parameter("What was expected, in units.", at_least=0, default=None, unit="a year")
    each: Price | None = parameter("The releasable cost of a unit.", at_least=0, default=None, unit="a unit")
    table: str | None = parameter("The table whose rows are counted.", default=None)
    of: str | None = parameter("The column of counts; each row counts once if not said.", default=None)
    where: dict[str, tuple[str, ...]] = parameter(
        "Which rows are counted: for each code column, the codes that count.", default={}
    )
    profile: Profile | None = parameter(
        "How the year is spread over its months: twelve rates that sum to 100%; twelfths if not said.", default=None
    )

    @hookimpl
    def incentive(self, activity: Activity, value: Value, contract: Contract) -> Iterator[Flow | Figure | Never]:
        """Pay the element, and settle the year when it ends."""
        check(self)
        instalments = instalment(self.element, self.profile)
        yield Flow(
            contract.commissioner, contract.provider, instalments, kind="fixed", reason="the element, an instalment"
        )
        months: Count = planned_count(literal(Kind.COUNT, MONTHS), None, "months").now
        now = (months == MONTHS).named("the contract's year ends")
        if self.benchmark is not None and self.on is not None:
            actual = to_date(value.total(*self.on), "actual").now
            expected = each_contract(self.benchmark)
            variance, anything = expected - actual, actual > 0
        else:
            assert self.benchmark_units is not None
            assert self.each is not None
            count, faults = counted(self, activity)
            yield from faults
            units = counted_to_date(count, "counted").now
            saved = each_contract(self.benchmark_units) - units
            each = each_contract(self.each)
            expected = each.times(each_contract(self.benchmark_units)).as_amount().as_line()
            variance, anything = each.times(saved).as_amount().as_line(), units > 0
        variance = when(now & anything, variance).named("variance: benchmark − actual")
        yield Figure("variance: benchmark − actual", variance, reason="above zero it was saved")
        one: Count = literal(Kind.COUNT, 1)
        nothing = when(now & ~anything, one)
        yield Figure("years in which nothing was counted", nothing, reason="nothing moves")
        if self.band is not None:
            variance, inside = outside(self, variance, (expected * self.band).as_line().named("band"))
            yield Figure("variance inside the band", inside, reason="nothing of it is shared")
        gain = (variance.at_least(0) * self.share_of_gain).as_line().at_most(self.most_gain).named("gain")
        loss = ((-variance).at_least(0) * self.share_of_loss).as_line().at_most(self.most_loss).named("loss")
        yield from self._shared_out(gain, loss, contract)

    def _shared_out(self, gain: Amount, loss: Amount, contract: Contract) -> Iterator[Flow | Figure]:
        """Pay each party its part of a gain, and take its part of a loss within what it can lose."""
        party = self.parties.each
        who = account(party.who)
        won = allot(gain, by=party.share).named("part of the gain")
        part = allot(loss, by=party.share).named("part of the loss")
        borne = part.at_most(party.most_loss).named("part of the loss that it bears")
        other = party.who != contract.commissioner.code
        won, back = when(other, won), when(other, borne)
        yield Flow(contract.commissioner, who, won, kind="share", reason="a part of what was saved")
        yield Flow(who, contract.commissioner, back, kind="share", reason="a part of what was overspent")
        over = total(rest(part, borne)).named("beyond what parties can lose")
        yield Figure("beyond what parties can lose", over, reason="borne by the commissioner")
