"""Choices that a rule cannot work with are faults of the block that makes them, with line and column; exit code 2."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.kernel.hooks import hookimpl
from tallystick.language import Activity, Contract, Flow, Rule, rule
from tests.unit.command_world import edit, runs, starter, tallystick

EXAMPLE = Path(__file__).parents[2] / "docs" / "tallystick_examples" / "acute_contract"
EASTMERE, WESTBROOK = "contracts/eastmere-acute.toml", "contracts/westbrook-acute.toml"


def acute(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLE, tmp_path / "acute", ignore=shutil.ignore_patterns("runs", "*.py"))


@pytest.mark.parametrize(
    ("old", "new", "found", "write"),
    [
        (
            'table = "contacts"\ncode', 'table = "contact"\ncode',
            "scheme.toml, line 22, column 9: \"contacts\": there is no table 'contact'", 'did you mean "contacts"?',
        ),
        (
            '"contact_type"', '"contact_typ"',
            "scheme.toml, line 23, column 8: \"contacts\": table contacts has no column 'contact_typ'",
            'did you mean "contact_type"?',
        ),
        (
            'clause = "5.1"', 'where = { contact_tpe = ["clinic"] }\nclause = "5.1"',
            "scheme.toml, line 25, column 11: \"contacts\": table contacts has no column 'contact_tpe'", "did you mean",
        ),
        (
            'clause = "5.1"', 'where = { contacts = ["clinic"] }\nclause = "5.1"',
            "scheme.toml, line 25, column 11: \"contacts\": contacts.contacts is not a code", "",
        ),
    ],
    ids=["a table", "a column", "a column of a filter", "a column of a filter that is no code"],
)  # fmt: skip
def test_a_name_that_is_not_there_is_told_where_it_was_written(
    old: str, new: str, found: str, write: str, tmp_path: Path
) -> None:
    workspace = starter(tmp_path)
    edit(workspace / "scheme.toml", old, new)
    done = tallystick("settle", workspace)
    assert done.exit_code == 2
    assert found in done.output
    assert write in done.output
    assert runs(workspace) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "found", "write"),
    [
        (EASTMERE, 'unit = "critical care day"', 'unit = "bed day"', "line 20, column 10", '"critical care day"'),
        (EASTMERE, '["elective spells"]', "[]", "line 39, column 6", 'on = ["label", …]'),
        (EASTMERE, "lapses_after_days = 60\n", "", "line 43, column 1", "say when, by lapses_after_days"),
        (EASTMERE, '"an agreement made up for this example"', '""', "line 78, column 1", "legal_basis = "),
        (WESTBROOK, 'calendar = "England and Wales"\n', "", "line 60, column 1", "calendar = "),
    ],
    ids=["a unit", "no labels", "no day on which it lapses", "no legal basis", "no calendar"],
)
def test_what_a_rule_needs_beside_what_it_was_given_is_told_at_its_block(
    file: str, old: str, new: str, found: str, write: str, tmp_path: Path
) -> None:
    workspace = acute(tmp_path)
    edit(workspace / file, old, new)
    done = tallystick("settle", workspace)
    assert done.exit_code == 2
    assert f"{file}, {found}" in done.output
    assert write in done.output
    assert "1 fault in what was handed in" in done.output


def test_two_records_that_nobody_can_tell_apart_are_told_once_at_the_second(tmp_path: Path) -> None:
    workspace = acute(tmp_path)
    edit(workspace / EASTMERE, 'reason = "care home"', 'reason = "social care"')
    done = tallystick("settle", workspace)
    assert done.exit_code == 2
    assert f'{EASTMERE}, line 91, column 3: "discharge delays": liable has two records for' in done.output
    assert "1 fault in what was handed in" in done.output


@rule("asks-wrongly")
class AsksWrongly(Rule):
    """Names a table that no plugin declares: a mistake of the plugin, which no choice made."""

    @hookimpl
    def incentive(self, activity: Activity, contract: Contract) -> Iterator[Flow]:
        yield Flow(contract.commissioner, contract.provider, activity.contcts.contacts, reason="never")


@rule("gives-up")
class GivesUp(Rule):
    """Ends the program, if it is let."""

    @hookimpl
    def incentive(self, contract: Contract) -> Iterator[Flow]:
        raise SystemExit(0)
        yield


class Local:
    """The local plugin of these tests."""

    @hookimpl
    def register_rules(self) -> list[type[Rule]]:
        return [AsksWrongly, GivesUp]


@pytest.mark.parametrize(("use", "why"), [("asks-wrongly", "no table 'contcts'"), ("gives-up", "raised SystemExit")])
def test_a_mistake_of_the_plugin_stops_the_contract_and_no_other(use: str, why: str, tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    first = (workspace / "contracts/first.toml").read_text(encoding="utf-8")
    other = first.replace('"first"', '"second"').replace("ZQ1", "ZQ2")
    (workspace / "contracts/second.toml").write_text(other, encoding="utf-8")
    (workspace / "contracts/first.toml").write_text(f'{first}\n[[rule]]\nuse = "{use}"\n', encoding="utf-8")
    done = tallystick("settle", workspace, plugins=[Local()])
    assert done.exit_code == 1
    assert why in done.output
    assert "second    settled" in done.output
