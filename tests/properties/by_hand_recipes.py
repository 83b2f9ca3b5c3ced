"""Recipes, worked out by hand: the year to date at the end of every period, and what that adds to the one before."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import Book, Found, Row, World, half_up, home, later, listed, number, periods, rules_of
from tests.properties.by_hand_prices import DATES, instalment

KEYS = {"attendances": "attendance", "contacts": "contact", "spells": "spell"}


def by_hand(made: World) -> Found:
    """Every block and every recipe of the world."""
    book = Book()
    for contract in made.case.contracts:
        for rule in (*rules_of(contract, "block"), *rules_of(contract, "recipe")):
            for period, payer, payee, pence, flow in _flows(made, contract, rule):
                book.add(contract.id, period, rule.label, payer, payee, pence, flow=flow)
    return book.found()


Moved = tuple[int, str, str, int, str]
"""Period, payer, payee, pence, and a name for the flow."""


def _flows(made: World, contract: ContractCase, rule: RuleEntry) -> Iterator[Moved]:
    if rule.use == "block":
        for period, *_ in periods(contract):
            yield period, contract.commissioner, contract.provider, _part(contract, rule, "value", period), "block"
        return
    payer, payee = (str(number(rule, name, contract.first)) for name in ("payer", "payee"))
    rows = list(_rows(made, contract, rule)) if rule.shape.get("table") and "amount" not in rule.values else []
    due_before: dict[int, dict[str, int]] = {}
    for period, first, _ in periods(contract):
        year = _year(contract, first)
        if year not in due_before:
            due_before[year] = dict.fromkeys(("earned", "above threshold", "with floor", "within limit", "held"), 0)
        due = _due(made, contract, rule, rows, period)
        part = {name: due[name] - due_before[year][name] for name in due}
        due_before[year] = due
        yield period, payer, payee, part["earned"], "earned"
        yield period, payee, payer, part["earned"] - part["above threshold"], "threshold"
        yield period, payer, payee, part["with floor"] - part["above threshold"], "floor"
        over = part["with floor"] - part["within limit"]
        yield period, payee, str(number(rule, "above", first) or payer), over, "limit"
        if "release_on" in rule.values:
            pot = f"{contract.id}/{rule.shape['hold_pot']}"
            yield period, payee, pot, part["held"], "retention"
            assert made.case.as_at is not None
            if number(rule, "release_on", first) <= made.case.as_at:
                yield period, pot, payee, part["held"], "release"
    if rule.shape.get("release_standard"):
        yield from _by_evidence(made, contract, rule, rows, payee)
    yield from _replaced(contract, rule)


def _year(contract: ContractCase, day: datetime.date) -> int:
    years = 0
    while later(contract.first, 12 * (years + 1)) <= day:
        years += 1
    return years


def _months(contract: ContractCase, period: int) -> int:
    """How many months of the contract's year have begun by the end of the period."""
    _, first, last = next(one for one in periods(contract) if one[0] == period)
    starts = later(contract.first, 12 * _year(contract, first))
    return next(months for months in range(12, 0, -1) if later(starts, months - 1) <= last)


