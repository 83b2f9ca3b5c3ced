"""The journal of postings: what a file says, that nothing is lost or doubled, and that tampering is found out."""

from __future__ import annotations

import datetime
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tallystick.in_year import posting_file
from tallystick.in_year.due import already_posted, due_now, post, settled_spans
from tallystick.in_year.journal import append, open_journal, recorded_heads
from tallystick.in_year.payable import Pair, Payment
from tallystick.in_year.posting_file import Head
from tallystick.in_year.postings import Sum, entitlement
from tallystick.kernel.errors import InputError, SettlementError
from tallystick.report import on_disk
from tests.unit.postings_world import (
    AS_AT,
    CONTRACTS,
    FIRST,
    HOLDERS,
    MONTHS,
    SECOND,
    SETTLED,
    THIRD,
    line,
    posted,
    three_postings,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return three_postings(tmp_path)


class TestWhatIsPosted:
    def test_a_file_is_plain_text_with_a_line_for_each_line(self, folder: Path) -> None:
        first = folder / "0001.json"
        said = json.loads(first.read_text(encoding="utf-8"))
        seal = said["seal"]
        assert first.read_text(encoding="utf-8") == (
            "{\n"
            '  "as_at": "2025-11-19",\n'
            '  "balances": {\n'
            '    "cash": {"QXX": -102500, "ZH1": 100000, "acute/quality": 2500}\n'
            "  },\n"
            '  "format": 1,\n'
            '  "lines": [\n'
            '    {"book": "cash", "clause": "4.2", "contract": "acute", "kind": "price", "label": "elective", '
            '"payee": "ZH1", "payer": "QXX", "pence": 100000, "reason": "", "rule": "unit-price", '
            '"starts": "2025-04", "units": 1},\n'
            '    {"book": "cash", "clause": "4.2", "contract": "acute", "kind": "retention", "label": "held", '
            '"payee": "acute/quality", "payer": "QXX", "pence": 2500, "reason": "", "rule": "unit-price", '
            '"starts": "2025-04", "units": 0}\n'
            "  ],\n"
            '  "months": [\n'
            '    "2025-04",\n'
            '    "2025-05"\n'
            "  ],\n"
            '  "number": 1,\n'
            '  "payable": [\n'
            '    {"contract": "acute", "entitled": 100000, "now": 100000, "on_account": 0, "ordered": 0, '
            '"payee": "ZH1", "payer": "QXX"}\n'
            "  ],\n"
            '  "payments": [],\n'
            '  "previous": "",\n'
            '  "run": "0123456789abcdef",\n'
            f'  "seal": "{seal}",\n'
            '  "submissions": {\n'
            '    "ZH1": "m2.csv"\n'
            "  }\n"
            "}\n"
        )

    def test_it_is_the_same_to_the_byte_wherever_and_whenever_it_is_posted(self, folder: Path, tmp_path: Path) -> None:
        for lines in (FIRST, SECOND, THIRD):
            posted(tmp_path / "elsewhere", lines)
        for path in folder.iterdir():
            assert (tmp_path / "elsewhere" / "journal" / path.name).read_bytes() == path.read_bytes()

    def test_each_posting_holds_what_changed_and_their_sum_is_the_entitlement(self, folder: Path) -> None:
        journal = open_journal(folder)
        assert [len(posting.lines) for posting in journal.postings] == [2, 1, 1]
        assert list(journal.postings[1].lines.values()) == [Sum(1_250, 1)]
        assert journal.posted() == entitlement(THIRD)
        assert journal.ordered() == {Pair("acute", "QXX", "ZH1"): 101_250, Pair("community", "QXX", "ZH2"): 40}
        assert journal.head == Head(3, posting_file.digest((folder / "0003.json").read_bytes()))

    def test_posting_the_same_again_writes_nothing(self, folder: Path) -> None:
        before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
        assert posted(folder.parent, THIRD).head.number == 3
        assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before

    def test_a_payment_that_changes_what_is_payable_is_posted_without_a_line(self, folder: Path) -> None:
        (folder.parent / "payments.csv").write_text(
            "contract,payer,payee,paid_on,amount,reference\nacute,QXX,ZH1,2025-11-01,£10.00,on account\n"
        )
        last = posted(folder.parent, THIRD).postings[-1]
        assert (last.number, last.lines) == (4, {})
        assert [(one.payer, one.payee, one.now) for one in last.payable if one.now] == [("ZH1", "QXX", 1_000)]
        assert last.payments == (Payment("acute", "QXX", "ZH1", datetime.date(2025, 11, 1), 1_000, "on account"),)
        assert posted(folder.parent, THIRD).head.number == 4

    def test_a_journal_that_was_never_posted_to_is_empty(self, tmp_path: Path) -> None:
        journal = open_journal(tmp_path / "journal")
        assert (journal.posted(), journal.ordered(), journal.head) == ({}, {}, Head(0, ""))
        assert posted(tmp_path, []).head == Head(0, "")
        assert not (tmp_path / "journal").exists()

    def test_more_than_four_digits_are_a_number_too(self) -> None:
        assert [posting_file.file_name(number) for number in (9_999, 10_000)] == ["9999.json", "10000.json"]

    def test_text_in_any_language_and_with_any_sign_comes_back(self, tmp_path: Path) -> None:
        lines = [line(5, reason="–5% “naïve”\n\u2028 £", label="Ysbyty Ŵ")]
        posted(tmp_path, lines)
        assert open_journal(tmp_path / "journal").posted() == entitlement(lines)

    @pytest.mark.parametrize("odd", [{"a": 10**400}, {"a": {1, 2}}, {"a": "\ud800"}, {"a": float("nan")}, {"a": 1.5}])
    def test_what_could_not_be_read_back_is_not_posted(self, tmp_path: Path, odd: dict[str, object]) -> None:
        if odd == {"a": 10**400}:
            odd = {}
            lines = [line(10**400)]
        else:
            lines = FIRST
        with pytest.raises(SettlementError, match="nothing is posted, because it could not be read back"):
            posted(tmp_path, lines, submissions=odd)
        assert not (tmp_path / "journal").exists()


class TestGoingBack:
    def test_an_earlier_day_would_take_back_what_became_known(self, folder: Path) -> None:
        with pytest.raises(InputError) as caught:
            posted(folder.parent, FIRST, as_at=datetime.date(2025, 10, 1))
        assert str(caught.value) == (
            "journal/0001.json: it was posted as at 2025-11-19, and this is as at 2025-10-01\n"
            "  why: what became known in between would be taken back\n"
            "  write: as at 2025-11-19 or later"
        )

    def test_fewer_months_would_take_back_the_others(self, folder: Path) -> None:
        with pytest.raises(InputError) as caught:
            posted(folder.parent, FIRST, months=("2025-04",))
        assert str(caught.value) == (
            "journal/0001.json: it was posted up to 2025-05, and this ends with 2025-04\n"
            "  why: what was posted for the months after it would be taken back\n"
            "  write: months up to 2025-05 or later"
        )

    def test_the_months_of_another_year_are_no_going_back(self, folder: Path) -> None:
        spans = {"acute": ("2024-04", "2025-03")}
        lines = [line(7, period="2024-04 to 2025-03")]
        journal = posted(folder.parent, lines, months=("2024-04", "2025-03"), settled=spans)
        assert (journal.head.number, len(journal.postings[-1].lines)) == (4, 1)
        assert journal.posted() == entitlement([*lines, *THIRD])

    def test_the_year_that_was_settled_before_stays(self, folder: Path) -> None:
        spans = {"acute": ("2026-04", "2026-05")}
        journal = posted(folder.parent, [], months=("2026-04", "2026-05"), settled=spans)
        assert journal.posted() == entitlement(THIRD)


class TestTwoAtOnce:
    def test_of_two_that_worked_from_the_same_journal_one_is_told_to_run_again(self, folder: Path) -> None:
        before = already_posted(folder.parent, "journal", contracts=CONTRACTS, as_at=AS_AT)
        now = due_now(FIRST, before, settled=SETTLED, holders=HOLDERS, as_at=AS_AT)
        assert post(now, run="a", months=MONTHS).head.number == 4
        with pytest.raises(InputError) as caught:
            post(now, run="b", months=MONTHS)
        assert str(caught.value) == (
            "journal: the journal no longer ends with 0003.json\n"
            "  why: something was posted since this was worked out, and would be posted twice\n"
            "  write: the same command again: it will work out what is still due"
        )
        assert open_journal(folder).posted() == entitlement(FIRST)

    def test_the_one_that_comes_between_the_look_and_the_write_wins(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        right = on_disk._name_at_once

        def overtaken(partial: Path, path: Path) -> None:
            monkeypatch.setattr(on_disk, "_name_at_once", right)
            posted(folder.parent, SECOND)
            right(partial, path)

        monkeypatch.setattr(on_disk, "_name_at_once", overtaken)
        with pytest.raises(InputError, match="the same command again"):
            posted(folder.parent, FIRST)
        assert open_journal(folder).posted() == entitlement(SECOND)
        assert sorted(path.name for path in folder.iterdir()) == [f"000{n}.json" for n in (1, 2, 3, 4)]

    def test_a_journal_that_lost_its_end_since_is_not_posted_to(self, folder: Path) -> None:
        journal = open_journal(folder)
        (folder / "0003.json").unlink()
        with pytest.raises(InputError, match=r"no longer ends with 0003\.json"):
            append(journal, run="a", months=MONTHS, as_at=AS_AT, lines=entitlement([line(1)]), payable=())
        assert not (folder / "0004.json").exists()

    def test_processes_that_post_at_the_same_time_post_once(self, tmp_path: Path) -> None:
        code = (
            "import sys\nfrom pathlib import Path\nfrom tallystick.kernel.errors import InputError\n"
            "from tests.unit.postings_world import line, posted\n"
            "print('ready', flush=True)\nsys.stdin.readline()\n"
            "for pence in range(1, 40):\n"
            "    try:\n        posted(Path(sys.argv[1]), [line(pence)])\n"
            "    except InputError as error:\n"
            "        assert [one.code for one in error.faults] == ['journal/moved-on'], error\n"
        )
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["", *sys.path])}
        children = [
            subprocess.Popen(
                [sys.executable, "-c", code, str(tmp_path)], env=environment, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
            )
            for _ in range(2)
        ]  # fmt: skip
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        assert [child.wait() for child in children] == [0, 0]
        for child in children:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.close()
            child.stdout.close()
        posted(tmp_path, [line(500)])
        journal = open_journal(tmp_path / "journal")
        assert journal.posted() == entitlement([line(500)])
        assert journal.ordered() == {Pair("acute", "QXX", "ZH1"): 500}


