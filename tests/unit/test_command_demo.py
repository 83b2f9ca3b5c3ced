"""The demonstration, the starter workspace, and the lists of rules and plugins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tallystick_rules.rules
from tallystick.command.demo import examples
from tallystick_examples.make_acute_contract import tables
from tests.unit.command_world import runs, tallystick

EXAMPLE = Path(__file__).parents[2] / "docs" / "tallystick_examples" / "acute_contract"
PUBLISHED = Path(__file__).parents[1] / "published"
"""Workspaces of what was really paid, which use a rule or two that no example does."""


class TestDemo:
    def test_it_copies_settles_and_shows_a_statement_the_checks_and_what_to_try_next(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        done = tallystick("demo")
        assert done.exit_code == 0, done.output
        (run,) = runs(tmp_path / "acute-contract")
        for said in (
            "STATEMENT: Acute care at Eastmere Hospital",
            "SUMMARY",
            "checks passed",
            run.name,
            "What to try next",
        ):
            assert said in done.output
        again = tallystick("demo")
        assert (again.exit_code, "nothing is written over" in again.output) == (2, True)
        (line,) = [line for line in done.output.splitlines() if "tallystick explain" in line]
        explained = tallystick(*line.split()[1:])
        assert (explained.exit_code, "£" in explained.output) == (0, True)

    def test_the_examples_use_every_national_rule(self) -> None:
        text = "".join(path.read_text(encoding="utf-8") for path in EXAMPLE.parent.rglob("*.toml"))
        published = "".join(path.read_text(encoding="utf-8") for path in PUBLISHED.glob("*/scheme.toml"))
        used = [name for rule in tallystick_rules.rules.RULES if f'"{(name := rule.rule_name)}"' in text + published]
        assert used == [rule.rule_name for rule in tallystick_rules.rules.RULES]

    def test_its_data_are_what_the_seeded_generator_makes(self) -> None:
        for path, frame in tables().items():
            shipped = (EXAMPLE / f"{path}.csv").read_text(encoding="utf-8")
            assert shipped == frame.write_csv(datetime_format="%Y-%m-%dT%H:%M"), path

    def test_they_are_listed_with_what_they_show(self) -> None:
        listed = tallystick("demo", "--list").output
        assert all(name in listed for name in examples())
        assert "national rules of acute care" in listed

    def test_a_name_that_is_not_there_is_told_what_may_be_meant(self, tmp_path: Path) -> None:
        done = tallystick("demo", "acute", "--into", tmp_path / "x")
        assert (done.exit_code, "acute-contract" in done.output, (tmp_path / "x").exists()) == (2, True, False)


def test_a_new_workspace_settles_at_once_and_is_never_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert tallystick("new-workspace", folder).exit_code == 0
    assert tallystick("settle", folder).exit_code == 0
    assert tallystick("new-workspace", folder).exit_code == 2
    assert not [path for path in tmp_path.iterdir() if path.name != "new"]


class TestRulesAndPlugins:
    def test_the_rules_are_listed_each_with_its_first_line(self) -> None:
        listed = tallystick("rules").output
        for rule in tallystick_rules.rules.RULES:
            assert rule.rule_name in listed

    def test_a_rule_is_shown_with_its_parameters(self) -> None:
        shown = tallystick("rules", "patient-experience").output
        assert "share (rate; at least 0; at most 1; needed)" in shown
        assert "one of 'release', 'stay held', 'lapse'" in shown

    def test_the_json_of_every_rule_is_enough_to_draw_a_form(self) -> None:
        for rule in json.loads(tallystick("rules", "--json").stdout):
            assert rule["meaning"]
            assert rule["plugin"]
            assert rule["schema"]["type"] == "object"
            for parameter in rule["parameters"]:
                assert {"name", "kind", "meaning", "needed", "role"} <= set(parameter)
                schema = rule["schema"]
                for key in parameter["name"].split("."):
                    schema = schema["properties"][key]
        (share,) = [
            p
            for p in json.loads(tallystick("rules", "patient-experience", "--json").stdout)["parameters"]
            if p["name"] == "share"
        ]
        assert (share["at_least"], share["at_most"]) == (0, 1)

    def test_a_rule_that_is_not_there_is_told_what_may_be_meant(self) -> None:
        done = tallystick("rules", "blok")
        assert (done.exit_code, 'did you mean "block"?' in done.output) == (2, True)

    def test_plugins_are_listed_with_what_they_bring(self) -> None:
        assert "unit-price" in tallystick("plugins").output
        (national,) = json.loads(tallystick("plugins", "--json").stdout)
        assert national["name"] == "tallystick_rules"
        assert "spells" in national["tables"]
        assert "uplift" in national["price_steps"]
