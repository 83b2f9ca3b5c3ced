"""The national rules' entry point: the module that the engine's plugin manager is given, as it is a local plugin's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tallystick.kernel.hooks import hookimpl

if TYPE_CHECKING:
    from tallystick.kernel.rules import PriceStep, Rule
    from tallystick.kernel.settlement import Settlement
    from tallystick.kernel.tables import Table


@hookimpl
def register_rules() -> tuple[type[Rule], ...]:
    """Bring the national payment mechanisms."""
    from tallystick_rules.rules import RULES  # here, so that a command line that asks for no rule loads none

    return RULES


@hookimpl
def register_tables() -> tuple[type[Table], ...]:
    """Bring the tables that they read, price lists included."""
    from tallystick_rules.tables import TABLES

    return TABLES


@hookimpl
def register_price_steps() -> tuple[type[PriceStep], ...]:
    """Bring the steps by which national price lists are derived."""
    from tallystick_rules.price_steps import STEPS

    return STEPS


@hookimpl
def register_report_sections() -> tuple[Callable[[Settlement, str], tuple[str, str] | None], ...]:
    """Bring the end of a statement that lists its challenges."""
    return (_contested,)


def _contested(settlement: Settlement, contract: str) -> tuple[str, str] | None:
    from tallystick_rules.statement import contested  # here, so that a plugin that is only listed loads no Polars

    return contested(settlement, contract)
