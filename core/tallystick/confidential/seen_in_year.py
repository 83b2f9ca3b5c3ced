"""A reconciliation as a party sees it: every payment of its own to the penny, and what moved without the small groups.

What is payable is a total that has to be paid. What is due on each line is not: since the last posting a few answers
may have come, so all that is neither price nor fixed is shown as one line.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from tallystick.confidential.resting import Hidden, Rests
from tallystick.in_year.moved import Moved
from tallystick.in_year.postings import PostingKey, Sum, added, in_name_order
from tallystick.in_year.reconcile import InYear
from tallystick.kernel.describe import plain_name
from tallystick.kernel.settlement import Settlement

OPEN = ("price", "fixed", "on-account")
TOGETHER = "incentives and adjustments"
NOT_APART = "all that is not shown apart, net"


def seen_in_year(
    of: InYear, settlement: Settlement, hidden: Hidden, rests: Mapping[str, Rests], parties: Mapping[str, str]
) -> InYear:  # fmt: skip
    """What the party sees of it; what it pays and is paid is never changed."""
    labels = {
        (contract, entry.label)
        for identity, one in rests.items() if one.money
        for contract, entry in settlement.program.uses[identity].holders.items()
    }  # fmt: skip
    payable = tuple(
        one for one in of.due.payable
        if one.contract in parties and _is_own(of, parties[one.contract], one.payer, one.payee, labels, one.contract)
    )  # fmt: skip
    due = evolve(
        of.due, lines=_lines(of, labels, parties), payable=payable,
        payments=tuple(one for one in of.due.payments if one.contract in parties),
    )  # fmt: skip
    sources = tuple(one for one in of.choice.sources if one.table not in hidden.tables)
    counted = {table: one for table, one in of.choice.counted.items() if table not in hidden.tables}
    choice = evolve(of.choice, sources=sources, counted=counted, tables=of.choice.tables - hidden.tables)
    return evolve(of, due=due, choice=choice, moved=tuple(_moved(of, hidden, labels, parties)), made_from={})


def _is_own(
    of: InYear, party: str, payer: str, payee: str, labels: set[tuple[str, str]], contract: str
) -> bool:  # fmt: skip
    """True for a payment of the party itself, and for any under a contract that holds nothing confidential."""
    if contract not in {name for name, _ in labels}:
        return True
    return bool({party, of.body(party, of.as_at)} & {payer, payee})


def _lines(of: InYear, labels: set[tuple[str, str]], parties: Mapping[str, str]) -> dict[PostingKey, Sum]:
    touched = {contract for contract, _ in labels}
    found: list[tuple[PostingKey, Sum]] = []
    for key, one in of.due.lines.items():
        if key.contract == "scheme" or key.contract not in parties:
            continue
        if key.contract not in touched or (key.kind in OPEN and (key.contract, key.label) not in labels):
            found.append((key, one))
            continue
        party = parties[key.contract]
        if party in (key.payer, key.payee):
            pence = one.pence if key.payee == party else -one.pence
            payer, payee, signed = in_name_order(f"{key.contract}/{TOGETHER}", party, pence)
            found.append((
                PostingKey(
                    key.contract, of.months.names[0], key.book, "adjustment", "", TOGETHER, payer, payee, "", NOT_APART
                ),
                Sum(signed, 0),
            ))  # fmt: skip
    return added(found)


def _moved(
    of: InYear, hidden: Hidden, labels: set[tuple[str, str]], parties: Mapping[str, str]
) -> list[Moved]:  # fmt: skip
    """What moved, with what rests on something confidential, or moved because of it, as one reason."""
    secret = {plain_name(table) for table in hidden.tables}
    together: dict[str, int] = {}
    found = []
    for one in of.moved:
        if one.contract not in parties:
            continue
        if (one.contract, one.label) in labels or one.reason in secret:
            together[one.contract] = together.get(one.contract, 0) + one.pence
        else:
            found.append(one)
    last = max((one.place for one in of.moved), default=0) + 1
    found += [Moved(contract, last, NOT_APART, TOGETHER, pence) for contract, pence in together.items() if pence]
    return sorted(found)
