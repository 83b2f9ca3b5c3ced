"""Rows of no contract: their units by provider and responsible commissioner, and what they would be worth.

Nothing is paid for them. They are valued as though each pair of parties had a contract that held the scheme's own
rules of prices: those that say what units are worth by themselves. A contract's own rules and numbers are not known
for a row that has no contract, so what only they would price is shown in units.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import attrs
import narwhals.stable.v2 as nw
import polars as pl

from tallystick.assign.bodies import Successors
from tallystick.assign.claims import PARTIES, Cases, made_claims
from tallystick.assign.matching import CONTRACT, STRETCH, claimed, stretches, turns_of, with_bodies
from tallystick.files.binding import Binder
from tallystick.files.records import records
from tallystick.files.rule_blocks import Draft
from tallystick.files.spots import CellSpot, Spot
from tallystick.files.terms import Bearer
from tallystick.kernel import pay
from tallystick.kernel.case import Case, ContractCase, RuleEntry
from tallystick.kernel.errors import Fault, InputError, RuleError, SettlementError
from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import walk
from tallystick.kernel.program import compose
from tallystick.kernel.sampling import looks_beyond
from tallystick.kernel.settlement import Settlement

NOMINAL = "no contract "
"""What the ids of the contracts begin with that hold nothing but prices; no ledger ever names one."""


MOST_BROUGHT = 100_000
"""How many rows are brought over from where they stay."""

Worth = dict[tuple[str, str], dict[tuple[str, str], tuple[int | None, int | None]]]
"""For each pair of parties, by table and unit: how many units have a price, and their worth in pence."""


class NoContractLine(NamedTuple):
    """Rows of a table that belong to no contract, or to two, for one provider and commissioner and one payable unit.

    ``valued`` of the units have a price in the scheme's rules, and ``pence`` is what those are worth; both are None
    where the rules do not say it: two of them would price a unit, or something that they need is missing.
    """

    table: str
    unit: str
    provider: str
    commissioner: str
    rows: int
    units: int
    valued: int | None
    pence: int | None


def no_contract(settlement: Settlement, rules: Mapping[str, Draft]) -> tuple[NoContractLine, ...]:
    """A line for each table, unit and pair of parties, in that order; ``rules`` are the scheme's, by label."""
    counted: dict[str, int] = {}
    for line in settlement.reading.unplaced:
        counted[line.table] = counted.get(line.table, 0) + line.rows
    left = {name: _left(settlement.case, _here(settlement, name, rows), rows) for name, rows in sorted(counted.items())}
    found = [line for facts in left.values() for line in _units(facts)]
    worth = _worth(settlement, left, rules, {(line.provider, line.commissioner) for line in found})
    return tuple(_valued(line, worth) for line in sorted(found))


def _valued(line: NoContractLine, worth: Worth) -> NoContractLine:
    of_pair = worth.get((line.provider, line.commissioner))
    if of_pair is None:
        return line
    valued, pence = of_pair.get((line.table, line.unit), (0, 0))
    return line._replace(valued=valued, pence=pence)


class _Own:
    """The contracts by themselves, as whoever makes claims asks for them."""

    def __init__(self, case: Case) -> None:
        self.made: Mapping[str, ContractCase] = {contract.id: contract for contract in case.contracts}
        self.said: Sequence[Any] = ()

    def spot_of(self, contract: str) -> Spot:
        """They are not told of."""
        return CellSpot("", None, "id", contract)


def _here(settlement: Settlement, table: str, rows: int) -> Facts:
    """The table; of one that stays where it is, those of its rows that have no one contract, brought over."""
    facts = settlement.facts[table]
    if facts.native is None:
        return facts
    if rows > MOST_BROUGHT:
        raise SettlementError(
            f"{rows:,} rows of {table} have no one contract, and no more than {MOST_BROUGHT:,} are brought over from "
            f"{facts.engine.name} to be shown: hand in the rows that have a contract, and those apart"
        )
    keys = pay.rows_of_no_contract(settlement.program, settlement.facts, table)
    wanted = facts.engine.small({str(facts.spec.key): keys}, {str(facts.spec.key): nw.String})
    whole = nw.from_native(facts.native).join(wanted, on=str(facts.spec.key), how="inner")
    (found,) = facts.engine.collected([whole.to_native()])
    return attrs.evolve(facts, frame=found.lazy(), native=None, engine=None)


def _left(case: Case, facts: Facts, rows: int) -> Facts:
    """The table with the rows alone that have no one contract; SettlementError if they are not as many as counted."""
    spec, frame, free = facts.spec, facts.frame, pl.lit(True)
    parties = [name for name in PARTIES if name in spec.columns]
    if "contract" in spec.columns:
        frame = frame.join(_days(case), how="left", on="contract")
        free = ~pl.col(str(spec.date)).is_between("~first", "~last").fill_null(False)
    if parties and facts.days is not None and (case.by_parties or "contract" not in spec.columns):
        own: Cases = _Own(case)
        claims = made_claims((), own, {}, [])
        cut = stretches(facts.days, turns_of(claims, Successors()))
        frame = frame.with_columns(cut.number(str(spec.date)).alias(STRETCH))
        frame = claimed(with_bodies(frame, parties, Successors(), cut), spec, claims, Successors(), cut)
        unclaimed = pl.col(CONTRACT).is_null()
        free &= (pl.col("contract").is_not_null() | unclaimed) if "contract" in spec.columns else unclaimed
    frame = frame.filter(free).select(facts.frame.collect_schema().names())
    counted = frame.select(pl.len()).collect(engine="streaming").item()
    if counted != rows:
        raise SettlementError(
            f"{counted:,} rows of {spec.name} have no one contract, and {rows:,} were left out of every statement"
        )
    stats = dict(facts.stats)
    if "contract" in stats:
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("contract"))
        stats["contract"] = attrs.evolve(stats["contract"], nulls=rows)
    return attrs.evolve(
        facts, frame=frame, rows=rows, stats=stats, records=partial(records, spec, frame, stats)
    )  # fmt: skip