def _planned(contract: ContractCase, rule: RuleEntry, year: int, period: int) -> int:
    """What a year's number comes to, to the end of a period: by the profile, or by twelfths."""
    months, profile = _months(contract, period), rule.shape.get("profile")
    if profile is not None:
        return half_up(Fraction(year) * sum(profile.months[:months]))
    return sum(year // 12 + (1 if month < year % 12 else 0) for month in range(months))


def _part(contract: ContractCase, rule: RuleEntry, name: str, period: int) -> int:
    """One period's part of a year's amount."""
    _, first, last = next(one for one in periods(contract) if one[0] == period)
    value = number(rule, name, first)
    if rule.shape.get("profile") is None:
        return instalment(value, contract.first, first, last)
    year = _year(contract, first)
    before = [one for one, day, _ in periods(contract) if one < period and _year(contract, day) == year]
    now = _planned(contract, rule, value, period)
    return now - (_planned(contract, rule, value, before[-1]) if before else 0)


def _rows(made: World, contract: ContractCase, rule: RuleEntry) -> Iterator[tuple[int, int, int, Row]]:
    """For each row that counts, by date and key: its period, its units and what it brings in pence."""
    table = rule.shape["table"]
    counted = 0
    of_year: int | None = None
    for row in sorted(made.rows[table], key=lambda one: (one[DATES[table]], one[KEYS[table]])):
        where = home(made.case, row, DATES[table])
        if where is None or where[0] is not contract or not listed(rule.shape.get("where"), row):
            continue
        on, of = row[DATES[table]], rule.shape.get("of")
        units = 1 if of is None else row[of] or 0
        most = number(rule, "at_most_each", on)
        units = units if most is None else min(units, most)
        if of_year != _year(contract, on):
            counted, of_year = 0, _year(contract, on)
        pence = half_up(sum(_price(rule, counted + unit, on) for unit in range(1, units + 1)), made.case.rounding)
        counted += units
        yield where[1], units, pence, row


def _price(rule: RuleEntry, place: int, on: datetime.date) -> Fraction:
    """The price of a unit by its place in the year's count: the first is 1."""
    if "each" in rule.values:
        return Fraction(number(rule, "each", on))
    tier = max(n for n, one in enumerate(rule.shape["tiers"]) if place > one["above"])
    return Fraction(number(rule, f"tiers.{tier}.each", on))


def _due(
    made: World, contract: ContractCase, rule: RuleEntry, rows: list[tuple[int, int, int, Row]], period: int
) -> dict[str, int]:
    """What is due from the year's beginning to the end of a period, at each step."""
    first = next(one[1] for one in periods(contract) if one[0] == period)
    year = _year(contract, first)
    until = [one for one, day, _ in periods(contract) if one <= period and _year(contract, day) == year]
    mine = [one for one in rows if one[0] in until]
    earned = sum(pence for _, _, pence, _ in mine)
    if "amount" in rule.values:
        earned = _planned(contract, rule, number(rule, "amount", first), period)
    elif "share" in rule.values:
        paid = sum(
            _part(contract, other, "value", one)
            for label in rule.shape["on"] for other in contract.rules if other.label == label for one in until
        )  # fmt: skip
        earned = half_up(paid * number(rule, "share", first), made.case.rounding)
    due, above = {"earned": earned}, earned
    if "threshold_year" in rule.values:
        above = max(0, earned - _planned(contract, rule, number(rule, "threshold_year", first), period))
    if "threshold_units" in rule.values:
        units = sum(one[1] for one in mine)
        least = _planned(contract, rule, number(rule, "threshold_units", first), period)
        above = half_up(Fraction(earned * max(0, units - least), units), made.case.rounding) if units else 0
    raised = above
    if "floor_year" in rule.values:
        raised = max(above, _planned(contract, rule, number(rule, "floor_year", first), period))
    within = raised
    if "limit_year" in rule.values:
        within = min(raised, _planned(contract, rule, number(rule, "limit_year", first), period))
    due |= {"above threshold": above, "with floor": raised, "within limit": within, "held": 0}
    if "release_on" in rule.values:
        due["held"] = half_up(within * number(rule, "hold_share", first), made.case.rounding)
    return due


def _by_evidence(
    made: World, contract: ContractCase, rule: RuleEntry, rows: list[tuple[int, int, int, Row]], payee: str
) -> Iterator[Moved]:
    """What is held of each row, and where it goes by the row's evidence."""
    pot, otherwise = f"{contract.id}/{rule.shape['hold_pot']}", str(number(rule, "otherwise", contract.first))
    match: dict[str, Any] = {"standard": rule.shape["release_standard"], "criterion": rule.shape["release_criterion"]}
    assert made.case.as_at is not None
    for period, _, pence, row in rows:
        held = half_up(pence * number(rule, "hold_share", row["discharged"]), made.case.rounding)
        yield period, payee, pot, held, "retention"
        said = made.matching("evidence", spell=row["spell"], **match)
        met = None if said is None else said["met"]
        until = number(rule, "until", row["discharged"])
        if met:
            yield period, pot, payee, held, "release"
        elif met is not None:
            yield period, pot, otherwise, held, "forfeit"
        elif until is not None and until < made.case.as_at:
            yield period, pot, otherwise, held, "lapsed"


def _replaced(contract: ContractCase, rule: RuleEntry) -> Iterator[Moved]:
    """What comes off the blocks that a budget replaces in part: from their payee to their payer."""
    for place, one in enumerate(rule.shape.get("replaces") or ()):
        block = next(other for other in contract.rules if other.label == one["label"])
        baseline = RuleEntry(
            label="", use="block", cls=None, values={"value": rule.values[f"replaces.{place}.amount"]},
            shape=block.shape,
        )  # fmt: skip
        for period, *_ in periods(contract):
            off = _part(contract, baseline, "value", period)
            yield period, contract.provider, contract.commissioner, off, f"replaced {place}"
