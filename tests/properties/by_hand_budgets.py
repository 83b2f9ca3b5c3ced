"""Budgets for people, worked out by hand: every day of every person is looked at, one after another."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import DAY, Book, Found, Row, World, half_up, home, later, number, periods, rules_of

YEAR = 12


def by_hand(made: World) -> Found:
    """Every year of care and every capitation of the world."""
    book = Book()
    for contract in made.case.contracts:
        for rule in rules_of(contract, "year-of-care"):
            _year_of_care(made, book, contract, rule)
        for rule in rules_of(contract, "capitation"):
            _capitation(made, book, contract, rule)
            _care(made, book, contract, rule)
    return book.found()


def year_of(contract: ContractCase, day: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The first day of the contract's year that a day is in, and of the year after."""
    years = 0
    while later(contract.first, YEAR * (years + 1)) <= day:
        years += 1
    return later(contract.first, YEAR * years), later(contract.first, YEAR * (years + 1))


def mine(made: World, contract: ContractCase) -> list[Row]:
    """The contract's own rows of people."""
    found = []
    for row in made.rows["people"]:
        where = home(made.case, row, "census_day")
        if where is not None and where[0] is contract:
            found.append(row)
    return found


def days_of(row: Row, contract: ContractCase, on: datetime.date) -> list[datetime.date]:
    """The days of a row in the contract's year that ``on`` is in, as far as the contract goes."""
    first, after = year_of(contract, on)
    after = min(after, contract.last + DAY)
    begins, ends = row["eligible_from"] or row["census_day"], row["eligible_to"] or after
    return list(_from(max(first, begins), min(after, ends)))


def _from(first: datetime.date, after: datetime.date) -> Iterator[datetime.date]:
    while first < after:
        yield first
        first += DAY


def in_cohort(made: World, rule: RuleEntry, row: Row, on: datetime.date) -> bool:
    """Whether age and conditions let the row in; the conditions are those of its first day."""
    age, (low, high) = row["age_years"], (number(rule, name, on) for name in ("age_from", "age_to"))
    if (low, high) != (None, None) and age is None:
        return False
    if (low is not None and age < low) or (high is not None and age > high):
        return False
    names = rule.shape.get("conditions")
    if names is None:
        return True
    held = {
        one["condition"] for one in made.rows["conditions"]
        if one["person"] == row["person"] and (one["from_day"] or on) <= on <= (one["to_day"] or on)
    }  # fmt: skip
    return len(held & set(names)) >= number(rule, "conditions_needed", on)


def _first_day(row: Row, contract: ContractCase) -> datetime.date:
    return max(row["eligible_from"] or row["census_day"], year_of(contract, row["census_day"])[0])  # type: ignore[no-any-return]


def _year_of_care(made: World, book: Book, contract: ContractCase, rule: RuleEntry) -> None:
    segments = rule.shape["segments"]
    names = [one["segment"] for one in segments]
    own: list[tuple[Row, str, set[datetime.date]]] = []
    for row in mine(made, contract):
        on = row["census_day"]
        days = days_of(row, contract, on)
        others = [
            (other["category"], days_of(other, contract, on)) for other in made.rows["people"]
            if other is not row and (other["person"], other["census_day"]) == (row["person"], on)
            and other["category"] in names and set(days_of(other, contract, on)) & set(days)
        ]  # fmt: skip
        if row["category"] in names:
            if rule.shape["overlaps"].value == "first written":
                others = [one for one in others if names.index(one[0]) < names.index(row["category"])]
                one_inside = len(others) == 1 and others[0][1][0] > days[0] and others[0][1][-1] < days[-1]
                at_fault = len(others) > 1 or one_inside
            else:
                at_fault = bool(others)
            if at_fault:
                book.refuse(contract.id, rule.label, "people", row["entry"])
        is_in = in_cohort(made, rule, row, _first_day(row, contract))
        rivals = [] if rule.shape["overlaps"].value == "fault" else others[-1:]
        if len(others) == 1 and rivals and is_in and not in_cohort(made, rule, row, rivals[0][1][0]):
            book.refuse(contract.id, rule.label, "people", row["entry"])
        if is_in and row["category"] not in names and rule.shape["unlisted"].value == "fault":
            book.refuse(contract.id, rule.label, "people", row["entry"])
        if is_in and row["category"] in names:
            taken = {day for _, of_other in others for day in of_other}
            own.append((row, row["category"], set(days) - taken))
    for period, first, last in periods(contract):
        begin, after = year_of(contract, first)
        for place, one in enumerate(segments):
            rate = number(rule, f"segments.{place}.rate", first)
            due = [
                half_up(rate * _count(own, one["segment"], begin, until) / (after - begin).days, made.case.rounding)
                for until in (last, first - DAY)
            ]
            book.add(
                contract.id, period, rule.label, contract.commissioner, contract.provider, due[0] - due[1],
                flow=one["segment"],
            )  # fmt: skip


