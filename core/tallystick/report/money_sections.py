"""The sections of a statement that show money: fixed, variable, incentives, pots, transfers, months, and the net."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import evolve

from tallystick.kernel.case import SETTLES, Period
from tallystick.kernel.describe import value_text
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.ledger import LedgerLine, PotState, period_name
from tallystick.report.grouped import ContractPart
from tallystick.report.layout import Pence, Row, Section, amount, many

FIXED = ("fixed", "on-account")
MOST_PERIODS = 24
"""How many periods are shown one by one; a contract with more is shown by its years."""


def place_of(line: LedgerLine, part: ContractPart) -> str:
    """Which section shows a line: each line is in exactly one."""
    if line.book != "cash":
        return "books"
    if any(account.startswith(f"{part.contract.id}/") for account in (line.payer, line.payee)):
        return "pots"
    if part.contract.provider not in (line.payer, line.payee):
        return "others"
    if line.kind in FIXED:
        return "fixed"
    return "variable" if line.kind == "price" else "incentives"


def due(line: LedgerLine, provider: str) -> int:
    """What the line brings the provider, less what it takes."""
    return (line.pence if line.payee == provider else 0) - (line.pence if line.payer == provider else 0)


def money_sections(part: ContractPart) -> Iterator[Section]:
    """Every section with a line in it, in the order of a statement; together they hold each ledger line once."""
    placed: dict[str, list[LedgerLine]] = {}
    order = {entry.label: place for place, entry in enumerate(part.contract.rules)}
    for line in sorted(part.lines, key=lambda one: order.get(one.label, len(order))):
        placed.setdefault(place_of(line, part), []).append(line)
    if placed:
        yield _summary(part, placed)
    for name, title in (
        ("fixed", "Fixed element"),
        ("variable", "Variable element, by what was done"),
        ("incentives", "Incentives and adjustments"),
    ):
        if name in placed:
            yield _by_label(title, placed[name], part)
    yield from _pots(part, placed.get("pots", []))
    yield from _without_pots(part, placed.get("pots", []))
    if "others" in placed:
        yield _others(part, placed["others"])
    if "books" in placed:
        yield _books(part, placed["books"])
    if any(line.book == "cash" for line in part.lines):
        yield from _periods(part, placed)
        yield _net(part)


def named(account: str, part: ContractPart) -> str:
    """An account in words: a pot without its contract, a fund of the scheme by its name, a party by its code."""
    owner, stroke, name = account.partition("/")
    if not stroke:
        return account
    return (
        f"fund {name}" if owner == "scheme" else f"pot {name}" + ("" if owner == part.contract.id else f" of {owner}")
    )


Key = tuple[str, ...]


def _summed(
    lines: Iterable[LedgerLine], key: Callable[[LedgerLine], Key], sign: Callable[[LedgerLine], int]
) -> dict[Key, tuple[int, int]]:
    """Units and pence for each key, in the order in which keys first come."""
    found: dict[Key, tuple[int, int]] = {}
    for line in lines:
        units, pence = found.get(key(line), (0, 0))
        found[key(line)] = (units + line.units, pence + sign(line))
    return found


def _by_label(title: str, lines: list[LedgerLine], part: ContractPart) -> Section:
    provider, usual = part.contract.provider, part.contract.commissioner

    def said(line: LedgerLine) -> Key:
        other = line.payer if line.payee == provider else line.payee
        whom = "" if other == usual else f", {'from' if line.payee == provider else 'to'} {named(other, part)}"
        return f"{line.label}: {line.reason}{whom}", line.clause

    sums = _summed(lines, said, lambda line: due(line, provider))
    rows = [Row(item, (clause, many(units), Pence(pence))) for (item, clause), (units, pence) in sums.items()]
    rows.append(Row("Total", ("", "", Pence(sum(pence for _, pence in sums.values()))), total=True))
    return Section(title=title, headings=("", "Clause", "Units", f"To {provider}"), rows=tuple(rows), left=1)


def _pots(part: ContractPart, lines: list[LedgerLine]) -> Iterator[Section]:
    for state in part.pots:
        moved = [line for line in lines if state.account in (line.payer, line.payee) and line.book == state.book]
        if moved:
            yield _pot(part, state, moved)


def _without_pots(part: ContractPart, lines: list[LedgerLine]) -> Iterator[Section]:
    """What is held and released where a party does not see what is in the pot."""
    known = {(state.account, state.book) for state in part.pots}
    loose = [line for line in lines if not {(line.payer, line.book), (line.payee, line.book)} & known]
    if loose:
        section = _by_label("Held, released and otherwise paid from pots that are not shown", loose, part)
        past = [line for line in loose if part.contract.provider not in (line.payer, line.payee)]
        notes = [f"{line.label}: {line.reason}, {value_text(Kind.AMOUNT, line.pence, _unit(part))} to "
                 f"{named(line.payee, part)}." for line in past]  # fmt: skip
        yield evolve(section, notes=tuple(notes))


def _pot(part: ContractPart, state: PotState, lines: list[LedgerLine]) -> Section:
    def said(line: LedgerLine) -> Key:
        came = line.payee == state.account
        way = f"from {named(line.payer, part)}" if came else f"to {named(line.payee, part)}"
        return f"{line.label}: {line.reason}, {way}", line.clause

    def into(line: LedgerLine) -> int:
        return line.pence if line.payee == state.account else -line.pence

    sums = _summed(lines, said, into)
    rows = [Row(item, (clause, many(units), Pence(pence))) for (item, clause), (units, pence) in sums.items()]
    if state.opening:
        rows.insert(0, Row("At the start", ("", "", Pence(state.opening))))
    rows.append(Row("Still in the pot", ("", "", Pence(state.closing)), total=True))
    kept = _carried(part, state.account)
    notes = [f"Of this, {value_text(Kind.AMOUNT, pence, _unit(part))}: {why}." for why, pence in kept.items()]
    return Section(
        title=named(state.account, part), above=(_about(part, state),), rows=tuple(rows), notes=tuple(notes), left=1,
        headings=("", "Clause", "Units", "Into the pot"),
    )  # fmt: skip


def _about(part: ContractPart, state: PotState) -> str:
    pot = state.pot
    parties = {"provider": part.contract.provider, "commissioner": part.contract.commissioner}
    ends = {
        "be empty": "has to be empty at the end", "carry forward": "what is left is carried forward",
        "return": f"what is left returns to {parties.get(pot.to, pot.to)}",
        "pass on": f"what is left passes on to {parties.get(pot.to, pot.to)}",
    }  # fmt: skip
    holder = parties.get(pot.held_by, pot.held_by)
    said = [f"held by {holder}" if holder else "", f"for {pot.purpose}" if pot.purpose else "", ends[pot.at_end]]
    text = "; ".join(one for one in said if one)
    return f"{text[0].upper()}{text[1:]}."


def _carried(part: ContractPart, account: str) -> dict[str, int]:
    kept: dict[str, int] = {}
    for carry in part.carries:
        if carry.pot == account and carry.pence:
            kept[carry.reason] = kept.get(carry.reason, 0) + carry.pence
    return kept


def _others(part: ContractPart, lines: list[LedgerLine]) -> Section:
    """Money between others than the provider, which the contract's rules move."""

    def said(line: LedgerLine) -> Key:
        return f"{line.label}: {line.reason}, {named(line.payer, part)} pays {named(line.payee, part)}", line.clause

    sums = _summed(lines, said, lambda line: line.pence)
    rows = [Row(item, (clause, many(units), Pence(pence))) for (item, clause), (units, pence) in sums.items()]
    rows.append(Row("Total", ("", "", Pence(sum(pence for _, pence in sums.values()))), total=True))
    headings = ("", "Clause", "Units", "Amount")
    return Section(
        title=f"Paid among others than {part.contract.provider}", headings=headings, rows=tuple(rows), left=1
    )


