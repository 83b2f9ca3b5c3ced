"""Spark: frames of one session, on this machine or on a cluster, where the rows stay."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as spark

from tallystick.kernel.errors import Fault, InputError, SettlementError
from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.pay.bounds import NARROW
from tallystick.kernel.pay.engines.base import ELAPSED, LOCAL, Engine, of_kind
from tallystick.kernel.pay.engines.handing_over import FEW, WIDE, Scratch, arrow_of, lone
from tallystick.kernel.tables import TableSpec

_EXACT_DOUBLE = 2**50
"""Below this a quotient of two doubles, each rounded once, is nearer to its whole number than to any other."""
_TWICE = 2**96
"""Below this the first of two such quotients is so near that the second, of what is left, is exact."""


class Spark(Engine):
    """Works in the session of the frames that were handed in, or in the one that is active; else it begins one."""

    name = "spark"
    library = "pyspark"
    wide: ClassVar[Any] = WIDE

    def __init__(self, session: Any) -> None:
        self.session = session
        self._scratch = Scratch()

    @classmethod
    def begun(cls) -> Spark:
        """In the session that is there, else in a new one; InputError where it does not begin."""
        here = SparkSession.getActiveSession()
        if here is None and not (shutil.which("java") or os.environ.get("JAVA_HOME") or os.environ.get("SPARK_REMOTE")):
            raise InputError(Fault(
                code="engine/no-java", found="Spark needs a Java runtime, and there is none",
                why="neither is java on the path, nor does JAVA_HOME say where it is",
                write="a Java of version 17 or newer: apt-get install default-jre-headless",
            ))  # fmt: skip
        try:
            return cls(here or SparkSession.builder.appName("tallystick").getOrCreate())
        except PySparkException as error:
            raise InputError(Fault(
                code="engine/not-begun", found="Spark does not begin",
                why=f"it says: {str(error).splitlines()[0][:200]}",
                write="what Spark asks for; Java has to be of version 17 or newer",
            )) from None  # fmt: skip

    def taken(self, facts: Facts) -> Any:
        """In memory where they are few, so that a cluster may be elsewhere; else by a file.

        With moments it is by a file too: Spark would take one in memory for a time of the session's zone.
        """
        moments = [facts.stats[name] for name in of_kind(facts.spec, Kind.MOMENT) if name in facts.stats]
        if facts.rows <= FEW and all(one.nulls == facts.rows for one in moments):
            return self.session.createDataFrame(facts.frame.collect().to_arrow())
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
        return nw.from_native(self.session.createDataFrame(arrow_of(values, dtypes)))

    def mark(self, frame: Any, names: Sequence[str]) -> int:
        """The sum of a hash of every row; a hash passes over what is missing, so that is told beside it."""
        of = [spark.col(f"`{name}`") for name in names]
        hashed = spark.xxhash64(*of, *(one.isNull() for one in of)).cast("decimal(38,0)")
        return int(frame.to_native().agg(spark.sum(hashed).alias("mark")).collect()[0]["mark"] or 0)

    def collected(self, queries: Sequence[Any]) -> Any:
        """One query after the other."""
        return [lone(nw.from_native(query)) for query in queries]

    def quotient(self, above: Any, below: Any, most: int) -> Any:
        """Without a remainder a quotient is exact in a double while it is small; a large one takes two.

        Narwhals divides decimals as doubles here. The first quotient may then be off in its last digits: what it
        leaves is divided again, and that is small.
        """
        whole = above - above % below
        if most < _EXACT_DOUBLE:
            return _nearest(whole, below).cast(nw.Int64)
        if most >= _TWICE:
            raise SettlementError(f"a division may come to {most:,}, which Spark cannot work out exactly")
        line = below.cast(self.wide)
        near = _nearest(whole, below).cast(self.wide)
        made = near + _nearest(whole.cast(self.wide) - near * line, below).cast(self.wide)
        return made.cast(nw.Int64) if most < NARROW else made


def _nearest(above: Any, below: Any) -> Any:
    return (above.cast(nw.Float64) / below.cast(nw.Float64)).round(0)
