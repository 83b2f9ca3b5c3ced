"""A pack for a dispute: one row's explanation, the rows and price rows that it rests on, and the record of the run.

The same row of the same run gives the same file, byte for byte. It holds the row itself, so it is for the two
parties alone.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.kernel.case import Case, ContractCase
from tallystick.kernel.facts import Row
from tallystick.report.run_record import RECORD

if TYPE_CHECKING:
    from tallystick.result import Result

_DAY = (1980, 1, 1, 0, 0, 0)


def write_pack(result: Result, table: str, key: str, page: str, run: Path, target: Path) -> Path:
    """Write the pack of one row to ``target``; FileExistsError if it is there already, and nothing is written then.

    ``page`` is the explanation as it is shown; ``run`` the folder of the run.
    """
    files = {"explanation.txt": page, RECORD: (run / RECORD).read_text(encoding="utf-8")}
    contract = contract_of(result, table, key)
    for name, rows in sorted(rows_about(result, table, key).items()):
        files[f"rows/{name}.csv"] = _as_csv(rows)
    if contract is not None:
        files["statement.txt"] = result.statement(contract.id).as_text()
        row = next(iter(result.settlement.facts[table].records(_key(result, table), [key])))
        for name, prices in sorted(price_rows(result.settlement.case, contract, row, table).items()):
            files[f"prices/{name}.csv"] = _as_csv(prices)
    with target.open("xb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, text in sorted(files.items()):
            pack.writestr(zipfile.ZipInfo(name, _DAY), text.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return target


def contract_of(result: Result, table: str, key: str) -> ContractCase | None:
    """The contract that the row belongs to, if it belongs to one that is settled."""
    lines = result.explain(table, key).contract
    return next((one for one in result.settlement.case.contracts if one.id == lines), None)


def rows_about(result: Result, table: str, key: str) -> dict[str, list[Row]]:
    """The row, and every row of other tables that names its key in a column of the same name, by table."""
    name = _key(result, table)
    found = {}
    for other, facts in result.settlement.facts.items():
        if name in facts.spec.columns and (other == table or facts.spec.key != name):
            rows = list(facts.records(name, [key]))
            if rows:
                found[other] = rows
    return found


def price_rows(case: Case, contract: ContractCase, row: Row, table: str) -> dict[str, list[Mapping[str, Any]]]:
    """The rows of the contract's price lists for the codes in the row, in force on its day; by list.

    A derived list's are those of the list that it begins from: its steps are in the explanation.
    """
    day, codes = row.get(str(case.tables[table].date)), {value for value in row.values() if isinstance(value, str)}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for of, name in _lists(case, contract):
        one = case.prices[of, name]
        while one.derived_from and (of, one.derived_from) in case.prices:
            one = case.prices[of, one.derived_from]
        rows = [
            price for price in one.rows
            if any(value in codes for column, value in price.items() if column != "list")
            and (day is None or (price.get("from_day") or day) <= day <= (price.get("to_day") or day))
        ]  # fmt: skip
        if rows:
            found[f"{of}, {name}".replace("/", "-")] = rows
    return found


def _lists(case: Case, contract: ContractCase) -> Iterator[tuple[str, str]]:
    seen = set()
    for entry in contract.rules:
        for spec in entry.cls.parameters.values() if entry.cls else ():
            if spec.role == "prices" and spec.table is not None and spec.name in entry.values:
                for _, name in entry.values[spec.name].steps:
                    place = (spec.table.name, str(name))
                    if place in case.prices and place not in seen:
                        seen.add(place)
                        yield place


def _key(result: Result, table: str) -> str:
    return str(result.settlement.facts[table].spec.key)


def _as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    held = list(rows)
    names = [name for name in held[0] if any(row.get(name) is not None for row in held)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(["" if row.get(name) is None else str(row[name]) for name in names] for row in held)
    return out.getvalue()
