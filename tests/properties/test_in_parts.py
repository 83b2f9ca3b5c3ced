"""Rows that are gone through in parts come to what they come to at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from tallystick.kernel import pay
from tallystick.kernel.case import Case
from tallystick.kernel.errors import InputError, SettlementError
from tallystick.kernel.facts import Facts
from tallystick.kernel.pay import divided
from tallystick.kernel.program import compose
from tests.properties.agreeing import generating
from tests.properties.national import national_worlds
from tests.properties.strategies import worlds


@pytest.fixture(scope="module")
def little_memory() -> Iterator[list[int]]:
    """A machine that has next to none, unless a test says otherwise; and into how many parts rows were divided."""
    parts: list[int] = []
    usual = divided.Division.each

    def each(of: divided.Division) -> Iterator[None]:
        parts.append(of.parts)
        return usual(of)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(divided, "_half_of_the_machine", lambda: 1)
        patched.setattr(divided, "MOST_PARTS", 3)
        patched.setattr(divided.Division, "each", each)
        yield parts


def outcome(case: Case, facts: dict[str, Facts]) -> object:
    try:
        return {name: sorted(map(repr, lines)) for name, lines in pay.read(compose(case), facts).parts()}
    except (InputError, SettlementError) as error:
        return repr(error)


def same_at_once(world: Any) -> None:
    facts = world.facts()
    in_parts = outcome(world.case(), facts)
    with divided.within(2**50):
        assert in_parts == outcome(world.case(), facts)


@pytest.mark.usefixtures("little_memory")
@generating(30)
@given(worlds())
def test_any_rules(world: Any) -> None:
    same_at_once(world)


@pytest.mark.usefixtures("little_memory")
@generating(10)
@given(national_worlds())
def test_national_rules(world: Any) -> None:
    same_at_once(world)


def test_rows_were_divided_there(little_memory: list[int]) -> None:
    """Else nothing would have been tried above; this comes last in the file."""
    assert little_memory
    assert set(little_memory) == {3}
