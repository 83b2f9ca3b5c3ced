"""Reading codes and flags: text that is compared and never worked with, and yes or no."""

from __future__ import annotations

import polars as pl

from tallystick.files.problems import Problem, Reading, matches, missing, raw, text, typed
from tallystick.kernel.errors import did_you_mean
from tallystick.kernel.tables import Column

ORGANISATIONS = ("provider", "commissioner")
"""Columns that name one organisation: a slash in one would be read as a fund of that organisation."""

_SPACE_AROUND, _CONTROL, _SCIENTIFIC = r"^\s|\s$", r"[\x00-\x1f]", r"^[0-9](\.[0-9]+)?E\+[0-9]+$"

YES = ("yes", "true", "y", "1")
NO = ("no", "false", "n", "0")


def read_code(column: Column, local: str, dtype: pl.DataType) -> Reading | None:
    """Read a code as it stands, or return None for a type that has lost leading zeros or never was text."""
    if not is_text(dtype):
        return None
    as_text = raw(column).cast(pl.String).alias(f"{column.name} text")
    value = pl.when(text(column) != "").then(text(column)).alias(column.name)
    return Reading(
        column=column, local=local, stages=((as_text,), (value,)), problems=tuple(_code_problems(column)),
        as_it_is=dtype == pl.String,
    )  # fmt: skip


def _code_problems(column: Column) -> list[Problem]:
    name = column.name
    listed = bool(column.allowed)
    found = missing(column, column.allowed[0] if listed else "the code", is_text=True, covered=listed)
    found.append(Problem(
        "space-around", matches(text(column), _SPACE_AROUND), "{cell} has a space at its start or end",
        f"codes are compared letter by letter, so {name} would match nothing",
        lambda cell: cell.strip() or "nothing at all where it is not known", listed, _SPACE_AROUND,
    ))  # fmt: skip
    found.append(Problem(
        "line-break", matches(text(column), _CONTROL), "{cell} has a line break or a control character in it",
        "it is no code; often a quotation mark was opened and not closed", "the code on one line", listed, _CONTROL,
    ))  # fmt: skip
    found.append(Problem(
        "scientific", matches(text(column), _SCIENTIFIC), "{cell} was a long number once",
        "a spreadsheet has rounded it, and its digits are lost", "the code as its source has it, kept as text",
        listed, _SCIENTIFIC,
    ))  # fmt: skip
    if name in ORGANISATIONS:
        found.append(Problem(
            "slash-in-organisation", text(column).str.contains("/", literal=True), '{cell} has a "/" in it',
            "an organisation code has none: what follows a slash names a fund", "the organisation code alone",
            pattern="/",
        ))  # fmt: skip
    if column.allowed:
        found.append(Problem(
            "not-allowed", ~typed(column).is_in(list(column.allowed)), "{cell} is not one of the codes of " + name,
            f"{name} may be {', '.join(column.allowed[:12])}" + (", …" if len(column.allowed) > 12 else ""),
            lambda cell: did_you_mean(cell, column.allowed),
        ))  # fmt: skip
    return found


def read_flag(column: Column, local: str, dtype: pl.DataType) -> Reading | None:
    """Read yes or no from true booleans, from 1 and 0, or from the words for them in any case."""
    if dtype == pl.Boolean:
        value = raw(column).alias(column.name)
        problems = missing(column, "true or false", is_text=False)
        return Reading(column=column, local=local, stages=((value,),), problems=tuple(problems))
    if not (is_text(dtype) or dtype.is_integer()):
        return None
    as_text = raw(column).cast(pl.String).str.strip_chars().alias(f"{column.name} text")
    low = text(column).str.to_lowercase()
    value = pl.when(low.is_in(YES)).then(True).when(low.is_in(NO)).then(False).alias(column.name)
    neither = Problem(
        "not-a-flag", (text(column) != "") & typed(column).is_null(), "{cell} is neither yes nor no",
        f"{column.name} decides something, so it may not be guessed", "yes or no (or true/false, Y/N, 1/0)",
    )  # fmt: skip
    problems = [*missing(column, "yes or no", is_text=True), neither]
    return Reading(column=column, local=local, stages=((as_text,), (value,)), problems=tuple(problems))


def is_text(dtype: pl.DataType) -> bool:
    """Whether a column of the type holds text; one that is all null may hold anything."""
    return dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null)
