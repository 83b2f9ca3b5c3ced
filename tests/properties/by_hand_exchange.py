"""Value exchange, worked out by hand across the contracts that take part, beside the blocks that it is a share of."""

from __future__ import annotations

import datetime
from collections import defaultdict
from fractions import Fraction

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import Book, Found, Row, World, half_up, home, number, periods, rules_of, shared
from tests.properties.by_hand_incentives import blocks, brings, come_to, months_to, year_of
from tests.properties.by_hand_prepaid import refuse_wrong_results

Window = tuple[str, datetime.date, datetime.date]
Member = tuple[ContractCase, RuleEntry, int, int, int]
"""A contract with its rule, the number of the period, the year's base and what was withheld in the year."""


def by_hand(made: World) -> Found:
    """Every block, and every exchange."""
    book = Book()
    years: dict[Window, list[Member]] = defaultdict(list)
    for contract in made.case.contracts:
        moved = blocks(contract)
        for label, lines in moved.items():
            for period, payer, payee, pence, flow in lines:
                book.add(contract.id, period, label, payer, payee, pence, flow=flow)
        for rule in rules_of(contract, "value-exchange"):
            refuse_wrong_results(made, contract, rule, book)
            paid, before = defaultdict[int, int](int), defaultdict[int, int](int)
            sums = come_to(contract, rule, "base")
            for period, first, last in periods(contract):
                year = year_of(contract, first)
                paid[year] += sum(brings(contract, moved[label], period) for label in rule.shape.get("on") or ())
                base = sums[period] if "base" in rule.values else max(paid[year], 0)
                withheld = half_up(base * number(rule, "withhold", first), made.case.rounding)
                fund = number(rule, "fund", first)
                book.add(contract.id, period, rule.label, contract.provider, fund, withheld - before[year], flow="in")
                before[year] = withheld
                if months_to(contract, last) == number(rule, "year_months", first):
                    years[rule.label, first, last].append((contract, rule, period, base, withheld))
    for (label, _, last), members in years.items():
        _shared_out(made, book, label, last, members)
    return book.found()


def _shared_out(made: World, book: Book, label: str, last: datetime.date, members: list[Member]) -> None:
    weights: dict[str, Fraction] = {}
    for contract, rule, _, base, _ in members:
        score = _score(made, contract, rule, last)
        if score is not None or rule.shape["no_score"].name == "ZERO":
            weights[contract.id] = base * (score or Fraction(0))
    pot = sum(withheld for contract, _, _, _, withheld in members if contract.id in weights)
    parts = shared(pot, weights)
    for contract, rule, period, _, withheld in members:
        fund = number(rule, "fund", last)
        returned = withheld if contract.id not in weights or not any(weights.values()) else 0
        book.add(contract.id, period, label, fund, contract.provider, parts.get(contract.id, 0), flow="part")
        book.add(contract.id, period, label, fund, contract.provider, returned, flow="returned")


def _score(made: World, contract: ContractCase, rule: RuleEntry, last: datetime.date) -> Fraction | None:
    for row in made.rows["indicators"]:
        where = home(made.case, row, "measured_on")
        named = (row["indicator"], row["measured_on"]) == (rule.shape["indicator"], last)
        if where is not None and where[0] is contract and named and _is_whole(row):
            return Fraction(row["numerator"], row["denominator"])
    return None


def _is_whole(row: Row) -> bool:
    return row["numerator"] is not None and bool(row["denominator"])
