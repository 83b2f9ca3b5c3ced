"""Reading ``assign.toml``: who the responsible commissioner of a row is, and what contracts claim."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tallystick.assign.claims import COLUMNS, Said, codes_of
from tallystick.files.strict import key, keys, structured, unknown_key
from tallystick.files.toml import Document, TomlSpot
from tallystick.kernel.errors import Fault

ASSIGN = "assign.toml"
TABLES = ("responsible", "claim")
BY = ("commissioner", "registration", "residence")


@keys
class ResponsibleKeys:
    """The keys of ``[responsible]``."""

    by: tuple[str, ...] = key(
        "The columns that say who is responsible for a row; the first that holds something decides.",
        default=BY, example='["commissioner", "registration", "residence"]',
    )  # fmt: skip
    practices: str = key(
        "A CSV file that gives for a code of practice or residence its commissioner, with days.",
        default="", example='"data/practices.csv"',
    )  # fmt: skip


@keys
class ClaimKeys:
    """The keys of a ``[[claim]]``."""

    contract: str = key("The contract whose rows these are.", example='"eastmere-acute"')
    provider: tuple[str, ...] | None = key(
        'Codes of providers; the contract\'s own if not said, or "any".', default=None
    )
    commissioner: tuple[str, ...] | None = key(
        'Codes of responsible commissioners; the contract\'s own if not said, or "any".', default=None
    )
    service: tuple[str, ...] | None = key("Codes of services.", default=None)
    point_of_delivery: tuple[str, ...] | None = key("Codes of points of delivery.", default=None)
    treatment_function: tuple[str, ...] | None = key("Codes of treatment functions.", default=None)
    site: tuple[str, ...] | None = key("Codes of sites.", default=None)
    cohort: tuple[str, ...] | None = key(
        "Only rows of people who are in one of these cohorts on the row's day; it goes before claims without one.",
        default=None,
    )
    tables: tuple[str, ...] = key("Only rows of these tables; of all if it is not said.", default=())
    from_: datetime.date | None = key(
        "First day; the contract's if it is not said.", toml="from", default=None, example="2025-04-01"
    )
    to: datetime.date | None = key(
        "Last day, inclusive; the contract's if it is not said.", default=None, example="2025-09-30"
    )


@frozen(kw_only=True)
class AssignFile:
    """What the file says: claims, and the responsible commissioner if it has a word on that."""

    claims: tuple[Said, ...] = ()
    responsible: ResponsibleKeys | None = None


def read_assign(document: Document, faults: list[Fault]) -> AssignFile:
    """Read the file; faults are added."""
    top, data = document.spot, document.data
    faults.extend(unknown_key(name, TABLES, top) for name in data if name not in TABLES)
    responsible = None
    if "responsible" in data:
        responsible = structured(ResponsibleKeys, data["responsible"], top.at("responsible"), faults)
        faults.extend(_wrong_by(responsible.by if responsible else (), top.at("responsible", "by")))
    blocks, spot = data.get("claim", []), top.at("claim")
    if not isinstance(blocks, list) or not all(isinstance(block, Mapping) for block in blocks):
        write = "[[claim]], in double brackets"
        faults.append(spot.fault("value/kind", "claim is not a list of tables", "", write, key=True))
        blocks = []
    claims = [_claim(block, spot.at(index), faults) for index, block in enumerate(blocks)]
    return AssignFile(claims=tuple(one for one in claims if one is not None), responsible=responsible)


def _wrong_by(by: tuple[str, ...], spot: TomlSpot) -> Iterator[Fault]:
    for index, name in enumerate(by):
        if name not in BY:
            write = " or ".join(f'"{one}"' for one in BY)
            found = f'"{name}" does not say who is responsible'
            yield spot.at(index).fault("value/choice", found, "", write)
        elif name in by[:index]:
            yield spot.at(index).fault("value/choice", f'"{name}" is named twice', "", "each column once")
    if not by:
        yield spot.fault("value/choice", "no column says who is responsible", "", 'by = ["commissioner"]')


def _claim(block: Mapping[str, Any], spot: TomlSpot, faults: list[Fault]) -> Said | None:
    said = structured(ClaimKeys, block, spot, faults)
    if said is None:
        return None
    named = {name: getattr(said, name) for name in COLUMNS}
    codes = {name: codes_of(of, name, spot.at(name), faults) for name, of in named.items() if of is not None}
    cohort = () if said.cohort is None else codes_of(said.cohort, "cohort", spot.at("cohort"), faults)
    return Said(
        contract=said.contract, codes=codes, cohort=cohort, tables=said.tables, first=said.from_, last=said.to,
        spot=spot,
    )  # fmt: skip
