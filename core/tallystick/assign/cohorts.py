"""Cohorts: who is in a group of people on a day, so that a contract may claim whatever is done for them.

A table says by ``cohorts`` that its rows put people into groups: a code of the group, a first day, and the day after
the last one. The list that counts is the claiming contract's own: the rows that name it, or its provider. Without both
days nobody could say whose a row is, so a missing one is a fault and no guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl
from attrs import field, frozen

from tallystick.assign.bodies import Successors
from tallystick.assign.claims import Claim
from tallystick.assign.matching import MARKS
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.facts import Facts
from tallystick.kernel.tables import Cohorts, TableSpec

PERSON, BEGINS, ENDS, LIST = "person", "~begins", "~ends", "~list"
STRETCHES = {PERSON: pl.String, BEGINS: pl.Date, ENDS: pl.Date, LIST: pl.String}


@frozen(eq=False)
class Listed:
    """Who is in each cohort that a claim names: by code, persons with a first day, the day after the last, and whose
    list it is that says so.
    """

    people: Mapping[str, pl.LazyFrame] = field(factory=dict)
    successors: Successors = field(factory=Successors)

    def marked(self, frame: pl.LazyFrame, spec: TableSpec) -> pl.LazyFrame:
        """The rows with two marks for each cohort: on whose list the row's person is on the row's day, or null.

        Of several lists the marks are the first and the last, so that two contracts tie. A row of a list is marked
        by itself.
        """
        for code, people in sorted(self.people.items()):
            first, last = (begins + code for begins in MARKS)
            if spec.cohorts is not None:
                mine = pl.when(pl.col(spec.cohorts.group) == code).then(whose(spec, self.successors))
                frame = frame.with_columns(mine.alias(first), mine.alias(last))
            elif PERSON in spec.columns and spec.key and spec.date:
                day = pl.col(spec.date)
                rows = frame.select(spec.key, PERSON, spec.date).join(people, how="inner", on=PERSON)
                inside = rows.filter((pl.col(BEGINS) <= day) & (day < pl.col(ENDS)))
                marks = inside.group_by(spec.key).agg(pl.col(LIST).min().alias(first), pl.col(LIST).max().alias(last))
                frame = frame.join(marks, how="left", on=spec.key)
            else:
                frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in (first, last))
        return frame


def whose(spec: TableSpec, successors: Successors) -> pl.Expr:
    """Whose list a row is of: the contract's that it names, or else its provider's or its successor's."""
    codes = {code: successors.last(code) for code in successors.steps}
    provider = pl.lit("@") + pl.col("provider").replace(codes)
    return pl.coalesce(pl.lit("=") + pl.col("contract"), provider) if "contract" in spec.columns else provider


def listed(claims: Iterable[Claim], facts: Mapping[str, Facts], successors: Successors) -> Listed:
    """Who is in the cohorts that the claims name; InputError for a row that does not say from when until when."""
    lists: dict[str, set[str]] = {}
    for claim in claims:
        for code in claim.cohort:
            lists.setdefault(code, set()).update((f"={claim.contract}", f"@{successors.last(claim.of)}"))
    tables = [(one, one.spec.cohorts) for one in facts.values() if one.spec.cohorts is not None] if lists else []
    if faults := [fault for one, says in tables for fault in _undated(one, says, sorted(lists))]:
        raise InputError(faults)
    people: dict[str, pl.LazyFrame] = {}
    for code, claimed in lists.items():
        frames = [
            one.frame.filter(pl.col(says.group) == code)
            .select(PERSON, pl.col(says.begins).alias(BEGINS), pl.col(says.ends).alias(ENDS),
                    whose(one.spec, successors).alias(LIST))
            .drop_nulls()
            .filter(pl.col(LIST).is_in(sorted(claimed)))
            for one, says in tables
        ]  # fmt: skip
        people[code] = pl.concat([pl.LazyFrame(schema=STRETCHES), *frames])
    return Listed(people, successors)


def _undated(facts: Facts, says: Cohorts, codes: list[str]) -> Iterator[Fault]:
    """A fault for each of the two days that a row of these cohorts lacks, with how many rows and one of them."""
    key = str(facts.spec.key)
    for column in (says.begins, says.ends):
        lacks = facts.frame.filter(pl.col(says.group).is_in(codes) & pl.col(column).is_null())
        rows, first = lacks.select(pl.len(), pl.col(key).cast(pl.String).min()).collect().row(0)
        if rows:
            yield Fault(
                code="claim/cohort-day", file=facts.source or facts.spec.name, column=column, times=rows,
                found=f"{column} is empty in a row of a cohort that a contract claims, such as {key} {first}",
                why="nobody could say on which days the person's care is that contract's",
                write=f"{says.begins}, and {says.ends}: the day after the last one, such as that of the next list",
            )  # fmt: skip
