"""Explaining: one row or one line of a contract, worked out again by the reference with every step in words.

The reference is asked for each value on the way, so what is told is what is so: the branch that was taken, the
part of a condition that decided it, the row that a lookup found, each step of a derived price list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from tallystick.kernel.check.evaluate import Evaluator
from tallystick.kernel.check.flows import net_flows, one_flow
from tallystick.kernel.check.members import Member, StopError
from tallystick.kernel.describe import value_text
from tallystick.kernel.errors import Fault, InputError, did_you_mean
from tallystick.kernel.facts import Row
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.program import Program, Use
from tallystick.kernel.trace import TracedFlow, TracedUnits
from tallystick.kernel.worked import Step, Worked

FlowSaid = tuple[str, int, str, str, int]
"""Label, the flow's number in its rule, payer, payee, pence (negative: it goes the other way)."""


@frozen
class RuleSaid:
    """What one rule says: its steps in the order of use, and the lines that they end in."""

    label: str
    rule: str
    steps: tuple[Step, ...]
    ends: tuple[str, ...]

    def as_lines(self) -> Iterator[str]:
        """The rule's part of the text."""
        yield f"{self.label} ({self.rule})" if self.label != self.rule else self.label
        yield from (f"    {step}" for step in self.steps)
        yield from (f"  {end}" for end in self.ends)


@frozen
class Explanation:
    """How a row or a line comes to its money; ``why`` says why there is nothing to tell."""

    what: str
    contract: str = ""
    period: int = 0
    rules: tuple[RuleSaid, ...] = ()
    flows: tuple[FlowSaid, ...] = ()
    why: str = ""

    def as_text(self) -> str:
        """The whole explanation, for a terminal or a letter."""
        where = f", contract {self.contract}, period {self.period}" if self.contract else ""
        lines = [f"{self.what}{where}", *([self.why] if self.why else [])]
        for said in self.rules:
            lines += ["", *said.as_lines()]
        return "\n".join(lines) + "\n"


def explain_row(
    program: Program, facts: Mapping[str, Sequence[Row]], table: str, key: str, *, rule: str | None = None
) -> Explanation:
    """What every rule of its contract says of one row; ``rule`` limits it to one label.

    Raises InputError if there is no such row or label.
    """
    values = Evaluator(program, facts)
    row = _row(values, table, key)
    what = f"{table} {key}"
    place = values.places.of(table, row)
    if place is None:
        return Explanation(what, why=_why_nobodys(program, table, values.tables[table][row]))
    contract, period = place
    teller = _Teller(values, Member(table, contract, period, row))
    said = [
        told
        for label, use in _rules(program, contract, rule)
        if (told := teller.of_row(label, use)) is not None or rule is not None
    ]  # fmt: skip
    return Explanation(
        what, contract, period, tuple(told for told in said if told), tuple(teller.flows),
        why="" if any(said) else "no rule of the contract says anything of this row by itself",
    )  # fmt: skip


def _why_nobodys(program: Program, table: str, row: Row) -> str:
    """Why a row has no contract: it is looked up by the rows that it is about, or it is nobody's."""
    spec = program.case.tables[table]
    if spec.date is not None:
        return "it belongs to no contract that is settled, so nothing is paid for it"
    keys = {name: other.key for name, other in sorted(program.case.tables.items()) if other.date and name != table}
    about = [f"{name}:{row[key]}" for name, key in keys.items() if key and row.get(key) is not None]
    shows = f"; what it does is shown by explaining {about[0]}" if about else ""
    return f"it has no contract of its own, because rules look it up{shows}"


def explain_line(
    program: Program, facts: Mapping[str, Sequence[Row]], contract: str, period: int, label: str, number: int
) -> Explanation:
    """How one flow of a contract's period comes to its money; of a sum over rows, how many and how much.

    Raises InputError if the contract has no such label, or its rule no such flow.
    """
    values = Evaluator(program, facts)
    ((_, use),) = _rules(program, contract, label)
    if not 0 <= number < len(use.traced.flows):
        raise InputError(Fault(code="explain/flow", found=f"rule {label!r} has no flow {number}"))
    if not 0 < period <= len(values.places.periods[contract]):
        raise InputError(Fault(code="explain/period", found=f"contract {contract} has no period {period}"))
    teller = _Teller(values, Member("contract", contract, period))
    said = teller.of_line(label, use, use.traced.flows[number])
    return Explanation(f"{label}, flow {number}", contract, period, (said,), tuple(teller.flows))


def _row(values: Evaluator, table: str, key: str) -> int:
    spec = values.program.case.tables.get(table)
    if spec is None or spec.key is None:
        raise InputError(Fault(code="explain/table", found=f"no rows of a table {table!r} can be named by a key",
                               write=did_you_mean(table, values.program.case.tables)))  # fmt: skip
    for place, row in enumerate(values.tables[table]):
        if row.get(spec.key) == key:
            return place
    raise InputError(Fault(code="explain/row", found=f"table {table} has no row whose {spec.key} is {key!r}"))


