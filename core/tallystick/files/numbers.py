"""Reading counts, money, prices and rates: by their digits, so that no binary fraction comes near them.

Whole-number columns are taken as they are. Everything else goes through its text: the digits before and
after the point are joined into one whole number, at as many places as the kind allows. A price or a rate is
held at twelve places here; its scale is chosen from the data afterwards. A binary float is read by the
shortest decimal that means it, and refused beyond the digits for which that decimal is the only one.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil, floor
from typing import Any

import polars as pl
from attrs import frozen

from tallystick.files.codes import is_text
from tallystick.files.problems import FLOATS, Problem, Reading, matches, missing, raw, text, typed
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.money import SIGNS, money_text, parse_amount, parse_price, parse_rate
from tallystick.kernel.tables import Column

PLACES = 12
"""The most decimals that a price in pence or a rate may have."""

MONEY = (Kind.AMOUNT, Kind.PRICE)
SCALED = (Kind.PRICE, Kind.RATE)

STORED_NUMBER = {Kind.COUNT: pl.Int64(), Kind.AMOUNT: pl.Int64(), Kind.PRICE: pl.Int128(), Kind.RATE: pl.Int128()}
"""The types that numbers have until the scale of prices and rates is known."""

_WHOLE = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?$"
_PLAIN = r"^[-−]?[0-9]+(?:\.[0-9]+)?$"


@frozen
class Form:
    """How a number is written: its pattern, the places its point is moved by, and words for it."""

    what: str
    pattern: str
    example: str
    moved: int = 0


def form(column: Column, style: str, unit: str) -> Form:
    """The form that a column's cells have; ``style`` says how money comes: pence, pounds or signed text."""
    sign = SIGNS.get(unit, "£")
    if column.kind is Kind.COUNT:
        return Form("a whole number", _PLAIN, "12")
    if column.kind is Kind.RATE:
        return Form("a rate", _PLAIN.replace("$", r" ?%?$"), "0.25 or 25%")
    if style == "pence":
        return Form("a number of pence", _PLAIN, "123456")
    if style == "pounds":
        return Form("a number of pounds", rf"^[-−]?[{sign}]?{_WHOLE}", "1234.56", 2)
    return Form(f"money with its sign ({sign})", rf"^[-−]?[{sign}]{_WHOLE}", f"{sign}1,234.56", 2)


def read_number(column: Column, local: str, dtype: pl.DataType, style: str, unit: str) -> Reading | None:
    """Read a number of any kind; None for a type that holds none, and for money whose unit nobody can tell."""
    if style == "signed" and not is_text(dtype):
        return None
    if dtype.is_integer() and column.kind not in SCALED and style != "pounds":
        return _whole(column, local, unit)
    if not (is_text(dtype) or dtype.is_integer() or dtype.is_decimal() or dtype in FLOATS):
        return None
    return _by_digits(column, local, dtype, form(column, style, unit), unit)


def _whole(column: Column, local: str, unit: str) -> Reading:
    value = raw(column).cast(pl.Int64, strict=False).alias(column.name)
    wide = _too_wide(column, raw(column).is_not_null() & typed(column).is_null())
    problems = (*missing(column, "12", is_text=False), wide, *_bounds(column, unit))
    return Reading(column=column, local=local, stages=((value,),), problems=problems)


