"""Which groups may be shown apart, and which have to be shown together; by hand, and for any answers at all."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.confidential.groups import Arranged, Block, Cell, Shown, arrange, as_plain, from_plain

NAMES = ("exempt", "no answer", "not satisfied", "otherwise", "satisfied")
TO_PARTY = ("exempt", "no answer", "satisfied")


def cells(**counts: int) -> list[Cell]:
    """Cells by name; every cell of a row that is not named has none, as an empty one has."""
    sizes = {name.replace("_", " "): count for name, count in counts.items()}
    found = [(name, sizes.get(name, 0)) for name in NAMES if sizes.get(name, 0) or name == "otherwise"]
    return [Cell(name=n, rows=c, unknown=c, people=c, to_party=n in TO_PARTY) for n, c in found]


def apart(arranged: Arranged) -> dict[str, int]:
    return {cell.name: cell.rows for cell in arranged.apart}


class TestOneRun:
    def test_groups_of_ten_are_shown(self) -> None:
        assert apart(arrange(cells(satisfied=10, not_satisfied=10))) == {"satisfied": 10, "not satisfied": 10}

    def test_a_group_of_nine_is_shown_with_others(self) -> None:
        assert apart(arrange(cells(satisfied=30, not_satisfied=20, no_answer=9))) == {"not satisfied": 20}

    def test_twelve_satisfied_of_thirteen_tell_of_the_one_who_was_not(self) -> None:
        arranged = arrange(cells(satisfied=12, not_satisfied=1, no_answer=40))
        assert (apart(arranged), arranged.netted) == ({}, True)  # even all together pay one spell less than was held

    def test_that_all_were_satisfied_tells_of_each(self) -> None:
        assert apart(arrange(cells(satisfied=50))) == {}

    def test_a_group_may_be_as_small_as_the_scheme_says(self) -> None:
        assert apart(arrange(cells(satisfied=5, not_satisfied=6), smallest=5)) == {"satisfied": 5, "not satisfied": 6}
        assert apart(arrange(cells(satisfied=15, not_satisfied=16), smallest=16)) == {}

    def test_ten_rows_of_nine_people_are_too_few(self) -> None:
        few = Cell(name="not satisfied", rows=10, unknown=10, people=9)
        assert "not satisfied" not in apart(arrange([few, *cells(satisfied=30)]))

    def test_rows_whose_cell_everyone_knows_make_no_group_larger(self) -> None:
        exempt = Cell(name="exempt", rows=32, unknown=2, people=2, to_party=True)
        assert apart(arrange([exempt, *cells(satisfied=30, not_satisfied=20)])) == {"not satisfied": 20}

    def test_money_that_no_row_counts_is_shown_with_a_large_group(self) -> None:
        three = cells(satisfied=30, not_satisfied=20, no_answer=15)
        assert apart(arrange(three, together=True)) == {"not satisfied": 20, "satisfied": 30}
        assert apart(arrange(three, apart=False)) == {}


class TestSeveralRuns:
    def test_a_difference_of_three_is_not_shown_and_one_of_ten_is(self) -> None:
        first = arrange(cells(satisfied=30, not_satisfied=20, no_answer=50))
        assert len(apart(first)) == 3
        three = arrange(cells(satisfied=30, not_satisfied=23, no_answer=47), [first.shown()])
        assert "not satisfied" not in apart(three)
        ten = arrange(cells(satisfied=30, not_satisfied=30, no_answer=40), [first.shown(), three.shown()])
        assert apart(ten) == {"satisfied": 30, "not satisfied": 30, "no answer": 40}

    def test_what_was_shown_before_the_last_time_counts_too(self) -> None:
        first = arrange(cells(satisfied=30, not_satisfied=20, no_answer=50)).shown()
        second = arrange(cells(satisfied=40, not_satisfied=22, no_answer=60), [first])
        assert "not satisfied" not in apart(second)
        third = arrange(cells(satisfied=60, not_satisfied=25, no_answer=80), [first, second.shown()])
        assert "not satisfied" not in apart(third)

    def test_new_rows_that_all_fall_to_one_group_tell_of_each(self) -> None:
        first = arrange(cells(satisfied=30, not_satisfied=20, no_answer=50)).shown()
        second = arrange(cells(satisfied=42, not_satisfied=20, no_answer=50), [first])
        assert "satisfied" not in apart(second)

    def test_the_same_again_is_shown_the_same(self) -> None:
        first = arrange(cells(satisfied=30, not_satisfied=20, no_answer=50))
        assert arrange(cells(satisfied=30, not_satisfied=20, no_answer=50), [first.shown()]) == first

    def test_what_was_shown_is_read_back(self) -> None:
        shown = arrange(cells(satisfied=30, not_satisfied=3, no_answer=50)).shown()
        assert from_plain(as_plain(shown)) == shown
        with pytest.raises(ValueError, match="four counts"):
            from_plain([{"cells": ["a"], "counts": [1, 2, 3]}])


def known(shown: Shown) -> list[tuple[frozenset[str], tuple[int, int]]]:
    """All that is known of sets of cells: by any of the blocks together, the rows that bring money and the others."""
    found: list[tuple[frozenset[str], tuple[int, int]]] = [(frozenset(), (0, 0))]
    for block in shown:
        found += [
            (names | set(block.cells), (one + block.counts[0], other + block.counts[1]))
            for names, (one, other) in found
        ]
    return found


def differences(now: Shown, before: Shown) -> list[tuple[frozenset[str], int]]:
    """What anyone can subtract: for each set of cells of which both tell the sum, but for all of them together."""
    every = frozenset(NAMES)
    one, other = dict(known(now)), dict(known(before))
    return [
        (names, here - there)
        for names in one
        if names in other and names and not names >= every - {"otherwise"}
        for here, there in zip(one[names], other[names], strict=True)
    ]


def whole(shown: Shown) -> Shown:
    """The same with every cell that it does not name as one of none, which anyone can see it has."""
    named = {name for block in shown for name in block.cells}
    return (*shown, *(Block((name,), (0, 0, 0, 0)) for name in NAMES if name not in named))


sizes = st.integers(0, 12) | st.integers(0, 60)
runs = st.lists(st.fixed_dictionaries({name.replace(" ", "_"): sizes for name in NAMES}), min_size=1, max_size=4)


@given(runs, st.integers(2, 12))
def test_no_group_that_is_shown_is_small_nor_its_complement_nor_what_came_or_went(
    several: list[Mapping[str, int]], smallest: int
) -> None:
    before: list[Shown] = []
    for counts in several:
        arranged = arrange(cells(**counts), before, smallest=smallest)
        total = sum(counts.values())
        assert {cell.name for cell in (*arranged.apart, *arranged.rest)} == {c.name for c in cells(**counts)}
        for cell in arranged.apart:
            assert cell.rows >= smallest
            assert total - cell.rows >= smallest
        if arranged.apart:
            rest = [sum(c.rows for c in arranged.rest if c.to_party is way) for way in (True, False)]
            assert all(count == 0 or count >= smallest for count in rest)
        now = whole(arranged.shown())
        for earlier in before if arranged.apart else ():
            for names, change in differences(now, whole(earlier)):
                if len(names) == 1:
                    assert change == 0 or abs(change) >= smallest
        before.append(arranged.shown())
