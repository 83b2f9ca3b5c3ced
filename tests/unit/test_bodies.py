"""Mergers and closures: who stands in an organisation's place on a day, and codes that nobody stands for."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tallystick.assign.bodies import Successors
from tests.unit.assign_world import faults, one_fault, owners, paid, row, settled

MERGED = """
    code,successor,from
    RAA,RMM,2025-10-01
    RBB,RMM,2025-10-01
    RMM,RNN,2026-01-01
"""
ORGANISATIONS = """
    code,name,from,to
    RAA,First,,2025-09-30
    RMM,Merged,2025-10-01,2025-12-31
    RNN,Last,2026-01-01,
"""


def test_a_body_is_followed_through_every_successor_and_not_before_its_day() -> None:
    def day(text: str) -> datetime.date:
        return datetime.date.fromisoformat(text)

    steps = {"A": ((day("2025-10-01"), "B"), (day("2026-01-01"), "C")), "B": ((day("2025-11-01"), "D"),)}
    body = Successors(steps).body
    asked = ("2025-09-30", "2025-10-01", "2025-10-31", "2025-11-01", "2025-12-31", "2026-01-01")
    assert [body("A", day(one)) for one in asked] == ["A", "B", "B", "D", "D", "C"]
    assert body("Z", day("2026-01-01")) == "Z"


def test_rows_of_a_successor_belong_to_the_contract_of_the_code_before_it(tmp_path: Path) -> None:
    contracts = ["A,RAA,QAA,2025-04-01,1", "C,RCC,QAA,2025-04-01,1"]
    rows = [
        row("RAA", day="2025-09-30"), row("RMM", day="2025-09-30"), row("RMM", day="2025-10-01"),
        row("RAA", day="2025-10-01"), row("RBB", day="2025-10-01"), row("RNN", day="2025-12-31"),
        row("RNN", day="2026-01-01"), row("RMM", day="2026-01-01"), row("RCC", day="2026-01-01"),
    ]  # fmt: skip
    result = settled(tmp_path, rows, contracts, successors_csv=MERGED)
    whose = ["A", "", "A", "A", "A", "", "A", "A", "C"]
    assert owners(result) == {f"c{n}": of for n, of in enumerate(whose, start=1)}
    assert paid(result) == {"A": 600, "C": 100}
    assert result.workspace.assign.successors.body("RBB", datetime.date(2026, 3, 1)) == "RNN"
    assert {"successors.csv", "contracts.csv"} <= set(result.workspace.files)


def test_the_contract_of_a_merged_body_has_the_rows_of_the_codes_before_from_the_day_of_the_merger(
    tmp_path: Path,
) -> None:
    contracts = ["A,RAA,QAA,2025-04-01,1", "M,RMM,QAA,2025-04-01,1"]
    assert owners(settled(tmp_path, [row("RBB", day="2025-09-30")], contracts, successors_csv=MERGED)) == {"c1": ""}
    # From the merger both contracts are of the merged body, and nothing says whose a row is.
    fault = one_fault(tmp_path, [row("RBB", day="2025-10-01")], contracts, successors_csv=MERGED)
    assert fault.code == "claim/tie"


def test_commissioners_are_succeeded_too(tmp_path: Path) -> None:
    successors = "code,successor,from\nQAA,QZZ,2025-10-01\n"
    rows = [row(commissioner="QZZ", day="2025-09-30"), row(commissioner="QZZ", day="2025-10-01"), row()]
    assert owners(settled(tmp_path, rows, successors_csv=successors)) == {"c1": "", "c2": "A", "c3": "A"}


def test_organisations_that_are_there_or_succeeded_are_no_fault(tmp_path: Path) -> None:
    rows = [row(day="2025-09-30"), row(day="2025-10-01"), row("RMM", day="2026-02-01"), row("RXX")]
    contracts = ["A,RAA,QAA,2025-04-01,1"]
    result = settled(tmp_path, rows, contracts, successors_csv=MERGED, organisations_csv=ORGANISATIONS)
    assert owners(result) == {"c1": "A", "c2": "A", "c3": "A", "c4": ""}


def test_a_code_on_days_on_which_nobody_stands_for_it_is_a_fault_with_the_code_and_the_days(tmp_path: Path) -> None:
    rows = [
        row("RMM", day="2025-05-01"), row("RMM", day="2025-06-01"), row(),
        row("RAA", "QCC", day="2025-07-01"),
    ]  # fmt: skip
    closed = ORGANISATIONS + "    QCC,Closed,,2025-06-30\n"
    contracts = ["A,RAA,QAA,2025-04-01,1"]
    found = faults(tmp_path, rows, contracts, successors_csv=MERGED, organisations_csv=closed)
    assert [(one.code, one.column) for one in found] == [
        ("organisation/not-there", "provider"), ("organisation/not-there", "commissioner"),
    ]  # fmt: skip
    assert found[0].found == "RMM was not there from 2025-05-01 to 2025-06-01 (2 rows of contacts)"
    assert found[0].why == "organisations.csv has RMM from 2025-10-01 to 2025-12-31, and no successor then"
    assert found[1].found == "QCC was not there on 2025-07-01 (1 row of contacts)"
    aside = settled(
        tmp_path, rows, contracts, successors_csv=MERGED, organisations_csv=closed, how={"set_aside": True}
    )  # fmt: skip
    assert owners(aside) == {"c3": "A"}
    assert aside.settlement.facts["contacts"].left_out == 3


def test_organisations_alone_are_checked_and_rows_go_by_their_parties_as_before(tmp_path: Path) -> None:
    organisations = "code,name\nRAA,First\nQAA,Board\n"
    result = settled(tmp_path, [row(), row("RZZ")], organisations_csv=organisations)
    assert result.workspace.case.by_parties
    assert paid(result) == {"A": 100}


def test_a_contract_whose_party_is_not_there_on_some_of_its_days_is_a_fault(tmp_path: Path) -> None:
    closes = "code,to\nRAA,2025-12-31\n"
    fault = one_fault(tmp_path, [row()], organisations_csv=closes)
    assert fault.found == "RAA, the provider of contract A, is not there on 2026-01-01"
    assert "runs from 2025-04-01 to 2026-03-31" in fault.why
    late = "code,from\nQAA,2025-04-02\n"
    assert {one.found for one in faults(tmp_path, [row()], organisations_csv=late)} == {
        "QAA, the commissioner of contract A, is not there on 2025-04-01",
        "QAA, the commissioner of contract B, is not there on 2025-04-01",
    }
    gap = "code,from,to\nRAA,,2025-12-31\nRMM,2026-02-01,\n"
    merged = "code,successor,from\nRAA,RMM,2026-01-01\n"
    fault = one_fault(tmp_path, [row()], organisations_csv=gap, successors_csv=merged)
    assert fault.found == "RAA, the provider of contract A, is not there on 2026-01-01"


@pytest.mark.parametrize(
    ("file", "text", "code", "row_", "found"),
    [
        (
            "successors.csv", "code,successor,from\nR1,R2,2025-04-01\nR1,R3,2025-04-01\n", "successor/two", 2,
            "R1 has two successors from 2025-04-01: R2 and R3",
        ),
        (
            "successors.csv", "code,successor,from\nR1,R2,2025-04-01\nR2,R3,2025-05-01\nR3,R1,2025-06-01\n",
            "successor/circle", 1, "on 2025-06-01 they succeed each other in a circle: R1 → R2 → R3 → R1",
        ),
        (
            "successors.csv", "code,successor,from\nR1,R1,2025-04-01\n", "successor/circle", 1,
            "on 2025-04-01 they succeed each other in a circle: R1 → R1",
        ),
        ("successors.csv", "code,successor,from\nR1,R2,\n", "cell/empty", 1, "from is empty"),
        ("successors.csv", "code,successor,from\nR1,,2025-04-01\n", "cell/empty", 1, "successor is empty"),
        ("successors.csv", "code,successor\nR1,R2\n", "column/missing", None, "there is no column from"),
        ("organisations.csv", "code\nR1\nR1\n", "organisation/twice", 2, "organisation R1 is listed twice"),
        (
            "organisations.csv", "code,from,to\nR1,2025-05-01,2025-04-01\n", "organisation/days", 1,
            "organisation R1 closes on 2025-04-01, before it opens on 2025-05-01",
        ),
        ("organisations.csv", "code,from\nR1,April\n", "value/kind", 1, '"April" is not a day'),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_files_of_organisations_is_told_at_its_place(
    tmp_path: Path, file: str, text: str, code: str, row_: int | None, found: str
) -> None:
    fault = one_fault(tmp_path, [row()], **{file.replace(".", "_"): text})
    assert (fault.code, fault.file, fault.row) == (code, file, row_)
    assert fault.found == found
