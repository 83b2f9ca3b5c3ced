"""Worlds for the rules that are worked out by hand: contracts with their own numbers, and rows at every edge."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Sequence
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick_rules.rules import AdmittedSpell, Block, UnitPrice
from tallystick_rules.rules.admitted_spell import TopUpOn
from tallystick_rules.tables import AdmittedPrices, Attendances, Factors, SpecialistTopUps, Spells, UnitPrices
from tests.properties.by_hand import DAY, World, later, some_day, world
from tests.support import case, contract, price_list, use

PROVIDERS, COMMISSIONERS = ("RAA", "RBB", "RCC"), ("QAA", "QBB")
STARTS = ("2024-10-01", "2025-04-01", "2025-04-01", "2025-01-15", "2025-07-01")
TABLES = (Spells, Attendances, UnitPrices, AdmittedPrices, Factors, SpecialistTopUps)
Given = dict[str, Any]


def date(text: str) -> datetime.date:
    """A day from its text."""
    return datetime.date.fromisoformat(text)


FIRST, LAST = date("2024-10-01"), date("2026-12-31")


def contracts(
    rng: random.Random, rules: Callable[[datetime.date], Sequence[RuleEntry]], *, settles: str = "", first: str = "",
    most: int = 5,
) -> list[ContractCase]:  # fmt: skip
    """Some contracts, each with rules of its own; all settle alike where that is said."""
    made = []
    for number in range(rng.randint(2, most)):
        starts = date(first or rng.choice(STARTS))
        months = 12 if settles else rng.choice((12, 12, 12, 7, 24))
        made.append(contract(
            "CABDEF"[number], *rules(starts), provider=rng.choice(PROVIDERS), commissioner=rng.choice(COMMISSIONERS),
            first=starts.isoformat(), last=(later(starts, months) - DAY).isoformat(),
            settles=settles or rng.choice(("month", "quarter", "year")),
        ))  # fmt: skip
    return made


def parties(rng: random.Random, made: Sequence[ContractCase]) -> Given:
    """A provider and a commissioner, mostly of one of the contracts; sometimes a contract is named."""
    one = rng.choice(made)
    named = one.id if rng.random() < 0.6 else None
    if rng.random() < 0.8:
        return {"provider": one.provider, "commissioner": one.commissioner, "contract": named}
    return {"provider": rng.choice(PROVIDERS), "commissioner": rng.choice(COMMISSIONERS), "contract": named}


def pounds(rng: random.Random, most: int = 9_000) -> str:
    """A price: whole pounds, pence, or a part of a penny at or near a half."""
    return f"£{rng.randint(0, most)}{rng.choice(('', '', '.05', '.995', '.005', '.1249', '.33'))}"


def restated(rng: random.Random, code: str, row: Callable[[], Given]) -> list[Given]:
    """One row of a list, or two that follow each other, sometimes with days between on which none holds."""
    if rng.random() < 0.5:
        return [{"code": code, **row()}]
    turn = some_day(rng, date("2025-04-02"), date("2025-12-31"))
    gap = rng.choice((0, 0, 0, 3))
    ends, starts = (turn - DAY).isoformat(), (turn + DAY * gap).isoformat()
    return [{"code": code, "to_day": ends, **row()}, {"code": code, "from_day": starts, **row()}]


def factors(rng: random.Random) -> Any:
    """Factors of up to seven decimals; one may be missing, and one provider may have none."""
    rows: list[Given] = []
    for code in PROVIDERS if rng.random() < 0.8 else PROVIDERS[:2]:
        digits = rng.choice((1, 4, 7))
        rows += restated(rng, code, lambda digits=digits: {"factor": f"{1 + rng.random() * 0.18:.{digits}f}"})
    return price_list(Factors, "factors", *rows)


def prices_world(seed: int, rows: int) -> World:
    """Unit prices, admitted spells and blocks, together."""
    rng = random.Random(seed)
    units = (unit_prices(rng, "units"), unit_prices(rng, "other units"))
    lists = (factors(rng), *units, admitted_prices(rng), top_ups(rng))

    def rules(starts: datetime.date) -> list[RuleEntry]:
        usual = {"market_forces_factor": "factors"} if rng.random() < 0.7 else {}
        where = {"treatment_function": ("110", "120")} if rng.random() < 0.3 else {}
        setting = {"setting": "point_of_delivery"} if rng.random() < 0.2 else {}
        days = {"table": "spells", "unit": "critical care day", "code": "site"}
        turn = later(starts, rng.choice((12, 6, 1)))
        prices: Any = {starts: "units", turn: "other units"} if rng.random() < 0.3 else "units"
        value: Any = {starts: "£100.07", turn: "£2,000.11"} if rng.random() < 0.4 else f"£{rng.randint(0, 999_999)}.07"
        return [
            use(UnitPrice, "attended", table="attendances", prices=prices, where=where, **usual, **setting),
            use(UnitPrice, "critical care", prices="units", **days, **usual),
            use(
                AdmittedSpell, "spells", prices="admitted", specialist_top_ups="top-ups",
                top_up_on=rng.choice(list(TopUpOn)), short_stay_from_age=rng.choice((19, 16)),
                short_stay_up_to=rng.choice((1, 1, 0, 2)), **usual,
            ),
            use(Block, "core", value=value),
        ]  # fmt: skip

    made = contracts(rng, rules)
    the_case = case(*made, tables=TABLES, prices=lists, rounding=rng.choice((1, 1, 100)))
    attended = [attendance(rng, made) for _ in range(rows)]
    return world(the_case, attendances=attended, spells=[spell(rng, made) for _ in range(rows)])


def unit_prices(rng: random.Random, name: str) -> Any:
    """Prices by the unit, restated and with gaps, settings, and codes without a price."""
    rows: list[Given] = [{"code": "none", "not_priced": "local price only"}]
    for code in ("U1", "U2", "U3", "U4"):
        rows += restated(rng, code, lambda: {"price": pounds(rng, 300), "setting": rng.choice(("face", "video", None))})
    return price_list(UnitPrices, name, *rows)


def admitted_prices(rng: random.Random) -> Any:
    """Prices of spells: marked for a short stay or not, with trim points or without, whole or half told."""
    rows: list[Given] = [{"code": "none", "not_priced": "ungroupable"}]

    def row() -> Given:
        told = rng.random() < 0.9
        long_stays = rng.random() < 0.8
        return {
            "day_case": pounds(rng) if rng.random() < 0.8 else None, "elective": pounds(rng),
            "non_elective": pounds(rng) if rng.random() < 0.9 else None,
            "short_stay": pounds(rng) if rng.random() < 0.8 else None,
            "short_stay_applies": rng.choice((True, True, False, None)),
            "trim_elective_days": rng.choice((0, 1, 5, 12)) if long_stays else None,
            "trim_non_elective_days": rng.choice((0, 1, 5, 30)) if long_stays else None,
            "long_stay_day": pounds(rng, 300) if long_stays == told else None,
        }  # fmt: skip

    for code in ("A1", "A2", "A3", "A4", "A5"):
        rows += restated(rng, code, row)
    return price_list(AdmittedPrices, "admitted", *rows)


def top_ups(rng: random.Random) -> Any:
    """Top-ups: one restated, one without a rate."""
    given = restated(rng, "children", lambda: {"top_up": f"{rng.randint(0, 90)}.{rng.randint(0, 9)}%"})
    return price_list(SpecialistTopUps, "top-ups", *given, {"code": "spinal", "not_priced": "agreed locally"})


def attendance(rng: random.Random, made: Sequence[ContractCase]) -> Given:
    """One row of attendances."""
    return {
        **parties(rng, made), "attended": some_day(rng, FIRST, LAST).isoformat(),
        "hrg": rng.choice(("U1", "U2", "U3", "U4", "none", "unknown" if rng.random() < 0.1 else "U1")),
        "attendances": rng.choice((1, 1, 2, 3, 7, 1_000)), "treatment_function": rng.choice(("110", "300", None)),
        "point_of_delivery": rng.choice(("face", "video", None)),
    }  # fmt: skip


def spell(rng: random.Random, made: Sequence[ContractCase]) -> Given:
    """One spell, at trim points and at the edges of short stays."""
    on = some_day(rng, FIRST, LAST)
    nights = rng.choice((0, 0, 1, 1, 2, 4, 5, 6, 12, 13, 29, 30, 31, 400))
    return {
        **parties(rng, made), "discharged": on.isoformat(), "admitted": (on - nights * DAY).isoformat(),
        "length_of_stay_days": nights, "patient_class": rng.choice("11112225345"),
        "admission_method": rng.choice(("11", "12", "13", "21", "21", "21", "28", "2A", "2D", "31", "81", "99")),
        "age_years": rng.choice((0, 15, 16, 18, 19, 20, 80, None)),
        "hrg": rng.choice(("A1", "A2", "A3", "A4", "A5", "A1", "A2", "none", "unknown")),
        "specialised_service": rng.choice((None, None, None, "children", "spinal", "unknown")),
        "critical_care_days": rng.choice((None, None, 0, 1, 9)), "site": rng.choice(("U1", "U2", "none", "unknown")),
    }  # fmt: skip
