"""``tallystick check``: everything that settling does but writing."""

from __future__ import annotations

from pathlib import Path

import click

from tallystick.command import screen
from tallystick.command.group import Session


@click.command("check", short_help="Read and try everything, and write nothing.")
@click.argument("workspace", type=click.Path(path_type=Path), default=".")
@click.option("--check-again", is_flag=True, help="Check large files of activity again that were found good before.")
@click.pass_context
def command(context: click.Context, workspace: Path, check_again: bool) -> None:
    """Read and validate everything in WORKSPACE, try every rule on it, and write nothing.

    The reference evaluator is left out, which only settling asks.
    """
    session: Session = context.obj
    with screen.progress() as told:
        result = session.engine.settle(workspace, reference_rows=0, progress=told, check_again=check_again)
    rows = sum(facts.rows for facts in result.settlement.facts.values())
    rules = len({entry.use for contract in result.settlement.case.contracts for entry in contract.rules})
    tables = len(result.settlement.facts)
    click.echo(f"{result.workspace.title}: {rows:,} rows in {tables:,} tables, {rules:,} rules")
    for name, why in result.workspace.unread.items():
        click.echo(f"  table {name} was not read: {why}")
    if known := screen.checked_before(result):
        click.echo(known)
    if lost := screen.nobodys(result):
        click.echo(lost)
    if unseen := screen.unseen(result):
        click.echo(unseen)
    if result.passed:
        click.echo(f"All {len(result.outcomes):,} contracts can be settled. Nothing was written.")
        return
    click.echo(f"\n{screen.outcomes(result)}\n\n{screen.checks(result, failed_only=True)}\nNothing was written.")
    context.exit(1)
