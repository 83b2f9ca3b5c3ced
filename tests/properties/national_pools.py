"""Pools and marginal rates as they are drawn: beside a currency that is always worth something and never pays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from tallystick.kernel.case import RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import MarginalRate, PooledBudget, UnitPrice
from tallystick_rules.rules._pool import AtEnd, NotPooled
from tests.properties.expressions_drawn import Drawing
from tests.properties.recipes_drawn import PROFILES
from tests.support import use

WORTH = Label("worth")
SUMS = (0, 1, 100_001, 10_000_007)


class Worth(UnitPrice):
    """Stands in the list of what is drawn for a unit price that never pays."""


def _worth(of: Drawing) -> RuleEntry:
    return use(UnitPrice, WORTH, table="attendances", prices=of.pick("one", "two"), pays=False)


def _marginal(of: Drawing) -> RuleEntry:
    return use(
        MarginalRate,
        "threshold",
        on=(WORTH,),
        baseline=of.pick(*SUMS),
        rate=of.pick(Fraction(0), Fraction(3, 10), Fraction(1, 3), Fraction(1)),
        ring_fence=of.pick("A/ring-fence", "QA", "RZZ"),
        profile=of.pick(*PROFILES),
    )


def _pooled(of: Drawing) -> RuleEntry:
    shares = of.pick(
        (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)), (Fraction(3, 5), Fraction(0), Fraction(2, 5)),
        (Fraction(1), Fraction(0), Fraction(0)),
    )  # fmt: skip
    partners = []
    for place, who in enumerate(("QA", "LA1", "LA2")):
        at_end = of.pick(*AtEnd)
        kept = {"carried_in": f"A/part of {who}"} if at_end is AtEnd.CARRY else {}
        partners.append({
            "name": who, "who": who, "contribution": of.pick(*SUMS), "at_end": at_end, **kept,
            "share_of_overspend": shares[place], "share_of_underspend": shares[2 - place],
        })  # fmt: skip
    by_activity = {"service": "visits", "who": of.pick("RA", "RZZ"), "on": WORTH}
    fixed = {"service": "beds", "who": of.pick("RB", "LA1"), "amount": of.pick(*SUMS)}
    aligned = [{"service": "ambulance", "owner": "QA", "who": "RZZ", "budget": of.pick(*SUMS)}]
    outside = NotPooled(service="surgery", reason="drawn", table="attendances", where={"hrg": ("never",)})
    return use(
        PooledBudget,
        "pool of partners",
        pool="A/pool of partners",
        partners=partners,
        services=of.pick([fixed], [by_activity], [fixed, by_activity]),
        not_pooled=of.pick((), (outside,)),
        aligned=of.pick(None, aligned),
        host="LA1",
        profile=of.pick(*PROFILES),
        additional=True,
    )


MADE: Mapping[type, Callable[[Drawing], RuleEntry]] = {Worth: _worth, MarginalRate: _marginal, PooledBudget: _pooled}
"""How an entry of each rule is drawn."""
