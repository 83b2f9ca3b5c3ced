"""Postings: what a line is called for as long as its year lasts, what it has come to, and what is due on it now.

**Due now = entitlement to date − already posted**, line by line. A line is known by its contract, the first month of
its period (a period to date grows as months pass, its start stays), and all that it says but its amount. Its two
accounts stand in the order of their names and its pence have a sign, so that a line that turned round meets its
former self.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tallystick.kernel.errors import SettlementError
from tallystick.kernel.ledger import LedgerLine

Span = tuple[str, str]
"""A first and a last month, both included: ``("2025-04", "2025-09")``."""


class PostingKey(NamedTuple):
    """What a line is called. ``starts`` is the first month of its period; ``payer`` is before ``payee`` by name."""

    contract: str
    starts: str
    book: str
    kind: str
    rule: str
    label: str
    payer: str
    payee: str
    clause: str
    reason: str


class Sum(NamedTuple):
    """What a line comes to: pence from the key's payer to its payee (below zero the other way), and units.

    Units are counted and have no direction: they keep their sign when a line turns round.
    """

    pence: int
    units: int


Sums = Mapping[PostingKey, Sum]
"""What every line comes to. No key stands there with neither pence nor units."""


def posting_key(line: LedgerLine) -> tuple[PostingKey, Sum]:
    """The name of a ledger line, and what it comes to, by the order of its two accounts."""
    payer, payee, pence = in_name_order(line.payer, line.payee, line.pence)
    key = PostingKey(
        line.contract, line.period.partition(" to ")[0], line.book, line.kind, line.rule, line.label, payer, payee,
        line.clause, line.reason,
    )  # fmt: skip
    return key, Sum(pence, line.units)


def in_name_order(payer: str, payee: str, pence: int) -> tuple[str, str, int]:
    """The same payment with its accounts in the order of their names, and a sign for its direction."""
    return (payer, payee, pence) if payer <= payee else (payee, payer, -pence)


def shown(key: PostingKey, of: Sum) -> tuple[PostingKey, Sum]:
    """The line as it is shown: turned so that its pence are not negative. Units keep their sign."""
    if of.pence >= 0:
        return key, of
    return key._replace(payer=key.payee, payee=key.payer), Sum(-of.pence, of.units)


def entitlement(lines: Iterable[LedgerLine]) -> dict[PostingKey, Sum]:
    """What the lines of a settlement to date come to, in order of key.

    A line of which payer and payee are one moves no money and is left out, as the ledger does.
    """
    return added(posting_key(line) for line in lines if line.payer != line.payee)


def added(sums: Iterable[tuple[PostingKey, Sum]]) -> dict[PostingKey, Sum]:
    """The sum by key, in order of key; what comes to nothing at all is left out."""
    found: dict[PostingKey, list[int]] = {}
    for key, of in sums:
        one = found.setdefault(key, [0, 0])
        one[0] += of.pence
        one[1] += of.units
    return {key: Sum(*found[key]) for key in sorted(found) if any(found[key])}


def due(entitled: Sums, posted: Sums, settled: Mapping[str, Span]) -> dict[PostingKey, Sum]:
    """What is to be posted now: entitlement to date less what was posted, and nothing where nothing changed.

    ``settled`` says what the entitlement is complete for: each contract that was settled, with the first and last
    month of the periods that were. Only there does a line that is posted and no longer entitled go back: what is
    posted of a contract that stopped, of a contract that is not in the workspace any more, or of another year, stays.
    Lines that belong to the whole scheme have the contract ``scheme``.

    Raises SettlementError for an entitlement beyond ``settled``, since nobody could say what it is less.
    """
    for key in entitled:
        if not is_within(key, settled):
            raise SettlementError(
                f"{key.contract}, {key.label}: a line from {key.starts} is outside the contracts and months that were "
                "settled, so nobody can say what is due on it"
            )
    within = [(key, Sum(-of.pence, -of.units)) for key, of in posted.items() if is_within(key, settled)]
    return added([*entitled.items(), *within])


def is_within(key: PostingKey, settled: Mapping[str, Span]) -> bool:
    """True if the line's contract was settled, and the month in which its period starts among its months."""
    if key.contract not in settled:
        return False
    first, last = settled[key.contract]
    return first <= key.starts <= last


def together(first: Sums, second: Sums) -> dict[PostingKey, Sum]:
    """Both, line by line: what was posted with what is due now is what will have been posted."""
    return added([*first.items(), *second.items()])
