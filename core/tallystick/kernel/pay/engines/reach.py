"""Reach: which rows a query reads when it is run, so that one that is made once can be run part by part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from attrs import define


@define
class Reach:
    """Which rows of a table a query reads when it is run: all of them, unless it is run part by part."""

    start: int = 0
    stop: int | None = None
    by: str = ""
    part: int = 0
    of: int = 1
    """Of these, the rows whose value in the column ``by`` falls into this one of so many parts."""

    @property
    def said(self) -> str:
        """Which part it is, in words."""
        return f", part {self.part + 1} of {self.of}" if self.of > 1 else ""


_REACHES: ContextVar[dict[str, Reach] | None] = ContextVar("reaches", default=None)


@contextmanager
def in_parts() -> Iterator[dict[str, Reach]]:
    """Queries that are made inside can be run part by part: gives for each table that can be how far they reach."""
    reaches: dict[str, Reach] = {}
    token = _REACHES.set(reaches)
    try:
        yield reaches
    finally:
        _REACHES.reset(token)


def reach_of(table: str) -> Reach | None:
    """How far queries over a table reach that are made now."""
    reaches = _REACHES.get()
    return None if reaches is None else reaches.setdefault(table, Reach())
