"""Cases without files: contracts, rules and rows written in a test, settled by any reading, answered in pence.

    settle(case(contract("A", use(PerSpell, label="price", each="£1.01")), tables=[Spells]), spells=[{…}])

Values are written as people write them: "£1.01", "5%", "2025-04-01". What a row leaves out is missing; a row
needs no key, provider or commissioner either, where there is one contract.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import polars as pl

from tallystick.kernel.accounts import Pot
from tallystick.kernel.case import Case, ContractCase, PriceRows, PriceStepUse, RuleEntry, Timeline, always
from tallystick.kernel.facts import ColumnStats, Facts, Rising, Row
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import literal
from tallystick.kernel.parameters import Parameter, part_name
from tallystick.kernel.program import Program, compose
from tallystick.kernel.reading import Reading
from tallystick.kernel.tables import Table, TableSpec

Rows = Sequence[Mapping[str, Any]]
Read = Callable[[Program, Mapping[str, Sequence[Row]]], Reading]
Answer = dict[tuple[str, str, str], int]
"""Pence by (label, payer, payee), summed over contracts and periods."""


def day(text: str | datetime.date) -> datetime.date:
    """A date from "2025-04-01"."""
    return text if isinstance(text, datetime.date) else datetime.date.fromisoformat(text)


def plain(kind: Kind, value: Any) -> Any:
    """A value of the kind in plain Python, from the text that a person would write."""
    if value is None or not isinstance(value, str) or kind is Kind.CODE:
        return Fraction(value) if kind in (Kind.RATE, Kind.PRICE) and isinstance(value, int) else value
    if kind is Kind.DAY:
        return day(value)
    if kind is Kind.MOMENT:
        return datetime.datetime.fromisoformat(value)
    return literal(kind, value).node.data[0]


def timeline(kind: Kind, given: Any) -> Timeline:
    """A number with its history, from a value or from ``{"2025-04-01": value}``."""
    if not isinstance(given, Mapping):
        return always(plain(kind, given))
    return Timeline(tuple(sorted((day(start), plain(kind, value)) for start, value in given.items())))


def use(cls: Any, label: str = "", *, scheme: bool = False, pays: bool = True, **given: Any) -> RuleEntry:
    """A rule of a contract under its label; ``scheme`` marks a rule of the scheme."""
    values: dict[str, Timeline] = {}
    rows: dict[str, list[dict[str, Timeline]]] = {}
    shape: dict[str, Any] = {}
    for name, spec in cls.parameters.items():
        value = given.pop(name, None if spec.default is attrs.NOTHING else spec.default)
        if spec.is_column and value is not None:
            values[name] = timeline(spec.kind, value)
        elif spec.role == "rows" and value is not None:
            rows[name] = [_record(spec, record) for record in value]
        elif spec.role == "parts" and value is not None:
            shape[name] = tuple(_part(spec, place, record, values) for place, record in enumerate(value))
        elif value is not None:
            shape[name] = value
    assert not given, f"{cls.rule_name} has no parameter {sorted(given)}"
    label = label or cls.rule_name
    return RuleEntry(
        label=label, use=cls.rule_name, cls=cls, values=values, rows=rows, shape=shape, pays=pays,
        scheme=label if scheme else "",
    )  # fmt: skip


def _record(spec: Parameter, record: Mapping[str, Any]) -> dict[str, Timeline]:
    return {name: timeline(spec.fields[name].kind or Kind.CODE, value) for name, value in record.items()}


def _part(
    spec: Parameter, place: int, record: Mapping[str, Any] | str, values: dict[str, Timeline]
) -> dict[str, Any]:  # fmt: skip
    """The choices of one of a few records; its numbers go to the rule's values."""
    given = spec.type.from_text(record) if isinstance(record, str) else record
    shape: dict[str, Any] = {}
    for name, one in given.items():
        if spec.fields[name].is_column:
            values[part_name(spec.name, place, name)] = timeline(spec.fields[name].kind or Kind.CODE, one)
        shape[name] = () if spec.fields[name].is_column else one
    return shape


def contract(
    name: str, *rules: RuleEntry, provider: str = "RXX", commissioner: str = "QYY", first: str = "2025-04-01",
    last: str = "2026-03-31", settles: str = "year",
) -> ContractCase:  # fmt: skip
    """A contract of the year 2025/26, unless something else is said."""
    return ContractCase(
        id=name, provider=provider, commissioner=commissioner, first=day(first), last=day(last), settles=settles,
        rules=rules,
    )  # fmt: skip


def case(*contracts: ContractCase, tables: Sequence[type[Table]] = (), **more: Any) -> Case:
    """A case of these contracts and tables; ``prices``, ``funds``, ``rounding`` and ``as_at`` as in Case."""
    prices = {(one.table, one.name): one for one in more.pop("prices", ())}
    specs = {one.table.name: one.table for one in tables}
    return Case(contracts=contracts, tables=specs, prices=prices, **more)


def price_list(
    table: type[Table], name: str, *rows: Mapping[str, Any], steps: Sequence[Any] = (), of: str = ""
) -> PriceRows:
    """A price list; with ``of`` it is derived from that list, by ``steps``."""
    return PriceRows(
        name=name, table=table.table.name, rows=facts_of(table.table, rows, of_list=True), derived_from=of,
        steps=tuple(steps),
    )  # fmt: skip