def _days(case: Case) -> pl.LazyFrame:
    """The first and last day of every contract, by its id."""
    columns = {"contract": pl.String, "~first": pl.Date, "~last": pl.Date}
    return pl.LazyFrame([(one.id, one.first, one.last) for one in case.contracts], schema=columns, orient="row")


def _units(facts: Facts) -> Iterable[NoContractLine]:
    """Rows and units by pair of parties, for each payable unit; a table without units shows its rows."""
    spec = facts.spec
    parties = [
        (pl.col(name) if name in spec.columns else pl.lit(None, dtype=pl.String)).fill_null("").alias(name)
        for name in PARTIES
    ]
    counts = {unit: pl.col(of).fill_null(0).sum() if of else pl.len() for unit, of in spec.units.items()}
    asked = [expr.cast(pl.Int64).alias(f"unit {unit}") for unit, expr in counts.items()]
    found = facts.frame.group_by(parties).agg(pl.len().alias("rows"), *asked).collect(engine="streaming")
    for row in found.iter_rows(named=True):
        for unit in list(counts) or [""]:
            units = row[f"unit {unit}"] if unit else row["rows"]
            if units or not unit:
                yield NoContractLine(
                    spec.name, unit, row["provider"], row["commissioner"], row["rows"], units, None, None
                )  # fmt: skip


def _worth(
    settlement: Settlement, left: Mapping[str, Facts], rules: Mapping[str, Draft], pairs: set[tuple[str, str]]
) -> Worth:  # fmt: skip
    """What the pairs' rows are worth by the scheme's rules of prices; nothing of a pair that they do not reach."""
    whole = {pair for pair in pairs if all(pair)}  # a row without a party is in no contract at all
    drafts = [draft for draft in rules.values() if draft.cls is not None and not draft.missing and _has_prices(draft)]
    if not whole or not drafts:
        return {pair: {} for pair in whole}
    case, nobody = settlement.case, ("", "")
    days = min(c.first for c in case.contracts), max(c.last for c in case.contracts)
    drafts = [draft for draft in drafts if _values_alone(case, _nominal("", nobody, [draft], days))]
    ids = {f"{NOMINAL}{number}": pair for number, pair in enumerate(sorted(whole))}
    contracts = [_nominal(name, pair, drafts, days) for name, pair in ids.items()]
    facts = {name: left.get(name, facts) for name, facts in settlement.facts.items()}
    nominal = attrs.evolve(case, contracts=tuple(one for one in contracts if one), by_parties=True, funds=())
    unknown: dict[tuple[str, str], tuple[int | None, int | None]] = {
        (name, unit): (None, None) for name, table in left.items() for unit in table.spec.units
    }
    try:
        program = compose(nominal)
        read = pay.read(program, facts)
    except (InputError, SettlementError):
        return dict.fromkeys(whole, unknown)
    worth: Worth = {pair: {} for pair in whole}
    for line in read.units:
        if line.table in left and line.contract in ids:
            of = worth[ids[line.contract]]
            units, pence = of.get((line.table, line.unit), (0, 0))
            if units is None or pence is None or line.clashing:
                of[line.table, line.unit] = (None, None)
            else:
                of[line.table, line.unit] = (units + line.priced, pence + line.worth)
    for contract in {*(name for name, _ in read.faults), *program.stopped}:
        worth[ids[contract]] = unknown
    return worth


def _has_prices(draft: Draft) -> bool:
    return any(spec.role == "prices" for spec in draft.cls.parameters.values())


def _nominal(
    name: str, pair: tuple[str, str], drafts: Sequence[Draft], days: tuple[datetime.date, datetime.date]
) -> ContractCase | None:  # fmt: skip
    """A contract that holds nothing but the drafts, each paying, so that two of them on one unit are found."""
    faults: list[Fault] = []
    bearer = Bearer(id=name, provider=pair[0], commissioner=pair[1], first=days[0])
    rules: list[RuleEntry] = [attrs.evolve(Binder(faults).bind(draft, bearer), pays=True) for draft in drafts]
    if faults:
        return None
    return ContractCase(
        id=name, provider=pair[0], commissioner=pair[1], first=days[0], last=days[1], rules=tuple(rules)
    )  # fmt: skip


def _values_alone(case: Case, contract: ContractCase | None) -> bool:
    """True if the contract's one rule says what units are worth, and looks at nothing beyond the contract."""
    if contract is None:
        return False
    try:
        program = compose(attrs.evolve(case, contracts=(contract,), by_parties=True, funds=()))
    except (InputError, RuleError):
        return False
    if program.stopped:
        return False
    return all(
        use.traced.units and not use.shares and not any(looks_beyond(node) for node in walk(*use.traced.nodes()))
        for use in program.uses.values()
    )
