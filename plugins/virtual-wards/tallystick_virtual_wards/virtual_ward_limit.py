"""Virtual ward limit: so much money a year, and what is earned above it is shown and not paid."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.language import (
    Amount,
    Contract,
    Figure,
    Flow,
    Label,
    Paid,
    Rule,
    hookimpl,
    parameter,
    previous,
    rule,
    so_far,
)  # fmt: skip


@rule("virtual-ward-limit")
class VirtualWardLimit(Rule):
    """A limit of money a year on what other rules pay; it may stand over several wards together.

    What it pays
        Nothing: it takes back what the rules named have paid above the limit of the contract's year.

    Who pays whom
        The provider gives back to the commissioner. In a period in which the limit is raised, what the higher limit
        allows of the year so far goes to the provider.

    How it is worked out
        Above the limit is what the year has earned to the period's end, less the limit, and not below zero. Each
        period gives back the part of that which earlier periods of the year have not given back. The limit is the one
        in force on the period's first day. The year is the contract's own, and a new year begins at nothing.

    Example
        A limit of £850,000, £840,000 earned by the end of February and £90,000 in March: of £930,000 in the year,
        £80,000 is above the limit and is given back.

        >>> max(84_000_000 + 9_000_000 - 85_000_000, 0) - max(84_000_000 - 85_000_000, 0)
        8000000

    Source
        Local agreement, schedule 3A (illustration).
    """

    on: tuple[Label, ...] = parameter("The rules whose payment is limited, together.")
    a_year: Amount = parameter("The most that they pay in a year of the contract.", at_least="£0", unit="a year")

    @hookimpl
    def incentive(self, paid: Paid, contract: Contract) -> Iterator[Flow | Figure]:
        """Give back what is above the limit and was not given back yet."""
        earned = paid.total(*self.on).named("earned in the period")
        before = so_far(earned).named("earned in the year's periods before")
        limit_before = previous(self.a_year).or_else(self.a_year)
        above = (before + earned - self.a_year).at_least(0).named("above the limit by now")
        above_before = (before - limit_before).at_least(0).named("above the limit before")
        unpaid = above - above_before
        yield Flow(
            contract.provider, contract.commissioner, unpaid, kind="adjustment",
            reason="earned above the year's limit, less what was given back before",
        )  # fmt: skip
        yield Figure("unpaid above the year's limit", unpaid, reason="earned, and not paid")
