"""A small workspace whose provider may not see what its patients answered: £1,000 a spell, of which £50 is held."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

import tallystick_rules.plugin
from tallystick import Engine
from tallystick.confidential.view import View
from tallystick.result import Result

SCHEME = """\
[scheme]
id = "answers"
settles = "month"
as_at = 2026-04-30

[activity]
spells = "spells.csv"
answers = "answers.csv"
exemptions = "exemptions.csv"

[[price_list]]
name = "units"
table = "unit_prices"
file = "units.csv"
"""
CONTRACT = """\
[contract]
id = "ward"
provider = "RXX"
commissioner = "QYY"
period = { from = 2025-04-01, years = 1 }

[[rule]]
use = "unit-price"
label = "spells"
table = "spells"
prices = "units"

[[rule]]
use = "patient-experience"
label = "answer"
on = ["spells"]
share = "5%"
question = "listened"
unreleased_to = "commissioner"
"""
SATISFIED, NOT_SATISFIED, BLANK, SILENT = "yes", "no", "", None
"""What a patient said; a blank answer has a row, a silent patient none."""

SPELLS = "spell,provider,commissioner,discharged,hrg,person,patient_class,admission_method,admitted,length_of_stay_days"

Said = Mapping[str, tuple[str, str | None]]
"""By spell, the day of discharge and what the patient said."""


def make(folder: Path, said: Said, *, scheme: str = SCHEME, contract: str = CONTRACT) -> Path:
    """Write the workspace, or its activity anew."""
    (folder / "contracts").mkdir(parents=True, exist_ok=True)
    (folder / "scheme.toml").write_text(scheme, encoding="utf-8")
    (folder / "contracts/ward.toml").write_text(contract, encoding="utf-8")
    (folder / "units.csv").write_text("code,from_day,to_day,price_pounds,not_priced\nA,,,1000,\n", encoding="utf-8")
    spells = [f"{key},RXX,QYY,{day},A,{key}-person,1,11,{day},0" for key, (day, _) in said.items()]
    write(folder / "spells.csv", SPELLS, spells)
    answers = [f"reply-{key},{key},listened,{day},{word}" for key, (day, word) in said.items() if word is not None]
    write(folder / "answers.csv", "answer,spell,question,answered_on,satisfied", answers)
    write(folder / "exemptions.csv", "exemption,spell,reason,decided_by,decided_on", [])
    return folder


def write(path: Path, heading: str, lines: list[str]) -> None:
    """Write a CSV file of a heading and lines."""
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")


def patients(
    satisfied: int = 0, not_satisfied: int = 0, silent: int = 0, *, day: str = "2025-06-10", prefix: str = "S"
) -> dict[str, tuple[str, str | None]]:
    """So many patients of each kind, discharged on one day."""
    words = [SATISFIED] * satisfied + [NOT_SATISFIED] * not_satisfied + [SILENT] * silent
    return {f"{prefix}{number:03}": (day, word) for number, word in enumerate(words)}


def engine() -> Engine:
    """An engine with the national rules alone."""
    return Engine(plugins=[tallystick_rules.plugin], discover=False)


def settle(folder: Path, **more: Any) -> Result:
    """The workspace settled, each row derived again."""
    return engine().settle(folder, **more)


def view(result: Result, party: str = "provider") -> View:
    """The result as a party may see it."""
    found = result.for_party(party)
    assert isinstance(found, View)
    return found


def reconciled(folder: Path, months: str, as_at: str) -> Result:
    """The workspace reconciled for months as at a day."""
    return engine().settle(folder, months=months, as_at=datetime.date.fromisoformat(as_at))


def groups(of: Result, label: str = "answer") -> dict[str, tuple[int, int]]:
    """Units and pence of each line of the rule, by its reason up to the first colon; the held line is left out."""
    return {
        line.reason.partition(":")[0]: (line.units, line.pence)
        for line in of.settlement.lines
        if line.label == label and line.kind != "retention"
    }


def net(of: Result, party: str = "RXX") -> int:
    """What the party receives less what it pays, in pence."""
    lines = of.settlement.lines
    return sum(line.pence * ((line.payee == party) - (line.payer == party)) for line in lines if line.book == "cash")


def content(run: Path) -> str:
    """Everything in a run folder as text, Parquet read back."""
    found = []
    for path in sorted(path for path in run.rglob("*") if path.is_file()):
        if path.suffix == ".parquet":
            found.append(pl.read_parquet(path).write_csv())
        else:
            found.append(path.read_text(encoding="utf-8"))
    return "\n".join(found)
