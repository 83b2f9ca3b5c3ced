"""A rehearsal: every reconciliation of a year made one after the other, each posted before the next.

``runs.csv`` in the workspace lists them, one a row:

| column | holds |
|---|---|
| ``months``, ``as_at`` | what is reconciled, and as at which day |
| ``change`` | a folder whose files replace those of the workspace before the run: a variation, another price list |
| ``says`` | what happens in it, in a sentence |
"""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from tallystick.files.small_csv import Field, a_day, read_small_csv
from tallystick.in_year.months import Months, read_months
from tallystick.kernel.errors import FaultList

if TYPE_CHECKING:
    from tallystick.engine import Engine
    from tallystick.result import Result

RUNS = "runs.csv"
_FIELDS = {
    "months": Field(read=read_months),
    "as_at": Field(read=a_day),
    "change": Field(needed=False, default=""),
    "says": Field(needed=False, default=""),
}


@frozen
class Run:
    """One run of a rehearsal, as the list has it."""

    months: Months
    as_at: datetime.date
    change: str
    says: str


def read_runs(folder: Path) -> list[Run]:
    """The runs of a workspace in order; none if it has no list. Raises InputError with every fault."""
    path = folder / RUNS
    if not path.is_file():
        return []
    faults, runs = FaultList(), list[Run]()
    for record in read_small_csv(path, RUNS, _FIELDS):
        run = Run(record["months"], record["as_at"], record["change"], record["says"])
        if run.change and not (folder / run.change).is_dir():
            found = f'"{run.change}" is not a folder of the workspace'
            faults.add(record.fault("change", "file/missing", found, "", "a folder beside runs.csv"))
        if runs and run.as_at < runs[-1].as_at:
            found = f"{run.as_at} is before the run above it"
            faults.add(record.fault("as_at", "runs/order", found, "what is posted is never changed", "runs in order"))
        runs.append(run)
    faults.raise_if_any()
    return runs


def rehearse(engine: Engine, folder: Path) -> Iterator[tuple[Run, Result, Path | None]]:
    """Make every run in order and post it; each with its result and the file of its posting.

    The workspace is changed as the list says, and gets a journal; nothing is put back.
    """
    for run in read_runs(folder):
        if run.change:
            shutil.copytree(folder / run.change, folder, dirs_exist_ok=True)
        result = engine.settle(folder, months=run.months, as_at=run.as_at)
        yield run, result, result.post()
