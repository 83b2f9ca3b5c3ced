"""Lines: what each row of activity pays, on request; and the rows behind a fault or a sample."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

import narwhals.stable.v2 as nw

from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Node, walk
from tallystick.kernel.ledger import period_name
from tallystick.kernel.pay.engines import speaking
from tallystick.kernel.pay.engines.reach import in_parts
from tallystick.kernel.pay.kept import Kept
from tallystick.kernel.pay.layout import NO_CONTRACT, TWO_CONTRACTS
from tallystick.kernel.pay.leaves import Columns
from tallystick.kernel.pay.passes import nonzero
from tallystick.kernel.pay.read import Payer
from tallystick.kernel.pay.scan import CELL, Scan
from tallystick.kernel.pay.wanted import Wanted
from tallystick.kernel.program import Program, Use
from tallystick.kernel.trace import TracedFlow

PART = 1_000_000
"""The lines of so many rows are held together."""

COLUMNS = (
    "contract",
    "period",
    "month",
    "book",
    "kind",
    "rule",
    "label",
    "table",
    "key",
    "payer",
    "payee",
    "pence",
    "units",
    "clause",
    "reason",
)
"""The columns of a line-level ledger: the ledger's, and the row that each line is of."""


def line_frames(
    program: Program, facts: Mapping[str, Facts], *, rules: Container[str] | None = None, key: str = "",
    kept: Kept | None = None,
) -> list[Any]:  # fmt: skip
    """One lazy Polars frame for each flow that is paid row by row, a line for each row with money in it.

    ``rules`` limits them to some labels, ``key`` to the rows of that key. What is ``kept`` of the settlement is not
    read again for it. The frames are not collected: a caller
    streams them to a file. Only lines of rows that stay in another engine come over, and are held in memory.
    """
    return [frame for _, frame in _by_row(program, facts, rules, key, kept)]


def line_parts(
    program: Program, facts: Mapping[str, Facts], *, rows: int = PART, kept: Kept | None = None
) -> Iterator[list[Any]]:  # fmt: skip
    """The same lines, part by part of each table's rows, in their order: as many as can be held together.

    Each list has to be written before the next is asked for: its frames are the same, and read other rows. A table
    of which one row depends on others, as the first of a person does, is one part.
    """
    whole = _looks_around(program)
    with in_parts() as reaches:
        frames = _by_row(program, facts, None, "", kept)
    for table in dict.fromkeys(table for table, _ in frames):
        its, reach = [frame for of, frame in frames if of == table], None if table in whole else reaches.get(table)
        if reach is None:
            yield its
            continue
        count = max(facts[table].rows, 1)
        for start in range(0, count, rows):
            reach.start, reach.stop = start, start + rows if start + rows < count else None
            yield its


def _looks_around(program: Program) -> set[str]:
    """The tables of which some row is worked out from other rows of the table."""
    said = walk(*(root.bare for use in program.uses.values() for root in use.traced.nodes()))
    return {node.grain.table for node in said if node.op in ("running", "first", "earlier")}


def _by_row(
    program: Program, facts: Mapping[str, Facts], rules: Container[str] | None, key: str, kept: Kept | None
) -> list[tuple[str, Any]]:  # fmt: skip
    payer = Payer(program, facts, kept)
    if payer.rows_wait:
        payer.read()  # so that every balance is known
    payer.prepared()
    by_row = [
        (use, flow)
        for use in program.uses.values()
        for flow in use.traced.flows
        if flow.amount.grain.table and (rules is None or any(entry.label in rules for entry in use.holders.values()))
    ]
    wanted: dict[str, Wanted] = {}
    for _, flow in by_row:
        of_table = wanted.setdefault(flow.amount.grain.table, Wanted())
        of_table.sums.update({flow.amount.bare: None, _units(flow).bare: None})
        of_table.codes.update({flow.payer.bare: [], flow.payee.bare: []})
    with speaking(payer.engine):
        scans = {table: _scan(payer, table, wants) for table, wants in wanted.items()}
        for table, wants in wanted.items():  # before any is taken: all then come of one reading of the rows
            for node in wants.roots():
                scans[table].value(node)
            scans[table].rows.flush()
        frames = [_lines(payer, scans[flow.amount.grain.table], use, flow, rules) for use, flow in by_row]
        if key:
            frames = [one.filter(nw.col("key").cast(nw.String) == key) for one in frames]
        found = payer.engine.lazy([one.to_native() for one in frames])
    return [(flow.amount.grain.table, frame) for (_, flow), frame in zip(by_row, found, strict=True)]


