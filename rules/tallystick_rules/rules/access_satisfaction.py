"""Access satisfaction: a part of a practice's payment waits for what its patients say of the wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from tallystick.kernel.accounts import Account, Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Carry, Figure, Flow, Law, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Count, Flag, Price, Rate, literal
from tallystick.kernel.language.words import each_contract, instalment, ratio, rest, when
from tallystick.kernel.parameters import Parts
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Paid
from tallystick_rules.rules._answers import FewAnswers
from tallystick_rules.rules._budget import ADDITIONAL, REPLACES, Replaced, check_budget, replacing
from tallystick_rules.rules._results import DECIDED_AFTER, MONTHS, after_it, at_fault, nobody, result, unread, year_ends
from tallystick_rules.rules._satisfied import Bound, Method, check_method, released_share
from tallystick_rules.rules._to_date import plan

PURPOSE = "payment that waits for what patients say of the wait"


@rule("access-satisfaction")
class AccessSatisfaction(Rule):
    """A part of a practice's payment that is released when enough of its patients were satisfied with the wait.

    What it pays
        What is not at risk, in instalments like a block. What is at risk goes into a pot in the same instalments, and
        is released when the year ends, as far as patients were satisfied.

    Who pays whom
        The commissioner pays the practice what is not at risk, and pays the rest into a pot that it holds. The pot
        pays the practice what is released, and the account under `unreleased_to` what is not. If that is the
        commissioner, it gains when patients are dissatisfied, and the statement says so. It is never the practice.

    How it is worked out
        1. The year is `value`, or `each` × `people`, rounded once. At risk is the year × `at_risk`, rounded half up.
        2. It is decided in the period with which the contract's year ends (`decided_after_months`), by the row of
           `question` in the table of indicators whose `measured_on` is the last day of that period. Its denominator
           is how many answered, its numerator how many of them were satisfied; who did not answer is in neither. A
           practice with two contracts has a row for each.
        3. `linear`: (share − `lower`) ÷ (`upper` − `lower`) is released, nothing up to `lower` and all from `upper`.
           `step`: all from `upper`, else nothing. `lower bound`: all if the lower confidence bound of the share is at
           least `upper`, else nothing; the range is `z` standard deviations, exactly and without a root.
        4. With fewer answers than `smallest`, and without a result, nothing is decided by the share: all is released,
           held in the pot, or returned to the commissioner, as the contract says. Nobody answered is a small sample.
           What is held for want of a result is decided by a later run, when the result is in.

        A budget says what it replaces. A last year of fewer months than it is decided after is never decided.

    Example
        £1.185 a head of an adjusted population of 50,000, in three equal parts, of which two are released:

        >>> 1_185 * 50_000 * 2 // 3  # tenths of a penny
        39500000

        70 of 100 are satisfied. By `linear` between 50% and 80%, two thirds are released. The normal lower bound at
        1.96 is about 61%: from a threshold of 61% all is released, and from 62% nothing.

        >>> [100 * (70 - t) ** 2 * 100**2 >= 196**2 * 70 * 30 for t in (61, 62)]
        [True, False]

    Source
        10 Year Health Plan working group: finance and contracting, co-chairs' report, recommendation 5 (February
        2025), which gives no figures. 30% earned, up to £1.185 a head: NHS England, capacity and access payment.
    """

    is_budget: ClassVar[bool] = True

    value: Amount | None = parameter("What it comes to in a year.", at_least=0, default=None, unit="a year")
    each: Price | None = parameter("What each person of the list brings.", at_least=0, default=None, unit="a year")
    people: Count | None = parameter("How many people the list has, adjusted or not.", at_least=0, default=None)
    at_risk: Rate = parameter("How much of it patients decide; the rest is paid like a block.", at_least=0, at_most=1)
    question: str = parameter("What patients were asked, as the table of indicators names it.")
    method: Method = parameter("How the share of satisfied patients decides.", default=Method.LINEAR)
    lower: Rate | None = parameter("The share up to which nothing is released.", at_least=0, at_most=1, default=None)
    upper: Rate = parameter("The share from which all is released.", at_least=0, at_most=1)
    bound: Bound | None = parameter("Which lower bound it is: wilson or normal.", default=None)
    z: Rate | None = parameter("How many standard deviations the range is: 1.96 for 95%.", at_least=0, default=None)
    smallest: Count = parameter("The fewest answers that decide anything.", at_least=1, unit="answers")
    below_smallest: FewAnswers = parameter("What happens with fewer: released, held or returned.")
    not_measured: FewAnswers = parameter("What happens without a result: released, held or returned.")
    unreleased_to: Account = parameter("Where it goes when too few were satisfied.")
    decided_after_months: Count = parameter(DECIDED_AFTER, at_least=1, at_most=MONTHS, default=MONTHS, unit="months")
    pot: str = parameter("The name of the pot.", default="access")
    profile: Profile | None = parameter(
        "How the year is spread over its months: twelve rates that sum to 100%; twelfths if not said.", default=None
    )
    replaces: Parts[Replaced] | None = parameter(REPLACES, default=None)
    additional: bool = parameter(ADDITIONAL, default=False, sourced=True)

    @hookimpl
    def incentive(
        self, activity: Activity, paid: Paid, contract: Contract
    ) -> Iterator[Flow | Figure | Carry | Law | Never]:
        """Pay what is not at risk, hold the rest, and decide it when the year ends."""
        check_method(self)
        check_budget(self)
        year = self._year()
        at_risk = (year.as_line() * self.at_risk).as_line().named("at risk, of the year")
        secured = rest(year, at_risk).named("not at risk, of the year")
        pot = contract.pot(self.pot, purpose=PURPOSE, at_end="carry forward")
        held = plan(at_risk, self.profile, "at risk")
        yield Flow(
            contract.commissioner, contract.provider, instalment(secured, self.profile), kind="fixed",
            reason="not at risk: an instalment of the year",
        )  # fmt: skip
        yield Flow(contract.commissioner, pot, held.part, kind="retention", reason="held until patients have answered")
        now = year_ends(self.decided_after_months)
        rows, day = activity.indicators, contract.last_day
        found = result(rows, self.question, day)
        enough = (found.below >= each_contract(self.smallest)).named("enough answers")
        decides, decided = now & found.given & enough, held.now.named("decided now")
        share = released_share(self, found.above, found.below)
        yield from self._released(contract, pot, when(decides, decided), share)
        few, nothing = now & found.given & ~enough, now & ~found.given
        yield from _undecided(contract, pot, when(few, decided), self.below_smallest, "fewer answers than decide")
        yield from _undecided(contract, pot, when(nothing, decided), self.not_measured, "no result of the survey")
        yield from _sample(found.above, found.below, now)
        one: Count = literal(Kind.COUNT, 1)
        yield Figure("years with fewer answers than decide", when(few, one))
        yield Figure("years without a result", when(nothing, one))
        yield from at_fault(rows, (self.question,), day)
        if self.lower is not None:
            crossed = (rows.indicator == self.question) & (self.lower > self.upper)
            yield Never(crossed, "the lower threshold of its contract is above the upper one")
        yield from unread(rows, (self.question,), day, now)
        yield after_it(self.decided_after_months, held.part)
        yield from replacing(self.replaces, paid, self.profile)
        if self.people is not None and self.each is not None:
            a_head = (each_contract(self.each) * one).as_line()
            yield nobody(each_contract(self.people), a_head, "people")

    def _year(self) -> Amount:
        """What the year comes to, said in one of two ways."""
        if self.value is not None and self.each is None and self.people is None:
            return each_contract(self.value)
        if self.value is None and self.each is not None and self.people is not None:
            return (each_contract(self.each) * each_contract(self.people)).named("the year")  # type: ignore[no-any-return]
        about = "value" if self.value is not None else "each" if self.each is not None else "people"
        says = "access-satisfaction: what it comes to in a year is said once"
        raise RuleError(says, about=about, write="value, or each and people")

    def _released(
        self, contract: Contract, pot: Account, decided: Amount, share: Rate
    ) -> Iterator[Flow | Figure | Law]:
        """What of the sum decided goes to the practice, and what goes where unreleased money goes."""
        released = (decided * share).as_line().named("released")
        refused = rest(decided, released).named("not released")
        yield Flow(pot, contract.provider, released, kind="release", reason="as far as patients were satisfied")
        yield Flow(pot, self.unreleased_to, refused, kind="forfeit", reason="too few were satisfied")
        back = (self.unreleased_to.code == contract.provider.code) | (self.unreleased_to.code == pot.code)
        nothing: Amount = each_contract(literal(Kind.AMOUNT, 0))
        yield Law("unreleased_to is not the provider, nor the pot that holds it", when(back, refused), nothing)
        gained = when(self.unreleased_to.code == contract.commissioner.code, each_contract(refused))
        yield Figure("gained by the commissioner because patients were dissatisfied", gained)


def _undecided(
    contract: Contract, pot: Account, money: Amount, treated: FewAnswers, why: str
) -> Iterator[Flow | Carry]:  # fmt: skip
    """What becomes of money that the share of satisfied patients may not decide."""
    if treated is FewAnswers.RELEASED:
        yield Flow(pot, contract.provider, money, kind="release", reason=f"{why}: released")
    elif treated is FewAnswers.RETURNED:
        yield Flow(pot, contract.commissioner, money, kind="forfeit", reason=f"{why}: returned")
    else:
        yield Carry(pot, money, until=contract.as_at, then=pot, reason=f"{why}: held")


def _sample(satisfied: Count, answered: Count, now: Flag) -> Iterator[Figure]:
    yield Figure("patients who answered", when(now, answered), reason="the sample")
    yield Figure("of them satisfied", when(now, satisfied))
    share = ratio(satisfied, answered, otherwise=0)
    yield Figure("share of satisfied", when(now, share), reason="0% where nobody answered")
