"""National worlds: the national rules with numbers, price lists and activity that Hypothesis draws for them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from tallystick.kernel.case import Case, PriceRows, RuleEntry
from tallystick.kernel.facts import Facts, Row
from tallystick.kernel.parameters import Label
from tallystick.kernel.tables import Column
from tallystick_rules.rules import RULES, Recipe
from tallystick_rules.rules._answers import FewAnswers, NoAnswer
from tallystick_rules.rules._delays import DayCount
from tallystick_rules.rules._evidence import Criterion, Level
from tallystick_rules.rules._outcomes import Indicator, Outcome, Without
from tallystick_rules.rules._outcomes import Level as Achieved
from tallystick_rules.rules._savings import Quality
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
from tallystick_rules.tables import TABLES
from tests.properties.chance import Chance, drawn
from tests.properties.expressions_drawn import Drawing
from tests.properties.national_values import LIMITS, TEXTS, UNIQUE
from tests.properties.recipes_drawn import drawn_recipe
from tests.properties.rows_drawn import AMOUNTS, COUNTS, DAYS, MOMENTS, POOLS, PRICES, in_turn, one_of_each
from tests.support import case, contract, framed, fund, use

SPECS = {one.table.name: one.table for one in TABLES}
ROW_RULES = RULES


@frozen(kw_only=True, slots=False)
class National:
    """National rules in contracts, with price lists and activity."""

    held: Sequence[tuple[str, str, str, str, Sequence[RuleEntry]]]
    prices: Sequence[PriceRows]
    rows: Mapping[str, Sequence[Row]]
    wide: bool = False

    def case(self) -> Case:
        """The case."""
        contracts = [
            contract(name, *entries, provider=provider, commissioner=commissioner, settles=settles)
            for name, provider, commissioner, settles, entries in self.held
        ]
        return case(
            *contracts,
            tables=TABLES,
            prices=self.prices,
            funds=(fund("premium", 10_000_000),),
            as_at=datetime.date(2025, 11, 30),
        )

    def facts(self) -> dict[str, Facts]:
        """The rows as the pay path takes them."""
        return {name: framed(SPECS[name], rows) for name, rows in self.rows.items()}


def _value(of: Chance, column: Column) -> Any:
    pool = column.allowed or TEXTS.get(column.name) or LIMITS.get(column.name) or POOLS[column.kind]
    open_ended = column.name in ("from_day", "to_day")
    if column.optional and of.pick(True, open_ended, open_ended, False):
        return None
    return of.pick(*(one for one in pool if column.at_least is None or one >= column.at_least))


def _rows(of: Chance, name: str, most: int) -> list[Row]:
    spec = SPECS[name]
    rows = [{n: _value(of, c) for n, c in spec.columns.items()} for _ in range(of.pick(*range(most + 1)))]
    if spec.key:
        rows = [{**row, spec.key: f"{spec.name[0]}{number:02d}"} for number, row in enumerate(rows)]
    if name == "challenges" and of.pick(True, True, False):  # mostly whole: a half-made decision settles nothing at all
        rows = [{**row, "decided_on": row["decision"] and row["decided_on"]} for row in rows]
        rows = [{**row, "decision": row["decided_on"] and row["decision"]} for row in rows]
    return one_of_each(rows, *UNIQUE[name]) if name in UNIQUE else rows


def national_worlds(rule: type | None = None) -> st.SearchStrategy[National]:
    """Worlds of the national rules; with ``rule`` every contract holds that one."""
    return drawn(Drawing, lambda of: _world(of, rule))


def _world(of: Drawing, rule: type | None) -> National:
    pool, held = _pool(of), []
    alike = _entries(of, pool)
    for name in ("A", "B", "C")[: of.pick(1, 2, 3)]:
        entries = alike if of.pick(True, False) else _entries(of, pool)
        taken = [one for one in entries if one.cls is rule or of.pick(True, False)] or entries[:1]
        needed = {label for one in taken for label in _refers(one)}
        taken += [one for one in entries if one.label in needed and one not in taken]
        held.append((name, of.pick("RA", "RB"), of.pick("QA", "QB"), "quarter", tuple(taken)))
    rows = {
        name: _rows(of, name, 14 if spec.date or name == "challenges" else 8)
        for name, spec in SPECS.items()
        if not spec.prices
    }
    lists = [(name, listed) for name, spec in SPECS.items() if spec.prices for listed in TEXTS["list"]]
    prices = [PriceRows(name=of_list, table=name, rows=in_turn(_rows(of, name, 12), "code")) for name, of_list in lists]
    return National(held=held, prices=prices, rows=rows)


def _refers(entry: RuleEntry) -> Sequence[str]:
    return [*(entry.shape.get("on") or ()), *entry.shape.get("covers_labels", ())]


def _entries(of: Drawing, pool: RuleEntry) -> list[RuleEntry]:
    """Each national rule once, with numbers and choices of its own; what belongs to the scheme is the same for all."""
    return [*(made(of) for made in _MADE.values()), pool]


def _lists(of: Drawing) -> str:
    return of.pick("one", "two")  # type: ignore[no-any-return]


def _admitted(of: Drawing) -> RuleEntry:
    top_ups = of.pick({}, {"specialist_top_ups": _lists(of), "top_up_on": of.pick(*TopUpOn)})
    return use(AdmittedSpell, "price", prices=_lists(of), market_forces_factor=of.pick(None, _lists(of)), **top_ups)


def _units(of: Drawing) -> RuleEntry:
    return use(
        UnitPrice,
        "visits",
        table="attendances",
        prices=_lists(of),
        market_forces_factor=of.pick(None, _lists(of)),
        pays=of.pick(True, False),
    )


def _block(of: Drawing) -> RuleEntry:
    covers = of.pick((), (Covers(table="contacts", code="service"),), (Covers(table="spells"),))
    valued = {"valued_at": _lists(of)} if covers and of.pick(True, False) and covers[0].table == "contacts" else {}
    return use(Block, "core", value=of.pick(*AMOUNTS), covers=covers, **valued)


def _best(of: Drawing) -> RuleEntry:
    moves = of.pick(*Moves)
    worth = of.pick({"top_up": of.pick(*PRICES[:2], Fraction(12345))}, {"prices": _lists(of), "code": "hrg"})
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
        Indicator(name="second", weight=1 - weight, levels=levels[: of.pick(1, 2)]),
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
        trim_prices=of.pick(None, _lists(of)),
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


def _pool(of: Drawing) -> RuleEntry:
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


_MADE: Mapping[type, Callable[[Drawing], RuleEntry]] = {
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

__all__ = ["MOMENTS", "ROW_RULES", "National", "national_worlds"]
