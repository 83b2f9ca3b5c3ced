"""Recipes that are drawn: every way of saying how much, with every part that may stand beside it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import RuleEntry
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import Recipe
from tests.support import use

PROFILES = (
    None,
    Profile(("8%",) * 8 + ("9%",) * 4),
    Profile((*["0%"] * 5, "100%", *["0%"] * 6)),
    Profile(("1/3", "1/7", "1/2") + ("1/378",) * 9),
)
MONEY = (0, 1, 99_999, 1_234_567)
COUNTED: tuple[dict[str, Any], ...] = (
    {"table": "contacts", "of": "contacts"},
    {"table": "contacts", "where": {"service": ("AB1", "AB2")}},
    {"table": "spells", "of": "length_of_stay_days"},
    {"table": "spells", "of": "critical_care_days", "where": {"patient_class": ("1", "2")}},
    {"table": "attendances", "of": "attendances"},
)
"""What may be counted: in the rows of a national table, with and without a column and a filter."""

Pick = Callable[..., Any]


def drawn_recipe(pick: Pick, label: str, others: tuple[str, ...], *, payer: str = "QA", payee: str = "RA") -> RuleEntry:
    """A recipe under a label; ``others`` are labels that it may take a share of."""
    given: dict[str, Any] = {"payer": payer, "payee": payee, "profile": pick(*PROFILES)}
    if pick(True, False, False):
        given |= _at_once(pick, others)
    else:
        given |= pick(*COUNTED) | {"claims": pick(True, False)}
        given |= {"at_most_each": pick(None, 0, 1, 3)} if "of" in given else {}
        given |= _prices(pick)
        given |= _limits(pick, counted=True)
    given |= _hold(pick, given)
    return use(Recipe, label, **given)


def _at_once(pick: Pick, others: tuple[str, ...]) -> dict[str, Any]:
    if not others or pick(True, False):
        return {"amount": pick(*MONEY)}
    share = {"share": pick(Fraction(1, 50), Fraction(1, 3), "1.5"), "on": (Label(pick(*others)),)}
    return share | _limits(pick, counted=False)


def _prices(pick: Pick) -> dict[str, Any]:
    if pick(True, False):
        return {"each": pick(Fraction(0), Fraction(1), Fraction(237, 2), Fraction(11_850), Fraction(100, 3))}
    tiers = [
        {"above": above, "each": pick("£100", "£80.005", "£0.5", "£0")} for above in (0, 2, 3, 9)[: pick(1, 2, 3, 4)]
    ]
    return {"tiers": tiers}


def _limits(pick: Pick, *, counted: bool) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if pick(True, False, False):
        given |= {"threshold_units": pick(0, 1, 7, 100)} if counted and pick(True, False) else {
            "threshold_year": pick(*MONEY)
        }  # fmt: skip
    if pick(True, False, False):
        given |= {"floor_year": pick(*MONEY)}
    if pick(True, False):
        given |= {"limit_year": pick(*MONEY), "above": pick(None, "RZZ")}
    return given


def _hold(pick: Pick, given: dict[str, Any]) -> dict[str, Any]:
    limits = [name for name in given if name.startswith(("threshold", "floor", "limit"))]
    of_spells = given.get("table") == "spells" and not limits
    way = pick("no", "day", "evidence", "evidence") if of_spells else pick("no", "no", "day")
    if way == "no":
        return {}
    held = {"hold_share": pick(Fraction(1, 10), Fraction(1, 3), Fraction(1)), "hold_pot": "held"}
    if way == "day":
        return held | {"release_on": pick("2025-11-30", "2026-06-30")}
    by = {"release_standard": "best", "release_criterion": pick("quick", "good"), "otherwise": pick("QA", "RZZ")}
    return held | by | {"until": pick(None, "2025-10-01", "2026-06-30")}
