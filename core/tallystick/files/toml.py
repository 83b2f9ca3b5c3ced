"""TOML files, with the place of everything in them: line, column and the line itself.

Values come from the parser alone, with decimals as Decimal; places come from a scan that is made only when
something has to be reported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

import tomli
from attrs import field, frozen

from tallystick.files.encodings import not_utf8
from tallystick.files.toml_places import Offsets, Path, find_places
from tallystick.kernel.errors import Fault, InputError

_ADVICE = (
    (
        r"Cannot overwrite a value|Duplicate inline table key",
        "a key is written twice in one table",
        "each key once; begin a further rule with a [[rule]] of its own",
    ),
    (
        r"Cannot declare .* twice|Cannot mutate immutable namespace",
        "a table is begun twice",
        "each [table] once; a list of tables repeats [[table]] in double brackets",
    ),
    (
        r"Unescaped '\\'|Invalid.*escape|escape sequence",
        "a backslash in double quotes begins a special character",
        "a stroke (/) in paths, or single quotes around the text",
    ),
    (
        r"Illegal character|Unterminated string|Expected \"'''\"",
        "a text is not closed on its line",
        'a straight quotation mark (") at both ends of the text',
    ),
    (r"Unclosed array", "a list is not closed, or its items have no comma between them", '["first", "second"]'),
    (r"Unclosed inline table", "a table in braces is not closed", "{ from = 2025-04-01, years = 1 }"),
    (
        r"at the end of an? (table|array) declaration",
        "a heading is not closed",
        "[contract] or [[rule]], alone on its line",
    ),
    (r"Expected '=' after a key", "a line is not of the form key = value", 'label = "hip fracture"'),
    (r"Invalid initial character for a key part", "a line does not begin with a key", 'label = "hip fracture"'),
    (
        r"Expected newline or end of document",
        "there is more on the line than one key and its value",
        'one key = value a line; text and money in quotes ("£28,000"), whole numbers without commas',
    ),
)
_INVALID_VALUE = 'text, money and rates in straight quotes ("£1,335", "5%"), days as 2025-04-01, flags as true or false'


@frozen(eq=False)
class Document:
    """One TOML file after parsing; ``name`` is how faults call it."""

    name: str
    text: str = field(repr=False)
    data: Mapping[str, Any] = field(repr=False)

    @cached_property
    def _places(self) -> Mapping[Path, Offsets]:
        return find_places(self.text)

    @property
    def spot(self) -> TomlSpot:
        """The whole file, from which every other place is reached."""
        return TomlSpot(self, ())


@frozen(eq=False)
class TomlSpot:
    """A key or value in a TOML file, by its path."""

    document: Document
    path: Path = ()

    @property
    def textual(self) -> bool:
        """False: TOML has numbers, days and flags of its own."""
        return False

    def at(self, *more: str | int) -> TomlSpot:
        """The place of a key below this one, or of an item by its index."""
        return TomlSpot(self.document, (*self.path, *more))

    def fault(self, code: str, found: str, why: str = "", write: str = "", *, key: bool = False) -> Fault:
        """A fault at the value, or at its key; a path that is not written falls back to what holds it."""
        line, column, source = self.place(key=key)
        return Fault(
            code=code, found=found, why=why, write=write, file=self.document.name,
            line=line, column=column, source=source,
        )  # fmt: skip

    def place(self, *, key: bool = False) -> tuple[int | None, int | None, str]:
        """Line and column from 1, and the line itself; (None, None, "") for the file as a whole."""
        path = self.path
        while path and path not in self.document._places:
            path = path[:-1]
        if not path:
            return None, None, ""
        offsets = self.document._places[path]
        return place_of(self.document.text, offsets.key if key else offsets.value)


def place_of(text: str, offset: int) -> tuple[int, int, str]:
    """Line and column of an offset, both from 1, and the line without its indentation."""
    line = text.count("\n", 0, offset) + 1
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return line, offset - start + 1, text[start : end if end >= 0 else len(text)].strip()


def read_toml(path: FilePath, *, name: str = "") -> Document:
    """Read a file; raises InputError where it cannot be read, is not UTF-8 or is not TOML."""
    name = name or path.name
    try:
        content = path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError(Fault(code="file/unreadable", found="the file cannot be read", why=why, file=name)) from None
    return parse_toml(decoded(content, name), name=name)


def decoded(content: bytes, name: str) -> str:
    """Text from UTF-8 with or without a mark at its start, and ``\\n`` line ends; raises InputError."""
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(not_utf8(content, name, line)) from None


def parse_toml(text: str, *, name: str) -> Document:
    """Parse text; raises InputError with line, column, the line itself and what to write."""
    text = text.replace("\r\n", "\n")
    try:
        return Document(name, text, tomli.loads(text, parse_float=Decimal))
    except tomli.TOMLDecodeError as error:
        raise InputError(_malformed(error, text, name)) from None
    except RecursionError:
        raise InputError(Fault(
            code="file/malformed", found="lists or tables stand in each other too deep to be read", file=name,
            why="no key of these files holds more than a list of tables", write="[[rule]], and its keys below it",
        )) from None  # fmt: skip


def _malformed(error: tomli.TOMLDecodeError, text: str, name: str) -> Fault:
    offset = min(error.pos, len(text))
    _, _, source = place_of(text, offset)
    said = error.msg
    why, write = said, _INVALID_VALUE
    for pattern, reason, advice in _ADVICE:
        if re.search(pattern, said):
            why, write = reason, advice
            break
    if said == "Invalid value":
        curly = text[offset : offset + 1] in ("\u201c", "\u201d", "\u2018", "\u2019")
        why = "the quotation marks are curly" if curly else "what stands here is not a value"
    return Fault(
        code="file/malformed", found=f"this cannot be read as TOML ({said})", why=why, write=write, file=name,
        line=error.lineno, column=error.colno, source=source,
    )  # fmt: skip
