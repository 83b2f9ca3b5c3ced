"""A good file is checked once: what is remembered counts for the same bytes and the same question, and for no other."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from tallystick.files import activity, remembered
from tallystick.files import survey as surveys
from tallystick.files.activity import read_facts
from tallystick.files.checking import Checking
from tallystick.kernel.errors import InputError
from tallystick.kernel.facts import Facts
from tests.unit.facts_of import Visits, faults, only

ROWS = {
    "visit": ["v1", "v2", "v3"], "provider": ["RNU", "RNU", "RTH"], "day": ["2024-05-31", "2024-06-01", "2024-06-02"],
    "minutes": ["10", "20", "30"], "cost_pence": ["100", "-0", "300"], "tariff_pence": ["1.5", "2.25", "3"],
    "began": ["2024-05-31 10:00", "", "2024-06-02 10:00"],
}  # fmt: skip


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Remember files of any size, in a folder of this test's own; the list grows by a table for each survey."""
    tables: list[str] = []
    survey = surveys.survey

    def counted(spec: Any, *args: Any, **how: Any) -> Any:
        tables.append(spec.name)
        return survey(spec, *args, **how)

    monkeypatch.setenv(remembered.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(activity, "SMALLEST", 0)
    monkeypatch.setattr(surveys, "survey", counted)
    return tables


@pytest.fixture(params=["csv", "parquet"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return written(tmp_path / f"visits.{request.param}", ROWS)


def written(path: Path, rows: dict[str, list[str]]) -> Path:
    frame = pl.DataFrame(rows)
    frame.write_csv(path) if path.suffix == ".csv" else frame.write_parquet(path, compression="uncompressed")
    return path


def entries(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "checked").glob("*")) if (tmp_path / "cache").exists() else []


LEFT_OUT = ("frame", "records", "spec", "checked_before", "rising")


def told(facts: Facts) -> Any:
    """Everything that a run can see of facts."""
    plain = attrs.asdict(facts, recurse=False, filter=lambda at, _: at.name not in LEFT_OUT)
    return (
        plain,
        list(facts.records()),
        facts.frame.collect(),
        {name for name in facts.spec.columns if facts.rises(name)},
    )


def same(first: Facts, second: Facts) -> bool:
    one, other = told(first), told(second)
    return bool((one[0], one[1], one[3]) == (other[0], other[1], other[3]) and one[2].equals(other[2]))


def test_the_same_file_is_checked_once_and_read_the_same(asked: list[str], path: Path) -> None:
    first, second = read_facts(Visits.table, path), read_facts(Visits.table, path)
    assert asked == ["visits"]
    assert same(first, second)
    assert (first.checked_before, second.checked_before) == (False, True)
    assert first.stats["tariff"].scale == 100
    again = read_facts(Visits.table, path, checking=Checking(again=True))
    assert asked == ["visits", "visits"]
    assert same(first, again)
    elsewhere = path.rename(path.with_name(f"moved{path.suffix}"))
    read_facts(Visits.table, elsewhere, set_aside=True)
    assert asked == ["visits", "visits"]


def test_one_byte_that_changed_is_checked_and_found(asked: list[str], path: Path) -> None:
    """Also where the file is as long as before and says that it was last written when it was."""
    read_facts(Visits.table, path)
    before, stated = path.read_bytes(), path.stat()
    path.write_bytes(before.replace(b"2024-06-01", b"2024-06-31"))
    os.utime(path, ns=(stated.st_atime_ns, stated.st_mtime_ns))
    assert path.stat().st_size == stated.st_size
    assert {one.code for one in faults(read_facts, Visits.table, path)} == {"cell/impossible-date"}
    path.write_bytes(before)
    asked.clear()
    read_facts(Visits.table, path)
    assert asked == []


def test_files_with_faults_are_not_remembered(asked: list[str], path: Path, tmp_path: Path) -> None:
    written(path, ROWS | {"visit": ["v1", "v2", "v1"]})
    for _ in range(2):
        assert only(faults(read_facts, Visits.table, path)).code == "row/repeated"
        assert read_facts(Visits.table, path, set_aside=True).left_out == 2
    assert entries(tmp_path) == []
    assert asked


def test_another_question_is_asked_again(asked: list[str], path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another declaration, mapping, unit of account, setting of identifiers, or another version of the code."""
    spec = Visits.table
    few = attrs.evolve(spec, columns=spec.columns | {"minutes": attrs.evolve(spec.columns["minutes"], at_most=25)})
    read_facts(spec, path)
    asked.clear()
    with pytest.raises(InputError, match="too high"):
        read_facts(few, path)
    ways: list[dict[str, Any]] = [{"mapping": {"minutes": ""}}, {"money": "EUR"}, {"identifiers": True}]
    for how in ways:
        read_facts(spec, path, **how)
    assert len(asked) == 4
    monkeypatch.setattr(remembered, "_code", lambda: "another version")
    read_facts(spec, path)
    assert len(asked) == 5
    monkeypatch.setattr(remembered, "_code", lambda: "")
    for _ in range(2):
        read_facts(spec, path)
    assert len(asked) == 7


def test_several_files_are_remembered_in_their_order(asked: list[str], tmp_path: Path) -> None:
    """In another order the rows are in another, which joins rely on."""
    first = written(tmp_path / "1.csv", ROWS)
    second = written(tmp_path / "2.csv", ROWS | {"visit": ["w1", "w2", "w3"]})
    for paths in ([first, second], [first, second], [second, first], [first]):
        fresh, kept = read_facts(Visits.table, paths, checking=Checking(again=True)), read_facts(Visits.table, paths)
        assert same(fresh, kept)
    assert len(asked) == 4
    read_facts(Visits.table, [first, pl.DataFrame(ROWS | {"visit": ["x1", "x2", "x3"]})])
    read_facts(Visits.table, [first, pl.DataFrame(ROWS | {"visit": ["x1", "x2", "x3"]})])
    assert len(asked) == 6


def spoilt(whole: str) -> list[bytes]:
    entry = json.loads(whole)
    other = [
        entry | {"answers": entry["answers"] | {"rows": 4}}, entry | {"answers": [1]}, entry | {"key": "another"},
        {"answers": {}}, [entry], None, "x", {**entry, "sum": None},
    ]  # fmt: skip
    cut = [whole[:at].encode() for at in (0, 1, len(whole) // 2, len(whole) - 1)]
    return [*cut, b"\xff\xfe\x00", b"[" * 100_000, *(json.dumps(one).encode() for one in other)]


def test_an_entry_that_is_not_whole_is_as_good_as_none_and_is_replaced(asked: list[str], tmp_path: Path) -> None:
    path = written(tmp_path / "visits.csv", ROWS)
    first = read_facts(Visits.table, path)
    (entry,) = entries(tmp_path)
    whole = entry.read_text()
    for content in spoilt(whole):
        entry.write_bytes(content)
        asked.clear()
        assert same(first, read_facts(Visits.table, path))
        assert asked == ["visits"], content[:80]
        assert entry.read_text() == whole
        assert entries(tmp_path) == [entry]


def test_an_entry_of_another_file_is_not_taken(asked: list[str], tmp_path: Path) -> None:
    one, two = (written(tmp_path / name, ROWS | {"minutes": [name[0]] * 3}) for name in ("1.csv", "2.csv"))
    read_facts(Visits.table, one)
    (first,) = entries(tmp_path)
    read_facts(Visits.table, two)
    (second,) = set(entries(tmp_path)) - {first}
    second.write_bytes(first.read_bytes())
    assert read_facts(Visits.table, two).stats["minutes"].highest == 2
    assert len(asked) == 3


def test_what_is_remembered_holds_no_text_of_a_row(asked: list[str], path: Path, tmp_path: Path) -> None:
    read_facts(Visits.table, path)
    (entry,) = entries(tmp_path)
    assert all(isinstance(value, int | None) for value in json.loads(entry.read_text())["answers"].values())
    assert not any(cell in entry.read_text() for cell in ("RNU", "RTH", "v1", "2024"))


def test_a_file_that_is_written_while_it_is_checked_is_not_remembered(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, counted = written(tmp_path / "visits.parquet", ROWS), surveys.survey

    def meanwhile(*args: Any, **how: Any) -> Any:
        found = counted(*args, **how)
        written(path, ROWS | {"minutes": ["1", "2", "3"]})
        return found

    monkeypatch.setattr(surveys, "survey", meanwhile)
    read_facts(Visits.table, path)
    assert entries(tmp_path) == []
    assert asked == ["visits"]


def test_two_runs_at_once_leave_one_whole_entry(asked: list[str], tmp_path: Path) -> None:
    path = written(tmp_path / "visits.csv", ROWS)
    read_facts(Visits.table, path)
    (entry,) = entries(tmp_path)
    key, answers = json.loads(entry.read_text())["key"], json.loads(entry.read_text())["answers"]
    seen: list[bool] = []

    def often(work: Callable[[], object]) -> Callable[[], None]:
        return lambda: [work() for _ in range(200)].clear()

    def looks() -> None:
        seen.append(remembered.recall(key) == answers)

    works = [lambda: remembered.remember(key, answers), looks] * 2
    threads = [threading.Thread(target=often(work)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 400
    assert all(seen)
    assert entries(tmp_path) == [entry]


def test_where_nothing_can_be_kept_every_file_is_checked(
    asked: list[str], path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("a file, and no folder")
    for place in ("off", "", "OFF", str(tmp_path / "taken")):
        monkeypatch.setenv(remembered.VARIABLE, place)
        asked.clear()
        for _ in range(2):
            read_facts(Visits.table, path)
        assert asked == ["visits", "visits"]
    assert entries(tmp_path) == []


def test_small_files_and_frames_are_not_remembered(
    asked: list[str], path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_facts(Visits.table, pl.DataFrame(ROWS))
    monkeypatch.setattr(activity, "SMALLEST", path.stat().st_size + 1)
    read_facts(Visits.table, path)
    assert entries(tmp_path) == []


def test_the_oldest_entries_make_room(asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_ENTRIES", 2)
    kept = []
    for number in range(4):
        read_facts(Visits.table, written(tmp_path / "visits.csv", ROWS | {"minutes": [str(number)] * 3}))
        (new,) = set(entries(tmp_path)) - set(kept)
        os.utime(new, (number, number))
        kept.append(new)
    assert set(entries(tmp_path)) == set(kept[2:])


@pytest.mark.parametrize(("system", "variable", "below"), [
    ("linux", "XDG_CACHE_HOME", "tallystick/checked"), ("linux", "", ".cache/tallystick/checked"),
    ("darwin", "", "Library/Caches/tallystick/checked"), ("win32", "LOCALAPPDATA", "tallystick/checked"),
])  # fmt: skip
def test_the_folder_is_where_the_platform_has_such_things(
    system: str, variable: str, below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (remembered.VARIABLE, "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path))
    assert remembered.folder() == tmp_path / below
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert (remembered.folder() or Path()).is_absolute()


def test_progress_says_what_is_checked_and_what_was(asked: list[str], path: Path) -> None:
    said: list[str] = []
    for _ in range(2):
        read_facts(Visits.table, path, checking=Checking(progress=lambda what, done, of: said.append(what)))
    assert said[0] == said[-2] == "reading visits"
    assert said[1].startswith("checking visits")
    assert said[-1] == "visits was checked before"


def test_progress_of_many_rows_tells_the_time_that_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "MANY", 2)
    said: list[tuple[str, int, int]] = []
    path = written(tmp_path / "visits.parquet", ROWS)
    read_facts(Visits.table, path, checking=Checking(progress=lambda *what: said.append(what)))
    columns = [one for one in said if one[0].startswith("checking")]
    assert columns[0][0] == "checking visits: 3 rows"
    assert [done for _, done, _ in columns] == list(range(columns[0][2]))
    assert all("rows, " in what and what.endswith(" s left") for what, _, _ in columns[1:])
