"""Spark: frames of one session, on this machine or on a cluster, where the rows stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
from pyspark.sql import SparkSession
from pyspark.sql import functions as spark

from tallystick.kernel.errors import SettlementError
from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.pay.bounds import NARROW
from tallystick.kernel.pay.engines.base import ELAPSED, LOCAL, Engine, of_kind
from tallystick.kernel.pay.engines.handing_over import Scratch, lone
from tallystick.kernel.tables import TableSpec

_EXACT_DOUBLE = 2**50
"""Below this a quotient of two doubles, each rounded once, is nearer to its whole number than to any other."""
_EXACT_DECIMAL = 10**31
"""Spark gives a quotient of wide decimals six places, which leaves this many digits before them."""


class Spark(Engine):
    """Works in the session of the frames that were handed in, or in the one that is active; else it begins one."""

    name = "spark"
    wide: ClassVar[Any] = nw.Decimal(38, 0)

    def __init__(self, session: Any = None) -> None:
        self.session = session or SparkSession.builder.appName("tallystick").getOrCreate()
        self._scratch = Scratch()

    def taken(self, facts: Facts) -> Any:
        """By a file."""
        return self.session.read.parquet(str(self._scratch.file(facts.frame)))

    def numbered(self, spec: TableSpec, frame: Any) -> Any:
        """Days since 1970, and minutes; no name has a dot in it, which Spark would read as a part of a column."""
        made = [
            spark.unix_date(spark.col(f"`{name}`")).cast("bigint").alias(name) if column.kind is Kind.DAY
            else spark.col(f"`{name}`")
            for name, column in spec.columns.items()
            if name in frame.columns
        ]  # fmt: skip
        for name in of_kind(spec, Kind.MOMENT):
            day, of = spark.unix_date(spark.to_date(f"`{name}`")).cast("bigint"), spark.col(f"`{name}`")
            local = day * 1440 + spark.hour(of) * 60 + spark.minute(of)
            made += [spark.col(f"`{name}.elapsed`").alias(f"{name}{ELAPSED}"), local.alias(f"{name}{LOCAL}")]
        return frame.select(*made)

    def small(self, values: Mapping[str, Sequence[Any]], dtypes: Mapping[str, Any]) -> Any:
        """A frame of the values."""
        table = nw.from_dict(values, schema=dtypes, backend="polars").to_native().to_arrow()
        return nw.from_native(self.session.createDataFrame(table))

    def collected(self, queries: Sequence[Any]) -> Any:
        """One query after the other."""
        return [lone(nw.from_native(query)) for query in queries]

    def quotient(self, above: Any, below: Any, most: int) -> Any:
        """Without a remainder a quotient is exact, in a double while it is small and in decimals beyond."""
        whole = above - above % below
        if most < _EXACT_DOUBLE:
            return (whole.cast(nw.Float64) / below.cast(nw.Float64)).round(0).cast(nw.Int64)
        if most >= _EXACT_DECIMAL:
            raise SettlementError(f"a division may come to {most:,}, which Spark cannot work out exactly")
        made = (whole.cast(self.wide) / below.cast(self.wide)).cast(self.wide)
        return made.cast(nw.Int64) if most < NARROW else made
