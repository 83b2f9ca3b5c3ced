"""Identifiers of people, which activity has no need of: NHS numbers, names, addresses and full dates of birth.

A column is refused by its heading, or because what stands in it passes the check of NHS numbers. A column that the
mapping leaves alone is not read and is not looked at. Faults name a file and a column, and never show a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from tallystick.files.columns import Part
from tallystick.files.headings import plain
from tallystick.kernel.errors import Fault
from tallystick.kernel.language.nodes import Kind

LOOKED_AT = 50_000
"""How many rows of a file are looked at for NHS numbers."""

FEWEST = 3
"""Fewer different values that pass the check are chance: one number of ten digits in eleven does."""

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "an NHS number": ("nhs number", "nhs no", "nhsno", "new nhs number", "new nhs no", "patient nhs number"),
    "a name": (
        "surname", "last name", "family name", "forename", "forenames", "first name", "given name", "middle name",
        "full name", "patient name", "patient surname", "patient forename", "patient forenames", "patient first name",
        "patient last name", "patient full name", "person name", "person family name", "person given name",
        "person full name",
    ),
    "a date of birth": (
        "date of birth", "dob", "birth date", "patient date of birth", "patient dob", "person birth date",
        "date of birth patient",
    ),
    "an address": (
        "postcode", "post code", "full postcode", "patient postcode", "home postcode", "postcode of usual address",
        "patient address", "home address", "patient usual address", "telephone", "telephone number", "email",
        "email address",
    ),
}  # fmt: skip
"""What the headings of such columns are, in words; case and punctuation are ignored."""

_WHAT = {plain(name): what for what, names in HEADINGS.items() for name in names}
_WHY = "nothing is paid by it, and statements and explanations are read by people who may not see it"
_WRITE = (
    'a pseudonym in its place; "" in the mapping file, and the column is not read; or identifiers = "allowed" under '
    "[activity], if it may be there"
)


def personal_headings(names: Iterable[str], file: str) -> list[Fault]:
    """A fault for each of the names that is a heading of such a column."""
    return [
        Fault(
            code="column/identifier", found=f"the column looks like {what} of a person", file=file, column=name,
            why=_WHY, write=_WRITE,
        )
        for name in names
        if (what := _WHAT.get(plain(name)))
    ]  # fmt: skip


def nhs_numbers(parts: Sequence[Part]) -> list[Fault]:
    """A fault for each column of codes in which most values of ten digits pass the check of NHS numbers."""
    return [fault for part in parts for fault in _of_part(part)]


def _of_part(part: Part) -> Iterable[Fault]:
    codes = [reading for reading in part.readings if reading.column.kind is Kind.CODE and not reading.column.allowed]
    if not codes:
        return
    rows = part.opened.frame.select(pl.col(one.local).cast(pl.String) for one in codes).head(LOOKED_AT)
    frame = rows.collect(engine="streaming")
    for one in codes:
        if fault := numbers_in(frame[one.local], part.opened.file, one.local):
            yield fault


def numbers_in(values: pl.Series, file: str, column: str) -> Fault | None:
    """The fault of a column with such values, if most of those of ten digits pass the check."""
    ten, passing = _counted(values)
    if passing < FEWEST or 2 * passing <= ten:
        return None
    return Fault(
        code="column/identifier", file=file, column=column,
        found=f"{passing:,} of {ten:,} different values of ten digits pass the check of NHS numbers",
        why=_WHY, write=_WRITE,
    )  # fmt: skip


def _counted(values: pl.Series) -> tuple[int, int]:
    """How many different values have ten digits, spaces and hyphens left out, and how many of them pass the check."""
    near = values.drop_nulls()
    near = near.filter(near.str.len_bytes().is_between(10, 14)).unique()
    digits = near.str.replace_all(r"[ -]", "").unique()
    digits = digits.filter(digits.str.contains(r"^[0-9]{10}$") & (digits != "0000000000"))
    if not digits.len():
        return 0, 0
    weighted = pl.Series([0] * digits.len(), dtype=pl.Int64)
    for place in range(10):
        weighted = weighted + digits.str.slice(place, 1).cast(pl.Int64) * (10 - place)
    return digits.len(), int((weighted % 11 == 0).sum())
