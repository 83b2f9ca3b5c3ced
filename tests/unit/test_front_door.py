"""The front door: few names, loaded when they are used, and all of them in the manual."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import tallystick
from tallystick import language

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "python.md").read_text(encoding="utf-8")


def in_a_new_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["tallystick", "tallystick.language", "tallystick.command"])
def test_importing_the_front_door_loads_neither_polars_nor_the_rules(module: str) -> None:
    code = f"import sys, {module}; print(*({{'polars', 'narwhals', 'tallystick_rules'}} & set(sys.modules)))"
    assert in_a_new_python(code) == ""


def test_making_an_engine_without_plugins_does_not_load_polars_either() -> None:
    code = "import sys, tallystick; tallystick.Engine(discover=False); print('polars' in sys.modules)"
    assert in_a_new_python(code) == "False"


@pytest.mark.parametrize("module", [tallystick, language])
def test_every_name_is_there_and_they_are_sorted(module: object) -> None:
    names = list(module.__all__)  # type: ignore[attr-defined]
    assert names == sorted(names)
    assert all(getattr(module, name) is not None for name in names)
    assert set(names) <= set(dir(module))


def test_a_name_that_is_not_there_is_an_ordinary_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'engine_of_growth'"):
        tallystick.engine_of_growth  # noqa: B018


def test_about_fifteen_names_are_enough_to_embed_it() -> None:
    assert len(tallystick.__all__) <= 16


@pytest.mark.parametrize(
    ("module", "heading"), [(tallystick, "## `tallystick`"), (language, "## `tallystick.language`")]
)
def test_the_reference_page_names_what_is_public_and_nothing_else(module: object, heading: str) -> None:
    section = PAGE.split(heading, 1)[1].split("\n## ", 1)[0]
    listed = [
        name for cell in re.findall(r"^\| (`[^|]*`) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    ]
    assert sorted(listed) == list(module.__all__)  # type: ignore[attr-defined]
