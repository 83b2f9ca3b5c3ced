"""Payment by what patients said of the wait, and by points, worked out by hand."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from attrs import frozen

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import (
    PERIOD_MONTHS,
    Book,
    Found,
    Row,
    World,
    half_up,
    home,
    later,
    number,
    periods,
    rules_of,
)

YEAR = 12


@frozen
class Part:
    """A period within its year of the contract: its months, counted from 0, and its days."""

    number: int
    months: range
    first: datetime.date
    last: datetime.date


def parts_of(contract: ContractCase) -> Iterator[Part]:
    """Each period with the months of the contract's year that lie in it."""
    each, done = PERIOD_MONTHS[contract.settles], 0
    whole = 0
    while later(contract.first, whole) <= contract.last:
        whole += 1
    for count, first, last in periods(contract):
        so_many = min(each, whole - done)
        yield Part(count, range(done % YEAR, done % YEAR + so_many), first, last)
        done += so_many


def twelfths(amount: int, months: range) -> int:
    """What of a year's amount falls in the months: a penny more in the earliest until it is given out."""
    return sum(amount // YEAR + (month < amount % YEAR) for month in months)


def by_hand(made: World) -> Found:
    """Every payment by access and by points in the world."""
    book = Book()
    for contract in made.case.contracts:
        for rule in rules_of(contract, "access-satisfaction"):
            refuse(made, book, contract, rule, [rule.shape["question"]])
            _crossed(made, book, contract, rule)
            _access(made, book, contract, rule)
        for rule in rules_of(contract, "quality-points"):
            names = [one["name"] for one in rule.shape["indicators"]]
            registers = {one["register"] for one in rule.shape["indicators"] if one.get("register")}
            refuse(made, book, contract, rule, [*names, *sorted(registers - set(names))])
            _empty_lists(made, book, contract, rule, registers)
            _points(made, book, contract, rule)
    return book.found()


def rows_in(made: World, contract: ContractCase) -> Iterator[tuple[Row, datetime.date]]:
    """The contract's results, each with the last day of its period."""
    for row in made.rows["indicators"]:
        where = home(made.case, row, "measured_on")
        if where is not None and where[0] is contract:
            yield row, where[3]


def refuse(made: World, book: Book, contract: ContractCase, rule: RuleEntry, names: list[str]) -> None:
    """Rows that more than 100% reached, half a result, and two of one name on the last day of a period."""
    found = list(rows_in(made, contract))
    for row, last in found:
        if row["indicator"] not in names:
            continue
        above, below = row["numerator"], row["denominator"]
        alike = [1 for other, _ in found if (other["indicator"], other["measured_on"]) == (row["indicator"], last)]
        wrong = above is not None and below is not None and above > below
        wrong_things = [wrong, (above is None) != (below is None), row["measured_on"] == last and len(alike) > 1]
        for one in wrong_things:
            if one:
                book.refuse(contract.id, rule.label, "indicators", row["row"])


def _crossed(made: World, book: Book, contract: ContractCase, rule: RuleEntry) -> None:
    lower, upper = (number(rule, name, contract.first) for name in ("lower", "upper"))
    for row, _ in rows_in(made, contract):
        if row["indicator"] == rule.shape["question"] and lower is not None and lower > upper:
            book.refuse(contract.id, rule.label, "indicators", row["row"])


def _empty_lists(made: World, book: Book, contract: ContractCase, rule: RuleEntry, registers: set[str]) -> None:
    for row, _ in rows_in(made, contract):
        if row["indicator"] in registers and row["denominator"] == 0:
            book.refuse(contract.id, rule.label, "indicators", row["row"])


def result(made: World, contract: ContractCase, name: str, day: datetime.date) -> tuple[int, int] | None:
    """Numerator and denominator of the day, or None."""
    found = [
        (row["numerator"], row["denominator"]) for row, _ in rows_in(made, contract)
        if row["indicator"] == name and row["measured_on"] == day and None not in (row["numerator"], row["denominator"])
    ]  # fmt: skip
    return (sum(one[0] for one in found), sum(one[1] for one in found)) if found else None


def _access(made: World, book: Book, contract: ContractCase, rule: RuleEntry) -> None:
    unit, pot, held = made.case.rounding, f"{contract.id}/access", 0
    for part in parts_of(contract):
        held = 0 if part.months.start == 0 else held

        def term(name: str, on: datetime.date = part.first) -> Any:
            return number(rule, name, on)

        year = term("value") if term("value") is not None else half_up(term("each") * term("people"), unit)
        at_risk = half_up(year * term("at_risk"), unit)
        into = twelfths(at_risk, part.months)
        held += into

        def add(payer: str, payee: str, pence: int, flow: str, period: int = part.number) -> None:
            book.add(contract.id, period, rule.label, payer, payee, pence, flow=flow)

        add(contract.commissioner, contract.provider, twelfths(year - at_risk, part.months), "secured")
        add(contract.commissioner, pot, into, "into")
        if part.months.stop != term("decided_after_months"):
            continue
        found = result(made, contract, rule.shape["question"], part.last)
        if found is not None and found[1] >= term("smallest"):
            released = half_up(held * released_part(rule, part.first, *found), unit)
            add(pot, contract.provider, released, "released")
            add(pot, term("unreleased_to"), held - released, "not released")
        else:
            treated = rule.shape["not_measured" if found is None else "below_smallest"].value
            if treated == "released":
                add(pot, contract.provider, held, "released anyway")
            elif treated == "returned":
                add(pot, contract.commissioner, held, "returned")


def released_part(rule: RuleEntry, on: datetime.date, satisfied: int, answered: int) -> Fraction:
    """The part that is released; a lower bound by its root, to sixty digits."""
    upper, share = number(rule, "upper", on), Fraction(satisfied, answered)
    if rule.shape["method"].value == "lower bound":
        return Fraction(lower_bound(rule, on, satisfied, answered) >= upper)
    if rule.shape["method"].value == "step" or share >= upper:
        return Fraction(share >= upper)
    lower = number(rule, "lower", on)
    return max(Fraction(0), (share - lower) / (upper - lower)) if upper > lower else Fraction(0)


def lower_bound(rule: RuleEntry, on: datetime.date, satisfied: int, answered: int) -> Fraction:
    """The lower bound of the share, as the textbooks write it."""
    z, p = number(rule, "z", on), Fraction(satisfied, answered)
    if rule.shape["bound"].value == "normal":
        return p - z * root(p * (1 - p) / answered)
    middle = p + z * z / (2 * answered)
    return (middle - z * root(p * (1 - p) / answered + z * z / (4 * answered**2))) / (1 + z * z / answered)


def root(of: Fraction) -> Fraction:
    """A square root: exactly where there is one, else to sixty digits."""
    with localcontext() as context:
        context.prec = 60
        above, below = Decimal(of.numerator).sqrt(), Decimal(of.denominator).sqrt()
        return Fraction(above) / Fraction(below)


def _points(made: World, book: Book, contract: ContractCase, rule: RuleEntry) -> None:
    account = 0
    for part in parts_of(contract):
        account = 0 if part.months.start == 0 else account

        def term(name: str, on: datetime.date = part.first) -> Any:
            return number(rule, name, on)

        if term("last_year") is not None:
            now = twelfths(half_up(term("last_year") * term("on_account"), made.case.rounding), part.months)
            account += now
            book.add(
                contract.id, part.number, rule.label, contract.commissioner, contract.provider, now, flow="on account"
            )
        found = [_earned(made, contract, rule, place, part) for place in range(len(rule.shape["indicators"]))]
        if part.months.stop != term("decided_after_months") or not settled(made, rule, part, found):
            continue
        points = sum((one for one in found if one is not None), Fraction(0))
        if term("list_size") is not None:
            points *= Fraction(term("list_size"), term("average_list"))
        earned = half_up(points * term("point_value"), made.case.rounding)
        book.add(contract.id, part.number, rule.label, contract.commissioner, contract.provider, earned, flow="points")
        book.add(contract.id, part.number, rule.label, contract.provider, contract.commissioner, account, flow="off")


def settled(made: World, rule: RuleEntry, part: Part, found: list[Fraction | None]) -> bool:
    """Whether the year is settled in a run of the case's day."""
    days = number(rule, "balance_after_days", part.first)
    if days is None and all(one is None for one in found):
        return False
    if days is not None and part.last + datetime.timedelta(days=days) > (made.case.as_at or part.last):
        return False
    return rule.shape["not_measured"].value == "no points" or None not in found


def _earned(made: World, contract: ContractCase, rule: RuleEntry, place: int, part: Part) -> Fraction | None:
    """An indicator's points for payment; None without a result."""
    one = rule.shape["indicators"][place]

    def term(name: str) -> Any:
        return number(rule, f"indicators.{place}.{name}", part.first)

    found, weight = result(made, contract, one["name"], part.last), Fraction(1)
    if one.get("register"):
        sick = result(made, contract, one["register"], part.last)
        if sick is None:
            return None
        if not sick[0]:
            return None if found is None else Fraction(0)
        weight = Fraction(*sick) / term("national_prevalence")
    if found is None:
        return None
    if not found[1]:
        return Fraction(0)
    rate, lower, upper = Fraction(*found), term("lower"), term("upper")
    if one.get("direction") and one["direction"].value == "lower is better":
        rate, lower, upper = -rate, -upper, -lower  # turned round, better is higher again
    part_of_it = Fraction(1) if rate >= upper else (max(rate, lower) - lower) / (upper - lower) if upper > lower else 0
    return Fraction(term("points") * part_of_it * weight)
