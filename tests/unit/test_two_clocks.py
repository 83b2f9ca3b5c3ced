"""When care happened, and what was known when: submissions, flex and freeze, restated prices, and months to date."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tallystick.files.spots import Refusal
from tallystick.in_year.months import Months, month_of, read_months
from tallystick.kernel.errors import InputError
from tests.unit.in_year_world import CONTRACT, SCHEME, engine, make, payable, reconcile, submit, to_date

APRIL = [("a1", "2025-04-10", "A"), ("a2", "2025-04-20", "B")]
MAY = [("m1", "2025-05-10", "A")]


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return make(tmp_path / "clinic")


def codes(raised: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [fault.code for fault in raised.value.faults]


class TestMonths:
    def test_a_stretch_and_a_month(self) -> None:
        months = read_months("2025-11..2026-02")
        assert months.names == ("2025-11", "2025-12", "2026-01", "2026-02")
        assert months.last_day == datetime.date(2026, 2, 28)
        assert str(months) == "2025-11..2026-02"
        assert len(months) == 4
        assert read_months("2025-04") == Months(datetime.date(2025, 4, 1), datetime.date(2025, 4, 1))

    @pytest.mark.parametrize("text", ["2025", "2025-13", "2025-04..", "2025-04-01", "2025-06..2025-04", "0001-01", ""])
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(Refusal):
            read_months(text)

    def test_one_month_is_not_two(self) -> None:
        with pytest.raises(Refusal):
            month_of("2025-04..2025-05")


class TestMonthsToDate:
    def test_the_months_to_date_are_settled_and_no_more(self, clinic: Path) -> None:
        submit(clinic, "2025-04..2025-05", "2025-06-10", [*APRIL, *MAY])
        assert to_date(reconcile(clinic, "2025-04", "2025-06-15")) == 10_000 + 15_000  # £100 fixed, £100 + £50
        assert to_date(reconcile(clinic, "2025-04..2025-05", "2025-06-15")) == 20_000 + 25_000

    def test_a_contract_that_settles_by_year_is_settled_to_date(self, tmp_path: Path) -> None:
        yearly = make(tmp_path / "yearly", scheme=SCHEME.replace('"month"', '"year"'))
        submit(yearly, "2025-04..2025-05", "2025-06-10", [*APRIL, *MAY])
        result = reconcile(yearly, "2025-04..2025-05", "2025-06-15")
        assert to_date(result) == 20_000 + 25_000
        assert {line.period for line in result.settlement.lines} == {"2025-04 to 2025-05"}

    def test_months_that_begin_inside_a_period_are_refused(self, tmp_path: Path) -> None:
        yearly = make(tmp_path / "yearly", scheme=SCHEME.replace('"month"', '"year"'))
        submit(yearly, "2025-04..2025-05", "2025-06-10", MAY)
        with pytest.raises(InputError) as raised:
            reconcile(yearly, "2025-05", "2025-06-15")
        assert codes(raised) == ["months/middle"]

    def test_months_without_a_contract_are_refused(self, clinic: Path) -> None:
        with pytest.raises(InputError) as raised:
            reconcile(clinic, "2024-04..2024-05", "2025-06-15")
        assert codes(raised) == ["months/none"]

    def test_a_first_period_of_nine_months_pays_nine_twelfths(self, tmp_path: Path) -> None:
        text = CONTRACT.replace("{ from = 2025-04-01, years = 1 }", "{ from = 2025-07-01, to = 2026-03-31 }")
        part = make(tmp_path / "part", contract=text, freeze=False)
        submit(part, "2025-07..2026-03", "2026-04-10", [])
        assert to_date(reconcile(part, "2025-07..2026-03", "2026-04-15")) == 9 * 10_000

    def test_a_row_over_the_turn_of_the_year_belongs_to_the_month_in_which_it_ends(self, tmp_path: Path) -> None:
        text = CONTRACT.replace("years = 1", "years = 2")
        both = make(tmp_path / "both", contract=text, freeze=False)
        submit(both, "2026-03..2026-04", "2026-05-10", [("x", "2026-04-01", "A")])
        assert to_date(reconcile(both, "2026-03", "2026-05-15")) == 10_000
        assert to_date(reconcile(both, "2026-03..2026-04", "2026-05-15")) == 20_000 + 10_000

    def test_months_of_a_second_year_open_no_pot_twice(self, tmp_path: Path) -> None:
        text = CONTRACT.replace("years = 1", "years = 2")
        both = make(tmp_path / "both", contract=text, freeze=False)
        submit(both, "2025-04..2026-04", "2026-05-10", [("x", "2025-04-01", "A"), ("y", "2026-04-01", "B")])
        result = reconcile(both, "2026-04", "2026-05-15")
        assert {line.period for line in result.settlement.lines} == {"2026-04"}
        assert to_date(result) == 10_000 + 5_000

    def test_without_a_day_nothing_is_reconciled(self, clinic: Path) -> None:
        with pytest.raises(InputError) as raised:
            engine().settle(clinic, months="2025-04")
        assert codes(raised) == ["months/as-at"]


class TestSubmissions:
    def test_the_latest_received_by_the_day_counts(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-05-10", APRIL)
        submit(clinic, "2025-04..2025-05", "2025-06-10", [APRIL[0], ("a2", "2025-04-20", "A"), *MAY])
        assert to_date(reconcile(clinic, "2025-04", "2025-05-15")) == 25_000
        assert to_date(reconcile(clinic, "2025-04", "2025-06-15")) == 30_000  # a2 is coded A now

    def test_nothing_received_is_nothing_counted_and_is_said(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-05-10", APRIL)
        early = reconcile(clinic, "2025-04", "2025-05-01")
        assert to_date(early) == 10_000
        assert "Not received by 2025-05-01" in early.statement("clinic").as_text()
        later = reconcile(clinic, "2025-04..2025-05", "2025-05-15").statement("clinic").as_text()
        assert "attendances 2025-05" in later.partition("Not received by")[2]

    def test_what_comes_after_the_freeze_does_not_count_unless_it_was_agreed(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-05-10", APRIL)
        late = submit(clinic, "2025-04..2025-05", "2025-06-21", [*APRIL, ("a3", "2025-04-30", "A"), *MAY])
        result = reconcile(clinic, "2025-04..2025-05", "2025-06-30")
        assert to_date(result) == 20_000 + 15_000 + 10_000  # a3 of April is too late; May is open
        assert f"not counted for it: {late}" in " ".join(result.statement("clinic").as_text().split())
        text = (clinic / "submissions.csv").read_text(encoding="utf-8")
        (clinic / "submissions.csv").write_text(text.replace("2025-06-21,", "2025-06-21,QYY on 25 June"), "utf-8")
        assert to_date(reconcile(clinic, "2025-04..2025-05", "2025-06-30")) == 55_000

    def test_received_on_the_day_of_the_freeze_counts(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-06-20", APRIL)
        assert to_date(reconcile(clinic, "2025-04", "2025-06-20")) == 25_000

    def test_the_statement_names_flex_and_freeze(self, clinic: Path) -> None:
        submit(clinic, "2025-04..2025-06", "2025-07-01", APRIL)
        text = reconcile(clinic, "2025-04..2025-06", "2025-07-01").statement("clinic").as_text()
        assert "freeze 2025-04, flex 2025-05, open 2025-06" in text

    def test_providers_are_told_apart(self, clinic: Path) -> None:
        (clinic / "contracts/other.toml").write_text(
            CONTRACT.replace('"clinic"', '"other"').replace('"RXX"', '"RZZ"'), encoding="utf-8"
        )
        submit(clinic, "2025-04", "2025-05-10", APRIL)
        submit(clinic, "2025-04", "2025-05-12", [("z1", "2025-04-10", "A")], provider="RZZ")
        result = reconcile(clinic, "2025-04", "2025-05-15")
        assert to_date(result) == 25_000
        assert to_date(result, "RZZ") == 20_000

    def test_a_row_that_its_submission_does_not_state_is_refused(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-05-10", [*APRIL, *MAY])
        with pytest.raises(InputError) as raised:
            reconcile(clinic, "2025-04", "2025-05-15")
        assert codes(raised) == ["submission/unstated"]
        assert "m1 is of RXX, 2025-05-10" in raised.value.faults[0].found

    def test_a_row_in_two_months_that_both_count_is_refused(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-05-10", APRIL)
        submit(clinic, "2025-05", "2025-06-10", [("a2", "2025-05-20", "B")])
        with pytest.raises(InputError) as raised:
            reconcile(clinic, "2025-04..2025-05", "2025-06-15")
        assert codes(raised) == ["row/repeated"]

    def test_two_on_one_day_are_refused(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-05-10", APRIL, name="one.csv")
        submit(clinic, "2025-04..2025-05", "2025-05-10", APRIL, name="two.csv")
        with pytest.raises(InputError) as raised:
            reconcile(clinic, "2025-04", "2025-05-15")
        assert codes(raised) == ["submission/same-day"]

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            ("attendence,x.csv,RXX,2025-04,2025-05-10,", "table/unknown"),
            ("attendances,none.csv,RXX,2025-04,2025-05-10,", "file/missing"),
            ("attendances,x.csv,RXX,,2025-05-10,", "cell/empty"),
            ("attendances,x.csv,RXX,2025-04..,2025-05-10,", "months/form"),
            ("attendances,x.csv,RXX,2025-04,yesterday,", "value/kind"),
            ("answers,x.csv,,2025-04,2025-05-10,", "submission/months"),
            ("answers,x.csv,RXX,,2025-05-10,", "submission/provider"),
            ("attendances,x.csv,,2025-04,2025-05-11,", "submission/mixed"),
        ],
    )
    def test_what_is_wrong_in_the_list_is_told(self, clinic: Path, row: str, code: str) -> None:
        submit(clinic, "2025-04", "2025-05-10", APRIL, name="x.csv")
        with (clinic / "submissions.csv").open("a", encoding="utf-8") as listed:
            listed.write(row + "\n")
        with pytest.raises(InputError) as raised:
            reconcile(clinic, "2025-04", "2025-05-15")
        assert code in codes(raised), raised.value

    def test_a_file_is_listed_once_for_a_table(self, clinic: Path) -> None:
        submit(clinic, "2025-04..2025-05", "2025-05-10", [*APRIL, *MAY], name="x.csv")
        submit(clinic, "2025-05", "2025-06-10", [*APRIL, *MAY], name="x.csv")
        with pytest.raises(InputError) as raised:
            reconcile(clinic, "2025-04..2025-05", "2025-06-15")
        assert "submission/file-twice" in codes(raised)

    def test_a_file_of_one_table_is_not_taken_for_another(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-05-10", APRIL, name="x.csv")
        with (clinic / "submissions.csv").open("a", encoding="utf-8") as listed:
            listed.write("contacts,x.csv,RXX,2025-04,2025-05-10,\n")
        with pytest.raises(InputError) as raised:
            reconcile(clinic, "2025-04", "2025-05-15")
        assert "column/missing" in codes(raised)

    def test_a_table_comes_one_way(self, clinic: Path) -> None:
        name = submit(clinic, "2025-04", "2025-05-10", APRIL)
        (clinic / "scheme.toml").write_text(SCHEME + f'\n[activity]\nattendances = "{name}"\n', encoding="utf-8")
        with pytest.raises(InputError) as raised:
            reconcile(clinic, "2025-04", "2025-05-15")
        assert codes(raised) == ["submission/both"]

    def test_settling_without_months_takes_the_latest_of_every_month(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-05-10", APRIL)
        submit(clinic, "2025-05", "2025-06-10", MAY)
        result = engine().settle(clinic)
        assert sum(line.pence for line in result.settlement.lines) == 120_000 + 25_000


class TestFlexAndFreeze:
    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ("2025-04,2025-06-20,2025-05-20", "reconciliation/order"),
            ("2025-04,2025-03-20,2025-05-20", "reconciliation/order"),
            ("2025-04,2025-05-20,2025-06-20\n2025-04,2025-05-20,2025-06-20", "month/twice"),
            ("2025-04,2025-05-20,2025-07-20\n2025-05,2025-06-20,2025-07-10", "reconciliation/order"),
            ("April,2025-05-20,2025-06-20", "months/form"),
        ],
    )
    def test_days_out_of_order_are_told(self, clinic: Path, rows: str, code: str) -> None:
        (clinic / "reconciliation.csv").write_text(f"month,flex,freeze\n{rows}\n", encoding="utf-8")
        with pytest.raises(InputError) as raised:
            reconcile(clinic, "2025-04", "2025-05-15")
        assert code in codes(raised)


class TestRestatedPrices:
    RESTATED = (
        SCHEME + '\n[[price_list]]\nname = "units"\ntable = "unit_prices"\nfile = "june.csv"\nknown_from = 2025-06-10\n'
    )

    @pytest.fixture
    def restated(self, tmp_path: Path) -> Path:
        folder = make(tmp_path / "restated", scheme=self.RESTATED)
        text = "code,from_day,to_day,price_pounds,not_priced\nA,,,110,\nB,,,50,\n"
        (folder / "june.csv").write_text(text, encoding="utf-8")
        submit(folder, "2025-04..2025-05", "2025-06-01", [*APRIL, *MAY])
        return folder

    def test_the_list_that_was_known_on_the_day_counts(self, restated: Path) -> None:
        assert to_date(reconcile(restated, "2025-04..2025-05", "2025-06-09")) == 20_000 + 25_000
        assert to_date(reconcile(restated, "2025-04..2025-05", "2025-06-10")) == 20_000 + 27_000

    def test_arrears_come_once(self, restated: Path) -> None:
        first = reconcile(restated, "2025-04..2025-05", "2025-06-09")
        assert payable(first) == 45_000
        assert first.post() is not None
        second = reconcile(restated, "2025-04..2025-05", "2025-06-15")
        assert payable(second) == 2_000
        assert second.post() is not None
        third = reconcile(restated, "2025-04..2025-05", "2025-06-15")
        assert payable(third) == 0
        assert third.post() is None

    def test_a_list_that_nobody_knew_yet_is_a_fault(self, restated: Path) -> None:
        text = (restated / "scheme.toml").read_text(encoding="utf-8")
        first = '[[price_list]]\nname = "units"\ntable = "unit_prices"\nfile = "units.csv"\n'
        (restated / "scheme.toml").write_text(text.replace(first, ""), encoding="utf-8")
        with pytest.raises(InputError) as raised:
            reconcile(restated, "2025-04", "2025-06-09")
        assert codes(raised) == ["price-list/not-known-yet"]
