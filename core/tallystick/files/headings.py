"""Matching the columns of a file to those of a declaration: by name, by a known alias, or by the user's mapping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import frozen

from tallystick.files.mapping import EVERY_OTHER, IGNORE
from tallystick.files.numbers import MONEY
from tallystick.kernel.errors import Fault, did_you_mean, did_you_mean_or
from tallystick.kernel.tables import Column, TableSpec

PRICE_LIST = "list"
"""The column of a price list that says which list it is; whoever loads the file supplies it."""


@frozen
class Match:
    """The file's column that is read as a declared one; for money, whether it holds pence, pounds or signed text."""

    column: Column
    local: str
    style: str = ""


def match_columns(
    spec: TableSpec, names: Iterable[str], mapping: Mapping[str, str], file: str
) -> tuple[dict[str, Match], list[Fault]]:
    """Match every name; returns the matches by our column name, and the faults of all that did not match."""
    known, targets = _known_names(spec), _targets(spec)
    faults = [fault for local, ours in mapping.items() for fault in _mapping_faults(local, ours, targets, file)]
    claims: dict[str, list[Match]] = {}
    for local in names:
        ours = mapping.get(local, local if local in targets else known.get(plain(local)))
        if ours in targets:
            column, style = targets[ours]
            claims.setdefault(column.name, []).append(Match(column, local, style))
        elif local not in mapping and mapping.get(EVERY_OTHER) != IGNORE:
            faults.append(_extra(local, targets, file))
    faults += [_claimed_twice(matches, file) for matches in claims.values() if len(matches) > 1]
    faults += [_missing(column, file) for column in _required(spec) if column.name not in claims]
    return {name: matches[0] for name, matches in claims.items()}, faults


def unused_mapping(spec: TableSpec, mapping: Mapping[str, str], names: Iterable[str], file: str) -> list[Fault]:
    """Mapped columns that no file has: a slip of the pen there would leave an optional column empty in silence."""
    there = set(names)
    return [
        Fault(
            code="mapping/no-such-column", found=f'the mapping of {spec.name} names "{local}"', file=file, column=local,
            why=f'no column has that name, so "{ours}" would stay empty', write=did_you_mean(local, there),
        )
        for local, ours in mapping.items()
        if ours and local != EVERY_OTHER and local not in there
    ]  # fmt: skip


def plain(name: str) -> str:
    """A name without case and punctuation, as names are compared."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _targets(spec: TableSpec) -> dict[str, tuple[Column, str]]:
    """Every name that a column of ours may be read from, with the style of money that the name says."""
    targets: dict[str, tuple[Column, str]] = {}
    for name, column in spec.columns.items():
        money = column.kind in MONEY
        targets[name] = (column, "signed" if money else "")
        if money:
            targets |= {f"{name}_{style}": (column, style) for style in ("pence", "pounds")}
    return targets | {name: (column, "signed" if column.kind in MONEY else "") for name, column in spec.columns.items()}


def _known_names(spec: TableSpec) -> dict[str, str]:
    """Plain forms of our names and their aliases, each with the name of ours that it stands for."""
    known: dict[str, str] = {}
    for target, (column, style) in _targets(spec).items():
        ending = f"_{style}" if style in ("pence", "pounds") and target != column.name else ""
        known |= {plain(alias + ending): target for alias in (column.name, *column.aliases)}
    return known | {plain(name): name for name in spec.columns}


def _required(spec: TableSpec) -> list[Column]:
    given = {PRICE_LIST} if spec.prices else set()
    return [column for name, column in spec.columns.items() if not column.optional and name not in given]


def _mapping_faults(local: str, ours: str, targets: Mapping[str, object], file: str) -> list[Fault]:
    if local == EVERY_OTHER or not ours or ours in targets:
        return []
    return [Fault(
        code="mapping/unknown", found=f'the mapping calls it "{ours}"', file=file, column=local,
        why="the table has no such column", write=did_you_mean(ours, targets),
    )]  # fmt: skip


def _extra(local: str, targets: Mapping[str, object], file: str) -> Fault:
    return Fault(
        code="column/extra", found=f'an extra column, "{local}"', file=file, column=local,
        why="the table has no column of that name, and a misspelt one must not be passed over",
        write=did_you_mean_or(local, targets, 'Otherwise map it to "", which leaves it alone'),
    )  # fmt: skip


def _claimed_twice(matches: list[Match], file: str) -> Fault:
    names = " and ".join(f'"{match.local}"' for match in matches)
    return Fault(
        code="column/twice", found=f"{names} are both {matches[0].column.name}", file=file, column=matches[1].local,
        why="nobody can tell which of them is meant", write='one of them; map the other to "", which leaves it alone',
    )  # fmt: skip


def _missing(column: Column, file: str) -> Fault:
    names = f"{column.name}_pence or {column.name}_pounds" if column.kind in MONEY else column.name
    return Fault(
        code="column/missing", found=f"there is no column {column.name}", file=file, column=column.name,
        why=f"{column.name} may not be missing: {column.meaning}",
        write=f'a column headed {names}, or a mapping of yours to it: "your name" = "{names.split()[0]}"',
    )  # fmt: skip
