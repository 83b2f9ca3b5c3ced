"""Rows that a rule cannot price, and rows that nobody pays for: what is said of them on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tallystick.kernel.errors import Fault, in_words
from tests.unit.command_world import edit, starter, tallystick

DATA, PRICES = "data/contacts.csv", "prices/contacts.csv"
HEADING = "contact,provider,commissioner,contacted_on,service,contact_type,contacts\n"


def test_a_code_that_the_list_does_not_name_is_told_with_the_code_its_day_and_the_list(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    edit(workspace / DATA, "telephone,1", "telegraph,1")
    said = tallystick("settle", workspace).output
    assert "column contact_type: contacts C0005, by rule 'contacts'" in said
    assert '(contact_type "telegraph" on 2025-07-29; list contacts 2025/26)' in said


def test_a_code_that_the_list_names_for_other_days_is_told_with_the_day(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    edit(workspace / PRICES, "telephone,2025-04-01", "telephone,2025-12-01")
    said = tallystick("settle", workspace).output
    assert '(contact_type "telephone" on 2025-07-29; list contacts 2025/26)' in said
    assert "1 fault in what was handed in" in said


def test_of_many_such_rows_twenty_are_named_and_all_are_counted(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    rows = (f"K{number:03},ZH1,ZQ1,2025-04-03,nursing,smoke signal,1\n" for number in range(50))
    (workspace / DATA).write_text(HEADING + "".join(rows), encoding="utf-8")
    said = tallystick("settle", workspace).output
    assert said.count("by rule 'contacts'") == 20
    assert said.count("write: mend the row") == 1
    assert "(and 30 more like it)" in said
    assert "50 faults in what was handed in" in said


def test_all_faults_of_all_rows_are_counted_and_not_only_those_that_are_shown(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    rows = (f"K{number:03},ZH1,ZQ1,2025-13-03,nursing,clinic,1\n" for number in range(1_050))
    (workspace / DATA).write_text(HEADING + "".join(rows), encoding="utf-8")
    said = tallystick("settle", workspace).output
    assert said.count("why:") == 1
    assert "1,050 faults in what was handed in" in said


def test_why_and_what_to_write_are_said_again_only_where_they_are_others() -> None:
    alike = [Fault(code="cell/x", found=f"fault {number}", why="so", write="this") for number in (1, 2)]
    other = Fault(code="cell/x", found="fault 3", why="so", write="that", times=2)
    assert in_words([*alike, other]) == (
        "fault 1\n  why: so\n  write: this\nfault 2\n\nfault 3\n  why: so\n  write: that\n  (and 1 more like it)"
    )


def test_a_table_of_which_no_row_is_in_a_contract_is_named_though_the_run_passes(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    edit(workspace / DATA, "ZQ1", "zq1")
    for command in ("settle", "check"):
        done = tallystick(command, workspace)
        assert done.exit_code == 0
        assert "No row of contacts belongs to one contract, and nobody pays for them (no contract: 8)" in done.output
    said = json.loads(tallystick("settle", workspace, "--json").stdout)
    assert said["unplaced"] == [{"table": "contacts", "why": "no contract", "rows": 8}]


def test_a_path_with_a_space_is_shown_as_it_is_typed(tmp_path: Path) -> None:
    folder = tmp_path / "my first"
    assert f'tallystick settle "{folder}"' in tallystick("new-workspace", folder).output
