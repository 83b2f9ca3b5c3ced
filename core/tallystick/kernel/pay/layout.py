"""Layout: contracts, their periods and cells, as numbered columns.

A *cell* is a stretch of days of one contract in which none of its numbers changes: a period, cut where a dated
number changes. A row finds its cell by its contract and its date, and reads everything of its contract there.
"""

from __future__ import annotations

import bisect
import datetime
import typing
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import field, frozen

from tallystick.kernel.case import SETTLES, Case, ContractCase, Period, months_later
from tallystick.kernel.language.nodes import Node
from tallystick.kernel.program import Program

NO_CONTRACT = -1
TWO_CONTRACTS = -2
DAY = datetime.timedelta(days=1)


@frozen(eq=False, kw_only=True)
class Layout:
    """The contracts to settle, each with its periods, and the cells of all contracts of the case."""

    contracts: Sequence[ContractCase]
    """Every contract of the case, also the stopped ones: a row of theirs is theirs."""
    active: Sequence[bool]
    periods: Sequence[tuple[int, Period]]
    """(contract number, period) for each contract and period, in order; only of active contracts."""
    cells: Sequence[tuple[int, int, int]]
    """(contract number, segment, place in ``periods`` or -1) for each cell."""
    breaks: Sequence[datetime.date]
    """The days at which a new segment begins; a day before the first is in segment 0."""
    cell_days: Sequence[datetime.date] = field(default=())
    """The first day of each cell, at which a contract's numbers are read for its rows."""
    before: Sequence[int] = field(default=())
    """The place of the contract's period before, for each place in ``periods``; -1 for its first."""
    by_parties: dict[tuple[str, ...], Any] = field(factory=dict, init=False, repr=False)
    """Frames that find a cell by its contract's parties, made once for all scans: there may be thousands of them."""

    @property
    def is_undivided(self) -> bool:
        """True if no contract is more than one cell."""
        return len({number for number, _, _ in self.cells}) == len(self.cells)

    def segment(self, day: datetime.date) -> int:
        """Which segment a day is in."""
        return bisect.bisect_right(self.breaks, day)

    def window(self, place: int) -> tuple[datetime.date, datetime.date]:
        """First and last day of a period, by its place."""
        period = self.periods[place][1]
        return period.first, period.last

    def month_begins(self, node: Node) -> list[datetime.date]:
        """The first day of a month of each period's year: counted from its place among the months of its contract."""
        month, cut = typing.cast(tuple[int, bool], node.data)
        days = []
        for number, period in self.periods:
            contract = self.contracts[number]
            start = (period.number - 1) * SETTLES[contract.settles]
            begins = months_later(contract.first, start - start % 12 + month)
            days.append(min(begins, contract.until + DAY) if cut else begins)
        return days


def lay_out(program: Program) -> Layout:
    """Number the program's contracts, periods and cells."""
    contracts = program.case.contracts
    live = {contract.id for contract in program.contracts}
    alike: dict[tuple[datetime.date, datetime.date, str], list[Period]] = {}
    spans = []
    for contract in contracts:  # most contracts of a scheme have the same periods
        span = (contract.first, contract.until, contract.settles)
        if span not in alike:
            alike[span] = list(contract.periods())
        spans.append(alike[span])
    breaks = sorted(
        {day for periods in spans for p in periods for day in (p.first, p.last + DAY)} | set(_changes(program.case))
    )
    places: list[tuple[int, Period]] = []
    before: list[int] = []
    cells: list[tuple[int, int, int]] = []
    cell_days: list[datetime.date] = []
    for number, (contract, periods) in enumerate(zip(contracts, spans, strict=True)):
        active = contract.id in live
        for order, period in enumerate(periods):
            place = len(places) if active else -1
            if active:
                places.append((number, period))
                before.append(place - 1 if order else -1)
            segment = bisect.bisect_right(breaks, period.first)
            while segment <= len(breaks) and breaks[segment - 1] <= period.last:
                cells.append((number, segment, place))
                cell_days.append(breaks[segment - 1])
                segment += 1
    return Layout(
        contracts=contracts, active=[c.id in live for c in contracts], periods=places, cells=cells, breaks=breaks,
        cell_days=cell_days, before=before,
    )  # fmt: skip


def _changes(case: Case) -> Iterable[datetime.date]:
    """Every day on which a number of a contract changes."""
    seen: set[int] = set()
    for contract in case.contracts:
        for entry in contract.rules:
            for timeline in entry.values.values():
                if not timeline.is_steady and id(timeline) not in seen:
                    seen.add(id(timeline))
                    yield from (day for day, _ in timeline.steps[1:])
                    if timeline.steps[0][0] != datetime.date.min:
                        yield timeline.steps[0][0]


def number_of_day(day: datetime.date) -> int:
    """Days since 1 January 1970, which is how days stand in the columns."""
    return day.toordinal() - 719163


def day_of_number(day: int) -> datetime.date:
    """The day that is so many days after 1 January 1970."""
    return datetime.date.fromordinal(day + 719163)


def terms(program: Program, layout: Layout, identity: str, name: str, *, at_cells: bool) -> list[Any]:
    """A contract's number for each cell (at its first day) or each period; None where the rule is not held."""
    case = program.case
    if identity == "scheme":
        return [case.as_at] * (len(layout.cells) if at_cells else len(layout.periods))
    numbers = [one[0] for one in (layout.cells if at_cells else layout.periods)]
    if identity == "contract":
        return [getattr(layout.contracts[number], name) for number in numbers]
    holders = program.uses[identity].holders
    lines = [held.values.get(name) if (held := holders.get(contract.id)) else None for contract in layout.contracts]
    if all(line is None or line.is_steady for line in lines):  # most numbers never change
        steady = [None if line is None else line.only for line in lines]
        return [steady[number] for number in numbers]
    days = layout.cell_days if at_cells else [period.first for _, period in layout.periods]
    return [
        None if (line := lines[number]) is None else line.at(day) for number, day in zip(numbers, days, strict=True)
    ]  # fmt: skip
