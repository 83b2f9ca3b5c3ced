"""Incentives, worked out by hand: what each has come to by the end of a period, less what it had come to before."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import Book, Found, Row, World, half_up, home, later, listed, number, periods, rules_of
from tests.properties.by_hand_prepaid import prepaid
from tests.properties.by_hand_prices import DATES
from tests.properties.by_hand_readmissions import avoidable_admissions

KEYS = {"attendances": "attendance", "contacts": "contact", "spells": "spell"}
Moved = tuple[int, str, str, int, str]
"""Period, payer, payee, pence, and a name for the flow."""


def by_hand(made: World) -> Found:
    """Every block, incentive and taper of the world."""
    book = Book()
    for contract in made.case.contracts:
        moved = blocks(contract)
        for rule in rules_of(contract, "unit-price"):
            moved[rule.label] = list(_priced(made, contract, rule))
        for rule in rules_of(contract, "simple-incentive"):
            moved[rule.label] = list(_simple(made, contract, rule, book))
        for rule in rules_of(contract, "avoidable-activity"):
            moved[rule.label] = list(avoided(made, contract, rule, book))
        for rule in rules_of(contract, "prepaid-incentive"):
            pools = _pools(made, contract, rule, moved)
            moved[rule.label] = list(prepaid(made, contract, rule, pools, book))
        for rule in rules_of(contract, "incentive-taper"):
            moved[rule.label] = [line for label in rule.shape["on"] for line in
                                 _tapered(made, contract, rule, moved[label], label)]  # fmt: skip
        for label, lines in moved.items():
            for period, payer, payee, pence, flow in lines:
                book.add(contract.id, period, label, payer, payee, pence, flow=flow)
    return book.found()


def year_of(contract: ContractCase, day: datetime.date) -> int:
    """Which year of the contract a day falls in, from 0."""
    years = 0
    while later(contract.first, 12 * (years + 1)) <= day:
        years += 1
    return years


def months_to(contract: ContractCase, last: datetime.date) -> int:
    """How many months of the contract's year have begun by a day."""
    starts = later(contract.first, 12 * year_of(contract, last))
    return sum(later(starts, month) <= last for month in range(12))


def come_to(contract: ContractCase, rule: RuleEntry, name: str) -> dict[int, int]:
    """What a year's number has come to by the end of each period: its instalments, by the profile or by twelfths."""
    profile, sums, found = rule.shape.get("profile"), defaultdict[int, int](int), {}
    for period, first, last in periods(contract):
        year = number(rule, name, first) or 0
        ends = months_to(contract, first) - 1, months_to(contract, last)
        if profile is not None:
            before, now = (half_up(Fraction(year) * sum(profile.months[:months])) for months in ends)
        else:
            whole, over = divmod(abs(year), 12)
            before, now = (sum(whole + (1 if one < over else 0) for one in range(months)) for months in ends)
            before, now = (before, now) if year >= 0 else (-before, -now)
        sums[year_of(contract, first)] += now - before
        found[period] = sums[year_of(contract, first)]
    return found


def blocks(contract: ContractCase) -> dict[str, list[Moved]]:
    """What every block of a contract pays, by its label."""
    return {rule.label: list(_block(contract, rule)) for rule in rules_of(contract, "block")}


def _block(contract: ContractCase, rule: RuleEntry) -> Iterator[Moved]:
    before, value = defaultdict[int, int](int), come_to(contract, rule, "value")
    for period, first, _ in periods(contract):
        now, year = value[period], year_of(contract, first)
        yield period, contract.commissioner, contract.provider, now - before[year], "block"
        before[year] = now


def _priced(made: World, contract: ContractCase, rule: RuleEntry) -> Iterator[Moved]:
    """Each spell at the price of its group."""
    for row in made.rows["spells"]:
        where = home(made.case, row, "discharged")
        if where is not None and where[0] is contract:
            yield where[1], contract.commissioner, contract.provider, _price(made, rule, row), "priced"


def _price(made: World, rule: RuleEntry, row: Row) -> int:
    listed_at = made.price("unit_prices", number(rule, "prices", row["discharged"]), row["hrg"], row["discharged"])
    assert listed_at is not None
    return half_up(listed_at["price"], made.case.rounding)


def _simple(made: World, contract: ContractCase, rule: RuleEntry, book: Book) -> Iterator[Moved]:
    table, of = rule.shape["table"], rule.shape.get("of")
    each, events = defaultdict[int, int](int), defaultdict[int, int](int)
    for row in made.rows[table]:
        where = home(made.case, row, DATES[table])
        if where is None or where[0] is not contract or not listed(rule.shape.get("where"), row):
            continue
        if of is not None and row[of] is None:
            book.refuse(contract.id, rule.label, table, row[KEYS[table]])
            continue
        counted = 1 if of is None else row[of]
        each[where[1]] += half_up(number(rule, "each", row[DATES[table]]) * counted, made.case.rounding)
        events[where[1]] += counted
    earned = each if rule.shape["counts"].name == "EACH" else _beyond(made, contract, rule, events)
    yield from _within(contract, rule, earned)


