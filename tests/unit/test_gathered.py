"""What is taken from a small table by the place of a key is what a join finds there."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel.pay.engines import gathered as module
from tallystick.kernel.pay.engines.gathered import gathered

CODES = st.one_of(st.none(), st.sampled_from(["", "a", "A", "b", "é", "01"]))
NUMBERS = st.one_of(st.none(), st.integers(-3, 4))


def frame(rows: list[tuple[str | None, int | None]], code: str, number: str) -> pl.DataFrame:
    return pl.DataFrame(
        {code: [row[0] for row in rows], number: [row[1] for row in rows]}, schema={code: pl.String, number: pl.Int64}
    )


@given(
    rows=st.lists(st.tuples(CODES, NUMBERS), max_size=12),
    listed=st.lists(st.tuples(CODES, NUMBERS), max_size=12, unique=True),
    keys=st.sampled_from([("code",), ("number",), ("code", "number"), ("number", "code")]),
)
def test_it_is_what_a_join_finds(
    rows: list[tuple[str | None, int | None]], listed: list[tuple[str | None, int | None]], keys: tuple[str, ...]
) -> None:
    """Also where a key is missing, is not listed, or is listed without a value; the rows stay in their order."""
    table = frame(listed, "code key", "number key").with_columns(
        value=pl.Series([10**20 + n if n % 3 else None for n in range(len(listed))], dtype=pl.Int128),
        text=pl.Series([str(n) for n in range(len(listed))], dtype=pl.String),
    )
    table_keys = [f"{key} key" for key in keys]
    table = table.unique(table_keys, keep="first", maintain_order=True)
    own = frame(rows, "code", "number").with_row_index("n")
    found = gathered(own.lazy(), keys, table, table_keys)
    joined = own.join(table, how="left", left_on=keys, right_on=table_keys, maintain_order="left")
    if found is None:
        assert table.is_empty()
        return
    assert found.select("n", "value", "text").collect(engine="streaming").equals(joined.select("n", "value", "text"))


def test_a_key_that_is_twice_is_left_to_a_join() -> None:
    rows, table = pl.LazyFrame({"code": ["a"]}), pl.DataFrame({"key": ["a", "a"], "value": [1, 2]})
    assert gathered(rows, ["code"], table, ["key"]) is None


def test_keys_with_too_many_combinations_are_left_to_a_join(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, table = pl.LazyFrame({"number": [1]}), pl.DataFrame({"key": [1, 10**12], "value": [1, 2]})
    assert gathered(rows, ["number"], table, ["key"]) is None
    monkeypatch.setattr(module, "MOST_PLACES", 2)
    assert gathered(rows, ["number"], pl.DataFrame({"key": [1, 3], "value": [1, 2]}), ["key"]) is None
    assert gathered(rows, ["number"], pl.DataFrame({"key": [1, 2], "value": [1, 2]}), ["key"]) is not None
