"""How files are checked: whether what is remembered of them counts, and who is told how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from tallystick.kernel.settlement import Progress

Told = Callable[[int, int, int], None]
"""Told how many columns of how many have been gone through, and of how many rows; 0 rows are rows not counted yet."""


@frozen
class Checking:
    """``again`` checks every file as if it had never been seen; ``progress`` is told which table is being checked."""

    again: bool = False
    progress: Progress | None = None

    def say(self, what: str) -> None:
        """Tell what is being done, where nobody knows how long it takes."""
        if self.progress is not None:
            self.progress(what, 0, 1)

    def of_table(self, table: str) -> Told:
        """What a survey of the table tells of its columns, with the rows a second so far and the time that is left."""
        began = monotonic()

        def told(done: int, of: int, rows: int) -> None:
            if self.progress is not None:
                self.progress(f"checking {table}" + _in_words(done, of, rows, monotonic() - began), done, of)

        return told


def _in_words(done: int, of: int, rows: int, seconds: float) -> str:
    """Rows, rows a second and the time that is left, as far as they can be told."""
    said = f": {rows:,} rows" if rows else ""
    if rows and 0 < done < of and seconds > 0:
        said += f", {int(rows * done / of / seconds):,} a second, {_time(seconds * (of - done) / done)} left"
    return said


def _time(seconds: float) -> str:
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 100 else f"{round(whole / 60)} min"
