"""What people get wrong in the year, each of which once came to a wrong amount or to a message that helped nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.kernel.errors import InputError
from tests.unit.in_year_world import CONTRACT, make, payable, reasons, reconcile, submit, to_date

HEADING = "contract,payer,payee,paid_on,amount,reference,month\n"
APRIL, MAY = ("a1", "2025-04-10", "A"), ("m1", "2025-05-10", "B")


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """April comes to £200 and May to £150, of which £80 each was paid on account."""
    folder = make(tmp_path / "clinic", freeze=False)
    submit(folder, "2025-04..2025-05", "2025-06-02", [APRIL, MAY])
    paid = "".join(f"clinic,QYY,RXX,2025-0{n}-15,£80.00,{n},2025-0{n}\n" for n in (4, 5))
    (folder / "payments.csv").write_text(HEADING + paid, encoding="utf-8")
    return folder


def refused(folder: Path, months: str, as_at: str) -> tuple[str, str]:
    """The code of the one fault, and all that it says."""
    with pytest.raises(InputError) as raised:
        reconcile(folder, months, as_at)
    (fault,) = raised.value.faults
    return fault.code, f"{fault.found} {fault.why} {fault.write}"


class TestMonthsThatWerePostedAlready:
    def test_a_shorter_stretch_does_not_forget_what_was_paid_on_account_for_the_rest(self, clinic: Path) -> None:
        first = reconcile(clinic, "2025-04..2025-05", "2025-06-15")
        assert payable(first) == 35_000 - 16_000
        first.post()
        again = reconcile(clinic, "2025-04", "2025-06-16")  # £350 is due to date, as posted, and £160 was paid on it
        assert (to_date(again), payable(again)) == (35_000, 0)

    def test_months_posted_one_by_one_have_not_moved_since(self, clinic: Path) -> None:
        reconcile(clinic, "2025-04", "2025-06-15").post()
        reconcile(clinic, "2025-05", "2025-06-15").post()
        result = reconcile(clinic, "2025-04..2025-05", "2025-06-15")
        assert payable(result) == 0
        assert reasons(result) == {}
        assert reasons(reconcile(clinic, "2025-04", "2025-06-15")) == {}

    def test_what_moved_in_them_is_told(self, clinic: Path) -> None:
        reconcile(clinic, "2025-04..2025-05", "2025-06-15").post()
        submit(clinic, "2025-05", "2025-06-20", [("m1", "2025-05-10", "A")])
        assert reasons(reconcile(clinic, "2025-05", "2025-06-21")) == {"late coding": 5_000}


class TestMonthsThatHaveNotBegun:
    def test_a_year_mistyped_is_not_a_years_money(self, clinic: Path) -> None:
        code, said = refused(clinic, "2025-04..2026-03", "2025-06-15")
        assert code == "months/ahead"
        assert "2026-03 begins after 2025-06-15" in said
        assert "months up to 2025-06" in said

    def test_a_day_before_everything(self, clinic: Path) -> None:
        code, said = refused(clinic, "2025-04..2025-05", "2025-03-01")
        assert code == "months/ahead"
        assert said.endswith("--as-at 2025-05-01 or later")

    def test_a_month_that_has_begun_may_be_reconciled(self, clinic: Path) -> None:
        assert to_date(reconcile(clinic, "2025-04..2025-06", "2025-06-02")) == 35_000 + 10_000

    def test_months_without_a_contract_are_told_with_those_that_have_one(self, clinic: Path) -> None:
        code, said = refused(clinic, "2024-04..2024-05", "2025-06-15")
        assert code == "months/none"
        assert "from 2025-04 to 2026-03" in said


class TestContractsThatChange:
    def test_another_id_does_not_pay_everything_again(self, clinic: Path) -> None:
        reconcile(clinic, "2025-04", "2025-06-15").post()
        for name in ("contracts/clinic.toml", "payments.csv"):
            text = (clinic / name).read_text(encoding="utf-8")
            (clinic / name).write_text(
                text.replace('"clinic"', '"clinics"').replace("clinic,", "clinics,"), encoding="utf-8"
            )
        code, said = refused(clinic, "2025-04..2025-05", "2025-06-16")
        assert code == "journal/contract-gone"
        assert "under contract clinic, and there is no such contract" in said
        assert 'id = "clinic" again' in said
        assert payable(reconcile(clinic, "2025-05", "2025-06-16")) == 15_000 - 16_000  # nothing was posted for May

    def test_days_that_a_contract_does_not_have_any_more_go_back(self, clinic: Path) -> None:
        reconcile(clinic, "2025-04..2025-05", "2025-06-15").post()
        submit(clinic, "2025-04..2025-05", "2025-06-16", [APRIL])
        text = CONTRACT.replace("years = 1", "to = 2025-04-30")
        (clinic / "contracts/clinic.toml").write_text(text, encoding="utf-8")
        result = reconcile(clinic, "2025-04..2025-05", "2025-06-17")
        assert payable(result) == -15_000
        assert to_date(result) == 20_000

    def test_a_contract_that_has_none_of_the_months_any_more_is_told(self, clinic: Path) -> None:
        reconcile(clinic, "2025-04", "2025-06-15").post()
        text = CONTRACT.replace("from = 2025-04-01", "from = 2025-06-01")
        (clinic / "contracts/clinic.toml").write_text(text, encoding="utf-8")
        other = CONTRACT.replace('"clinic"', '"other"').replace('"RXX"', '"RZZ"')
        (clinic / "contracts/other.toml").write_text(other, encoding="utf-8")
        code, said = refused(clinic, "2025-04", "2025-06-16")
        assert code == "journal/contract-gone"
        assert "clinic has postings for 2025-04, and no day in these months any more" in said


class TestRowsSetAside:
    def test_they_are_not_posted_as_though_they_were_withdrawn(self, clinic: Path) -> None:
        reconcile(clinic, "2025-04..2025-05", "2025-06-15").post()
        submit(clinic, "2025-05", "2025-06-16", [("m1", "2025-05-32", "B")])
        result = reconcile(clinic, "2025-04..2025-05", "2025-06-17", set_aside=True)
        assert payable(result) == -5_000  # shown, with the row that was set aside
        with pytest.raises(InputError) as raised:
            result.post()
        assert [fault.code for fault in raised.value.faults] == ["journal/set-aside"]


class TestPayments:
    def test_payments_are_told_in_order_of_their_days(self, clinic: Path) -> None:
        text = (clinic / "payments.csv").read_text(encoding="utf-8")
        (clinic / "payments.csv").write_text(text + "clinic,QYY,RAA,2025-05-20,£1.00,8,\n", encoding="utf-8")
        said = reconcile(clinic, "2025-04..2025-05", "2025-06-15").statement("clinic").as_text()
        places = [said.index(day) for day in ("on 2025-04-15", "on 2025-05-15", "on 2025-05-20")]
        assert places == sorted(places)

    def test_payments_alone_without_a_file_say_what_to_do(self, clinic: Path) -> None:
        (clinic / "payments.csv").unlink()
        with pytest.raises(InputError) as raised:
            reconcile(clinic, "2025-04", "2025-06-15", posted="payments")
        (fault,) = raised.value.faults
        assert (fault.code, fault.file) == ("file/missing", "payments.csv")
        assert "--posted journal" in fault.write
