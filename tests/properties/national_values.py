"""What national tables are filled with in drawn worlds: few enough texts and numbers that rows meet each other."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

TEXTS: Mapping[str, tuple[str, ...]] = {
    "contract": ("A", "B"),
    "provider": ("RA", "RB"),
    "commissioner": ("QA", "QB"),
    "person": ("p1", "p2", "p3"),
    "hrg": ("AB1", "AB2", "XY9"),
    "code": ("AB1", "AB2", "RA", "RB"),
    "list": ("one", "two"),
    "setting": ("opd",),
    "spell": tuple(f"s{number:02d}" for number in range(8)),
    "of_table": ("spells",),
    "row": tuple(f"s{number:02d}" for number in range(8)),
    "question": ("asked",),
    "standard": ("best",),
    "criterion": ("quick", "good"),
    "category": ("primary", "looked after", "other"),
    "condition": ("a", "x", "b"),
    "calendar": ("holidays",),
    "specialised_service": ("AB1", "ZZ"),
    "not_priced": ("local",),
    "patient_category": ("acute", "mental health"),
    "reason": ("social", "health"),
    "pathway": ("1", "any"),
    "delay_reason": ("social",),
    "discharge_pathway": ("1",),
    "name": ("day off",),
    "indicator": ("first", "second"),
    "population": ("all", "frail"),
}
LIMITS: Mapping[str, tuple[Any, ...]] = {
    "factor": (Fraction(1), Fraction("1.061204"), Fraction("0.95")),
    "top_up": (Fraction(0), Fraction("0.15")),
    "age_years": (0, 5, 18, 19, 70),
    "census_day": (datetime.date(2025, 10, 2),),
    "length_of_stay_days": (0, 1, 2, 31, 40),
    "last_eligible": (datetime.date(2019, 10, 1), datetime.date(2019, 10, 2), datetime.date(2025, 10, 2)),
    "deprivation_decile": (1, 10),
    "share": (Fraction(1, 3),),
    "weight": (Fraction(1), Fraction(1, 7)),
    "attendances": (1, 2, 7),
    "contacts": (1, 3),
    "raised_on": (datetime.date(2025, 4, 1), datetime.date(2025, 10, 2), datetime.date(2025, 12, 1)),
    "decided_on": (datetime.date(2025, 10, 26), datetime.date(2025, 12, 30)),
    "measured_on": (datetime.date(2026, 3, 31), datetime.date(2025, 6, 30)),
    "numerator": (0, 1, 3),
    "denominator": (3, 7, 0),
    "people": (5_000, 5_555, 5_999, 6_000, 60_000),
    "quality_score": (Fraction(0), Fraction("0.9084"), Fraction(1)),
}
UNIQUE = {
    "answers": ("spell", "question"),
    "evidence": ("spell", "standard", "criterion"),
    "exemptions": ("spell",),
    "notices": ("spell",),
    "members": ("contract", "member"),
    "calendar_cover": ("calendar",),
    "challenges": ("of_table", "row"),
    "public_holidays": ("calendar", "day"),
    "indicators": ("indicator", "provider", "commissioner", "measured_on"),
    "people": ("person", "census_day", "category"),
    "conditions": ("person", "condition"),
    "benchmarks": ("provider", "commissioner", "population", "measured_on"),
}
