"""A budget names what it replaces: what the commissioner pays in all moves by the declared uplift alone."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel import check, pay
from tallystick_rules.rules import Block, Recipe
from tallystick_rules.tables import Contacts
from tests.properties.by_hand import later
from tests.properties.recipes_drawn import PROFILES
from tests.support import Answer, case, contract, day, framed_tables, settle, use

READINGS = (check.read, lambda program, rows: pay.read(program, framed_tables(program, rows)))
POUNDS = st.integers(1, 10**10).map(lambda pence: f"£{pence // 100}.{pence % 100:02d}")


def pence(money: str) -> int:
    """The amount in pence."""
    return int(money.removeprefix("£").replace(".", ""))


def of_commissioner(answer: Answer) -> int:
    """What the commissioner pays in all, less what it gets back."""
    pays = sum(amount for (_, payer, _), amount in answer.items() if payer == "QYY")
    return pays - sum(amount for (_, _, payee), amount in answer.items() if payee == "QYY")


@given(
    worth=POUNDS, amount=POUNDS, baseline=POUNDS, core=st.sampled_from(PROFILES), own=st.sampled_from(PROFILES),
    settles=st.sampled_from(("month", "quarter", "year")), years=st.integers(1, 3),
)  # fmt: skip
def test_the_commissioners_total_moves_only_by_the_declared_uplift(
    worth: str, amount: str, baseline: str, core: Any, own: Any, settles: str, years: int
) -> None:
    block = use(Block, "fixed element", value=worth, profile=core)
    budget = use(
        Recipe, "team", table="contacts", payer="QYY", payee="RXX", amount=amount, profile=own,
        replaces=[f"fixed element: {baseline}"],
    )  # fmt: skip
    last = later(day("2025-04-01"), 12 * years - 1).replace(day=28).isoformat()
    uplift = (pence(amount) - pence(baseline)) * years
    for reading in READINGS:
        totals = [
            of_commissioner(settle(reading, case(contract("A", *held, last=last, settles=settles), tables=[Contacts])))
            for held in ((block,), (block, budget))
        ]
        assert totals[0] == pence(worth) * years
        assert totals[1] - totals[0] == uplift


@given(
    worth=POUNDS, baseline=POUNDS, core=st.sampled_from(PROFILES), months=st.integers(1, 24),
    settles=st.sampled_from(("month", "quarter", "year")),
)  # fmt: skip
def test_a_budget_of_what_it_replaces_moves_nothing_in_any_period(
    worth: str, baseline: str, core: Any, settles: str, months: int
) -> None:
    block = use(Block, "fixed element", value=worth, profile=core)
    budget = use(
        Recipe, "team", table="contacts", payer="QYY", payee="RXX", amount=baseline, profile=core,
        replaces=[f"fixed element: {baseline}"],
    )  # fmt: skip
    last = later(day("2025-04-01"), months - 1).replace(day=28).isoformat()
    for reading in READINGS:
        answers = [
            settle(reading, case(contract("A", *held, last=last, settles=settles), tables=[Contacts]))
            for held in ((block,), (block, budget))
        ]
        assert of_commissioner(answers[0]) == of_commissioner(answers[1])
