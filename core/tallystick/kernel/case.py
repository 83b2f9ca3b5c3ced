"""A case: everything that is settled but the activity. The contracts, the scheme's numbers and price lists.

These are plain values: what the files say, after every fault in them has been found. A number given by year
or by date is a timeline; the readings see the value in force.
"""

from __future__ import annotations

import calendar
import datetime
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from attrs import field, frozen

from tallystick.kernel.accounts import Pot
from tallystick.kernel.errors import Fault
from tallystick.kernel.tables import TableSpec

SETTLES = {"month": 1, "quarter": 3, "year": 12}
"""How many months a period has, by the word for it."""


@frozen
class Timeline:
    """A value with a history: each ``(day, value)`` is in force from that day until the next."""

    steps: tuple[tuple[datetime.date, Any], ...]

    def at(self, day: datetime.date) -> Any:
        """The value in force on ``day``; None before the first."""
        found = None
        for start, value in self.steps:
            if start > day:
                break
            found = value
        return found

    @property
    def is_steady(self) -> bool:
        """True if it says the same on every day."""
        return len(self.steps) == 1 and self.steps[0][0] == datetime.date.min

    @property
    def only(self) -> Any:
        """The first value, which is the only one where the number does not change."""
        return self.steps[0][1]


def always(value: Any) -> Timeline:
    """A value that does not change."""
    return Timeline(((datetime.date.min, value),))


class Place(Protocol):
    """Where a file says something, so that a fault can be told there."""

    def at(self, *more: str | int) -> Place:
        """The place of a part: of a key, or of an item by its index from 0."""

    def fault(self, code: str, found: str, why: str = "", write: str = "", *, key: bool = False) -> Fault:
        """A fault at this place; at the key itself and not its value if ``key``."""


@frozen(eq=False, kw_only=True)
class RuleEntry:
    """One rule of one contract, under its label.

    ``values`` holds a timeline for each number, account and price list, with values as the language's
    constants are: pence as int, rates and prices as Fraction, accounts and lists by name. ``rows`` holds the
    records of each list, each record a mapping of field to Timeline. ``shape`` holds choices, texts and
    references; ``scheme`` is the label under which scheme.toml declares the rule, or empty.
    """

    label: str
    use: str
    cls: Any
    values: Mapping[str, Timeline] = field(factory=dict)
    rows: Mapping[str, Sequence[Mapping[str, Timeline]]] = field(factory=dict)
    shape: Mapping[str, Any] = field(factory=dict)
    pots: tuple[Pot, ...] = ()
    """Pots that the rule's account parameters name; an account value ``<contract>/<pot>`` refers to one."""
    scheme: str = ""
    pays: bool = True
    clause: str = ""
    source: str = ""
    plugin: str = ""
    missing: str = ""
    """Why the rule cannot be run at all (its plugin is not installed); ``cls`` is then None."""
    place: Place | None = field(default=None, repr=False)
    """Where its block stands in a file; None for a rule that no file says."""


@frozen
class Period:
    """A stretch of days that is settled at once: ``first`` and ``last`` inclusive; ``number`` counts from 1.

    ``months`` are the months of the contract's year that it spans, from 0: a first quarter is (0, 1, 2).
    """

    number: int
    first: datetime.date
    last: datetime.date
    months: tuple[int, ...]

    @property
    def month(self) -> str:
        """The month of the last day, as ``2025-04``."""
        return f"{self.last.year:04d}-{self.last.month:02d}"


@frozen(eq=False, kw_only=True)
class ContractCase:
    """One contract: its parties, its days (``first`` and ``last`` inclusive), how often it settles, its rules.

    ``through`` is the last day that is settled, where the contract goes on after it: the period that it falls in is cut
    off there, and nothing that happens at the contract's end has happened yet.
    """

    id: str
    title: str = ""
    provider: str
    commissioner: str
    first: datetime.date
    last: datetime.date
    settles: str = "year"
    rules: tuple[RuleEntry, ...] = ()
    clause: str = ""
    through: datetime.date | None = None

    @property
    def until(self) -> datetime.date:
        """The last day that is settled: the contract's own last day, or the one that it is settled through."""
        return self.last if self.through is None else min(self.last, self.through)

    def periods(self) -> Iterator[Period]:
        """The contract's periods, by its own year: one from October has October years."""
        return iter(_periods(self.first, self.until, SETTLES[self.settles]))


@functools.lru_cache(maxsize=1024)
def _periods(begins: datetime.date, until: datetime.date, step: int) -> tuple[Period, ...]:
    """Periods of so many months; most contracts have the same."""
    periods, start = list[Period](), 0
    while (first := months_later(begins, start)) <= until:
        last = min(months_later(begins, start + step) - datetime.timedelta(days=1), until)
        months = tuple(m % 12 for m in range(start, start + step) if months_later(begins, m) <= until)
        periods.append(Period(len(periods) + 1, first, last, months))
        start += step
    return tuple(periods)


@frozen(eq=False, kw_only=True)
class PriceRows:
    """The rows of one price list: each a mapping of column to value, with ``from_day`` and ``to_day`` as days.

    ``derived_from`` and ``steps`` are set for a derived list: its prices are the base list's, taken through
    each step in the order written. ``kind`` is ``unit`` (pays) or ``guide`` (pays only where agreed locally).
    """

    name: str
    table: str
    kind: str = "unit"
    rows: Sequence[Mapping[str, Any]] = ()
    source: str = ""
    derived_from: str = ""
    steps: tuple[PriceStepUse, ...] = ()


@frozen(eq=False, kw_only=True)
class PriceStepUse:
    """One step of a derived price list, with the values of its parameters and its rounding in pence, if any."""

    cls: Any
    values: Mapping[str, Timeline] = field(factory=dict)
    shape: Mapping[str, Any] = field(factory=dict)
    round_to: int | None = None
    says: str = ""


@frozen(eq=False, kw_only=True)
class Case:
    """Everything that is settled but the activity.

    ``money`` is the unit of account, ``rounding`` the smallest step of money in minor units (1, or 100 for
    whole pounds). ``tables`` declares every table by name; ``calendars`` and other reference tables come
    with the activity.
    """

    contracts: tuple[ContractCase, ...]
    tables: Mapping[str, TableSpec]
    title: str = ""
    money: str = "GBP"
    rounding: int = 1
    as_at: datetime.date | None = None
    funds: tuple[Pot, ...] = ()
    prices: Mapping[tuple[str, str], PriceRows] = field(factory=dict)
    """Price lists by (table, name)."""
    by_parties: bool = True
    """Whether a row that names no contract belongs to the one contract of its parties. False where contracts claim
    their rows before anything is settled: what is then still without a contract has none. A table without a
    ``contract`` column has nowhere to say so, and goes by its parties either way."""


@functools.lru_cache(maxsize=4096)  # asked for every period of every contract, and thousands begin on one day
def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day of a later month, or that month's last day where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
