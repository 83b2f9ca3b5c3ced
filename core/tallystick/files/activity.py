"""Reading activity: from a table's declaration and a source to facts that are proven to be good.

Nothing is guessed and nothing is dropped: a cell that cannot be read exactly is a fault, and all faults of a
source come back together. Good data costs one query; the rows behind a fault are looked for only if there is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl

from tallystick.files import delimited, remembered, sources
from tallystick.files import survey as surveys
from tallystick.files.checking import Checking
from tallystick.files.columns import Part, part_of
from tallystick.files.headings import match_columns, unused_mapping
from tallystick.files.identifiers import nhs_numbers, personal_headings
from tallystick.files.numbers import PLACES, SCALED
from tallystick.files.records import records
from tallystick.files.repeats import PLACES_OF_A_PART
from tallystick.files.survey import Survey
from tallystick.kernel.errors import Fault, FaultList, InputError
from tallystick.kernel.facts import Facts, Rising
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.tables import TableSpec

MANY = 1_000_000
"""Rows of which the columns are gone through one after the other."""

SMALLEST = 1_000_000
"""Bytes below which nothing is remembered of a table's files: they are checked in no time."""

USUAL = Checking()

_SCRATCH = r"^.* (raw|text|plain|pieces|problem)$"


def read_facts(
    spec: TableSpec, source: Any, *, mapping: Mapping[str, str] | None = None, file_name: str = "",
    set_aside: bool = False, money: str = "GBP", identifiers: bool = False, checking: Checking = USUAL,
) -> Facts:  # fmt: skip
    """Read one table and validate every cell of it.

    ``source`` is a path to Parquet or CSV, a list of paths (one table in several files), or a frame of Polars,
    pandas, PyArrow or DuckDB. ``mapping`` gives our column name for each of the user's; ``money`` is the unit of
    account. With ``set_aside`` faulty rows are left out, and their faults are kept on the facts. Columns that look
    like identifiers of people are refused, unless ``identifiers`` says that they may be there. What is remembered of a
    good file counts, unless ``checking`` says otherwise.

    Raises InputError with every fault that was found: the first twenty of a kind, then their number.
    """
    checking.say(f"reading {spec.name}")
    parts = _parts(spec, source, mapping or {}, file_name, money, identifiers=identifiers)
    unique = surveys.unique_sets(spec, parts)
    rests_on = {"table": spec, "mapping": sorted((mapping or {}).items()), "money": money, "identifiers": identifiers}
    try:
        return _read(spec, parts, unique, rests_on, set_aside=set_aside, checking=checking)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        faults = surveys.uneven_everywhere(parts) or [_unreadable(part) for part in parts if not _can_be_read(part)]
        if not faults:
            raise
        raise InputError(faults) from None


def _parts(
    spec: TableSpec, source: Any, mapping: Mapping[str, str], file_name: str, money: str, *, identifiers: bool
) -> list[Part]:  # fmt: skip
    opened = sources.open_all(source, file_name, spec.name)
    every_name = [name for one in opened for name in one.schema]
    faults, parts = FaultList(unused_mapping(spec, mapping, every_name, opened[0].file)), []
    for one in opened:
        matches, unmatched = match_columns(spec, one.schema, mapping, one.file)
        part, untyped = part_of(spec, one, matches, money)
        extra = {fault.column for fault in unmatched if fault.code == "column/extra"}
        read = [name for name in one.schema if name in extra or any(name == match.local for match in matches.values())]
        personal = [] if identifiers or spec.prices else personal_headings(read, one.file)
        told = {fault.column for fault in personal}
        faults.extend([*personal, *(fault for fault in (*unmatched, *untyped) if fault.column not in told)])
        parts.append(part)
    faults.raise_if_any()
    return parts


def _read(
    spec: TableSpec, parts: Sequence[Part], unique: list[tuple[str, ...]], rests_on: Mapping[str, Any], *,
    set_aside: bool, checking: Checking,
) -> Facts:  # fmt: skip
    answers, faults, places, known = _checked(spec, parts, unique, rests_on, checking)
    frame = _joined([part.good(answers.blank()) if part.opened.steady else part.typed() for part in parts])
    left_out = 0
    if faults and not set_aside:
        raise InputError(faults)
    if faults:
        before = answers.rows
        frame = _without(parts, places)
        answers = surveys.survey(spec, frame, unique, told=checking.of_table(spec.name))
        left_out = before - answers.rows
    _refuse_too_wide(spec, parts, answers)
    stored = frame.select(_stored(spec, answers))
    if any(part.opened.marks for part in parts):
        # Text is parsed once more here, so that it is not parsed again by every query of the run.
        stored = stored.collect(engine="streaming").lazy()
    steady = left_out or all(part.opened.steady for part in parts)
    digests = [_digest_of(part) for part in parts]
    rising = Rising(
        frame=stored, columns=_rising(answers, unique), base=stored,
        content="" if left_out else _content(parts, digests, rests_on),
        unchanged=lambda: all(one.path is None or sources.stamp_of(one.path) == one.stamp for one in _opened(parts)),
    ) if steady else None  # fmt: skip
    stats = {name: answers.stats(column) for name, column in spec.columns.items()}
    return Facts(
        spec=spec, frame=stored, rows=answers.rows, stats=stats, records=partial(records, spec, stored, stats),
        days=answers.days(spec), rising=rising,
        source=", ".join(part.opened.file for part in parts), digest=_digest(digests),
        set_aside=tuple(faults), left_out=left_out, checked_before=known,
    )  # fmt: skip


