"""Aligned, blended and limited payment, worked out by hand: the year to date at the end of every period."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import Book, Found, Row, World, half_up, home, later, listed, number, periods, rules_of
from tests.properties.by_hand_prices import AT_FAULT, DATES, unit_price

Valued = tuple[int, Row, int]
"""The period of a row, the row, and what it is worth in pence."""


def by_hand(made: World) -> Found:
    """Every currency that does not pay, and every rule that pays on its value."""
    book = Book()
    for contract in made.case.contracts:
        for rule in rules_of(contract, "unit-price"):
            for where, row, pence in _priced(made, contract, rule):
                if pence == AT_FAULT:
                    table = rule.shape["table"]
                    book.refuse(contract.id, rule.label, table, row[made.case.tables[table].key or ""])
                assert where
        for use, flows in (
            ("aligned-payment-and-incentive", _aligned), ("blended-payment", _blended), ("payment-limit", _limited)
        ):  # fmt: skip
            for rule in rules_of(contract, use):
                for period, name, pence in flows(made, contract, rule):
                    book.add(
                        contract.id, period, rule.label, contract.commissioner, contract.provider, pence, flow=name
                    )
    return book.found()


def _priced(made: World, contract: ContractCase, rule: RuleEntry) -> Iterator[tuple[int, Row, Any]]:
    """Each row of the contract that the currency claims."""
    table = rule.shape["table"]
    for row in made.rows[table]:
        where = home(made.case, row, DATES[table])
        if where is not None and where[0] is contract:
            yield where[1], row, unit_price(made, rule, row)


def _valued(made: World, contract: ContractCase, label: str) -> list[Valued]:
    rule = next(one for one in contract.rules if one.label == label)
    return [(period, row, pence) for period, row, pence in _priced(made, contract, rule) if isinstance(pence, int)]


Paid = Iterator[tuple[int, str, int]]
"""Period, a name of the flow, and pence from the commissioner to the provider."""


def _aligned(made: World, contract: ContractCase, rule: RuleEntry) -> Paid:
    """The fixed element; and each variable row, or the value around the plan."""
    variable: list[Valued] = []
    for label in sorted({one["currency"] for one in rule.shape["variable_scope"]}):
        filters = [one.get("where") for one in rule.shape["variable_scope"] if one["currency"] == label]
        variable += [one for one in _valued(made, contract, label) if any(listed(f, one[1]) for f in filters)]
    for period, *_ in periods(contract):
        now, before = (planned(contract, rule, "fixed", period, last=last) for last in (True, False))
        yield period, "fixed", now - before
    if rule.shape["variable_element"].value == "by activity":
        for period, row, pence in variable:
            on = next(row[name] for name in DATES.values() if name in row)
            yield period, "variable", half_up(pence * number(rule, "variable_share", on), made.case.rounding)
        return
    for period, first, _ in periods(contract):
        moved = []
        for last in (True, False):
            done = sum(pence for _, _, pence in _to_date(contract, variable, period, last=last))
            plan = planned(contract, rule, "planned_variable", period, last=last, profile="plan_profile")
            moved.append(half_up((done - plan) * number(rule, "variable_share", first), made.case.rounding))
        yield period, "around", moved[0] - moved[1]


def _blended(made: World, contract: ContractCase, rule: RuleEntry) -> Paid:
    """The plan at its level, and what moves above it and below."""
    rows = [one for label in rule.shape["on"] for one in _valued(made, contract, label)]
    unit = made.case.rounding
    for period, first, _ in periods(contract):
        share = {name: number(rule, name, first) for name in ("share_above", "share_below")}
        ends = []
        for last in (True, False):
            plan = planned(contract, rule, "plan", period, last=last, level="plan_level", unit=unit)
            value = sum(pence for _, _, pence in _to_date(contract, rows, period, last=last))
            end = {"plan": plan}
            for side, much in (("above", max(0, value - plan)), ("below", max(0, plan - value))):
                band, far = number(rule, f"band_{side}", first), number(rule, f"beyond_{side}", first)
                near = much if band is None else min(much, half_up(plan * band, unit))
                end[side] = half_up(near * share[f"share_{side}"], unit)
                end[side] += half_up((much - near) * far, unit) if far is not None else 0
            ends.append(end)
        now, before = ends
        yield period, "plan", now["plan"] - before["plan"]
        yield period, "above", now["above"] - before["above"]
        yield period, "below", before["below"] - now["below"]


def _limited(made: World, contract: ContractCase, rule: RuleEntry) -> Paid:
    """Every row in full; and what is above the limit, back."""
    rows = [one for label in rule.shape["on"] for one in _valued(made, contract, label)]
    for period, _, pence in rows:
        yield period, "full", pence
    borne = rule.shape.get("choice_borne_by")
    if borne is not None and borne.value == "commissioner":
        rows = [one for one in rows if not listed(rule.shape["choice"], one[1])]
    for period, first, _ in periods(contract):
        above = []
        for last in (True, False):
            limit = number(rule, "limit", first)
            if rule.shape["held_to"].value == "the limit to date":
                limit = planned(contract, rule, "limit", period, last=last)
            counted = sum(pence for _, _, pence in _to_date(contract, rows, period, last=last))
            above.append(max(0, counted - limit) if last or counted else 0)
        yield period, "back", above[1] - above[0]


def year_of(contract: ContractCase, day: datetime.date) -> int:
    """The number of the contract's year in which a day lies, from nought."""
    return next(n for n in range(99) if day < later(contract.first, 12 * (n + 1)))


def _to_date(contract: ContractCase, rows: Sequence[Valued], period: int, *, last: bool) -> list[Valued]:
    """The rows of the period's year up to its end, or up to its beginning."""
    of = {number: year_of(contract, first) for number, first, _ in periods(contract)}
    return [one for one in rows if of[one[0]] == of[period] and (one[0] <= period if last else one[0] < period)]


def planned(
    contract: ContractCase, rule: RuleEntry, name: str, period: int, *, last: bool, profile: str = "profile",
    level: str = "", unit: int = 1,
) -> int:  # fmt: skip
    """What a year's amount comes to, up to the period's end or its beginning: month by month as they begin."""
    found = {number: (first, ends) for number, first, ends in periods(contract)}
    first, ends = found[period]
    starts = later(contract.first, 12 * year_of(contract, first))
    until = ends if last else first - datetime.timedelta(days=1)
    months = sum(later(starts, month) <= until for month in range(12))
    year = number(rule, name, first)
    year = half_up(year * number(rule, level, first), unit) if level else year
    rates = rule.shape.get(profile)
    if rates is not None:
        return half_up(Fraction(year) * sum(rates.months[:months]))
    return sum(year // 12 + (month < year % 12) for month in range(months))
