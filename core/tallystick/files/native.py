"""Tables that stay where they are: frames of DuckDB and Spark, checked in their own library.

Their library counts, finds extremes and says which rows are in doubt; those few rows come over and are read as any
file is, so that faults have the same words. What is taken is what needs no reading: text, whole numbers, decimals,
dates, and true or false. Anything else is refused by name (Spark) or brought over whole, as it always was (DuckDB).
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import ceil, floor
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
from attrs import evolve, frozen

from tallystick.files.activity import read_facts
from tallystick.files.dates import AFTER_DAYS, EARLIEST
from tallystick.files.headings import Match, match_columns
from tallystick.files.identifiers import numbers_in
from tallystick.files.numbers import PLACES, SCALED, stored
from tallystick.files.records import records
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.facts import ColumnStats, Facts, Row
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.pay.engines import Engine, engine_of
from tallystick.kernel.tables import Column, TableSpec

FEW = 100_000
"""Up to how many rows are brought over where they are asked for as such."""
MOST = 10_000
"""So many rows in doubt are looked at; where there are more, and nothing is found, the table is refused."""

_WORDS = r"^(?i:null|n/a|na|nan|tbc|<na>|<null>|\(null\)|none|nat|#.*)$"
_IN_DOUBT = r"[^ -~]|^ | $|^$|^[0-9](\.[0-9]+)?E\+[0-9]+$"
_INTEGERS = (nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32)
_WIDEST = 16
"""The digits of a decimal that is taken: it is multiplied out, and stays within 64 bits."""


@frozen(kw_only=True)
class Taken:
    """One column as it is taken: the user's name for it, and by how many digits the point moves."""

    column: Column
    local: str
    digits: int = 0
    scale: int = 1
    whole: bool = False

    @property
    def expr(self) -> Any:
        """The column in stored units."""
        of = nw.col(self.local)
        if self.column.kind in (Kind.COUNT, Kind.AMOUNT, *SCALED):
            of = of.cast(nw.Int64) if self.whole else of
            return (of * 10**self.digits if self.digits else of).cast(nw.Int64)
        return of


def stays(source: Any) -> bool:
    """True for a frame of a library that has an engine of its own."""
    return engine_of(source) is not None


def read_native(
    spec: TableSpec, source: Any, *, mapping: Mapping[str, str], money: str, identifiers: bool, file: str
) -> Facts | None:  # fmt: skip
    """The facts of a frame that stays where it is; None for a DuckDB relation that has to be read as text is.

    Raises InputError with every fault of its columns, then with those of its rows: the first of a kind.
    """
    engine = engine_of(source)
    assert engine is not None
    frame = nw.from_native(source)
    schema = dict(frame.collect_schema())
    columns, unread = _columns(spec, schema, mapping, file)
    if unread and engine.name == "duckdb":
        return None
    if unread:
        raise InputError(unread)
    words = partial(
        read_facts, spec, mapping=mapping, file_name=file, money=money, identifiers=identifiers
    )  # fmt: skip
    words(_empty(schema, columns))  # headings, and columns that are not there
    native = frame.select(**{one.column.name: one.expr for one in columns}, **_absent(spec, columns))
    found = _asked(engine, native, spec, columns)
    _refuse_doubtful(engine, frame, native, spec, columns, found, words)
    _refuse_repeated(engine, native, spec, columns, file)
    if not identifiers:
        _refuse_people(engine, native, columns, file)
    return _facts(engine, native, spec, columns, found, file)


def _columns(
    spec: TableSpec, schema: Mapping[str, Any], mapping: Mapping[str, str], file: str
) -> tuple[list[Taken], list[Fault]]:  # fmt: skip
    """The columns that are taken, and faults for those of a type that has to be read."""
    matches, _ = match_columns(spec, schema, mapping, file)
    made = {match.local: _taken(match, schema[match.local]) for match in matches.values()}
    unread = [
        Fault(
            code="column/not-checked-there", file=file, column=local,
            found=f"the column is of the type {schema[local]}",
            why="where the rows stay, only text, whole numbers, decimals, dates and true or false are checked",
            write="the column cast to one of these, money as whole pence; or the table as Parquet files",
        )
        for local, one in made.items() if one is None
    ]  # fmt: skip
    return [one for one in made.values() if one is not None], unread


