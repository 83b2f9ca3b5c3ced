"""What a plugin may bring wrongly: each fault is told in words that help, and stops no more than it has to."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import attrs
import pytest

from tallystick.kernel.errors import PluginError, RuleError
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Code
from tallystick.kernel.plugins import load_plugins
from tallystick.kernel.rules import PriceStep, Rule, price_step, rule
from tallystick.kernel.tables import Table, column, table
from tests.plugins.made_up import broken, declared, load, nothing, plugin
from tests.spec.drawn import Each, Spells

KINDS = (
    "register_rules",
    "register_tables",
    "register_price_steps",
    "register_commands",
    "register_report_sections",
)


def refused(*plugins: Any) -> str:
    """The words with which the plugins are refused."""
    with pytest.raises(PluginError) as caught:
        load(*plugins)
    return str(caught.value)


class TestRegistering:
    def test_what_two_plugins_bring_under_one_name_is_refused_with_both_their_names(self) -> None:
        @rule("each")
        class AnotherEach(Rule):
            """Brings another rule of the same name."""

            incentive = Each.incentive

        @table("spells", key="spell")
        class AnotherSpells(Table):
            """Brings another table of the same name."""

            spell: Code = column("What names the row.")

        @price_step("up")
        class Up(PriceStep):
            """A step."""

        @price_step("up")
        class AnotherUp(PriceStep):
            """Another step of the same name."""

        ours, theirs = {"rules": Each, "tables": Spells, "price_steps": Up}, (AnotherEach, AnotherSpells, AnotherUp)
        for (kind, one), other in zip(ours.items(), theirs, strict=True):
            sides = plugin("ours", **{f"register_{kind}": [one]}), plugin("theirs", **{f"register_{kind}": [other]})
            for both in (sides, sides[::-1]):
                said = refused(*both)
                assert "is brought by two plugins, ours and theirs: disable one of them, or rename one" in said
        assert "rule 'each' is brought" in refused(
            plugin("ours", register_rules=[Each]), plugin("theirs", register_rules=[AnotherEach])
        )

    def test_two_plugins_of_one_name_are_refused_and_the_same_one_twice_is_taken_once(self) -> None:
        one = plugin("wards", register_rules=[Each])
        assert load(one, one).rules["each"].plugin == "wards"
        assert "plugin wards cannot be registered" in refused(one, plugin("wards"))

    @pytest.mark.parametrize(
        "kind", ["register_rules", "register_tables", "register_commands", "register_report_sections"]
    )
    def test_a_plugin_that_wraps_a_hook_is_refused(self, kind: str) -> None:
        def wrapper() -> Iterator[None]:
            yield

        greedy = plugin("greedy")
        setattr(greedy, kind, hookimpl(wrapper=True)(wrapper))
        said = f"plugin greedy wraps {kind}: wrappers are refused"
        assert said in refused(greedy, plugin("fine", register_rules=[Each]))
        setattr(greedy, kind, hookimpl(hookwrapper=True)(wrapper))
        assert said in refused(greedy)

    def test_a_hook_that_does_not_exist_is_refused_by_its_name(self) -> None:
        said = refused(plugin("typing", register_ruls=[Each]))
        assert "a plugin has a hook that Tallystick does not call" in said
        assert "register_ruls" in said
        assert "typing" in said

    def test_a_hook_that_asks_for_what_is_not_there_is_refused(self) -> None:
        asking = plugin("asking")
        asking.register_rules = hookimpl(lambda contract: [Each])  # type: ignore[attr-defined]
        said = refused(asking)
        assert "plugin asking cannot be registered" in said
        assert "contract" in said

    @pytest.mark.parametrize("given", [[Spells], ["each"], [Each, 7], [Rule]])
    def test_what_is_no_rule_is_refused_with_who_gave_it(self, given: list[Any]) -> None:
        said = refused(plugin("mixed", register_rules=given))
        assert said.startswith("plugin mixed: register_rules gave back ")
        assert said.endswith("which is not a declared Rule")

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_plugin_that_raises_when_it_is_asked_is_listed_and_stops_no_other(self, kind: str) -> None:
        loaded = load(plugin("bad", **{kind: broken}), plugin("good", register_rules=[Each]))
        assert loaded.broken == {"bad": f"{kind}: ZeroDivisionError: ward is nothing"}
        assert set(loaded.rules) == {"each"}

    def test_commands_and_sections_come_in_the_order_of_the_plugins_names(self) -> None:
        def one() -> None: ...

        def two() -> None: ...

        sides = plugin("a", register_commands=[one]), plugin("b", register_commands=[two])
        assert load(*sides).commands == load(*sides[::-1]).commands == (one, two)


class _Point:
    """An entry point as it is found, without a distribution that has to be installed."""

    def __init__(self, name: str, value: str, found: Any) -> None:
        self.name, self.value, self.dist, self.found = name, value, None, found

    def load(self) -> Any:
        return self.found() if isinstance(self.found, FunctionType) else self.found


def installed(monkeypatch: pytest.MonkeyPatch, *points: _Point) -> None:
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: points)


class TestInstalled:
    def test_a_plugin_that_raises_when_it_is_imported_is_listed_and_stops_no_other(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        good = plugin("x", register_rules=[Each])
        installed(monkeypatch, _Point("bad", "bad.plugin", broken), _Point("good", "good.plugin", good))
        loaded = load_plugins()
        assert loaded.broken == {"bad": "ZeroDivisionError: ward is nothing"}
        assert loaded.rules["each"].plugin == "good"

    def test_two_distributions_under_one_name_are_refused_with_both(self, monkeypatch: pytest.MonkeyPatch) -> None:
        one, other = _Point("wards", "one.plugin", plugin("one")), _Point("wards", "other.plugin", plugin("other"))
        for points in ((one, other), (other, one)):
            installed(monkeypatch, *points)
            with pytest.raises(PluginError, match=r"two plugins go by the name 'wards': one\.plugin and other\.plugin"):
                load_plugins()
            assert not load_plugins(disabled=["wards"]).versions

    def test_one_distribution_that_is_found_twice_is_loaded_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        one = plugin("one", register_rules=[Each])
        installed(monkeypatch, _Point("one", "one.plugin", one), _Point("one", "one.plugin", one))
        assert load_plugins().rules["each"].plugin == "one"

    def test_one_that_is_handed_in_and_installed_is_loaded_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        one = plugin("one", register_rules=[Each])
        installed(monkeypatch, _Point("installed", "one.plugin", one))
        loaded = load_plugins([one])
        assert (loaded.rules["each"].plugin, set(loaded.versions)) == ("installed", {"installed"})

    def test_nothing_is_looked_for_unless_it_is_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        installed(monkeypatch, _Point("one", "one.plugin", plugin("one", register_rules=[Each])))
        assert not load().rules
        assert not load_plugins(disabled=["one"]).rules


class TestRules:
    def test_a_rule_without_any_hook_is_refused(self) -> None:
        said = refused(plugin("lazy", register_rules=[declared("idle")]))
        assert said.endswith(
            "rule idle implements no hook and would pay nothing: give it payment_currency or incentive"
        )

    def test_a_hook_that_is_not_marked_is_refused_with_what_to_write(self) -> None:
        said = refused(plugin("lazy", register_rules=[declared("idle", incentive=nothing)]))
        assert said.endswith("rule idle implements no hook and would pay nothing: mark incentive with @hookimpl")

    def test_a_hook_that_is_misspelt_is_refused_beside_one_that_is_not(self) -> None:
        wrong = declared("typing", incentive=hookimpl(nothing), incentives=hookimpl(nothing))
        said = refused(plugin("typing", register_rules=[wrong]))
        assert said.startswith("plugin typing: rule typing implements incentives, which is not a hook")
        assert said.endswith("hooks are ['incentive', 'payment_currency']")

    def test_an_argument_that_is_misspelt_is_refused_with_those_there_are(self) -> None:
        def incentive(self: Any, contrat: Any) -> Iterator[Any]:
            yield from ()

        said = refused(plugin("typing", register_rules=[declared("typing", incentive=hookimpl(incentive))]))
        assert said.endswith("incentive takes 'contrat', and may take activity, contract, paid, value")

    @pytest.mark.parametrize("options", [{"wrapper": True}, {"hookwrapper": True}])
    def test_a_rule_that_wraps_a_hook_is_refused_also_where_it_inherits_the_wrapper(
        self, options: dict[str, bool]
    ) -> None:
        def incentive(self: Any, contract: Any) -> Iterator[None]:
            yield

        wraps = declared("greedy", incentive=hookimpl(**options)(incentive))
        said = "rule greedy wraps incentive: wrappers are refused, they could remove others' flows"
        assert said in refused(plugin("greedy", register_rules=[wraps]))
        heir = rule("greedy")(type("Heir", (wraps,), {"payment_currency": hookimpl(nothing), "__module__": __name__}))
        assert said in refused(plugin("greedy", register_rules=[heir]))

    def test_a_rule_may_inherit_its_hook(self) -> None:
        heir = rule("each again")(type("Heir", (Each,), {"__module__": __name__}))
        assert set(load(plugin("fine", register_rules=[heir])).rules) == {"each again"}

    def test_a_class_that_attrs_has_made_already_is_refused_as_it_is_declared(self) -> None:
        with pytest.raises(RuleError, match="twice: Twice is an attrs class already"):

            @rule("twice")
            @attrs.define(eq=True)
            class Twice(Rule):
                """Two of these would be one where they say the same."""

    def test_a_rule_that_equals_others_is_refused_as_it_is_declared(self) -> None:
        with pytest.raises(RuleError, match="alike: Alike defines __eq__: take it away"):

            @rule("alike")
            class Alike(Rule):
                """Equal to everything."""

                def __eq__(self, other: object) -> bool:
                    return True

                __hash__ = Rule.__hash__

    def test_what_is_no_rule_cannot_be_declared_one(self) -> None:
        with pytest.raises(RuleError, match="lonely: Lonely has to be a subclass of Rule"):

            @rule("lonely")
            class Lonely:
                """Extends nothing."""
