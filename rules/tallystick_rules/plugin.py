"""The national rules' entry point: the module that the engine's plugin manager is given, as it is a local plugin's."""

from __future__ import annotations

from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.rules import PriceStep, Rule
from tallystick.kernel.tables import Table
from tallystick_rules.price_steps import STEPS
from tallystick_rules.rules import RULES
from tallystick_rules.tables import TABLES


@hookimpl
def register_rules() -> tuple[type[Rule], ...]:
    """Bring the national payment mechanisms."""
    return RULES


@hookimpl
def register_tables() -> tuple[type[Table], ...]:
    """Bring the tables that they read, price lists included."""
    return TABLES


@hookimpl
def register_price_steps() -> tuple[type[PriceStep], ...]:
    """Bring the steps by which national price lists are derived."""
    return STEPS
