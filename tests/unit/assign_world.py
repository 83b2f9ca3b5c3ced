"""A small workspace in which several contracts could claim a row: contacts at £100 each, so money shows whose."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tallystick.kernel import check
from tallystick.kernel.errors import Fault, InputError
from tallystick.result import Result
from tests.unit.command_world import engine

SCHEME = """
    [scheme]
    id = "claims"
    title = "Claims"

    [activity]
    contacts = "contacts.csv"

    [[price_list]]
    name = "units"
    table = "unit_prices"
    file = "units.csv"

    [[rule]]
    use = "unit-price"
    label = "contacts"
    table = "contacts"
    code = "contact_type"
    prices = "units"
"""
HEADING = "contact,contract,provider,commissioner,contacted_on,service,contact_type,contacts,point_of_delivery,site"
CONTRACTS = "id,provider,commissioner,from,years"


def workspace(folder: Path, rows: Sequence[str], contracts: Sequence[str] = (), **files: str) -> Path:
    """Write a workspace; ``rows`` are the contacts, a line each without its key, ``contracts`` lines of the CSV.

    Further files come by name with an underscore for the dot: ``assign_toml``. A first contract or row that begins
    with the heading's first word replaces the heading.
    """
    listed = list(contracts or ("A,RAA,QAA,2025-04-01,1", "B,RBB,QAA,2025-04-01,1"))
    heading = listed.pop(0) if listed[0].startswith("id,") else CONTRACTS
    lines, first = list(rows), HEADING
    if lines and lines[0].startswith("contact,"):
        first = lines.pop(0)
    texts = {
        "scheme_toml": SCHEME,
        "units_csv": "code,price_pounds\nX,100\n",
        "contracts_csv": "\n".join([heading, *listed]) + "\n",
        "contacts_csv": "\n".join([first, *(f"c{n},{line}" for n, line in enumerate(lines, start=1))]) + "\n",
        **files,
    }
    for name, text in texts.items():
        stem, _, ending = name.rpartition("_")
        (folder / f"{stem}.{ending}").write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


def row(
    provider: str = "RAA", commissioner: str = "QAA", day: str = "2025-05-01", *, service: str = "S1", pod: str = "",
    site: str = "", contract: str = "",
) -> str:  # fmt: skip
    """One contact as a line without its key."""
    return ",".join((contract, provider, commissioner, day, service, "X", "1", pod, site))


def settled(
    folder: Path, rows: Sequence[str], contracts: Sequence[str] = (), *, how: Any = None, **files: str
) -> Result:
    """Settle it; the reference derives every row again, so both readings agree or a check fails."""
    return engine().settle(workspace(folder, rows, contracts, **files), **(how or {}))


def owners(result: Result) -> dict[str, str]:
    """Whose each row is, by its key: the contract's id, or an empty text; the same in the frame and in records."""
    facts = result.settlement.facts["contacts"]
    by_record = {str(one["contact"]): str(one["contract"] or "") for one in facts.records()}
    frame = facts.frame.select("contact", "contract").collect()
    assert by_record == {key: contract or "" for key, contract in frame.iter_rows()}
    assert facts.rows == len(by_record) == frame.height
    assert facts.stats["contract"].nulls == sum(not one for one in by_record.values())
    return by_record


def paid(result: Result) -> dict[str, int]:
    """Pounds by contract, after seeing that every check passed and that the reference finds the same."""
    assert result.passed, result.checks
    settled_ = result.settlement
    derived = check.read(settled_.program, {name: list(one.records()) for name, one in settled_.facts.items()})
    assert dict(derived.parts()) == dict(settled_.reading.parts())
    found: dict[str, int] = {}
    for line in settled_.lines:
        found[line.contract] = found.get(line.contract, 0) + line.pence // 100
    return found


def faults(folder: Path, rows: Sequence[str], contracts: Sequence[str] = (), **files: str) -> list[Fault]:
    """The faults with which it is refused."""
    try:
        settled(folder, rows, contracts, **files)
    except InputError as error:
        return list(error.faults)
    raise AssertionError("it was settled without a fault")


def one_fault(folder: Path, rows: Sequence[str] = (), contracts: Sequence[str] = (), **files: str) -> Fault:
    """The only fault."""
    found = faults(folder, rows or [row()], contracts, **files)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]
