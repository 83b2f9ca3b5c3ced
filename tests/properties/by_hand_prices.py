"""Unit price, admitted spell and block, worked out by hand."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import RuleEntry
from tests.properties.by_hand import Book, Found, Row, World, half_up, home, listed, number, periods, rules_of

AT_FAULT = "at fault"
DATES = {"attendances": "attended", "contacts": "contacted_on", "spells": "discharged", "people": "census_day"}


def by_hand(made: World) -> Found:
    """Every unit price, admitted spell and block of the world."""
    book = Book()
    for contract in made.case.contracts:
        for rule in rules_of(contract, "block"):
            for period, first, last in periods(contract):
                pence = instalment(number(rule, "value", first), contract.first, first, last)
                book.add(contract.id, period, rule.label, contract.commissioner, contract.provider, pence)
    for use, paid in (("unit-price", unit_price), ("admitted-spell", admitted_spell)):
        for contract in made.case.contracts:
            for rule in rules_of(contract, use):
                table = rule.shape.get("table", "spells")
                for row in made.rows[table]:
                    where = home(made.case, row, DATES[table])
                    if where is None or where[0] is not contract:
                        continue
                    pence = paid(made, rule, row)
                    if pence == AT_FAULT:
                        book.refuse(contract.id, rule.label, table, row[made.case.tables[table].key])
                    elif rule.pays:
                        book.add(
                            contract.id, where[1], rule.label, contract.commissioner, contract.provider, pence or 0
                        )
    return book.found()


def instalment(value: int, starts: datetime.date, first: datetime.date, last: datetime.date) -> int:
    """The twelfths of a year's value for the months of a period; the earliest months of the year have the rest."""
    pence, month = 0, (first.year - starts.year) * 12 + first.month - starts.month
    day = first
    while day <= last:
        pence += value // 12 + (1 if month % 12 < value % 12 else 0)
        month += 1
        year, of_year = divmod(starts.month - 1 + month, 12)
        day = datetime.date(starts.year + year, of_year + 1, min(starts.day, 28))
    return pence


def factor(made: World, rule: RuleEntry, row: Row, on: datetime.date) -> Any:
    """The provider's market forces factor, 1 where the rule has no list of them; at fault where it is not named."""
    name = number(rule, "market_forces_factor", on)
    if name is None:
        return Fraction(1)
    found = made.price("factors", name, row["provider"], on)
    return AT_FAULT if found is None else found["factor"]


def money(made: World, price: Fraction | None, factors: Any) -> int | None:
    """Price times factor, rounded once; nothing where either is missing."""
    return None if price is None or factors is None else half_up(price * factors, made.case.rounding)


def unit_price(made: World, rule: RuleEntry, row: Row) -> Any:
    """What a row pays: None where it is not paid for, or has no price."""
    table = made.case.tables[rule.shape["table"]]
    unit = rule.shape.get("unit") or next(iter(table.units))
    units = row[table.units[unit]] if table.units[unit] else 1
    if not listed(rule.shape.get("where"), row) or not units:
        return None
    on = row[DATES[table.name]]
    listing = made.price("unit_prices", number(rule, "prices", on), row[rule.shape["code"]], on)
    setting = rule.shape.get("setting")
    times = factor(made, rule, row, on)
    if listing is None or times == AT_FAULT:
        return AT_FAULT
    if setting and (row[setting] is None or listing["setting"] != row[setting]):
        return AT_FAULT
    return money(made, None if listing["price"] is None else units * listing["price"], times)


def admitted_spell(made: World, rule: RuleEntry, row: Row) -> Any:
    """What a spell pays, in the five steps of the rule."""
    if not listed(rule.shape.get("where"), row) or row["patient_class"] not in rule.shape["patient_classes"]:
        return None
    on, nights, method = row["discharged"], row["length_of_stay_days"], row["admission_method"]
    prices = made.price("admitted_prices", number(rule, "prices", on), row["hrg"], on)
    times = factor(made, rule, row, on)
    elective = method in rule.shape["elective_methods"]
    if prices is None or times == AT_FAULT or not (elective or method in rule.shape["non_elective_methods"]):
        return AT_FAULT
    top_up = _top_up(made, rule, row, on)
    if top_up == AT_FAULT:
        return AT_FAULT
    setting = "elective" if elective else "non_elective"
    trim, a_day = prices[f"trim_{setting}_days"], prices["long_stay_day"]
    short = _short(rule, row, prices, on)
    if short == AT_FAULT:
        return AT_FAULT
    if short:
        price = prices["short_stay"]
    elif row["patient_class"] == "2" and nights == 0:
        price = prices["day_case"]
    else:
        price = prices[setting]
    if nights and price is not None and (trim is None) != (a_day is None):
        return AT_FAULT
    if price is None or top_up is None or prices["not_priced"] is not None:
        return None
    long_stay = max(0, nights - trim) * a_day if trim is not None and a_day is not None else 0
    on_both = "long stay" in str(rule.shape["top_up_on"].value) if rule.shape.get("top_up_on") else False
    worth = (price + long_stay) * (1 + top_up) if on_both else price * (1 + top_up) + long_stay
    return money(made, worth, times)


def _top_up(made: World, rule: RuleEntry, row: Row, on: datetime.date) -> Any:
    name = number(rule, "specialist_top_ups", on)
    if name is None or row["specialised_service"] is None:
        return Fraction(0)
    found = made.price("specialist_top_ups", name, row["specialised_service"], on)
    return AT_FAULT if found is None else found["top_up"]


def _short(rule: RuleEntry, row: Row, prices: Row, on: datetime.date) -> Any:
    if not row["admission_method"].startswith("2"):
        return False
    if row["length_of_stay_days"] > number(rule, "short_stay_up_to", on):
        return False
    marked, age = prices["short_stay_applies"], row["age_years"]
    if marked is None:
        return AT_FAULT if prices["short_stay"] is not None else False
    if marked and age is None:
        return AT_FAULT
    return marked and age >= number(rule, "short_stay_from_age", on)


__all__ = ["AT_FAULT", "DATES", "by_hand", "factor", "instalment", "money"]
