"""Cohorts: who belongs to one by age and by how many of some conditions they live with, and who does not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Never
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Count, Day, Flag, Maybe, literal
from tallystick.kernel.language.words import when
from tallystick.kernel.tables import Table

CONDITIONS = "The conditions of which a person needs some, as the table of conditions names them."
CONDITIONS_NEEDED = "How many of them a person needs on the first day of the stretch."
AGE_FROM = "The youngest age on the census day, in completed years."
AGE_TO = "The oldest age on the census day, in completed years."


@frozen(eq=False, kw_only=True)
class Cohort:
    """Which rows belong to it, and those that do not, by the first reason that holds."""

    members: Flag
    left_out: tuple[tuple[str, Flag], ...]
    faults: tuple[Never, ...]

    def figures(self, listed: Flag) -> Iterator[Figure]:
        """How many rows are left out, by the reason; every row has one at most."""
        for says, where in self.left_out:
            yield Figure(f"not in the cohort: {says}", listed & where)


def cohort(rule: Any, people: Table, conditions: Table, on: Day) -> Cohort:
    """Read the people against a rule's ages and conditions; everyone belongs where it says nothing of them."""
    if (rule.conditions is None) != (rule.conditions_needed is None):
        said = "conditions" if rule.conditions_needed is None else "conditions_needed"
        says = f"{type(rule).rule_name}: which conditions and how many of them are said together"
        raise RuleError(says, about=said, write='conditions = ["…"], conditions_needed = 3')
    _once(rule)
    left_out = [*_by_age(rule, people)]
    if rule.conditions is not None:
        few = _held(rule.conditions, people, conditions, on) < rule.conditions_needed
        left_out.append(("too few of the conditions", few))
    members, reasons = people.every, []
    for says, where in left_out:
        reasons.append((says, (members & where).named(says)))
        members = members & ~where
    return Cohort(members=members.named("in the cohort"), left_out=tuple(reasons), faults=tuple(_crossed(rule, people)))


def _once(rule: Any) -> None:
    """Refuse a condition that is written twice: whoever has it would be held to have two."""
    name, named = type(rule).rule_name, rule.conditions or ()
    if twice := [one for place, one in enumerate(named) if one in named[:place]]:
        says = f"{name}: the condition {twice[0]!r} is written twice, and one of them would count as two"
        raise RuleError(says, about="conditions", write="each condition once")


def _crossed(rule: Any, people: Table) -> Iterator[Never]:
    """The rows of contracts whose ages or conditions nobody could meet."""
    if rule.conditions_needed is not None:
        many: Count = literal(Kind.COUNT, len(rule.conditions))
        beyond = people.every & (many < rule.conditions_needed)
        yield Never(beyond, "conditions_needed of its contract is more than the conditions that it names")
    if rule.age_from is not None and rule.age_to is not None:
        yield Never(people.every & (rule.age_to < rule.age_from), "age_from of its contract is above age_to")


def _by_age(rule: Any, people: Table) -> Iterator[tuple[str, Flag]]:
    age: Maybe[Count] = people.age_years
    if rule.age_from is not None or rule.age_to is not None:
        yield "age not recorded", age.is_missing()
    if rule.age_from is not None:
        yield "too young", age.or_else(0) < rule.age_from
    if rule.age_to is not None:
        yield "too old", age.or_else(0) > rule.age_to


def _held(names: tuple[str, ...], people: Table, conditions: Table, on: Day) -> Count:
    """How many of the conditions the person lives with on that day."""
    one: Count = literal(Kind.COUNT, 1)
    held: Any = None
    for name in names:
        match = {"person": people.person, "condition": name}
        since, until = (conditions.find(column, **match).or_else(on) for column in ("from_day", "to_day"))
        there = conditions.exist(**match) & (since <= on) & (on <= until)
        held = when(there, one) if held is None else held + when(there, one)
    return held.named("conditions held")  # type: ignore[no-any-return]
