"""Engines: where the rows of activity are worked out, and the few things that each says in its own way.

The query is one and the same, written with Narwhals. What differs is here: the type that holds more than 64 bits,
the one division, days as numbers, and how small frames go in and results come out. ``speaking`` says for which
engine expressions are being made; ``engine()`` is asked by whatever makes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from attrs import evolve

from tallystick.kernel.errors import Fault, InputError, did_you_mean
from tallystick.kernel.facts import Facts
from tallystick.kernel.pay.engines.base import Engine
from tallystick.kernel.pay.engines.polars import Polars

NAMES = ("polars", "duckdb", "spark")
"""The engines that there are; the first is the usual one."""

_USUAL = Polars()
_SPOKEN: ContextVar[Engine] = ContextVar("engine", default=_USUAL)


def engine() -> Engine:
    """The engine for which expressions are being made."""
    return _SPOKEN.get()


@contextmanager
def speaking(of: Engine) -> Iterator[None]:
    """Make the expressions inside for this engine."""
    token = _SPOKEN.set(of)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def engine_for(facts: Mapping[str, Facts]) -> Engine:
    """The engine in which these facts are worked out: where one of them is, all go. InputError for two of them."""
    found = {table.engine.name: table.engine for table in facts.values() if table.engine is not None}
    if len(found) > 1:
        raise InputError(_two(*sorted(found)))
    return next(iter(found.values()), _USUAL)


def _two(first: str, second: str) -> Fault:
    return Fault(
        code="engine/two", found=f"some tables are in {first}, and others would be worked out in {second}",
        why="a row is joined with what it looks up in one engine", write="all of them in one of the two",
    )  # fmt: skip


def engine_of(frame: Any) -> Engine | None:
    """The engine of a frame that is handed in, where its library has one of its own: DuckDB and Spark.

    Raises InputError for a relation of a connection that DuckDB's small frames are not in.
    """
    library = type(frame).__module__.partition(".")[0].lstrip("_")
    if library == "duckdb" and hasattr(frame, "sql_query"):
        from tallystick.kernel.pay.engines.duckdb import DuckDB, is_elsewhere

        if is_elsewhere(frame):
            raise InputError(Fault(
                code="engine/connection", found="a relation of a DuckDB connection that is not the default one",
                why="a row is joined with what it looks up in one connection",
                write="duckdb.set_default_connection(connection) before it is handed in",
            ))  # fmt: skip
        return DuckDB()
    if library == "pyspark" and hasattr(frame, "sparkSession"):
        from tallystick.kernel.pay.engines.spark import Spark

        return Spark(frame.sparkSession)
    return None


def on_engine(facts: Mapping[str, Facts], name: str = "") -> dict[str, Facts]:
    """The facts on an engine: those that are not there are handed over, once.

    Without a name it is the engine of what was handed in. InputError as for ``engine_named`` and ``engine_for``.
    """
    of = engine_for(facts)
    if name and of.name != name:
        if of is not _USUAL:
            raise InputError(_two(of.name, name))
        of = engine_named(name)
    return {key: _handed_over(table, of) for key, table in facts.items()}


def _handed_over(table: Facts, of: Engine) -> Facts:
    if of is _USUAL or table.native is not None:
        return table
    return evolve(table, native=of.taken(table), engine=of)


def engine_named(name: str) -> Engine:
    """An engine by its name; InputError for one that there is not, or whose library is not installed."""
    try:
        if name == "duckdb":
            from tallystick.kernel.pay.engines.duckdb import DuckDB

            return DuckDB()
        if name == "spark":
            from tallystick.kernel.pay.engines.spark import Spark

            return Spark.begun()
    except ModuleNotFoundError as error:
        raise InputError(Fault(
            code="engine/not-installed", found=f"the engine {name!r} needs {error.name}, which is not installed",
            write=f'pip install "tallystick[{name}]"',
        )) from None  # fmt: skip
    if name != _USUAL.name:
        write = did_you_mean(name, NAMES) or " or ".join(NAMES)
        raise InputError(Fault(code="engine/unknown", found=f"there is no engine {name!r}", write=write))
    return _USUAL


__all__ = ["NAMES", "Engine", "engine", "engine_for", "engine_named", "engine_of", "on_engine", "speaking"]
