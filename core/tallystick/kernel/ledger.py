"""The ledger: every payment of a settlement as a line with two halves, and what follows from adding them up."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from attrs import field, frozen

from tallystick.kernel.accounts import Pot
from tallystick.kernel.case import Period
from tallystick.kernel.program import Program
from tallystick.kernel.reading import FlowLine, Reading


class LedgerLine(NamedTuple):
    """One line of the ledger. ``pence`` is never negative: a negative amount has been turned round."""

    contract: str
    period: str
    month: str
    book: str
    kind: str
    rule: str
    label: str
    payer: str
    payee: str
    pence: int
    units: int
    clause: str
    reason: str


class Balance(NamedTuple):
    """What came into an account and went out of it, over the settlement, in one book."""

    account: str
    book: str
    opening: int
    received: int
    paid: int

    @property
    def closing(self) -> int:
        """What the account holds after it."""
        return self.opening + self.received - self.paid


@frozen(eq=False, kw_only=True)
class PotState:
    """One pot of a contract, or fund of the scheme, over its time: what it held at most and least, and its end."""

    account: str
    pot: Pot
    contracts: tuple[str, ...]
    book: str
    opening: int
    received: int
    paid: int
    lowest: int
    carried: int
    """What is carried forward by name, of what it holds in the end."""
    payees: frozenset[str] = frozenset()
    """Every account that was paid from it."""
    ended: bool = True
    """False while a contract that may use it goes on after what is settled: what it holds then stays in it."""
    closing_lines: tuple[LedgerLine, ...] = field(default=())
    """The lines by which the engine returned or passed on what was left."""

    @property
    def closing(self) -> int:
        """What the pot holds in the end, after what was returned or passed on."""
        return self.opening + self.received - self.paid


def period_name(period: Period) -> str:
    """``2025-04`` for a month, ``2025-04 to 2026-03`` for anything longer."""
    first = f"{period.first.year:04d}-{period.first.month:02d}"
    return first if first == period.month else f"{first} to {period.month}"


def ledger_lines(program: Program, flows: Iterable[FlowLine]) -> Iterator[LedgerLine]:
    """Ledger lines in a stated order: contract, period, label, number of the flow, accounts."""
    by_contract: dict[str, list[FlowLine]] = {}
    for one in flows:
        by_contract.setdefault(one.contract, []).append(one)
    spans = {contract.id: contract.periods for contract in program.contracts if contract.id in by_contract}
    names: dict[tuple[datetime.date, str], str] = {}
    traced = {identity: use.traced.flows for identity, use in program.uses.items()}
    for contract in sorted(by_contract):
        periods = {period.number: period for period in spans[contract]()}
        ordered = []
        for _, number, identity, of, payer, payee, pence, units in by_contract[contract]:
            entry = program.labels[contract, identity]
            ordered.append((number, entry.label, of, payer, payee, pence, units, identity, entry))
        ordered.sort()
        for number, label, of, payer, payee, pence, units, identity, entry in ordered:
            if payer == payee:
                continue  # a body that would pay itself moves no money; the rule shows it as a figure
            flow, period = traced[identity][of], periods[number]
            if pence < 0:
                payer, payee, pence = payee, payer, -pence
            span = (period.first, period.month)
            said = names.get(span) or names.setdefault(span, period_name(period))
            yield LedgerLine(
                contract, said, span[1], flow.book, flow.kind, entry.use, label, payer, payee, pence, units,
                flow.clause or entry.clause, flow.reason,
            )  # fmt: skip


def balances(lines: Iterable[LedgerLine], opening: Mapping[str, int]) -> list[Balance]:
    """What each account received and paid, by book, in order of account."""
    sums: dict[tuple[str, str], list[int]] = {(account, "cash"): [0, 0] for account in opening}
    for line in lines:
        sums.setdefault((line.payee, line.book), [0, 0])[0] += line.pence
        sums.setdefault((line.payer, line.book), [0, 0])[1] += line.pence
    return [
        Balance(account, book, opening.get(account, 0) if book == "cash" else 0, received, paid)
        for (account, book), (received, paid) in sorted(sums.items())
    ]


def declared_pots(program: Program) -> Iterator[tuple[str, str, Pot]]:
    """Contract, label and pot, for every pot that a rule of a contract declares more of than its name."""
    for use in program.uses.values():
        for contract, entry in use.holders.items():
            for pot in (*use.traced.pots.values(), *entry.pots):
                yield contract, entry.label, pot


def pots_of(program: Program) -> dict[str, tuple[Pot, tuple[str, ...]]]:
    """Every pot and fund by account, as it is declared, with the contracts that may use it."""
    found: dict[str, tuple[Pot, tuple[str, ...]]] = {}
    for contract, _, pot in declared_pots(program):
        account = f"{contract}/{pot.name}"
        if account not in found or found[account][0].is_only_named:
            found[account] = (pot, (contract,))
    for fund in program.case.funds:
        users = {c for use in program.uses.values() if f"fund {fund.name}" in use.shares for c in use.holders}
        found[f"scheme/{fund.name}"] = (fund, tuple(sorted(users)))
    return found


def pot_states(program: Program, reading: Reading, lines: Sequence[LedgerLine]) -> list[PotState]:
    """Every pot and fund over its time, closed as its declaration says."""
    declared = pots_of(program)
    payees: dict[tuple[str, str], set[str]] = {}
    moved: dict[tuple[str, str], dict[str, list[int]]] = {}
    for line in lines:
        for account, received in ((line.payee, True), (line.payer, False)):
            if "/" in account:
                by_month = moved.setdefault((account, line.book), {}).setdefault(line.month, [0, 0])
                by_month[0 if received else 1] += line.pence
                if not received:
                    payees.setdefault((account, line.book), set()).add(line.payee)
    for account, (pot, _) in declared.items():
        if pot.opening:
            moved.setdefault((account, "cash"), {})
    going_on = frozenset(contract.id for contract in program.case.contracts if contract.until != contract.last)
    carried: dict[str, int] = {}
    for carry in reading.carries:
        carried[carry.pot] = carried.get(carry.pot, 0) + carry.pence
    return [
        _state(
            program, account, book, by_month, declared, carried.get(account, 0), going_on,
            frozenset(payees.get((account, book), ())),
        )
        for (account, book), by_month in sorted(moved.items())
    ]  # fmt: skip


def _state(
    program: Program, account: str, book: str, by_month: Mapping[str, Sequence[int]],
    declared: Mapping[str, tuple[Pot, tuple[str, ...]]], carried: int, going_on: frozenset[str],
    payees: frozenset[str],
) -> PotState:  # fmt: skip
    name = account.partition("/")[2]
    pot, contracts = declared.get(account, (Pot(name=name), (account.partition("/")[0],)))
    held = lowest = pot.opening if book == "cash" else 0
    received = paid = 0
    for month in sorted(by_month):
        came, went = by_month[month]
        received, paid, held = received + came, paid + went, held + came - went
        lowest = min(lowest, held)
    opening = pot.opening if book == "cash" else 0
    left = held - carried
    closing: tuple[LedgerLine, ...] = ()
    ended = going_on.isdisjoint(contracts)
    if pot.at_end in ("return", "pass on") and left > 0 and ended:
        month = max(by_month, default="")
        owner = contracts[0] if not account.startswith("scheme/") else "scheme"
        done = "returned" if pot.at_end == "return" else "passed on"
        closing = (LedgerLine(
            owner, month, month, book, "release", "pot", pot.name, account, _owner(program, owner, pot.to), left, 0, "",
            f"left in the pot at the end, and {done}",
        ),)  # fmt: skip
        paid += left
    return PotState(
        account=account, pot=pot, contracts=contracts, book=book, opening=opening, received=received, paid=paid,
        lowest=lowest, carried=carried, payees=payees, ended=ended, closing_lines=closing,
    )  # fmt: skip


def may_be_paid(program: Program, state: PotState) -> frozenset[str]:
    """The accounts that a pot may pay, where it says who: parties by their role in its contract, or codes."""
    named = state.pot.may_pay
    own = {getattr(c, to) for to in named if to in ("provider", "commissioner") for c in program.contracts
           if c.id in state.contracts}  # fmt: skip
    return frozenset(own | set(named))


def _owner(program: Program, contract: str, to: str) -> str:
    """The account that what is left goes to: a party of the contract by its role, or a code."""
    if to in ("provider", "commissioner"):
        found = next(c for c in program.contracts if c.id == contract)
        return str(getattr(found, to))
    return to
