"""What an earlier posting was settled with: kept in the posting, and made again from it.

A posting holds the text of every file that says what is settled (scheme, contracts, price lists), each text once in
the whole journal, and a hash of the activity of each table. The activity itself is never copied: it is read again
from the submissions as they were known then, and its hash tells whether they are still the same files.
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve

from tallystick.files.workspace import Workspace, load_workspace
from tallystick.in_year.activity import ActivityReader
from tallystick.in_year.months import Months, read_months
from tallystick.in_year.moved import Then
from tallystick.in_year.posting_file import Posting
from tallystick.in_year.rows_moved import up_to
from tallystick.kernel.errors import TallystickError
from tallystick.kernel.facts import Facts
from tallystick.kernel.plugins import Plugins

FILES, TEXTS, ACTIVITY, SUBMISSIONS = "files", "texts", "activity", "submissions"
_BINARY = "base64:"


def made_from(
    workspace: Workspace, facts: Mapping[str, Facts], submissions: Mapping[str, list[str]], earlier: Iterable[Posting]
) -> dict[str, Any]:
    """What a posting keeps of what it was settled with; texts that an earlier posting holds are not kept again."""
    held = {digest for posting in earlier for digest in posting.submissions.get(TEXTS, {})}
    texts = {}
    for name, digest in workspace.files.items():
        if digest not in held:
            texts[digest] = _as_text((workspace.folder / name).read_bytes())
    return {
        SUBMISSIONS: {table: list(names) for table, names in sorted(submissions.items())},
        ACTIVITY: {name: table.digest for name, table in sorted(facts.items())},
        FILES: dict(sorted(workspace.files.items())),
        TEXTS: dict(sorted(texts.items())),
    }


def then(
    posting: Posting, postings: Iterable[Posting], reader: ActivityReader, facts: Mapping[str, Facts], plugins: Plugins
) -> Then | None:
    """What a posting was settled with; None if it does not say, or cannot be read any more.

    ``facts`` are those of today, which stand in for a table whose earlier rows cannot be had.
    """
    files: Mapping[str, str] = posting.submissions.get(FILES, {})
    texts = {digest: text for one in postings for digest, text in one.submissions.get(TEXTS, {}).items()}
    if not files or not set(files.values()) <= set(texts):
        return None
    months = read_months(f"{posting.months[0]}..{posting.months[-1]}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "1", "2", "3", "workspace")  # a file beside the workspace is named by ../
        for name, digest in files.items():
            path = folder / name
            if Path(scratch).resolve() not in path.resolve().parents:
                return None
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_as_bytes(texts[digest]))
        try:
            workspace = load_workspace(folder, plugins, posting.as_at, activity=False)
        except TallystickError:
            return None
    earlier = _facts(reader, posting, months)
    recorded: Mapping[str, str] = posting.submissions.get(ACTIVITY, {})
    same = {name: table for name, table in earlier.items() if recorded.get(name) == table.digest}
    return Then(
        case=workspace.case, months=months, as_at=posting.as_at, files=files,
        facts={name: same.get(name, up_to(table, months)) for name, table in facts.items()},
        whole=set(same) == set(recorded) == set(facts),
    )  # fmt: skip


def _facts(reader: ActivityReader, posting: Posting, months: Months) -> Mapping[str, Facts]:
    """The activity as it was known then; nothing where it cannot be read."""
    workspace = reader.workspace
    past = reader.at(evolve(workspace, case=evolve(workspace.case, as_at=posting.as_at)))
    try:
        return past.read(months=months)
    except TallystickError:
        return {}


def _as_text(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return _BINARY + base64.b64encode(content).decode("ascii")
    return text if not text.startswith(_BINARY) else _BINARY + base64.b64encode(content).decode("ascii")


def _as_bytes(text: str) -> bytes:
    return base64.b64decode(text.removeprefix(_BINARY)) if text.startswith(_BINARY) else text.encode("utf-8")
