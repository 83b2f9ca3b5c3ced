"""The run folder: everything that a run came to, in files, whole or not at all, and never over another run.

A run is named by its fingerprint, so the same inputs, scheme and code give the same folder. If it is there
already and whole, it is left alone and returned. If it is there and not whole (somebody changed a file, or took
one away), or lacks the lines that are asked for, the run is written beside it, as ``run-…-2`` and so on.

Files are written to a hidden folder beside it first, forced to the disk, and renamed at once: a process that is
killed at any moment leaves no folder that looks like a run. What a dead process left is taken away by the next.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from tallystick.report.on_disk import errors_of_disk, force_folder, partial_path, remove_dead
from tallystick.report.run_files import LINES, statement_files, write_files
from tallystick.report.run_record import RECORD, fingerprint, made_from, record
from tallystick.report.spreadsheet import needs_excel
from tallystick.result import Result

_MANY_FILES = 200
"""From so many files on the whole disk is synchronised once, which is faster than file by file."""


def write_run(result: Result, folder: Path | None = None, *, lines: bool = False, xlsx: bool = False) -> Path:
    """Write the run below ``folder`` (by default where the workspace says) and return the run's own folder.

    Raises OSError where it cannot be written, and SettlementError if lines do not add up to the ledger;
    either way no folder appears. With ``xlsx`` InputError where XlsxWriter is not installed.
    """
    if xlsx:
        needs_excel()
    below = result.workspace.out if folder is None else folder
    below.mkdir(parents=True, exist_ok=True)
    remove_dead(below, "run-")
    made = made_from(result)
    name = "-".join(("run", fingerprint(made), *result.name))
    wanted = _wanted(result, lines=lines, xlsx=xlsx)
    found = _existing(below, name, wanted)
    if found is not None:
        return found
    partial = partial_path(below, name)
    partial.mkdir()
    try:
        with errors_of_disk(below):
            write_files(result, partial, lines=lines, xlsx=xlsx)
            said = record(result, made, _hashes(partial))
            (partial / RECORD).write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            _force_to_disk(partial)
            return _appear(partial, below, name, wanted)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _wanted(result: Result, *, lines: bool, xlsx: bool) -> list[str]:
    """The files that a run has only if they are asked for."""
    books = statement_files(result).values() if xlsx else ()
    return [*([LINES] if lines else []), *(f"{name}.xlsx" for name in books)]


def is_whole(run: Path, wanted: Collection[str] = ()) -> bool:
    """True if a run folder holds every file that its record names, unchanged, and those that are wanted beside."""
    try:
        said = json.loads((run / RECORD).read_text(encoding="utf-8"))["files"]
        return set(wanted) <= set(said) and bool(said == _hashes(run))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _names(name: str) -> Iterator[str]:
    yield name
    number = 1
    while True:
        number += 1
        yield f"{name}-{number}"


def _existing(below: Path, name: str, wanted: Collection[str]) -> Path | None:
    for one in _names(name):
        if not (below / one).exists():
            return None
        if is_whole(below / one, wanted):
            return below / one
    return None


def _appear(partial: Path, below: Path, name: str, wanted: Collection[str]) -> Path:
    """Give the folder its name, all at once; if another run took the name meanwhile, the next one that is free."""
    for one in _names(name):
        run = below / one
        if run.exists() and is_whole(run, wanted):
            return run
        if run.exists():
            continue
        try:
            partial.rename(run)
        except OSError:
            if not run.exists():
                raise
            continue
        force_folder(below)
        return run
    raise AssertionError("there is always another name")


def _hashes(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name != RECORD:
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _force_to_disk(folder: Path) -> None:
    paths = sorted(folder.rglob("*"))
    if len(paths) > _MANY_FILES and hasattr(os, "sync"):
        os.sync()
        return
    for path in paths:
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        else:
            force_folder(path)
    force_folder(folder)