def step(cls: Any, *, round_to: int | None = None, says: str = "", **given: Any) -> PriceStepUse:
    """One step of a derived price list."""
    columns = {n: s for n, s in cls.parameters.items() if s.is_column and n in given}
    values = {name: timeline(spec.kind, given.pop(name)) for name, spec in columns.items()}
    return PriceStepUse(cls=cls, values=values, shape=given, round_to=round_to, says=says)


def fund(name: str, opening: int = 0) -> Pot:
    """A fund of the scheme with so many pence in it."""
    return Pot(name=name, held_by="QYY", opening=opening, at_end="carry forward")


def facts_of(spec: TableSpec, rows: Rows, *, of_list: bool = False) -> list[Row]:
    """Plain rows from what a test writes: texts become values, what is not written is missing or usual."""
    usual = {} if of_list else {"provider": "RXX", "commissioner": "QYY"}
    done: list[Row] = []
    for number, row in enumerate(rows):
        unknown = set(row) - set(spec.columns)
        assert not unknown, f"{spec.name} has no column {sorted(unknown)}"
        given = {**usual, **({spec.key: f"{number + 1:03d}"} if spec.key else {}), **row}
        done.append({name: plain(column.kind, given.get(name)) for name, column in spec.columns.items()})
    return done


def rows_of(made: Case, tables: Mapping[str, Rows]) -> dict[str, list[Row]]:
    """Every table that a test gives rows for, as plain rows."""
    return {name: facts_of(made.tables[name], rows) for name, rows in tables.items()}


def read_case(reading: Read, made: Case, **tables: Rows) -> Reading:
    """What the reading finds, with no contract stopped before it is read."""
    program = compose(made)
    assert not program.stopped, {name: stop.why for name, stop in program.stopped.items()}
    return reading(program, rows_of(made, tables))


def settle(reading: Read, made: Case, **tables: Rows) -> Answer:
    """Pence by label, payer and payee; a line of nothing is left out, and a fault fails the test."""
    program = compose(made)
    assert not program.stopped, {name: stop.why for name, stop in program.stopped.items()}
    found = reading(program, rows_of(made, tables))
    assert not found.faults, found.faults
    answer: Answer = {}
    for line in found.flows:
        key = (program.labels[line.contract, line.identity].label, line.payer, line.payee)
        answer[key] = answer.get(key, 0) + line.pence
    return {key: pence for key, pence in answer.items() if pence}


# Facts for the pay path, stored as facts.py says.

_LONDON = ZoneInfo("Europe/London")
_TYPES: Mapping[Kind, Any] = {
    Kind.AMOUNT: pl.Int64, Kind.PRICE: pl.Int64, Kind.RATE: pl.Int64, Kind.COUNT: pl.Int64, Kind.FLAG: pl.Boolean,
    Kind.DAY: pl.Date, Kind.MOMENT: pl.Datetime("us"), Kind.CODE: pl.String,
}  # fmt: skip


def framed_tables(program: Program, rows: Mapping[str, Sequence[Row]]) -> dict[str, Facts]:
    """Facts for every table but price lists, as ``pay.read(program, framed_tables(program, rows))`` takes them."""
    tables = program.case.tables.items()
    return {name: framed(spec, rows.get(name, [])) for name, spec in tables if not spec.prices}


def framed(spec: TableSpec, rows: Sequence[Row]) -> Facts:
    """The same rows as Facts: a lazy frame in stored units, with what the columns hold."""
    columns: dict[str, pl.Series] = {}
    stats: dict[str, ColumnStats] = {}
    for name, column in spec.columns.items():
        given = [row.get(name) for row in rows]
        held = [one for one in given if one is not None]
        scale = math.lcm(*(Fraction(one).denominator for one in held)) if column.kind in (Kind.RATE, Kind.PRICE) else 1
        stored = [one * scale if isinstance(one, Fraction) else one for one in given]
        stored = [int(one) if isinstance(one, Fraction) else one for one in stored]
        columns[name] = pl.Series(name, stored, dtype=_TYPES[column.kind])
        numbers = [one for one in stored if isinstance(one, int)] or [0]
        stats[name] = ColumnStats(min(numbers), max(numbers), len(given) - len(held), scale)
        if column.kind is Kind.MOMENT:
            beside = f"{name}.elapsed"
            columns[beside] = pl.Series(beside, [one and _elapsed(one) for one in given], dtype=pl.Int64)
    days = [row[spec.date] for row in rows if row.get(spec.date)] if spec.date else []
    frame = pl.DataFrame(columns).lazy()
    texts = {name: [row.get(name) for row in rows] for name, column in spec.columns.items() if column.kind is Kind.CODE}
    rising = {name for name, given in texts.items() if None not in given and given == sorted(given)}

    def records(column: str | None = None, values: Any = ()) -> Any:
        return iter([row for row in rows if column is None or row.get(column) in set(values)])

    return Facts(
        spec=spec, frame=frame, rows=len(rows), stats=stats, records=records,
        days=(min(days), max(days)) if days else None,
        rising=Rising(frame=frame, columns=frozenset(rising), base=frame),
    )  # fmt: skip


def _elapsed(local: datetime.datetime) -> int:
    return int(local.replace(tzinfo=_LONDON).timestamp()) // 60
