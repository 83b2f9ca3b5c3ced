"""The days of a delayed discharge that can be charged, spell by spell, by whichever count."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure
from tallystick.kernel.language.series import Code, Count, Day, Flag, Maybe
from tallystick.kernel.language.words import when
from tallystick.kernel.parameters import PriceList
from tallystick.kernel.tables import Table
from tallystick.kernel.trace import Activity
from tallystick_rules.statutory_days import (
    Calendar,
    Stretch,
    clock,
    days_counted,
    first_given,
    regulations_2003,
    regulations_2014,
)  # fmt: skip
from tallystick_rules.tables.admitted_prices import AdmittedPrices
from tallystick_rules.tables.spells import ELECTIVE


class DayCount(enum.Enum):
    """How the days of a delay are counted."""

    PLAIN = "plain"
    REGULATIONS_2003 = "2003 regulations"
    REGULATIONS_2014 = "2014 regulations"


@frozen(eq=False, kw_only=True)
class Delay:
    """What a delay comes to, for each spell."""

    days: Count
    paid_as_long_stay: Count
    uncovered: Flag
    """Yes where the count rests on a date outside the calendar of public holidays."""
    incomplete: Flag
    """Yes where days could be charged if every notice and time were recorded."""
    another_reason: Flag
    reason_unknown: Flag
    other_care: Flag

    def figures(self) -> Iterator[Figure]:
        """What is not charged, by the reason."""
        yield Figure("days already paid as long stay", self.paid_as_long_stay, reason="above the trim point")
        yield Figure("spells with a notice or time missing", self.incomplete, reason="not countable, so not charged")
        yield Figure("spells delayed for another reason too", self.another_reason, reason="not charged")
        yield Figure("spells without a yes to the only reason", self.reason_unknown, reason="not recorded: not charged")
        yield Figure("spells of other than acute care", self.other_care, reason="the regulations do not charge it")


def read(rule: Any, activity: Activity) -> Delay:
    """Read each spell, and the notice about it if there is one, as the rule's parameters say."""
    spells, notices = activity.spells, activity.notices
    only: Maybe[Flag] = notices.find("only_reason", spell=spells.spell)
    looked_at, never = spells.where(rule.where), ~spells.every
    another = looked_at & only.is_no()
    if rule.count is DayCount.PLAIN:
        unknown, other_care = never, never
        chargeable = looked_at & ~only.is_no()
        complete, stretch = spells.ready_on.is_given(), _plain(spells, rule.grace_days)
    else:
        category: Maybe[Code] = notices.find("patient_category", spell=spells.spell)
        acute = looked_at & category.map(lambda care: care.is_in(rule.acute)).is_yes()
        unknown, other_care = acute & only.is_missing(), looked_at & category.is_given() & ~acute
        chargeable = acute & only.is_yes()
        complete, stretch = _by_regulation(rule, activity)
    left_out = _told(notices, spells, "deterioration_days") + _told(notices, spells, "days_charged_elsewhere")
    until = stretch.last if rule.trim_prices is None else _before_long_stay(spells, rule.trim_prices, stretch.last)
    counts = chargeable & complete
    days = when(counts, days_counted(stretch, until=until, less=left_out))
    return Delay(
        days=days, paid_as_long_stay=when(counts, days_counted(stretch, until=stretch.last, less=left_out)) - days,
        uncovered=counts & ~stretch.known, incomplete=chargeable & ~complete, another_reason=another,
        reason_unknown=unknown, other_care=other_care,
    )  # fmt: skip


def liable_body(rule: Any, activity: Activity) -> Code:
    """Who is liable, by the notice's reason and pathway, else the spell's; empty text where the table does not say."""
    spells, notices = activity.spells, activity.notices
    reason = notices.find("reason", spell=spells.spell).or_else(spells.delay_reason.or_else(""))
    pathway = notices.find("pathway", spell=spells.spell).or_else(spells.discharge_pathway.or_else(""))
    any_pathway = rule.liable.find("body", reason=reason, pathway="any").or_else("")
    return rule.liable.find("body", reason=reason, pathway=pathway).or_else(any_pathway)  # type: ignore[no-any-return]


def _told(notices: Table, spells: Table, column: str) -> Count:
    return notices.find(column, spell=spells.spell).or_else(0)  # type: ignore[no-any-return]


def _plain(spells: Table, grace_days: Count) -> Stretch:
    """From the day after the ready day and the days of grace, up to and including the day of discharge."""
    first = spells.ready_on.or_else(spells.discharged).plus_days(grace_days).plus_days(1)
    return Stretch(first.named("first day that counts"), spells.discharged, spells.every)


def _by_regulation(rule: Any, activity: Activity) -> tuple[Flag, Stretch]:
    """Whether every notice and time is recorded, and the days that count then."""
    spells, notices = activity.spells, activity.notices

    def at(column: str) -> Any:
        return clock(notices.find(column, spell=spells.spell), spells.discharged)

    proposed: Maybe[Day] = notices.find("proposed_discharge", spell=spells.spell)
    ended = first_given(at("ended_at"), clock(spells.discharged_at, spells.discharged))
    if rule.count is DayCount.REGULATIONS_2003:
        if rule.calendar is None:
            says = "discharge-cost-transfer: the regulations of 2003 need a calendar of public holidays"
            raise RuleError(says, about="count", write='calendar = "England and Wales"')
        arranged = at("ready_services_at")
    else:
        arranged = at("in_place_at")
    given = {
        "assessment": at("assessment_notice_at"), "discharge_notice": at("discharge_notice_at"),
        "proposed": proposed.or_else(spells.discharged), "ended": ended,
    }  # fmt: skip
    noticed = given["assessment"].given & given["discharge_notice"].given & proposed.is_given()
    complete = noticed & (arranged.given | ended.given)
    if rule.count is DayCount.REGULATIONS_2003:
        calendar = Calendar(holidays=activity.public_holidays, cover=activity.calendar_cover, name=rule.calendar)
        return complete, regulations_2003(**given, ready=arranged, calendar=calendar)
    return complete, regulations_2014(**given, in_place=arranged)


def _before_long_stay(spells: Table, prices: PriceList[AdmittedPrices], last: Day) -> Day:
    """The last day that is not paid as long stay. As many of the last days as lie above the trim point are."""

    def listed(column: str) -> Any:
        return prices.find(column, on=spells.discharged, code=spells.hrg)

    stay = spells.length_of_stay_days
    elective, non_elective = listed("trim_elective_days"), listed("trim_non_elective_days")
    point = when(spells.admission_method.is_in(ELECTIVE), elective.or_else(stay), non_elective.or_else(stay))
    paid_by_the_day = listed("long_stay_day").is_given()
    long_days: Count = when(paid_by_the_day, (stay - point).at_least(0)).named("days paid as long stay")
    before: Day = spells.discharged.plus_days(-long_days)
    return when(long_days > 0, before, last).named("last day not paid as long stay")
