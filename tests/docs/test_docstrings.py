"""The examples in docstrings are run: in a rule's own, they are the worked example of its page."""

import doctest
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

NEEDS = {"tallystick.kernel.pay.engines.spark": "pyspark"}
"""Modules that need a library which not everybody installs."""

PACKAGES = ("tallystick", "tallystick_rules", "tallystick_examples")


def module_names() -> Iterator[str]:
    """Every module that we ship, but for those that act on being imported."""
    for package in PACKAGES:
        yield package
        found = pkgutil.walk_packages(importlib.import_module(package).__path__, prefix=f"{package}.")
        yield from (module.name for module in found if not module.name.endswith("__main__"))


@pytest.mark.parametrize("name", list(module_names()))
def test_every_example_in_a_docstring_gives_what_it_says(name: str) -> None:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    assert doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS).failed == 0
