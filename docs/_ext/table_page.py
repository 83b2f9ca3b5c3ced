"""The page of a table: what a row is, its key, date and payable units, and every column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tallystick.kernel.tables import Column, TableSpec

from .examples import Examples
from .markdown import KINDS, code, index_page, limits, plain, sections, table

ABOUT = """What a workspace may hold, made from the declarations that also drive reading and validation. Names of
columns are compared without case and punctuation, and each column is known by other names too; for all else there is a
[mapping file](../../how-to/bring-your-data.md)."""

WHO = "[who may see what](../../explanation/who-may-see-what.md)"

HOW_MONEY = "Money stands in a column that ends in `_pence` or `_pounds`, or is text with its sign."


def page(spec: TableSpec, rules: list[str]) -> str:
    """The whole page."""
    parts = [
        ("A row", _row(spec)),
        ("Columns", _columns(spec)),
        ("Other names", _aliases(spec)),
        ("Rules", _rules(rules)),
    ]
    return f"# {plain(spec.name)}\n\n{plain(spec.meaning)}\n\n{sections(*parts)}\n"


def index(tables: Mapping[str, TableSpec]) -> str:
    """The list of tables: activity, and price lists."""
    activity = {name: plain(spec.meaning) for name, spec in tables.items() if not spec.prices}
    prices = {name: plain(spec.meaning) for name, spec in tables.items() if spec.prices}
    return index_page("Tables", ABOUT, {"Activity, and what is known of it": activity, "Price lists": prices})


def read_by(name: str, rules: Mapping[str, Any], examples: Examples) -> list[str]:
    """The rules whose examples read the table."""
    return [rule for rule in rules if name in examples.tables(rule)]


def _row(spec: TableSpec) -> str:
    lines = []
    if spec.key:
        lines.append(f"- **Key:** {code(spec.key)}, which no two rows share.")
    if spec.date:
        lines.append(f"- **Date:** {code(spec.date)}, which decides the period of the row and the prices in force.")
    elif not spec.prices:
        lines.append("- **Date:** none: the table is looked up, and its rows belong to no period.")
    for unit, column in spec.units.items():
        lines.append(f"- **Payable unit:** {unit}, " + (f"as many as {code(column)} says." if column else "one a row."))
    if not spec.units and not spec.prices:
        lines.append("- **Payable units:** none.")
    lines += [
        f"- **Never twice alike:** {', '.join(map(code, these))}." for these in spec.unique if these != (spec.key,)
    ]
    if (by := spec.selects) is not None:
        lines.append(
            f"- **Selects rows** of the table in {code(by.table)}: the one in {code(by.row)}, or all that "
            f"{code(by.filter)} says. Each of them becomes a row of this table, with {code(by.row)} filled in. The "
            f"same row can be selected again from the day after {code(by.ends)}, "
            f"unless {code(by.final[0])} is {' or '.join(by.final[1])}."
        )
    if spec.cohorts is not None:
        lines.append(
            f"- **Puts people into cohorts**, named in {code(spec.cohorts.group)}, from {code(spec.cohorts.begins)} to "
            f"the day before {code(spec.cohorts.ends)}: a contract may claim what is done for them."
        )
    if spec.prices:
        lines.append("- **Price list:** a contract names a list; `list` is filled in from its name, and not read.")
    if spec.confidential_to:
        whom = f"the {' or the '.join(spec.confidential_to)}"
        lines.append(f"- **Not shown line by line** to {whom}, but in groups of ten or more: {WHO}.")
    if hidden := [name for name, column in spec.columns.items() if column.confidential_to]:
        lines.append(f"- **Columns not shown line by line:** {', '.join(code(name) for name in hidden)}: {WHO}.")
    return "\n".join(lines)


def _columns(spec: TableSpec) -> str:
    rows = [
        (code(name), plain(column.meaning), KINDS[column.kind], plain(column.unit),
         "may be empty" if column.optional else "needed", _allowed(column))
        for name, column in spec.columns.items()
    ]  # fmt: skip
    money = any(KINDS[column.kind] in ("money", "price") for column in spec.columns.values())
    headings = ("column", "what it means", "kind", "unit", "empty?", "limits")
    return table(headings, rows, name="columns") + (f"\n\n{HOW_MONEY}" if money else "")


def _allowed(column: Column) -> str:
    said = [limits(column.kind, column.at_least, column.at_most)]
    if column.allowed:
        said.append("one of " + ", ".join(code(one) for one in column.allowed))
    if column.signed:
        said.append("may be negative")
    if column.confidential_to:
        said.append(f"not shown line by line to the {' or the '.join(column.confidential_to)}")
    return "; ".join(part for part in said if part)


def _aliases(spec: TableSpec) -> str:
    rows = [
        (code(name), ", ".join(code(alias) for alias in column.aliases))
        for name, column in spec.columns.items() if column.aliases
    ]  # fmt: skip
    return table(("column", "is also read from a column headed"), rows, name="aliases")


def _rules(rules: list[str]) -> str:
    return "Read by " + ", ".join(f"[{rule}](../rules/{rule}.md)" for rule in rules) + "." if rules else ""
