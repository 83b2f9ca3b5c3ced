"""``tallystick new-workspace``: a small commented workspace that settles at once."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import click

from tallystick.command.copying import as_typed, copy_workspace


@click.command("new-workspace", short_help="Make a small workspace to begin from.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Make DIR, a workspace to begin from: one contract, two rules, a price list and a few rows of made-up data."""
    copy_workspace(importlib.resources.files("tallystick.command").joinpath("starter"), folder)
    click.echo(f"{folder} is ready: a scheme, a contract, prices and data, each with comments. Settle it with")
    click.echo(f"  tallystick settle {as_typed(folder)}")
