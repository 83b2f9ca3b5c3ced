"""Any order of entitlements, postings, payments, restarts, kills and rivals: every penny is posted and ordered once.

The journal lives on a real disk. A kill is simulated at each step of writing a posting: from that step on nothing
that the dead process would have done is done any more, not even the cleaning up.
"""

from __future__ import annotations

import datetime
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tallystick.in_year.due import Already, DueNow, already_posted, due_now, post
from tallystick.in_year.journal import open_journal
from tallystick.in_year.payable import Payment
from tallystick.in_year.postings import entitlement
from tallystick.kernel.case import ContractCase
from tallystick.kernel.errors import InputError
from tallystick.kernel.ledger import LedgerLine
from tallystick.report import on_disk

DAY = datetime.date(2025, 10, 1)
MONTHS = tuple(f"2025-{month:02d}" for month in range(4, 13))
YEAR = {"first": datetime.date(2025, 4, 1), "last": datetime.date(2026, 3, 31)}
CONTRACTS = (
    ContractCase(id="a", provider="P1", commissioner="C1", **YEAR),
    ContractCase(id="b", provider="P2", commissioner="C1", **YEAR),
)
SPAN = ("2025-04", "2026-03")
HOLDERS = {"a/held": "C1", "a/given": "P1", "b/held": "C1", "scheme/growth": "N1"}
STEPS = ("create", "half written", "written", "forced", "named", "folder forced", "tidied")


class KilledError(BaseException):
    """The process died here."""


def merged(code: str, day: datetime.date) -> str:
    """P2 closes on the third day, and P1 takes its place."""
    return "P1" if code == "P2" and day >= DAY + datetime.timedelta(days=2) else code


accounts = st.sampled_from(["P1", "P2", "P2", "C1", "N1", "a/held", "a/given", "scheme/growth"])
lines = st.builds(
    lambda contract, starts, ends, book, label, accounts, pence, units: LedgerLine(
        contract, starts if starts == ends else f"{starts} to {ends}", ends, book, "price", "rule", label, accounts[0],
        accounts[1], pence, units, "", "",
    ),
    st.sampled_from(["a", "b"]), st.sampled_from(["2025-04", "2025-05"]), st.sampled_from(["2025-05", "2025-06"]),
    st.sampled_from(["cash", "cash", "cash", "memo"]), st.sampled_from(["x", "y"]), st.tuples(accounts, accounts),
    st.integers(0, 5) | st.integers(0, 10**15), st.integers(-3, 3),
)  # fmt: skip


