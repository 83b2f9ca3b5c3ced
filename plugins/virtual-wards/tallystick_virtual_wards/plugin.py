"""The plugin's entry point: what ``pyproject.toml`` names, and the engine asks what this distribution brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from tallystick.language import Rule, Table, hookimpl
from tallystick_virtual_wards import __version__ as __version__
from tallystick_virtual_wards.command import virtual_ward_days
from tallystick_virtual_wards.prices import VirtualWardPrices
from tallystick_virtual_wards.statement import days_are_counted
from tallystick_virtual_wards.stays import VirtualWardStays
from tallystick_virtual_wards.virtual_ward_day import VirtualWardDay
from tallystick_virtual_wards.virtual_ward_limit import VirtualWardLimit

if TYPE_CHECKING:
    from tallystick import Settlement


@hookimpl
def register_rules() -> tuple[type[Rule], ...]:
    """Bring the currency and the limit."""
    return VirtualWardDay, VirtualWardLimit


@hookimpl
def register_tables() -> tuple[type[Table], ...]:
    """Bring the table of stays and the price list."""
    return VirtualWardStays, VirtualWardPrices


@hookimpl
def register_commands() -> tuple[click.Command, ...]:
    """Bring ``tallystick virtual-ward-days``."""
    return (virtual_ward_days,)


@hookimpl
def register_report_sections() -> tuple[Callable[[Settlement, str], tuple[str, str] | None], ...]:
    """Bring the end of a statement that says how days are counted."""
    return (days_are_counted,)
