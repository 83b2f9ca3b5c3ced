"""Explaining what was paid: the reference derives a row again, and has to end in the very pence that were paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tallystick.kernel import pay
from tallystick.kernel.errors import Fault, InputError, SettlementError, did_you_mean
from tallystick.kernel.explain import Explanation, explain_row
from tallystick.kernel.facts import Facts, Row
from tallystick.kernel.language.nodes import Node
from tallystick.kernel.money import money_text
from tallystick.kernel.settlement import Settlement, read_nodes

MOST_ROWS = 200_000
"""How many rows of activity the reference is given whole; with more it is given the contract's own rows."""

Paid = dict[tuple[str, str, str], int]
"""Pence by label and two accounts in the order of their names; negative if the second pays the first."""


def explained(settlement: Settlement, table: str, key: str, rule: str | None = None) -> Explanation:
    """How one row came to be paid, derived again by the reference and compared with what the pay path paid.

    Raises InputError for a table, row or label that is not there, and SettlementError where the two differ.
    """
    _known(settlement, table, key)
    rows = rows_for(settlement, table, key)
    explanation = explain_row(settlement.program, rows, table, key, rule=rule)
    if not explanation.contract:
        return explanation
    derived: Paid = {}
    for label, _, payer, payee, pence in explanation.flows:
        _add(derived, label, payer, payee, pence)
    paid = _paid(settlement, table, key, rule)
    wrong = sorted(at for at in {**derived, **paid} if derived.get(at, 0) != paid.get(at, 0))
    if wrong:
        label, one, other = wrong[0]
        found = [of.get(wrong[0], 0) for of in (paid, derived)]
        if max(found) <= 0:
            one, other, found = other, one, [-pence for pence in found]
        said = [money_text(pence, settlement.case.money) for pence in found]
        raise SettlementError(
            f"{table} {key}, rule {label!r}, {one} to {other}: {said[0]} was paid, and derived again it is {said[1]}; "
            "one of the two is wrong, so neither should be relied on"
        )
    return explanation


def _known(settlement: Settlement, table: str, key: str) -> None:
    """Refuse a table or a key that is not there, with the nearest names."""
    facts = {name: one for name, one in settlement.facts.items() if one.spec.key}
    if table not in facts:
        raise InputError(Fault(
            code="explain/table", found=f"there is no activity in a table {table!r} whose rows have a key",
            write=did_you_mean(table, facts),
        ))  # fmt: skip
    column = str(facts[table].spec.key)
    if next(iter(facts[table].records(column, [key])), None) is not None:
        return
    import polars as pl

    far = facts[table].native is not None and facts[table].rows > MOST_ROWS
    near = (
        []
        if far
        else facts[table].frame.select(pl.col(column).cast(pl.String)).head(MOST_ROWS).collect()[column].to_list()
    )
    hint = did_you_mean(key, near)
    raise InputError(Fault(
        code="explain/row", found=f"{table} has no row whose {column} is {key!r}", file=facts[table].source,
        write=hint if hint.startswith("did") else f"a key as the file has it, such as {near[0]!r}" if near else "",
    ))  # fmt: skip


def rows_for(settlement: Settlement, table: str, key: str) -> Mapping[str, Sequence[Row]]:
    """The rows that the reference needs to derive one row: all of them if they are few, else its contract's.

    Raises InputError if they are many and a rule looks beyond the contract, so that no part would be enough.
    """
    facts = settlement.facts
    if sum(one.rows for one in facts.values()) <= MOST_ROWS:
        return {name: list(one.records()) for name, one in facts.items()}
    beyond = next((node.op for node in read_nodes(settlement.program) if _reaches_beyond(node)), None)
    row = next(iter(facts[table].records(str(facts[table].spec.key), [key])), None)
    if beyond is not None or row is None:
        raise InputError(Fault(
            code="explain/too-many", found=f"the row cannot be derived by itself: {beyond} looks beyond its contract",
            why=f"there are more than {MOST_ROWS:,} rows of activity, and all of them would be needed",
            write="a workspace with the activity of fewer contracts or months",
        ))  # fmt: skip
    providers = {c.provider for c in settlement.case.contracts if c.id == row.get("contract")} | {row.get("provider")}
    return {
        name: list(_near(one, facts[table], row, sorted(str(p) for p in providers if p))) for name, one in facts.items()
    }


def _reaches_beyond(node: Node) -> bool:
    """True if a node's value depends on rows of other contracts."""
    if node.op in ("total", "allot", "fit"):
        return bool(node.data) and node.data[0] in ("provider", "commissioner", "scheme")
    return node.op == "earlier"


def _near(of: Facts, table: Facts, row: Row, providers: Sequence[str]) -> list[Row]:
    """The rows of the same contract or providers; of what hangs off the row by its key, those alone; else all."""
    key = str(table.spec.key)
    if of.spec.date is None and of.spec.name != table.spec.name and key in of.spec.columns:
        return list(of.records(key, [row[key]]))
    if of.spec.date is None or "provider" not in of.spec.columns or not providers:
        return list(of.records())
    named = row.get("contract") if "contract" in of.spec.columns else None
    if named is None:
        return list(of.records("provider", providers))
    others = (one for one in of.records("provider", providers) if one.get("contract") != named)
    return [*of.records("contract", [named]), *others]


def _paid(settlement: Settlement, table: str, key: str, rule: str | None) -> Paid:
    """What the pay path pays for that very row."""
    import polars as pl

    found: Paid = {}
    of_row = (pl.col("table") == table) & (pl.col("key").cast(pl.String) == key)
    frames = pay.line_frames(settlement.program, settlement.facts, rules=None if rule is None else {rule}, key=key)
    wanted = [frame.filter(of_row).select("label", "payer", "payee", "pence") for frame in frames]
    for lines in pl.collect_all(wanted):
        for label, payer, payee, pence in lines.iter_rows():
            _add(found, label, payer, payee, pence)
    return found


def _add(sums: Paid, label: str, payer: str, payee: str, pence: int) -> None:
    """Add a flow between two accounts; what a body would pay itself is no payment."""
    if payer != payee:
        one, other = sorted((payer, payee))
        sums[label, one, other] = sums.get((label, one, other), 0) + (pence if payer == one else -pence)
