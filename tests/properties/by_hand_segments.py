"""Segment budget, and gain and loss share with its band, worked out by hand."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import (
    DAY,
    Book,
    Found,
    Row,
    World,
    half_up,
    home,
    later,
    number,
    periods,
    records,
    rules_of,
    shared,
)
from tests.properties.by_hand_prices import AT_FAULT, instalment, unit_price
from tests.properties.by_hand_prices import by_hand as prices_by_hand

Period = tuple[int, datetime.date, datetime.date]


def by_hand(made: World) -> Found:
    """Every segment budget and every gain or loss of the world, beside its blocks and prices."""
    book, prices = Book(), prices_by_hand(made)
    for (contract_id, period, label, kept_in, payer, payee), pence in prices.ledger.items():
        book.add(contract_id, period, label, payer, payee, pence, book=kept_in)
    for place, many in prices.refused.items():
        book.refused[place] += many
    book.rows |= prices.rows
    for contract in made.case.contracts:
        for rule in rules_of(contract, "segment-budget"):
            segment(made, book, contract, rule)
        for rule in rules_of(contract, "gain-loss-share"):
            gain_and_loss(made, book, contract, rule)
    return book.found()


def by_year(contract: ContractCase) -> Iterator[tuple[Period, list[Period], datetime.date]]:
    """Each period with those before it in the same year of the contract, and the day on which that year began."""
    every = list(periods(contract))
    for period in every:
        first = period[1]
        years = ((first.year - contract.first.year) * 12 + first.month - contract.first.month) // 12
        begun = later(contract.first, 12 * years)
        yield period, [other for other in every if begun <= other[1] < first], begun


def own_rows(made: World, contract: ContractCase, table: str, on: str, period: Period) -> list[Row]:
    """The contract's rows of a table in a period."""
    return [
        row for row in made.rows[table]
        if (where := home(made.case, row, on)) is not None and where[0] is contract and where[1] == period[0]
    ]  # fmt: skip


def segment(made: World, book: Book, contract: ContractCase, rule: RuleEntry) -> None:
    """One segment budget: what the commissioner pays, what hospitals are paid, and what is above the limit."""
    by_days = "each" in rule.values
    sums: dict[int, tuple[int, int, int]] = {}
    for period, before, begun in by_year(contract):
        if by_days:
            refuse(made, book, contract, rule, period)
            days = (later(begun, 12) - begun).days
            spent = [worth_of_days(made, contract, rule, one) for one in (*before, period)]
            due, paid = (
                half_up(sum(some, Fraction(0)) / days, made.case.rounding) for some in (spent, spent[: len(before)])
            )
            budget = due - paid
        else:
            budget = instalment(number(rule, "budget", period[1]), contract.first, *period[1:])
        others, own = episodes(made, book, contract, rule, period)
        sums[period[0]] = budget, others, own
        book.add(contract.id, period[0], rule.label, contract.commissioner, contract.provider, budget, flow="budget")
        if "loss_limit" in rule.values:
            limit, counts = number(rule, "loss_limit", period[1]), number(rule, "own_care_counts", period[1])
            # what counts is said for each period, so what was lost in one before it is counted as was said then
            losses = [
                sums[one[0]][1] + sums[one[0]][2] * number(rule, "own_care_counts", one[1]) - sums[one[0]][0]
                for one in before
            ]
            now = sum(losses) + others + own * counts - budget
            borne = max(now - limit, 0) - max(sum(losses) - limit, 0)
            book.add(contract.id, period[0], rule.label, contract.commissioner, contract.provider, borne, flow="borne")
        for place, one in enumerate(rule.shape.get("replaces") or ()):
            (ward,) = (other for other in contract.rules if other.label == one["label"])
            assert ward.use == "block"
            amount = instalment(number(rule, f"replaces.{place}.amount", period[1]), contract.first, *period[1:])
            book.add(
                contract.id, period[0], rule.label, contract.provider, contract.commissioner, amount,
                flow=f"replaced {place}",
            )  # fmt: skip


