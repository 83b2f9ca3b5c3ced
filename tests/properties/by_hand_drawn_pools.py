"""Worlds of pools and marginal rates: partners that carry forward over two years, and activity that comes late."""

from __future__ import annotations

import datetime
import random
from typing import Any

from tallystick.kernel.case import RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import MarginalRate, PooledBudget, UnitPrice
from tallystick_rules.rules._pool import AtEnd, NotPooled
from tallystick_rules.tables import Attendances, Factors, UnitPrices
from tests.properties.by_hand import World, later, world
from tests.properties.by_hand_drawn import attendance, contracts, unit_prices
from tests.properties.recipes_drawn import PROFILES
from tests.support import case, use

TABLES = (Attendances, UnitPrices, Factors)


def pools_world(seed: int, rows: int) -> World:
    """A pool beside a marginal rate in each contract, each on a currency of its own."""
    rng = random.Random(seed)
    names = iter("CABDEF")

    def rules(starts: datetime.date) -> list[RuleEntry]:
        name = next(names)
        turn = later(starts, rng.choice((12, 6, 3)))
        worth = [
            use(UnitPrice, label, pays=False, table="attendances", prices="units", where={"point_of_delivery": place})
            for label, place in (("visits", ("face",)), ("calls", ("video",)))
        ]
        sum_now = _sum(rng)
        baseline: Any = {starts: sum_now, turn: _sum(rng)} if rng.random() < 0.4 else sum_now
        marginal = use(
            MarginalRate, "threshold", on=(Label("calls"),), baseline=baseline, rate=rng.choice(("30%", "1/3", "100%")),
            ring_fence=rng.choice((f"{name}/ring-fence", "RZZ")), profile=rng.choice(PROFILES),
        )  # fmt: skip
        return [*worth, marginal, _pool(rng, name, starts, turn)]

    made = contracts(rng, rules)
    the_case = case(*made, tables=TABLES, prices=(unit_prices(rng, "units"),), rounding=rng.choice((1, 1, 100)))
    return world(the_case, attendances=[attendance(rng, made) for _ in range(rows)])


def _sum(rng: random.Random) -> str:
    return f"£{rng.choice((0, 1, 300, 20_000, 400_000))}.{rng.randint(0, 99):02d}"


def _pool(rng: random.Random, name: str, starts: datetime.date, turn: datetime.date) -> RuleEntry:
    partners = []
    for place, (over, left) in enumerate(rng.choice((
        [("1/3", "1/3"), ("1/3", "1/2"), ("1/3", "1/6")], [("60%", "0%"), ("40%", "100%")], [("100%", "100%")],
    ))):  # fmt: skip
        at_end = rng.choice((AtEnd.RETURN, AtEnd.CARRY, AtEnd.CARRY, AtEnd.HOST))
        contribution: Any = {starts: _sum(rng), turn: _sum(rng)} if rng.random() < 0.5 else _sum(rng)
        kept = {"carried_in": f"{name}/part of {place}"} if at_end is AtEnd.CARRY else {}
        partners.append({
            "name": f"partner {place}", "who": f"L{place}", "contribution": contribution, "at_end": at_end,
            "share_of_overspend": over, "share_of_underspend": left, **kept,
        })  # fmt: skip
    fixed = {"service": "beds", "who": rng.choice(("RZZ", "L0")), "amount": {starts: _sum(rng), turn: _sum(rng)}}
    by_activity = {"service": "visits", "who": "RYY", "on": Label("visits")}
    outside = NotPooled(service="surgery", reason="no", table="attendances", where={"hrg": ("U4",)})
    return use(
        PooledBudget, "pool", pool=f"{name}/pool", host="L0", partners=partners, additional=True,
        services=rng.choice(([fixed], [by_activity], [fixed, by_activity])), profile=rng.choice(PROFILES),
        not_pooled=rng.choice(((), (), (outside,))), closes_on=rng.choice((None, later(starts, 7) - _DAY)),
        aligned=rng.choice((None, [{"service": "ambulance", "owner": "L0", "who": "RAA", "budget": _sum(rng)}])),
    )  # fmt: skip


_DAY = datetime.timedelta(days=1)
