"""Every spec test runs on every reading."""

from __future__ import annotations

import pytest

from tallystick.kernel import check, pay
from tests.small_blocks import small_blocks
from tests.support import Read, framed_tables

__all__ = ["reading", "small_blocks"]

READINGS: dict[str, Read] = {
    "check": check.read,
    "pay": lambda program, rows: pay.read(program, framed_tables(program, rows)),
}


@pytest.fixture(params=sorted(READINGS))
def reading(request: pytest.FixtureRequest) -> Read:
    """One way to read a program: ``reading(program, rows)``."""
    return READINGS[request.param]
