"""The national rules come in as any plugin does: by the hooks, each under one name, with what a page needs."""

from __future__ import annotations

import pytest

from tallystick.kernel.plugins import load_plugins
from tallystick.kernel.rules import Rule
from tallystick_rules import plugin
from tallystick_rules.price_steps import STEPS
from tallystick_rules.rules import RULES
from tallystick_rules.tables import TABLES

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_name)


def test_rules_tables_and_steps_are_registered_by_the_hooks() -> None:
    loaded = load_plugins([plugin], discover=False)
    assert not loaded.broken
    assert set(loaded.rules) == {rule.rule_name for rule in RULES}
    assert set(loaded.tables) == {table.table.name for table in TABLES}
    assert set(loaded.steps) == {step.step_name for step in STEPS}


@each_rule
def test_a_rule_stands_in_the_file_of_its_name(rule: type[Rule]) -> None:
    assert rule.__module__ == f"tallystick_rules.rules.{rule.rule_name.replace('-', '_')}"


@each_rule
def test_what_a_parameter_means_is_a_sentence(rule: type[Rule]) -> None:
    for name, spec in rule.parameters.items():
        assert spec.meaning[:1].isupper(), name
        assert spec.meaning.endswith("."), name
        assert " " in spec.meaning, name


def test_the_rules_are_listed_by_name() -> None:
    names = [rule.rule_name for rule in RULES]
    assert names == sorted(set(names))
