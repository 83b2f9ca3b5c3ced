"""Rows that are known to be in the order of their key: joins merge them, and one wrong claim would lose matches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.files.activity import read_facts
from tallystick.files.rebuilt import rebuilt, together
from tallystick.kernel.facts import Facts
from tallystick.kernel.language.series import Code, Count, Maybe
from tallystick.kernel.tables import column
from tests.unit.facts_of import faults, only, spec_of

VISIT = (Code, column("What names the row."))
MINUTES = (Maybe[Count], column("How long it took."))
SPELL = (Maybe[Code], column("The stay that it belongs to."))
SPEC = spec_of({"visit": VISIT, "minutes": MINUTES}, key="visit")
OF_STAYS = spec_of({"visit": VISIT, "spell": SPELL, "minutes": MINUTES}, key="visit", unique=(("spell", "minutes"),))


def known(facts: Facts) -> set[str]:
    """The columns by which the rows are said to be in order."""
    return {name for name in facts.spec.columns if facts.rises(name)}


def in_files(folder: Path, *files: list[Any], rows_in_a_group: int = 10_000) -> Facts:
    """Read visits of the given keys from Parquet files, in groups of so many rows."""
    paths = []
    folder.mkdir(exist_ok=True)
    for number, keys in enumerate(files):
        frame = pl.DataFrame({"visit": keys, "minutes": range(len(keys))}, schema_overrides={"visit": pl.String})
        paths.append(folder / f"{number}.parquet")
        frame.write_parquet(paths[-1], row_group_size=rows_in_a_group)
    return read_facts(SPEC, paths)


def keys(many: int, first: int = 0) -> list[str]:
    return [f"v{number:07}" for number in range(first, first + many)]


def test_rows_that_never_fall_are_known_to_be_in_order(tmp_path: Path) -> None:
    assert known(in_files(tmp_path, keys(30_000))) == {"visit"}
    assert known(in_files(tmp_path, keys(10), keys(10, 10), keys(10, 20))) == {"visit"}


@pytest.mark.parametrize("place", [1, 9_999, 10_000, 10_001, 19_999, 20_000, 29_999])
def test_one_fall_anywhere_is_seen(tmp_path: Path, place: int) -> None:
    """Also where a row group begins, and in the last row."""
    rows = keys(30_000)
    rows[place] = "v"
    assert known(in_files(tmp_path, rows)) == set()


def test_a_fall_between_two_files_is_seen(tmp_path: Path) -> None:
    assert known(in_files(tmp_path, keys(10, 10), keys(10))) == set()
    assert known(in_files(tmp_path, keys(10), ["a"], keys(10, 20))) == set()


def test_rows_from_the_last_to_the_first_are_not_in_order(tmp_path: Path) -> None:
    assert known(in_files(tmp_path, keys(30_000)[::-1])) == set()


def test_text_is_in_the_order_of_its_bytes_and_of_no_language(tmp_path: Path) -> None:
    """A dictionary has "apple" before "Zebra" and "é" beside "e"; a join compares bytes."""
    assert known(in_files(tmp_path, ["apple", "Zebra"])) == set()
    assert known(in_files(tmp_path, ["e", "é", "f"])) == set()
    assert known(in_files(tmp_path, ["Zebra", "apple", "f", "é", "\uffee", "\U0001f600"])) == {"visit"}
    assert known(in_files(tmp_path, ["v9", "v10"])) == set()
    assert known(in_files(tmp_path, ["a", "a.b", "aa"])) == {"visit"}


def test_a_table_without_rows_or_with_one_is_in_order(tmp_path: Path) -> None:
    assert in_files(tmp_path, []).frame.collect().height == 0
    assert known(in_files(tmp_path, ["v1"])) == {"visit"}


def test_a_column_with_nothing_in_a_row_is_in_no_order() -> None:
    rows = {"visit": ["a", "b", "c"], "minutes": [1, 2, 3]}
    assert known(read_facts(OF_STAYS, pl.DataFrame({**rows, "spell": ["a", "a", "b"]}))) == {"visit", "spell"}
    for spells in (["a", "b", None], [None, "a", "b"], ["a", None, "b"], ["a", "", "b"], ["b", None, "a"]):
        assert known(read_facts(OF_STAYS, pl.DataFrame({**rows, "spell": spells}))) == {"visit"}
    nothing = pl.DataFrame({**rows, "spell": [None] * 3}, schema_overrides={"spell": pl.String})
    assert known(read_facts(OF_STAYS, nothing)) == {"visit"}


def test_text_files_are_in_order_as_parquet_is(tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text("visit,minutes\nv1,1\n\nv2,2\n")
    second.write_text("minutes,visit\n3,v3\n")
    assert known(read_facts(SPEC, [first, second])) == {"visit"}
    assert known(read_facts(SPEC, [second, first])) == set()


def test_rows_set_aside_are_no_part_of_the_order() -> None:
    """A fall that only a faulty row makes is gone with it; a fall that its absence leaves is there."""
    rows = {"visit": ["a", "z", "b"], "minutes": ["1", "one", "3"]}
    assert known(read_facts(SPEC, pl.DataFrame(rows), set_aside=True)) == {"visit"}
    assert known(read_facts(SPEC, pl.LazyFrame(rows), set_aside=True)) == {"visit"}
    rows = {"visit": ["b", "bb", "a"], "minutes": ["1", "one", "3"]}
    assert known(read_facts(SPEC, pl.DataFrame(rows), set_aside=True)) == set()


def test_a_query_of_the_callers_is_not_said_to_be_in_order() -> None:
    """It is worked out again by every query of the run, and may then give its rows in another order."""
    frame = pl.DataFrame({"visit": ["a", "b"], "minutes": [1, 2]})
    assert known(read_facts(SPEC, frame.lazy())) == set()
    assert known(read_facts(SPEC, [frame, frame.lazy().select(pl.col("visit") + "c", "minutes")])) == set()
    assert known(read_facts(SPEC, frame)) == {"visit"}
    assert known(read_facts(SPEC, frame.to_pandas())) == {"visit"}
    assert known(read_facts(SPEC, frame.to_arrow())) == {"visit"}


WRONG: dict[str, tuple[list[Any], bool]] = {
    "it falls": (["b", "a", "c"], False), "it rises": (["a", "b", "c"], True), "numbers": ([3, 1, 2], False),
    "one row falls": (["a", "c", "b"], False), "nothing in the middle": (["a", None, "b"], False),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_mark_that_comes_with_a_frame_is_refused(what: str) -> None:
    """Polars believes such a mark; two tables were joined by one, and lost matches without a word."""
    cells, falling = WRONG[what]
    frame = pl.DataFrame({"visit": ["a", "b", "c"], "spell": ["a"] * 3, "extra": cells})
    marked = frame.with_columns(pl.col("extra").set_sorted(descending=falling))
    for source in (marked, frame.lazy().set_sorted("extra", descending=falling)):
        fault = only(faults(read_facts, OF_STAYS, source, mapping={"extra": ""}))
        assert (fault.code, fault.column) == ("column/not-in-order", "extra")


def test_a_wrong_mark_of_a_frame_inside_a_query_finds_every_match_all_the_same() -> None:
    """It cannot be seen in the query; what is read of a code is made anew, and carries no mark."""
    rows = keys(30_000)[::-1]
    marked = pl.DataFrame({"visit": rows, "minutes": range(30_000)}).with_columns(pl.col("visit").set_sorted())
    facts = read_facts(SPEC, marked.lazy())
    assert known(facts) == set()
    _finds_every_match(facts, read_facts(SPEC, pl.DataFrame({"visit": rows[::-1]})))


def test_a_right_mark_is_taken_and_not_relied_on() -> None:
    for rows, falling in ((["a", "b", "b"], False), (["c", "b", "a"], True), ([None, "a", "b"], False), ([], False)):
        extra = pl.Series("extra", rows, dtype=pl.String).set_sorted(descending=falling)
        keys = [f"v{number}" for number in range(len(rows))]
        frame = pl.DataFrame([pl.Series("visit", keys, dtype=pl.String), extra])
        for source in (frame, frame.lazy(), frame.sort("visit"), frame.lazy().sort("visit")):
            facts = read_facts(OF_STAYS, source, mapping={"extra": ""})
            assert facts.rows == len(rows)
            assert known(facts) == (set() if isinstance(source, pl.LazyFrame) else {"visit"})


def test_facts_that_are_put_together_find_every_match(tmp_path: Path) -> None:
    """Two tables in order are together in none, and rows that were chosen from them stay in theirs."""
    one, other, every = (in_files(tmp_path / name, rows) for name, rows in {
        "one": keys(20_000, 20_000), "other": keys(20_000), "every": keys(40_000),
    }.items())  # fmt: skip
    odd = rebuilt(one, one.frame.filter(pl.col("minutes") % 2 == 1), mark="odd")
    for facts in (together([one, other]), together([other, one]), odd):
        _finds_every_match(facts, every)


CODES = st.text(alphabet="ab Zé\uffee\U0001f600", min_size=1, max_size=2).filter(lambda code: code == code.strip())


@given(st.lists(CODES, unique=True, max_size=12), st.booleans(), st.integers(1, 4))
def test_joins_find_the_same_rows_whatever_the_order(codes: list[str], tidy: bool, groups: int) -> None:
    rows = sorted(codes, key=str.encode) if tidy else codes
    frame = pl.DataFrame({"visit": rows, "minutes": range(len(rows))}, schema_overrides={"visit": pl.String})
    many = max(1, len(rows) // groups)
    facts = read_facts(SPEC, [frame[at : at + many] for at in range(0, max(1, len(rows)), many)])
    assert (known(facts) == {"visit"}) == (rows == sorted(rows, key=str.encode))
    everything = pl.DataFrame({"visit": sorted(codes, key=str.encode)}, schema={"visit": pl.String})
    _finds_every_match(facts, read_facts(SPEC, everything))


def _finds_every_match(facts: Facts, everything: Facts) -> None:
    """Every row is found from a table in order, and finds its own there."""
    mine = facts.frame.select("visit", mine="minutes")
    found = mine.join(everything.frame.select("visit", there=True), on="visit", how="left").collect(engine="streaming")
    assert found.height == facts.rows
    assert found["there"].null_count() == 0
    back = everything.frame.join(mine, on="visit", how="left").collect(engine="streaming")
    assert sorted(back["mine"].drop_nulls()) == sorted(found["mine"])
