"""Rows of no contract are shown by provider and commissioner, in units and at the scheme's prices, and are not paid."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.unit.assign_world import SCHEME, row, settled, workspace
from tests.unit.command_world import runs, tallystick

CLAIM = '[[claim]]\ncontract = "B"\nservice = "S2"\n'


def lines(*given: object) -> list[tuple[object, ...]]:
    return [tuple(one) for one in given]  # type: ignore[arg-type]


def test_each_pair_of_parties_has_its_units_and_their_worth_and_none_of_it_is_paid(tmp_path: Path) -> None:
    rows = [row(), row("RBB"), row("RBB", service="S2"), row("RZZ"), row("RZZ", "QZZ"), row("RZZ", "QZZ")]
    result = settled(tmp_path, rows, assign_toml=CLAIM)
    assert lines(*result.no_contract_lines) == [
        ("contacts", "contact", "RBB", "QAA", 1, 1, 1, 10_000),
        ("contacts", "contact", "RZZ", "QAA", 1, 1, 1, 10_000),
        ("contacts", "contact", "RZZ", "QZZ", 2, 2, 2, 20_000),
    ]
    assert sum(line.pence for line in result.settlement.lines) == 20_000  # c1 and c3
    frame = result.no_contract
    assert frame.columns == [
        "table", "unit", "provider", "commissioner", "rows", "units", "units_valued", "worth_pence"
    ]  # fmt: skip
    assert frame["worth_pence"].sum() == 40_000


def test_where_parties_decide_rows_of_no_contract_and_of_two_are_shown_as_well(tmp_path: Path) -> None:
    contracts = ["A,RAA,QAA,2025-04-01,1", "B,RAA,QAA,2025-10-01,1"]
    rows = [row(), row(day="2025-11-01"), row("RZZ"), row("RZZ", contract="no such"), row("RZZ", contract="A")]
    result = settled(tmp_path, rows, contracts)
    assert lines(*result.no_contract_lines) == [
        ("contacts", "contact", "RAA", "QAA", 1, 1, 1, 10_000),
        ("contacts", "contact", "RZZ", "QAA", 2, 2, 2, 20_000),
    ]


def test_nothing_is_shown_where_every_row_has_a_contract(tmp_path: Path) -> None:
    result = settled(tmp_path, [row()])
    assert result.no_contract_lines == ()
    assert result.no_contract.height == 0
    assert "IN NO CONTRACT" not in result.statement("A").as_text()


def test_units_that_the_scheme_does_not_price_are_shown_in_units_only(tmp_path: Path) -> None:
    # The price holds from October alone, and a day outside every contract's days has no prices at all.
    prices = "code,price_pounds,not_priced,from,to\nX,,ungroupable,,2025-09-30\nX,100,,2025-10-01,\n"
    rows = [row(), row("RZZ"), row("RZZ", day="2025-11-01"), row("RZZ", day="2030-01-01")]
    result = settled(tmp_path, rows, units_csv=prices)
    assert lines(*result.no_contract_lines) == [("contacts", "contact", "RZZ", "QAA", 3, 3, 1, 10_000)]


def test_two_rules_of_the_scheme_that_price_one_unit_say_nothing_of_its_worth(tmp_path: Path) -> None:
    other = SCHEME[SCHEME.index("    [[rule]]") :].replace('label = "contacts"', 'label = "other contacts"')
    contracts = ["id,provider,commissioner,from,years,rules", "A,RAA,QAA,2025-04-01,1,contacts"]
    result = settled(tmp_path, [row(), row("RZZ")], contracts, scheme_toml=SCHEME + other)
    assert lines(*result.no_contract_lines) == [("contacts", "contact", "RZZ", "QAA", 1, 1, None, None)]


def test_a_commissioner_that_is_not_known_is_shown_by_that_name(tmp_path: Path) -> None:
    heading = "contact,provider,commissioner,registration,contacted_on,service,contact_type,contacts"
    result = settled(tmp_path, [heading, "RAA,,,2025-05-01,S1,X,3"], assign_toml="[responsible]\n")
    assert lines(*result.no_contract_lines) == [("contacts", "contact", "RAA", "not known", 1, 3, 3, 30_000)]


def test_a_rule_that_only_pays_on_others_values_nothing_and_stops_nothing(tmp_path: Path) -> None:
    block = '\n    [[rule]]\n    use = "block"\n    label = "fixed"\n    value = "£12"\n'
    result = settled(tmp_path, [row(), row("RZZ")], scheme_toml=SCHEME + block)
    assert [line.pence for line in result.no_contract_lines] == [10_000]


def test_the_statement_of_the_provider_shows_its_own_and_no_other_providers(tmp_path: Path) -> None:
    result = settled(tmp_path, [row(), row("RAA", "QZZ"), row("RZZ")])
    text = result.statement("A").as_text()
    assert "ROWS OF THIS PROVIDER IN NO CONTRACT, OR IN TWO" in text
    (line,) = [one for one in text.splitlines() if "QZZ" in one]
    assert line.split() == ["contacts:", "contact", "QZZ", "1", "1", "£100.00"]
    assert "RZZ" not in text
    assert "IN NO CONTRACT" not in result.statement("B").as_text()


def test_the_run_folder_and_the_screen_show_them(tmp_path: Path) -> None:
    workspace(tmp_path, [row(), row("RZZ"), row("RYY", "QZZ")])
    done = tallystick("settle", tmp_path)
    assert done.exit_code == 0, done.output
    assert "in no contract     provider  commissioner  units  worth, not paid" in done.output
    assert "contacts: contact  RYY       QZZ               1          £100.00" in done.output
    (run,) = runs(tmp_path)
    with (run / "no_contract.csv").open(encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert [(one["provider"], one["units"], one["worth_pence"]) for one in read] == [
        ("RYY", "1", "10000"), ("RZZ", "1", "10000"),
    ]  # fmt: skip
