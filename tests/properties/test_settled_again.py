"""Settled again with something changed: what is kept of the settlement before is never a penny that is out of date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel import pay
from tallystick.kernel.case import Case
from tallystick.kernel.errors import InputError, SettlementError
from tallystick.kernel.facts import Facts
from tallystick.kernel.pay.kept import Kept
from tallystick.kernel.program import compose
from tests.properties.agreeing import generating
from tests.properties.chance import Chance
from tests.properties.changing import changed
from tests.properties.national import national_worlds
from tests.properties.strategies import worlds

Said = dict[str, list[str]]
SEEDS = st.integers(0, 2**32)


def outcome(case: Case, facts: Mapping[str, Facts], kept: Kept | None) -> Said | str:
    """Everything that is read, or why there is nothing."""
    try:
        return {name: sorted(map(repr, lines)) for name, lines in pay.read(compose(case), facts, kept).parts()}
    except (InputError, SettlementError) as error:
        return repr(error)


def same_as_anew(world: Any, seed: int) -> None:
    """One change after another, and back to the beginning, each beside a settlement that knows of none before it."""
    of, facts, kept = Chance(seed), world.facts(), Kept()
    cases = [world.case()]
    for _ in range(2):
        cases.append(changed(of, of.pick(*cases)))
    as_anew = [outcome(case, facts, None) for case in cases]
    for case, anew in zip((*cases, cases[0]), (*as_anew, as_anew[0]), strict=True):
        again = outcome(case, facts, kept)
        if again != anew:
            pytest.fail(told(again, anew))


def told(again: Said | str, anew: Said | str) -> str:
    """What only one of the two has."""
    if isinstance(again, str) or isinstance(anew, str):
        return f"again: {str(again)[:500]}\nanew: {str(anew)[:500]}"
    apart = {name: (set(again[name]) - set(anew[name]), set(anew[name]) - set(again[name])) for name in anew}
    return str({name: found for name, found in apart.items() if any(found)})[:2000]


@generating(15)
@given(world=worlds(), seed=SEEDS)
def test_any_rules_with_any_change(world: Any, seed: int) -> None:
    same_as_anew(world, seed)


@generating(8)
@given(world=national_worlds(), seed=SEEDS)
def test_national_rules_with_any_change(world: Any, seed: int) -> None:
    same_as_anew(world, seed)
