"""Rules worked out by hand: what every calculation shares, and the engine's ledger to hold beside it.

The calculations in `by_hand_*.py` are written from what the rules say of themselves ("How it is worked out"), with
loops, dates and fractions. They share nothing with the rules but the declarations of the tables.
"""

from __future__ import annotations

import datetime
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from tallystick.kernel import check, pay
from tallystick.kernel.case import Case, ContractCase, RuleEntry
from tallystick.kernel.program import compose
from tallystick.kernel.reading import Reading
from tests.support import framed_tables, rows_of

Row = Mapping[str, Any]
Line = tuple[str, int, str, str, str, str]
"""Contract, number of the period, label, book, payer, payee."""
PERIOD_MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAY = datetime.timedelta(days=1)


@frozen(eq=False)
class World:
    """A case and its rows: plain Python values by column."""

    case: Case
    rows: Mapping[str, Sequence[Row]]
    _found: dict[Any, dict[Any, list[Row]]] = field(factory=dict, init=False)

    def without(self, keys: frozenset[tuple[str, str]]) -> World:
        """The same world without some rows, each named by its table and key."""
        kept = {
            table: [row for row in rows if (table, row.get(self.case.tables[table].key or "")) not in keys]
            for table, rows in self.rows.items()
        }
        return World(self.case, kept)

    def matching(self, table: str, **match: Any) -> Row | None:
        """The one row of a table of facts in which every column named is equal."""
        names = tuple(sorted(match))
        if (table, names) not in self._found:
            rows: dict[Any, list[Row]] = {}
            for row in self.rows[table]:
                rows.setdefault(tuple(row[name] for name in names), []).append(row)
            self._found[table, names] = rows
        found = self._found[table, names].get(tuple(match[name] for name in names), [])
        assert len(found) <= 1
        return found[0] if found else None

    def price(self, table: str, name: str | None, code: str | None, on: datetime.date) -> Row | None:
        """The row of a price list for a code on a day."""
        if name is None or code is None:
            return None
        found = [
            row for row in self.case.prices[table, name].rows
            if row["code"] == code and (row["from_day"] or on) <= on <= (row["to_day"] or on)
        ]  # fmt: skip
        assert len(found) <= 1
        return found[0] if found else None


def world(made: Case, **tables: Sequence[Mapping[str, Any]]) -> World:
    """A world from rows as a test writes them."""
    return World(made, rows_of(made, tables))


@frozen(eq=False)
class Found:
    """What was found: pence by line of the ledger, contracts stopped, and rows at fault by contract and label."""

    ledger: dict[Line, int] = field(factory=dict)
    stopped: frozenset[str] = frozenset()
    refused: dict[tuple[str, str], int] = field(factory=dict)
    rows: frozenset[tuple[str, str]] = frozenset()
    """The rows at fault, by table and key."""


class Book:
    """Flows as they are worked out, each under a name of its own; one that sums below zero is turned round."""

    def __init__(self) -> None:
        self.flows: Counter[tuple[str, str, int, str, str, str, str]] = Counter()
        self.stopped: set[str] = set()
        self.refused: Counter[tuple[str, str]] = Counter()
        self.rows: set[tuple[str, str]] = set()

    def add(
        self, contract: str, period: int, label: str, payer: str | None, payee: str | None, pence: int, *,
        flow: str = "", book: str = "cash",
    ) -> None:  # fmt: skip
        """One amount of one flow. Money with no account stops the contract."""
        if pence and (payer is None or payee is None):
            self.stopped.add(contract)
        elif pence:
            self.flows[flow, contract, period, label, book, str(payer), str(payee)] += pence

    def refuse(self, contract: str, label: str, table: str, key: str) -> None:
        """A row that is at fault."""
        self.refused[contract, label] += 1
        self.rows.add((table, key))

    def found(self) -> Found:
        """The ledger: no line of a stopped contract, none from an account to itself, none below zero."""
        ledger: Counter[Line] = Counter()
        for (_, contract, period, label, book, payer, payee), pence in self.flows.items():
            turned = (payer, payee) if pence >= 0 else (payee, payer)
            if payer != payee and contract not in self.stopped:
                ledger[contract, period, label, book, *turned] += abs(pence)
        refused = {key: n for key, n in self.refused.items() if key[0] not in self.stopped}
        kept = {key: pence for key, pence in ledger.items() if pence}
        return Found(kept, frozenset(self.stopped), refused, frozenset(self.rows))


def engine(made: World) -> Iterator[tuple[str, Found]]:
    """What each reading of the engine finds, in the same form."""
    program = compose(made.case)
    assert not program.stopped, {name: stop.why for name, stop in program.stopped.items()}
    for name, reading in (
        ("check", check.read(program, made.rows)),
        ("pay", pay.read(program, framed_tables(program, made.rows))),
    ):
        yield name, _as_found(program, reading)


