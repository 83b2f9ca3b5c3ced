"""One file of the journal: a posting as text, and back, with everything that a file says of itself checked.

The text is JSON with sorted keys, a line of the ledger on a line of the file, and money in whole pence. It has one form
only: a file that says the same in other bytes was changed. Each file holds the hash of the file before it
(``previous``) and a seal: the hash of its own text without the line of the seal.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from attrs import field, frozen

from tallystick.in_year.payable import Payable, Payment
from tallystick.in_year.postings import PostingKey, Sum, Sums, in_name_order, shown
from tallystick.kernel.money import LARGEST_PENCE

FORMAT = 1
"""The version of the file's own form; it rises when a key is renamed, added or taken away."""

T = TypeVar("T", Payable, Payment)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_HASH = re.compile(r"[0-9a-f]{64}")
_LINE: Mapping[str, type] = {**dict.fromkeys(PostingKey._fields, str), "pence": int, "units": int}
_KEY = itemgetter(*PostingKey._fields)
_PAYABLE: Mapping[str, type] = {name: str if name in Payable._fields[:3] else int for name in Payable._fields}
_PAYMENT: Mapping[str, type] = {name: int if name == "pence" else str for name in Payment._fields}
_TOP: Mapping[str, type] = {
    "as_at": str, "balances": dict, "format": int, "lines": list, "months": list, "number": int, "payable": list,
    "payments": list, "previous": str, "run": str, "seal": str, "submissions": dict,
}  # fmt: skip
_WORDS = {str: "a text", int: "a whole number", list: "a list", dict: "an object in braces"}


class Wrong(ValueError):  # noqa: N818 - it becomes a fault where the file's name is known
    """A file that is no posting, without its place: the fault's code, what was found, why, and what to write."""

    def __init__(self, code: str, found: str, why: str = "", write: str = "") -> None:
        super().__init__(found)
        self.code, self.found, self.why, self.write = code, found, why, write


class Head(NamedTuple):
    """Where a journal ends: its last file's number and SHA-256; 0 and an empty text where nothing is posted."""

    number: int
    sha256: str


@frozen(kw_only=True)
class Posting:
    """One posting: what became due on each line, what that makes payable, and what it was worked out from.

    ``payments`` are those on account that were taken into account; ``submissions`` names what was received, in any
    form that JSON has but fractions; ``run`` is the fingerprint of the run.
    """

    number: int
    previous: str
    run: str
    months: tuple[str, ...]
    as_at: datetime.date
    lines: Sums
    payable: tuple[Payable, ...]
    payments: tuple[Payment, ...] = ()
    submissions: Mapping[str, Any] = field(factory=dict)


def file_name(number: int) -> str:
    """``0001.json`` for the first; ten thousand and more have as many digits as they need."""
    return f"{number:04d}.json"


def digest(content: bytes) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()


def balances(lines: Sums) -> dict[str, dict[str, int]]:
    """What each account received less what it paid, by book; each book comes to nothing over its accounts."""
    found: dict[str, dict[str, int]] = {}
    for key, of in lines.items():
        book = found.setdefault(key.book, {})
        book[key.payer] = book.get(key.payer, 0) - of.pence
        book[key.payee] = book.get(key.payee, 0) + of.pence
    return {book: {name: of[name] for name in sorted(of) if of[name]} for book, of in sorted(found.items())}


def written(posting: Posting) -> bytes:
    """The file of a posting. Raises Wrong for what could not be read back as it is."""
    said: dict[str, Any] = {
        "as_at": posting.as_at.isoformat(),
        "balances": balances(posting.lines),
        "format": FORMAT,
        "lines": [{**key._asdict(), **of._asdict()} for key, of in (shown(*line) for line in posting.lines.items())],
        "months": list(posting.months),
        "number": posting.number,
        "payable": [one._asdict() for one in posting.payable],
        "payments": [{**one._asdict(), "paid_on": one.paid_on.isoformat()} for one in posting.payments],
        "previous": posting.previous,
        "run": posting.run,
        "submissions": dict(posting.submissions),
    }
    try:
        content = _bytes({**said, "seal": digest(_bytes(said))})
    except (TypeError, ValueError, RecursionError) as error:
        raise Wrong("journal/field", f"the posting cannot be written as JSON ({error})") from None
    again = read(content, posting.number)
    if (again.lines, again.payable, again.payments) != (dict(posting.lines), posting.payable, posting.payments):
        raise Wrong("journal/field", "the posting would not be read back as it is")
    return content


def read(content: bytes, number: int) -> Posting:
    """The posting in the file of that number. Raises Wrong where anything of it is not as it was written."""
    said = _parsed(content)
    if said.get("format") != FORMAT or type(said["format"]) is not int:
        found = f"its format is {json.dumps(said.get('format'))}, and this version of tallystick knows {FORMAT}"
        why = "another version may mean something else by the same words"
        raise Wrong("journal/format", found, why, "the version of tallystick that wrote it, or a later one")
    if not _is_sealed(said, content):
        raise _changed(content)
    _types(said, _TOP, "the file")
    if said["number"] != number:
        raise Wrong(
            "journal/number", f"it says that it is number {said['number']}",
            "a file was given another's name, or the order was changed", f"the name {file_name(said['number'])}",
        )  # fmt: skip
    lines = _lines(said["lines"])
    if said["balances"] != balances(lines):
        raise Wrong("journal/unbalanced", "its balances are not what its lines come to")
    return Posting(
        number=number, previous=_matching(_HASH, said["previous"], "previous", empty=number == 1), run=said["run"],
        months=_months(said["months"]), as_at=_day(said["as_at"], "as_at"), lines=lines,
        payable=_payable(said["payable"]), payments=_payments(said["payments"]), submissions=said["submissions"],
    )  # fmt: skip


