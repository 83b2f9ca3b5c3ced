"""Settling, checking and explaining from the command line: what is said, where, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import tallystick as package
from tallystick.command import cli
from tallystick.command.group import OURS, Session
from tallystick.engine import Engine
from tallystick.kernel.hooks import hookimpl
from tests.unit.command_world import edit, runs, starter, tallystick


class TestSettle:
    def test_a_workspace_is_settled_and_the_run_is_written(self, tmp_path: Path) -> None:
        workspace = starter(tmp_path)
        done = tallystick("settle", workspace)
        (run,) = runs(workspace)
        assert done.exit_code == 0
        assert "£120,476.75" in done.output
        assert "3 of 3 checks passed" in done.output
        assert f"Written to {run}" in done.output

    def test_out_puts_the_run_elsewhere_and_lines_writes_what_each_row_pays(self, tmp_path: Path) -> None:
        workspace = starter(tmp_path)
        assert tallystick("settle", workspace, "--out", tmp_path / "there", "--lines").exit_code == 0
        (run,) = (tmp_path / "there").iterdir()
        assert (run / "lines.parquet").exists()
        assert runs(workspace) == []

    def test_quiet_says_nothing(self, tmp_path: Path) -> None:
        assert tallystick("settle", starter(tmp_path), "--quiet").output == ""

    def test_json_says_what_happened(self, tmp_path: Path) -> None:
        said = json.loads(tallystick("settle", starter(tmp_path), "--json").stdout)
        assert (said["passed"], said["outcomes"], said["stopped"]) == (True, {"first": "settled"}, {})
        assert {"name", "passed", "detail", "contracts"} == set(said["checks"][0])

    def test_json_gives_faults_with_their_stable_codes(self, tmp_path: Path) -> None:
        workspace = starter(tmp_path)
        edit(workspace / "scheme.toml", "price_list]]", "price_lists]]")
        done = tallystick("settle", workspace, "--json")
        assert done.exit_code == 2
        assert "key/unknown" in {fault["code"] for fault in json.loads(done.stdout)["faults"]}

    def test_set_aside_goes_on_without_faulty_rows_lists_them_and_exits_with_1(self, tmp_path: Path) -> None:
        workspace = starter(tmp_path)
        edit(workspace / "data" / "contacts.csv", "home visit,2", "home visit,two")
        assert tallystick("settle", workspace).exit_code == 2
        done = tallystick("settle", workspace, "--set-aside")
        assert done.exit_code == 1
        assert "1 row set aside" in done.stderr
        (run,) = runs(workspace)
        assert "set aside" in (run / "statements" / "first.txt").read_text(encoding="utf-8")

    def test_a_file_that_was_found_good_before_is_said_not_to_be_checked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The run is the same one, and whoever does not trust what is remembered has it checked."""
        monkeypatch.setenv("TALLYSTICK_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr("tallystick.files.activity.SMALLEST", 0)
        workspace, said = starter(tmp_path), "not checked again (--check-again does): contacts"
        first, second = tallystick("settle", workspace), tallystick("settle", workspace)
        assert (said in first.output, said in second.output) == (False, True)
        assert len(runs(workspace)) == 1
        assert json.loads(tallystick("settle", workspace, "--json").stdout)["checked_before"] == ["contacts"]
        assert said not in tallystick("settle", workspace, "--check-again").output
        assert said in tallystick("check", workspace).output
        assert said not in tallystick("check", workspace, "--check-again").output

    def test_a_failed_check_exits_with_1_and_the_run_is_written_for_those_who_ask_why(self, tmp_path: Path) -> None:
        workspace = starter(tmp_path)
        again = '\n[[rule]]\nuse = "unit-price"\nlabel = "twice"\ntable = "contacts"\ncode = "contact_type"\n'
        with (workspace / "contracts" / "first.toml").open("a", encoding="utf-8") as file:
            file.write(again + 'prices = "contacts 2025/26"\n')
        done = tallystick("settle", workspace)
        assert done.exit_code == 1
        assert "first stopped" in done.output
        assert "FAILED" in done.output
        (run,) = runs(workspace)
        assert "STOPPED" in (run / "statements" / "first.txt").read_text(encoding="utf-8")
        assert json.loads((run / "run.json").read_text(encoding="utf-8"))["passed"] is False


class TestCheckAndExplain:
    def test_check_tries_everything_and_writes_nothing(self, tmp_path: Path) -> None:
        workspace = starter(tmp_path)
        done = tallystick("check", workspace)
        assert (done.exit_code, runs(workspace)) == (0, [])
        assert "All 1 contracts can be settled. Nothing was written." in done.output

    def test_a_row_is_explained_to_its_last_figure(self, tmp_path: Path) -> None:
        done = tallystick("explain", starter(tmp_path), "contacts:C0002")
        assert done.exit_code == 0
        assert "ZQ1 → ZH1 £129.00" in done.output
        assert "clause: 5.1" in done.output

    def test_a_rule_that_says_nothing_of_a_row_says_so(self, tmp_path: Path) -> None:
        done = tallystick("explain", starter(tmp_path), "contacts:C0004", "--rule", "contacts")
        assert done.exit_code == 0
        assert "nothing is paid" in done.output or "unpriced" in done.output

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("contacts:C0009",), "no row whose contact is 'C0009'"),
            (("contacts:C0009",), 'did you mean "C000'),
            (("contact:C0001",), 'did you mean "contacts"?'),
            (("contacts",), "write the table, a colon and the row's key"),
            (("contacts:C0001", "--rule", "contact"), 'did you mean "contacts"?'),
        ],
    )
    def test_what_is_not_there_is_named_with_what_may_be_meant(
        self, tmp_path: Path, arguments: tuple[str, ...], said: str
    ) -> None:
        done = tallystick("explain", starter(tmp_path), *arguments)
        assert done.exit_code == 2
        assert said in done.output


