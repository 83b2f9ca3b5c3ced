"""Matching: each row of a table with the contract that claims it, as lazy columns; no row is looked at in Python.

Days are cut into stretches in which no claim begins or ends and nobody takes another's place. Claims that name the
same columns are one small table, keyed by their codes and the stretch; rows are joined with it.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from attrs import field, frozen

from tallystick.assign.bodies import DAY, Successors
from tallystick.assign.claims import PARTIES, Claim
from tallystick.kernel.tables import TableSpec

STRETCH, CONTRACT, TIE, RIVALS = "~stretch", "~claiming", "~tie", "~rivals"
BODY = "~body of "
MARKS = ("~cohort ", "~cohort, last ")
"""How the two columns begin that say on whose lists of a cohort a row's person is: the first, and the last of several.

A list is a contract's, as ``=contract``, or of its provider's, as ``@provider``.
"""


@frozen(eq=False, kw_only=True)
class Stretches:
    """Stretches of days from ``first`` to ``last``, each as its first day; a row's is found by its date."""

    starts: tuple[datetime.date, ...]
    last: datetime.date

    def number(self, day: str) -> pl.Expr:
        """The number of a row's stretch, from 0, by its column ``day``; null for a row without a day."""
        turns = pl.Series(self.starts[1:], dtype=pl.Date)
        number = pl.lit(turns).search_sorted(pl.col(day), side="right").cast(pl.Int64)
        return pl.when(pl.col(day).is_not_null()).then(number)

    def within(self, first: datetime.date, last: datetime.date) -> Iterable[int]:
        """The numbers of the stretches that lie in a claim's days; a claim's own days are always turns."""
        return (number for number, start in enumerate(self.starts) if first <= start <= last)


def stretches(days: tuple[datetime.date, datetime.date], turns: Iterable[datetime.date]) -> Stretches:
    """The stretches of the days, cut at those of the turns that lie in them."""
    first, last = days
    return Stretches(starts=(first, *sorted({day for day in turns if first < day <= last})), last=last)


def with_bodies(
    frame: pl.LazyFrame, columns: Iterable[str], successors: Successors, cut: Stretches
) -> pl.LazyFrame:  # fmt: skip
    """The rows with the body that stands in each party's place, as ``~body of provider``; they have their stretch."""
    changes = [
        (code, number, body)
        for code in successors.steps
        for number, start in enumerate(cut.starts)
        if (body := successors.body(code, start)) != code
    ]
    for name in columns:
        found = BODY + name
        if not changes:
            frame = frame.with_columns(pl.col(name).alias(found))
            continue
        schema = {name: pl.String, STRETCH: pl.Int64, found: pl.String}
        frame = frame.join(pl.LazyFrame(changes, schema=schema, orient="row"), how="left", on=[name, STRETCH])
        frame = frame.with_columns(pl.coalesce(found, name).alias(found))
    return frame


@frozen(eq=False)
class _Level:
    """The claims of a table that compare the same columns: by codes and stretch, a claim and its first rival."""

    columns: tuple[str, ...]
    mark: str = ""
    """The column that says on whose list of a cohort the row's person is; empty for claims of anybody's rows."""
    found: dict[tuple[str | int, ...], tuple[int, int | None]] = field(factory=dict)

    def add(self, number: int, claims: Sequence[Claim], successors: Successors, cut: Stretches) -> None:
        """Put in one claim; the first of each place stays, and the first of another contract is its rival."""
        claim = claims[number]
        for stretch in cut.within(max(claim.first, cut.starts[0]), min(claim.last, cut.last)):
            day = cut.starts[stretch]
            listed = [
                sorted({successors.body(code, day) for code in claim.codes[name]})
                if name in PARTIES
                else claim.codes[name]
                for name in self.columns
            ]
            if self.mark:
                listed.append([f"={claim.contract}", f"@{successors.last(claim.of)}"])
            for codes in itertools.product(*listed):
                place: tuple[str | int, ...] = (*codes, stretch)
                holder, rival = self.found.get(place, (number, None))
                if rival is None and claims[holder].contract != claim.contract:
                    rival = number
                self.found[place] = (holder, rival)

    def frame(self, name: str, claims: Sequence[Claim], numbers: Mapping[str, int]) -> pl.LazyFrame:
        """The small table: the columns that are compared, the claiming contract's number, the claim and its rival."""
        keys = [key for key in self.keys if key != STRETCH]
        columns: dict[str, pl.Series] = {}
        for place, key in enumerate(keys):
            columns[key] = pl.Series(key, [of[place] for of in self.found], dtype=pl.String)
        columns[STRETCH] = pl.Series(STRETCH, [of[-1] for of in self.found], dtype=pl.Int64)
        holders = [holder for holder, _ in self.found.values()]
        contracts = [numbers[claims[holder].contract] for holder in holders]
        columns[f"{name} contract"] = pl.Series(contracts, dtype=pl.Int64)
        columns[f"{name} claim"] = pl.Series(holders, dtype=pl.Int64)
        columns[f"{name} rival"] = pl.Series([rival for _, rival in self.found.values()], dtype=pl.Int64)
        return pl.LazyFrame(columns)

    @property
    def keys(self) -> list[str]:
        """What rows are joined by."""
        mark = [self.mark] if self.mark else []
        return [*(BODY + column if column in PARTIES else column for column in self.columns), *mark, STRETCH]


