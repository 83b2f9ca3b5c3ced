"""In which cell each row of a rule is: counted for each contract and rule from the rows themselves, many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from attrs import evolve, field, frozen

from tallystick.confidential.groups import Cell
from tallystick.confidential.resting import Rests
from tallystick.kernel import pay
from tallystick.kernel.accounts import Contract
from tallystick.kernel.language.nodes import Node
from tallystick.kernel.ledger import period_name
from tallystick.kernel.program import Program, Use
from tallystick.kernel.settlement import Settlement
from tallystick.kernel.trace import TracedFlow

OTHERWISE = "otherwise"
"""The cell of rows of which no confidential part of the rule says anything."""


class Place(NamedTuple):
    """One flow or carry between two accounts, in the order of their names, as a cell is known."""

    what: str
    number: int
    first: str
    second: str
    says: str

    @property
    def name(self) -> str:
        """The cell's name: by what the rule says and not by its place, so that it is the same in later runs."""
        return f"{self.says} ({self.what}), {self.first} and {self.second}"


@frozen(kw_only=True)
class Counted:
    """The cells of one rule of a contract, by place; ``apart`` is false where no cell may be told from another."""

    cells: Mapping[str, Cell] = field(factory=dict)
    places: Mapping[str, Place] = field(factory=dict)
    apart: bool = True


def counted(
    settlement: Settlement, rests: Mapping[str, Rests], parties: Mapping[str, str]
) -> dict[tuple[str, str], Counted]:
    """By contract and label, the cells of every rule with money that rests on something confidential.

    ``parties`` gives the party of each contract that the cells are to be shown to. A rule whose rows are in several
    cells at once, or in several tables, has no cells that could be shown apart.
    """
    rows = _rows(settlement, rests, parties)
    found: dict[tuple[str, str], Counted] = {}
    for (contract, label), lines in rows.items():
        found[contract, label] = _cells(lines, parties[contract])
    return found


class _Row(NamedTuple):
    """Rows that are alike: the cells that they are in, what everyone may see of them, and how many there are."""

    table: str
    cells: tuple[Place, ...]
    seen: tuple[str, ...]
    rows: int
    people: int


def _cells(lines: list[_Row], party: str) -> Counted:
    if len({line.table for line in lines}) > 1 or any(len(line.cells) > 1 for line in lines):
        return Counted(apart=False)
    inside: dict[tuple[str, ...], set[str]] = {}
    for line in lines:
        inside.setdefault(line.seen, set()).add(_name(line))
    sums: dict[str, list[int]] = {}
    places: dict[str, Place] = {}
    for line in lines:
        name = _name(line)
        known = len(inside) > 1 and len(inside[line.seen]) == 1
        places.update({one.name: one for one in line.cells})
        one = sums.setdefault(name, [0, 0, 0])
        one[0] += line.rows
        one[1] += 0 if known else line.rows
        one[2] = max(one[2], 0 if known else line.people)
    cells = {
        name: Cell(
            name=name, rows=rows, unknown=unknown, people=people,
            to_party=name in places and places[name].what == "flow" and party in places[name][2:4],
        )
        for name, (rows, unknown, people) in sums.items()
    }  # fmt: skip
    return Counted(cells=cells, places=places)


def _name(line: _Row) -> str:
    return line.cells[0].name if line.cells else OTHERWISE


def _rows(
    settlement: Settlement, rests: Mapping[str, Rests], parties: Mapping[str, str]
) -> dict[tuple[str, str], list[_Row]]:
    """Every row of which such a rule says anything, rows that are alike together."""
    import polars as pl

    frames = list(_frames(settlement, rests, parties))
    if not frames:
        return {}
    by_row = ("contract", "label", "table", "key")
    each = (
        pl.concat(frames)
        .group_by(*by_row)
        .agg(
            cells=pl.col("cell").filter(pl.col("cell") != "").unique().sort().str.join("\n"),
            seen=pl.col("seen").filter(pl.col("seen") != "").unique().sort().str.join("\n"),
        )
    )
    alike = (
        each.join(_people(settlement), on=("table", "key"), how="left")
        .group_by("contract", "label", "table", "cells", "seen")
        .agg(rows=pl.len(), people=pl.coalesce("person", "key").n_unique())
        .sort("contract", "label", "table", "cells", "seen")
        .collect()
    )
    found: dict[tuple[str, str], list[_Row]] = {}
    for contract, label, table, cells, seen, rows, people in alike.iter_rows():
        places = tuple(_place(one) for one in cells.split("\n") if one)
        found.setdefault((contract, label), []).append(_Row(table, places, tuple(seen.split("\n")), rows, people))
    return found


def _place(text: str) -> Place:
    what, number, first, second, says = text.split("\t")
    return Place(what, int(number), first, second, says)


