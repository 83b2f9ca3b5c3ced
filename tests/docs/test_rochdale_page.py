"""What the runs of the one urgent-care budget say is what comes out by hand, from the files alone."""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path

import pytest

from docs._ext.contract_pages.rochdale_urgent_care import (
    HARD_WINTER,
    borne,
    host_return,
    into,
    moved,
    refusal,
    run,
    winter,
)
from tallystick.kernel.money import money_text, parse_amount
from tallystick_examples.make_rochdale_urgent_care import files
from tests.support import day

WORKSPACE = Path(__file__).parents[2] / "docs/tallystick_examples/rochdale_urgent_care"
RULES = {
    one["label"]: one
    for one in tomllib.loads((WORKSPACE / "contracts/urgent-care.toml").read_text(encoding="utf-8"))["rule"]
}
POOL = RULES["urgent care pool"]
PRICES = {
    row["code"]: int(row["price_pounds"]) * 100
    for row in csv.DictReader(io.StringIO((WORKSPACE / "prices/urgent_care.csv").read_text(encoding="utf-8")))
}
ENDS = ("2026-06-30", "2026-09-30", "2026-12-31", "2027-03-31", "2027-06-30", "2027-09-30", "2027-12-31", "2028-03-31")


def test_the_files_of_the_workspace_are_those_of_their_maker() -> None:
    assert {name: (WORKSPACE / name).read_text(encoding="utf-8") for name in files()} == files()
    assert {path.name for path in (WORKSPACE / "data").iterdir()} == {Path(name).name for name in files()}


def quarter_of(on: str) -> int:
    return next(number for number, end in enumerate(ENDS) if day(on) <= day(end))


def by_activity(last_winter: int) -> list[int]:
    """What visits and contacts are worth in each quarter, in pence."""
    found, made = [0] * 8, files(last_winter)
    for name, date, code, units in (
        ("emergency_attendances", "attended", "hrg", "attendances"),
        ("contacts", "contacted_on", "contact_type", "contacts"),
    ):
        for row in csv.DictReader(io.StringIO(made[f"data/{name}.csv"])):
            if row[code] != "SDEC":
                found[quarter_of(row[date])] += int(row[units]) * PRICES[row[code]]
    return found


def called_and_left(last_winter: int) -> list[tuple[int, int]]:
    """For each quarter, what is over to date and what is left at its end, in the year of the contract."""
    contributed = sum(int(parse_amount(one["contribution"])) for one in POOL["partners"]) // 4
    fixed = sum(int(parse_amount(one["amount"])) for one in POOL["services"] if "amount" in one) // 4
    found, stands = [], 0
    for number, pence in enumerate(by_activity(last_winter)):
        stands = contributed - fixed - pence + (stands if number % 4 else 0)
        found.append((max(0, -stands), max(0, stands)))
    return found


def test_what_is_left_of_the_first_year_is_shared_and_the_councils_part_meets_its_calls() -> None:
    _, left = called_and_left(100)[3]
    over, _ = called_and_left(100)[7]
    council, board = left * 4 // 10, over * 6 // 10  # all of them are whole pence
    first, second = moved(run(), 1), moved(run(), 2)
    assert sum(first["the board: part of the underspend, returned"]) == council - left
    assert sum(first["the council: part of the underspend, carried forward"]) == -council
    assert sum(second["the board: call, its share of the overspend to date"]) == board
    assert sum(second["the council: call, met from what it carried forward"]) == council
    assert sum(second["the council: call, its share of the overspend to date"]) == over - board - council


@pytest.mark.parametrize("year", [1, 2])
def test_the_hosts_return_says_what_the_pool_holds_at_the_end_of_each_quarter(year: int) -> None:
    held = [left for _, left in called_and_left(100)[4 * year - 4 : 4 * year]]
    last = host_return(run(), year).splitlines()[-2]
    assert last.split()[4:] == [*map(money_text, held[:3]), "£0.00"]  # what is left in the end goes back


def test_the_answers_of_the_page_come_out_by_hand() -> None:
    usual, hard = called_and_left(100)[7][0], called_and_left(HARD_WINTER)[7][0]
    pot = called_and_left(100)[3][1] * 4 // 10
    lines = [line for line in borne(run()).splitlines() if "£" in line]
    for line, over, board in zip(lines, (usual, hard, usual), ("3/5", "3/5", "1/2"), strict=True):
        above, below = map(int, board.split("/"))
        mine = (over * above * 2 + below) // (2 * below)  # half up
        said = [over, mine, pot, over - mine - pot]
        assert line.split()[-4:] == [money_text(one) for one in said]


def test_the_readme_says_the_same_figures() -> None:
    readme = (WORKSPACE / "README.md").read_text(encoding="utf-8")
    left, over = called_and_left(100)[3][1], called_and_left(100)[7][0]
    hard = called_and_left(HARD_WINTER)[7][0]
    council = [one * 4 // 10 - left * 4 // 10 for one in (over, hard)]  # beyond its pot; all are whole pence
    for pence in (left, over, hard, *council, over - (over + 1) // 2 - left * 4 // 10):
        assert money_text(pence) in readme


def test_what_is_aligned_never_enters_the_pool() -> None:
    lines = run(winter()).settlement.lines
    ambulance = [line for line in lines if line.payee == "ZA1"]
    assert {line.payer for line in ambulance} == {"ZQ1"}
    assert sum(line.pence for line in ambulance) == 2 * int(parse_amount(POOL["aligned"][0]["budget"]))
    operations = csv.DictReader(io.StringIO(files()["data/spells.csv"]))
    surgery = [line for line in lines if "emergency surgery" in line.reason]
    assert {(line.payer, line.payee) for line in surgery} == {("ZQ1", "ZP1")}
    assert sum(line.pence for line in surgery) == sum(PRICES[row["hrg"]] for row in operations)


def test_same_day_care_is_paid_in_part_above_its_baseline_and_the_rest_is_ring_fenced() -> None:
    baseline = int(parse_amount(RULES["same-day care above its baseline"]["baseline"]))
    worth = [0, 0]
    for row in csv.DictReader(io.StringIO(files()["data/emergency_attendances.csv"])):
        if row["hrg"] == "SDEC":
            worth[quarter_of(row["attended"]) // 4] += int(row["attendances"]) * PRICES["SDEC"]
    above = [value - baseline for value in worth]
    assert min(above) > 0  # and each is whole pounds, so 30% of it is whole pence
    assert into(run(), "well at home") == sum(one * 7 // 10 for one in above)
    lines = [line for line in run().settlement.lines if line.label == "same-day care above its baseline"]
    paid = sum(line.pence * (1 if line.payee == "ZP1" else -1) for line in lines if "ZP1" in (line.payer, line.payee))
    assert paid == sum(baseline + one * 3 // 10 for one in above)


def test_surgery_is_refused_with_the_reason_that_the_contract_gives() -> None:
    (reason,) = [one["reason"] for one in POOL["not_pooled"] if one["service"] == "emergency surgery"]
    assert f"“emergency surgery” may not be pooled: {reason}" in refusal()


def test_every_row_that_is_paid_for_explains_its_line() -> None:
    result = run()
    for table, key in (("emergency_attendances", "U0001"), ("contacts", "G0312"), ("spells", "S00001")):
        assert "urgent care pool" in str(result.explain(table, key))
