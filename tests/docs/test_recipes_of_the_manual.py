"""Every recipe that the guide shows is read as it stands there, and the page of files as well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.test_recipe_in_toml import CONTRACT, FOR, HEAD, PARTIES, loaded

GUIDE = (Path(__file__).parents[2] / "docs" / "how-to" / "write-a-recipe.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?s)```toml\n(.*?)```", GUIDE)
SPELLS = f'for = {{ table = "spells" }}\npays = {{ {PARTIES}, each = "£1" }}\n'
CONTACTS = FOR + f'pays = {{ {PARTIES}, each = "£1" }}\n'


def as_rule(block: str) -> str:
    """A block of the guide as a whole rule: a part of one stands beside what it is a part of."""
    if "[[rule]]" in block:
        return block
    if "[rule.hold]" in block:
        return HEAD + SPELLS + block
    return HEAD + CONTACTS + block


@pytest.mark.parametrize("block", BLOCKS)
def test_each_block_of_the_guide_loads_and_can_be_traced(tmp_path: Path, block: str) -> None:
    (_, recipe) = loaded(tmp_path, as_rule(block), contract=CONTRACT).contracts[0].rules
    assert recipe.use == "recipe"


@pytest.mark.parametrize("cell", re.findall(r"\| `((?:tiers|pays) = [^`]*)`", GUIDE))
def test_each_way_of_saying_how_much_loads(tmp_path: Path, cell: str) -> None:
    how = cell.replace("…", PARTIES).replace('"home visits"', '"fixed element"')
    pays = "" if how.startswith("pays") else f"pays = {{ {PARTIES} }}\n"
    counted = FOR if how.startswith("tiers") else ""
    (_, recipe) = loaded(tmp_path, HEAD + counted + pays + how, contract=CONTRACT).contracts[0].rules
    assert recipe.shape["tiers"] or {"share", "amount"} & set(recipe.values)