class TestTheCommandItself:
    def test_every_command_has_a_line_of_help_and_a_page_of_it(self) -> None:
        listed = tallystick("--help").output
        for name in OURS:
            assert f"  {name}" in listed
            assert "Usage:" in tallystick(name, "--help").output

    def test_a_misspelt_command_is_told_what_may_be_meant(self) -> None:
        done = tallystick("settel", ".")
        assert (done.exit_code, "'settle'" in done.output) == (2, True)

    def test_the_version_is_that_of_the_package(self) -> None:
        assert package.__version__ in tallystick("--version").output

    def test_a_plugin_adds_commands_and_replaces_none_of_ours(self) -> None:
        @click.command("forecast")
        def forecast() -> None:
            click.echo("more of the same")

        @click.command("settle")
        def settle() -> None:
            click.echo("mine now")

        class Extra:
            @hookimpl
            def register_commands(self) -> list[click.Command]:
                return [forecast, settle]

        assert "more of the same" in tallystick("forecast", plugins=[Extra()]).output
        assert "forecast" in tallystick("--help", plugins=[Extra()]).output
        assert "mine now" not in tallystick("settle", "nowhere", plugins=[Extra()]).output

    def test_a_fault_of_ours_is_said_to_be_ours_and_debug_shows_where(self) -> None:
        def fails() -> Engine:
            raise ZeroDivisionError("by zero")

        for options, shown in (((), False), (("--debug",), True)):
            done = CliRunner().invoke(cli, [*options, "rules"], obj=Session(make_engine=fails))
            assert done.exit_code == 3
            assert "This is a fault of ours and not yours: ZeroDivisionError" in done.output
            assert ("Traceback" in done.output) is shown

    def test_help_is_quick_to_load(self) -> None:
        code = (
            "import sys, tallystick.command as c\ntry: c.main(['--help'])\n"
            "except SystemExit: print('polars' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "False"
        assert done.stderr == ""
