"""Small pieces of Markdown, and a declared number or kind as a reader would write it."""

from __future__ import annotations

import datetime
import enum
import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.money import money_text, parse_rate

KINDS = {
    Kind.AMOUNT: "money", Kind.PRICE: "price", Kind.RATE: "rate", Kind.COUNT: "count", Kind.FLAG: "flag",
    Kind.DAY: "day", Kind.MOMENT: "day and time", Kind.CODE: "code",
}  # fmt: skip
"""Kinds by the words of the page on files."""


MANY = 8
"""From how many texts on a default stands below the table and not in it."""


def plain(text: str) -> str:
    """Text with what Markdown would take for markup made harmless."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text)


def code(text: object) -> str:
    """Text as it is typed."""
    return f"`{text}`"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, name: str) -> str:
    """A table of a class of its own, so that the style sheet can give its columns their widths; nothing if empty."""
    body = [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows]
    if not body:
        return ""
    head = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    return "\n".join([f"{{.{name}}}", *head, *body])


def sections(*parts: tuple[str, str]) -> str:
    """Headings with what stands below them; a part without text is left out, heading and all."""
    return "\n\n".join(f"## {heading}\n\n{text.strip()}" for heading, text in parts if text.strip())


def index_page(title: str, about: str, entries: Mapping[str, Mapping[str, str]]) -> str:
    """A page that lists others under headings: name and first line, and where Sphinx finds them."""
    lists = "\n\n".join(
        (f"## {heading}\n\n" if heading else "")
        + "\n".join(f"- [{name}]({name}.md): {line}" for name, line in these.items())
        for heading, these in entries.items()
    )
    names = "\n".join(name for these in entries.values() for name in these)
    return f"# {title}\n\n{about}\n\n{lists}\n\n```{{toctree}}\n:hidden:\n\n{names}\n```\n"


def docstring(cls: type) -> tuple[str, str]:
    """A docstring's first line, and the rest of it."""
    first, _, more = (inspect.getdoc(cls) or "").partition("\n")
    return first.strip(), more.strip("\n")


def with_examples(text: str) -> str:
    """Text in which each stretch of ``>>>`` stands as Python, up to the next empty line."""
    text = re.sub(r"``([^`]+)``", r"`\1`", text)
    return re.sub(r"(?m)^(>>> (?:.|\n)*?)(?=\n\s*\n|\Z)", r"```python\n\1\n```", text)


def number(kind: Kind | None, value: Any) -> str:
    """A bound or a default: money with its sign, rates as percentages where they end, days as they are typed."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind in (Kind.AMOUNT, Kind.PRICE):
        return money_text(value).removesuffix(".00")
    if kind is Kind.RATE:
        return _rate(Fraction(value))
    if kind is Kind.COUNT:
        return f"{value:,}"
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _rate(value: Fraction) -> str:
    """Nothing and the whole as percentages, anything else as the ratio that it is."""
    return f"{int(value * 100)}%" if value in (-1, 0, 1) else str(value)


def default(kind: Kind | None, value: Any) -> str:
    """A default as it would be typed; a long list by how many it holds."""
    if value is None:
        return "none"
    if isinstance(value, enum.Enum):
        return code(value.value)
    if isinstance(value, tuple) and len(value) >= MANY:
        return f"{len(value)} codes, below"
    if isinstance(value, tuple):
        return ", ".join(code(one) for one in value) or "none"
    if isinstance(value, dict):
        return "all rows" if not value else code(value)
    return code(number(kind, value))


def limits(kind: Kind | None, at_least: Any, at_most: Any) -> str:
    """What a number must lie between, ends inclusive."""
    if at_least is None and at_most is None:
        return ""
    if kind is Kind.RATE:
        at_least, at_most = (parse_rate(one) if isinstance(one, str) else one for one in (at_least, at_most))
    if kind is Kind.RATE and at_most is not None and Fraction(at_most) > 1:
        return f"{at_least} to {at_most}"  # a factor and no share: 1/2 to 2
    if at_most is None:
        return f"at least {number(kind, at_least)}"
    if at_least is None:
        return f"at most {number(kind, at_most)}"
    return f"{number(kind, at_least)} to {number(kind, at_most)}"