def _books(part: ContractPart, lines: list[LedgerLine]) -> Section:
    def said(line: LedgerLine) -> Key:
        return (
            f"{line.label}: {line.reason}, {named(line.payer, part)} to {named(line.payee, part)}",
            line.book,
            line.clause,
        )

    sums = _summed(lines, said, lambda line: line.pence)
    rows = [
        Row(item, (book, clause, many(units), Pence(pence))) for (item, book, clause), (units, pence) in sums.items()
    ]
    return Section(
        title="Not cash: shown, and not payable",
        headings=("", "Book", "Clause", "Units", "Amount"),
        rows=tuple(rows),
        left=2,
    )


_MEANT = {
    "Fixed": "Fixed element", "Variable": "Variable element", "Incentives": "Incentives and adjustments",
    "Held": "Held in pots", "From pots": "Released, or otherwise paid, from pots",
}  # fmt: skip


def _summary(part: ContractPart, placed: Mapping[str, list[LedgerLine]]) -> Section:
    provider = part.contract.provider
    columns = _columns(placed, provider)
    rows = [Row(_MEANT[name], (Pence(pence),)) for name, pence in columns.items() if pence]
    total = sum(columns.values())
    rows.append(Row(f"Net to {provider} under this contract", (Pence(total),), total=True))
    return Section(title="Summary", headings=("", "Amount"), rows=tuple(rows))


