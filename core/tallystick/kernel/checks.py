"""Checks: what must be true of every settlement, tested in every run; a failed one stops the contracts it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from tallystick.kernel.accounts import Pot
from tallystick.kernel.ledger import LedgerLine, PotState, declared_pots, may_be_paid
from tallystick.kernel.money import money_text
from tallystick.kernel.program import Program
from tallystick.kernel.reading import Reading, UnitsLine


@frozen
class Check:
    """One thing that was tested. ``contracts`` are those it is about, empty for the whole settlement."""

    name: str
    passed: bool
    detail: str
    contracts: tuple[str, ...] = ()


def pot_checks(program: Program, states: Iterable[PotState], money: str) -> Iterator[Check]:
    """No pot goes below zero or pays whom it may not; in the end it is empty, carried forward by name, or handed on."""
    yield from _declared_twice(program)
    for state in states:
        where = f"pot {state.account}" + ("" if state.book == "cash" else f", {state.book} book")
        wrong = _wrong_with(state, money) or _wrongly_paid(program, state)
        if wrong is None:
            held = "carried forward" if state.ended else "still held, and its contract goes on"
            kept = f"{money_text(state.closing, money)} {held}" if state.closing else "empty at the end"
            opened = f"{money_text(state.opening, money)} at the start, " if state.opening else ""
            detail = f"{opened}{money_text(state.received, money)} in, {money_text(state.paid, money)} out, {kept}"
            yield Check(f"{where} keeps its money", True, detail, state.contracts)
        else:
            yield Check(f"{where} {wrong[0]}", False, wrong[1], state.contracts)


def _declared_twice(program: Program) -> Iterator[Check]:
    """Two rules of a contract that name one pot say the same of it, or one of them nothing."""
    first: dict[tuple[str, str], tuple[str, Pot]] = {}
    for contract, label, pot in declared_pots(program):
        if pot.is_only_named:
            continue
        other, said = first.setdefault((contract, pot.name), (label, pot))
        if said != pot:
            detail = f"{other!r} and {label!r} say different things of its holder, purpose, end or payees"
            yield Check(f"pot {contract}/{pot.name} is one pot", False, detail, (contract,))


def _wrongly_paid(program: Program, state: PotState) -> tuple[str, str] | None:
    """Who was paid from a pot that says whom it may pay, and is not among them; None if nobody."""
    others = sorted(state.payees - may_be_paid(program, state)) if state.pot.may_pay else []
    if not others:
        return None
    allowed = ", ".join(state.pot.may_pay)
    return "pays only whom it may", f"it would have paid {', '.join(others)}, and it may pay {allowed} alone"


def _wrong_with(state: PotState, money: str) -> tuple[str, str] | None:
    """Which law of pots is broken, and how; None if none is."""
    left = state.closing - state.carried
    if state.lowest < 0:
        stood = money_text(state.lowest, money)
        return "never goes below zero", f"it would have stood at {stood}: more is given out than was put in"
    if left < 0:
        carried, held = money_text(state.carried, money), money_text(state.closing, money)
        return "holds what it carries", f"{carried} is carried forward, and it holds {held}"
    if left and state.ended and state.pot.at_end != "carry forward":
        found = f"{money_text(left, money)} is left, and nothing says where it goes: say at_end, or release it"
        return "is empty at the end", found
    return None


def law_checks(program: Program, reading: Reading, money: str) -> Iterator[Check]:
    """Each rule's own laws, in each contract and period; those that hold are counted together."""
    held: dict[tuple[str, str], int] = {}
    for law in reading.laws:
        entry = program.labels[law.contract, law.identity]
        if law.left == law.right:
            held[entry.use, law.says] = held.get((entry.use, law.says), 0) + 1
        else:
            yield Check(f"{entry.label}: {law.says}", False,
                        f"{money_text(law.left, money)} is not {money_text(law.right, money)}, period {law.period}",
                        (law.contract,))  # fmt: skip
    for (use, says), times in sorted(held.items()):
        yield Check(f"{use}: {says}", True, f"held {times:,} times")


def unit_checks(program: Program, reading: Reading) -> Iterator[Check]:
    """Every payable unit is in one state: none is claimed by two rules of a contract."""
    clashes: dict[tuple[str, str, str], dict[str, int]] = {}
    for line in reading.units:
        if line.clashing:
            label = program.labels[line.contract, line.identity].label
            by_label = clashes.setdefault((line.contract, line.table, line.unit), {})
            by_label[label] = by_label.get(label, 0) + line.clashing
    for (contract, table, unit), labels in sorted(clashes.items()):
        named = " and ".join(f"{label!r} ({_state_of(program, reading, contract, label)})" for label in sorted(labels))
        if len(labels) == 1:
            named += ", which claims them twice"
        yield Check(
            f"each {unit} of {table} is in one state",
            False,
            f"{max(labels.values()):,} rows are claimed by {named}",
            (contract,),
        )
    if not clashes and reading.units:
        yield Check("each payable unit is in one state", True, "none is claimed twice")


