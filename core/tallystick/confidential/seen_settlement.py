"""The settlement that a party sees: nothing in it was worked out from what is confidential, but its groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from tallystick.confidential.lines import Seen
from tallystick.confidential.resting import Hidden, Rests
from tallystick.kernel.checks import Check
from tallystick.kernel.facts import Facts, Row
from tallystick.kernel.ledger import balances
from tallystick.kernel.program import Program, Stop
from tallystick.kernel.reading import Reading
from tallystick.kernel.settlement import Settlement

NOT_SAID = "what was found is not said here, because it may tell what is confidential: the commissioner can say"


def open_program(settlement: Settlement, hidden: Hidden, program: Program) -> Program:
    """The program without the reasons for which contracts stopped, where those might tell of confidential rows."""
    if not {*hidden.tables, *hidden.columns} & set(settlement.facts):
        return program
    stopped = {
        contract: Stop(NOT_SAID, stop.label, stop.clause, stop.because) for contract, stop in program.stopped.items()
    }
    return evolve(program, stopped=stopped)


def seen_settlement(
    settlement: Settlement, hidden: Hidden, rests: Mapping[str, Rests], program: Program, found: Seen,
    parties: Mapping[str, str], *, whole: bool,
) -> Settlement:  # fmt: skip
    """What the party sees of its contracts; with ``whole``, of all contracts and of the scheme's own lines too."""
    lines = list(found.lines)
    if whole:
        lines += [
            line for line in settlement.lines
            if line.contract == "scheme" and not found.pots & {line.payer, line.payee}
        ]  # fmt: skip
    kept = tuple(one for one in settlement.case.contracts if one.id in parties)
    case = evolve(settlement.case, contracts=kept)
    mine = evolve(
        program, case=case, contracts=tuple(one for one in program.contracts if one.id in parties),
        stopped={contract: stop for contract, stop in program.stopped.items() if contract in parties},
    )  # fmt: skip
    own = set(parties.values())
    opening = {f"scheme/{fund.name}": fund.opening for fund in settlement.case.funds if fund.opening}
    facts = {name: _narrowed(one, hidden) for name, one in settlement.facts.items() if name not in hidden.tables}
    if not rests and whole:
        return evolve(settlement, program=mine, facts=facts, checks=list(_checks(settlement, rests, found, parties)))
    return evolve(
        settlement, program=mine, reading=_reading(settlement, hidden, rests, found, parties), lines=lines,
        balances=[
            one for one in balances(lines, opening) if one.account in own or _is_open(one.account, found, parties)
        ],
        pots=[
            one for one in settlement.pots if one.account not in found.pots and parties.keys() & set(one.contracts)
        ],
        checks=list(_checks(settlement, rests, found, parties)), facts=facts,
        set_aside=[fault for one in facts.values() for fault in one.set_aside],
    )  # fmt: skip


def _is_open(account: str, found: Seen, parties: Mapping[str, str]) -> bool:
    """True for a pot of one of the contracts through which nothing confidential goes."""
    contract, stroke, _ = account.partition("/")
    return bool(stroke) and contract in parties and account not in found.pots and contract not in found.notes


def _checks(
    settlement: Settlement, rests: Mapping[str, Rests], found: Seen, parties: Mapping[str, str]
) -> Iterator[Check]:  # fmt: skip
    """Every check with its outcome, and without the sums and counts that it was made on.

    Of a pot through which confidential money goes there is none: that there is one tells that something went there.
    """
    uses = settlement.program.uses
    secret = {uses[identity].traced.laws[n][0] for identity, one in rests.items() for n in one.laws}
    for one in settlement.checks:
        if one.name.partition(": ")[2] in secret or (one.passed and _is_of_pot(one.name, found.pots)):
            continue
        if not one.contracts or set(one.contracts) & set(parties):
            contracts = tuple(contract for contract in one.contracts if contract in parties)
            yield Check(one.name, one.passed, "its figures are not shown in this view", contracts)


def _is_of_pot(name: str, pots: frozenset[str]) -> bool:
    return any(name.startswith((f"pot {pot} ", f"pot {pot},")) for pot in pots)


def _reading(
    settlement: Settlement, hidden: Hidden, rests: Mapping[str, Rests], found: Seen, parties: Mapping[str, str]
) -> Reading:  # fmt: skip
    of, uses = settlement.reading, settlement.program.uses
    claimed = {
        (contract, uses[identity].traced.units[number].table, uses[identity].traced.units[number].unit)
        for identity, one in rests.items() for number in one.claims for contract in uses[identity].holders
    }  # fmt: skip
    secret_figures = {
        (identity, uses[identity].traced.figures[n].name) for identity, one in rests.items() for n in one.figures
    }

    def mine(lines: Sequence[Any], shown: Callable[[Any], bool]) -> list[Any]:
        return [line for line in lines if line.contract in parties and shown(line)]

    def counted(line: Any) -> bool:
        return line.table not in hidden.tables and (line.contract, line.table, line.unit) not in claimed

    def is_open(line: Any) -> bool:
        return line.identity not in rests or line.number not in rests[line.identity].flows

    return Reading(
        flows=[
            line._replace(number=_renumbered(rests[line.identity], line.number)) if line.identity in rests else line
            for line in mine(of.flows, is_open)
        ],
        units=mine(of.units, counted), received=mine(of.received, counted),
        figures=[
            *mine(of.figures, lambda line: (line.identity, line.name) not in secret_figures), *found.figures
        ],
        carries=mine(of.carries, lambda line: line.identity not in rests and line.pot not in found.pots),
        laws=mine(of.laws, lambda line: line.identity not in rests),
        nevers=mine(of.nevers, lambda line: line.identity not in rests),
        unplaced=[line for line in of.unplaced if line.table not in hidden.tables],
    )  # fmt: skip


def _renumbered(rests: Rests, number: int) -> int:
    """A flow's place once those that rest on something confidential are gone."""
    return number - sum(1 for other in rests.flows if other < number)


def _narrowed(facts: Facts, hidden: Hidden) -> Facts:
    """A table without its confidential columns."""
    gone = hidden.columns.get(facts.spec.name, frozenset())
    if not gone:
        return facts
    spec = evolve(facts.spec, columns={name: one for name, one in facts.spec.columns.items() if name not in gone})
    there = [name for name in facts.frame.collect_schema().names() if name.partition(".")[0] in gone]

    def records(*asked: Any) -> Iterator[Row]:
        for row in facts.records(*asked):
            yield {name: value for name, value in row.items() if name not in gone}

    return evolve(facts, spec=spec, frame=facts.frame.drop(there), records=records, digest="", set_aside=())
