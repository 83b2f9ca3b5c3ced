"""Why a row belongs to its contract: it names it, its contract claims it, or the parties are the same."""

from __future__ import annotations

import datetime

from tallystick.assign.claims import PARTIES, Claim
from tallystick.files.workspace import Workspace
from tallystick.in_year.activity import ActivityReader
from tallystick.in_year.months import Months
from tallystick.kernel.errors import TallystickError
from tallystick.kernel.facts import Row


def why_contract(workspace: Workspace, table: str, key: str, row: Row, months: Months | None = None) -> str:
    """One sentence on why the row (as it is settled) has its contract; empty where nothing can be told."""
    spec = workspace.case.tables[table]
    day = row.get(spec.date or "")
    if not isinstance(day, datetime.date):
        return ""
    sent = _as_sent(workspace, table, key, months)
    if sent is not None and sent.get("contract"):
        return f"It names contract {sent['contract']} itself."
    if not workspace.assign.claims:
        parties = [f"{name} {row[name]}" for name in PARTIES if row.get(name) is not None]
        return f"It names no contract, and goes by its parties on {day}: {' and '.join(parties)}." if parties else ""
    matching = sorted(
        ((len(columns), claim) for claim in workspace.assign.claims
         if (columns := _matching(workspace, claim, table, row, day)) is not None
         and (not claim.cohort or _cohort(workspace, claim, table, row, day, months))),
        key=lambda one: (not one[1].cohort, -one[0], one[1].contract),
    )  # fmt: skip
    if not matching:
        return f"No contract claims it on {day}, so it belongs to none."
    many, first = matching[0]
    by = ", ".join(_matching(workspace, first, table, row, day) or ()) or "nothing but its days"
    others = [f"{claim.contract} by {count}" for count, claim in matching[1:] if claim.contract != first.contract]
    before = f", and goes before {', '.join(others)}" if others else ""
    if first.cohort:
        by = f"its person's cohort {_cohort(workspace, first, table, row, day, months)}, and by {by}"
    return f"Contract {first.contract} claims it by {by} ({many} named{before})."


def _as_sent(workspace: Workspace, table: str, key: str, months: Months | None) -> Row | None:
    """The row before any contract was written into it; None where it cannot be read again."""
    try:
        facts = ActivityReader(workspace, set_aside=True).as_sent(table, months)
    except TallystickError:
        return None
    return next(iter(facts.records(str(facts.spec.key), [key])), None)


def _cohort(
    workspace: Workspace, claim: Claim, table: str, row: Row, day: datetime.date, months: Months | None
) -> str:  # fmt: skip
    """The first of the claim's cohorts that the row's person is in on the day; empty where there is none."""
    own = workspace.case.tables[table].cohorts
    if own is not None:
        return str(row[own.group]) if row.get(own.group) in claim.cohort else ""
    for name, spec in workspace.case.tables.items():
        says = spec.cohorts
        if says is None or name not in workspace.activity:
            continue
        facts = ActivityReader(workspace, set_aside=True).as_sent(name, months)
        for one in facts.records("person", [row.get("person")]):
            begins, ends = one[says.begins], one[says.ends]
            last = workspace.assign.successors.last
            of = one.get("contract")
            mine = of == claim.contract if of else last(str(one["provider"])) == last(claim.of)
            if mine and one[says.group] in claim.cohort and begins and ends and begins <= day < ends:
                return str(one[says.group])
    return ""


def _matching(
    workspace: Workspace, claim: Claim, table: str, row: Row, day: datetime.date
) -> tuple[str, ...] | None:  # fmt: skip
    """The columns that the claim names, if it takes the row; a successor stands in a party's place on the day."""
    columns = claim.columns(table, workspace.case.tables[table].columns)
    if columns is None or not claim.first <= day <= claim.last:
        return None
    body = workspace.assign.successors.body
    for name in columns:
        given, codes = row.get(name), claim.codes[name]
        if given is None:
            return None
        if name in PARTIES:
            given, codes = body(str(given), day), tuple(body(code, day) for code in codes)
        if given not in codes:
            return None
    return columns
