"""The history of one row: when it was first received, what changed since, and which submission counts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from tallystick.files.workspace import Workspace
from tallystick.in_year.activity import ActivityReader
from tallystick.in_year.submissions import Submission, read_counted
from tallystick.kernel.errors import TallystickError
from tallystick.kernel.facts import Row


@frozen(eq=False)
class Version:
    """A row as one submission had it; ``row`` is None where the submission states its month and has no such row."""

    name: str
    received: datetime.date
    row: Row | None
    changed: Mapping[str, tuple[Any, Any]]
    """Each column that changed since the version before, with the value then and now."""
    known: bool
    """False if it was received after the day up to which facts are known."""


def history(workspace: Workspace, table: str, key: str, hidden: frozenset[str] = frozenset()) -> list[Version]:
    """Every version of a row in the order in which it was received; an empty list if it came by no submission.

    A change in one of the ``hidden`` columns is not told.
    """
    reader = ActivityReader(workspace)
    sent = sorted((one for one in reader.submissions if one.table == table), key=lambda one: (one.received, one.name))
    versions = list(_versions(workspace, sent, reader.mapping.get(table, {}), table, key))
    if not hidden:
        return versions
    shown = [evolve(one, changed={n: of for n, of in one.changed.items() if n not in hidden}) for one in versions]
    befores = [None, *shown][: len(shown)]
    return [
        one for before, one in zip(befores, shown, strict=True)
        if before is None or before.row is None or one.row is None or one.changed
    ]  # fmt: skip


def _versions(
    workspace: Workspace, sent: list[Submission], mapping: Mapping[str, str], table: str, key: str
) -> Iterator[Version]:
    spec, as_at = workspace.case.tables[table], workspace.case.as_at
    before: Row | None = None
    for one in sent:
        try:
            facts = read_counted(
                spec, [(one, tuple(one.cells()))], mapping=mapping, set_aside=True, money=workspace.case.money
            )  # fmt: skip
        except TallystickError:
            continue  # a submission that cannot be read says nothing of the row
        row = next(iter(facts.records(str(spec.key), [key])), None)
        known = as_at is None or one.received <= as_at
        if row is not None:
            changed = {} if before is None else {n: (before[n], v) for n, v in row.items() if before.get(n) != v}
            if before is None or changed:
                yield Version(one.name, one.received, row, changed, known)
            before = row
        elif before is not None and _states(one, before, spec.date):
            yield Version(one.name, one.received, None, {}, known)
            before = None


def _states(one: Submission, row: Row, date: str | None) -> bool:
    """True if the submission states the provider and month in which the row stood."""
    day = row.get(date or "")
    month = day.replace(day=1) if isinstance(day, datetime.date) else None
    return any(
        (not provider or row.get("provider") == provider) and (of is None or of == month)
        for provider, of in one.cells()
    )  # fmt: skip


def as_text(versions: list[Version]) -> str:
    """The history in words, a line a version; empty where there is none."""
    lines = []
    for place, one in enumerate(versions):
        if one.row is None:
            said = "no longer there"
        elif place == 0:
            said = "first received"
        elif not one.changed:
            said = "there again"
        else:
            said = "changed: " + ", ".join(f"{name} from {was} to {now}" for name, (was, now) in one.changed.items())
        later = "" if one.known else " (after the day up to which facts are known: it does not count)"
        lines.append(f"  {one.received}  {one.name}: {said}{later}")
    return "\n".join(["When it was received", *lines]) + "\n" if lines else ""
