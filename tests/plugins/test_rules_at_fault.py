"""A rule that goes wrong while it says what it pays stops the contracts that name it, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from tallystick.kernel.flows import Excluded, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, literal
from tallystick.kernel.program import compose
from tallystick.kernel.settlement import settle
from tests.plugins.made_up import broken, declared, facts
from tests.spec.drawn import Each, OnTop, Spells
from tests.support import case, contract, use


def raises(self: Any, contract: Any) -> Iterator[Any]:
    yield from ()
    broken()


def gives_a_list(self: Any, contract: Any) -> Any:
    return []


def gives_nothing(self: Any, contract: Any) -> Any:
    Flow(contract.commissioner, contract.provider, AMOUNT, reason="made, and never yielded")


def yields_text(self: Any, contract: Any) -> Iterator[Any]:
    yield "£1"


def claims_in_an_incentive(self: Any, activity: Any) -> Iterator[Any]:
    yield Excluded(activity.spells, unit="spell", where=activity.spells.every, reason="x")


def pays_money_times_money(self: Any, activity: Any, contract: Any) -> Iterator[Any]:
    cost = activity.spells.cost.or_else(0)
    yield Flow(contract.commissioner, contract.provider, cost * cost, reason="x")


def reads_no_table(self: Any, activity: Any) -> Iterator[Any]:
    yield Flow(activity.spels, activity.spels, AMOUNT, reason="x")


AMOUNT: Amount = literal(Kind.AMOUNT, "£1")

WORDS = {
    raises: "rule bad raised ZeroDivisionError: ward is nothing",
    gives_a_list: "rule bad: incentive gave back []; it has to yield flows, figures and claims",
    gives_nothing: "rule bad: incentive gave back None; it has to yield flows, figures and claims",
    yields_text: "incentive yielded '£1', which is no flow, figure, carry, law or claim",
    claims_in_an_incentive: "payable units are claimed in payment_currency, not in an incentive",
    pays_money_times_money: "an amount times an amount has no meaning",
    reads_no_table: "there is no table 'spels': did you mean \"spells\"?",
}


class TestTracing:
    @pytest.mark.parametrize("hook", WORDS, ids=lambda hook: hook.__name__)
    def test_a_rule_that_is_at_fault_stops_the_contracts_that_name_it_and_no_others(self, hook: Any) -> None:
        bad = use(declared("bad", incentive=hookimpl(hook)))
        made = case(
            contract("A", use(Each, amount="£1.01"), bad),
            contract("B", use(Each, amount="£1.01"), provider="RZZ"),
            contract("C", use(OnTop, on="bad", share="5%"), bad, provider="RYY"),
            tables=[Spells],
        )
        spells = [{"discharged": "2025-05-01", "provider": provider} for provider in ("RXX", "RZZ", "RZZ", "RYY")]
        settled = settle(made, facts(made, spells))
        assert settled.outcomes == {"A": "stopped", "B": "settled", "C": "stopped"}
        assert all(WORDS[hook] in stop.why for stop in settled.stopped.values())
        assert [(line.contract, line.pence) for line in settled.lines] == [("B", 202)]
        assert not settled.passed

    def test_a_contract_that_stops_says_which_clause_would_have_paid(self) -> None:
        bad = attrs.evolve(use(declared("bad", incentive=hookimpl(raises))), clause="4.2")
        stop = compose(case(contract("A", bad))).stopped["A"]
        assert (stop.label, stop.clause, stop.outcome) == ("bad", "4.2", "stopped")
