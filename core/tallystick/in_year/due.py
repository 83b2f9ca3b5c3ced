"""What is due and payable now, in one piece: what was already posted, what is entitled, the difference, and posting it.

::

    before = already_posted(workspace_folder, "journal", contracts=case.contracts, as_at=day)
    now = due_now(
        settlement.lines, before, settled=settled_spans(case.contracts, settlement.outcomes),
        holders=holders(pots, case.contracts), as_at=day,
    )
    journal = post(now, run=fingerprint, months=("2025-04", "2025-05"), submissions=names)
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen

from tallystick.in_year.journal import FOLDER, Journal, append, open_journal
from tallystick.in_year.payable import Body, Pair, Payable, Payment, payable, unchanged
from tallystick.in_year.payments import FILE, read_payments
from tallystick.in_year.posting_file import Head
from tallystick.in_year.postings import Span, Sums, due, entitlement, together
from tallystick.kernel.case import ContractCase
from tallystick.kernel.ledger import LedgerLine, period_name

Source = Literal["journal", "payments", "nothing"]
"""Where what was already posted stands: in the journal (with payments on account), in payments alone, or nowhere."""


@frozen(kw_only=True)
class Already:
    """What was already posted, ordered paid, and paid on account. Only a ``journal`` can be posted to."""

    posted: Sums = field(factory=dict)
    ordered: Mapping[Pair, int] = field(factory=dict)
    payments: tuple[Payment, ...] = ()
    journal: Journal | None = None


@frozen(kw_only=True)
class DueNow:
    """What is due on each line, and what that makes payable between each pair of bodies."""

    as_at: datetime.date
    lines: Sums
    payable: tuple[Payable, ...]
    payments: tuple[Payment, ...]
    """The payments on account that were taken into account."""
    before: Already


def already_posted(
    workspace: Path, source: Source, *, contracts: Iterable[ContractCase], as_at: datetime.date, money: str = "GBP",
    body: Body = unchanged, known: Iterable[Head] = (), through: str = "",
) -> Already:  # fmt: skip
    """Read what was already posted, from the source that the caller names.

    ``"journal"`` reads the workspace's journal, and payments.csv if it is there; ``"payments"`` reads payments.csv,
    which has to be there, and takes every payment for one that nothing ordered; ``"nothing"`` reads nothing, so that
    all that is entitled is due. Payments for a month after ``through`` are left out, unless that month was posted
    already: what it came to is due to date then. ``known`` is for
    :func:`~tallystick.in_year.journal.open_journal`. Raises InputError.
    """
    if source == "nothing":
        return Already()
    journal = open_journal(workspace / FOLDER, known=known) if source == "journal" else None
    needed = source == "payments"
    if journal is not None and through:
        through = max([through, *(one.months[-1] for one in journal.postings if one.as_at <= as_at)])
    payments = read_payments(
        workspace / FILE, contracts, as_at=as_at, money=money, body=body, needed=needed, through=through
    )
    if journal is None:
        return Already(payments=payments)
    return Already(posted=journal.posted(), ordered=journal.ordered(), payments=payments, journal=journal)


def settled_spans(contracts: Iterable[ContractCase], outcomes: Mapping[str, str]) -> dict[str, Span]:
    """The first and last month that a settlement covers, for each contract that it settled.

    ``contracts`` are those that were settled *as* they were settled, cut to the months to date: of a month that they
    span and that has no lines, everything that was posted would go back.
    Lines of the whole scheme (what is left in a fund) are of ``scheme``, which is settled if every contract is.
    """
    found: dict[str, Span] = {}
    several = list(contracts)
    for one in several:
        periods = list(one.periods())
        if periods and outcomes.get(one.id) == "settled":
            found[one.id] = (period_name(periods[0]).partition(" ")[0], periods[-1].month)
    if found and len(found) == len(several):
        found["scheme"] = (min(first for first, _ in found.values()), max(last for _, last in found.values()))
    return found


def due_now(
    lines: Iterable[LedgerLine], before: Already, *, settled: Mapping[str, Span], holders: Mapping[str, str],
    as_at: datetime.date, body: Body = unchanged,
) -> DueNow:  # fmt: skip
    """Entitlement to date less what was already posted, and what is payable once that is posted.

    ``settled`` and ``holders`` come from :func:`settled_spans` and :func:`~tallystick.in_year.payable.holders`.
    Nothing is due or payable under contracts that were not settled. Raises SettlementError for lines outside them.
    """
    lines_due = due(entitlement(lines), before.posted, settled)
    payments = tuple(one for one in before.payments if one.contract in settled and one.paid_on <= as_at)
    payables = payable(
        together(before.posted, lines_due), contracts=settled, holders=holders, payments=payments,
        ordered=before.ordered, as_at=as_at, body=body,
    )  # fmt: skip
    return DueNow(as_at=as_at, lines=lines_due, payable=payables, payments=payments, before=before)


def post(now: DueNow, *, run: str, months: Sequence[str], submissions: Mapping[str, Any] | None = None) -> Journal:
    """Append what is due to the journal that it was worked out from, which is returned with it.

    The same journal comes back, and no file is written, where nothing is due or payable. Raises ValueError where what
    was already posted did not come from a journal, and otherwise as :func:`~tallystick.in_year.journal.append` does.
    """
    if now.before.journal is None:
        raise ValueError("only what was worked out from a journal can be posted to it")
    return append(
        now.before.journal, run=run, months=months, as_at=now.as_at, lines=now.lines, payable=now.payable,
        payments=now.payments, submissions=submissions,
    )  # fmt: skip
