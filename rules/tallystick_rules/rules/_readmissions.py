"""Emergency admissions that could have been avoided: which they are, which are left out, and which nobody can tell."""

from __future__ import annotations

import enum
from typing import Any

from attrs import field, frozen

from tallystick.kernel.flows import Figure, Never
from tallystick.kernel.language.series import Flag
from tallystick.kernel.language.words import days_between
from tallystick_rules.tables.spells import ELECTIVE


class Avoidable(enum.Enum):
    """Which emergency admissions could have been avoided."""

    AFTER_ELECTIVE = "readmissions after an elective stay"
    READMISSIONS = "readmissions after any stay"
    ADMISSIONS = "admissions"


@frozen(kw_only=True)
class Exclusion:
    """Admissions that are left out, with the reason: by codes of columns, by age, or by both together."""

    reason: str
    where: dict[str, tuple[str, ...]] = field(factory=dict)
    younger_than: int | None = None


def avoidable(rule: Any, spells: Any) -> tuple[Flag, list[Figure | Never]]:
    """The admissions that the rule counts, with what was left out and what is at fault."""
    found: list[Figure | Never] = []
    counted: Flag = spells.where(rule.where) & spells.admission_method.starts_with("2")
    if rule.of is not Avoidable.ADMISSIONS:
        found += _unlinked(rule, spells, counted)
        counted = counted & _follows(rule, spells)
    counted = counted.named(f"emergency {rule.of.value}")
    for one in rule.exclusions:
        codes: Flag = counted & spells.where(one.where)
        left_out = codes
        if one.younger_than is not None:
            says = f"its age is not given, and decides whether it is left out: {one.reason}"
            found.append(Never(codes & spells.age_years.is_missing(), says))
            left_out = codes & (spells.age_years.or_else(one.younger_than) < one.younger_than)
        left_out = left_out.named(f"left out: {one.reason}")
        found.append(Figure(f"left out: {one.reason}", left_out))
        counted = counted & ~left_out
    counted = counted.named(f"avoidable {rule.of.value}")
    found.append(Figure("avoidable admissions", counted))
    return counted, found


def _unlinked(rule: Any, spells: Any, counted: Flag) -> list[Never]:
    """Rows that cannot be told to be readmissions or not."""
    named = spells.index_spell.is_given() & spells.index_discharged.is_missing()
    nevers = [
        Never(counted & named, "it names an earlier stay, and not when that ended"),
        Never(counted & (_days(spells) < 0), "its earlier stay ended after it began"),
    ]
    if rule.of is Avoidable.AFTER_ELECTIVE:
        unknown = counted & _in_time(rule, spells) & spells.index_admission_method.is_missing()
        nevers.append(Never(unknown, "it is not known whether its earlier stay was elective"))
    return nevers


def _days(spells: Any) -> Any:
    """Days since the earlier stay; none where there was none."""
    return days_between(spells.index_discharged.or_else(spells.admitted), spells.admitted)


def _in_time(rule: Any, spells: Any) -> Flag:
    days = _days(spells).named("days since the earlier stay")
    within: Flag = spells.index_discharged.is_given() & (days <= rule.within_days)
    return within


def _follows(rule: Any, spells: Any) -> Flag:
    if rule.of is Avoidable.READMISSIONS:
        return _in_time(rule, spells)
    elective: Flag = spells.index_admission_method.or_else("").is_in(ELECTIVE)
    return _in_time(rule, spells) & elective
