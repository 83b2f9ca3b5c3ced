"""Rows read stretch by stretch beside a table in the same order find what a join of the whole would."""

from __future__ import annotations

import re

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel import pay
from tallystick.kernel.errors import SettlementError
from tallystick.kernel.pay.engines import blocks
from tallystick.kernel.pay.engines.blocks import Other, beside
from tallystick.kernel.program import compose
from tallystick.kernel.progress import rows_of, watched
from tests import support
from tests.spec.drawn import Spells
from tests.spec.test_language_windows import UpTo
from tests.support import case, contract, framed_tables, use

SHORT = st.text("ab0", max_size=3)
ALIKE = st.integers(0, 30).map("RXX-{:08d}".format)
"""Of one length, and different in their last letters alone: such keys are joined as numbers."""
NEARLY = st.builds("{}{:0{}d}".format, st.sampled_from(["", "R", "RY", "é"]), st.integers(0, 30), st.integers(6, 9))
KEYS = st.one_of(st.lists(one, max_size=40) for one in (SHORT, ALIKE, NEARLY, st.one_of(SHORT, ALIKE, NEARLY))).map(
    lambda keys: sorted(keys, key=str.encode)
)


def table(keys: list[str]) -> pl.LazyFrame:
    numbers = pl.Series("number", range(len(keys)), dtype=pl.Int64)
    return pl.LazyFrame({"key": pl.Series(keys, dtype=pl.String), "number": numbers})


def other(keys: list[str], name: str, *, repeats: bool = False, least: int = 0) -> Other:
    def made(frame: pl.LazyFrame) -> pl.LazyFrame:
        found = frame.filter(pl.col("number") >= least)
        value = pl.lit(True) if repeats else pl.col("number")
        return found.select(pl.col("key").alias(f"{name} key"), value.alias(name))

    return Other(
        frame=table(keys), key="key", made=made, key_made=f"{name} key", repeats=repeats
    )  # fmt: skip


def by_hand(keys: list[str], found_in: list[str], least: int) -> list[int | None]:
    there = {key: number for number, key in enumerate(found_in) if number >= least}
    return [there.get(key) for key in keys]


@given(
    keys=KEYS,
    once=KEYS.map(lambda them: sorted(set(them), key=str.encode)),
    often=KEYS,
    least=st.integers(0, 5),
    size=st.integers(1, 9),
)
def test_stretches_find_what_the_whole_has(
    keys: list[str], once: list[str], often: list[str], least: int, size: int
) -> None:
    before = blocks.BLOCK, blocks.PIECE
    try:
        blocks.BLOCK, blocks.PIECE = size, 2
        others = [other(once, "once", least=least), other(often, "often", repeats=True)]
        frame = beside(table(keys), lambda part: part, "key", others).collect(engine="streaming")
    finally:
        blocks.BLOCK, blocks.PIECE = before
    assert frame["key"].to_list() == keys
    assert frame["number"].to_list() == list(range(len(keys)))
    assert frame["once"].to_list() == by_hand(keys, once, least)
    assert frame["often"].to_list() == [True if key in often else None for key in keys]


def test_keys_of_one_length_are_joined_as_numbers_and_others_as_texts() -> None:
    def form(*keys: str) -> tuple[list[int] | None, object]:
        found = blocks._Keys.of(pl.Series("key", keys, dtype=pl.String))
        return None if found.numbers is None else found.numbers.to_list(), found.form

    eight = int.from_bytes(b"00000001")
    assert form("S00000001", "S00000002") == ([eight, eight + 1], (9, b"S"))
    assert form("00000001") == ([eight], (8, b""))
    assert form("S00000002", "S00000001")[0] is None  # not in order
    assert form("0000001", "0000002")[0] is None  # too short
    assert form("S00000001", "T00000001")[0] is None  # two beginnings
    assert form("S00000001", "S000000011")[0] is None  # two lengths
    assert form()[0] is None


def test_equal_endings_of_different_keys_find_nothing() -> None:
    frame = beside(table(["R00000001"]), lambda part: part, "key", [other(["S00000001"], "once")])
    assert frame.collect(engine="streaming")["once"].to_list() == [None]
    longer = beside(table(["R00000001"]), lambda part: part, "key", [other(["RR00000001"], "once")])
    assert longer.collect(engine="streaming")["once"].to_list() == [None]


