"""Files as they come out of spreadsheets, mail and haste: each is called what it is, and nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.command_world import edit, runs, starter, tallystick

SCHEME, FIRST, DATA, MANY = "scheme.toml", "contracts/first.toml", "data/contacts.csv", "contracts.csv"
PERIOD, HEADING = "from = 2025-04-01, years = 1", "id,provider,commissioner,from,years\n"


def replaced(file: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda workspace: edit(workspace / file, old, new)


def holding(file: str, content: bytes | str) -> Callable[[Path], None]:
    said = content.encode() if isinstance(content, str) else content
    return lambda workspace: (workspace / file).write_bytes(said) and None


def encoded(file: str, encoding: str) -> Callable[[Path], None]:
    def write(workspace: Path) -> None:
        (workspace / file).write_bytes((workspace / file).read_text("utf-8").encode(encoding))

    return write


def only_many(content: str) -> Callable[[Path], None]:
    def write(workspace: Path) -> None:
        (workspace / FIRST).unlink()
        (workspace / MANY).write_text(content, encoding="utf-8")

    return write


CASES: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "a mark at the start and nothing after it": (holding(DATA, b"\xef\xbb\xbf"), "is empty", "a heading"),
    "empty lines alone": (holding(DATA, b"\n\n"), "is empty", "a heading"),
    "UTF-16": (encoded(DATA, "utf-16"), "in UTF-16", '"CSV UTF-8"'),
    "UTF-16 without a mark": (encoded(DATA, "utf-16-le"), "in UTF-16", '"CSV UTF-8"'),
    "a scheme in UTF-16": (encoded(SCHEME, "utf-16"), "scheme.toml, line 1: the file is not in UTF-8 but", "UTF-8"),
    "a workbook named .csv": (holding(DATA, b"PK\x03\x04\xff\xfe"), "a spreadsheet workbook", "comma delimited"),
    "Parquet named .csv": (holding(DATA, b"PAR1\xff\xfe"), "this is a Parquet file", ".parquet"),
    "a quotation mark that is not closed": (replaced(DATA, "C0003,", 'C0003,"'), "line 4: from here on", "quotation"),
    "contracts.csv with semicolons": (only_many(HEADING.replace(",", ";")), "set apart by semicolons", "comma"),
    "contracts.csv without a row": (only_many(HEADING), "has no contracts", "a row of contracts.csv"),
    "contracts.csv without anything": (only_many("\n"), "contracts.csv: the file is empty", "a heading"),
    "lists within lists": (replaced(FIRST, 'id = "', f"x = {'[' * 999}{']' * 999}\nid = \""), "too deep", "[[rule]]"),
    "a contract without an end": (replaced(FIRST, PERIOD, "from = 2025-04-01, to = 9999-12-31"), "line 6", "real date"),
    "a contract from nowhere": (replaced(FIRST, PERIOD, "from = 9999-04-01, years = 1"), "outside 1900", "real date"),
    "a contract with oneself": (replaced(FIRST, '"ZQ1"', '"ZH1"'), "would pay itself", "the other party"),
    "an id that looks like another": (replaced(FIRST, '"first"', '"fi\\u202erst"'), "cannot be seen", "letters"),
    "an id on two lines": (only_many(HEADING + '"a\nb",ZH1,ZQ1,2025-04-01,1\n'), "cannot be seen", "one line"),
    "digits of another script": (replaced(FIRST, "£120,000", "£\uff11\uff12\uff10"), "is not money", "£1,234.56"),
    "no number for money": (replaced(FIRST, '"£120,000"', "nan"), "bare number for money", '"£1,234.56"'),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_is_told_in_words_with_exit_code_2_and_nothing_written(case: str, tmp_path: Path) -> None:
    spoil, found, write = CASES[case]
    workspace = starter(tmp_path)
    spoil(workspace)
    done = tallystick("settle", workspace)
    assert done.exit_code == 2, done.output
    assert found in done.output
    assert write in done.output
    assert "1 fault in what was handed in. Nothing was written." in done.output
    assert not (workspace / "runs").exists()


def test_a_file_for_the_folder_says_which_folder(tmp_path: Path) -> None:
    done = tallystick("settle", starter(tmp_path) / SCHEME)
    assert done.exit_code == 2
    assert "scheme.toml is a file, and a workspace is a folder" in done.output
    assert f"write: the folder that holds scheme.toml: {tmp_path}" in done.output


def test_a_contract_in_a_file_that_ends_in_capitals_is_settled_and_not_passed_over(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    (workspace / FIRST).rename(workspace / "contracts" / "FIRST.TOML")
    done = tallystick("settle", workspace)
    assert done.exit_code == 0, done.output
    assert "first     settled" in done.output
    assert runs(workspace)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="only an ordinary user on POSIX is refused")
def test_contracts_that_cannot_be_listed_are_not_taken_for_none(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    (workspace / MANY).write_text(HEADING + "a,ZH1,ZQ1,2025-04-01,1\n", encoding="utf-8")
    (workspace / "contracts").chmod(0)
    done = tallystick("settle", workspace)
    (workspace / "contracts").chmod(0o755)
    assert done.exit_code == 2
    assert "contracts: the folder cannot be read" in done.output
