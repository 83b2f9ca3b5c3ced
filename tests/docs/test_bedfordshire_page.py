"""What the runs of the prime contractor say is what comes out by hand, from the files alone."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from docs._ext.contract_pages.bedfordshire_msk import (
    BEFORE,
    BOARD,
    CONTRACT,
    FEWER,
    FIRST,
    PRIME,
    SHARE,
    before_and_after,
    by_year,
    first_year,
    paid,
    run,
)  # fmt: skip
from tallystick.kernel.money import money_text, parse_amount
from tallystick_examples.make_bedfordshire_msk import OUTTURN, files, hospitals

WORKSPACE = Path(__file__).parents[2] / "docs/tallystick_examples/bedfordshire_msk"
PRICES = {
    row["code"]: int(row["price_pounds"]) * 100
    for row in csv.DictReader(io.StringIO((WORKSPACE / "prices/hospital.csv").read_text(encoding="utf-8")))
}
YEARS = (2012, 2014, 2015, 2016, 2017, 2018)
BLOCK = OUTTURN * 100


def activity(referrals: int = 100) -> dict[tuple[int, str], int]:
    """What each hospital's activity is worth in each year, in pence, from the rows and the price list."""
    found: dict[tuple[int, str], int] = {}
    made = files(referrals)
    for name, date, units in (("attendances", "attended", "attendances"), ("spells", "discharged", "")):
        for row in csv.DictReader(io.StringIO(made[f"data/{name}.csv"])):
            year, month = int(row[date][:4]), int(row[date][5:7])
            of = (year if month >= 4 else year - 1, row["provider"])
            found[of] = found.get(of, 0) + PRICES[row["hrg"]] * (int(row[units]) if units else 1)
    return found


def row_of(table: str, says: str) -> list[str]:
    (line,) = [line for line in table.splitlines() if line.startswith(says)]
    return [cell for cell in line.removeprefix(says).split() if "£" in cell]


def test_the_files_of_the_workspace_are_those_of_their_maker() -> None:
    assert {name: (WORKSPACE / name).read_text(encoding="utf-8") for name in files()} == files()
    assert {path.name for path in (WORKSPACE / "data").iterdir()} == {"attendances.csv", "spells.csv", "indicators.csv"}


def test_more_than_twenty_contracts_become_one_and_the_board_pays_the_same() -> None:
    rows = [row for row in csv.DictReader(io.StringIO(files()["contracts.csv"])) if row["commissioner"] == BOARD]
    assert len(rows) == 21
    community = sum(int(parse_amount(row["community services.value"])) for row in rows if row["provider"][:2] == "ZV")
    paid_to_hospitals = sum(pence for (year, _), pence in activity().items() if year == 2012)
    assert paid_to_hospitals + community == BLOCK
    before, after = (row_of(before_and_after(run()), says) for says in ("before", "after"))
    assert before == [money_text(one) for one in (paid_to_hospitals, community, BLOCK)]
    assert after == [money_text(BLOCK)] * 2


def test_every_year_of_the_page_comes_out_by_hand() -> None:
    worth, table = activity(), by_year(run())
    for year in YEARS[1:]:
        largest, *others = (worth[year, code] for code in hospitals())
        kept = BLOCK - largest - sum(others)
        said = [money_text(one) for one in (BLOCK, largest, sum(others), kept)]
        assert row_of(table, f"{year}-04 to {year + 1}-03") == said
    assert row_of(table, "Total")[0] == "£120,000,000.00"


def test_what_hospitals_lose_with_fewer_referrals_stays_with_the_prime_contractor() -> None:
    usual, fewer = activity(), activity(FEWER)
    lost = [usual[2014, code] - fewer[2014, code] for code in hospitals()]
    said = row_of(first_year({"usual": run(), "fewer": run(FEWER)}), "change")
    assert said == [money_text(one) for one in (-lost[0], -sum(lost[1:]), sum(lost))]
    assert all(24 <= 100 * one // usual[2014, code] <= 36 for one, code in zip(lost, hospitals(), strict=True))


@pytest.mark.parametrize("referrals", [FEWER, 100])
def test_a_guarantee_pays_what_is_missing_up_to_the_floor_and_no_more(referrals: int) -> None:
    before, now, result = activity(), activity(referrals), run(referrals, SHARE)
    for code in hospitals():
        floor = before[2012, code] * SHARE // 100
        assert paid(result, FIRST, PRIME, code) == max(now[2014, code], floor)
    missing = sum(max(0, before[2012, code] * SHARE // 100 - now[2014, code]) for code in hospitals())
    without = run(referrals)
    assert paid(without, FIRST, BOARD, PRIME) == BLOCK
    assert sum(paid(result, FIRST, PRIME, one) - paid(without, FIRST, PRIME, one) for one in hospitals()) == missing


def test_the_page_and_the_readme_say_what_the_guarantee_costs() -> None:
    before, now = activity(), activity(FEWER)
    floors = {code: before[2012, code] * SHARE // 100 for code in hospitals()}
    each = {year: [max(0, floors[code] - now[year, code]) for code in hospitals()] for year in YEARS[1:]}
    page = (WORKSPACE.parents[1] / "contracts/bedfordshire-msk.md").read_text(encoding="utf-8")
    assert f"costs the prime contractor {money_text(sum(each[2014]))} in that year" in page
    assert f"{money_text(sum(map(sum, each.values())))} over the five years" in page
    assert f"For `ZH01` alone it is {money_text(each[2014][0])} in the first" in page
    readme = (WORKSPACE / "README.md").read_text(encoding="utf-8")
    lost = [activity()[2014, code] - now[2014, code] for code in hospitals()]
    for pence in (sum(each[2014]), lost[0], sum(lost)):
        assert money_text(pence) in readme


def test_outcomes_are_shown_and_move_no_money() -> None:
    statement = run().statement(CONTRACT).as_text()
    assert statement.count("outcomes, monitored: ") == 4
    assert not [line for line in run().settlement.lines if line.label == "outcomes, monitored"]
    assert paid(run(), BEFORE, BOARD, PRIME) == 0


def test_every_row_that_is_paid_for_explains_its_line() -> None:
    result = run()
    for table, key in (("attendances", "A0001"), ("spells", "S7000")):
        assert "hospital prices" in str(result.explain(table, key))
