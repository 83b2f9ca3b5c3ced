"""Two rows alike in what must be unique: found exactly, however many rows there are and wherever they stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.files import activity, repeats
from tallystick.files.activity import read_facts
from tallystick.files.problems import SHOWN
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.language.series import Code, Count, Maybe
from tallystick.kernel.tables import column
from tests.unit.facts_of import faults, only, spec_of

SPEC = spec_of({
    "visit": (Code, column("What names the row.")),
    "spell": (Maybe[Code], column("The stay that it belongs to.")),
    "question": (Maybe[Count], column("What was asked.")),
}, key="visit", unique=(("spell", "question"),))  # fmt: skip

CELLS = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]))
NUMBERS = st.one_of(st.none(), st.integers(0, 2))


def frame(rows: Sequence[tuple[str, str | None, int | None]]) -> pl.DataFrame:
    schema = {"visit": pl.String, "spell": pl.String, "question": pl.Int64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def found(tables: Sequence[pl.DataFrame]) -> list[Fault]:
    try:
        read_facts(SPEC, list(tables))
    except InputError as error:
        return list(error.faults)
    return []


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes are held a few at a time, so that a small table is gone through in portions as a large one is."""
    monkeypatch.setattr(repeats, "PORTION", 3)
    monkeypatch.setattr(repeats, "COMPARED", 3)


@pytest.mark.usefixtures("few_at_once")
@given(st.lists(st.tuples(CELLS, NUMBERS), max_size=14), st.permutations(range(14)), st.integers(0, 14))
def test_a_row_is_told_if_and_only_if_one_before_it_is_alike(
    sets: list[tuple[str | None, int | None]], order: list[int], cut: int
) -> None:
    """Nothing is like nothing, unless a row has nothing in all of the set; in one file or two, in any order."""
    keys = [f"v{number:02}" for number in order[: len(sets)]]
    rows = [(key, *both) for key, both in zip(keys, sets, strict=True)]
    expected, seen = [], dict[tuple[str | None, int | None], int]()
    for place, both in enumerate(sets):
        if both in seen:
            expected.append((place, seen[both]))
        elif both != (None, None):
            seen[both] = place
    cut = min(cut, len(rows))
    told = found([frame(rows[:cut]), frame(rows[cut:])])
    places = [(one.row or 0) - 1 for one in told]
    assert all(one.code == "row/repeated" for one in told)
    assert sorted(places) == sorted(place if place < cut else place - cut for place, _ in expected)


@pytest.mark.usefixtures("few_at_once")
def test_the_first_twenty_are_shown_in_their_order_and_the_rest_counted() -> None:
    rows = [(f"v{number}", "a", number // 2) for number in range(100, 0, -1)]
    told = found([frame(rows)])
    late = [place for place in range(1, 101) if any(rows[place - 1][1:] == other[1:] for other in rows[: place - 1])]
    assert [one.row for one in told] == late[:SHOWN]
    assert told[-1].times == len(late) - SHOWN + 1


@pytest.mark.usefixtures("few_at_once")
def test_every_row_of_those_alike_is_set_aside() -> None:
    rows = [("v9", "a", 1), ("v1", "b", 1), ("v5", "a", 1), ("v3", None, None), ("v4", None, None), ("v2", "a", 2)]
    facts = read_facts(SPEC, [frame(rows[:2]), frame(rows[2:])], set_aside=True)
    assert sorted(row["visit"] for row in facts.records()) == ["v1", "v2", "v3", "v4"]
    assert (facts.left_out, len(facts.set_aside)) == (2, 1)


def test_two_rows_far_apart_are_found_in_a_large_table(tmp_path: Path) -> None:
    """Many rows are asked of a column at a time, and those in no order in portions."""
    many = activity.MANY + 10
    numbers = pl.int_range(many, eager=True)
    shuffled = ("v" + ((numbers * 7_919) % many).cast(pl.String)).alias("visit")
    good = pl.DataFrame([shuffled, pl.Series("spell", [None] * many, dtype=pl.String)])
    good.write_parquet(tmp_path / "good.parquet")
    assert read_facts(SPEC, tmp_path / "good.parquet").rows == many
    twice = good.with_columns(visit=pl.when(numbers == many - 1).then(pl.lit(shuffled[3])).otherwise(shuffled))
    twice.write_parquet(tmp_path / "twice.parquet")
    one = only(faults(read_facts, SPEC, tmp_path / "twice.parquet"))
    assert (one.row, one.found) == (many, f'visit "{shuffled[3]}" again, as on row 4')


def test_rows_that_rise_are_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A set in which every row comes after the one before needs no search; one row that does not rise needs it."""
    asked: list[tuple[str, ...]] = []
    search = repeats.repeated

    def told(parts: object, names: tuple[str, ...], rows: int) -> object:
        asked.append(names)
        return search(parts, names, rows)  # type: ignore[arg-type]

    monkeypatch.setattr("tallystick.files.survey.repeated", told)
    rises = [("v1", "a", 1), ("v2", "a", 2), ("v3", "b", 0), ("v4", "c", 0)]
    assert not found([frame(rises)])
    assert asked == []
    for odd in (("v5", "c", 0), ("v5", "b", 9), ("v5", None, 1), ("v5", "d", None)):
        asked.clear()
        found([frame([*rises, odd])])
        assert asked == [("spell", "question")]
    assert found([frame([*rises, ("v4", "d", 1)])])[0].row == 5


def test_rows_that_change_between_two_readings_are_told() -> None:
    """What was checked has to be what is settled."""
    answers = iter([["1", "2", "one"]])
    lazy = pl.LazyFrame({"visit": ["a", "b", "c"]}).map_batches(
        lambda of: of.with_columns(pl.Series("question", next(answers, ["1", "2", "3"]))),
        schema={"visit": pl.String, "question": pl.String},
    )  # fmt: skip
    assert only(faults(read_facts, SPEC, lazy, identifiers=True)).code == "file/changed"
