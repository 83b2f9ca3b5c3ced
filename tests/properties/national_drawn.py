"""What the national rules are drawn with: an entry of each, with numbers and choices of its own.

To add a rule: one function and one line in ``MADE``, here or in a module of its own that ``national.py`` adds.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from tallystick.kernel.case import RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import Recipe
from tallystick_rules.rules._answers import FewAnswers, NoAnswer
from tallystick_rules.rules._delays import DayCount
from tallystick_rules.rules._evidence import Criterion, Level
from tallystick_rules.rules._outcomes import Indicator, Outcome, Without
from tallystick_rules.rules._outcomes import Level as Achieved
from tallystick_rules.rules._savings import Quality
from tallystick_rules.rules._variance import Beyond
from tallystick_rules.rules.admitted_spell import AdmittedSpell, TopUpOn
from tallystick_rules.rules.best_practice_tariff import BestPracticeTariff, Moves
from tallystick_rules.rules.block import Block, Covers
from tallystick_rules.rules.challenges import Challenges
from tallystick_rules.rules.discharge_cost_transfer import DischargeCostTransfer, PaysNow
from tallystick_rules.rules.gain_loss_share import GainLossShare
from tallystick_rules.rules.outcomes_payment import OutcomesPayment
from tallystick_rules.rules.patient_experience import PatientExperience
from tallystick_rules.rules.pupil_premium import PupilPremium
from tallystick_rules.rules.pupil_premium_fund import PupilPremiumFund
from tallystick_rules.rules.shared_savings import SharedSavings
from tallystick_rules.rules.subcontract import Subcontract
from tallystick_rules.rules.unit_price import UnitPrice
from tests.properties.expressions_drawn import Drawing
from tests.properties.recipes_drawn import drawn_recipe
from tests.properties.rows_drawn import AMOUNTS, COUNTS, DAYS, PRICES
from tests.support import use


def lists(of: Drawing) -> str:
    """The name of a drawn price list."""
    return of.pick("one", "two")  # type: ignore[no-any-return]


def _admitted(of: Drawing) -> RuleEntry:
    top_ups = of.pick({}, {"specialist_top_ups": lists(of), "top_up_on": of.pick(*TopUpOn)})
    return use(AdmittedSpell, "price", prices=lists(of), market_forces_factor=of.pick(None, lists(of)), **top_ups)


def _units(of: Drawing) -> RuleEntry:
    return use(
        UnitPrice,
        "visits",
        table="attendances",
        prices=lists(of),
        market_forces_factor=of.pick(None, lists(of)),
        pays=of.pick(True, False),
    )


def _block(of: Drawing) -> RuleEntry:
    covers = of.pick((), (Covers(table="contacts", code="service"),), (Covers(table="spells"),))
    valued = {"valued_at": lists(of)} if covers and of.pick(True, False) and covers[0].table == "contacts" else {}
    return use(Block, "core", value=of.pick(*AMOUNTS), covers=covers, **valued)


def _best(of: Drawing) -> RuleEntry:
    moves = of.pick(*Moves)
    worth = of.pick({"top_up": of.pick(*PRICES[:2], Fraction(12345))}, {"prices": lists(of), "code": "hrg"})
    gateway = of.pick(None, Fraction(1, 2), Fraction(3, 5))
    expected = of.pick(Fraction(1, 3), Fraction(3, 5)) if moves in (Moves.TRUE_UP, Moves.NEXT_ROUND) else None
    levels = (
        Level(name="quick", criteria=(Criterion(name="quick"),)),
        Level(name="good", criteria=(Criterion(name="quick"), Criterion(name="good"))),
    )
    return use(
        BestPracticeTariff,
        "best",
        standard="best",
        levels=of.pick(levels, levels[:1]),
        moves=moves,
        gateway=gateway,
        expected=expected,
        **worth,
    )


def _experience(of: Drawing) -> RuleEntry:
    given: dict[str, Any] = of.pick(
        {},
        {"no_answer": NoAnswer.FOLLOW},
        {"no_answer": NoAnswer.STAY_HELD},
        {"no_answer": NoAnswer.LAPSE, "lapses_on": of.pick(*DAYS), "unanswered_to": "QA"},
        {"no_answer": NoAnswer.LAPSE, "lapses_after_days": of.pick(*COUNTS), "unanswered_to": "QA"},
    )
    if of.pick(True, False):
        given |= {"smallest": of.pick(1, 3), "below_smallest": of.pick(*FewAnswers)}
    if of.pick(True, False):
        given |= {"exempt_at_most": of.pick(Fraction(0), Fraction(1, 3))}
    return use(
        PatientExperience,
        "answer",
        on=(Label("price"),),
        share=of.pick(Fraction(1, 20), Fraction(1, 3), Fraction(1)),
        question="asked",
        unreleased_to=of.pick("QA", "RZZ"),
        **given,
    )


def _challenge(of: Drawing) -> RuleEntry:
    return use(
        Challenges,
        "contested",
        on=(Label("price"),),
        raise_within_days=of.pick(0, 20, 400),
        decide_within_days=of.pick(0, 20, 400),
        undecided_to=of.pick("QA", "RA", "RZZ"),
    )


def _outcomes(of: Drawing) -> RuleEntry:
    levels = tuple(
        Achieved(name=name, at_least=Fraction(at), pays=Fraction(pays))
        for name, at, pays in (("good", "1/7", "1/3"), ("excellent", "1", "1"))
    )
    weight = of.pick(Fraction(1, 3), Fraction(0), Fraction(1, 8))
    indicators = (
        Indicator(name="first", weight=weight, levels=levels),
        Indicator(
            name="second",
            weight=1 - weight,
            levels=levels[: of.pick(1, 2)],
            baseline=of.pick(None, Fraction(1, 3)),
            against_last_year=of.pick(False, True),
        ),
    )
    small = of.pick({}, {"smallest": 4, "too_small": of.pick(*Without)})
    return use(
        OutcomesPayment,
        "outcomes",
        value=of.pick(*(one for one in AMOUNTS if one >= 0), 100_001),
        at_risk=of.pick(Fraction(1), Fraction(1, 3)),
        outcomes=(Outcome(name="outcome", weight=Fraction(1), indicators=indicators),),
        not_measured=of.pick(*Without),
        rest_to=of.pick(None, "RZZ"),
        **small,
    )


def _gain_and_loss(of: Drawing) -> RuleEntry:
    in_units = {
        "benchmark_units": of.pick(3, 40), "each": of.pick(*PRICES[3:]), "table": "contacts", "of": "contacts"
    }  # fmt: skip
    in_money = {"benchmark": of.pick(0, 100_001), "on": (Label("price"),)}
    parties = [
        {"who": who, "share": share, "most_loss": of.pick(0, 7, 1_000_001)}
        for who, share in (("RA", Fraction(2, 3)), ("RZZ", Fraction(1, 3)))
    ]
    return use(
        GainLossShare, "gain and loss", element=of.pick(0, 100_001), parties=parties, share_of_gain=Fraction(1, 3),
        share_of_loss=of.pick(Fraction(0), Fraction(1)), most_gain=of.pick(0, 101, 10_000_001), most_loss=10_000_001,
        **of.pick(in_units, in_money),
        **of.pick({}, {"band": of.pick(Fraction(0), Fraction(1, 3), Fraction(1)), "beyond_band": of.pick(*Beyond)}),
    )  # fmt: skip


def _subcontract(of: Drawing) -> RuleEntry:
    share = of.pick(Fraction(1, 3), Fraction(0), Fraction(1, 8))
    members = [{"who": who, "share": part} for who, part in (("RA", share), ("RZZ", share), ("RYY", 1 - 2 * share))]
    return use(Subcontract, "passed on", on=(Label("core"), Label("price")), members=members)


def _delay(of: Drawing) -> RuleEntry:
    liable = [{"reason": "social", "pathway": "any", "body": "LA1"}, {"reason": "health", "pathway": "1", "body": "QA"}]
    other = [{"body": "LA1", "rate": Fraction(12345)}]
    return use(
        DischargeCostTransfer,
        "delay",
        legal_basis="drawn",
        count=of.pick(*DayCount),
        calendar="holidays",
        daily_rate=of.pick(*PRICES[3:], Fraction(0)),
        liable=liable,
        other_rates=of.pick(None, other),
        pays_now=of.pick(*PaysNow),
        grace_days=of.pick(0, 1),
        trim_prices=of.pick(None, lists(of)),
    )


def _premium(of: Drawing) -> RuleEntry:
    categories = [
        {
            "category": name,
            "rate": of.pick(*PRICES[3:]),
            "payee": "RA",
            "look_back_years": of.pick(0, 6),
            "place": place,
        }
        for place, name in enumerate(("primary", "looked after"), start=1)
    ]
    return use(PupilPremium, "premium", payer="QA", census_day=datetime.date(2025, 10, 2), categories=categories)


def fund_shared(of: Drawing) -> RuleEntry:
    """The fund's rule, which is the scheme's and so the same for every contract of a world."""
    categories = [
        {
            "category": name,
            "weight": of.pick(Fraction(0), Fraction(1), Fraction(3, 2)),
            "look_back_years": 6,
            "place": place,
        }
        for place, name in enumerate(("primary", "looked after"), start=1)
    ]
    return use(
        PupilPremiumFund,
        "pool",
        scheme=True,
        fund="scheme/premium",
        amount=of.pick(0, 100_000, 100_001),
        census_day=datetime.date(2025, 10, 2),
        categories=categories,
    )


def _recipe(of: Drawing) -> RuleEntry:
    return drawn_recipe(of.pick, "recipe", ("core", "price"))


def _savings(of: Drawing) -> RuleEntry:
    """Mostly without quality and people, which many rows do not give: a row without them ends the whole world."""
    bands = [
        {"people_from": 5_000, "people_to": 5_999, "rate_from": Fraction("0.039"), "rate_to": Fraction("0.036")},
        {"people_from": 6_000, "rate_from": Fraction(1, 50)},
    ]
    asked = of.pick(*[{"quality": Quality.IGNORED}] * 6, {"quality": Quality.SCORE}, {"quality": Quality.STANDARD})
    return use(
        SharedSavings,
        "savings",
        share=of.pick(Fraction(1, 2), Fraction(1, 3), Fraction(1)),
        payer_shares=of.pick(None, [{"payer": "QA", "share": Fraction(1, 7)}]),
        minimum_savings_rate=of.pick(Fraction(0), Fraction(1, 50)),
        minimum_loss_rate=of.pick(None, Fraction(0), Fraction(1, 50)),
        bands=of.pick(None, bands),
        share_below_minimum=of.pick(Fraction(0), Fraction(1, 2)),
        sequestration=of.pick(Fraction(0), Fraction(1, 50)),
        cap=of.pick(None, Fraction(1, 10)),
        loss_share_least=of.pick(Fraction(0), Fraction(2, 5)),
        loss_share_most=Fraction(3, 4),
        loss_limit=of.pick(None, Fraction(1, 20)),
        start_up=of.pick(None, 100_000),
        **asked,
    )


MADE: Mapping[type, Callable[[Drawing], RuleEntry]] = {
    AdmittedSpell: _admitted,
    UnitPrice: _units,
    Block: _block,
    BestPracticeTariff: _best,
    PatientExperience: _experience,
    Challenges: _challenge,
    OutcomesPayment: _outcomes,
    GainLossShare: _gain_and_loss,
    Subcontract: _subcontract,
    DischargeCostTransfer: _delay,
    PupilPremium: _premium,
    Recipe: _recipe,
    SharedSavings: _savings,
}
"""How an entry of each rule is drawn."""
