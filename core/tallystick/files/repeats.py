"""Rows alike in a unique set, found exactly and within bounded memory, however many rows there are.

A set that rises from row to row holds no two alike, which the survey tells. For any other, the hashes of its rows
are gone through in portions: those of a portion are sorted, and only rows whose hash another row has are compared
as they are. Two alike have one hash, so they are in one portion; two that have one by chance are told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tallystick.files.columns import Part
from tallystick.files.problems import SHOWN, shown
from tallystick.files.sources import ROW
from tallystick.kernel.errors import Fault

PORTION = 5_000_000
"""How many rows' hashes are held at once: eight bytes each, twice while they are sorted."""

COMPARED = 1_000_000
"""How many rows are compared as they are at once, if so many have a hash that another row has."""

PLACES_OF_A_PART = 2**40
"""A row's place is its number in its part, after so many places for each part before."""

_HASH, _PLACE, _FIRST = "hash of the set", "place", "first place"


def placed(number: int, rows: pl.Series) -> pl.Series:
    """The places of rows of a part, from their numbers there."""
    return (rows.cast(pl.Int64) + number * PLACES_OF_A_PART).alias(_PLACE)


def repeated(parts: Sequence[Part], names: Sequence[str], rows: int) -> tuple[list[Fault], pl.Series]:
    """Rows alike in a unique set: the places of all of them, and a fault for each after the first.

    Nothing is like nothing, as in "no first day", unless a row has nothing in all of the set.
    """
    frame = _keys(parts, names)
    portions = max(1, -(-rows // PORTION))
    places, first, later = [pl.Series(_PLACE, [], dtype=pl.Int64)], pl.DataFrame(), 0
    for portion in range(portions):
        mine = frame if portions == 1 else frame.filter(pl.col(_HASH) % portions == portion)
        hashes = mine.select(_HASH).collect(engine="streaming")[_HASH].sort()
        twice = hashes.filter(hashes == hashes.shift())
        del hashes
        pieces = -(-2 * twice.len() // COMPARED)
        for piece in range(pieces):
            here = twice.filter(twice // portions % pieces == piece).unique()
            alike = _alike(mine.filter(pl.col(_HASH).is_in(here.implode())), names)
            after = alike.filter(pl.col(_PLACE) != pl.col(_FIRST))
            places.append(alike[_PLACE])
            later += after.height
            first = pl.concat([first, after.bottom_k(SHOWN, by=_PLACE)], how="diagonal")
    told = first.sort(_PLACE).head(SHOWN) if later else first
    faults = [
        _fault(parts, names, row, 1 + (later - SHOWN) * (position == SHOWN))
        for position, row in enumerate(told.iter_rows(named=True), start=1)
    ]
    return faults, pl.concat(places)


def _keys(parts: Sequence[Part], names: Sequence[str]) -> pl.LazyFrame:
    """The set in every row that has something in it, with its hash and the place of the row."""
    frames = [
        part.typed(numbered=True).select(
            *names, (pl.col(ROW).cast(pl.Int64) + number * PLACES_OF_A_PART).alias(_PLACE)
        )
        for number, part in enumerate(parts)
    ]  # fmt: skip
    whole = pl.concat(frames).filter(pl.any_horizontal(pl.col(*names).is_not_null()))
    return whole.with_columns((pl.col(names[0]) if len(names) == 1 else pl.struct(*names)).hash().alias(_HASH))


def _alike(rows: pl.LazyFrame, names: Sequence[str]) -> pl.DataFrame:
    """Those of a few rows that are alike, each with the place of the first like it, and the set as text."""
    of, first = rows.drop(_HASH).collect(engine="streaming"), pl.col(_PLACE).min().over(names).alias(_FIRST)
    alike = of.with_columns(first, pl.len().over(names).alias("times")).filter(pl.col("times") > 1)
    return alike.drop("times").with_columns(pl.col(*names).cast(pl.String))


def _fault(parts: Sequence[Part], names: Sequence[str], row: Mapping[str, Any], times: int) -> Fault:
    (number, place), (first_number, first_place) = (divmod(row[of], PLACES_OF_A_PART) for of in (_PLACE, _FIRST))
    part = parts[number]
    local = {reading.column.name: reading.local for reading in part.readings}
    what = ", ".join(f"{name} {'(nothing)' if row[name] is None else shown(row[name])}" for name in names)
    where = f"row {first_place:,}" + (f" of {parts[first_number].opened.file}" if first_number != number else "")
    return Fault(
        code="row/repeated", found=f"{what} again, as on {where}", file=part.opened.file, row=place,
        column=", ".join(local.get(name, name) for name in names), times=max(times, 1),
        why=f"no two rows may be alike in {' and '.join(names)}, or something would be paid twice",
        write="one row of the two, or different values",
    )  # fmt: skip