def _state_of(program: Program, reading: Reading, contract: str, label: str) -> str:
    identity = program.identities[contract][label]
    states = {
        program.uses[identity].traced.units[line.claim].state
        for line in reading.units
        if (line.contract, line.identity) == (contract, identity)
    }
    return " and ".join(sorted(states))


def ledger_checks(lines: Sequence[LedgerLine], states: Sequence[PotState], money: str) -> Iterator[Check]:
    """What all accounts received is what all paid, in each book; and no line is negative or to itself."""
    received: dict[str, int] = {}
    nets: dict[str, dict[str, int]] = {}
    for line in lines:
        pence, net = line.pence, nets.setdefault(line.book, {})
        received[line.book] = received.get(line.book, 0) + pence
        net[line.payee] = net.get(line.payee, 0) + pence
        net[line.payer] = net.get(line.payer, 0) - pence
    for book, pence in sorted(received.items()):
        over = sum(nets[book].values())
        yield Check(
            f"every payment has two halves, {book} book",
            over == 0,
            f"{money_text(pence, money)} moved, accounts sum to {money_text(over, money)}",
        )
    wrong = [line for line in lines if line.pence < 0 or line.payer == line.payee]
    if wrong:
        yield Check(
            "no line is negative or pays its own payer",
            False,
            f"{len(wrong):,} lines are",
            tuple(sorted({line.contract for line in wrong})),
        )


def reference_checks(
    program: Program, paid: Reading, derived: Reading, contracts: Iterable[str], rows: int, money: str
) -> Iterator[Check]:
    """The pay path against the reference evaluator, line by line, for the contracts that were derived again."""
    chosen = sorted(contracts)
    differs: dict[str, str] = {}
    for name in ("flows", "units", "received", "figures", "carries", "laws", "faults"):
        mine, other = _by_contract(getattr(paid, name)), _by_contract(getattr(derived, name))
        for contract in chosen:
            ours, theirs = mine.get(contract, []), other.get(contract, [])
            if contract not in differs and sorted(ours) != sorted(theirs):
                differs[contract] = _first_difference(program, name, ours, theirs, money)
    for contract, said in sorted(differs.items()):
        yield Check("derived again by the reference", False, said, (contract,))
    if not differs:
        yield Check(
            "derived again by the reference",
            True,
            f"{len(chosen):,} of {len(program.contracts):,} contracts, {rows:,} rows, equal to the penny",
        )


def _by_contract(lines: Iterable[tuple[object, ...]]) -> Mapping[str, list[tuple[object, ...]]]:
    found: dict[str, list[tuple[object, ...]]] = {}
    for line in lines:
        found.setdefault(str(line[0]), []).append(line)
    return found


def _first_difference(
    program: Program, name: str, ours: list[tuple[object, ...]], theirs: list[tuple[object, ...]], money: str
) -> str:
    only_ours = sorted(set(ours) - set(theirs))[:1]
    only_theirs = sorted(set(theirs) - set(ours))[:1]
    return f"{name} differ: paid {only_ours or 'nothing'}, the reference says {only_theirs or 'nothing'}"


def unit_states(program: Program, reading: Reading) -> dict[tuple[str, str, str], dict[str, int]]:
    """For each contract, table and unit: units in each state, and what they are worth in pence."""
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for received in reading.received:
        states = found.setdefault((received.contract, received.table, received.unit), _no_units())
        states["received"] += received.units
    for line in reading.units:
        states = found.setdefault((line.contract, line.table, line.unit), _no_units())
        state = _claim_state(program, line)
        if state == "valued":
            states["valued_pence"] += line.worth
            continue
        counted = line.priced if state == "priced" else line.units
        states[state] += counted
        states[f"{state}_pence"] += line.worth
    for states in found.values():
        states["unpriced"] = states["received"] - states["priced"] - states["covered"] - states["excluded"]
    return found


def _claim_state(program: Program, line: UnitsLine) -> str:
    return program.uses[line.identity].traced.units[line.claim].state


def _no_units() -> dict[str, int]:
    return dict.fromkeys(
        (
            "received",
            "priced",
            "covered",
            "excluded",
            "unpriced",
            "priced_pence",
            "covered_pence",
            "excluded_pence",
            "valued_pence",
        ),
        0,
    )
