"""Read ahead: one query is read while those that come after it are planned.

To plan a query takes one processor, and to read its rows takes all. Where an engine has its own way of doing several
things at once, or lives in another process, queries are read as they come.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType
from typing import Any

from tallystick.kernel.pay.engines import engine


class Ahead:
    """Does work in the order in which it is started, one piece at a time; what is left is dropped after an error."""

    def __init__(self) -> None:
        self._one_reader = ThreadPoolExecutor(1, "reading") if engine().divides else None

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._one_reader is not None:
            self._one_reader.shutdown(wait=True, cancel_futures=error is not None)

    def start(self, work: Callable[[], Any]) -> Future[Any]:
        """The work's result, or its error, for whoever asks for it."""
        if self._one_reader is not None:
            return self._one_reader.submit(copy_context().run, work)
        done = Future[Any]()
        done.set_result(work())
        return done
