"""Synthetic activity: the same for a seed however it is made, skewed as real activity is, and always valid."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.tables import Column
from tallystick_examples.generate import TABLES, contracts_for, generate_activity, price_lists
from tallystick_rules.tables import TABLES as DECLARED

SPECS = {cls.table.name: cls.table for cls in DECLARED}
FROM, TO = datetime.date(2025, 4, 1), datetime.date(2026, 3, 31)

FIRST = ("S000000000", "contract-00010", "P000000040", "13", datetime.date(2025, 8, 28), 0, "AA01A")
NIGHTS = 3_105
DAYS_SINCE_1970 = 20_362_627
"""What seed 1 gave when this was written, for 1,000 spells of 20 contracts."""

each_table = pytest.mark.parametrize("table", TABLES)


def made(spells: int = 3_000, **options: Any) -> dict[str, pl.DataFrame]:
    found = generate_activity(None, spells=spells, **{"contracts": 20, **options})
    assert found is not None
    return found


@cache
def activity() -> dict[str, pl.DataFrame]:
    return made(60_000)


def share(condition: pl.Series) -> float:
    return float(condition.mean() or 0)  # type: ignore[arg-type]


class TestTheSameForASeed:
    @pytest.mark.parametrize("row_group", [1_000, 999, 501, 2_999])
    def test_content_does_not_depend_on_how_much_is_made_at_a_time(self, row_group: int) -> None:
        at_once, in_pieces = made(seed=7), made(seed=7, row_group=row_group)
        for table in TABLES:
            assert_frame_equal(at_once[table], in_pieces[table])

    def test_a_single_row_is_what_it_is_among_others(self) -> None:
        tables = ["spells", "answers", "people"]
        at_once, singly = made(15, tables=tables), made(15, tables=tables, row_group=1)
        assert all(at_once[table].equals(singly[table]) for table in tables)

    @each_table
    def test_another_seed_gives_other_content(self, table: str) -> None:
        assert not made(tables=[table])[table].equals(made(tables=[table], seed=2)[table])

    def test_these_rows_are_the_same_on_every_machine_and_with_every_release(self) -> None:
        found = made(1_000, seed=1)["spells"]
        columns = ["spell", "contract", "person", "admission_method", "discharged", "length_of_stay_days", "hrg"]
        assert found.select(columns).row(0) == FIRST
        assert found["length_of_stay_days"].sum() == NIGHTS
        assert found["discharged"].to_physical().sum() == DAYS_SINCE_1970

    def test_what_is_written_is_what_is_returned(self, tmp_path: Path) -> None:
        assert generate_activity(tmp_path, spells=3_000, contracts=20, row_group=500) is None
        returned = made()
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{table}.parquet" for table in TABLES)
        for table in TABLES:
            assert_frame_equal(pl.read_parquet(tmp_path / f"{table}.parquet"), returned[table])

    def test_a_file_has_row_groups_of_the_size_asked_for(self, tmp_path: Path) -> None:
        parquet = pytest.importorskip("pyarrow.parquet")
        generate_activity(tmp_path, spells=3_000, contracts=20, row_group=500, tables=["spells"])
        assert parquet.ParquetFile(tmp_path / "spells.parquet").metadata.num_row_groups == 6


class TestWhatIsDeclared:
    @each_table
    def test_every_column_is_one_of_the_tables_and_none_that_must_be_there_is_left_out(self, table: str) -> None:
        spec, columns = SPECS[table], activity()[table].columns
        assert set(columns) <= set(spec.columns)
        assert {name for name, column in spec.columns.items() if not column.optional} <= set(columns)

    @each_table
    def test_every_value_is_of_its_kind_and_within_its_bounds(self, table: str) -> None:
        frame = activity()[table]
        assert frame.height
        for name in frame.columns:
            check(SPECS[table].columns[name], frame[name])

    @each_table
    def test_no_two_rows_are_alike_where_they_must_not_be(self, table: str) -> None:
        for names in SPECS[table].unique:
            assert activity()[table].select(names).is_unique().all(), names

    @each_table
    def test_every_row_falls_in_the_days_asked_for(self, table: str) -> None:
        if date := SPECS[table].date:
            assert activity()[table][date].is_between(FROM, TO).all()

    @pytest.mark.parametrize("table", ["answers", "exemptions", "evidence"])
    def test_what_is_said_is_about_a_spell_that_is_there(self, table: str) -> None:
        assert activity()[table]["spell"].is_in(activity()["spells"]["spell"].implode()).all()

    @pytest.mark.parametrize("contracts", [1, 2, 7, 43, 2_500])
    def test_no_two_contracts_have_the_same_id_or_the_same_parties(self, contracts: int) -> None:
        found = contracts_for(contracts)
        assert len(found) == contracts
        assert len({name for name, _, _ in found}) == len(
            {parties for _, *parties_ in found for parties in [(*parties_,)]}
        )

    def test_given_contracts_are_the_ones_that_rows_belong_to(self) -> None:
        given = [("a", "RX1", "QT1"), ("b", "RX2", "QT1")]
        for table, frame in made(400, contracts=given).items():
            if "contract" in frame.columns:
                rows = frame.select("contract", "provider", "commissioner").unique()
                assert sorted(rows.rows()) == given, table

    @each_table
    def test_no_spells_at_all_are_empty_tables_of_the_same_columns(self, table: str, tmp_path: Path) -> None:
        empty = made(0)[table]
        assert empty.schema == activity()[table].schema
        assert not empty.height or table == "indicators"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"spells": -1},
            {"contracts": 0},
            {"row_group": 0},
            {"tables": ["spell"]},
            {"to_day": datetime.date(2020, 1, 1)},
        ],
    )
    def test_what_cannot_be_made_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            made(**wrong)


TYPES: dict[Kind, Callable[[pl.DataType], bool]] = {
    Kind.CODE: lambda found: found == pl.String,
    Kind.COUNT: lambda found: found == pl.Int64,
    Kind.DAY: lambda found: found == pl.Date,
    Kind.MOMENT: lambda found: found == pl.Datetime("us"),
    Kind.FLAG: lambda found: found == pl.Boolean,
}


def check(column: Column, values: pl.Series) -> None:
    assert TYPES[column.kind](values.dtype), (column.name, values.dtype)
    assert column.optional or not values.null_count(), column.name
    given = values.drop_nulls()
    assert len(given), column.name
    if column.allowed:
        assert given.is_in(column.allowed).all(), column.name
    if column.at_least is not None:
        assert given.is_between(column.at_least, column.at_most).all(), column.name
    if column.kind is Kind.CODE:
        assert (given.str.len_chars() > 0).all(), column.name


class TestHowItLooks:
    def test_a_few_groups_of_cases_are_most_of_the_activity(self) -> None:
        codes = activity()["spells"]["hrg"]
        common = codes.value_counts(sort=True).head(30)["hrg"]
        assert codes.n_unique() > 300
        assert 0.25 < share(codes.is_in(common.implode())) < 0.75

    def test_many_stays_are_of_no_night_and_a_few_are_very_long(self) -> None:
        stay = activity()["spells"]["length_of_stay_days"]
        assert 0.45 < share(stay == 0) < 0.75
        assert 0.01 < share(stay > 21) < 0.10
        assert 1 < stay.mean() < 6  # type: ignore[operator]
        assert stay.max() > 100  # type: ignore[operator]

    def test_a_day_case_is_elective_and_stays_no_night(self) -> None:
        day_cases = activity()["spells"].filter(pl.col("patient_class") == "2")
        assert 0.25 < day_cases.height / 60_000 < 0.5
        assert (day_cases["length_of_stay_days"] == 0).all()
        assert day_cases["admission_method"].is_in(["11", "12", "13"]).all()

    def test_a_stay_is_as_long_as_its_days_say(self) -> None:
        spells = activity()["spells"]
        nights = (spells["discharged"] - spells["admitted"]).dt.total_days()
        assert (nights == spells["length_of_stay_days"]).all()
        assert (spells["critical_care_days"].fill_null(0) <= nights).all()

    def test_providers_serve_places_of_different_deprivation(self) -> None:
        spells = activity()["spells"]
        means = spells.group_by("provider").agg(pl.col("deprivation_decile").mean())["deprivation_decile"]
        assert means.max() - means.min() > 1.5  # type: ignore[operator]
        assert 0.005 < spells["deprivation_decile"].null_count() / 60_000 < 0.03

    def test_a_delay_comes_before_the_discharge_and_has_a_pathway(self) -> None:
        spells = activity()["spells"].filter(pl.col("ready_on").is_not_null())
        assert spells["ready_on"].is_between(spells["admitted"], spells["discharged"]).all()
        late = spells.filter(pl.col("ready_on") < pl.col("discharged"))
        long = activity()["spells"].filter(pl.col("length_of_stay_days") >= 7)
        assert 0.25 < late.height / long.height < 0.45
        assert not late["discharge_pathway"].null_count()
        assert share(late["delay_reason"].is_null()) < 0.1
        assert (
            spells.filter(pl.col("ready_on") == pl.col("discharged"))["delay_reason"].null_count()
            == spells.filter(pl.col("ready_on") == pl.col("discharged")).height
        )

    def test_a_readmission_follows_its_index_spell_within_thirty_days(self) -> None:
        spells = activity()["spells"]
        again = spells.filter(pl.col("index_spell").is_not_null())
        assert 0.03 < again.height / spells.height < 0.12
        pairs = again.join(spells, left_on="index_spell", right_on="spell", suffix="_before")
        assert pairs.height == again.height
        for name in ("person", "contract", "age_years", "deprivation_decile", "local_authority"):
            assert pairs[name].equals(pairs[f"{name}_before"], check_names=False), name
        assert pairs["index_discharged"].equals(pairs["discharged_before"], check_names=False)
        assert pairs["index_admission_method"].equals(pairs["admission_method_before"], check_names=False)
        assert (pairs["admitted"] - pairs["discharged_before"]).dt.total_days().is_between(1, 30).all()

    def test_a_person_is_the_same_wherever_they_are_seen(self) -> None:
        seen = [activity()[table] for table in ("spells", "attendances", "contacts", "people")]
        personal = ["person", "age_years", "deprivation_decile", "local_authority"]
        people = pl.concat([frame.select(personal) for frame in seen]).unique()
        assert people["person"].is_unique().all()
        assert activity()["spells"]["person"].is_duplicated().any()

    def test_most_patients_do_not_answer_and_most_who_do_are_satisfied(self) -> None:
        answers = activity()["answers"]["satisfied"]
        assert 0.20 < answers.drop_nulls().len() / 60_000 < 0.30
        assert 0.80 < share(answers.drop_nulls()) < 0.90
        assert answers.null_count()

    def test_exemptions_are_few_and_are_decided_before_the_answer(self) -> None:
        exemptions = activity()["exemptions"]
        assert 0.001 < exemptions.height / 60_000 < 0.01
        both = exemptions.join(activity()["answers"], on="spell")
        assert (both["decided_on"] < both["answered_on"]).all()

    def test_surgery_that_met_the_time_took_less_than_36_hours_and_else_more(self) -> None:
        timed = activity()["evidence"].filter(pl.col("started_at").is_not_null())
        minutes = (timed["finished_at"] - timed["started_at"]).dt.total_minutes()
        assert ((minutes <= 35 * 60) == timed["met"]).all()
        assert not minutes.is_between(35 * 60, 37 * 60).any()
        assert 0.5 < share(timed["met"]) < 0.99

    @pytest.mark.parametrize(
        ("table", "column"),
        [("spells", "discharged_at"), ("emergency_attendances", "departed_at"), ("evidence", "finished_at")],
    )
    def test_no_time_falls_in_the_hour_that_one_night_lacks(self, table: str, column: str) -> None:
        assert not (activity()[table][column].drop_nulls().dt.hour() == 1).any()

    def test_nobody_leaves_a_department_before_they_came(self) -> None:
        frame = activity()["emergency_attendances"].drop_nulls(["arrived_at", "departed_at"])
        waits = (frame["departed_at"] - frame["arrived_at"]).dt.total_minutes()
        assert (waits > 0).all()
        assert 120 < waits.median() < 240  # type: ignore[operator]

    def test_some_people_met_a_condition_more_than_six_years_ago_and_most_have_none(self) -> None:
        people = activity()["people"]
        days = (people["census_day"] - people["last_eligible"]).dt.total_days().drop_nulls()
        assert 0.6 < people["category"].null_count() / people.height < 0.8
        assert (days >= 0).all()
        assert (days == 0).any()
        assert (days > 6 * 366).any()
        assert people["census_day"].n_unique() == 4


class TestPriceLists:
    def test_every_group_has_a_price_or_a_reason_and_only_the_ungroupable_has_none(self) -> None:
        prices = price_lists()["admitted_prices"]
        assert activity()["spells"]["hrg"].is_in(prices["code"].implode()).all()
        assert prices.filter(pl.col("not_priced").is_not_null())["code"].to_list() == ["UZ01Z"]
        priced = prices.filter(pl.col("not_priced").is_null())
        assert (
            not priced.select("day_case_pounds", "elective_pounds", "non_elective_pounds")
            .null_count()
            .sum_horizontal()[0]
        )
        assert (priced["short_stay_pounds"].is_not_null() == priced["short_stay_applies"]).all()
        assert "UZ01Z" in activity()["spells"]["hrg"]

    def test_every_unit_has_a_price(self) -> None:
        codes = price_lists()["unit_prices"]["code"].implode()
        for table, column in (("attendances", "hrg"), ("emergency_attendances", "hrg"), ("contacts", "contact_type")):
            assert activity()[table][column].is_in(codes).all()

    def test_every_provider_and_specialised_service_has_its_factor(self) -> None:
        lists = price_lists(20)
        assert set(activity()["spells"]["provider"]) == set(lists["factors"]["code"])
        services = activity()["spells"]["specialised_service"].drop_nulls()
        assert services.is_in(lists["specialist_top_ups"]["code"].implode()).all()

    @pytest.mark.parametrize("table", ["admitted_prices", "unit_prices", "factors", "specialist_top_ups"])
    def test_a_list_has_the_tables_columns_and_each_code_once(self, table: str) -> None:
        frame = price_lists(name="a list", from_day=FROM, to_day=TO)[table]
        assert {name.removesuffix("_pounds") for name in frame.columns} <= set(SPECS[table].columns)
        assert frame["code"].is_unique().all()
        assert frame.select("list", "from_day", "to_day").unique().rows() == [("a list", FROM, TO)]
        assert frame.equals(price_lists(name="a list", from_day=FROM, to_day=TO)[table])
        for name in frame.columns:
            if name.endswith("_pounds"):
                assert frame[name].dtype == pl.Int64
                assert (frame[name].drop_nulls() > 0).all()
