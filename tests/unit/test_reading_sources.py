"""Files and frames: which are read, which are refused as a whole, and how their columns are matched."""

from __future__ import annotations

import datetime
import hashlib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pytest

from tallystick.files.activity import read_facts
from tallystick.files.mapping import read_mapping
from tallystick.kernel.errors import Fault
from tallystick.kernel.language.series import Amount, Code, Count, Day, Maybe
from tallystick.kernel.tables import column
from tests.unit.facts_of import Visits, faults, only, read, spec_of, visits

DAY = datetime.date(2024, 5, 31)


def frame(**columns: Any) -> pl.DataFrame:
    """Visits with the required columns filled in."""
    rows = len(next(iter(columns.values()))) if columns else 2
    base = {"visit": [f"v{n}" for n in range(1, rows + 1)], "provider": ["RNU"] * rows, "day": [DAY] * rows}
    return pl.DataFrame({**base, **columns})


def values(source: Any, name: str, **how: Any) -> list[Any]:
    return [row[name] for row in read_facts(Visits.table, source, **how).records()]


def refused(source: Any, **how: Any) -> Fault:
    return only(faults(read_facts, Visits.table, source, **how))


class TestFiles:
    def test_a_missing_file(self, tmp_path: Path) -> None:
        fault = refused(tmp_path / "none.csv", file_name="none.csv")
        assert (fault.where, fault.found) == ("none.csv", "there is no such file")

    def test_a_folder(self, tmp_path: Path) -> None:
        assert "a folder, not a file" in refused(tmp_path).found

    def test_another_kind_of_file(self, tmp_path: Path) -> None:
        (tmp_path / "visits.xlsx").write_bytes(b"PK")
        fault = refused(tmp_path / "visits.xlsx")
        assert "ends in .xlsx is not read" in fault.found
        assert ".parquet or .csv" in fault.write

    @pytest.mark.parametrize("name", ["visits.csv", "visits.parquet"])
    def test_a_file_without_a_byte(self, tmp_path: Path, name: str) -> None:
        assert "without even a heading" in only(faults(read, tmp_path, b"", name=name)).found

    @pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n\n"])
    def test_a_heading_alone_is_an_empty_table(self, tmp_path: Path, end: str) -> None:
        facts = read(tmp_path, "visit,provider,day" + end)
        assert (facts.rows, facts.days, list(facts.records())) == (0, None, [])
        assert facts.stats["minutes"].nulls == 0

    def test_text_that_is_called_parquet(self, tmp_path: Path) -> None:
        fault = only(faults(read, tmp_path, "visit,provider,day\n", name="visits.parquet"))
        assert "not a Parquet file" in fault.found
        assert "named .csv" in fault.write

    @pytest.mark.parametrize("keep", [4, 40, -1, -200])
    def test_parquet_that_was_cut_short(self, tmp_path: Path, keep: int) -> None:
        frame(minutes=list(range(500))).write_parquet(tmp_path / "whole.parquet")
        content = (tmp_path / "whole.parquet").read_bytes()
        fault = only(faults(read, tmp_path, content[:keep], name="visits.parquet"))
        assert "damaged, or was cut short" in fault.found
        assert fault.file == "visits.parquet"

    def test_parquet_with_its_middle_overwritten(self, tmp_path: Path) -> None:
        frame(minutes=list(range(5000))).write_parquet(tmp_path / "whole.parquet")
        content = bytearray((tmp_path / "whole.parquet").read_bytes())
        content[8 : len(content) // 2] = bytes(len(content) // 2 - 8)
        found = faults(read, tmp_path, bytes(content), name="visits.parquet")
        assert {fault.code for fault in found} == {"file/damaged"}

    def test_the_one_bad_row_at_the_end_of_many_row_groups_is_found(self, tmp_path: Path) -> None:
        frame(minutes=[5] * 9_999 + [601]).write_parquet(tmp_path / "visits.parquet", row_group_size=100)
        fault = refused(tmp_path / "visits.parquet", file_name="visits.parquet")
        assert (fault.row, fault.column, fault.found) == (10_000, "minutes", '"601" is too high')

    @pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
    def test_a_csv_that_is_not_utf8_says_which_encoding_to_save_as(self, tmp_path: Path, encoding: str) -> None:
        text = "visit,provider,day,cost\nv1,RNU,20240531,£5\n"
        fault = only(faults(read, tmp_path, text.encode(encoding)))
        assert fault.code == "file/encoding"
        assert '"UTF-8"' in fault.write
        assert fault.line == (2 if encoding == "latin-1" else 1)

    def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_data(self, tmp_path: Path) -> None:
        facts = read(tmp_path, b"\xef\xbb\xbfvisit,provider,day,slot\r\nv1,RNU,20240531,a\r\n")
        assert next(facts.records())["slot"] == "a"

    @pytest.mark.parametrize(("sign", "words"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
    def test_other_separators_are_named(self, tmp_path: Path, sign: str, words: str) -> None:
        fault = only(faults(read, tmp_path, f"visit{sign}provider{sign}day\n"))
        assert words in fault.found
        assert "comma delimited" in fault.write

    def test_old_macintosh_line_ends_are_named(self, tmp_path: Path) -> None:
        assert only(faults(read, tmp_path, b"visit,provider,day\rv1,RNU,20240531\r")).code == "file/line-ends"

    @pytest.mark.parametrize("quoted", ["plain", '"a, quoted"'])
    def test_short_rows_are_found_although_what_they_lack_may_be_missing(self, tmp_path: Path, quoted: str) -> None:
        text = f"visit,provider,day,slot,minutes\nv1,RNU,20240531,{quoted},\nv2,RNU,20240531\n\nv3,RNU,20240531,b\n"
        found = faults(read, tmp_path, text)
        assert [(fault.code, fault.row, fault.found) for fault in found] == [
            ("row/uneven", 2, "3 cells under 5 headings"),
            ("row/uneven", 4, "4 cells under 5 headings"),
        ]
        assert "double quotation marks" in found[0].write

    def test_long_rows_are_found(self, tmp_path: Path) -> None:
        fault = only(faults(read, tmp_path, "visit,provider,day\nv1,RNU,20240531\nv2,RNU,20240531,£1,234\n"))
        assert (fault.row, fault.found) == (2, "5 cells under 3 headings")

    def test_a_quotation_mark_that_is_never_closed(self, tmp_path: Path) -> None:
        text = 'visit,provider,day,slot\nv1,RNU,20240531,"a\nv2,RNU,20240531,b\n'
        assert "cannot be read as CSV" in only(faults(read, tmp_path, text)).found

    def test_blank_lines_are_no_rows_but_count_as_places(self, tmp_path: Path) -> None:
        text = "visit,provider,day\nv1,RNU,20240531\n\n,,\nv2,RNU,never\n\n"
        assert only(faults(read, tmp_path, text)).row == 4

    def test_columns_without_a_heading(self, tmp_path: Path) -> None:
        fault = only(faults(read, tmp_path, "visit,provider,day,,\nv1,RNU,20240531,,\n"))
        assert fault.found == "there is no heading above columns 4, 5"

    def test_repeated_headings(self, tmp_path: Path) -> None:
        fault = only(faults(read, tmp_path, "visit,provider,day,slot,slot\n"))
        assert (fault.code, fault.found) == ("column/repeated", '"slot" heads 2 columns')

    def test_one_table_in_several_files_of_different_kinds(self, tmp_path: Path) -> None:
        (tmp_path / "may.csv").write_text("visit,provider,day,cost\nv1,RNU,20240531,£1.50\n", encoding="utf-8")
        june = frame(tariff_pence=[Decimal("118.5")], cost_pence=[7]).with_columns(visit=pl.lit("v2"))
        june.write_parquet(tmp_path / "june.parquet")
        paths = [tmp_path / "may.csv", tmp_path / "june.parquet"]
        facts = read_facts(Visits.table, paths)
        assert [(row["cost"], row["tariff"]) for row in facts.records()] == [(150, None), (7, Fraction(237, 2))]
        assert facts.digest == read_facts(Visits.table, paths[::-1]).digest

    def test_faults_in_several_files_name_the_file_and_the_row_in_it(self, tmp_path: Path) -> None:
        for name, cell in (("one.csv", "5"), ("two.csv", "x")):
            (tmp_path / name).write_text(f"visit,provider,day,minutes\nv1,RNU,20240531,{cell}\n", encoding="utf-8")
        bad, again = faults(read_facts, Visits.table, [tmp_path / "one.csv", tmp_path / "two.csv"])
        assert (bad.file, bad.row) == (str(tmp_path / "two.csv"), 1)
        assert again.found == f'visit "v1" again, as on row 1 of {tmp_path / "one.csv"}'

    def test_no_file_at_all(self) -> None:
        assert refused([]).code == "file/none"

    def test_the_digest_of_a_file_is_that_of_its_bytes(self, tmp_path: Path) -> None:
        facts = visits(tmp_path, rows=())
        assert facts.digest == hashlib.sha256((tmp_path / "visits.csv").read_bytes()).hexdigest()


class TestFrames:
    @pytest.mark.parametrize("kind", ["polars", "lazy", "pandas", "pandas-arrow", "pyarrow", "duckdb"])
    def test_every_library_gives_the_same_facts(self, kind: str) -> None:
        given = frame(minutes=[5, None], cost_pence=[7, 8], slot=["007", None], urgent=[True, None])
        made: dict[str, Any] = {
            "polars": lambda: given,
            "lazy": given.lazy,
            "pandas": lambda: given.to_pandas(types_mapper=None).assign(minutes=pd.array([5, None], dtype="Int64")),
            "pandas-arrow": lambda: given.to_pandas(use_pyarrow_extension_array=True),
            "pyarrow": given.to_arrow,
            "duckdb": lambda: duckdb.from_arrow(given.to_arrow()),
        }
        facts = read_facts(Visits.table, made[kind]())
        rows = [(row["minutes"], row["cost"], row["slot"], row["urgent"], row["day"]) for row in facts.records()]
        assert rows == [(5, 7, "007", True, DAY), (None, 8, None, None, DAY)]

    def test_the_nan_of_a_numpy_column_is_not_taken_for_missing(self) -> None:
        fault = refused(frame().to_pandas().assign(minutes=[5.0, float("nan")]))
        assert (fault.code, fault.row) == ("cell/not-a-number-nan", 2)
        assert "missing is null, not NaN" in fault.why

    def test_floats_are_read_where_every_one_is_proven_whole(self) -> None:
        given = frame(minutes=[5.0, 6.0], cost_pence=[123_456.0, 0.0], correction_pounds=[-1234.56, 0.1])
        (first, second) = read_facts(Visits.table, given).records()
        assert (first["minutes"], first["cost"], first["correction"]) == (5, 123_456, -123_456)
        assert (second["minutes"], second["cost"], second["correction"]) == (6, 0, 10)

    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [
            ("minutes", 7.9, "cell/not-whole"),
            ("minutes", float("nan"), "cell/not-a-number-nan"),
            ("minutes", float("inf"), "cell/not-a-number"),
            ("cost_pence", 0.5, "cell/fraction-of-a-penny"),
            ("cost_pounds", 0.1 + 0.2, "cell/fraction-of-a-penny"),
            ("correction_pounds", 90_071_992_547_409.94, "cell/float-digits"),
            ("correction_pence", 1e17, "cell/scientific"),
            ("share", 0.1 + 0.2, "cell/too-many-decimals"),
        ],
    )
    def test_floats_that_prove_nothing_are_refused(self, name: str, value: float, code: str) -> None:
        assert refused(frame(**{name: [value]})).code == code

    def test_exact_decimals_are_read_by_their_digits(self) -> None:
        given = frame(tariff_pounds=[Decimal("1.1850"), None], correction_pounds=[Decimal("-0.10"), Decimal("12.00")])
        facts = read_facts(Visits.table, given)
        assert [(row["tariff"], row["correction"]) for row in facts.records()] == [
            (Fraction(237, 2), -10), (None, 1200)
        ]  # fmt: skip

    @pytest.mark.parametrize("dtype", [pl.Int128, pl.UInt64])
    def test_integers_past_64_bits_are_refused_and_never_wrap(self, dtype: Any) -> None:
        given = frame(correction_pence=pl.Series([2**63 - 1, 2**63], dtype=dtype))
        fault = refused(given)
        assert (fault.code, fault.row) == ("cell/too-wide", 2)
        assert "9223372036854775808" in fault.found
        assert values(given.head(1), "correction") == [2**63 - 1]

    @pytest.mark.parametrize(
        ("column_given", "words", "write"),
        [
            ({"cost": [5, 6]}, "whole numbers", "cost_pence"),
            ({"cost": [5.0, 6.0]}, "binary fractions (floats)", "cost_pence"),
            ({"slot": [1, 2]}, "whole numbers", "text: a number has lost its leading zeros"),
            ({"minutes": [True, False]}, "true or false", "whole numbers"),
            ({"urgent": [0.5, 1.0]}, "floats", "true or false"),
            ({"began": [DAY, DAY]}, "dates", "local date and time"),
            ({"minutes": [[1], [2]]}, "List(Int64)", "whole numbers"),
            (
                {"began": pl.Series([datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)] * 2)},
                "zone UTC",
                "without a zone",
            ),
        ],
    )
    def test_a_column_of_the_wrong_type_is_refused_once(
        self, column_given: dict[str, Any], words: str, write: str
    ) -> None:
        fault = refused(frame(**column_given))
        assert (fault.code, fault.row, fault.column) == ("column/wrong-type", None, next(iter(column_given)))
        assert words in fault.found
        assert write in fault.write

    def test_a_column_of_nulls_alone_is_missing_whatever_it_was_to_hold(self) -> None:
        nothing = [None, None]
        names = ["minutes", "slot", "cost", "share", "urgent", "began", "pod"]
        facts = read_facts(Visits.table, frame(**dict.fromkeys(names, nothing)))
        assert all(facts.stats[name].nulls == 2 for name in names)
        assert facts.frame.collect_schema()["cost"] == pl.Int64
        found = faults(read_facts, Visits.table, frame().with_columns(provider=pl.lit(None)))
        assert [(fault.code, fault.row) for fault in found] == [("cell/missing-null", 1), ("cell/missing-null", 2)]

    def test_timestamps_at_midnight_are_days_and_others_are_not(self) -> None:
        midnight = datetime.datetime(2024, 5, 31)  # noqa: DTZ001
        assert values(frame(day=[midnight]), "day") == [DAY]
        assert refused(frame(day=[midnight.replace(hour=9)])).code == "cell/date-with-time"

    @pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("us"), pl.Datetime("ms")])
    def test_dates_beyond_every_calendar_are_faults_and_no_crash(self, dtype: Any) -> None:
        widest = 2**31 - 1 if dtype == pl.Date else 2**63 - 1
        far = pl.Series([widest, widest], dtype=pl.Int64).cast(pl.Int32 if dtype == pl.Date else pl.Int64).cast(dtype)
        found = faults(read_facts, Visits.table, frame(day=far, visit=["v1", "v2"]))
        assert {fault.row for fault in found} == {1, 2}
        assert {fault.code for fault in found} == {"cell/date-out-of-range"}
        began = far.cast(pl.Datetime("ms")) if dtype == pl.Date else far
        assert refused(frame(began=began.head(1))).code == "cell/date-out-of-range"
        spec = spec_of({"day": (Day, column("Day."))}, unique=(("day",),))
        assert len(faults(read_facts, spec, frame(day=far).select("day"))) == 2

    def test_moments_with_seconds_are_refused(self) -> None:
        moment = datetime.datetime(2024, 5, 31, 14, 5)  # noqa: DTZ001
        assert values(frame(began=[moment]), "began") == [moment]
        assert refused(frame(began=[moment.replace(second=1)])).code == "cell/moment-with-seconds"

    def test_a_frame_without_columns(self) -> None:
        for empty in (pl.DataFrame(), pd.DataFrame(), pl.DataFrame().to_arrow()):
            assert refused(empty).code == "file/no-columns"

    def test_a_frame_without_rows(self) -> None:
        facts = read_facts(Visits.table, frame(minutes=[1]).clear())
        assert (facts.rows, facts.days) == (0, None)

    @pytest.mark.parametrize("source", [5, None, {"visit": ["v1"]}])
    def test_what_is_no_frame_is_refused(self, source: Any) -> None:
        assert "cannot be read as a dataframe" in refused(source).found
        assert "Polars, pandas, PyArrow or DuckDB" in refused(source).write

    def test_a_frame_that_its_library_cannot_hand_over_is_refused(self) -> None:
        assert refused(pd.DataFrame({"visit": [object(), 5]})).code == "file/unreadable"

    def test_the_column_that_cannot_be_handed_over_is_named(self) -> None:
        assert refused(pd.DataFrame({"visit": ["v1", "v2"], "minutes": [5, "five"]})).column == "minutes"

    def test_a_frame_with_one_name_twice_is_refused(self) -> None:
        assert "cannot be read" in refused(pd.DataFrame([[1, 2]], columns=["visit", "visit"])).found

    def test_the_digest_of_a_frame_is_that_of_its_content(self) -> None:
        given = frame(minutes=[1, 2])
        digests = {
            read_facts(Visits.table, same).digest
            for same in (given, given.lazy(), pl.concat([given[:1], given[1:]], rechunk=False))
        }
        assert len(digests) == 1
        assert digests != {read_facts(Visits.table, frame(minutes=[2, 1])).digest}


