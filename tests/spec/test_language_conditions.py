"""Conditions and missing values: missing is neither no nor zero until the rule says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tallystick.kernel.flows import Figure, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Day
from tallystick.kernel.language.words import when
from tallystick.kernel.parameters import parameter
from tallystick.kernel.rules import Rule, rule
from tests.spec.drawn import Spells
from tests.support import Read, case, contract, read_case, settle, use

MAY = "2025-05-10"


@rule("answers")
class Answers(Rule):
    """£1.01 for yes, £1.02 for no, £1.04 for no answer at all."""

    amount: Amount = parameter("For each row.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        answer, payer = activity.spells.satisfied, contract.commissioner
        each = self.amount * activity.spells.rows
        yield Flow(payer, contract.pot("yes"), when(answer.is_yes(), each), reason="yes")
        yield Flow(payer, contract.pot("no"), when(answer.is_no(), each), reason="no")
        yield Flow(payer, contract.pot("missing"), when(answer.is_missing(), each), reason="not given")
        yield Flow(payer, contract.pot("given"), when(answer.is_given(), each), reason="given")


def test_an_answer_is_yes_or_no_or_not_given(reading: Read) -> None:
    made = case(contract("A", use(Answers, amount="£1")), tables=[Spells])
    spells = [{"discharged": MAY, "satisfied": answer} for answer in (True, False, None, True)]
    assert settle(reading, made, spells=spells) == {
        ("answers", "QYY", "A/yes"): (100 + 100),
        ("answers", "QYY", "A/no"): 100,
        ("answers", "QYY", "A/missing"): 100,
        ("answers", "QYY", "A/given"): (100 + 100 + 100),
    }


@rule("chosen")
class Chosen(Rule):
    """Conditions on codes, numbers and days."""

    since: Day = parameter("From when.")

    @hookimpl
    def incentive(self, activity: Any) -> Iterator[Figure]:
        spells = activity.spells
        code, days = spells.code.or_else("none"), spells.days.or_else(0)
        yield Figure("in", code.is_in(["AB1", "XY9"]))
        yield Figure("starts", code.starts_with("A", "n"))
        yield Figure("equal", code == "AB1")
        yield Figure("other", code != "AB1")
        yield Figure("over", days > 2)
        yield Figure("two or three", (days >= 2) & (days <= 3))
        yield Figure("neither", ~((days >= 2) | (days < 1)))
        yield Figure("since", spells.discharged >= self.since)
        yield Figure("rate", days.as_rate() < "5/2")
        yield Figure("mapped", spells.code.map(lambda c: c.starts_with("X")).is_yes())


def test_conditions_on_codes_numbers_and_days(reading: Read) -> None:
    made = case(contract("A", use(Chosen, since="2025-05-10")), tables=[Spells])
    spells = [
        {"discharged": "2025-05-09", "code": "AB1", "days": 1},
        {"discharged": "2025-05-10", "code": "AC2", "days": 2},
        {"discharged": "2025-05-11", "code": "XY9", "days": 3},
        {"discharged": "2025-05-12"},
    ]
    found = {line.name: line.value for line in read_case(reading, made, spells=spells).figures}
    assert found == {
        "in": 2, "starts": 3, "equal": 1, "other": 3, "over": 1, "two or three": 2, "neither": 1, "since": 3,
        "rate": 3, "mapped": 1,
    }  # fmt: skip


@rule("branches")
class Branches(Rule):
    """Either one amount or the other, and a second choice where the first is missing."""

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        spells, payer = activity.spells, contract.commissioner
        days = spells.days.or_else(0)
        yield Flow(payer, contract.pot("when"), when(days > 1, spells.cost.or_else("£0.07"), "£0.05"), reason="when")
        yield Flow(payer, contract.pot("nothing"), when(days > 1, spells.cost.or_else(0)), reason="else nothing")
        pieced = spells.cost.map(lambda cost: cost * "50%").or_else("£0.01")
        yield Flow(payer, contract.pot("pieced"), pieced, reason="half, or a penny")


def test_when_takes_one_branch_and_or_else_takes_the_place_of_what_is_missing(reading: Read) -> None:
    made = case(contract("A", use(Branches)), tables=[Spells])
    spells = [
        {"discharged": MAY, "days": 2, "cost": "£1.01"},
        {"discharged": MAY, "days": 2},
        {"discharged": MAY, "days": 1, "cost": "£1.02"},
        {"discharged": MAY},
    ]
    assert settle(reading, made, spells=spells) == {
        ("branches", "QYY", "A/when"): (101 + 7 + 5 + 5),
        ("branches", "QYY", "A/nothing"): 101,
        ("branches", "QYY", "A/pieced"): (51 + 1 + 51 + 1),
    }


def test_a_missing_value_in_a_sum_stops_the_contract_that_it_is_for(reading: Read) -> None:
    @rule("dated-late")
    class DatedLate(Rule):
        amount: Amount = parameter("A number that begins only in June.")

        @hookimpl
        def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
            yield Flow(contract.commissioner, contract.provider, self.amount * activity.spells.rows, reason="late")

    late = use(DatedLate, amount={"2025-06-01": "£1"})
    made = case(contract("A", late), contract("B", late, provider="RZZ"), tables=[Spells])
    spells = [{"discharged": MAY}, {"discharged": "2025-06-01", "provider": "RZZ"}]
    found = read_case(reading, made, spells=spells)
    assert found.faults == [("A", "a value is missing in what is paid or added up")]
    assert [(line.contract, line.pence) for line in found.flows] == [("B", 100)]
