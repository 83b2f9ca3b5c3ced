"""What a run was made from: hashes of inputs, scheme and code, versions, counts and outcome. Never a row of data."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

from tallystick.in_year.journal import open_journal
from tallystick.kernel.plugins import Plugins
from tallystick.result import Result

RECORD = "run.json"
FORMAT = 1
"""The version of the record's own form; it rises when a key is renamed or taken away."""


def made_from(result: Result) -> dict[str, Any]:
    """Everything that a run's outcome depends on; equal for equal runs on any machine."""
    return result.told({
        "format": FORMAT,
        **_months(result),
        "scheme": dict(sorted(result.workspace.files.items())),
        "activity": {
            name: {"sha256": facts.digest, "rows": facts.rows, "rows_set_aside": facts.left_out}
            for name, facts in sorted(result.settlement.facts.items())
        },
        "derived_again": [one.detail for one in result.settlement.checks if one.name.startswith("derived again")],
        "engine": {"version": _version("tallystick"), "sha256": _code_of(sys.modules["tallystick"])},
        "worked_out_by": _worked_out_by(result),
        "plugins": plugin_code(result.plugins),
        "versions": {
            "python": platform.python_version(), **{name: _version(name) for name in ("narwhals", "polars")}
        },
    })  # fmt: skip


def _worked_out_by(result: Result) -> dict[str, str]:
    """The engine of the rows, with its version."""
    of = result.settlement.engine
    return {"name": of.name, "version": _version(of.library)}


def _months(result: Result) -> dict[str, Any]:
    """For a reconciliation, its months, the day as at which it was made, and what had been posted before."""
    of = result.in_year
    if of is None:
        return {}
    journal = of.due.before.journal
    head = {"number": journal.head.number, "sha256": journal.head.sha256} if journal else {}
    # What is due rests on files beside the scheme's own too (payments, plan, submissions), and on what was taken off.
    rests_on = (of.due.lines, of.due.payable, of.due.payments, of.moved, of.choice.sources, of.calendar.days,
                of.plan.pence, of.plan.units)  # fmt: skip
    due = hashlib.sha256(repr(rests_on).encode()).hexdigest()
    return {"reconciled": {"months": str(of.months), "as_at": of.as_at.isoformat(), "journal": head, "due": due}}


def _journal(result: Result) -> dict[str, Any]:
    """Where the journal ended when the run was written, which is how it is found out that its end was taken away.

    A run for one party has none: its hash could be tried against what is confidential.
    """
    journal = result.in_year.due.before.journal if result.in_year else None
    if journal is None or result.name:
        return {}
    number, sha256 = open_journal(journal.folder).head
    return {"journal": {"number": number, "sha256": sha256}}


def fingerprint(made: dict[str, Any]) -> str:
    """Sixteen hexadecimal digits that stand for everything that the run was made from."""
    return hashlib.sha256(repr(made).encode()).hexdigest()[:16]


def record(result: Result, made: dict[str, Any], files: dict[str, str]) -> dict[str, Any]:
    """The whole of ``run.json``; ``files`` gives the hash of every other file of the folder."""
    settled = result.settlement
    failed = [check for check in settled.checks if not check.passed]
    return {
        "fingerprint": fingerprint(made),
        "passed": result.passed,
        "outcomes": dict(sorted(Counter(result.outcomes.values()).items())),
        "counts": {
            "contracts": len(settled.case.contracts), "ledger_lines": len(settled.lines),
            "checks_passed": len(settled.checks) - len(failed), "checks_failed": len(failed),
            "rows_set_aside": sum(facts.left_out for facts in settled.facts.values()),
        },
        "made_from": made,
        **_journal(result),
        "files": dict(sorted(files.items())),
    }  # fmt: skip


def plugin_code(plugins: Plugins) -> dict[str, dict[str, str]]:
    """Each plugin by name, with its version and a hash of its source files."""
    found = {}
    for name, plugin in plugins.manager.list_name_plugin():
        module = plugin if isinstance(plugin, ModuleType) else sys.modules.get(type(plugin).__module__)
        found[name] = {"version": plugins.versions.get(name, ""), "sha256": _code_of(module)}
    return dict(sorted(found.items()))


def _code_of(module: ModuleType | None) -> str:
    """A hash of every Python file of the module's package, or of the module alone where it is in none."""
    if module is None:
        return ""
    top = sys.modules.get(module.__name__.partition(".")[0])
    whole = next((one for one in (top, module) if one is not None and getattr(one, "__file__", None)), None)
    if whole is None or whole.__file__ is None:
        return ""
    file = Path(whole.__file__)
    sources = sorted(file.parent.rglob("*.py")) if hasattr(whole, "__path__") else [file]
    sha = hashlib.sha256()
    for source in sources:
        content = source.read_bytes().replace(b"\r\n", b"\n")
        sha.update(f"{source.relative_to(file.parent).as_posix()} {len(content)}\n".encode() + content)
    return sha.hexdigest()


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return str(getattr(sys.modules.get(distribution), "__version__", ""))
