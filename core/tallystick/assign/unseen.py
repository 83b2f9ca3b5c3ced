"""Codes that a claim names and no row holds: often a slip of the pen, by which rows stay with another contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from tallystick.assign.assignment import Assignment
from tallystick.assign.claims import PARTIES, Claim
from tallystick.kernel.errors import Fault, did_you_mean
from tallystick.kernel.facts import Facts


def unseen_codes(assign: Assignment, facts: Mapping[str, Facts]) -> tuple[Fault, ...]:
    """What to tell of them, each at its place; a code may also be right and have had no activity yet.

    Codes of parties are not looked for: the body that stands in their place may be in the rows.
    """
    named = {name for claim in assign.claims for name in claim.codes if name not in PARTIES}
    seen = {table: _seen(one, named) for table, one in facts.items()} if named else {}
    listed = _listed(facts) if any(claim.cohort for claim in assign.claims) else set()
    found = (fault for claim in assign.claims for fault in (*_of_claim(claim, seen), *_of_cohort(claim, listed)))
    return tuple(dict.fromkeys(found))


def _seen(facts: Facts, named: set[str]) -> dict[str, set[str]]:
    """The codes that stand in those of the columns that the table has; none for a table that is only looked up."""
    spec = facts.spec
    columns = sorted(named & set(spec.columns)) if spec.date is not None and "contract" in spec.columns else []
    frames = pl.collect_all([facts.frame.select(pl.col(name).unique()) for name in columns], engine="streaming")
    return {name: set(frame[name].drop_nulls()) for name, frame in zip(columns, frames, strict=True)}


def _listed(facts: Mapping[str, Facts]) -> set[str]:
    """Every cohort that anybody is in."""
    lists = [(one.frame, one.spec.cohorts) for one in facts.values() if one.spec.cohorts is not None]
    frames = pl.collect_all([frame.select(pl.col(says.group).unique().alias("group")) for frame, says in lists])
    return {code for frame in frames for code in frame["group"].drop_nulls()}


def _of_cohort(claim: Claim, listed: set[str]) -> Iterator[Fault]:
    for place, code in enumerate(claim.cohort):
        if code not in listed:
            spot = claim.spot.at("cohort", place) if len(claim.cohort) > 1 else claim.spot.at("cohort")
            found = f'nobody is listed in the cohort "{code}", whose rows contract {claim.contract} claims'
            near = did_you_mean(code, listed)
            why = "what is done for the people meant stays with other contracts"
            yield spot.fault("claim/unseen", found, why, near if near.endswith("?") else "")


def _of_claim(claim: Claim, seen: Mapping[str, Mapping[str, set[str]]]) -> Iterator[Fault]:
    tables = [of for table, of in seen.items() if not claim.tables or table in claim.tables]
    for name, codes in claim.codes.items():
        if name in PARTIES:
            continue
        there = set().union(*(of.get(name, ()) for of in tables))
        for place, code in enumerate(codes):
            if code not in there:
                spot = claim.spot.at(name, place) if len(codes) > 1 else claim.spot.at(name)
                found = f'no row has the {name} "{code}", which contract {claim.contract} claims'
                why = "rows that were meant stay with another contract, or with none"
                near = did_you_mean(code, there)
                yield spot.fault("claim/unseen", found, why, near if near.endswith("?") else "")
