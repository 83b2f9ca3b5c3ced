"""A million rows of Parquet are read and proven in a second or two; the bound is generous, for slower machines."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import polars as pl
import pytest

from tallystick.files.activity import read_facts
from tests.unit.facts_of import Visits

ROWS = 1_000_000


@pytest.mark.bench
def test_a_million_good_rows_are_read_quickly(tmp_path: Path) -> None:
    number = pl.int_range(ROWS)
    pl.select(
        visit=pl.format("v{}", number),
        provider=pl.when(number % 2 == 0).then(pl.lit("RNU")).otherwise(pl.lit("RTH")),
        day=pl.lit(datetime.date(2024, 4, 1)) + pl.duration(days=number % 365),
        minutes=number % 600,
        cost_pence=number % 500_000,
        # From text: a division would leave binary tails, which the reader rightly refuses.
        share=pl.format("0.1{}", number % 1_000 + 10_000).cast(pl.Float64),
        began=pl.lit(datetime.datetime(2024, 4, 1)) + pl.duration(hours=number % 4_000),  # noqa: DTZ001
    ).write_parquet(tmp_path / "visits.parquet")
    started = time.perf_counter()
    facts = read_facts(Visits.table, tmp_path / "visits.parquet")
    assert (facts.rows, facts.stats["share"].scale) == (ROWS, 10**6)
    assert time.perf_counter() - started < 15
