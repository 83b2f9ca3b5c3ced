"""Derived price lists: each step of a list written as nodes, once, for both readings; no arithmetic here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tallystick.kernel.case import PriceRows
from tallystick.kernel.errors import RuleError
from tallystick.kernel.grains import prices_grain
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.language.series import Maybe, Price, wrapped
from tallystick.kernel.rules import twin
from tallystick.kernel.tables import TableSpec


def step_identity(rows: PriceRows, number: int) -> str:
    """The name under which the numbers of a list's step (counted from 0) stand in its nodes as terms."""
    return f"price step {number} of {rows.table}/{rows.name}"


def price_columns(spec: TableSpec) -> tuple[str, ...]:
    """The columns that a step changes: every one that is a price."""
    return tuple(name for name, column in spec.columns.items() if column.kind is Kind.PRICE)


def key_columns(spec: TableSpec) -> tuple[str, ...]:
    """What names a row beside its list and its first day: the code, and whatever else the table is unique by."""
    unique = spec.unique[0] if spec.unique else ("code",)
    return tuple(name for name in unique if name not in ("list", "from_day"))


def step_nodes(rows: PriceRows, spec: TableSpec, number: int) -> dict[str, Node]:
    """For each price column, the next price of a row as step ``number`` of the list says it, rounding included.

    In it ``column`` is the price that the step starts from, ``term`` a number of the step (its identity is
    ``step_identity``), and ``other`` the same code's price in another list. Raises RuleError for a step that
    gives back anything but a price that is always there.
    """
    step = rows.steps[number]
    shape = {
        name: (() if name in step.values else None) if part.is_column else step.shape.get(name)
        for name, part in step.cls.parameters.items()
    }
    made = twin(step.cls, step_identity(rows, number), shape)
    return {column: _next_price(made, spec, column, step.round_to) for column in price_columns(spec)}


def _next_price(made: Any, spec: TableSpec, column: str, round_to: int | None) -> Node:
    grain = prices_grain(spec.name)
    price = Price(Node("column", (), (spec.name, column), kind=Kind.PRICE, grain=grain))
    answer = made.price_step(price, _other(spec, column))
    if isinstance(answer, Maybe) or not isinstance(answer, Price) or answer.node.optional:
        raise RuleError(f"price step {type(made).step_name} gives back a price that is always there, not {answer!r}")
    return answer.node if round_to is None else answer.rounded_to(round_to).node


def _other(spec: TableSpec, column: str) -> Callable[[str], Maybe[Price]]:
    def other(name: str) -> Maybe[Price]:
        node = Node(
            "other", (), (spec.name, name, column), kind=Kind.PRICE, grain=prices_grain(spec.name), optional=True
        )
        return wrapped(node)  # type: ignore[no-any-return]

    return other


__all__ = ["key_columns", "price_columns", "step_identity", "step_nodes"]
