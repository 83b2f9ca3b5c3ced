"""Plugins: finding what each distribution registers, and refusing what would not work.

Each engine owns one manager; nothing is loaded at import time, and which distributions to look in is an
argument. A conflict names both sides.
"""

from __future__ import annotations

import importlib.metadata
import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pluggy
from attrs import field, frozen

from tallystick.kernel import hooks
from tallystick.kernel.errors import PluginError
from tallystick.kernel.rules import PriceStep, Rule
from tallystick.kernel.tables import Table, TableSpec

GROUP = "tallystick"
"""The entry-point group that plugins register under, the national rules among them."""


_RULE_HOOKS = ("payment_currency", "incentive")


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

    def rule_called(self, name: str) -> str:
        """The name of the rule that goes by this name or alias; the same name where no rule does."""
        found = [one for one, brought in self.rules.items() if name in brought.what.aliases]
        return found[0] if found and name not in self.rules else name

    @property
    def table_specs(self) -> dict[str, TableSpec]:
        """Every declared table by name."""
        return {name: brought.what.table for name, brought in sorted(self.tables.items())}


def load_plugins(extra: Iterable[Any] = (), *, discover: bool = True, disabled: Iterable[str] = ()) -> Plugins:
    """Make a manager and register what is installed (``discover``) and what is handed in (``extra``).

    ``disabled`` names entry points to leave out. Raises PluginError for two plugins that bring the same
    name or go by one, a hook wrapper, or a hook that does not exist; a distribution that cannot even be
    imported is listed as broken and left out.
    """
    broken: dict[str, str] = {}
    versions: dict[str, str] = {}
    manager = _registered(extra, discover, disabled, broken, versions)
    found: dict[str, dict[str, Brought]] = {"rules": {}, "tables": {}, "steps": {}}
    for hook, base, named, kind in (
        ("register_rules", Rule, "rule_name", "rules"),
        ("register_tables", Table, "table", "tables"),
        ("register_price_steps", PriceStep, "step_name", "steps"),
    ):
        _collect(manager, hook, base, named, found[kind], versions, broken)
    _check_aliases(found["rules"])
    return Plugins(
        manager, found["rules"], found["tables"], found["steps"],
        _things(manager, "register_commands", broken), _things(manager, "register_report_sections", broken),
        broken, versions,
    )  # fmt: skip


def load_commands() -> tuple[Any, ...]:
    """The commands that installed plugins bring, and nothing else of them; errors as for ``load_plugins``."""
    return _things(_registered((), True, (), {}, {}), "register_commands", {})


def _registered(
    extra: Iterable[Any], discover: bool, disabled: Iterable[str], broken: dict[str, str], versions: dict[str, str]
) -> pluggy.PluginManager:
    """A manager with every plugin that could be loaded; says which could not, and in which versions they are."""
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks.PluginHooks)
    for point in _installed(set(disabled)) if discover else ():
        versions[point.name] = point.dist.version if point.dist else ""
        try:
            manager.register(point.load(), name=point.name)
        except (Exception, SystemExit) as error:  # whatever it raises while it is loaded, the engine goes on
            broken[point.name] = f"{type(error).__name__}: {error}"
    for plugin in extra:
        if any(plugin is one for one in manager.get_plugins()):
            continue
        name = getattr(plugin, "__name__", type(plugin).__name__).removesuffix(".plugin")
        versions[name] = str(getattr(plugin, "__version__", ""))
        try:
            manager.register(plugin, name=name)
        except (ValueError, pluggy.PluginValidationError) as error:
            raise PluginError(f"plugin {name} cannot be registered: {error}") from error
    _check(manager)
    return manager


def _installed(disabled: set[str]) -> Iterator[importlib.metadata.EntryPoint]:
    """The entry points to load, by name; PluginError where two distributions go by one name."""
    points: dict[str, importlib.metadata.EntryPoint] = {}
    for point in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        known = points.setdefault(point.name, point)
        if known.value != point.value and point.name not in disabled:
            raise PluginError(
                f"two plugins go by the name {point.name!r}: {known.value} and {point.value}; uninstall one of them"
            )
    yield from (point for name, point in points.items() if name not in disabled)


def _things(manager: pluggy.PluginManager, hook: str, broken: dict[str, str]) -> tuple[Any, ...]:
    """What plugins bring that has no name here, in order of the plugins' names and then as each gives it."""
    brought: list[Any] = []
    for impl in sorted(getattr(manager.hook, hook).get_hookimpls(), key=lambda impl: impl.plugin_name):
        try:
            brought += impl.function()
        except (Exception, SystemExit) as error:  # a plugin's own fault must not stop the others
            broken[impl.plugin_name] = f"{hook}: {type(error).__name__}: {error}"
    return tuple(brought)


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
        except (Exception, SystemExit) as error:  # a plugin's own fault must not stop the others
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


def _check_aliases(rules: Mapping[str, Brought]) -> None:
    taken = {name: name for name in rules}
    for name, brought in rules.items():
        for alias in brought.what.aliases:
            if taken.setdefault(alias, name) != name:
                raise PluginError(f"rules {taken[alias]!r} and {name!r} both go by {alias!r}: rename one of them")


def check_rule(cls: type, plugin: str) -> None:
    """Refuse a rule that implements no hook, misspells one or its arguments, or wraps one; also one it inherits."""
    routines = {n: f for n in dir(cls) if inspect.isroutine(f := inspect.getattr_static(cls, n))}
    marked = {n: options for n, f in routines.items() if (options := getattr(f, f"{hooks.PROJECT}_impl", None))}
    known = {n: set(inspect.signature(getattr(hooks.RuleHooks, n)).parameters) for n in _RULE_HOOKS}
    name = getattr(cls, "rule_name", cls.__name__)
    if set(marked) - set(known):
        raise PluginError(
            f"plugin {plugin}: rule {name} implements {min(set(marked) - set(known))}, which is not a hook; "
            f"hooks are {sorted(known)}"
        )
    for hook in marked:
        if beyond := sorted(set(inspect.signature(routines[hook]).parameters) - known[hook]):
            may = ", ".join(sorted(known[hook] - {"self"}))
            raise PluginError(f"plugin {plugin}: rule {name}: {hook} takes {beyond[0]!r}, and may take {may}")
    if not marked:
        near = sorted(set(known) & set(routines))
        advice = f"mark {near[0]} with @hookimpl" if near else "give it payment_currency or incentive"
        raise PluginError(f"plugin {plugin}: rule {name} implements no hook and would pay nothing: {advice}")
    for hook, options in marked.items():
        if options.get("wrapper") or options.get("hookwrapper"):
            raise PluginError(
                f"plugin {plugin}: rule {name} wraps {hook}: wrappers are refused, they could remove others' flows"
            )