def _is_sealed(said: Mapping[str, Any], content: bytes) -> bool:
    """True if the text is in its one form, and its seal is that of everything else in it."""
    try:
        return _bytes(said) == content and said.get("seal") == digest(content.replace(_seal_line(said), b"", 1))
    except UnicodeEncodeError:  # half a sign, which only an escape can write
        return False


def _seal_line(said: Mapping[str, Any]) -> bytes:
    """The line of the seal, which is never the last; no text inside the file has a line break of its own before it."""
    return f'\n  "seal": {_json(said.get("seal"))},'.encode()


def _bytes(said: Mapping[str, Any]) -> bytes:
    """The one form of a document: keys in order, and each item of a list or mapping on a line of its own."""
    parts = [f"  {json.dumps(name)}: {_item(said[name])}" for name in sorted(said)]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _item(value: Any) -> str:
    if isinstance(value, list | tuple) and value:
        return "[\n" + ",\n".join(f"    {_json(one)}" for one in value) + "\n  ]"
    if isinstance(value, Mapping) and value:
        return "{\n" + ",\n".join(f"    {_json(name)}: {_json(value[name])}" for name in sorted(value)) + "\n  }"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content.decode(), parse_float=_no_fraction, parse_constant=_no_fraction)
    except (ValueError, RecursionError):
        raise _changed(content) from None
    if not isinstance(said, dict):
        raise _changed(content)
    return said


def _no_fraction(text: str) -> Any:
    raise ValueError(text)


def _changed(content: bytes) -> Wrong:
    if b"\r\n" in content:
        return Wrong(
            "journal/line-ends", "its line ends were changed",
            "a version control or a mail system has written it anew, and its hash is another one",
            "the file as it was written; for git, a line journal/* -text in .gitattributes",
        )  # fmt: skip
    if not content.endswith(b"}\n"):
        return Wrong("journal/damaged", "it is cut short, or something stands after its end")
    return Wrong("journal/changed", "it is not as it was written: its seal does not fit what it says")


def _types(said: Mapping[str, Any], known: Mapping[str, type], where: str) -> None:
    if said.keys() != known.keys():
        odd = ", ".join(sorted(set(said) ^ set(known)))
        raise Wrong("journal/field", f"{where} has other keys than it should: {odd}")
    for name, of in known.items():
        if type(said[name]) is not of:
            raise Wrong("journal/field", f"{where}: {name} is {json.dumps(said[name])[:60]} and not {_WORDS[of]}")
        if of is int and abs(said[name]) > LARGEST_PENCE:
            raise Wrong("journal/field", f"{where}: {name} is wider than any amount that can be paid")


def _rows(listed: list[Any], known: Mapping[str, type], what: str) -> Iterable[tuple[str, dict[str, Any]]]:
    for number, one in enumerate(listed, start=1):
        where = f"{what} {number}"
        if type(one) is not dict:
            raise Wrong("journal/field", f"{where} is not {_WORDS[dict]}")
        _types(one, known, where)
        yield where, one


def _lines(listed: list[Any]) -> dict[PostingKey, Sum]:
    found: dict[PostingKey, Sum] = {}
    last: PostingKey | None = None
    for where, one in _rows(listed, _LINE, "line"):
        given, of = PostingKey(*_KEY(one)), Sum(one["pence"], one["units"])
        payer, payee, pence = in_name_order(given.payer, given.payee, of.pence)
        key, signed = given._replace(payer=payer, payee=payee), of._replace(pence=pence)
        if payer == payee or not any(of) or shown(key, signed) != (given, of):
            raise Wrong("journal/unbalanced", f"{where} does not go from one account to another")
        if last is not None and key <= last:
            raise Wrong("journal/field", f"{where} is out of order, or stands there twice")
        if not _MONTH.fullmatch(key.starts):
            raise Wrong("journal/field", f"{where}: starts is {json.dumps(key.starts)[:60]}, which cannot stand there")
        found[key] = signed
        last = key
    return found


def _payable(listed: list[Any]) -> tuple[Payable, ...]:
    found = []
    for where, one in _rows(listed, _PAYABLE, "payable"):
        made = Payable(**one)
        if made.entitled != made.on_account + made.ordered + made.now or made.now < 0 or made.payer == made.payee:
            raise Wrong("journal/unbalanced", f"{where} does not add up")
        found.append(made)
    return tuple(found)


def _payments(listed: list[Any]) -> tuple[Payment, ...]:
    rows = _rows(listed, _PAYMENT, "payment")
    return tuple(Payment(**{**one, "paid_on": _day(one["paid_on"], f"{where}: paid_on")}) for where, one in rows)


def _months(listed: list[Any]) -> tuple[str, ...]:
    found = tuple(_matching(_MONTH, one, "months") for one in listed)
    if not found or list(found) != sorted(set(found)):
        raise Wrong("journal/field", "its months are not one or more months in order")
    return found


def _day(text: str, what: str) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise Wrong("journal/field", f"{what} is {json.dumps(text)[:60]} and not a day")
    return day


def _matching(pattern: re.Pattern[str], text: Any, what: str, *, empty: bool = False) -> str:
    if isinstance(text, str) and (pattern.fullmatch(text) or (empty and not text)):
        return text
    raise Wrong("journal/field", f"{what} is {json.dumps(text)[:60]}, which cannot stand there")
