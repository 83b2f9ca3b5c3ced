"""DuckDB: relations of one connection, which spills to disk where memory is short."""

from __future__ import annotations

import uuid
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import narwhals.stable.v2 as nw

from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.pay.engines.base import ELAPSED, LOCAL, Engine, of_kind
from tallystick.kernel.pay.engines.handing_over import FEW, Scratch, arrow_of, lone
from tallystick.kernel.tables import TableSpec

_MINUTE = 60_000_000
_EXACT_DOUBLE = 2**48
"""Below this a quotient of two doubles, each rounded three times at most, is nearest to its own whole number."""


class DuckDB(Engine):
    """Works in DuckDB's own connection of this process, where relations that are handed in are too."""

    name = "duckdb"
    library = "duckdb"

    def __init__(self) -> None:
        self._scratch = Scratch()

    def taken(self, facts: Facts) -> Any:
        """In memory where they are few, else by a file."""
        if facts.rows <= FEW:
            return duckdb.from_arrow(facts.frame.collect().to_arrow())
        return duckdb.read_parquet(str(self._scratch.file(facts.frame)))

    def numbered(self, spec: TableSpec, frame: Any) -> Any:
        """Days since 1970, and minutes."""
        days = set(of_kind(spec, Kind.DAY))
        named = [
            f"date_diff('day', DATE '1970-01-01', {_quoted(name)}) AS {_quoted(name)}"
            if name in days else _quoted(name)
            for name in frame.columns
        ]  # fmt: skip
        for name in of_kind(spec, Kind.MOMENT):
            local = f"(epoch_us({_quoted(name)}) - epoch_us({_quoted(name)}) % {_MINUTE}) // {_MINUTE}"
            named += [
                f"{_quoted(name + '.elapsed')} AS {_quoted(name + ELAPSED)}",
                f"{local} AS {_quoted(name + LOCAL)}",
            ]
        return frame.project(", ".join(named))

    def small(self, values: Mapping[str, Sequence[Any]], dtypes: Mapping[str, Any]) -> Any:
        """A relation over an Arrow table of the values."""
        wide = {name for name, dtype in dtypes.items() if dtype == nw.Int128}
        frame = nw.from_native(duckdb.from_arrow(arrow_of(values, dtypes)))
        return frame.with_columns(nw.col(name).cast(nw.Int128) for name in wide) if wide else frame

    def mark(self, frame: Any, names: Sequence[str]) -> int:
        """The sum of a hash of every row."""
        said = ", ".join(_quoted(name) for name in names)
        ((found,),) = frame.to_native().aggregate(f"sum(CAST(hash({said}) AS HUGEINT))").fetchall()
        return int(found or 0)

    def rested(self, frame: Any) -> Any:
        """As a table of its own: the time to plan a query grows with the square of its length."""
        name = f"tallystick_{uuid.uuid4().hex}"
        frame.to_native().create(name)
        weakref.finalize(self, duckdb.execute, f"DROP TABLE IF EXISTS {name}")
        return nw.from_native(duckdb.table(name))

    def quotient(self, above: Any, below: Any, most: int) -> Any:
        """Without a remainder a quotient is exact in a double while it is small; ``//`` is long, and slow to plan."""
        if most >= _EXACT_DOUBLE:
            return above // below
        whole = above - above % below
        return (whole.cast(nw.Float64) / below.cast(nw.Float64)).round(0).cast(nw.Int64)

    def collected(self, queries: Sequence[Any]) -> Any:
        """One query after the other."""
        return [lone(nw.from_native(query)) for query in queries]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def is_elsewhere(relation: Any) -> bool:
    """True for a relation of another connection than the default one."""
    try:
        relation.limit(0).cross(duckdb.sql('SELECT 1 AS "~here"'))
    except duckdb.Error:
        return True
    return False
