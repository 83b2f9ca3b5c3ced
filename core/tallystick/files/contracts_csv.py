"""contracts.csv: a contract a row, for workspaces with thousands of them.

| column | holds |
|---|---|
| ``id``, ``provider``, ``commissioner`` | as in ``[contract]``; needed |
| ``title``, ``settles`` | as in ``[contract]``; empty or left out as there |
| ``from``, and ``to`` or ``years`` | the contract's days: a day as 2025-04-01, whole years as 1 |
| ``rules`` | labels of the scheme rules that it holds, with ``;`` between them; empty for all |
| ``label.parameter`` | this contract's value; an empty cell takes the scheme's |
| ``label.clause``, ``label.source`` | what this contract cites for the rule |
| ``claim.service`` and the like | the rows that the contract claims: codes with ``;`` between them |
| ``claim.from``, ``claim.to`` | the days of the claim, within the contract's |

Equal cells of a column are read once and share their value.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from attrs import field, frozen

from tallystick.assign.claims import COLUMNS as CLAIMED
from tallystick.assign.claims import Said, codes_of
from tallystick.files.accounts import party_code
from tallystick.files.binding import Change
from tallystick.files.changes import REFERENCES, changeable, takes
from tallystick.files.contract_cases import ContractCases, Head, contract_id, no_scheme_rule
from tallystick.files.contracts import last_day
from tallystick.files.delimited import empty, other_separator
from tallystick.files.spots import CellSpot, Refusal
from tallystick.files.structure import Known, term_of
from tallystick.files.terms import Term
from tallystick.files.values import value_of
from tallystick.kernel.case import SETTLES
from tallystick.kernel.errors import Fault, did_you_mean_or
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.parameters import Parameter

COLUMNS = ("id", "title", "provider", "commissioner", "from", "to", "years", "settles", "rules", "clause")
CLAIM_COLUMNS = (*(f"claim.{name}" for name in CLAIMED), "claim.cohort", "claim.from", "claim.to")
NEEDED = ("id", "provider", "commissioner", "from")


@frozen(eq=False)
class _Override:
    """A column headed ``label.parameter``; ``spec`` is None for what is cited."""

    heading: str
    label: str
    name: str
    spec: Parameter | None
    terms: dict[str, Term | None] = field(factory=dict)


@frozen
class _ClaimSpot(CellSpot):
    """The place of a row's claim, whose parts stand in columns of their own."""

    def at(self, *more: str | int) -> CellSpot:
        """The cell of one of its parts."""
        return CellSpot(self.file, self.row, f"claim.{more[0]}") if more else self


def read_contracts_csv(text: str, file: str, known: Known, settles: str, cases: ContractCases) -> None:
    """Read the file and add its contracts; faults go to those of ``cases``."""
    lines = csv.reader(io.StringIO(text), strict=True)
    try:
        _read_lines(lines, file, known, settles, cases)
    except csv.Error as error:
        why = f"the quotes around a cell are not closed ({error})"
        found = "the rows cannot be told apart from here on"
        fault = Fault(code="file/malformed", found=found, file=file, line=lines.line_num, why=why, write='"a, b" or ""')
        cases.faults.append(fault)


def _read_lines(lines: Any, file: str, known: Known, settles: str, cases: ContractCases) -> None:
    heading = [name.strip() for name in next((row for row in lines if any(row)), [])]
    if wrong := [empty(file)] if not heading else other_separator(heading, file):
        cases.faults.extend(wrong)
        return
    overrides = list(_overrides(heading, file, cases))
    plain = _plain_columns(heading, file, cases.faults)
    if plain is None:
        return
    reader = _Rows(file, known, settles, cases, plain, overrides)
    number = 0
    for cells in lines:
        if not any(cells):
            continue
        number += 1
        if len(cells) != len(heading):
            found = f"the row has {len(cells)} cells, and the heading {len(heading)}"
            write = "as many cells as the heading has; quotes around a cell with a comma"
            cases.faults.append(CellSpot(file, number).fault("row/length", found, "", write))
        else:
            reader.add(number, [cell.strip() for cell in cells])


