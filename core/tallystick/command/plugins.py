"""``tallystick plugins``: what is installed, what it brings, and what could not be loaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from tallystick.command.group import Session

if TYPE_CHECKING:
    from tallystick.kernel.plugins import Plugins


@click.command("plugins", short_help="List what is installed.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.pass_obj
def command(session: Session, as_json: bool) -> None:
    """List the plugins that were found, with the rules, tables and price steps that each brings."""
    found = plugins_as_json(session.engine.plugins)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in found:
        click.echo(one["name"] + (f" {one['version']}" if one["version"] else ""))
        if one["broken"]:
            click.echo(f"  could not be loaded: {one['broken']}")
        for what in ("rules", "tables", "price_steps"):
            if one[what]:
                click.echo(f"  {what.replace('_', ' ')}: {', '.join(one[what])}")
    if not found:
        click.echo("No plugin is installed, not even the national rules: pip install tallystick")


def plugins_as_json(plugins: Plugins) -> list[dict[str, Any]]:
    """Each plugin with what it brings, as plain values."""
    names = sorted({*plugins.versions, *plugins.broken})
    return [
        {
            "name": name,
            "version": plugins.versions.get(name, ""),
            "rules": sorted(one for one, brought in plugins.rules.items() if brought.plugin == name),
            "tables": sorted(one for one, brought in plugins.tables.items() if brought.plugin == name),
            "price_steps": sorted(one for one, brought in plugins.steps.items() if brought.plugin == name),
            "broken": plugins.broken.get(name, ""),
        }
        for name in names
    ]
