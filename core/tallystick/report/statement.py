"""Statements: what one contract came to, for the two who have to agree on it."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path

from attrs import frozen

from tallystick.assign.no_contract import NoContractLine
from tallystick.in_year.reconcile import InYear
from tallystick.kernel.case import PriceRows
from tallystick.kernel.settlement import Settlement
from tallystick.report import in_year_sections, other_sections
from tallystick.report.grouped import ContractPart, Grouped, SectionMaker, grouped
from tallystick.report.layout import WIDTH, Section
from tallystick.report.money_sections import money_sections

_LABEL = 16


@frozen(kw_only=True)
class Statement:
    """One contract's statement; ``head`` says of whom and when, ``sections`` what."""

    contract: str
    title: str
    money: str
    parties: tuple[str, str]
    head: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    def as_text(self) -> str:
        """The statement as plain text, at most a hundred columns wide."""
        lines = [*textwrap.wrap(f"STATEMENT: {self.title or self.contract}", WIDTH), "=" * WIDTH]
        for name, said in self.head:
            wrapped = textwrap.wrap(said, WIDTH - _LABEL) or [""]
            lines += [
                f"{label:{_LABEL}}{part}" for label, part in zip([name, *[""] * len(wrapped)], wrapped, strict=False)
            ]
        for section in self.sections:
            lines += ["", *section.as_text(self.money)]
        lines += [
            "",
            *(
                f"Agreed for {party:14} ........................................  Date ..............."
                for party in self.parties
            ),
        ]
        return "\n".join(lines) + "\n"

    def rows(self) -> list[list[str]]:
        """The same as cells for a spreadsheet: the section first, money as plain decimals such as 1234.56."""
        head = [["Contract", name, said] for name, said in self.head]
        return [*head, *(row for section in self.sections for row in section.as_rows())]

    def as_xlsx(self, path: str | PathLike[str]) -> None:
        """Write the statement as an Excel workbook, money as numbers that are exact to the penny.

        Raises InputError where XlsxWriter is not installed, and SettlementError for an amount that Excel cannot hold.
        """
        from tallystick.report.statement_xlsx import statement_xlsx

        Path(path).write_bytes(statement_xlsx(self))


def statement_of(
    settlement: Settlement, contract: str, *, sections: Iterable[SectionMaker] = (),
    no_contract: Iterable[NoContractLine] = (), in_year: InYear | None = None,
) -> Statement:  # fmt: skip
    """One contract's statement; KeyError for a contract that the case does not have."""
    return statement_from(grouped(settlement, sections, no_contract, in_year), contract)


def statement_from(book: Grouped, contract: str) -> Statement:
    """The same from a settlement that is sorted by contract already, for those who need many."""
    part = book.part(contract)
    return Statement(
        contract=contract, title=part.contract.title, money=part.settlement.case.money,
        parties=(part.contract.commissioner, part.contract.provider), head=tuple(_head(part)),
        sections=tuple(_sections(part)),
    )  # fmt: skip


def _sections(part: ContractPart) -> Iterator[Section]:
    yield from money_sections(part)
    yield from in_year_sections.sections(part)
    for make in (
        other_sections.units, other_sections.figures, other_sections.left_out, other_sections.no_contract,
        in_year_sections.received, other_sections.checks, other_sections.of_plugins,
    ):  # fmt: skip
        yield from make(part)


def _head(part: ContractPart) -> Iterator[tuple[str, str]]:
    case, contract = part.settlement.case, part.contract
    if case.title:
        yield "Scheme", case.title
    yield "Contract", contract.id + (f" (clause {contract.clause})" if contract.clause else "")
    yield "Commissioner", contract.commissioner
    yield "Provider", contract.provider
    periods = len(list(contract.periods()))
    often = f"{periods} {contract.settles}{'s' if periods > 1 else ''}"
    if contract.until != contract.last:
        often = f"settled by {contract.settles}"
    yield "Period", f"{_day(contract.first)} to {_day(contract.last)}, {often}"
    yield from in_year_sections.head(part)
    if case.as_at is not None:
        yield "Facts known", f"up to {_day(case.as_at)}"
    yield from _outcome(part)
    for place, one in enumerate(_price_lists(part)):
        yield ("Price lists" if place == 0 else ""), _described(one)


def _outcome(part: ContractPart) -> Iterator[tuple[str, str]]:
    stop = part.settlement.stopped.get(part.contract.id)
    if stop is None:
        failed = [one for one in part.checks if not one.passed]
        yield "Outcome", "Settled" + (", but a check failed: see below" if failed else "")
        return
    yield "Outcome", f"{'NOT RUN' if stop.because else 'STOPPED'}: nothing is paid under this statement"
    yield "Why", stop.why
    if stop.label:
        clause = f" under clause {stop.clause}" if stop.clause else ""
        yield "Would have paid", f"the rule “{stop.label}”{clause}, among others"


def _price_lists(part: ContractPart) -> list[PriceRows]:
    """The price lists that the contract's rules name, each once, in the order of its rules."""
    prices, found = part.settlement.case.prices, dict[tuple[str, str], PriceRows]()
    for entry in part.contract.rules:
        for spec in entry.cls.parameters.values() if entry.cls else ():
            if spec.role != "prices" or spec.name not in entry.values or spec.table is None:
                continue
            for _, name in entry.values[spec.name].steps:
                place = (spec.table.name, str(name))
                if place in prices:
                    found[place] = prices[place]
    return list(found.values())


def _described(one: PriceRows) -> str:
    steps = "; then ".join(step.says for step in one.steps)
    origin = f", from {one.derived_from}" + (f" by {steps}" if steps else "") if one.derived_from else ""
    kind = " (guide prices)" if one.kind == "guide" else ""
    return f"{one.name}{kind}{origin}. Source: {one.source or 'not stated'}"


def _day(day: datetime.date) -> str:
    return f"{day.day} {day:%B %Y}"
