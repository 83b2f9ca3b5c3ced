"""What is payable between bodies: pots stand with their holders, closed bodies as their successors."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from tallystick.in_year.payable import Pair, Payable, Payment, holders, ordered_by, payable
from tallystick.in_year.postings import entitlement
from tallystick.kernel.accounts import Pot
from tallystick.kernel.errors import SettlementError
from tallystick.kernel.ledger import LedgerLine
from tests.unit.postings_world import AS_AT, CONTRACTS, HOLDERS, line


def worked_out(lines: Sequence[LedgerLine], **more: object) -> list[Payable]:
    said: dict[str, object] = {"payments": (), "ordered": {}, "contracts": {"acute"}, "holders": HOLDERS, **more}
    return list(payable(entitlement(lines), as_at=AS_AT, **said))  # type: ignore[arg-type]


def paid(pence: int, day: datetime.date = AS_AT, **more: str) -> Payment:
    return Payment(
        **{"contract": "acute", "payer": "QXX", "payee": "ZH1", "reference": "x", **more}, paid_on=day, pence=pence
    )  # type: ignore[arg-type]


class TestPayableNow:
    def test_it_is_what_is_entitled_less_what_was_paid_and_ordered(self) -> None:
        ordered = {Pair("acute", "QXX", "ZH1"): 250}
        assert worked_out([line(1_000)], payments=[paid(600)], ordered=ordered) == [
            Payable("acute", "QXX", "ZH1", entitled=1_000, on_account=600, ordered=250, now=150)
        ]

    def test_it_turns_round_where_more_was_paid_than_is_entitled(self) -> None:
        assert worked_out([line(1_000)], payments=[paid(1_600)]) == [
            Payable("acute", "ZH1", "QXX", entitled=-1_000, on_account=-1_600, ordered=0, now=600)
        ]

    def test_what_is_square_is_shown_as_it_was_entitled(self) -> None:
        assert worked_out([line(-1_000)], payments=[paid(1_000, payer="ZH1", payee="QXX")]) == [
            Payable("acute", "ZH1", "QXX", entitled=1_000, on_account=1_000, ordered=0, now=0)
        ]

    def test_a_payment_after_the_day_is_not_known_yet(self) -> None:
        assert worked_out([line(5)], payments=[paid(5, datetime.date(2025, 11, 20))])[0].now == 5

    def test_only_cash_is_payable(self) -> None:
        assert worked_out([line(7, book=book) for book in ("limit", "entitlement", "memo")]) == []

    def test_what_was_paid_and_never_entitled_goes_back(self) -> None:
        assert worked_out([], payments=[paid(5)]) == [Payable("acute", "ZH1", "QXX", 0, -5, 0, 5)]

    def test_contracts_are_kept_apart_and_others_left_alone(self) -> None:
        lines = [line(5), line(7, contract="community", payee="ZH1")]
        assert [(one.contract, one.now) for one in worked_out(lines, contracts={"acute", "community"})] == [
            ("acute", 5), ("community", 7),
        ]  # fmt: skip
        payments, ordered = [paid(1, contract="community")], {Pair("community", "QXX", "ZH1"): 1}
        assert worked_out(lines, payments=payments, ordered=ordered) == [Payable("acute", "QXX", "ZH1", 5, 0, 0, 5)]

    def test_orders_are_added_up_by_pair(self) -> None:
        orders = [
            Payable("a", "P", "Q", 5, 0, 0, 5),
            Payable("a", "Q", "P", -2, 0, -5, 3),
            Payable("b", "P", "Q", 0, 0, 0, 0),
        ]
        assert ordered_by(orders) == {Pair("a", "P", "Q"): 2}


class TestPots:
    def test_what_a_commissioner_puts_into_its_own_pot_it_has_not_paid(self) -> None:
        assert worked_out([line(1_000), line(300, payee="acute/quality")])[0].now == 1_000

    def test_what_a_provider_holds_it_has_been_paid(self) -> None:
        assert worked_out([line(1_000), line(300, payee="acute/care")])[0].now == 1_300

    def test_what_a_pot_pays_its_holder_pays(self) -> None:
        assert worked_out([line(40, payer="acute/quality", payee="ZH7")]) == [
            Payable("acute", "QXX", "ZH7", 40, 0, 0, 40)
        ]

    def test_who_holds_a_pot_is_a_role_a_code_or_the_commissioner_and_a_fund_holds_itself(self) -> None:
        declared = {
            "acute/a": Pot(name="a", held_by="provider"), "acute/b": Pot(name="b", held_by="commissioner"),
            "acute/c": Pot(name="c", held_by="QZZ"), "acute/d": Pot(name="d"),
            "acute/e": Pot(name="e", held_by="scheme/f"),
            "scheme/f": Pot(name="f", held_by="NHSE"), "scheme/g": Pot(name="g"),
            "acute/h": Pot(name="h", held_by="scheme/g"),
        }  # fmt: skip
        assert holders(declared, CONTRACTS) == {
            "acute/a": "ZH1", "acute/b": "QXX", "acute/c": "QZZ", "acute/d": "QXX", "acute/e": "NHSE",
            "acute/h": "scheme/g", "scheme/f": "NHSE", "scheme/g": "scheme/g",
        }  # fmt: skip

    def test_funds_that_hold_each_other_are_held_by_nobody(self) -> None:
        declared = {"scheme/f": Pot(name="f", held_by="scheme/g"), "scheme/g": Pot(name="g", held_by="scheme/f")}
        with pytest.raises(SettlementError, match="scheme/f is held by scheme/f, and that by itself in the end"):
            holders(declared, ())

    def test_a_pot_of_no_contract_has_no_role_to_hold_it(self) -> None:
        with pytest.raises(SettlementError, match="gone/a is held by the provider of gone"):
            holders({"gone/a": Pot(name="a", held_by="provider")}, CONTRACTS)

    def test_money_in_a_pot_that_nobody_holds_is_refused(self) -> None:
        with pytest.raises(SettlementError, match="money stands in acute/odd, and nobody says who holds that pot"):
            worked_out([line(5, payee="acute/odd")])

    def test_a_pot_that_holds_nothing_any_more_needs_no_holder(self) -> None:
        assert worked_out([line(0, payee="acute/odd")]) == []

    def test_a_fund_of_which_nobody_says_the_holder_is_a_body_of_its_own(self) -> None:
        found = worked_out([line(5, payer="scheme/f", payee="ZH1")])
        assert found == [Payable("acute", "scheme/f", "ZH1", 5, 0, 0, 5)]


class TestSuccessors:
    @staticmethod
    def merged(code: str, day: datetime.date) -> str:
        return {"ZH1": "ZH9"}.get(code, code) if day >= datetime.date(2025, 10, 1) else code

    def test_rights_debts_payments_and_orders_pass_to_the_successor(self) -> None:
        ordered = {Pair("acute", "QXX", "ZH1"): 100, Pair("acute", "QXX", "ZH9"): 10}
        payments = [paid(200), paid(20, payee="ZH9")]
        assert worked_out([line(1_000)], payments=payments, ordered=ordered, body=self.merged) == [
            Payable("acute", "QXX", "ZH9", entitled=1_000, on_account=220, ordered=110, now=670)
        ]

    def test_two_bodies_that_became_one_owe_each_other_nothing(self) -> None:
        assert worked_out([line(5)], payments=[paid(2)], body=lambda *_: "ZH9") == []

    def test_a_holder_that_closed_is_its_successor(self) -> None:
        lines = [line(40, payer="acute/care", payee="ZH7")]
        assert worked_out(lines, body=self.merged) == [Payable("acute", "ZH9", "ZH7", 40, 0, 0, 40)]
