"""Assignment: everything that a workspace says of whose a row is, and the step that writes it into the rows.

It comes after activity is read and validated, and before anything is settled: ``contract`` is filled where it holds
nothing and one contract claims the row. What is then still empty belongs to no contract.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import attrs
import polars as pl
from attrs import field, frozen

from tallystick.assign.bodies import ORGANISATIONS, SUCCESSORS, Bodies, Successors
from tallystick.assign.claims import PARTIES, Claim
from tallystick.assign.cohorts import Listed, listed
from tallystick.assign.matching import (
    BODY,
    CONTRACT,
    RIVALS,
    STRETCH,
    TIE,
    claimed,
    stretches,
    turns_of,
    with_bodies,
)
from tallystick.assign.responsible import NOT_KNOWN, Responsible
from tallystick.files.problems import SHOWN
from tallystick.files.records import records
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.facts import Facts
from tallystick.kernel.tables import TableSpec

FILLED = ("contract", "commissioner")
"""The columns that an assignment may write."""


@frozen(eq=False, kw_only=True)
class Assignment:
    """Who claims rows, who is responsible for them, and who stands in whose place.

    ``claims`` are those of every contract, its own parties' where it says none; they are empty where the workspace
    has none of the files that say such things, and rows then go by their parties while they are settled.
    """

    claims: tuple[Claim, ...] = ()
    responsible: Responsible | None = None
    bodies: Bodies = field(factory=Bodies)

    @property
    def successors(self) -> Successors:
        """Who stands in an organisation's place on a day: ``successors.body(code, day)``."""
        return self.bodies.successors

    def read_as(self, spec: TableSpec) -> TableSpec:
        """The declaration that a table is read by: its commissioner may be missing where another column says it."""
        return self.responsible.read_as(spec) if self.responsible is not None else spec

    def applied(
        self, facts: Mapping[str, Facts], tables: Mapping[str, TableSpec], *, set_aside: bool = False
    ) -> dict[str, Facts]:  # fmt: skip
        """The facts with every claimed row's contract in place, by the declarations of ``tables``.

        Raises InputError with every fault: rows that two contracts claim alike, codes of organisations that are
        not there on the day. With ``set_aside`` those rows are left out and their faults are kept on the facts.
        """
        if not (self.claims or self.responsible or self.bodies.days):
            return dict(facts)
        people = listed(self.claims, facts, self.successors)
        done: dict[str, Facts] = {}
        faults: list[Fault] = []
        for name, table in facts.items():
            try:
                done[name] = self._applied(attrs.evolve(table, spec=tables[name]), people, set_aside=set_aside)
            except InputError as error:
                faults.extend(error.faults)
        if faults:
            raise InputError(faults)
        return done

    def _applied(self, facts: Facts, people: Listed, *, set_aside: bool) -> Facts:
        spec = facts.spec
        parties = [name for name in PARTIES if name in spec.columns]
        if spec.date is None or facts.days is None or not parties:
            if self.responsible is None:
                return facts
            return _written(facts, lambda frame: frame, _asked(facts.frame, spec, pl.lit(False)), [])
        places = "contract" in spec.columns and bool(self.claims)
        shape = partial(self._shaped, facts=facts, people=people, parties=parties, places=places)
        found = _Found(self, spec, shape(facts.frame), facts.source)
        asked = _asked(found.frame, spec, found.bad())
        if not asked["bad"]:
            return _written(facts, shape, asked, [])
        faults = [*found.not_there(parties), *(found.ties() if places else ())]
        if not set_aside:
            raise InputError(faults)
        good = _asked(found.frame.filter(~found.bad()), spec, pl.lit(False))
        return _written(facts, lambda frame: shape(frame).filter(~found.bad()), good, faults)

    def _shaped(
        self, frame: pl.LazyFrame, facts: Facts, people: Listed, parties: Sequence[str], *, places: bool
    ) -> pl.LazyFrame:  # fmt: skip
        """The rows with the bodies and the contract that they belong to, each row by itself."""
        spec = facts.spec
        assert spec.date is not None
        assert facts.days is not None
        if self.responsible is not None:
            cut = stretches(facts.days, self.responsible.turns())
            frame = self.responsible.filled(frame.with_columns(cut.number(spec.date).alias(STRETCH)), spec, cut)
        cut = stretches(facts.days, turns_of(self.claims, self.successors))
        frame = with_bodies(frame.with_columns(cut.number(spec.date).alias(STRETCH)), parties, self.successors, cut)
        if not places:
            return frame
        frame = claimed(people.marked(frame, spec), spec, self.claims, self.successors, cut)
        free = pl.col("contract").is_null()
        return frame.with_columns(pl.coalesce("contract", CONTRACT).alias("contract"), pl.col(TIE) & free)