def avoided(made: World, contract: ContractCase, rule: RuleEntry, book: Book) -> Iterator[Moved]:
    """What goes back for avoidable admissions, by case or by count."""
    to, admissions = str(number(rule, "paid_to", contract.first)), defaultdict[int, int](int)
    for period, row in avoidable_admissions(made, contract, rule, book):
        admissions[period] += 1
        if "share" in rule.values:
            (price,) = rules_of(contract, "unit-price")
            paid = _price(made, price, row)
            pence = half_up(paid * number(rule, "share", row["discharged"]), made.case.rounding)
            yield period, contract.provider, to, pence, "by case"
    if "each" in rule.values:
        floor = None if rule.shape.get("both_ways") or rule.shape.get("only_below") else 0
        below = bool(rule.shape.get("only_below"))
        for period, pence in _beyond(made, contract, rule, admissions, floor=floor, below=below).items():
            yield period, contract.provider, to, pence, "by count"


def _pools(
    made: World, contract: ContractCase, rule: RuleEntry, moved: dict[str, list[Moved]]
) -> dict[int, tuple[int, int, bool]]:
    """For each period: the contract's year, what the pool has come to, and whether the year is over."""
    sums, found, paid = come_to(contract, rule, "value"), {}, defaultdict[int, int](int)
    for period, first, last in periods(contract):
        year = year_of(contract, first)
        paid[year] += sum(brings(contract, moved[label], period) for label in rule.shape.get("on") or ())
        share = number(rule, "share", first)
        pool = sums[period] if share is None else half_up(paid[year] * share, made.case.rounding)
        found[period] = year, pool, months_to(contract, last) == number(rule, "year_months", first)
    return found


def brings(contract: ContractCase, lines: list[Moved], period: int) -> int:
    """What some flows bring the provider in a period, less what they take."""
    of_period = [line for line in lines if line[0] == period]
    gained = sum(pence for _, _, payee, pence, _ in of_period if payee == contract.provider)
    return gained - sum(pence for _, payer, _, pence, _ in of_period if payer == contract.provider)


def _beyond(
    made: World,
    contract: ContractCase,
    rule: RuleEntry,
    events: dict[int, int],
    *,
    floor: int | None = 0,
    below: bool = False,
) -> dict[int, int]:
    """What the events beyond the baseline of the year to date bring in each period."""
    sign = -1 if rule.use == "simple-incentive" and rule.shape["counts"].name == "BELOW" else 1
    seen, before, found = defaultdict[int, int](int), defaultdict[int, int](int), {}
    baseline = come_to(contract, rule, "baseline")
    for period, first, _ in periods(contract):
        year, each = year_of(contract, first), number(rule, "each", first)
        seen[year] += events.get(period, 0)
        now = sign * (seen[year] - baseline[period])
        now = now if floor is None else max(now, floor)
        now = min(now, 0) if below else now
        now = now if seen[year] else 0  # nothing counted at all: nothing was avoided, and nothing is above
        found[period] = half_up(each * now, made.case.rounding) - half_up(each * before[year], made.case.rounding)
        before[year] = now
    return found


def _within(contract: ContractCase, rule: RuleEntry, earned: dict[int, int]) -> Iterator[Moved]:
    """What is earned, what brings it up to the floor, and what is taken back above the cap."""
    payer, payee = contract.commissioner, contract.provider
    if rule.shape["direction"].name == "CHARGED":
        payer, payee = payee, payer
    to_date, raised, over = (defaultdict[int, int](int) for _ in range(3))
    floor, cap = come_to(contract, rule, "floor"), come_to(contract, rule, "cap")
    for period, first, _ in periods(contract):
        year = year_of(contract, first)
        part = earned.get(period, 0)
        yield period, payer, payee, part, "earned"
        to_date[year] += part
        if "floor" in rule.values:
            now = max(floor[period] - to_date[year], 0)
            yield period, payer, payee, now - raised[year], "floor"
            raised[year] = now
        if "cap" in rule.values:
            now = max(to_date[year] + raised[year] - cap[period], 0)
            yield period, payee, payer, now - over[year], "cap"
            over[year] = now


def _tapered(
    made: World, contract: ContractCase, rule: RuleEntry, lines: list[Moved], label: str
) -> Iterator[Moved]:  # fmt: skip
    """What the year no longer pays of one rule goes back to who pays by it, and on to the named place."""
    (other,) = {one for _, *both, _, _ in lines for one in both} - {contract.provider} or {contract.commissioner}
    paid, back, on = (defaultdict[int, int](int) for _ in range(3))
    for period, first, _ in periods(contract):
        year = year_of(contract, first)
        paid[year] += brings(contract, lines, period)
        now = paid[year] - half_up(paid[year] * number(rule, "still_pays", first), made.case.rounding)
        yield period, contract.provider, other, now - back[year], f"{label}, back"
        yield period, other, number(rule, "withdrawn_to", first), max(now, 0) - on[year], f"{label}, on"
        back[year], on[year] = now, max(now, 0)
