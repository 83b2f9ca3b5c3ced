"""The engine in another program: frames of any library in, the same library out, and nothing written unless asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import tallystick
from tallystick import InputError
from tests.unit.command_world import edit, engine, starter

CONTACTS = {
    "contact": ["K1", "K2", "K3"],
    "provider": ["ZH1"] * 3,
    "commissioner": ["ZQ1"] * 3,
    "contacted_on": ["2025-04-03", "2025-05-06", "2025-05-07"],
    "service": ["district nursing", "physiotherapy", "physiotherapy"],
    "contact_type": ["home visit", "clinic", "group"],
    "contacts": [2, 1, 5],
}


def frames() -> dict[str, Any]:
    polars = pl.DataFrame(CONTACTS).with_columns(pl.col("contacted_on").str.to_date())
    return {
        "polars": polars, "lazy polars": polars.lazy(), "pandas": polars.to_pandas(), "pyarrow": polars.to_arrow(),
        "duckdb": duckdb.from_arrow(polars.to_arrow()),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("library", "kind"),
    [
        ("polars", pl.DataFrame),
        ("lazy polars", pl.DataFrame),
        ("pandas", pd.DataFrame),
        ("pyarrow", pa.Table),
        ("duckdb", duckdb.DuckDBPyRelation),
    ],
)
def test_frames_go_in_and_come_out_in_the_callers_own_library(tmp_path: Path, library: str, kind: type) -> None:
    workspace = starter(tmp_path)
    result = engine().settle(workspace, contacts=frames()[library])
    assert isinstance(result.ledger, kind)
    assert isinstance(result.balances, kind)
    ledger = pl.DataFrame(result.ledger.to_arrow_table() if library == "duckdb" else result.ledger)
    assert ledger.filter(pl.col("label") == "contacts")["pence"].to_list() == [12_900, 4_100]
    assert not (workspace / "runs").exists()


def test_each_engine_has_its_own_plugins() -> None:
    assert engine().plugins.rules
    assert not tallystick.Engine(discover=False).plugins.rules
    assert engine().plugins.manager is not engine().plugins.manager


def test_a_workspace_is_opened_once_and_settled_often(tmp_path: Path) -> None:
    made = engine()
    workspace = made.open(starter(tmp_path))
    first, second = made.settle(workspace), made.settle(workspace, contacts=frames()["polars"])
    assert first.passed
    assert second.passed
    assert first.ledger.height > second.ledger.height


def test_progress_is_told_and_nothing_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    engine().settle(starter(tmp_path), progress=lambda what, done, of: told.append(f"{what} {done}/{of}"))
    assert told[0].startswith("reading contacts")
    assert any(one.startswith("composing") for one in told)
    assert told[-1].startswith("settled")
    assert capsys.readouterr() == ("", "")


def test_faults_are_values_with_stable_codes(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        engine().settle(starter(tmp_path), contacts=pl.DataFrame({**CONTACTS, "contacts": [1, -2, 3]}), contact=None)
    assert {fault.code for fault in caught.value.faults} >= {"table/unknown"}
    assert all(isinstance(fault, tallystick.Fault) for fault in caught.value.faults)


def test_contracts_that_stopped_come_back_as_values_with_why(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    edit(workspace / "scheme.toml", 'id = "my-scheme"', 'id = "my-scheme"\nplugins = ["tallystick-elsewhere"]')
    with (workspace / "contracts" / "first.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[rule]]\nuse = "elsewhere"\nclause = "9.9"\n')
    result = engine().settle(workspace)
    assert (result.passed, dict(result.outcomes)) == (False, {"first": "stopped"})
    assert result.settlement.stopped["first"].clause == "9.9"
    assert result.ledger.height == 0


def test_lines_and_explanations_name_the_row(tmp_path: Path) -> None:
    result = engine().settle(starter(tmp_path), contacts=frames()["pandas"])
    lines = result.lines("contacts")
    assert isinstance(lines, pd.DataFrame)
    assert lines["pence"].tolist() == [12_900, 4_100]
    explanation = result.explain("contacts", "K1")
    assert [pence for *_, pence in explanation.flows] == [12_900]
    assert "£64.50" in explanation.as_text()
