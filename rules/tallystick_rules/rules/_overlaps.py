"""Overlaps: which of a person's overlapping segments has which days, where a list says which of them comes first."""

from __future__ import annotations

import enum
from typing import Any

from attrs import frozen

from tallystick.kernel.accounts import Contract
from tallystick.kernel.flows import Never
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Code, Count, Day, Flag, literal
from tallystick.kernel.language.words import days_between, when
from tallystick.kernel.tables import Table
from tallystick_rules.rules._eligible_days import Stretch, earliest, latest, listings, named, stretch


class Overlaps(enum.Enum):
    """What happens where two segments of one person, listed on one census day, meet on the same days."""

    FAULT = "fault"
    FIRST_WRITTEN = "first written"


@frozen(eq=False, kw_only=True)
class InSegments:
    """Each row's days as they are listed, and those that are its own; never more than one stretch."""

    people: Table
    listed: Stretch
    own: Stretch
    cut_short: Flag
    begun_late: Flag
    outranked: Count
    """How many of its days another segment of the person has."""
    has_rival: Flag
    """Whether one other segment of the person has days of its."""
    rival_begins: Day
    """When that begins; where there is none, when the row does."""
    faults: tuple[Never, ...]

    def is_of(self, name: str) -> Flag:
        """Whether the row is of that segment."""
        own: Code = self.people.category.or_else("")
        return own == name


def in_segments(people: Table, contract: Contract, names: tuple[str, ...], overlaps: Overlaps) -> InSegments:
    """Hold each row against the person's other segments of the same census day."""
    listed = named(stretch(contract, people.census_day, people.eligible_from, people.eligible_to))
    category = people.category.or_else("")
    one: Count = literal(Kind.COUNT, 1)
    rivals: Count = literal(Kind.COUNT, 0)
    begins = ends = rival_begins = listed.begins  # of the days that another segment has: none, as it starts
    for place, (there, other) in enumerate(listings(people, contract, names, people.census_day).values()):
        behind = names[place + 1 :] if overlaps is Overlaps.FIRST_WRITTEN else (*names[:place], *names[place + 1 :])
        meets = there & category.is_in(behind) & listed.meets(other)
        rivals = rivals + when(meets, one)
        rival_begins = when(meets, other.begins, rival_begins)
        begins = when(meets, latest(listed.begins, other.begins), begins)
        ends = when(meets, earliest(listed.ends, other.ends), ends)
    rivals = rivals.named("segments of the person that have the same days")
    if overlaps is Overlaps.FAULT:
        says = "another segment of its person has the same days, and nothing says which comes first"
        nothing = ~people.every
        return InSegments(
            people=people, listed=listed, own=listed, cut_short=nothing, begun_late=nothing,
            outranked=when(nothing, one), has_rival=nothing, rival_begins=rival_begins,
            faults=(Never(rivals > 0, says),),
        )  # fmt: skip
    return _cut(people, listed, Stretch(begins=begins, ends=ends), rivals, rival_begins)


def _cut(people: Table, listed: Stretch, taken: Stretch, rivals: Any, rival_begins: Day) -> InSegments:
    """Leave a row the days before those that are taken, or the days after them; not both."""
    cut_short = (rivals == 1) & (taken.ends == listed.ends)
    begun_late = (rivals == 1) & ~cut_short
    begins = when(begun_late, taken.ends, listed.begins).named("first day of its own")
    own = Stretch(begins=begins, ends=when(cut_short, taken.begins, listed.ends).named("day after the last of its own"))
    inside = (rivals == 1) & (taken.begins > listed.begins) & (taken.ends < listed.ends)
    return InSegments(
        people=people, listed=listed, own=own, cut_short=cut_short, begun_late=begun_late,
        outranked=when(rivals == 1, days_between(taken.begins, taken.ends)), has_rival=rivals == 1,
        rival_begins=rival_begins,
        faults=(
            Never(rivals > 1, "two segments of its person that come before its own have the same days"),
            Never(inside, "a segment that comes before its own lies within its days: write it as two stretches"),
        ),
    )  # fmt: skip
