"""Bounds: the extremes that a column can reach in this run, from its data. They choose a width, never a meaning."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from tallystick.kernel.errors import SettlementError

NARROW = 2**62
"""Below this a whole number and its double stay in 64 bits."""

WIDE = 2**125
"""Below this a whole number and its double stay in 128 bits."""


@frozen
class Bound:
    """The lowest and highest whole number that a column may hold, ends inclusive."""

    low: int
    high: int

    @property
    def size(self) -> int:
        """The largest distance from zero."""
        return max(abs(self.low), abs(self.high))

    def __add__(self, other: Bound) -> Bound:
        return Bound(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Bound:
        return Bound(-self.high, -self.low)

    def __mul__(self, other: Bound) -> Bound:
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Bound(min(corners), max(corners))

    def times(self, factor: int) -> Bound:
        """Every value multiplied by one whole number."""
        return self * Bound(factor, factor)

    def smaller(self, other: Bound) -> Bound:
        """What the smaller of two values can be."""
        return Bound(min(self.low, other.low), min(self.high, other.high))

    def larger(self, other: Bound) -> Bound:
        """What the larger of two values can be."""
        return Bound(max(self.low, other.low), max(self.high, other.high))

    def join(self, other: Bound) -> Bound:
        """What holds either."""
        return Bound(min(self.low, other.low), max(self.high, other.high))


def bound_of(values: Iterable[int]) -> Bound:
    """The bound of some values, and of zero, which stands where a contract does not hold the rule."""
    listed = [0, *values]
    return Bound(min(listed), max(listed))


def is_wide(bound: Bound, doing: str) -> bool:
    """True if the column needs 128 bits; raises SettlementError if even they could overflow."""
    if bound.size >= WIDE:
        raise SettlementError(f"{doing} may reach {bound.size:,}, which is wider than can be computed exactly")
    return bound.size >= NARROW
