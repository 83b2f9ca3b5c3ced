"""Layout: contracts, their periods and cells, as numbered columns.

A *cell* is a stretch of days of one contract in which none of its numbers changes: a period, cut where a dated
number changes. A row finds its cell by its contract and its date, and reads everything of its contract there.
"""

from __future__ import annotations

import bisect
import datetime
import typing
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import field, frozen

from tallystick.kernel.case import SETTLES, Case, ContractCase, Period, Timeline, months_later
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
    changing: frozenset[int] = field(default=frozenset(), repr=False)
    """The numbers of contracts that change in time, by where they are in memory."""
    by_parties: dict[tuple[str, ...], Any] = field(factory=dict, init=False, repr=False)
    """Frames that find a cell by its contract's parties, made once for all scans: there may be thousands of them."""

    @property
    def is_undivided(self) -> bool:
        """True if no contract is more than one cell."""
        return len({number for number, _, _ in self.cells}) == len(self.cells)

    @cached_property
    def number(self) -> Mapping[str, int]:
        """For each contract's id its number."""
        return {contract.id: number for number, contract in enumerate(self.contracts)}

    @cached_property
    def keys(self) -> Sequence[tuple[str, int]]:
        """For each period the id of its contract, and its number."""
        return [(self.contracts[number].id, period.number) for number, period in self.periods]

    @cached_property
    def of_cells(self) -> Sequence[int]:
        """For each cell the number of its contract."""
        return [number for number, _, _ in self.cells]

    @cached_property
    def of_periods(self) -> Sequence[int]:
        """For each period the number of its contract."""
        return [number for number, _ in self.periods]

    def spread(self, by_contract: list[Any], *, at_cells: bool) -> list[Any]:
        """What is said of each contract, for each of its cells or periods."""
        numbers = self.of_cells if at_cells else self.of_periods
        return list(map(by_contract.__getitem__, numbers))

    def holding(self, *holders: Mapping[str, Any]) -> list[bool]:
        """For each contract whether it is among all of these."""
        among = set(self.number).intersection(*holders)
        held = [False] * len(self.contracts)
        for contract in among:
            held[self.number[contract]] = True
        return held

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
    changing = _changing(program.case)
    ends = {day for periods in alike.values() for p in periods for day in (p.first, p.last + DAY)}
    breaks = sorted(ends | set(_changes(changing)))
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
        cell_days=cell_days, before=before, changing=frozenset(map(id, changing)),
    )  # fmt: skip


def _changing(case: Case) -> list[Timeline]:
    """Every number of a contract that changes in time."""
    entries = (entry for contract in case.contracts for entry in contract.rules)
    return [line for entry in entries for line in entry.values.values() if not line.is_steady]


def _changes(changing: Iterable[Timeline]) -> Iterable[datetime.date]:
    """Every day on which one of them does."""
    for timeline in changing:
        yield from (day for day, _ in timeline.steps if day != datetime.date.min)


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
    if identity == "contract":
        return layout.spread([getattr(contract, name) for contract in layout.contracts], at_cells=at_cells)
    lines: list[Timeline | None] = [None] * len(layout.contracts)
    steady: list[Any] = [None] * len(layout.contracts)
    for contract, entry in program.uses[identity].holders.items():
        line = entry.values.get(name)
        if line is not None:
            number = layout.number[contract]
            lines[number], steady[number] = line, line.steps[0][1]
    if layout.changing.isdisjoint(map(id, lines)):  # most numbers never change
        return layout.spread(steady, at_cells=at_cells)
    days = layout.cell_days if at_cells else [period.first for _, period in layout.periods]
    found = layout.spread(lines, at_cells=at_cells)
    return [None if line is None else line.at(day) for line, day in zip(found, days, strict=True)]
