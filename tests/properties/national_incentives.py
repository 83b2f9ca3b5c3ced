"""What incentives are drawn with: an entry of each rule, with numbers and choices of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from tallystick.kernel.case import RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import AvoidableActivity, IncentiveTaper, SimpleIncentive
from tallystick_rules.rules._readmissions import Avoidable, Exclusion
from tallystick_rules.rules.simple_incentive import Counts, Direction
from tests.properties.expressions_drawn import Drawing
from tests.properties.rows_drawn import PRICES
from tests.support import use


def _simple(of: Drawing) -> RuleEntry:
    counts = of.pick(*Counts)
    return use(
        SimpleIncentive, "events", table="contacts", of=of.pick("contacts", None), counts=counts,
        each=of.pick(*PRICES[3:]), direction=of.pick(*Direction), floor=of.pick(None, 0, 100_001),
        cap=of.pick(None, 0, 1_001), baseline=None if counts is Counts.EACH else of.pick(0, 5),
    )  # fmt: skip


def _taper(of: Drawing) -> RuleEntry:
    on = of.pick((Label("events"),), (Label("core"), Label("events")))
    pays = of.pick(Fraction(0), Fraction(1, 3), Fraction(1))
    return use(IncentiveTaper, "taper", on=on, still_pays=pays, withdrawn_to=of.pick("QA", "RZZ"))


def _readmissions(of: Drawing) -> RuleEntry:
    """Mostly by any admission: of earlier stays most rows know too little, and one such row ends the whole world."""
    of_what = of.pick(*[Avoidable.ADMISSIONS] * 5, Avoidable.READMISSIONS, Avoidable.AFTER_ELECTIVE)
    ways = (
        {"share": of.pick(Fraction(1, 3), Fraction(1)), "on": (Label("price"),)},
        {"each": of.pick(*PRICES[3:]), "baseline": of.pick(0, 2), "both_ways": of.pick(True, False)},
    )
    young = Exclusion(reason="the young", younger_than=5, where={"hrg": ("XY9",)})
    return use(
        AvoidableActivity, "readmissions", of=of_what, paid_to=of.pick("QA", "RZZ"),
        within_days=None if of_what is Avoidable.ADMISSIONS else 30, where=of.pick({}, {"hrg": ("AB1", "XY9")}),
        exclusions=of.pick((), (Exclusion(reason="the listed", where={"hrg": ("AB1",)}),), (young,)),
        **of.pick(*ways),
    )  # fmt: skip


MADE: Mapping[type, Callable[[Drawing], RuleEntry]] = {
    SimpleIncentive: _simple,
    IncentiveTaper: _taper,
    AvoidableActivity: _readmissions,
}
"""How an entry of each rule is drawn."""
