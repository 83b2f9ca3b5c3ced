"""Profiles: how a year's amount is spread over the twelve months of a contract's year."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from attrs import field, frozen

from tallystick.kernel import money
from tallystick.kernel.errors import RuleError

MONTHS = 12


def _rates(given: Iterable[Fraction | int | str]) -> tuple[Fraction, ...]:
    return tuple(money.parse_rate(one) if isinstance(one, str) else Fraction(one) for one in given)


@frozen
class Profile:
    """Twelve rates, one for each month of the contract's year, none below zero, that sum to exactly 1.

    The first is that of the month in which the contract's year begins. Raises RuleError for anything else.
    """

    months: tuple[Fraction, ...] = field(converter=_rates)

    def __attrs_post_init__(self) -> None:
        if wrong := wrong_with(self.months):
            raise RuleError(wrong)


def wrong_with(months: tuple[Fraction, ...]) -> str:
    """Why these rates are no profile; an empty text if they are one."""
    if len(months) != MONTHS:
        return f"a profile has {MONTHS} rates, one for each month of the contract's year, and this has {len(months)}"
    if any(month < 0 for month in months):
        return "a profile has no rate below zero"
    if (whole := sum(months)) != 1:
        return f"the rates of a profile sum to 100%, and these to {percent(Fraction(whole))}"
    return ""


def percent(rate: Fraction) -> str:
    """A rate as people write it in a profile: 8%, 8.25%, or 25/3% where no decimals say it exactly."""
    return f"{money.rate_text(rate * 100)}%"
