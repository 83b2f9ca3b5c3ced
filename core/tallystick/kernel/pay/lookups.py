"""Look-ups of the small grains: other tables, indexed once for each set of key columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from tallystick.kernel.errors import Fault
from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.pay.operations import Stopped


@frozen
class Which:
    """Which rows of which table are looked up, and by what: look-ups that agree in it share a join."""

    table: str
    keys: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...]
    on: bool
    of_contract: bool
    args: tuple[Node | str, ...]
    """What is looked for; a text where it is the same in every row."""

    def key_of(self, table: str) -> dict[str, str]:
        """The columns of a table's rows by whose codes is looked, with the key that each is held against."""
        return {
            str(arg.data[1]): key
            for key, arg in zip(self.keys, self.args, strict=False)
            if isinstance(arg, Node) and arg.op == "column" and arg.data[0] == table and arg.kind is Kind.CODE
        }

    def rising(self, facts: Facts, other: Facts) -> str | None:
        """The column by which rows look up, if both they and what they look up are in the order of it."""
        arg = self.args[0] if len(self.args) == 1 else None
        if self.on or not isinstance(arg, Node) or arg.op != "column":
            return None
        table, name = arg.data
        both = table == facts.spec.name and facts.rises(str(name)) and other.rises(self.keys[0])
        return str(name) if both else None


def which_of(node: Node) -> Which:
    """What a ``find`` or ``exists`` node looks in, without the column that it wants."""
    args = tuple(arg.bare for arg in node.args)
    if node.op == "find":
        table, _, keys, fixed, on, of_contract = node.data
        return Which(table, keys, fixed, on, of_contract, args)  # type: ignore[arg-type]
    table, keys, fixed, on = node.data
    return Which(table, keys, fixed, on, False, args)  # type: ignore[arg-type]


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
