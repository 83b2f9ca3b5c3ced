"""payments.csv: every row is read strictly, and all that is wrong is told with its row and column."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tallystick.in_year.payable import Payment
from tallystick.in_year.payments import read_payments
from tallystick.kernel.errors import InputError
from tests.unit.postings_world import AS_AT, CONTRACTS

HEADING = "contract,payer,payee,paid_on,amount,reference\n"
APRIL = 'acute,QXX,ZH1,2025-04-15,"£1,000.50",April\n'


def read(folder: Path, text: str, **more: object) -> tuple[Payment, ...]:
    (folder / "payments.csv").write_text(text, encoding="utf-8")
    return read_payments(folder / "payments.csv", CONTRACTS, **{"as_at": AS_AT, **more})  # type: ignore[arg-type]


def refused(folder: Path, text: str, **more: object) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, text, **more)
    return str(caught.value)


class TestReading:
    def test_a_payment_is_a_row(self, tmp_path: Path) -> None:
        assert read(tmp_path, HEADING + APRIL) == (
            Payment("acute", "QXX", "ZH1", datetime.date(2025, 4, 15), 100_050, "April"),
        )

    @pytest.mark.parametrize(("name", "cell"), [("amount_pence", "100050"), ("amount_pounds", "1000.50")])
    def test_money_may_stand_in_pence_or_in_pounds(self, tmp_path: Path, name: str, cell: str) -> None:
        text = HEADING.replace("amount", name) + f"acute,QXX,ZH1,2025-04-15,{cell},April\n"
        assert [one.pence for one in read(tmp_path, text)] == [100_050]

    def test_a_payment_after_the_day_is_not_known_yet_and_one_on_the_day_is(self, tmp_path: Path) -> None:
        text = (
            HEADING
            + APRIL
            + APRIL.replace("04-15", "11-19").replace("April", "x")
            + APRIL.replace("04-15", "11-20").replace("April", "y")
        )
        assert [one.reference for one in read(tmp_path, text)] == ["April", "x"]

    def test_the_order_of_the_rows_does_not_matter(self, tmp_path: Path) -> None:
        other = "community,QXX,ZH2,2025-04-15,£1.00,April\n"
        assert read(tmp_path, HEADING + APRIL + other) == read(tmp_path, HEADING + other + APRIL)

    def test_no_file_and_a_file_without_rows_are_no_payments(self, tmp_path: Path) -> None:
        assert read_payments(tmp_path / "payments.csv", CONTRACTS, as_at=AS_AT) == ()
        assert read(tmp_path, HEADING) == ()

    def test_a_successor_stands_for_a_party(self, tmp_path: Path) -> None:
        text = HEADING + APRIL.replace("QXX", "QYY").replace("ZH1", "ZH9")
        assert read(tmp_path, text, body=lambda code, _: {"QXX": "QYY"}.get(code, code))[0].payer == "QYY"


class TestFaults:
    def test_an_unknown_contract(self, tmp_path: Path) -> None:
        assert refused(tmp_path, HEADING + APRIL + "\n" + APRIL.replace("acute", "acutee")) == (
            'payments.csv, row 3, column contract: there is no contract "acutee"\n'
            '  why: nobody could say what the payment is part of\n  write: did you mean "acute"?'
        )

    def test_a_reference_that_stands_there_twice_for_a_contract(self, tmp_path: Path) -> None:
        again = APRIL.replace("04-15", "05-15")
        found = refused(tmp_path, HEADING + APRIL + again)
        assert found.startswith("payments.csv, row 2, column contract, reference: ")
        assert "April" in found
        assert len(read(tmp_path, HEADING + APRIL + "community,QXX,ZH2,2025-04-15,£1.00,April\n")) == 2

    def test_a_body_that_is_no_party(self, tmp_path: Path) -> None:
        assert refused(tmp_path, HEADING + APRIL.replace("QXX", "QXY").replace("ZH1", "ZH8")) == (
            'payments.csv, row 1, column payer: neither "QXY" nor "ZH8" is a party of acute\n'
            "  why: a payment under a contract has one of its parties at one end at least\n"
            "  write: ZH1 (its provider) or QXX (its commissioner) as payer or payee"
        )

    def test_a_body_that_pays_itself(self, tmp_path: Path) -> None:
        assert refused(tmp_path, HEADING + APRIL.replace("QXX", "ZH1")) == (
            'payments.csv, row 1, column payee: "ZH1" is payer and payee\n'
            "  why: nothing is paid by a body to itself\n  write: the code of the body that was paid"
        )

    @pytest.mark.parametrize("code", ["acute/quality", "commissioner", "scheme"])
    def test_a_pot_or_a_word_is_no_body(self, tmp_path: Path, code: str) -> None:
        assert refused(tmp_path, HEADING + APRIL.replace("QXX", code)) == (
            f'payments.csv, row 1, column payer: "{code}" is not an organisation\'s code\n'
            "  why: payments are made between bodies; a pot's money stands with whoever holds it\n"
            "  write: the code of the body that paid"
        )

    @pytest.mark.parametrize("amount", ["£0.00", "-£5.00"])
    def test_a_payment_of_nothing_or_less(self, tmp_path: Path, amount: str) -> None:
        assert refused(tmp_path, HEADING + APRIL.replace('"£1,000.50"', amount)) == (
            f"payments.csv, row 1, column amount: {amount} is no payment\n"
            "  why: a payment is more than nothing\n"
            "  write: what was paid, without a minus sign. A payment back has payer and payee the other way round"
        )

    @pytest.mark.parametrize(
        ("before", "after", "says"),
        [
            ('"£1,000.50"', "1000.50", 'row 1, column amount: "1000.50" is a bare number'),
            ('"£1,000.50"', "€5.00", 'row 1, column amount: "€5.00" is not in £'),
            ('"£1,000.50"', "£5.005", 'row 1, column amount: "£5.005" has a fraction of a penny'),
            ('"£1,000.50"', "", "row 1, column amount: the cell is empty"),
            ("2025-04-15", "15/04/2025", 'row 1, column paid_on: "15/04/2025" does not begin with the year'),
            ("2025-04-15", "2025-02-30", 'row 1, column paid_on: "2025-02-30" is on no calendar'),
            ("April", "", "row 1, column reference: the cell is empty"),
            ("QXX", "N/A", 'row 1, column payer: "N/A", a word for a missing value'),
            (",April", "", "row 1: 5 cells under 6 headings"),
        ],
    )
    def test_a_cell_that_cannot_be_read(self, tmp_path: Path, before: str, after: str, says: str) -> None:
        assert f"payments.csv, {says}" in refused(tmp_path, HEADING + APRIL.replace(before, after))

    @pytest.mark.parametrize("name", ["contract", "payer", "payee", "paid_on", "reference"])
    def test_a_column_that_is_wanting(self, tmp_path: Path, name: str) -> None:
        assert f"there is no column {name}" in refused(tmp_path, HEADING.replace(name, f"x{name}x") + APRIL)

    def test_payments_that_are_not_known_yet_are_checked_too(self, tmp_path: Path) -> None:
        late = APRIL.replace("2025-04-15", "2026-04-15").replace("acute", "x")
        assert 'there is no contract "x"' in refused(tmp_path, HEADING + late)

    def test_all_faults_are_told_at_once_and_many_of_a_kind_are_counted(self, tmp_path: Path) -> None:
        rows = "".join(f"x{n},QXX,ZH1,2025-04-15,-£1.00,a\n" for n in range(30))
        with pytest.raises(InputError) as caught:
            read(tmp_path, HEADING + rows)
        assert sum(fault.times for fault in caught.value.faults) == 60
        assert len(caught.value.faults) == 40
