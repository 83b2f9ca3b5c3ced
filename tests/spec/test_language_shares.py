"""Shares: a pot given out by weights, to the last penny, and with a floor and a cap for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from tallystick.kernel.accounts import Account, account
from tallystick.kernel.flows import Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Code, Rate
from tallystick.kernel.language.words import allot, fit, total
from tallystick.kernel.parameters import Rows, parameter
from tallystick.kernel.rules import Rule, rule
from tests.spec.drawn import Spells
from tests.support import Read, case, contract, read_case, settle, use

Parts = dict[str, int]


@attrs.frozen
class Member:
    """One who has a part."""

    who: Code = parameter("Whom it goes to.")
    weight: Rate = parameter("Its weight.")
    floor: Amount = parameter("The least.", default="£0")
    cap: Amount = parameter("The most.", default="£1,000,000")


@rule("allotted")
class Allotted(Rule):
    """A pot shared among the members of a list."""

    pot: Amount = parameter("What is shared.")
    members: Rows[Member] = parameter("Among whom.")

    @hookimpl
    def incentive(self, contract: Any) -> Iterator[Flow]:
        one = self.members.each
        yield Flow(contract.commissioner, account(one.who), allot(self.pot, by=one.weight), reason="a part")


@rule("fitted")
class Fitted(Rule):
    """The same with limits."""

    pot: Amount = parameter("What is shared.")
    members: Rows[Member] = parameter("Among whom.")

    @hookimpl
    def incentive(self, contract: Any) -> Iterator[Flow]:
        one = self.members.each
        part = fit(self.pot, by=one.weight, floor=one.floor, cap=one.cap)
        yield Flow(contract.commissioner, account(one.who), part, reason="a part")


def parts(reading: Read, cls: Any, pot: str, *members: tuple[str, ...]) -> Parts | str:
    """What each member gets, by name; or why the contract is stopped."""
    names = ("weight", "floor", "cap")
    listed = [
        {"who": "ABCDEF"[place], "floor": "£0", "cap": "£1,000,000", **dict(zip(names, member, strict=False))}
        for place, member in enumerate(members)
    ]
    found = read_case(reading, case(contract("X", use(cls, pot=pot, members=listed))))
    if found.faults:
        return found.faults[0][1]
    return {line.payee: line.pence for line in found.flows}


@pytest.mark.parametrize(
    ("pot", "weights", "expected"),
    [
        ("£1", "1 1 1", {"A": 34, "B": 33, "C": 33}),  # 33⅓ each; the odd penny to the first of equals
        ("£1", "1 1 4", {"A": 17, "B": 17, "C": 66}),  # 16⅔, 16⅔, 66⅔: two pence left, to the first two of equals
        ("-£1", "1 1 1", {"A": -34, "B": -33, "C": -33}),  # shared as a positive one and turned round
        ("£0.02", "1 1 1", {"A": 1, "B": 1}),
        ("£1", "0 3", {"B": 100}),
        ("£1", "0 0", {}),  # no weights at all leave the pot where it is
        ("£10.00", "1/3 1/6 1/2", {"A": 333, "B": 167, "C": 500}),
    ],
)
def test_a_pot_is_given_out_by_largest_remainder(reading: Read, pot: str, weights: str, expected: Parts) -> None:
    assert parts(reading, Allotted, pot, *((weight,) for weight in weights.split())) == expected


def test_a_weight_below_zero_stops_the_contract(reading: Read) -> None:
    why = "a weight that money is shared by is missing or below zero"
    assert parts(reading, Allotted, "£1", ("1",), ("-1",)) == why
    assert parts(reading, Fitted, "£1", ("1",), ("-1",)) == why


NO_FIT = "no share-out lies within every floor and cap"


@pytest.mark.parametrize(
    ("pot", "members", "expected"),
    [
        ("£1", [("1",), ("1",), ("1",)], {"A": 34, "B": 33, "C": 33}),  # no limit is met
        ("£1", [("1", "£0", "£0.10"), ("1",), ("1",)], {"A": 10, "B": 45, "C": 45}),
        ("£1", [("1", "£0.50"), ("1",), ("2",)], {"A": 50, "B": 17, "C": 33}),  # λ = 50/3: 16⅔ and 33⅓
        ("£1", [("1", "£0.50"), ("1", "£0", "£0.05"), ("2",)], {"A": 50, "B": 5, "C": 45}),
        ("£1", [("0", "£0.10"), ("1",)], {"A": 10, "B": 90}),  # a floor without a weight
        ("-£1", [("1", "-£0.10", "£0"), ("1", "-£1", "£0")], {"A": -10, "B": -90}),
        ("£1", [("1", "£0", "£0.10"), ("1", "£0", "£0.80")], NO_FIT),  # 90 at most
        ("£1", [("1", "£0.60"), ("1", "£0.60")], NO_FIT),  # 120 at least
        ("£0.90", [("1", "£0", "£0.10"), ("1", "£0", "£0.80")], {"A": 10, "B": 80}),  # everyone at a limit
        ("£1", [("1", "£2", "£1"), ("1",)], NO_FIT),  # a floor above its cap
        ("£0.30", [("1", "£0.50"), ("1", "-£1")], {"A": 50, "B": -20}),  # λ = −20
        ("£1", [("0",), ("0",)], {}),  # no weights: nobody gets anything
        ("£1", [("0", "£0.01"), ("0",)], NO_FIT),  # unless a floor says otherwise
    ],
)  # fmt: skip
def test_a_share_out_with_limits_gives_out_the_pot_by_one_factor(
    reading: Read, pot: str, members: list[tuple[str, ...]], expected: Parts | str
) -> None:
    assert parts(reading, Fitted, pot, *members) == expected


@rule("by-activity")
class ByActivity(Rule):
    """A pot of the scheme shared among contracts by what they did, with at least so much each."""

    pot: Amount = parameter("What is shared.", scheme=True)
    least: Amount = parameter("At least this.")
    to: Account = parameter("Who gets it.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        days = total(activity.spells.days.or_else(0))
        yield Flow(contract.fund("f"), self.to, allot(self.pot, by=days), reason="by days")
        limited = fit(self.pot, by=days, floor=self.least, cap=self.pot)
        yield Flow(contract.fund("f"), contract.pot("p"), limited, reason="with a floor")


def test_contracts_share_a_pot_of_the_scheme_with_ties_by_their_ids(reading: Read) -> None:
    def held(name: str, least: str) -> Any:
        return contract(
            name, use(ByActivity, scheme=True, pot="£1.00", least=least, to=f"T{name}"), provider=f"R{name}"
        )

    made = case(held("C", "£0"), held("B", "£0.40"), held("A", "£0"), contract("N", provider="RN"), tables=[Spells])
    spells = [{"discharged": "2025-05-01", "provider": f"R{name}", "days": 1} for name in "ABCN"]
    assert settle(reading, made, spells=spells) == {
        ("by-activity", "scheme/f", "TA"): 34,
        ("by-activity", "scheme/f", "TB"): 33,
        ("by-activity", "scheme/f", "TC"): 33,
        ("by-activity", "scheme/f", "A/p"): 30,
        ("by-activity", "scheme/f", "B/p"): 40,
        ("by-activity", "scheme/f", "C/p"): 30,
    }
