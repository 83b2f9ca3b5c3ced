"""What all are told: the contracts' own numbers, the ways to compose their rules, and who is liable for a delay."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

FIRST, LAST = datetime.date(2025, 4, 1), datetime.date(2026, 3, 31)
AS_AT = datetime.date(2026, 6, 1)
QUESTION = "care experience"
STANDARD = "hip fracture"
SURGERY, GERIATRICIAN = "surgery within 36 hours", "geriatrician within 72 hours"
HIP_FRACTURE = tuple(f"HE11{split}" for split in "ABCDEFGH")
MOST_HOURS = 36
ELECTIVE = ("11", "12", "13")
PAID_CLASSES = ("1", "2", "5")
TRANSPORT = "RTRANSPORT"
PATHWAYS = ("0", "1", "2", "3")
LIABLE = (
    ("hospital process", "any", "provider"),
    ("social care", "any", "local authority"),
    ("care home", "any", "local authority"),
    ("care home", "3", "commissioner"),
    ("community bed", "any", "commissioner"),
    ("interface", "any", "nobody"),
    ("interface", "1", TRANSPORT),
)
"""Reason, pathway and who is liable; a pathway of any stands for those not listed."""

CENSUS = datetime.date(2025, 10, 1)
SCHOOLS = "RSCHOOLS"
CATEGORIES = {
    "deprived": "provider", "looked after": "local authority", "previously looked after": SCHOOLS,
}  # fmt: skip
"""The categories of people in their places, and who is paid for each."""

SERVICE, VISIT = "virtual ward", "home visit"
"""Where each contact is paid for it is this service's; where those below a baseline are, these contacts are counted."""

WAITS = ("nothing is held", "released at once", "stays held", "lapses", "released when the last day has passed")
"""What happens without an answer."""

EVENTS = ("none", "each", "below")
"""Which contacts are paid for as events: none, each up to a cap, or each by which the year stays below a baseline."""

_CHOICES: Mapping[str, Sequence[Any]] = {
    "waits": WAITS[::-1], "has_top_up": (True, False), "charges": (True, False), "on_long_stay": (True, False),
    "has_premium": (True, False), "events": EVENTS[1:] + EVENTS[:1],
}  # fmt: skip
_ALL = [dict(zip(_CHOICES, chosen, strict=True)) for chosen in itertools.product(*_CHOICES.values())]
_STEP = 77
"""Shares no divisor with how many there are, so that each comes once, and the first few are mixed."""

COMPOSITIONS = tuple(_ALL[at * _STEP % len(_ALL)] for at in range(len(_ALL)))
"""The ways to compose the rules; the first holds them all."""

MOST_COMPOSITIONS = len(COMPOSITIONS)


def numbers(contracts: Sequence[tuple[str, str, str]], compositions: int = MOST_COMPOSITIONS) -> pl.DataFrame:
    """One row for each contract: which rules it holds, and its own numbers for them.

    Money is in pence, and in tenths of a penny where the column says so; shares are in hundredths.
    """
    rows = list(_rows(contracts, compositions))
    may_be_missing = ("top_up", "lapses_after_days", "cap", "baseline", *(f"tenths_{at}" for at in range(3)))
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(may_be_missing, pl.Int64))


def _rows(contracts: Sequence[tuple[str, str, str]], compositions: int) -> Iterator[dict[str, Any]]:
    for at, (name, provider, commissioner) in enumerate(contracts):
        chosen = COMPOSITIONS[at % compositions]
        waits, events = chosen["waits"], chosen["events"]
        yield {
            "contract": name, "of_provider": provider, "of_commissioner": commissioner, **chosen,
            "short_stay_from_age": 18 + at % 3, "short_stay_up_to": 1 + at // 7 % 2,
            "top_up": 120_000 + 500 * (at % 90) if chosen["has_top_up"] else None,
            "daily_rate": 15_000 + 100 * (at % 300), "grace_days": at % 3,
            "share_hundredths": 0 if waits == WAITS[0] else 1 + at % 10, "youngest_asked": 16 + at % 3,
            "lapses_after_days": 20 + at % 25 if waits in WAITS[3:] else None,
            "is_released": waits in (WAITS[1], WAITS[4]), "passes_on": waits == WAITS[3],
            **_of_people(at, held=chosen["has_premium"]),
            "each_tenths": 30_005 + 15 * (at % 200), "cap": 500_000 + 1_000 * (at % 700) if events != "none" else None,
            "baseline": 100 + 37 * (at % 60) if events == "below" else None,
        }  # fmt: skip


def _of_people(at: int, *, held: bool) -> dict[str, Any]:
    """What is paid for a person of each category, in tenths of a penny, and how many years it lasts.

    A quarter of the contracts do not list the last category, and for some two categories are worth the same.
    """
    tenths = (1_515_005 + 10 * (at % 50), 2_630_000 + 25 * (at % 80), 2_630_000 + 25 * (at % 40))
    listed = len(tenths) - (at % 4 == 0)
    return {f"tenths_{n}": each if held and n < listed else None for n, each in enumerate(tenths)} | {
        f"look_back_{n}": years for n, years in enumerate((5 + at % 3, at % 2, 7))
    }


def liable_pairs() -> pl.DataFrame:
    """Who is liable for every listed reason and each pathway, with what holds for any of them written out."""
    usual = {reason: body for reason, pathway, body in LIABLE if pathway == "any"}
    special = {(reason, pathway): body for reason, pathway, body in LIABLE if pathway != "any"}
    rows = [(r, p, special.get((r, p), body)) for r, body in usual.items() for p in PATHWAYS]
    return pl.DataFrame(rows, schema=["reason", "pathway", "liable"], orient="row")
