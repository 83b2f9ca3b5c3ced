"""Loading: the files beside scheme.toml that say whose a row is, read into one assignment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from tallystick.assign.assignment import Assignment
from tallystick.assign.bodies import contract_faults, read_bodies
from tallystick.assign.claims import Cases, made_claims
from tallystick.assign.read_claims import ASSIGN, AssignFile, read_assign
from tallystick.assign.responsible import Responsible, read_responsible
from tallystick.files.toml import Document, read_toml
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.tables import TableSpec


def read_assignment(
    folder: Path, cases: Cases, tables: Mapping[str, TableSpec], faults: list[Fault]
) -> Assignment:  # fmt: skip
    """Read assign.toml, organisations.csv and successors.csv where they are there; faults are added.

    Without any of them, and without a claim in contracts.csv, the assignment is empty and changes nothing.
    """
    document, there = None, (folder / ASSIGN).is_file()
    if there:
        try:
            document = read_toml(folder / ASSIGN, name=ASSIGN)
        except InputError as error:
            faults.extend(error.faults)
    file = read_assign(document, faults) if document is not None else AssignFile()
    bodies = read_bodies(folder, faults)
    faults.extend(contract_faults(bodies, cases.made.values()))
    said = [*file.claims, *cases.said]
    if not (there or said or bodies.successors.steps):
        return Assignment(bodies=bodies)
    columns = {name: list(spec.columns) for name, spec in tables.items() if not spec.prices}
    lists = [name for name, spec in tables.items() if spec.cohorts is not None]
    claims = made_claims(said, cases, columns, faults, lists)
    return Assignment(claims=claims, responsible=_responsible(folder, document, file, faults), bodies=bodies)


def assign_files(folder: Path, assign: Assignment) -> list[Path]:
    """Every file that the assignment was read from."""
    named = [ASSIGN, *assign.bodies.files, *([assign.responsible.file] if assign.responsible else [])]
    return [folder / name for name in named if name and (folder / name).is_file()]


def _responsible(
    folder: Path, document: Document | None, file: AssignFile, faults: list[Fault]
) -> Responsible | None:  # fmt: skip
    said = file.responsible
    if said is None or document is None:
        return None
    path = None
    if said.practices:
        path = folder / said.practices
        outside = PurePosixPath(said.practices).is_absolute() or Path(said.practices).is_absolute()
        if outside or not path.is_file():
            spot = document.spot.at("responsible", "practices")
            found = f'"{said.practices}" is a file missing from the workspace'
            faults.append(spot.fault("file/missing", found, "", "a path relative to the folder of scheme.toml"))
            path = None
    return read_responsible(said.by, path, said.practices, faults)
