"""Blended payment: a plan that is paid, and a share of what activity is worth above it or below."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Rate
from tallystick.kernel.language.words import each_contract, rest
from tallystick.kernel.parameters import Label
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Value
from tallystick_rules.rules._covers import claimed, covered_claim
from tallystick_rules.rules._to_date import ToDate, plan, to_date


@rule("blended-payment")
class BlendedPayment(Rule):
    """A plan that is paid whatever happens, and a share of what activity is worth above the plan or below it.

    What it pays
        The plan, in instalments; on top of it a share of what activity is worth above the plan; and less a share of
        what it is worth below. The units are covered: nothing else pays for them.

    Who pays whom
        The commissioner pays the provider the plan, and the share above it. The provider pays back the share below.

    How it is worked out
        1. The plan of the contract's year is `plan` × `plan_level`, rounded half up, which brings it to the prices at
           which activity is valued, and to the growth that it allows for. To date it is what its instalments come to.
        2. The value is what the units of the currencies under `on` are worth, to date. These are declared not to pay.
        3. value − plan, above zero, × `share_above`; plan − value, above zero, × `share_below`; each rounded half up.
        4. With a band, in parts of the plan to date, that holds up to the band's edge. What lies beyond breaks the
           glass: it moves by another share, and is shown, because the parties have to speak about the plan.

        A period pays what is due to date less what was due before, so the months and the year come to the same.

    Example
        A plan of 100 and a share of 20%: activity of 110 pays 102, and activity of 95 pays 99.

        >>> 100 + (110 - 100) * 20 // 100, 100 - (100 - 95) * 20 // 100
        (102, 99)

        Elective recovery: 104% of 100, and 75% around it. Activity of 108 pays 107, and of 100 pays 101.

        >>> 104 + (108 - 104) * 75 // 100, 104 - (104 - 100) * 75 // 100
        (107, 101)

    Source
        National Tariff 2019/20, blended payment for emergency care: 20%; elective recovery 2022/23: 75% around 104% of
        the value of 2019/20. Bands are the parties' own.
    """

    on: tuple[Label, ...] = parameter("The currencies, declared not to pay, whose units are planned.")
    plan: Amount = parameter("What they are planned, or were, to be worth in a year.", at_least=0, unit="a year")
    plan_level: Rate = parameter(
        "What that is multiplied by, for growth and to bring it to the prices of the activity; 100% if it is there.",
        at_least=0,
    )
    profile: Profile | None = parameter(
        "How the plan is spread over the months: twelve rates that sum to 100%; twelfths if not said.", default=None
    )
    share_above: Rate = parameter("What part is paid of the value above the plan.", at_least=0, at_most=1)
    share_below: Rate = parameter("What part goes back of the value that is missing.", at_least=0, at_most=1)
    band_above: Rate | None = parameter(
        "How far above the plan that holds, as a part of it; without end if not said.", default=None, at_least=0
    )
    band_below: Rate | None = parameter(
        "How far below the plan that holds, as a part of it; without end if not said.",
        default=None, at_least=0, at_most=1,
    )  # fmt: skip
    beyond_above: Rate | None = parameter(
        "What part is paid of the value beyond the band above.", default=None, at_least=0, at_most=1
    )
    beyond_below: Rate | None = parameter(
        "What part goes back of the value beyond the band below.", default=None, at_least=0, at_most=1
    )

    @hookimpl
    def payment_currency(self, value: Value, contract: Contract) -> Iterator[Units | Flow | Figure]:
        """Pay the plan's instalment, and move by what activity to date is worth beside the plan to date."""
        self._check()
        claims = claimed(value, self.on, "on")
        level = (self.plan * self.plan_level).named("plan of the year")
        planned = plan(level, self.profile, "plan")
        worth = to_date(value.total(*self.on), "value")
        buyer, provider = contract.commissioner, contract.provider
        yield Flow(buyer, provider, planned.part, kind="fixed", reason="the plan, an instalment")
        above = worth.with_each(lambda actual, expected: (actual - expected).at_least(0), planned).called("above plan")
        below = worth.with_each(lambda actual, expected: (expected - actual).at_least(0), planned).called("below plan")
        up, far_up = _within("above", above, planned, self.share_above, self.band_above, self.beyond_above)
        down, far_down = _within("below", below, planned, self.share_below, self.band_below, self.beyond_below)
        yield Flow(buyer, provider, up.part, kind="adjustment", reason=ABOVE)
        yield Flow(provider, buyer, down.part, kind="adjustment", reason=BELOW)
        yield Figure("value above the plan", worth.part - planned.part, reason="below zero if less was done")
        if far_up is not None:
            yield Figure("value beyond the band above the plan", far_up.part, reason=GLASS)
        if far_down is not None:
            yield Figure("value beyond the band below the plan", far_down.part, reason=GLASS)
        for claim in claims:
            yield covered_claim(claim, claim.where, "paid for by the blended payment")

    def _check(self) -> None:
        for name in ("above", "below"):
            band, beyond = getattr(self, f"band_{name}"), getattr(self, f"beyond_{name}")
            if (band is None) != (beyond is None):
                says = f"band_{name} and beyond_{name} are said together: where a band ends, something else holds"
                about = f"band_{name}" if beyond is None else f"beyond_{name}"
                raise RuleError(says, about=about, write="both, or neither for a share without an end")


ABOVE = "a share of the value above the plan to date, less what was due before"
BELOW = "a share of the value that is missing below the plan to date, less what went back before"
GLASS = "the glass is broken: the plan is to be spoken about"


def _within(
    side: str, moved: ToDate, planned: ToDate, share: Rate, band: Rate | None, beyond: Rate | None
) -> tuple[ToDate, ToDate | None]:
    """What is due of a value beside the plan, and how much of that value lies beyond the band."""
    near = each_contract(share)
    if band is None or beyond is None:
        return moved.with_each(lambda amount: (amount.as_line() * near).as_line()), None
    edge, far = each_contract(band), each_contract(beyond)
    inside = moved.with_each(
        lambda amount, expected: amount.at_most((expected.as_line() * edge).as_line()), planned
    ).called(f"within the band {side} the plan")
    outside = moved.with_each(rest, inside).called(f"beyond the band {side} the plan")
    due = inside.with_each(
        lambda one, other: (one.as_line() * near).as_line() + (other.as_line() * far).as_line(), outside
    )
    return due, outside
