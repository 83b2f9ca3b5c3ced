"""A reconciliation: the months to date as they were known on a day, what is due now, what moved, and a forecast."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from tallystick.files.checking import Checking
from tallystick.files.spots import Refusal
from tallystick.files.workspace import Workspace
from tallystick.in_year.activity import ActivityReader
from tallystick.in_year.calendar import Reconciliations
from tallystick.in_year.due import Already, DueNow, Source, already_posted, due_now, post, settled_spans
from tallystick.in_year.earlier import made_from, then
from tallystick.in_year.journal import Journal, recorded_heads
from tallystick.in_year.months import Months, cut, name_of, read_months
from tallystick.in_year.moved import Moved, Then, moved
from tallystick.in_year.payable import Body, holders
from tallystick.in_year.plan import Plan, read_plan
from tallystick.in_year.posting_file import file_name
from tallystick.in_year.postings import Span, entitlement, is_within
from tallystick.in_year.submissions import Choice
from tallystick.in_year.window import within
from tallystick.kernel.case import Case
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.facts import Facts
from tallystick.kernel.ledger import pots_of
from tallystick.kernel.plugins import Plugins
from tallystick.kernel.settlement import Settlement


@frozen(eq=False, kw_only=True)
class InYear:
    """What a reconciliation adds to a settlement."""

    months: Months
    as_at: datetime.date
    choice: Choice
    calendar: Reconciliations
    plan: Plan
    due: DueNow
    moved: tuple[Moved, ...]
    since: datetime.date | None
    """The day as at which the last posting was made; None if nothing was posted before."""
    later: int
    """How many postings the journal holds that were made as at a later day: nothing can be posted before them."""
    body: Body
    made_from: Mapping[str, Any] = field(factory=dict, repr=False)


@frozen(eq=False, kw_only=True)
class Prepared:
    """A reconciliation before it is settled: the case cut off, and the activity as it was known."""

    workspace: Workspace
    case: Case
    facts: Mapping[str, Facts]
    months: Months
    as_at: datetime.date
    reader: ActivityReader
    choice: Choice
    plan: Plan
    before: Already
    later: int
    body: Body


def months_from(given: str | Months) -> Months:
    """The months that a caller named; InputError where they are none."""
    if isinstance(given, Months):
        return given
    try:
        return read_months(given)
    except Refusal as refusal:
        raise InputError(Fault(code=refusal.code, found=refusal.found, why=refusal.why, write=refusal.write)) from None


def prepare(
    workspace: Workspace, months: Months, source: Source, *, set_aside: bool, frames: Mapping[str, Any] | None,
    checking: Checking | None = None,
) -> Prepared:  # fmt: skip
    """Read everything that a reconciliation needs; ``workspace`` was opened as at its day. Raises InputError."""
    as_at, body = workspace.case.as_at, workspace.assign.successors.body
    if as_at is None:
        raise InputError(Fault(
            code="months/as-at", found=f"{months} are to be reconciled, and nothing says as at which day",
            why="what was received later does not count", write="--as-at 2025-11-19; or as_at under [scheme]",
        ))  # fmt: skip
    case = cut(workspace.case, months, as_at)
    reader = ActivityReader(
        workspace, set_aside=set_aside, frames=frames, checking=checking or Checking(),
        brought="they are reconciled with what was known before",
    )  # fmt: skip
    choice = reader.choice(months)
    facts = reader.read(choice, months)
    plan = read_plan(workspace.folder, workspace.case.contracts, workspace.case.money)
    before = already_posted(
        workspace.folder, source, contracts=workspace.case.contracts, as_at=as_at, money=workspace.case.money,
        body=body, through=name_of(months.last), known=recorded_heads(workspace.out),
    )  # fmt: skip
    before, later = _known_then(before, as_at)
    if lost := list(_lost(before, workspace.case, case, months)):
        raise InputError(lost)
    return Prepared(
        workspace=workspace, case=case, facts=facts, months=months, as_at=as_at, reader=reader, choice=choice,
        plan=plan, before=before, later=later, body=body,
    )  # fmt: skip


def _lost(before: Already, whole: Case, case: Case, months: Months) -> Iterator[Fault]:
    """Contracts with postings in the months that are there under no such id: under another, all is paid once more."""
    there, own = {contract.id for contract in case.contracts}, [contract.id for contract in whole.contracts]
    posted = {key.contract for key in before.posted if key.starts in months.names and key.contract != "scheme"}
    for name in sorted(posted - there):
        if name in own:
            found = f"contract {name} has postings for {months}, and no day in these months any more"
            write = "the days that it had, in its period"
        else:
            found = f"the journal has postings for {months} under contract {name}, and there is no such contract"
            write = f'id = "{name}" again in the contract that had it: an id is never changed once it is posted'
        why = "what was posted for it would stand, and be paid again under whatever has taken its place"
        yield Fault(code="journal/contract-gone", found=found, why=why, write=write)


def _known_then(before: Already, as_at: datetime.date) -> tuple[Already, int]:
    """What was posted by a day, and how many postings came after it: a reconciliation can be made again later on."""
    journal = before.journal
    if journal is None or not journal.postings or journal.postings[-1].as_at <= as_at:
        return before, 0
    kept = tuple(one for one in journal.postings if one.as_at <= as_at)
    short = Journal(folder=journal.folder, postings=kept, head=journal.head)
    then_known = evolve(before, posted=short.posted(), ordered=short.ordered(), journal=short)
    return then_known, len(journal.postings) - len(kept)


def reconciled(prepared: Prepared, whole: Settlement, plugins: Plugins) -> tuple[Settlement, InYear]:
    """The settlement of the months, and what is due, payable and moved."""
    settled = within(whole, prepared.months)
    spans = _spans(prepared, settled)
    declared = {account: pot for account, (pot, _) in pots_of(settled.program).items()}
    declared |= {state.account: state.pot for state in settled.pots if state.account not in declared}
    due = due_now(
        settled.lines, prepared.before, settled=spans, holders=holders(declared, prepared.case.contracts),
        as_at=prepared.as_at, body=prepared.body,
    )  # fmt: skip
    postings = prepared.before.journal.postings if prepared.before.journal else ()
    kept = made_from(prepared.workspace, prepared.facts, prepared.choice.files(), postings)
    found: tuple[Moved, ...] = ()
    if postings:
        earlier = then(postings[-1], postings, prepared.reader, prepared.facts, plugins)
        if earlier is not None:
            posted = {key: of for key, of in prepared.before.posted.items() if is_within(key, spans)}
            found = tuple(moved(posted, earlier, _now(prepared), entitlement(settled.lines)))
    return settled, InYear(
        months=prepared.months, as_at=prepared.as_at, choice=prepared.choice, calendar=prepared.reader.calendar,
        plan=prepared.plan, due=due, moved=found, since=postings[-1].as_at if postings else None,
        later=prepared.later, body=prepared.body, made_from=kept,
    )  # fmt: skip


def _now(prepared: Prepared) -> Then:
    return Then(
        case=prepared.workspace.case, facts=prepared.facts, months=prepared.months, as_at=prepared.as_at,
        files=prepared.workspace.files,
    )  # fmt: skip


def _spans(prepared: Prepared, settled: Settlement) -> dict[str, Span]:
    """The months that are complete for each settled contract: all of them, also where its own days are fewer now."""
    all_of_them = name_of(prepared.months.first), name_of(prepared.months.last)
    return dict.fromkeys(settled_spans(prepared.case.contracts, settled.outcomes), all_of_them)


def posted(in_year: InYear, run: str) -> Path | None:
    """Post what is due; the file of the posting, or None where there is nothing to post. Raises InputError."""
    journal = in_year.due.before.journal
    if journal is None:
        raise InputError(Fault(
            code="journal/none", found="what was worked out without the journal cannot be posted to it",
            write="--posted journal, which is what is taken if nothing is said",
        ))  # fmt: skip
    if in_year.later:
        many = "postings were" if in_year.later > 1 else "posting was"
        raise InputError(Fault(
            code="journal/past", found=f"{in_year.later} {many} made as at a day after {in_year.as_at}",
            why="what is posted is never changed, so nothing can be posted before it",
            write="--as-at with the day of the last posting, or a later one",
        ))  # fmt: skip
    after = post(in_year.due, run=run, months=in_year.months.names, submissions=in_year.made_from)
    return None if after.head == journal.head else after.folder / file_name(after.head.number)
