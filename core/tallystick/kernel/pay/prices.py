"""Price lists as the pay path sees them, with derived lists taken through their steps, column by column."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import Case, PriceRows
from tallystick.kernel.errors import Fault, InputError, did_you_mean
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.pay import operations
from tallystick.kernel.pay.exact import pair
from tallystick.kernel.pay.lookups import in_force
from tallystick.kernel.prices import key_columns, price_columns, step_nodes

Row = Mapping[str, Any]
Lists = dict[tuple[str, str], Sequence[Row]]


def resolve_lists(case: Case) -> Lists:
    """Every price list's rows, by (table, name); prices of derived lists are worked out here."""
    done: Lists = {}
    for key in sorted(case.prices):
        _resolve(case, key, done, ())
    return done


def _resolve(case: Case, key: tuple[str, str], done: Lists, above: tuple[tuple[str, str], ...]) -> Sequence[Row]:
    if key in above:
        circle = " → ".join(name for _, name in [*above[above.index(key) :], key])
        raise InputError(Fault(code="prices/cycle", found=f"price lists are derived in a circle: {circle}"))
    if key not in case.prices:
        known = [name for table, name in case.prices if table == key[0]]
        write = did_you_mean(key[1], known)
        raise InputError(Fault(code="prices/unknown", found=f"there is no list {key[1]!r} of {key[0]}", write=write))
    if key not in done:
        listed = case.prices[key]
        inside = (*above, key)
        if not listed.derived_from:
            done[key] = listed.rows
        else:
            base = _resolve(case, (listed.table, listed.derived_from), done, inside)
            done[key] = _Derived(case, listed, base, done, inside).rows()
    return done[key]


class _Derived:
    """One derived list: the rows of its base, with each price column taken through every step."""

    def __init__(
        self, case: Case, listed: PriceRows, base: Sequence[Row], done: Lists, inside: tuple[tuple[str, str], ...]
    ) -> None:
        self.case, self.listed, self.base, self.done, self.inside = case, listed, base, done, inside
        self.spec = case.tables[listed.table]

    def rows(self) -> list[Row]:
        """The rows of the derived list."""
        columns: dict[str, list[Any]] = {
            name: [None if row.get(name) is None else pair(row[name]) for row in self.base]
            for name in price_columns(self.spec)
        }
        for number, step in enumerate(self.listed.steps):
            nodes = step_nodes(self.listed, self.spec, number)
            for name, node in nodes.items():
                columns[name] = self._through(node.bare, step.values, columns[name])
        prices: list[dict[str, Any]] = [
            {name: None if column[n] is None else Fraction(*column[n]) for name, column in columns.items()}
            for n in range(len(self.base))
        ]  # fmt: skip
        return [{**row, **priced} for row, priced in zip(self.base, prices, strict=True)]

    def _through(self, node: Node, values: Mapping[str, Any], prices: list[Any]) -> list[Any]:
        after = self._column(node, values, prices, {})
        for row, before, price in zip(self.base, prices, after, strict=True):
            if before is not None and price is None:
                raise InputError(Fault(
                    code="prices/step",
                    found=f"a step of list {self.listed.name!r} leaves {row.get('code')} without a price",
                    why="a number of the step is dated, and the row begins before it",
                    write="give it from the first day of the list on",
                ))  # fmt: skip
        return [None if before is None else price for before, price in zip(prices, after, strict=True)]

    def _column(
        self, node: Node, values: Mapping[str, Any], prices: list[Any], memo: dict[Node, list[Any]]
    ) -> list[Any]:
        if node not in memo:
            memo[node] = self._fresh(node, values, prices, memo)
        return memo[node]

    def _fresh(
        self, node: Node, values: Mapping[str, Any], prices: list[Any], memo: dict[Node, list[Any]]
    ) -> list[Any]:
        if node.op == "literal":
            value = node.data[0]
            return [pair(value) if isinstance(value, Fraction) else value] * len(self.base)
        if node.op == "column":
            return prices
        if node.op == "term":
            days = [row.get("from_day") or datetime.date.min for row in self.base]
            found = [values[str(node.data[1])].at(day) for day in days]
            return [pair(v) if node.kind in (Kind.PRICE, Kind.RATE) and v is not None else v for v in found]
        if node.op == "other":
            return self._other(str(node.data[1]), str(node.data[2]))
        args = [self._column(arg, values, prices, memo) for arg in node.args]
        return operations.apply(node, args, self.case.rounding, None)

    def _other(self, name: str, column: str) -> list[Any]:
        """The same code's price in another list, in the version in force as each row begins."""
        key = (self.listed.table, name)
        keys = key_columns(self.spec)
        index: dict[tuple[Any, ...], list[Row]] = {}
        for row in _resolve(self.case, key, self.done, self.inside):
            index.setdefault(tuple(row.get(k) for k in keys), []).append(row)
        found: list[Any] = []
        for row in self.base:
            near = index.get(tuple(row.get(k) for k in keys), [])
            start = row.get("from_day")
            held = [r for r in near if (in_force(r, start) if start is not None else r.get("from_day") is None)]
            price = held[0].get(column) if len(held) == 1 else None
            found.append(None if price is None else pair(price))
        return found
