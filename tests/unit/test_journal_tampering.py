"""A journal that was tampered with is found out, whatever was done, and says which file and what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tallystick.in_year import posting_file
from tallystick.in_year.journal import open_journal
from tallystick.in_year.posting_file import Head
from tallystick.kernel.errors import InputError
from tests.unit.postings_world import FIRST, line, posted, three_postings

PUT_BACK = (
    "\n  write: the file as it was posted, from a backup or from version control; a posting that was wrong is put "
    "right by the next posting, never by hand"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return three_postings(tmp_path)


def refused(folder: Path, *known: Head) -> str:
    with pytest.raises(InputError) as caught:
        open_journal(folder, known=known)
    return str(caught.value)


def altered(path: Path, change: Callable[[str], str]) -> None:
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_bytes(change(text).encode())


def sealed_anew(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    """The file changed by somebody who knows how it is sealed."""
    said = json.loads(path.read_text(encoding="utf-8"))
    del said["seal"]
    change(said)
    said["seal"] = posting_file.digest(posting_file._bytes(said))
    path.write_bytes(posting_file._bytes(said))


class TestTampering:
    def test_a_digit_that_is_changed(self, folder: Path) -> None:
        altered(folder / "0002.json", lambda text: text.replace("1250", "9250", 1))
        assert refused(folder) == (
            "journal/0002.json: it is not as it was written: its seal does not fit what it says" + PUT_BACK
        )

    def test_a_digit_that_is_changed_in_the_last_file(self, folder: Path) -> None:
        altered(folder / "0003.json", lambda text: text.replace('"now": 40', '"now": 41'))
        assert "journal/0003.json: it is not as it was written" in refused(folder)

    def test_a_blank_that_is_added(self, folder: Path) -> None:
        altered(folder / "0001.json", lambda text: text.replace('"number": 1', '"number":  1'))
        assert "journal/0001.json: it is not as it was written" in refused(folder)

    def test_a_key_that_stands_there_twice(self, folder: Path) -> None:
        altered(folder / "0001.json", lambda text: text.replace('  "number": 1,\n', '  "number": 1,\n' * 2))
        assert "journal/0001.json: it is not as it was written" in refused(folder)

    @pytest.mark.parametrize("number", [1, 3])
    def test_a_file_that_is_changed_and_sealed_anew(self, folder: Path, number: int) -> None:
        head = open_journal(folder).head
        sealed_anew(folder / f"000{number}.json", lambda said: said.update(run="another"))
        if number == 1:
            assert refused(folder) == (
                "journal/0002.json: it does not follow 0001.json as that is now\n"
                "  why: one of the two is not the file that was posted" + PUT_BACK
            )
        else:  # nothing follows the last one, so it takes somebody who saw it before
            assert open_journal(folder).postings[-1].run == "another"
            assert refused(folder, head) == (
                "journal/0003.json: it is not the posting that an earlier run saw\n"
                f"  why: that run recorded it with the hash {head.sha256[:16]}…" + PUT_BACK
            )

    def test_a_file_in_the_middle_that_is_taken_out(self, folder: Path) -> None:
        (folder / "0002.json").unlink()
        assert refused(folder) == (
            "journal/0002.json: this posting is not there\n  why: a later one follows it" + PUT_BACK
        )

    def test_the_first_file_that_is_taken_out(self, folder: Path) -> None:
        (folder / "0001.json").unlink()
        assert "journal/0001.json: this posting is not there" in refused(folder)

    def test_the_last_file_that_is_taken_out_is_missed_by_who_saw_it(self, folder: Path) -> None:
        head = open_journal(folder).head
        (folder / "0003.json").unlink()
        assert open_journal(folder).head.number == 2
        assert refused(folder, Head(2, open_journal(folder).head.sha256), head) == (
            "journal/0003.json: an earlier run saw this posting, and it is not there\n"
            f"  why: that run recorded it with the hash {head.sha256[:16]}…" + PUT_BACK
        )

    def test_the_whole_journal_that_is_taken_out_is_missed_by_who_saw_it(self, folder: Path) -> None:
        head = open_journal(folder).head
        shutil.rmtree(folder)
        assert "an earlier run saw this posting, and it is not there" in refused(folder, head)
        assert open_journal(folder, known=[Head(0, "")]).head == Head(0, "")

    @pytest.mark.parametrize("share", [0, 1, 50, 99])
    def test_a_file_that_is_cut_short(self, folder: Path, share: int) -> None:
        content = (folder / "0003.json").read_bytes()
        (folder / "0003.json").write_bytes(content[: len(content) * share // 100])
        assert refused(folder) == "journal/0003.json: it is cut short, or something stands after its end" + PUT_BACK

    def test_two_files_that_change_places(self, folder: Path) -> None:
        (folder / "0002.json").rename(folder / "x")
        (folder / "0003.json").rename(folder / "0002.json")
        (folder / "x").rename(folder / "0003.json")
        assert refused(folder) == (
            "journal/0002.json: it says that it is number 3\n"
            "  why: a file was given another's name, or the order was changed\n  write: the name 0003.json\n"
            "journal/0003.json: it says that it is number 2\n"
            "  why: a file was given another's name, or the order was changed\n  write: the name 0002.json"
        )

    @pytest.mark.parametrize(
        "name", ["0003 (copy).json", "3.json", "00003.json", "0000.json", "0004.JSON", "notes.txt"]
    )
    def test_a_file_under_another_name(self, folder: Path, name: str) -> None:
        (folder / "0003.json").rename(folder / name)
        assert refused(folder) == (
            f"journal/{name}: this is no posting\n  why: a journal holds nothing but its numbered files\n"
            "  write: the file somewhere else; or, if it is a posting that was renamed, its own name"
        )

    def test_a_file_that_is_put_in(self, folder: Path, tmp_path: Path) -> None:
        for pence in (1, 2, 3, 4):
            posted(tmp_path / "other", [line(pence)])
        shutil.copy(tmp_path / "other" / "journal" / "0004.json", folder)
        assert "journal/0004.json: it does not follow 0003.json as that is now" in refused(folder)

    def test_a_copy_of_the_last_one(self, folder: Path) -> None:
        shutil.copy(folder / "0003.json", folder / "0004.json")
        assert "journal/0004.json: it says that it is number 3" in refused(folder)

    def test_line_ends_that_were_changed(self, folder: Path) -> None:
        altered(folder / "0001.json", lambda text: text.replace("\n", "\r\n"))
        assert refused(folder) == (
            "journal/0001.json: its line ends were changed\n"
            "  why: a version control or a mail system has written it anew, and its hash is another one\n"
            "  write: the file as it was written; for git, a line journal/* -text in .gitattributes"
        )

    def test_a_format_of_another_version(self, folder: Path) -> None:
        sealed_anew(folder / "0001.json", lambda said: said.update(format=2))
        assert refused(folder) == (
            "journal/0001.json: its format is 2, and this version of tallystick knows 1\n"
            "  why: another version may mean something else by the same words\n"
            "  write: the version of tallystick that wrote it, or a later one"
        )

    @pytest.mark.parametrize(
        "content", [b"", b"[]", b"null\n", b"\xff\xfe", b"{" * 100_000, b'{"format": 1}\n', b"1" * 5_000]
    )
    def test_a_file_that_is_no_posting_at_all(self, folder: Path, content: bytes) -> None:
        (folder / "0003.json").write_bytes(content)
        assert refused(folder).startswith("journal/0003.json: it is ")

    def test_half_a_sign_that_only_an_escape_can_write(self, folder: Path) -> None:
        altered(folder / "0001.json", lambda text: text.replace("m2.csv", "\\ud800"))
        assert "journal/0001.json: it is not as it was written" in refused(folder)

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (lambda said: said.update(number="1"), 'the file: number is "1" and not a whole number'),
            (lambda said: said.update(number=True), "the file: number is true and not a whole number"),
            (lambda said: said.update(run=7), "the file: run is 7 and not a text"),
            (lambda said: said.update(more=1), "the file has other keys than it should: more"),
            (lambda said: said.pop("run"), "the file has other keys than it should: run"),
            (lambda said: said.update(as_at="20251119"), 'as_at is "20251119" and not a day'),
            (lambda said: said.update(as_at="2025-02-30"), 'as_at is "2025-02-30" and not a day'),
            (lambda said: said.update(months=[]), "its months are not one or more months in order"),
            (lambda said: said.update(months=["2025-05", "2025-04"]), "its months are not one or more months in order"),
            (lambda said: said.update(months=["2025-13"]), 'months is "2025-13", which cannot stand there'),
            (lambda said: said.update(months=[4]), "months is 4, which cannot stand there"),
            (lambda said: said.update(previous="0" * 64), "it does not follow 0000.json as that is now"),
            (lambda said: said.update(previous="abc"), 'previous is "abc", which cannot stand there'),
            (lambda said: said.update(lines=[1]), "line 1 is not an object in braces"),
            (lambda said: said["lines"][0].update(pence=2**63), "line 1: pence is wider than any amount"),
            (lambda said: said["lines"][0].update(pence="5"), 'line 1: pence is "5" and not a whole number'),
            (lambda said: said["lines"][0].update(pence=-100_000), "line 1 does not go from one account to another"),
            (lambda said: said["lines"][0].update(payee="QXX"), "line 1 does not go from one account to another"),
            (lambda said: said["lines"][0].update(pence=0, units=0), "line 1 does not go from one account to another"),
            (lambda said: said["lines"][0].update(starts="2025-4"), 'line 1: starts is "2025-4", which cannot stand'),
            (lambda said: said["lines"].reverse(), "line 2 is out of order, or stands there twice"),
            (lambda said: said["lines"].insert(0, said["lines"][0]), "line 2 is out of order, or stands there twice"),
            (lambda said: said["lines"][0].update(pence=100_001), "its balances are not what its lines come to"),
            (lambda said: said["balances"]["cash"].update(ZH1=1), "its balances are not what its lines come to"),
            (lambda said: said["payable"][0].update(now=1), "payable 1 does not add up"),
            (lambda said: said["payable"][0].update(now=-1, entitled=-1), "payable 1 does not add up"),
            (lambda said: said["payable"][0].update(payee="QXX"), "payable 1 does not add up"),
            (lambda said: said["payments"].append({}), "payment 1 has other keys than it should"),
        ],
    )  # fmt: skip
    def test_every_field_is_checked_even_if_the_seal_is_right(
        self, folder: Path, change: Callable[[dict[str, object]], object], says: str
    ) -> None:
        sealed_anew(folder / "0001.json", change)
        assert says in refused(folder)

    def test_all_that_is_wrong_is_told_at_once(self, folder: Path) -> None:
        altered(folder / "0001.json", lambda text: text.replace("2025-04", "2025-03"))
        (folder / "0002.json").unlink()
        (folder / "notes.txt").touch()
        with pytest.raises(InputError) as caught:
            open_journal(folder)
        assert [(fault.file, fault.code) for fault in caught.value.faults] == [
            ("journal/notes.txt", "journal/stranger"),
            ("journal/0001.json", "journal/changed"),
            ("journal/0002.json", "journal/missing"),
        ]

    def test_a_file_in_the_place_of_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "journal").touch()
        assert "journal: this is a file, and a journal is a folder" in refused(tmp_path / "journal")

    def test_hidden_files_of_others_are_left_alone(self, folder: Path) -> None:
        (folder / ".gitattributes").write_text("* -text\n")
        assert posted(folder.parent, FIRST).head.number == 4
        assert (folder / ".gitattributes").exists()
