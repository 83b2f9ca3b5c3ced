"""What patients said about their stays: who is asked, whose answer counts, and what a provider's patients said."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from tallystick.kernel.accounts import Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure
from tallystick.kernel.language.series import Amount, Count, Day, Flag, Maybe, Rate
from tallystick.kernel.language.words import count, ratio, running, total, when
from tallystick.kernel.trace import Activity
from tallystick_rules.rules._prices import joined


class NoAnswer(enum.Enum):
    """What happens to what is held for a patient who has not answered."""

    RELEASE = "release"
    STAY_HELD = "stay held"
    LAPSE = "lapse"
    FOLLOW = "follow the provider's rate"


class FewAnswers(enum.Enum):
    """What happens to what is held while the provider has fewer answers than the smallest sample."""

    RELEASED = "released"
    HELD = "held"
    RETURNED = "returned"


@frozen(eq=False, kw_only=True)
class Answered:
    """For each spell, the one state that it is in: exactly one of the first six flags is yes."""

    never_asked: Flag
    exempt: Flag
    too_few: Flag
    satisfied: Flag
    dissatisfied: Flag
    unanswered: Flag
    over: Flag
    """Yes where no answer can count any more; with no last day, at once."""
    said_yes: Count
    """How many of the provider's patients were satisfied, under all its contracts in the period."""
    said_no: Count
    exempt_too_late: Flag
    exempt_beyond: Flag

    @property
    def rate(self) -> Rate:
        """The part of the provider's patients who were satisfied, of those who answered; none if nobody did."""
        return ratio(self.said_yes, self.said_yes + self.said_no, otherwise=0).named("rate of satisfied")

    def figures(self) -> Iterator[Figure]:
        """How many spells are in each state: grouped figures, which is all that the provider is shown."""
        yield Figure("never asked", self.never_asked, reason="released")
        yield Figure("exempt", self.exempt, reason="decided before the answer was seen: released")
        yield Figure("exempted too late", self.exempt_too_late, reason="decided after the answer: does not count")
        yield Figure("exempt beyond the ceiling", self.exempt_beyond, reason="does not count")
        yield Figure("satisfied", self.satisfied)
        yield Figure("not satisfied", self.dissatisfied)
        yield Figure("not answered", self.unanswered)
        yield Figure("fewer answers than the smallest sample", self.too_few, reason="no answer decides anything")


def answered(rule: Any, activity: Activity, contract: Contract, held: Amount) -> Answered:
    """Read the answers to the rule's question, and the exemptions, as they were known on the run's day."""
    spells = activity.spells
    answer: Maybe[Flag] = activity.answers.find("satisfied", spell=spells.spell, question=rule.question)
    on: Maybe[Day] = activity.answers.find("answered_on", spell=spells.spell, question=rule.question)
    known = on.map(lambda day: day <= contract.as_at).is_yes()
    yes, no = known & answer.is_yes(), known & answer.is_no()
    last = last_day(rule, spells)
    in_time = spells.every if last is None else on.map(lambda day: day <= last).is_yes()
    is_held = held != 0
    free = never_asked(rule, spells) & is_held
    exempt, too_late, beyond = _exempt(rule, activity, contract, asked=is_held & ~free, answered_on=on, said=yes | no)
    said_yes, said_no = count(yes, to="provider"), count(no, to="provider")
    few = ~spells.every if rule.smallest is None else said_yes + said_no < rule.smallest
    left = is_held & ~free & ~exempt
    counts = left & ~few
    return Answered(
        never_asked=free, exempt=exempt, too_few=left & few, satisfied=counts & in_time & yes,
        dissatisfied=counts & in_time & no, unanswered=counts & ~(in_time & (yes | no)),
        over=spells.every if last is None else last < contract.as_at,
        said_yes=said_yes, said_no=said_no, exempt_too_late=too_late, exempt_beyond=beyond,
    )  # fmt: skip


def last_day(rule: Any, spells: Any) -> Day | None:
    """The last day on which an answer counts, if there is one."""
    if rule.lapses_on is not None:
        return rule.lapses_on  # type: ignore[no-any-return]
    if rule.lapses_after_days is not None:
        return spells.discharged.plus_days(rule.lapses_after_days)  # type: ignore[no-any-return]
    return None


def never_asked(rule: Any, spells: Any) -> Flag:
    """Who is on the named list: by any of its columns, or by age. A missing age or code puts nobody on it."""
    listed = ~spells.every
    for column, codes in sorted(rule.never_asked.items()):
        listed = listed | spells.where({column: codes})
    if rule.youngest_asked_years is None:
        return listed  # type: ignore[no-any-return]
    too_young: Flag = joined(lambda age: age < rule.youngest_asked_years, spells.age_years).is_yes()
    return listed | too_young  # type: ignore[no-any-return]


def _exempt(
    rule: Any, activity: Activity, contract: Contract, *, asked: Flag, answered_on: Maybe[Day], said: Flag
) -> tuple[Flag, Flag, Flag]:
    """Which spells are exempt; which were exempted after the answer; which lie beyond the ceiling."""
    spells = activity.spells
    decided: Maybe[Day] = activity.exemptions.find("decided_on", spell=spells.spell)
    known = asked & decided.map(lambda day: day <= contract.as_at).is_yes()
    late = known & said & joined(lambda day, answer: answer < day, decided, answered_on).is_yes()
    exempt = known & ~late
    if rule.exempt_at_most is None:
        return exempt, late, ~spells.every
    one: Count = spells.rows
    within = running(when(exempt, one)).as_rate() <= rule.exempt_at_most * total(when(asked, one))
    return exempt & within, late, exempt & ~within


def check_choices(rule: Any) -> None:
    """Refuse choices of a rule that contradict each other."""
    lapses = rule.lapses_after_days is not None or rule.lapses_on is not None
    waits = rule.no_answer in (NoAnswer.STAY_HELD, NoAnswer.LAPSE)
    after = rule.unanswered_to is not None
    for holds, about, says in (
        (
            (rule.unreleased_to is None) == (rule.shared_through is None),
            "unreleased_to", "say either unreleased_to or shared_through",
        ),
        (
            rule.lapses_after_days is not None and rule.lapses_on is not None,
            "lapses_on", "say lapses_after_days or lapses_on, not both",
        ),
        (
            rule.no_answer is NoAnswer.LAPSE and not lapses,
            "no_answer", "no answer lapses: say when, by lapses_after_days or lapses_on",
        ),
        (waits and lapses and not after, "no_answer", "say where it goes after the last day: unanswered_to"),
        (
            after and not (waits and lapses),
            "unanswered_to", "unanswered_to is for what stays held or lapses, and has a last day",
        ),
        (
            (rule.smallest is None) != (rule.below_smallest is None),
            "smallest", "smallest and below_smallest are said together",
        ),
    ):  # fmt: skip
        if holds:
            raise RuleError(f"patient-experience: {says}", about=about)
