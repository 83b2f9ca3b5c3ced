"""``tallystick explain``: how one row of activity came to be paid."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tallystick.command import screen
from tallystick.command.group import Session

if TYPE_CHECKING:
    from tallystick.result import Result


@click.command("explain", short_help="Show how one row came to be paid.")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.argument("row", metavar="[TABLE:]KEY", required=False)
@click.option("--line", metavar="[TABLE:]KEY", help="The row, as an option instead of an argument.")
@click.option("--rule", "label", help="Only what the rule of this label says.")
@click.option("--months", help="As the row stands in a reconciliation of these months, as 2025-04..2025-09.")
@click.option("--as-at", type=click.DateTime(["%Y-%m-%d"]), help="The day up to which facts are known, as 2025-11-19.")
@click.option(
    "--pack",
    type=click.Path(path_type=Path),
    is_flag=False,
    flag_value=Path(),
    metavar="[FILE]",
    help="Put the page, its rows and price rows and the record of the run in a zip file, for a dispute.",
)
@click.option(
    "--for", "party", metavar="PARTY", help="As one party may see it: provider, commissioner or an organisation's code."
)
@click.pass_context
def command(
    context: click.Context, workspace: Path, row: str | None, line: str | None, label: str | None, months: str | None,
    as_at: datetime.datetime | None, pack: Path | None, party: str | None,
) -> None:  # fmt: skip
    """Work one row out again, step by step: `tallystick explain . spells:S0001`.

    Every price, factor, date and rounding is shown, and why anything was not paid. The figure at the end is the
    one that was paid: it is derived a second time by other code, and a difference of a penny is an error.
    """
    wanted = line or row
    if wanted is None or (line is not None and row is not None):
        raise click.UsageError("name one row: its table, a colon and its key, as in spells:S0001")
    session: Session = context.obj
    with screen.progress() as told:
        result = session.engine.settle(
            workspace, months=months, as_at=as_at.date() if as_at else None, posted="nothing", reference_rows=0,
            progress=told,
        )  # fmt: skip
        if party is not None:
            result = result.for_party(party)
        table, key = named(result, wanted)
        page = _page(result, table, key, label)
    click.echo(page.rstrip("\n"))
    if pack is not None:
        from tallystick.report.pack import write_pack

        target = pack if str(pack) not in ("", ".") else Path(f"{table}-{_safe(key)}.zip")
        if target.exists():
            raise click.UsageError(f"{target} is there already, and nothing is written over: name another file")
        click.echo(f"\nPacked in {write_pack(result, table, key, page, result.write(), target)}")


def named(result: Result, wanted: str) -> tuple[str, str]:
    """The table and key of a row; a key without a table is looked for in all tables whose rows are paid for."""
    table, colon, key = wanted.partition(":")
    if colon and table in result.settlement.case.tables and key:
        return table, key
    if colon and not table:
        raise click.UsageError(f"{wanted!r} names no row: write the table, a colon and the row's key: spells:S0001")
    facts = {name: one for name, one in result.settlement.facts.items() if one.spec.key and one.spec.units}
    found = [name for name, one in sorted(facts.items()) if next(iter(one.records(str(one.spec.key), [wanted])), None)]
    if len(found) == 1:
        return found[0], wanted
    if found:
        raise click.UsageError(
            f"{wanted} is a row of {' and of '.join(found)}: write {found[0]}:{wanted}, or the other"
        )
    if colon:
        return table, key
    raise click.UsageError(
        f"no table of the workspace has a row {wanted!r}: write the table, a colon and the row's key: spells:S1"
    )


def _page(result: Result, table: str, key: str, label: str | None) -> str:
    from tallystick.report.row_history import as_text, history
    from tallystick.report.why_contract import why_contract

    text = result.explain(table, key, rule=label).as_text()
    facts = result.settlement.facts[table]
    row = next(iter(facts.records(str(facts.spec.key), [key])))
    months = result.in_year.months if result.in_year else None
    parts = [
        text,
        why_contract(result.workspace, table, key, row, months),
        as_text(history(result.workspace, table, key, result.hidden_columns(table))),
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts if part)


def _safe(key: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in key)
