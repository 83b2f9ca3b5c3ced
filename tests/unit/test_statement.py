"""A statement shows every ledger line once, adds up, and fits on a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.settlement import Settlement
from tallystick.report.grouped import grouped
from tallystick.report.layout import WIDTH, Pence, Section
from tallystick.report.money_sections import due, place_of
from tallystick.report.statement import Statement
from tallystick.result import Result
from tests.unit.command_world import edit, engine, starter

EXAMPLE = Path(__file__).parents[2] / "docs" / "tallystick_examples" / "acute_contract"


@pytest.fixture(scope="module")
def settled() -> Result:
    return engine().settle(EXAMPLE, reference_rows=0)


@pytest.fixture(scope="module")
def statements(settled: Result) -> dict[str, Statement]:
    return {one.contract: one for one in settled.statements()}


def section(statement: Statement, title: str) -> Section:
    return next(one for one in statement.sections if one.title == title)


def pence(part: Section, item: str) -> int:
    cell = next(row for row in part.rows if row.item.startswith(item)).cells[-1]
    assert isinstance(cell, Pence)
    return cell.pence


def test_every_line_fits_on_a_page(statements: dict[str, Statement]) -> None:
    assert max(len(line) for one in statements.values() for line in one.as_text().splitlines()) <= WIDTH


def test_the_net_to_the_provider_is_what_the_ledger_says(settled: Result, statements: dict[str, Statement]) -> None:
    for contract in settled.settlement.case.contracts:
        lines = [line for line in settled.settlement.lines if line.contract == contract.id and line.book == "cash"]
        net = sum(due(line, contract.provider) for line in lines)
        assert pence(section(statements[contract.id], "Summary"), "Net to") == net
        assert pence(section(statements[contract.id], "Month by month"), "Total") == net


def test_each_sections_rows_sum_to_its_total(statements: dict[str, Statement]) -> None:
    titles = ("Fixed element", "Variable element, by what was done", "Incentives and adjustments", "Month by month")
    for statement in statements.values():
        for part in statement.sections:
            if part.title in titles or part.title.startswith("Paid among"):
                *rows, total = [row.cells[-1] for row in part.rows]
                assert sum(cell.pence for cell in rows if isinstance(cell, Pence)) == total.pence  # type: ignore[union-attr]


def test_every_ledger_line_is_in_exactly_one_section(settled: Result) -> None:
    book = grouped(settled.settlement)
    placed = [place_of(line, book.part(line.contract)) for line in settled.settlement.lines]
    assert len(placed) == len(settled.settlement.lines)
    assert set(placed) == {"fixed", "variable", "incentives", "pots", "others"}


def test_a_pot_shows_what_came_what_went_and_what_is_still_open(statements: dict[str, Statement]) -> None:
    part = section(statements["eastmere-acute"], "pot patient experience")
    *moved, left = [row.cells[-1] for row in part.rows]
    assert sum(cell.pence for cell in moved if isinstance(cell, Pence)) == left.pence  # type: ignore[union-attr]
    assert part.above == (
        "Held by ZQ1; for payment that waits for patients' answers; what is left is carried forward.",
    )
    assert any("not yet answered" in note for note in part.notes)


def test_units_received_are_those_of_the_four_states(statements: dict[str, Statement]) -> None:
    for statement in statements.values():
        for row in section(statement, "Units, each in one state").rows:
            received, *states, _ = [cell if isinstance(cell, int) else 0 for cell in row.cells]
            assert received == sum(states), row.item


def test_it_says_who_when_and_from_which_prices(statements: dict[str, Statement]) -> None:
    text = statements["westbrook-acute"].as_text()
    for said in (
        "Commissioner    ZQ1", "Provider        ZH2", "1 April 2025 to 31 March 2026, 12 months", "up to 20 May 2026",
        "admitted 2025/26, from admitted 2024/25 by uplift 4.83%", "6.1 (Westbrook)", "Agreed for ZH2",
        "spells: no contract",
    ):  # fmt: skip
        assert said in text


def test_a_spreadsheet_gets_plain_decimals(statements: dict[str, Statement]) -> None:
    rows = statements["eastmere-acute"].rows()
    assert ["Fixed element", "Total", "", "", "1465000.00"] in rows
    assert all("£" not in row[-1] for row in rows if row[0] in ("Summary", "Month by month", "Fixed element"))


def test_a_stopped_contract_says_why_and_under_which_clause_it_would_have_been_paid(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    edit(workspace / "scheme.toml", 'id = "my-scheme"', 'id = "my-scheme"\nplugins = ["tallystick-elsewhere"]')
    with (workspace / "contracts" / "first.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[rule]]\nuse = "elsewhere"\nclause = "9.9"\n')
    result = engine().settle(workspace)
    text = result.statement("first").as_text()
    assert "STOPPED: nothing is paid" in text
    assert "is not installed" in text
    assert "clause 9.9" in text
    assert "SUMMARY" not in text


def test_plugins_end_statements_with_sections_and_their_faults_do_not_stop_any(tmp_path: Path) -> None:
    class Sections:
        @hookimpl
        def register_report_sections(self) -> list[object]:
            return [said, silent, broken]

    def said(settlement: Settlement, contract: str) -> tuple[str, str]:
        return "Forecast", f"{len(settlement.lines)} lines so far in {contract}"

    def silent(settlement: Settlement, contract: str) -> None:
        return None

    def broken(settlement: Settlement, contract: str) -> tuple[str, str]:
        raise ValueError("no crystal ball")

    result = engine(Sections()).settle(starter(tmp_path))
    text = result.statement("first").as_text()
    assert f"FORECAST\n{len(result.settlement.lines)} lines so far in first" in text
    assert "the plugin raised ValueError: no crystal ball" in text
    with pytest.raises(KeyError):
        result.statement("second")
