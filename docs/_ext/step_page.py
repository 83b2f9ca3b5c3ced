"""The page of a price step: what it does to a price, its parameters, and how a price list names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .examples import Examples
from .markdown import code, default, docstring, limits, plain, sections, table, with_examples
from .rule_page import kind, meaning

ABOUT = """A price list may be derived from another by steps, which are applied in the order written and are shown one
by one by `tallystick explain`. A step changes what a unit is worth and never moves money. How a derived list is written
is on the page on [files](../files.md)."""


def entries(steps: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The steps for the index."""
    return {"": {name: with_examples(docstring(step)[0]) for name, step in steps.items()}}


def page(name: str, step: Any, examples: Examples) -> str:
    """The whole page."""
    first, more = docstring(step)
    rows = [
        (code(s.name), meaning(s), kind(s), plain(s.unit), limits(s.kind, s.at_least, s.at_most),
         "**needed**" if s.default is attrs.NOTHING else default(s.kind, s.default))
        for s in step.parameters.values()
    ]  # fmt: skip
    headings = ("parameter", "what it means", "kind", "unit", "limits", "default")
    written = f"```toml\n{examples.price_list(name)}\n```"
    parts = (("Parameters", table(headings, rows, name="parameters")), ("In a scheme", written))
    return f"# {name}\n\n{with_examples(first)}\n\n{with_examples(more)}\n\n{sections(*parts)}\n"
