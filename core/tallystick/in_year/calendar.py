"""When each month is first and finally reconciled: flex and freeze, as they are called.

``reconciliation.csv`` in the workspace says so for each month:

| column | holds |
|---|---|
| ``month`` | the month, as ``2025-04`` |
| ``flex`` | the first reconciliation: the last day for data that it counts |
| ``freeze`` | the final reconciliation: data that is received later does not count for the month |
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from tallystick.files.small_csv import Field, a_day, read_small_csv
from tallystick.in_year.months import Months, month_of, name_of
from tallystick.kernel.errors import FaultList

RECONCILIATION = "reconciliation.csv"
_FIELDS = {"month": Field(read=month_of), "flex": Field(read=a_day), "freeze": Field(read=a_day)}


@frozen(eq=False)
class Reconciliations:
    """The days of flex and freeze by month; none if the workspace does not say."""

    days: Mapping[datetime.date, tuple[datetime.date, datetime.date]] = field(factory=dict)

    def freeze(self, month: datetime.date | None) -> datetime.date | None:
        """The last day for data that counts for the month; None if nothing says."""
        if month is None or month not in self.days:
            return None
        return self.days[month][1]

    def state(self, month: datetime.date, as_at: datetime.date) -> str:
        """``open`` before the month's flex, ``flex`` from then on, ``freeze`` from its freeze; empty if unknown."""
        if month not in self.days:
            return ""
        flex, freeze = self.days[month]
        return "freeze" if as_at >= freeze else "flex" if as_at >= flex else "open"

    def by_state(self, months: Months, as_at: datetime.date) -> dict[str, Months]:
        """The months of each state, which follow one another: frozen ones first, open ones last."""
        found: dict[str, Months] = {}
        for month in months:
            state = self.state(month, as_at)
            found[state] = Months(found[state].first, month) if state in found else Months(month, month)
        return found


def read_reconciliations(folder: Path) -> Reconciliations:
    """Read a workspace's days; none if it has no such file. Raises InputError with every fault."""
    path = folder / RECONCILIATION
    if not path.is_file():
        return Reconciliations()
    days: dict[datetime.date, tuple[datetime.date, datetime.date]] = {}
    faults = FaultList()
    before = None
    for record in sorted(read_small_csv(path, RECONCILIATION, _FIELDS), key=lambda one: (one["month"], one.row)):
        month, flex, freeze = record["month"], record["flex"], record["freeze"]
        if month in days:
            faults.add(record.fault("month", "month/twice", f"{name_of(month)} comes twice", "", "one row a month"))
        if not month <= flex < freeze:
            found = f"flex {flex} and freeze {freeze} of {name_of(month)} do not follow one another"
            write = "a flex in or after the month, and a freeze after it"
            faults.add(record.fault("freeze", "reconciliation/order", found, "a month is frozen after its flex", write))
        if before is not None and (flex < before[0] or freeze < before[1]):
            found = f"{name_of(month)} is reconciled before the month before it"
            faults.add(record.fault("flex", "reconciliation/order", found, "months are reconciled in order", ""))
        days[month] = before = (flex, freeze)
    faults.raise_if_any()
    return Reconciliations(days)
