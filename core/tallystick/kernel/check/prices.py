"""Derived price lists, resolved row by row and step by step, with every price on the way kept."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from tallystick.kernel.case import Case, PriceRows, Timeline
from tallystick.kernel.check.lookups import in_force
from tallystick.kernel.check.members import Member, Value
from tallystick.kernel.check.values import Values
from tallystick.kernel.errors import Fault, InputError, did_you_mean
from tallystick.kernel.facts import Row
from tallystick.kernel.grains import Grain
from tallystick.kernel.language.nodes import Node
from tallystick.kernel.prices import key_columns, price_columns, step_identity, step_nodes

Lists = dict[tuple[str, str], list[Row]]


class Stage(NamedTuple):
    """A price on its way through a derived list: what was done, and the price after it."""

    says: str
    price: Fraction


def resolve_lists(case: Case) -> Lists:
    """The rows of every price list, derived ones worked out, by table and list; each with its ``list``."""
    return PriceBook(case).all_rows()


class PriceBook:
    """The price lists of a case, each worked out when it is asked for."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._done: Lists = {}
        self._doing: list[tuple[str, str]] = []
        self.stages: dict[tuple[str, str, int, str], list[Stage]] = {}
        """For a row (by its place) of a derived list and a column: the price in the base list, then after each step."""

    def all_rows(self) -> Lists:
        """Every list of the case."""
        return {(table, name): self.rows(table, name) for table, name in sorted(self._case.prices)}

    def rows(self, table: str, name: str) -> list[Row]:
        """One list's rows; InputError if there is no such list, or it is derived from itself."""
        here = (table, name)
        if here not in self._case.prices:
            known = [other for of, other in self._case.prices if of == table]
            raise InputError(Fault(code="prices/unknown", found=f"there is no list {name!r} of {table}",
                                   write=did_you_mean(name, known)))  # fmt: skip
        if here in self._doing:
            circle = " → ".join(one for _, one in [*self._doing[self._doing.index(here) :], here])
            raise InputError(Fault(code="prices/cycle", found=f"price lists are derived in a circle: {circle}"))
        if here not in self._done:
            self._doing.append(here)
            self._done[here] = self._resolve(self._case.prices[here])
            self._doing.pop()
        return self._done[here]

    def _resolve(self, listed: PriceRows) -> list[Row]:
        if not listed.derived_from:
            return [{**row, "list": listed.name} for row in listed.rows]
        rows: list[Row] = [{**row, "list": listed.name} for row in self.rows(listed.table, listed.derived_from)]
        self._keep(listed, rows, f"in list {listed.derived_from}")
        for number, step in enumerate(listed.steps):
            rows = self._step(listed, number, rows)
            self._keep(listed, rows, step.says or step.cls.step_name)
        return rows

    def _step(self, listed: PriceRows, number: int, rows: list[Row]) -> list[Row]:
        spec = self._case.tables[listed.table]
        nodes = step_nodes(listed, spec, number)
        values = StepValues(self, listed, number, rows)
        stepped: list[Row] = []
        for place, row in enumerate(rows):
            priced = [column for column in nodes if row.get(column) is not None]
            stepped.append({**row, **{column: values.next_price(nodes[column], place) for column in priced}})
        return stepped

    def _keep(self, listed: PriceRows, rows: list[Row], says: str) -> None:
        for place, row in enumerate(rows):
            for column in price_columns(self._case.tables[listed.table]):
                stages = self.stages.setdefault((listed.table, listed.name, place, column), [])
                if row.get(column) is not None:
                    stages.append(Stage(says, row[column]))

    def other(self, table: str, name: str, column: str, row: Row) -> Value:
        """The same code's price in another list, in force on the row's first day; None if it has none."""
        keys, first = key_columns(self._case.tables[table]), row.get("from_day")
        same = [one for one in self.rows(table, name) if all(one.get(key) == row.get(key) for key in keys)]
        found = [one for one in same if (one.get("from_day") is None if first is None else in_force(one, first))]
        if len(found) > 1:
            said = ", ".join(str(row.get(key)) for key in keys)
            raise InputError(Fault(code="prices/two-rows", found=f"list {name!r} of {table} has two prices for {said}"))
        return found[0].get(column) if found else None


class StepValues(Values):
    """What one step says of each row, from the prices that the step before left."""

    def __init__(self, book: PriceBook, listed: PriceRows, number: int, rows: list[Row]) -> None:
        super().__init__(rounding=1)
        self._book, self._rows = book, rows
        self._listed = listed
        numbers: Mapping[str, Timeline] = listed.steps[number].values
        self._numbers = {step_identity(listed, number): numbers}

    def next_price(self, node: Node, place: int) -> Value:
        """The row's next price, which is always there."""
        price = self.value(node, Member(self._listed.table, row=place))
        if price is None:
            raise InputError(Fault(
                code="prices/step", found=f"a step of list {self._listed.name!r} has no number for its row {place + 1}",
                why="it is dated, and the row begins before it", write="give it from the first day of the list on",
            ))  # fmt: skip
        return price

    def at(self, grain: Grain, member: Member) -> Member:
        return member

    def reach(self, node: Node, at: Member) -> Value:
        row = self._rows[at.row]
        if node.op == "column":
            return row.get(str(node.data[1]))
        if node.op == "other":
            table, name, column = (str(part) for part in node.data)
            return self._book.other(table, name, column, row)
        assert node.op == "term", f"a price step says {node.op}, which has no meaning in a price list"
        identity, number = (str(part) for part in node.data)
        return self._numbers[identity][number].at(row.get("from_day") or datetime.date.min)  # type: ignore[no-any-return]