def _taken(match: Match, dtype: Any) -> Taken | None:
    """How a column of the type is taken; None for one that has to be read."""
    column, kind = match.column, match.column.kind
    plain = {Kind.CODE: nw.String, Kind.FLAG: nw.Boolean, Kind.DAY: nw.Date}
    if kind in plain:
        return Taken(column=column, local=match.local) if dtype == plain[kind] else None
    if kind is Kind.MOMENT or match.style == "signed":
        return None
    places = 0 if dtype in _INTEGERS else getattr(dtype, "scale", None)
    if places is None or getattr(dtype, "precision", 0) > _WIDEST:
        return None
    moved = 2 if match.style == "pounds" else 0
    if moved and dtype == nw.Int64:
        return None  # whole pounds of 64 bits may not fit as pence
    digits = max(places, moved)
    scale = 10 ** (digits - moved)
    if (kind not in SCALED and scale != 1) or digits > _WIDEST - 6:
        return None
    return Taken(column=column, local=match.local, digits=digits, scale=scale, whole=dtype in _INTEGERS)


_POLARS = {Kind.CODE: pl.String, Kind.FLAG: pl.Boolean, Kind.DAY: pl.Date}
_TYPES: dict[Kind, Any] = {
    Kind.CODE: pl.String(), Kind.FLAG: pl.Boolean(), Kind.DAY: pl.Date(), Kind.MOMENT: pl.Datetime("us")
}  # fmt: skip
_STORED: dict[Kind, Any] = {Kind.CODE: nw.String, Kind.FLAG: nw.Boolean, Kind.DAY: nw.Date}


def _empty(schema: Mapping[str, Any], columns: Sequence[Taken]) -> pl.DataFrame:
    """No rows, under the frame's headings."""
    dtypes: dict[str, Any] = dict.fromkeys(schema, pl.String)
    dtypes |= {one.local: _POLARS.get(one.column.kind, pl.Decimal(18, one.digits)) for one in columns}
    return pl.DataFrame(schema=dtypes)


def _absent(spec: TableSpec, columns: Sequence[Taken]) -> dict[str, Any]:
    """What the frame does not have, missing in every row."""
    there = {one.column.name for one in columns}
    found = {}
    for name, column in spec.columns.items():
        if name not in there:
            found[name] = nw.lit(None, dtype=_STORED.get(column.kind, nw.Int64))
            if column.kind is Kind.MOMENT:
                found[name] = nw.lit(None, dtype=nw.Datetime("us"))
                found[f"{name}.elapsed"] = nw.lit(None, dtype=nw.Int64)
    return found


def _doubt(one: Taken) -> Any:
    """Where a cell may be faulty: wherever it is, and in some rows besides."""
    of, column = nw.col(one.column.name), one.column
    doubts = [] if column.optional else [of.is_null()]
    if column.kind is Kind.CODE:
        known = of.fill_null("X")
        doubts += [known.str.contains(_IN_DOUBT), known.str.contains(_WORDS)]
        if column.name in ("provider", "commissioner"):
            doubts.append(known.str.contains("/", literal=True))
        if column.allowed:
            doubts.append(~(of.is_in(list(column.allowed)) | of.is_null()))
    elif column.kind is Kind.DAY:
        doubts.append(((of < nw.lit(EARLIEST)) | (of >= nw.lit(AFTER_DAYS))).fill_null(False))
    elif column.kind is not Kind.FLAG:
        unit = 10**PLACES // one.scale if column.kind in SCALED else 1
        if not column.signed and column.kind is not Kind.RATE:
            doubts.append((of < 0).fill_null(False))
        if column.at_least is not None:
            doubts.append((of < ceil(stored(column, column.at_least) / unit)).fill_null(False))
        if column.at_most is not None:
            doubts.append((of > floor(stored(column, column.at_most) / unit)).fill_null(False))
    return _any(doubts)


def _any(doubts: Iterable[Any]) -> Any:
    found = nw.lit(False)
    for doubt in doubts:
        found = found | doubt
    return found