def _plain_columns(heading: list[str], file: str, faults: list[Fault]) -> dict[str, int] | None:
    repeated = {name for name in heading if heading.count(name) > 1}
    for name in sorted(repeated):
        found = f'two columns are headed "{name}"'
        faults.append(CellSpot(file, column=name).fault("column/twice", found, "", "one column of each name"))
    missing = [name for name in NEEDED if name not in heading]
    faults.extend(
        CellSpot(file).fault("column/missing", f"there is no column {name}", "", ",".join(COLUMNS)) for name in missing
    )
    if "to" not in heading and "years" not in heading:
        found = "there is neither a column to nor a column years"
        faults.append(CellSpot(file).fault("column/missing", found, "it says when a contract ends", "to, or years"))
        return None
    return (
        None
        if missing or repeated
        else {name: heading.index(name) for name in (*COLUMNS, *CLAIM_COLUMNS) if name in heading}
    )


def _overrides(heading: list[str], file: str, cases: ContractCases) -> Iterator[tuple[int, _Override]]:
    for index, name in enumerate(heading):
        if name in COLUMNS or name in CLAIM_COLUMNS:
            continue
        spot = CellSpot(file, column=name)
        label, dot, parameter = _split(name, cases.scheme_rules)
        draft = cases.scheme_rules.get(label)
        try:
            if not dot:
                write = did_you_mean_or(name, COLUMNS, 'A number of a rule is headed "label.parameter"')
                raise Refusal("column/unknown", f'there is no column "{name}"', "nothing would read it", write)
            if draft is None:
                cases.faults.append(no_scheme_rule(label, cases.scheme_rules, spot))
            elif not draft.missing:
                cited = parameter in REFERENCES and not takes(draft, parameter)
                spec = None if cited else changeable(draft, parameter)
                if spec is not None and spec.role == "rows":
                    raise Refusal(
                        "column/records", f"{parameter} is a list of records, and a cell holds one value", "",
                        f'[[scheme_rule]] with label = "{label}" in a TOML file of the contract\'s own',
                    )  # fmt: skip
                yield index, _Override(name, label, parameter if spec is None else spec.name, spec)
        except Refusal as refusal:
            cases.faults.append(refusal.at(spot))


def _split(heading: str, labels: Collection[str]) -> tuple[str, str, str]:
    """A heading as label, dot and parameter; of a label that holds dots, or a parameter that does, by what there is."""
    dots = [place for place, sign in enumerate(heading) if sign == "."]
    at = next((place for place in reversed(dots) if heading[:place] in labels), None)
    return heading.rpartition(".") if at is None else (heading[:at], ".", heading[at + 1 :])


