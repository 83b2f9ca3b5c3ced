"""Places: which contract's period each row of activity belongs to, one row at a time."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence

from tallystick.kernel.case import ContractCase, Period
from tallystick.kernel.errors import RuleError
from tallystick.kernel.facts import Row
from tallystick.kernel.program import Program
from tallystick.kernel.reading import UnplacedLine
from tallystick.kernel.tables import TableSpec

NO_CONTRACT, TWO_CONTRACTS = "no contract", "two contracts"


class Places:
    """Where every row stands: in a contract's period, in a contract that is stopped, or nowhere."""

    def __init__(self, program: Program, tables: Mapping[str, Sequence[Row]]) -> None:
        self.periods = {c.id: tuple(c.periods()) for c in program.case.contracts}
        self._program = program
        self._contracts = {c.id: c for c in program.case.contracts}
        self._claims: dict[tuple[str, ...], dict[tuple[object, ...], list[ContractCase]]] = {}
        self._of: dict[str, list[tuple[str, int] | None]] = {}
        self._rows: dict[tuple[str, str, int], list[int]] = {}
        self._unplaced: Counter[tuple[str, str]] = Counter()
        for name, rows in tables.items():
            if is_placed(program.case.tables[name]):
                self._of[name] = [self._place(program.case.tables[name], row) for row in rows]
                for number, place in enumerate(self._of[name]):
                    if place is not None:
                        self._rows.setdefault((name, *place), []).append(number)

    def of(self, table: str, row: int) -> tuple[str, int] | None:
        """The contract and the number of its period that the row belongs to, or None."""
        return self._of[table][row] if table in self._of else None

    def rows(self, table: str, contract: str, period: int) -> list[int]:
        """The places in the table of all rows of a contract's period."""
        self.check(self._program.case.tables[table])
        return self._rows.get((table, contract, period), [])

    def check(self, spec: TableSpec) -> None:
        """Refuse to add up rows that belong to no period, rather than to find nothing."""
        if not is_placed(spec):
            raise RuleError(
                f"rows of {spec.name} belong to no contract's period: it has no date, or neither contract, provider "
                "nor commissioner, and can only be looked up"
            )

    def unplaced(self) -> list[UnplacedLine]:
        """How many rows of each table belong to no contract, and why."""
        return [UnplacedLine(table, why, rows) for (table, why), rows in sorted(self._unplaced.items())]

    def _place(self, spec: TableSpec, row: Row) -> tuple[str, int] | None:
        found = self._contract(spec, row, row.get(str(spec.date)))
        if isinstance(found, str):
            self._unplaced[spec.name, found] += 1
            return None
        contract, period = found
        return None if contract.id in self._program.stopped else (contract.id, period.number)

    def _contract(self, spec: TableSpec, row: Row, day: datetime.date | None) -> tuple[ContractCase, Period] | str:
        """The contract and period, or why there is none; a stopped contract has rows like any other."""
        named = row.get("contract")
        if named:
            claim = [self._contracts[named]] if named in self._contracts else []
        elif "contract" in spec.columns and not self._program.case.by_parties:
            claim = []
        else:
            claim = self._claiming(tuple(name for name in ("provider", "commissioner") if name in spec.columns), row)
        including = [c for c in claim if day is not None and c.first <= day <= c.until]
        if len(including) != 1 or day is None:
            return TWO_CONTRACTS if including else NO_CONTRACT
        (contract,) = including
        return contract, next(p for p in self.periods[contract.id] if p.first <= day <= p.last)

    def _claiming(self, parties: tuple[str, ...], row: Row) -> list[ContractCase]:
        """The contracts whose parties are the row's: sorted by their parties once, since there may be thousands."""
        if parties not in self._claims:
            self._claims[parties] = {}
            for one in self._contracts.values() if parties else ():
                self._claims[parties].setdefault(tuple(getattr(one, name) for name in parties), []).append(one)
        return self._claims[parties].get(tuple(row.get(name) for name in parties), [])


def is_placed(spec: TableSpec) -> bool:
    """True if the table's rows belong to contracts at all, and are not only looked up."""
    return (
        not spec.prices and spec.date is not None and bool({"contract", "provider", "commissioner"} & set(spec.columns))
    )
