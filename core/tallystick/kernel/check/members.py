"""Members: the one row, record, contract or party that a value is of, with its period."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import NamedTuple

Value = int | Fraction | bool | datetime.date | str | None
"""What an expression is worth; None is missing. A moment is a local ``datetime``, which is a date too."""

Window = tuple[datetime.date, datetime.date]
"""A first and last day, inclusive."""


class Member(NamedTuple):
    """One member of a grain; what does not belong to its grain is left empty.

    A row or record has its place in its table (``row``) and its contract and period, if it is placed. A term
    has the day on which it is read. A party or the scheme has a window.
    """

    grain: str
    contract: str = ""
    period: int = 0
    row: int = -1
    day: datetime.date | None = None
    party: str = ""
    window: Window | None = None


ANYWHERE = Member("everywhere")


class StopError(Exception):
    """What stops the contract that is being read; the text is one of the sentences of ``reading``."""