def _rules(program: Program, contract: str, label: str | None) -> list[tuple[str, Use]]:
    stop = program.stopped.get(contract)
    if stop is not None:
        raise InputError(Fault(code="explain/stopped", found=f"contract {contract} is not settled: {stop.why}"))
    held = {name: program.uses[identity] for name, identity in program.identities.get(contract, {}).items()}
    if label is not None and label not in held:
        raise InputError(Fault(code="explain/label", found=f"contract {contract} has no rule {label!r}",
                               write=did_you_mean(label, held)))  # fmt: skip
    return [(name, use) for name, use in held.items() if label in (None, name)]


class _Teller:
    """Tells what rules say of one member, and keeps the flows that it found."""

    def __init__(self, values: Evaluator, member: Member) -> None:
        self.values, self.member = values, member
        self.flows: list[FlowSaid] = []
        self.unit = values.program.case.money

    def of_row(self, label: str, use: Use) -> RuleSaid | None:
        """What the rule says of a row; None if it has no flow or claim for rows of that table."""
        flows = [flow for flow in use.traced.flows if flow.amount.grain.name == self.member.grain]
        claims = [claim for claim in use.traced.units if claim.table == self.member.grain]
        if not flows and not claims:
            return None
        worked = Worked(self.values, self.member, own=label)
        ends: list[str] = []
        unpaid: list[str] = []
        for flow in flows:
            self._end(label, flow, worked, ends, unpaid)
        ends += [end for claim in claims for end in self._claimed(claim)]
        if not any(pence for name, *_, pence in self.flows if name == label):
            ends += unpaid or ["nothing is paid, because the rule only counts this row"]
        return RuleSaid(label, use.cls.rule_name, tuple(worked.steps), tuple(ends))

    def _end(self, label: str, flow: TracedFlow, worked: Worked, ends: list[str], unpaid: list[str]) -> None:
        try:
            moved = one_flow(self.values, self.member, flow)
        except StopError as stop:
            ends.append(f"the contract is stopped: {stop}")
            return
        if moved is None or not moved[2]:
            unpaid.append(f"nothing is paid, because {worked.why_nothing(flow.amount)} ({flow.reason})")
            return
        payer, payee, pence, _ = moved
        worked.work("amount", flow.amount)
        self.flows.append((label, flow.number, payer, payee, pence))
        ends.append(self._moved(label, flow, payer, payee, pence))

    def _moved(self, label: str, flow: TracedFlow, payer: str, payee: str, pence: int) -> str:
        if pence < 0:
            payer, payee = payee, payer
        identity = self.values.program.identities[self.member.contract][label]
        entry = self.values.entry(self.member.contract, identity)
        clause = flow.clause or (entry.clause if entry else "")
        book = "" if flow.book == "cash" else f", in the book “{flow.book}”"
        money = self._text(abs(pence))
        return f"{payer} → {payee} {money} ({flow.kind}{book}): {flow.reason}" + (
            f"; clause: {clause}" if clause else ""
        )

    def _text(self, pence: int) -> str:
        return value_text(Kind.AMOUNT, pence, self.unit)

    def _claimed(self, claim: TracedUnits) -> Iterator[str]:
        if not self.values.value(claim.where, self.member):
            return
        units = self.values.value(claim.units, self.member)
        state = claim.state if self.values.value(claim.priced, self.member) else "unpriced"
        if claim.unnamed is not None and self.values.value(claim.unnamed, self.member):
            state = "not named by the price list"
        yield f"{units} × {claim.unit}: {state}, {claim.reason}"

    def of_line(self, label: str, use: Use, flow: TracedFlow) -> RuleSaid:
        """How the flow comes to its lines in the period."""
        member, grain = self.member, flow.amount.grain
        worked = Worked(self.values, member, own=label)
        ends: list[str] = []
        unpaid: list[str] = []
        if grain.name == "contract":
            self._end(label, flow, worked, ends, unpaid)
            return RuleSaid(label, use.cls.rule_name, tuple(worked.steps), tuple(ends + unpaid))
        members = self.values.members(grain, member.contract, member.period)
        try:
            lines = net_flows(self.values, member.contract, member.period, use.identity, flow)
        except StopError as stop:
            return RuleSaid(label, use.cls.rule_name, (), (f"the contract is stopped: {stop}",))
        for part in members if not grain.table else ():
            worked.member = part
            worked.work(f"record {part.row + 1}", flow.amount)
        for line in lines:
            self.flows.append((label, flow.number, line.payer, line.payee, line.pence))
            ends.append(self._moved(label, flow, line.payer, line.payee, line.pence))
        of = f"rows of {grain.table}" if grain.table else "records"
        ends.append(
            f"the sum over {len(members):,} {of}, of which {sum(line.units for line in lines):,} units are counted"
        )
        return RuleSaid(label, use.cls.rule_name, tuple(worked.steps), tuple(ends))
