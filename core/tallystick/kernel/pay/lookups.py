"""Look-ups of the small grains: other tables, indexed once for each set of key columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tallystick.kernel.errors import Fault
from tallystick.kernel.pay.operations import Stopped


class Lookups:
    """Other tables as the small grains see them: indexed once for each set of key columns."""

    def __init__(self, rows_of: Callable[[str], Sequence[Mapping[str, Any]]]) -> None:
        self._rows_of = rows_of
        self._index: dict[tuple[Any, ...], dict[tuple[Any, ...], list[Mapping[str, Any]]]] = {}

    def found(
        self, table: str, keys: tuple[str, ...], fixed: tuple[tuple[str, str], ...], values: tuple[Any, ...], day: Any
    ) -> list[Mapping[str, Any]]:
        """The rows that match, in force on the day if one is given."""
        if any(value is None for value in values):
            return []
        which = (table, keys, fixed)
        if which not in self._index:
            index: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
            for row in self._rows_of(table):
                if all(row.get(name) == text for name, text in fixed):
                    index.setdefault(tuple(row.get(name) for name in keys), []).append(row)
            self._index[which] = index
        rows = self._index[which].get(values, [])
        return rows if day is None else [row for row in rows if in_force(row, day)]


def two_rows(table: str, keys: Sequence[str], values: Sequence[Any]) -> Stopped:
    """What stands where a look-up finds two rows: a fault of the input, if anybody asks."""
    said = ", ".join(f"{name} {value}" for name, value in zip(keys, values, strict=False))
    return Stopped("a look-up finds two rows", Fault(
        code="lookup/two-rows", found=f"{table} has 2 rows for {said}", file=table,
        why="a rule looks one row up there, and would not know which to take", write="keep one of them",
    ))  # fmt: skip


def in_force(row: Mapping[str, Any], day: Any) -> bool:
    """True if the row's validity contains the day; an open end is open."""
    start, end = row.get("from_day"), row.get("to_day")
    return (start is None or start <= day) and (end is None or day <= end)
