"""Claims: which rows a contract says are its own, as ``assign.toml`` and columns of ``contracts.csv`` write them.

A claim names codes of some columns, and days within the contract's. The provider and the commissioner are the
contract's own where they are not named; ``"any"`` leaves one open. A claim that names more columns goes before one
that names fewer, and a claim of a cohort, which is of the people in it, before every one that is of anybody.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import attrs
from attrs import field, frozen

from tallystick.files.spots import Refusal, Spot
from tallystick.files.values import value_of
from tallystick.kernel.case import ContractCase
from tallystick.kernel.errors import Fault, did_you_mean
from tallystick.kernel.language.nodes import Kind

PARTIES = ("provider", "commissioner")
COLUMNS = (*PARTIES, "service", "point_of_delivery", "treatment_function", "site")
"""The columns of activity that a claim may name."""

ANY = "any"
MOST_COMBINATIONS = 100_000
"""How many combinations of codes one claim may come to."""


@frozen(eq=False, kw_only=True)
class Said:
    """A claim as a file says it: codes by column for the columns that it names, its tables, its days, its place."""

    contract: str
    codes: Mapping[str, tuple[str, ...]]
    cohort: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    first: datetime.date | None = None
    last: datetime.date | None = None
    spot: Spot


@frozen(eq=False, kw_only=True)
class Claim:
    """A claim with everything worked out: ``own`` are the parties that it takes from its contract.

    An own party is compared in tables that have its column, as rows are placed where no contract claims any; a
    column that the claim names has to be there. ``tables`` empty stands for all.
    """

    contract: str
    codes: Mapping[str, tuple[str, ...]]
    own: frozenset[str] = frozenset()
    cohort: tuple[str, ...] = ()
    """Cohorts, of which the row's person is in one on the row's day; empty for anybody's rows."""
    of: str = ""
    """The contract's own provider, whose list of the cohort counts."""
    tables: tuple[str, ...] = ()
    first: datetime.date
    last: datetime.date
    spot: Spot = field(repr=False)

    def columns(self, table: str, there: Iterable[str]) -> tuple[str, ...] | None:
        """The columns that are compared in a table with the columns ``there``; None if it claims nothing there."""
        held = set(there)
        if self.tables and table not in self.tables:
            return None
        if any(name not in held and name not in self.own for name in self.codes):
            return None
        return tuple(name for name in COLUMNS if name in self.codes and name in held)


class Cases(Protocol):
    """What is known of the contracts once they are read."""

    @property
    def made(self) -> Mapping[str, ContractCase]:
        """The contracts by id."""

    @property
    def said(self) -> Sequence[Said]:
        """Claims that were met while the contracts were read."""

    def spot_of(self, contract: str) -> Spot:
        """Where a contract is written."""


def made_claims(
    said: Iterable[Said], cases: Cases, tables: Mapping[str, Iterable[str]], faults: list[Fault],
    lists: Collection[str] = (),
) -> tuple[Claim, ...]:  # fmt: skip
    """The claims of every contract: those that it says, or that of its own parties; faults are added.

    ``tables`` gives for each table of activity its columns, and ``lists`` names those that put people into cohorts.
    Their rows of a cohort belong to the contract of their own parties that claims it: it is that contract's list.
    """
    claims: list[Claim] = []
    said = tuple(said)
    for one in said:
        contract = cases.made.get(one.contract)
        if contract is None:
            found = f'there is no contract "{one.contract}"'
            faults.append(one.spot.at("contract").fault("claim/contract", found, "", _near(one.contract, cases.made)))
            continue
        wrong = [*_wrong_tables(one, tables, lists), *_wrong_days(one, contract), *_too_many(one)]
        faults.extend(wrong)
        if wrong:
            continue
        if one.cohort:
            people = tuple(name for name, held in tables.items() if "person" in held and name not in lists)
            mine = Said(contract=one.contract, codes={}, cohort=one.cohort, tables=tuple(lists), spot=one.spot)
            claims.append(_claim(mine, contract))
            one = attrs.evolve(one, tables=one.tables or people)
        claims.append(_claim(one, contract))
    claiming = {one.contract for one in said}
    for contract in cases.made.values():
        if contract.id not in claiming:
            own = Said(contract=contract.id, codes={}, spot=cases.spot_of(contract.id))
            claims.append(_claim(own, contract))
    return tuple(claims)


