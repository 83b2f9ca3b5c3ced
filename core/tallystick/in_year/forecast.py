"""What the contract's year is expected to come to, by two named methods; neither is a promise, and both say how.

*As so far*: what is entitled for the months to date, over the months to date, times the months of the year. *To plan*:
what is entitled to date, and the plan for the months to come; what has no plan for one of them goes on as so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from tallystick.in_year.months import Months
from tallystick.in_year.plan import Plan
from tallystick.kernel.case import ContractCase, months_later

AS_SO_FAR = "as so far"
TO_PLAN = "to plan"
METHODS: Mapping[str, str] = {
    AS_SO_FAR: "what is due to date, over the months to date, times the months of the contract's year",
    TO_PLAN: "what is due to date and the plan for the months to come; what has no plan goes on as so far",
}
"""Each method by its name, with what it does."""


@frozen
class Forecast:
    """One line of a forecast: pence to date and for the whole of the contract's year, by each method."""

    label: str
    to_date: int
    as_so_far: int
    to_plan: int
    planned: bool
    """True if the months to come have a plan."""


def forecast(
    contract: ContractCase, months: Months, to_date: Mapping[str, int], plan: Plan, still: Mapping[str, int]
) -> list[Forecast]:
    """A line for each label with money or a plan; ``to_date`` is what each brings the provider in the months.

    ``still`` is what stands contested by label, which is taken to stay as it is: it goes on by neither method.

    The months to date are those of the contract's year that the last of ``months`` lies in, since a year is forecast
    and not a contract. An empty list where the months begin after that year does, or hold all of it.
    """
    year = _year(contract, months)
    passed = [month for month in year if months.first <= month <= months.last]
    to_come = [month for month in year if month > months.last]
    if not to_come or not passed or passed[0] != year[0]:
        return []
    labels = dict.fromkeys([*to_date, *plan.labels(contract.id)])
    lines = [_line(contract.id, label, to_date.get(label, 0), passed, to_come, plan) for label in labels]
    return lines + [Forecast(f"{label}, still contested", pence, pence, pence, True) for label, pence in still.items()]


def _line(contract: str, label: str, to_date: int, passed: list[date], to_come: list[date], plan: Plan) -> Forecast:
    carried = rounded(to_date * (len(passed) + len(to_come)), len(passed))
    rest = plan.amount(contract, label, to_come)
    return Forecast(label, to_date, carried, carried if rest is None else to_date + rest, rest is not None)


def rounded(above: int, below: int) -> int:
    """A whole number over another, rounded half up, away from zero."""
    size = (2 * abs(above) + below) // (2 * below)
    return -size if above < 0 else size


def _year(contract: ContractCase, months: Months) -> list[date]:
    """The months of the contract's year in which the last of the months lies, by their first days."""
    begins = contract.first.replace(day=1)
    while months_later(begins, 12) <= months.last:
        begins = months_later(begins, 12)
    found = (months_later(begins, n) for n in range(12))
    return [month for month in found if month <= contract.last]
