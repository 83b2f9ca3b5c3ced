"""Values as people write them, by kind: exact, in the run's unit of account, and refused rather than guessed.

A TOML file has whole numbers, days and flags of its own, so there they are written as such; in a CSV file
(``textual``) everything is text, and the same forms stand in the cells.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tallystick.files.spots import Refusal
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.money import LARGEST_PENCE, SIGNS, parse_amount, parse_price, parse_rate

POUNDS = "£1,234.56"
EXAMPLES = {
    Kind.AMOUNT: f'"{POUNDS}"',
    Kind.PRICE: '"£1.185"',
    Kind.RATE: '"5%", "1/3" or "1.061204"',
    Kind.COUNT: "12",
    Kind.FLAG: "true or false",
    Kind.DAY: "2025-04-01",
    Kind.MOMENT: "2025-04-01T09:30:00",
    Kind.CODE: '"RXX"',
}
"""What a value of each kind looks like in a TOML file."""

_WHOLE = re.compile(r"^-?(\d{1,3}(,\d{3})+|\d+)$", re.ASCII)
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}


def value_of(kind: Kind, given: Any, *, money: str = "GBP", textual: bool = False) -> Any:
    """Return int, Fraction, bool, date, datetime or str as the language's constants are; raises Refusal."""
    try:
        value = _READERS[kind](given, textual)
    except Refusal as refused:
        raise _in_unit(refused, kind, money) from None
    if kind in (Kind.AMOUNT, Kind.PRICE) and SIGNS[money] not in given:
        raise Refusal(
            "value/other-money", f"{given} is not in {money}, the unit of account of this workspace",
            "one run has one unit of account, and nothing is converted", example(kind, money),
        )  # fmt: skip
    return value


def _in_unit(refused: Refusal, kind: Kind, money: str) -> Refusal:
    """The same, with what to write in the unit of account: what was found keeps the sign that it has."""
    if kind in (Kind.AMOUNT, Kind.PRICE):
        refused.write = refused.write.replace("£", SIGNS[money])
        refused.found = refused.found.replace(f"such as {POUNDS}", f"such as {POUNDS.replace('£', SIGNS[money])}")
    return refused


def example(kind: Kind, money: str = "GBP") -> str:
    """What to write for a value of the kind, in the unit of account."""
    return EXAMPLES[kind].replace("£", SIGNS[money])


