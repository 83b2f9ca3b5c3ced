"""The sections of a statement beside money: units by state, figures that are shown and not paid, and checks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tallystick.kernel.describe import plain_name, value_text
from tallystick.kernel.language.nodes import Kind
from tallystick.report.grouped import ContractPart
from tallystick.report.layout import Row, Section, amount, many


def units(part: ContractPart) -> Iterator[Section]:
    """Units by state: received are priced, covered, excluded and unpriced, and nothing else."""
    if not part.units:
        return
    rows, unclaimed, valued = [], [], []
    for (table, unit), states in sorted(part.units.items()):
        worth = states["covered_pence"] or (0 if states["priced"] else states["valued_pence"])
        name = f"{plain_name(table)}: {unit}"
        if states["valued_pence"] not in (0, worth):
            money = value_text(Kind.AMOUNT, states["valued_pence"], part.settlement.case.money)
            valued.append(f"{name}, {money}")
        counts = tuple(many(states[state]) for state in ("priced", "covered", "excluded", "unpriced"))
        rows.append(Row(name, (states["received"], *counts, amount(worth))))
        if states["received"] and states["unpriced"] == states["received"]:
            unclaimed.append(name)
    notes = ["Covered: paid for by a fixed element. Their worth is shown and not paid by activity."]
    if valued:
        notes.append(f"Valued by a rule that does not pay, for another to pay on: {'; '.join(valued)}.")
    if unclaimed:
        notes.append(f"No rule of this contract prices or covers: {', '.join(unclaimed)}.")
    headings = ("", "Received", "Priced", "Covered", "Excluded", "Unpriced", "Worth, not paid")
    yield Section(title="Units, each in one state", headings=headings, rows=tuple(rows), notes=tuple(notes))


def left_out(part: ContractPart) -> Iterator[Section]:
    """Rows that no contract's statement counts: those of no contract, and those that were set aside."""
    rows = [Row(f"{plain_name(line.table)}: {line.why}", (line.rows,)) for line in part.settlement.reading.unplaced]
    for name, facts in sorted(part.settlement.facts.items()):
        if facts.left_out:
            rows.append(Row(f"{plain_name(name)}: set aside, because something in the row is wrong", (facts.left_out,)))
    if rows:
        yield Section(title="Rows in no statement, of the whole workspace", headings=("", "Rows"), rows=tuple(rows))


MOST_PAIRS = 20
"""How many lines of rows without a contract a statement lists before it counts the others."""


def no_contract(part: ContractPart) -> Iterator[Section]:
    """Rows of this provider that belong to no contract: nobody pays for them, and somebody may have to."""
    lines = sorted(part.no_contract, key=lambda one: (-(one.pence or 0), -one.units, one))
    rows = [
        Row(
            f"{plain_name(one.table)}: {one.unit}" if one.unit else plain_name(one.table),
            (one.commissioner or "not said", one.rows, one.units, amount(one.pence or 0)),
        )
        for one in lines[:MOST_PAIRS]
    ]
    if not rows:
        return
    more = len(lines) - len(rows)
    notes = ["Valued by the scheme's own prices where they price the units by themselves, and not paid."]
    if more:
        notes.append(f"And {more:,} lines more, which are in no_contract.csv.")
    headings = ("", "Commissioner", "Rows", "Units", "Worth, not paid")
    title = "Rows of this provider in no contract, or in two"
    yield Section(title=title, headings=headings, rows=tuple(rows), notes=tuple(notes), left=1)


READABLE = 9_999
"""The largest denominator of a share of cases that is shown as it was counted, such as 59/102."""


def figures(part: ContractPart) -> Iterator[Section]:
    """What rules show and never pay, added up over the periods; of a rate, its lowest and highest."""
    program, unit = part.settlement.program, part.settlement.case.money
    found: dict[tuple[str, str, str, str], list[int | Fraction]] = {}
    for line in part.figures:
        label = program.labels[line.contract, line.identity].label
        reasons = {figure.name: figure.reason for figure in program.uses[line.identity].traced.figures}
        found.setdefault((label, line.name, line.kind, reasons.get(line.name, "")), []).append(line.value)
    rows = [
        Row(f"{label}: {name}" + (f" ({reason})" if reason else ""), (_value(kind, values, unit),))
        for (label, name, kind, reason), values in found.items()
    ]
    if rows:
        yield Section(title="Shown, and not paid", headings=("", "Figure"), rows=tuple(rows))


def _value(kind: str, values: list[int | Fraction], unit: str) -> str:
    of = Kind(kind)
    if of is not Kind.RATE:
        return value_text(of, sum(values), unit)
    low, high = _rate(Fraction(min(values))), _rate(Fraction(max(values)))
    return low if low == high else f"{low} to {high}"


def _rate(value: Fraction) -> str:
    """A rate that can be read: a ratio that nobody would work out is cut off after four decimals, and says so."""
    exact = value_text(Kind.RATE, value)
    if "/" not in exact or (abs(value) < 1 and value.denominator <= READABLE):
        return exact
    whole, part = divmod(abs(value), 1)
    return f"{'-' if value < 0 else ''}{whole}.{int(part * 10_000):04d}…"


def checks(part: ContractPart) -> Iterator[Section]:
    """What was tested: of this contract, and of the whole settlement."""
    rows = [
        Row(f"{one.name}: {one.detail}", ("passed" if one.passed else "FAILED",))
        for one in sorted(part.checks, key=lambda check: check.passed)
    ]
    if rows:
        yield Section(title="Checks", rows=tuple(rows), headings=("", ""))


def of_plugins(part: ContractPart) -> Iterator[Section]:
    """What plugins end a statement with."""
    for title, text in part.sections:
        yield Section(title=title, notes=tuple(text.splitlines()))
