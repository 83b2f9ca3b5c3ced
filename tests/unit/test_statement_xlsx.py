"""A statement in Excel holds what the statement holds, and every amount to the penny."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tallystick.kernel.errors import InputError, SettlementError
from tallystick.report.layout import Pence, Row, Section
from tallystick.report.run_folder import is_whole, write_run
from tallystick.report.statement import Statement
from tallystick.report.statement_xlsx import statement_xlsx
from tallystick.result import Result
from tests.unit.command_world import engine, runs, starter, tallystick

EXAMPLE = Path(__file__).parents[2] / "docs" / "tallystick_examples" / "acute_contract"
MOST = 10**15 - 1


@pytest.fixture(scope="module")
def settled() -> Result:
    return engine().settle(EXAMPLE, reference_rows=0)


def read(path: Path) -> list[list[Any]]:
    """The cells of the first sheet."""
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def made(*amounts: int) -> Statement:
    """A statement of nothing but these amounts."""
    rows = tuple(Row("an amount", (Pence(pence),)) for pence in amounts)
    return Statement(
        contract="A", title="", money="GBP", parties=("QXX", "RXX"), head=(),
        sections=(Section(title="Amounts", headings=("", "Amount"), rows=rows),),
    )  # fmt: skip


def amounts_in(path: Path) -> list[Decimal]:
    """What the amounts of such a statement are when they are read back, in pence."""
    return [Decimal(str(row[1])) * 100 for row in read(path) if row[0] == "an amount"]


def test_every_cell_of_every_statement_comes_back_and_money_to_the_penny(settled: Result, tmp_path: Path) -> None:
    for statement in settled.statements():
        statement.as_xlsx(tmp_path / "one.xlsx")
        cells = [[cell for cell in row if cell != ""] for row in read(tmp_path / "one.xlsx")]
        for section in statement.sections:
            for row in section.rows:
                wanted = [row.item, *(_known(cell) for cell in row.cells if cell != "")]
                assert wanted in [_numbers(found) for found in cells], wanted


def _known(cell: Any) -> Any:
    return Decimal(cell.pence) / 100 if isinstance(cell, Pence) else Decimal(cell) if isinstance(cell, int) else cell


def _numbers(cells: list[Any]) -> list[Any]:
    return [cell if isinstance(cell, str) else Decimal(str(cell)) for cell in cells]


@given(st.lists(st.integers(-MOST, MOST), min_size=1, max_size=20))
def test_an_amount_of_fifteen_digits_or_fewer_comes_back_to_the_penny(
    tmp_path_factory: pytest.TempPathFactory, amounts: list[int]
) -> None:
    path = tmp_path_factory.getbasetemp() / "amounts.xlsx"
    made(*amounts).as_xlsx(path)
    assert amounts_in(path) == amounts


def test_the_widest_amounts_and_those_between_pennies_come_back(tmp_path: Path) -> None:
    amounts = [MOST, -MOST, MOST - 1, 0, 1, -1, 10, 110, 29, 57, 58, 1_005, 2**53 // 10, 99_999_999_999_999]
    made(*amounts).as_xlsx(tmp_path / "one.xlsx")
    assert amounts_in(tmp_path / "one.xlsx") == amounts


@pytest.mark.parametrize("pence", [MOST + 1, -MOST - 1, 2**63 - 1])
def test_an_amount_that_excel_would_round_is_refused_and_no_file_appears(pence: int, tmp_path: Path) -> None:
    with pytest.raises(SettlementError, match="more than 15 digits"):
        made(pence).as_xlsx(tmp_path / "one.xlsx")
    assert not (tmp_path / "one.xlsx").exists()


def test_the_same_statement_is_the_same_file(settled: Result) -> None:
    statement = next(iter(settled.statements()))
    assert statement_xlsx(statement) == statement_xlsx(settled.statement(statement.contract))


def test_a_run_has_workbooks_only_if_they_are_asked_for_and_then_beside_it(settled: Result, tmp_path: Path) -> None:
    plain = write_run(settled, tmp_path)
    assert not list(plain.rglob("*.xlsx"))
    with_books = write_run(settled, tmp_path, xlsx=True)
    assert with_books.name == f"{plain.name}-2"
    assert is_whole(with_books)
    names = {path.stem for path in (with_books / "statements").glob("*.xlsx")}
    assert names == {path.stem for path in (with_books / "statements").glob("*.txt")} == set(settled.outcomes)
    assert write_run(settled, tmp_path, xlsx=True) == with_books
    assert write_run(settled, tmp_path) == plain


def test_the_command_writes_them_and_says_what_to_install_before_it_settles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = starter(tmp_path)
    assert tallystick("settle", workspace, "--xlsx").exit_code == 0
    (run,) = runs(workspace)
    assert (run / "statements" / "first.xlsx").is_file()
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    said = tallystick("settle", workspace, "--xlsx", "--json")
    assert said.exit_code == 2
    assert json.loads(said.output)["faults"][0]["code"] == "excel/missing"
    assert runs(workspace) == [run]


def test_the_library_refuses_too_where_the_package_is_not_there(
    settled: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(InputError, match="xlsxwriter"):
        settled.write(tmp_path, xlsx=True)
    assert not list(tmp_path.iterdir())
