"""What the pricing rules share: a row's day, code and units, its provider's factor, and how a price becomes money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tallystick.kernel.errors import RuleError
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import (
    Amount,
    Code,
    Count,
    Day,
    Flag,
    Maybe,
    Price,
    Rate,
    Series,
    series,
)
from tallystick.kernel.parameters import PriceList
from tallystick.kernel.tables import Table
from tallystick_rules.tables.factors import Factors

T = TypeVar("T", bound=Series)


def joined(work: Callable[..., T], *values: Maybe[Any]) -> Maybe[T]:
    """What ``work`` says of the values, missing where one that it takes is missing."""
    return Maybe(work(*(series(value.node) for value in values)))


def date_of(rows: Table) -> Day:
    """The day that decides a row's period, and by which its prices are read."""
    if rows.table.date is None:
        name = rows.table.name
        raise RuleError(f"table {name} has no date, so none of its rows can be priced", about=name)
    return getattr(rows, rows.table.date)  # type: ignore[no-any-return]


def code_of(rows: Table, name: str) -> Code:
    """A code column of the rows; where a row has no code it is empty text, which no price list names."""
    found = getattr(rows, name)
    if found.node.kind is not Kind.CODE:
        says = f"{rows.table.name}.{name} is a {found.node.kind.value}, and a price list is keyed by a code"
        raise RuleError(says, about=name)
    return found.or_else("") if isinstance(found, Maybe) else found  # type: ignore[no-any-return]


def unit_of(rows: Table, unit: str | None) -> str:
    """The payable unit of that name, or the table's first."""
    if not rows.table.units:
        raise RuleError(f"table {rows.table.name} has no payable units", about=rows.table.name)
    return unit or next(iter(rows.table.units))


def units_of(rows: Table, unit: str) -> Count:
    """How many of the unit a row stands for; none where the column is empty."""
    if unit not in rows.table.units:
        known = " or ".join(f'"{one}"' for one in rows.table.units)
        raise RuleError(f"table {rows.table.name} has no payable unit {unit!r}", about=unit, write=known)
    counted = getattr(rows, rows.table.units[unit]) if rows.table.units[unit] else rows.rows
    return counted.or_else(0) if isinstance(counted, Maybe) else counted


def factor_is_known(factors: PriceList[Factors] | None, rows: Table) -> Flag:
    """Whether the list of factors names the row's provider, which it must: no factor is a fault, and not 1."""
    if factors is None:
        return rows.every
    known = factors.names(on=date_of(rows), code=code_of(rows, "provider"))
    return known.named("the provider has a market forces factor")


def as_money(price: Maybe[Price], factors: PriceList[Factors] | None, rows: Table) -> Maybe[Amount]:
    """The exact price times the market forces factor, rounded here, once; missing where either is."""
    if factors is None:
        return price.map(Price.as_amount)
    factor: Maybe[Rate] = factors.find("factor", on=date_of(rows), code=code_of(rows, "provider"))
    return joined(lambda exact, mff: (exact * mff).as_amount(), price, factor.named("market forces factor"))
