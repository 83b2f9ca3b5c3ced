"""Worlds: rules, contracts, price lists and rows as plain values, from which a case and its facts are made."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs
from attrs import field, frozen

from tallystick.kernel.case import Case, ContractCase, PriceRows
from tallystick.kernel.facts import Facts, Row
from tests.properties.rulings import Ruling, Towards, Uplift, rule_of
from tests.properties.tables import TABLES, Tariff
from tests.support import case as case_of
from tests.support import contract, framed, fund, step, use

Tables = Mapping[str, Sequence[Row]]
SPECS = {one.table.name: one.table for one in TABLES}
FACTS = tuple(name for name, spec in SPECS.items() if not spec.prices)
AS_AT = datetime.date(2025, 11, 30)


@frozen(slots=False)
class RuleSaid:
    """A generated rule: its claims, what it moves, and what it moves besides where it is told to."""

    name: str
    claims: tuple[Ruling, ...] = ()
    moves: tuple[Ruling, ...] = ()
    more: tuple[Ruling, ...] = ()
    scheme: bool = False
    refers_to: str = ""

    @cached_property
    def cls(self) -> Any:
        """The rule class."""
        return rule_of(self.name, self.claims, self.moves, self.more)


@frozen
class UseSaid:
    """A rule in a contract under its label, with the parameters that are given."""

    rule: str
    label: str
    given: Mapping[str, Any]
    pays: bool = True


@frozen
class ContractSaid:
    """A contract, in plain words."""

    id: str
    provider: str
    commissioner: str
    first: str
    last: str
    settles: str
    uses: tuple[UseSaid, ...]


@frozen(slots=False, kw_only=True)
class World:
    """Everything that is settled, and the activity."""

    rules: tuple[RuleSaid, ...]
    contracts: tuple[ContractSaid, ...]
    rows: Mapping[str, Any]
    base: Sequence[Row] = ()
    local: Sequence[Row] = ()
    steps: tuple[tuple[str, Mapping[str, Any], int | None], ...] = ()
    opening: int = 0
    rounding: int = 1
    wide: bool = False
    two_rows: bool = False
    as_at: datetime.date | None = AS_AT
    named: Mapping[str, RuleSaid] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "named", {rule.name: rule for rule in self.rules})

    def case(self) -> Case:
        """The case, built anew."""
        return case_of(
            *(self._contract(one) for one in self.contracts),
            tables=TABLES,
            prices=self._prices(),
            funds=(fund("fund", self.opening),),
            rounding=self.rounding,
            as_at=self.as_at,
        )

    def _contract(self, one: ContractSaid) -> ContractCase:
        entries = [
            use(
                self.named[said.rule].cls, said.label, scheme=self.named[said.rule].scheme, pays=said.pays, **said.given
            )
            for said in one.uses
        ]
        return contract(
            one.id,
            *entries,
            provider=one.provider,
            commissioner=one.commissioner,
            first=one.first,
            last=one.last,
            settles=one.settles,
        )

    def _prices(self) -> list[PriceRows]:
        steps = [
            step({"uplift": Uplift, "towards": Towards}[of], round_to=round_to, **given)
            for of, given, round_to in self.steps
        ]
        name = Tariff.table.name
        return [
            PriceRows(name="base", table=name, rows=self.base),
            PriceRows(name="local", table=name, rows=self.local),
            PriceRows(name="derived", table=name, derived_from="base", steps=tuple(steps)),
        ]

    def facts(self) -> dict[str, Facts]:
        """The rows as the pay path takes them."""
        return {name: framed(SPECS[name], self.rows[name]) for name in FACTS}

    def only(self, *contracts: str) -> World:
        """The same world with these contracts alone."""
        return attrs.evolve(self, contracts=tuple(one for one in self.contracts if one.id in contracts))
