"""``tallystick settle``: settle a workspace and write the run."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from tallystick.command import screen
from tallystick.command.group import WRONG_INPUT, Session
from tallystick.command.sizes import Bytes
from tallystick.kernel.errors import InputError

if TYPE_CHECKING:
    from tallystick.in_year.due import Source
    from tallystick.kernel.errors import Fault
    from tallystick.result import Result


@click.command("settle", short_help="Settle a workspace and write the run.")
@click.argument("workspace", type=click.Path(path_type=Path), default=".")
@click.option(
    "--out", type=click.Path(path_type=Path), help="The folder that the run is put in; the workspace's own by default."
)
@click.option("--lines", is_flag=True, help="Write what each row of activity pays too, as lines.parquet.")
@click.option("--xlsx", is_flag=True, help="Write each statement as an Excel workbook too.")
@click.option("--set-aside", is_flag=True, help="Go on without faulty rows, list them, and exit with 1.")
@click.option("--check-again", is_flag=True, help="Check large files of activity again that were found good before.")
@click.option("--months", help="Reconcile these months to date, as 2025-04..2025-09.")
@click.option("--as-at", type=click.DateTime(["%Y-%m-%d"]), help="The day up to which facts are known, as 2025-11-19.")
@click.option(
    "--posted",
    type=click.Choice(["journal", "payments", "nothing"]),
    default="journal",
    show_default=True,
    help="What was posted before: in the journal, only as payments.csv says, or nothing.",
)
@click.option("--post", is_flag=True, help="Post what is due to the workspace's journal.")
@click.option(
    "--for",
    "party",
    metavar="PARTY",
    help="Write what one party may see: provider, commissioner or an organisation's code. "
    "With --post the whole run is written and posted too.",
)
@click.option(
    "--engine", default="polars", show_default=True, help="Where rows are worked out: polars, duckdb or spark."
)
@click.option(
    "--memory",
    type=Bytes(),
    metavar="SIZE",
    help="About how much paying may take, as 1GB or 800MB; half of the machine's by default.",
)
@click.option("--json", "as_json", is_flag=True, help="Say what happened as JSON, faults with their codes.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but faults.")
@click.pass_context
def command(
    context: click.Context, workspace: Path, out: Path | None, lines: bool, xlsx: bool, set_aside: bool,
    check_again: bool, months: str | None, as_at: datetime.datetime | None, posted: Source, post: bool,
    party: str | None, engine: str, memory: int | None, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Settle WORKSPACE (the folder with scheme.toml; this one by default) and write the run.

    The run is a new folder below the workspace's runs/: ledger, balances, a statement for each contract, checks
    and a record. It appears whole or not at all, and never over another.

    With --months it reconciles in-year: what is due for the months to date, as it was known on the day, less what was
    posted before. --post adds what is due to the journal; posting the same again posts nothing.
    """
    from tallystick.report.spreadsheet import needs_excel

    session: Session = context.obj
    if post and months is None:
        raise click.UsageError("--post posts a reconciliation: say which months, as in --months 2025-04..2025-09")
    new = None
    try:
        if xlsx:
            needs_excel()  # said now, and not after an hour of settling
        with screen.progress(quiet=quiet or as_json) as told:
            result = session.engine.settle(
                workspace, months=months, as_at=as_at.date() if as_at else None, posted=posted, set_aside=set_aside,
                progress=told, check_again=check_again, engine=engine, memory=memory,
            )  # fmt: skip
            told("writing", 4, 5)
            new = result.post() if post else None
            if party is not None:
                if post:
                    result.write(out, lines=lines, xlsx=xlsx)
                result = result.for_party(party)
            run = result.write(out, lines=lines, xlsx=xlsx)
    except InputError as error:
        if not as_json:
            raise
        click.echo(json.dumps({"faults": [fault_as_json(fault) for fault in error.faults]}, indent=2))
        context.exit(WRONG_INPUT)
    if as_json:
        click.echo(
            json.dumps({**as_plain(result, run), **({"posted": str(new)} if new else {})}, indent=2, ensure_ascii=False)
        )
    elif not quiet:
        _say(result, run, new, post=post)
    context.exit(0 if result.passed else 1)


def _say(result: Result, run: Path, new: Path | None, *, post: bool) -> None:
    """What happened, in words."""
    screen.set_aside(result)
    screen.too_few(result)
    click.echo(f"{result.workspace.title}\n\n{screen.outcomes(result)}\n\n{screen.checks(result, failed_only=True)}")
    if lost := screen.nobodys(result):
        click.echo(lost)
    if unclaimed := screen.no_contract(result):
        click.echo(f"\n{unclaimed}\n")
    if unseen := screen.unseen(result):
        click.echo(f"{unseen}\n")
    if known := screen.checked_before(result):
        click.echo(known)
    if result.in_year is not None:
        click.echo(f"\n{screen.payable(result)}")
    click.echo(f"Written to {run}")
    if post:
        click.echo(f"Posted to {new}" if new else "Nothing changed since the last posting, and nothing was posted")


def fault_as_json(fault: Fault) -> dict[str, object]:
    """A fault as plain values, its empty parts left out; ``code`` is stable between versions."""
    return {name: value for name, value in attrs.asdict(fault).items() if value not in ("", None)}


def _in_year(result: Result) -> dict[str, object]:
    """What a reconciliation adds: what is payable and what moved, in pence."""
    of = result.in_year
    if of is None:
        return {}
    return {
        "in_year": {
            "months": str(of.months), "as_at": of.as_at.isoformat(),
            "payable": [one._asdict() for one in of.due.payable],
            "moved": [attrs.asdict(one, filter=lambda at, _: at.name != "place") for one in of.moved],
        }
    }  # fmt: skip


def as_plain(result: Result, run: Path) -> dict[str, object]:
    """What happened, as plain values."""
    stopped = result.settlement.stopped
    return {
        "passed": result.passed,
        "run": str(run),
        "outcomes": dict(result.outcomes),
        "stopped": {
            name: {"why": stop.why, "label": stop.label, "clause": stop.clause, "because_of": stop.because}
            for name, stop in stopped.items()
        },
        "checks": [
            {"name": one.name, "passed": one.passed, "detail": one.detail, "contracts": list(one.contracts)}
            for one in result.checks
        ],
        "unplaced": [line._asdict() for line in result.settlement.reading.unplaced],
        "no_contract": [line._asdict() for line in result.no_contract_lines],
        "unseen_codes": [fault_as_json(fault) for fault in result.unseen_codes],
        "checked_before": sorted(name for name, facts in result.settlement.facts.items() if facts.checked_before),
        "set_aside": [fault_as_json(fault) for fault in result.settlement.set_aside],
        **_in_year(result),
    }  # fmt: skip
