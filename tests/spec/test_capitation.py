"""Capitation: rate × weighted heads, by days or by lists; care elsewhere, care carved out, and costs above a limit."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.errors import InputError
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules import Block, Capitation, UnitPrice
from tallystick_rules.rules._holding import CarvedOut, Heads, Leakage, WithoutWeight
from tallystick_rules.tables import Contacts, People, UnitPrices
from tests.support import Answer, Read, case, contract, price_list, read_case, settle, use

TABLES = (People, Contacts, UnitPrices)
PAID = ("budget", "QYY", "RXX")
LIST = price_list(UnitPrices, "care", {"code": "visit", "price": "£10"}, {"code": "call", "price": "£2.50"})
CARE = use(UnitPrice, "care", table="contacts", prices="care", code="contact_type", pays=False)
FIRST = "2026-04-01"
LISTS = {"heads": Heads.LISTS, "lists_a_year": 4}


def made(settles: str = "year", *more: Any, last: str = "2027-03-31", first: str = FIRST, **given: Any) -> Any:
    usual = {"rate": "£1,500", "heads": Heads.DAYS, "without_weight": WithoutWeight.FAULT, "additional": True}
    rule = use(Capitation, "budget", **{**usual, **given})
    return case(contract("A", rule, *more, first=first, last=last, settles=settles), tables=TABLES, prices=(LIST,))


def one(person: str = "P1", weight: str | None = "1", census: str = FIRST, **more: Any) -> dict[str, Any]:
    return {"person": person, "weight": weight, "census_day": census, **more}


def days(first: str | None, end: str | None, why: str | None = None) -> dict[str, Any]:
    return {"eligible_from": first, "eligible_to": end, "exit_reason": why}


def paid(reading: Read, the_case: Any, *people: dict[str, Any]) -> int:
    return settle(reading, the_case, people=people).get(PAID, 0)


def figures(reading: Read, the_case: Any, *people: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in read_case(reading, the_case, people=people).figures:
        found[line.name] = found.get(line.name, 0) + line.value
    return {name: value for name, value in found.items() if value}


def faults(reading: Read, the_case: Any, *people: dict[str, Any], **tables: Any) -> dict[str, int]:
    uses = compose(the_case).uses
    return {
        uses[line.identity].traced.nevers[line.number][0]: line.rows
        for line in read_case(reading, the_case, people=people, **tables).nevers if line.rows
    }  # fmt: skip


PEOPLE = (
    one("P1", "1.3", **days("2026-06-01", "2026-09-09", "death")),  # 100 days, weighted 130
    one("P2", "0.5"),  # 365 days, weighted 182.5
    one("P3", "1", "2026-11-02", **days("2026-11-01", None)),  # born on 1 November: 151 days
)
WHOLE = 190_479
"""463.5 weighted days × 150,000 ÷ 365 = 190,479.45."""


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
def test_days_on_the_list_are_weighted_and_come_to_the_same_however_it_is_settled(reading: Read, settles: str) -> None:
    assert paid(reading, made(settles), *PEOPLE) == WHOLE
    assert paid(reading, made(settles), PEOPLE[0]) == 53_425  # 150,000 × 1.3 × 100 ÷ 365 = 53,424.66
    assert paid(reading, made(settles, last="2026-10-15"), *PEOPLE) == 94_110  # 130 + 99 = 229 days: 94,109.59


def test_births_deaths_and_moves_are_rows_that_begin_and_end(reading: Read) -> None:
    assert figures(reading, made(reasons=("death",)), *PEOPLE) == {
        "people at the beginning": 1, "joined": 2, "left: death": 1, "people at the end": 2,
        "days listed": 100 + 365 + 151, "weighted days on the list": 927 / 2,
    }  # fmt: skip


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
def test_heads_on_lists_are_those_of_each_list(reading: Read, settles: str) -> None:
    lists = [one("P1", "1.5", day) for day in ("2026-04-01", "2026-07-01", "2027-01-01")]  # away on 1 October
    lists += [one("P2", "1", "2026-10-01"), one("P3", "0.333", "2026-10-01")]
    # (3 × 1.5 + 1.333) ÷ 4 = 1.45825 heads of a year: 218,737.5
    assert paid(reading, made(settles, **LISTS), *lists) == 218_738


@pytest.mark.parametrize(("many", "day", "fault"), [
    (4, "2026-07-01", False), (4, "2026-08-01", True), (12, "2026-08-01", False), (12, "2026-08-02", True),
    (2, "2026-10-01", False), (2, "2026-07-01", True), (1, "2026-04-01", False), (1, "2026-05-01", True),
    (3, "2026-04-01", True),
])  # fmt: skip
def test_a_list_is_of_the_first_day_of_its_part_of_the_year(reading: Read, many: int, day: str, fault: bool) -> None:
    by_lists = made("month", heads=Heads.LISTS, lists_a_year=many)
    says = "its census day is not the first day of a list's part of the contract's year"
    assert faults(reading, by_lists, one("P1", "1", day)) == ({says: 1} if fault else {})


@pytest.mark.parametrize(("many", "handed_in", "last", "empty"), [
    (4, ("2026-04-01", "2026-07-01", "2027-01-01"), "2027-03-31", 1),
    (4, ("2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01"), "2027-03-31", 0),
    (4, ("2026-04-01",), "2026-10-31", 2), (2, ("2026-10-01",), "2027-03-31", 1), (1, ("2026-04-01",), "2027-03-31", 0),
    (12, ("2026-04-01",), "2026-06-30", 2),
])  # fmt: skip
def test_a_list_with_nobody_on_it_is_shown(
    reading: Read, many: int, handed_in: tuple[str, ...], last: str, empty: int
) -> None:
    lists = [one("P1", "1", day) for day in handed_in]
    by_lists = made("year", heads=Heads.LISTS, lists_a_year=many, last=last)
    assert figures(reading, by_lists, *lists).get("lists with nobody on them", 0) == empty
    assert paid(reading, by_lists, *lists) == 150_000 * len(handed_in) // many


@pytest.mark.parametrize(("without", "pence", "people"), [
    (WithoutWeight.ONE, 150_000 + 75_000, 1), (WithoutWeight.NOTHING, 75_000, 1),
])  # fmt: skip
def test_a_weight_that_is_missing_is_what_the_contract_says(
    reading: Read, without: WithoutWeight, pence: int, people: int
) -> None:
    listed = one("P1", None), one("P2", "0.5")
    assert paid(reading, made(without_weight=without), *listed) == pence
    assert figures(reading, made(without_weight=without), *listed)["people without a weight"] == people
    assert faults(reading, made(), *listed) == {"its weight for need is not given": 1}


def test_only_the_categories_named_are_on_the_list(reading: Read) -> None:
    people = one("P1", category="adults"), one("P2", category="children"), one("P3", None)
    assert paid(reading, made(categories=("adults",)), *people) == 150_000


def test_nobody_is_a_head_twice(reading: Read) -> None:
    with pytest.raises(InputError, match="people has 2 rows"):
        paid(reading, made(), one("P1", category="adults"), one("P1", category="children"))
    both = made(categories=("adults", "children"))
    twice = one("P1", category="adults"), one("P1", category="children"), one("P1", category="visitors")
    assert faults(reading, both, *twice) == {"its person is listed twice on one census day": 2}
    says = "its person is listed on an earlier census day for the same days"
    assert faults(reading, made(), one(), one(census="2026-07-01")) == {says: 1}


# Care


def contact(person: str, provider: str = "RXX", kind: str = "visit", service: str = "nursing") -> dict[str, Any]:
    return {
        "contract": "A", "person": person, "provider": provider, "contacted_on": "2026-05-05", "service": service,
        "contact_type": kind, "contacts": 1,
    }  # fmt: skip


CONTACTS = (
    contact("P1"),  # the holder's own: covered
    contact("P1", "ROO"), contact("P1", "ROO", "call"), contact("P1", "RPP"),  # elsewhere: £12.50 and £10
    contact("P1", "ROO", "visit", "dialysis"), contact("P1", "RXX", "visit", "dialysis"),  # carved out: £10 each
)  # fmt: skip
HOLDING: dict[str, Any] = {
    "care": (Label("care"),), "carved_out": (CarvedOut(table="contacts", where={"service": ("dialysis",)}),),
}  # fmt: skip


def held(reading: Read, leakage: Leakage) -> Answer:
    return settle(reading, made("year", CARE, leakage=leakage, **HOLDING), people=[one()], contacts=CONTACTS)


def test_care_elsewhere_is_paid_by_the_commissioner_and_deducted(reading: Read) -> None:
    assert held(reading, Leakage.DEDUCTED) == {
        PAID: 150_000 + 1_000,  # the heads, and what is carved out and had of the holder
        ("budget", "QYY", "ROO"): 1_250 + 1_000, ("budget", "QYY", "RPP"): 1_000,
        ("budget", "RXX", "QYY"): 2_250,
    }  # fmt: skip


def test_or_it_is_paid_by_the_holder(reading: Read) -> None:
    assert held(reading, Leakage.HOLDER) == {
        PAID: 150_000 + 1_000, ("budget", "QYY", "ROO"): 1_000,
        ("budget", "RXX", "ROO"): 1_250, ("budget", "RXX", "RPP"): 1_000,
    }  # fmt: skip


def test_either_way_the_holder_is_left_with_the_same_and_so_is_everyone(reading: Read) -> None:
    def kept(leakage: Leakage) -> dict[str, int]:
        net: dict[str, int] = {}
        for (_, payer, payee), pence in held(reading, leakage).items():
            net[payer], net[payee] = net.get(payer, 0) - pence, net.get(payee, 0) + pence
        return net

    assert kept(Leakage.DEDUCTED) == kept(Leakage.HOLDER) == {
        "QYY": -152_000, "RXX": 148_750, "ROO": 2_250, "RPP": 1_000,
    }  # fmt: skip


def test_each_unit_is_covered_or_carved_out(reading: Read) -> None:
    the_case = made("year", CARE, leakage=Leakage.HOLDER, **HOLDING)
    found = read_case(reading, the_case, people=[one()], contacts=CONTACTS)
    traced = {name: use.traced for name, use in compose(the_case).uses.items()}
    states = {(line.table, traced[line.identity].units[line.claim].state): line.units for line in found.units}
    assert states == {
        ("contacts", "valued"): 6, ("contacts", "covered"): 4, ("contacts", "priced"): 2, ("people", "covered"): 1,
    }  # fmt: skip
    assert not any(line.clashing for line in found.units)


def test_care_of_somebody_else_belongs_in_another_contract(reading: Read) -> None:
    the_case = made("year", CARE, leakage=Leakage.HOLDER, **HOLDING)
    unknown = {**contact("P1"), "person": None}
    says = "its person is not given, or not on the list of people: it belongs in another contract"
    assert faults(reading, the_case, one(), contacts=[contact("P9"), unknown, contact("P1")]) == {says: 2}


# Stop-loss


def lists(*costs: str | None) -> list[dict[str, Any]]:
    starts = ("2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01")
    return [one("P1", "1", day, cost_to_date=cost) for day, cost in zip(starts, costs, strict=False)]


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
def test_what_a_persons_care_costs_above_the_limit_is_the_commissioners(reading: Read, settles: str) -> None:
    limited = made(settles, **LISTS, stop_loss="£10,000")
    costs = lists("£9,000", "£12,000", "£11,500", "£40,000.01")  # above: 0, 2,000, 1,500 and 30,000.01
    assert paid(reading, limited, *costs) == 150_000 + 3_000_001  # the £500 that the third list takes back among it


def test_up_to_the_limit_the_holder_bears_it_and_a_cost_that_is_missing_is_a_fault(reading: Read) -> None:
    limited = made(**LISTS, stop_loss="£10,000")
    assert paid(reading, limited, *lists("£10,000")) == 37_500
    assert faults(reading, limited, *lists("£10,000", None)) == {
        "what its person's care cost is not given, and there is a limit on it": 1
    }


def test_a_persons_cost_begins_again_with_the_contracts_year(reading: Read) -> None:
    two = made("year", **LISTS, stop_loss="£10,000", last="2028-03-31")
    next_year = one("P1", "1", "2027-04-01", cost_to_date="£11,000")
    assert paid(reading, two, *lists("£12,000"), next_year) == 2 * 37_500 + 200_000 + 100_000


# The budget


def test_it_replaces_what_was_paid_before(reading: Read) -> None:
    core = use(Block, "community", value="£1,200,000")
    budget = {"additional": False, "replaces": ["community: £400,000"]}
    answer = settle(reading, made("quarter", core, **budget), people=[one()])
    assert answer == {("community", "QYY", "RXX"): 120_000_000, PAID: 150_000, ("budget", "RXX", "QYY"): 40_000_000}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"additional": False}, "the commissioner pays for the same units twice"),
        ({"heads": Heads.LISTS}, "it does not say how many lists there are"),
        ({"lists_a_year": 4}, "heads are days, and not lists"),
        ({"care": (Label("care"),)}, "it does not say who pays for care elsewhere"),
        ({"categories": ()}, "no category is named, so nobody would be on the list"),
        ({"leakage": Leakage.HOLDER}, "nothing says what care of its people is worth"),
    ],
)
def test_a_contract_that_leaves_something_open_is_stopped_and_says_what_to_write(
    wrong: dict[str, Any], why: str
) -> None:
    assert why in compose(made("year", CARE, **wrong)).stopped["A"].why
