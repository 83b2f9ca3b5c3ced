"""What incentives are drawn with: an entry of each rule, with numbers and choices of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from tallystick.kernel.case import RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import AvoidableActivity, IncentiveTaper, PrepaidIncentive, SimpleIncentive, ValueExchange
from tallystick_rules.rules._prepaid import Advance, NotMeasured
from tallystick_rules.rules._readmissions import Avoidable, Exclusion
from tallystick_rules.rules.simple_incentive import Counts, Direction
from tallystick_rules.rules.value_exchange import NoScore
from tests.properties.expressions_drawn import Drawing
from tests.properties.rows_drawn import PRICES
from tests.support import use


def _simple(of: Drawing) -> RuleEntry:
    counts = of.pick(*Counts)
    limits = of.pick({}, {"floor": 0, "cap": 0}, {"floor": 7, "cap": 1_001}, {"floor": 100_001}, {"cap": 1_001})
    return use(
        SimpleIncentive, "events", table="contacts", of=of.pick("contacts", None), counts=counts,
        each=of.pick(*PRICES[3:]), direction=of.pick(*Direction),
        baseline=None if counts is Counts.EACH else of.pick(0, 5), **limits,
    )  # fmt: skip


def _taper(of: Drawing) -> RuleEntry:
    on = of.pick((Label("events"),), (Label("core"), Label("events")))
    pays = of.pick(Fraction(0), Fraction(1, 3), Fraction(1))
    return use(IncentiveTaper, "taper", on=on, still_pays=pays, withdrawn_to=of.pick("QA", "RZZ"))


def _readmissions(of: Drawing) -> RuleEntry:
    """Mostly by any admission: of earlier stays most rows know too little, and one such row ends the whole world."""
    of_what = of.pick(*[Avoidable.ADMISSIONS] * 5, Avoidable.READMISSIONS, Avoidable.AFTER_ELECTIVE)
    sides = of.pick({"both_ways": True}, {"only_below": True}, {})
    ways = (
        {"share": of.pick(Fraction(1, 3), Fraction(1)), "on": (Label("price"),)},
        {"each": of.pick(*PRICES[3:]), "baseline": of.pick(0, 2), **sides},
    )
    young = Exclusion(reason="the young", younger_than=5, where={"hrg": ("XY9",)})
    return use(
        AvoidableActivity, "readmissions", of=of_what, paid_to=of.pick("QA", "RZZ"),
        within_days=None if of_what is Avoidable.ADMISSIONS else 30, where=of.pick({}, {"hrg": ("AB1", "XY9")}),
        exclusions=of.pick((), (Exclusion(reason="the listed", where={"hrg": ("AB1",)}),), (young,)),
        **of.pick(*ways),
    )  # fmt: skip


def _prepaid(of: Drawing) -> RuleEntry:
    indicators = tuple(
        {
            "name": name, "earns_from": of.pick(Fraction(0), Fraction(1, 3), Fraction(1)),
            "earns_all_at": of.pick(Fraction(0), Fraction(3, 5), Fraction(1)), "applies": of.pick(True, True, False),
        }
        for name in ("first", "second")
    )  # fmt: skip
    pool = {"share": of.pick(Fraction(1, 80), Fraction(1)), "on": (Label("core"),)}
    return use(
        PrepaidIncentive, "prepaid", advance=of.pick(*Advance), indicators=indicators,
        not_measured=of.pick(*NotMeasured), transacted=of.pick(True, True, False), year_months=of.pick(12, 3),
        **of.pick(pool, {"value": of.pick(0, 100_001)}),
    )  # fmt: skip


def exchange_shared(of: Drawing) -> RuleEntry:
    """The exchange, which is the scheme's and so the same for every contract of a world."""
    return use(
        ValueExchange, "exchange", scheme=True, fund="scheme/value", withhold=of.pick(Fraction(1, 50), Fraction(1, 3)),
        base=of.pick(0, 7, 10_000_001), indicator="first", no_score=of.pick(*NoScore), year_months=of.pick(12, 3),
    )  # fmt: skip


MADE: Mapping[type, Callable[[Drawing], RuleEntry]] = {
    SimpleIncentive: _simple,
    IncentiveTaper: _taper,
    AvoidableActivity: _readmissions,
    PrepaidIncentive: _prepaid,
}
"""How an entry of each rule is drawn."""
