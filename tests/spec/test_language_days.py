"""Days and hours: dates count as calendars do, hours as clocks that change do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tallystick.kernel.flows import Figure, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Price
from tallystick.kernel.language.words import completed_years, days_between, hours_between, when
from tallystick.kernel.parameters import parameter
from tallystick.kernel.rules import Rule, rule
from tests.spec.drawn import Spells
from tests.support import Read, case, contract, read_case, settle, use


@rule("hourly")
class Hourly(Rule):
    """A price for each hour between two local times."""

    price: Price = parameter("The price of an hour.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        spells = activity.spells
        hours = spells.arrived_at.map(lambda start: hours_between(start, spells.left_at._inner)).or_else(0)
        yield Flow(contract.commissioner, contract.provider, (self.price * hours).as_amount(), reason="hours")


@pytest.mark.parametrize(
    ("arrived", "left", "pence"),
    [
        ("2025-05-10T10:00", "2025-05-10T12:30", 15_000),  # 2 h 30 min at £60
        ("2025-10-25T23:00", "2025-10-26T06:00", 48_000),  # the night in which 01:00 to 02:00 occurs twice: 8 h
        ("2026-03-28T23:00", "2026-03-29T06:00", 36_000),  # the night without 01:00 to 02:00: 6 h
        ("2025-10-26T00:30", "2025-10-26T01:30", 6_000),  # the first of the two half past ones
        ("2025-10-26T01:30", "2025-10-26T02:00", 9_000),  # from the first one: 1 h 30 min
        ("2025-05-10T12:00", "2025-05-10T11:59", -100),  # a minute backwards
    ],
)
def test_hours_are_elapsed_time_also_over_a_change_of_the_clocks(
    reading: Read, arrived: str, left: str, pence: int
) -> None:
    made = case(contract("A", use(Hourly, price="£60")), tables=[Spells])
    spells = [{"discharged": "2025-10-26", "arrived_at": arrived, "left_at": left}]
    assert settle(reading, made, spells=spells) == {("hourly", "QYY", "RXX"): pence}


@rule("calendar")
class Calendar(Rule):
    """What the calendar says of a row."""

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Figure]:
        spells = activity.spells
        admitted = spells.admitted.or_else(spells.discharged)
        yield Figure("days", days_between(admitted, spells.discharged))
        yield Figure("years", completed_years(admitted, spells.discharged))
        yield Figure("weekday", spells.discharged.weekday())
        yield Figure("in two weeks", days_between(contract.first_day, spells.discharged.plus_days(14)))
        yield Figure("last day", days_between(spells.discharged, contract.last_day))


def of_calendar(reading: Read, **row: Any) -> dict[str, Any]:
    made = case(contract("A", use(Calendar), settles="month"), tables=[Spells])
    return {line.name: line.value for line in read_case(reading, made, spells=[row]).figures}


def test_days_weekdays_and_the_periods_ends(reading: Read) -> None:
    assert of_calendar(reading, discharged="2025-05-10", admitted="2025-04-30") == {
        "days": 10, "weekday": 6, "in two weeks": (9 + 14), "last day": 21,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        ("2000-05-10", "2025-05-10", 25), ("2000-05-11", "2025-05-10", 24),
        ("2004-02-29", "2026-02-28", 21), ("2004-02-29", "2026-03-01", 22),
    ],
)  # fmt: skip
def test_years_are_completed_as_an_age_is_counted(reading: Read, born: str, on: str, years: int) -> None:
    assert of_calendar(reading, discharged=on, admitted=born)["years"] == years


def test_a_moment_has_a_local_day_and_minute_and_is_compared_by_elapsed_time(reading: Read) -> None:
    @rule("after-two")
    class AfterTwo(Rule):
        amount: Amount = parameter("Money.")

        @hookimpl
        def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
            spells = activity.spells
            late = spells.arrived_at.map(lambda at: at.minute_of_day() >= 14 * 60).is_yes()
            same = spells.arrived_at.map(lambda at: at.day() == spells.discharged).is_yes()
            order = spells.arrived_at.map(lambda at: at < spells.left_at._inner).is_yes()
            for name, condition in (("late", late), ("same", same), ("order", order)):
                each = self.amount * spells.rows
                yield Flow(contract.commissioner, contract.pot(name), when(condition, each), reason=name)

    made = case(contract("A", use(AfterTwo, amount="£1")), tables=[Spells])
    spells = [
        {"discharged": "2025-05-10", "arrived_at": "2025-05-10T14:00", "left_at": "2025-05-10T14:01"},
        {"discharged": "2025-05-10", "arrived_at": "2025-05-09T13:59", "left_at": "2025-05-09T13:59"},
        {"discharged": "2025-05-10", "left_at": "2025-05-09T13:59"},
    ]
    assert settle(reading, made, spells=spells) == {
        ("after-two", "QYY", "A/late"): 100, ("after-two", "QYY", "A/same"): 100, ("after-two", "QYY", "A/order"): 100,
    }  # fmt: skip
