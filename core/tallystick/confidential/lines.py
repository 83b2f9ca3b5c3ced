"""The ledger as a party may see it: what rests on something confidential by groups, and not a penny of its own lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import field, frozen

from tallystick.confidential.groups import Arranged, Cell, Shown, arrange
from tallystick.confidential.resting import Rests
from tallystick.confidential.rows import OTHERWISE, Counted, Place, first_month, titles
from tallystick.kernel.case import ContractCase, Period
from tallystick.kernel.errors import SettlementError
from tallystick.kernel.ledger import LedgerLine, ledger_lines, period_name
from tallystick.kernel.program import Program, Use
from tallystick.kernel.reading import FigureLine, FlowLine
from tallystick.kernel.settlement import Settlement

At = tuple[str, str]
"""A contract and the label of one of its rules."""


@frozen(eq=False, kw_only=True)
class Seen:
    """What a party sees of the rules that rest on something confidential."""

    lines: tuple[LedgerLine, ...]
    figures: tuple[FigureLine, ...]
    shown: Mapping[At, Shown]
    pots: frozenset[str]
    """The pots and funds through which confidential money goes: what is in them is not shown."""
    notes: Mapping[str, tuple[str, ...]] = field(factory=dict)
    """By contract, what its statement says of it."""
    netted: tuple[At, ...] = ()
    """The rules of which not even the whole is large enough: only what the party gets net is shown."""


@frozen(eq=False, kw_only=True)
class _Rule:
    """One rule of one contract, with the flows of it that are confidential."""

    at: At
    use: Use
    rests: Rests
    party: str
    flows: tuple[FlowLine, ...]
    handed_on: tuple[LedgerLine, ...]
    counted: Counted


def seen(
    settlement: Settlement, rests: Mapping[str, Rests], parties: Mapping[str, str], counted: Mapping[At, Counted],
    before: Mapping[str, Mapping[str, Sequence[Shown]]], smallest: int, role: str,
) -> Seen:  # fmt: skip
    """What ``parties`` (by contract) see. Raises SettlementError if it came to another sum for one of them."""
    money = {identity: one for identity, one in rests.items() if one.money}
    pots = _pots(settlement, money)
    closing = [line for state in settlement.pots for line in state.closing_lines]
    lines: dict[str, list[LedgerLine]] = {contract: [] for contract in parties}
    for line in (*_open_lines(settlement, money), *(one for one in closing if one.payer not in pots)):
        if line.contract in lines:
            lines[line.contract].append(line)
    figures: list[FigureLine] = []
    shown: dict[At, Shown] = {}
    netted: list[At] = []
    notes: dict[str, list[str]] = {}
    contracts, since = {one.id: one for one in settlement.case.contracts}, first_month(settlement)
    for rule in _rules(settlement, money, parties, counted, [line for line in closing if line.payer in pots]):
        contract, label = rule.at
        arranged = _arranged(rule, before.get(contract, {}).get(label, ()), smallest)
        shown[rule.at] = arranged.shown()
        grouped = _Grouped(settlement.program, contracts[contract], since, rule, arranged, smallest)
        if arranged.netted:
            netted.append(rule.at)
            lines[contract] = grouped.take_in(lines[contract], pots)
        lines[contract] += grouped.lines()
        figures += grouped.figures()
        notes.setdefault(contract, []).append(grouped.note(role))
    for contract, said in _figures_alone(settlement, rests, role):
        if contract in parties:
            notes.setdefault(contract, []).append(said)
    found = [line for several in lines.values() for line in several]
    _refuse_other_sums(settlement.lines, found, parties)
    return Seen(
        lines=tuple(sorted(found, key=lambda line: (line.contract, line.period, line.label))), shown=shown, pots=pots,
        figures=tuple(figures), netted=tuple(netted),
        notes={contract: tuple(several) for contract, several in notes.items()},
    )  # fmt: skip


def _open_lines(settlement: Settlement, money: Mapping[str, Rests]) -> Iterator[LedgerLine]:
    """The ledger without every flow that rests on something confidential."""
    flows = (
        line for line in settlement.reading.flows
        if line.identity not in money or line.number not in money[line.identity].flows
    )  # fmt: skip
    return ledger_lines(settlement.program, flows)


def _figures_alone(settlement: Settlement, rests: Mapping[str, Rests], role: str) -> Iterator[tuple[str, str]]:
    """For each contract, what is said of rules of which figures alone rest on something confidential."""
    for identity, one in sorted(rests.items()):
        for contract, entry in sorted(settlement.program.uses[identity].holders.items()):
            if one.figures and not one.money:
                on = " and ".join(one.on)
                yield contract, f"{entry.label}: figures that rest on {on} are not shown to the {role}."


def _pots(settlement: Settlement, money: Mapping[str, Rests]) -> frozenset[str]:
    """Every pot and fund that such a rule declares or moves money through."""
    found = {account for line in settlement.reading.flows if line.identity in money
             for account in (line.payer, line.payee) if "/" in account}  # fmt: skip
    found |= {carry.pot for carry in settlement.reading.carries if carry.identity in money}
    for identity in money:
        use = settlement.program.uses[identity]
        for contract, entry in use.holders.items():
            found |= {f"{contract}/{pot.name}" for pot in (*use.traced.pots.values(), *entry.pots)}
        found |= {f"scheme/{tie.removeprefix('fund ')}" for tie in use.shares if tie.startswith("fund ")}
    return frozenset(found)


def _rules(
    settlement: Settlement, money: Mapping[str, Rests], parties: Mapping[str, str], counted: Mapping[At, Counted],
    closing: Sequence[LedgerLine],
) -> Iterator[_Rule]:  # fmt: skip
    taken: set[str] = set()
    flows: dict[tuple[str, str], list[FlowLine]] = {}
    for line in settlement.reading.flows:
        flows.setdefault((line.contract, line.identity), []).append(line)
    for identity, rests in sorted(money.items()):
        use = settlement.program.uses[identity]
        for contract, entry in sorted(use.holders.items()):
            if contract not in parties:
                continue
            mine = flows.get((contract, identity), [])
            through = {account for line in mine for account in (line.payer, line.payee)}
            handed_on = tuple(
                line for line in closing
                if line.contract == contract and line.payer in through and line.payer not in taken
            )  # fmt: skip
            taken.update(line.payer for line in handed_on)
            yield _Rule(
                at=(contract, entry.label), use=use, rests=rests, party=parties[contract], handed_on=handed_on,
                flows=tuple(line for line in mine if line.number in rests.flows),
                counted=counted.get((contract, entry.label), Counted()),
            )  # fmt: skip


def _arranged(rule: _Rule, before: Sequence[Shown], smallest: int) -> Arranged:
    """The cells that rows were counted in, and every other flow and carry as a cell of no rows."""
    traced = rule.use.traced
    cells = dict(rule.counted.cells)
    contract_flows = any(not traced.flows[number].amount.grain.table for number in rule.rests.flows)
    contract_carries = any(not traced.carries[number].amount.grain.table for number in rule.rests.carries)
    cells.setdefault(OTHERWISE, Cell(name=OTHERWISE))
    return arrange(
        cells.values(), before, smallest=smallest, apart=rule.counted.apart,
        together=contract_flows or contract_carries or bool(rule.handed_on),
    )  # fmt: skip


class _Grouped:
    """The lines of one rule in groups."""

    def __init__(
        self, program: Program, contract: ContractCase, since: str, rule: _Rule, arranged: Arranged, smallest: int
    ) -> None:  # fmt: skip
        self.rule, self.arranged, self.smallest = rule, arranged, smallest
        self.entry = program.labels[contract.id, rule.use.identity]
        self.says = titles(rule.use)
        self.periods: list[Period] = [one for one in contract.periods() if one.month >= since]
        self.apart = {rule.counted.places[cell.name]: cell for cell in arranged.apart if cell.name != OTHERWISE}
        self.net: dict[str, int] = {}
        self.others: set[str] = set()
        self.sums: dict[Place, int] = {}
        for line in rule.flows:
            first, second, pence = _in_order(line.payer, line.payee, line.pence)
            place = Place("flow", line.number, first, second, self.says["flow", line.number])
            if place in self.apart:
                self.sums[place] = self.sums.get(place, 0) + pence
            else:
                self._merge(rule.use.traced.flows[line.number].book, first, second, pence)
        for closing in rule.handed_on:
            self._merge(closing.book, closing.payer, closing.payee, closing.pence)

    def _merge(self, book: str, payer: str, payee: str, pence: int) -> None:
        """Add to what is shown together: what it brings the party; what goes past the party is not shown."""
        if payer == payee or self.rule.party not in (payer, payee):
            return
        self.others.add(payer if payee == self.rule.party else payee)
        self.net[book] = self.net.get(book, 0) + (pence if payee == self.rule.party else -pence)

    def take_in(self, lines: Iterable[LedgerLine], pots: frozenset[str]) -> list[LedgerLine]:
        """Take the rule's open lines with the same accounts into what is shown together; the others are returned."""
        left, others = [], self.others | pots
        for line in lines:
            mine = (line.contract, line.label) == self.rule.at and self.rule.party in (line.payer, line.payee)
            if mine and others & {line.payer, line.payee}:
                self._merge(line.book, line.payer, line.payee, line.pence)
            else:
                left.append(line)
        return left

    def lines(self) -> Iterator[LedgerLine]:
        """A line for each group that is shown apart, and one for all the rest."""
        for place, cell in sorted(self.apart.items()):
            if place.what == "flow" and self.sums.get(place):
                flow = self.rule.use.traced.flows[place.number]
                yield self._line(
                    flow.book, flow.kind, place.first, place.second, self.sums[place], cell.rows,
                    flow.clause or self.entry.clause, flow.reason,
                )  # fmt: skip
        other = next(iter(self.others)) if len(self.others) == 1 else f"{self.rule.at[0]}/what is shown together"
        for book, pence in sorted(self.net.items()):
            if pence:
                yield self._line(
                    book, "adjustment", other, self.rule.party, pence, 0, self.entry.clause, self.together()
                )

    def _line(
        self, book: str, kind: str, payer: str, payee: str, pence: int, units: int, clause: str, reason: str
    ) -> LedgerLine:  # fmt: skip
        contract, label = self.rule.at
        if pence < 0:
            payer, payee = payee, payer
        return LedgerLine(
            contract, self._span(), self.periods[-1].month, book, kind, self.entry.use, label, payer, payee, abs(pence),
            units, clause, reason,
        )  # fmt: skip

    def _span(self) -> str:
        first, last = period_name(self.periods[0]).partition(" to ")[0], self.periods[-1].month
        return first if first == last else f"{first} to {last}"

    def together(self) -> str:
        """What is shown together, by the names that the rule itself gives; the same whatever anybody answered."""
        what = "held less released, net" if self.arranged.netted else f"not shown apart (fewer than {self.smallest})"
        return f"{what}: {'; '.join(self._reasons())}" if self._reasons() else what

    def _reasons(self) -> list[str]:
        traced, apart = self.rule.use.traced, {(place.what, place.number) for place in self.apart}
        said = [traced.flows[n].reason for n in sorted(self.rule.rests.flows) if ("flow", n) not in apart]
        said += [traced.carries[n].reason for n in sorted(self.rule.rests.carries) if ("carry", n) not in apart]
        return list(dict.fromkeys(said))

    def figures(self) -> Iterator[FigureLine]:
        """How many rows still wait, where that group is shown apart: it has no line, because nothing was paid."""
        for place, cell in sorted(self.apart.items()):
            if place.what == "carry":
                name = f"still held: {self.rule.use.traced.carries[place.number].reason}"
                yield FigureLine(
                    self.rule.at[0], self.periods[-1].number, self.rule.use.identity, name, "count", cell.rows
                )

    def note(self, role: str) -> str:
        """What the statement says about the rule."""
        on = " and ".join(self.rule.rests.on)
        how = f"shown only in groups of {self.smallest} or more, for all periods together, and set in the last of them"
        return f"{self.rule.at[1]}: {how}. It rests on {on}, which the {role} is not shown line by line."


def _in_order(payer: str, payee: str, pence: int) -> tuple[str, str, int]:
    return (payer, payee, pence) if payer <= payee else (payee, payer, -pence)


def _refuse_other_sums(
    full: Iterable[LedgerLine], lines: Iterable[LedgerLine], parties: Mapping[str, str]
) -> None:  # fmt: skip
    """A party's net under each contract and rule has to be what it really is, to the penny."""
    nets: list[dict[tuple[str, str], int]] = [{}, {}]
    for net, several in zip(nets, (full, lines), strict=True):
        for line in several:
            party = parties.get(line.contract)
            pence = line.pence * ((line.payee == party) - (line.payer == party))
            if party is not None and pence:
                key = (line.contract, line.book)
                net[key] = net.get(key, 0) + pence
    wrong = sorted(key for key in {**nets[0], **nets[1]} if nets[0].get(key, 0) != nets[1].get(key, 0))
    if wrong:
        contract, book = wrong[0]
        raise SettlementError(
            f"what {parties[contract]} would be shown under contract {contract} adds up to another sum than what it is "
            f"due ({book} book): nothing is shown"
        )
