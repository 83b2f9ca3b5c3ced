"""Rows are read a few at a time, so that in every test stretches meet where they may go wrong."""

from collections.abc import Iterator

import pytest

from tallystick.kernel.pay.engines import blocks


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Stretches of seven rows."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(blocks, "BLOCK", 7)
        patched.setattr(blocks, "PIECE", 3)
        yield
