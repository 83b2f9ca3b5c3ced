"""Worlds of recipes: beside blocks, in months, quarters and years, over rows at the edges of periods."""

from __future__ import annotations

import datetime
import random
from typing import Any

from tallystick.kernel.case import RuleEntry
from tallystick_rules.rules import Block, Recipe
from tallystick_rules.tables import Attendances, Contacts, Evidence, Spells
from tests.properties.by_hand import World, later, some_day, world
from tests.properties.by_hand_drawn import FIRST, LAST, contracts, parties
from tests.properties.recipes_drawn import PROFILES, drawn_recipe
from tests.support import case, use

TABLES = (Attendances, Contacts, Evidence, Spells)
Given = dict[str, Any]


def recipes_world(seed: int, rows: int) -> World:
    """Two recipes of any kind, a budget that replaces a part of a block, and the block."""
    rng = random.Random(seed)

    def pick(*options: Any) -> Any:
        return rng.choice(options)

    def rules(starts: datetime.date) -> list[RuleEntry]:
        core = use(Block, "core", value=f"£{rng.randint(9_000, 99_999)}.07", profile=pick(*PROFILES))
        made = [core, *(drawn_recipe(pick, label, ("core",), payer=f"{label} pays") for label in ("one", "two"))]
        if rng.random() < 0.5:
            turn = later(starts, rng.choice((12, 6, 1)))
            made.append(use(Recipe, "dated", table="contacts", of="contacts", payer="QZZ", payee="RZZ", claims=False,
                            each={starts: "£0.105", turn: "£12.50"}, limit_year="£99.99"))  # fmt: skip
        budget = {"amount": f"£{rng.randint(1, 9_999)}", "replaces": [f"core: £{rng.randint(1, 8_999)}.01"]}
        return [*made, use(Recipe, "budget", payer="QYY", payee="RYY", profile=pick(*PROFILES), **budget)]

    made = contracts(rng, rules)
    as_at = datetime.date(2026, 5, 20)
    the_case = case(*made, tables=TABLES, rounding=rng.choice((1, 1, 100)), as_at=as_at)
    spells = [_spell(rng, made, number) for number in range(rows)]
    return world(
        the_case,
        attendances=[{**_row(rng, made, "attended"), "attendances": rng.choice((1, 2, 9))} for _ in range(rows)],
        contacts=[_contact(rng, made) for _ in range(rows)], spells=spells, evidence=list(_evidence(rng, spells)),
    )  # fmt: skip


def _row(rng: random.Random, made: Any, date: str) -> Given:
    return {**parties(rng, made), date: some_day(rng, FIRST, LAST).isoformat()}


def _contact(rng: random.Random, made: Any) -> Given:
    return {
        **_row(rng, made, "contacted_on"), "contacts": rng.choice((1, 1, 2, 5, 40)),
        "service": rng.choice(("AB1", "AB2", "XY9")),
    }  # fmt: skip


def _spell(rng: random.Random, made: Any, number: int) -> Given:
    return {
        **_row(rng, made, "discharged"), "spell": f"s{number:03d}", "length_of_stay_days": rng.choice((0, 1, 3, 30)),
        "critical_care_days": rng.choice((None, 0, 1, 4)), "patient_class": rng.choice("125"),
    }  # fmt: skip


def _evidence(rng: random.Random, spells: list[Given]) -> Any:
    for row in spells:
        for criterion in ("quick", "good"):
            if rng.random() < 0.7:
                met = rng.choice((True, False, None))
                yield {"spell": row["spell"], "standard": "best", "criterion": criterion, "met": met}
