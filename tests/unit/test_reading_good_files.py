"""What was asked of every cell of a file once is not asked again by each query, and reads the same."""

from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl

from tallystick.files.activity import read_facts
from tallystick.kernel.facts import Facts
from tests.unit.facts_of import Visits


def of(tmp_path: Path, *files: list[str | None]) -> Facts:
    """Visits from as many files of columns, with these slots."""
    paths = []
    for number, slots in enumerate(files):
        path = tmp_path / f"{number}.parquet"
        rows = {
            "visit": [f"{number}-{row}" for row in range(len(slots))], "provider": "RNU",
            "day": datetime.date(2024, 5, 31), "slot": pl.Series(slots, dtype=pl.String),
        }  # fmt: skip
        pl.DataFrame(rows).write_parquet(path)
        paths.append(path)
    return read_facts(Visits.table, paths if len(paths) > 1 else paths[0])


def slots(facts: Facts) -> list[str | None]:
    return [row["slot"] for row in facts.records()]


def asks_again(facts: Facts, *columns: str) -> bool:
    return "when(" in facts.frame.select(columns).explain()


def test_an_empty_text_in_a_file_of_columns_is_nothing(tmp_path: Path) -> None:
    facts = of(tmp_path, ["s", "", None])
    assert slots(facts) == ["s", None, None]
    assert facts.stats["slot"].nulls == 2
    assert asks_again(facts, "slot")


def test_an_empty_text_in_one_of_several_files_is_nothing(tmp_path: Path) -> None:
    assert slots(of(tmp_path, ["s", None], ["", "t"])) == ["s", None, None, "t"]


def test_texts_and_days_of_a_good_file_are_taken_as_they_are(tmp_path: Path) -> None:
    facts = of(tmp_path, ["s", None])
    assert slots(facts) == ["s", None]
    assert not asks_again(facts, "visit", "provider", "day", "slot")
    assert not asks_again(of(tmp_path, ["s", ""]), "visit", "provider", "day")


def test_a_file_that_was_checked_before_is_read_the_same(tmp_path: Path) -> None:
    for given in (["s", ""], ["s", None]):
        first, again = of(tmp_path, given), of(tmp_path, given)
        assert slots(first) == slots(again) == ["s", None]
        assert asks_again(first, "slot") == asks_again(again, "slot")
