"""Spark, on a cluster of two executor processes, pays what the reference says, to the penny. One session serves all."""

from __future__ import annotations

import datetime
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tallystick import InputError
from tests.engines import frames, programs
from tests.engines.ledgers import ledger_bytes
from tests.properties import strategies
from tests.properties.expressions_drawn import Drawing

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed: pip install '.[spark]'")
pytestmark = [
    pytest.mark.skipif(
        not (shutil.which("java") or os.environ.get("JAVA_HOME")),
        reason="there is no JVM: apt-get install default-jre-headless",
    ),
    pytest.mark.filterwarnings("ignore"),  # of what pyspark itself imports and leaves open
]
SETTINGS = {
    "spark.executor.memory": "700m", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2", "spark.sql.adaptive.enabled": "false", "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}  # fmt: skip
PARTS = 6
IN_CI = (1, 2)
"""Those parts of the national rules that take Spark seconds; the others take it minutes."""
ALL = "TALLYSTICK_ALL_ON_SPARK"
DRAWN = (3, 5, 6)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One session of a local cluster: a driver and two executors, each a process of its own."""
    from pyspark.sql import SparkSession

    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)  # where the scripts that begin executors are
    folder = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local-cluster[2,1,700]").appName("tallystick tests")
    for name, value in {**SETTINGS, "spark.sql.warehouse.dir": str(folder)}.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    yield made
    made.stop()


@contextmanager
def without_compiling(session: Any) -> Iterator[None]:
    """Small data and long programs: Spark would compile each for seconds, to run it for a moment."""
    names = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
    before = {name: session.conf.get(name) for name in names}
    for name, value in names.items():
        session.conf.set(name, value)
    yield
    for name, value in before.items():
        session.conf.set(name, value)


def test_there_are_two_executors(session: Any) -> None:
    known = session.sparkContext._jsc.sc().getExecutorMemoryStatus
    until = time.monotonic() + 60
    while known().size() < 1 + 2 and time.monotonic() < until:  # and the driver
        time.sleep(0.2)
    assert known().size() == 1 + 2


@pytest.mark.parametrize("most", programs.LIMITS)
def test_quotients_are_exact_around_every_limit(session: Any, most: int) -> None:
    made, right = programs.quotients("spark", most)
    assert made == right


def test_a_year_full_of_ties_comes_to_the_same(session: Any) -> None:
    assert not programs.apart("spark", *programs.year(10_000))


def test_products_and_sums_beyond_64_bits_come_to_the_same(session: Any) -> None:
    assert not programs.apart("spark", *programs.wide_sums())


@pytest.mark.parametrize("number", DRAWN)
def test_drawn_programs_come_to_the_same(session: Any, number: int) -> None:
    world = strategies._world(Drawing(number), wide=False, deep=3, most_contracts=6, beyond=True)
    with without_compiling(session):
        assert not programs.apart("spark", world.case(), world.rows)


@pytest.mark.parametrize("part", range(PARTS))
def test_national_rules_come_to_the_same(session: Any, part: int) -> None:
    if part not in IN_CI and not os.environ.get(ALL):
        pytest.skip(f"Spark plans these rules for minutes: {ALL}=1 runs them too")
    world = programs.national_world(1, part, PARTS)
    with without_compiling(session):
        assert not programs.apart("spark", world.case(), world.rows)


def test_the_ledger_is_the_same_to_the_byte(session: Any, tmp_path: Path) -> None:
    with without_compiling(session):
        assert ledger_bytes("spark", tmp_path) == ledger_bytes("polars", tmp_path)


def handing(session: Any) -> frames.Hand:
    """How a frame is handed in to the session."""
    return lambda frame: session.createDataFrame(frame.to_arrow())


def test_a_frame_is_worked_out_where_it_is_and_its_ledger_is_one(session: Any, tmp_path: Path) -> None:
    with without_compiling(session):
        result = frames.check_same_pennies(frames.clinic(tmp_path), handing(session), "spark")
        ledger = result.ledger
        assert isinstance(ledger, pyspark.sql.DataFrame)
        assert ledger.count() == len(result.settlement.lines)
        assert result.lines().count() == frames.settled(tmp_path, frames.stays()).lines().height


def test_what_is_wrong_with_a_frame_is_said_in_the_same_words(session: Any, tmp_path: Path) -> None:
    folder = frames.clinic(tmp_path)
    with without_compiling(session):
        frames.check_same_faults(folder, handing(session))
        frames.check_reversed(folder, handing(session))
        frames.check_repeated(folder, handing(session))
        frames.check_people(folder, handing(session))


def test_a_frame_with_text_to_be_read_is_refused_and_stays(session: Any, tmp_path: Path) -> None:
    rows = frames.stays().with_columns(pl.col("left").cast(pl.String))
    with pytest.raises(InputError, match="the column is of the type String") as raised:
        frames.settled(frames.clinic(tmp_path), handing(session)(rows))
    assert raised.value.faults[0].code == "column/not-checked-there"


def test_what_only_polars_does_with_rows_is_refused_for_those_that_stay(session: Any, tmp_path: Path) -> None:
    folder, handed, day = frames.clinic(tmp_path), handing(session)(frames.stays()), datetime.date(2025, 11, 19)
    for more in ({"months": "2025-04..2025-06", "as_at": day}, {"engine": "polars"}, {"set_aside": True}):
        with without_compiling(session), pytest.raises(InputError) as raised:
            frames.settled(folder, handed, **more)
        assert raised.value.faults[0].code == "engine/rows-stay"
