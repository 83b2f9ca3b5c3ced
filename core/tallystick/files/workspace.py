"""The workspace: a folder with scheme.toml, contracts and data, read as a whole into a case.

Every file is read before anything is reported, so that all that is wrong is mended in one go.
"""

from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from tallystick.assign.assignment import Assignment
from tallystick.assign.loading import assign_files, read_assignment
from tallystick.files.contract_cases import ContractCases
from tallystick.files.contracts import read_contract
from tallystick.files.contracts_csv import read_contracts_csv
from tallystick.files.prices import PriceLists
from tallystick.files.rule_blocks import Draft
from tallystick.files.scheme import Scheme, read_scheme
from tallystick.files.spots import first_of_each_kind
from tallystick.files.steps import ROUND_TO
from tallystick.files.toml import Document, decoded, read_toml
from tallystick.kernel.case import Case
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.plugins import Plugins

SCHEME = "scheme.toml"
CONTRACTS = "contracts"
CONTRACTS_CSV = "contracts.csv"


@frozen(eq=False, kw_only=True)
class Workspace:
    """A workspace after reading: what is settled, and where its activity is.

    ``files`` gives a hash of every file that says what is settled, by its path in the folder; activity is hashed
    when it is read. ``unread`` names tables whose plugin is not there, with why.
    """

    folder: Path
    title: str
    case: Case
    activity: Mapping[str, list[Path]]
    mapping: Path | None
    files: Mapping[str, str]
    out: Path
    unread: Mapping[str, str]
    identifiers: bool = False
    """Whether activity may hold columns that look like identifiers of people."""
    scheme_rules: Mapping[str, Draft] = field(factory=dict, repr=False)
    """The rules of the scheme as they are written, by label, before any contract holds them."""
    smallest_group: int = 10
    """The fewest people or rows in a group that is shown to a party to whom the rows are confidential."""
    assign: Assignment = field(factory=Assignment, repr=False)
    """Which contract a row belongs to, where files beside scheme.toml say more than its parties."""


def load_workspace(
    folder: Path | str, plugins: Plugins, as_at: datetime.date | None = None, *, activity: bool = True
) -> Workspace:  # fmt: skip
    """Read a folder; raises InputError with all faults of all its files together.

    ``as_at`` is the day up to which facts and price lists are known, instead of the one that the scheme states.
    Without ``activity`` the files of activity need not be there.
    """
    folder = Path(folder)
    faults: list[Fault] = []
    document = _document(folder / SCHEME, SCHEME, faults) if (folder / SCHEME).is_file() else None
    if document is None and not faults:
        faults.append(_no_scheme(folder))
    try:
        contracts = [_document(path, f"{CONTRACTS}/{path.name}", faults) for path in contract_files(folder)]
    except OSError as error:
        why = error.strerror or type(error).__name__
        faults.append(Fault(code="file/unreadable", found="the folder cannot be read", why=why, file=CONTRACTS))
        contracts = [None]
    scheme = read_scheme(document, folder, plugins, faults, as_at, activity=activity) if document else None
    if scheme is None:
        raise InputError(faults)
    cases = _contracts(folder, contracts, scheme, faults)
    assign = read_assignment(folder, cases, plugins.table_specs, faults)
    if faults:
        raise InputError(first_of_each_kind(faults))
    return Workspace(
        folder=folder, title=scheme.said.title or scheme.said.id, case=_case(scheme, cases, plugins, assign, as_at),
        activity=scheme.activity, mapping=scheme.columns, files=_hashes(folder, scheme.prices, scheme.columns, assign),
        out=folder / scheme.said.out, unread=scheme.unread, assign=assign,
        identifiers=scheme.identifiers, scheme_rules=scheme.rules,
        smallest_group=scheme.said.smallest_group,
    )  # fmt: skip


def _no_scheme(folder: Path) -> Fault:
    write = f"the folder that holds {SCHEME}"
    if folder.is_file():
        found = f"{folder.name} is a file, and a workspace is a folder"
        return Fault(code="file/missing", found=found, write=f"{write}: {folder.parent}")
    why = "" if folder.is_dir() else "there is no such folder"
    return Fault(code="file/missing", found=f"there is no {SCHEME} in {folder.name or folder}", why=why, write=write)


def contract_files(folder: Path) -> list[Path]:
    """The TOML files of the contracts, whatever the case of their ending; OSError if they cannot be listed."""
    if not (folder / CONTRACTS).is_dir():
        return []
    return sorted(path for path in (folder / CONTRACTS).iterdir() if path.suffix.lower() == ".toml")


def _document(path: Path, name: str, faults: list[Fault]) -> Document | None:
    try:
        return read_toml(path, name=name)
    except InputError as error:
        faults.extend(error.faults)
        return None


def _contracts(
    folder: Path, documents: list[Document | None], scheme: Scheme, faults: list[Fault]
) -> ContractCases:  # fmt: skip
    cases, before = ContractCases(scheme.rules, faults), len(faults)
    settles = scheme.said.settles
    for document in documents:
        if document is not None:
            read_contract(document, scheme.catalogue, scheme.known, settles, cases)
    table = folder / CONTRACTS_CSV
    if table.is_file():
        try:
            read_contracts_csv(decoded(table.read_bytes(), CONTRACTS_CSV), CONTRACTS_CSV, scheme.known, settles, cases)
        except InputError as error:
            faults.extend(error.faults)
    if not (documents or cases.made) and len(faults) == before:
        write = f"a file in {CONTRACTS}/ for each contract, or a row of {CONTRACTS_CSV}"
        faults.append(Fault(code="file/missing", found="the workspace has no contracts", write=write))
    return cases


def _case(
    scheme: Scheme, cases: ContractCases, plugins: Plugins, assign: Assignment, as_at: datetime.date | None
) -> Case:
    return Case(
        contracts=tuple(cases.made.values()), tables=plugins.table_specs, title=scheme.said.title or scheme.said.id,
        money=scheme.said.money, rounding=ROUND_TO[scheme.said.rounding], as_at=as_at or scheme.said.as_at,
        funds=scheme.funds, prices=scheme.prices.lists, by_parties=not assign.claims,
    )  # fmt: skip


def _hashes(folder: Path, prices: PriceLists, columns: Path | None, assign: Assignment) -> dict[str, str]:
    paths = [folder / SCHEME, *contract_files(folder), *(folder / name for name in prices.files)]
    paths += [path for path in (folder / CONTRACTS_CSV, columns) if path is not None and path.is_file()]
    paths += assign_files(folder, assign)
    return {
        Path(os.path.relpath(path, folder)).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(set(paths))
    }
