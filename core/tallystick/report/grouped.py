"""A settlement sorted by contract, once, so that a statement for each of ten thousand contracts stays quick."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from attrs import field, frozen

from tallystick.assign.no_contract import NoContractLine
from tallystick.in_year.reconcile import InYear
from tallystick.kernel.case import ContractCase
from tallystick.kernel.checks import Check
from tallystick.kernel.ledger import LedgerLine, PotState
from tallystick.kernel.reading import CarryLine, FigureLine
from tallystick.kernel.settlement import Settlement

T = TypeVar("T")
SectionMaker = Callable[[Settlement, str], tuple[str, str] | None]
"""What a plugin registers as a report section: for a contract's id a title and a text, or None for nothing to add."""


@frozen(eq=False, kw_only=True)
class ContractPart:
    """Everything that a settlement says of one contract."""

    settlement: Settlement
    contract: ContractCase
    lines: tuple[LedgerLine, ...]
    figures: tuple[FigureLine, ...]
    carries: tuple[CarryLine, ...]
    pots: tuple[PotState, ...]
    checks: tuple[Check, ...]
    units: Mapping[tuple[str, str], Mapping[str, int]]
    """Units by state, for each table and unit."""
    no_contract: tuple[NoContractLine, ...] = ()
    """Rows of the contract's provider that belong to no contract, with their units."""
    sections: tuple[tuple[str, str], ...] = ()
    """Title and text of what plugins add."""
    in_year: InYear | None = None


@frozen(eq=False)
class Grouped:
    """A settlement's lines, figures, pots and checks by contract. Make it with :func:`grouped`."""

    settlement: Settlement
    contracts: Mapping[str, ContractCase]
    by_contract: Mapping[str, Mapping[str, list[Any]]]
    general: tuple[Check, ...]
    sections: tuple[SectionMaker, ...] = ()
    in_year: InYear | None = None
    no_contract: Mapping[str, list[NoContractLine]] = field(factory=dict)
    """Rows of no contract, by provider."""

    def part(self, contract: str) -> ContractPart:
        """What it says of one contract; KeyError if there is no such contract."""
        of = {name: found.get(contract, []) for name, found in self.by_contract.items()}
        said = (_said(section, self.settlement, contract) for section in self.sections)
        return ContractPart(
            settlement=self.settlement, contract=self.contracts[contract], lines=tuple(of["lines"]),
            figures=tuple(of["figures"]), carries=tuple(of["carries"]), pots=tuple(of["pots"]),
            checks=(*of["checks"], *self.general), units=dict(of["units"]),
            sections=tuple(one for one in said if one is not None), in_year=self.in_year,
            no_contract=tuple(self.no_contract.get(self.contracts[contract].provider, ())),
        )  # fmt: skip


def grouped(
    settlement: Settlement, sections: Iterable[SectionMaker] = (), no_contract: Iterable[NoContractLine] = (),
    in_year: InYear | None = None,
) -> Grouped:  # fmt: skip
    """Sort a settlement by contract. ``sections`` are asked for each contract what its statement ends with.

    ``no_contract`` are the rows of no contract; a statement shows those of its provider.
    """
    pots = [
        (contract, pot)
        for pot in settlement.pots
        for contract in pot.contracts
        if pot.account.startswith(f"{contract}/")
    ]
    checks = [(contract, check) for check in settlement.checks for contract in check.contracts]
    units = [
        (contract, ((table, unit), states)) for (contract, table, unit), states in settlement.unit_states().items()
    ]
    return Grouped(
        settlement=settlement,
        contracts={contract.id: contract for contract in settlement.case.contracts},
        by_contract={
            "lines": _sorted((line.contract, line) for line in settlement.lines),
            "figures": _sorted((line.contract, line) for line in settlement.reading.figures),
            "carries": _sorted((line.contract, line) for line in settlement.reading.carries),
            "pots": _sorted(pots), "checks": _sorted(checks), "units": _sorted(units),
        },
        general=tuple(check for check in settlement.checks if not check.contracts),
        sections=tuple(sections), no_contract=_sorted((line.provider, line) for line in no_contract), in_year=in_year,
    )  # fmt: skip


def _sorted(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for contract, one in pairs:
        found.setdefault(contract, []).append(one)
    return found


def _said(section: SectionMaker, settlement: Settlement, contract: str) -> tuple[str, str] | None:
    """What a plugin's section says; its own fault is told in its place and stops no statement."""
    name = getattr(section, "__name__", type(section).__name__)
    try:
        made = section(settlement, contract)
        if made is None:
            return None
        title, text = made
    except (Exception, SystemExit) as error:  # whatever a plugin raises, the statement goes out without it
        return f"Section {name}", f"could not be made: the plugin raised {type(error).__name__}: {error}"
    return str(title), str(text)
