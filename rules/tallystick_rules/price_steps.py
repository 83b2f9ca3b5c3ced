"""The steps by which one price list is derived from another: an uplift, a step towards a benchmark, a factor.

A step works on each price of the list by itself and stays exact; where a list rounds (to the pound, say), the step
that rounds says so in the list. A step is never a flow: it changes what a unit is worth before anything is paid.
"""

from __future__ import annotations

import enum
from collections.abc import Callable

from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Maybe, Price, Rate
from tallystick.kernel.rules import PriceStep, parameter, price_step


class Combined(enum.Enum):
    """How an uplift and an efficiency are put together."""

    MULTIPLIED = "multiplied"
    ADDED = "added"


@price_step("uplift")
class Uplift(PriceStep):
    """Raise a price by the year's cost uplift, less the year's efficiency.

    2025/26 prices were uplifted by 4.15%, revised to 4.83%: a price of £1,000 by £48.30. With 2% efficiency:

    >>> from fractions import Fraction
    >>> uplift, efficiency = Fraction("0.0483"), Fraction("0.02")
    >>> 100_000 * (1 + uplift) * (1 - efficiency)  # pence, multiplied: £1,027.334
    Fraction(513667, 5)
    >>> 100_000 * (1 + uplift - efficiency)  # added: £1,028.30
    Fraction(102830, 1)
    """

    uplift: Rate = parameter("The share by which costs are expected to rise.", at_least=-1, at_most=1)
    efficiency: Rate = parameter("The share that providers are expected to save.", default="0%", at_least=0, at_most=1)
    combined: Combined = parameter(
        "Whether the two are multiplied, (1 + uplift) × (1 − efficiency), or added, 1 + uplift − efficiency.",
        default=Combined.MULTIPLIED,
    )

    @hookimpl
    def price_step(self, price: Price, other: Callable[[str], Maybe[Price]]) -> Price:
        """Return the price after uplift and efficiency."""
        if self.combined is Combined.ADDED:
            factor = 1 + self.uplift - self.efficiency
        else:
            factor = (1 + self.uplift) * (1 - self.efficiency)
        raised: Price = price * factor
        return raised


@price_step("towards")
class Towards(PriceStep):
    """Move a price a part of the way to the same code's price in another list; without one there, it stays.

    A price of £900 goes a third of the way to £1,200: £1,000. The list is often a normative price: what care costs
    where it is provided efficiently, with the unavoidable cost that is agreed.

    >>> 90_000 + (120_000 - 90_000) // 3
    100000
    """

    towards: str = parameter("The price list whose prices are moved to.")
    step: Rate = parameter("The share of the distance that is gone in this step.", at_least=0, at_most=1)

    @hookimpl
    def price_step(self, price: Price, other: Callable[[str], Maybe[Price]]) -> Price:
        """Return the price after the step."""
        aim = other(self.towards).or_else(price)
        moved: Price = price + (aim - price) * self.step
        return moved


@price_step("times")
class Times(PriceStep):
    """Multiply a price by a factor, as when an uplift is revised: by 1.0483 ÷ 1.0415, written ``"10483/10415"``."""

    times: Rate = parameter("What every price is multiplied by.", at_least=0, at_most=10)

    @hookimpl
    def price_step(self, price: Price, other: Callable[[str], Maybe[Price]]) -> Price:
        """Return the price times the factor."""
        scaled: Price = price * self.times
        return scaled


STEPS: tuple[type[PriceStep], ...] = (Uplift, Towards, Times)
"""Every national price step."""