def _all_doubts(spec: TableSpec, columns: Sequence[Taken]) -> Any:
    """Where a row may be faulty in any of its cells, or has two days in the wrong order."""
    there = {one.column.name for one in columns}
    late = [(nw.col(b) < nw.col(a)).fill_null(False) for a, b in spec.ordered if {a, b} <= there]
    return _any([*(_doubt(one) for one in columns), *late])


def _asked(engine: Engine, native: Any, spec: TableSpec, columns: Sequence[Taken]) -> Mapping[str, Any]:
    """In one query: rows, rows in doubt, nulls, extremes, the first and last day, and a mark of the content."""
    doubtful = native.with_columns(**{"~doubt": _all_doubts(spec, columns).cast(nw.Int64)})
    asked = [nw.len().cast(nw.Int64).alias("~rows"), nw.col("~doubt").sum().cast(nw.Int64)]
    for one in columns:
        name = one.column.name
        asked.append(nw.col(name).count().cast(nw.Int64).alias(f"{name} there"))
        if one.column.kind not in (Kind.CODE, Kind.FLAG):
            asked += [nw.col(name).min().alias(f"{name} low"), nw.col(name).max().alias(f"{name} high")]
    (answer,) = engine.collected([doubtful.select(*asked).to_native()])
    found: dict[str, Any] = answer.row(0, named=True)
    found["~doubt"] = found["~doubt"] or 0
    found["~mark"] = engine.mark(native, [one.column.name for one in columns])
    return found


def _refuse_doubtful(
    engine: Engine, frame: Any, native: Any, spec: TableSpec, columns: Sequence[Taken], found: Mapping[str, Any],
    words: Any,
) -> None:  # fmt: skip
    """Bring the rows in doubt over and read them as a file is: what is wrong with them is said in the same words."""
    if not found["~doubt"]:
        return
    names = [one.column.name for one in columns]
    doubtful = native.select(*names).filter(_all_doubts(spec, columns)).head(MOST)
    (rows,) = engine.collected([doubtful.to_native()])
    local = {one.column.name: one.local for one in columns}
    key = spec.key if spec.key in local else None
    keys = rows[key].to_list() if key else []
    sample = rows.select(_as_given(one) for one in columns)
    try:
        words(sample)
    except InputError as error:
        faults = [_by_key(fault, spec, keys) for fault in error.faults if fault.code != "row/repeated"]
        if faults:
            raise InputError(faults) from None
    if found["~doubt"] > MOST:
        raise InputError(Fault(
            code="row/too-many-in-doubt", found=f"{found['~doubt']:,} rows have something unusual in them",
            why=f"{MOST:,} of them were looked at, and nobody knows of the others",
            write="codes of plain letters and digits; or the table as Parquet files",
        ))  # fmt: skip


def _as_given(one: Taken) -> pl.Expr:
    """A column of brought rows under the user's name and in the user's units, for the words of a fault."""
    of = pl.col(one.column.name)
    if one.digits:
        whole, part = of.abs() // 10**one.digits, of.abs() % 10**one.digits
        sign = pl.when(of < 0).then(pl.lit("-")).otherwise(pl.lit(""))
        text = pl.concat_str(sign, whole, pl.lit("."), part.cast(pl.String).str.zfill(one.digits))
        return text.cast(pl.Decimal(38, one.digits)).alias(one.local)
    return of.alias(one.local)


def _by_key(fault: Fault, spec: TableSpec, keys: Sequence[Any]) -> Fault:
    """The fault with the row's key in place of its number, which rows that stay do not have."""
    if fault.row is None:
        return fault
    if not keys:
        return evolve(fault, row=None)
    return evolve(fault, row=None, found=f"{spec.key} {keys[fault.row - 1]}: {fault.found}")


