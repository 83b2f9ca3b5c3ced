"""What the checks of a good file found, kept so that the same file is not gone through a second time.

What is kept are the answers of the survey: counts, extremes, and yes or no of each column, and no text of any row.
It is found again by a key that is made of everything that the answers rest on: the hash of the bytes, the table's
declaration, the mapping, the unit of account, and the code that reads. So a file that changed, a table that is
declared otherwise and another version of this project each have another key, and nothing has to be thrown away.

Entries are in a folder of the user's own (see ``folder``). One that is cut short, of another key or of another form
is as good as none, and is written again. A folder that cannot be written to is no fault: nothing is remembered then.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

VARIABLE = "TALLYSTICK_CACHE"
"""The environment variable that names the folder, or says ``off``."""

MOST_ENTRIES = 5_000
"""The oldest entries beyond so many are taken away; an entry has a few thousand bytes."""

_OFF = ("off", "none", "no", "0", "")
_ENDING = ".checked.json"


def folder() -> Path | None:
    """Where entries are: as the variable says, else the platform's usual place for what may be lost; None if off."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return None if named.strip().lower() in _OFF else Path(named).expanduser() / "checked"
    try:
        return _usual() / "tallystick" / "checked"
    except RuntimeError:  # a user without a home
        return None


def _usual() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".cache"


def key_of(**rests_on: Any) -> str:
    """The key of answers that rest on the given things and on the code that reads; empty if it cannot be told."""
    said, code = repr(sorted(rests_on.items())), _code()
    # What shows as a place in memory is another thing in each run, and might be the same for different things.
    return hashlib.sha256(f"{code}\n{said}".encode()).hexdigest() if code and " at 0x" not in said else ""


@cache
def _code() -> str:
    """A hash of the code that checks: this project's, and the versions of what it runs on; empty if unknown."""
    here = Path(__file__).parent
    sources = sorted([*here.glob("*.py"), *here.parent.glob("kernel/*.py"), *here.parent.glob("kernel/language/*.py")])
    if Path(__file__) not in sources:
        return ""
    sha = hashlib.sha256(f"polars {pl.__version__} python {platform.python_version()}".encode())
    for source in sources:
        sha.update(hashlib.sha256(source.read_bytes()).digest())
    return sha.hexdigest()


def recall(key: str) -> dict[str, Any] | None:
    """The answers under a key; None where there are none, or none that are whole."""
    path = _path(key)
    if path is None:
        return None
    try:
        entry = json.loads(path.read_bytes())
        answers = entry["answers"]
        whole = entry["key"] == key and entry["sum"] == _sum(key, answers)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return answers if whole and isinstance(answers, dict) else None


def remember(key: str, answers: Mapping[str, Any]) -> None:
    """Keep the answers of a good file; whole or not at all, also where two runs do it at once."""
    path = _path(key)
    if path is None:
        return
    entry = {"key": key, "answers": dict(answers), "sum": _sum(key, dict(answers))}
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(entry, file)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        _tidy(path.parent)


def _path(key: str) -> Path | None:
    where = folder()
    return where / f"{key}{_ENDING}" if where is not None and key else None


def _sum(key: str, answers: Any) -> str:
    return hashlib.sha256(f"{key}{json.dumps(answers, sort_keys=True)}".encode()).hexdigest()


def _tidy(where: Path) -> None:
    """Take away the oldest entries where there are too many; only what is ours by its name."""
    entries = [one for one in where.iterdir() if one.suffix in (".json", ".part")]
    if len(entries) > MOST_ENTRIES:
        for one in sorted(entries, key=lambda entry: entry.stat().st_mtime)[:-MOST_ENTRIES]:
            one.unlink(missing_ok=True)
