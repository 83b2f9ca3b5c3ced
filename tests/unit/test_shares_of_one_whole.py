"""Weights and shares that do not sum to 100% are faults at their line, whoever declares them; exit code 2."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.command_world import edit, runs, tallystick

EXAMPLE = Path(__file__).parents[2] / "docs" / "tallystick_examples" / "oxfordshire_mental_health"
CONTRACT = "contracts/adult-mental-health.toml"


def lines(text: str) -> list[int]:
    """The lines, from 1, of the contract's file that begin with the text."""
    listed = (EXAMPLE / CONTRACT).read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(listed, start=1) if line.strip().startswith(text)]


OUTCOME, INDICATOR = lines("[[rule.outcomes]]"), lines("[[rule.outcomes.indicators]]")
PARTY, MEMBER = lines("[[rule.parties]]"), lines("[[rule.members]]")
GIVEN = {
    "an outcome": (
        'functioning"\n  weight = "40%"', 'functioning"\n  weight = "30%"',
        OUTCOME[0], "the weights of the outcomes sum to 90% and not to 100%",
    ),
    "a party": ('share = "60%"', 'share = "59.5%"', PARTY[0], "the values of share of all parties sum to 99.5%"),
    "a member": ('share = "85%"', 'share = "90%"', MEMBER[0], "the values of share of all members sum to 105%"),
    "no rate": ('share = "85%"', 'share = "most"', MEMBER[0] + 2, "'most' is not a rate"),
    "by date": (
        'share = "85%"', 'share = [{ from = 2015-10-01, value = "85%" }, { from = 2017-10-01, value = "80%" }]',
        MEMBER[0], "the values of share of all members sum to 95% from 2017-10-01",
    ),
    "a treatment": ('not_measured = "held"', "", lines("[[rule]]")[2], '"held" or "redistributed" or "lost"'),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "says"), GIVEN.values(), ids=GIVEN)
def test_what_is_no_whole_is_told_at_its_line(old: str, new: str, line: int, says: str, tmp_path: Path) -> None:
    workspace = shutil.copytree(EXAMPLE, tmp_path / "outcomes")
    edit(workspace / CONTRACT, old, new)
    done = tallystick("settle", workspace)
    assert done.exit_code == 2
    assert f"{CONTRACT}, line {line}, column" in done.output
    assert says in done.output
    assert runs(workspace) == []
