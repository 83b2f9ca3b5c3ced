"""What README and the tutorial show of a run is what a run shows: each step is made again, and compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tallystick import Engine
from tallystick.command import cli

ROOT = Path(__file__).parents[2]
FIRST_HOUR = ROOT / "docs/tutorial/first-hour.md"
FAILED_CHECK = ROOT / "docs/how-to/read-a-failed-check.md"
ADD_CONTRACT = ROOT / "docs/how-to/add-a-contract.md"
EVERY_NUMBER = ROOT / "docs/how-to/list-every-number.md"
CHALLENGE = ROOT / "docs/how-to/challenge-a-line.md"
BRING_DATA = ROOT / "docs/how-to/bring-your-data.md"

EASTMERE, WESTBROOK = "contracts/eastmere-acute.toml", "contracts/westbrook-acute.toml"


def said(*arguments: str) -> tuple[int, str]:
    """The exit code and all that a command says, with the names of runs left open as the pages leave them."""
    result = CliRunner().invoke(cli, [*arguments])
    return result.exit_code, re.sub(r"run-[0-9a-f]{16}", "run-…", result.output).replace("\\", "/")


def shown(page: Path) -> list[str]:
    """The blocks of plain text of a page."""
    return re.findall(r"(?s)```text\n(.*?)```", page.read_text(encoding="utf-8"))


def is_shown(text: str, page: Path) -> bool:
    """Whether one block of the page is exactly this text."""
    return text.strip() in [block.strip() for block in shown(page)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demonstration as `tallystick demo` leaves it, and what it said."""
    folder = tmp_path_factory.mktemp("first-hour")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        code, output = said("demo")
    assert code == 0, output
    return folder / "acute-contract", output


