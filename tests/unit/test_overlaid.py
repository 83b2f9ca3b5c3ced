"""What is laid over each other says to each contract what it alone would say."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel.language.nodes import Kind, Node, walk
from tallystick.kernel.pay.overlaid import CHOSEN, EVERYONE, OWNED, Asked, Overlay
from tests.unit.sentences_drawn import TABLE, column, conditions, literal, made, numbers, rows, says, term

CONTRACTS = 5
a, b, urgent, seen = column("a"), column("b"), column("urgent", Kind.FLAG), column("seen", Kind.FLAG)


@given(
    asked=st.lists(
        st.tuples(st.one_of(numbers, conditions), st.integers(1, 2**CONTRACTS - 1), st.sampled_from(["x", "y"])),
        max_size=7,
    ),
    row=rows,
)
def test_each_contract_reads_what_it_asked_for(asked: list[tuple[Node, int, str]], row: dict[str, Any]) -> None:
    wanted: dict[Node, Asked] = {}
    for node, whose, role in asked:
        wanted[node] = wanted[node].too(Asked(whose, (role,))) if node in wanted else Asked(whose, (role,))
    overlay = Overlay(TABLE, wanted)
    for part in walk(*map(overlay.of, wanted)):  # what only an overlay has is known to rows, and to nothing coarser
        assert part.grain.table or part.op in (CHOSEN, OWNED) or not any(arg.op in (CHOSEN, OWNED) for arg in part.args)
    for node, one in wanted.items():
        for contract in range(CONTRACTS):
            if one.whose >> contract & 1:
                assert says(overlay.of(node), row, contract, overlay.owners) == says(node, row, contract)


def laid(*sentences: tuple[Node, int]) -> list[Node]:
    overlay = Overlay(TABLE, {node: Asked(whose, ("price",)) for node, whose in sentences})
    return [overlay.of(node) for node, _ in sentences]


def test_numbers_that_differ_are_one_column() -> None:
    one, other = laid((made("add", a, term("share")), 0b01), (made("add", a, literal(3)), 0b10))
    assert one == other
    assert one.op == "add"
    assert not any(part.op == OWNED for part in walk(one))


def test_a_condition_more_stands_beside_what_both_say() -> None:
    both = made("and", urgent, seen, kind=Kind.FLAG)
    one, other = laid((made("when", both, a, literal(0)), 0b01), (made("when", urgent, a, literal(0)), 0b10))
    assert one == other
    assert [part.op for part in walk(one)].count("and") == 1


def test_what_one_contract_has_twice_is_not_laid_over() -> None:
    first, second = made("add", a, b), made("add", b, b)
    assert laid((first, 0b11), (second, 0b10)) == [first, second]
    assert laid((first, EVERYONE), (second, 0b10)) == [first, second]


def test_a_price_is_not_laid_over_a_count() -> None:
    """Found by a calculation by hand: a product of three, ordered otherwise, paid £15.9m for £1,087.55."""
    price = Node("column", (), (TABLE, "price"), kind=Kind.PRICE, grain=a.grain)
    factor = Node("column", (), (TABLE, "factor"), kind=Kind.RATE, grain=a.grain)
    plain = made("mul", price, a, kind=Kind.PRICE)
    (one, other) = laid((plain, 0b01), (made("mul", plain, factor, kind=Kind.PRICE), 0b10))
    assert one == other
    for part in walk(one):
        if part.op == "when":
            assert part.args[1].kind is part.args[2].kind


def test_the_rows_of_other_contracts_are_left_as_they_are() -> None:
    """``earlier`` looks at rows of any contract, so nothing in it may be chosen by contract."""
    before = [Node("earlier", (one,), (TABLE,), kind=Kind.DAY, grain=a.grain, optional=True) for one in (urgent, seen)]
    sentences = [
        made("when", made("not", Node("is_missing", (day,), (), kind=Kind.FLAG, grain=a.grain), kind=Kind.FLAG), a, b)
        for day in before
    ]
    one, _ = laid((sentences[0], 0b01), (sentences[1], 0b10))
    assert [part for part in walk(one) if part.op == "earlier"] == before


def test_conditions_of_the_contract_beside_each_other_stay_the_rows() -> None:
    """Found in a review: two of them in a chain would have been asked of the contract, which knows no overlay."""
    few, many = (made("lt", term(name), literal(3), kind=Kind.FLAG) for name in ("share", "limit"))
    less = made("and", many, urgent, kind=Kind.FLAG)
    more = made("and", few, less, kind=Kind.FLAG)
    one, other = laid((made("when", more, a, literal(0)), 0b01), (made("when", less, a, literal(0)), 0b10))
    assert one == other
    assert all(part.grain == a.grain for part in walk(one) if part.op == "and")
