"""A rule may have shorter names: a contract calls it by one, and all that comes out calls it by its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tallystick_rules.plugin
from tallystick.files.json_schema import schema_for
from tallystick.files.workspace import load_workspace
from tallystick.kernel.errors import PluginError
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.plugins import load_plugins
from tallystick.kernel.rules import Rule, rule
from tests.plugins.made_up import load, plugin
from tests.unit.command_world import tallystick

PLUGINS = load_plugins([tallystick_rules.plugin], discover=False)
CONTRACT = """
[contract]
id = "a"
provider = "RXX"
commissioner = "QYY"
period = { from = 2025-04-01, years = 1 }

[[rule]]
use = "unit-price"
label = "outpatients"
table = "attendances"
prices = "units"
pays = false

[[rule]]
use = "api"
fixed = "£120"
variable_element = "by activity"
variable_share = "100%"
planned_variable = "£0"
variable_scope = [{ currency = "outpatients", where = { point_of_delivery = ["OPFA", "OPPROC"] } }]
"""
SCHEME = """
[scheme]
id = "s"

[[price_list]]
name = "units"
table = "unit_prices"
file = "units.csv"
"""


class Short(Rule):
    """A rule with another name."""

    @hookimpl
    def incentive(self, contract: Any) -> Iterator[Any]:
        """Pay nothing."""
        yield from ()


def named(name: str, *aliases: str) -> type[Rule]:
    """A rule of that name, and others."""
    return rule(name, aliases=aliases)(type("Made", (Short,), {"__doc__": "A rule."}))


def test_a_contract_may_call_a_rule_by_an_alias(tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "a.toml").write_text(CONTRACT, encoding="utf-8")
    (tmp_path / "scheme.toml").write_text(SCHEME, encoding="utf-8")
    (tmp_path / "units.csv").write_text("code,price_pounds\nWF01A,100\n", encoding="utf-8")
    (one,) = load_workspace(tmp_path, PLUGINS).case.contracts
    entry = one.rules[-1]
    assert (entry.use, entry.label) == ("aligned-payment-and-incentive", "aligned-payment-and-incentive")


def test_the_command_line_and_the_schema_know_it() -> None:
    said = tallystick("rules", "api")
    assert said.exit_code == 0
    assert said.output.startswith("aligned-payment-and-incentive (version 1")
    rules = schema_for(PLUGINS)["contracts/*.toml"]["properties"]["rule"]["items"]["oneOf"]
    (schema,) = [one for one in rules if one["title"] == "aligned-payment-and-incentive"]
    assert schema["properties"]["use"] == {"enum": ["aligned-payment-and-incentive", "api"]}


def test_two_rules_may_not_go_by_one_name() -> None:
    for both in ((named("one", "short"), named("short")), (named("one", "short"), named("two", "short"))):
        with pytest.raises(PluginError, match="both go by 'short': rename one of them"):
            load(plugin("p", register_rules=list(both)))
    loaded = load(plugin("p", register_rules=[named("one", "short"), named("two")]))
    assert [loaded.rule_called(name) for name in ("short", "one", "two", "three")] == ["one", "one", "two", "three"]
