"""Pooled budgets and marginal rates, worked out by hand: a year's sums to date, period after period."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick_rules.rules._pool import AtEnd
from tests.properties.by_hand import Book, Found, World, half_up, home, later, listed, number, periods, rules_of
from tests.properties.by_hand_prices import AT_FAULT, DATES, instalment, unit_price

KEYS = {"attendances": "attendance"}


def by_hand(made: World) -> Found:
    """Every pooled budget and every marginal rate of the world, and the rows at fault of what they rest on."""
    book = Book()
    for contract in made.case.contracts:
        worth = {rule.label: _worth(made, contract, rule, book) for rule in rules_of(contract, "unit-price")}
        for rule in rules_of(contract, "marginal-rate"):
            _marginal_rate(made, contract, rule, worth, book)
        for rule in rules_of(contract, "pooled-budget"):
            _refuse_pooled(made, contract, rule, book)
            _Pool(made, contract, rule, worth, book).settle()
    return book.found()


def _worth(made: World, contract: ContractCase, rule: RuleEntry, book: Book) -> dict[int, int]:
    """What a currency's units are worth in each period."""
    found: dict[int, int] = {}
    table = rule.shape["table"]
    for row in made.rows[table]:
        where = home(made.case, row, DATES[table])
        if where is None or where[0] is not contract:
            continue
        pence = unit_price(made, rule, row)
        if pence == AT_FAULT:
            book.refuse(contract.id, rule.label, table, row[KEYS[table]])
        else:
            found[where[1]] = found.get(where[1], 0) + (pence or 0)
    return found


def _year(contract: ContractCase, first: datetime.date) -> int:
    return next(years for years in range(99) if first < later(contract.first, 12 * (years + 1)))


def _part(contract: ContractCase, rule: RuleEntry, value: int, period: int, *, by_profile: bool) -> int:
    """One period's part of a year's amount, in twelfths or by the rule's profile."""
    _, first, last = next(one for one in periods(contract) if one[0] == period)
    profile = rule.shape.get("profile") if by_profile else None
    if profile is None:
        return instalment(value, contract.first, first, last)
    starts = later(contract.first, 12 * _year(contract, first))
    months = [month for month in range(12) if later(starts, month) <= last]
    before = [month for month in months if later(starts, month) < first]
    up_to_now, up_to_then = (half_up(value * Fraction(sum(profile.months[: len(m)]))) for m in (months, before))
    return up_to_now - up_to_then


def _marginal_rate(
    made: World, contract: ContractCase, rule: RuleEntry, worth: dict[str, dict[int, int]], book: Book
) -> None:
    year, value, baseline = -1, 0, 0
    for period, first, _ in periods(contract):
        if _year(contract, first) != year:
            year, value, baseline = _year(contract, first), 0, 0
        value_then, baseline_then, rate = value, baseline, number(rule, "rate", first)
        value += sum(worth[label].get(period, 0) for label in rule.shape["on"])
        baseline += _part(contract, rule, number(rule, "baseline", first), period, by_profile=True)
        above, above_then = max(0, value - baseline), max(0, value_then - baseline_then)
        share, share_then = (min(one, half_up(one * rate, made.case.rounding)) for one in (above, above_then))
        full = min(value, baseline) - min(value_then, baseline_then)
        apart = above - share - (above_then - share_then)
        for flow, payee, pence in (
            ("full", contract.provider, full), ("part", contract.provider, share - share_then),
            ("apart", number(rule, "ring_fence", first), apart),
        ):  # fmt: skip
            book.add(contract.id, period, rule.label, contract.commissioner, payee, pence, flow=flow)


def _refuse_pooled(made: World, contract: ContractCase, rule: RuleEntry, book: Book) -> None:
    """Rows of what may not be pooled, that the pool would pay for."""
    for service in rule.shape["services"]:
        for currency in rules_of(contract, "unit-price"):
            if currency.label != service.get("on"):
                continue
            table = currency.shape["table"]
            for row in made.rows[table]:
                where = home(made.case, row, DATES[table])
                claimed = where is not None and where[0] is contract and row[table]
                for none in rule.shape["not_pooled"]:
                    at_fault = none.table == table and listed(none.where, row)
                    if claimed and at_fault and listed(currency.shape.get("where"), row):
                        book.refuse(contract.id, rule.label, table, row[KEYS[table]])


