"""The pay path equals the reference: every line, to the penny and to the row, for whatever Hypothesis can say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from tests.properties.agreeing import differences, generating, may_refuse, readings
from tests.properties.national import ROW_RULES, national_worlds
from tests.properties.reducing import reduced, told
from tests.properties.strategies import worlds
from tests.properties.worlds import World


def apart(world: Any) -> object:
    """What only one of the two readings found, unless the pay path refuses in words that it may say."""
    by_check, by_pay = readings(world)
    return None if may_refuse(world, by_pay) else differences(by_check, by_pay) or None


def agree(world: Any) -> None:
    """Fail with the differences of the smallest world that still has any."""
    if apart(world) is None:
        return
    smallest = reduced(world, apart) if isinstance(world, World) else world
    pytest.fail(f"{apart(smallest)}\n{told(smallest) if isinstance(smallest, World) else smallest}")


@generating(40)
@given(worlds())
def test_the_pay_path_equals_the_reference_for_any_rules_contracts_and_rows(world: World) -> None:
    agree(world)


@generating(25)
@given(worlds(most_contracts=1, deep=5))
def test_the_pay_path_equals_the_reference_for_one_contract_with_deep_rules(world: World) -> None:
    agree(world)


@generating(30)
@given(worlds(wide=True))
def test_the_pay_path_equals_the_reference_or_refuses_near_the_end_of_64_bits(world: World) -> None:
    agree(world)


@pytest.mark.parametrize("rule", ROW_RULES, ids=lambda rule: rule.rule_name)
def test_the_pay_path_equals_the_reference_for_every_national_rule(rule: type) -> None:
    @generating(4)
    @given(national_worlds(rule))
    def each(world: Any) -> None:
        agree(world)

    each()
