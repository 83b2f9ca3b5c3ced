"""What the runs of the national scheme say is what comes out by hand, from its files alone."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from docs._ext.contract_pages.national_scheme import at_75, low_volume_by_activity, paid_months, to_providers
from docs._ext.contract_pages.settling import settled
from tallystick.kernel.money import money_text
from tallystick.result import Result
from tallystick_examples.make_national_scheme import tables

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "docs/tallystick_examples/national_scheme"
PAGE = (ROOT / "docs/contracts/national-scheme.md").read_text(encoding="utf-8")
PILOT = "zt02-zq02"
DAYS = {"attendances": "attended", "emergency_attendances": "attended", "spells": "discharged"}
Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (WORKSPACE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def prices(name: str) -> dict[str, Row]:
    return {row["code"]: row for row in read(f"prices/{name}")}


@cache
def rows_of(table: str) -> dict[tuple[str, str], list[Row]]:
    found = defaultdict(list)
    for row in read(f"data/{table}"):
        found[row["provider"], row["commissioner"]].append(row)
    return found


@cache
def scheme() -> Result:
    return settled("national_scheme")


def half_up(exact: Fraction) -> int:
    return int((exact + Fraction(1, 2)) // 1)


def pounds(text: str) -> int:
    """Pence of an amount that is written in pounds."""
    return int(text.removeprefix("£")) * 100


def uplifted(price: str) -> int:
    """A price of 2024/25 in pounds, brought to 2025/26: 4.83% more, 2.0% less, to the pound; in pence."""
    return half_up(int(price) * Fraction(10_483, 10_000) * Fraction(98, 100)) * 100


def factor(provider: str) -> Fraction:
    return Fraction(prices("factors")[provider]["factor"])


def elective(row: Row) -> int | None:
    """What an elective stay is worth in pence; None where it is not priced at all."""
    of, nights = prices("admitted")[row["hrg"]], int(row["length_of_stay_days"])
    if row["patient_class"] not in "125" or of["not_priced"]:
        return None
    day_case = row["patient_class"] == "2" and nights == 0
    price = uplifted(of["day_case_pounds" if day_case else "elective_pounds"])
    above = max(0, nights - int(of["trim_elective_days"]))
    return half_up((price + above * uplifted(of["long_stay_day_pounds"])) * factor(row["provider"]))


def visit(row: Row) -> int:
    price = int(prices("units")[row["hrg"]]["price_pounds"]) * 100 * int(row["attendances"])
    return half_up(price * factor(row["provider"]))


def parties(contract: str) -> tuple[str, str]:
    provider, commissioner = contract.upper().split("-")
    return provider, commissioner


def variable(contract: str) -> list[int]:
    """What each variable row of an aligned payment is worth."""
    stays = [row for row in rows_of("spells")[parties(contract)] if row["point_of_delivery"] in ("DC", "EL")]
    visits = [
        row for row in rows_of("attendances")[parties(contract)] if row["point_of_delivery"] in ("OPFA", "OPPROC")
    ]
    return [worth for row in stays if (worth := elective(row)) is not None] + [visit(row) for row in visits]


def paid(result: Result, contract: str, label: str, kind: str) -> int:
    """What a rule's lines of one kind bring the provider."""
    provider, _ = parties(contract)
    lines = [one for one in result.settlement.lines if one.contract == contract and one.label == label]
    return sum(one.pence * (1 if one.payee == provider else -1) for one in lines if one.kind == kind)


def test_the_files_of_the_workspace_are_those_of_their_maker_and_small() -> None:
    made = {name: frame.write_csv(datetime_format="%Y-%m-%dT%H:%M") for name, frame in tables().items()}
    for name, text in made.items():
        assert (WORKSPACE / f"{name}.csv").read_text(encoding="utf-8") == text, name
    there = {str(path.relative_to(WORKSPACE).with_suffix("")) for path in WORKSPACE.rglob("*.csv")}
    assert there - set(made) == {"data/notices"}
    assert sum(path.stat().st_size for path in WORKSPACE.rglob("*") if path.is_file()) < 2_000_000


def test_there_are_as_many_contracts_of_each_kind_as_the_page_says() -> None:
    kinds = Counter(row["rules"].rpartition(";")[2] for row in read("contracts"))
    assert kinds == {"discharge delays": 99, "aligned payment": 30, "low volume block": 3_000, "elective limit": 30}
    assert (WORKSPACE / "contracts" / f"{PILOT}.toml").is_file()  # the hundredth
    assert scheme().passed
    assert set(scheme().outcomes.values()) == {"settled"}
    assert "| All | 3,160 |" in PAGE


