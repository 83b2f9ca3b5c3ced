"""Patient experience: a share of each episode's payment waits for the patient's answer."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Account, Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Carry, Figure, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Count, Day, Rate
from tallystick.kernel.language.words import allot, ratio, rest, total, when
from tallystick.kernel.parameters import Label
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Paid
from tallystick_rules.rules._answers import Answered, FewAnswers, NoAnswer, answered, check_choices, last_day


@rule("patient-experience")
class PatientExperience(Rule):
    """A share of each episode's payment is held until the patient has answered, and released if they were satisfied.

    What it pays
        Nothing new: it holds a share of what other rules pay for each spell. No answer decides the outcome: if 25% of
        patients answer and the rest lapses, a 5% hold is a 3.75% price cut whatever they think. The default is
        release.

    Who pays whom
        The provider pays the share into a pot that the commissioner holds. From there it goes back to the provider,
        or where the contract says that unreleased money goes: the commissioner, who then gains when patients are
        dissatisfied; an improvement fund; or the others, by their own released money.

    How it is worked out
        1. Held: payment of the spell × share, rounded once; nothing of a payment that goes the other way.
        2. Released: never asked (a list, and an age); exempt (decided by the day of the answer, up to a ceiling, the
           first by discharge day); satisfied. An answer counts if it was given by its last day and by the run's day.
        3. Not satisfied: to `unreleased_to`. Shared among the others (then a rule of the scheme): a contract's
           money goes to the other contracts by what was released to them, exact to the penny; if none, to its
           commissioner.
        4. No answer: released, at once or when the last day has passed; or held, and after the last day it goes to
           `unanswered_to`; or a part released as large as the rate of satisfied among the provider's answers, under
           all its contracts. Where nobody has answered it stays held. In this rate, and in the smallest sample,
           every answer counts that is known by the run's day: what one contract calls late another may not.
        5. With fewer answers than the smallest sample no answer decides: all is released, held, or returned to
           the commissioner.

        The Friends and Family Test is not an input. One patient's answer is never shown to the treating provider.

    Example
        Four spells of £1,000, 5% held: £50 each. One patient answers and is satisfied; the rest lapses.

        >>> held = [1_000 * 5 // 100] * 4
        >>> sum(held[1:]), sum(held[1:]) * 10_000 // 4_000  # £150 of £4,000 is 375 hundredths of a per cent
        (150, 375)

    Source
        10 Year Health Plan working group: finance and contracting, co-chairs' report, recommendation 5 (February
        2025). It gives no figures: every number here is a parameter.
    """

    on: tuple[Label, ...] = parameter("The rules whose payment for each spell is held.")
    share: Rate = parameter("The share of each spell's payment that is held.", at_least=0, at_most=1)
    question: str = parameter("The question that patients were asked, as the table of answers names it.")
    unreleased_to: Account | None = parameter(
        "Where it goes when they were not satisfied; none if shared among the others.", default=None
    )
    shared_through: Account | None = parameter(
        "The fund of the scheme through which it is shared among the others; none if it goes to an account.",
        default=None,
    )
    no_answer: NoAnswer = parameter("What happens where there is no answer.", default=NoAnswer.RELEASE)
    lapses_after_days: Count | None = parameter(
        "How long after discharge an answer counts.", default=None, at_least=0, unit="days"
    )
    lapses_on: Day | None = parameter("The last day on which any answer counts.", default=None)
    unanswered_to: Account | None = parameter(
        "Where it goes when the last day has passed without an answer.", default=None
    )
    smallest: Count | None = parameter(
        "The fewest answers of a provider that decide anything.", default=None, at_least=1
    )
    below_smallest: FewAnswers | None = parameter(
        "What happens with fewer answers: released, held or returned. Say it wherever there is a smallest sample.",
        default=None,
    )
    never_asked: dict[str, tuple[str, ...]] = parameter(
        "Who is never asked: for each code column of the spell, the codes, any of which suffices.", default={}
    )
    youngest_asked_years: Count | None = parameter(
        "Patients below this age are never asked.", default=None, unit="years"
    )
    exempt_at_most: Rate | None = parameter(
        "The ceiling: the largest part of the spells asked about that can be exempt in a period.",
        default=None, at_least=0, at_most=1,
    )  # fmt: skip
    pot: str = parameter("The name of the pot.", default="patient experience")

    @hookimpl
    def incentive(self, activity: Activity, paid: Paid, contract: Contract) -> Iterator[Flow | Figure | Carry]:
        """Hold the share, and say of every spell where it goes."""
        check_choices(self)
        try:
            each = paid.for_each(activity.spells, *self.on)
        except RuleError as error:
            why = "patient-experience waits for answers about spells, and needs rules that pay for each spell"
            raise RuleError(why, about="on", write="on = […], with the labels of such rules") from error
        held = (each.at_least(0).as_line() * self.share).named("held")
        pot = contract.pot(self.pot, purpose="payment that waits for patients' answers", at_end="carry forward")
        says = answered(self, activity, contract, held)
        yield Flow(contract.provider, pot, held, kind="retention", reason="held until the patient has answered")
        back = list(self._released(says, held))
        for amount, why in back:
            yield Flow(pot, contract.provider, amount, kind="release", reason=why)
        refused = when(says.dissatisfied, held).named("not satisfied")
        not_followed, open_still = self._not_followed(says, held)
        if self.shared_through is None and self.unreleased_to is not None:
            yield from self._refused(contract, pot, self.unreleased_to, refused, not_followed)
        elif self.shared_through is not None:
            released = total(back[0][0])
            for amount, _ in back[1:]:
                released = released + (amount if amount.node.grain.name == "contract" else total(amount))
            yield from self._shared(contract, pot, self.shared_through, total(refused) + not_followed, released)
        yield from self._still_held(activity, contract, pot, says, held, open_still)
        yield from says.figures()

    def _released(self, says: Answered, held: Amount) -> Iterator[tuple[Amount, str]]:
        yield when(says.never_asked | says.exempt, held), "never asked, or exempt"
        yield when(says.satisfied, held), "satisfied"
        if self.no_answer is NoAnswer.RELEASE:
            yield when(says.unanswered & says.over, held), "no answer"
        if self.no_answer is NoAnswer.FOLLOW:
            yield (
                total(when(says.unanswered & says.over, held)) * says.rate,
                "no answer: at the provider's rate of satisfied",
            )
        if self.below_smallest is FewAnswers.RELEASED:
            yield when(says.too_few, held), "fewer answers than the smallest sample"

    def _not_followed(self, says: Answered, held: Amount) -> tuple[Amount, Amount]:
        """What does not follow the provider's rate, and what no rate exists for."""
        silent = total(when(says.unanswered & says.over, held))
        if self.no_answer is not NoAnswer.FOLLOW:
            return silent * 0, silent * 0
        anyone = says.said_yes + says.said_no > 0
        return when(anyone, rest(silent, silent * says.rate)), when(~anyone, silent)

    def _refused(
        self, contract: Contract, pot: Account, to: Account, refused: Amount, not_followed: Amount
    ) -> Iterator[Flow | Figure]:
        gains = "whoever it goes to gains when patients are dissatisfied"
        yield Flow(pot, to, refused, kind="forfeit", reason=f"not satisfied: {gains}")
        if self.no_answer is NoAnswer.FOLLOW:
            yield Flow(
                pot,
                to,
                not_followed,
                kind="forfeit",
                reason=f"no answer, at the provider's rate of not satisfied: {gains}",
            )
        gained = when(to.code == contract.commissioner.code, refused)
        yield Figure("gained by the commissioner because patients were dissatisfied", gained)

    def _shared(
        self, contract: Contract, pot: Account, fund: Account, refused: Amount, released: Amount
    ) -> Iterator[Flow]:
        """Each contract's money to the others, by what was released to them: n × (Σ of all − own) for each contract."""
        own = released.at_least(0).named("released to this contract")
        everyone = total(own, to="scheme")
        others = everyone - own
        given = when(others > 0, refused.at_least(0)).named("given to the others")
        each = ratio(given, others, otherwise=0)
        weight = ratio(own, everyone, otherwise=0) * (total(each, to="scheme") - each)
        part = allot(total(given, to="scheme"), by=weight)
        yield Flow(pot, fund, given, kind="forfeit", reason="not satisfied: shared among the others, who gain by it")
        yield Flow(
            fund, contract.provider, part, kind="share", reason="unreleased money of others, by own released money"
        )
        left = rest(refused, given)
        yield Flow(
            pot, contract.commissioner, left, kind="forfeit", reason="not satisfied, and nothing was released to others"
        )

    def _still_held(
        self, activity: Activity, contract: Contract, pot: Account, says: Answered, held: Amount, open_still: Amount
    ) -> Iterator[Flow | Carry]:
        last = last_day(self, activity.spells)
        until, then = (contract.as_at if last is None else last), (self.unanswered_to or contract.provider)
        waits = says.unanswered
        if self.no_answer in (NoAnswer.RELEASE, NoAnswer.FOLLOW):
            waits = waits & ~says.over
        yield Carry(pot, when(waits, held), until=until, then=then, reason="not yet answered")
        if self.no_answer is NoAnswer.FOLLOW:
            yield Carry(pot, open_still, until=contract.as_at, then=then, reason="nobody has answered")
        few, why = when(says.too_few, held), "fewer answers than the smallest sample"
        if self.below_smallest is FewAnswers.HELD:
            yield Carry(pot, few, until=contract.as_at, then=then, reason=why)
        if self.below_smallest is FewAnswers.RETURNED:
            yield Flow(pot, contract.commissioner, few, kind="forfeit", reason=f"{why}: returned")
