"""Drawn entries of the rules that pay on the value of other currencies: aligned, blended and limited payment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from tallystick.kernel.case import RuleEntry
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Label
from tallystick_rules.rules.aligned_payment_and_incentive import AlignedPaymentAndIncentive, VariableElement
from tallystick_rules.rules.blended_payment import BlendedPayment
from tallystick_rules.rules.payment_limit import Bears, Held, PaymentLimit
from tallystick_rules.rules.unit_price import UnitPrice
from tests.properties.expressions_drawn import Drawing
from tests.support import use

PROFILES = (None, Profile(("1/12",) * 12), Profile(("1",) + ("0",) * 11))
HELD = "contacts held"
"""The label of the currency that does not pay, on whose value these rules do: contacts by their service."""


def _worth(of: Drawing) -> RuleEntry:
    factor = of.pick(None, "one")
    return use(
        UnitPrice, HELD, table="contacts", code="service", prices=of.pick("one", "two"), market_forces_factor=factor,
        pays=False,
    )  # fmt: skip


def _aligned(of: Drawing) -> RuleEntry:
    where = of.pick({}, {"service": ("AB1",)}, {"contact_type": ("AB1", "AB2")})
    more = of.pick((), ({"currency": Label(HELD), "where": {"service": ("AB2",)}},))
    return use(
        AlignedPaymentAndIncentive, "aligned", fixed=of.pick(0, 100_001, 1_000_001), profile=of.pick(*PROFILES),
        variable_scope=({"currency": Label(HELD), "where": where}, *more), variable_element=of.pick(*VariableElement),
        variable_share=of.pick(Fraction(1), Fraction(3, 4), Fraction(1, 3)), planned_variable=of.pick(0, 7, 100_001),
        plan_profile=of.pick(*PROFILES),
    )  # fmt: skip


def _blended(of: Drawing) -> RuleEntry:
    band = of.pick({}, {"band_above": Fraction(1, 20), "beyond_above": of.pick(Fraction(0), Fraction(1))})
    below = of.pick({}, {"band_below": Fraction(1, 7), "beyond_below": of.pick(Fraction(1, 2), Fraction(1))})
    return use(
        BlendedPayment, "blended", on=(Label(HELD),), plan=of.pick(0, 7, 100_001),
        plan_level=of.pick(Fraction(1), Fraction("1.04")), profile=of.pick(*PROFILES),
        share_above=of.pick(Fraction(1, 5), Fraction(3, 4)), share_below=of.pick(Fraction(0), Fraction(1, 5)), **band,
        **below,
    )  # fmt: skip


def _limit(of: Drawing) -> RuleEntry:
    held = of.pick(*Held)
    chosen = of.pick({}, {"choice": {"service": ("AB1",)}, "choice_borne_by": of.pick(*Bears)})
    return use(
        PaymentLimit, "limit", on=(Label(HELD),), limit=of.pick(0, 1_001, 100_001), held_to=held,
        profile=of.pick(*PROFILES) if held is Held.TO_DATE else None, **chosen,
    )  # fmt: skip


MADE: Mapping[type, Callable[[Drawing], RuleEntry]] = {
    AlignedPaymentAndIncentive: _aligned,
    BlendedPayment: _blended,
    PaymentLimit: _limit,
}
"""How an entry of each rule is drawn."""


def currency(of: Drawing) -> RuleEntry:
    """The currency that they pay on."""
    return _worth(of)
