"""Collecting: Python looks through every object for circles again and again, and makes none here.

Ten thousand contracts are millions of objects, so that takes a third of the time in which their numbers are worked
out. It is put off meanwhile.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def put_off() -> Iterator[None]:
    """Look for circles only when this is over."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
