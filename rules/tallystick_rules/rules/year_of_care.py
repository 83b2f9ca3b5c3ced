"""Year of care: an amount a person a year, by segment, for the days on which they are in it."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any, ClassVar

from attrs import frozen

from tallystick.kernel.accounts import MONTHS, Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Covered, Excluded, Figure, Flow, Law, Never, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Count, Flag, Price
from tallystick.kernel.language.words import days_between, each_contract, ratio, when
from tallystick.kernel.parameters import Parts
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Paid
from tallystick_rules.rules import _cohort
from tallystick_rules.rules._budget import ADDITIONAL, REPLACES, Replaced, check_budget, replacing
from tallystick_rules.rules._covers import Covers
from tallystick_rules.rules._eligible_days import listed_again, to_date
from tallystick_rules.rules._overlaps import InSegments, Overlaps, in_segments
from tallystick_rules.rules._prices import unit_of, units_of
from tallystick_rules.rules._roll_forward import RollForward


class Unlisted(enum.Enum):
    """What happens to people of the cohort whose segment has no rate here."""

    FAULT = "fault"
    LEFT_OUT = "left out"


@frozen(eq=False, kw_only=True)
class Segment:
    """A segment of people, with what a year of care for one of them is worth."""

    segment: str = parameter("The segment, as the table of people names it under category.")
    rate: Price = parameter("What a person's year in the segment brings.", at_least=0, unit="a person a year")


@rule("year-of-care")
class YearOfCare(Rule):
    """An amount a person a year for all that is done for them, by segment, for the days on which they are in it.

    What it pays
        The rate of a person's segment × the days on which they are eligible ÷ the days of the contract's year. The
        cohort may be found by age and by conditions. What the budget pays for is covered, and what it replaces is
        taken off what was paid for it before.

    Who pays whom
        The commissioner pays the provider. What is replaced goes back the way in which it was paid.

    How it is worked out
        1. A row of the table of people is a stretch of days in a segment: `eligible_from` counts and `eligible_to`
           does not. If the first is missing it is the census day; if the second is, the stretch goes on. It is cut to
           the contract's year: whoever is in it next year is listed again by then.
        2. A row belongs to the cohort if the age on its census day is within the ages, and if as many of the
           conditions as are needed are recorded on the first day of the stretch. A row that does not is left out, and
           counted under the first of the reasons that holds: age not recorded, too young, too old, too few conditions.
        3. Where two segments of a person, listed on one census day, meet on the same days, `overlaps` decides: a
           fault, or the segment that is written first has those days. Two rows of one segment on a census day are a
           fault; so are two that come before a third, one that lies inside another, and a person who is listed again
           on a later census day for days of the year that they have already.
        4. For each segment, rate × days to date ÷ days of the contract's year (365 or 366, also where the contract is
           of part of a year), rounded once, half up; a period pays that less what was due before it, at the rate of
           its first day. A row that is listed late is made up for in the period of its census day.
        5. A person of a segment without a rate, or of none, is a fault or is left out and shown, as `unlisted` says.

        People at the beginning of the year, those who joined, those who left by their reasons and people at the end
        are counted and have to add up. They are counts of stretches: of a person's two segments each is one.

    Example
        £1,200 a year, from 1 June 2026 to a death on 10 December 2026: 192 days of 365.

        >>> import datetime
        >>> days = (datetime.date(2026, 12, 10) - datetime.date(2026, 6, 1)).days
        >>> days, (2 * 120_000 * days + 365) // (2 * 365)  # 63,123.29 pence
        (192, 63123)

    Source
        NHS Confederation, Reforming financial flows: lessons from systems (Bristol, North Somerset and South
        Gloucestershire); Fit for the Future: 10 Year Health Plan for England (2025), year of care payments. Amounts
        are nobody's yet.
    """

    is_budget: ClassVar[bool] = True

    segments: Parts[Segment] = parameter("The segments with their rates; the first comes first where two overlap.")
    overlaps: Overlaps = parameter("What happens where two segments of a person meet: fault, or first written.")
    unlisted: Unlisted = parameter("What happens to a person of no segment listed here: fault, or left out.")
    conditions: tuple[str, ...] | None = parameter(_cohort.CONDITIONS, default=None)
    conditions_needed: Count | None = parameter(_cohort.CONDITIONS_NEEDED, at_least=1, at_most=100, default=None)
    age_from: Count | None = parameter(_cohort.AGE_FROM, at_least=0, at_most=130, default=None, unit="years")
    age_to: Count | None = parameter(_cohort.AGE_TO, at_least=0, at_most=130, default=None, unit="years")
    reasons: tuple[str, ...] = parameter(
        "The reasons for leaving that are counted by name; others are counted together.", default=()
    )
    covers: tuple[Covers, ...] = parameter("The activity that it pays for; its units are covered, at nil.", default=())
    replaces: Parts[Replaced] | None = parameter(REPLACES, default=None)
    additional: bool = parameter(ADDITIONAL, default=False, sourced=True)

    @hookimpl
    def payment_currency(self, activity: Activity, contract: Contract) -> Iterator[Units]:
        """Cover what the budget pays for, and the people for whom it is paid."""
        check_budget(self)
        yield from self._of_people(activity.people, *self._in_cohort(activity, contract))
        for part in self.covers:
            rows = activity[part.table]
            unit = unit_of(rows, part.unit)
            where = rows.where(part.where)
            yield Covered(
                rows, unit=unit, where=where, units=units_of(rows, unit), reason="paid for by the year of care"
            )

    @hookimpl
    def incentive(self, activity: Activity, paid: Paid, contract: Contract) -> Iterator[Flow | Figure | Law | Never]:
        """Pay each segment's days to date, less what was due before."""
        names, people = self._names(), activity.people
        mine, members, counted = self._in_cohort(activity, contract)
        yield from (*mine.faults, *members.faults)
        if self.conditions is not None and self.overlaps is Overlaps.FIRST_WRITTEN:
            rival = _cohort.cohort(self, people, activity.conditions, mine.rival_begins)
            says = "a segment that comes before its own has days of its, and is not in the cohort as it begins"
            yield Never(mine.has_rival & members.members & ~rival.members, says)
        yield listed_again(people, contract, names, mine.listed)
        other = members.members & ~people.category.or_else("").is_in(names)
        if self.unlisted is Unlisted.FAULT:
            yield Never(other, "its segment is missing, or has no rate here")
        else:
            yield Figure("left out: a segment without a rate", other, reason="not listed in the contract: not paid")
        yield from members.figures(mine.listed.holds_days)
        year = _year(contract)
        for one in _each(self.segments):
            yield from self._of_segment(one, counted & mine.is_of(one.segment), mine, year, contract)
        yield Figure("days outranked", when(members.members, mine.outranked), reason="paid in a segment written before")
        yield from RollForward(
            people=people, contract=contract, counted=counted, own=mine.own, cut_short=mine.cut_short,
            begun_late=mine.begun_late, reasons=self.reasons,
        ).figures()  # fmt: skip
        yield from replacing(self.replaces, paid, None)

    def _of_people(
        self, people: Any, mine: InSegments, members: _cohort.Cohort, counted: Flag
    ) -> Iterator[Units]:  # fmt: skip
        """Cover whoever is paid for by days, and exclude who is listed and is not, for the first reason that holds."""
        unit, listed = unit_of(people, None), mine.listed.holds_days & people.category.or_else("").is_in(self._names())
        for one in _each(self.segments):
            reason = f"in the cohort: its days are paid for as {one.segment}"
            yield Covered(people, unit=unit, where=counted & mine.is_of(one.segment), reason=reason)
        for says, where in members.left_out:
            yield Excluded(people, unit=unit, where=listed & where, reason=f"not in the cohort: {says}")

    def _in_cohort(self, activity: Activity, contract: Contract) -> tuple[InSegments, _cohort.Cohort, Flag]:
        """Each row's days, whether it belongs to the cohort, and whether it is paid for."""
        names, people = self._names(), activity.people
        mine = in_segments(people, contract, names, self.overlaps)
        members = _cohort.cohort(self, people, activity.conditions, mine.listed.begins)
        counted = members.members & mine.own.holds_days & people.category.or_else("").is_in(names)
        return mine, members, counted.named("in the cohort, with days of its own")

    def _names(self) -> tuple[str, ...]:
        """The segments in their order; a name that is written twice is refused."""
        names = tuple(one.segment for one in _each(self.segments))
        twice = [place for place, name in enumerate(names) if name in names[:place]]
        if twice:
            says = f"year-of-care: the segment {names[twice[0]]!r} has two rates"
            raise RuleError(says, about=f"segments.{twice[0]}", write="each segment once")
        return names

    def _of_segment(
        self, one: Any, counted: Flag, mine: InSegments, year: Count, contract: Contract
    ) -> Iterator[Flow | Figure]:
        """What the days of one segment bring in the period."""
        before, now = to_date(contract, lambda day: when(counted, mine.own.before(day)))
        rate = each_contract(one.rate).named(f"rate of {one.segment}")
        due, paid = (
            (rate * ratio(days.named(f"days in {one.segment}, {until}"), year, otherwise=0)).as_amount()
            for days, until in ((now, "year to date"), (before, "before this period"))
        )
        yield Flow(
            contract.commissioner, contract.provider, due - paid, kind="price", units=now - before,
            reason=f"a year of care by days: {one.segment}",
        )  # fmt: skip


def _year(contract: Contract) -> Count:
    return days_between(contract.month_begins(0), contract.month_begins(MONTHS)).named("days of the year")


def _each(segments: Any) -> tuple[Any, ...]:
    """The segments as a traced rule sees them."""
    return tuple(segments)
