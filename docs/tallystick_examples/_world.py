"""Who is there: contracts, the people who live near their providers, and the days of the activity."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TypeAlias

import polars as pl
from attrs import field, frozen

from tallystick_examples._columns import days_after, none_where
from tallystick_examples._draws import below, chance, draws, pick, skewed

Contract: TypeAlias = tuple[str, str, str]
"""A contract's id, its provider's organisation code and its commissioner's."""

_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_MOST_COMMISSIONERS = 42


def contracts_for(contracts: Sequence[Contract] | int) -> tuple[Contract, ...]:
    """So many contracts, no two with the same parties; or those given, as they are."""
    if not isinstance(contracts, int):
        return tuple(contracts)
    across = next(n for n in range(1, _MOST_COMMISSIONERS + 1) if n * n >= contracts or n == _MOST_COMMISSIONERS)
    return tuple(
        (f"contract-{number + 1:05d}", _code("R", number // across), _code("Q", number % across))
        for number in range(contracts)
    )


def _code(letter: str, number: int) -> str:
    digits = ""
    while number or len(digits) < 2:
        number, digit = divmod(number, len(_LETTERS))
        digits = _LETTERS[digit] + digits
    return letter + digits


def _ages() -> pl.Series:
    bands = ((0, 0, 60), (1, 15, 70), (16, 49, 330), (50, 64, 200), (65, 74, 160), (75, 84, 120), (85, 101, 60))
    found = [low + place * (high - low + 1) // many for low, high, many in bands for place in range(many)]
    return pl.Series(found, dtype=pl.Int64)


AGES = _ages()

_DECILES = (
    (220, 180, 140, 110, 90, 80, 60, 50, 40, 30),
    (150, 140, 130, 120, 100, 90, 80, 70, 60, 60),
    (100, 100, 100, 100, 100, 100, 100, 100, 100, 100),
    (60, 60, 70, 80, 90, 100, 120, 130, 140, 150),
    (20, 30, 40, 60, 80, 110, 130, 150, 170, 210),
)
"""How many of a thousand people live in each decile, for five kinds of place."""

DECILES = pl.Series(
    [d + 1 for place in _DECILES for d, many in enumerate(place) for _ in range(many)], dtype=pl.Int64
)  # fmt: skip

AUTHORITIES = pl.Series([f"E09{n % 33 + 1:06d}" if n % 7 == 0 else f"E06{n % 60 + 1:06d}" for n in range(300)])
"""Codes of the form of London boroughs and of unitary authorities."""


@frozen(eq=False)
class World:
    """Everything that the draws depend on beside the number of a row."""

    seed: int
    spells: int
    contracts: tuple[Contract, ...]
    from_day: datetime.date
    to_day: datetime.date
    names: pl.DataFrame = field(init=False)
    places: pl.Series = field(init=False)
    """What kind of place each contract's provider serves."""

    def __attrs_post_init__(self) -> None:
        columns = ["contract", "provider", "commissioner"]
        names = pl.DataFrame(self.contracts, schema=dict.fromkeys(columns, pl.String), orient="row")
        providers = {name: at % len(_DECILES) for at, name in enumerate(sorted(set(names["provider"])))}
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "places", pl.Series([providers[name] for name in names["provider"]], dtype=pl.UInt64))

    @property
    def days(self) -> int:
        """How many days the activity spans."""
        return (self.to_day - self.from_day).days + 1

    @property
    def persons(self) -> int:
        """How many people there are; some come more than once, some not at all."""
        return max(1, self.spells * 7 // 10)

    def draw(self, rows: pl.Series, what: str) -> pl.Series:
        """One draw for each row, of the thing named."""
        return draws(rows, self.seed, what)

    def person(self, rows: pl.Series, what: str) -> pl.Series:
        """The number of the person whom each row is about."""
        return below(self.draw(rows, f"{what} person"), self.persons)

    def home(self, persons: pl.Series) -> pl.Series:
        """Which contract pays for a person's care near home: a few are large, most are small."""
        return below(skewed(self.draw(persons, "home")), len(self.contracts))

    def contract(self, rows: pl.Series, persons: pl.Series, what: str) -> pl.Series:
        """Which contract pays: the one at home, but for a few who are treated elsewhere."""
        drawn = self.draw(rows, f"{what} elsewhere")
        other = below(self.draw(rows, f"{what} contract"), len(self.contracts))
        return other.zip_with(chance(drawn, 60), self.home(persons))

    def age(self, persons: pl.Series) -> pl.Series:
        """Age in years, the same in all activity."""
        return pick(self.draw(persons, "age"), AGES)

    def decile(self, persons: pl.Series) -> pl.Series:
        """Deprivation decile of where a person lives, which depends on the place; a few are unknown."""
        place = self.places.gather(self.home(persons))
        found = DECILES.gather(place * 1000 + below(self.draw(persons, "decile"), 1000))
        return none_where(found, chance(self.draw(persons, "no decile"), 15))

    def authority(self, persons: pl.Series) -> pl.Series:
        """Local authority of residence, one of two near home; some are London boroughs."""
        number = self.home(persons) * 2 + self.draw(persons, "authority") % 2
        return AUTHORITIES.gather(number % len(AUTHORITIES))

    def day(self, offset: pl.Series) -> pl.Series:
        """The day so many days after the first."""
        return days_after(self.from_day, offset)

    def parties(self, at: pl.Series) -> list[pl.Series]:
        """The contract's id, its provider and its commissioner, for each row."""
        return [self.names[column].gather(at) for column in self.names.columns]
