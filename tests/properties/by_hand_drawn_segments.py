"""Worlds of segment budgets and of gains and losses, for the rules that are worked out by hand."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import Block, GainLossShare, SegmentBudget, UnitPrice
from tallystick_rules.rules._variance import Beyond
from tallystick_rules.tables import Factors, People, Spells, UnitPrices
from tests.properties.by_hand import DAY, World, later, periods, some_day, world
from tests.properties.by_hand_drawn import FIRST, LAST, PROVIDERS, Given, contracts, factors, parties, unit_prices
from tests.properties.by_hand_segments import by_hand
from tests.support import case, use

SEGMENTS = ("heavy", "frail")


def segments_world(seed: int, rows: int) -> World:
    """Contracts that hold a segment's budget, of a sum or by person-days, and move with bed days."""
    rng = random.Random(seed)

    def rules(starts: datetime.date) -> list[RuleEntry]:
        usual = {"market_forces_factor": "factors"} if rng.random() < 0.5 else {}
        where = {"where": {"admission_method": ("21", "28")}} if rng.random() < 0.5 else {}
        episodes = use(UnitPrice, "episodes", pays=False, table="spells", prices="units", **where, **usual)
        return [episodes, use(Block, "ward", value=f"£{rng.randint(2_000, 9_999)}.07"), budget(rng, starts), gain(rng)]

    made = contracts(rng, rules)
    lists = (factors(rng), unit_prices(rng, "units"))
    the_case = case(*made, tables=(Spells, People, UnitPrices, Factors), prices=lists, rounding=rng.choice((1, 1, 100)))
    spells = [spell(rng, made, rows) for _ in range(rows)]
    drawn = world(the_case, spells=spells, people=people(rng, made, rows))
    # A row that only overlaps another once the one between them is left out would be a fault of what is left.
    while again := by_hand(drawn.without(by_hand(drawn).rows)).rows:
        drawn = drawn.without(again)
    return drawn


def budget(rng: random.Random, starts: datetime.date) -> RuleEntry:
    """A budget with its own segment, with or without a limit, and with or without something that it replaces."""
    turn = later(starts, rng.choice((12, 6, 1)))
    given: Given = {"segment": rng.choice(SEGMENTS)}
    if rng.random() < 0.5:
        given["budget"] = {starts: "£100.07", turn: "£2,000.11"} if rng.random() < 0.3 else f"£{rng.randint(0, 900)}.05"
    else:
        given["each"] = rng.choice(("£1,000", "£366", "£0.333", {starts: "£365", turn: "£1,234.567"}))
    if rng.random() < 0.6:
        limit = rng.choice(("£0", "£0.05", "£100", "£1,000"))
        given |= {"loss_limit": limit, "own_care_counts": rng.random() < 0.5}
    taken = {"replaces": [f"ward: £{rng.choice(('0.05', '7', '1,999.99'))}"]} if rng.random() < 0.5 else {}
    return use(SegmentBudget, "segment", on=(Label("episodes"),), **given, **(taken or {"additional": True}))


def gain(rng: random.Random) -> RuleEntry:
    """A share of bed days saved or overspent, mostly with a band."""
    share = rng.choice(("1/3", "0", "1/7", "1"))
    rest = {"1/3": "2/3", "0": "1", "1/7": "6/7", "1": "0"}[share]
    who = [
        {"who": code, "share": part, "most_loss": rng.choice(("£0", "£10", "£1,000"))}
        for code, part in (("RCH", share), (rng.choice(PROVIDERS), rest))
    ]
    band: Given = {}
    if rng.random() < 0.7:
        band = {"band": rng.choice(("0%", "2.5%", "1/3", "100%")), "beyond_band": rng.choice(list(Beyond))}
    return use(
        GainLossShare, "bed days", element=rng.choice(("£0", "£1,000.07")), parties=who,
        share_of_gain=rng.choice(("100%", "1/3", "0%")), share_of_loss=rng.choice(("50%", "2/7")),
        most_gain=rng.choice(("£0", "£50.05", "£9,000")), most_loss=rng.choice(("£20", "£9,000")),
        benchmark_units=rng.choice((0, 10, 60, 400)), each=rng.choice(("£150", "£3.015", "£0.005")), table="spells",
        of="length_of_stay_days", **band,
    )  # fmt: skip


def spell(rng: random.Random, made: Sequence[ContractCase], rows: int) -> Given:
    """One spell in any hospital, mostly counted under a contract that it names."""
    on, nights = some_day(rng, FIRST, LAST), rng.choice((0, 1, 5, 12, 40))
    given: Given = {**parties(rng, made), "provider": rng.choice(PROVIDERS)}
    return {
        **given, "discharged": on.isoformat(), "admitted": (on - nights * DAY).isoformat(),
        "length_of_stay_days": nights, "patient_class": "1", "admission_method": rng.choice(("21", "28", "11")),
        "person": rng.choice((None, *(f"P{rng.randint(1, rows // 3)}" for _ in range(4)))),
        "hrg": rng.choice(("U1", "U2", "U3", "U4", "U1", "none", "unknown" if rng.random() < 0.1 else "U2")),
    }  # fmt: skip


def people(rng: random.Random, made: Sequence[ContractCase], rows: int) -> list[Given]:
    """Rows of people, mostly whole months or parts of them; now and then a day is missing, lies outside or overlaps."""
    found: dict[Any, Given] = {}
    for _ in range(rows * 2):
        one = rng.choice(made)
        _, first, last = rng.choice(list(periods(one)))
        census = some_day(rng, first, last) if rng.random() < 0.3 else first
        begins = rng.choice((first, first, census))
        ends = rng.choice((last + DAY, last + DAY, begins, min(begins + 3 * DAY, last + DAY)))
        if rng.random() < 0.05:
            begins, ends = begins - DAY * rng.choice((0, 1)), ends + DAY
        days: Given = {"eligible_from": begins.isoformat(), "eligible_to": ends.isoformat()}
        if rng.random() < 0.05:
            days[rng.choice(tuple(days))] = None
        row: Given = {
            "person": f"P{rng.randint(1, rows // 3)}", "category": rng.choice((*SEGMENTS, *SEGMENTS, "other", None)),
            "contract": one.id, "provider": one.provider, "commissioner": one.commissioner,
            "census_day": census.isoformat(), **days,
        }  # fmt: skip
        found.setdefault((row["person"], row["category"], row["census_day"]), row)
    return list(found.values())
