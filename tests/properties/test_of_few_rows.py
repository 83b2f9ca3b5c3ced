"""Sums that have a query of their own, of the few rows in which they are more than nothing, come to what they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from tallystick.kernel.pay import divided, few
from tests.properties.agreeing import differences, generating, may_refuse, readings
from tests.properties.national import national_worlds
from tests.properties.strategies import worlds


@pytest.fixture(scope="module")
def of_any() -> Iterator[list[str]]:
    """However many rows have a column, they are taken to be few; and by which columns sums were set apart."""
    columns: list[str] = []
    usual = few.having

    def having(facts: Any, table: str, condition: Any, group: Any) -> Any:
        columns.append(few._column_there(condition))
        patched.setattr(few, "MOST_AT_ONCE", len(columns) % 2 * 10_000)  # one as well as the other
        return usual(facts, table, condition, group)

    with pytest.MonkeyPatch.context() as patched:
        for name, value in (("LEAST_ROWS", 0), ("LEAST_STEPS", 0), ("_is_rare", lambda facts, column: bool(column))):
            patched.setattr(few, name, value)
        patched.setattr("tallystick.kernel.pay.passes.having", having)
        yield columns


def agree(world: Any) -> None:
    by_check, by_pay = readings(world)
    assert may_refuse(world, by_pay) or not differences(by_check, by_pay)


def agree_in_parts(world: Any) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(divided, "_half_of_the_machine", lambda: 1)
        patched.setattr(divided, "MOST_PARTS", 3)
        agree(world)


@pytest.mark.usefixtures("of_any")
@generating(40)
@given(worlds())
def test_any_rules(world: Any) -> None:
    agree(world)


@pytest.mark.usefixtures("of_any")
@generating(14)
@given(national_worlds())
def test_national_rules(world: Any) -> None:
    agree(world)


@pytest.mark.usefixtures("of_any")
@generating(15)
@given(worlds())
def test_any_rules_in_parts(world: Any) -> None:
    agree_in_parts(world)


@pytest.mark.usefixtures("of_any")
@generating(7)
@given(national_worlds())
def test_national_rules_in_parts(world: Any) -> None:
    agree_in_parts(world)


def test_sums_were_set_apart_there(of_any: list[str]) -> None:
    """Else nothing would have been tried above; this comes last in the file."""
    assert len(set(of_any)) > 1, of_any
