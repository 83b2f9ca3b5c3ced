"""Who shares a fund: contracts that name it in any of their accounts, also in a part of a rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from tallystick.kernel.accounts import Account
from tallystick.kernel.flows import Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount
from tallystick.kernel.ledger import pots_of
from tallystick.kernel.parameters import Parts, parameter
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, rule
from tests.support import case, contract, fund, use


@attrs.frozen
class Partner:
    """Somebody who pays."""

    who: Account = parameter("Who pays.")
    each: Amount = parameter("How much.")


@rule("from-each")
class FromEach(Rule):
    """Every partner pays."""

    partners: Parts[Partner] = parameter("Who they are.")

    @hookimpl
    def incentive(self, contract: Any) -> Iterator[Flow]:
        for one in self.partners:
            yield Flow(one.who, contract.provider, one.each, reason="a share")


def test_a_fund_that_is_named_in_a_part_is_shared() -> None:
    partners = [{"who": "QYY", "each": "£1"}, {"who": "scheme/growth", "each": "£10"}]
    both = [contract(of, use(FromEach, partners=partners), provider=f"R{of}") for of in "AB"]
    made = case(*both, funds=(fund("growth", 1500),))
    program = compose(made)
    assert {tie for one in program.uses.values() for tie in one.shares} == {"fund growth"}
    assert pots_of(program)["scheme/growth"][1] == ("A", "B")
