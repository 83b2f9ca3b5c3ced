"""The page of a rule: its docstring's headings, its parameters, an example that loads, and what the example says."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Parameter

from .examples import Examples
from .markdown import KINDS, MANY, code, default, docstring, index_page, limits, plain, sections, table, with_examples

ABOUT = """One page for each rule that the national plugin brings, made from the rule itself when the manual is built.
`tallystick rules NAME` shows the same in a terminal, and for a local plugin's rules too. Keys that every rule has
(`use`, `label`, `clause`, `source`, `pays`, `plugin`) are on the page on [files](../files.md)."""

TYPES = {
    str: "text", int: "count", bool: "flag", tuple[str, ...]: "texts",
    dict[str, tuple[str, ...]]: "columns, each with codes", Profile: "twelve rates",
}  # fmt: skip
ROLES = {
    "prices": "price list",
    "label": "label",
    "labels": "labels",
    "rows": "records",
    "parts": "records",
    "account": "account",
}


STARTS = ("priced: ", "valued: ", "covered: ", "excluded: ", "kept in ", "law: ")
"""How the lines of a description begin that are no definitions; a flow has an arrow."""

LONGEST = 600
"""How many characters of a formula anyone reads."""


def page(name: str, rule: Any, examples: Examples) -> str:
    """The whole page."""
    first, body = docstring(rule)
    said = dict(_headings(body))
    example = said.pop("Example")
    source = said.pop("Source")
    parts = [
        *said.items(),
        ("Example", example),
        ("Parameters", _parameters(rule)),
        ("In a contract", _toml(name, examples)),
        ("The formula in words", _formulas(name, examples)),
        ("Tables", _tables(name, examples)),
        ("Source", source),
    ]
    return f"# {name}\n\n{with_examples(first)}\n\n{sections(*parts)}\n"


def index(rules: Mapping[str, Any]) -> str:
    """The list of rules: payment currencies, which claim units, and incentives, which move money on top."""
    found: dict[str, dict[str, str]] = {"Payment currencies": {}, "Incentives and transfers": {}}
    for name, rule in rules.items():
        heading = "Payment currencies" if hasattr(rule, "payment_currency") else "Incentives and transfers"
        found[heading][name] = docstring(rule)[0]
    return index_page("Rules", ABOUT, found)


def _headings(body: str) -> Iterator[tuple[str, str]]:
    """The fixed headings with the text below each, taken back to the margin."""
    for part in re.split(r"(?m)^(?=\S)", body):
        heading, _, text = part.partition("\n")
        if heading.strip():
            yield heading.strip(), with_examples(inspect.cleandoc("\n" + text))


def _parameters(rule: Any) -> str:
    main = _table(rule.parameters.values())
    parts = [main, *_long_defaults(rule.parameters.values())]
    for spec in rule.parameters.values():
        if spec.fields and not hasattr(spec.type, "text_form"):
            parts.append(f"### Each of {code(spec.written)}\n\n{_table(spec.fields.values())}")
        elif record := _record_class(spec):
            parts.append(f"### Each of {code(spec.name)}\n\n{_structure(record)}")
    return "\n\n".join(part for part in parts if part)


def _table(specs: Any) -> str:
    rows = [
        (code(s.written), meaning(s), kind(s), plain(s.unit), limits(s.kind, s.at_least, s.at_most), _default(s))
        for s in specs
    ]
    return table(("parameter", "what it means", "kind", "unit", "limits", "default"), rows, name="parameters")


def meaning(spec: Parameter) -> str:
    """What the parameter means, with the choices that there are."""
    choices = _choices(spec.type)
    said = plain(spec.meaning)
    if choices:
        said += " One of " + ", ".join(code(one) for one in choices) + "."
    return said + (" *The same in all contracts.*" if spec.scheme else "")


def kind(spec: Parameter) -> str:
    """What is written for the parameter, in the words of the page on files."""
    if spec.role == "prices" and spec.table is not None:
        return f"price list of [{plain(spec.table.name)}](../tables/{spec.table.name}.md)"
    if form := getattr(spec.type, "text_form", ""):
        return f"texts such as {code(form)}"
    if spec.role in ROLES:
        return ROLES[spec.role]
    if spec.kind is not None:
        return KINDS[spec.kind]
    if _choices(spec.type):
        return "choice"
    return TYPES.get(spec.type, "records")


def _default(spec: Parameter) -> str:
    if spec.needed:
        return "**needed** in its table"
    if spec.default is attrs.NOTHING:
        return "none" if spec.optional else "**needed**"
    return default(spec.kind, spec.default)


def _long_defaults(specs: Any) -> Iterator[str]:
    for spec in specs:
        if isinstance(spec.default, tuple) and len(spec.default) >= MANY:
            yield f"By default {code(spec.name)} is {', '.join(code(one) for one in spec.default)}."


def _choices(hint: Any) -> list[str]:
    return [str(one.value) for one in hint] if isinstance(hint, type) and issubclass(hint, enum.Enum) else []


def _record_class(spec: Parameter) -> Any:
    """The class of a tuple of records, which are a choice of the rule and no numbers."""
    args = getattr(spec.type, "__args__", ())
    return args[0] if spec.role == "shape" and args and attrs.has(args[0]) else None


def _structure(record: Any) -> str:
    """A record that is a choice: its keys, what each holds, and those of the records inside it."""
    rows, below = [], []
    for field in attrs.fields(record):
        inner = next((arg for arg in getattr(field.type, "__args__", ()) if attrs.has(arg)), None)
        hint = str(getattr(field.type, "__name__", field.type)) if isinstance(field.type, type) else str(field.type)
        rows.append(
            (
                code(field.name),
                _hint(hint, inner),
                "**needed**" if field.default is attrs.NOTHING else "may be left out",
            )
        )
        if inner is not None:
            below.append(f"Each of {code(field.name)}:\n\n{_structure(inner)}")
    about = docstring(record)[0]
    return "\n\n".join([about, table(("key", "holds", "default"), rows, name="keys"), *below])


def _hint(hint: str, inner: Any) -> str:
    if inner is not None:
        return "records"
    for part, words in (
        ("dict", "for each column, its codes"),
        ("tuple", "texts"),
        ("int", "count"),
        ("Fraction", "rate"),
        ("bool", "flag"),
    ):
        if part in hint:
            return words
    return "text"


def _toml(name: str, examples: Examples) -> str:
    return f"Numbers are illustrations.\n\n```toml\n{examples.toml(name)}\n```"


def _formulas(name: str, examples: Examples) -> str:
    found = examples.formulas(name)
    several = len(found) > 1
    intro = "Read from the rule as it was traced with the choices of the example" + (
        "s above; each is headed by its label." if several else " above."
    )
    lists = [
        (f"### {plain(label)}\n\n" if several else "") + "\n".join(f"- {_line(line)}" for line in lines)
        for label, lines in found
    ]
    return "\n\n".join([intro, *lists]) if found else ""


def _line(line: str) -> str:
    """One line of a description, with what it is about in bold."""
    line = line.replace("or  where", "or “” where")
    about, mark, said = line.partition(_mark_of(line))
    if len(said) > LONGEST:
        said = "as *How it is worked out* says; written out in words it is too long to be read"
    else:
        said = plain(said)
    return f"**{plain(about)}{mark[:-2]}**{mark[-2:]}{said}" if mark != " = " else f"**{plain(about)}**{mark}{said}"


def _mark_of(line: str) -> str:
    """What stands between what a line is about and what it says of it."""
    if line.startswith("figure “"):
        return "”: "
    first = line.partition(" = ")[0]
    return ": " if ": " in first and (" → " in first or first.startswith(STARTS)) else " = "


def _tables(name: str, examples: Examples) -> str:
    names = sorted(table for table in examples.tables(name) if ":" not in table)
    return "Read in the examples above: " + ", ".join(f"[{plain(one)}](../tables/{one}.md)" for one in names) + "."
