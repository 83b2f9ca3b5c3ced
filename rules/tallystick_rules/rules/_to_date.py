"""The year to date: what a period adds to it, so that months, quarters and years come to the same."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Count
from tallystick.kernel.language.words import instalment, so_far


@frozen(eq=False)
class ToDate:
    """An amount of the contract's year, up to the period's beginning and up to its end."""

    before: Amount
    now: Amount

    @property
    def part(self) -> Amount:
        """What the period itself adds."""
        return self.now - self.before

    def called(self, name: str) -> ToDate:
        """The same with a name for both ends, which an explanation shows."""
        return ToDate(self.before.named(f"{name} before this period"), self.now.named(f"{name}, year to date"))

    def with_each(self, work: Callable[..., Amount], *others: ToDate | CountToDate) -> ToDate:
        """The same formula for both ends: ``work(amount, *others)``."""
        before = work(self.before, *(one.before for one in others))
        return ToDate(before, work(self.now, *(one.now for one in others)))


@frozen(eq=False)
class CountToDate:
    """A count of the contract's year, up to the period's beginning and up to its end."""

    before: Count
    now: Count


def to_date(part: Amount, name: str) -> ToDate:
    """The year to date of what each period adds."""
    part = part.named(f"{name} of this period")
    before = so_far(part).named(f"{name} of the year before this period")
    return ToDate(before, (before + part).named(f"{name}, year to date"))


def counted_to_date(part: Count, name: str) -> CountToDate:
    """The same of a count."""
    part = part.named(f"{name} of this period")
    before = so_far(part).named(f"{name} of the year before this period")
    return CountToDate(before, (before + part).named(f"{name}, year to date"))


def plan(year: Amount, profile: Profile | None, name: str) -> ToDate:
    """What a year's amount comes to, to date, by its profile."""
    return to_date(instalment(year, profile), name)


def planned_count(year: Count, profile: Profile | None, name: str) -> CountToDate:
    """What a year's count comes to, to date, in whole numbers."""
    return counted_to_date(instalment(year, profile), name)
