"""Exact arithmetic for the small grains: whole numbers, and ratios as (above, below) with below > 0.

The pay path's own, column by column; the reference does the same with fractions, value by value.
"""

from __future__ import annotations

import math
from fractions import Fraction

Pair = tuple[int, int]


def pair(value: int | Fraction) -> Pair:
    """A ratio from a whole number or a fraction, in lowest terms."""
    return (value.numerator, value.denominator)


def lowest(above: int, below: int) -> Pair:
    """The ratio in lowest terms, with its sign above the line."""
    if below < 0:
        above, below = -above, -below
    common = math.gcd(above, below)
    return (above // common, below // common) if common > 1 else (above, below)


def half_up(above: int, below: int) -> int:
    """The ratio as a whole number, halves away from zero; below > 0."""
    if above < 0:
        return -((-2 * above + below) // (2 * below))
    return (2 * above + below) // (2 * below)


def rounded(ratio: Pair, step: int) -> int:
    """The ratio rounded to a multiple of ``step``."""
    return half_up(ratio[0], ratio[1] * step) * step


def add(a: Pair, b: Pair) -> Pair:
    """Sum of two ratios."""
    return lowest(a[0] * b[1] + b[0] * a[1], a[1] * b[1])


def multiply(a: Pair, b: Pair) -> Pair:
    """Product of two ratios."""
    return lowest(a[0] * b[0], a[1] * b[1])


def compare(a: Pair, b: Pair) -> int:
    """Negative, zero or positive as ``a`` is below, at or above ``b``."""
    return a[0] * b[1] - b[0] * a[1]


def allotted(pot: int, weights: list[Pair]) -> list[int]:
    """Each one's part of a pot by weights, largest remainder, ties to the first; nothing where all are zero."""
    common = math.lcm(*(below for _, below in weights)) if weights else 1
    whole = [above * (common // below) for above, below in weights]
    total = sum(whole)
    if total == 0:
        return [0] * len(whole)
    sign, size = (-1, -pot) if pot < 0 else (1, pot)
    parts = [size * weight // total for weight in whole]
    left = size - sum(parts)
    order = sorted(range(len(whole)), key=lambda i: (-(size * whole[i] % total), i))
    for place in order[:left]:
        parts[place] += 1
    return [sign * part for part in parts]


def fitted(pot: int, weights: list[Pair], floors: list[int], caps: list[int]) -> list[int] | None:
    """As :func:`allotted`, every part between its floor and cap; None where no share-out fits.

    The parts are clamp(λ × weight, floor, cap). Who stands at a limit changes only at the λ where someone
    leaves a floor or reaches a cap, so the right λ lies between two of these, where the sum is a line.
    """
    if pot < 0:
        turned = fitted(-pot, weights, [-cap for cap in caps], [-floor for floor in floors])
        return None if turned is None else [-part for part in turned]
    if any(low > high for low, high in zip(floors, caps, strict=True)):
        return None
    if not any(above for above, _ in weights):
        return [0] * len(weights) if all(low <= 0 <= high for low, high in zip(floors, caps, strict=True)) else None
    turns: set[Pair] = set()
    for (above, below), low, high in zip(weights, floors, caps, strict=True):
        if above:
            turns |= {lowest(low * below, above), lowest(high * below, above)}
    ordered = sorted(turns, key=lambda t: Fraction(*t))

    def given(turn: Pair) -> Fraction:
        return sum(
            (_clamped(turn, w, low, high) for w, low, high in zip(weights, floors, caps, strict=True)), Fraction(0)
        )

    reached = next((place for place, turn in enumerate(ordered) if given(turn) >= pot), None)
    if reached is None:
        return None
    upper = ordered[reached]
    lower = ordered[max(reached - 1, 0)]
    low_sum, high_sum = given(lower), given(upper)
    start, end = Fraction(*lower), Fraction(*upper)
    turn = end if high_sum == low_sum else start + (end - start) * (pot - low_sum) / (high_sum - low_sum)
    exact = [_clamped(pair(turn), w, low, high) for w, low, high in zip(weights, floors, caps, strict=True)]
    if sum(exact) != pot:
        return None
    parts = [math.floor(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda i: (-(exact[i] - parts[i]), i))
    for place in order[: pot - sum(parts)]:
        parts[place] += 1
    return parts


def _clamped(turn: Pair, weight: Pair, low: int, high: int) -> Fraction:
    return min(max(Fraction(turn[0] * weight[0], turn[1] * weight[1]), Fraction(low)), Fraction(high))
