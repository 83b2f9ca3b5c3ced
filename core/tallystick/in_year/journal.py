"""The journal of a workspace: everything that was ever posted, in a folder of files that are only ever added to.

``journal/0001.json``, ``0002.json`` and so on, one file for each posting. Each holds the hash of the one before, so a
file cannot be changed, taken out, put in or renamed without being found out when the journal is next opened. What no
such chain can show is that its last files are gone, or that somebody wrote them all anew: for that, whoever has seen
the journal before hands in what it ended with then (``known``).

A posting appears whole or not at all, and never over another: of two processes that post at once, one is told to run
again. A kill at any moment loses and doubles nothing, since what is due is always worked out from what stands here.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from tallystick.in_year.payable import Pair, Payable, Payment, ordered_by
from tallystick.in_year.posting_file import Head, Posting, Wrong, digest, file_name, read, written
from tallystick.in_year.postings import PostingKey, Sum, Sums, added
from tallystick.kernel.errors import Fault, InputError, SettlementError
from tallystick.report.on_disk import force_folder, remove_dead, write_new

FOLDER = "journal"
NOTHING = Head(0, "")
_NAME = re.compile(r"[0-9]{4,}\.json")
_PUT_BACK = (
    "the file as it was posted, from a backup or from version control; a posting that was wrong is put right by the "
    "next posting, never by hand"
)  # fmt: skip


@frozen(eq=False, kw_only=True)
class Journal:
    """A journal as it was when it was opened: its postings in order, and where it ended."""

    folder: Path
    postings: tuple[Posting, ...] = ()
    head: Head = NOTHING

    def posted(self) -> dict[PostingKey, Sum]:
        """Everything that was posted, line by line."""
        return added(line for posting in self.postings for line in posting.lines.items())

    def ordered(self) -> dict[Pair, int]:
        """Everything that postings ordered paid, by pair of bodies, in pence from the first to the second."""
        return ordered_by(one for posting in self.postings for one in posting.payable)


def open_journal(folder: Path, *, known: Iterable[Head] = ()) -> Journal:
    """Read and verify a journal; one whose folder is not there is empty.

    ``known`` are ends of this journal that somebody saw before: each must still be in it. Raises InputError with a
    fault for each file that is not as it was posted.
    """
    faults: list[Fault] = []
    try:
        there = sorted(path for path in folder.iterdir() if path.name[0] != ".") if folder.is_dir() else []
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError(
            Fault(code="file/unreadable", found="the folder cannot be read", why=why, file=FOLDER)
        ) from None
    if folder.exists() and not folder.is_dir():
        faults.append(Fault(
            code="journal/stranger", found="this is a file, and a journal is a folder", file=folder.name,
            write=_PUT_BACK,
        ))  # fmt: skip
    contents = _contents(there, faults)
    postings = _postings(contents, faults)
    hashes = {number: digest(content) for number, content in contents.items()}
    faults += [_lost(head, hashes) for head in known if head.number and hashes.get(head.number) != head.sha256]
    if faults:
        raise InputError(faults)
    last = max(hashes, default=0)
    return Journal(folder=folder, postings=tuple(postings), head=Head(last, hashes.get(last, "")))


def append(
    journal: Journal, *, run: str, months: Sequence[str], as_at: datetime.date, lines: Sums,
    payable: Iterable[Payable], payments: Iterable[Payment] = (), submissions: Mapping[str, Any] | None = None,
) -> Journal:  # fmt: skip
    """Post: write the next file and return the journal with it; the same journal where nothing is due or payable.

    ``journal`` is the one that ``lines`` and ``payable`` were worked out from. Raises InputError if it has moved on
    since, or if the settlement goes back behind what was posted before; nothing is written then. Raises OSError where
    the file cannot be written.
    """
    orders = tuple(payable)
    if not lines and not any(one.now for one in orders):
        return journal
    posting = Posting(
        number=journal.head.number + 1, previous=journal.head.sha256, run=run, months=tuple(months), as_at=as_at,
        lines=lines, payable=orders, payments=tuple(payments), submissions=dict(submissions or {}),
    )  # fmt: skip
    _refuse_going_back(journal, posting)
    try:
        content = written(posting)
    except Wrong as wrong:
        raise SettlementError(f"nothing is posted, because it could not be read back: {wrong.found}") from None
    if open_journal(journal.folder).head != journal.head:
        raise InputError(_moved_on(journal.head))
    journal.folder.mkdir(parents=True, exist_ok=True)
    force_folder(journal.folder.parent)
    remove_dead(journal.folder)
    try:
        write_new(journal.folder / file_name(posting.number), content)
    except FileExistsError:
        raise InputError(_moved_on(journal.head)) from None
    return evolve(journal, postings=(*journal.postings, posting), head=Head(posting.number, digest(content)))


def recorded_heads(runs: Path) -> list[Head]:
    """The ends of the journal that the records of earlier runs hold, under ``journal`` of ``run.json``."""
    found = []
    for path in sorted(runs.glob("*/run.json")):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))["journal"]
            found.append(Head(int(said["number"]), str(said["sha256"])))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # another run's record, or none; it says nothing of a journal
    return sorted(set(found))


def _contents(there: Iterable[Path], faults: list[Fault]) -> dict[int, bytes]:
    contents: dict[int, bytes] = {}
    for path in there:
        number = int(path.stem) if _NAME.fullmatch(path.name) else 0
        if not path.is_file() or not number or path.name != file_name(number):
            faults.append(_fault(
                path.name, "journal/stranger", "this is no posting", "a journal holds nothing but its numbered files",
                "the file somewhere else; or, if it is a posting that was renamed, its own name",
            ))  # fmt: skip
            continue
        try:
            contents[number] = path.read_bytes()
        except OSError as error:
            faults.append(_fault(path.name, "file/unreadable", "the file cannot be read", error.strerror or ""))
    return contents


def _postings(contents: Mapping[int, bytes], faults: list[Fault]) -> list[Posting]:
    """Every posting in order; a fault for each that is missing, not as it was written, or does not follow."""
    found: list[Posting] = []
    before = ""
    for number in range(1, max(contents, default=0) + 1):
        name = file_name(number)
        if number not in contents:
            faults.append(_fault(name, "journal/missing", "this posting is not there", "a later one follows it"))
            before = ""
            continue
        try:
            posting = read(contents[number], number)
        except Wrong as wrong:
            faults.append(_fault(name, wrong.code, wrong.found, wrong.why, wrong.write))
            before = ""
            continue
        if (number == 1) != (posting.previous == "") or (before and posting.previous != before):
            faults.append(_fault(
                name, "journal/chain", f"it does not follow {file_name(number - 1)} as that is now",
                "one of the two is not the file that was posted",
            ))  # fmt: skip
        found.append(posting)
        before = digest(contents[number])
    return found


def _refuse_going_back(journal: Journal, posting: Posting) -> None:
    """Refuse to take back what was posted only because this settlement knows less: an earlier day, fewer months."""
    for earlier in journal.postings:
        if posting.as_at < earlier.as_at:
            raise InputError(_fault(
                file_name(earlier.number), "journal/goes-back",
                f"it was posted as at {earlier.as_at}, and this is as at {posting.as_at}",
                "what became known in between would be taken back", f"as at {earlier.as_at} or later",
            ))  # fmt: skip
        overlap = set(earlier.months) & set(posting.months)
        if overlap and posting.months[-1] < earlier.months[-1]:
            raise InputError(_fault(
                file_name(earlier.number), "journal/goes-back",
                f"it was posted up to {earlier.months[-1]}, and this ends with {posting.months[-1]}",
                "what was posted for the months after it would be taken back",
                f"months up to {earlier.months[-1]} or later",
            ))  # fmt: skip


def _moved_on(head: Head) -> Fault:
    end = file_name(head.number) if head.number else "nothing"
    return Fault(
        code="journal/moved-on", found=f"the journal no longer ends with {end}", file=FOLDER,
        why="something was posted since this was worked out, and would be posted twice",
        write="the same command again: it will work out what is still due",
    )  # fmt: skip


def _lost(head: Head, hashes: Mapping[int, str]) -> Fault:
    name, seen = file_name(head.number), f"that run recorded it with the hash {head.sha256[:16]}…"
    if head.number in hashes:
        return _fault(name, "journal/lost", "it is not the posting that an earlier run saw", seen)
    return _fault(name, "journal/lost", "an earlier run saw this posting, and it is not there", seen)


def _fault(name: str, code: str, found: str, why: str = "", write: str = "") -> Fault:
    return Fault(code=code, found=found, why=why, write=write or _PUT_BACK, file=f"{FOLDER}/{name}")
