"""Days in a category: what a person's stretch in the table of people comes to, each day once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tallystick.kernel.accounts import Contract
from tallystick.kernel.flows import Never
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Code, Count, Day, Flag, Maybe, Price, literal
from tallystick.kernel.language.words import completed_years, days_between, earlier, ratio, so_far, total, when

LONG_YEAR = 366


def listed(people: Any, category: str) -> Flag:
    """In which rows a person is listed in the category."""
    found: Maybe[Code] = people.category
    return found.map(lambda code: code == category).is_yes()


def days_listed(people: Any, category: str) -> Count:
    """Days of the row's stretch in the category, the first counted and the day it ends on not."""
    begins, ends = people.eligible_from.or_else(people.census_day), people.eligible_to.or_else(people.census_day)
    return when(listed(people, category), days_between(begins, ends)).named("days in the segment")


def faults_of_days(people: Any, category: str, contract: Contract) -> Iterator[Never]:
    """The rows whose days would be guessed, counted twice, or counted in a period to which they do not belong."""
    here = listed(people, category)
    begins: Maybe[Day] = people.eligible_from
    ends: Maybe[Day] = people.eligible_to
    unknown = begins.is_missing() | ends.is_missing()
    yield Never(here & unknown, "eligible_from and eligible_to are needed, and one is missing: its days are not known")
    first, after = begins.or_else(people.census_day), ends.or_else(people.census_day)
    beyond = (first < contract.first_day) | (after > contract.last_day.plus_days(1))
    says = "its days go beyond the period that holds its census day: give each person a row for each month"
    yield Never(here & ~unknown & beyond, says)
    before: Maybe[Day] = earlier(people, here)
    ended: Maybe[Day] = people.find(
        "eligible_to", person=people.person, census_day=before.or_else(people.census_day), category=category
    )
    twice = before.is_given() & ended.map(lambda day: day > first).is_yes()
    yield Never(here & ~unknown & twice, "its days overlap those of the person's row before it, and would count twice")


def by_days(each: Price, people: Any, category: str, contract: Contract) -> Amount:
    """What the period's person-days add to the year to date: each × days ÷ days of the year, rounded once."""
    part: Price = total(each.times(days_listed(people, category))).named("each × days, this period")
    before = so_far(part).named("each × days, before this period")
    a_day = ratio(literal(Kind.COUNT, 1), _days_of_year(contract), otherwise=0)
    due: Amount = ((before + part) * a_day).as_amount()
    due_before: Amount = (before * a_day).as_amount()
    return due.as_line() - due_before.as_line()


def _days_of_year(contract: Contract) -> Count:
    """How many days the contract's year has, of which the period is a part: 365 or 366."""
    one: Count = literal(Kind.COUNT, 1)
    length = days_between(contract.first_day, contract.last_day) + one
    start = contract.first_day.plus_days(-so_far(length)).named("first day of the contract's year")
    days: Count = literal(Kind.COUNT, LONG_YEAR) - completed_years(start, start.plus_days(LONG_YEAR - 1))
    return days.named("days of the year")
