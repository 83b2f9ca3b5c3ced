"""Evidence of best practice: what a level asks for, and whether a spell's evidence says that it was reached."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from tallystick.kernel.language.series import Flag, Maybe, Rate
from tallystick.kernel.language.words import hours_between
from tallystick.kernel.tables import Table
from tallystick_rules.rules._prices import joined


@frozen(kw_only=True)
class Criterion:
    """Something that has to be recorded as met; if it is timed, its clock has to stop within the limit."""

    name: str
    within_hours: int | None = None


@frozen(kw_only=True)
class Level:
    """Something that is earned by itself: the criteria that must all hold, and the setting that it asks for."""

    name: str
    criteria: tuple[Criterion, ...] = ()
    setting: dict[str, tuple[str, ...]] = field(factory=dict)


def reached(level: Level, spells: Table, evidence: Table, standard: str) -> tuple[Flag, Flag]:
    """Whether a spell reached the level, and whether it is known that it did not; where neither, it is not recorded."""
    met = spells.where(level.setting)
    failed = ~met
    for criterion in level.criteria:
        yes, no = _recorded(criterion, spells, evidence, standard)
        met, failed = met & yes, failed | no
    return met, failed


def _recorded(criterion: Criterion, spells: Any, evidence: Table, standard: str) -> tuple[Flag, Flag]:
    def said(column: str) -> Any:
        return evidence.find(column, spell=spells.spell, standard=standard, criterion=criterion.name)

    if criterion.within_hours is None:
        answer: Maybe[Flag] = said("met")
        return answer.is_yes().named(criterion.name), answer.is_no()
    taken: Maybe[Rate] = joined(hours_between, said("started_at"), said("finished_at"))
    hours = taken.or_else(-1).named(f"{criterion.name}, hours")
    return (hours >= 0) & (hours <= criterion.within_hours), hours > criterion.within_hours
