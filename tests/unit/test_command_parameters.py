"""``tallystick parameters``: every number of a workspace, once, as it was typed and with where it comes from."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tallystick.files.listing import HEADINGS, Number, numbers_of, status_of
from tallystick.report.numbers import as_csv, as_text, as_xlsx, cells
from tests.unit.command_world import starter, tallystick
from tests.unit.loading_world import clinic, contract_with, load, scheme_with

MORE = """
    [[price_list]]
    name = "visits 2026/27"
    from_list = "visits 2025/26"
    steps = [{ uplift = "4.83%", round = "pound" }]
    source = "An assumption of the draft."

    [[rule]]
    use = "bands"
    label = "banded"
    most = 12
    until = 2026-03-31
    band = [{ name = "low", share = "25%" }, { name = "high", share = [{ from = 2026-01-01, value = "75%" },
        { from = 2025-04-01, value = "50%", source = "Letter of 3 March" }], people = 7 }]
    source = "Schedule 3A"
"""
SAYS_OTHERWISE = """
    [[scheme_rule]]
    label = "answers"
    share = ["2.5%", "3%"]
    bonus = "£1,000.50"
    source = "Illustration"

    [[rule]]
    use = "hold"
    label = "another hold"
    on = "visits"
    share = "1/3"
"""
CSV = """\
id,provider,commissioner,from,years,answers.share,answers.source,banded.most
south,RYY,QXX,2025-04-01,1,7%,Made up,
east,RZZ,QXX,2025-04-01,1,,,9
west,RWW,QXX,2025-04-01,1,5%,Made up,9
"""


def listed(tmp_path: Path) -> list[Number]:
    """The numbers of a workspace that says each thing that can be said."""
    workspace = load(tmp_path, scheme=scheme_with(MORE), contract=contract_with(SAYS_OTHERWISE), csv=CSV)
    return numbers_of(workspace, clinic())


def values(numbers: list[Number], address: str) -> dict[tuple[str, str], str]:
    """What one address holds, by contract and first day."""
    return {(one.contract, one.from_): one.value for one in numbers if one.address == address}


def of(numbers: list[Number], *key: str) -> Number:
    """The one row of that address, contract and first day."""
    (found,) = [one for one in numbers if one.key == key]
    return found


def test_a_number_is_listed_as_it_was_typed_with_its_limits_meaning_and_source(tmp_path: Path) -> None:
    share = of(listed(tmp_path), "answers.share", "scheme", "")
    assert (share.rule, share.label, share.name, share.value) == ("hold", "answers", "share", "5%")
    assert (share.unit, share.at_least, share.at_most) == ("rate", "0", "1")
    assert (share.meaning, share.source, share.status) == ("The share held.", "", "not stated")


def test_what_a_contract_says_otherwise_stands_beside_the_schemes_number_by_its_own_years(tmp_path: Path) -> None:
    assert values(listed(tmp_path), "answers.share") == {
        ("scheme", ""): "5%", ("south", ""): "7%", ("west", ""): "5%",
        ("north", "year 1"): "2.5%", ("north", "year 2"): "3%",
    }  # fmt: skip
    assert values(listed(tmp_path), "answers.bonus") == {("north", ""): "£1,000.50"}
    assert values(listed(tmp_path), "another hold.share") == {("north", ""): "1/3"}


def test_steps_by_date_stand_in_the_order_of_their_days_each_with_its_own_source_or_the_rules(tmp_path: Path) -> None:
    steps = [one for one in listed(tmp_path) if one.address == "banded.band[2].share"]
    assert [(one.from_, one.value, one.source) for one in steps] == [
        ("2025-04-01", "50%", "Letter of 3 March"), ("2026-01-01", "75%", "Schedule 3A")
    ]  # fmt: skip
    assert {one.name for one in steps} == {"band 2 (high): share"}


def test_records_of_lists_counts_and_days_are_listed_and_texts_are_not(tmp_path: Path) -> None:
    numbers = listed(tmp_path)
    banded = {one.address: one.value for one in numbers if one.label == "banded" and one.contract == "scheme"}
    assert banded == {
        "banded.band[1].share": "25%", "banded.band[2].share": "75%", "banded.band[2].people": "7",
        "banded.each": "£1.185", "banded.most": "12", "banded.counts": "true", "banded.until": "2026-03-31",
    }  # fmt: skip
    assert of(numbers, "banded.each", "scheme", "").status == "default"


def test_funds_price_lists_and_their_steps_are_numbers_of_the_scheme(tmp_path: Path) -> None:
    numbers = listed(tmp_path)
    assert values(numbers, "[scheme].as_at") == {("scheme", ""): "2026-05-20"}
    assert values(numbers, "[[fund]].deprivation.opening") == {("scheme", ""): "£100,000"}
    lists = "[[price_list]].visit_prices."
    assert values(numbers, lists + "visits 2025/26") == {("scheme", ""): "1 row"}
    derived = of(numbers, lists + "visits 2026/27.steps[1].uplift", "scheme", "")
    assert (derived.value, derived.at_least, derived.at_most, derived.status) == ("4.83%", "-1", "1", "assumed")
    assert values(numbers, lists + "visits 2026/27.steps[1].efficiency") == {("scheme", ""): "0%"}
    assert values(numbers, lists + "visits 2026/27.steps[1].round") == {("scheme", ""): "pound"}


def test_address_contract_and_first_day_name_one_row(tmp_path: Path) -> None:
    keys = [one.key for one in listed(tmp_path)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("", "not stated"), ("Annex A, paragraph 12", "published"), ("Assumption", "assumed"), ("made up", "assumed"),
        ("Illustration; the rate is that of SI 2014/2823", "assumed"),
        ("Annex A; efficiency is an illustration", "assumed"), ("Made-up prices", "assumed"),
        ("Consumption of oxygen", "published"),
    ],
)  # fmt: skip
def test_a_source_that_says_it_is_none_is_an_assumption_wherever_it_says_so(source: str, status: str) -> None:
    assert status_of(source) == status


def test_the_table_says_once_what_contracts_say_alike_and_not_again_what_the_scheme_says(tmp_path: Path) -> None:
    text = as_text(listed(tmp_path))
    assert ["in", "east,", "west", "9"] in [line.split() for line in text.splitlines()]
    (answers,) = [block for block in text.split("\n\n") if block.startswith("hold “answers”")]
    assert [line.split()[-1] for line in answers.splitlines() if line.startswith("    in ")] == [
        "7%", "5%", "2.5%", "3%", "£1,000.50"
    ]  # fmt: skip
    assert max(map(len, text.splitlines())) <= 100


def test_thousands_of_contracts_with_one_other_value_are_one_line(tmp_path: Path) -> None:
    heading = "id,provider,commissioner,from,years,answers.share\n"
    rows = "".join(f"c{n:04},R{n:04},QXX,2025-04-01,1,{6 if n % 2 else 5}%\n" for n in range(2000))
    numbers = numbers_of(load(tmp_path, csv=heading + rows), clinic())
    lines = [line for line in as_text(numbers).splitlines() if line.startswith("    in ")]
    assert len(lines) == 1
    assert lines[0].split() == ["in", "c0001,", "c0003,", "c0005", "and", "997", "more", "6%"]


def test_the_workbook_holds_every_cell_as_text_and_is_the_same_file_on_any_day(tmp_path: Path) -> None:
    numbers = listed(tmp_path)
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx(numbers)))
    assert book.sheet_names == ["parameters"]
    rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert rows == [list(HEADINGS), *(list(cells(one)) for one in numbers)]
    assert as_xlsx(numbers) == as_xlsx(list(numbers))


def test_a_value_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    number = Number(address="=1+1", contract="scheme", rule="", label="", name="http://x", value="007")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx([number]))).get_sheet_by_index(0).to_python()
    assert rows[1][0] == "=1+1"
    assert rows[1][4] == "http://x"
    assert rows[1][6] == "007"


def test_csv_gives_the_same_cells(tmp_path: Path) -> None:
    numbers = listed(tmp_path)
    rows = list(csv.reader(io.StringIO(as_csv(numbers).decode("utf-8-sig"))))
    assert rows == [list(HEADINGS), *(list(cells(one)) for one in numbers)]


def test_the_command_writes_both_files_and_never_over_one(tmp_path: Path) -> None:
    workspace, sheet, table = starter(tmp_path), tmp_path / "numbers.xlsx", tmp_path / "numbers.csv"
    assert tallystick("parameters", workspace).exit_code == 0
    written = tallystick("parameters", workspace, "--xlsx", sheet, "--csv", table)
    assert written.exit_code == 0
    assert len(list(csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"))))) - 1 == int(
        written.output.split()[0]
    )
    before = sheet.read_bytes()
    again = tallystick("parameters", workspace, "--xlsx", sheet)
    assert again.exit_code == 2
    assert "is there already" in again.output
    assert sheet.read_bytes() == before
    assert "does not end in .xlsx" in tallystick("parameters", workspace, "--xlsx", tmp_path / "numbers.xls").output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "numbers.csv", "numbers.xlsx"]


def test_without_the_package_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    said = tallystick("parameters", starter(tmp_path), "--xlsx", tmp_path / "numbers.xlsx")
    assert said.exit_code == 2
    assert 'pip install "tallystick[excel]"' in said.output
    assert not (tmp_path / "numbers.xlsx").exists()


def test_a_rule_whose_plugin_is_not_there_is_named_and_the_others_are_listed(tmp_path: Path) -> None:
    extra = '\n[[rule]]\nuse = "ward"\nlabel = "wards"\nplugin = "tallystick-absent"\neach = "£5"\n'
    numbers = numbers_of(load(tmp_path, scheme=scheme_with(extra)), clinic())
    absent = of(numbers, "wards.*", "scheme", "")
    assert absent.value == "not read"
    assert "tallystick-absent is not installed" in absent.meaning
    assert values(numbers, "answers.share") == {("scheme", ""): "5%"}


def test_faults_of_the_workspace_are_told_and_nothing_is_listed(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    (workspace / "scheme.toml").write_text("[scheme]\n", encoding="utf-8")
    said = tallystick("parameters", workspace)
    assert said.exit_code == 2
    assert "id is missing" in said.output
