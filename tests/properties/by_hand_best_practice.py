"""Best practice tariff, worked out by hand."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import Book, Found, Row, World, half_up, home, listed, number, periods, rules_of
from tests.properties.by_hand_prices import AT_FAULT, factor, money

LONDON = ZoneInfo("Europe/London")
ADDED, TAKEN_OFF, TRUE_UP, NEXT_ROUND = (
    "added by case", "taken off by case", "true-up of the fixed element", "corrected at the next round",
)  # fmt: skip


def by_hand(made: World) -> Found:
    """Every best practice tariff of the world."""
    book = Book()
    for contract in made.case.contracts:
        for rule in rules_of(contract, "best-practice-tariff"):
            settle(made, contract, rule, book)
    return book.found()


def settle(made: World, contract: ContractCase, rule: RuleEntry, book: Book) -> None:
    """Each period of one contract's rule."""
    moves = rule.shape["moves"].value
    before: dict[str, int] = {}
    for period, first, last in periods(contract):
        earned, of_all = 0, 0
        for level in rule.shape["levels"]:
            reached = gateway_reached(made, contract, rule, level, first, last)
            for row in made.rows["spells"]:
                where = home(made.case, row, "discharged")
                if where is None or where[:2] != (contract, period) or not listed(rule.shape.get("where"), row):
                    continue
                each = worth(made, rule, level, row)
                if each == AT_FAULT:
                    book.refuse(contract.id, rule.label, "spells", row["spell"])
                    continue
                good = achieved(made, rule, level, row) if reached is None else reached
                of_all, earned = of_all + each, earned + (each if good else 0)
                if moves == ADDED and good:
                    book.add(
                        contract.id, period, rule.label, contract.commissioner, contract.provider, each, flow=level.name
                    )
                if moves == TAKEN_OFF and not good:
                    book.add(
                        contract.id, period, rule.label, contract.provider, contract.commissioner, each, flow=level.name
                    )
        if moves in (TRUE_UP, NEXT_ROUND):
            correction = earned - half_up(of_all * number(rule, "expected", first), made.case.rounding)
            to = (contract.id, period, rule.label, contract.commissioner, contract.provider)
            if moves == TRUE_UP:
                book.add(*to, correction)
            else:
                book.add(*to, correction, flow="memo", book="memo")
                book.add(*to, -before.get("last", 0), flow="out of the memo book", book="memo")
                carried = (number(rule, "carried_in", first) or 0) if period == 1 else before["last"]
                book.add(*to, carried, flow="corrected")
            before["last"] = correction


def gateway_reached(
    made: World, contract: ContractCase, rule: RuleEntry, level: Any, first: datetime.date, last: datetime.date
) -> bool | None:
    """Whether the provider's rate, over all its contracts, reached the gateway; None where the rule has none."""
    gateway = number(rule, "gateway", first)
    if gateway is None:
        return None
    cases = [
        row for row in made.rows["spells"]
        if row["provider"] == contract.provider and first <= row["discharged"] <= last
        and listed(rule.shape.get("where"), row)
    ]  # fmt: skip
    return bool(cases) and Fraction(sum(achieved(made, rule, level, row) for row in cases), len(cases)) >= gateway


def achieved(made: World, rule: RuleEntry, level: Any, row: Row) -> bool:
    """Whether the case is in the level's setting and its evidence says that every criterion was met."""
    return listed(level.setting, row) and all(met(made, rule, criterion, row) for criterion in level.criteria)


def met(made: World, rule: RuleEntry, criterion: Any, row: Row) -> bool:
    """Whether a criterion is recorded as met, or as timed within its limit; what is not recorded is not met yet."""
    match = {"spell": row["spell"], "standard": rule.shape["standard"], "criterion": criterion.name}
    evidence = made.matching("evidence", **match)
    if evidence is None:
        return False
    if criterion.within_hours is None:
        return bool(evidence["met"])
    if evidence["started_at"] is None or evidence["finished_at"] is None:
        return False
    taken = elapsed(evidence["finished_at"]) - elapsed(evidence["started_at"])
    return datetime.timedelta(0) <= taken <= datetime.timedelta(hours=criterion.within_hours)


def elapsed(local: datetime.datetime) -> datetime.datetime:
    """A local time in universal time; the first of two."""
    return local.replace(tzinfo=LONDON, fold=0).astimezone(datetime.UTC)


def worth(made: World, rule: RuleEntry, level: Any, row: Row) -> Any:
    """What a case of the level is worth."""
    on = row["discharged"]
    times = factor(made, rule, row, on)
    if times in (AT_FAULT, None):
        return AT_FAULT
    top_up = number(rule, "top_up", on)
    if top_up is not None:
        return money(made, top_up, times)
    code = row[rule.shape["code"]] if rule.shape.get("code") else level.name
    prices = [number(rule, name, on) for name in ("prices", "fallback_prices")]
    best = made.price("unit_prices", prices[0], code, on)
    if best is None or best["price"] is None:
        return AT_FAULT
    if prices[1] is None:
        return money(made, best["price"], times)
    fallback = made.price("unit_prices", prices[1], code, on)
    if fallback is None or fallback["price"] is None:
        return AT_FAULT
    return money(made, best["price"] - fallback["price"], times)