def test_a_row_that_has_lost_its_key_stops_the_run() -> None:
    def emptied(part: pl.LazyFrame) -> pl.LazyFrame:
        return part.with_columns(key=pl.lit(None, pl.String))

    frame = beside(table(["a"]), emptied, "key", [other(["a"], "once")])
    with pytest.raises(SettlementError, match="a row has no key; settle it again"):
        frame.collect(engine="streaming")


def test_a_key_of_which_one_row_is_wanted_goes_on_in_the_next_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three rows of one case the last is the one that is looked up, and a stretch ends before it."""
    monkeypatch.setattr(blocks, "BLOCK", 2)
    third = other(["a", "a", "a", "b"], "third", least=2)
    frame = beside(table(["a", "b"]), lambda part: part, "key", [third]).collect(engine="streaming")
    assert frame["third"].to_list() == [2, 3]


def test_only_what_is_asked_for_is_read_and_conditions_are_kept() -> None:
    keys = [f"{number:03d}" for number in range(50)]
    frame = beside(
        table(keys), lambda part: part, "key", [other(keys[::3], "once"), other(keys, "often", repeats=True)]
    )
    asked = frame.filter(pl.col("once") > 10).select("number")
    assert asked.collect(engine="streaming")["number"].to_list() == list(range(33, 50, 3))
    assert frame.select("often").head(4).collect()["often"].to_list() == [True] * 4


def test_a_key_that_came_to_be_twice_stops_the_run() -> None:
    frame = beside(table(["a", "b"]), lambda part: part, "key", [other(["a", "a"], "once")])
    with pytest.raises(Exception, match="key is twice where each was once") as stopped:
        frame.collect(engine="streaming")
    assert isinstance(stopped.value, SettlementError)


def test_rows_that_are_made_anew_may_be_fewer_and_in_another_order() -> None:
    keys = [f"{number:03d}" for number in range(30)]

    def turned(part: pl.LazyFrame) -> pl.LazyFrame:
        return part.filter(pl.col("number") % 2 == 0).sort("number", descending=True)

    frame = beside(table(keys), turned, "key", [other(keys[::3], "once")]).collect(engine="streaming")
    assert sorted(frame["key"].to_list()) == keys[::2]
    assert {key: found for key, _, found in frame.rows() if found is not None} == {
        key: number for number, key in enumerate(keys[::3]) if key in keys[::2]
    }


def test_whoever_watches_is_told_of_the_rows_the_pace_and_the_time_that_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 10)
    said: list[tuple[str, int, int]] = []
    with watched(lambda *what: said.append(what)):
        told = rows_of(lambda: "paying spells")
    keys = [f"{number:03d}" for number in range(25)]
    beside(table(keys), lambda part: part, "key", [], told=told).collect(engine="streaming")
    assert [(done, of) for _, done, of in said] == [(0, 25), (10, 25), (20, 25)]
    assert said[0][0] == "paying spells: 25 rows"
    assert re.fullmatch(r"paying spells: 25 rows, [\d,]+ a second, 1 s left", said[1][0])


@pytest.mark.parametrize("rows", [["b", "c", "a"], ["b", "a"]])
def test_rows_that_are_out_of_order_by_now_stop_the_run(monkeypatch: pytest.MonkeyPatch, rows: list[str]) -> None:
    """A match would be lost if rows went back to a stretch that was let go."""
    monkeypatch.setattr(blocks, "BLOCK", 1)
    frame = beside(table(rows), lambda part: part, "key", [other(["a", "b", "c"], "once")])
    with pytest.raises(SettlementError, match="its rows are no longer in the order of key; settle it again"):
        frame.collect(engine="streaming")


def test_what_is_looked_up_and_is_out_of_order_by_now_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 2)
    frame = beside(table(["a", "b", "c"]), lambda part: part, "key", [other(["c", "b", "a"], "once")])
    with pytest.raises(SettlementError, match="what is looked up is no longer in the order of key"):
        frame.collect(engine="streaming")


@pytest.mark.parametrize("counted", [1, 3])
def test_a_row_more_or_less_than_was_checked_stops_the_settlement(counted: int) -> None:
    """Whatever lost it or doubled it, in whatever engine."""
    made = case(contract("A", use(UpTo, limit="£2.50")), tables=[Spells])
    spells = [{"spell": f"{n}", "discharged": f"2025-05-0{n}", "cost": "£1.00"} for n in (1, 2)]
    program = compose(made)
    facts = framed_tables(program, support.rows_of(made, {"spells": spells}))
    facts["spells"] = evolve(facts["spells"], rows=counted)
    with pytest.raises(SettlementError, match=rf"spells: {counted} rows were checked, and 2 would be paid for"):
        pay.read(program, facts)
