"""What a line is called from month to month, and what is due on it."""

from __future__ import annotations

import pytest

from tallystick.in_year.postings import Sum, due, entitlement, shown, together
from tallystick.kernel.errors import SettlementError
from tests.unit.postings_world import SETTLED, line


class TestTheNameOfALine:
    def test_a_period_that_grows_keeps_its_name(self) -> None:
        june = entitlement([line(100, period="2025-04 to 2025-06")])
        september = entitlement([line(250, period="2025-04 to 2025-09")])
        assert list(june) == list(september)
        assert [key.starts for key in june] == ["2025-04"]
        assert list(due(september, june, SETTLED).values()) == [Sum(150, 0)]

    def test_months_are_lines_of_their_own(self) -> None:
        assert len(entitlement([line(100), line(100, period="2025-05")])) == 2

    @pytest.mark.parametrize("name", ["contract", "book", "kind", "rule", "label", "clause", "reason"])
    def test_all_that_a_line_says_but_its_amount_is_its_name(self, name: str) -> None:
        assert len(entitlement([line(100), line(100, **{name: "other"})])) == 2

    def test_a_line_that_turned_round_meets_its_former_self(self) -> None:
        before, after = entitlement([line(1_000, units=5)]), entitlement([line(-300, units=7)])
        assert list(before) == list(after)
        (key, of), = due(after, before, SETTLED).items()  # fmt: skip
        assert of == Sum(-1_300, 2)
        turned, pence = shown(key, of)
        assert (turned.payer, turned.payee, pence) == ("ZH1", "QXX", Sum(1_300, 2))

    def test_lines_of_one_name_are_added_and_those_that_come_to_nothing_left_out(self) -> None:
        assert list(entitlement([line(100), line(-30, units=0)]).values()) == [Sum(70, 1)]
        assert entitlement([line(100, units=0), line(-100, units=0)]) == {}

    def test_units_without_money_are_kept(self) -> None:
        assert list(entitlement([line(0, units=3)]).values()) == [Sum(0, 3)]

    def test_a_body_that_pays_itself_moves_no_money(self) -> None:
        assert entitlement([line(100, payee="QXX")]) == {}


class TestWhatIsDue:
    def test_nothing_where_nothing_changed(self) -> None:
        lines = entitlement([line(100), line(-5, label="repaid")])
        assert due(lines, lines, SETTLED) == {}

    def test_what_is_posted_and_no_longer_entitled_goes_back(self) -> None:
        assert list(due({}, entitlement([line(100, units=2)]), SETTLED).values()) == [Sum(-100, -2)]

    def test_what_is_due_with_what_was_posted_is_the_entitlement(self) -> None:
        posted, entitled = (
            entitlement([line(100), line(7, label="gone")]),
            entitlement([line(-40), line(9, label="new")]),
        )
        assert together(posted, due(entitled, posted, SETTLED)) == entitled

    def test_a_contract_that_was_not_settled_gives_nothing_back(self) -> None:
        posted = entitlement([line(100), line(55, contract="community")])
        assert due(entitlement([line(100)]), posted, {"acute": ("2025-04", "2025-09")}) == {}

    def test_another_year_gives_nothing_back(self) -> None:
        last_year = entitlement([line(100, period="2024-04 to 2025-03"), line(3, period="2025-03")])
        assert due({}, last_year, SETTLED) == {}

    def test_months_after_those_that_were_settled_give_nothing_back(self) -> None:
        assert due({}, entitlement([line(100, period="2025-07")]), {"acute": ("2025-04", "2025-06")}) == {}

    @pytest.mark.parametrize("settled", [{}, {"acute": ("2025-05", "2025-06")}, {"acute": ("2025-01", "2025-03")}])
    def test_a_line_outside_what_was_settled_is_refused(self, settled: dict[str, tuple[str, str]]) -> None:
        with pytest.raises(SettlementError, match="acute, elective: a line from 2025-04 is outside the contracts"):
            due(entitlement([line(100)]), {}, settled)
