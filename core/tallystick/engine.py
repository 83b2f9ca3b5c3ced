"""The engine: what a program that embeds Tallystick makes once, and settles with.

::

    from tallystick import Engine

    result = Engine().settle("my-workspace")
    result.ledger            # a Polars frame; pandas or Arrow in, pandas or Arrow out
    result.statement("oxfordshire").as_text()

Each engine owns its plugin manager. Nothing is printed, and nothing is written unless ``write`` is called.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.kernel.plugins import Plugins, load_plugins

if TYPE_CHECKING:
    from tallystick.files.workspace import Workspace
    from tallystick.in_year.due import Source
    from tallystick.in_year.months import Months
    from tallystick.kernel.facts import Facts
    from tallystick.kernel.pay.kept import Kept
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
        self._last: Kept | None = None

    @property
    def _kept(self) -> Kept:
        from tallystick.kernel.pay.kept import Kept

        self._last = self._last or Kept()
        return self._last

    def open(self, workspace: str | PathLike[str], *, as_at: datetime.date | None = None) -> Workspace:
        """Read a workspace's scheme, contracts and price lists; InputError with every fault in them.

        ``as_at`` is the day up to which facts and prices are known, instead of the one that the scheme states.
        """
        from tallystick.files.workspace import load_workspace  # here, so that an engine is made without Polars

        return load_workspace(Path(workspace), self.plugins, as_at)

    def read_activity(
        self, workspace: Workspace, *, set_aside: bool = False, frames: Mapping[str, Any] | None = None,
        check_again: bool = False, progress: Progress | None = None, engine: str = "",
    ) -> dict[str, Facts]:  # fmt: skip
        """Read and validate every table that the workspace names, or that is handed in; InputError with every fault.

        ``frames`` gives tables by name as a frame (pandas, Polars, PyArrow, DuckDB, Spark) or a path, and goes before
        the workspace's own files; those of DuckDB and Spark stay where they are, unless the engine is ``polars``.
        Of what comes by submission, the latest counts that was received by the case's day. A large file that was
        found good before is not checked again, unless with ``check_again``.
        """
        from tallystick.files.checking import Checking
        from tallystick.in_year.activity import ActivityReader

        checking = Checking(check_again, progress)
        brought = "Polars is asked for" if engine == "polars" else ""
        return ActivityReader(
            workspace, set_aside=set_aside, frames=frames, checking=checking, brought=brought
        ).read()  # fmt: skip

    def settle(
        self, workspace: str | PathLike[str] | Workspace, *, months: str | Months | None = None,
        as_at: datetime.date | None = None, posted: Source = "journal", set_aside: bool = False,
        reference_rows: int | None = None, progress: Progress | None = None, watch: Watch | None = None,
        check_again: bool = False, engine: str = "", memory: int | None = None, **frames: Any,
    ) -> Result:  # fmt: skip
        """Settle a workspace over its own activity, or over frames handed in by table: ``spells=frame``.

        With ``months`` (``"2025-04..2025-09"``) it is reconciled in-year: those months, as facts were known on
        ``as_at``, less what was ``posted`` before; the result then has ``in_year``. Nothing is posted by this.

        ``set_aside`` runs without faulty rows, lists them and fails the run. ``reference_rows`` bounds how many
        rows are derived again by the reference: 0 for none, None for as many as is quick. ``progress`` is told
        what is being done. ``check_again`` checks large files again that were found good before. ``engine`` names
        where rows are worked out: ``polars``, ``duckdb`` or ``spark``; without it they are where the frames handed in
        are. ``memory`` is about how many bytes paying may take, by default half of what the machine has.
        Raises InputError with every fault found, before anything is settled.

        An engine that settles the same files once more, with some number changed, reads their rows for what that
        number touches, and takes what all else came to from the settlement before.
        """
        from tallystick.kernel.pay.engines import engine_named
        from tallystick.kernel.settlement import REFERENCE_ROWS, require_a_limit_that_holds, settle
        from tallystick.result import Result

        opened = self.open(workspace, as_at=as_at) if isinstance(workspace, str | PathLike) else workspace
        require_a_limit_that_holds(memory, engine_named(engine or "polars"))  # now, and not after the rows were read
        most = REFERENCE_ROWS if reference_rows is None else reference_rows
        like = next(iter(frames.values()), None)
        if months is not None:
            from tallystick.files.checking import Checking
            from tallystick.in_year.reconcile import months_from, prepare, reconciled

            checking = Checking(check_again, progress)
            ready = prepare(
                opened, months_from(months), posted, set_aside=set_aside, frames=frames, checking=checking
            )  # fmt: skip
            whole = settle(
                ready.case, ready.facts, reference_rows=most, watch=watch, progress=progress, engine=engine,
                memory=memory,
            )  # fmt: skip
            part, in_year = reconciled(ready, whole, self.plugins)
            return Result(settlement=part, workspace=opened, plugins=self.plugins, like=like, in_year=in_year)
        facts = self.read_activity(
            opened, set_aside=set_aside, frames=frames, check_again=check_again, progress=progress, engine=engine
        )  # fmt: skip
        settled = settle(
            opened.case, facts, reference_rows=most, watch=watch, progress=progress, engine=engine, kept=self._kept,
            memory=memory,
        )  # fmt: skip
        return Result(settlement=settled, workspace=opened, plugins=self.plugins, like=like)
