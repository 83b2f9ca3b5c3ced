"""A clinic's year in plain Python: what was sent and known when, what that entitles to, and what moved; no engine.

Prices times the rows of the latest submission that counts, a twelfth of the fixed sum for each month, visits up to
what their limit has come to, less what is contested or was taken back. Every function is a few sums.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from attrs import evolve, field, frozen

DAY = datetime.timedelta(days=1)
MONTHS = tuple(datetime.date(2025, month, 1) for month in range(4, 10))
OF_ATTENDANCES, OF_CONTACTS = "attendances", "contacts"
VISIT_PENCE, VISIT_LIMIT_PENCE = 777, 300_007
RAISE_WITHIN, DECIDE_WITHIN = 60, 30


def month_after(month: datetime.date, by: int = 1) -> datetime.date:
    """The first day of the month that many months later."""
    return datetime.date(month.year + (month.month - 1 + by) // 12, (month.month - 1 + by) % 12 + 1, 1)


def last_day(month: datetime.date) -> datetime.date:
    return month_after(month) - DAY


def freeze(month: datetime.date) -> datetime.date:
    """The 20th of the second month after it; the flex is a month before."""
    return month_after(month, 2).replace(day=20)


class Row(NamedTuple):
    """One row of activity; ``code`` is what an attendance is priced by, ``count`` how many visits a contact is."""

    key: str
    provider: str
    day: datetime.date
    code: str
    count: int

    @property
    def month(self) -> datetime.date:
        return self.day.replace(day=1)


Rows = Mapping[str, Mapping[str, Row]]
"""For each table its rows by key."""


@frozen
class Sent:
    """A submission: all rows of these months, as they were then."""

    table: str
    first: datetime.date
    last: datetime.date
    received: datetime.date
    agreed: bool
    rows: Mapping[str, Row]


@frozen
class Restated:
    """A price list: pence for each code in April to May, and from June."""

    known_from: datetime.date
    spring: Mapping[str, int]
    summer: Mapping[str, int]

    def price(self, row: Row) -> int:
        return (self.spring if row.day < datetime.date(2025, 6, 1) else self.summer)[row.code]


@frozen
class Challenge:
    raised: datetime.date
    decided: datetime.date | None = None
    decision: str = ""


@frozen(kw_only=True)
class Known:
    """Everything that a reconciliation of the months to ``through`` is made from, as it was known on ``day``."""

    rows: Rows
    prices: Restated
    year_pence: int
    challenges: Mapping[str, Challenge]
    day: datetime.date
    through: datetime.date
    by_year: bool
    undecided_to_provider: bool

    @property
    def months(self) -> tuple[datetime.date, ...]:
        return tuple(month for month in MONTHS if month <= self.through)


@frozen
class Comes:
    """What it comes to, in pence: net to the provider, and what stands contested."""

    to_provider: int
    contested: int


def twelfths(year: int, months: int) -> int:
    """What the first months of a year's sum come to, with the odd pennies in the earliest."""
    return year // 12 * months + min(months, year % 12)


def counted(sent: Iterable[Sent], day: datetime.date, through: datetime.date) -> dict[str, dict[str, Row]]:
    """For each month the rows of the latest submission that was received by the day, and by the freeze or agreed."""
    found: dict[str, dict[str, Row]] = {OF_ATTENDANCES: {}, OF_CONTACTS: {}}
    for table, rows in found.items():
        for month in MONTHS:
            good = [
                one for one in sent
                if one.table == table and one.first <= month <= one.last and one.received <= day
                and (one.agreed or one.received <= freeze(month))
            ]  # fmt: skip
            if month <= through and good:
                latest = max(good, key=lambda one: one.received)
                rows.update({key: row for key, row in latest.rows.items() if row.month == month})
    return found


