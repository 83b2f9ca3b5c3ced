"""National worlds: the national rules with numbers, price lists and activity that Hypothesis draws for them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from tallystick.kernel.case import Case, PriceRows, RuleEntry
from tallystick.kernel.facts import Facts, Row
from tallystick.kernel.program import references
from tallystick.kernel.tables import Column
from tallystick_rules.rules import RULES
from tallystick_rules.tables import TABLES
from tests.properties import (
    national_bundles,
    national_drawn,
    national_incentives,
    national_people,
    national_pools,
    national_quality,
    national_segments,
)
from tests.properties.chance import Chance, drawn
from tests.properties.expressions_drawn import Drawing
from tests.properties.national_drawn import fund_shared
from tests.properties.national_incentives import exchange_shared
from tests.properties.national_values import LIMITS, TEXTS, UNIQUE
from tests.properties.rows_drawn import MOMENTS, POOLS, in_turn, one_of_each
from tests.support import case, contract, framed, fund

SPECS = {one.table.name: one.table for one in TABLES}
ROW_RULES = RULES
MADE = {
    **national_drawn.MADE,
    **national_bundles.MADE,
    **national_incentives.MADE,
    **national_people.MADE,
    **national_pools.MADE,
    **national_quality.MADE,
    **national_segments.MADE,
}


@frozen(kw_only=True, slots=False)
class National:
    """National rules in contracts, with price lists and activity."""

    held: Sequence[tuple[str, str, str, str, Sequence[RuleEntry]]]
    prices: Sequence[PriceRows]
    rows: Mapping[str, Sequence[Row]]
    wide: bool = False

    def case(self) -> Case:
        """The case."""
        contracts = [
            contract(name, *entries, provider=provider, commissioner=commissioner, settles=settles)
            for name, provider, commissioner, settles, entries in self.held
        ]
        return case(
            *contracts,
            tables=TABLES,
            prices=self.prices,
            funds=(fund("premium", 10_000_000), fund("value")),
            as_at=datetime.date(2025, 11, 30),
        )

    def facts(self) -> dict[str, Facts]:
        """The rows as the pay path takes them."""
        return {name: framed(SPECS[name], rows) for name, rows in self.rows.items()}


def _value(of: Chance, column: Column) -> Any:
    pool = column.allowed or TEXTS.get(column.name) or LIMITS.get(column.name) or POOLS[column.kind]
    open_ended = column.name in ("from_day", "to_day")
    if column.optional and of.pick(True, open_ended, open_ended, False):
        return None
    return of.pick(*(one for one in pool if column.at_least is None or one >= column.at_least))


def _rows(of: Chance, name: str, most: int) -> list[Row]:
    spec = SPECS[name]
    rows = [{n: _value(of, c) for n, c in spec.columns.items()} for _ in range(of.pick(*range(most + 1)))]
    if spec.key:
        rows = [{**row, spec.key: f"{spec.name[0]}{number:02d}"} for number, row in enumerate(rows)]
    if name == "challenges" and of.pick(True, True, False):  # mostly whole: a half-made decision settles nothing at all
        rows = [{**row, "decided_on": row["decision"] and row["decided_on"]} for row in rows]
        rows = [{**row, "decision": row["decided_on"] and row["decision"]} for row in rows]
    return one_of_each(rows, *UNIQUE[name]) if name in UNIQUE else rows


def national_worlds(rule: type | None = None) -> st.SearchStrategy[National]:
    """Worlds of the national rules; with ``rule`` every contract holds that one."""
    return drawn(Drawing, lambda of: _world(of, rule))


def _world(of: Drawing, rule: type | None) -> National:
    shared, held = (fund_shared(of), exchange_shared(of)), []
    alike = _entries(of, shared)
    for name in ("A", "B", "C")[: of.pick(1, 2, 3)]:
        entries = alike if of.pick(True, False) else _entries(of, shared)
        taken = [one for one in entries if one.cls is rule or of.pick(True, False, False, False)] or entries[:1]
        needed = {label for one in taken for label in _refers(one)}
        taken += [one for one in entries if one.label in needed and one not in taken]
        held.append((name, of.pick("RA", "RB"), of.pick("QA", "QB"), "quarter", tuple(taken)))
    rows = {
        name: _rows(of, name, 14 if spec.date or name == "challenges" else 8)
        for name, spec in SPECS.items()
        if not spec.prices
    }
    lists = [(name, listed) for name, spec in SPECS.items() if spec.prices for listed in TEXTS["list"]]
    prices = [PriceRows(name=of_list, table=name, rows=in_turn(_rows(of, name, 12), "code")) for name, of_list in lists]
    return National(held=held, prices=prices, rows=rows)


def _refers(entry: RuleEntry) -> Sequence[str]:
    return references(entry)


def _entries(of: Drawing, shared: Sequence[RuleEntry]) -> list[RuleEntry]:
    """Each national rule once, with numbers and choices of its own; what belongs to the scheme is the same for all."""
    return [*(made(of) for made in MADE.values()), national_bundles.currency(of), *shared]


__all__ = ["MOMENTS", "ROW_RULES", "National", "national_worlds"]
