"""The contracts of the comparison, as a Tallystick case: each composes the rules, and has its own numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick_rules.rules._answers import NoAnswer
from tallystick_rules.rules._delays import DayCount
from tallystick_rules.rules._evidence import Criterion, Level
from tallystick_rules.rules.admitted_spell import AdmittedSpell, TopUpOn
from tallystick_rules.rules.best_practice_tariff import BestPracticeTariff, Moves
from tallystick_rules.rules.discharge_cost_transfer import DischargeCostTransfer, PaysNow
from tallystick_rules.rules.patient_experience import PatientExperience
from tallystick_rules.rules.pupil_premium import PupilPremium
from tallystick_rules.rules.simple_incentive import Counts, Direction, SimpleIncentive
from tests import support
from tests.bench import numbers as told

PRICES = "example"

_NO_ANSWER = dict(
    zip(told.WAITS[1:], (NoAnswer.RELEASE, NoAnswer.STAY_HELD, NoAnswer.LAPSE, NoAnswer.RELEASE), strict=True)
)
_TENTHS = 10
"""In a penny."""


def contract(row: Mapping[str, Any], settles: str) -> ContractCase:
    """One contract, from its row of ``numbers.numbers``."""
    return support.contract(
        row["contract"], *_rules(row), provider=row["of_provider"], commissioner=row["of_commissioner"],
        settles=settles,
    )  # fmt: skip


def _rules(row: Mapping[str, Any]) -> Iterator[RuleEntry]:
    yield support.use(
        AdmittedSpell, "price", prices=PRICES, market_forces_factor=PRICES, specialist_top_ups=PRICES,
        top_up_on=TopUpOn.PRICE_AND_LONG_STAY if row["on_long_stay"] else TopUpOn.PRICE,
        patient_classes=told.PAID_CLASSES, elective_methods=told.ELECTIVE,
        short_stay_from_age=row["short_stay_from_age"], short_stay_up_to=row["short_stay_up_to"],
    )  # fmt: skip
    if row["has_top_up"]:
        yield _best_practice(row)
    if row["waits"] != told.WAITS[0]:
        yield _experience(row)
    if row["charges"]:
        yield support.use(
            DischargeCostTransfer, "delay", legal_basis="agreement", count=DayCount.PLAIN, daily_rate=row["daily_rate"],
            grace_days=row["grace_days"], pays_now=PaysNow.COMMISSIONER,
            liable=[{"reason": reason, "pathway": pathway, "body": body} for reason, pathway, body in told.LIABLE],
        )  # fmt: skip
    if row["has_premium"]:
        yield _premium(row)
    if row["events"] != "none":
        yield _incentive(row)


def _best_practice(row: Mapping[str, Any]) -> RuleEntry:
    level = Level(
        name=told.STANDARD,
        criteria=(Criterion(name=told.SURGERY, within_hours=told.MOST_HOURS), Criterion(name=told.GERIATRICIAN)),
    )
    return support.use(
        BestPracticeTariff, "best", standard=told.STANDARD, levels=(level,), moves=Moves.ADDED,
        where={"hrg": told.HIP_FRACTURE}, top_up=row["top_up"], market_forces_factor=PRICES,
    )  # fmt: skip


def _experience(row: Mapping[str, Any]) -> RuleEntry:
    more = {} if row["lapses_after_days"] is None else {"lapses_after_days": row["lapses_after_days"]}
    no_answer = _NO_ANSWER[row["waits"]]
    if no_answer is NoAnswer.LAPSE:
        more["unanswered_to"] = row["of_commissioner"]
    return support.use(
        PatientExperience, "experience", on=("price", "best") if row["has_top_up"] else ("price",),
        share=Fraction(row["share_hundredths"], 100), question=told.QUESTION, no_answer=no_answer,
        unreleased_to=row["of_commissioner"], youngest_asked_years=row["youngest_asked"], **more,
    )  # fmt: skip


def _premium(row: Mapping[str, Any]) -> RuleEntry:
    listed = [
        {
            "category": category, "rate": Fraction(row[f"tenths_{at}"], _TENTHS), "payee": payee,
            "look_back_years": row[f"look_back_{at}"], "place": at + 1,
        }
        for at, (category, payee) in enumerate(told.CATEGORIES.items()) if row[f"tenths_{at}"] is not None
    ]  # fmt: skip
    return support.use(PupilPremium, "premium", payer=row["of_commissioner"], census_day=told.CENSUS, categories=listed)


def _incentive(row: Mapping[str, Any]) -> RuleEntry:
    each = row["events"] == "each"
    more = {} if each else {"baseline": row["baseline"]}
    return support.use(
        SimpleIncentive, "incentive", table="contacts", of="contacts", direction=Direction.EARNED, cap=row["cap"],
        where={"service": (told.SERVICE,)} if each else {"contact_type": (told.VISIT,)},
        counts=Counts.EACH if each else Counts.BELOW, each=Fraction(row["each_tenths"], _TENTHS), **more,
    )  # fmt: skip
