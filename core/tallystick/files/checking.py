"""How files are checked: whether what is remembered of them counts, and who is told how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic_ns

from attrs import frozen

from tallystick.kernel.progress import Progress, in_words

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
        began = monotonic_ns()

        def told(done: int, of: int, rows: int) -> None:
            if self.progress is not None:
                self.progress(f"checking {table}" + in_words(done, of, rows, monotonic_ns() - began), done, of)

        return told
