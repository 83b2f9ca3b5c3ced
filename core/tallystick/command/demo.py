"""``tallystick demo``: a bundled workspace, copied, settled and shown."""

from __future__ import annotations

import importlib.resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tallystick.command import screen
from tallystick.command.copying import as_typed, copy_workspace
from tallystick.command.group import Session

if TYPE_CHECKING:
    from tallystick.engine import Engine
    from tallystick.result import Result

EXAMPLES = "tallystick_examples"
"""The package that holds the bundled workspaces; it is looked for by name, since the engine does not know it."""

FIRST = "acute-contract"
RUNS = "runs.csv"
"""The list of a workspace that is reconciled month by month: its runs are made one after the other."""


@click.command("demo", short_help="Copy a bundled workspace, settle it and show it.")
@click.argument("name", default=FIRST)
@click.option("--list", "listed", is_flag=True, help="List the workspaces that there are.")
@click.option("--into", type=click.Path(path_type=Path), help="The folder to copy to; ./NAME by default.")
@click.pass_context
def command(context: click.Context, name: str, listed: bool, into: Path | None) -> None:
    """Copy a bundled workspace to a new folder, settle it, and show what comes out."""
    session: Session = context.obj
    found = examples()
    if listed:
        click.echo(screen.table(("name", "what it shows"), [(one, title(where)) for one, where in found.items()]))
        return
    if name not in found:
        from tallystick.kernel.errors import did_you_mean

        raise click.UsageError(f"there is no demonstration {name!r}: {did_you_mean(name, found)}")
    folder = into or Path(name)
    copy_workspace(found[name], folder)
    if (folder / RUNS).is_file():
        context.exit(0 if _year(session.engine, folder) else 1)
    with screen.progress() as told:
        result = session.engine.settle(folder, progress=told)
        run = result.write()
    show(result, folder, run)
    context.exit(0 if result.passed else 1)


def _year(engine: Engine, folder: Path) -> bool:
    """Every reconciliation of a year, one after the other; True if all of them passed."""
    from tallystick.in_year.rehearsal import rehearse

    passed = True
    for run, result, posted in rehearse(engine, folder):
        click.echo(f"{run.says}\n\n{screen.payable(result)}")
        click.echo(f"Posted to {posted}\n" if posted else "Nothing changed, and nothing was posted\n")
        passed = passed and result.passed
        written = result.write()
        last = result
    first = next(iter(last.outcomes))
    click.echo(last.statement(first).as_text())
    click.echo(f"The last statement is shown above, and written to\n  {written}\n")
    click.echo("Nothing in it is real. What to try next:")
    months = f"--months {run.months} --as-at {run.as_at}"
    for command_line, why in (
        (f"tallystick settle {as_typed(folder)} {months} --post", "the same facts again: nothing is posted"),
        (f"tallystick explain {as_typed(folder)} --line A0401 {months}", "one attendance, and what became of it"),
    ):
        click.echo(f"  {command_line}\n      {why}")
    return passed


def examples() -> dict[str, Traversable]:
    """Every bundled workspace by its name; none if the examples are not installed."""
    try:
        root = importlib.resources.files(EXAMPLES)
    except ModuleNotFoundError:
        return {}
    folders = [one for one in root.iterdir() if one.is_dir() and one.joinpath("scheme.toml").is_file()]
    return {one.name.replace("_", "-"): one for one in sorted(folders, key=lambda one: one.name)}


def title(workspace: Traversable) -> str:
    """The heading of the workspace's README."""
    readme = workspace.joinpath("README.md")
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    return text.partition("\n")[0].lstrip("# ")


def show(result: Result, folder: Path, run: Path) -> None:
    """One statement, the outcomes, the checks, and what to try next."""
    first = next(iter(result.outcomes))
    click.echo(result.statement(first).as_text())
    click.echo(f"{screen.outcomes(result)}\n\n{screen.checks(result)}\n")
    click.echo(f"The statement above is that of contract {first}. Everything was written to\n  {run}\n")
    click.echo("Nothing in it is real. What to try next:")
    for command_line, why in suggestions(result, folder):
        click.echo(f"  {command_line}\n      {why}")


def suggestions(result: Result, folder: Path) -> list[tuple[str, str]]:
    """What to type next, with names that are there."""
    found = [
        (
            f"tallystick settle {as_typed(folder)}",
            f"after changing a number in {folder / 'contracts'} or {folder / 'scheme.toml'}",
        )
    ]
    lines = result.lines()
    if len(lines):
        most = lines.group_by("table", "key").len().sort("len", "table", "key", descending=[True, False, False]).row(0)
        row = f"{most[0]}:{most[1]}"
        found.append(
            (f"tallystick explain {as_typed(folder)} {row}", f"the {most[2]} payments of one row, step by step")
        )
    uses = {entry.use for contract in result.settlement.case.contracts for entry in contract.rules}
    told = "best-practice-tariff" if "best-practice-tariff" in uses else max(uses, key=lambda name: (len(name), name))
    return [*found, (f"tallystick rules {told}", "what a rule pays, and its parameters")]
