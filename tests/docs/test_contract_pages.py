"""Every bundled contract of the reports has a page, and the page shows what its runs say."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tallystick.command.demo import examples

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs/contracts"
SHOWN_ELSEWHERE = {"acute-contract", "contract-year"}
"""Workspaces with a tutorial of their own."""

NAMES = sorted(set(examples()) - SHOWN_ELSEWHERE)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_what_the_runs_say(name: str) -> None:
    module = importlib.import_module(f"docs._ext.contract_pages.{name.replace('-', '_')}")
    assert module.page() == (PAGES / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_page_and_the_readme_say_who_pays_whom_and_answer_two_questions(name: str) -> None:
    readme = examples()[name].joinpath("README.md").read_text(encoding="utf-8")
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    for text in (readme, page):
        assert text.lower().count("who pays whom") >= 1
        assert text.count("?") >= 2
    assert f"tallystick demo {name}" in page


def test_every_page_is_listed_and_belongs_to_a_workspace() -> None:
    pages = {path.stem for path in PAGES.glob("*.md")} - {"index"}
    assert pages == set(NAMES)
    listed = (PAGES / "index.md").read_text(encoding="utf-8")
    assert all(f"\n{name}\n" in listed for name in NAMES)
