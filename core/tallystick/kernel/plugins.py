"""Plugins: finding what each distribution registers, and refusing what would not work.

Each engine owns one manager; nothing is loaded at import time, and which distributions to look in is an
argument. A conflict names both sides.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Mapping
from typing import Any

import pluggy
from attrs import field, frozen

from tallystick.kernel import hooks
from tallystick.kernel.errors import PluginError
from tallystick.kernel.rules import PriceStep, Rule
from tallystick.kernel.tables import Table, TableSpec

GROUP = "tallystick"
"""The entry-point group that plugins register under, the national rules among them."""


@frozen
class Brought:
    """A rule, table or step, with the plugin that brought it."""

    what: Any
    plugin: str
    version: str


@frozen(eq=False)
class Plugins:
    """Everything that an engine's plugins registered, by name."""

    manager: pluggy.PluginManager
    rules: Mapping[str, Brought] = field(factory=dict)
    tables: Mapping[str, Brought] = field(factory=dict)
    steps: Mapping[str, Brought] = field(factory=dict)
    commands: tuple[Any, ...] = ()
    report_sections: tuple[Any, ...] = ()
    broken: Mapping[str, str] = field(factory=dict)
    """Plugins that could not be loaded, with why; only contracts that name their rules are stopped."""
    versions: Mapping[str, str] = field(factory=dict)

    @property
    def table_specs(self) -> dict[str, TableSpec]:
        """Every declared table by name."""
        return {name: brought.what.table for name, brought in sorted(self.tables.items())}


def load_plugins(extra: Iterable[Any] = (), *, discover: bool = True, disabled: Iterable[str] = ()) -> Plugins:
    """Make a manager and register what is installed (``discover``) and what is handed in (``extra``).

    ``disabled`` names entry points to leave out. Raises PluginError for two plugins that bring the same
    name, a hook wrapper, or a hook that does not exist; a distribution that cannot even be imported is
    listed as broken and left out.
    """
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks.PluginHooks)
    broken: dict[str, str] = {}
    versions: dict[str, str] = {}
    points = sorted(importlib.metadata.entry_points(group=GROUP), key=lambda p: (p.name, p.value)) if discover else []
    for point in points:
        if point.name in set(disabled) or manager.has_plugin(point.name):
            continue
        versions[point.name] = point.dist.version if point.dist else ""
        try:
            manager.register(point.load(), name=point.name)
        except Exception as error:  # whatever a plugin raises while it is loaded, the engine goes on without it
            broken[point.name] = f"{type(error).__name__}: {error}"
    for plugin in extra:
        name = getattr(plugin, "__name__", type(plugin).__name__).removesuffix(".plugin")
        versions[name] = str(getattr(plugin, "__version__", ""))
        if not any(plugin is one for one in manager.get_plugins()):
            manager.register(plugin, name=name)
    _check(manager)
    found: dict[str, dict[str, Brought]] = {"rules": {}, "tables": {}, "steps": {}}
    for hook, base, named, kind in (
        ("register_rules", Rule, "rule_name", "rules"),
        ("register_tables", Table, "table", "tables"),
        ("register_price_steps", PriceStep, "step_name", "steps"),
    ):
        _collect(manager, hook, base, named, found[kind], versions, broken)
    return Plugins(
        manager, found["rules"], found["tables"], found["steps"],
        tuple(c for answer in manager.hook.register_commands() for c in answer),
        tuple(s for answer in manager.hook.register_report_sections() for s in answer),
        broken, versions,
    )  # fmt: skip


def _check(manager: pluggy.PluginManager) -> None:
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(f"a plugin has a hook that Tallystick does not call: {error}") from error
    for hook in (
        "register_rules",
        "register_tables",
        "register_price_steps",
        "register_commands",
        "register_report_sections",
    ):
        for impl in getattr(manager.hook, hook).get_hookimpls():
            if impl.wrapper or impl.hookwrapper:
                raise PluginError(
                    f"plugin {impl.plugin_name} wraps {hook}: wrappers are refused, they could remove others' rules"
                )


def _collect(
    manager: pluggy.PluginManager, hook: str, base: type, named: str, into: dict[str, Brought],
    versions: Mapping[str, str], broken: dict[str, str],
) -> None:  # fmt: skip
    impls = sorted(getattr(manager.hook, hook).get_hookimpls(), key=lambda impl: impl.plugin_name)
    for impl in impls:
        try:
            brought = tuple(impl.function())
        except Exception as error:  # a plugin's own fault must not stop the others
            broken[impl.plugin_name] = f"{hook}: {type(error).__name__}: {error}"
            continue
        for one in brought:
            if not (isinstance(one, type) and issubclass(one, base)) or not hasattr(one, named):
                raise PluginError(
                    f"plugin {impl.plugin_name}: {hook} gave back {one!r}, which is not a declared {base.__name__}"
                )
            name = getattr(one, named).name if base is Table else getattr(one, named)
            if base is Rule:
                check_rule(one, impl.plugin_name)
            if name in into:
                raise PluginError(
                    f"{base.__name__.lower()} {name!r} is brought by two plugins, {into[name].plugin} and "
                    f"{impl.plugin_name}: disable one of them, or rename one"
                )
            into[name] = Brought(one, impl.plugin_name, versions.get(impl.plugin_name, ""))


def check_rule(cls: type, plugin: str) -> None:
    """Refuse a rule that implements no hook, misspells one, or wraps one."""
    marked = {
        n: getattr(f, f"{hooks.PROJECT}_impl") for n, f in vars(cls).items() if hasattr(f, f"{hooks.PROJECT}_impl")
    }
    known = {"payment_currency", "incentive"}
    name = getattr(cls, "rule_name", cls.__name__)
    if set(marked) - known:
        raise PluginError(
            f"plugin {plugin}: rule {name} implements {min(set(marked) - known)}, which is not a hook; "
            f"hooks are {sorted(known)}"
        )
    if not marked:
        near = sorted(known & set(vars(cls)))
        advice = f"mark {near[0]} with @hookimpl" if near else "give it payment_currency or incentive"
        raise PluginError(f"plugin {plugin}: rule {name} implements no hook and would pay nothing: {advice}")
    for hook, options in marked.items():
        if options.get("wrapper") or options.get("hookwrapper"):
            raise PluginError(
                f"plugin {plugin}: rule {name} wraps {hook}: wrappers are refused, they could remove others' flows"
            )
