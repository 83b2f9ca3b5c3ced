"""The months that are reconciled, and a case cut off at the last of them."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator

import attrs
from attrs import frozen

from tallystick.files.dates import AFTER_DAYS, EARLIEST
from tallystick.files.spots import Refusal
from tallystick.kernel.case import Case, ContractCase, months_later
from tallystick.kernel.errors import Fault, InputError

_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])")
EXAMPLE = "2025-04..2025-09"


@frozen(order=True)
class Months:
    """Calendar months from the first to the last, inclusive; each is known by its first day."""

    first: datetime.date
    last: datetime.date

    @property
    def last_day(self) -> datetime.date:
        """The last day of the last month."""
        return self.last.replace(day=calendar.monthrange(self.last.year, self.last.month)[1])

    @property
    def names(self) -> tuple[str, ...]:
        """Each month as ``2025-04``."""
        return tuple(name_of(day) for day in self)

    def __iter__(self) -> Iterator[datetime.date]:
        """The first day of each month, in order."""
        month = self.first
        while month <= self.last:
            yield month
            month = months_later(month, 1)

    def __len__(self) -> int:
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def __str__(self) -> str:
        one, other = name_of(self.first), name_of(self.last)
        return one if one == other else f"{one}..{other}"


def name_of(day: datetime.date) -> str:
    """The month that a day lies in, as ``2025-04``."""
    return f"{day.year:04d}-{day.month:02d}"


def read_months(text: str) -> Months:
    """Read ``2025-04..2025-09``, or one month; raises Refusal for anything else."""
    ends = [_MONTH.fullmatch(part.strip()) for part in text.split("..")]
    if len(ends) not in (1, 2) or None in ends:
        raise Refusal("months/form", f'"{text}" is not a stretch of months', "", f"{EXAMPLE}, or one month: 2025-04")
    first, last = (
        datetime.date(int(end["year"]), int(end["month"]), 1)
        for end in (ends[0], ends[-1]) if end is not None and int(end["year"])
    )  # fmt: skip
    if last < first:
        found = f"{name_of(last)} comes before {name_of(first)}"
        raise Refusal(
            "months/order", found, "a stretch of months begins with the earlier", f"{last:%Y-%m}..{first:%Y-%m}"
        )
    if not (first >= EARLIEST and last < AFTER_DAYS):
        found = f'"{text}" reaches outside {EARLIEST.year} to {AFTER_DAYS.year - 1}'
        raise Refusal("months/form", found, "", EXAMPLE)
    return Months(first, last)


def month_of(text: str) -> datetime.date:
    """Read one month, as ``2025-04``; returns its first day, raises Refusal for anything else."""
    months = read_months(text)
    if len(months) != 1:
        raise Refusal("months/form", f'"{text}" is more than one month', "", "2025-04")
    return months.first


def cut(case: Case, months: Months, as_at: datetime.date) -> Case:
    """The case with every contract settled through the last of the months, and facts known on ``as_at``.

    A contract that begins after them is left out. Periods before the months are kept, since rules may look back at
    them. Raises InputError where a contract's period begins before the months and ends in them, where no contract
    has any of the months, and where one of them begins after ``as_at``.
    """
    through = months.last_day
    kept = tuple(attrs.evolve(c, through=through) for c in case.contracts if c.first <= through)
    faults = [fault for contract in kept if (fault := _in_the_middle(contract, months)) is not None]
    if not any(contract.last >= months.first for contract in kept):
        found = f"no contract has a day in {months}"
        first, last = min(c.first for c in case.contracts), max(c.last for c in case.contracts)
        write = f"months from {name_of(first)} to {name_of(last)}, when there are contracts"
        faults.append(Fault(code="months/none", found=found, write=write))
    if months.last > as_at:
        faults.append(_ahead(months, as_at))
    if faults:
        raise InputError(faults)
    return attrs.evolve(case, contracts=kept, as_at=as_at)


def _ahead(months: Months, as_at: datetime.date) -> Fault:
    """Months that have not begun: what is fixed would be payable ahead, and a year mistyped is a year's money."""
    begun = f"months up to {name_of(as_at)}; or " if months.first <= as_at else ""
    return Fault(
        code="months/ahead", found=f"{name_of(months.last)} begins after {as_at}, the day as at which is reconciled",
        why="nothing of it can be known by then, and its fixed payments would be due already",
        write=f"{begun}--as-at {months.last} or later",
    )  # fmt: skip


def _in_the_middle(contract: ContractCase, months: Months) -> Fault | None:
    for period in contract.periods():
        if period.first < months.first <= period.last:
            return Fault(
                code="months/middle",
                found=f"the months begin on {months.first}, in the middle of a {contract.settles} of contract "
                f"{contract.id} that begins on {period.first}",
                why="what is due for a part of it cannot be told from what was due for the part before",
                write=f"--months {name_of(period.first)}..{name_of(months.last)}",
            )
    return None
