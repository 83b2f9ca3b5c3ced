"""Budgets for people as they are drawn: a year of care by segments, and weighted heads by days or by lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from tallystick.kernel.case import RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import Capitation, UnitPrice, YearOfCare
from tallystick_rules.rules._holding import CarvedOut, Heads, Leakage, WithoutWeight
from tallystick_rules.rules._overlaps import Overlaps
from tallystick_rules.rules.year_of_care import Unlisted
from tests.properties.expressions_drawn import Drawing
from tests.properties.national_drawn import lists
from tests.properties.rows_drawn import PRICES
from tests.support import use


class Care:
    """Stands for the currency that values care and does not pay: a second entry of a rule that is drawn anyway."""


def _care(of: Drawing) -> RuleEntry:
    return use(UnitPrice, "care", table="emergency_attendances", prices=lists(of), pays=False)


def _taken(of: Drawing) -> dict[str, object]:
    return of.pick({"additional": True}, {"replaces": (f"core: £{of.pick('0.01', '7', '1,000.01')}",)})  # type: ignore[no-any-return]


def _year_of_care(of: Drawing) -> RuleEntry:
    names = of.pick(("primary",), ("primary", "looked after"), ("other", "looked after", "primary"))
    cohort = {"conditions": ("a", "x"), "conditions_needed": 1, "age_from": 5, "age_to": of.pick(18, 70)}
    return use(
        YearOfCare, "year of care", segments=[{"segment": name, "rate": of.pick(*PRICES[3:])} for name in names],
        overlaps=of.pick(Overlaps.FAULT, *[Overlaps.FIRST_WRITTEN] * 3), reasons=("x",),
        unlisted=of.pick(Unlisted.FAULT, *[Unlisted.LEFT_OUT] * 3), **of.pick({}, {}, cohort), **_taken(of),
    )  # fmt: skip


def _capitation(of: Drawing) -> RuleEntry:
    """Mostly days: a list is of the first day of its part of the year, and anything else ends the whole world."""
    held = {
        "care": (Label("care"),), "leakage": of.pick(*Leakage),
        "carved_out": of.pick((), (CarvedOut(table="emergency_attendances", where={"site": ("x", "AB1")}),)),
    }  # fmt: skip
    by = of.pick({"heads": Heads.DAYS}, {"heads": Heads.DAYS}, {"heads": Heads.LISTS, "lists_a_year": of.pick(4, 12)})
    return use(
        Capitation, "heads", rate=of.pick(*PRICES[3:], Fraction(100_001)), categories=of.pick(("primary",), ("other",)),
        without_weight=of.pick(WithoutWeight.FAULT, WithoutWeight.ONE, WithoutWeight.ONE, WithoutWeight.NOTHING),
        reasons=(), **by, **of.pick({}, {}, held), **of.pick({}, {}, {"stop_loss": of.pick(0, 7, 100_001)}),
        **_taken(of),
    )  # fmt: skip


MADE: Mapping[type, Callable[[Drawing], RuleEntry]] = {
    Care: _care, YearOfCare: _year_of_care, Capitation: _capitation,
}  # fmt: skip
"""How an entry of each is drawn."""
