"""Segment budgets as they are drawn: a budget by the year or by person-days, and a currency that they pay."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tallystick.kernel.case import RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import SegmentBudget, UnitPrice
from tests.properties.expressions_drawn import Drawing
from tests.properties.national_drawn import lists
from tests.properties.rows_drawn import AMOUNTS, PRICES
from tests.support import use


class Episodes:
    """Stands for the currency that values episodes and does not pay: a second entry of a rule that is drawn anyway."""


def _episodes(of: Drawing) -> RuleEntry:
    return use(UnitPrice, "episodes", table="spells", prices=lists(of), pays=False)


def _segment(of: Drawing) -> RuleEntry:
    """Mostly a fixed budget: days that are not known, or lie outside their period, end the whole world."""
    fixed = {"budget": of.pick(0, 7, 100_001, *(one for one in AMOUNTS if one > 0))}
    by_days = {"each": of.pick(*PRICES[3:])}
    limit = {"loss_limit": of.pick(0, 7, 1_000_001), "own_care_counts": of.pick(True, False)}
    taken = of.pick({"additional": True}, {"replaces": (f"core: £{of.pick('0.01', '7', '1,000.01')}",)})
    return use(
        SegmentBudget, "segment", segment=of.pick("primary", "other"), on=(Label("episodes"),),
        **of.pick(fixed, fixed, fixed, by_days), **of.pick({}, limit), **taken,
    )  # fmt: skip


MADE: Mapping[type, Callable[[Drawing], RuleEntry]] = {Episodes: _episodes, SegmentBudget: _segment}
"""How an entry of each is drawn."""