def _by_digits(column: Column, local: str, dtype: pl.DataType, written: Form, unit: str) -> Reading:
    """Join the digits before and after the point; those after it are filled up with noughts to a fixed place."""
    name = column.name
    limit = PLACES if column.kind in SCALED else 0
    plain, pieces = pl.col(f"{name} plain"), pl.col(f"{name} pieces")
    after_point = pieces.struct.field("field_1").fill_null("").str.strip_chars_end("0")
    places: pl.Expr = after_point.str.len_bytes().cast(pl.Int32) - written.moved
    padded = after_point.str.pad_end(limit + written.moved, "0")
    if column.kind is Kind.RATE and is_text(dtype):
        percent = text(column).str.ends_with("%")
        places = places + pl.when(percent).then(2).otherwise(0)
        padded = pl.when(percent).then(after_point.str.pad_end(limit - 2, "0")).otherwise(padded)
    # Noughts are filled in beside digits only: an empty cell filled up with them would read as zero.
    digits = pl.when(text(column) != "").then(pieces.struct.field("field_0") + padded)
    stages = (
        (raw(column).cast(pl.String).str.strip_chars().alias(f"{name} text"),),
        (_without_signs(column, dtype, written).alias(f"{name} plain"),),
        (plain.str.split_exact(".", 1).alias(f"{name} pieces"),),
        (
            places.clip(lower_bound=0).cast(pl.Int32).alias(f"{name} decimals"),
            digits.cast(STORED_NUMBER[column.kind], strict=False).alias(name),
        ),
    )
    problems = _digit_problems(column, dtype, written, unit)
    return Reading(column=column, local=local, stages=stages, problems=tuple(problems))


def _without_signs(column: Column, dtype: pl.DataType, written: Form) -> pl.Expr:
    """The digits with their minus and point; what else may stand there is checked by the pattern of the form."""
    if not is_text(dtype):
        return text(column)
    plain = text(column).str.replace("−", "-", literal=True)
    if column.kind is Kind.RATE:
        return plain.str.strip_chars_end("% ")
    if written.moved:
        return plain.str.replace_all(",", "", literal=True).str.replace(r"[£€$]", "")
    return plain


def _digit_problems(column: Column, dtype: pl.DataType, written: Form, unit: str) -> list[Problem]:
    given = text(column) != ""
    found = missing(column, written.example, is_text=True, is_float=dtype in FLOATS)
    found += [_bracketed(column, written), _scientific(column), *_money_problems(column, written, unit)]
    found.append(Problem(
        "not-a-number", given & ~matches(text(column), written.pattern), "{cell} is not " + written.what,
        f"{column.name} is read as {written.what}, and nothing is guessed", written.example,
    ))  # fmt: skip
    found.append(_fraction(column))
    if dtype in FLOATS:
        found.append(_float_digits(column, 15 if dtype == pl.Float64 else 6))
    found.append(_too_wide(column, given & typed(column).is_null()))
    return [*found, *_bounds(column, unit)]


def _bracketed(column: Column, written: Form) -> Problem:
    return Problem(
        "bracketed", matches(text(column), r"^[£€$]?\(.*\)$"), "{cell} is in brackets",
        "brackets mean a negative to accountants and a note to others, so they are not guessed at",
        lambda cell: "-" + re.sub(r"[()\s]", "", cell) + f", if it is negative (as in -{written.example})",
        covered=True,
    )  # fmt: skip


def _scientific(column: Column) -> Problem:
    return Problem(
        "scientific", matches(text(column), r"^-?[0-9.]+[eE][+-]?[0-9]+$"), "{cell} is written with an exponent",
        "a spreadsheet or a binary fraction has rounded it, and its digits are lost", "all its digits",
        covered=True,
    )  # fmt: skip


def _money_problems(column: Column, written: Form, unit: str) -> list[Problem]:
    sign, name = SIGNS.get(unit, "£"), column.name
    grouped = matches(text(column), r"^[-−]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$")
    commas = Problem(
        "thousands-commas", grouped, "{cell} has thousands commas",
        f"{name} is read as {written.what}", lambda cell: cell.strip().replace(",", ""),
        covered=True,
    )  # fmt: skip
    if column.kind not in MONEY:
        return [commas]
    other = matches(text(column), r"^[-−]?[£€$]") & ~matches(text(column), rf"^[-−]?[{sign}]")
    found = [Problem(
        "other-currency", other, "{cell} is not in " + sign,
        f"all money of a run is in one unit of account, here {unit}", f"the amount in {sign}: {written.example}",
        covered=True,
    )]  # fmt: skip
    if written.moved == 0:
        return [*found, commas]
    if written.example[0].isdigit():
        return found
    return [*found, Problem(
        "bare-money", matches(text(column), rf"^[-−]?{_WHOLE}"), "{cell} is a bare number",
        "nobody can tell pounds from pence afterwards",
        f"money with its sign ({written.example}), or head the column {name}_pence or {name}_pounds",
        covered=True,
    )]  # fmt: skip


