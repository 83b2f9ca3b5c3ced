"""Prepaid incentives, worked out by hand: the pool to date, and each indicator's part when the year is over."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import Book, Row, World, half_up, home, number, periods

Moved = tuple[int, str, str, int, str]
Years = dict[int, tuple[int, int, bool]]
"""For each period: the contract's year, what its pool has come to, and whether the year is over."""


def prepaid(made: World, contract: ContractCase, rule: RuleEntry, pools: Years, book: Book) -> Iterator[Moved]:
    """What is paid in advance, and what goes back."""
    refuse_wrong_results(made, contract, rule, book)
    before = defaultdict[int, int](int)
    for period, first, last in periods(contract):
        year, pool, over = pools[period]
        if rule.shape["advance"].name == "PAID":
            yield period, contract.commissioner, contract.provider, pool - before[year], "advance"
        before[year] = pool
        if over and number(rule, "transacted", first):
            for name, missed in _missed(made, contract, rule, pool, first, last):
                yield period, contract.provider, contract.commissioner, missed, name


def _missed(
    made: World, contract: ContractCase, rule: RuleEntry, pool: int, first: datetime.date, last: datetime.date
) -> Iterator[tuple[str, int]]:
    listed = sorted((one["name"], place) for place, one in enumerate(rule.shape["indicators"]))
    said = [
        (name, lambda what, place=place: number(rule, f"indicators.{place}.{what}", first)) for name, place in listed
    ]
    applying = [name for name, of in said if of("applies")]
    for name, of in said:
        if name not in applying:
            continue
        ends = (Fraction(applying.index(name) + more, len(applying)) for more in (1, 0))
        now, before = (half_up(pool * end, made.case.rounding) for end in ends)
        achieved = _achieved(made, contract, name, last)
        if achieved is None:
            earns = Fraction(rule.shape["not_measured"].name == "KEPT")
        else:
            earns = _earns(achieved, of("earns_from"), of("earns_all_at"))
        yield name, now - before - half_up((now - before) * earns, made.case.rounding)


def _earns(achieved: Fraction, nothing: Fraction, every: Fraction) -> Fraction:
    if nothing == every:
        return Fraction(achieved >= every)
    if nothing < every:
        return Fraction(0) if achieved <= nothing else min((achieved - nothing) / (every - nothing), Fraction(1))
    return Fraction(0) if achieved >= nothing else min((nothing - achieved) / (nothing - every), Fraction(1))


def _achieved(made: World, contract: ContractCase, name: str, last: datetime.date) -> Fraction | None:
    for row in made.rows["indicators"]:
        where = home(made.case, row, "measured_on")
        if where is not None and where[0] is contract and (row["indicator"], row["measured_on"]) == (name, last):
            return Fraction(row["numerator"], row["denominator"]) if _is_whole(row) else None
    return None


def _is_whole(row: Row) -> bool:
    return row["numerator"] is not None and bool(row["denominator"])


def refuse_wrong_results(made: World, contract: ContractCase, rule: RuleEntry, book: Book) -> None:
    """Results of the contract on which nothing may be paid, whatever they are of."""
    for row in made.rows["indicators"]:
        where = home(made.case, row, "measured_on")
        if where is None or where[0] is not contract:
            continue
        above, below = row["numerator"], row["denominator"]
        wrong: Any = (above or 0) > below if below is not None else above is not None
        if wrong:
            book.refuse(contract.id, rule.label, "indicators", row["row"])
