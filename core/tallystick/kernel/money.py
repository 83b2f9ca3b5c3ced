"""Reading and writing money, prices, rates and counts as text: exact, with no float on the way.

In files, money is text with its sign (``"£1,234.56"``, ``"€5"``) or sits in a column whose name ends
in ``_pence`` or ``_pounds``; a rate is ``"4.83%"``, ``"1/3"`` or ``"1.061204"``. A bare number for
money is refused, because nobody can tell pounds from pence afterwards.
"""

from __future__ import annotations

import re
from fractions import Fraction

SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
"""The units of account that can be written with a sign; one of them is used in a run."""

LARGEST_PENCE = 2**63 - 1
"""The widest amount that a ledger can hold, in minor units."""

_MONEY = re.compile(r"^(?P<minus>[-−]?)(?P<sign>[£€$])(?P<digits>\d{1,3}(,\d{3})+|\d+)(\.(?P<part>\d+))?$", re.ASCII)
_DECIMAL = re.compile(r"^[-−]?\d+(\.\d+)?$", re.ASCII)
_PERCENT = re.compile(r"^[-−]?\d+(\.\d+)?\s?%$", re.ASCII)
_RATIO = re.compile(r"^[-−]?\d+/\d+$", re.ASCII)


def parse_price(text: str) -> Fraction:
    """Return exact pence per unit: ``"£1.185"`` is 118.5 pence. Raises ValueError with the reason."""
    match = _MONEY.match(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not money: write it with its sign, such as £1,234.56")
    part = match["part"] or ""
    pounds = Fraction(int(match["digits"].replace(",", "") + part), 10 ** len(part))
    return -pounds * 100 if match["minus"] else pounds * 100


def parse_amount(text: str) -> int:
    """Return whole pence: ``"£1,234.56"`` is 123456. Raises ValueError for a fraction of a penny."""
    return whole_pence(parse_price(text), text)


def whole_pence(pence: Fraction, text: str) -> int:
    """Return ``pence`` as an int, or raise ValueError when it is not whole or is too wide."""
    if pence.denominator != 1:
        raise ValueError(f"{text!r} has a fraction of a penny, which an amount of money cannot have")
    if abs(pence) > LARGEST_PENCE:
        raise ValueError(f"{text!r} is wider than any amount that can be paid")
    return int(pence)


def parse_rate(text: str) -> Fraction:
    """Return an exact ratio from ``"4.83%"``, ``"1/3"`` or ``"1.061204"``; ValueError otherwise."""
    plain = text.strip().replace("−", "-")
    if _PERCENT.match(plain):
        return Fraction(plain.rstrip("%").strip()) / 100
    if _RATIO.match(plain):
        if plain.endswith("/0") or int(plain.split("/")[1]) == 0:
            raise ValueError(f"{text!r} divides by zero")
        return Fraction(plain)
    if _DECIMAL.match(plain):
        return Fraction(plain)
    raise ValueError(f"{text!r} is not a rate: write a percentage (4.83%), a ratio (1/3) or a decimal (1.0612)")


def money_text(pence: int | Fraction, unit: str = "GBP") -> str:
    """Return money as people write it: ``-£1,234.56``; fractions of a penny keep all their digits."""
    sign = SIGNS.get(unit, unit + " ")
    if type(pence) is int:
        pounds, pennies = divmod(abs(pence), 100)
        return f"{'-' if pence < 0 else ''}{sign}{pounds:,}.{pennies:02d}"
    exact = Fraction(pence)
    minus = "-" if exact < 0 else ""
    exact = abs(exact)
    whole, rest = divmod(exact, 1)
    pounds, pennies = divmod(int(whole), 100)
    text = f"{minus}{sign}{pounds:,}.{pennies:02d}"
    if rest:
        text += _digits(rest) or f" and {rest.numerator}/{rest.denominator} p"
    return text


def rate_text(rate: Fraction) -> str:
    """Return a rate as a decimal when it ends within twelve places, else as a ratio."""
    whole, rest = divmod(abs(rate), 1)
    minus = "-" if rate < 0 else ""
    if not rest:
        return f"{minus}{whole}"
    digits = _digits(rest)
    return f"{minus}{whole}.{digits}" if digits else f"{rate.numerator}/{rate.denominator}"


def _digits(rest: Fraction) -> str:
    """Return the decimal digits of a proper fraction, or nothing if they do not end in twelve places."""
    digits = ""
    while rest and len(digits) < 12:
        digit, rest = divmod(rest * 10, 1)
        digits += str(digit)
    return "" if rest else digits
