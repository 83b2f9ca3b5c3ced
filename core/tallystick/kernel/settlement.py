"""Settling: a case and its facts become a ledger, balances, checks and an outcome for each contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import field, frozen

from tallystick.kernel import check, pay, sampling
from tallystick.kernel.case import Case, ContractCase, RuleEntry
from tallystick.kernel.checks import (
    Check,
    law_checks,
    ledger_checks,
    pot_checks,
    reference_checks,
    unit_checks,
    unit_states,
)  # fmt: skip
from tallystick.kernel.choices import listed_twice, not_whole
from tallystick.kernel.collecting import put_off
from tallystick.kernel.errors import Fault, InputError, SettlementError
from tallystick.kernel.facts import Facts, Row
from tallystick.kernel.language.nodes import Node, walk
from tallystick.kernel.ledger import Balance, LedgerLine, PotState, balances, ledger_lines, pot_states
from tallystick.kernel.money import LARGEST_PENCE
from tallystick.kernel.pay.divided import within
from tallystick.kernel.pay.engines import Engine, engine_for, on_engine
from tallystick.kernel.pay.kept import Kept
from tallystick.kernel.program import Program, Stop, compose, stop_more
from tallystick.kernel.progress import Progress
from tallystick.kernel.reading import Reading
from tallystick.kernel.refused import refuse_faulty_rows
from tallystick.kernel.trace import Watch

REFERENCE_ROWS = 10_000
"""Up to how many rows of activity the reference derives all contracts again in a run, unless told otherwise."""

SAMPLE_ROWS = 2_000
"""With more rows than that, it derives contracts that have so many together: it does hundreds of rows a second."""


@frozen(eq=False, kw_only=True)
class Settlement:
    """What a settlement came to, in plain values; frames and files are made from it by others.

    ``lines`` holds only contracts that were settled. ``stopped`` says of every other contract why it was not.
    """

    program: Program
    reading: Reading
    lines: Sequence[LedgerLine]
    balances: Sequence[Balance]
    pots: Sequence[PotState]
    checks: Sequence[Check]
    facts: Mapping[str, Facts] = field(repr=False)
    set_aside: Sequence[Fault] = ()
    engine: Engine = field(factory=lambda: engine_for({}), repr=False)
    """Where the rows were worked out."""
    kept: Kept | None = field(default=None, repr=False)
    """What their rows came to, for whoever reads them once more."""

    @property
    def case(self) -> Case:
        """What was settled."""
        return self.program.case

    @property
    def stopped(self) -> Mapping[str, Stop]:
        """Contracts that were not settled, with why."""
        return self.program.stopped

    @property
    def outcomes(self) -> dict[str, str]:
        """``settled``, ``stopped`` or ``not run``, for every contract of the case."""
        return {c.id: self.stopped[c.id].outcome if c.id in self.stopped else "settled" for c in self.case.contracts}

    @property
    def passed(self) -> bool:
        """True if every contract was settled, every check passed and no row was set aside."""
        return not self.stopped and not self.set_aside and all(one.passed for one in self.checks)

    def contract(self, name: str) -> ContractCase:
        """One contract of the case by its id."""
        return next(c for c in self.case.contracts if c.id == name)

    def unit_states(self) -> dict[tuple[str, str, str], dict[str, int]]:
        """Units by state, for each contract, table and unit."""
        return unit_states(self.program, self.reading)


@put_off()
def settle(
    case: Case, facts: Mapping[str, Facts], *, reference_rows: int = REFERENCE_ROWS, watch: Watch | None = None,
    progress: Progress | None = None, engine: str = "", kept: Kept | None = None, memory: int | None = None,
) -> Settlement:  # fmt: skip
    """Settle every contract of the case over the facts, on the engine of that name, or where the facts are.

    What is ``kept`` of the settlement before is not read again where nothing that it rests on has changed: facts that
    are handed in again are taken to be what they were. Rows that look at others, or look in large tables in no order,
    are gone through in parts, so that it takes about ``memory`` bytes; without a number, half of what the machine has.
    ``reference_rows`` bounds how many rows the reference derives again to check the pay path; 0 leaves it out,
    and the checks then say so. Raises InputError where the input is at fault (nothing is settled then), and
    SettlementError where an amount would be too wide to be exact.
    """
    told = progress or (lambda *_: None)
    told("composing", 0, 4)
    if guides := list(_guides_that_pay(case)):
        raise InputError(guides)
    program = compose(case, watch=watch)
    if wrong := [*listed_twice(program), *not_whole(program)]:
        raise InputError(wrong)
    _require(program, facts)
    told("paying", 1, 4)
    there = on_engine(facts, engine)
    require_a_limit_that_holds(memory, engine_for(there))
    with within(memory):
        reading = _read(program, facts, there, kept)
    stops = {contract: Stop(why) for contract, why in reading.faults}
    program, reading = _left(program, reading, stops)
    told("checking", 2, 4)
    again = list(_derive_again(program, reading, facts, reference_rows))
    checks = list(again)
    while True:
        lines = list(ledger_lines(program, reading.flows))
        pots = pot_states(program, reading, lines)
        lines += [line for state in pots for line in state.closing_lines]
        found = [
            *unit_checks(program, reading),
            *pot_checks(program, pots, case.money),
            *law_checks(program, reading, case.money),
            *ledger_checks(lines, pots, case.money),
        ]
        failed = {
            c: Stop(f"{one.name}: {one.detail}") for one in [*again, *found] if not one.passed for c in one.contracts
        }
        new = {contract: stop for contract, stop in failed.items() if contract not in program.stopped}
        checks += [one for one in found if not one.passed]
        if not new:
            break
        program, reading = _left(program, reading, new)
    checks += [one for one in found if one.passed]
    told("settled", 4, 4)
    opening = {f"scheme/{fund.name}": fund.opening for fund in case.funds if fund.opening}
    held = balances(lines, opening)
    _refuse_too_wide(lines, held)
    aside = [fault for table in facts.values() for fault in getattr(table, "set_aside", ())]
    return Settlement(
        program=program, reading=reading, lines=lines, balances=held, pots=pots,
        checks=_once(checks), facts=facts, set_aside=aside, engine=engine_for(there), kept=kept,
    )  # fmt: skip


def _read(program: Program, facts: Mapping[str, Facts], there: Mapping[str, Facts], kept: Kept | None) -> Reading:
    """What the facts come to where they are, if none is at fault."""
    reading = pay.read(program, there, kept)
    _refuse_other_files(facts)
    refuse_faulty_rows(program, reading, facts)
    return reading


def _refuse_other_files(facts: Mapping[str, Facts]) -> None:
    """What is paid for is what was checked: nothing is settled of a file that has been written in between."""
    changed = sorted(table.source or name for name, table in facts.items() if not table.unchanged)
    if changed:
        raise SettlementError(
            f"the activity has changed since it was checked: {', '.join(changed)} has been written meanwhile, "
            "so nothing is settled; settle it again"
        )


def _refuse_too_wide(lines: Sequence[LedgerLine], held: Sequence[Balance]) -> None:
    """A ledger holds 64-bit pence; what does not fit is never written, and never wraps."""
    for line in lines:
        if line.pence > LARGEST_PENCE:
            raise SettlementError(
                f"contract {line.contract}, {line.label}: {line.pence:,} pence is wider than a ledger line can hold"
            )
    for balance in held:
        if max(balance.received, balance.paid, abs(balance.closing)) > LARGEST_PENCE:
            raise SettlementError(f"account {balance.account}: more than {LARGEST_PENCE:,} pence in all cannot be held")


def _once(checks: Iterable[Check]) -> list[Check]:
    return list(dict.fromkeys(checks))


def _left(program: Program, reading: Reading, stops: Mapping[str, Stop]) -> tuple[Program, Reading]:
    """The program and its reading without some contracts and those tied to them."""
    if not stops:
        return program, reading
    smaller = stop_more(program, stops)
    left = {contract.id for contract in smaller.contracts}
    kept = {
        name: [line for line in getattr(reading, name) if line.contract in left]
        for name in ("flows", "units", "received", "figures", "carries", "laws", "nevers")
    }
    return smaller, Reading(**kept, unplaced=reading.unplaced)


def read_nodes(program: Program) -> Iterator[Node]:
    """Every node that the program reads, arguments before what uses them."""
    for use in program.uses.values():
        yield from walk(*use.traced.nodes())


def reads_the_day(program: Program) -> bool:
    """True if a rule asks up to which day facts are known, and cannot be settled where the scheme does not say."""
    return any(node.op == "term" and node.data == ("scheme", "as_at") for node in read_nodes(program))


def tables_read(program: Program) -> set[str]:
    """The tables of facts that the program's rules read; price lists and rules' own lists left out."""
    found = {
        str(node.data[0])
        for node in read_nodes(program)
        if node.op in ("column", "find", "exists", "one", "running", "first", "earlier")
    }
    return {name for name in found if name in program.case.tables and not program.case.tables[name].prices}


def _guides_that_pay(case: Case) -> Iterator[Fault]:
    """Guide prices are benchmarks: a rule that asks whether it was agreed to pay them pays none without a yes."""
    seen: set[tuple[str, str]] = set()
    for contract in case.contracts:
        for entry in contract.rules:
            for name in _guide_lists(case, entry):
                if (entry.label, name) in seen:
                    continue
                seen.add((entry.label, name))
                yield Fault(
                    code="price-list/guide",
                    found=f"rule {entry.label!r} of contract {contract.id} would pay by {name!r}, which is a guide",
                    why="guide prices are benchmarks, and pay only where both parties have agreed to it",
                    write="agreed_locally = true, if they have; else a list of kind unit, or pays = false",
                )


def _guide_lists(case: Case, entry: RuleEntry) -> Iterator[str]:
    """The guide lists that a rule would pay by without saying that the parties agreed."""
    if entry.cls is None or not entry.pays or "agreed_locally" not in entry.cls.parameters:
        return
    if entry.shape.get("agreed_locally"):
        return
    for spec in entry.cls.parameters.values():
        timeline = entry.values.get(spec.name) if spec.table is not None else None
        for _, name in timeline.steps if timeline is not None else ():
            listed = case.prices.get((spec.table.name, name))
            if listed is not None and listed.kind == "guide":
                yield name


def _require(program: Program, facts: Mapping[str, Facts]) -> None:
    """Refuse to run without a table, or a day, that some rule reads: missing is not empty."""
    faults = [
        Fault(
            code="activity/missing", found=f"the rules read table {name!r}, and there is no activity for it",
            why="a table that is missing is not an empty one",
            write=f'{name} = "data/{name}.csv" under [activity]; a file with only a heading is an empty table',
        )
        for name in sorted(tables_read(program) - set(facts))
    ]  # fmt: skip
    if program.case.as_at is None and reads_the_day(program):
        faults.append(Fault(
            code="scheme/as-at",
            found="a rule waits for facts, and the scheme does not say up to which day they are known",
            write="as_at = 2026-05-20 under [scheme]",
        ))  # fmt: skip
    if faults:
        raise InputError(faults)


def require_a_limit_that_holds(memory: int | None, engine: Engine) -> None:
    """Refuse a limit of nothing, and one for an engine that keeps to a limit of its own."""
    if memory is None:
        return
    if memory < 1:
        raise InputError(Fault(
            code="memory/none", found=f"{memory} bytes of memory are allowed",
            write="a size, such as 1GB; or nothing, for half of what the machine has",
        ))  # fmt: skip
    if not engine.divides:
        raise InputError(Fault(
            code="memory/engine", found=f"a limit of memory is set for {engine.name}",
            why="it writes what does not fit to disk, and has a limit of its own", write="the limit as its manual says",
        ))  # fmt: skip


def _derive_again(program: Program, reading: Reading, facts: Mapping[str, Facts], most: int) -> Iterator[Check]:
    """Derive contracts again with the reference: all of them if the rows are few, else as many as fit."""
    if not program.contracts:
        return
    rows = sum(table.rows for table in facts.values())
    if most <= 0:
        yield Check("derived again by the reference", True, "left out, as asked")
        return
    if rows <= most:
        plain = {name: list(table.records()) for name, table in facts.items()}
        derived = check.read(program, plain)
        yield from reference_checks(
            program, reading, derived, (c.id for c in program.contracts), rows, program.case.money
        )
        return
    yield from _sampled(program, reading, facts, most)


def _sampled(program: Program, reading: Reading, facts: Mapping[str, Facts], most: int) -> Iterator[Check]:
    """The reference on some contracts that it can derive by themselves; where there are none, the check says so."""
    drawn = sampling.draw(program, reading, facts, min(most, SAMPLE_ROWS))
    if drawn is None:
        said = f"left out: there are more than {most:,} rows, and no contract could be derived by itself"
        yield Check("derived again by the reference", True, said)
        return
    derived = check.read(program, drawn.rows, contracts=set(drawn.contracts))
    yield from reference_checks(program, reading, derived, drawn.contracts, drawn.taken, program.case.money)


__all__ = ["REFERENCE_ROWS", "Progress", "Row", "Settlement", "read_nodes", "settle", "tables_read"]