def _units(flow: TracedFlow) -> Node:
    return flow.units if flow.units is not None else nonzero(flow.amount)


def _lines(payer: Payer, scan: Scan, use: Use, flow: TracedFlow, rules: Container[str] | None) -> Any:
    table = flow.amount.grain.table
    pence, counted = scan.value(flow.amount).expr, scan.value(_units(flow)).expr
    accounts = [scan.value(account).expr for account in (flow.payer, flow.payee)]
    frame = scan.rows.frame.select(
        nw.col(CELL), key=nw.col(scan.key), pence=pence.cast(nw.Int64), units=counted,
        payer=accounts[0], payee=accounts[1],
    ).filter(nw.col("pence") != 0)  # fmt: skip
    frame = frame.join(_owners(payer, use, flow, table, rules), how="inner", on=CELL)
    turned = nw.col("pence") < 0
    frame = frame.with_columns(
        payer=nw.when(turned).then(nw.col("payee")).otherwise(nw.col("payer")),
        payee=nw.when(turned).then(nw.col("payer")).otherwise(nw.col("payee")),
        pence=nw.col("pence").abs(),
    )
    return frame.filter(nw.col("payer") != nw.col("payee")).select(*COLUMNS)


def _scan(payer: Payer, table: str, wanted: Wanted) -> Scan:
    return Scan(payer.facts, table, wanted, payer.prepared(), payer.layout, payer.rows_of)


def _owners(payer: Payer, use: Use, flow: TracedFlow, table: str, rules: Container[str] | None) -> Any:
    """For each cell of a contract that holds the rule, what a line says beside its amount."""
    found: list[tuple[Any, ...]] = []
    for cell, (number, _, place) in enumerate(payer.layout.cells):
        entry = use.holders.get(payer.layout.contracts[number].id)
        if entry is None or place < 0 or (rules is not None and entry.label not in rules):
            continue
        period = payer.layout.periods[place][1]
        clause = flow.clause or entry.clause
        found.append(
            (
                cell,
                payer.layout.contracts[number].id,
                period_name(period),
                period.month,
                flow.book,
                flow.kind,
                entry.use,
                entry.label,
                table,
                clause,
                flow.reason,
            )
        )
    columns = Columns()
    names = ("contract", "period", "month", "book", "kind", "rule", "label", "table", "clause", "reason")
    columns.add(CELL, [line[0] for line in found], nw.Int64)
    for place, name in enumerate(names, start=1):
        columns.add(name, [line[place] for line in found], nw.String)
    return columns.frame()


def rows_where(
    program: Program, facts: Mapping[str, Facts], table: str, node: Node | None, holders: Container[str], most: int = 20
) -> list[str]:
    """The keys of the first rows, in order, for which a row condition holds in a contract that holds the rule."""
    if node is None:
        return []
    payer = Payer(program, facts)
    if payer.rows_wait:
        payer.read()
    payer.prepared()
    with speaking(payer.engine):
        scan = _scan(payer, table, Wanted(codes={node.bare: []}))
        condition = scan.value(node).expr
        scan.rows.flush()
    cells = [
        c
        for c, (number, _, place) in enumerate(payer.layout.cells)
        if place >= 0 and payer.layout.contracts[number].id in holders
    ]
    frame = scan.rows.frame.filter(condition & nw.col(CELL).is_in(cells)).select(scan.key).sort(scan.key)
    (first,) = payer.engine.collected([frame.head(most).to_native()])
    return [str(key) for key in first[scan.key].to_list()]


def rows_of_no_contract(program: Program, facts: Mapping[str, Facts], table: str) -> list[str]:
    """The keys of the rows that no contract has, or two have."""
    payer = Payer(program, facts)
    with speaking(payer.engine):
        scan = _scan(payer, table, Wanted())
    frame = scan.rows.frame.filter(nw.col(CELL).is_in([NO_CONTRACT, TWO_CONTRACTS])).select(scan.key)
    (found,) = payer.engine.collected([frame.to_native()])
    return [str(key) for key in found[scan.key].to_list()]
