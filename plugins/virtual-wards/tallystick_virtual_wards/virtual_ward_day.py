"""Virtual ward day: each day of a stay at its ward's price, up to a cap of days a stay."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.language import (
    Activity,
    Contract,
    Count,
    Excluded,
    Figure,
    Priced,
    PriceList,
    Rule,
    Units,
    days_between,
    hookimpl,
    parameter,
    rule,
    when,
)  # fmt: skip
from tallystick_virtual_wards.prices import VirtualWardPrices

UNIT = "virtual ward day"
"""The payable unit, as the table of stays names it."""


@rule("virtual-ward-day")
class VirtualWardDay(Rule):
    """Hospital-level care at home, paid by the day.

    What it pays
        Each day of a stay, at the price of its ward on the stay's last day, up to a cap of days a stay. Days over the
        cap are excluded, and so are days that the stay's own dates do not hold. A ward that the list marks as not
        priced is shown in days only.

    Who pays whom
        The commissioner pays the provider.

    How it is worked out
        The days from first to last, both counted, are days from start to end + 1. Days paid for are the days stated,
        but no more than these and no more than the cap. Days paid for × price is exact and is rounded once, half up,
        to the penny. A ward that the price list does not name is a fault of the input and is not paid at nothing.

    Example
        Seventeen days at £118.50, fourteen at most: fourteen are paid for, and three are excluded.

        >>> min(17, 14) * 11_850, 17 - min(17, 14)
        (165900, 3)

    Source
        Local agreement, schedule 3A (illustration).
    """

    prices: PriceList[VirtualWardPrices] = parameter("The price list, keyed by the ward.")
    at_most_days: Count = parameter("How many days of one stay are paid for, at most.", at_least=1, unit="days a stay")

    @hookimpl
    def payment_currency(self, activity: Activity, contract: Contract) -> Iterator[Units | Figure]:
        """Claim every day of every stay: priced up to the cap, and excluded beyond it."""
        stays = activity.virtual_ward_stays
        dated = (days_between(stays.started, stays.ended) + 1).at_least(0).named("days from the first to the last")
        within = stays.days.at_most(dated)
        capped = within.at_most(self.at_most_days).named("days within the cap")
        price = self.prices.find("price", on=stays.ended, code=stays.ward).named("price of a day")
        yield Priced(
            stays, unit=UNIT, where=capped > 0, units=capped, amount=price.map(lambda each: each * capped),
            named=self.prices.names(on=stays.ended, code=stays.ward).named("the price list names the ward"),
            reason="days on a virtual ward",
        )  # fmt: skip
        over, undated = within - capped, stays.days - within
        yield Excluded(stays, unit=UNIT, where=over > 0, units=over, reason="days over the cap of a stay")
        yield Excluded(stays, unit=UNIT, where=undated > 0, units=undated, reason="days outside the stay's own dates")
        yield Figure("days over the cap of a stay", over, reason="excluded")
        yield Figure("days outside the stay's own dates", undated, reason="excluded, to be asked about")
        after_hospital = when(stays.step_down.is_yes() & price.is_given(), capped)
        yield Figure("days paid for after a hospital bed", after_hospital, reason="stays that step down")
