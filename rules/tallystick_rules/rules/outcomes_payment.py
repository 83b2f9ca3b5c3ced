"""Outcomes payment: a part of a year's value that is earned by indicators of outcomes."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Account, Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Count, Flag, Rate, literal
from tallystick.kernel.language.words import each_contract, instalment, rest, when
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity
from tallystick_rules.rules._outcomes import Outcome, Result, Without, check, parts, results
from tallystick_rules.rules._result_faults import at_fault, twice, unread
from tallystick_rules.rules._to_date import plan, planned_count

MONTHS = 12


@rule("outcomes-payment")
class OutcomesPayment(Rule):
    """A part of the year's value that is paid as far as outcomes were achieved; the rest stays with the commissioner.

    What it pays
        What is not yet at risk, whatever the outcomes, in instalments like a block. What is at risk is allotted to
        the indicators by weight, and each part is paid by the highest level that the indicator reached.

    Who pays whom
        The commissioner pays the provider. What is not earned stays with the commissioner, or is paid by it to the
        account under `rest_to`.

    How it is worked out
        1. Not at risk: value × (1 − `at_risk`), rounded once, in instalments of the contract's year; the rest of the
           value is at risk.
        2. What is at risk is decided in the period with which the contract's year ends, by the results whose
           `measured_on` is the last day of that period. Before that nothing of it is paid, and it is shown.
        3. An indicator's part goes by the outcome's weight × its own. Taken by the names of outcome and indicator,
           the parts up to any one are the sum at risk × their weights, rounded half up, so that all parts are the
           whole, to the penny.
        4. achieved = numerator ÷ denominator, exactly. The part × what the highest level reached pays, rounded half
           up, is earned; the rest of the part is not. A level is reached at its threshold.
        5. An indicator with a `baseline` is measured by its improvement: its levels are points above that rate. With
           `against_last_year` they are points above the result of the contract's year before, if that was not too
           small; a `baseline` beside it is for years without one, such as the first. With neither, this year's result
           decides nothing.
        6. Without a result that decides (no row, no numerator, a denominator of zero) the part is, as `not_measured`
           says, *paid provisionally* in full, *held* (paid to nobody, and shown), *redistributed* to the indicators
           that have one, by their weights, *lost*, as if no level had been reached, or paid *as last year*: what the
           result of the contract's year before paid, and held if none decided that year. The same words, under
           `too_small`, say what a denominator below `smallest` comes to. If all is redistributed and nothing was
           measured, all is held. A result that comes in later settles the year again.

        A numerator above its denominator, or without one, and two results of one indicator and day, stop the contract:
        nothing is paid on them. With `at_risk` at 0% the indicators are monitored and move no money. A last year of
        fewer than twelve months is never decided, and what is at risk in it stays unpaid and is shown.

    Example
        £35m a year, of it 10% for outcomes, all of it at risk, and 80% and 10% paid by other rules. All outcomes met,
        and none:

        >>> block, element, outcomes = 2_800_000_000, 350_000_000, 350_000_000
        >>> block + element + outcomes, block + element
        (3500000000, 3150000000)

        An indicator with 25% of £3.5m, and a level that pays 60%: £525,000 is earned and £350,000 is not.

        >>> part = 350_000_000 * 25 // 100
        >>> part * 60 // 100, part - part * 60 // 100
        (52500000, 35000000)

    Source
        NHS Confederation, Reforming financial flows: lessons from systems (Oxfordshire: 80% block, 10% outcomes, 10%
        gain and loss, weights by outcome and indicator, three levels, phased in). Thresholds are nobody's.
    """

    value: Amount = parameter("What all outcomes together bring in a year.", at_least=0, unit="a year")
    at_risk: Rate = parameter(
        "How much of it depends on outcomes, by year; the rest is paid like a block.", at_least="0%", at_most="100%"
    )
    outcomes: tuple[Outcome, ...] = parameter(
        "The outcomes, with weights that sum to 100%, each with indicators whose weights do and their levels."
    )
    not_measured: Without = parameter("What becomes of an indicator's part without a result.")
    smallest: Count | None = parameter(
        "The denominator below which a result does not decide.", at_least=1, default=None, unit="people or cases"
    )
    too_small: Without | None = parameter(
        "What becomes of an indicator's part whose denominator is smaller; needed if `smallest` is said.", default=None
    )
    rest_to: Account | None = parameter("Whom the commissioner pays what is not earned.", default=None)
    profile: Profile | None = parameter(
        "How the year is spread over its months: twelve rates that sum to 100%; twelfths if not said.", default=None
    )

    @hookimpl
    def incentive(self, activity: Activity, contract: Contract) -> Iterator[Flow | Figure | Never]:
        """Pay what is not at risk; at the year's end, pay what was earned of the rest."""
        self._check()
        rows = activity.indicators
        value = each_contract(self.value)
        at_risk = (value * self.at_risk).as_line().named("at risk, of the year")
        secured = rest(value, at_risk).named("not at risk, of the year")
        yield Flow(
            contract.commissioner, contract.provider, instalment(secured, self.profile), kind="fixed",
            reason="not yet at risk: an instalment of the year",
        )  # fmt: skip
        months: Count = planned_count(literal(Kind.COUNT, MONTHS), None, "months").now
        now = (months == MONTHS).named("the contract's year ends")
        to_date = plan(at_risk, self.profile, "at risk")
        pot = when(now, to_date.now).named("at risk, decided now")
        yield Figure("at risk, added in the period", to_date.part, reason="decided when the contract's year ends")
        as_last = Without.LAST in (self.not_measured, self.too_small)
        found = results(rows, self.outcomes, contract.last_day, now, self.smallest, look_back=as_last)
        given: Amount = literal(Kind.AMOUNT, 0)
        for result, part in zip(found, parts(pot, *self._weights(found)), strict=True):
            given = given + part
            yield from self._decided(result, part.named(f"{result.indicator}: its part"), now, contract)
        undecided = rest(pot, given).named("held: no indicator has a result")
        yield Figure("held: no indicator has a result", undecided, reason="nobody is left to redistribute it to")
        yield from at_fault(rows)
        yield from twice(rows, self.outcomes, contract.last_day)
        yield from unread(rows, self.outcomes, contract.last_day, now)

    def _check(self) -> None:
        check(self.outcomes)
        if (self.smallest is None) != (self.too_small is None):
            says = "smallest and too_small are said together"
            about = "too_small" if self.smallest is None else "smallest"
            raise RuleError(says, about=about, write='smallest = 30, too_small = "paid provisionally"')

    def _weights(self, found: list[Result]) -> tuple[list[Rate], Rate]:
        """Each indicator's weight, none where its part is redistributed, and the sum of them."""
        nothing: Rate = literal(Kind.RATE, 0)
        weights: list[Rate] = []
        whole = nothing
        for result in found:
            weight: Rate = literal(Kind.RATE, result.weight)
            gone = result.has_no(Without.SHARED, self.not_measured, self.too_small)
            weights.append(weight if gone is None else when(gone, nothing, weight))
            whole = whole + weights[-1]
        return weights, whole

    def _decided(self, result: Result, part: Amount, now: Flag, contract: Contract) -> Iterator[Flow | Figure]:
        """Pay what of one part was earned, and say what becomes of the rest."""
        name = result.indicator
        pays: Rate = when(result.decides, result.pays, literal(Kind.RATE, 0))
        provisional = result.has_no(Without.PAID, self.not_measured, self.too_small)
        if provisional is not None:
            pays = when(provisional, literal(Kind.RATE, 1), pays)
            yield Figure(f"{name}: paid provisionally", when(provisional, part), reason="no result decides it yet")
        held: Amount = literal(Kind.AMOUNT, 0)
        waits = result.has_no(Without.HELD, self.not_measured, self.too_small)
        again = result.has_no(Without.LAST, self.not_measured, self.too_small)
        if again is not None and (before := result.before) is not None:
            pays = when(again & before.known, before.rate, pays)
            as_last = when(again & before.known, (part * pays).as_line())
            yield Figure(f"{name}: paid as last year", as_last, reason="no result of this year decides it yet")
            waits = again & ~before.known if waits is None else waits | (again & ~before.known)
        earned = (part * pays).as_line().named(f"{name}: earned")
        if waits is not None:
            held = when(waits, part).named(f"{name}: held")
            yield Figure(f"{name}: held", held, reason="no result decides it yet: paid to nobody")
        lost = rest(part, earned, held).named(f"{name}: not earned")
        yield Flow(
            contract.commissioner, contract.provider, earned, kind="price", reason=f"{result.outcome}: {name}, earned"
        )  # fmt: skip
        elsewhere: Amount = literal(Kind.AMOUNT, 0)
        if self.rest_to is not None:
            elsewhere = when(self.rest_to.code != contract.commissioner.code, each_contract(lost))
            reason = f"{result.outcome}: {name}, not earned"
            yield Flow(contract.commissioner, self.rest_to, elsewhere, kind="forfeit", reason=reason)
        stays = rest(lost, elsewhere)
        yield Figure(f"{name}: not earned", stays, reason="stays with the commissioner")
        one: Count = literal(Kind.COUNT, 1)
        yield Figure(f"{name}: achieved", result.rate, reason="0% where there is no result")
        if result.improvement is not None:
            above = when(result.decides, result.improvement, literal(Kind.RATE, 0))
            yield Figure(f"{name}: above its baseline", above, reason="0% where no result decides")
        yield Figure(f"{name}: years without a result that decides", when(now & ~result.decides, one))
