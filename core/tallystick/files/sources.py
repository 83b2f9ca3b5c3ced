"""Where rows come from: Parquet and CSV files, and the dataframes of other libraries, each as a lazy Polars frame.

A source may be a list: the same table in several files, one a month perhaps. Each is opened by itself, since
each may have its own columns, and faults name the file and the row in it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from tallystick.files import delimited
from tallystick.files.marked_order import wrong_marks
from tallystick.kernel.errors import Fault, FaultList, InputError

ROW = "row number"
_PARQUET = b"PAR1"


@frozen(kw_only=True)
class Opened:
    """One file or frame: its columns with their types, its rows with their numbers, and what CSV bytes tell."""

    file: str
    frame: pl.LazyFrame
    schema: dict[str, pl.DataType]
    digest: str = ""
    path: Path | None = None
    marks: delimited.Marks | None = None
    stamp: tuple[int, ...] = ()
    """What the system said of the file before it was read: another one if it has been written since."""
    steady: bool = True
    """Whether its rows come in one order whenever they are read; a lazy query of a caller may give others."""

    def numbered(self) -> pl.LazyFrame:
        """The rows with their numbers from 1, in a column that no declaration can name."""
        return self.frame if self.marks is not None else self.frame.with_row_index(ROW, offset=1)


def open_all(source: Any, file_name: str, table: str) -> list[Opened]:
    """Open a source, or each of a list of them; raises InputError with the faults of all."""
    several = list(source) if isinstance(source, list | tuple) else [source]
    faults, opened = FaultList(), []
    if not several:
        faults.add(Fault(code="file/none", found=f"no file is named for the table {table}", write="at least one"))
    for one in several:
        try:
            opened.append(_open(one, file_name if len(several) == 1 else "", table))
        except InputError as error:
            faults.extend(error.faults)
    faults.raise_if_any()
    return opened


def _open(source: Any, file_name: str, table: str) -> Opened:
    if isinstance(source, str | Path):
        return _open_file(Path(source), file_name or str(source))
    return _open_frame(source, file_name or f"the dataframe for {table}")


def _open_file(path: Path, file: str) -> Opened:
    kind = path.suffix.lower()
    if problem := _not_a_file(path, kind):
        found, write = problem
        raise InputError(Fault(code="file/unreadable", found=found, file=file, write=write))
    try:
        return _open_parquet(path, file) if kind == ".parquet" else _open_csv(path, file)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError(Fault(code="file/unreadable", found="the file cannot be read", why=why, file=file)) from None


def _not_a_file(path: Path, kind: str) -> tuple[str, str] | None:
    if path.is_dir():
        return "this is a folder, not a file", "the name of a file, or a list of them"
    if not path.exists():
        return "there is no such file", "the name of a file that is there"
    if kind not in (".parquet", ".csv"):
        return f"a file that ends in {kind or 'nothing'} is not read", "a file saved as .parquet or .csv"
    if path.stat().st_size == 0:
        nothing = delimited.empty("")
        return nothing.found, nothing.write
    return None


def _open_parquet(path: Path, file: str) -> Opened:
    with path.open("rb") as content:
        start = content.read(4)
        content.seek(max(-4, -path.stat().st_size), 2)
        end = content.read(4)
    if start != _PARQUET:
        raise InputError(Fault(
            code="file/not-parquet", found="this is not a Parquet file, though its name says so", file=file,
            why="its first bytes are not those of Parquet",
            write="the file saved as Parquet, or named .csv if it is text",
        ))  # fmt: skip
    if end != _PARQUET:
        raise InputError(damaged(file))
    stamp = stamp_of(path)
    try:
        # Statistics that a file has of itself are not believed: by a wrong one, rows would be passed over.
        frame = pl.scan_parquet(path, glob=False, hive_partitioning=False, use_statistics=False)
        schema = dict(frame.collect_schema())
    except pl.exceptions.PolarsError:
        raise InputError(damaged(file)) from None
    return Opened(file=file, frame=frame, schema=schema, digest=delimited.digest(path), path=path, stamp=stamp)


def damaged(file: str) -> Fault:
    """The fault of a file that begins well and cannot be read to its end."""
    return Fault(
        code="file/damaged", found="the file is damaged, or was cut short", file=file,
        why="it cannot be read to its end, so rows may be missing", write="the file again, copied or exported whole",
    )  # fmt: skip


def _open_csv(path: Path, file: str) -> Opened:
    stamp = stamp_of(path)
    names = delimited.heading(path, file)
    FaultList(delimited.faults_of_heading(path, names, file)).raise_if_any()
    marks = delimited.marks(path, names)
    schema: dict[str, pl.DataType] = {name: pl.String() for name in names}
    return Opened(
        file=file, frame=delimited.scan(path), schema=schema, digest=marks.digest, path=path, marks=marks, stamp=stamp
    )  # fmt: skip


def stamp_of(path: Path) -> tuple[int, ...]:
    """What the system says of a file; nothing if it is not there."""
    try:
        said = path.stat()
    except OSError:
        return ()
    return said.st_size, said.st_mtime_ns, said.st_ino


def _open_frame(source: Any, file: str) -> Opened:
    try:
        frame = _as_polars(source)
        schema = {str(name): dtype for name, dtype in frame.collect_schema().items()}
        wrong = wrong_marks(source, file) if isinstance(source, pl.DataFrame | pl.LazyFrame) else []
    except Exception as error:
        # Every library has its own errors for a column that it cannot hand over; none of them is ours to raise.
        raise InputError(_no_frame(source, error, file)) from None
    FaultList(wrong).raise_if_any()
    if not schema:
        raise InputError(Fault(
            code="file/no-columns", found="the dataframe has no columns", file=file,
            why="not even an empty table can be told from it", write="the columns, if need be without rows",
        ))  # fmt: skip
    return Opened(file=file, frame=frame, schema=schema, steady=not isinstance(source, pl.LazyFrame))


def _no_frame(source: Any, error: Exception, file: str) -> Fault:
    """The fault of what is no dataframe, or of one with a column that its library cannot hand over."""
    if not _is_frame(source):
        return Fault(
            code="file/unreadable", found=f"{_a(type(source).__name__)} cannot be read as a dataframe", file=file,
            write="a dataframe of Polars, pandas, PyArrow or DuckDB, or the name of a file",
        )  # fmt: skip
    return Fault(
        code="file/unreadable", found="the dataframe cannot be read", file=file, column=_column_at_fault(source),
        why=f"its library says: {str(error).splitlines()[0][:200] if str(error) else type(error).__name__}",
        write="columns of one type each: text, whole numbers, decimals, dates or yes and no",
    )  # fmt: skip


def _is_frame(source: Any) -> bool:
    import narwhals.stable.v2 as nw

    try:
        return nw.from_native(source, pass_through=True) is not source
    except Exception:  # a frame that its library itself finds fault with
        return True


def _a(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _column_at_fault(source: Any) -> str | None:
    """The first column of a pandas frame that cannot be handed over by itself; None if it is not one column's fault."""
    import narwhals.stable.v2 as nw

    if not nw.dependencies.is_pandas_dataframe(source) or not source.columns.is_unique:
        return None
    for name in source.columns:
        try:
            pl.from_pandas(source[[name]], nan_to_null=False)
        except Exception:
            return str(name)
    return None


