"""Progress: what is being done, how much of it is done, and what can be told of the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic_ns

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""

Rows = Callable[[int, int], None]
"""Told how many rows of how many have been gone through."""

_SECOND = 1_000_000_000
_WATCHED: ContextVar[Progress | None] = ContextVar("progress", default=None)


@contextmanager
def watched(by: Progress | None) -> Iterator[None]:
    """Tell this one of what is asked for inside."""
    token = _WATCHED.set(by)
    try:
        yield
    finally:
        _WATCHED.reset(token)


def rows_of(doing: Callable[[], str]) -> Rows:
    """Who is told of the rows, with rows a second and the time that is left; what is asked for may be done later."""
    by, began = _WATCHED.get(), [0]

    def told(done: int, of: int) -> None:
        if by is None:
            return
        if not done:
            began[0] = monotonic_ns()
        by(doing() + in_words(done, of, of, monotonic_ns() - began[0]), done, of)

    return told


def in_words(done: int, of: int, rows: int, nanoseconds: int) -> str:
    """Rows, rows a second and the time that is left, as far as they can be told."""
    said = f": {rows:,} rows" if rows else ""
    if rows and 0 < done < of and nanoseconds > 0:
        said += f", {rows * done * _SECOND // (of * nanoseconds):,} a second"
        said += f", {_time(nanoseconds * (of - done) // (done * _SECOND))} left"
    return said


def _time(seconds: int) -> str:
    return f"{max(1, seconds)} s" if seconds < 100 else f"{(seconds + 30) // 60} min"
