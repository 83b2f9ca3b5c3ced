"""Tallystick settles payment schemes: every payment has two halves, and the halves always match.

What a program needs that embeds it stands here; what a rule or plugin is written with is ``tallystick.language``.
Names are loaded when they are first used: importing this package loads neither Polars nor any rule.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallystick.engine import Engine as Engine
    from tallystick.files.workspace import Workspace as Workspace
    from tallystick.kernel.checks import Check as Check
    from tallystick.kernel.errors import (
        Fault as Fault,
    )
    from tallystick.kernel.errors import (
        InputError as InputError,
    )
    from tallystick.kernel.errors import (
        PluginError as PluginError,
    )
    from tallystick.kernel.errors import (
        RuleError as RuleError,
    )
    from tallystick.kernel.errors import (
        SettlementError as SettlementError,
    )
    from tallystick.kernel.errors import (
        TallystickError as TallystickError,
    )
    from tallystick.kernel.explain import Explanation as Explanation
    from tallystick.kernel.hooks import hookimpl as hookimpl
    from tallystick.kernel.program import Stop as Stop
    from tallystick.kernel.settlement import Settlement as Settlement
    from tallystick.report.statement import Statement as Statement
    from tallystick.result import Result as Result

__version__ = "0.1.0"

_HOMES = {
    "Check": "kernel.checks",
    "Engine": "engine",
    "Explanation": "kernel.explain",
    "Fault": "kernel.errors",
    "InputError": "kernel.errors",
    "PluginError": "kernel.errors",
    "Result": "result",
    "RuleError": "kernel.errors",
    "Settlement": "kernel.settlement",
    "SettlementError": "kernel.errors",
    "Statement": "report.statement",
    "Stop": "kernel.program",
    "TallystickError": "kernel.errors",
    "Workspace": "files.workspace",
    "hookimpl": "kernel.hooks",
}

__all__ = [
    "Check", "Engine", "Explanation", "Fault", "InputError", "PluginError", "Result", "RuleError", "Settlement",
    "SettlementError", "Statement", "Stop", "TallystickError", "Workspace", "__version__", "hookimpl",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load a name of the front door when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
