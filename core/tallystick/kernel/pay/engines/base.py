"""What an engine says in its own way; the rest of the query is the same for all."""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import narwhals.stable.v2 as nw
from attrs import evolve, frozen

from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.pay.engines.reach import Reach
from tallystick.kernel.tables import TableSpec

if TYPE_CHECKING:
    import polars as pl

LOCAL, ELAPSED = "~local", "~elapsed"
"""What follows a moment's name: its minutes since 1970 by the local clock, and as they have passed."""


@frozen(eq=False, kw_only=True)
class Beside:
    """What rows find in a table that is in the order of its key: ``made`` of it, with the key under ``key_made``.

    Where a key ``repeats``, any of its rows will do.
    """

    facts: Facts
    key: str
    made: Callable[[Any], Any]
    key_made: str
    repeats: bool


class Engine(ABC):
    """One engine. ``name`` is how users call it, ``wide`` the type of whole numbers that 64 bits do not hold."""

    name: ClassVar[str]
    library: ClassVar[str]
    """The distribution that it comes in."""
    wide: ClassVar[Any] = nw.Int128
    writes_out: ClassVar[bool] = True
    """True if an expression is written out as often as it is used, so that each step has to be a column."""

    sums_flags: ClassVar[bool] = False
    """True if it can count how often a flag is yes without a column of ones and zeros."""

    divides: ClassVar[bool] = False
    """True if rows have to be divided so that what they hold fits in memory; others see to that themselves."""

    def prepared(self, facts: Facts) -> Any:
        """The rows as a lazy frame of this engine in which days and moments are whole numbers.

        A day is the days since 1970. A moment is two columns, ``name~local`` and ``name~elapsed``, in minutes.
        """
        return self.numbered(facts.spec, self.taken(facts) if facts.native is None else facts.native)

    def of_numbers(self, facts: Facts) -> Facts:
        """The facts with the rows ``prepared``, which are in the same order."""
        frame, known = self.prepared(facts), facts.known
        if known is None:
            return evolve(facts, frame=frame, rising=None)
        texts = known.columns & frozenset(of_kind(facts.spec, Kind.CODE))
        return evolve(
            facts, frame=frame, rising=known.shaped(frame, lambda part: self.numbered(facts.spec, part), texts)
        )

    @abstractmethod
    def taken(self, facts: Facts) -> Any:
        """The rows of files as they are stored, handed over to this engine."""

    @abstractmethod
    def numbered(self, spec: TableSpec, frame: Any) -> Any:
        """The stored rows with days and moments as whole numbers."""

    @abstractmethod
    def small(self, values: Mapping[str, Sequence[Any]], dtypes: Mapping[str, Any]) -> Any:
        """A small frame of plain values, lazy, as Narwhals has it."""

    @abstractmethod
    def collected(self, queries: Sequence[Any]) -> list[pl.DataFrame]:
        """The results of native queries, whole numbers as whole numbers; worked out together where that helps."""

    def all_different(self, rows: Any, keys: Sequence[str]) -> int | None:
        """How many rows there are, if it is seen at little cost that no two have the same keys; else None."""
        return None

    def part_of(self, facts: Facts, reach: Reach) -> Any:
        """The rows that ``reach`` says when the query is run."""
        raise NotImplementedError(f"{self.name} is not asked for it")

    def beside(self, facts: Facts, key: str | None, others: Sequence[Beside], reach: Reach | None = None) -> Any:
        """The rows with what each of the others has for their key, all being in the order of their keys.

        There is no key where there are no others. Where rows are divided, ``reach`` says which part is read.
        """
        rows = nw.from_native(facts.frame)
        for other in others:
            right = other.made(nw.from_native(other.facts.frame))
            right = right.unique(subset=[other.key_made]) if other.repeats else right
            rows = rows.join(right, how="left", left_on=key, right_on=other.key_made)
        return rows

    def lazy(self, queries: Sequence[Any]) -> list[pl.LazyFrame]:
        """Native queries as lazy Polars frames; here what they come to, brought over."""
        return [one.lazy() for one in self.collected(queries)]

    def mark(self, frame: Any, names: Sequence[str]) -> int:
        """One number for what stands in these columns, whatever the order of the rows: another one if it changes."""
        raise NotImplementedError(f"{self.name} is not asked for it")

    def looked_up(
        self,
        rows: Any,
        keys: Sequence[str],
        small: Mapping[str, Sequence[Any]],
        dtypes: Mapping[str, Any],
        small_keys: Sequence[str],
        careless: Collection[str] = (),
    ) -> Any:
        """The rows with the other columns of a small table for their keys; no keys are twice in it.

        In the columns that are ``careless`` anything may stand where a row finds nothing.
        """
        return rows.join(self.small(small, dtypes), how="left", left_on=list(keys), right_on=list(small_keys))

    def rested(self, frame: Any) -> Any:
        """The same frame, worked out so far if that helps the engine to plan what follows."""
        return frame

    def quotient(self, above: Any, below: Any, most: int) -> Any:
        """⌊above ÷ below⌋ for above ≥ 0 and below > 0, exact; ``most`` bounds the quotient."""
        return above // below

    def yyyymmdd(self, day: Any) -> Any:
        """A day's year, month and day of the month in one number, from days since 1970."""
        date = self.date(day)
        year, month, of_month = (part.cast(nw.Int64) for part in (date.dt.year(), date.dt.month(), date.dt.day()))
        return year * 10000 + month * 100 + of_month

    def date(self, day: Any) -> Any:
        """The date that is so many days after 1970 began."""
        return nw.lit(datetime.date(1970, 1, 1)) + day.cast(nw.Int32)


def of_kind(spec: TableSpec, kind: Kind) -> list[str]:
    """The names of a table's columns of one kind."""
    return [name for name, column in spec.columns.items() if column.kind is kind]
