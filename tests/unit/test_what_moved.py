"""What moved since the last posting: each reason by itself, several at once, and always the whole difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.in_year.moved import to_provider
from tallystick.kernel.errors import InputError
from tallystick.result import Result
from tests.unit.in_year_world import CONTRACT, SCHEME, make, payable, reasons, reconcile, submit

A1, A2, A3 = ("a1", "2025-04-10", "A"), ("a2", "2025-04-20", "B"), ("a3", "2025-04-25", "A")


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    folder = make(tmp_path / "clinic", freeze=False)
    submit(folder, "2025-04", "2025-05-10", [A1, A2])
    reconcile(folder, "2025-04", "2025-05-15").post()
    return folder


def adds_up(result: Result) -> bool:
    """Whether the reasons come to the whole of what is due since the last posting."""
    assert result.in_year is not None
    contracts = {one.id: one for one in result.settlement.case.contracts}
    due = sum(to_provider(key, of, contracts) for key, of in result.in_year.due.lines.items())
    return due == sum(one.pence for one in result.in_year.moved)


class TestReasons:
    def test_nothing_moved(self, clinic: Path) -> None:
        result = reconcile(clinic, "2025-04", "2025-05-15")
        assert reasons(result) == {}
        assert "Nothing moved since the posting as at 2025-05-15." in result.statement("clinic").as_text()

    def test_late_activity(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-06-10", [A1, A2, A3])
        assert reasons(reconcile(clinic, "2025-04", "2025-06-15")) == {"late activity": 10_000}

    def test_late_coding(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-06-10", [A1, ("a2", "2025-04-20", "A")])
        assert reasons(reconcile(clinic, "2025-04", "2025-06-15")) == {"late coding": 5_000}

    def test_a_row_withdrawn(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-06-10", [A2])
        assert reasons(reconcile(clinic, "2025-04", "2025-06-15")) == {"rows withdrawn": -10_000}

    def test_a_duplicate_taken_out(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-06-10", [A1, A2, ("a9", *A2[1:])])
        reconcile(clinic, "2025-04", "2025-06-15").post()
        submit(clinic, "2025-04", "2025-07-10", [A1, A2])
        assert reasons(reconcile(clinic, "2025-04", "2025-07-15")) == {"duplicates taken out": -5_000}

    def test_new_months(self, clinic: Path) -> None:
        submit(clinic, "2025-05", "2025-06-10", [("m1", "2025-05-02", "A")])
        assert reasons(reconcile(clinic, "2025-04..2025-05", "2025-06-15")) == {"new months": 20_000}

    def test_a_price_list(self, clinic: Path) -> None:
        text = (clinic / "units.csv").read_text(encoding="utf-8")
        (clinic / "units.csv").write_text(text.replace("A,,,100", "A,,,107"), encoding="utf-8")
        assert reasons(reconcile(clinic, "2025-04", "2025-05-15")) == {"price list": 700}

    def test_a_contract_variation(self, clinic: Path) -> None:
        text = CONTRACT.replace("£1,200", "£2,400")
        (clinic / "contracts/clinic.toml").write_text(text, encoding="utf-8")
        assert reasons(reconcile(clinic, "2025-04", "2025-05-15")) == {"contract variation": 10_000}

    def test_a_parameter_of_the_scheme(self, tmp_path: Path) -> None:
        rule = '\n[[rule]]\nuse = "block"\nlabel = "growth"\nvalue = "£12"\n'
        folder = make(tmp_path / "scheme", scheme=SCHEME + rule, freeze=False)
        submit(folder, "2025-04", "2025-05-10", [A1])
        reconcile(folder, "2025-04", "2025-05-15").post()
        (folder / "scheme.toml").write_text((SCHEME + rule).replace("£12", "£36"), encoding="utf-8")
        assert reasons(reconcile(folder, "2025-04", "2025-05-15")) == {"parameters of the scheme": 200}

    def test_several_at_once_add_up(self, clinic: Path) -> None:
        submit(clinic, "2025-04..2025-05", "2025-06-10", [("a2", "2025-04-20", "A"), A3, ("m1", "2025-05-02", "B")])
        text = (clinic / "units.csv").read_text(encoding="utf-8")
        (clinic / "units.csv").write_text(text.replace("A,,,100", "A,,,107"), encoding="utf-8")
        text = CONTRACT.replace("£1,200", "£2,400")
        (clinic / "contracts/clinic.toml").write_text(text, encoding="utf-8")
        result = reconcile(clinic, "2025-04..2025-05", "2025-06-15")
        assert reasons(result) == {
            "price list": 700,  # a1 at £107
            "contract variation": 10_000,
            "rows withdrawn": -10_700,  # a1
            "late coding": 5_700,  # a2 from £50 to £107
            "late activity": 10_700,  # a3
            "new months": 25_000,  # £200 fixed and m1
        }
        assert adds_up(result)
        assert payable(result) == 41_400

    def test_what_was_settled_with_a_file_that_is_gone_is_told_together(self, tmp_path: Path) -> None:
        scheme = SCHEME + '\n[activity]\nattendances = "own.csv"\n'
        folder = make(tmp_path / "own", scheme=scheme, freeze=False)
        (folder / "submissions.csv").unlink()
        heading = "attendance,provider,commissioner,attended,attendances,hrg\n"
        (folder / "own.csv").write_text(heading + "a1,RXX,QYY,2025-04-10,1,A\n", encoding="utf-8")
        reconcile(folder, "2025-04", "2025-05-15").post()
        more = heading + "a1,RXX,QYY,2025-04-10,1,B\na2,RXX,QYY,2025-04-10,1,B\n"
        (folder / "own.csv").write_text(more, encoding="utf-8")
        result = reconcile(folder, "2025-04", "2025-05-15")
        assert payable(result) == 0  # £50 less and £50 more
        (folder / "own.csv").write_text(more + "a3,RXX,QYY,2025-04-11,1,A\n", encoding="utf-8")
        result = reconcile(folder, "2025-04", "2025-05-15")
        assert reasons(result) == {"activity whose earlier files are gone, and rules": 10_000}


class TestTheJournal:
    def test_the_past_is_told_again_as_it_was(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-06-10", [A1, A2, A3])
        reconcile(clinic, "2025-04", "2025-06-15").post()
        again = reconcile(clinic, "2025-04", "2025-05-15")
        assert payable(again) == 0
        with pytest.raises(InputError) as raised:
            again.post()
        assert raised.value.faults[0].code == "journal/past"

    def test_what_is_worked_out_without_the_journal_is_not_posted(self, clinic: Path) -> None:
        result = reconcile(clinic, "2025-04", "2025-05-15", posted="nothing")
        assert payable(result) == 25_000
        with pytest.raises(InputError) as raised:
            result.post()
        assert raised.value.faults[0].code == "journal/none"

    def test_a_settlement_that_is_no_reconciliation_is_not_posted(self, clinic: Path) -> None:
        from tests.unit.in_year_world import engine

        with pytest.raises(ValueError, match="only a reconciliation"):
            engine().settle(clinic).post()

    def test_money_paid_on_account_is_taken_off(self, clinic: Path) -> None:
        (clinic / "payments.csv").write_text(
            "contract,payer,payee,paid_on,amount,reference\nclinic,QYY,RXX,2025-05-01,£100.00,May instalment\n",
            encoding="utf-8",
        )
        result = reconcile(clinic, "2025-04", "2025-05-15")
        assert payable(result) == -10_000  # all of April was said to be payable before, and £100 came beside it
        assert "May instalment" in result.statement("clinic").as_text()
        assert payable(reconcile(clinic, "2025-04", "2025-05-15", posted="payments")) == 15_000

    def test_a_contract_that_stops_posts_nothing_and_takes_nothing_back(self, clinic: Path) -> None:
        text = CONTRACT + '\n[[rule]]\nuse = "local"\nlabel = "local"\nplugin = "tallystick-local"\n'
        (clinic / "contracts/clinic.toml").write_text(text, encoding="utf-8")
        result = reconcile(clinic, "2025-04", "2025-05-15")
        assert result.outcomes == {"clinic": "stopped"}
        assert result.post() is None


def test_runs_in_any_order_of_months_end_where_one_run_ends(tmp_path: Path) -> None:
    folder = make(tmp_path / "year", freeze=False)
    submit(folder, "2025-04", "2025-05-10", [A1])
    submit(folder, "2025-04..2025-05", "2025-06-10", [A1, A2, ("m1", "2025-05-02", "A")])
    submit(folder, "2025-04..2025-06", "2025-07-10", [A2, ("m1", "2025-05-02", "B"), ("j1", "2025-06-30", "A")])
    paid = 0
    for months, day in (
        ("2025-04", "2025-05-15"),
        ("2025-04..2025-05", "2025-06-15"),
        ("2025-04..2025-06", "2025-07-15"),
    ):
        result = reconcile(folder, months, day)
        assert adds_up(result) or result.in_year is None or result.in_year.since is None
        paid += payable(result)
        result.post()
    whole = reconcile(folder, "2025-04..2025-06", "2025-07-15", posted="nothing")
    assert paid == payable(whole) == 30_000 + 5_000 + 5_000 + 10_000
