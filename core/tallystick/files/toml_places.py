"""Where each key and value of a TOML text stands: a scanner that finds places and never reads a value.

It is only given text that the parser has accepted, so it checks nothing. A place is found by the path of
keys that the parsed values have: ``("rule", 2, "rate", 0, "band")`` is the key ``band`` of the first
``[[rule.rate]]`` of the third ``[[rule]]``, however it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import define, field, frozen

Path = tuple[str | int, ...]
"""Keys of tables, and indices of arrays from 0."""

_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE_KEY = re.compile(r"[^\s.=\]#\"']+")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2}(?!"))', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2}(?!'))", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|.)")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


@frozen
class Offsets:
    """Where a key is written, and where its value begins; for a table both are its heading."""

    key: int
    value: int


def find_places(text: str) -> Mapping[Path, Offsets]:
    """Return the offsets of every key path in a valid TOML text with ``\\n`` line ends."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.found


@define
class _Scanner:
    text: str
    at: int = 0
    found: dict[Path, Offsets] = field(factory=dict)
    lengths: dict[Path, int] = field(factory=dict)
    """How many tables each array of tables has so far."""

    def document(self) -> None:
        table: Path = ()
        while self._skip() < len(self.text):
            if self.text[self.at] == "[":
                table = self._heading()
            else:
                self._pair(table)

    def _skip(self) -> int:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _heading(self) -> Path:
        start = self.at
        repeated = self.text.startswith("[[", self.at)
        self.at += 2 if repeated else 1
        path: Path = ()
        names = self._dotted()
        for name, _ in names[:-1]:
            path = self._entered((*path, name), start)
        path = (*path, names[-1][0])
        if repeated:
            self.found.setdefault(path, Offsets(start, start))
            self.lengths[path] = self.lengths.get(path, 0) + 1
            path = (*path, self.lengths[path] - 1)
        self.found[path] = Offsets(start, start)
        self._skip()
        self.at += 2 if repeated else 1
        return path

    def _entered(self, path: Path, start: int) -> Path:
        """The table that a name on the way leads to: of an array of tables, its latest."""
        self.found.setdefault(path, Offsets(start, start))
        return (*path, self.lengths[path] - 1) if path in self.lengths else path

    def _dotted(self) -> list[tuple[str, int]]:
        names = []
        while True:
            self._skip()
            start = self.at
            names.append((self._name(), start))
            self._skip()
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def _name(self) -> str:
        start = self.at
        if self.text[start] in "\"'":
            self._string()
            inside = self.text[start + 1 : self.at - 1]
            return _unescaped(inside) if self.text[start] == '"' else inside
        match = _BARE_KEY.match(self.text, start)
        self.at = match.end() if match else start + 1
        return self.text[start : self.at]

    def _pair(self, table: Path) -> None:
        path = table
        names = self._dotted()
        for name, start in names:
            path = (*path, name)
            self.found.setdefault(path, Offsets(start, start))
        self.at += 1  # the equals sign
        self._skip()
        self.found[path] = Offsets(names[-1][1], self.at)
        self._value(path)

    def _value(self, path: Path) -> None:
        character = self.text[self.at]
        if character in "\"'":
            self._string()
        elif character == "[":
            self._array(path)
        elif character == "{":
            self._inline(path)
        else:
            match = _SCALAR.match(self.text, self.at)
            self.at = match.end() if match else self.at + 1

    def _string(self) -> None:
        for pattern in _STRINGS:
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                return
        self.at = len(self.text)

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._skip() < len(self.text) and self.text[self.at] != "]":
            self.found[*path, index] = Offsets(self.at, self.at)
            self._value((*path, index))
            index += 1
            if self._skip() < len(self.text) and self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while self._skip() < len(self.text) and self.text[self.at] != "}":
            self._pair(path)
            if self._skip() < len(self.text) and self.text[self.at] == ",":
                self.at += 1
        self.at += 1


def _unescaped(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        said = match[1]
        return chr(int(said[1:], 16)) if said[0] in "uUx" and len(said) > 1 else _ESCAPES.get(said, said)

    return _ESCAPE.sub(plain, text)
