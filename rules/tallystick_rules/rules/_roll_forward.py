"""Roll-forward: who was there when the year began, who joined, who left and why, and who is there at the end."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator

from attrs import frozen

from tallystick.kernel.accounts import MONTHS, Contract
from tallystick.kernel.flows import Figure, Law
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Count, Day, Flag, literal
from tallystick.kernel.language.words import each_contract, so_far, total, when
from tallystick.kernel.tables import Table
from tallystick_rules.rules._eligible_days import Stretch, to_date


@frozen(eq=False, kw_only=True)
class RollForward:
    """Who was there at the beginning, who joined, who left and why, and who is there at the end."""

    people: Table
    contract: Contract
    counted: Flag
    own: Stretch
    cut_short: Flag
    """Where the stretch ends because another of the person's comes first."""
    begun_late: Flag
    reasons: tuple[str, ...]

    def figures(self) -> Iterator[Figure | Law]:
        """The counts of the period, and that they add up."""
        people, one = self.people, self.people.rows
        year = self.contract.month_begins(0)
        there_first = self.counted & (self.own.begins == year)
        opening = total(when(there_first, one))
        yield Figure("people at the beginning", opening, reason="in it on the contract year's first day")
        joined = self.counted & (self.own.begins > year)
        before = self.begun_late | people.exist(person=people.person, eligible_to=self.own.begins)
        ways = [("joined", joined & ~before), ("joined, from another listing", joined & before)]
        came = [self._count(name, self._by(where, self.own.begins)) for name, where in ways]
        for part in came:
            yield part[2]
        gone = [self._count(name, self._by(where, self.own.ends)) for name, where in self._leaving()]
        for part in gone:
            yield part[2]
        closing = to_date(self.contract, self._present)[1]
        is_end = self.contract.month_begins(MONTHS, cut=True) <= self.contract.last_day.plus_days(1)
        reason = "in it on the last day that is settled"
        yield Figure("people at the end", when(is_end, closing), reason=reason)
        moved = so_far(opening) + opening + _sum([part[1] for part in came]) - _sum([part[1] for part in gone])
        yield Law("people at the beginning, and joined, less left are people at the end", heads(moved), heads(closing))

    def _leaving(self) -> Iterator[tuple[str, Flag]]:
        people = self.people
        reason = people.exit_reason.or_else("")
        listed = (
            people.exist(person=people.person, **{name: self.own.ends}) for name in ("eligible_from", "census_day")
        )
        onward = functools.reduce(operator.or_, listed, self.cut_short)
        unsaid = self.counted & people.exit_reason.is_missing()
        said = self.counted & people.exit_reason.is_given() & ~self.cut_short
        for name in self.reasons:
            yield f"left: {name}", said & (reason == name)
        yield "left: another reason", said & ~reason.is_in(self.reasons)
        yield "left, to another listing", self.counted & (self.cut_short | (unsaid & onward))
        yield "left: no reason given", unsaid & ~onward

    def _by(self, where: Flag, when_it_is: Day) -> Callable[[Day], Count]:
        one = self.people.rows
        return lambda day: when(where & (when_it_is < day), one)

    def _present(self, day: Day) -> Count:
        return when(self.counted & (self.own.begins < day) & (self.own.ends >= day), self.people.rows)

    def _count(self, name: str, at_end: Callable[[Day], Count]) -> tuple[Count, Count, Figure]:
        before, now = to_date(self.contract, at_end)
        return before, now, Figure(name, now - before)


def heads(count: Count) -> Amount:
    """A count as an amount, a penny each, for a law that holds two counts against each other."""
    penny: Amount = literal(Kind.AMOUNT, "£0.01")
    return each_contract(penny) * count


def _sum(counts: list[Count]) -> Count:
    added = counts[0]
    for one in counts[1:]:
        added = added + one
    return added