def _fraction(column: Column) -> Problem:
    bad = pl.col(f"{column.name} decimals") > (PLACES if column.kind in SCALED else 0)
    if column.kind is Kind.COUNT:
        why, write = f"{column.name} counts whole things, and nothing is cut off or rounded", "a whole number"
        return Problem("not-whole", bad, "{cell} is not whole", why, write)
    if column.kind is Kind.AMOUNT:
        why = f"{column.name} is an amount of money, and it is not rounded on the way in"
        return Problem("fraction-of-a-penny", bad, "{cell} has a fraction of a penny", why, "whole pence")
    why = f"{column.name} is kept exactly, to {PLACES} decimals at most; a binary fraction often leaves such a tail"
    return Problem("too-many-decimals", bad, "{cell} has too many decimals", why, "the figure as it was published")


def _float_digits(column: Column, digits: int) -> Problem:
    plain = pl.col(f"{column.name} plain").str.strip_suffix(".0").str.replace(".", "", literal=True)
    return Problem(
        "float-digits", plain.str.strip_chars_start("-0").str.len_bytes() > digits,
        "{cell} is a binary fraction (float) of more than " + f"{digits} digits",
        "such a float can stand for more than one figure", "the column as text, as whole pence or as a decimal",
    )  # fmt: skip


def _too_wide(column: Column, bad: pl.Expr) -> Problem:
    return Problem(
        "too-wide", bad, "{cell} is too wide", f"{column.name} is kept in 64 bits, up to 9,223,372,036,854,775,807",
        "the right figure; one so large is often two columns run together",
    )  # fmt: skip


def _bounds(column: Column, unit: str) -> list[Problem]:
    name, found = column.name, []
    least = None if column.at_least is None else stored(column, column.at_least)
    most = None if column.at_most is None else stored(column, column.at_most)
    if column.kind is not Kind.RATE and not column.signed and (least is None or least >= 0):
        why = f"{name} is not declared signed: what is taken back is said by a rule, not by a minus sign"
        write = "zero or more" + (f", or declare {name} as signed" if column.kind in MONEY else "")
        found.append(Problem("negative", typed(column) < 0, "{cell} is negative", why, write))
    if least is not None:
        bad, words = typed(column) < _exactly(ceil(least)), bound_words(column, column.at_least, unit)
        found.append(Problem("too-low", bad, "{cell} is too low", f"{name} is at least {words}", f"{words} or more"))
    if most is not None:
        bad, words = typed(column) > _exactly(floor(most)), bound_words(column, column.at_most, unit)
        found.append(Problem("too-high", bad, "{cell} is too high", f"{name} is at most {words}", f"{words} or less"))
    return found


def _exactly(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.Int128)


def stored(column: Column, bound: Any) -> Fraction:
    """A declared bound in the units of the survey: counts, pence, or 10^-12 of a penny or of one."""
    if isinstance(bound, str):
        parse = {Kind.AMOUNT: parse_amount, Kind.PRICE: parse_price, Kind.RATE: parse_rate}.get(column.kind, int)
        bound = parse(bound)
    return Fraction(bound) * (10**PLACES if column.kind in SCALED else 1)


def bound_words(column: Column, bound: Any, unit: str) -> str:
    """A declared bound as a reader would write it, in the unit of account."""
    if column.kind not in MONEY:
        return f"{bound}"
    return money_text(Fraction(bound), unit) if not isinstance(bound, str) else bound.replace("£", SIGNS[unit])
