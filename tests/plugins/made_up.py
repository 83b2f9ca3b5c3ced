"""Plugins and rules that a test makes up in a line, and what a mistake in one looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.plugins import Plugins, load_plugins
from tallystick.kernel.rules import Rule, rule
from tests.support import framed, rows_of


def plugin(name: str, **brings: Any) -> ModuleType:
    """A plugin of that name; its hooks give back what is said, or what a function that is said gives back."""
    made = ModuleType(name)
    for hook, what in brings.items():
        setattr(made, hook, hookimpl(_giving(what)))
    return made


def _giving(what: Any) -> Callable[[], Any]:
    return lambda: what() if isinstance(what, FunctionType) else what


def load(*plugins: Any) -> Plugins:
    """These plugins and no installed ones."""
    return load_plugins(plugins, discover=False)


def broken() -> Any:
    """What a plugin does whose author has left a mistake in it."""
    raise ZeroDivisionError("ward is nothing")


def declared(name: str, **methods: Any) -> type[Rule]:
    """A rule with these methods."""
    return rule(name)(type("Made", (Rule,), {"__doc__": "A rule.", "__module__": __name__, **methods}))


def nothing(self: Any, contract: Any) -> Iterator[Any]:
    """A hook that pays nothing."""
    yield from ()


def facts(made: Any, spells: list[dict[str, Any]]) -> Any:
    """The rows as the engine takes them."""
    return {"spells": framed(made.tables["spells"], rows_of(made, {"spells": spells})["spells"])}
