"""The sections that a reconciliation adds to a statement: payable now, what moved, plan, forecast, and the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from tallystick.in_year.forecast import METHODS, forecast
from tallystick.in_year.months import Months, month_of
from tallystick.in_year.moved import reasons, to_provider
from tallystick.in_year.reconcile import InYear
from tallystick.in_year.submissions import ALL, Source, not_received
from tallystick.kernel.describe import plain_name
from tallystick.kernel.money import money_text
from tallystick.report.grouped import ContractPart
from tallystick.report.layout import Pence, Row, Section, amount, many
from tallystick.report.money_sections import due as net

SAID = {"freeze": "final, frozen", "flex": "first, still open to change", "open": "before the first reconciliation"}
"""What a month's state means, in the words of a statement."""


def head(part: ContractPart) -> Iterator[tuple[str, str]]:
    """The lines of a statement's head that say for which months, and as at which day."""
    of = part.in_year
    if of is None:
        return
    yield "Months", f"{of.months} ({len(of.months)} month{'s' if len(of.months) > 1 else ''})"
    states = of.calendar.by_state(of.months, of.as_at)
    said = [f"{state or 'no dates'} {months}" for state, months in states.items()]
    if any(states):
        meant = "; ".join(f"{state}: {SAID[state]}" for state in states if state in SAID)
        yield "Reconciliation", f"{', '.join(said)} ({meant})"


def sections(part: ContractPart) -> Iterator[Section]:
    """Every section that a reconciliation adds, in the order of a statement."""
    if part.in_year is None:
        return
    yield from _payable(part, part.in_year)
    yield from _moved(part, part.in_year)
    yield from _planned(part, part.in_year)
    yield from _forecast(part, part.in_year)


def _payable(part: ContractPart, of: InYear) -> Iterator[Section]:
    """Due to date, less what was paid on account and what earlier statements said: payable now, by pair of bodies."""
    pairs = [one for one in of.due.payable if one.contract == part.contract.id]
    pairs.sort(key=lambda one: part.contract.provider not in (one.payer, one.payee))
    rows = [
        Row(f"{one.payer} pays {one.payee}", (*map(Pence, (one.entitled, -one.on_account, -one.ordered, one.now)),))
        for one in pairs
    ]  # fmt: skip
    if rows:
        headings = ("", "Due to date", "Paid on account", "Said before", "Payable now")
        notes = (*_on_account(part, of), *_successors(part, of))
        yield Section(
            title=f"Payable now, for the months {of.months}", headings=headings, rows=tuple(rows), notes=notes
        )


def _on_account(part: ContractPart, of: InYear) -> list[str]:
    unit = part.settlement.case.money
    return [
        f"Paid on account by {paid.payer} on {paid.paid_on}: {money_text(paid.pence, unit)}, {paid.reference}."
        for paid in of.due.payments
        if paid.contract == part.contract.id
    ]


def _successors(part: ContractPart, of: InYear) -> list[str]:
    return [
        f"{now} stands in the place of {party}, whose rights and debts it has."
        for party in (part.contract.provider, part.contract.commissioner)
        if (now := of.body(party, of.as_at)) != party
    ]


def _moved(part: ContractPart, of: InYear) -> Iterator[Section]:
    """What the provider is due more or less than at the last posting, by reason; the reasons add up to it."""
    if of.since is None:
        return
    posted = {part.contract.id: part.contract}
    change = sum(to_provider(key, one, posted) for key, one in of.due.lines.items() if key.contract == part.contract.id)
    by_reason = reasons(of.moved, part.contract.id)
    rows = [Row(reason[0].upper() + reason[1:], (Pence(pence),)) for reason, pence in by_reason.items()]
    untold = change - sum(by_reason.values())
    if untold:
        rows.append(Row("Not told apart: what the last posting was made from cannot be had any more", (Pence(untold),)))
    rows.append(Row(f"Due to {part.contract.provider} since then", (Pence(change),), total=True))
    lines = [(one.label, one.reason, one.pence) for one in of.moved if one.contract == part.contract.id]
    notes = [] if rows[:-1] else [f"Nothing moved since the posting as at {of.since}."]
    yield Section(
        title=f"What moved since the posting as at {of.since}", headings=("", "Amount"), rows=tuple(rows),
        notes=tuple(notes),
    )  # fmt: skip
    if len({label for label, *_ in lines}) > 1:
        detail = [Row(f"{label}: {reason}", (Pence(pence),)) for label, reason, pence in sorted(lines)]
        yield Section(title="What moved, by rule", headings=("", "Amount"), rows=tuple(detail))


