"""Counting the days of a delayed discharge, as the regulations of 2003 and of 2014 did. Neither is law today.

2003: the Delayed Discharges (England) Regulations, SI 2003/2277, in force from 5 January 2004 to March 2015.
2014: the Care and Support (Discharge of Hospital Patients) Regulations, SI 2014/2823, to 30 June 2022.
Clock edges: after 2pm leaves out 14:00, before 11am leaves out 11:00, by 11am takes it in.

A stretch is told by its first and last day, both counted. Readings, where the text can be read otherwise:

* a notice that counts as given on the next day is moved once, except a discharge notice of 2003, which is moved on
  until it falls on neither a Sunday nor a public holiday;
* as a discharge notice is at least one day ahead, the relevant day is no earlier than the day after it;
* whether Sundays and public holidays are left out of the minimum interval of 2003 goes by the day on which the
  assessment notice counts as given;
* "the first day" on which services that are ready by 11am spare the charge is the first one after any was skipped;
* the minimum interval of 2014 ends two days after the day on which the assessment notice counts as given;
* in 2014 a patient who has left has arrangements in place, so a discharge by 11am spares that day too.
"""

from __future__ import annotations

import datetime

from attrs import frozen

from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Code, Count, Day, Flag, Maybe, Moment, literal
from tallystick.kernel.language.words import days_between, when
from tallystick.kernel.tables import Table

ELEVEN, TWO, FIVE = 11 * 60, 14 * 60, 17 * 60
"""Minutes of the day at which the regulations' clocks stand."""

FRIDAY, SUNDAY = 5, 7

LAST_DAY_OF_THE_LONGER_INTERVAL = datetime.date(2005, 3, 31)
"""SI 2003/2277: until then Sundays and public holidays are left out of the minimum interval."""

MOST_DAYS_OF_REST = 7
"""The longest run of Sundays and public holidays that is looked past; a longer one is not settled but reported."""


@frozen(eq=False)
class Clock:
    """A local day and minute, and whether it was recorded at all; where it was not, the other two mean nothing."""

    day: Day
    minute: Count
    given: Flag


@frozen(eq=False)
class Stretch:
    """The days that count, from ``first`` to ``last``; ``known`` is no if that rests on a day outside the calendar."""

    first: Day
    last: Day
    known: Flag


def clock(at: Maybe[Moment], otherwise: Day) -> Clock:
    """The local time, or midnight of ``otherwise`` where it is missing."""
    day, minute = at.map(lambda moment: moment.day()), at.map(lambda moment: moment.minute_of_day())
    return Clock(day.or_else(otherwise), minute.or_else(0), at.is_given())


def first_given(one: Clock, other: Clock) -> Clock:
    """The one time, or the other where it is not given."""
    return Clock(
        when(one.given, one.day, other.day), when(one.given, one.minute, other.minute), one.given | other.given
    )


@frozen(eq=False, kw_only=True)
class Calendar:
    """Sundays and the public holidays of one calendar, with the dates for which it is complete."""

    holidays: Table
    cover: Table
    name: Code

    def rests(self, day: Day) -> Flag:
        """Whether the day is a Sunday or a public holiday."""
        return (day.weekday() == SUNDAY) | self.holidays.exist(calendar=self.name, day=day)

    def working(self, day: Day) -> Day:
        """The day itself, or the next that is neither a Sunday nor a public holiday."""
        skipped: Count = literal(Kind.COUNT, MOST_DAYS_OF_REST)
        for after in reversed(range(MOST_DAYS_OF_REST)):
            skipped = when(self.rests(day.plus_days(after)), skipped, literal(Kind.COUNT, after))
        return day.plus_days(skipped)

    def covers(self, day: Day) -> Flag:
        """Whether the calendar is complete on the day."""
        start: Maybe[Day] = self.cover.find("covers_from", calendar=self.name)
        end: Maybe[Day] = self.cover.find("covers_to", calendar=self.name)
        return start.map(lambda first: first <= day).is_yes() & end.map(lambda last: day <= last).is_yes()


def regulations_2003(
    *, assessment: Clock, discharge_notice: Clock, proposed: Day, ready: Clock, ended: Clock, calendar: Calendar
) -> Stretch:
    """Return the days that count under SI 2003/2277; ``ready`` is when services were notified as available."""
    assessed = _next_if((assessment.minute > TWO) | calendar.rests(assessment.day), assessment.day)
    friday = discharge_notice.day.weekday() == FRIDAY
    late = (discharge_notice.minute > FIVE) | (friday & (discharge_notice.minute > TWO))
    noticed = calendar.working(_next_if(late, discharge_notice.day))
    second = calendar.working(calendar.working(assessed.plus_days(1)).plus_days(1))
    interval_ends = when(assessed <= LAST_DAY_OF_THE_LONGER_INTERVAL, second, assessed.plus_days(2))
    first = calendar.working(_relevant(proposed, interval_ends, noticed).plus_days(1))
    spared = (ready.minute < ELEVEN) | ((ready.day == first) & (ready.minute <= ELEVEN))
    last = _earlier(_day_before_if(spared, ready), _day_before_if(ended.minute < ELEVEN, ended))
    known = calendar.covers(_at_first(assessment.day, discharge_notice.day)) & calendar.covers(first)
    settled = ~calendar.rests(second) & ~calendar.rests(noticed) & ~calendar.rests(first)
    return Stretch(first.named("first day that counts"), last.named("last day that counts"), known & settled)


def regulations_2014(
    *, assessment: Clock, discharge_notice: Clock, proposed: Day, in_place: Clock, ended: Clock
) -> Stretch:
    """Return the days that count under SI 2014/2823, which knows no Sundays and no public holidays."""
    assessed = _next_if(assessment.minute > TWO, assessment.day)
    noticed = _next_if(discharge_notice.minute > TWO, discharge_notice.day)
    first = _relevant(proposed, assessed.plus_days(2), noticed).plus_days(1)
    last = _earlier(_day_before_if(in_place.minute <= ELEVEN, in_place), _day_before_if(ended.minute <= ELEVEN, ended))
    known: Flag = literal(Kind.FLAG, True)
    return Stretch(first.named("first day that counts"), last.named("last day that counts"), known)


def days_counted(stretch: Stretch, *, until: Day, less: Count) -> Count:
    """How many days count, none of them after ``until``, less those left out; never below zero."""
    last = _at_first(stretch.last, until)
    return (days_between(stretch.first, last.plus_days(1)) - less).at_least(0)


def _next_if(condition: Flag, day: Day) -> Day:
    return when(condition, day.plus_days(1), day)


def _day_before_if(condition: Flag, at: Clock) -> Clock:
    return Clock(when(condition, at.day.plus_days(-1), at.day), at.minute, at.given)


def _relevant(proposed: Day, interval_ends: Day, noticed: Day) -> Day:
    later = when(proposed < interval_ends, interval_ends, proposed)
    ahead = noticed.plus_days(1)
    return when(later < ahead, ahead, later).named("relevant day")


def _at_first(one: Day, other: Day) -> Day:
    return when(one < other, one, other)


def _earlier(one: Clock, other: Clock) -> Day:
    """The earlier of two days, or the one that is given."""
    either = when(one.given, one.day, other.day)
    return when(one.given & other.given, _at_first(one.day, other.day), either)
