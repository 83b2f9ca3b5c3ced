"""Settling on an engine that is named: the same files to the byte, and words for whoever names a wrong one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tallystick import Engine, InputError
from tallystick.kernel.pay import engines
from tests.engines.ledgers import STARTER, ledger_bytes


def test_the_ledger_is_the_same_to_the_byte_on_duckdb(tmp_path: Path) -> None:
    assert ledger_bytes("duckdb", tmp_path) == ledger_bytes("polars", tmp_path)


def test_the_record_says_which_engine_worked_it_out(tmp_path: Path) -> None:
    import duckdb

    run = Engine().settle(STARTER, engine="duckdb").write(tmp_path)
    made = json.loads((run / "run.json").read_text(encoding="utf-8"))["made_from"]
    assert made["worked_out_by"] == {"name": "duckdb", "version": duckdb.__version__}


def test_an_engine_that_there_is_not_is_refused_with_what_is_near() -> None:
    with pytest.raises(InputError, match="there is no engine 'duckbd'") as raised:
        Engine().settle(STARTER, engine="duckbd")
    assert "duckdb" in raised.value.faults[0].write


def test_a_library_that_is_not_installed_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tallystick.kernel.pay.engines.spark", None)
    with pytest.raises(InputError) as raised:
        Engine().settle(STARTER, engine="spark")
    assert raised.value.faults[0].code == "engine/not-installed"
    assert raised.value.faults[0].write == 'pip install "tallystick[spark]"'


def test_tables_of_two_engines_are_refused() -> None:
    class Other(type(engines.engine_named("duckdb"))):  # type: ignore[misc]
        name = "spark"

    made = Engine().settle(STARTER).settlement.facts
    names = sorted(made)[:1]
    facts: dict[str, Any] = {
        "one": evolve(made[names[0]], native=object(), engine=engines.engine_named("duckdb")),
        "two": evolve(made[names[0]], native=object(), engine=Other()),
    }
    with pytest.raises(InputError, match="some tables are in duckdb") as raised:
        engines.on_engine(facts)
    assert raised.value.faults[0].code == "engine/two"


def test_a_missing_java_runtime_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed: pip install '.[spark]'")
    from tallystick.kernel.pay.engines import spark

    monkeypatch.setattr(spark.SparkSession, "getActiveSession", lambda: None)
    monkeypatch.setattr(spark.shutil, "which", lambda _: None)
    for name in ("JAVA_HOME", "SPARK_REMOTE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError, match="Spark needs a Java runtime") as raised:
        Engine().settle(STARTER, engine="spark")
    assert raised.value.faults[0].code == "engine/no-java"
    assert "apt-get install" in raised.value.faults[0].write
