"""Numbers that look random and are the same on any machine: a hash of the row's number, in whole numbers only.

Nothing here depends on the order or the size of what is drawn at once, on a library's own generator, or on a
float: the draw of row 17 is the draw of row 17. Every product stays below 2**64, so nothing has to wrap.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from math import isqrt

import polars as pl

ALL = 2**32
"""One more than the highest draw."""

_ODD_ONE, _ODD_TWO = 0x7FEB352D, 0x846CA68B
"""Multipliers that mix 32 bits well between shifts of 16, 15 and 16 (published as ``lowbias32``)."""


def mixed(numbers: pl.Series) -> pl.Series:
    """Scatter whole numbers below 2**32 over that range: no two of them meet."""
    numbers = (numbers ^ (numbers // 2**16)) * _ODD_ONE % ALL
    numbers = (numbers ^ (numbers // 2**15)) * _ODD_TWO % ALL
    return numbers ^ (numbers // 2**16)


def draws(rows: pl.Series, seed: int, what: str) -> pl.Series:
    """One draw from 0 to 2**32 - 1 for each row number, its own for each seed and each thing drawn."""
    salt = hashlib.blake2b(f"{seed}/{what}".encode(), digest_size=8).digest()
    one, two = int.from_bytes(salt[:4], "big"), int.from_bytes(salt[4:], "big")
    return mixed(mixed(rows ^ one) ^ two)


def below(drawn: pl.Series, end: int) -> pl.Series:
    """A whole number from 0 to ``end`` - 1, each about as likely."""
    return drawn * end // ALL


def skewed(drawn: pl.Series) -> pl.Series:
    """A draw squared: the lowest numbers are far the likeliest, and none is left out."""
    return drawn * drawn // ALL


def chance(drawn: pl.Series, of_thousand: int) -> pl.Series:
    """True for about so many rows of a thousand."""
    return drawn < ALL * of_thousand // 1000


def slots(weights: Mapping[str, int]) -> pl.Series:
    """A table to pick from: each value as often as its weight says."""
    return pl.Series([value for value, weight in weights.items() for _ in range(weight)])


def pick(drawn: pl.Series, table: pl.Series) -> pl.Series:
    """One value of the table for each draw."""
    return table.gather(below(drawn, len(table)))


def _stretches(count: int, unit: int) -> Iterator[int]:
    for slot in range(count):
        odds = (2 * slot + 1) * unit * unit // (2 * (count - slot) - 1)
        yield isqrt(odds)


UNIT = 1024
STRETCH = pl.Series(list(_stretches(2**15, UNIT)), dtype=pl.UInt64)
"""Multiples of a median, in units of 1/1024: the square root of the odds. Half lie below one, the tail is long."""


def long_tailed(drawn: pl.Series, median_tenths: pl.Series | int, most: int) -> pl.Series:
    """Whole numbers with that median, in tenths: many near nothing, a few very large, none above ``most``."""
    return (pick(drawn, STRETCH) * median_tenths // (10 * UNIT)).clip(0, most)
