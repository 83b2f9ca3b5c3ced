"""The days of a delayed discharge under the regulations of 2003 and of 2014, with every edge of their clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tallystick.kernel.reading import Reading
from tallystick_rules.rules._delays import DayCount
from tallystick_rules.rules.discharge_cost_transfer import DischargeCostTransfer, PaysNow
from tallystick_rules.tables.calendar_cover import CalendarCover
from tallystick_rules.tables.notices import Notices
from tallystick_rules.tables.public_holidays import PublicHolidays
from tallystick_rules.tables.spells import Spells
from tests.support import Read, case, contract, day, read_case, use

TABLES = (Spells, Notices, PublicHolidays, CalendarCover)
HOLIDAYS = (
    "2003-12-25", "2003-12-26", "2004-01-01", "2004-04-09", "2004-04-12", "2005-03-25", "2005-03-28", "2005-12-26",
    "2005-12-27",
)  # fmt: skip
CALENDAR: dict[str, Any] = {
    "public_holidays": [{"calendar": "England and Wales", "day": day} for day in HOLIDAYS],
    "calendar_cover": [
        {"calendar": "England and Wales", "covers_from": "2003-10-01", "covers_to": "2005-12-31"},
        {"calendar": "Scotland", "covers_from": "2003-10-01", "covers_to": "2015-12-31"},
    ],
}
IN_2003 = {
    "assessment_notice_at": "2004-01-02T10:00",  # Friday; the interval is Saturday 3 and Monday 5 January
    "discharge_notice_at": "2004-01-05T12:00",
    "proposed_discharge": "2004-01-07",  # Wednesday, the relevant day; the first day that counts is the 8th
    "ended_at": "2004-01-12T14:00",
}
IN_2014 = {
    "assessment_notice_at": "2015-06-01T15:00",  # Monday, counts as given on 2 June; the interval ends on 4 June
    "discharge_notice_at": "2015-06-03T10:00",
    "proposed_discharge": "2015-06-08",
    "in_place_at": "2015-06-12T12:00",
    "ready_services_at": "2015-06-12T12:00",
    "ended_at": "2015-06-12T16:00",
}


def found(reading: Read, by: DayCount, notice: dict[str, Any]) -> Reading:
    liable = [{"reason": "social care", "pathway": "any", "body": "E09"}]
    rule = use(
        DischargeCostTransfer, "delay", legal_basis="the regulations", count=by, daily_rate="£1", liable=liable,
        pays_now=PaysNow.COMMISSIONER, calendar="England and Wales",
    )  # fmt: skip
    made = case(contract("A", rule, first="2003-10-01", last="2017-09-30"), tables=TABLES)
    about = {"spell": "S", "patient_category": "acute", "only_reason": True, "reason": "social care"}
    discharged = notice["ended_at"][:10]
    return read_case(
        reading, made, spells=[{"spell": "S", "discharged": discharged}], notices=[{**about, **notice}], **CALENDAR
    )  # fmt: skip


def days_2003(reading: Read, **notice: Any) -> int:
    reads = found(reading, DayCount.REGULATIONS_2003, {**IN_2003, **notice})
    assert all(law.left == law.right for law in reads.laws)
    return sum(line.pence for line in reads.flows) // 100


def days_2014(reading: Read, **notice: Any) -> int:
    return sum(line.pence for line in found(reading, DayCount.REGULATIONS_2014, {**IN_2014, **notice}).flows) // 100


def first_day_2003(reading: Read, until: str = "2004-01-28", **notice: Any) -> str:
    """The first day that counts, told from the days to a discharge at noon."""
    days = days_2003(reading, **{**notice, "ended_at": f"{until}T12:00"})
    return str(day(until) - timedelta(days=days - 1))


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ("2004-01-02T14:00", "2004-01-06"),  # Friday, not after 2pm: Saturday and Monday
        ("2004-01-02T14:01", "2004-01-07"),  # counts as Saturday: Monday and Tuesday
        ("2004-01-03T15:00", "2004-01-07"),  # Saturday afternoon counts as Sunday: Monday and Tuesday
        ("2004-01-04T09:00", "2004-01-08"),  # Sunday counts as Monday: Tuesday and Wednesday
        ("2004-01-01T09:00", "2004-01-06"),  # a public holiday counts as Friday: Saturday and Monday
    ],
)
def test_2003_the_assessment_notice_counts_as_the_next_day_after_2pm_on_a_sunday_and_on_a_holiday(
    reading: Read, given: str, first: str
) -> None:
    early = {"proposed_discharge": "2004-01-03", "discharge_notice_at": "2004-01-02T12:00"}
    assert first_day_2003(reading, assessment_notice_at=given, **early) == first


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ("2005-03-24T10:00", "2005-03-30"),  # Maundy Thursday: 26 and 29 March; Friday, Sunday, Monday are left out
        ("2005-03-31T10:00", "2005-04-04"),  # 1 and 2 April; the first day, Sunday 3 April, is skipped
        ("2005-03-31T14:01", "2005-04-04"),  # counts as 1 April: 2 and 3 April, whatever they are
        ("2005-04-01T10:00", "2005-04-04"),  # 2 and 3 April; with Sundays left out it would be the 5th
    ],
)
def test_2003_sundays_and_holidays_are_left_out_of_the_interval_until_31_march_2005(
    reading: Read, given: str, first: str
) -> None:
    early = {"proposed_discharge": "2005-03-25", "discharge_notice_at": "2005-03-24T10:00"}
    assert first_day_2003(reading, "2005-04-28", assessment_notice_at=given, **early) == first


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ("2004-01-05T17:00", "2004-01-07"),  # Monday, not after 5pm: the relevant day is Tuesday at the earliest
        ("2004-01-05T17:01", "2004-01-08"),  # counts as Tuesday
        ("2004-01-09T14:00", "2004-01-12"),  # Friday: relevant on Saturday, and Sunday 11 January is skipped
        ("2004-01-09T14:01", "2004-01-12"),  # counts as Saturday: relevant on Sunday
        ("2004-01-10T17:00", "2004-01-12"),  # Saturday: relevant on Sunday
        ("2004-01-10T17:01", "2004-01-14"),  # counts as Sunday, which is none, so as Monday
        ("2004-01-11T10:00", "2004-01-14"),  # Sunday counts as Monday
        ("2004-01-01T10:00", "2004-01-07"),  # a holiday counts as Friday; the proposed day is later
    ],
)
def test_2003_the_discharge_notice_is_at_least_a_day_ahead_and_never_on_a_sunday_or_holiday(
    reading: Read, given: str, first: str
) -> None:
    early = {"assessment_notice_at": "2003-12-29T10:00", "proposed_discharge": "2004-01-06"}
    assert first_day_2003(reading, discharge_notice_at=given, **early) == first


def test_2003_a_late_notice_on_christmas_eve_counts_as_the_27th(reading: Read) -> None:
    early = {"assessment_notice_at": "2003-12-20T10:00", "proposed_discharge": "2003-12-25"}
    late, at_five = "2003-12-24T17:01", "2003-12-24T17:00"
    ended = "2003-12-31T12:00"
    # counts as Saturday 27 December: relevant on Sunday, and 29, 30 and 31 December count
    assert days_2003(reading, discharge_notice_at=late, ended_at=ended, **early) == 3
    # relevant on 25 December; the first day, 26 December, is skipped: 27 to 31 December count, the Sunday too
    assert days_2003(reading, discharge_notice_at=at_five, ended_at=ended, **early) == 5


@pytest.mark.parametrize(
    ("ended", "days"),
    [("2004-01-12T14:00", 5), ("2004-01-12T11:00", 5), ("2004-01-12T10:59", 4), ("2004-01-12T10:30", 4)],
)
def test_2003_a_discharge_before_11am_counts_as_the_day_before(reading: Read, ended: str, days: int) -> None:
    assert days_2003(reading, ended_at=ended) == days  # 8, 9, 10, 11 (a Sunday, which counts) and 12 January


@pytest.mark.parametrize(
    ("ready", "days"),
    [
        ("2004-01-10T12:00", 3),  # 8, 9 and 10 January: it ends before the patient leaves
        ("2004-01-10T11:00", 3),
        ("2004-01-10T10:59", 2),
        ("2004-01-08T10:59", 0),
        ("2004-01-08T11:00", 0),  # by 11am on the first day: that day does not count
        ("2004-01-08T11:01", 1),
        ("2004-01-06T12:00", 0),
        ("2004-01-20T12:00", 5),  # the patient left before
    ],
)
def test_2003_services_ready_end_the_period_and_by_11am_spare_the_first_day(
    reading: Read, ready: str, days: int
) -> None:
    assert days_2003(reading, ready_services_at=ready) == days


def test_2003_a_discharge_at_11am_on_the_first_day_is_not_spared(reading: Read) -> None:
    assert days_2003(reading, ended_at="2004-01-08T11:00") == 1
    assert days_2003(reading, ended_at="2004-01-08T10:59") == 0


def test_2003_a_first_day_on_a_sunday_or_holiday_is_skipped_and_later_ones_count(reading: Read) -> None:
    saturday = {"proposed_discharge": "2004-01-10"}
    assert days_2003(reading, ended_at="2004-01-11T14:00", **saturday) == 0
    assert days_2003(reading, ended_at="2004-01-12T14:00", **saturday) == 1
    assert days_2003(reading, ended_at="2004-01-18T14:00", **saturday) == 7  # 12 to 18 January, a Sunday
    assert days_2003(reading, ready_services_at="2004-01-12T11:00", ended_at="2004-01-14T14:00", **saturday) == 0
    before_easter = {"proposed_discharge": "2004-04-08"}
    assert days_2003(reading, ended_at="2004-04-13T14:00", **before_easter) == 4  # 10, 11, 12 and 13 April


def test_2003_days_of_deterioration_do_not_count_and_it_is_never_below_zero(reading: Read) -> None:
    assert days_2003(reading, deterioration_days=2) == 3  # 5 − 2
    assert days_2003(reading, deterioration_days=9) == 0
    assert days_2003(reading, ended_at="2004-01-06T14:00") == 0
    assert days_2003(reading, days_charged_elsewhere=1, deterioration_days=1) == 3  # 5 − 1 − 1


@pytest.mark.parametrize(
    "notice",
    [
        {"assessment_notice_at": "2003-09-30T10:00"},  # the day before the calendar begins
        {"proposed_discharge": "2005-12-31", "ended_at": "2006-01-05T14:00"},  # the first day is 1 January 2006
        {"proposed_discharge": "2004-01-07", "discharge_notice_at": "2003-09-30T12:00"},
    ],
)
def test_2003_a_count_that_rests_on_a_date_outside_the_calendar_is_a_fault_of_the_row(
    reading: Read, notice: dict[str, Any]
) -> None:
    reads = found(reading, DayCount.REGULATIONS_2003, {**IN_2003, **notice})
    assert [line.rows for line in reads.nevers] == [1]


@pytest.mark.parametrize(
    ("in_place", "days"),
    [("2015-06-12T12:00", 4), ("2015-06-12T11:01", 4), ("2015-06-12T11:00", 3), ("2015-06-12T09:00", 3)],
)
def test_2014_the_day_on_which_arrangements_are_in_place_by_11am_is_not_counted(
    reading: Read, in_place: str, days: int
) -> None:
    assert days_2014(reading, in_place_at=in_place) == days  # 9, 10, 11 and 12 June


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ("2015-06-01T14:00", 9),  # given on Monday: the interval ends on the 3rd, and 4 to 12 June count
        ("2015-06-01T14:01", 8),
        ("2015-06-06T10:00", 4),  # Saturday: no weekend exemption, so 9 to 12 June
        ("2015-06-07T10:00", 3),  # Sunday
    ],
)
def test_2014_an_assessment_notice_after_2pm_is_given_the_next_day_and_weekends_are_days(
    reading: Read, given: str, days: int
) -> None:
    early = {"proposed_discharge": "2015-06-02", "discharge_notice_at": "2015-06-01T10:00"}
    assert days_2014(reading, assessment_notice_at=given, **early) == days


@pytest.mark.parametrize(("given", "days"), [("2015-06-02T14:00", 9), ("2015-06-02T14:01", 8)])
def test_2014_a_discharge_notice_is_at_least_a_day_ahead(reading: Read, given: str, days: int) -> None:
    early = {"proposed_discharge": "2015-06-02", "assessment_notice_at": "2015-05-28T10:00"}
    assert days_2014(reading, discharge_notice_at=given, **early) == days


def test_2014_a_discharge_ends_the_period_as_arrangements_do(reading: Read) -> None:
    assert days_2014(reading, ended_at="2015-06-11T12:00") == 3  # 9, 10 and 11 June
    assert days_2014(reading, ended_at="2015-06-11T11:00") == 2
    assert days_2014(reading, in_place_at=None) == 4  # until the discharge on 12 June at 16:00
    assert days_2014(reading, deterioration_days=1) == 3
    assert days_2014(reading, deterioration_days=8) == 0


def test_2014_needs_no_calendar(reading: Read) -> None:
    assert found(reading, DayCount.REGULATIONS_2014, IN_2014).laws == []
