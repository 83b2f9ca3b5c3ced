"""Whatever a recipe says, a year comes to the same by month, by quarter and at once, account by account."""

from __future__ import annotations

import datetime
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel import check, pay
from tallystick_rules.rules import Block
from tallystick_rules.tables import Attendances, Contacts, Evidence, Spells
from tests.properties.agreeing import generating
from tests.properties.by_hand import some_day
from tests.properties.recipes_drawn import PROFILES, drawn_recipe
from tests.support import Answer, case, contract, day, framed_tables, settle, use

READINGS = (check.read, lambda program, rows: pay.read(program, framed_tables(program, rows)))
TABLES = (Attendances, Contacts, Evidence, Spells)


def net(answer: Answer) -> dict[str, int]:
    """What each account has in the end."""
    held: dict[str, int] = {}
    for (_, payer, payee), pence in answer.items():
        held[payer] = held.get(payer, 0) - pence
        held[payee] = held.get(payee, 0) + pence
    return {account: pence for account, pence in sorted(held.items()) if pence}


def rows(rng: random.Random) -> dict[str, list[dict[str, Any]]]:
    """Activity of one contract's year, at the ends of months too."""

    def on(column: str) -> dict[str, Any]:
        return {column: some_day(rng, day("2025-04-01"), day("2026-03-31")).isoformat()}

    several = range(rng.choice((0, 3, 12)))
    return {
        "contacts": [{**on("contacted_on"), "contacts": rng.choice((1, 2, 9)), "service": "AB1"} for _ in several],
        "attendances": [{**on("attended"), "attendances": rng.choice((1, 5))} for _ in several],
        "spells": [
            {**on("discharged"), "length_of_stay_days": rng.choice((0, 4)), "patient_class": "1",
             "critical_care_days": rng.choice((None, 2)), "spell": f"s{number}"} for number in several
        ],
        "evidence": [
            {"spell": f"s{number}", "standard": "best", "criterion": "quick", "met": rng.choice((True, False, None))}
            for number in several
        ],
    }  # fmt: skip


@generating(60)
@given(st.integers(0, 2**32))
def test_a_recipes_year_is_the_same_by_month_by_quarter_and_at_once(seed: int) -> None:
    rng = random.Random(seed)

    def pick(*options: Any) -> Any:
        return rng.choice(options)

    core = use(Block, "core", value=f"£{rng.randint(1, 99_999)}.07", profile=pick(*PROFILES))
    recipe = drawn_recipe(pick, "recipe", ("core",), payer="QYY", payee="RXX")
    activity, as_at = rows(rng), datetime.date(2026, 5, 20)
    for reading in READINGS:
        found = [
            net(settle(reading, case(contract("A", core, recipe, settles=by), tables=TABLES, as_at=as_at), **activity))
            for by in ("month", "quarter", "year")
        ]
        assert found[0] == found[1] == found[2]
