"""What a party was shown before, kept beside the journal: ``views/provider.json``, so that no two runs tell too much.

The file is the commissioner's own and goes to nobody: it counts groups that were never shown apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tallystick.confidential.groups import Shown, as_plain, from_plain
from tallystick.kernel.errors import Fault, InputError
from tallystick.report.on_disk import force_folder, partial_path

FOLDER = "views"
FORMAT = 1

ShownTo = dict[str, dict[str, list[Shown]]]
"""By contract and rule, everything that was ever shown, in order."""


def read_shown(workspace: Path, role: str) -> ShownTo:
    """What was shown to a role; nothing if there is no file. Raises InputError for one that cannot be read."""
    path = workspace / FOLDER / f"{role}.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise ValueError(f"its format is {said['format']!r}")
        return {
            contract: {label: [from_plain(one) for one in shown] for label, shown in rules.items()}
            for contract, rules in said["shown"].items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(Fault(
            code="views/unreadable", found="what was shown before cannot be read", file=f"{FOLDER}/{role}.json",
            why=f"{error}; without it a small group could be told from the difference of two runs",
            write="put back the file as it was, from a copy",
        )) from None  # fmt: skip


def with_shown(before: ShownTo, now: Mapping[tuple[str, str], Shown]) -> ShownTo:
    """The same and what is shown now, each different one once."""
    found = {contract: {label: list(shown) for label, shown in rules.items()} for contract, rules in before.items()}
    for (contract, label), shown in now.items():
        earlier = found.setdefault(contract, {}).setdefault(label, [])
        if shown and shown not in earlier:
            earlier.append(shown)
    return found


def write_shown(workspace: Path, role: str, shown: ShownTo) -> None:
    """Write the file whole, in the place of the one that was there."""
    folder = workspace / FOLDER
    folder.mkdir(exist_ok=True)
    said: dict[str, Any] = {
        "format": FORMAT, "for": role,
        "shown": {
            contract: {label: [as_plain(one) for one in several] for label, several in sorted(rules.items())}
            for contract, rules in sorted(shown.items())
        },
    }  # fmt: skip
    partial = partial_path(folder, role)
    try:
        partial.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(folder / f"{role}.json")
        force_folder(folder)
    finally:
        partial.unlink(missing_ok=True)
