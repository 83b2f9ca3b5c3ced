"""Cohorts: who is in a group of people on a day, so that a contract may claim whatever is done for them.

A table says by ``cohorts`` that its rows put people into groups: a code of the group, a first day, and the day after
the last one. Without both days nobody could say whose a row is, so a missing one is a fault and no guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl
from attrs import field, frozen

from tallystick.assign.claims import Claim
from tallystick.assign.matching import MARK
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.facts import Facts
from tallystick.kernel.tables import Cohorts, TableSpec

PERSON, BEGINS, ENDS = "person", "~begins", "~ends"


@frozen(eq=False)
class Listed:
    """Who is in each cohort that a claim names: by code, persons with a first day and the day after the last."""

    people: Mapping[str, pl.LazyFrame] = field(factory=dict)

    def marked(self, frame: pl.LazyFrame, spec: TableSpec) -> pl.LazyFrame:
        """The rows with ``~cohort CODE``: the code where the row's person is in the cohort on the row's day, or null.

        A row that itself puts somebody into a cohort is marked by its own code.
        """
        for code, people in sorted(self.people.items()):
            here = pl.lit(code).alias(MARK + code)
            if spec.cohorts is not None:
                frame = frame.with_columns(pl.when(pl.col(spec.cohorts.group) == code).then(here).alias(MARK + code))
            elif PERSON in spec.columns and spec.key and spec.date:
                day = pl.col(spec.date)
                rows = frame.select(spec.key, PERSON, spec.date).join(people, how="inner", on=PERSON)
                inside = rows.filter((pl.col(BEGINS) <= day) & (day < pl.col(ENDS))).select(spec.key).unique()
                frame = frame.join(inside.with_columns(here), how="left", on=spec.key)
            else:
                frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(MARK + code))
        return frame


def listed(claims: Iterable[Claim], facts: Mapping[str, Facts]) -> Listed:
    """Who is in the cohorts that the claims name; InputError for a row that does not say from when until when."""
    codes = sorted({code for claim in claims for code in claim.cohort})
    tables = [(one, one.spec.cohorts) for one in facts.values() if one.spec.cohorts is not None] if codes else []
    if faults := [fault for one, says in tables for fault in _undated(one, says, codes)]:
        raise InputError(faults)
    nobody = {PERSON: pl.String, BEGINS: pl.Date, ENDS: pl.Date}
    people: dict[str, pl.LazyFrame] = {}
    for code in codes:
        frames = [
            one.frame.filter(pl.col(says.group) == code)
            .select(PERSON, pl.col(says.begins).alias(BEGINS), pl.col(says.ends).alias(ENDS))
            .drop_nulls()
            for one, says in tables
        ]  # fmt: skip
        people[code] = pl.concat([pl.LazyFrame(schema=nobody), *frames])
    return Listed(people)


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
