"""Parquet states extremes of its columns, and rows may be passed over by them: a wrong statement costs no row."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tallystick.files.activity import read_facts
from tallystick.kernel.language.series import Code, Count
from tallystick.kernel.tables import column
from tests.unit.facts_of import faults, only, spec_of

SPEC = spec_of({
    "visit": (Code, column("What names the row.")), "pod": (Code, column("Where.")),
    "minutes": (Count, column("How long.", at_most=10_000)),
}, key="visit")  # fmt: skip


def lying(path: Path, was: bytes, said: bytes, rows: dict[str, list[object]]) -> Path:
    """A file whose footer states ``said`` wherever it was to state ``was``; the cells are left as they are."""
    pl.DataFrame(rows).write_parquet(path, compression="uncompressed", statistics=True)
    content = path.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    assert was in content[footer:]
    path.write_bytes(content[:footer] + content[footer:].replace(was, said))
    return path


def test_rows_are_found_that_the_statistics_deny(tmp_path: Path) -> None:
    rows: dict[str, list[object]] = {"visit": ["v1", "v2"], "pod": ["ward-one", "ward-two"], "minutes": [1, 2]}
    path = lying(tmp_path / "visits.parquet", b"ward-one", b"ward-six", rows)
    wanted = pl.col("pod") == "ward-one"
    assert pl.scan_parquet(path).filter(wanted).collect().height == 0, "Polars believes the statement"
    facts = read_facts(SPEC, path)
    assert facts.frame.filter(wanted).collect().height == 1
    assert len(list(facts.records("pod", ["ward-one"]))) == 1


def test_rows_of_a_callers_own_query_are_found_that_the_statistics_deny(tmp_path: Path) -> None:
    rows: dict[str, list[object]] = {"visit": ["v1", "v2"], "pod": ["ward-one", "ward-two"], "minutes": [1, 2]}
    path = lying(tmp_path / "visits.parquet", b"ward-one", b"ward-six", rows)
    facts = read_facts(SPEC, pl.scan_parquet(path))
    assert facts.frame.filter(pl.col("pod") == "ward-one").collect().height == 1


def test_extremes_are_those_of_the_cells(tmp_path: Path) -> None:
    was, said = (4_321).to_bytes(8, "little"), (5).to_bytes(8, "little")
    rows: dict[str, list[object]] = {"visit": ["v1", "v2"], "pod": ["a", "b"], "minutes": [7, 4_321]}
    assert read_facts(SPEC, lying(tmp_path / "visits.parquet", was, said, rows)).stats["minutes"].highest == 4_321


def test_a_cell_out_of_bounds_is_found_whatever_is_stated(tmp_path: Path) -> None:
    was, said = (44_321).to_bytes(8, "little"), (5).to_bytes(8, "little")
    rows: dict[str, list[object]] = {"visit": ["v1", "v2"], "pod": ["a", "b"], "minutes": [7, 44_321]}
    fault = only(faults(read_facts, SPEC, lying(tmp_path / "visits.parquet", was, said, rows)))
    assert (fault.code, fault.row) == ("cell/too-high", 2)
