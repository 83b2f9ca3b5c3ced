"""What a plugin's rules say is tested on both readings, as the national rules' are."""

from __future__ import annotations

import pytest

from tallystick.kernel import check, pay
from tests.support import Read, framed_tables

READINGS: dict[str, Read] = {
    "check": check.read,
    "pay": lambda program, rows: pay.read(program, framed_tables(program, rows)),
}


@pytest.fixture(params=sorted(READINGS))
def reading(request: pytest.FixtureRequest) -> Read:
    """One way to read a program: ``reading(program, rows)``."""
    return READINGS[request.param]
