"""Challenges from file to statement: read, written out, settled, listed and explained."""

from __future__ import annotations

import importlib.resources
import re
from pathlib import Path

import polars as pl
import pytest

from tallystick.command.copying import copy_workspace
from tallystick.kernel.money import money_text
from tallystick.report.statement import Statement
from tallystick.result import Result
from tests.unit.command_world import edit, engine, tallystick

EXAMPLE = importlib.resources.files("tallystick_examples").joinpath("acute_contract")
HEADING = "challenge,of_table,row,filter,by,reason,raised_on,decided_on,decision\n"


@pytest.fixture(scope="module")
def settled() -> Result:
    return engine().settle(Path(str(EXAMPLE)), reference_rows=0)


def listed(statement: Statement) -> list[str]:
    """What the statement says of challenges."""
    return [note for part in statement.sections if part.title == "Contested" for note in part.notes]


def pence(result: Result, kind: str) -> int:
    """What the rule moved under Westbrook's contract, of one kind."""
    lines = [line for line in result.settlement.lines if line.rule == "challenges" and line.kind == kind]
    return sum(line.pence for line in lines)


def copied(tmp_path: Path) -> Path:
    """The example in a folder of its own."""
    copy_workspace(EXAMPLE, tmp_path / "acute")
    return tmp_path / "acute"


def challenged(folder: Path, *rows: str) -> Result:
    """The workspace settled with other challenges."""
    (folder / "data" / "challenges.csv").write_text(HEADING + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return engine().settle(folder, reference_rows=0)


def test_a_statement_lists_its_challenges_by_whom_why_and_since_when(settled: Result) -> None:
    said = listed(settled.statement("westbrook-acute"))
    assert [line.partition(":")[0] for line in said] == [
        "C001, raised by ZQ1 on 5 March 2026, upheld on 2 April 2026",
        "C002, raised by ZQ1 on 5 March 2026, rejected on 20 March 2026",
        "C003, raised by ZQ1 on 6 March 2026, not decided",
        "C004, raised by ZQ1 on 24 April 2026, not decided",
    ]
    assert said[1].endswith("1 row of spells, nothing held or taken back. Why: registered with another board")


def test_the_amounts_that_it_lists_are_those_of_the_ledger(settled: Result) -> None:
    said = "\n".join(listed(settled.statement("westbrook-acute")))
    amounts = re.findall(r"(£[\d,]+\.\d\d) (contested|taken)", said)
    by_word = {word: [one for one, of in amounts if of == word] for word in ("contested", "taken")}
    assert by_word["taken"] == [money_text(pence(settled, "adjustment"))]
    contested = [int(re.sub(r"\D", "", one)) for one in by_word["contested"]]
    assert sum(contested) == pence(settled, "contested") > 0


def test_a_contract_without_challenges_has_no_such_section(settled: Result) -> None:
    assert listed(settled.statement("eastmere-acute")) == []


def test_a_contract_without_the_rule_says_that_what_is_contested_is_paid(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    spells = pl.read_csv(folder / "data" / "spells.csv", infer_schema=False)
    elective = spells.filter((pl.col("contract") == "eastmere-acute") & (pl.col("admission_method") == "11"))
    result = challenged(folder, f"C1,spells,{elective['spell'][0]},,ZQ1,coded twice,2026-04-01,,")
    first, second = listed(result.statement("eastmere-acute"))
    assert first.endswith("1 row of spells, nothing held or taken back. Why: coded twice")
    assert second == "No rule of this contract says what becomes of contested money, so all of it is paid."
    assert pence(result, "contested") == 0


def test_a_filter_is_one_challenge_of_many_rows_and_money_that_went_on_is_told(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    edit(folder / "contracts" / "westbrook-acute.toml", "decide_within_days = 90", "decide_within_days = 10")
    condition = "provider=ZH2; admission_method=11, 12; discharged=2026-01-01..2026-03-31"
    result = challenged(folder, f'C/9,spells,,"{condition}",ZQ1,coded twice,2026-03-05,,')
    (said,) = listed(result.statement("westbrook-acute"))
    gone = pence(result, "forfeit")
    assert gone == pence(result, "contested") > 0
    assert re.match(r"C/9, raised by ZQ1 on 5 March 2026, not decided: \d+ rows of spells, £", said)
    assert f"{money_text(gone)} not decided in time and gone on. Why: coded twice" in said
    assert result.passed


def test_what_was_not_raised_by_the_runs_day_is_not_told_to_anybody(tmp_path: Path) -> None:
    result = challenged(copied(tmp_path), "C1,spells,S000000145,,ZQ1,coded twice,2026-05-21,,")
    assert listed(result.statement("westbrook-acute")) == []


def test_a_contested_row_is_explained_and_is_one_of_the_lines() -> None:
    said = tallystick("explain", str(EXAMPLE), "spells:S000000145")
    assert said.exit_code == 0
    assert "raised on: 2026-03-06 = found in challenges for row S000000145" in said.output
    assert "(contested): challenged, and not yet decided; clause: 9.2" in said.output


def test_a_challenge_of_a_row_that_is_not_there_is_told_with_its_line_beside_other_faults(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    edit(folder / "data" / "answers.csv", "answer,", "answers,")
    (folder / "data" / "challenges.csv").write_text(
        f"{HEADING}C1,spells,S000000145,,ZQ1,coded twice,2026-04-01,,\nC2,spells,S1,,ZQ1,coded twice,2026-04-01,,\n",
        encoding="utf-8",
    )
    said = tallystick("settle", folder)
    assert said.exit_code == 2
    assert "challenges.csv, row 2: challenges C2: spells has no row whose spell is 'S1'" in said.output
    assert "answers.csv" in said.output


def test_set_aside_settles_without_a_wrong_challenge_and_exits_with_1(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "data" / "challenges.csv").write_text(
        f"{HEADING}C1,spells,S000000145,,ZQ1,coded twice,2026-04-01,,\nC2,spells,S1,,ZQ1,coded twice,2026-04-01,,\n",
        encoding="utf-8",
    )
    said = tallystick("settle", folder, "--set-aside")
    assert said.exit_code == 1
    assert "1 row set aside" in said.output
    (run,) = (folder / "runs").iterdir()
    statement = (run / "statements" / "westbrook-acute.txt").read_text(encoding="utf-8")
    assert "challenges: set aside, because something in the row is wrong" in statement
    assert "C1, raised by ZQ1" in statement
