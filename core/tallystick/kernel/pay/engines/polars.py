"""Polars, the usual engine: lazy frames, read as a stream."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import reduce
from operator import xor
from threading import Lock
from typing import Any

import narwhals.stable.v2 as nw

from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.pay.engines.base import ELAPSED, LOCAL, Beside, Engine, of_kind
from tallystick.kernel.pay.engines.reach import Reach, reach_of
from tallystick.kernel.progress import rows_of
from tallystick.kernel.tables import TableSpec

_MINUTE = 60_000_000
_ROWS_TO_CHOOSE_BY = "POLARS_JOIN_SAMPLE_LIMIT"


class Polars(Engine):
    """Facts are Polars frames already."""

    name = "polars"
    library = "polars"
    writes_out = False
    sums_flags = True
    divides = True

    def taken(self, facts: Facts) -> Any:
        """The rows as they are."""
        return facts.frame

    def numbered(self, spec: TableSpec, frame: Any) -> Any:
        """Days and moments are whole numbers within; they are only called so."""
        import polars as pl

        made = {name: pl.col(name).cast(pl.Int32).cast(pl.Int64) for name in of_kind(spec, Kind.DAY)}
        for name in of_kind(spec, Kind.MOMENT):
            made[f"{name}{ELAPSED}"] = pl.col(f"{name}.elapsed")
            made[f"{name}{LOCAL}"] = pl.col(name).dt.epoch("us") // _MINUTE
        return frame.with_columns(**made)

    def small(self, values: Mapping[str, Sequence[Any]], dtypes: Mapping[str, Any]) -> Any:
        """A frame of the values."""
        return nw.from_dict(values, schema=dtypes, backend="polars").lazy()

    def collected(self, queries: Sequence[Any]) -> Any:
        """One after the other: what several hold at once would be too much, and none waits for another's processor."""
        with _FEW_ROWS_TO_CHOOSE_BY:
            return [query.collect(engine="streaming") for query in queries]

    def all_different(self, rows: Any, keys: Sequence[str]) -> int | None:
        """By one number for each row's keys: where these differ, the keys do; equal ones have to be looked at."""
        import polars as pl

        numbers = reduce(xor, (pl.col(key).hash(seed) for seed, key in enumerate(keys)))
        (found,) = self.collected([rows.to_native().select(numbers.alias("keys"))])
        return len(found) if found["keys"].n_unique() == len(found) else None

    def part_of(self, facts: Facts, reach: Reach) -> Any:
        """Read stretch by stretch, of each what is in the part."""
        from tallystick.kernel.pay.engines import blocks

        assert facts.rising is not None
        return nw.from_native(blocks.beside(facts.rising.base, facts.rising.made, None, (), reach=reach))

    def beside(self, facts: Facts, key: str | None, others: Sequence[Beside], reach: Reach | None = None) -> Any:
        """Stretch by stretch, so that neither the rows nor the others are held whole."""
        from tallystick.kernel.pay.engines import blocks

        found = [
            blocks.Other(
                frame=one.facts.rising.base, key=one.key, key_made=one.key_made,
                repeats=one.repeats, made=_natively(one.made, one.facts.rising.made),
            )
            for one in others
            if one.facts.rising is not None
        ]  # fmt: skip
        assert facts.rising is not None
        reach = reach or reach_of(facts.spec.name) or Reach()
        told = rows_of(lambda: f"paying {facts.spec.name}{reach.said}")
        return nw.from_native(blocks.beside(facts.rising.base, facts.rising.made, key, found, told=told, reach=reach))

    def looked_up(
        self,
        rows: Any,
        keys: Sequence[str],
        small: Mapping[str, Sequence[Any]],
        dtypes: Mapping[str, Any],
        small_keys: Sequence[str],
        careless: Collection[str] = (),
    ) -> Any:
        """Gathered by the places of the keys, where they have few enough."""
        from tallystick.kernel.pay.engines.gathered import gathered

        table = nw.from_dict(small, schema=dtypes, backend="polars").to_native()
        found = gathered(rows.to_native(), keys, table, small_keys, careless)
        if found is None:
            return super().looked_up(rows, keys, small, dtypes, small_keys, careless)
        return nw.from_native(found)

    def lazy(self, queries: Sequence[Any]) -> Any:
        """As they are."""
        return list(queries)

    def date(self, day: Any) -> Any:
        """Days are dates but for their name."""
        return day.cast(nw.Int32).cast(nw.Date)


class _FewRowsToChooseBy:
    """Before Polars joins, it holds up to ten million rows of both sides to choose which to keep: gigabytes of them.

    A hundred thousand tell as much. Whoever has set it knows better. Several queries may be read at once.
    """

    def __init__(self) -> None:
        self._lock, self._inside, self._is_ours = Lock(), 0, False

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._is_ours = _ROWS_TO_CHOOSE_BY not in os.environ
                self._say("100000")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._say(None)

    def _say(self, rows: str | None) -> None:
        import polars as pl

        if self._is_ours:
            pl.Config.load(json.dumps({"environment": {_ROWS_TO_CHOOSE_BY: rows}}))


_FEW_ROWS_TO_CHOOSE_BY = _FewRowsToChooseBy()


def _natively(found: Callable[[Any], Any], made: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda part: found(nw.from_native(made(part))).to_native()
