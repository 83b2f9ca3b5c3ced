"""Copying a workspace that comes with an installed package to a new folder, whole or not at all."""

from __future__ import annotations

import os
import shutil
from importlib.resources.abc import Traversable
from pathlib import Path
from secrets import token_hex

import click

LEFT_OUT = ("__pycache__", "runs")


def copy_workspace(source: Traversable, target: Path) -> None:
    """Copy a workspace to a folder that is not there yet; a UsageError if it is."""
    if target.exists():
        raise click.UsageError(
            f"{target} is there already, and nothing is written over: remove it, or name another folder"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.parent / f".{target.name}.{os.getpid()}.{token_hex(4)}.partial"
    try:
        _copy(source, partial)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def as_typed(path: Path) -> str:
    """A path as it is typed on a command line: in quotation marks if it has a space."""
    return f'"{path}"' if " " in str(path) else str(path)


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir()
    for one in source.iterdir():
        if one.name in LEFT_OUT or one.name.endswith(".py"):
            continue
        if one.is_dir():
            _copy(one, target / one.name)
        else:
            (target / one.name).write_bytes(one.read_bytes())
