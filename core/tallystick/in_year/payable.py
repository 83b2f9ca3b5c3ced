"""What is payable now, by contract and pair of bodies: entitlement to date, less what was paid or ordered before.

Only cash is payable. A pot's money stands with whoever holds the pot, so money that a commissioner puts into a pot
which it holds itself is money that it has not paid. A body that has closed stands as its successor, if the caller
says who that is; netting comes after that, and the entitlement itself keeps the names of the contract.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from tallystick.in_year.postings import Sums, in_name_order
from tallystick.kernel.accounts import Pot
from tallystick.kernel.case import ContractCase
from tallystick.kernel.errors import SettlementError

Body = Callable[[str, datetime.date], str]
"""The body that has an account's rights and debts on a day: its successor if it has closed by then, else itself."""


class Payment(NamedTuple):
    """A payment that was made and that no posting ordered: an instalment on account. ``pence`` are above zero."""

    contract: str
    payer: str
    payee: str
    paid_on: datetime.date
    pence: int
    reference: str


class Pair(NamedTuple):
    """Two bodies under one contract, in the order of their names."""

    contract: str
    first: str
    second: str


class Payable(NamedTuple):
    """What stands between two bodies under one contract, in pence from payer to payee; below zero is the other way.

    ``entitled`` = ``on_account`` + ``ordered`` + ``now``, always. ``now`` is never below zero: the pair is turned so.
    """

    contract: str
    payer: str
    payee: str
    entitled: int
    on_account: int
    ordered: int
    now: int


def unchanged(account: str, _: datetime.date) -> str:
    """Every body is its own: nobody has closed."""
    return account


def holders(declared: Mapping[str, Pot], contracts: Iterable[ContractCase]) -> dict[str, str]:
    """The body that holds each pot and fund, by account: ``{"acute/quality": "QXX", "scheme/growth": "X24"}``.

    ``declared`` gives every pot by its account, as in ``{state.account: state.pot for state in settlement.pots}``. A
    pot of which nobody said who holds it is held by the contract's commissioner; a fund then holds its money itself.
    """
    parties = {one.id: one for one in contracts}
    found: dict[str, str] = {}
    for account in sorted(declared):
        line = [account]
        while line[-1] in declared:
            holder = _held_by(line[-1], declared[line[-1]].held_by, parties)
            if holder == line[-1]:
                break
            if holder in line:
                raise SettlementError(f"{account} is held by {holder}, and that by itself in the end")
            line.append(holder)
        found[account] = line[-1]
    return found


def _held_by(account: str, said: str, parties: Mapping[str, ContractCase]) -> str:
    contract = account.partition("/")[0]
    if contract == "scheme":
        return said or account
    word = said or "commissioner"
    if word not in ("provider", "commissioner"):
        return word
    if contract not in parties:
        raise SettlementError(f"{account} is held by the {word} of {contract}, and there is no such contract")
    return parties[contract].provider if word == "provider" else parties[contract].commissioner


def payable(
    sums: Sums, *, contracts: Collection[str], holders: Mapping[str, str], payments: Iterable[Payment],
    ordered: Mapping[Pair, int], as_at: datetime.date, body: Body = unchanged,
) -> tuple[Payable, ...]:  # fmt: skip
    """What is payable under each of ``contracts``, in order of contract, payer and payee.

    ``sums`` is what will have been posted in all; ``ordered`` what earlier postings ordered paid, from the first body
    of a pair to the second. Payments after ``as_at`` are not known yet. A pair stands there if anything ever stood
    between the two. Raises SettlementError where money stands in a pot that nobody holds.
    """

    def pair(contract: str, payer: str, payee: str, pence: int) -> tuple[Pair, int]:
        first, second, signed = in_name_order(body(payer, as_at), body(payee, as_at), pence)
        return Pair(contract, first, second), signed

    found: dict[Pair, list[int]] = {}
    chosen = frozenset(contracts)
    for contract, payer, payee, pence in _cash(sums, chosen):
        _add(found, pair(contract, _holder(payer, holders), _holder(payee, holders), pence), 0)
    for paid in payments:
        if paid.contract in chosen and paid.paid_on <= as_at:
            _add(found, pair(paid.contract, paid.payer, paid.payee, paid.pence), 1)
    for (contract, first, second), pence in ordered.items():
        if contract in chosen:
            _add(found, pair(contract, first, second, pence), 2)
    return tuple(sorted(_shown(one, *sums_of) for one, sums_of in found.items() if one.first != one.second))


def ordered_by(payables: Iterable[Payable]) -> dict[Pair, int]:
    """What all of them together order paid, by pair, from its first body to its second, where that is anything."""
    found: dict[Pair, int] = {}
    for one in payables:
        first, second, pence = in_name_order(one.payer, one.payee, one.now)
        pair = Pair(one.contract, first, second)
        found[pair] = found.get(pair, 0) + pence
    return {pair: found[pair] for pair in sorted(found) if found[pair]}


def _cash(sums: Sums, contracts: Collection[str]) -> list[tuple[str, str, str, int]]:
    """What all cash lines between two accounts come to; a pot through which nothing went in the end needs no holder."""
    net: dict[tuple[str, str, str], int] = {}
    for key, of in sums.items():
        if key.book == "cash" and key.contract in contracts:
            place = (key.contract, key.payer, key.payee)
            net[place] = net.get(place, 0) + of.pence
    return [(*place, net[place]) for place in sorted(net) if net[place]]


def _holder(account: str, holders: Mapping[str, str]) -> str:
    if account in holders or "/" not in account or account.startswith("scheme/"):
        return holders.get(account, account)
    raise SettlementError(f"money stands in {account}, and nobody says who holds that pot")


def _add(found: dict[Pair, list[int]], what: tuple[Pair, int], column: int) -> None:
    pair, pence = what
    found.setdefault(pair, [0, 0, 0])[column] += pence


def _shown(pair: Pair, entitled: int, on_account: int, ordered: int) -> Payable:
    """The pair turned so that what is payable now, or else what there was, goes from payer to payee."""
    now = entitled - on_account - ordered
    decisive = next((pence for pence in (now, entitled, on_account) if pence), 0)
    if decisive >= 0:
        return Payable(pair.contract, pair.first, pair.second, entitled, on_account, ordered, now)
    return Payable(pair.contract, pair.second, pair.first, -entitled, -on_account, -ordered, -now)
