"""Rows are left out only where every sum is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals.stable.v2 as nw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel import pay
from tallystick.kernel.errors import SettlementError
from tallystick.kernel.flows import Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language import words
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.language.series import Code, Day, Maybe
from tallystick.kernel.language.series import literal as literal_of
from tallystick.kernel.pay.guarded import guard
from tallystick.kernel.pay.scan import Scan
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, rule
from tallystick.kernel.tables import Table, table
from tallystick.kernel.tables import column as column_of
from tests import support
from tests.support import case, contract, framed_tables, use
from tests.unit.sentences_drawn import column, conditions, literal, made, numbers, rows, says

a, urgent, seen = column("a"), column("urgent", Kind.FLAG), column("seen", Kind.FLAG)


def when(condition: Node, value: Node) -> Node:
    return made("when", condition, value, literal(0))


@given(first=conditions, rest=st.lists(numbers, min_size=1, max_size=4), row=rows)
def test_where_a_condition_does_not_hold_every_sum_is_nothing(
    first: Node, rest: list[Node], row: dict[str, Any]
) -> None:
    for sums in (rest, [when(first, one) for one in rest]):
        if not all(says(one, row, 0) for one in guard(sums)):
            assert all(says(one, row, 0) == 0 for one in sums)


def test_what_all_sums_say_first_is_found_also_within() -> None:
    both = made("and", seen, urgent, kind=Kind.FLAG)
    counted = when(made("ne", when(both, a), literal(0), kind=Kind.FLAG), literal(1))
    assert guard([when(urgent, a), when(seen, when(urgent, a)), counted, made("neg", when(urgent, a))]) == [urgent]


@pytest.mark.parametrize("op", ["add", "sub", "min", "max"])
def test_of_two_numbers_only_what_both_need_is_found(op: str) -> None:
    first, second = when(urgent, a), when(seen, when(urgent, a))
    assert guard([made(op, first, second)]) == guard([made("when", seen, first, second)]) == [urgent]
    assert guard([made(op, first, literal(0))]) == [urgent]
    assert guard([made(op, first, a)]) == guard([made("when", seen, first, a)]) == []


def test_what_not_all_sums_say_is_not_found() -> None:
    assert guard([when(urgent, a), a]) == []
    assert guard([made("when", urgent, a, literal(1))]) == []
    assert guard([]) == []


def test_what_looks_something_up_leaves_no_row_out() -> None:
    found = Node("exists", (a,), ("notices", ("spell",), (), False), kind=Kind.FLAG, grain=a.grain)
    assert guard([when(found, a)]) == []


@table("visits", key="visit", date="visited", units={"visit": ""})
class Visits(Table):
    """Visits, at home or on a ward."""

    visit: Code = column_of("What names the row.")
    provider: Code = column_of("Who visits.")
    commissioner: Code = column_of("Who pays.")
    visited: Day = column_of("The day of it.")
    place: Maybe[Code] = column_of("Where.")


@rule("each-visit")
class EachVisit(Rule):
    """A pound for each visit at home."""

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        at_home = activity.visits.place.or_else("") == "home"
        paid = words.when(at_home, literal_of(Kind.AMOUNT, "£1") * activity.visits.rows)
        yield Flow(contract.commissioner, contract.provider, paid, reason="a pound for each")


def payer(*codes: str) -> pay.Payer:
    made = case(contract("A", use(EachVisit)), tables=[Visits])
    visits = [{"visit": f"{n}", "visited": "2025-05-01", "place": code} for n, code in enumerate(codes)]
    program = compose(made)
    return pay.Payer(program, framed_tables(program, support.rows_of(made, {"visits": visits})))


def test_rows_that_are_left_out_are_counted_all_the_same() -> None:
    reading = (read := payer("home", "ward", "home", "ward")).read()
    assert [line.pence for line in reading.flows] == [200]
    assert [(line.unit, line.units) for line in reading.received if line.unit == "visit"] == [("visit", 4)]
    found = read.passes.found[0, "visits"].any
    assert (sum(found.rows), found.counted.total()) == (2, 4)


def test_a_row_that_is_lost_after_the_others_were_left_out_stops_the_settlement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keeps = Scan._guarded
    monkeypatch.setattr(Scan, "_guarded", lambda scan: keeps(scan).filter(nw.col("visit") != "0"))
    with pytest.raises(SettlementError, match="visits: 2 rows were checked, and 1 would be paid for"):
        payer("home", "ward", "home").read()
