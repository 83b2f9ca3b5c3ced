"""``tallystick rules``: what can be paid, and by which numbers; as JSON it is enough to draw a form."""

from __future__ import annotations

import enum
import inspect
import json
import textwrap
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from tallystick.command.group import WRONG_INPUT, Session

if TYPE_CHECKING:
    from tallystick.kernel.parameters import Parameter
    from tallystick.kernel.plugins import Brought, Plugins

_IN = "    "


@click.command("rules", short_help="List the rules, or show one with its parameters.")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Everything that is declared, with a JSON Schema for each rule.")
@click.pass_context
def command(context: click.Context, name: str | None, as_json: bool) -> None:
    """List the rules that are installed, or show one with its parameters."""
    session: Session = context.obj
    plugins = session.engine.plugins
    name = None if name is None else plugins.rule_called(name)
    if name is not None and name not in plugins.rules:
        from tallystick.kernel.errors import did_you_mean

        click.echo(f"there is no rule {name!r}: {did_you_mean(name, plugins.rules)}", err=True)
        context.exit(WRONG_INPUT)
    chosen = {one: brought for one, brought in sorted(plugins.rules.items()) if name in (None, one)}
    if as_json:
        said = [rule_as_json(one, brought, plugins) for one, brought in chosen.items()]
        click.echo(json.dumps(said if name is None else said[0], indent=2, ensure_ascii=False))
    elif name is None:
        for one, brought in chosen.items():
            click.echo(f"{one}  ({brought.plugin})")
            click.echo(textwrap.fill(first_line(brought.what), 96, initial_indent=_IN, subsequent_indent=_IN))
        click.echo("\n`tallystick rules NAME` shows one with its parameters.")
    else:
        click.echo(page_of(name, chosen[name]))


def first_line(cls: Any) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(cls) or "").partition("\n")[0]


def page_of(name: str, brought: Brought) -> str:
    """A rule with its docstring and its parameters, for a terminal."""
    lines = [
        f"{name} (version {brought.what.version}, plugin {brought.plugin})",
        "",
        inspect.getdoc(brought.what) or "",
    ]
    lines += ["", "Parameters"]
    for spec in brought.what.parameters.values():
        lines += _parameter_lines(spec, "    ")
    return "\n".join(lines)


def _parameter_lines(spec: Parameter, indent: str) -> list[str]:
    said = parameter_as_json(spec)
    kind = f"texts such as “{said['text_form']}”" if "text_form" in said else str(said["kind"])
    about = [kind + (f", {said['unit']}" if said.get("unit") else "")]
    about += [f"one of {', '.join(map(repr, said['choices']))}"] if said.get("choices") else []
    about += [f"at least {said['at_least']}"] if "at_least" in said else []
    about += [f"at most {said['at_most']}"] if "at_most" in said else []
    about.append(
        "needed"
        if said["needed"]
        else f"by default {said['default']}"
        if said.get("default") is not None
        else "needed in its table"
        if spec.needed
        else "may be left out"
    )
    lines = [f"{indent}{spec.written} ({'; '.join(about)})", f"{indent}    {spec.meaning}"]
    for part in () if "text_form" in said else spec.fields.values():
        lines += _parameter_lines(part, indent + "    ")
    return lines


def rule_as_json(name: str, brought: Brought, plugins: Plugins) -> dict[str, Any]:
    """Everything that is declared of a rule, as plain values."""
    from tallystick.files.json_schema import schema_for

    schemas = schema_for(plugins)["contracts/*.toml"]["properties"]["rule"]["items"]["oneOf"]
    return {
        "name": name, "version": brought.what.version, "plugin": brought.plugin, "plugin_version": brought.version,
        "meaning": first_line(brought.what), "text": inspect.getdoc(brought.what) or "",
        "parameters": [parameter_as_json(spec) for spec in brought.what.parameters.values()],
        "schema": dict(zip(sorted(plugins.rules), schemas, strict=True))[name],
    }  # fmt: skip


def parameter_as_json(spec: Parameter) -> dict[str, Any]:
    """A parameter as plain values: its name, what kind of value it takes, its bounds, choices and meaning."""
    import attrs

    given = spec.default is not attrs.NOTHING
    chosen = isinstance(spec.type, type) and issubclass(spec.type, enum.Enum)
    found: dict[str, Any] = {
        "name": spec.written, "role": spec.role, "kind": _kind(spec), "meaning": spec.meaning,
        "needed": not given and not spec.optional, "unit": spec.unit, "of_scheme": spec.scheme,
        "default": _plain(spec.default) if given else None,
        "at_least": _plain(spec.at_least), "at_most": _plain(spec.at_most),
        "table": spec.table.name if spec.table else None,
        "choices": [_plain(one) for one in spec.type] if chosen else None,
        "text_form": getattr(spec.type, "text_form", None),
        "fields": [parameter_as_json(part) for part in spec.fields.values()] or None,
    }  # fmt: skip
    always = ("name", "role", "kind", "meaning", "needed")
    return {
        key: value
        for key, value in found.items()
        if key in always or not (value is None or value is False or value == "")
    }


def _kind(spec: Parameter) -> str:
    from tallystick.kernel.language.profile import Profile

    words = {
        "prices": "price list",
        "rows": "records",
        "parts": "records",
        "label": "label",
        "labels": "labels",
        "account": "account",
    }
    if spec.role in words:
        return words[spec.role]
    if spec.kind is not None:
        return spec.kind.value
    if spec.type is bool:
        return "flag"
    if isinstance(spec.type, type) and issubclass(spec.type, enum.Enum):
        return "choice"
    if spec.type is Profile:
        return "profile"
    return {str: "text", int: "count"}.get(spec.type, "structure")


def _plain(value: Any) -> Any:
    """A default or a bound as JSON can hold it; exact numbers as text."""
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, tuple | list) else str(value)
