"""``tallystick parameters``: every number of a workspace, on the screen, as CSV, or as an Excel sheet to edit."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

import click

from tallystick.command.group import Session


@click.command("parameters", short_help="List every number of a workspace.")
@click.argument("workspace", type=click.Path(path_type=Path), default=".")
@click.option("--xlsx", type=click.Path(path_type=Path), help="Write them to this Excel file, and not to the screen.")
@click.option("--csv", "as_csv", type=click.Path(path_type=Path), help="Write them to this CSV file.")
@click.pass_context
def command(context: click.Context, workspace: Path, xlsx: Path | None, as_csv: Path | None) -> None:
    """List every number of WORKSPACE: its value as typed, unit, limits, meaning, and where it comes from.

    A source that says it is an assumption, an illustration or made up is marked as assumed. Rules of the scheme
    stand once, and what a contract says otherwise stands beside them. No activity is read.
    """
    from tallystick.files.listing import numbers_of
    from tallystick.report import numbers

    session: Session = context.obj
    writers: list[tuple[Path, str, Callable[..., bytes]]] = []
    writers += [(xlsx, ".xlsx", numbers.as_xlsx)] if xlsx else []
    writers += [(as_csv, ".csv", numbers.as_csv)] if as_csv else []
    for path, ending, _ in writers:
        _refuse(path, ending)
    opened = session.engine.open(workspace)
    found = numbers_of(opened, session.engine.plugins)
    if not writers:
        click.echo(numbers.as_text(found), nl=False)
        return
    made = [(path, make(found)) for path, _, make in writers]
    for path, content in made:
        _write(path, content)
        click.echo(f"{len(found):,} rows written to {path}")


def _refuse(path: Path, ending: str) -> None:
    if path.suffix.lower() != ending:
        raise click.UsageError(f"{path} does not end in {ending}, so nothing would open it as what it is")
    if path.exists():
        raise click.UsageError(
            f"{path} is there already, perhaps with numbers that somebody edited, and nothing is written over: "
            "remove it, or name another file"
        )


def _write(path: Path, content: bytes) -> None:
    """Write the file whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.{token_hex(4)}.partial")
    try:
        partial.write_bytes(content)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