def comes_to(known: Known) -> Comes:
    """What all months to date come to."""
    months = known.months
    fixed = twelfths(known.year_pence, len(months))
    attended = {key: row for key, row in known.rows[OF_ATTENDANCES].items() if row.month <= known.through}
    outpatients = sum(known.prices.price(row) for row in attended.values())
    visits = sum(row.count for row in known.rows[OF_CONTACTS].values() if row.month <= known.through)
    visited = min(VISIT_PENCE * visits, twelfths(VISIT_LIMIT_PENCE, len(months)))
    states = [(_state(known, known.challenges[key], row), known.prices.price(row)) for key, row in attended.items()
              if key in known.challenges]  # fmt: skip
    contested = sum(pence for state, pence in states if state == "open")
    taken = sum(pence for state, pence in states if state == "taken back")
    return Comes(fixed + outpatients + visited - contested - taken, contested)


def _state(known: Known, challenge: Challenge, row: Row) -> str:
    """``open`` holds the row's money, ``taken back`` takes it, anything else lets it stand."""
    if challenge.raised > known.day or (challenge.raised - row.day).days > RAISE_WITHIN:
        return "unknown or too late"
    until = challenge.raised + DECIDE_WITHIN * DAY
    if challenge.decided is not None and challenge.decided <= min(known.day, until):
        return "taken back" if challenge.decision == "upheld" else "rejected"
    if known.day <= until:
        return "open"
    return "undecided" if known.undecided_to_provider else "taken back"


def what_moved(posted: int, before: Known, now: Known, *, challenges_in_place: bool) -> dict[str, int]:
    """Pence by reason, each change made after the one before it; ``posted`` is what had been posted by then.

    Where challenges are written into the file that was there, nobody knows what it held before.
    """
    found, reached = {}, posted
    for reason, state in _steps(before, now, challenges_in_place=challenges_in_place):
        after = comes_to(state).to_provider
        found[reason] = after - reached
        reached = after
    return {reason: pence for reason, pence in found.items() if pence}


def _steps(before: Known, now: Known, *, challenges_in_place: bool) -> Iterable[tuple[str, Known]]:
    state = before
    if challenges_in_place and before.challenges != now.challenges:
        state = evolve(state, challenges=now.challenges)
        yield "activity whose earlier files are gone, and rules", state
    state = evolve(state, prices=now.prices)
    yield "price list", state
    state = evolve(state, year_pence=now.year_pence)
    yield "contract variation", state
    rows: dict[str, list[Mapping[str, Row]]] = {
        table: list(_changes(before.rows[table], now.rows[table], before.through)) for table in before.rows
    }
    for place, reason in enumerate(("duplicates taken out", "rows withdrawn", "late coding", "late activity")):
        state = evolve(state, rows={table: of[place] for table, of in rows.items()})
        yield reason, state
    state = evolve(state, challenges=now.challenges)
    yield "challenges", state
    state = evolve(state, day=now.day)
    yield "days passed", state
    yield "new months", now


def _changes(
    before: Mapping[str, Row], now: Mapping[str, Row], through: datetime.date
) -> Iterable[Mapping[str, Row]]:  # fmt: skip
    """The rows without duplicates that are gone, without any that are gone, as they are now, and with new ones."""
    stay = {key: row for key, row in before.items() if key in now}
    alike = {row[1:] for row in stay.values()}
    yield {key: row for key, row in before.items() if key in now or row[1:] not in alike}
    yield stay
    within = {key: row for key, row in now.items() if row.month <= through}
    yield {key: row for key, row in within.items() if key in before}
    yield within


@frozen(kw_only=True)
class Paid:
    """Money on account, to the provider; below zero it came back. ``month`` is what it is for, or None."""

    on: datetime.date
    pence: int
    month: datetime.date | None
    provider: str
    reference: str = field(default="")


def on_account(paid: Iterable[Paid], day: datetime.date, through: datetime.date) -> int:
    """What counts of it on the day, for the months to date."""
    return sum(one.pence for one in paid if one.on <= day and (one.month is None or one.month <= through))