class TestColumns:
    def test_every_missing_and_extra_column_is_told_at_once(self, tmp_path: Path) -> None:
        found = faults(read, tmp_path, "visit,day,minuts,zzz\n")
        assert [fault.found for fault in found] == [
            'an extra column, "minuts"', 'an extra column, "zzz"', "there is no column provider"
        ]  # fmt: skip
        assert 'did you mean "minutes"?' in found[0].write
        assert 'map it to ""' in found[1].write
        assert "Organisation code of the provider" in found[2].why

    def test_aliases_are_known_whatever_their_case_and_punctuation(self, tmp_path: Path) -> None:
        facts = read(tmp_path, "Visit,DER PROVIDER-CODE,day,total_cost_pence\nv1,RNU,20240531,5\n")
        assert next(facts.records())["provider"] == "RNU"
        assert next(facts.records())["cost"] == 5

    def test_a_mapping_comes_before_everything(self, tmp_path: Path) -> None:
        text = "visit,provider,day,fee,pod\nv1,RNU,20240531,1.50,whatever\n"
        facts = read(tmp_path, text, mapping={"fee": "cost_pounds", "pod": "slot"})
        assert [(row["cost"], row["slot"], row["pod"]) for row in facts.records()] == [(150, "whatever", None)]

    def test_columns_can_be_left_alone_by_name_or_all_together(self, tmp_path: Path) -> None:
        text = "visit,provider,day,a,b\nv1,RNU,20240531,1,2\n"
        assert only(faults(read, tmp_path, text, mapping={"a": ""})).column == "b"
        assert read(tmp_path, text, mapping={"*": "ignore"}).rows == 1

    def test_a_mapping_to_a_column_that_is_not_ours(self, tmp_path: Path) -> None:
        found = faults(read, tmp_path, "visit,provider,day,a\n", mapping={"a": "minuts"})
        assert found[0].code == "mapping/unknown"
        assert 'did you mean "minutes"?' in found[0].write

    def test_a_mapping_from_a_column_that_is_not_there(self, tmp_path: Path) -> None:
        how = {"mapping": {"Minuts": "minutes", "*": "ignore", "gone": ""}}
        fault = only(faults(read, tmp_path, "visit,provider,day,Minutes_\n", **how))
        assert (fault.code, fault.column) == ("mapping/no-such-column", "Minuts")
        assert "would stay empty" in fault.why

    def test_two_columns_for_one_of_ours(self, tmp_path: Path) -> None:
        fault = only(faults(read, tmp_path, "visit,provider,day,cost_pence,cost_pounds\n"))
        assert fault.found == '"cost_pence" and "cost_pounds" are both cost'

    def test_a_money_column_that_is_missing_says_how_it_may_be_headed(self) -> None:
        spec = spec_of({"fee": (Amount, column("What is paid."))})
        fault = only(faults(read_facts, spec, pl.DataFrame({"fee_pence": [1]}).select(), mapping={})[:1])
        assert fault.code == "file/no-columns"
        found = faults(read_facts, spec, pl.DataFrame({"x": [1]}))
        assert "fee_pence or fee_pounds" in found[1].write

    def test_a_price_list_may_leave_out_the_name_of_its_list(self) -> None:
        columns = {"list": (Code, column("The list.")), "code": (Code, column("The code.")), "n": (Count, column("N."))}
        spec = spec_of(columns, unique=(("list", "code"),), prices=True)
        facts = read_facts(spec, pl.DataFrame({"code": ["AA"], "n": [1]}))
        assert list(facts.records()) == [{"list": None, "code": "AA", "n": 1}]
        fault = only(faults(read_facts, spec, pl.DataFrame({"code": ["AA", "AA"], "n": [1, 2]})))
        assert fault.code == "row/repeated"

    def test_bounds_may_be_written_as_a_file_writes_them(self) -> None:
        columns = {"fee": (Maybe[Amount], column("Fee.", at_least=100, at_most="£5"))}
        spec = spec_of(columns)
        found = faults(read_facts, spec, pl.DataFrame({"fee_pence": [99, 100, 500, 501]}))
        assert [(fault.row, fault.write) for fault in found] == [(1, "£1.00 or more"), (4, "£5 or less")]


class TestMappingFiles:
    def test_a_mapping_file_is_read_by_table(self, tmp_path: Path) -> None:
        path = tmp_path / "mapping.toml"
        path.write_text('[spells]\n"Spell_Core_HRG" = "hrg"\n"*" = "ignore"\n[visits]\na = ""\n', encoding="utf-8")
        assert read_mapping(path) == {"spells": {"Spell_Core_HRG": "hrg", "*": "ignore"}, "visits": {"a": ""}}

    def test_every_fault_of_a_mapping_file_has_its_line(self, tmp_path: Path) -> None:
        path = tmp_path / "mapping.toml"
        path.write_text('top = "hrg"\n[spells]\nx = 5\n"*" = "all"\n', encoding="utf-8")
        found = faults(read_mapping, path)
        assert [(fault.code, fault.line) for fault in found] == [
            ("mapping/section", 1), ("mapping/name", 3), ("mapping/every-other", 4)
        ]  # fmt: skip
        assert found[2].write == '"*" = "ignore"'
