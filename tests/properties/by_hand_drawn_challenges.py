"""Worlds of challenges, for the rule that is worked out by hand: every day at an edge of a limit."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence

from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import AdmittedSpell, Challenges
from tallystick_rules.tables import AdmittedPrices, Evidence, Factors, Spells, UnitPrices
from tallystick_rules.tables import Challenges as ChallengesTable
from tests.properties.by_hand import DAY, World, later, some_day, world
from tests.properties.by_hand_drawn import LAST, Given, contracts, date, factors
from tests.properties.by_hand_drawn_care import a_case, recorded, simple_prices, use_best, worths
from tests.support import case, price_list, rows_of, use

TABLES = (Spells, ChallengesTable, Evidence, UnitPrices, AdmittedPrices, Factors)
RAISE, DECIDE = (0, 20, 45), (0, 30, 60)
REASONS = ("coded twice", "no prior approval")


def challenges_world(seed: int, rows: int) -> World:
    """Spells with prices and best practice, some of them challenged, in contracts with limits of their own."""
    rng = random.Random(seed)

    def rules(starts: datetime.date) -> list[RuleEntry]:
        on = rng.choice((("price",), ("price", "best"), ("best",)))
        turn = later(starts, rng.choice((1, 5)))
        raise_within = {starts: rng.choice(RAISE), turn: rng.choice(RAISE)}
        decide_within = {starts: rng.choice(DECIDE), turn: rng.choice(DECIDE)}
        return [
            use(AdmittedSpell, "price", prices="admitted", market_forces_factor="factors"), use_best(rng),
            use(
                Challenges, "contested spells", on=tuple(map(Label, on)), raise_within_days=raise_within,
                decide_within_days=decide_within, undecided_to=rng.choice(("RAA", "QAA", "R99")),
            ),
        ]  # fmt: skip

    made = contracts(rng, rules)
    lists = (factors(rng), worths(rng, "best", 4_000, 9_000), worths(rng, "fallback", 1, 6_000), _prices(rng))
    as_at = some_day(rng, date("2025-06-01"), LAST)
    the_case = case(*made, tables=TABLES, prices=lists, as_at=as_at, rounding=rng.choice((1, 1, 100)))
    spells = [a_case(rng, made, f"s{n:04d}") for n in range(rows)]
    placed = rows_of(the_case, {"spells": spells})["spells"]
    challenges = [
        _challenge(rng, made, str(row["spell"]), row["discharged"], as_at)
        for row in placed if rng.random() < 0.7
    ]  # fmt: skip
    evidence = [line for spell in spells for line in recorded(rng, spell["spell"])]
    return world(the_case, spells=spells, evidence=evidence, challenges=challenges)


def _prices(rng: random.Random) -> object:
    """Prices of spells, some of which are nothing."""
    return rng.choice((simple_prices(rng), price_list(AdmittedPrices, "admitted", *(
        {"code": code, "elective": "£0", "non_elective": "£0", "day_case": "£0", "short_stay_applies": False}
        for code in ("H1", "H2", "H3")
    ))))  # fmt: skip


def _challenge(
    rng: random.Random, made: Sequence[ContractCase], spell: str, own: datetime.date, as_at: datetime.date
) -> Given:
    """One challenge, raised and decided on a day at some edge; now and then without half of its decision."""
    raised = rng.choice((own, own + DAY * (rng.choice(RAISE) + rng.choice((0, 1))), as_at, as_at + DAY))
    late = max(raised, as_at)
    ends = (raised, raised, raised + DAY * (rng.choice(DECIDE) + rng.choice((0, 1))), late, late + DAY)
    decided = rng.choice(ends) if rng.random() < 0.7 else None
    decision = rng.choice(("upheld", "upheld", "rejected", "withdrawn")) if decided else None
    if rng.random() < 0.04:
        decided, decision = rng.choice(((decided, None), (None, "upheld")))
    return {
        "challenge": f"C-{spell}", "of_table": rng.choice(("spells",) * 9 + ("attendances",)), "row": spell,
        "by": rng.choice(made).commissioner, "reason": rng.choice(REASONS), "raised_on": raised.isoformat(),
        "decided_on": decided.isoformat() if decided else None, "decision": decision,
    }  # fmt: skip
