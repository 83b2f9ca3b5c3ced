"""Chance: what is drawn from one number that Hypothesis chooses, so that a world is as large and as mixed as it likes.

Drawn choice by choice, worlds of this size would be cut short or be much alike, and Hypothesis could not make them
smaller in any useful time; ``reducing`` does that instead, since it knows what a world is made of.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from hypothesis import strategies as st

W = TypeVar("W")
C = TypeVar("C", bound="Chance")


class Chance:
    """Picks from options, all as likely."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pick(self, *options: Any) -> Any:
        """One of the options."""
        return options[self._random.randrange(len(options))]

    def some(self, options: Iterable[W]) -> list[W]:
        """About half of the options."""
        return [one for one in options if self._random.random() < 0.5]

    def shuffled(self, items: Iterable[W]) -> list[W]:
        """The items in any order."""
        listed = list(items)
        self._random.shuffle(listed)
        return listed


def drawn(chance: type[C], make: Callable[[C], W]) -> st.SearchStrategy[W]:
    """What ``make`` makes of chance, for any number that Hypothesis chooses."""
    return st.integers(0, 2**64 - 1).map(lambda seed: make(chance(seed)))
