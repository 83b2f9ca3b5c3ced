"""Flows: what one flow of a rule comes to in a contract's period, net between each two accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallystick.kernel.check.members import Member, StopError, Value
from tallystick.kernel.grains import TARGETS
from tallystick.kernel.reading import MISSING_IN_SUM, NO_ACCOUNT, FlowLine
from tallystick.kernel.trace import TracedFlow

if TYPE_CHECKING:
    from tallystick.kernel.check.evaluate import Evaluator


def net_flows(values: Evaluator, contract: str, period: int, identity: str, flow: TracedFlow) -> list[FlowLine]:
    """The flow's lines, one for each two accounts between which anything moves or is counted."""
    net: dict[tuple[str, str], tuple[int, int]] = {}
    for member in values.members(flow.amount.grain, contract, period):
        moved = one_flow(values, member, flow)
        if moved is not None:
            payer, payee, pence, units = moved
            before = net.get((payer, payee), (0, 0))
            net[payer, payee] = (before[0] + pence, before[1] + units)
    return [
        FlowLine(contract, period, identity, flow.number, payer, payee, pence, units)
        for (payer, payee), (pence, units) in sorted(net.items())
        if pence or units
    ]


def one_flow(values: Evaluator, member: Member, flow: TracedFlow) -> tuple[str, str, int, int] | None:
    """Payer, payee, pence and units of one row, record or contract; None where no account is named and no money."""
    pence = values.value(flow.amount, member)
    if pence is None:
        raise StopError(MISSING_IN_SUM)
    payer, payee = values.value(flow.payer, member), values.value(flow.payee, member)
    if not payer or not payee:
        if pence:
            raise StopError(NO_ACCOUNT)
        return None
    if flow.units is None:
        units: Value = int(bool(pence)) if flow.amount.grain.name not in TARGETS else 0
    else:
        units = values.value(flow.units, member)
    if units is None:
        raise StopError(MISSING_IN_SUM)
    return str(payer), str(payee), int(pence), int(units)  # type: ignore[arg-type]
