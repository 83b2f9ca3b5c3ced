"""The page of the contract's year is what its twelve runs say; the files that it runs on are those of their maker."""

from __future__ import annotations

from pathlib import Path

from docs._ext.year_page import page
from tallystick_examples.make_contract_year import files

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "docs/tallystick_examples/contract_year"


def test_the_page_shows_what_the_runs_say() -> None:
    shown = (ROOT / "docs/tutorial/contract-year.md").read_text(encoding="utf-8")
    assert page() == shown


def test_the_files_of_the_workspace_are_those_of_their_maker() -> None:
    made = files()
    there = {name: (WORKSPACE / name).read_text(encoding="utf-8") for name in made}
    assert there == made
    sent = {path.relative_to(WORKSPACE).as_posix() for path in (WORKSPACE / "submissions").iterdir()}
    assert sent == {name for name in made if name.startswith("submissions/")}