def _planned(part: ContractPart, of: InYear) -> Iterator[Section]:
    """Plan to date beside what came: in money, and in units where they are planned."""
    labels = of.plan.labels(part.contract.id)
    if not labels:
        return
    months = [month for month in of.months if part.contract.first.replace(day=1) <= month <= part.contract.last]
    came = net_by_label(part)
    units: dict[str, int] = {}
    for line in part.lines:
        if line.kind == "price":
            units[line.label] = units.get(line.label, 0) + line.units
    rows, unplanned = [], []
    for label in labels:
        pence = of.plan.amount(part.contract.id, label, months)
        if pence is None:
            unplanned.append(label)
            continue
        count = of.plan.count(part.contract.id, label, months)
        actual = came.get(label, 0)
        shown = ("", many(units.get(label, 0))) if count is None else (count, units.get(label, 0))
        rows.append(Row(label, (*shown, Pence(pence), Pence(actual), Pence(actual - pence))))
    notes = [f"No plan for every one of the months: {', '.join(unplanned)}."] if unplanned else []
    if rows:
        headings = ("", "Units planned", "Units", "Plan to date", "Actual", "More or less")
        yield Section(title="Plan to date", headings=headings, rows=tuple(rows), notes=tuple(notes))


def net_by_label(part: ContractPart, *, contested: bool | None = None) -> dict[str, int]:
    """What each rule brings the provider in cash, less what it takes, in the order of the contract's rules.

    Of all lines, or of those alone that are contested, or are not.
    """
    order = {entry.label: place for place, entry in enumerate(part.contract.rules)}
    found: dict[str, int] = {}
    for line in sorted(part.lines, key=lambda one: order.get(one.label, len(order))):
        if contested is not None and contested != (line.kind == "contested"):
            continue
        if line.book == "cash" and (pence := net(line, part.contract.provider)):
            found[line.label] = found.get(line.label, 0) + pence
    return found


def _forecast(part: ContractPart, of: InYear) -> Iterator[Section]:
    to_date, still = net_by_label(part, contested=False), net_by_label(part, contested=True)
    lines = forecast(part.contract, of.months, to_date, of.plan, still)
    if not lines:
        return
    rows = [Row(one.label, (amount(one.to_date), amount(one.as_so_far), amount(one.to_plan))) for one in lines]
    totals = (sum(one.to_date for one in lines), sum(one.as_so_far for one in lines), sum(one.to_plan for one in lines))
    rows.append(Row(f"To {part.contract.provider}", tuple(map(Pence, totals)), total=True))
    notes = [f"{name[0].upper()}{name[1:]}: {what}." for name, what in METHODS.items()]
    if bare := [one.label for one in lines if not one.planned]:
        notes.append(f"Without a plan: {', '.join(bare)}.")
    headings = ("", "To date", "As so far", "To plan")
    title = "Forecast of the contract's year, by two methods"
    yield Section(title=title, headings=headings, rows=tuple(rows), notes=tuple(notes))


def received(part: ContractPart) -> Iterator[Section]:
    """Which data counts for which months, and what has not been received."""
    of = part.in_year
    if of is None:
        return
    absent = not_received(of.choice, of.months, lambda provider: of.body(provider, of.as_at))
    mine = [one for one in of.choice.sources if _is_of(one, part, of) and (one.name or one in absent)]
    rows: list[Row] = []
    several = len({one.provider for one in mine}) > 1
    for (table, provider, name), group in groupby(mine, key=lambda one: (one.table, one.provider, one.name)):
        rows += [_source_row(table, provider if several else "", name, run) for run in _runs(list(group))]
    late = sorted({(name, one.table, one.month) for one in mine for name in one.later})
    notes = [
        f"Received after the freeze of {month}, and not counted for it: {name} ({table})."
        for name, table, month in late
    ]
    missing = [one for one in mine if one in absent]
    if missing:
        names = "; ".join(f"{plain_name(one.table)} {one.month}" for one in missing)
        notes.append(
            f"Not received by {of.as_at}, so nothing is counted, which does not mean that nothing was done: {names}."
        )
    if rows:
        headings = ("", "Received", "File")
        yield Section(title="Data that counts", headings=headings, rows=tuple(rows), notes=tuple(notes), left=2)


def _is_of(one: Source, part: ContractPart, of: InYear) -> bool:
    provider = part.contract.provider
    if one.month and not part.contract.first.replace(day=1) <= month_of(one.month) <= part.contract.last:
        return False
    return one.provider in (ALL, provider) or of.body(one.provider, of.as_at) == of.body(provider, of.as_at)


def _runs(group: Sequence[Source]) -> list[list[Source]]:
    """Months that follow one another, together."""
    found: list[list[Source]] = []
    for one in group:
        last = found[-1][-1] if found else None
        if (
            last is not None
            and last.month
            and one.month
            and len(Months(month_of(last.month), month_of(one.month))) == 2
        ):
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _source_row(table: str, provider: str, name: str, run: Sequence[Source]) -> Row:
    first, last = run[0].month, run[-1].month
    months = "" if not first else f" {first}" if first == last else f" {Months(month_of(first), month_of(last))}"
    day = str(run[0].received) if run[0].received else "not received"
    agreed = f" (after the freeze, agreed: {run[0].agreed})" if run[0].agreed else ""
    whose = f" of {provider}" if provider else ""
    return Row(f"{plain_name(table)}{months}{whose}{agreed}", (day, name))
