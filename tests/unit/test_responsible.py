"""Who the responsible commissioner of a row is: its own column, its practice, its residence, or nobody known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tallystick.result import Result
from tests.unit.assign_world import one_fault, owners, paid, settled

HEADING = "contact,provider,commissioner,registration,residence,contacted_on,service,contact_type,contacts"
CONTRACTS = ["A,RAA,QAA,2025-04-01,1", "B,RAA,QBB,2025-04-01,1"]
PRACTICES = """
    code,commissioner,from,to
    P1,QAA,,2025-09-30
    P1,QBB,2025-10-01,
    P2,QBB,2025-06-01,2025-06-30
    V81999,,,
    E01,QBB,,
"""
ASK = '[responsible]\npractices = "practices.csv"\n'


def rows(*cells: tuple[str, str, str, str]) -> list[str]:
    """Contacts by commissioner, registration, residence and day."""
    return [HEADING, *(f"RAA,{c},{p},{r},{day},S1,X,1" for c, p, r, day in cells)]


def settle(tmp_path: Path, lines: Sequence[str], ask: str = ASK) -> Result:
    return settled(tmp_path, lines, CONTRACTS, assign_toml=ask, practices_csv=PRACTICES)


def commissioners(result: Result) -> list[str]:
    """The commissioner of each row, by key."""
    rows = sorted(result.settlement.facts["contacts"].records(), key=lambda one: str(one["contact"]))
    return [str(one["commissioner"]) for one in rows]


def test_the_first_column_that_holds_something_decides(tmp_path: Path) -> None:
    lines = rows(
        ("QAA", "P1", "E01", "2025-12-01"),
        ("", "P1", "E01", "2025-05-01"),
        ("", "", "E01", "2025-05-01"),
        ("", "", "", "2025-05-01"),
    )
    result = settle(tmp_path, lines)
    assert commissioners(result) == ["QAA", "QAA", "QBB", "not known"]
    assert owners(result) == {"c1": "A", "c2": "A", "c3": "B", "c4": ""}
    assert paid(result) == {"A": 200, "B": 100}
    assert result.settlement.facts["contacts"].stats["commissioner"].nulls == 0


def test_a_practice_passes_to_another_commissioner_on_its_day(tmp_path: Path) -> None:
    days = ("2025-09-30", "2025-10-01")
    assert owners(settle(tmp_path, rows(*(("", "P1", "", day) for day in days)))) == {"c1": "A", "c2": "B"}


def test_a_code_that_the_file_does_not_name_that_day_stands_for_itself_and_is_passed_to_nobody_else(
    tmp_path: Path,
) -> None:
    lines = rows(
        ("", "P2", "E01", "2025-05-31"), ("", "P2", "", "2025-06-30"), ("", "QAA", "E01", "2025-05-01"),
        ("", "P3", "E01", "2025-05-01"),
    )  # fmt: skip
    result = settle(tmp_path, lines)
    assert commissioners(result) == ["P2", "QBB", "QAA", "P3"]
    assert owners(result) == {"c1": "", "c2": "B", "c3": "A", "c4": ""}


def test_a_code_that_says_nothing_passes_the_question_on(tmp_path: Path) -> None:
    lines = rows(("", "V81999", "E01", "2025-05-01"), ("", "V81999", "", "2025-05-01"))
    assert commissioners(settle(tmp_path, lines)) == ["QBB", "not known"]


def test_another_order_asks_residence_before_the_column_of_the_row(tmp_path: Path) -> None:
    ask = '[responsible]\nby = ["residence", "commissioner"]\npractices = "practices.csv"\n'
    lines = rows(("QAA", "P1", "E01", "2025-05-01"), ("QAA", "", "", "2025-05-01"))
    assert commissioners(settle(tmp_path, lines, ask)) == ["QBB", "QAA"]


def test_without_practices_registration_and_residence_hold_commissioners(tmp_path: Path) -> None:
    lines = rows(("", "QAA", "QBB", "2025-05-01"), ("", "", "QBB", "2025-05-01"))
    assert owners(settle(tmp_path, lines, "[responsible]\n")) == {"c1": "A", "c2": "B"}


def test_a_file_without_the_column_commissioner_is_read_where_another_says_it(tmp_path: Path) -> None:
    heading = HEADING.replace("commissioner,", "")
    result = settle(tmp_path, [heading, "RAA,P1,,2025-05-01,S1,X,1"])
    assert owners(result) == {"c1": "A"}


def test_without_the_question_an_empty_commissioner_is_a_fault_as_ever(tmp_path: Path) -> None:
    fault = one_fault(tmp_path, rows(("", "QAA", "", "2025-05-01")), CONTRACTS, assign_toml="")
    assert (fault.code, fault.column, fault.row) == ("cell/missing-empty", "commissioner", 1)


@pytest.mark.parametrize(
    ("text", "code", "row", "found"),
    [
        ("code,commissioner\nP1,QAA\nP1,QBB\n", "practice/twice", 2, "P1 has two rows on 0001-01-01"),
        (
            "code,commissioner,from,to\nP1,QAA,2025-05-01,2025-04-01\n", "practice/days", 1,
            "P1 ends on 2025-04-01, before it begins on 2025-05-01",
        ),
        ("code,commissioner\n,QAA\n", "cell/empty", 1, "code is empty"),
        ("code,commissioner,from\nP1,QAA,1/4/2025\n", "value/kind", 1, '"1/4/2025" is not a day'),
        ("code,commissioner\nP1\n", "row/length", 1, "the row has 1 cells, and the heading 2"),
        ("code\nP1\n", "column/missing", None, "there is no column commissioner"),
        ("code,commissioner,form\nP1,QAA,\n", "column/unknown", None, 'there is no column "form" here'),
        ("code,code,commissioner\nP1,P1,QAA\n", "column/twice", None, 'two columns are headed "code"'),
        ("code;commissioner\nP1;QAA\n", "file/separator", None, "the columns are set apart by semicolons"),
        ("", "file/unreadable", None, "the file is empty"),
        ('code,commissioner\n"P1,QAA\n', "file/malformed", None, "the rows cannot be told apart"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_practices_file_is_told_at_its_place(
    tmp_path: Path, text: str, code: str, row: int | None, found: str
) -> None:
    lines = rows(("QAA", "", "", "2025-05-01"))
    fault = one_fault(tmp_path, lines, CONTRACTS, assign_toml=ASK, practices_csv=text)
    assert (fault.code, fault.file, fault.row) == (code, "practices.csv", row)
    assert fault.found.startswith(found)