@pytest.fixture
def workspace(demo: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demonstration, with the terminal in its folder."""
    monkeypatch.chdir(demo[0])
    return demo[0]


def with_mistake(workspace: Path, file: str, right: str, wrong: str, command: str = "settle") -> tuple[int, str]:
    """What a command says while a file of the workspace says something else."""
    path = workspace / file
    text = path.read_text(encoding="utf-8")
    assert right in text, f"{file} has no {right!r} any more"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    try:
        return said(command, ".")
    finally:
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("page", [FIRST_HOUR, ROOT / "README.md"], ids=["tutorial", "README"])
def test_every_excerpt_of_the_statement_is_in_the_statement(page: Path, demo: tuple[Path, str]) -> None:
    statement = re.compile(r"SUMMARY|POT |UNITS, |contract +outcome")
    excerpts = [block.strip() for block in shown(page) if statement.match(block)]
    assert excerpts
    assert not [block for block in excerpts if block not in demo[1]]


def test_the_spell_of_the_tutorial_is_explained_as_it_shows(workspace: Path) -> None:
    code, output = said("explain", ".", "spells:S000000002", "--rule", "elective spells")
    assert code == 0
    assert is_shown(output, FIRST_HOUR)


def test_the_changed_number_comes_to_what_the_tutorial_shows(workspace: Path) -> None:
    code, output = with_mistake(workspace, EASTMERE, 'share = "5%"', 'share = "10%"')
    assert code == 0
    assert is_shown(output, FIRST_HOUR)


def test_the_tutorials_table_of_differences_adds_up(workspace: Path) -> None:
    table = re.findall(
        r"(?m)^\| (.*?) \| £([\d,.]+) \| £([\d,.]+) \| (−?)£([\d,.]+) \|$", FIRST_HOUR.read_text("utf-8")
    )
    pence = {what: [int(re.sub(r"\D", "", one)) for one in (a, b, f"{d}")] for what, a, b, _, d in table}
    held, *parts, net = pence.values()
    assert all(b - a == d for a, b, d in [held, *parts])
    assert [sum(column) for column in zip(*parts, strict=True)] == held
    assert net[0] - net[1] == net[2] == parts[2][2] + parts[3][2]


@pytest.mark.parametrize(
    ("file", "right", "wrong", "exit_code"),
    [
        (EASTMERE, 'share = "5%"', 'shared = "5%"', 2),
        (EASTMERE, '"£1,450,000"', "1450000", 2),
        (EASTMERE, 'share = "5%"', 'share = "140%"', 2),
        ("data/spells.csv", "\nS000000001,", "\nS000000000,", 2),
        ("scheme.toml", 'opening = "£60,000"', 'opening = "£30,000"', 1),
    ],
    ids=["a misspelt key", "money without its sign", "more than there is", "a row twice", "an overdrawn fund"],
)
def test_each_mistake_of_the_tutorial_says_what_the_tutorial_shows(
    workspace: Path, file: str, right: str, wrong: str, exit_code: int
) -> None:
    code, output = with_mistake(workspace, file, right, wrong)
    assert code == exit_code
    assert is_shown(output, FIRST_HOUR)


def test_a_unit_that_is_priced_and_covered_fails_as_the_guide_shows(workspace: Path) -> None:
    one = '  table = "emergency_attendances"'
    code, output = with_mistake(
        workspace, WESTBROOK, one, f'{one}\n\n  [[rule.covers]]\n  table = "attendances"', "check"
    )
    assert code == 1
    assert is_shown(output, FAILED_CHECK)


def test_a_pot_with_money_left_fails_as_the_guide_shows(workspace: Path) -> None:
    code, output = with_mistake(workspace, EASTMERE, ', at_end = "carry forward" }', " }", "check")
    assert code == 1
    assert is_shown(next(line for line in output.splitlines() if "FAILED" in line), FAILED_CHECK)


def test_a_column_of_an_unknown_name_is_told_as_the_guide_shows(workspace: Path) -> None:
    code, output = with_mistake(workspace, "data/spells.csv", "length_of_stay_days", "LOS", "check")
    assert code == 2
    assert is_shown(output.partition("\n\n")[0], BRING_DATA)


CONTRACTS = re.findall(r"(?s)```toml\n(.*?)```", ADD_CONTRACT.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "more", ["", *CONTRACTS[1:4]], ids=["the least", "some rules", "other numbers", "its own rule"]
)
def test_each_contract_of_the_guide_loads(more: str, workspace: Path) -> None:
    new = workspace / "contracts" / "northfield.toml"
    new.write_text(CONTRACTS[0] + more, encoding="utf-8")
    try:
        assert "northfield-community" in {one.id for one in Engine().open(workspace).case.contracts}
    finally:
        new.unlink()


def test_the_list_of_contracts_of_the_guide_loads(workspace: Path) -> None:
    (rows,) = shown(ADD_CONTRACT)
    listed = workspace / "contracts.csv"
    listed.write_text(rows, encoding="utf-8")
    try:
        found = {one.id: {rule.label for rule in one.rules} for one in Engine().open(workspace).case.contracts}
    finally:
        listed.unlink()
    assert found["northfield"] == {"outpatients", "hip fracture"}
    assert found["southfield"] > found["northfield"]


def test_the_numbers_that_the_page_shows_are_those_of_the_demonstration(workspace: Path) -> None:
    code, output = said("parameters", ".")
    assert code == 0
    (block,) = shown(EVERY_NUMBER)
    assert block.strip() in output


def test_the_challenges_that_the_page_shows_are_those_of_the_demonstration(workspace: Path) -> None:
    rows, listed = shown(CHALLENGE)
    challenges = (workspace / "data" / "challenges.csv").read_text(encoding="utf-8").splitlines()
    assert set(rows.splitlines()) <= set(challenges)
    statement = Engine().settle(workspace, reference_rows=0).statement("westbrook-acute").as_text()
    assert listed.strip() in statement
    block = re.findall(r"(?s)```toml\n(.*?)```", CHALLENGE.read_text(encoding="utf-8"))[0]
    assert block.strip() in (workspace / WESTBROOK).read_text(encoding="utf-8")
