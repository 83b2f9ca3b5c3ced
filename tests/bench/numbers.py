"""What both are told: the contracts' own numbers, twenty ways to compose their rules, and who is liable for a delay."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import polars as pl

FIRST, LAST = datetime.date(2025, 4, 1), datetime.date(2026, 3, 31)
AS_AT = datetime.date(2026, 6, 1)
QUESTION = "care experience"
STANDARD = "hip fracture"
SURGERY, GERIATRICIAN = "surgery within 36 hours", "geriatrician within 72 hours"
HIP_FRACTURE = tuple(f"HE11{split}" for split in "ABCDEFGH")
MOST_HOURS = 36
ELECTIVE = ("11", "12", "13")
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

WAITS = ("nothing is held", "released at once", "stays held", "lapses", "released when the last day has passed")
"""What happens without an answer: five of the twenty compositions, each with and without two other rules."""

MOST_COMPOSITIONS = 4 * len(WAITS)


def numbers(contracts: Sequence[tuple[str, str, str]], compositions: int = MOST_COMPOSITIONS) -> pl.DataFrame:
    """One row for each contract: which rules it holds, and its own numbers for them (pence, days, hundredths)."""
    rows = []
    for at, (name, provider, commissioner) in enumerate(contracts):
        kind = MOST_COMPOSITIONS - 1 - at % compositions  # the fullest comes first
        waits = WAITS[kind // 4]
        rows.append({
            "contract": name, "of_provider": provider, "of_commissioner": commissioner, "waits": waits,
            "has_top_up": kind % 2 == 1, "top_up": 120_000 + 500 * (at % 90) if kind % 2 else None,
            "charges": kind // 2 % 2 == 1, "daily_rate": 15_000 + 100 * (at % 300), "grace_days": at % 3,
            "share_hundredths": 0 if waits == WAITS[0] else 1 + at % 10, "youngest_asked": 16 + at % 3,
            "lapses_after_days": 20 + at % 25 if waits in WAITS[3:] else None,
            "is_released": waits in (WAITS[1], WAITS[4]), "passes_on": waits == WAITS[3],
            "short_stay_from_age": 18 + at % 3,
        })  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"top_up": pl.Int64, "lapses_after_days": pl.Int64})


def liable_pairs() -> pl.DataFrame:
    """Who is liable for every listed reason and each pathway, with what holds for any of them written out."""
    usual = {reason: body for reason, pathway, body in LIABLE if pathway == "any"}
    special = {(reason, pathway): body for reason, pathway, body in LIABLE if pathway != "any"}
    rows = [(r, p, special.get((r, p), body)) for r, body in usual.items() for p in PATHWAYS]
    return pl.DataFrame(rows, schema=["reason", "pathway", "liable"], orient="row")