def _columns(placed: Mapping[str, Iterable[LedgerLine]], provider: str) -> dict[str, int]:
    found = {"Fixed": 0, "Variable": 0, "Incentives": 0, "Held": 0, "From pots": 0}
    for name, column in (("fixed", "Fixed"), ("variable", "Variable"), ("incentives", "Incentives")):
        found[column] = sum(due(line, provider) for line in placed.get(name, ()))
    for line in placed.get("pots", ()):
        found["Held" if line.payer == provider else "From pots"] += due(line, provider)
    return found


def _periods(part: ContractPart, placed: Mapping[str, list[LedgerLine]]) -> Iterator[Section]:
    """What each period comes to, or each of the contract's years where there are very many periods."""
    periods = list(part.contract.periods())
    if len(periods) < 2:
        return
    names = _period_names(part, periods)
    provider = part.contract.provider
    found: dict[str, dict[str, list[LedgerLine]]] = {name: {} for name in names.values()}
    for place, lines in placed.items():
        for line in lines:
            found[names.get(line.period, names[_holding(line.month, periods)])].setdefault(place, []).append(line)
    made = {name: _columns(lines, provider) for name, lines in found.items()}
    shown = [column for column in next(iter(made.values())) if any(columns[column] for columns in made.values())]
    rows = [
        Row(name, (*(amount(columns[column]) for column in shown), Pence(sum(columns.values()))))
        for name, columns in made.items()
    ]
    totals = [sum(columns[column] for columns in made.values()) for column in shown]
    rows.append(Row("Total", (*map(Pence, totals), Pence(sum(totals))), total=True))
    by = {"month": "Month by month", "quarter": "Quarter by quarter", "year": "Year by year"}
    title = by[part.contract.settles] if len(periods) <= MOST_PERIODS else by["year"]
    yield Section(title=title, headings=("", *shown, f"To {provider}"), rows=tuple(rows))


def _period_names(part: ContractPart, periods: list[Period]) -> dict[str, str]:
    if len(periods) <= MOST_PERIODS:
        return {period_name(period): period_name(period) for period in periods}
    each = 12 // SETTLES[part.contract.settles]
    return {period_name(p): f"year {(p.number - 1) // each + 1}" for p in periods}


def _holding(month: str, periods: list[Period]) -> str:
    """The period that a month falls in: what a pot hands on at its end is dated by the month alone."""
    for period in periods:
        if f"{period.first:%Y-%m}" <= month <= period.month:
            return period_name(period)
    return period_name(periods[-1])


def _net(part: ContractPart) -> Section:
    """What each party owes each other party in the end, both ways set off."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for line in part.lines:
        if line.book == "cash":
            one, other = sorted((line.payer, line.payee))
            ways = pairs.setdefault((one, other), [0, 0])
            ways[0 if line.payer == one else 1] += line.pence
    rows = []
    for (one, other), (there, back) in sorted(pairs.items(), key=lambda pair: -max(pair[1])):
        payer, payee, more, less = (one, other, there, back) if there >= back else (other, one, back, there)
        item = f"{named(payer, part)} pays {named(payee, part)}"
        rows.append(Row(item, (Pence(more), amount(-less), Pence(more - less))))
    return Section(title="Who pays whom, net", headings=("", "Pays", "Less back", "Net"), rows=tuple(rows))


def _unit(part: ContractPart) -> str:
    return part.settlement.case.money