def turns_of(claims: Iterable[Claim], successors: Successors) -> set[datetime.date]:
    """Every day on which a claim begins, the day after one ends, and every day of succession."""
    days = {day for claim in claims for day in (claim.first, claim.last + DAY)}
    return days | set(successors.days())


def claimed(
    frame: pl.LazyFrame, spec: TableSpec, claims: Sequence[Claim], successors: Successors, cut: Stretches
) -> pl.LazyFrame:  # fmt: skip
    """The rows with ``~claiming`` (the id of the one contract that claims the row, or null) and ``~tie``.

    The rows have their stretch, their bodies and two marks for each cohort that a claim names; a claim of a cohort goes
    before any other. Where two contracts' claims tie, ``~tie`` is true, ``~claiming`` is null
    and ``~rivals`` lists the claims that tie, by their places among ``claims``.
    """
    ids = list(dict.fromkeys(claim.contract for claim in claims))
    numbers = {contract: number for number, contract in enumerate(ids)}
    levels: dict[tuple[tuple[str, ...], str], _Level] = {}
    for number, claim in enumerate(claims):
        columns = claim.columns(spec.name, spec.columns)
        if columns is None:
            continue
        for mark in [begins + code for code in claim.cohort for begins in MARKS] or [""]:
            levels.setdefault((columns, mark), _Level(columns, mark)).add(number, claims, successors, cut)
    by_rank: dict[tuple[bool, int], list[str]] = {}
    for place, (_, level) in enumerate(sorted(levels.items())):
        if level.found:
            name = f"~level {place}"
            frame = frame.join(level.frame(name, claims, numbers), how="left", on=level.keys)
            by_rank.setdefault((level.mark != "", len(level.columns)), []).append(name)
    winner, tie = pl.lit(None, dtype=pl.Int64), pl.lit(False)
    rivals = pl.lit(None, dtype=pl.List(pl.Int64))
    for rank in sorted(by_rank):  # the most specific last, so that it decides
        names = by_rank[rank]
        lowest = pl.min_horizontal(f"{name} contract" for name in names)
        highest = pl.max_horizontal(f"{name} contract" for name in names)
        some = lowest.is_not_null()
        two = (lowest != highest) | pl.any_horizontal(pl.col(f"{name} rival").is_not_null() for name in names)
        winner = pl.when(some).then(lowest).otherwise(winner)
        tie = pl.when(some).then(two).otherwise(tie)
        listed = pl.concat_list(f"{name} {of}" for name in names for of in ("claim", "rival"))
        rivals = pl.when(some).then(listed).otherwise(rivals)
    frame = frame.with_columns(winner.alias("~winner"), tie.alias(TIE), rivals.alias(RIVALS))
    names_of = pl.LazyFrame(
        {"~winner": range(len(ids)), CONTRACT: ids}, schema={"~winner": pl.Int64, CONTRACT: pl.String}
    )
    frame = frame.join(names_of, how="left", on="~winner")
    return frame.with_columns(pl.when(~pl.col(TIE)).then(pl.col(CONTRACT)).alias(CONTRACT))