class TestDisks:
    def test_a_process_killed_at_any_moment_loses_and_doubles_nothing(self, tmp_path: Path) -> None:
        code = (
            "import itertools, sys\nfrom pathlib import Path\nfrom tests.unit.postings_world import line, posted\n"
            "print('ready', flush=True)\n"
            "for pence in itertools.count(int(sys.argv[2])):\n    posted(Path(sys.argv[1]), [line(pence)])\n"
        )
        draw, posted_so_far = random.Random(7), 0
        for _ in range(4):
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["", *sys.path])}
            child = subprocess.Popen(
                [sys.executable, "-c", code, str(tmp_path), str(posted_so_far + 1)], env=environment,
                stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
            )  # fmt: skip
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(draw.randint(1, 200) / 1000)
            child.kill()
            child.wait()
            child.stdout.close()
            journal = open_journal(tmp_path / "journal")
            assert [line.pence for posting in journal.postings for line in posting.lines.values()] == [
                1
            ] * journal.head.number
            assert sum(journal.ordered().values()) == journal.head.number >= posted_so_far
            posted_so_far = journal.head.number
        assert posted(tmp_path, [line(posted_so_far + 1)]).head.number == posted_so_far + 1
        assert [path.name for path in (tmp_path / "journal").iterdir() if path.name[0] == "."] == []

    def test_what_a_dead_process_left_is_ignored_and_taken_away(self, folder: Path) -> None:
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        name = f".0004.{on_disk.host()}.%d.abcd1234.partial"
        for pid in (dead.pid, os.getppid()):
            (folder / (name % pid)).write_text("{")
        assert open_journal(folder).head.number == 3
        posted(folder.parent, FIRST)
        assert {path.name for path in folder.iterdir() if path.name[0] == "."} == {name % os.getppid()}

    def test_a_full_disk_is_an_error_and_nothing_is_there(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            posted(folder.parent, FIRST)
        assert sorted(path.name for path in folder.iterdir()) == ["0001.json", "0002.json", "0003.json"]

    @pytest.mark.skipif(os.name == "nt", reason="links are not used there")
    def test_a_disk_without_links_is_told_as_such(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def no_links(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", no_links)
        with pytest.raises(OSError, match="this disk knows no hard links"):
            posted(folder.parent, FIRST)
        assert sorted(path.name for path in folder.iterdir()) == ["0001.json", "0002.json", "0003.json"]


class TestSources:
    def test_the_caller_says_what_was_already_posted(self, folder: Path) -> None:
        (folder.parent / "payments.csv").write_text(
            "contract,payer,payee,paid_on,amount,reference\nacute,QXX,ZH1,2025-11-01,£10.00,on account\n"
        )
        found = {}
        for source in ("journal", "payments", "nothing"):
            before = already_posted(folder.parent, source, contracts=CONTRACTS, as_at=AS_AT)  # type: ignore[arg-type]
            now = due_now([line(150_000)], before, settled=SETTLED, holders=HOLDERS, as_at=AS_AT)
            found[source] = next(one for one in now.payable if one.contract == "acute")[3:]
        assert found == {
            "journal": (150_000, 1_000, 101_250, 47_750),
            "payments": (150_000, 1_000, 0, 149_000),
            "nothing": (150_000, 0, 0, 150_000),
        }

    def test_a_payments_file_that_is_asked_for_has_to_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"payments\.csv: there is no such file"):
            already_posted(tmp_path, "payments", contracts=CONTRACTS, as_at=AS_AT)
        assert already_posted(tmp_path, "journal", contracts=CONTRACTS, as_at=AS_AT).payments == ()

    def test_what_was_not_worked_out_from_a_journal_is_not_posted_to_one(self, tmp_path: Path) -> None:
        before = already_posted(tmp_path, "nothing", contracts=CONTRACTS, as_at=AS_AT)
        now = due_now(FIRST, before, settled=SETTLED, holders=HOLDERS, as_at=AS_AT)
        with pytest.raises(ValueError, match="only what was worked out from a journal"):
            post(now, run="a", months=MONTHS)


class TestWhatWasSettled:
    def test_only_contracts_that_were_settled_count_and_the_scheme_if_all_were(self) -> None:
        every = settled_spans(CONTRACTS, {"acute": "settled", "community": "settled"})
        assert every == dict.fromkeys(("acute", "community", "scheme"), ("2025-04", "2026-03"))
        assert settled_spans(CONTRACTS, {"acute": "settled", "community": "stopped"}) == {
            "acute": ("2025-04", "2026-03")
        }
        assert settled_spans((), {}) == {}

    def test_runs_may_record_where_the_journal_ended(self, tmp_path: Path) -> None:
        for name, text in {
            "run-1": '{"journal": {"number": 3, "sha256": "ab"}}', "run-2": "{}", "run-3": "[",
            "run-4": '{"journal": 1}',
        }.items():  # fmt: skip
            (tmp_path / name).mkdir()
            (tmp_path / name / "run.json").write_text(text)
        assert recorded_heads(tmp_path) == [Head(3, "ab")]
        assert recorded_heads(tmp_path / "nowhere") == []