def codes_of(given: Iterable[str], column: str, spot: Spot, faults: list[Fault]) -> tuple[str, ...]:
    """The codes of one column of a claim, each once; ``any`` stands alone, and only for a party."""
    listed = list(given)
    found: list[str] = []
    for index, code in enumerate(listed):
        there = spot.at(index) if len(listed) > 1 else spot
        try:
            if code == ANY and (len(listed) > 1 or column not in PARTIES):
                why = "it leaves a party open" if column in PARTIES else f"a claim that leaves {column} out is for any"
                raise Refusal("claim/any", f'"{ANY}" is no code of {column}', why, f'codes, or {column} = "{ANY}"')
            found.append(str(value_of(Kind.CODE, code)))
        except Refusal as refusal:
            faults.append(refusal.at(there))
    if not listed:
        found_none = f"the claim names {column} and no code"
        faults.append(spot.fault("claim/no-code", found_none, "it would take nothing", "a code, or not the column"))
    return tuple(dict.fromkeys(found))


def _claim(said: Said, contract: ContractCase) -> Claim:
    own = frozenset(name for name in PARTIES if name not in said.codes)
    codes = {**said.codes, **{name: (str(getattr(contract, name)),) for name in own}}
    return Claim(
        contract=contract.id, codes={name: of for name, of in codes.items() if of != (ANY,)}, own=own,
        cohort=said.cohort, of=contract.provider, tables=said.tables, first=said.first or contract.first,
        last=said.last or contract.last, spot=said.spot,
    )  # fmt: skip


def _near(name: str, made: Mapping[str, ContractCase]) -> str:
    return did_you_mean(name, made)


def _wrong_tables(
    said: Said, tables: Mapping[str, Iterable[str]], lists: Collection[str]
) -> Iterable[Fault]:  # fmt: skip
    if said.cohort and not lists:
        found = "no table says who is in a cohort"
        yield said.spot.at("cohort").fault("claim/cohort", found, "", "a plugin that declares one, such as people")
    for index, name in enumerate(said.tables):
        spot = said.spot.at("tables", index)
        if name not in tables:
            yield spot.fault("claim/table", f'there is no table "{name}"', "", did_you_mean(name, tables))
            continue
        if said.cohort and name in lists:
            found, why = f"{name} says who is in a cohort", "its rows go with the claim by themselves"
            yield spot.fault("claim/table", found, why, "the tables of what is done for these people, or no tables")
            continue
        held = set(tables[name])
        for column in (*said.codes, *(["person"] if said.cohort else [])):
            if column not in held and said.codes.get(column) != (ANY,):
                why = "by which it is told who is in a cohort" if column == "person" else "which the claim names"
                found = f"{name} has no column {column}, {why}"
                yield spot.fault("claim/table", found, "it could take no row of the table", "a claim of its own")


def _wrong_days(said: Said, contract: ContractCase) -> Iterable[Fault]:
    if said.first is not None and said.last is not None and said.first > said.last:
        found = f"the claim ends on {said.last}, before it begins on {said.first}"
        yield said.spot.at("to").fault("claim/days", found, "", "a last day on or after the first")
        return
    for name, day in (("from", said.first), ("to", said.last)):
        if day is not None and not contract.first <= day <= contract.last:
            found = f"{day} is outside contract {contract.id}, {contract.first} to {contract.last}"
            yield said.spot.at(name).fault("claim/days", found, "", "a day of the contract, or nothing for all of it")


def _too_many(said: Said) -> Iterable[Fault]:
    combinations = math.prod(len(of) for of in (*said.codes.values(), said.cohort or ("",)))
    if combinations > MOST_COMBINATIONS:
        found = f"the claim comes to {combinations:,} combinations of codes"
        why = f"one claim may come to {MOST_COMBINATIONS:,}"
        yield said.spot.fault("claim/too-wide", found, why, "fewer columns, or several claims of the contract")
