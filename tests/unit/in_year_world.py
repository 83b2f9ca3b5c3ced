"""A small workspace that is reconciled month by month: a fixed element, outpatients at £100 and £50, submissions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tallystick_rules.plugin
from tallystick import Engine
from tallystick.result import Result

SCHEME = """\
[scheme]
id = "in-year"
settles = "month"

[[price_list]]
name = "units"
table = "unit_prices"
file = "units.csv"
"""
CONTRACT = """\
[contract]
id = "clinic"
provider = "RXX"
commissioner = "QYY"
period = { from = 2025-04-01, years = 1 }

[[rule]]
use = "block"
label = "fixed"
value = "£1,200"

[[rule]]
use = "unit-price"
label = "outpatients"
table = "attendances"
prices = "units"
"""
UNITS = "code,from_day,to_day,price_pounds,not_priced\nA,,,100,\nB,,,50,\n"
RECONCILIATION = """\
month,flex,freeze
2025-04,2025-05-20,2025-06-20
2025-05,2025-06-20,2025-07-20
2025-06,2025-07-20,2025-08-20
"""


def make(folder: Path, *, scheme: str = SCHEME, contract: str = CONTRACT, freeze: bool = True) -> Path:
    """Write the workspace without a submission."""
    (folder / "contracts").mkdir(parents=True)
    (folder / "scheme.toml").write_text(scheme, encoding="utf-8")
    (folder / "contracts/clinic.toml").write_text(contract, encoding="utf-8")
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    (folder / "submissions.csv").write_text("table,file,provider,months,received,agreed\n", encoding="utf-8")
    if freeze:
        (folder / "reconciliation.csv").write_text(RECONCILIATION, encoding="utf-8")
    return folder


def submit(
    folder: Path, months: str, received: str, rows: Iterable[tuple[str, str, str]], *, agreed: str = "",
    provider: str = "RXX", name: str = "",
) -> str:  # fmt: skip
    """Add a submission of attendances: for each row its key, its day and its code."""
    name = name or f"{provider}-{received}.csv"
    lines = [f"{key},{provider},QYY,{day},1,{code}" for key, day, code in rows]
    heading = "attendance,provider,commissioner,attended,attendances,hrg"
    (folder / name).write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    with (folder / "submissions.csv").open("a", encoding="utf-8") as listed:
        listed.write(f"attendances,{name},{provider},{months},{received},{agreed}\n")
    return name


def engine() -> Engine:
    """An engine with the national rules alone."""
    return Engine(plugins=[tallystick_rules.plugin], discover=False)


def reconcile(folder: Path, months: str, as_at: str, **more: Any) -> Result:
    """The workspace reconciled for these months as at that day."""
    day = datetime.date.fromisoformat(as_at)
    return engine().settle(folder, months=months, as_at=day, reference_rows=None, **more)


def payable(result: Result, payee: str = "RXX") -> int:
    """What is payable now to one body, in pence; below zero if it has to pay."""
    assert result.in_year is not None
    found = result.in_year.due.payable
    return sum(one.now if one.payee == payee else -one.now for one in found if payee in (one.payer, one.payee))


def to_date(result: Result, payee: str = "RXX") -> int:
    """What is due to one body for the months, in pence."""
    assert result.in_year is not None
    found = result.in_year.due.payable
    return sum(
        one.entitled if one.payee == payee else -one.entitled for one in found if payee in (one.payer, one.payee)
    )


def reasons(result: Result, contract: str = "clinic") -> dict[str, int]:
    """What moved since the last posting, in pence by reason."""
    from tallystick.in_year.moved import reasons as by_reason

    assert result.in_year is not None
    return by_reason(result.in_year.moved, contract)
