"""The plugin as it was installed: the engine finds it, its workspace pays what its README says, its command counts."""

from __future__ import annotations

import doctest
import importlib
import importlib.metadata
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from tallystick_virtual_wards import __version__
from tallystick_virtual_wards.command import virtual_ward_days
from tallystick_virtual_wards.statement import TEXT, TITLE

from tallystick import Engine, InputError, Result

PLUGIN = "tallystick-virtual-wards"
WORKSPACE = Path(__file__).parent.parent / "workspace"


@pytest.fixture(scope="module")
def engine() -> Engine:
    """An engine with everything that is installed."""
    return Engine()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of the workspace, to change."""
    return Path(shutil.copytree(WORKSPACE, tmp_path / "workspace", ignore=shutil.ignore_patterns("runs")))


@pytest.fixture(scope="module")
def result(engine: Engine) -> Result:
    """The workspace as it stands, settled."""
    return engine.settle(WORKSPACE)


def test_the_engine_finds_the_plugin_by_its_entry_point(engine: Engine) -> None:
    assert not engine.plugins.broken
    for kind, name in (
        (engine.plugins.rules, "virtual-ward-day"),
        (engine.plugins.rules, "virtual-ward-limit"),
        (engine.plugins.tables, "virtual_ward_stays"),
        (engine.plugins.tables, "virtual_ward_prices"),
    ):
        assert (kind[name].plugin, kind[name].version) == (PLUGIN, __version__)
    assert importlib.metadata.version(PLUGIN) == __version__
    assert virtual_ward_days in engine.plugins.commands


def test_the_workspace_pays_what_its_readme_worked_out_by_hand(result: Result) -> None:
    assert result.passed
    due: dict[tuple[str, str], int] = {}
    for line in result.settlement.lines:
        sign = 1 if line.payer == "ZQ7" else -1
        due[line.contract, line.period] = due.get((line.contract, line.period), 0) + sign * line.pence
    assert due == {
        ("northmere-community", "2025-04"): (165_900 + 165_900),
        ("northmere-community", "2025-05"): 119_525,
        ("northmere-community", "2025-07"): 146_086,
        ("northmere-community", "2025-10"): 121_250,
        ("northmere-community", "2025-11"): (145_500 - 14_161),
        ("northmere-community", "2025-12"): (132_805 - 82_805),
        ("northmere-community", "2026-01"): (48_500 - 48_500),
        ("northmere-community", "2026-02"): (169_750 - 169_750),
        ("northmere-hospital", "2025-04 to 2025-06"): 118_500,
        ("northmere-hospital", "2025-07 to 2025-09"): 79_683,
        ("northmere-hospital", "2026-01 to 2026-03"): 132_805,
    }
    community = sum(pence for (contract, _), pence in due.items() if contract == "northmere-community")
    assert community == 900_000  # the limit, to the penny


def test_the_command_counts_every_day_in_one_state(workspace: Path) -> None:
    answer = CliRunner().invoke(virtual_ward_days, [str(workspace)], catch_exceptions=False)
    assert answer.exit_code == 0
    assert answer.output.splitlines() == [
        "contract,received,priced,covered,excluded,unpriced",
        "northmere-community,119,98,0,11,10",
        "northmere-hospital,35,26,0,9,0",
    ]
    assert not (workspace / "runs").exists()


def test_the_statement_ends_with_how_days_are_counted(result: Result) -> None:
    text = result.statement("northmere-hospital").as_text()
    assert TITLE.upper() in text
    assert TEXT.splitlines()[0] in text


def test_a_ward_that_the_price_list_does_not_name_stops_the_run_and_names_the_stay(
    engine: Engine, workspace: Path
) -> None:
    stays = workspace / "data" / "stays.csv"
    stays.write_text(stays.read_text("utf-8").replace("p03,respiratory", "p03,asthma"), "utf-8")
    with pytest.raises(InputError, match="C03"):
        engine.settle(workspace)


def test_days_that_are_no_whole_number_are_refused_with_their_place(engine: Engine, workspace: Path) -> None:
    stays = workspace / "data" / "stays.csv"
    stays.write_text(stays.read_text("utf-8").replace("2025-05-09,9,", "2025-05-09,8.5,"), "utf-8")
    with pytest.raises(InputError) as caught:
        engine.settle(workspace)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (3, "days")


def test_a_cap_of_nothing_is_refused_where_it_is_written(engine: Engine, workspace: Path) -> None:
    scheme = workspace / "scheme.toml"
    scheme.write_text(scheme.read_text("utf-8").replace("at_most_days = 14", "at_most_days = 0"), "utf-8")
    with pytest.raises(InputError, match="at_most_days"):
        engine.open(workspace)


@pytest.mark.parametrize("module", ["virtual_ward_day", "virtual_ward_limit"])
def test_the_examples_of_the_rules_come_out_as_they_say(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"tallystick_virtual_wards.{module}"))
    assert (found.failed, found.attempted) == (0, 1)
