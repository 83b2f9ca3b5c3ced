"""Sampling: some contracts, with every row that the reference needs to derive them again by themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from tallystick.kernel.case import ContractCase
from tallystick.kernel.facts import Facts, Row
from tallystick.kernel.language.nodes import Node, walk
from tallystick.kernel.program import Program, Use
from tallystick.kernel.reading import Reading

MOST_CONTRACTS = 5
"""More are not drawn, however few rows they have: each is another look through the activity."""


@frozen(eq=False, kw_only=True)
class Sample:
    """Contracts drawn, and rows in plain Python by table; ``taken`` counts the rows of activity among them."""

    contracts: tuple[str, ...]
    rows: Mapping[str, Sequence[Row]]
    taken: int


def draw(program: Program, reading: Reading, facts: Mapping[str, Facts], most: int) -> Sample | None:
    """Contracts whose rules look at nothing beyond them, with at most ``most`` rows together; None if none fits.

    They are drawn in the order of a hash of their ids, so that a run can be repeated and no contract is
    always first. A table that is only looked up is read where the drawn rows look.
    """
    sizes: dict[str, int] = {}
    for line in reading.received:
        sizes[line.contract] = sizes.get(line.contract, 0) + line.units
    alone = set(_alone(program))
    order = sorted((c for c in program.contracts if c.id in alone and 0 < sizes.get(c.id, 0) <= most), key=_drawn_by)
    chosen: list[ContractCase] = []
    for contract in order:
        if len(chosen) < MOST_CONTRACTS and sum(sizes[c.id] for c in [*chosen, contract]) <= most:
            chosen.append(contract)
    if not chosen:
        return None
    placed = {name: table for name, table in facts.items() if _is_placed(table)}
    rows: dict[str, Sequence[Row]] = {name: list(_rows_of(table, chosen)) for name, table in placed.items()}
    for name, table in facts.items():
        if name not in placed:
            found = _looked_up(program, name, table, rows, most)
            if found is None:
                return None
            rows[name] = found
    return Sample(contracts=tuple(c.id for c in chosen), rows=rows, taken=sum(len(rows[name]) for name in placed))


def _drawn_by(contract: ContractCase) -> bytes:
    return hashlib.blake2b(contract.id.encode(), digest_size=8).digest()


def looks_beyond(node: Node) -> bool:
    """True if a node's value depends on rows, or on numbers, of other contracts."""
    if node.op == "earlier":
        return True
    if node.op == "total":
        return node.data[0] != "contract"
    return node.op in ("allot", "fit") and bool(node.data[1])


def _alone(program: Program) -> Iterator[str]:
    """Contracts none of whose rules looks beyond them."""
    beyond = {identity for identity, use in program.uses.items() if _looks_beyond(use)}
    for contract in program.contracts:
        if not beyond & set(program.identities[contract.id].values()):
            yield contract.id


def _looks_beyond(use: Use) -> bool:
    return bool(use.shares) or any(looks_beyond(node) for node in walk(*use.traced.nodes()))


def _is_placed(table: Facts) -> bool:
    return table.spec.date is not None and not {"contract", "provider", "commissioner"}.isdisjoint(table.spec.columns)


def _rows_of(table: Facts, contracts: Sequence[ContractCase]) -> Iterator[Row]:
    """Every row that could belong to one of the contracts, by its contract or by its parties; each once."""
    ids, providers = {c.id for c in contracts}, {c.provider for c in contracts}
    if "contract" in table.spec.columns:
        yield from table.records("contract", sorted(ids))
    for column, parties in (("provider", providers), ("commissioner", {c.commissioner for c in contracts})):
        if column in table.spec.columns:
            rows: Iterable[Row] = table.records(column, sorted(parties))
            yield from (row for row in rows if row.get("contract") is None)
            return


def _looked_up(
    program: Program, name: str, table: Facts, rows: Mapping[str, Sequence[Row]], most: int
) -> Sequence[Row] | None:
    """The rows of a table that the drawn rows look up; None if that cannot be told and the table is large."""
    if table.rows <= most:
        return list(table.records())
    wanted: dict[str, set[Any]] = {}
    nodes = [node for use in program.uses.values() for node in walk(*use.traced.nodes())]
    looks = [node for node in nodes if node.op in ("find", "exists") and node.data[0] == name]
    for node in looks:
        keys = node.data[2] if node.op == "find" else node.data[1]
        plain = [
            (key, arg.bare)
            for key, arg in zip(keys, node.args, strict=False)  # type: ignore[call-overload]
            if arg.bare.op == "column" and str(arg.bare.data[0]) in rows
        ]
        if not plain:
            return None
        key, of = plain[0]
        wanted.setdefault(key, set()).update(row.get(str(of.data[1])) for row in rows.get(str(of.data[0]), ()))
    found = {
        row.get(table.spec.key or ""): row
        for key, values in wanted.items()
        for row in table.records(key, _known(values))
    }
    return list(found.values())


def _known(values: set[Any]) -> list[Any]:
    return sorted(value for value in values if value is not None)
