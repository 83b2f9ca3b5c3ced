"""Shares: giving a pot out by weights, to the last penny, in whole numbers and fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from tallystick.kernel.check.members import StopError
from tallystick.kernel.reading import BAD_WEIGHT, NO_FIT

Weights = Sequence[Fraction]


def allot(pot: int, weights: Weights) -> list[int]:
    """Each one's part of the pot, by largest remainder; the order of the weights settles ties."""
    _check(weights)
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    if pot < 0:
        return [-part for part in allot(-pot, weights)]
    exact = [pot * weight / whole for weight in weights]
    return _largest_remainders(pot, exact, list(range(len(exact))))


def fit(pot: int, weights: Weights, floors: Sequence[int], caps: Sequence[int]) -> list[int]:
    """The same with each part within its floor and cap: clamp(λ × weight, floor, cap) for the one λ that fits."""
    _check(weights)
    if pot < 0:
        turned = fit(-pot, weights, [-cap for cap in caps], [-floor for floor in floors])
        return [-part for part in turned]
    limits = list(zip(floors, caps, strict=True))
    if any(floor > cap for floor, cap in limits):
        raise StopError(NO_FIT)
    if sum(weights) == 0:
        if any(not floor <= 0 <= cap for floor, cap in limits):
            raise StopError(NO_FIT)
        return [0] * len(weights)
    factor = _factor(pot, weights, limits)
    exact = [_clamp(factor * w, *limit) for w, limit in zip(weights, limits, strict=True)]
    free = [
        place for place, (part, (floor, cap)) in enumerate(zip(exact, limits, strict=True)) if floor < part < cap
    ]  # fmt: skip
    return _largest_remainders(pot, exact, free)


def _check(weights: Weights) -> None:
    if any(weight < 0 for weight in weights):
        raise StopError(BAD_WEIGHT)


def _largest_remainders(pot: int, exact: Sequence[Fraction], free: Sequence[int]) -> list[int]:
    """Every part rounded down, and what is left one minor unit each to the largest remainders among ``free``."""
    parts = [part.numerator // part.denominator for part in exact]
    left = pot - sum(parts)
    for place in sorted(free, key=lambda place: (parts[place] - exact[place], place))[:left]:
        parts[place] += 1
    assert sum(parts) == pot, "a share-out gives out its pot"
    return parts


def _clamp(part: Fraction, floor: int, cap: int) -> Fraction:
    return min(max(part, Fraction(floor)), Fraction(cap))


def _factor(pot: int, weights: Weights, limits: Sequence[tuple[int, int]]) -> Fraction:
    """The λ that gives out the pot: what is given out only rises with λ, and bends where a part meets a limit."""

    def given(factor: Fraction) -> Fraction:
        return sum((_clamp(factor * w, *limit) for w, limit in zip(weights, limits, strict=True)), Fraction(0))

    bends = sorted({Fraction(end) / w for w, limit in zip(weights, limits, strict=True) if w > 0 for end in limit})
    if not given(bends[0]) <= pot <= given(bends[-1]):
        raise StopError(NO_FIT)
    for low, high in pairwise(bends):
        if given(low) <= pot <= given(high):
            if given(low) == pot:
                return low
            return low + (high - low) * (pot - given(low)) / (given(high) - given(low))
    return bends[0]
