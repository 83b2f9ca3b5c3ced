"""The part of a settlement that lies in the months: what came before them opens its pots, and is shown nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import evolve

from tallystick.in_year.months import Months, name_of
from tallystick.kernel.ledger import LedgerLine, PotState, balances
from tallystick.kernel.reading import Reading
from tallystick.kernel.settlement import Settlement


def within(settlement: Settlement, months: Months) -> Settlement:
    """The settlement of the periods that begin in the months; itself if no contract began before them."""
    if all(contract.first >= months.first for contract in settlement.case.contracts):
        return settlement
    first = name_of(months.first)
    lines = [line for line in settlement.lines if line.period >= first]
    before = [line for line in settlement.lines if line.period < first]
    pots = [_since(state, before) for state in settlement.pots]
    opening = {state.account: state.opening for state in pots if state.opening and state.book == "cash"}
    return evolve(
        settlement, lines=lines, pots=pots, reading=_reading(settlement, months), balances=balances(lines, opening)
    )


def _since(state: PotState, before: Iterable[LedgerLine]) -> PotState:
    """The pot with what it held when the months began as its opening."""
    mine = [line for line in before if line.book == state.book]
    came = sum(line.pence for line in mine if line.payee == state.account)
    went = sum(line.pence for line in mine if line.payer == state.account)
    return evolve(
        state, opening=state.opening + came - went, received=state.received - came, paid=state.paid - went
    )  # fmt: skip


def _reading(settlement: Settlement, months: Months) -> Reading:
    begun = {c.id: {p.number for p in c.periods() if p.first >= months.first} for c in settlement.case.contracts}

    def left(lines: Sequence[Any]) -> list[Any]:
        return [line for line in lines if line.period in begun.get(line.contract, ())]

    of = settlement.reading
    return evolve(
        of, flows=left(of.flows), units=left(of.units), received=left(of.received), figures=left(of.figures),
        carries=left(of.carries), laws=left(of.laws), nevers=left(of.nevers),
    )  # fmt: skip