def _refuse_repeated(engine: Engine, native: Any, spec: TableSpec, columns: Sequence[Taken], file: str) -> None:
    """No two rows may be alike in a unique set; nothing is like nothing, but a row with nothing in all of it."""
    local = {one.column.name: one.local for one in columns}
    faults = []
    for unique in dict.fromkeys(tuple(name for name in names if name in local) for names in spec.unique):
        if not unique:
            continue
        said = native.filter(_any(~nw.col(name).is_null() for name in unique))
        alike = said.group_by(list(unique)).agg(nw.len().cast(nw.Int64).alias("~times")).filter(nw.col("~times") > 1)
        (rows,) = engine.collected([alike.head(MOST).to_native()])
        for row in rows.sort(unique).head(20).iter_rows(named=True):
            what = ", ".join(
                f'{name} "{row[name]}"' if row[name] is not None else f"{name} (nothing)" for name in unique
            )
            faults.append(Fault(
                code="row/repeated", found=f"{what} stands in {row['~times']:,} rows", file=file,
                column=", ".join(local[name] for name in unique),
                why=f"no two rows may be alike in {' and '.join(unique)}, or something would be paid twice",
                write="one row of the two, or different values",
            ))  # fmt: skip
    if faults:
        raise InputError(faults)


def _refuse_people(engine: Engine, native: Any, columns: Sequence[Taken], file: str) -> None:
    """No column of codes may hold NHS numbers: the different values of ten digits or so are looked at."""
    for one in columns:
        if one.column.kind is Kind.CODE and not one.column.allowed:
            of = nw.col(one.column.name)
            like = native.select(of).filter(of.str.contains(r"^[0-9 -]{10,14}$")).unique().head(MOST)
            (values,) = engine.collected([like.to_native()])
            if fault := numbers_in(values[one.column.name], file, one.local):
                raise InputError(fault)


def _facts(
    engine: Engine, native: Any, spec: TableSpec, columns: Sequence[Taken], found: Mapping[str, Any], file: str
) -> Facts:  # fmt: skip
    rows, stats = int(found["~rows"]), {}
    taken = {one.column.name: one for one in columns}
    for name, column in spec.columns.items():
        if name not in taken:
            stats[name] = ColumnStats(nulls=rows)
            continue
        ends = [found.get(f"{name} {end}") or 0 for end in ("low", "high")]
        low, high = (0, 0) if column.kind is Kind.DAY else (int(end) for end in ends)
        stats[name] = ColumnStats(low, high, rows - int(found[f"{name} there"]), taken[name].scale)
    days = (found.get(f"{spec.date} low"), found.get(f"{spec.date} high")) if spec.date else (None, None)
    first, last = days
    mark = f"{engine.name} {rows} {found['~mark']} {sorted((n, s) for n, s in stats.items())}"
    made = Facts(
        spec=spec, frame=_brought(engine, native, spec, rows), rows=rows, stats=stats, records=lambda *_: iter(()),
        days=(first, last) if isinstance(first, datetime.date) and isinstance(last, datetime.date) else None,
        source=file, digest=hashlib.sha256(mark.encode()).hexdigest(), engine=engine, native=native.to_native(),
    )  # fmt: skip
    return evolve(made, records=partial(_records, engine, native, made))


def _records(
    engine: Engine, native: Any, facts: Facts, column: str | None = None, values: Iterable[Any] = ()
) -> Iterator[Row]:  # fmt: skip
    """The rows that are asked for, brought over."""
    if column is not None:
        given = list(values)
        named = nw.col(column).is_in([one for one in given if one is not None])
        native = native.filter(named | nw.col(column).is_null() if None in given else named)
    (rows,) = engine.collected([native.to_native()])
    return records(facts.spec, rows.lazy(), facts.stats)


def _brought(engine: Engine, native: Any, spec: TableSpec, rows: int) -> pl.LazyFrame:
    """What stands in for the rows: few are brought over when they are asked for, and many stay, which is told."""

    def bring() -> pl.DataFrame:
        if rows > FEW:
            raise InputError(Fault(
                code="engine/rows-stay", found=f"the rows of {spec.name} stay in {engine.name}, and are asked for here",
                why=f"no more than {FEW:,} rows are brought over", write="the table as Parquet files",
            ))  # fmt: skip
        (found,) = engine.collected([native.to_native()])
        return found.select(pl.col(name).cast(dtype) for name, dtype in schema.items())

    schema: dict[str, Any] = {}
    for name, column in spec.columns.items():
        schema[name] = _TYPES.get(column.kind, pl.Int64())
        if column.kind is Kind.MOMENT:
            schema[f"{name}.elapsed"] = pl.Int64()
    return pl.defer(bring, schema=schema)