def _checked(
    spec: TableSpec, parts: Sequence[Part], unique: list[tuple[str, ...]], rests_on: Mapping[str, Any],
    checking: Checking,
) -> tuple[Survey, list[Fault], pl.Series, bool]:  # fmt: skip
    """The answers of the survey, the faults with their places, and whether they are what is remembered of good files.

    A file is remembered only if its bytes have the same hash before and after it was gone through, and if no row has
    a fault. Frames are not: to hash the cells of one takes as long as to check them.
    """
    key = _key(parts, rests_on)
    known = None if checking.again else remembered.recall(key)
    if known is not None:
        checking.say(f"{spec.name} was checked before")
        return Survey(known), [], pl.Series([], dtype=pl.Int64), True
    FaultList(nhs_numbers(parts) if not (rests_on["identifiers"] or spec.prices) else []).raise_if_any()
    rows, frame = _rows_in_columns(parts), _joined([part.typed() for part in parts])
    answers = surveys.survey(
        spec, frame, unique, told=checking.of_table(spec.name), rows=rows, one_by_one=rows > MANY
    )  # fmt: skip
    FaultList(surveys.uneven(parts, answers)).raise_if_any()
    faults, places = surveys.locate(spec, parts, answers, unique)
    if key and not faults and all(delimited.digest(of.path) == of.digest for of in _opened(parts) if of.path):
        remembered.remember(key, answers.found)
    return answers, faults, places, False


def _key(parts: Sequence[Part], rests_on: Mapping[str, Any]) -> str:
    """What the answers are remembered under; empty for frames, and for files that are checked as soon as found."""
    paths = [one.path for one in _opened(parts) if one.path is not None]
    if len(paths) < len(parts) or sum(path.stat().st_size for path in paths) < SMALLEST:
        return ""
    return _content(parts, [one.digest for one in _opened(parts)], rests_on)


def _content(parts: Sequence[Part], digests: Sequence[str], rests_on: Mapping[str, Any]) -> str:
    """A hash of all cells and of how they are read; empty where it cannot be told."""
    typed = [one.marks is None for one in _opened(parts)]
    return remembered.key_of(files=list(zip(digests, typed, strict=True)), **rests_on)


def _opened(parts: Sequence[Part]) -> list[sources.Opened]:
    return [part.opened for part in parts]


def _joined(frames: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """The rows of all files, with the columns that a survey asks for; one that a file lacks is null there."""
    return pl.concat([frame.select(pl.exclude(_SCRATCH)) for frame in frames], how="diagonal")


def _rows_in_columns(parts: Sequence[Part]) -> int:
    """How many rows there are, if it costs nothing to count them and they may be read a column at a time; else 0."""
    if not all(one.steady and one.marks is None for one in _opened(parts)):
        return 0
    return int(pl.concat([one.frame.select(pl.len()) for one in _opened(parts)]).collect()["len"].sum())


def _without(parts: Sequence[Part], places: pl.Series) -> pl.LazyFrame:
    """The typed rows less the faulty ones, worked out once."""
    good = []
    for number, part in enumerate(parts):
        mine = places.filter(places // PLACES_OF_A_PART == number)
        faulty = (mine % PLACES_OF_A_PART).cast(pl.UInt32)
        numbered = part.typed(numbered=True)
        good.append(numbered.filter(~pl.col(sources.ROW).is_in(faulty.implode())).drop(sources.ROW))
    return _joined(good).collect(engine="streaming").lazy()


def _stored(spec: TableSpec, answers: Survey) -> list[pl.Expr]:
    """The columns of the facts: prices and rates over their scale, and elapsed minutes beside moments."""
    found: list[pl.Expr] = []
    for name, column in spec.columns.items():
        of = pl.col(name)
        if column.kind in SCALED:
            of = (of // pl.lit(10**PLACES // answers.scale(column), dtype=pl.Int128)).cast(pl.Int64)
        found.append(of)
        if column.kind is Kind.MOMENT:
            found.append(pl.col(f"{name}.elapsed"))
    return found


def _rising(answers: Survey, unique: Sequence[tuple[str, ...]]) -> frozenset[str]:
    """The columns by which the rows are known to be in order: joins by those hold little.

    The first column of each unique set is what other tables find rows by. Said of rows in another order, it would
    lose matches without a word; so it is said only of the rows that were surveyed, and read in the same order again.
    """
    return frozenset(names[0] for names in unique if answers.in_order(names))


def _refuse_too_wide(spec: TableSpec, parts: Sequence[Part], answers: Survey) -> None:
    """A price or rate that fits by itself may not fit over the scale that the column needs."""
    faults = []
    for name, column in spec.columns.items():
        stats = answers.stats(column)
        if column.kind in SCALED and max(-stats.lowest, stats.highest) >= 2**63:
            faults.append(Fault(
                code="column/too-wide",
                found=f"{len(str(stats.scale)) - 1} decimals in one row and a large figure in another",
                file=parts[0].opened.file, column=name, why=f"{name} is kept in 64 bits, over one denominator",
                write="fewer decimals, or the right figure where one is too large",
            ))  # fmt: skip
    FaultList(faults).raise_if_any()


def _digest_of(part: Part) -> str:
    return part.opened.digest or sources.content_digest(part.opened.frame.select(r.local for r in part.readings))


def _digest(digests: Sequence[str]) -> str:
    """One hash for all sources, the same in whatever order they were named."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def _can_be_read(part: Part) -> bool:
    """Whether the source gives its rows at all; if it does, a failure is ours and not the file's."""
    try:
        part.opened.frame.select(pl.all().is_null().sum()).collect(engine="streaming")
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return False
    return True


def _unreadable(part: Part) -> Fault:
    if part.opened.path is not None:
        return sources.damaged(part.opened.file)
    return Fault(
        code="file/unreadable", found="the rows cannot be worked out", file=part.opened.file,
        why="the query behind the dataframe failed", write="a dataframe that can be collected",
    )  # fmt: skip
