"""For a dispute: a row's history through the submissions, a row found by its key alone, and the pack."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import Result as Said

from tallystick.report.row_history import as_text, history
from tests.unit.command_world import tallystick
from tests.unit.in_year_world import engine, make, submit

A1, A2 = ("a1", "2025-04-10", "A"), ("a2", "2025-04-20", "B")


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make(tmp_path / "clinic")
    submit(folder, "2025-04", "2025-05-10", [A1, A2], name="first.csv")
    submit(folder, "2025-04", "2025-05-30", [A1, ("a2", "2025-04-20", "A")], name="second.csv")
    submit(folder, "2025-04", "2025-06-10", [A1], name="third.csv")
    monkeypatch.chdir(folder)
    return folder


def explain(*more: object) -> Said:
    return tallystick("explain", ".", *more, "--months", "2025-04", "--as-at", "2025-06-01")


class TestHistory:
    def test_first_received_then_changed_then_gone(self, clinic: Path) -> None:
        found = history(engine().open(clinic), "attendances", "a2")
        assert [(one.name, dict(one.changed), one.row is None) for one in found] == [
            ("first.csv", {}, False),
            ("second.csv", {"hrg": ("B", "A")}, False),
            ("third.csv", {}, True),
        ]
        assert as_text(found) == (
            "When it was received\n"
            "  2025-05-10  first.csv: first received\n"
            "  2025-05-30  second.csv: changed: hrg from B to A\n"
            "  2025-06-10  third.csv: no longer there\n"
        )

    def test_a_row_that_stayed_as_it_was_has_one_line(self, clinic: Path) -> None:
        assert [one.name for one in history(engine().open(clinic), "attendances", "a1")] == ["first.csv"]

    def test_a_row_that_comes_again_is_told(self, clinic: Path) -> None:
        submit(clinic, "2025-04", "2025-06-20", [A1, ("a2", "2025-04-20", "A")], name="fourth.csv")
        found = history(engine().open(clinic), "attendances", "a2")
        assert [one.name for one in found] == ["first.csv", "second.csv", "third.csv", "fourth.csv"]

    def test_without_submissions_there_is_none(self, clinic: Path) -> None:
        (clinic / "submissions.csv").unlink()
        assert history(engine().open(clinic), "attendances", "a1") == []
        assert as_text([]) == ""


class TestExplain:
    def test_a_row_is_found_by_its_key_alone(self, clinic: Path) -> None:
        said = explain("--line", "a2")
        assert said.exit_code == 0, said.output
        assert said.output == explain("attendances:a2").output
        assert "QYY → RXX £100.00 (price)" in said.output
        assert (
            "third.csv: no longer there (after the day up to which facts are known: it does not count)" in said.output
        )

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "name one row"),
            (("a1", "--line", "a1"), "name one row"),
            (("a7",), "no table of the workspace has a row 'a7'"),
            (("attendances:a7",), "no row whose attendance is 'a7'"),
        ],
    )
    def test_what_names_no_row_is_told(self, clinic: Path, arguments: tuple[str, ...], words: str) -> None:
        said = explain(*arguments)
        assert said.exit_code == 2
        assert words in said.output


class TestPack:
    def test_it_holds_the_page_the_row_its_price_the_statement_and_the_record(self, clinic: Path) -> None:
        said = explain("a2", "--pack")
        assert said.exit_code == 0, said.output
        with zipfile.ZipFile(clinic / "attendances-a2.zip") as pack:
            texts = {name: pack.read(name).decode("utf-8") for name in pack.namelist()}
        assert set(texts) == {
            "explanation.txt", "prices/unit_prices, units.csv", "rows/attendances.csv", "run.json", "statement.txt",
        }  # fmt: skip
        assert texts["explanation.txt"] in said.output
        assert texts["rows/attendances.csv"].splitlines()[1] == "a2,RXX,QYY,2025-04-20,1,A"
        assert "10000" in texts["prices/unit_prices, units.csv"]
        assert '"as_at": "2025-06-01"' in texts["run.json"]

    def test_the_same_row_of_the_same_run_gives_the_same_file(self, clinic: Path) -> None:
        explain("a2", "--pack", "one.zip")
        explain("a2", "--pack", "two.zip")
        assert (clinic / "one.zip").read_bytes() == (clinic / "two.zip").read_bytes()

    def test_nothing_is_written_over(self, clinic: Path) -> None:
        (clinic / "mine.zip").write_text("mine", encoding="utf-8")
        assert explain("a2", "--pack", "mine.zip").exit_code == 2
        assert (clinic / "mine.zip").read_text(encoding="utf-8") == "mine"


class TestSettleAtTheCommandLine:
    def test_what_is_payable_is_shown_and_posted_once(self, clinic: Path) -> None:
        arguments = ("settle", ".", "--months", "2025-04", "--as-at", "2025-06-01", "--post")
        said = tallystick(*arguments)
        assert said.exit_code == 0, said.output
        assert "clinic QYY to RXX £300.00 £0.00 £0.00 £300.00" in " ".join(said.output.split())
        assert "Posted to journal/0001.json" in said.output
        again = tallystick(*arguments)
        assert "Nothing changed since the last posting, and nothing was posted" in again.output

    def test_posting_needs_months(self, clinic: Path) -> None:
        said = tallystick("settle", ".", "--post")
        assert said.exit_code == 2
        assert "--months 2025-04..2025-09" in said.output

    def test_months_that_are_none_are_told(self, clinic: Path) -> None:
        said = tallystick("settle", ".", "--months", "April", "--as-at", "2025-06-01")
        assert said.exit_code == 2
        assert '"April" is not a stretch of months' in said.output
        assert not (clinic / "runs").exists()

    def test_a_journal_whose_end_was_taken_away_is_found_out(self, clinic: Path) -> None:
        arguments = ("settle", ".", "--months", "2025-04", "--as-at", "2025-06-01", "--post")
        tallystick(*arguments)
        (clinic / "journal/0001.json").unlink()
        said = tallystick(*arguments)
        assert said.exit_code == 2
        assert "0001.json" in said.output

    def test_the_files_of_a_reconciliation_are_in_the_run(self, clinic: Path) -> None:
        tallystick("settle", ".", "--months", "2025-04", "--as-at", "2025-06-01")
        (run,) = (clinic / "runs").iterdir()
        assert {"due.csv", "payable.csv", "moved.csv", "submissions.csv"} <= {path.name for path in run.iterdir()}
        assert (run / "payable.csv").read_text(encoding="utf-8").splitlines()[1] == "clinic,QYY,RXX,30000,0,0,30000"


class TestTheRunOfAReconciliation:
    """A run is named by all that it rests on: nobody is handed the folder of an earlier run for a later one."""

    def settle(self, clinic: Path, *more: str) -> str:
        said = tallystick("settle", ".", "--months", "2025-04", "--as-at", "2025-06-01", *more)
        assert said.exit_code == 0, said.output
        run = clinic / next(line for line in said.output.splitlines() if "Written to" in line).split()[-1]
        return (run / "payable.csv").read_text(encoding="utf-8").splitlines()[1]

    def test_a_payment_on_account_is_another_run(self, clinic: Path) -> None:
        assert self.settle(clinic) == "clinic,QYY,RXX,30000,0,0,30000"
        heading = "contract,payer,payee,paid_on,amount,reference\n"
        (clinic / "payments.csv").write_text(f"{heading}clinic,QYY,RXX,2025-05-01,£100,May\n", encoding="utf-8")
        assert self.settle(clinic) == "clinic,QYY,RXX,30000,10000,0,20000"
        assert self.settle(clinic, "--posted", "nothing") == "clinic,QYY,RXX,30000,0,0,30000"

    def test_a_plan_is_another_run(self, clinic: Path) -> None:
        self.settle(clinic)
        plan = "contract,label,months,amount,units,profile\nclinic,fixed,2025-04,£90,,\n"
        (clinic / "plan.csv").write_text(plan, encoding="utf-8")
        self.settle(clinic)
        statements = [path.read_text(encoding="utf-8") for path in (clinic / "runs").glob("*/statements/clinic.txt")]
        assert sorted("PLAN TO DATE" in text for text in statements) == [False, True]


class TestWhyThisContract:
    CLAIM = '[[claim]]\ncontract = "clinic"\nsite = ["S1"]\n'

    def test_by_its_parties(self, clinic: Path) -> None:
        said = explain("a1").output
        assert "It names no contract, and goes by its parties on 2025-04-10: provider RXX and commissioner QYY." in said

    def test_by_the_contract_that_it_names(self, clinic: Path) -> None:
        heading = "attendance,contract,provider,commissioner,attended,attendances,hrg\n"
        (clinic / "second.csv").write_text(heading + "a1,clinic,RXX,QYY,2025-04-10,1,A\n", encoding="utf-8")
        assert "It names contract clinic itself." in explain("a1").output

    def test_by_a_claim_or_by_none(self, clinic: Path) -> None:
        (clinic / "assign.toml").write_text(self.CLAIM, encoding="utf-8")
        heading = "attendance,provider,commissioner,attended,attendances,hrg,site\n"
        rows = "a1,RXX,QYY,2025-04-10,1,A,S1\na2,RXX,QYY,2025-04-20,1,A,S2\n"
        (clinic / "second.csv").write_text(heading + rows, encoding="utf-8")
        assert "Contract clinic claims it by provider, commissioner, site (3 named)." in explain("a1").output
        assert "No contract claims it on 2025-04-20, so it belongs to none." in explain("a2").output
