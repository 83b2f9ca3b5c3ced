"""The activity of a workspace as it was known on a day: its own files, what was submitted, and frames handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from tallystick.files.activity import read_facts
from tallystick.files.checking import Checking
from tallystick.files.contract_days import within_their_contracts
from tallystick.files.mapping import read_mapping
from tallystick.files.native import read_native, stays
from tallystick.files.selections import select_rows
from tallystick.files.workspace import Workspace
from tallystick.in_year.calendar import Reconciliations, read_reconciliations
from tallystick.in_year.months import Months
from tallystick.in_year.rows_moved import up_to
from tallystick.in_year.submissions import (
    SUBMISSIONS,
    Cell,
    Choice,
    Submission,
    choose,
    none_received,
    read_counted,
    read_submissions,
)  # fmt: skip
from tallystick.kernel.errors import Fault, FaultList, InputError, did_you_mean
from tallystick.kernel.facts import Facts
from tallystick.kernel.tables import TableSpec


@define(eq=False)
class ActivityReader:
    """Reads the activity of one workspace, at one day or at several; each file is read and validated once.

    ``frames`` gives tables by name as a frame or a path, and goes before the workspace's own files. ``checking`` says
    how files are checked.
    """

    workspace: Workspace
    set_aside: bool = False
    frames: Mapping[str, Any] | None = None
    checking: Checking = field(factory=Checking)
    brought: str = ""
    """Why rows may not stay where they are, if they may not."""
    mapping: Mapping[str, Mapping[str, str]] = field(factory=dict)
    _read: dict[tuple[str, Path], Facts] = field(factory=dict)
    _own: dict[str, Facts] = field(factory=dict)
    submissions: list[Submission] = field(factory=list)
    calendar: Reconciliations = field(factory=Reconciliations)

    def __attrs_post_init__(self) -> None:
        folder = self.workspace.folder
        self.mapping = read_mapping(self.workspace.mapping) if self.workspace.mapping else {}
        self.submissions = read_submissions(folder, self.workspace.case.tables)
        self.calendar = read_reconciliations(folder)

    def choice(self, months: Months | None = None) -> Choice:
        """Which submissions count, as at the case's day and up to the last of the months."""
        return choose(self.submissions, self.calendar, months, self.workspace.case.as_at)

    def read(self, choice: Choice | None = None, months: Months | None = None) -> dict[str, Facts]:
        """Every table; with ``months`` no row after the last of them. Raises InputError with every fault."""
        chosen = choice or self.choice(months)
        case, handed = self.workspace.case, dict(self.frames or {})
        faults = FaultList([
            Fault(code="table/unknown", found=f"there is no table {name!r}", write=did_you_mean(name, case.tables))
            for name in sorted(set(handed) - set(case.tables))
        ])  # fmt: skip
        faults.extend(_both_ways(self.workspace, self.submissions))
        facts: dict[str, Facts] = {}
        unread: list[str] = []
        for name in sorted({*self.workspace.activity, *handed, *chosen.tables} & set(case.tables)):
            try:
                read = within_their_contracts(
                    self._table(name, chosen, handed), case.contracts, set_aside=self.set_aside
                )  # fmt: skip
            except InputError as error:
                faults.extend(error.faults)
                unread.append(name)
            else:
                facts[name] = read
        try:
            facts = select_rows(
                facts, as_at=case.as_at, unread=unread, once=self._ever_sent(facts, chosen), set_aside=self.set_aside
            )  # fmt: skip
        except InputError as error:
            faults.extend(error.faults)
        faults.raise_if_any()
        if months is not None:
            facts = {name: up_to(one, months) for name, one in facts.items()}
        return self.workspace.assign.applied(facts, case.tables, set_aside=self.set_aside)

    def as_sent(self, name: str, months: Months | None = None) -> Facts:
        """One table as it was sent, before contracts and responsible commissioners are written into its rows."""
        return self._table(name, self.choice(months), dict(self.frames or {}))

    def _table(self, name: str, choice: Choice, handed: Mapping[str, Any]) -> Facts:
        case = self.workspace.case
        spec, mapping = self.workspace.assign.read_as(case.tables[name]), self.mapping.get(name, {})
        if name in choice.tables and name not in handed:
            if name not in choice.counted:
                return none_received(spec)
            return self._counted(spec, choice.counted[name])
        if name not in self._own:
            source = handed.get(name, self.workspace.activity.get(name))
            if name in handed and stays(source) and (native := self._native(spec, source, mapping)) is not None:
                self._own[name] = native
                return native
            self._own[name] = read_facts(
                spec, source, mapping=mapping, file_name=name if name in handed else "", set_aside=self.set_aside,
                money=case.money, identifiers=self.workspace.identifiers, checking=self.checking,
            )  # fmt: skip
        return self._own[name]

    def _native(self, spec: TableSpec, source: Any, mapping: Mapping[str, str]) -> Facts | None:
        """The facts of a frame that stays in its library; None if it is read as any frame is.

        What would write into its rows cannot be done there, and is refused: nothing of it is passed over.
        """
        doing = {
            "rows are assigned to contracts by what these claim": bool(self.workspace.assign.claims),
            "responsible commissioners are worked out": self.workspace.assign.responsible is not None,
            "bodies that succeed one another are followed": bool(self.workspace.assign.bodies.days),
            "rows select one another": any(one.selects for one in self.workspace.case.tables.values())
            and spec.selects is not None,
            "faulty rows are set aside": self.set_aside,
            self.brought: bool(self.brought),
        }
        found = read_native(
            spec, source, mapping=mapping, money=self.workspace.case.money, identifiers=self.workspace.identifiers,
            file=spec.name,
        )  # fmt: skip
        done = [what for what, is_done in doing.items() if is_done]
        if found is None or not done:
            return found
        if found.engine.name == "duckdb":
            return None
        raise InputError(Fault(
            code="engine/rows-stay", found=f"the rows of {spec.name} stay in {found.engine.name}, and {done[0]}",
            why="that is done on Polars alone, with rows that are handed over",
            write="the table as Parquet files, with engine=" + f'"{found.engine.name}"',
        ))  # fmt: skip

    def _counted(self, spec: TableSpec, chosen: Sequence[tuple[Submission, tuple[Cell, ...]]]) -> Facts:
        return read_counted(
            spec, chosen, mapping=self.mapping.get(spec.name, {}), set_aside=self.set_aside,
            money=self.workspace.case.money, identifiers=self.workspace.identifiers, cache=self._read,
            checking=self.checking,
        )  # fmt: skip

    def _ever_sent(self, facts: Mapping[str, Facts], choice: Choice) -> dict[str, set[str]]:
        """The keys of every row that was sent by the case's day, of the tables that come by submission."""
        if not any(one.spec.selects for one in facts.values()):
            return {}
        found: dict[str, set[str]] = {name: set() for name in choice.tables}
        for one in self.submissions:
            key = self.workspace.case.tables[one.table].key
            known = self.workspace.case.as_at is None or one.received <= self.workspace.case.as_at
            if not (key and known):
                continue
            place = (one.table, one.path)
            if place not in self._read:
                try:
                    spec = self.workspace.assign.read_as(self.workspace.case.tables[one.table])
                    self._counted(spec, [(one, tuple(one.cells()))])
                except InputError:
                    continue  # it does not count, or its faults are told already
            found[one.table] |= set(self._read[place].frame.select(key).collect()[key].to_list())
        return found

    def at(self, workspace: Workspace) -> ActivityReader:
        """A reader of the same activity for the workspace as it was on another day; what was read is read."""
        return evolve(self, workspace=workspace)


def _both_ways(workspace: Workspace, submissions: list[Submission]) -> list[Fault]:
    """Tables that come by submission and as files of the scheme: their rows would count twice."""
    return [
        Fault(
            code="submission/both", file="scheme.toml",
            found=f"table {name!r} has files under [activity] and comes by {SUBMISSIONS} too",
            why="its rows would count twice", write=f"one of the two: {name} under [activity], or in the list",
        )
        for name in sorted({one.table for one in submissions} & set(workspace.activity))
    ]  # fmt: skip