def _asked(frame: pl.LazyFrame, spec: TableSpec, bad: pl.Expr) -> dict[str, int]:
    """In one pass: how many rows there are, how many are at fault, and the nulls of what may have been filled."""
    nulls = [pl.col(name).null_count() for name in FILLED if name in spec.columns]
    asked = frame.select(pl.len().alias("rows"), bad.sum().alias("bad"), *nulls)
    return asked.collect(engine="streaming").row(0, named=True)


def _written(
    facts: Facts, shape: Callable[[pl.LazyFrame], pl.LazyFrame], asked: Mapping[str, int], faults: Iterable[Fault]
) -> Facts:  # fmt: skip
    """The facts in their new shape; statistics follow what was filled."""
    spec, stats = facts.spec, dict(facts.stats)
    for name in FILLED:
        if name in spec.columns:
            stats[name] = attrs.evolve(stats[name], nulls=asked[name])
    filled = []
    column = spec.columns.get("commissioner")
    if column is not None and not column.optional:
        filled = [pl.col("commissioner").fill_null(NOT_KNOWN)]
        stats["commissioner"] = attrs.evolve(stats["commissioner"], nulls=0)
    names = facts.frame.collect_schema().names()

    def stored(frame: pl.LazyFrame) -> pl.LazyFrame:
        return shape(frame).with_columns(filled).select(names)

    frame = stored(facts.frame)
    return attrs.evolve(
        facts, frame=frame, rows=asked["rows"], stats=stats, records=partial(records, spec, frame, stats),
        rising=None if facts.known is None else facts.known.shaped(frame, stored, facts.known.columns - set(FILLED)),
        left_out=facts.left_out + facts.rows - asked["rows"], set_aside=(*facts.set_aside, *faults),
    )  # fmt: skip


