"""What rules that pay by person share: who is eligible, and each person once, at the highest of their categories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from tallystick.kernel.flows import Figure
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Count, Day, Flag, Maybe, Series, literal
from tallystick.kernel.language.words import completed_years, when
from tallystick.kernel.parameters import Rows
from tallystick.kernel.tables import Table

MOST_PLACES = 6
"""How many categories a list may have: each is looked for beside every person, by its place in the list."""

PLACE = f"Place of the category in the list: 1 to {MOST_PLACES}, each once. It decides between equal categories."
LOOK_BACK = (
    "Years for which a person stays in the category after the last day on which they met its condition: "
    "6 for the last six years, to the day; 0 for those who meet it on the census day."
)


@frozen(eq=False, kw_only=True)
class Census:
    """The people of one census day: what each is worth by the row's own category, and whether that is what counts."""

    people: Table
    worth: Any
    """The rate or weight of the row's category; zero where that is not known."""
    counted: Flag
    """Yes in one row of each eligible person: that of the highest category."""
    outranked: Flag
    lapsed: Flag
    undated: Flag
    unlisted: Flag
    unknown: Flag

    def figures(self) -> Iterator[Figure]:
        """How many people are paid for, and how many entries are not, by the reason."""
        yield Figure("people paid for", self.counted, reason="each once, at the highest of their categories")
        yield Figure("entries outranked", self.outranked, reason="the same person counts in a higher category")
        yield Figure("entries no longer eligible", self.lapsed, reason="the condition was last met too long ago")
        yield Figure(
            "entries without a day", self.undated, reason="not recorded when the condition was last met: not paid"
        )
        yield Figure("entries of another category", self.unlisted, reason="the category has no rate: not paid")
        yield Figure(
            "entries of unknown category", self.unknown, reason="the category is not known: not paid as anything"
        )


def census(people: Table, categories: Rows[Any], wanted: str, day: Day) -> Census:
    """Read the people of the census on ``day`` against a list of categories; ``wanted`` is its rate or weight."""
    here = people.census_day == day
    category = people.category.or_else("")
    own: Maybe[Any] = categories.find(wanted, category=category)
    worth = own.or_else(0).named("worth of the category")
    look_back = categories.find("look_back_years", category=category).or_else(0)
    place = categories.find("place", category=category).or_else(0)
    listed = here & own.is_given()
    eligible = listed & _eligible(people.last_eligible, look_back, people.census_day)
    higher = ~people.every
    for other in range(1, MOST_PLACES + 1):
        theirs = _worth_at(people, categories, wanted, other)
        higher = higher | (theirs > worth) | ((theirs == worth) & (place > other) & (theirs > 0))
    return Census(
        people=people,
        worth=worth,
        counted=(eligible & ~higher).named("counted in this category"),
        outranked=eligible & higher,
        lapsed=listed & people.last_eligible.is_given() & ~eligible,
        undated=listed & people.last_eligible.is_missing(),
        unlisted=here & people.category.is_given() & own.is_missing(),
        unknown=here & people.category.is_missing(),
    )


def _eligible(last: Maybe[Day], look_back: Count, census_day: Day) -> Flag:
    """Whether the condition was met so many years before the census or later: exactly so many years before counts."""
    met_on = last.or_else(census_day)
    until = when(met_on > census_day, census_day, met_on)  # a day far ahead says that the condition is still met
    return last.is_given() & (completed_years(until.plus_days(1), census_day) < look_back)


def _worth_at(people: Table, categories: Rows[Any], wanted: str, place: int) -> Any:
    """What the person is worth in the category at that place; zero if they are not counted in it on that day.

    Two entries of one person in one category on one day are a fault of the input, which this lookup reports.
    """
    at: Count = literal(Kind.COUNT, place)
    category: Series = categories.find("category", place=at).or_else("")
    last = people.find("last_eligible", person=people.person, census_day=people.census_day, category=category)
    look_back = categories.find("look_back_years", place=at).or_else(0)
    counts = _eligible(last, look_back, people.census_day)
    return when(counts, categories.find(wanted, place=at).or_else(0))