class _Rows:
    """Reads row after row, each cell text only once."""

    def __init__(
        self, file: str, known: Known, settles: str, cases: ContractCases,
        columns: Mapping[str, int], overrides: Iterable[tuple[int, _Override]],
    ) -> None:  # fmt: skip
        self.file, self.known, self.settles, self.cases = file, known, settles, cases
        self.columns, self.overrides = columns, list(overrides)
        self._read: dict[tuple[str, str], Any] = {}

    def add(self, row: int, cells: list[str]) -> None:
        """Add the contract of one row."""
        head = self._head(row, cells)
        changes = self._changes(row, cells, head.holds if head else None)
        if head is not None:
            spot = CellSpot(self.file, row, "id", head.id)
            self.cases.add(head, (), changes, spot, CellSpot(self.file, row, "rules", self._cell(cells, "rules")))
            self._claim(row, cells, head.id)

    def _cell(self, cells: list[str], column: str) -> str:
        return cells[self.columns[column]] if column in self.columns else ""

    def _take(self, row: int, cells: list[str], column: str, read: Callable[[str], Any], *, needed: bool = True) -> Any:
        """The cell as ``read`` reads it; None if it is empty or refused."""
        text = self._cell(cells, column)
        place = (column, text)
        if place in self._read:
            return self._read[place]
        try:
            if not text and needed:
                raise Refusal("cell/empty", f"{column} is empty", "no contract is without it", "")
            value = read(text) if text else None
        except Refusal as refusal:
            self.cases.faults.append(refusal.at(CellSpot(self.file, row, column, text)))
            return None
        self._read[place] = value
        return value

    def _head(self, row: int, cells: list[str]) -> Head | None:
        before = len(self.cases.faults)
        provider = self._take(row, cells, "provider", party_code)
        commissioner = self._take(row, cells, "commissioner", party_code)
        first = self._take(row, cells, "from", _day)
        to = self._take(row, cells, "to", _day, needed=False)
        years = self._take(row, cells, "years", _whole, needed=False)
        settles = self._take(row, cells, "settles", _settles, needed=False) or self.settles
        holds = self._take(row, cells, "rules", _labels, needed=False)
        last = None
        try:
            identity = contract_id(self._cell(cells, "id"))
        except Refusal as refusal:
            self.cases.faults.append(refusal.at(CellSpot(self.file, row, "id", self._cell(cells, "id"))))
        if first is not None and len(self.cases.faults) == before:
            column = "to" if "to" in self.columns else "years"
            last = last_day(first, to, years, CellSpot(self.file, row, column), self.cases.faults)
        if last is None or len(self.cases.faults) > before:
            return None
        return Head(
            id=identity, title=self._cell(cells, "title"), provider=provider, commissioner=commissioner, first=first,
            last=last, settles=settles, holds=holds, clause=self._cell(cells, "clause"),
        )  # fmt: skip

    def _claim(self, row: int, cells: list[str], contract: str) -> None:
        """What the contract of one row claims, if any of those cells holds something."""
        codes = {}
        for name in CLAIMED:
            column = f"claim.{name}"
            if text := self._cell(cells, column):
                spot = CellSpot(self.file, row, column, text)
                codes[name] = codes_of(_labels(text), name, spot, self.cases.faults)
        cohort: tuple[str, ...] = ()
        if text := self._cell(cells, "claim.cohort"):
            spot_ = CellSpot(self.file, row, "claim.cohort", text)
            cohort = codes_of(_labels(text), "cohort", spot_, self.cases.faults)
        first, last = (self._take(row, cells, f"claim.{end}", _day, needed=False) for end in ("from", "to"))
        if codes or cohort or first or last:
            spot = _ClaimSpot(self.file, row, "id", contract)
            said = Said(contract=contract, codes=codes, cohort=cohort, first=first, last=last, spot=spot)
            self.cases.said.append(said)

    def _changes(self, row: int, cells: list[str], holds: tuple[str, ...] | None) -> dict[str, Change]:
        terms: dict[str, dict[str, Term]] = {}
        cited: dict[str, dict[str, str]] = {}
        for index, override in self.overrides:
            text = cells[index]
            if not text:
                continue
            if holds is not None and override.label not in holds:
                found = f'the contract does not hold "{override.label}"'
                write = "an empty cell, or the label under rules"
                spot = CellSpot(self.file, row, override.heading, text)
                self.cases.faults.append(spot.fault("label/not-held", found, "nothing would read the value", write))
            elif override.spec is None:
                cited.setdefault(override.label, {})[override.name] = text
            elif (term := self._term(row, override, override.spec, text)) is not None:
                terms.setdefault(override.label, {})[override.name] = term
        return {
            label: Change(
                terms=terms.get(label, {}),
                clause=cited.get(label, {}).get("clause", ""),
                source=cited.get(label, {}).get("source", ""),
            )
            for label in {**terms, **cited}
        }

    def _term(self, row: int, override: _Override, spec: Parameter, text: str) -> Term | None:
        if text not in override.terms:
            spot = CellSpot(self.file, row, override.heading, text)
            override.terms[text] = term_of(spec, text, spot, self.known, self.cases.faults)
        elif override.terms[text] is None:  # told again, so that the count of such rows is right
            term_of(spec, text, CellSpot(self.file, row, override.heading, text), self.known, self.cases.faults)
        return override.terms[text]


def _day(text: str) -> datetime.date:
    day: datetime.date = value_of(Kind.DAY, text, textual=True)
    return day


def _whole(text: str) -> int:
    years: int = value_of(Kind.COUNT, text, textual=True)
    return years


def _settles(text: str) -> str:
    if text not in SETTLES:
        raise Refusal("value/choice", f'a contract cannot settle by "{text}"', "", " or ".join(SETTLES))
    return text


def _labels(text: str) -> tuple[str, ...]:
    return tuple(label.strip() for label in text.split(";") if label.strip())
