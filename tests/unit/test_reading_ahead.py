"""What is read ahead comes in its order, stops where reading stops, and leaves no thread behind."""

from __future__ import annotations

import threading
from typing import Any

import polars as pl
import pytest

from tallystick.kernel.errors import SettlementError
from tallystick.kernel.pay import engines
from tallystick.kernel.pay.ahead import Ahead
from tallystick.kernel.pay.engines import blocks
from tallystick.kernel.pay.engines.polars import Polars


def rows(many: int) -> pl.LazyFrame:
    return pl.LazyFrame({"key": [f"{n:08d}" for n in range(many)], "n": range(many)})


def plain(frame: pl.LazyFrame) -> pl.LazyFrame:
    return frame


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 3)


def readers() -> set[str]:
    return {one.name for one in threading.enumerate() if one.name.startswith("reading")}


@pytest.mark.usefixtures("small_blocks")
class TestStretches:
    def test_come_in_their_order(self) -> None:
        assert blocks.beside(rows(20), plain, None, ()).collect()["n"].to_list() == list(range(20))
        assert not readers()

    def test_of_which_few_are_asked_for_are_no_longer_read(self) -> None:
        begun: list[int] = []
        told = lambda start, _: begun.append(start)  # noqa: E731
        assert blocks.beside(rows(300), plain, None, (), told=told).head(2).collect()["n"].to_list() == [0, 1]
        assert len(begun) < 100
        assert not readers()

    def test_that_cannot_be_read_stop_the_query(self) -> None:
        def torn(frame: pl.LazyFrame) -> pl.LazyFrame:
            return frame.with_columns(pl.col("n").map_batches(refused, return_dtype=pl.Int64))

        def refused(column: pl.Series) -> pl.Series:
            if 7 in column:
                raise OSError("the file ends here")
            return column

        with pytest.raises(Exception, match="the file ends here"):
            blocks.beside(rows(20), torn, None, ()).collect()
        assert not readers()


class TestTables:
    def test_are_read_in_the_order_in_which_they_are_begun(self) -> None:
        done: list[int] = []
        with engines.speaking(Polars()), Ahead() as ahead:
            begun = [ahead.start(lambda n=n: done.append(n) or n) for n in range(9)]  # type: ignore[misc]
            assert [one.result() for one in begun] == list(range(9))
        assert done == list(range(9))
        assert not readers()

    def test_an_error_of_one_is_raised_where_it_is_asked_for(self) -> None:
        def wide() -> Any:
            raise SettlementError("too wide")

        with engines.speaking(Polars()), pytest.raises(SettlementError, match="too wide"), Ahead() as ahead:
            ahead.start(wide).result()

    def test_nothing_more_is_read_after_an_error(self) -> None:
        read: list[int] = []
        held = threading.Event()

        def planned() -> None:
            with engines.speaking(Polars()), Ahead() as ahead:
                ahead.start(held.wait)
                ahead.start(lambda: read.append(1))
                threading.Timer(0.1, held.set).start()
                raise SettlementError("two rows")

        with pytest.raises(SettlementError, match="two rows"):
            planned()
        assert read == []
        assert not readers()


class TestRowsThatAreAllDifferent:
    def counted(self, rows: pl.LazyFrame, *keys: str) -> int | None:
        import narwhals.stable.v2 as nw

        return Polars().all_different(nw.from_native(rows), keys)

    def test_are_counted(self) -> None:
        assert self.counted(rows(40), "key", "n") == 40
        assert self.counted(rows(0), "key") == 0

    def test_not_where_two_have_the_same_keys(self) -> None:
        twice = pl.concat([rows(40), rows(41).tail(2)])  # 39 is there twice, 40 once
        assert self.counted(twice, "key", "n") is None
        assert self.counted(twice.with_columns(n=pl.int_range(pl.len())), "key", "n") == 42

    def test_values_of_two_columns_are_not_taken_for_each_other(self) -> None:
        crossed = pl.LazyFrame({"a": ["x", "y"], "b": ["y", "x"]})
        assert self.counted(crossed, "a", "b") == 2
