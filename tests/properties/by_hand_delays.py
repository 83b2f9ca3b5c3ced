"""Discharge cost transfer, worked out by hand: the plain count, and the counts of 2003 and of 2014."""

from __future__ import annotations

import datetime
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import DAY, Book, Found, Row, World, half_up, home, listed, number, records, rules_of

ELEVEN, TWO, FIVE = datetime.time(11), datetime.time(14), datetime.time(17)
FRIDAY, SUNDAY = 4, 6
LONGER_INTERVAL_UNTIL = datetime.date(2005, 3, 31)


def by_hand(made: World) -> Found:
    """Every delay of the world."""
    book = Book()
    for contract in made.case.contracts:
        for rule in rules_of(contract, "discharge-cost-transfer"):
            for row in made.rows["spells"]:
                where = home(made.case, row, "discharged")
                if where is None or where[0] is not contract or not listed(rule.shape.get("where"), row):
                    continue
                charge(made, contract, rule, row, where[1], where[2], book)
    return book.found()


def charge(
    made: World, contract: ContractCase, rule: RuleEntry, row: Row, period: int, first: datetime.date, book: Book
) -> None:
    """One spell: its days, its body, and its money."""
    notice = made.matching("notices", spell=row["spell"]) or {}
    body = liable_body(rule, row, notice, first)
    payee = getattr(contract, rule.shape["pays_now"].value)
    if body in (None, "nobody", "provider"):
        return
    days = chargeable_days(made, rule, row, notice)
    to = (contract.id, period, rule.label)
    if body == "disputed":
        pence = half_up(days * number(rule, "daily_rate", row["discharged"]), made.case.rounding)
        contested = number(rule, "contested_from", row["discharged"])
        if contested is not None:
            book.add(*to, contested, f"{contract.id}/contested discharge charges", pence, flow="disputed")
        return
    payer = {"local authority": row["local_authority"], "commissioner": contract.commissioner}.get(body, body)
    others = {one["body"]: one["rate"] for one in records(rule, "other_rates", first)}
    rate = others.get(payer, number(rule, "daily_rate", row["discharged"]))
    book.add(*to, payer, payee, half_up(days * rate, made.case.rounding), flow="charge")


def liable_body(rule: RuleEntry, row: Row, notice: Row, first: datetime.date) -> str | None:
    """Who the table names for the reason and the pathway, or for the reason and any pathway."""
    reason = notice.get("reason") or row["delay_reason"]
    pathway = notice.get("pathway") or row["discharge_pathway"]
    table = {(one["reason"], one["pathway"]): one["body"] for one in records(rule, "liable", first)}
    return table.get((reason, pathway), table.get((reason, "any")))


def chargeable_days(made: World, rule: RuleEntry, row: Row, notice: Row) -> int:
    """The days that count, less those left out or already paid for."""
    count = rule.shape["count"].value
    last_unpaid = row["discharged"] - DAY * long_stay_days(made, rule, row)
    if count == "plain":
        if notice.get("only_reason") is False or row["ready_on"] is None:
            return 0
        stretch = (row["ready_on"] + DAY * (number(rule, "grace_days", row["discharged"]) + 1), row["discharged"])
    else:
        if notice.get("patient_category") not in rule.shape["acute"] or notice["only_reason"] is not True:
            return 0
        counted = (_of_2003 if "2003" in count else _of_2014)(made, rule, row, notice)
        if counted is None:
            return 0
        stretch = counted
    less = (notice.get("deterioration_days") or 0) + (notice.get("days_charged_elsewhere") or 0)
    return max(0, (min(stretch[1], last_unpaid) - stretch[0]).days + 1 - less)


def long_stay_days(made: World, rule: RuleEntry, row: Row) -> int:
    """How many of the last days of the stay lie above the trim point and are paid by the day."""
    name = number(rule, "trim_prices", row["discharged"])
    prices = made.price("admitted_prices", name, row["hrg"], row["discharged"])
    if prices is None or prices["long_stay_day"] is None:
        return 0
    setting = "elective" if row["admission_method"] in ("11", "12", "13") else "non_elective"
    trim = prices[f"trim_{setting}_days"]
    return 0 if trim is None else max(0, row["length_of_stay_days"] - trim)


def _ends(row: Row, notice: Row) -> Any:
    return notice["ended_at"] or row["discharged_at"]


def _of_2003(made: World, rule: RuleEntry, row: Row, notice: Row) -> tuple[datetime.date, datetime.date] | None:
    holidays = {
        one["day"]
        for one in made.rows["public_holidays"]
        if one["calendar"] == number(rule, "calendar", row["discharged"])
    }

    def rests(day: datetime.date) -> bool:
        return day.weekday() == SUNDAY or day in holidays

    def working(day: datetime.date) -> datetime.date:
        while rests(day):
            day += DAY
        return day

    assessed, given, proposed = (
        notice["assessment_notice_at"], notice["discharge_notice_at"], notice["proposed_discharge"],
    )  # fmt: skip
    ready, ended = notice["ready_services_at"], _ends(row, notice)
    if None in (assessed, given, proposed) or (ready is None and ended is None):
        return None
    assessed_on = assessed.date() + DAY * (assessed.time() > TWO or rests(assessed.date()))
    late = given.time() > (TWO if given.weekday() == FRIDAY else FIVE) or rests(given.date())
    noticed = working(given.date() + DAY * late)
    interval = assessed_on
    for _ in range(2):
        interval += DAY
        if assessed_on <= LONGER_INTERVAL_UNTIL:
            interval = working(interval)
    first = working(max(proposed, interval, noticed + DAY) + DAY)
    last = min(at.date() - DAY * (at.time() < ELEVEN) for at in (ready, ended) if at is not None)
    if ready is not None and ready.date() == first and ready.time() <= ELEVEN:
        first += DAY
    return first, last


def _of_2014(made: World, rule: RuleEntry, row: Row, notice: Row) -> tuple[datetime.date, datetime.date] | None:
    assessed, given, proposed = (
        notice["assessment_notice_at"], notice["discharge_notice_at"], notice["proposed_discharge"],
    )  # fmt: skip
    in_place, ended = notice["in_place_at"], _ends(row, notice)
    if None in (assessed, given, proposed) or (in_place is None and ended is None):
        return None
    interval = assessed.date() + DAY * (2 + (assessed.time() > TWO))
    noticed = given.date() + DAY * (given.time() > TWO)
    last = min(at.date() - DAY * (at.time() <= ELEVEN) for at in (in_place, ended) if at is not None)
    return max(proposed, interval, noticed + DAY) + DAY, last
