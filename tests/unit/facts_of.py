"""A small table of every kind of column, and short ways to read one from a few lines of CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tallystick.files.activity import read_facts
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.facts import Facts
from tallystick.kernel.language.series import Amount, Code, Count, Day, Flag, Maybe, Moment, Price, Rate
from tallystick.kernel.tables import Table, TableSpec, column, table


@table("visits", key="visit", date="day")
class Visits(Table):
    """One row for each visit."""

    visit: Code = column("What names the row.")
    provider: Code = column("Organisation code of the provider.", aliases=("Der_Provider_Code",))
    day: Day = column("The day of the visit.")
    slot: Maybe[Code] = column("Where it was entered.")
    pod: Maybe[Code] = column("Point of delivery.", allowed=("DC", "EL", "NEL"))
    minutes: Maybe[Count] = column("How long it took.", at_least=0, at_most=600)
    visits: Maybe[Count] = column("How many visits the row stands for.")
    cost: Maybe[Amount] = column("What it cost.", at_most="£5,000", aliases=("Total Cost",))
    correction: Maybe[Amount] = column("What was put right.", signed=True)
    tariff: Maybe[Price] = column("The price of one minute.")
    share: Maybe[Rate] = column("The provider's share.", at_least="10%", at_most=1)
    urgent: Maybe[Flag] = column("Whether it could not wait.")
    began: Maybe[Moment] = column("When it began.")


def spec_of(columns: dict[str, Any], **declared: Any) -> TableSpec:
    """A table of the given annotations alone, for cases that need no more."""
    body = {name: made for name, (_, made) in columns.items()}
    annotations = {name: hint for name, (hint, _) in columns.items()}
    cls = type("Made", (Table,), {**body, "__annotations__": annotations, "__doc__": "Made for a test."})
    spec: TableSpec = table("made", **declared)(cls).table
    return spec


def visits(tmp_path: Path, *columns: str, rows: tuple[str, ...] = (), name: str = "visits.csv", **how: Any) -> Facts:
    """Read visits with the named further columns; each row gives their cells, and the rest is filled in."""
    lines = [",".join(("visit", "provider", "day", *columns))]
    lines += [f"v{number},RNU,2024-05-31,{cells}" for number, cells in enumerate(rows, start=1)]
    return read(tmp_path, "\n".join(lines) + "\n", name=name, **how)


def read(tmp_path: Path, text: str | bytes, *, name: str = "visits.csv", **how: Any) -> Facts:
    """Write a file of visits and read it; faults call it by its name alone."""
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_facts(Visits.table, path, file_name=name, **how)


def faults(call: Any, *args: Any, **how: Any) -> list[Fault]:
    """The faults that a call raises; it must raise some."""
    try:
        call(*args, **how)
    except InputError as error:
        return list(error.faults)
    raise AssertionError("it was read without a fault")


def only(found: list[Fault]) -> Fault:
    """The one fault there is."""
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]
