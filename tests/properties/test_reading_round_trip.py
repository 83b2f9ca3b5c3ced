"""Rows written as CSV and as Parquet are read back equal, and a survey doubts exactly the cells that have a fault."""

from __future__ import annotations

import csv
import datetime
import tempfile
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from tallystick.files.activity import read_facts
from tallystick.files.columns import part_of
from tallystick.files.headings import match_columns
from tallystick.files.sources import open_all
from tallystick.kernel.money import money_text, parse_amount, parse_price, parse_rate
from tests.unit.facts_of import Visits

LONDON = ZoneInfo("Europe/London")
WIDEST = 2**63 - 1


def _was(moment: datetime.datetime) -> bool:
    """Whether a London clock ever showed the time."""
    there = moment.replace(tzinfo=LONDON).astimezone(datetime.UTC)
    return there.astimezone(LONDON).replace(tzinfo=None) == moment


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


codes = st.text("ABCxyz0123456789-_,\"'£é/", min_size=1, max_size=8)
minutes_of_a_century = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2099, 12, 31, 23, 59)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0)
)
rows = st.lists(
    st.fixed_dictionaries({
        "provider": st.sampled_from(["RNU", "RTH", "0AB"]),
        "day": st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 12, 31)),
        "slot": maybe(codes),
        "visits": maybe(st.integers(0, WIDEST)),
        "cost": maybe(st.integers(0, 500_000)),
        "correction": maybe(st.integers(-WIDEST, WIDEST)),
        "tariff": maybe(st.decimals(0, 10**6, places=6).map(Fraction)),
        "share": maybe(st.decimals(Decimal("0.1"), 1, places=12).map(Fraction)),
        "urgent": maybe(st.booleans()),
        "began": maybe(minutes_of_a_century.filter(_was)),
    }),
    max_size=8,
)  # fmt: skip


def _decimal(value: Fraction, places: int) -> Decimal:
    return Decimal(int(value * 10**places)).scaleb(-places)


def _cell(name: str, value: Any) -> str:
    """The value as one would write it in a spreadsheet."""
    if value is None:
        return ""
    if name in ("cost", "correction"):
        return money_text(value)
    if name in ("tariff", "share"):
        return f"{_decimal(value, 12):f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime.datetime) else str(value)


def _parquet_value(name: str, value: Any) -> Any:
    return _decimal(value, 12) if name in ("tariff", "share") and value is not None else value


HEADED = {"cost": "cost_pence", "correction": "correction_pence", "tariff": "tariff_pence"}
TYPES: dict[str, Any] = {
    "tariff": pl.Decimal(38, 12), "share": pl.Decimal(38, 12), "visits": pl.Int64, "cost": pl.Int64,
    "correction": pl.Int64, "slot": pl.String, "urgent": pl.Boolean, "began": pl.Datetime("us"), "day": pl.Date,
}  # fmt: skip


def _as_csv(path: Path, given_rows: list[dict[str, Any]]) -> None:
    names = list(Visits.table.columns)
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write("tariff_pence" if name == "tariff" else name for name in names)
        for row in given_rows:
            write(_cell(name, row.get(name)) for name in names)


def _as_frame(given_rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame({
        HEADED.get(name, name): pl.Series(
            [_parquet_value(name, row.get(name)) for row in given_rows], dtype=TYPES.get(name, pl.String)
        )
        for name in Visits.table.columns
        if name not in ("pod", "minutes")
    })  # fmt: skip


@given(rows)
def test_typed_rows_come_back_equal_from_csv_parquet_and_a_frame(generated: list[dict[str, Any]]) -> None:
    given_rows = [{"visit": f"v{number}", "pod": None, "minutes": None, **row} for number, row in enumerate(generated)]
    with tempfile.TemporaryDirectory() as folder:
        csv_file, parquet = Path(folder, "visits.csv"), Path(folder, "visits.parquet")
        _as_csv(csv_file, given_rows)
        _as_frame(given_rows).write_parquet(parquet, row_group_size=3)
        for source in (csv_file, parquet, _as_frame(given_rows), [parquet]):
            facts = read_facts(Visits.table, source)
            assert list(facts.records()) == given_rows
            elapsed = facts.frame.collect()["began.elapsed"].to_list()
            assert elapsed == [
                row["began"] and row["began"].replace(tzinfo=LONDON).timestamp() // 60 for row in given_rows
            ]
            _stats_are_the_extremes(facts, given_rows)


def _stats_are_the_extremes(facts: Any, given_rows: list[dict[str, Any]]) -> None:
    for name in ("visits", "cost", "correction", "tariff", "share"):
        there = [row[name] for row in given_rows if row[name] is not None]
        stats = facts.stats[name]
        assert stats.nulls == len(given_rows) - len(there)
        assert Fraction(stats.lowest, stats.scale) == min(there, default=0)
        assert Fraction(stats.highest, stats.scale) == max(there, default=0)


pieces = st.sampled_from(
    ["", " ", "£", "-", "−", "(", ")", "%", ",", ".", "0", "00", "1", "2024", "-05-", "31", " 14:05", "T", ":", "Z",
     "/", "e", "E+", "N/A", "NULL", "nan", "yes", "no", "DC", "€", "\n", "9223372036854775808", "2024-03-31 01:30"]
)  # fmt: skip
cells = st.lists(pieces, max_size=5).map("".join)
HEADINGS = (
    ("visit", "provider", "day", "slot", "pod", "minutes", "visits", "cost", "correction", "tariff", "share", "urgent",
     "began"),
    ("cost_pence", "tariff_pence"),
    ("cost_pounds", "tariff_pounds"),
)  # fmt: skip
"""Every way to head a column, those apart that head the same one."""

KERNEL_READERS: dict[str, Callable[[str], Any]] = {
    "cost": parse_amount, "correction": parse_amount, "tariff": parse_price, "share": parse_rate
}  # fmt: skip
"""The plain readers of the kernel, which every cell that is read at all must agree with."""


@given(st.lists(cells, min_size=1, max_size=30))
@example(["£", "-£", "", " ", "1/0", "0.0000000000001", "£1,2345", "--1", "1.", ".5", "1 %", "%"])
def test_the_quick_survey_doubts_exactly_the_cells_that_have_a_fault(given_cells: list[str]) -> None:
    for headings in HEADINGS:
        (opened,) = open_all(pl.DataFrame(dict.fromkeys(headings, given_cells)), "", "visits")
        matches, _ = match_columns(Visits.table, headings, {}, "")
        part, _ = part_of(Visits.table, opened, matches, "GBP")
        answers = part.typed().collect()
        for reading in part.readings:
            _doubts_agree(answers, reading.column.name, reading.local)


def _doubts_agree(answers: pl.DataFrame, name: str, heading: str) -> None:
    doubted = answers[f"{name} doubt"].fill_null(value=False)
    assert (answers[f"{name} problem"] > 0).to_list() == doubted.to_list()
    good = answers.filter(~doubted).select(name, f"{name} raw").rows()
    assert all((value is None) == (not cell.strip()) for value, cell in good)
    if heading in KERNEL_READERS:
        scale = 10**12 if heading in ("tariff", "share") else 1
        assert all(Fraction(value, scale) == KERNEL_READERS[heading](cell) for value, cell in good if cell.strip())
