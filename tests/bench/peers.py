"""The peers, each on the same task as far as it can say it, in a process and an environment of its own."""

from __future__ import annotations

from tests.bench.bench import Bench, Line


def rows(of: Bench) -> list[Line]:
    """A line for each peer."""
    return []