@frozen(eq=False)
class _Found:
    """What is wrong with whose the rows are, found by queries over the joined rows."""

    of: Assignment
    spec: TableSpec
    frame: pl.LazyFrame
    source: str

    def bad(self) -> pl.Expr:
        """Rows at fault."""
        conditions = [pl.lit(False)]
        if self.of.claims and "contract" in self.spec.columns:
            conditions.append(pl.col(TIE))
        if self.of.bodies.days:
            conditions += [self._outside(name) for name in PARTIES if name in self.spec.columns]
        return pl.any_horizontal(conditions).fill_null(False)

    def ties(self) -> Iterable[Fault]:
        """A fault for each pair of contracts whose claims tie, with how many rows and one of them."""
        key = str(self.spec.key)
        named = pl.col(key).cast(pl.String).alias("key")
        tied = self.frame.filter(TIE).select(named, pl.col(str(self.spec.date)).alias("day"), RIVALS)
        rows = tied.group_by(RIVALS).agg(pl.len().alias("rows"), pl.struct("key", "day").min_by("key").alias("first"))
        pairs: dict[tuple[int, int], tuple[int, str, datetime.date]] = {}
        for rivals, count, first in rows.collect(engine="streaming").iter_rows():
            pair = self._pair(rivals)
            before = pairs.get(pair, (0, first["key"], first["day"]))
            pairs[pair] = (before[0] + count, *min(before[1:], (first["key"], first["day"])))
        for place, (pair, (count, row, day)) in enumerate(sorted(pairs.items()), start=1):
            if place <= SHOWN:
                more = len(pairs) - SHOWN if place == SHOWN else 0
                yield self._tie(pair, count, f"{row} ({day})", max(more, 0) + 1)

    def _pair(self, rivals: list[int | None]) -> tuple[int, int]:
        claims = sorted({number for number in rivals if number is not None})
        one = claims[0]
        return one, next(n for n in claims if self.of.claims[n].contract != self.of.claims[one].contract)

    def _tie(self, pair: tuple[int, int], rows: int, row: str, times: int) -> Fault:
        one, other = (self.of.claims[number] for number in pair)
        columns = one.columns(self.spec.name, self.spec.columns) or ()
        there = other.spot.fault("", "").where
        many = "row" if rows == 1 else "rows"
        found = (
            f"contracts {one.contract} and {other.contract} both claim {rows:,} {many} of {self.spec.name}, "
            f"such as {self.spec.key} {row}"
        )
        named = _counted(len(columns)) + (" and a cohort" if one.cohort else "")
        why = (
            f"the other claim is in {there}; each names {named}, so neither is the more specific, and "
            "the row would be paid under one of them by chance"
        )
        write = "one more column in the claim that should win, days that do not overlap, or the contract in the row"
        return attrs.evolve(one.spot.fault("claim/tie", found, why, write), times=times)

    def not_there(self, parties: Iterable[str]) -> Iterable[Fault]:
        """A fault for each code that is used on a day on which nobody stands in its place."""
        days = self.of.bodies.days
        for name in parties if days else ():
            outside = self.frame.filter(self._outside(name))
            day = pl.col(str(self.spec.date))
            counted = outside.group_by(name, BODY + name).agg(
                pl.len().alias("rows"), day.min().alias("first"), day.max().alias("last")
            )
            lost = counted.collect(engine="streaming").sort(name, BODY + name)
            for place, row in enumerate(lost.head(SHOWN).iter_rows(named=True), start=1):
                times = lost.height - SHOWN + 1 if place == SHOWN else 1
                yield self._not_there(name, row, times)

    def _not_there(self, column: str, row: Mapping[str, Any], times: int) -> Fault:
        code, body = row[column], row[BODY + column]
        begins, ends = self.of.bodies.days[body]
        span = f"on {row['first']}" if row["first"] == row["last"] else f"from {row['first']} to {row['last']}"
        of_it = "" if code == body else f", in whose place {body} stands,"
        rows = f"{row['rows']:,} row{'s' if row['rows'] != 1 else ''} of {self.spec.name}"
        held = f"{f' from {begins}' if begins else ''}{f' to {ends}' if ends else ''}"
        return Fault(
            code="organisation/not-there", file=self.source or self.spec.name, column=column, times=times,
            found=f"{code}{of_it} was not there {span} ({rows})",
            why=f"{ORGANISATIONS} has {body}{held}, and no successor then",
            write=f"the code of whoever was there, the right days in {ORGANISATIONS}, or a row of {SUCCESSORS}",
        )  # fmt: skip

    def _outside(self, column: str) -> pl.Expr:
        """Rows on a day on which the organisation that stands in the code's place is not there."""
        body, day = pl.col(BODY + column), pl.col(str(self.spec.date))
        codes = pl.Series(list(self.of.bodies.days), dtype=pl.String)
        first, last = (pl.Series([of[end] for of in self.of.bodies.days.values()], dtype=pl.Date) for end in (0, 1))
        begins = body.replace_strict(codes, first, default=None, return_dtype=pl.Date)
        ends = body.replace_strict(codes, last, default=None, return_dtype=pl.Date)
        return ((day < begins) | (day > ends)).fill_null(False)


def _counted(columns: int) -> str:
    return "one column" if columns == 1 else f"{columns} columns" if columns else "no column"