def _as_found(program: Any, reading: Reading) -> Found:
    book = Book()
    book.stopped = {contract for contract, _ in reading.faults}
    for line in reading.flows:
        flow = program.uses[line.identity].traced.flows[line.number]
        label = program.labels[line.contract, line.identity].label
        book.add(
            line.contract, line.period, label, line.payer, line.payee, line.pence,
            flow=f"{line.identity} {line.number}", book=flow.book,
        )  # fmt: skip
    for unit in reading.units:
        if unit.unnamed:
            book.refused[unit.contract, program.labels[unit.contract, unit.identity].label] += unit.unnamed
    for never in reading.nevers:
        book.refused[never.contract, program.labels[never.contract, never.identity].label] += never.rows
    return book.found()


def agree(made: World, work_out: Callable[[World], Found]) -> Found:
    """Both readings have to find what is worked out by hand, line by line.

    Where rows are at fault nothing is settled: then they have to be the same rows in number, and what the rest comes
    to is held beside the rest.
    """
    by_hand = work_out(made)
    if by_hand.rows:
        for name, found in engine(made):
            assert found.refused == by_hand.refused, name
        made = made.without(by_hand.rows)
        by_hand = work_out(made)
        assert not by_hand.rows
    for name, found in engine(made):
        assert found.stopped == by_hand.stopped, f"{name}: {sorted(found.stopped)}, by hand {sorted(by_hand.stopped)}"
        differing = {
            line: (by_hand.ledger.get(line, 0), found.ledger.get(line, 0))
            for line in sorted({*by_hand.ledger, *found.ledger})
            if by_hand.ledger.get(line, 0) != found.ledger.get(line, 0)
        }
        assert not differing, f"{name}: by hand, and by the engine: {differing}"
        assert not found.refused, name
    return by_hand


def half_up(value: Fraction | int, unit: int = 1) -> int:
    """The nearest multiple of a unit; a half is rounded away from zero."""
    twice = abs(Fraction(value)) * 2 / unit + 1
    return (1 if value >= 0 else -1) * (twice.numerator // (2 * twice.denominator)) * unit


def shared(amount: int, weights: Mapping[Any, Fraction | int]) -> dict[Any, int]:
    """An amount by weight: what is left goes one each to the largest remainders, ties by key; no weights, nothing."""
    of_all = sum(weights.values())
    if not of_all:
        return dict.fromkeys(weights, 0)
    exact = {key: Fraction(amount) * weight / of_all for key, weight in weights.items()}
    parts = {key: int(part // 1) for key, part in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (parts[key] - exact[key], key))
    for key in by_remainder[: amount - sum(parts.values())]:
        parts[key] += 1
    return parts


def later(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months on, or the last of that month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    return min(following - DAY, datetime.date(year, month, 1) + (day.day - 1) * DAY)


def periods(contract: ContractCase) -> Iterator[tuple[int, datetime.date, datetime.date]]:
    """Each period's number with its first and last day."""
    months, number = PERIOD_MONTHS[contract.settles], 0
    while (first := later(contract.first, number * months)) <= contract.last:
        number += 1
        yield number, first, min(later(contract.first, number * months) - DAY, contract.last)


def home(made: Case, row: Row, on: str) -> tuple[ContractCase, int, datetime.date, datetime.date] | None:
    """The contract that a row belongs to and its period: its number, first and last day. None where there is none."""
    day = row[on]
    if row.get("contract"):
        chosen = [c for c in made.contracts if c.id == row["contract"]]
    else:
        chosen = [
            c for c in made.contracts
            if c.provider == row["provider"] and c.commissioner == row["commissioner"] and c.first <= day <= c.last
        ]  # fmt: skip
    if len(chosen) != 1:
        return None
    within = [(n, first, last) for n, first, last in periods(chosen[0]) if first <= day <= last]
    return (chosen[0], *within[0]) if within else None


def rules_of(contract: ContractCase, use: str) -> Iterable[RuleEntry]:
    """The contract's rules of one name."""
    return (rule for rule in contract.rules if rule.use == use)


def number(rule: RuleEntry, name: str, on: datetime.date) -> Any:
    """A number of a rule on a day; None where the contract does not say."""
    found = None
    for start, value in rule.values[name].steps if name in rule.values else ():
        if start <= on:
            found = value
    return found


def records(rule: RuleEntry, name: str, on: datetime.date) -> list[dict[str, Any]]:
    """The records of a list of a rule, with every field as it is on a day."""
    return [
        {key: next((v for start, v in reversed(line.steps) if start <= on), None) for key, line in record.items()}
        for record in rule.rows.get(name, ())
    ]


def listed(where: Mapping[str, Sequence[str]] | None, row: Row) -> bool:
    """Whether every column named holds one of its codes."""
    return all(row[name] in codes for name, codes in (where or {}).items())


def one_of(rng: random.Random, *choices: Any) -> Any:
    """One of these, all alike."""
    return rng.choice(choices)


def some_day(rng: random.Random, first: datetime.date, last: datetime.date) -> datetime.date:
    """A day between two, more often at the start or the end of a month."""
    day = first + DAY * rng.randint(0, (last - first).days)
    if rng.random() < 0.4:
        day = day.replace(day=1) - DAY * rng.randint(0, 1)
    return min(max(day, first), last)
