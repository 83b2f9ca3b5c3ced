"""Every spec test runs on every reading."""

from __future__ import annotations

import pytest

from tallystick.kernel import check
from tests.support import Read

READINGS: dict[str, Read] = {"check": check.read}


@pytest.fixture(params=sorted(READINGS))
def reading(request: pytest.FixtureRequest) -> Read:
    """One way to read a program: ``reading(program, rows)``."""
    return READINGS[request.param]
