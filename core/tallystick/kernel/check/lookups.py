"""Lookups: the rows of another table that match, found by looking at each of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tallystick.kernel.check.members import Value
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.facts import Row
from tallystick.kernel.language.nodes import Node


def matching(
    rows: Iterable[Row], keys: Sequence[str], given: Sequence[Value], fixed: Sequence[tuple[str, str]], day: Value
) -> list[Row]:
    """The rows in which each key is what is given and each fixed column its text, in force on ``day`` if any."""
    wanted = [*zip(keys, given, strict=True), *fixed]
    found = [row for row in rows if all(row.get(name) is not None and row[name] == value for name, value in wanted)]
    return found if day is None else [row for row in found if in_force(row, day)]  # type: ignore[arg-type]


def in_force(row: Row, day: datetime.date) -> bool:
    """True if the row's days include this one; a missing end is open."""
    first, last = row.get("from_day"), row.get("to_day")
    return (first is None or first <= day) and (last is None or day <= last)


def the_one(found: Sequence[Row], node: Node, given: Sequence[Value]) -> Row | None:
    """The row found, None if there is none; InputError if there are two."""
    if len(found) < 2:
        return found[0] if found else None
    table, _, keys, fixed = node.data[:4]
    said = ", ".join(f"{name} {value}" for name, value in [*zip(keys, given, strict=False), *fixed])  # type: ignore[call-overload, misc]
    raise InputError(Fault(
        code="lookup/two-rows", found=f"table {table} has {len(found)} rows for {said}",
        why=f"{node.data[1]} is looked up there, and may be two things", write="keep one row for each, on each day",
    ))  # fmt: skip


class Tables:
    """All rows that can be looked up, with those of a table found again by the keys they are asked for."""

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        self.rows = rows
        self._by: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[Row]]] = {}

    def among(self, table: str, keys: Sequence[str], given: Sequence[Value]) -> Sequence[Row]:
        """The rows of the table worth looking at: those in which every key is already equal."""
        which = (table, tuple(keys))
        if which not in self._by:
            by = self._by.setdefault(which, {})
            for row in self.rows.get(table, ()):
                by.setdefault(tuple(row.get(key) for key in keys), []).append(row)
        return self._by[which].get(tuple(given[: len(keys)]), ())
