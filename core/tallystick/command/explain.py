"""``tallystick explain``: how one row of activity came to be paid."""

from __future__ import annotations

from pathlib import Path

import click

from tallystick.command import screen
from tallystick.command.group import Session


@click.command("explain", short_help="Show how one row came to be paid.")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.argument("row", metavar="TABLE:KEY")
@click.option("--rule", "label", help="Only what the rule of this label says.")
@click.pass_context
def command(context: click.Context, workspace: Path, row: str, label: str | None) -> None:
    """Work one row out again, step by step: `tallystick explain . spells:S0001`.

    Every price, factor, date and rounding is shown, and why anything was not paid. The figure at the end is the
    one that was paid: it is derived a second time by other code, and a difference of a penny is an error.
    """
    table, colon, key = row.partition(":")
    if not colon or not table or not key:
        raise click.UsageError(f"{row!r} names no row: write the table, a colon and the row's key, as in spells:S0001")
    session: Session = context.obj
    with screen.progress() as told:
        result = session.engine.settle(workspace, reference_rows=0, progress=told)
        explanation = result.explain(table, key, rule=label)
    click.echo(explanation.as_text().rstrip("\n"))