def _people(settlement: Settlement) -> Any:
    """Whose row each is, of every table that says so."""
    import polars as pl

    frames = [
        of.frame.select(
            table=pl.lit(name), key=pl.col(of.spec.key).cast(pl.String), person=pl.col("person").cast(pl.String)
        )
        for name, of in sorted(settlement.facts.items())
        if of.spec.key and "person" in of.spec.columns
    ]
    empty = pl.LazyFrame(schema={"table": pl.String, "key": pl.String, "person": pl.String})
    return pl.concat([empty, *frames])


def _frames(settlement: Settlement, rests: Mapping[str, Rests], parties: Mapping[str, str]) -> Iterator[Any]:
    """Contract, label, table, key, cell and what is seen, for each row and each part of a rule that touches it."""
    import polars as pl

    program = _asked(settlement.program, rests)
    labels = {entry.label for identity in rests for entry in program.uses[identity].holders.values()}
    periods = pl.LazyFrame(
        [(c.id, period_name(p)) for c in program.contracts if c.id in parties for p in c.periods()],
        schema={"contract": pl.String, "period": pl.String}, orient="row",
    )  # fmt: skip
    months = first_month(settlement)
    asked = [(use, flow) for use in program.uses.values() for flow in _read(use, labels)]
    for (use, flow), frame in zip(asked, pay.line_frames(program, settlement.facts, rules=labels), strict=True):
        if use.identity not in rests:
            continue
        what, _, number = flow.reason.partition(" ")
        says = titles(settlement.program.uses[use.identity]).get((what, int(number)), "")
        if flow.clause == _CONFIDENTIAL:
            ends = (pl.min_horizontal("payer", "payee"), pl.max_horizontal("payer", "payee"))
            cell, seen = pl.concat_str(pl.lit(f"{what}\t{number}"), *ends, pl.lit(says), separator="\t"), pl.lit("")
        else:
            cell, seen = pl.lit(""), pl.lit(flow.reason)
        inside = frame.join(periods, on=("contract", "period")).filter(pl.col("month") >= months)
        yield inside.select(
            "contract", "label", "table", pl.col("key").cast(pl.String), cell=cell, seen=seen
        ).unique()  # fmt: skip


def titles(use: Use) -> dict[tuple[str, int], str]:
    """What each flow and carry of a rule is called, by its place: its reason, and a number where two share a reason."""
    said = [("flow", flow.number, flow.reason) for flow in use.traced.flows]
    said += [("carry", number, carry.reason) for number, carry in enumerate(use.traced.carries)]
    found: dict[tuple[str, int], str] = {}
    times: dict[tuple[str, str], int] = {}
    for what, number, reason in said:
        says = " ".join(reason.split())
        times[what, says] = times.get((what, says), 0) + 1
        found[what, number] = says if times[what, says] == 1 else f"{says} {times[what, says]}"
    return found


def first_month(settlement: Settlement) -> str:
    """The first month that is shown; what came before it only opens pots."""
    lines = settlement.reading.received or settlement.reading.flows
    spans = {c.id: {p.number: p.month for p in c.periods()} for c in settlement.program.contracts}
    return min((spans[line.contract][line.period] for line in lines), default="")


_CONFIDENTIAL, _SEEN = "confidential", "seen by all"


def _read(use: Use, labels: Collection[str]) -> list[TracedFlow]:
    """The flows that are asked for, in the order in which they come back."""
    if not any(entry.label in labels for entry in use.holders.values()):
        return []
    return [flow for flow in use.traced.flows if flow.amount.grain.table]


def _asked(program: Program, rests: Mapping[str, Rests]) -> Program:
    """The program with a flow for each row-by-row part of the rules, in a book of its own that nothing reads."""
    uses = {
        identity: _asked_of(use, rests[identity]) if identity in rests else use
        for identity, use in program.uses.items()
    }
    return evolve(program, uses=uses)


def _asked_of(use: Use, rests: Rests) -> Use:
    of = use.traced
    flows = [
        evolve(
            flow, reason=f"flow {flow.number}", clause=_CONFIDENTIAL if flow.number in rests.flows else _SEEN
        )
        for flow in of.flows
    ]  # fmt: skip
    provider, commissioner = Contract.provider.node, Contract.commissioner.node
    for number, carry in enumerate(of.carries):
        if carry.amount.grain.table:
            clause = _CONFIDENTIAL if number in rests.carries else _SEEN
            flows.append(_flow(len(flows), carry.pot, provider, carry.amount, None, f"carry {number}", clause))
    for number, one in enumerate(of.figures):
        if number not in rests.figures and one.value.grain.table:
            flows.append(_flow(len(flows), provider, commissioner, one.value, one.value, f"figure {number}", _SEEN))
    return evolve(use, traced=evolve(of, flows=tuple(flows)))


def _flow(
    number: int, payer: Node, payee: Node, amount: Node, units: Node | None, reason: str, clause: str
) -> TracedFlow:  # fmt: skip
    return TracedFlow(
        number=number, payer=payer, payee=payee, amount=amount, kind="adjustment", book="memo", reason=reason,
        clause=clause, units=units,
    )  # fmt: skip