def test_a_low_volume_block_is_its_value_and_no_other_payment_is_made() -> None:
    listed = {
        row["id"]: pounds(row["low volume block.value"]) for row in read("contracts") if row["low volume block.value"]
    }
    net = to_providers(scheme())
    assert {one: net[one] for one in listed} == listed
    assert f"| 3,000 | {money_text(sum(listed.values()), 'GBP')} |" in PAGE
    assert len(paid_months(scheme(), listed)) == 3_000


@pytest.mark.parametrize("contract", ["zt01-zq01", "zt10-zq11", "zt07-ze"])
def test_an_aligned_payment_is_its_fixed_element_and_its_variable_rows(contract: str) -> None:
    (row,) = [row for row in read("contracts") if row["id"] == contract]
    assert paid(scheme(), contract, "aligned payment", "fixed") == pounds(row["aligned payment.fixed"])
    worth = variable(contract)
    assert len(worth) >= 10
    assert paid(scheme(), contract, "aligned payment", "price") == sum(worth)
    figures = [one for one in scheme().settlement.reading.figures if one.contract == contract]
    true_up = sum(one.value for one in figures if one.name.startswith("true-up"))
    assert true_up == sum(worth) - pounds(row["aligned payment.planned_variable"])


def test_an_independent_provider_is_paid_up_to_its_limit() -> None:
    in_all = 0
    above = 0
    for row in read("contracts"):
        if not row["elective limit.limit"]:
            continue
        stays = [worth for one in rows_of("spells")[parties(row["id"])] if (worth := elective(one)) is not None]
        limit = pounds(row["elective limit.limit"])
        visits = sum(visit(one) for one in rows_of("attendances")[parties(row["id"])])
        assert to_providers(scheme())[row["id"]] == min(sum(stays), limit) + visits
        in_all += min(sum(stays), limit) + visits
        above += sum(stays) > limit
    assert f"up to a limit | 30 | {money_text(in_all, 'GBP')} |" in PAGE
    assert above > 3


def test_what_an_independent_provider_is_paid_for_is_not_called_unpaid() -> None:
    units = scheme().settlement.unit_states()
    over = next(one for (one, table, _), of in units.items() if table == "spells" and one[:2] == "zi" and of["covered"])
    statement = scheme().statement(over).as_text()
    (line,) = [one for one in statement.splitlines() if one.startswith("spells: spell  ")]
    worth = units[over, "spells", "spell"]["covered_pence"]
    assert line.endswith(money_text(worth, "GBP"))


def test_the_trial_of_blended_payment_pays_its_plan_and_a_fifth_of_what_is_above() -> None:
    worth = sum(visit(row) for row in rows_of("emergency_attendances")[parties(PILOT)])
    plan = half_up(680_000 * Fraction(10_483, 10_000))
    assert plan == 712_844
    assert plan < worth < plan * 110 // 100  # within the band at the year's end
    assert paid(scheme(), PILOT, "emergency care", "fixed") == plan
    assert paid(scheme(), PILOT, "emergency care", "adjustment") == half_up(Fraction(worth - plan, 5))


def test_at_75_per_cent_each_row_brings_three_quarters_rounded_by_itself() -> None:
    cheaper = settled("national_scheme", at_75)
    assert cheaper.passed
    for contract in ("zt01-zq01", PILOT):
        by_hand = sum(half_up(worth * Fraction(3, 4)) for worth in variable(contract))
        assert paid(cheaper, contract, "aligned payment", "price") == by_hand
    before, after = to_providers(scheme()), to_providers(cheaper)
    changed = [one for one in before if before[one] != after[one]]
    assert all(one[:2] == "zt" for one in changed)
    boards, national = (
        sum(after[one] - before[one] for one in changed if one.endswith("-ze") is of) for of in (False, True)
    )
    assert f"| {money_text(boards, 'GBP')} |" in PAGE
    assert f"| {money_text(national, 'GBP')} |" in PAGE


def test_by_activity_each_month_with_any_is_a_payment() -> None:
    single = settled("national_scheme", low_volume_by_activity)
    low = [row["id"] for row in read("contracts") if row["low volume block.value"]]
    months = paid_months(single, low)
    by_hand = set()
    for contract in low:
        for table, day in (
            ("attendances", "attended"),
            ("emergency_attendances", "attended"),
            ("spells", "discharged"),
        ):
            for row in rows_of(table)[parties(contract)]:
                if table != "spells" or (row["patient_class"] in "125" and row["hrg"] != "UZ01Z"):
                    by_hand.add((contract, row[day][:7]))
    assert set(months) == by_hand
    assert f"| Payments in the year | 3,000 | {len(by_hand):,} |" in PAGE
