"""Price lists: read from a file, or derived from another list step by step.

Money in a list stands in a column whose name ends in ``_pence`` or ``_pounds``, or is text with its sign. Each
code has one row for each stretch of days, and each row has a price or says why it has none (``not_priced``).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from attrs import evolve, frozen

from tallystick.files.spots import Spot, first_of_each_kind
from tallystick.files.steps import read_steps
from tallystick.files.strict import key, keys, structured
from tallystick.files.structure import Known
from tallystick.kernel.case import PriceRows, PriceStepUse
from tallystick.kernel.errors import Fault, InputError, did_you_mean
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.plugins import Plugins
from tallystick.kernel.tables import TableSpec

FROM, TO, LIST, NOT_PRICED = "from_day", "to_day", "list", "not_priced"
_PRICES = (Kind.PRICE, Kind.AMOUNT, Kind.RATE)


@keys
class PriceListKeys:
    """The keys of a ``[[price_list]]``: a file, or another list and steps."""

    name: str = key("What contracts call the list.", example='"national 2025/26"')
    table: str = key("Which declared table of prices it is; a derived list is of its base's.", default="")
    file: str = key("Its file, relative to the workspace.", default="", example='"prices/unit.csv"')
    kind: Literal["unit", "guide"] | None = key(
        "unit pays, guide pays only where agreed locally; unit, or its base's, if it is not said.", default=None
    )
    from_list: str = key("The list that it is derived from.", default="")
    steps: Any = key("How: a list of steps, applied in the order written.", default=())
    source: str = key("Where the prices come from: document, paragraph, date.", default="")
    known_from: datetime.date | None = key(
        "The day from which the list is known, where it restates an earlier one of the same name.", default=None,
        example="2025-06-10",
    )  # fmt: skip


@frozen(eq=False, kw_only=True)
class PriceLists:
    """Every price list of a scheme, and the files that they were read from."""

    lists: Mapping[tuple[str, str], PriceRows]
    files: tuple[str, ...] = ()

    @property
    def names(self) -> dict[str, list[str]]:
        """The lists of each table."""
        found: dict[str, list[str]] = {}
        for table, name in self.lists:
            found.setdefault(table, []).append(name)
        return found


def read_price_lists(
    blocks: Any, spot: Spot, folder: Path, plugins: Plugins, known: Known, faults: list[Fault], *, shortage: str = "",
    as_at: datetime.date | None = None,
) -> PriceLists:  # fmt: skip
    """Read every list. With a ``shortage`` of plugins, a table that nobody declares is left out and not a fault.

    Of lists that restate one another the latest is read that was known on ``as_at``, or the latest of all.
    """
    if not isinstance(blocks, Sequence) or not all(isinstance(block, Mapping) for block in blocks):
        write = "[[price_list]], in double brackets"
        faults.append(spot.fault("value/kind", "price_list is not a list of tables", "", write, key=True))
        return PriceLists(lists={})
    said = [(structured(PriceListKeys, block, spot.at(i), faults), spot.at(i)) for i, block in enumerate(blocks)]
    blocks_said = _known_by(as_at, [(one, there) for one, there in said if one is not None], faults)
    tables = _tables_of(blocks_said, faults)
    lists: dict[tuple[str, str], PriceRows] = {}
    files: list[str] = []
    for one, there in blocks_said:
        table = tables.get(id(one), "")
        if not table or not _declared(table, plugins, there, shortage, faults):
            continue
        if (table, one.name) in lists:
            found = f'there are two price lists "{one.name}" of the table {table}'
            faults.append(there.at("name").fault("price-list/twice", found, "", "another name"))
            continue
        rows, steps = _content(one, there, plugins.table_specs[table], folder, plugins, known, faults)
        files += [one.file] if one.file else []
        lists[table, one.name] = PriceRows(
            name=one.name, table=table, kind=one.kind or "", rows=rows, source=one.source,
            derived_from=one.from_list, steps=steps,
        )  # fmt: skip
    return PriceLists(lists={place: _with_kind(one, lists) for place, one in lists.items()}, files=tuple(files))


def _known_by(
    as_at: datetime.date | None, said: Sequence[tuple[PriceListKeys, Spot]], faults: list[Fault]
) -> list[tuple[PriceListKeys, Spot]]:
    """Of the lists of one name those that were known last; lists of unlike tables do not restate one another."""
    latest: dict[tuple[str, str], datetime.date] = {}
    unknown: dict[tuple[str, str], tuple[PriceListKeys, Spot]] = {}
    for one, there in said:
        place, day = (one.table, one.name), one.known_from or datetime.date.min
        if as_at is not None and day > as_at:
            unknown.setdefault(place, (one, there))
        else:
            latest[place] = max(day, latest.get(place, day))
    for place, (one, there) in unknown.items():
        if place not in latest:
            found = f'price list "{one.name}" is known from {one.known_from}, and facts are taken as at {as_at}'
            write = "the list that was in force before, without known_from; or a later day"
            faults.append(there.at("known_from").fault("price-list/not-known-yet", found, "", write))
    kept = [
        pair for pair in said if (pair[0].known_from or datetime.date.min) == latest.get((pair[0].table, pair[0].name))
    ]
    # A list that nobody knew yet is a fault already, and is read so that those who name it are not blamed too.
    return kept + [pair for place, pair in unknown.items() if place not in latest]


def _content(
    said: PriceListKeys, spot: Spot, spec: TableSpec, folder: Path, plugins: Plugins, known: Known, faults: list[Fault]
) -> tuple[Sequence[Mapping[str, Any]], tuple[PriceStepUse, ...]]:
    if said.from_list:
        return (), read_steps(said.steps, spot.at("steps"), plugins, known, faults)
    if said.steps:
        write = 'from_list = "…", the list that the steps begin from'
        faults.append(spot.at("steps").fault("price-list/no-base", "steps without a list to begin from", "", write))
    return _read_file(said, spot, spec, folder, known.money, faults), ()


def _tables_of(said: Sequence[tuple[PriceListKeys, Spot]], faults: list[Fault]) -> dict[int, str]:
    """The table of each list: its own, or that of the list at the end of its line of descent."""
    named: dict[str, list[PriceListKeys]] = {}
    for one, _ in said:
        named.setdefault(one.name, []).append(one)
    tables: dict[int, str] = {}
    for one, spot in said:
        line = [one]
        while line[-1].from_list:
            bases = [b for b in named.get(line[-1].from_list, []) if not one.table or b.table in ("", one.table)]
            if not bases:
                if line[-1] is one:
                    faults.append(_no_base(one, spot, named))
                break
            if len({b.table for b in bases}) > 1:
                write = f'table = "{bases[0].table}", or another'
                found = f'"{one.from_list}" is the name of lists of several tables'
                faults.append(spot.at("from_list").fault("price-list/which", found, "", write))
                break
            if any(bases[0] is member for member in line):
                if bases[0] is one:
                    faults.append(_own_ancestor([*(m.name for m in line), one.name], spot))
                break
            line.append(bases[0])
        else:
            tables[id(one)] = line[-1].table
            if one is line[-1]:
                faults.extend(_incomplete(one, spot))
    return tables


def _no_base(one: PriceListKeys, spot: Spot, named: Iterable[str]) -> Fault:
    found = f'there is no price list "{one.from_list}"' + (f" of the table {one.table}" if one.table else "")
    others = set(named) - {one.name}
    return spot.at("from_list").fault("price-list/unknown", found, "", did_you_mean(one.from_list, others))


def _own_ancestor(line: Sequence[str], spot: Spot) -> Fault:
    found = f"price lists are derived from each other in a circle: {' → '.join(line)}"
    write = "a list with a file at the beginning of the line"
    return spot.at("from_list").fault("price-list/cycle", found, "no list can be its own ancestor", write)


def _incomplete(one: PriceListKeys, spot: Spot) -> Iterable[Fault]:
    if not one.table:
        yield spot.fault("key/missing", f'price list "{one.name}" does not say table', "", 'table = "unit_prices"')
    if not one.file:
        write = 'file = "prices/….csv", or from_list = "…" with steps'
        yield spot.fault("key/missing", f'price list "{one.name}" has neither file nor from_list', "", write)


def _declared(table: str, plugins: Plugins, spot: Spot, shortage: str, faults: list[Fault]) -> bool:
    specs = plugins.table_specs
    if table in specs and specs[table].prices:
        return True
    if table in specs or not shortage:
        lists = [name for name, spec in specs.items() if spec.prices]
        why = f"{table} is a table of activity" if table in specs else "no installed plugin declares one"
        found = f'there is no table of prices "{table}"'
        faults.append(spot.at("table").fault("table/unknown", found, why, did_you_mean(table, lists)))
    return False


def _with_kind(one: PriceRows, lists: Mapping[tuple[str, str], PriceRows]) -> PriceRows:
    of = one
    while not of.kind and of.derived_from and (of.table, of.derived_from) in lists:
        of = lists[of.table, of.derived_from]
    return evolve(one, kind=of.kind or "unit")


def _read_file(
    said: PriceListKeys, spot: Spot, spec: TableSpec, folder: Path, money: str, faults: list[Fault]
) -> list[Mapping[str, Any]]:
    from tallystick.files.activity import read_facts  # here, so that a workspace without lists loads no Polars

    if not said.file:
        return []
    path = folder / said.file
    if Path(said.file).is_absolute() or not path.is_file():
        found = f'there is no file "{said.file}" in the workspace'
        write = "a path relative to the folder of scheme.toml"
        faults.append(spot.at("file").fault("file/missing", found, "", write))
        return []
    try:
        facts = read_facts(spec, path, file_name=said.file, money=money)
        rows = [{name: value for name, value in row.items() if name != LIST} for row in facts.records()]
    except InputError as error:
        faults.extend(error.faults)
        return []
    faults.extend(first_of_each_kind(_row_faults(rows, spec, said.file)))
    return rows  # type: ignore[return-value]


def _row_faults(rows: Sequence[Mapping[str, Any]], spec: TableSpec, file: str) -> Iterable[Fault]:
    prices = [name for name, column in spec.columns.items() if column.kind in _PRICES]
    for number, row in enumerate(rows, start=1):
        priced = any(row[name] is not None for name in prices)
        if not priced and not row.get(NOT_PRICED):
            yield Fault(
                code="price/none", found="the row has no price", file=file, row=number,
                column=prices[0] if prices else None, why="a code without a price has to say why it has none",
                write=f"a price, or a reason under {NOT_PRICED}",
            )  # fmt: skip
        elif priced and row.get(NOT_PRICED):
            yield Fault(
                code="price/both", found="the row has a price and says that it is not priced", file=file, row=number,
                column=NOT_PRICED, write="one of the two",
            )  # fmt: skip
    yield from _overlaps(rows, spec, file)


def _overlaps(rows: Sequence[Mapping[str, Any]], spec: TableSpec, file: str) -> Iterable[Fault]:
    if "code" not in spec.columns:
        return
    by_code: dict[Any, list[tuple[datetime.date, datetime.date, int]]] = {}
    for number, row in enumerate(rows, start=1):
        first = row.get(FROM) or datetime.date.min
        last = row.get(TO) or datetime.date.max
        if first > last:
            found, write = f"the row holds from {first} to {last}", "a last day on or after the first"
            yield Fault(code="price/period", found=found, file=file, row=number, column=TO, write=write)
        by_code.setdefault(row["code"], []).append((first, last, number))
    for code, spans in by_code.items():
        spans.sort()
        for (_, last, other), (first, _, number) in pairwise(spans):
            if first <= last:
                day = "every day" if first == datetime.date.min else str(first)
                yield Fault(
                    code="price/overlap", found=f'code "{code}" has two prices on {day}: rows {other} and {number}',
                    file=file, row=number, column="code", why="a day has one price",
                    write=f"a last day under {TO} in the one, before the first day of the other",
                )  # fmt: skip