def shown(given: Any) -> str:
    """What was found, as its writer would know it: a text in quotes, a flag in small letters."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return f'"{given}"'
    if isinstance(given, dict):
        return "a table"
    if isinstance(given, list | tuple):
        return "a list"
    return str(given)


def limit_of(kind: Kind, limit: Any) -> Any:
    """A bound of a declaration as a value of its kind: text in any unit of account, or whole minor units."""
    if isinstance(limit, str):
        limit = re.sub("[€$]", "£", limit)
        return _READERS[kind](limit, True)
    return Fraction(limit) if kind in (Kind.RATE, Kind.PRICE) and not isinstance(limit, bool) else limit


def check_limits(kind: Kind, value: Any, given: Any, at_least: Any, at_most: Any) -> None:
    """Raise Refusal for a value beyond its declared bounds, which are inclusive."""
    if at_least is not None and value < limit_of(kind, at_least):
        raise _out_of_bounds(given, "less than", at_least)
    if at_most is not None and value > limit_of(kind, at_most):
        raise _out_of_bounds(given, "more than", at_most)


def _out_of_bounds(given: Any, than: str, limit: Any) -> Refusal:
    end = "least" if than == "less than" else "most"
    return Refusal(
        "value/bounds", f"{shown(given)} is {than} {limit}", f"the {end} that is allowed here is {limit}",
        f"a value of at {end} {limit}",
    )  # fmt: skip


def _wrong(kind: Kind, given: Any, wanted: str, write: str = "", why: str = "") -> Refusal:
    return Refusal("value/kind", f"{shown(given)} is not {wanted}", why, write or EXAMPLES[kind])


def _money(kind: Kind, parse: Callable[[str], Any]) -> Callable[[Any, bool], Any]:
    def read(given: Any, textual: bool) -> Any:
        if isinstance(given, int | Decimal) and not isinstance(given, bool):
            raise _bare_money(str(given))
        if not isinstance(given, str):
            raise _wrong(kind, given, "money")
        bare = given.strip().replace(",", "")
        if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", bare):
            raise _bare_money(bare)
        try:
            value = parse(given)
        except ValueError as error:
            raise Refusal("value/kind", str(error), "", EXAMPLES[kind]) from None
        if abs(value) > LARGEST_PENCE:
            raise Refusal("value/too-wide", f"{given} is wider than any amount that can be paid")
        return value

    return read


def _bare_money(number: str) -> Refusal:
    exact = Decimal(number)
    pounds = f"{abs(exact):,f}" if exact.is_finite() else "1,234.56"
    minus = "-" if number.startswith("-") else ""
    return Refusal(
        "value/bare-money", f"{number} is a bare number for money",
        "nobody can tell pounds from pence afterwards", f'"{minus}£{pounds}", with its sign',
    )  # fmt: skip


def _rate(given: Any, textual: bool) -> Fraction:
    if isinstance(given, int | Decimal) and not isinstance(given, bool):
        raise Refusal(
            "value/bare-rate", f"{given} is a bare number for a rate",
            "nobody can tell 5 per cent from 5 times afterwards", f'"{given}%" for per cent, or "{given}" for times',
        )  # fmt: skip
    if not isinstance(given, str):
        raise _wrong(Kind.RATE, given, "a rate")
    try:
        return parse_rate(given)
    except ValueError as error:
        raise Refusal("value/kind", str(error), "", EXAMPLES[Kind.RATE]) from None


def _count(given: Any, textual: bool) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        value = given
    elif isinstance(given, str) and _WHOLE.match(given.strip()):
        if not textual:
            raise _wrong(Kind.COUNT, given, "a number", f"{given.strip().replace(',', '')}, without quotes or commas")
        value = int(given.strip().replace(",", ""))
    else:
        why = "nothing is rounded on the way in"
        raise _wrong(Kind.COUNT, given, "a whole number", "a whole number, such as 12", why)
    if abs(value) > LARGEST_PENCE:
        raise Refusal("value/too-wide", f"{shown(given)} is wider than any number that can be counted with")
    return value


def _flag(given: Any, textual: bool) -> bool:
    if isinstance(given, bool):
        return given
    if textual and isinstance(given, str) and given.strip().lower() in _FLAGS:
        return _FLAGS[given.strip().lower()]
    write = "true or false" if textual else "true or false, without quotes"
    raise _wrong(Kind.FLAG, given, "a flag", write, "only true and false are taken, so that nothing is guessed")


def _day(given: Any, textual: bool) -> datetime.date:
    if isinstance(given, datetime.datetime):
        raise _wrong(Kind.DAY, given, "a day", f"{given:%Y-%m-%d}, without a time")
    if isinstance(given, datetime.date):
        return given
    if isinstance(given, str):
        try:
            day = datetime.datetime.strptime(given.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            why = "01/04/2025 is April to one reader and January to another" if "/" in given else ""
            write = "a day as 2025-04-01" + ("" if textual else ", without quotes")
            raise _wrong(Kind.DAY, given, "a day", write, why) from None
        if textual:
            return day
        raise _wrong(Kind.DAY, given, "a day but text", f"{day}, without quotes")
    raise _wrong(Kind.DAY, given, "a day")


def _moment(given: Any, textual: bool) -> datetime.datetime:
    value = given
    if textual and isinstance(given, str):
        try:
            value = datetime.datetime.fromisoformat(given.strip())
        except ValueError:
            value = None
    if not isinstance(value, datetime.datetime) or value.tzinfo is not None:
        raise _wrong(Kind.MOMENT, given, "a local date and time")
    return value


def _code(given: Any, textual: bool) -> str:
    if not isinstance(given, str):
        write = "" if isinstance(given, dict | list) else f'"{given}", in quotes'
        raise _wrong(Kind.CODE, given, "a text", write, "codes are text, so that 007 stays 007")
    if not given.strip() or given != given.strip():
        raise _wrong(Kind.CODE, given, "a code", "the code, without spaces around it")
    if not given.isprintable():
        raise Refusal(
            "value/kind", f"{given!r} has a line break or a sign in it that cannot be seen",
            "it would look like another code", "the code on one line, in letters that can be seen",
        )  # fmt: skip
    return given


_READERS: dict[Kind, Callable[[Any, bool], Any]] = {
    Kind.AMOUNT: _money(Kind.AMOUNT, parse_amount),
    Kind.PRICE: _money(Kind.PRICE, parse_price),
    Kind.RATE: _rate,
    Kind.COUNT: _count,
    Kind.FLAG: _flag,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
    Kind.CODE: _code,
}
