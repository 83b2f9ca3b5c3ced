"""Worlds of aligned, blended and limited payment, over visits and critical care that other rules value."""

from __future__ import annotations

import datetime
import random
from typing import Any

from tallystick.kernel.case import RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import AlignedPaymentAndIncentive, BlendedPayment, PaymentLimit, UnitPrice
from tallystick_rules.rules.aligned_payment_and_incentive import VariableElement
from tallystick_rules.rules.payment_limit import Bears, Held
from tests.properties.by_hand import World, later, world
from tests.properties.by_hand_drawn import TABLES, attendance, contracts, factors, spell, unit_prices
from tests.properties.recipes_drawn import PROFILES
from tests.support import case, use

Given = dict[str, Any]
VISITS, BEDS = Label("visits"), Label("beds")


def bundles_world(seed: int, rows: int) -> World:
    """All three rules in each contract; the same units under several of them, as flows alone are compared."""
    rng = random.Random(seed)
    lists = (factors(rng), unit_prices(rng, "units"), unit_prices(rng, "other units"))

    def rules(starts: datetime.date) -> list[RuleEntry]:
        pick = rng.choice
        usual = {"market_forces_factor": "factors"} if rng.random() < 0.7 else {}
        days = {"table": "spells", "unit": "critical care day", "code": "site"}
        on = pick(((VISITS,), (BEDS,), (VISITS, BEDS)))
        visits = use(UnitPrice, VISITS, pays=False, table="attendances", prices="units", **usual)
        return [
            visits, use(UnitPrice, BEDS, pays=False, prices="units", **days), _aligned(rng),
            _blended(rng, pick(((VISITS,), (VISITS, BEDS)))), _limit(rng, on, starts),
        ]  # fmt: skip

    made = contracts(rng, rules)
    the_case = case(*made, tables=TABLES, prices=lists, rounding=rng.choice((1, 1, 100)))
    attended = [attendance(rng, made) for _ in range(rows)]
    return world(the_case, attendances=attended, spells=[spell(rng, made) for _ in range(rows)])


def _aligned(rng: random.Random) -> RuleEntry:
    scope: list[Given] = [{"currency": VISITS, "where": rng.choice(({}, {"treatment_function": ("110",)}))}]
    if rng.random() < 0.4:
        scope.append({"currency": VISITS, "where": {"point_of_delivery": ("face",)}})
    if rng.random() < 0.4:
        scope.append({"currency": BEDS})
    return use(
        AlignedPaymentAndIncentive, "aligned", fixed=f"£{rng.randint(0, 99_999)}.07", profile=rng.choice(PROFILES),
        variable_scope=tuple(scope), variable_element=rng.choice(list(VariableElement)),
        variable_share=rng.choice(("100%", "75%", "1/3")), planned_variable=f"£{rng.randint(0, 9_999)}.05",
        plan_profile=rng.choice(PROFILES),
    )  # fmt: skip


def _blended(rng: random.Random, on: Any) -> RuleEntry:
    given: Given = {}
    for side in ("above", "below"):
        given[f"share_{side}"] = rng.choice(("20%", "75%", "0%", "1/3"))
        if rng.random() < 0.5:
            given |= {f"band_{side}": rng.choice(("5%", "0%", "1/7")), f"beyond_{side}": rng.choice(("0%", "50%", "1"))}
    return use(
        BlendedPayment, "blended", on=on, plan=f"£{rng.choice((0, 100, 5_000, 90_000))}.03",
        plan_level=rng.choice(("100%", "104%", "10483/10000")), profile=rng.choice(PROFILES), **given,
    )  # fmt: skip


def _limit(rng: random.Random, on: Any, starts: datetime.date) -> RuleEntry:
    held = rng.choice(list(Held))
    given: Given = {"profile": rng.choice(PROFILES)} if held is Held.TO_DATE else {}
    if rng.random() < 0.5 and on == (VISITS,):
        given |= {"choice": {"treatment_function": ("110",)}, "choice_borne_by": rng.choice(list(Bears))}
    by_year: Any = {starts: "£500.01", later(starts, 12): "£7,000"}
    limit = rng.choice((by_year, f"£{rng.randint(0, 30_000)}.01", "£0"))
    return use(PaymentLimit, "limit", on=on, limit=limit, held_to=held, **given)
