"""Pupil premium, by rate and from a fund, worked out by hand."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import Book, Found, Row, World, half_up, home, number, periods, records, rules_of, shared


def by_hand(made: World) -> Found:
    """Every pupil premium of the world, and every share of a fund."""
    book = Book()
    pots: dict[tuple[str, str, datetime.date, datetime.date], dict[str, Fraction]] = {}
    members: dict[tuple[str, str, datetime.date, datetime.date], list[tuple[ContractCase, RuleEntry, int]]] = {}
    for contract in made.case.contracts:
        for rule in rules_of(contract, "pupil-premium"):
            for period, first, _ in periods(contract):
                for row, category in counted(made, contract, rule, period, first, "rate"):
                    said = category["payee"]
                    if said in ("provider", "commissioner"):
                        payee = getattr(contract, said)
                    else:
                        payee = row["local_authority"] if said == "local authority" else said
                    pence = half_up(category["rate"], made.case.rounding)
                    payer = number(rule, "payer", first)
                    book.add(
                        contract.id,
                        period,
                        rule.label,
                        payer,
                        payee,
                        pence,
                        flow=said if said in ("provider", "local authority") else "named",
                    )
        for rule in rules_of(contract, "pupil-premium-fund"):
            for period, first, last in periods(contract):
                if not first <= number(rule, "census_day", first) <= last:
                    continue
                heads = counted(made, contract, rule, period, first, "weight")
                weight = sum((category["weight"] for _, category in heads), Fraction(0))
                key = (rule.label, number(rule, "fund", first), first, last)
                pots.setdefault(key, {})[contract.id] = weight
                members.setdefault(key, []).append((contract, rule, period))
    for key, weights in pots.items():
        amount = number(members[key][0][1], "amount", key[2])
        parts = shared(amount, weights)
        for contract, rule, period in members[key]:
            book.add(contract.id, period, rule.label, key[1], contract.provider, parts[contract.id])
    return book.found()


def counted(
    made: World, contract: ContractCase, rule: RuleEntry, period: int, first: datetime.date, wanted: str
) -> list[tuple[Row, dict[str, Any]]]:
    """The contract's people on the census day who are paid for by the category of their row."""
    census = number(rule, "census_day", first)
    categories = {one["category"]: one for one in records(rule, "categories", first)}
    found = []
    for row in made.rows["people"]:
        where = home(made.case, row, "census_day")
        if where is None or where[:2] != (contract, period) or row["census_day"] != census:
            continue
        held = [
            categories[other["category"]]
            for other in made.rows["people"]
            if other["person"] == row["person"] and other["census_day"] == census
            and other["category"] in categories and eligible(other, categories[other["category"]], census)
        ]  # fmt: skip
        best = min(held, key=lambda one: (-one[wanted], one["place"]), default=None)
        if best is not None and best["category"] == row["category"]:
            found.append((row, best))
    return found


def eligible(row: Row, category: dict[str, Any], census: datetime.date) -> bool:
    """Whether the condition was last met so many years before the census, to the day, or later."""
    last = row["last_eligible"]
    if last is None:
        return False
    years = category["look_back_years"]
    return (last.year + years, last.month, last.day) >= (census.year, census.month, census.day)
