"""Cells: what is read exactly, what is refused, and the words that a reader is told."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tallystick.files.activity import read_facts
from tallystick.kernel.errors import Fault
from tallystick.kernel.language.series import Code, Count, Maybe
from tallystick.kernel.tables import column
from tests.unit.facts_of import faults, only, read, spec_of, visits

GOOD: list[tuple[str, str, Any]] = [
    ("minutes", "12", 12),
    ("minutes", " 012 ", 12),
    ("minutes", "12.0", 12),
    ("minutes", "", None),
    ("cost", "", None),
    ("cost_pounds", "  ", None),
    ("tariff", "", None),
    ("share", "", None),
    ("urgent", "", None),
    ("began", "", None),
    ("cost", "£12.5", 1250),
    ("cost", '"£1,234.56"', 123_456),
    ("cost", "£0", 0),
    ("cost_pence", "123456", 123_456),
    ("cost_pounds", "1234.50", 123_450),
    ("cost_pounds", '"£1,234.5"', 123_450),
    ("correction", "-£0.05", -5),
    ("correction", "−£1.10", -110),
    ("correction_pounds", "-0.05", -5),
    ("correction_pence", "-9223372036854775808", -(2**63)),
    ("correction_pence", "9223372036854775807", 2**63 - 1),
    ("tariff", "£1.185", Fraction(1185, 10)),
    ("tariff_pence", "118.5", Fraction(1185, 10)),
    ("tariff_pounds", "0.000000000001", Fraction(1, 10**10)),
    ("tariff_pounds", "90000000", Fraction(9_000_000_000)),
    ("share", "25%", Fraction(1, 4)),
    ("share", "12.5 %", Fraction(1, 8)),
    ("share", "0.100000000001", Fraction(100_000_000_001, 10**12)),
    ("share", "1", Fraction(1)),
    ("urgent", "YES", True),
    ("urgent", "n", False),
    ("urgent", "0", False),
    ("pod", "NEL", "NEL"),
    ("slot", "007", "007"),
    ("slot", "", None),
    ("began", "2024-05-31 14:05", datetime.datetime(2024, 5, 31, 14, 5)),  # noqa: DTZ001
    ("began", "2024-05-31T14:05:00.000", datetime.datetime(2024, 5, 31, 14, 5)),  # noqa: DTZ001
]


@pytest.mark.parametrize(("heading", "cell", "value"), GOOD)
def test_a_good_cell_is_read_exactly(tmp_path: Path, heading: str, cell: str, value: Any) -> None:
    facts = visits(tmp_path, heading, rows=(cell,))
    name = heading.removesuffix("_pence").removesuffix("_pounds")
    (row,) = facts.records()
    assert row[name] == value
    assert type(row[name]) is type(value)


BAD: list[tuple[str, str, str, str, str]] = [
    ("minutes", "7.9", "cell/not-whole", '"7.9" is not whole', "a whole number"),
    ("minutes", '"1,234"', "cell/thousands-commas", '"1,234" has thousands commas', "1234"),
    ("minutes", "abc", "cell/not-a-number", '"abc" is not a whole number', "12"),
    ("minutes", "٣", "cell/not-a-number", '"٣" is not a whole number', "12"),
    ("minutes", "N/A", "cell/missing-word", '"N/A", a word for a missing value', "nothing at all"),
    ("minutes", "NULL", "cell/missing-word", '"NULL", a word', "nothing at all"),
    ("minutes", "TBC", "cell/missing-word", '"TBC", a word', "nothing at all"),
    ("minutes", "601", "cell/too-high", '"601" is too high', "600 or less"),
    ("minutes", "-1", "cell/negative", '"-1" is negative', "zero or more"),
    ("visits", "9223372036854775808", "cell/too-wide", '"9223372036854775808" is too wide', "two columns run together"),
    ("minutes", "1e3", "cell/scientific", '"1e3" is written with an exponent', "all its digits"),
    ("cost", "12", "cell/bare-money", '"12" is a bare number', "cost_pence or cost_pounds"),
    ("cost", "12.50", "cell/bare-money", '"12.50" is a bare number', "£1,234.56"),
    ("cost", "(£5.00)", "cell/bracketed", '"(£5.00)" is in brackets', "-£5.00, if it is negative"),
    ("cost", "€5", "cell/other-currency", '"€5" is not in £', "the amount in £"),
    ("cost", "£1.005", "cell/fraction-of-a-penny", '"£1.005" has a fraction of a penny', "whole pence"),
    ("cost", "-£5", "cell/negative", '"-£5" is negative', "declare cost as signed"),
    ("cost", "£5000.01", "cell/too-high", '"£5000.01" is too high', "£5,000 or less"),
    ("cost", '"£12,34"', "cell/not-a-number", '"£12,34" is not money with its sign', "£1,234.56"),
    ("cost", "TBC", "cell/missing-word", '"TBC", a word for a missing value', "nothing at all"),
    ("cost_pence", "12.5", "cell/fraction-of-a-penny", '"12.5" has a fraction', "whole pence"),
    ("cost_pence", "£12", "cell/not-a-number", '"£12" is not a number of pence', "123456"),
    ("cost_pence", '"1,200"', "cell/thousands-commas", '"1,200" has thousands commas', "1200"),
    ("cost_pounds", "(12.00)", "cell/bracketed", '"(12.00)" is in brackets', "-12.00, if it is negative"),
    ("tariff", "-£1", "cell/negative", '"-£1" is negative', "declare tariff as signed"),
    ("tariff_pence", "1.1234567890123", "cell/too-many-decimals", "has too many decimals", "as it was published"),
    ("share", "9.99%", "cell/too-low", '"9.99%" is too low', "10% or more"),
    ("share", "1.000000000001", "cell/too-high", '"1.000000000001" is too high', "1 or less"),
    ("share", "1/3", "cell/not-a-number", '"1/3" is not a rate', "0.25 or 25%"),
    ("urgent", "maybe", "cell/not-a-flag", '"maybe" is neither yes nor no', "yes or no"),
    ("urgent", "2", "cell/not-a-flag", '"2" is neither', "yes or no"),
    ("pod", "NE", "cell/not-allowed", '"NE" is not one of the codes of pod', 'did you mean "NEL"?'),
    ("pod", "nel", "cell/not-allowed", '"nel" is not one of the codes', "one of"),
    ("slot", " A1", "cell/space-around", '" A1" has a space at its start or end', "A1"),
    ("slot", "1.23457E+11", "cell/scientific", '"1.23457E+11" was a long number once', "kept as text"),
    ("slot", '"a\nb"', "cell/line-break", '"a\\nb" has a line break', "on one line"),
    ("slot", "#N/A", "cell/missing-word", '"#N/A", a word', "nothing at all"),
    ("began", "2024-05-31", "cell/moment-without-time", "is a date without a time", "2024-05-31 14:05"),
    ("began", "2024-05-31 14:05:30", "cell/moment-with-seconds", "is not a whole minute", "or :00"),
    ("began", "2024-05-31 14:05:00.5", "cell/moment-with-seconds", "is not a whole minute", "or :00"),
    ("began", "2024-05-31T14:05Z", "cell/moment-with-zone", "carries a time zone", "without the zone"),
    ("began", "2024-05-31 14:05+01:00", "cell/moment-with-zone", "carries a time zone", "without the zone"),
    ("began", "31/05/2024 14:05", "cell/ambiguous-date", "does not begin with the year", "2024-05-31 14:05"),
    ("began", "2024-05-31 24:05", "cell/impossible-date", "is on no calendar or clock", "a date that exists"),
    ("began", "2024-03-31 01:30", "cell/skipped-hour", "the clocks went forward over it", "the clock showed"),
    ("began", "2100-07-01 12:00", "cell/date-out-of-range", "is outside 1900 to 2099", "or nothing"),
    ("began", "0001-01-01 00:00", "cell/date-out-of-range", "is outside 1900 to 2099", "the real date"),
]


@pytest.mark.parametrize(("heading", "cell", "code", "found", "write"), BAD)
def test_a_bad_cell_is_named_with_its_place_and_what_to_write(
    tmp_path: Path, heading: str, cell: str, code: str, found: str, write: str
) -> None:
    fault = only(faults(visits, tmp_path, heading, rows=("", cell)))
    assert fault.code == code
    assert found in fault.found
    assert write in fault.write
    assert fault.why
    assert (fault.file, fault.row, fault.column) == ("visits.csv", 2, heading)
    assert fault.where == f"visits.csv, row 2, column {heading}"


DAYS = [
    ("2024-02-29", "", ""),
    ("20240229", "", ""),
    ("2023-02-29", "cell/impossible-date", '"2023-02-29" is on no calendar'),
    ("03/04/2024", "cell/ambiguous-date", '"03/04/2024" does not begin with the year'),
    ("3-Apr-24", "cell/ambiguous-date", '"3-Apr-24" does not begin with the year'),
    ("45413", "cell/date-serial", '"45413" is a spreadsheet\'s number'),
    ("2024-04-01 00:00:00", "cell/date-with-time", "has a time of day"),
    ("9999-12-31", "cell/date-out-of-range", "is outside 1900 to 2200"),
    ("1899-12-31", "cell/date-out-of-range", "is outside 1900 to 2200"),
    ("today", "cell/not-a-date", '"today" is not a date'),
    ("", "cell/missing-empty", "the cell is empty"),
    ("NULL", "cell/missing-word", '"NULL", a word for a missing value'),
]


@pytest.mark.parametrize(("cell", "code", "found"), DAYS)
def test_days_are_read_with_the_year_first_and_nothing_else_is_guessed(
    tmp_path: Path, cell: str, code: str, found: str
) -> None:
    text = f"visit,provider,day\nv1,RNU,{cell}\n"
    if not code:
        facts = read(tmp_path, text)
        assert facts.days == (datetime.date(2024, 2, 29),) * 2
        return
    fault = only(faults(read, tmp_path, text))
    assert fault.code == code
    assert found in fault.found
    assert "2024" in fault.write or "real date" in fault.write


def test_a_slash_in_an_organisation_code_is_refused(tmp_path: Path) -> None:
    fault = only(faults(read, tmp_path, "visit,provider,day\nv1,RNU/fund,20240531\n"))
    assert fault.found == '"RNU/fund" has a "/" in it'
    assert "names a fund" in fault.why


def test_empty_null_and_words_for_missing_are_told_apart_in_a_column_that_must_be_there(tmp_path: Path) -> None:
    found = faults(read, tmp_path, "visit,provider,day\nv1,,20240531\nv2,N/A,20240531\n")
    assert [(fault.row, fault.code) for fault in found] == [(1, "cell/missing-empty"), (2, "cell/missing-word")]
    assert "missing is not zero" in found[0].why


def test_a_repeated_key_names_both_rows(tmp_path: Path) -> None:
    found = faults(read, tmp_path, "visit,provider,day\nv1,RNU,20240531\nv2,RNU,20240531\nv1,RTH,20240531\n")
    fault = only([fault for fault in found if "visit" in str(fault.column)])
    assert fault.found == 'visit "v1" again, as on row 1'
    assert (fault.row, fault.column) == (3, "visit")
    assert "paid twice" in fault.why


class TestUniqueSets:
    spec = spec_of(
        {name: (Maybe[Code], column("Part of what is unique.")) for name in ("code", "since", "note")},
        unique=(("code", "since"),),
    )

    def faults(self, rows: list[tuple[str | None, str | None]]) -> list[Fault]:
        frame = pl.DataFrame(rows, schema={"code": pl.String, "since": pl.String}, orient="row")
        return faults(read_facts, self.spec, frame, file_name="prices")

    def test_rows_alike_in_all_of_the_set_are_refused(self) -> None:
        fault = only(self.faults([("AA", "1"), ("AA", "2"), ("BB", "1"), ("AA", "1")]))
        assert fault.found == 'code "AA", since "1" again, as on row 1'
        assert (fault.row, fault.column) == (4, "code, since")

    def test_nothing_is_like_nothing(self) -> None:
        assert only(self.faults([("AA", None), ("AA", None)])).found == 'code "AA", since (nothing) again, as on row 1'

    def test_rows_that_differ_somewhere_or_have_nothing_at_all_are_good(self) -> None:
        good = pl.DataFrame({"code": ["AA", "AA", "BB", None, None], "since": ["1", None, "1", None, None]})
        assert read_facts(self.spec, good).rows == 5

    def test_a_column_that_the_file_does_not_have_is_alike_in_all_rows(self) -> None:
        fault = only(faults(read_facts, self.spec, pl.DataFrame({"code": ["AA", "AA"]})))
        assert fault.found == 'code "AA" again, as on row 1'


def test_the_first_twenty_of_a_kind_are_shown_and_the_rest_counted() -> None:
    spec = spec_of({"key": (Code, column("Key.")), "n": (Count, column("Number."))}, key="key")
    frame = pl.DataFrame({"key": [f"k{i}" for i in range(50)], "n": ["x"] * 45 + ["7.5"] * 5})
    found = faults(read_facts, spec, frame)
    assert [fault.code for fault in found].count("cell/not-a-number") == 20
    assert [fault.code for fault in found].count("cell/not-whole") == 5
    words = [str(fault) for fault in found if fault.code == "cell/not-a-number"]
    assert words[-1].endswith("(and 25 more like it)")
    assert sum(fault.times for fault in found) == 50


def test_a_fault_shows_the_faulty_cell_and_nothing_else_of_the_row(tmp_path: Path) -> None:
    text = "visit,provider,day,slot,minutes\nsecret-1,RNU,20240531,secret-2," + "x" * 500 + "\n"
    words = str(only(faults(read, tmp_path, text)))
    assert "secret" not in words
    assert "x" * 61 not in words
    assert "…" in words


def test_the_hour_that_comes_twice_is_read_as_the_first_in_summer_time(tmp_path: Path) -> None:
    rows = ("a,2024-10-27 00:59", "b,2024-10-27 01:30", "c,2024-10-27 02:00", "d,2024-07-01 12:00")
    elapsed = visits(tmp_path, "slot", "began", rows=rows).frame.collect()["began.elapsed"].to_list()
    assert elapsed[1] - elapsed[0] == 31
    assert elapsed[2] - elapsed[1] == 90
    assert elapsed[3] == datetime.datetime(2024, 7, 1, 11, tzinfo=datetime.UTC).timestamp() // 60


def test_stats_hold_extremes_in_stored_units_nulls_and_the_smallest_scale(tmp_path: Path) -> None:
    cells = ("a,5,£1.185,25%,2024-05-31 14:05", "b,,£2,0.125,", "c,7,£0.10,1,")
    facts = visits(tmp_path, "slot", "minutes", "tariff", "share", "began", rows=cells)
    stats = {name: (s.lowest, s.highest, s.nulls, s.scale) for name, s in facts.stats.items()}
    assert stats["minutes"] == (5, 7, 1, 1)
    assert stats["tariff"] == (100, 2000, 0, 10)
    assert stats["share"] == (125, 1000, 0, 1000)
    assert stats["began"][0] == stats["began"][1] == 28_619_345
    assert stats["cost"] == (0, 0, 3, 1)
    assert facts.frame.collect()["tariff"].to_list() == [1185, 2000, 100]


def test_a_price_too_wide_for_the_decimals_of_another_row_is_refused(tmp_path: Path) -> None:
    rows = ("a,90000000000", "b,0.000000000001")
    fault = only(faults(visits, tmp_path, "slot", "tariff_pence", rows=rows))
    assert "12 decimals in one row and a large figure in another" in fault.found


def test_records_can_be_kept_to_rows_that_hold_one_of_some_values(tmp_path: Path) -> None:
    facts = visits(tmp_path, "slot", "share", rows=("a,25%", "b,50%", "c,"))
    assert [row["slot"] for row in facts.records("slot", ["c", "a", "zz"])] == ["a", "c"]
    assert [row["slot"] for row in facts.records("share", [Fraction(1, 2), Fraction(1, 3)])] == ["b"]
    assert [row["slot"] for row in facts.records("share", [None])] == ["c"]
    assert list(facts.records("slot", [])) == []


def test_another_unit_of_account_is_read_with_its_own_sign(tmp_path: Path) -> None:
    (row,) = visits(tmp_path, "cost", rows=("€5.05",), money="EUR").records()
    assert row["cost"] == 505
    assert "is not in €" in only(faults(visits, tmp_path, "cost", rows=("£5",), money="EUR")).found


def test_a_bound_is_told_in_the_unit_of_account(tmp_path: Path) -> None:
    fault = only(faults(visits, tmp_path, "cost", rows=("€5000.01",), money="EUR"))
    assert (fault.why, fault.write) == ("cost is at most €5,000", "€5,000 or less")


class TestSettingAside:
    def test_faulty_rows_are_left_out_counted_and_listed(self, tmp_path: Path) -> None:
        facts = visits(tmp_path, "slot", "minutes", rows=("a,1", "b,x", "c,900", "d,4"), set_aside=True)
        assert [row["minutes"] for row in facts.records()] == [1, 4]
        assert (facts.rows, facts.left_out) == (2, 2)
        assert [fault.row for fault in facts.set_aside] == [2, 3]
        assert (facts.stats["minutes"].lowest, facts.stats["minutes"].highest) == (1, 4)

    def test_of_two_rows_alike_both_are_left_out(self, tmp_path: Path) -> None:
        text = "visit,provider,day,slot\nv1,RNU,20240531,a\nv2,RNU,20240531,b\nv1,RTH,20240531,c\n"
        facts = read(tmp_path, text, set_aside=True)
        assert [row["visit"] for row in facts.records()] == ["v2"]
        assert facts.left_out == 2

    def test_a_good_table_has_nothing_set_aside(self, tmp_path: Path) -> None:
        facts = visits(tmp_path, rows=(), set_aside=True)
        assert (facts.rows, facts.left_out, facts.set_aside) == (0, 0, ())

    def test_a_missing_column_cannot_be_set_aside(self, tmp_path: Path) -> None:
        assert faults(read, tmp_path, "visit,day\nv1,20240531\n", set_aside=True)[0].code == "column/missing"