def _as_polars(source: Any) -> pl.LazyFrame:
    """Take in a frame of Polars, pandas, PyArrow or DuckDB; a NaN of pandas stays one, and is not called null."""
    import narwhals.stable.v2 as nw

    if isinstance(source, pl.LazyFrame):
        return source
    if isinstance(source, pl.DataFrame):
        return source.lazy()
    frame = nw.from_native(source)
    if frame.implementation.is_pandas():
        return pl.from_pandas(source, nan_to_null=False).lazy()
    if isinstance(frame, nw.LazyFrame) and frame.implementation.is_duckdb():
        frame = frame.collect("pyarrow")
    if isinstance(frame, nw.DataFrame) and frame.implementation.is_pyarrow():
        table = pl.from_arrow(frame.to_native())
        return table.lazy() if isinstance(table, pl.DataFrame) else pl.LazyFrame()
    raise TypeError(f"{type(source).__name__} is not a frame of Polars, pandas, PyArrow or DuckDB")


def content_digest(frame: pl.LazyFrame) -> str:
    """The SHA-256 of a frame's column names, types and cells as text, which is the same however it is chunked."""
    sha = hashlib.sha256(repr(list(frame.collect_schema().items())).encode())
    for batch in frame.collect_batches(chunk_size=100_000, maintain_order=True, engine="streaming"):
        sha.update(batch.write_csv(include_header=False).encode())
    return sha.hexdigest()
