"""NHS payments to general practice 2015-16, every practice: 36 components and deductions as flows, to the penny."""

from __future__ import annotations

import csv
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from tests.published.medicare import FOLDER, Row, write
from tests.unit.command_world import engine

TOTAL, NET = "TotalNHSPaymentsToGeneralPractice_£", "TotalNHSPaymentsToGeneralPracticeMinusDeductions_£"
DEDUCTIONS = "DeductionsForPensionsLeviesAndPrescriptionChargeIncome_£"
COMPONENTS = slice(17, 53)
"""The columns from global sum to other payments."""

SCHEME = '[scheme]\nid = "general-practice"\ntitle = "NHS payments to general practice, 2015-16"\n'
RULE = '\n[[rule]]\nuse = "block"\nlabel = "{label}"\nvalue = "£0"\n'
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="TALLYSTICK_PUBLISHED_DATA does not name the folder of the published payments"
)


def label(heading: str) -> str:
    """What a component is called in a statement: its heading without the unit."""
    return heading.removesuffix("_£")


def money(printed: str) -> str:
    """A printed number of pounds with its sign, as contracts.csv asks for it."""
    return f"-£{printed[1:]}" if printed.startswith("-") else f"£{printed}"


def contract(row: Row, headings: list[str]) -> Row:
    """A practice's contract: a value for each component."""
    return {
        "id": row["PracticeCode"], "provider": row["PracticeCode"], "commissioner": row["CCGCode"],
        "from": "2015-04-01", "years": "1", **{f"{label(one)}.value": money(row[one]) for one in headings},
    }  # fmt: skip


def test_every_component_total_and_net_of_every_practice_to_the_penny(tmp_path: Path) -> None:
    with (Path(FOLDER) / "nhspaymentsgp-15-16.csv").open(encoding="latin-1", newline="") as file:
        rows = list(csv.DictReader(file))
    headings = [*list(rows[0])[COMPONENTS], DEDUCTIONS]
    rules = "".join(RULE.format(label=label(one)) for one in headings)
    (tmp_path / "scheme.toml").write_text(SCHEME + rules, encoding="utf-8")
    write(tmp_path / "contracts.csv", [contract(row, headings) for row in rows])
    result = engine().settle(tmp_path)
    assert result.passed
    paid: Counter[tuple[str, str]] = Counter()
    turned = 0
    for line in result.settlement.lines:
        assert line.pence > 0
        paid[line.contract, line.label] += line.pence if line.payee == line.contract else -line.pence
        turned += line.payee != line.contract and line.label != label(DEDUCTIONS)
    assert (len(rows), turned) == (7_841, 2_935)
    for row in rows:
        ours = [paid[row["PracticeCode"], label(one)] for one in headings]
        assert [Fraction(pence, 100) for pence in ours] == [Fraction(row[one]) for one in headings], row["PracticeCode"]
        assert Fraction(sum(ours[:-1]), 100) == Fraction(row[TOTAL]), row["PracticeCode"]
        assert Fraction(sum(ours), 100) == Fraction(row[NET]), row["PracticeCode"]
