"""Bodies: which organisation stands in the place of a code on a day, after mergers and closures.

``successors.csv`` says from which day another organisation stands in the place of one; ``organisations.csv`` says on
which days an organisation is there at all. Both stand beside scheme.toml, and neither has to be there.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import field, frozen

from tallystick.assign.small_files import SmallRow, read_small
from tallystick.kernel.case import ContractCase
from tallystick.kernel.errors import Fault

ORGANISATIONS, SUCCESSORS = "organisations.csv", "successors.csv"
DAY = datetime.timedelta(days=1)

Days = tuple[datetime.date | None, datetime.date | None]
"""First and last day, inclusive; None where it is open."""


@frozen(eq=False)
class Successors:
    """Who stands in an organisation's place: for each code the days from which another does, in order.

    Only a table without circles is made from a file, so following it always ends.
    """

    steps: Mapping[str, tuple[tuple[datetime.date, str], ...]] = field(factory=dict)

    def body(self, code: str, day: datetime.date) -> str:
        """The code that stands in the place of ``code`` on ``day``, through every successor; itself where none does."""
        seen = {code}
        while (after := self._next(code, day)) is not None and after not in seen:
            seen.add(after)
            code = after
        return code

    def last(self, code: str) -> str:
        """The code that stands in the place of ``code`` in the end."""
        return self.body(code, datetime.date.max)

    def circle(self, code: str, day: datetime.date) -> tuple[str, ...]:
        """The codes that succeed each other in a circle on the day, from ``code`` on; none if it ends."""
        seen = [code]
        while (after := self._next(code, day)) is not None:
            if after in seen:
                return (*seen[seen.index(after) :], after)
            seen.append(after)
            code = after
        return ()

    def days(self) -> list[datetime.date]:
        """Every day on which somebody begins to stand in another's place, in order."""
        return sorted({start for steps in self.steps.values() for start, _ in steps})

    def _next(self, code: str, day: datetime.date) -> str | None:
        steps = self.steps.get(code, ())
        place = bisect_right(steps, day, key=lambda step: step[0])
        return steps[place - 1][1] if place else None


@frozen(eq=False, kw_only=True)
class Bodies:
    """The organisations that a workspace lists, with their days, and who succeeds whom."""

    successors: Successors = field(factory=Successors)
    days: Mapping[str, Days] = field(factory=dict)
    names: Mapping[str, str] = field(factory=dict)
    files: tuple[str, ...] = ()

    def outside(self, code: str, first: datetime.date, last: datetime.date) -> datetime.date | None:
        """The first day from ``first`` to ``last`` on which nobody stands in the code's place; None if somebody does.

        A code that organisations.csv does not list is not judged.
        """
        starts = [first, *(day for day in self.successors.days() if first < day <= last)]
        for start, until in zip(starts, [*(day - DAY for day in starts[1:]), last], strict=True):
            begins, ends = self.days.get(self.successors.body(code, start), (None, None))
            if begins is not None and begins > start:
                return start
            if ends is not None and ends < until:
                return max(start, ends + DAY)
        return None


def read_bodies(folder: Path, faults: list[Fault]) -> Bodies:
    """Read both files where they are there; what is wrong is added to ``faults``."""
    files = [name for name in (ORGANISATIONS, SUCCESSORS) if (folder / name).is_file()]
    days: dict[str, Days] = {}
    names: dict[str, str] = {}
    if ORGANISATIONS in files:
        for row in read_small(folder / ORGANISATIONS, ORGANISATIONS, ("code",), ("name", "from", "to"), faults):
            _organisation(row, days, names, faults)
    successors = Successors()
    if SUCCESSORS in files:
        needed = ("code", "successor", "from")
        successors = _successors(read_small(folder / SUCCESSORS, SUCCESSORS, needed, (), faults), faults)
    return Bodies(successors=successors, days=days, names=names, files=tuple(files))


def _organisation(row: SmallRow, days: dict[str, Days], names: dict[str, str], faults: list[Fault]) -> None:
    code, first, last = row.code("code", faults), row.day("from", faults), row.day("to", faults)
    if code in days:
        found = f"organisation {code} is listed twice"
        faults.append(row.spot("code").fault("organisation/twice", found, "", "one row for each code"))
    elif first is not None and last is not None and first > last:
        found = f"organisation {code} closes on {last}, before it opens on {first}"
        faults.append(row.spot("to").fault("organisation/days", found, "", "a last day on or after the first"))
    elif code:
        days[code], names[code] = (first, last), row.cells.get("name", "")


def _successors(rows: Iterable[SmallRow], faults: list[Fault]) -> Successors:
    steps: dict[str, dict[datetime.date, str]] = {}
    spots: dict[str, SmallRow] = {}
    for row in rows:
        code, after, start = row.code("code", faults), row.code("successor", faults), row.day("from", faults)
        if start is None:
            if not row.cells["from"]:
                faults.append(row.spot("from").fault("cell/empty", "from is empty", "", "a day as 2025-04-01"))
            continue
        if not code or not after:
            continue
        if start in steps.get(code, {}):
            found = f"{code} has two successors from {start}: {steps[code][start]} and {after}"
            why = "a row with the old code could be either's"
            faults.append(row.spot("successor").fault("successor/two", found, why, "one successor on each day"))
            continue
        steps.setdefault(code, {})[start] = after
        spots[code] = row
    made = Successors({code: tuple(sorted(of.items())) for code, of in steps.items()})
    faults.extend(_circles(made, spots))
    return made


def _circles(made: Successors, spots: Mapping[str, SmallRow]) -> Iterable[Fault]:
    told: set[frozenset[str]] = set()
    for code in made.steps:
        for day in made.days():
            circle = made.circle(code, day)
            if circle and frozenset(circle) not in told:
                told.add(frozenset(circle))
                found = f"on {day} they succeed each other in a circle: {' → '.join(circle)}"
                spot = spots[circle[0]].spot("successor")
                yield spot.fault("successor/circle", found, "nobody is left to stand in their place", "the last one")


def contract_faults(bodies: Bodies, contracts: Iterable[ContractCase]) -> Iterable[Fault]:
    """Parties that are not there on some day of their contract, and have no successor then."""
    found: dict[tuple[str, datetime.date, datetime.date], datetime.date | None] = {}
    for contract in contracts if bodies.days else ():
        for what, code in (("provider", contract.provider), ("commissioner", contract.commissioner)):
            place = (code, contract.first, contract.last)
            if place not in found:
                found[place] = bodies.outside(*place)
            day = found[place]
            if day is not None:
                yield Fault(
                    code="organisation/not-there", file=ORGANISATIONS,
                    found=f"{code}, the {what} of contract {contract.id}, is not there on {day}",
                    why=f"{_said(bodies, code)}, it has no successor that day, and the contract runs from "
                    f"{contract.first} to {contract.last}",
                    write=f"a row of {SUCCESSORS}, or the right days",
                )  # fmt: skip


def _said(bodies: Bodies, code: str) -> str:
    begins, ends = bodies.days.get(code, (None, None))
    if begins is None and ends is None:
        return f"{ORGANISATIONS} says no days of {code} itself"
    return f"{ORGANISATIONS} has it{f' from {begins}' if begins else ''}{f' to {ends}' if ends else ''}"
