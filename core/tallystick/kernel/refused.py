"""Rows that a rule cannot price or must not meet: named, each with what was looked up for it and not found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tallystick.kernel import pay
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Node, walk
from tallystick.kernel.program import Program, Use
from tallystick.kernel.reading import Reading

SHOWN = 20
"""How many rows are named for one reason; the others are counted."""

_ALL = 2**31


@frozen
class _Wanted:
    """What is looked up: the lists that contracts name, and the row's columns that say what for and on which day."""

    lists: tuple[str, ...]
    columns: tuple[str, ...]
    days: tuple[str, ...]


def refuse_faulty_rows(program: Program, reading: Reading, facts: Mapping[str, Facts]) -> None:
    """Raise InputError for rows that are bad input: nothing is settled then, and they are named."""
    faults: list[Fault] = []
    unnamed = {(line.identity, line.claim) for line in reading.units if line.unnamed}
    for identity, number in sorted(unnamed):
        use = program.uses[identity]
        claim = use.traced.units[number]
        for says, where in claim.needs:
            words = f"not so: {says}" if says else "the price list does not name its code"
            faults += _faults(program, facts, use, claim.table, where, words)
    for identity, number in sorted({(line.identity, line.number) for line in reading.nevers}):
        use = program.uses[identity]
        says, where = use.traced.nevers[number]
        faults += _faults(program, facts, use, where.grain.table, where, says)
    if faults:
        raise InputError(faults)


def _faults(
    program: Program, facts: Mapping[str, Facts], use: Use, table: str, where: Node, says: str
) -> Iterator[Fault]:
    label = next(iter(use.holders.values())).label
    keys = pay.rows_where(program, facts, table, where, use.holders, most=_ALL)
    key = str(program.case.tables[table].key)
    wanted = _wanted(program, use, table, where)
    rows = {str(row[key]): row for row in facts[table].records(key, keys[:SHOWN])} if wanted.columns else {}
    for place, one in enumerate(keys[:SHOWN], start=1):
        yield Fault(
            code="row/refused", file=facts[table].source or table, column=", ".join(wanted.columns) or key,
            found=f"{table} {one}, by rule {label!r}: {says}{_in_words(wanted, rows.get(one))}",
            why="the rule cannot say what it pays, and nothing is guessed",
            write="mend the row, or the list that it is looked up in; a price list may mark a code as not priced, "
            "with the reason",
            times=len(keys) - SHOWN + 1 if place == SHOWN else 1,
        )  # fmt: skip


def _wanted(program: Program, use: Use, table: str, where: Node) -> _Wanted:
    """What the condition looks up in price lists, if it does."""
    lists: dict[str, None] = {}
    columns: dict[str, None] = {}
    days: dict[str, None] = {}
    for node in walk(where.bare):
        if node.op not in ("exists", "find") or not _is_prices(program, str(node.data[0])):
            continue
        keys = node.data[1] if node.op == "exists" else node.data[2]
        assert isinstance(keys, tuple)
        for name, arg in zip((*keys, ""), node.args, strict=False):  # the day comes after the keys
            if arg.op == "term" and name == "list":
                lists |= dict.fromkeys(_lists(use, str(arg.data[1])))
            found = {str(of.data[1]): None for of in walk(arg) if of.op == "column" and of.data[0] == table}
            (columns if name else days).update(found)
    return _Wanted(tuple(lists), tuple(columns), tuple(days))


def _is_prices(program: Program, table: str) -> bool:
    return table in program.case.tables and program.case.tables[table].prices


def _lists(use: Use, parameter: str) -> Iterator[str]:
    for entry in use.holders.values():
        if parameter in entry.values:
            yield from (str(value) for _, value in entry.values[parameter].steps)


def _in_words(wanted: _Wanted, row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    given = ", ".join(f'{name} "{row[name]}"' if row[name] is not None else f"no {name}" for name in wanted.columns)
    on = f" on {row[wanted.days[0]]}" if len(wanted.days) == 1 else ""
    return f" ({given}{on}; list {wanted.lists[0]})" if len(wanted.lists) == 1 else f" ({given}{on})"
