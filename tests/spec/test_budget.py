"""Budgets: any rule that is one says what it replaces, or that it is additional; and what it replaces comes off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from tallystick.kernel.flows import Flow, Law
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount
from tallystick.kernel.language.words import instalment
from tallystick.kernel.parameters import Parts
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick_rules.rules import Block
from tallystick_rules.rules._budget import ADDITIONAL, REPLACES, Replaced, check_budget, replacing
from tests.support import Read, case, contract, read_case, settle, use


@rule("segment")
class Segment(Rule):
    """A budget by its class, as later ones are."""

    is_budget: ClassVar[bool] = True

    value: Amount = parameter("The budget.")
    profile: Profile | None = parameter("How it is spread.", default=None)
    replaces: Parts[Replaced] | None = parameter(REPLACES, default=None)
    additional: bool = parameter(ADDITIONAL, default=False, sourced=True)

    @hookimpl
    def incentive(self, paid: Any, contract: Any) -> Iterator[Flow | Law]:
        check_budget(self)
        part = instalment(self.value, self.profile)
        yield Flow(contract.commissioner, contract.provider, part, kind="fixed", reason="the budget")
        yield from replacing(self.replaces, paid, self.profile)


CORE = use(Block, "core", value="£1,200")
MORE = use(Block, "more", value="£120")


def test_a_budget_that_says_nothing_is_refused_and_one_that_is_additional_is_not(reading: Read) -> None:
    stopped = compose(case(contract("A", CORE, use(Segment, value="£600")))).stopped
    assert "the commissioner pays for the same units twice" in stopped["A"].why
    added = use(Segment, value="£600", additional=True)
    assert settle(reading, case(contract("A", CORE, added)))["segment", "QYY", "RXX"] == 60_000


def test_several_baselines_come_off_each_at_its_own_rule(reading: Read) -> None:
    budget = use(Segment, value="£660", replaces=["core: £600", "more: £60"])
    answer = settle(reading, case(contract("A", CORE, MORE, budget, settles="month")))
    assert answer == {
        ("core", "QYY", "RXX"): 120_000, ("more", "QYY", "RXX"): 12_000, ("segment", "QYY", "RXX"): 66_000,
        ("segment", "RXX", "QYY"): 66_000,
    }  # fmt: skip


def test_each_line_says_what_is_replaced_by_the_name_that_the_contract_gives_it(reading: Read) -> None:
    made = [
        contract("A", CORE, use(Segment, value="£6", replaces=["core: £6"])),
        contract("B", use(Block, "old: core", value="£1,200"), use(Segment, value="£6", replaces=["old: core: £6"]),
                 provider="RZZ"),
    ]  # fmt: skip
    program = compose(case(*made))
    found = {
        line.contract: program.uses[line.identity].traced.flows[line.number].reason
        for line in read_case(reading, case(*made)).flows if line.payee == "QYY"
    }  # fmt: skip
    assert found == {
        "A": "the part of “core” that this budget replaces", "B": "the part of “old: core” that this budget replaces",
    }  # fmt: skip


def test_a_year_that_changes_takes_its_baseline_along_and_keeps_the_law(reading: Read) -> None:
    core = use(Block, "core", value={"2025-04-01": "£1,200", "2026-04-01": "£500"})
    budget = use(Segment, value="£600", replaces=["core: £600"])
    found = read_case(reading, case(contract("A", core, budget, last="2027-03-31")))
    assert sorted((law.period, law.left == law.right) for law in found.laws) == [(1, True), (2, False)]  # £600 of £500


def test_a_rule_that_pays_in_two_directions_of_two_parties_has_a_payer_still(reading: Read) -> None:
    budget = use(Segment, "first", value="£60", replaces=["core: £60"])
    second = use(Segment, "second", value="£6", replaces=["first: £6"])
    answer = settle(reading, case(contract("A", CORE, budget, second)))
    assert (answer["second", "QYY", "RXX"], answer["second", "RXX", "QYY"]) == (600, 600)
