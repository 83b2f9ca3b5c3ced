"""The command line in a test: its own runner, the national rules handed in, and a small workspace that settles."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

import tallystick_rules.plugin
from tallystick.command import cli
from tallystick.command.copying import copy_workspace
from tallystick.command.group import Session
from tallystick.engine import Engine


def engine(*more: Any) -> Engine:
    """An engine with the national rules, whatever is installed."""
    return Engine(plugins=[tallystick_rules.plugin, *more], discover=False)


def tallystick(*arguments: object, plugins: Iterable[Any] = ()) -> Result:
    """Run the command line; ``output`` is both streams, and an exception that escapes fails the test."""
    session = Session(make_engine=lambda: engine(*plugins))
    result = CliRunner().invoke(cli, [str(one) for one in arguments], obj=session, prog_name="tallystick")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def starter(tmp_path: Path, name: str = "mine") -> Path:
    """The starter workspace in a folder of its own."""
    copy_workspace(importlib.resources.files("tallystick.command").joinpath("starter"), tmp_path / name)
    return tmp_path / name


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that has to be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def runs(workspace: Path) -> list[Path]:
    """The run folders of a workspace, and whatever else lies beside them."""
    return sorted((workspace / "runs").iterdir()) if (workspace / "runs").exists() else []
