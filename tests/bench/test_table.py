"""The command: a row is measured by its name, the table and the page say what was found, and a penny fails it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.bench import answers, run
from tests.bench.bench import Bench


def test_a_row_is_measured_and_written_as_a_table_as_json_and_as_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = ["--spells", "2000", "--contracts", "40", "--compositions", "5", "--times", "1"]
    files = ["--folder", str(tmp_path / "made"), "--json", str(tmp_path / "x.json"), "--page", str(tmp_path / "x.md")]
    run.main(["hand", *sizes, *files])
    table = capsys.readouterr().out
    found = json.loads((tmp_path / "x.json").read_text())
    assert {line["wrong"] for line in found["lines"] if line["wrong"]} == {"0"}
    assert table.count("| `hand` |") == len(found["lines"]) == 5
    page = (tmp_path / "x.md").read_text()
    assert table.strip() in page
    run.main(["--saved", str(tmp_path / "x.json"), "--page", str(tmp_path / "again.md")])
    assert (tmp_path / "again.md").read_text() == page


def test_a_penny_between_two_ways_fails_the_benchmark(tmp_path: Path) -> None:
    bench = Bench(spells=1, contracts=1, compositions=1, settles="year", times=1, folder=tmp_path)
    exact = pl.DataFrame([("pence", "A", "price", "", 100)], schema=answers.KINDS, orient="row")
    bench.answers = {("one",): exact, ("other",): exact, ("wrong",): exact.with_columns(pl.col("value") + 1)}
    assert bench.same(("one",), ("other",)) == "0"
    with pytest.raises(AssertionError, match="differ by 1 pence in 1 lines"):
        bench.same(("one",), ("wrong",))
