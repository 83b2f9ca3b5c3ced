"""Worlds of people on a census day, for the rules that are worked out by hand."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick_rules.rules import PupilPremium, PupilPremiumFund
from tallystick_rules.tables import People
from tests.properties.by_hand import DAY, World, world
from tests.properties.by_hand_drawn import COMMISSIONERS, PROVIDERS, Given, contracts, parties
from tests.support import case, fund, use

CENSUSES = ("2025-10-02", "2025-04-01", "2026-03-31", "2025-06-30", "2024-02-29")
NAMES = ("primary", "secondary", "looked after", "previously", "carer")


def people_world(seed: int, rows: int) -> World:
    """Rates for people, and a fund that is shared, with categories of each contract's own."""
    rng = random.Random(seed)
    census = rng.choice(CENSUSES[:4])
    alike = rng.random() < 0.6
    weights = categories(rng, "weight")
    shared = use(
        PupilPremiumFund, "shared", scheme=True, fund="scheme/shared", census_day=census, categories=weights,
        amount=rng.choice(("£1,000", "£100,000.01", "£0.05", "£0")),
    )  # fmt: skip
    rates = categories(rng, "rate")

    def rules(starts: datetime.date) -> list[RuleEntry]:
        payer = rng.choice(("scheme/premium", *COMMISSIONERS))
        own = rates if alike else categories(rng, "rate")
        on = rng.choice((census, CENSUSES[1]))
        premium = use(PupilPremium, "premium", payer=payer, census_day=on, categories=own)
        return [premium, shared] if rng.random() < 0.8 else [premium]

    made = contracts(
        rng, rules, settles=rng.choice(("month", "quarter", "year")), first=rng.choice(("2025-04-01", "2025-01-15"))
    )
    funds = (fund("premium"), fund("shared"))
    as_at = datetime.date(2026, 4, 30)
    the_case = case(*made, tables=(People,), funds=funds, rounding=rng.choice((1, 1, 100)), as_at=as_at)
    seen: set[tuple[str, str | None, str]] = set()
    people = []
    for row in (somebody(rng, made, rows, census) for _ in range(rows)):
        key = (row["person"], row["category"], row["census_day"])
        if key not in seen or row["category"] is None:
            seen.add(key)
            people.append(row)
    return world(the_case, people=people)


def categories(rng: random.Random, wanted: str) -> list[Given]:
    """Some categories, with rates or weights that are often equal, each with its place."""
    names = rng.sample(NAMES, rng.randint(1, 4))
    places = rng.sample(range(1, 7), len(names))
    made = []
    for name, place in zip(names, places, strict=True):
        one: Given = {"category": name, "look_back_years": rng.choice((0, 1, 6, 6, 130)), "place": place}
        if wanted == "rate":
            one["rate"] = rng.choice(("£1,515", "£1,075", "£2,630", "£2,630", "£10.005", "£0"))
            one["payee"] = rng.choice(("provider", "provider", "local authority", "commissioner", "RCH", "QAA"))
        else:
            one["weight"] = rng.choice(("1", "1", "1.5", "0.3333333", "0"))
        made.append(one)
    return made


def somebody(rng: random.Random, made: Sequence[ContractCase], rows: int, census: str) -> Given:
    """One entry of one person, whose last day in the category is at an edge of some look-back."""
    day = datetime.date.fromisoformat(census if rng.random() < 0.9 else rng.choice(CENSUSES))
    last: Any = day.replace(year=day.year - rng.choice((0, 1, 6, 7)), day=min(day.day, 28)) + DAY * rng.choice(
        (day.day - min(day.day, 28), day.day - min(day.day, 28), 0, -1, 1, 300)
    )
    category = rng.choice((*NAMES, *NAMES, "unlisted", None))
    return {
        **parties(rng, made), "person": f"P{rng.randint(1, rows // 2)}", "category": category,
        "census_day": day.isoformat(), "last_eligible": last.isoformat() if rng.random() < 0.95 else None,
        "local_authority": rng.choice(("E06", "E09", "E08")) if rng.random() < 0.99 else None,
    }  # fmt: skip


__all__ = ["PROVIDERS", "people_world"]
