"""Few rows: sums that are nothing in most rows have a query of their own, of the rows in which they may be more.

A fifth of the spells has a day on which the patient was ready to leave, and what a delay costs is said of these
alone. To read a few columns again for them takes less than to work it out for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind, Node, walk
from tallystick.kernel.pay.engines import engine
from tallystick.kernel.pay.guarded import guard, looks_around
from tallystick.kernel.pay.kept import Missing
from tallystick.kernel.pay.lookups import which_of

ONE_IN = 3
"""Of so many rows, at most one has what the sums are about."""
LEAST_ROWS, LEAST_STEPS = 500_000, 24
"""A smaller table, or less that is said of the few rows alone, is not worth a query."""
MOST_AT_ONCE = 10_000_000
"""Of a larger table, rows that look in others come stretch by stretch: what is read ahead is held beside those."""


@frozen(eq=False)
class Few:
    """Rows of a table that have what a condition asks for, and others perhaps, chosen as they are read."""

    condition: Node
    column: str
    """What the condition asks for."""
    frame: Any
    """None where all rows are gone through stretch by stretch."""


def of_few_rows(
    facts: Mapping[str, Facts], table: str, missing: Sequence[Missing]
) -> tuple[list[Missing], dict[Node, list[Missing]]]:
    """What is to be had from all rows of a table; and what from some of them, by the condition that only those meet."""
    if not engine().divides or facts[table].rows < LEAST_ROWS or facts[table].known is None:
        return list(missing), {}
    by: dict[Node | None, list[Missing]] = {}
    for one in missing:
        by.setdefault(_what_few_have(facts[table], one), []).append(one)
    of_all = by.pop(None, [])
    said = _said(of_all, table)
    apart: dict[Node, list[Missing]] = {}
    for condition, group in by.items():
        theirs = _said(group, table)
        is_worth_it = said and len(theirs - said) >= LEAST_STEPS
        if condition is None or not is_worth_it or any(_is_beside(facts, table, node) for node in theirs):
            of_all += group
        else:
            apart[condition] = group
    return of_all, apart


def having(facts: Mapping[str, Facts], table: str, condition: Node, group: Sequence[Missing]) -> Few:
    """The rows that have a value in the column that the condition asks for."""
    import polars as pl

    known, column = facts[table].known, _column_there(condition)
    assert known is not None
    looks = any(node.op in ("find", "exists") and _rows(facts, which_of(node).table) for node in _said(group, table))
    if looks and facts[table].rows > MOST_AT_ONCE:
        return Few(condition, column, None)
    base, made, there = known.base, known.made, pl.col(column).is_not_null()
    if facts[table].spec.columns[column].kind is Kind.CODE:  # whose a row is may have been filled in
        return Few(condition, column, made(base).filter(there))
    return Few(condition, column, made(base.filter(there)))


def _said(some: Sequence[Missing], table: str) -> set[Node]:
    """All that is said of each row, in any of these."""
    return {
        part for part in walk(*(root.bare for one in some for root in one.wanted.roots())) if part.grain.name == table
    }


def _what_few_have(facts: Facts, one: Missing) -> Node | None:
    """What a row must have for any of these sums to be more than nothing, if few have it."""
    wanted = one.wanted
    if wanted.facts or not wanted.sums:
        return None
    found = next((one for one in guard(wanted.sums) if _is_rare(facts, _column_there(one))), None)
    return None if found is not None and looks_around(wanted.roots()) else found


def _rows(facts: Mapping[str, Facts], table: str) -> int:
    return facts[table].rows if table in facts else 0


def _is_beside(facts: Mapping[str, Facts], table: str, node: Node) -> bool:
    """Whether rows look it up by their own key: that is had in one go with all else."""
    if node.op not in ("find", "exists"):
        return False
    which = which_of(node)
    other = facts.get(which.table)
    return other is not None and other.rows > 0 and which.rising(facts[table], other) is not None


def _column_there(condition: Node) -> str:
    """The column of which a condition says that it is not missing; nothing for another condition."""
    missing = condition.args[0] if condition.op == "not" else condition
    is_so = missing is not condition and missing.op == "is_missing" and missing.args[0].op == "column"
    return str(missing.args[0].data[1]) if is_so else ""


def _is_rare(facts: Facts, column: str) -> bool:
    """Whether most rows are known to have nothing in the column."""
    stats = facts.stats.get(column) if column else None
    return stats is not None and (facts.rows - stats.nulls) * ONE_IN <= facts.rows
