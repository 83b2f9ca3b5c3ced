"""The engine: what a program that embeds Tallystick makes once, and settles with.

::

    from tallystick import Engine

    result = Engine().settle("my-workspace")
    result.ledger            # a Polars frame; pandas or Arrow in, pandas or Arrow out
    result.statement("oxfordshire").as_text()

Each engine owns its plugin manager. Nothing is printed, and nothing is written unless ``write`` is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.kernel.errors import Fault, InputError, did_you_mean
from tallystick.kernel.plugins import Plugins, load_plugins

if TYPE_CHECKING:
    from tallystick.files.workspace import Workspace
    from tallystick.kernel.facts import Facts
    from tallystick.kernel.settlement import Progress
    from tallystick.kernel.trace import Watch
    from tallystick.result import Result


class Engine:
    """Settles workspaces with the rules of the plugins that it found.

    ``plugins`` are modules or objects to use beside those that are installed; ``discover=False`` looks at no
    installed ones; ``disabled`` names entry points to leave out. Raises PluginError where two plugins bring the
    same name.
    """

    def __init__(self, *, plugins: Iterable[Any] = (), discover: bool = True, disabled: Iterable[str] = ()) -> None:
        self.plugins: Plugins = load_plugins(plugins, discover=discover, disabled=disabled)

    def open(self, workspace: str | PathLike[str]) -> Workspace:
        """Read a workspace's scheme, contracts and price lists; InputError with every fault in them."""
        from tallystick.files.workspace import load_workspace  # here, so that an engine is made without Polars

        return load_workspace(Path(workspace), self.plugins)

    def read_activity(
        self, workspace: Workspace, *, set_aside: bool = False, frames: Mapping[str, Any] | None = None
    ) -> dict[str, Facts]:
        """Read and validate every table that the workspace names, or that is handed in; InputError with every fault.

        ``frames`` gives tables by name as a frame (pandas, Polars, PyArrow, DuckDB) or a path, and goes before
        the workspace's own files.
        """
        from tallystick.files.activity import read_facts
        from tallystick.files.contract_days import within_their_contracts
        from tallystick.files.mapping import read_mapping
        from tallystick.files.selections import select_rows

        handed = dict(frames or {})
        specs = workspace.case.tables
        faults = [
            Fault(code="table/unknown", found=f"there is no table {name!r}", write=did_you_mean(name, specs))
            for name in sorted(set(handed) - set(specs))
        ]
        mapping = read_mapping(workspace.mapping) if workspace.mapping else {}
        facts: dict[str, Facts] = {}
        unread: list[str] = []
        for name, source in sorted({**workspace.activity, **handed}.items()):
            if name not in specs:
                continue
            try:
                read = read_facts(
                    specs[name], source, mapping=mapping.get(name, {}), file_name="" if name not in handed else name,
                    set_aside=set_aside, money=workspace.case.money,
                )  # fmt: skip
                facts[name] = within_their_contracts(read, workspace.case.contracts, set_aside=set_aside)
            except InputError as error:
                faults.extend(error.faults)
                unread.append(name)
        try:
            facts = select_rows(facts, as_at=workspace.case.as_at, unread=unread, set_aside=set_aside)
        except InputError as error:
            faults.extend(error.faults)
        if faults:
            raise InputError(faults)
        return facts

    def settle(
        self, workspace: str | PathLike[str] | Workspace, *, set_aside: bool = False, reference_rows: int | None = None,
        progress: Progress | None = None, watch: Watch | None = None, **frames: Any,
    ) -> Result:  # fmt: skip
        """Settle a workspace over its own activity, or over frames handed in by table: ``spells=frame``.

        ``set_aside`` runs without faulty rows, lists them and fails the run. ``reference_rows`` bounds how many
        rows are derived again by the reference: 0 for none, None for as many as is quick. ``progress`` is told
        what is being done. Raises InputError with every fault found, before anything is settled.
        """
        from tallystick.kernel.settlement import REFERENCE_ROWS, settle
        from tallystick.result import Result

        opened = self.open(workspace) if isinstance(workspace, str | PathLike) else workspace
        facts = self.read_activity(opened, set_aside=set_aside, frames=frames)
        most = REFERENCE_ROWS if reference_rows is None else reference_rows
        settled = settle(opened.case, facts, reference_rows=most, watch=watch, progress=progress)
        return Result(
            settlement=settled, workspace=opened, plugins=self.plugins, like=next(iter(frames.values()), None)
        )
