"""The local plugins of ``plugins/``, loaded by path: tests need no installation, and get the files beside them."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent.parent.parent
VIRTUAL_WARDS = ROOT / "plugins" / "virtual-wards"


def package_at(folder: Path, name: str) -> ModuleType:
    """The package in the folder under its own name, also where another copy of it is installed."""
    inside = folder / name
    first = inside / "__init__.py"
    known = sys.modules.get(name)
    if known is not None and known.__file__ == str(first):
        return known
    spec = importlib.util.spec_from_file_location(
        name, inside / "__init__.py", submodule_search_locations=[str(inside)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def virtual_wards(module: str = "plugin") -> ModuleType:
    """A module of the plugin for virtual wards."""
    package_at(VIRTUAL_WARDS, "tallystick_virtual_wards")
    return importlib.import_module(f"tallystick_virtual_wards.{module}")
