"""The run folder appears whole or not at all, never over another, and its record holds no row of data."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tallystick.kernel import pay
from tallystick.kernel.errors import SettlementError
from tallystick.report import on_disk, run_folder
from tallystick.report.run_files import safe_names
from tallystick.report.run_folder import is_whole, write_run
from tallystick.result import Result
from tests.unit.command_world import edit, engine, starter

FILES = {
    "balances.csv", "checks.csv", "figures.csv", "ledger.csv", "ledger.parquet", "no_contract.csv",
    "outcomes.csv", "run.json", "statements", "units.csv", "unplaced.csv",
}  # fmt: skip


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return engine().settle(starter(tmp_path_factory.mktemp("settled")))


class TestWhatItHolds:
    def test_every_file_is_there_and_the_ledgers_agree(self, settled: Result, tmp_path: Path) -> None:
        run = write_run(settled, tmp_path)
        assert {path.name for path in run.iterdir()} == FILES
        assert {path.name for path in (run / "statements").iterdir()} == {"first.csv", "first.txt"}
        assert pl.read_parquet(run / "ledger.parquet").equals(settled.ledger)
        assert pl.read_csv(run / "ledger.csv")["pence"].sum() == settled.ledger["pence"].sum()

    def test_the_record_names_versions_hashes_and_counts_and_no_row(self, settled: Result, tmp_path: Path) -> None:
        text = (write_run(settled, tmp_path) / "run.json").read_text(encoding="utf-8")
        said = json.loads(text)
        assert said["outcomes"] == {"settled": 1}
        assert said["made_from"]["activity"]["contacts"]["rows"] == 8
        assert set(said["made_from"]["versions"]) == {"python", "narwhals", "polars"}
        assert len(said["made_from"]["plugins"]["tallystick_rules"]["sha256"]) == 64
        assert set(said["made_from"]["scheme"]) == {"scheme.toml", "contracts/first.toml", "prices/contacts.csv"}
        for cell in ("C0001", "ZH1", "district nursing", str(Path.cwd())):
            assert cell not in text

    def test_lines_add_up_to_the_ledger(self, settled: Result, tmp_path: Path) -> None:
        lines = pl.read_parquet(write_run(settled, tmp_path, lines=True) / "lines.parquet")
        assert lines["pence"].sum() == settled.ledger.filter(pl.col("label") == "contacts")["pence"].sum() == 47_675
        assert set(lines["key"]) == {"C0001", "C0002", "C0003", "C0005", "C0006", "C0007", "C0008"}

    def test_lines_that_do_not_add_up_by_a_penny_are_refused_and_nothing_appears(
        self, settled: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        right = pay.line_parts

        def wrong(*of: Any, **more: Any) -> Iterator[list[Any]]:
            yield from ([frame.with_columns(pl.col("pence") + 1) for frame in frames] for frames in right(*of, **more))

        monkeypatch.setattr(pay, "line_parts", wrong)
        with pytest.raises(SettlementError, match="nothing is written"):
            write_run(settled, tmp_path, lines=True)
        assert list(tmp_path.iterdir()) == []


class TestItsName:
    def test_the_same_run_is_the_same_folder_and_is_left_alone(self, settled: Result, tmp_path: Path) -> None:
        first = write_run(settled, tmp_path)
        written = (first / "run.json").stat().st_mtime_ns
        assert write_run(settled, tmp_path) == first
        assert (first / "run.json").stat().st_mtime_ns == written

    def test_another_number_is_another_folder(self, settled: Result, tmp_path: Path) -> None:
        workspace = starter(tmp_path)
        edit(workspace / "contracts" / "first.toml", "£120,000", "£120,001")
        assert write_run(settled, tmp_path).name != write_run(engine().settle(workspace), tmp_path).name

    def test_a_folder_that_somebody_changed_is_kept_and_the_run_is_written_beside_it(
        self, settled: Result, tmp_path: Path
    ) -> None:
        first = write_run(settled, tmp_path)
        (first / "ledger.csv").write_text("changed", encoding="utf-8")
        second = write_run(settled, tmp_path)
        assert (second.name, is_whole(second)) == (f"{first.name}-2", True)
        assert (first / "ledger.csv").read_text(encoding="utf-8") == "changed"
        assert write_run(settled, tmp_path) == second

    def test_lines_that_are_asked_for_later_come_with_a_folder_beside(self, settled: Result, tmp_path: Path) -> None:
        first = write_run(settled, tmp_path)
        second = write_run(settled, tmp_path, lines=True)
        assert second.name == f"{first.name}-2"
        assert write_run(settled, tmp_path, lines=True) == second
        assert write_run(settled, tmp_path) == first


class TestWholeOrNotAtAll:
    def test_an_error_on_the_way_leaves_nothing(
        self, settled: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(_: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(run_folder, "_force_to_disk", fails)
        with pytest.raises(OSError, match="No space left"):
            write_run(settled, tmp_path / "runs")
        assert list((tmp_path / "runs").iterdir()) == []

    @pytest.mark.skipif(sys.platform == "win32", reason="no limit can be set on what a process writes there")
    @pytest.mark.parametrize("tenths", range(10))
    def test_what_cannot_be_written_says_where_and_leaves_nothing(
        self, settled: Result, tmp_path: Path, tenths: int
    ) -> None:
        """Whichever file it is, and whatever library writes it; and with room again the run is written."""
        import resource

        whole = write_run(settled, tmp_path / "whole", lines=True)
        largest = max(path.stat().st_size for path in whole.rglob("*") if path.is_file())
        usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest * tenths // 10 + 100, usual[1]))
        try:
            with pytest.raises(OSError, match=r"File too large|Input/output error") as refused:
                write_run(settled, tmp_path / "runs", lines=True)
            assert refused.value.filename == str(tmp_path / "runs")
            assert list((tmp_path / "runs").iterdir()) == []
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        assert is_whole(write_run(settled, tmp_path / "runs", lines=True), ["lines.parquet"])

    def test_what_a_dead_process_left_is_taken_away_and_what_a_live_one_writes_is_not(
        self, settled: Result, tmp_path: Path
    ) -> None:
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        name = f".run-0123456789abcdef.{on_disk.host()}.%d.abcd1234.partial"
        for pid in (dead.pid, os.getppid()):
            (tmp_path / (name % pid)).mkdir()
            (tmp_path / (name % pid) / "ledger.csv").touch()
        (tmp_path / ".run-of-someone-else.partial").mkdir()
        write_run(settled, tmp_path)
        left = {path.name for path in tmp_path.iterdir() if path.name.startswith(".")}
        assert left == {name % os.getppid(), ".run-of-someone-else.partial"}

    def test_a_process_killed_at_any_moment_leaves_only_whole_runs(self, tmp_path: Path) -> None:
        workspace, out = starter(tmp_path), tmp_path / "out"
        out.mkdir()
        code = (
            "import sys, itertools\nfrom pathlib import Path\nfrom tests.unit.command_world import engine\n"
            "from tallystick.report.run_folder import write_run\n"
            "result = engine().settle(Path(sys.argv[1]), reference_rows=0)\nprint('ready', flush=True)\n"
            "for n in itertools.count():\n"
            "    write_run(result, Path(sys.argv[2]) / f'{sys.argv[3]}-{n:05d}', lines=True)\n"
        )
        draw = random.Random(7)
        for number in range(5):
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["", *sys.path])}
            child = subprocess.Popen(
                [sys.executable, "-c", code, str(workspace), str(out), str(number)], env=environment,
                stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
            )  # fmt: skip
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(draw.randint(1, 400) / 1000)
            child.kill()
            child.wait()
            child.stdout.close()
        found = [path for below in out.iterdir() for path in below.iterdir()]
        visible = [path for path in found if not path.name.startswith(".")]
        assert all(is_whole(path, ["lines.parquet"]) for path in visible)
        for below in out.iterdir():
            on_disk.remove_dead(below)
        assert [path for below in out.iterdir() for path in below.iterdir() if path.name.startswith(".")] == []


class TestNames:
    def test_ordinary_contracts_keep_their_names(self) -> None:
        assert safe_names(["eastmere-acute", "a b"]) == {"eastmere-acute": "eastmere-acute", "a b": "a b"}

    @pytest.mark.parametrize("name", ["../up", "a/b", "con", "Nul.1", ".hidden", "x" * 300, "a:b", "dot.", "é" * 80])
    def test_no_contract_leaves_the_folder_or_breaks_a_file_system(self, name: str, tmp_path: Path) -> None:
        made = safe_names([name])[name]
        (tmp_path / f"{made}.txt").write_text("x", encoding="utf-8")
        assert (tmp_path / f"{made}.txt").parent == tmp_path
        assert not set(made) & set('/\\:*?"<>|')
        assert not made.startswith(".")
        assert len(made) < 150
        assert made.lower() not in ("con", "nul.1")

    def test_names_that_differ_by_case_alone_stay_apart_on_any_file_system(self) -> None:
        made = safe_names(["North", "north", "NORTH"])
        assert len({name.lower() for name in made.values()}) == 3
