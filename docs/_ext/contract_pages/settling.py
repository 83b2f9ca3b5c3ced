"""What the pages share: a bundled workspace settled as it is shipped, or with something in it changed first."""

from __future__ import annotations

import importlib.resources
import tempfile
from collections.abc import Callable
from pathlib import Path

import tallystick_rules.plugin
from tallystick import Engine
from tallystick.command.copying import copy_workspace
from tallystick.report.statement import Statement
from tallystick.result import Result


def settled(workspace: str, change: Callable[[Path], object] | None = None) -> Result:
    """The bundled workspace ``workspace`` (its folder's name), settled after ``change`` was made to a copy of it."""
    engine = Engine(plugins=[tallystick_rules.plugin], discover=False)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, workspace.replace("_", "-"))
        copy_workspace(importlib.resources.files("tallystick_examples").joinpath(workspace), folder)
        if change is not None:
            change(folder)
        return engine.settle(folder)


def replaced(file: str, old: str, new: str) -> Callable[[Path], object]:
    """A change: ``old`` becomes ``new`` in a file of the workspace; it must be there, and once."""

    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{file} has {old!r} {text.count(old)} times")
        path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")

    return change


def section(statement: Statement, title: str) -> str:
    """One section of a statement by its title, as a block of text."""
    (found,) = [one for one in statement.sections if one.title == title]
    return block("\n".join(found.as_text(statement.money)))


def block(text: str) -> str:
    """Text as it stands on the screen."""
    return f"```text\n{text.strip()}\n```\n"