class _Pool:
    """A pool as its host would keep it: what came in, what went out, and what each partner has standing."""

    def __init__(
        self, made: World, contract: ContractCase, rule: RuleEntry, worth: dict[str, dict[int, int]], book: Book
    ) -> None:
        self.made, self.contract, self.rule, self.worth, self.book = made, contract, rule, worth, book
        self.standing = [0 for _ in rule.shape["partners"]]
        self.period = 0

    def settle(self) -> None:
        year, put_in, paid_out, standing = -1, 0, 0, list(self.standing)
        for period, first, last in periods(self.contract):
            self.period, self.first = period, first
            if _year(self.contract, first) != year:
                year, put_in, paid_out, standing = _year(self.contract, first), 0, 0, list(self.standing)
            over_before = max(0, paid_out - put_in)
            put_in, paid_out = put_in + self.contributions(), paid_out + self.payments()
            over = max(0, paid_out - put_in)
            self.call(over_before, over, standing)
            whole_year = later(self.contract.first, 12 * (year + 1)) - datetime.timedelta(days=1)
            closes = number(self.rule, "closes_on", first)
            if last == whole_year or (closes is not None and first <= closes <= last):
                self.give_back(max(0, put_in - paid_out))

    def say(self, name: str) -> Any:
        return number(self.rule, name, self.first)

    def move(self, payer: Any, payee: Any, pence: int, flow: str) -> None:
        self.book.add(self.contract.id, self.period, self.rule.label, payer, payee, pence, flow=flow)

    def contributions(self) -> int:
        whole = 0
        for place in range(len(self.standing)):
            year = self.say(f"partners.{place}.contribution")
            part = _part(self.contract, self.rule, year, self.period, by_profile=True)
            self.move(self.say(f"partners.{place}.who"), self.say("pool"), part, f"in {place}")
            whole += part
        return whole

    def payments(self) -> int:
        whole = 0
        for place, service in enumerate(self.rule.shape["services"]):
            if service.get("on"):
                part = self.worth[service["on"]].get(self.period, 0)
            else:
                year = self.say(f"services.{place}.amount")
                part = _part(self.contract, self.rule, year, self.period, by_profile=False)
            self.move(self.say("pool"), self.say(f"services.{place}.who"), part, f"out {place}")
            whole += part
        for place, _ in enumerate(self.rule.shape.get("aligned") or ()):
            year = self.say(f"aligned.{place}.budget")
            part = _part(self.contract, self.rule, year, self.period, by_profile=False)
            self.move(self.say(f"aligned.{place}.owner"), self.say(f"aligned.{place}.who"), part, f"beside {place}")
        return whole

    def shared(self, whole: int, field: str) -> list[int]:
        """Up to each partner and with it, rounded once; each has what that adds, and the last has the rest."""
        rates = [self.say(f"partners.{place}.{field}") for place in range(len(self.standing))]
        ends = [
            min(whole, half_up(whole * sum(rates[: n + 1]), self.made.case.rounding)) for n in range(len(rates) - 1)
        ]
        return [one - before for one, before in zip([*ends, whole], [0, *ends], strict=True)]

    def call(self, over_before: int, over: int, standing: list[int]) -> None:
        before, now = (self.shared(one, "share_of_overspend") for one in (over_before, over))
        for place, (due_before, due) in enumerate(zip(before, now, strict=True)):
            own = self.say(f"partners.{place}.carried_in")
            met = min(due, standing[place]) - min(due_before, standing[place])
            if own is not None:
                self.move(own, self.say("pool"), met, f"met {place}")
                self.standing[place] -= met
            else:
                assert met == 0
            self.move(self.say(f"partners.{place}.who"), self.say("pool"), due - due_before - met, f"call {place}")

    def give_back(self, left: int) -> None:
        for place, part in enumerate(self.shared(left, "share_of_underspend")):
            at_end = self.rule.shape["partners"][place]["at_end"]
            to = self.say(f"partners.{place}.who")
            if at_end is AtEnd.CARRY:
                to = self.say(f"partners.{place}.carried_in")
                self.standing[place] += part
            if at_end is AtEnd.HOST:
                to = self.say("host")
            self.move(self.say("pool"), to, part, f"back {place}")
