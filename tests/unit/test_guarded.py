"""Rows are left out only where every sum is nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.pay.guarded import guard
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


def test_what_not_all_sums_say_is_not_found() -> None:
    assert guard([when(urgent, a), a]) == []
    assert guard([made("when", urgent, a, literal(1))]) == []
    assert guard([]) == []


def test_what_looks_something_up_leaves_no_row_out() -> None:
    found = Node("exists", (a,), ("notices", ("spell",), (), False), kind=Kind.FLAG, grain=a.grain)
    assert guard([when(found, a)]) == []