def _count(
    own: Sequence[tuple[Row, str, set[datetime.date]]], segment: str, begin: datetime.date, until: datetime.date
) -> Fraction:
    """The days of a year up to one, of the rows listed by then."""
    return Fraction(sum(
        sum(day <= until for day in days) for row, of, days in own
        if of == segment and begin <= row["census_day"] <= until
    ))  # fmt: skip


def _capitation(made: World, book: Book, contract: ContractCase, rule: RuleEntry) -> None:
    rows = []
    for row in mine(made, contract):
        names, by_lists = rule.shape.get("categories"), rule.shape["heads"].value == "lists"
        days = days_of(row, contract, row["census_day"])
        on_it = (by_lists or bool(days)) and (names is None or row["category"] in names)
        same = [
            other
            for other in made.rows["people"]
            if (other["person"], other["census_day"]) == (row["person"], row["census_day"])
        ]
        faults = [
            on_it and row["weight"] is None and rule.shape["without_weight"].value == "fault",
            names is not None and row["category"] in names and sum(one["category"] in names for one in same) > 1,
            by_lists and not _is_list_day(contract, rule, row["census_day"]),
            "stop_loss" in rule.values and on_it and row["cost_to_date"] is None,
        ]
        for _ in range(sum(faults)):
            book.refuse(contract.id, rule.label, "people", row["entry"])
        if on_it:
            rows.append((row, days))
    for period, first, last in periods(contract):
        begin, after = year_of(contract, first)
        heads = []
        for until in (last, first - DAY):
            so_far = [(row, days) for row, days in rows if begin <= row["census_day"] <= until]
            if rule.shape["heads"].value == "lists":
                listed = sum((_weight(rule, row) for row, _ in so_far), Fraction(0))
                heads.append(listed / number(rule, "lists_a_year", first))
            else:
                days_to_date = [_weight(rule, row) * sum(day <= until for day in days) for row, days in so_far]
                heads.append(sum(days_to_date, Fraction(0)) / (after - begin).days)
        now, before = (half_up(number(rule, "rate", first) * one, made.case.rounding) for one in heads)
        book.add(contract.id, period, rule.label, contract.commissioner, contract.provider, now - before, flow="heads")
        if "stop_loss" in rule.values:
            above = sum(
                _above(made, contract, rule, row, first) for row, _ in rows if first <= row["census_day"] <= last
            )
            book.add(contract.id, period, rule.label, contract.commissioner, contract.provider, above, flow="above")


def _weight(rule: RuleEntry, row: Row) -> Fraction:
    missing = Fraction(0 if rule.shape["without_weight"].value == "nothing" else 1)
    return missing if row["weight"] is None else Fraction(row["weight"])


def _is_list_day(contract: ContractCase, rule: RuleEntry, day: datetime.date) -> bool:
    many = number(rule, "lists_a_year", day)
    begin, _ = year_of(contract, day)
    return any(day == later(begin, month) for month in range(0, YEAR, YEAR // many))


def _above(made: World, contract: ContractCase, rule: RuleEntry, row: Row, on: datetime.date) -> int:
    """What the person's cost to date is above the limit, less what it was on the row before it in the year."""
    limit, begin = number(rule, "stop_loss", on), year_of(contract, row["census_day"])[0]
    former = [
        other for other in made.rows["people"]
        if other["person"] == row["person"] and begin <= other["census_day"] < row["census_day"]
        and other["cost_to_date"] is not None
    ]  # fmt: skip
    before = max(former, key=lambda other: other["census_day"])["cost_to_date"] if former else 0
    return max((row["cost_to_date"] or 0) - limit, 0) - max(before - limit, 0)


def _care(made: World, book: Book, contract: ContractCase, rule: RuleEntry) -> None:
    if not rule.shape.get("care"):
        return
    known = {row["person"] for row in made.rows["people"]}
    apart: dict[str, Any] = rule.shape["carved_out"][0].where if rule.shape.get("carved_out") else {"service": ()}
    (care,) = rules_of(contract, "unit-price")
    for row in made.rows["contacts"]:
        where = home(made.case, row, "contacted_on")
        if where is None or where[0] is not contract:
            continue
        if row["person"] not in known:
            book.refuse(contract.id, rule.label, "contacts", row["contact"])
        price = made.price(
            "unit_prices", number(care, "prices", row["contacted_on"]), row["contact_type"], row["contacted_on"]
        )
        assert price is not None
        worth = half_up(price["price"] * row["contacts"], made.case.rounding)
        elsewhere = row["provider"] != contract.provider
        if row["service"] in apart["service"]:
            book.add(contract.id, where[1], rule.label, contract.commissioner, row["provider"], worth, flow="apart")
        elif elsewhere and rule.shape["leakage"].value == "holder":
            book.add(contract.id, where[1], rule.label, contract.provider, row["provider"], worth, flow="elsewhere")
        elif elsewhere:
            book.add(contract.id, where[1], rule.label, contract.commissioner, row["provider"], worth, flow="elsewhere")
            book.add(contract.id, where[1], rule.label, contract.provider, contract.commissioner, worth, flow="back")
