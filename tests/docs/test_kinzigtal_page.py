"""What the runs of the valley say is what comes out by hand, and its sums are the published ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from docs._ext.contract_pages.kinzigtal import QUESTIONS, by_year, run
from tallystick.kernel.money import money_text, parse_amount
from tallystick_examples.make_kinzigtal import files

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "docs/tallystick_examples/kinzigtal"
SHARES = {"ZQ1": Fraction(65, 100), "ZQ2": Fraction(75, 100)}
FEES = {"comprehensive check-up": 95_00, "care plan agreed": 60_00, "health programme": 140_00}


def rows(text: str) -> Iterator[dict[str, str]]:
    return iter(list(csv.DictReader(io.StringIO(text))))


def half_up(exact: Fraction) -> int:
    return int((exact + Fraction(1, 2)) // 1)


def test_the_files_of_the_workspace_are_those_of_their_maker() -> None:
    assert {name: (WORKSPACE / name).read_text(encoding="utf-8") for name in files()} == files()
    assert len(list((WORKSPACE / "data").iterdir())) == len(files())


def test_norm_and_margins_are_the_published_ones() -> None:
    margins: dict[str, int] = {}
    norms: dict[str, int] = {}
    for row in rows(files()["data/benchmarks.csv"]):
        year = row["row"].partition("-")[2]
        norms[year] = norms.get(year, 0) + parse_amount(row["benchmark"])
        margins[year] = margins.get(year, 0) + parse_amount(row["benchmark"]) - parse_amount(row["expenditure"])
        assert row["measured_on"] == f"{int(year) + 1}-12-31"
    assert len(margins) == 12
    assert sum(margins.values()) == 53_100_000_00
    assert (norms["2013"], margins["2013"]) == (75_500_000_00, 5_500_000_00)


@pytest.mark.parametrize(("slower", "enrolled"), QUESTIONS.values())
def test_every_year_of_the_page_comes_out_by_hand(slower: int, enrolled: bool) -> None:
    made = files(slower=slower, enrolled=enrolled)
    care, extra = list(rows(made["data/benchmarks.csv"])), list(rows(made["data/contacts.csv"]))
    lines = [line.split() for line in by_year(slower, enrolled=enrolled).splitlines()[1:]]
    sums = [0] * 5
    for year, line in zip(range(2007, 2019), lines, strict=False):
        mine = [row for row in care if row["row"].endswith(str(year))]
        norm, spent = (sum(parse_amount(row[name]) for row in mine) for name in ("benchmark", "expenditure"))
        saved = [
            (parse_amount(row["benchmark"]) - parse_amount(row["expenditure"]), row["commissioner"]) for row in mine
        ]
        paid = sum(half_up(max(0, one) * SHARES[insurer]) for one, insurer in saved)
        pays = sum(
            FEES[row["contact_type"]] * int(row["contacts"])
            for row in extra
            if row["commissioner"] == "ZV1" and row["contacted_on"].startswith(str(year))
        )
        cells = [norm, norm - spent, paid, pays, norm - spent - paid]
        assert line == [str(year), *(money_text(cell, "EUR") for cell in cells)]
        sums = [one + more for one, more in zip(sums, cells, strict=True)]
    assert lines[-1] == ["all", *(money_text(one, "EUR") for one in sums)]


def test_the_insurers_keep_the_published_net_sum_and_the_start_up_money_comes_back() -> None:
    total = by_year(0, enrolled=False).splitlines()[-1].split()
    assert (total[2], total[-1]) == ("€53,100,000.00", "€18,200,000.00")
    found = run(0, enrolled=False)
    back = [line.pence for line in found.settlement.lines if (line.payer, line.payee) == ("ZV1", "ZQ1")]
    assert back == [250_000_00]
    # in every question the first year's share is more than that, so nothing of it is forgotten
    for slower, enrolled in QUESTIONS.values():
        first = next(rows(files(slower=slower, enrolled=enrolled)["data/benchmarks.csv"]))
        assert (parse_amount(first["benchmark"]) - parse_amount(first["expenditure"])) * SHARES["ZQ1"] > 250_000_00


def test_nothing_that_is_printed_is_in_pounds() -> None:
    found = run(0, enrolled=False)
    for contract in found.outcomes:
        assert "£" not in found.statement(contract).as_text()
    assert "£" not in (ROOT / "docs/contracts/kinzigtal.md").read_text(encoding="utf-8")


def test_the_readme_answers_with_the_numbers_of_the_runs() -> None:
    readme = (WORKSPACE / "README.md").read_text(encoding="utf-8")
    slower, enrolled = (
        by_year(*one[:1], enrolled=one[1]).splitlines()[-1].split() for one in list(QUESTIONS.values())[1:]
    )
    assert slower[2].startswith("€2,41")
    assert "The margin is €2.4 million" in readme
    assert enrolled[3] == "€13,960,000.00"
    assert "paid €13.96 million and not €34.90 million" in readme