def episodes(
    made: World, book: Book, contract: ContractCase, rule: RuleEntry, period: Period
) -> tuple[int, int]:  # fmt: skip
    """What others are paid for the people of the segment in a period, and what its own treatment is worth."""
    others = own = 0
    listed = {row["person"] for row in made.rows["people"] if row["category"] == rule.shape["segment"]}
    for currency in (one for one in contract.rules if one.label in rule.shape["on"]):
        for row in own_rows(made, contract, currency.shape["table"], "discharged", period):
            pence: Any = unit_price(made, currency, row)
            if pence == AT_FAULT or pence is None or row["person"] not in listed:
                continue
            if row["provider"] == contract.provider:
                own += pence
            else:
                others += pence
                book.add(contract.id, period[0], rule.label, contract.provider, row["provider"], pence, flow="care")
    return others, own


def worth_of_days(made: World, contract: ContractCase, rule: RuleEntry, period: Period) -> Fraction:
    """Each × days of the rows of a period, exactly."""
    found = Fraction(0)
    for row in own_rows(made, contract, "people", "census_day", period):
        if row["category"] == rule.shape["segment"] and row["eligible_from"] and row["eligible_to"]:
            found += number(rule, "each", row["census_day"]) * (row["eligible_to"] - row["eligible_from"]).days
    return found


def refuse(made: World, book: Book, contract: ContractCase, rule: RuleEntry, period: Period) -> None:
    """Rows whose days are not known, lie outside their period, or overlap those of the row before."""

    def listed(row: Row) -> bool:
        return bool(row["category"] == rule.shape["segment"])

    def fault(row: Row) -> None:
        book.refuse(contract.id, rule.label, "people", row["entry"])

    for row in filter(listed, own_rows(made, contract, "people", "census_day", period)):
        if row["eligible_from"] is None or row["eligible_to"] is None:
            fault(row)
            continue
        if row["eligible_from"] < period[1] or row["eligible_to"] > period[2] + DAY:
            fault(row)
        order: Callable[[Row], Any] = lambda one: (one["census_day"], one["entry"])  # noqa: E731
        theirs = [one for one in made.rows["people"] if one["person"] == row["person"] and listed(one)]
        earlier = [one for one in theirs if order(one) < order(row)]
        last = max(earlier, key=order, default=None)
        if last is not None and last["eligible_to"] is not None and last["eligible_to"] > row["eligible_from"]:
            fault(row)


def gain_and_loss(made: World, book: Book, contract: ContractCase, rule: RuleEntry) -> None:
    """One gain and loss share: its element, and what moves when a year of the contract ends."""
    for period, before, _ in by_year(contract):
        span, on = (contract.first, *period[1:]), period[1]
        book.add(
            contract.id, period[0], rule.label, contract.commissioner, contract.provider,
            instalment(number(rule, "element", on), *span), flow="element",
        )  # fmt: skip
        year = [*before, period]
        if sum(instalment(12, contract.first, *one[1:]) for one in year) != 12:
            continue
        rows = [row for one in year for row in own_rows(made, contract, "spells", "discharged", one)]
        units = sum(row["length_of_stay_days"] for row in rows)
        if not units:
            continue
        each, unit = number(rule, "each", on), made.case.rounding
        variance = half_up(each * (number(rule, "benchmark_units", on) - units), unit)
        if "band" in rule.values:
            expected = half_up(each * number(rule, "benchmark_units", on), unit)
            band = half_up(expected * number(rule, "band", on), unit)
            sign = 1 if variance >= 0 else -1
            outside = abs(variance) - (band if rule.shape["beyond_band"].value == "only the excess" else 0)
            variance = sign * outside if abs(variance) >= band else 0
        moved(book, contract, rule, period, variance, unit)


def moved(book: Book, contract: ContractCase, rule: RuleEntry, period: Period, variance: int, unit: int) -> None:
    """A gain to the parties, or a loss back from them, by their shares and within what each can lose."""
    on, parties = period[1], dict(enumerate(records(rule, "parties", period[1])))
    weights = {place: party["share"] for place, party in parties.items()}
    gain = min(half_up(max(variance, 0) * number(rule, "share_of_gain", on), unit), number(rule, "most_gain", on))
    loss = min(half_up(max(-variance, 0) * number(rule, "share_of_loss", on), unit), number(rule, "most_loss", on))
    for place, pence in shared(gain, weights).items():
        book.add(contract.id, period[0], rule.label, contract.commissioner, parties[place]["who"], pence, flow="gain")
    for place, pence in shared(loss, weights).items():
        back, who = min(pence, parties[place]["most_loss"]), parties[place]["who"]
        book.add(contract.id, period[0], rule.label, who, contract.commissioner, back, flow="loss")
