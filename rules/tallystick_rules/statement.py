"""What the national rules add to a statement: the challenges of its rows, by whom, why, and what became of each."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import polars as pl

from tallystick.kernel import pay
from tallystick.kernel.describe import plain_name
from tallystick.kernel.money import money_text
from tallystick.kernel.settlement import Settlement
from tallystick_rules.rules.challenges import Challenges as Rule
from tallystick_rules.tables.challenges import Challenges as Table

TITLE = "Contested"

Said = Mapping[str, Any]
_found: WeakKeyDictionary[Settlement, dict[str, list[Said]]] = WeakKeyDictionary()
"""The challenges of each settlement by contract, looked for once and not for each of ten thousand statements."""


def contested(settlement: Settlement, contract: str) -> tuple[str, str] | None:
    """The challenges of rows that are paid for under this contract; None if there are none."""
    if Table.table.name not in settlement.facts or settlement.case.as_at is None:
        return None
    if settlement not in _found:
        _found[settlement] = _by_contract(settlement)
    lines = [_said(one, settlement) for one in _found[settlement].get(contract, ())]
    if not lines:
        return None
    uses = {entry.use for entry in settlement.contract(contract).rules}
    if Rule.rule_name not in uses:
        lines.append("No rule of this contract says what becomes of contested money, so all of it is paid.")
    return TITLE, "\n".join(lines)


def _by_contract(settlement: Settlement) -> dict[str, list[Said]]:
    """For each contract its challenges in the order of their names, each with its rows and what moved for it."""
    frames = pay.line_frames(settlement.program, settlement.facts, rules=_labels(settlement))
    if not frames:
        return {}
    of_rule, kind = pl.col("rule") == Rule.rule_name, pl.col("kind")
    moved = {"in_pot": of_rule & (kind == "contested"), "taken": kind == "adjustment", "lapsed": kind == "forfeit"}
    each = ["contract", "challenge", "table", "by", "reason", "raised_on", "decided_on", "decision"]
    lines = pl.concat(frames).with_columns(pl.col("key").cast(pl.String)).drop("reason")
    found = (
        lines.join(_known(settlement), on=["table", "key"])
        .group_by(each)
        .agg(
            pl.col("key").n_unique().alias("rows"),
            *(pl.col("pence").filter(of_rule & which).sum().alias(name) for name, which in moved.items()),
        )
        .sort("contract", "challenge", "table")
        .collect(engine="streaming")
    )
    by_contract: dict[str, list[Said]] = {}
    for row in found.iter_rows(named=True):
        by_contract.setdefault(row["contract"], []).append(row)
    return by_contract


def _labels(settlement: Settlement) -> set[str]:
    """The rules whose lines are looked at: those of challenges, what they are on, and what prices the tables' rows."""
    tables = (
        settlement.facts[Table.table.name].frame.select(pl.col("of_table").unique()).collect()["of_table"].to_list()
    )
    found: set[str] = set()
    for use in settlement.program.uses.values():
        prices = any(claim.table in tables for claim in use.traced.units)
        for entry in use.holders.values():
            if entry.use == Rule.rule_name:
                found |= {entry.label, *entry.shape["on"]}
            elif prices:
                found.add(entry.label)
    return found


def _known(settlement: Settlement) -> pl.LazyFrame:
    """The challenges that were raised by the run's day, under the names that they have in their file."""
    frame: pl.LazyFrame = settlement.facts[Table.table.name].frame
    written_out = pl.concat_str(pl.lit("/"), pl.col("of_table"), pl.lit(":"), pl.col("row"))
    name = pl.col("challenge")
    return frame.filter(pl.col("raised_on") <= settlement.case.as_at).select(
        pl.when(pl.col("filter").is_not_null()).then(name.str.strip_suffix(written_out)).otherwise(name),
        "by", "reason", "raised_on", "decided_on", "decision", table="of_table", key="row",
    )  # fmt: skip


def _said(one: Said, settlement: Settlement) -> str:
    rows = f"{one['rows']:,} row{'' if one['rows'] == 1 else 's'} of {plain_name(one['table'])}"
    head = f"{one['challenge']}, raised by {one['by']} on {_day(one['raised_on'])}, {_state(one, settlement)}: {rows}"
    return f"{head}, {'; '.join(_money(one, settlement.case.money))}. Why: {one['reason']}"


def _state(one: Said, settlement: Settlement) -> str:
    if one["decided_on"] is None or one["decided_on"] > settlement.case.as_at:
        return "not decided"
    return f"{one['decision']} on {_day(one['decided_on'])}"


def _money(one: Said, unit: str) -> Iterator[str]:
    """What moved because of it, in words."""
    left = one["in_pot"] - one["lapsed"]
    if left:
        yield f"{money_text(left, unit)} contested and not payable"
    if one["lapsed"]:
        yield f"{money_text(one['lapsed'], unit)} not decided in time and gone on"
    if one["taken"]:
        yield f"{money_text(one['taken'], unit)} taken back"
    if not (one["in_pot"] or one["taken"]):
        yield "nothing held or taken back"


def _day(day: datetime.date) -> str:
    return f"{day.day} {day:%B %Y}"