@contextmanager
def killed_at(step: str) -> Iterator[None]:
    """The process dies at a step of writing: nothing of what follows it happens."""
    died = False

    def dies(after: Callable[..., Any] | None = None) -> Callable[..., Any]:
        def run(*given: Any, **more: Any) -> Any:
            nonlocal died
            if not died and after is not None:
                after(*given, **more)
            died = True
            raise KilledError

        return run

    def until_then(right: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **more: Any) -> Any:
            if died:
                raise KilledError
            return right(*given, **more)

        return run

    def half(path: Path, content: bytes) -> None:
        path.write_bytes(content[: len(content) // 2])

    def unforced(path: Path, content: bytes) -> None:
        path.write_bytes(content)

    right_write, right_name, right_force = on_disk._write, on_disk._name_at_once, on_disk.force_folder
    chosen = {
        "create": {"_write": dies(lambda path, _: path.touch())},
        "half written": {"_write": dies(half)},
        "written": {"_write": dies(unforced)},
        "forced": {"_write": dies(right_write)},
        "named": {"_name_at_once": dies(right_name)},
        "folder forced": {"force_folder": dies(right_force)},
        "tidied": {},
    }[step]
    replaced = {"_write": right_write, "_name_at_once": right_name, "force_folder": right_force}
    patches = [mock.patch.object(on_disk, n, chosen.get(n, until_then(right))) for n, right in replaced.items()]
    patches.append(mock.patch.object(Path, "unlink", dies() if step == "tidied" else until_then(Path.unlink)))
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


@contextmanager
def failing_at(step: int) -> Iterator[None]:
    """The disk refuses one call that forces or names something; the process goes on and tidies up."""
    calls = 0

    def counted(right: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **more: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == step:
                raise OSError(5, "Input/output error")
            return right(*given, **more)

        return run

    with mock.patch.object(os, "fsync", counted(os.fsync)), mock.patch.object(os, "link", counted(os.link)):
        yield


def between(rows: Iterable[tuple[str, str, str, int]], day: datetime.date) -> dict[tuple[str, str, str], int]:
    """What each body has come to owe or give another under a contract, both ways round, by nothing but adding."""
    found: dict[tuple[str, str, str], int] = {}
    for contract, payer, payee, pence in rows:
        one, other = merged(payer, day), merged(payee, day)
        found[contract, one, other] = found.get((contract, one, other), 0) + pence
        found[contract, other, one] = found.get((contract, other, one), 0) - pence
    return {place: pence for place, pence in found.items() if pence}


class Postings(RuleBasedStateMachine):
    """A workspace, and beside it a plain model: what was entitled when it was last posted, and what was paid."""

    def __init__(self) -> None:
        super().__init__()
        self.workspace = Path(tempfile.mkdtemp())
        self.lines: list[LedgerLine] = []
        self.last_posted: list[LedgerLine] = []
        self.payments: list[Payment] = []
        self.paid_when_posted: list[Payment] = []
        self.day = self.posted_on = DAY
        self.files: dict[str, bytes] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.workspace)

    @property
    def folder(self) -> Path:
        return self.workspace / "journal"

    def due(self) -> DueNow:
        before = already_posted(self.workspace, "journal", contracts=CONTRACTS, as_at=self.day)
        known = Already(
            posted=before.posted, ordered=before.ordered, payments=tuple(self.payments), journal=before.journal
        )
        settled = dict.fromkeys(("a", "b"), SPAN)
        return due_now(self.lines, known, settled=settled, holders=HOLDERS, as_at=self.day, body=merged)

    def post(self, now: DueNow) -> None:
        post(now, run="run", months=MONTHS, submissions={"P1": self.day.isoformat()})

    def was_posted(self) -> None:
        self.last_posted, self.posted_on = list(self.lines), self.day
        self.paid_when_posted = list(self.payments)

    @initialize(first=st.lists(lines, max_size=6))
    def begin(self, first: list[LedgerLine]) -> None:
        self.lines = first

    @rule(new=st.lists(lines, max_size=6))
    def entitlement_is_another(self, new: list[LedgerLine]) -> None:
        self.lines = new

    @rule(more=lines)
    def a_line_is_new(self, more: LedgerLine) -> None:
        self.lines = [*self.lines, more]

    @precondition(lambda self: self.lines)
    @rule(data=st.data())
    def a_line_turns_round_or_vanishes(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.lines) - 1))
        one = self.lines[place]
        turned = one._replace(payer=one.payee, payee=one.payer, pence=data.draw(st.integers(0, 10**6)))
        self.lines = [*self.lines[:place], *([turned] if data.draw(st.booleans()) else []), *self.lines[place + 1 :]]

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        self.day += datetime.timedelta(days=days)

    @rule(
        contract=st.sampled_from(["a", "b"]), bodies=st.sampled_from([("C1", "P1"), ("P2", "C1"), ("C1", "N1")]),
        pence=st.integers(1, 10**6), late=st.integers(-3, 3),
    )  # fmt: skip
    def a_payment_is_made(self, contract: str, bodies: tuple[str, str], pence: int, late: int) -> None:
        day = self.day + datetime.timedelta(days=late)
        self.payments.append(Payment(contract, *bodies, day, pence, f"payment {len(self.payments)}"))

    @rule()
    def it_is_posted(self) -> None:
        self.post(self.due())
        self.was_posted()

    @rule()
    def it_is_posted_twice(self) -> None:
        self.it_is_posted()
        before = sorted(path.name for path in self.folder.glob("*"))
        again = self.due()
        assert again.lines == {}
        assert [one for one in again.payable if one.now] == []
        self.post(again)
        assert sorted(path.name for path in self.folder.glob("*")) == before

    @rule(step=st.sampled_from(STEPS))
    def a_posting_is_killed(self, step: str) -> None:
        now = self.due()
        before = open_journal(self.folder).head
        with killed_at(step), suppress(KilledError):
            self.post(now)
        after = open_journal(self.folder).head
        assert (after != before) == (self.is_something(now) and STEPS.index(step) >= STEPS.index("named"))
        if after != before or not self.is_something(now):
            self.was_posted()

    @rule(step=st.integers(1, 5))
    def a_posting_fails(self, step: int) -> None:
        now = self.due()
        before = open_journal(self.folder).head
        with failing_at(step), suppress(OSError):
            self.post(now)
        if open_journal(self.folder).head != before or not self.is_something(now):
            self.was_posted()

    @rule(other=st.lists(lines, max_size=3), step=st.booleans())
    def two_post_at_once(self, other: list[LedgerLine], step: bool) -> None:
        mine, self.lines = self.lines, other
        rival = self.due()
        self.lines = mine
        now = self.due()
        if not self.is_something(rival):
            return
        if step and self.is_something(now):  # the rival comes in at the last moment
            right = on_disk._name_at_once

            def overtaken(partial: Path, path: Path) -> None:
                with mock.patch.object(on_disk, "_name_at_once", right):
                    self.post(rival)
                right(partial, path)

            with mock.patch.object(on_disk, "_name_at_once", overtaken), pytest.raises(InputError, match="moved"):
                self.post_told(now)
        else:
            self.post(rival)
            if self.is_something(now):
                with pytest.raises(InputError, match="moved"):
                    self.post_told(now)
        self.lines = other
        self.was_posted()
        self.lines = mine

    def post_told(self, now: DueNow) -> None:
        """Post, and give an error's code as its words, which say it to a person."""
        try:
            self.post(now)
        except InputError as error:
            raise InputError([type(one)(code=one.code, found=one.code) for one in error.faults]) from None

    @staticmethod
    def is_something(now: DueNow) -> bool:
        return bool(now.lines) or any(one.now for one in now.payable)

    @invariant()
    def what_was_posted_is_what_was_last_entitled(self) -> None:
        assert open_journal(self.folder).posted() == entitlement(self.last_posted)

    @invariant()
    def what_was_ordered_and_paid_is_what_the_bodies_are_entitled_to(self) -> None:
        day, ordered = self.posted_on, open_journal(self.folder).ordered()
        entitled = between(
            ((one.contract, HOLDERS.get(one.payer, one.payer), HOLDERS.get(one.payee, one.payee), one.pence)
             for one in self.last_posted if one.book == "cash"), day,
        )  # fmt: skip
        paid = [(one[0], one[1], one[2], one.pence) for one in self.paid_when_posted if one.paid_on <= day]
        assert between([*paid, *((*pair, pence) for pair, pence in ordered.items())], day) == entitled

    @invariant()
    def nothing_is_ordered_of_a_closed_body_or_of_a_pot(self) -> None:
        for posting in open_journal(self.folder).postings:
            bodies = {body for one in posting.payable for body in (one.payer, one.payee)}
            assert {merged(body, posting.as_at) for body in bodies} == bodies
            assert bodies <= {"P1", "P2", "C1", "N1"}

    @invariant()
    def files_are_only_added(self) -> None:
        there = {path.name: path.read_bytes() for path in self.folder.glob("[0-9]*")}
        assert {name: there.get(name) for name in self.files} == self.files
        assert sorted(there) == [f"{number:04d}.json" for number in range(1, len(there) + 1)]
        self.files = there


TestPostings = Postings.TestCase
TestPostings.settings = settings(
    settings.default, max_examples=max(50, settings.default.max_examples // 4), stateful_step_count=25
)
