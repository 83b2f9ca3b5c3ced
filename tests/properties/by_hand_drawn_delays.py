"""Worlds of delayed discharges, for the rule that is worked out by hand: notices at every edge of the clock."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick_rules.rules import DischargeCostTransfer
from tallystick_rules.rules._delays import DayCount
from tallystick_rules.rules.discharge_cost_transfer import PaysNow
from tallystick_rules.tables import AdmittedPrices, CalendarCover, Notices, PublicHolidays, Spells
from tests.properties.by_hand import DAY, World, world
from tests.properties.by_hand_drawn import COMMISSIONERS, Given, contracts, parties, restated
from tests.support import case, price_list, use

HOLIDAYS = (
    "2004-01-01", "2004-04-09", "2004-04-12", "2004-05-03", "2004-12-27", "2004-12-28", "2005-03-25", "2005-03-28",
    "2005-05-02",
)  # fmt: skip
REASONS = ("social care", "community", "family", "own", "payee", "funding", "unknown", None)
HOURS = ("10:59", "11:00", "11:01", "13:59", "14:00", "14:01", "16:59", "17:00", "17:01", "00:00", "23:59", "09:30")
TABLES = (Spells, Notices, PublicHolidays, CalendarCover, AdmittedPrices)


def delays_world(seed: int, rows: int) -> World:
    """Each of the three counts, with other bodies' rates, long stays and disputes."""
    rng = random.Random(seed)
    begins = rng.choice(("2004-01-15", "2004-04-01", "2004-10-01"))

    def rules(starts: datetime.date) -> list[RuleEntry]:
        return [transfer(rng)]

    made = contracts(rng, rules, first=begins)
    the_case = case(
        *made, tables=TABLES, prices=(trim_prices(rng),), rounding=rng.choice((1, 1, 100)),
        as_at=datetime.date(2006, 4, 30),
    )  # fmt: skip
    start = datetime.date.fromisoformat(begins)
    spells = [stay(rng, made, f"s{n:04d}", start) for n in range(rows)]
    notices = [line for spell in spells for line in notice(rng, spell)]
    return world(
        the_case, spells=spells, notices=notices,
        public_holidays=[
            *({"calendar": "England", "day": day, "name": "holiday"} for day in HOLIDAYS),
            {"calendar": "elsewhere", "day": "2004-06-01", "name": "holiday"},
        ],
        calendar_cover=[
            {"calendar": name, "covers_from": "2003-01-01", "covers_to": "2009-12-31", "source": "kept by hand"}
            for name in ("England", "elsewhere")
        ],
    )  # fmt: skip


def transfer(rng: random.Random) -> RuleEntry:
    """One contract's rule."""
    liable = [
        {"reason": "social care", "pathway": "any", "body": "local authority"},
        {"reason": "social care", "pathway": "3", "body": rng.choice(("disputed", "E09"))},
        {"reason": "community", "pathway": rng.choice(("1", "any")), "body": "RCH"},
        {"reason": "family", "pathway": "any", "body": "nobody"},
        {"reason": "own", "pathway": "any", "body": "provider"},
        {"reason": "funding", "pathway": "any", "body": "commissioner"},
        {"reason": "payee", "pathway": "any", "body": rng.choice(COMMISSIONERS)},
    ]  # fmt: skip
    given: Given = {}
    if rng.random() < 0.5:
        given["other_rates"] = [{"body": body, "rate": rng.choice(("£120", "£155.005"))} for body in ("E09", "RCH")]
    if rng.random() < 0.5:
        given["trim_prices"] = "trims"
    if rng.random() < 0.4:
        given["contested_from"] = rng.choice(COMMISSIONERS)
    return use(
        DischargeCostTransfer, "delay", legal_basis="agreed", count=rng.choice(list(DayCount)), liable=liable,
        daily_rate=rng.choice(("£100", "£130", "£33.335")), pays_now=rng.choice(list(PaysNow)),
        grace_days=rng.choice((0, 0, 1, 3)), calendar=rng.choice(("England", "England", "elsewhere")), **given,
    )  # fmt: skip


def trim_prices(rng: random.Random) -> Any:
    """Trim points by which long-stay days are paid, or not."""

    def row() -> Given:
        return {
            "trim_elective_days": rng.choice((5, 12)), "trim_non_elective_days": rng.choice((3, 10)),
            "long_stay_day": "£250",
        }  # fmt: skip

    turned = [{**one, **({"to_day": "2004-06-30"} if "to_day" in one else {})} for one in restated(rng, "A1", row)]
    for one in turned[1:]:
        one["from_day"] = "2004-07-01"
    return price_list(AdmittedPrices, "trims", *turned, {"code": "A2", "elective": "£100"})


def stay(rng: random.Random, made: Sequence[ContractCase], key: str, start: datetime.date) -> Given:
    """A spell that may have been delayed."""
    out = start + DAY * rng.randint(0, 380)
    nights = rng.choice((2, 4, 9, 10, 11, 14, 30))
    ready = out - DAY * rng.choice((0, 1, 2, 5, 9))
    return {
        **parties(rng, made), "spell": key, "discharged": out.isoformat(), "admitted": (out - DAY * nights).isoformat(),
        "length_of_stay_days": nights, "admission_method": rng.choice(("11", "21", "31")),
        "hrg": rng.choice(("A1", "A2")),
        "ready_on": ready.isoformat() if rng.random() < 0.9 else None, "delay_reason": rng.choice(REASONS),
        "discharge_pathway": rng.choice(("1", "3", None)), "patient_class": "1",
        "local_authority": rng.choice(("E06", "E09")) if rng.random() < 0.99 else None,
        "discharged_at": f"{out}T{rng.choice(HOURS)}" if rng.random() < 0.7 else None,
    }  # fmt: skip


def notice(rng: random.Random, spell: Given) -> list[Given]:
    """The notices about a spell, some of them missing, with times at the edges of the clock."""
    if rng.random() < 0.15:
        return []
    out = datetime.date.fromisoformat(spell["discharged"])
    planned = out - DAY * rng.choice((0, 1, 2, 3, 5, 9))

    def at(day: datetime.date, given: float = 0.95) -> str | None:
        return f"{day}T{rng.choice(HOURS)}" if rng.random() < given else None

    return [{
        "spell": spell["spell"], "patient_category": rng.choice(("acute",) * 9 + ("mental health",)),
        "only_reason": rng.choice((True,) * 8 + (False, None)),
        "assessment_notice_at": at(planned - DAY * rng.choice((1, 2, 3, 4, 6))),
        "discharge_notice_at": at(planned - DAY * rng.choice((0, 1, 1, 2, 3))),
        "proposed_discharge": planned.isoformat() if rng.random() < 0.97 else None,
        "ready_services_at": at(out - DAY * rng.choice((0, 0, 1, 4)), 0.4),
        "in_place_at": at(out - DAY * rng.choice((0, 0, 1, 4)), 0.6), "ended_at": at(out, 0.8),
        "deterioration_days": rng.choice((None, None, 0, 1, 2, 40)),
        "days_charged_elsewhere": rng.choice((None, None, None, 1)),
        "reason": rng.choice((None, None, "social care", "community")), "pathway": rng.choice((None, None, "3", "1")),
    }]  # fmt: skip
