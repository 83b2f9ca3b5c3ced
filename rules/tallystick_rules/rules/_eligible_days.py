"""Eligible days: those on which people are eligible, within the contract's year, from a table that lists them.

A stretch is half-open: the first day counts, and the day on which it ends does not. A row is counted from the period
of its census day on, for all of its days: those before that period are made up for, and those after it follow as they
come. So months, quarters and years come to the same, and so does a year that is settled only so far.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from attrs import frozen

from tallystick.kernel.accounts import MONTHS, Contract
from tallystick.kernel.flows import Never
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Count, Day, Flag, Maybe, Rate, literal
from tallystick.kernel.language.words import days_between, earlier, so_far, total, when
from tallystick.kernel.tables import Table

N = TypeVar("N", Count, Rate)


@frozen(eq=False, kw_only=True)
class Stretch:
    """One stretch of each row: ``begins`` counts, ``ends`` does not; empty where it lies outside the year."""

    begins: Day
    ends: Day

    @property
    def holds_days(self) -> Flag:
        """Whether there is a day in it."""
        return self.begins < self.ends

    def before(self, day: Day) -> Count:
        """How many of its days come before that one."""
        return days_between(self.begins, earliest(self.ends, day)).at_least(0)

    def meets(self, other: Stretch) -> Flag:
        """Whether the two have a day in common."""
        return latest(self.begins, other.begins) < earliest(self.ends, other.ends)


def latest(one: Day, other: Day) -> Day:
    """The later of two days."""
    return when(one < other, other, one)


def earliest(one: Day, other: Day) -> Day:
    """The earlier of two days."""
    return when(other < one, other, one)


def stretch(contract: Contract, census: Day, begun: Maybe[Day], ended: Maybe[Day]) -> Stretch:
    """The days of a row in the contract's year, as far as it is settled: from the census day if nothing is said."""
    after = contract.month_begins(MONTHS, cut=True)
    begins, ends = latest(begun.or_else(census), contract.month_begins(0)), earliest(ended.or_else(after), after)
    return Stretch(begins=begins, ends=ends)


def named(given: Stretch) -> Stretch:
    """The same with names for both ends, which an explanation shows."""
    return Stretch(begins=given.begins.named("first day"), ends=given.ends.named("day after the last"))


def to_date(contract: Contract, at_end: Callable[[Day], N]) -> tuple[N, N]:
    """What the rows come to before this period and at its end; ``at_end`` says it of a row, at the end of a month."""
    before: Any = None
    now: Any = None
    for month in range(MONTHS):
        begins, after = (contract.month_begins(number, cut=True) for number in (month, month + 1))
        listed = total(at_end(after))
        is_last = (begins <= contract.last_day) & (contract.last_day < after)
        earlier_rows = so_far(listed)
        this = when(is_last, earlier_rows + listed), when(after == contract.first_day, earlier_rows)
        now, before = (this[0], this[1]) if now is None else (now + this[0], before + this[1])
    return before, now


def listings(
    people: Table, contract: Contract, names: tuple[str, ...], census: Day
) -> dict[str, tuple[Flag, Stretch]]:  # fmt: skip
    """For each category the person's row on a census day: whether there is one, and its days.

    With no categories, the person's only row of that day. Two rows are a fault of the input, as the lookup reports.
    """
    return {name: _listing(people, contract, census, name) for name in names or ("",)}


def _listing(people: Table, contract: Contract, census: Day, name: str) -> tuple[Flag, Stretch]:
    match: dict[str, Any] = {"person": people.person, "census_day": census}
    if name:
        match["category"] = name
    begun, ended = (people.find(column, **match) for column in ("eligible_from", "eligible_to"))
    return people.exist(**match), stretch(contract, census, begun, ended)


def listed_once(people: Table, names: tuple[str, ...]) -> Never:
    """Rows of a person who has another row on the same census day, in any of the categories.

    Two rows of one category, or any two if there are no categories, are a fault that the lookup itself reports.
    """
    one: Count = literal(Kind.COUNT, 1)
    rows: Any = None
    for name in names or ("",):
        match: dict[str, Any] = {"person": people.person, "census_day": people.census_day}
        found = people.find("entry", **(match | ({"category": name} if name else {})))
        rows = when(found.is_given(), one) if rows is None else rows + when(found.is_given(), one)
    mine = people.category.or_else("").is_in(names) if names else people.every
    return Never(mine & (rows > 1), "its person is listed twice on one census day")


def listed_again(people: Table, contract: Contract, names: tuple[str, ...], own: Stretch) -> Never:
    """Rows of a person whose former listing, on an earlier census day of the year, has not ended when they begin."""
    before = earlier(people, people.every).or_else(people.census_day)
    is_former = (before < people.census_day) & (before >= contract.month_begins(0))
    begin = own.begins
    for there, other in listings(people, contract, names, people.census_day).values():
        begin = earliest(begin, when(there & other.holds_days, other.begins, begin))
    clashes = ~people.every
    for there, former in listings(people, contract, names, before).values():
        clashes = clashes | (there & former.holds_days & (begin < former.ends))
    return Never(
        is_former & own.holds_days & clashes, "its person is listed on an earlier census day for the same days"
    )
