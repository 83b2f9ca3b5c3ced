"""Block: a year's value in instalments, whatever is done for it."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Contract
from tallystick.kernel.flows import Figure, Flow, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount
from tallystick.kernel.language.words import instalment
from tallystick.kernel.parameters import Label, PriceList
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Value
from tallystick_rules.rules._covers import Covers, covered, covered_claim
from tallystick_rules.tables.factors import Factors
from tallystick_rules.tables.unit_prices import UnitPrices


@rule("block")
class Block(Rule):
    """A year's value, paid in instalments that sum exactly to the year, for activity that it covers at nil.

    What it pays
        The value of the contract's year, whatever the activity. The units that it covers are paid by nothing
        else; they may be valued at a price list, which is shown and never paid. A low-volume activity block is
        this rule with a value that is set nationally.

    Who pays whom
        The commissioner pays the provider.

    How it is worked out
        A twelfth of the year's value for each month, in whole pence, and one penny more in each of the earliest
        months until the year is given out. The year is the contract's own: one from 1 October has its first
        month in October. The value may be given by year; the last value stays. With a profile the months up to any
        one come to the year's value × their rates, rounded half up to the penny, and each month is what that adds. A
        contract of nine months takes the first nine rates.

    Example
        £100.00 a year is 10,000 pence: twelve months of 833 pence, and the first four months have one more.

        >>> year, rest = divmod(10_000, 12)
        >>> year, rest, (year + 1) * rest + year * (12 - rest)
        (833, 4, 10000)

    Source
        NHS Confederation, Reforming financial flows: lessons from systems (Oxfordshire, Bedfordshire);
        NHS Payment Scheme 2025/26, low volume activity.
    """

    value: Amount = parameter("The value of the contract's year, by year if it changes.", unit="a year")
    profile: Profile | None = parameter(
        "How the year is spread over its months: twelve rates that sum to 100%; twelfths if not said.", default=None
    )
    covers: tuple[Covers, ...] = parameter(
        "The activity that the value pays for; its units are covered, at nil.", default=()
    )
    covers_labels: tuple[Label, ...] = parameter(
        "The currencies, declared not to pay, whose units the value covers, at what they are worth.", default=()
    )
    valued_at: PriceList[UnitPrices] | None = parameter(
        "The price list at which covered units are valued, to be shown and not paid.", default=None
    )
    market_forces_factor: PriceList[Factors] | None = parameter(
        "The list of market forces factors by provider that the valuation takes in.", default=None
    )

    @hookimpl
    def payment_currency(self, activity: Activity, value: Value, contract: Contract) -> Iterator[Units | Flow | Figure]:
        """Pay the instalment, and claim what it covers."""
        yield Flow(
            contract.commissioner,
            contract.provider,
            instalment(self.value, self.profile),
            kind="fixed",
            reason="an instalment of the year's value",
        )
        for part in self.covers:
            yield from covered(activity, part, PAID_FOR, self.valued_at, self.market_forces_factor)
        for claim in value.claims(*self.covers_labels):
            yield covered_claim(claim, claim.where, PAID_FOR)


PAID_FOR = "paid for by the year's value"

__all__ = ["Block", "Covers"]
