"""Challenges: what is contested stands in a pot until it is decided, and is not payable."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.errors import InputError
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules.challenges import Challenges
from tallystick_rules.tables.challenges import Challenges as ChallengesTable
from tallystick_rules.tables.spells import Spells
from tests.spec.drawn import Each
from tests.support import Answer, Read, case, contract, day, read_case, settle, use

TABLES = (Spells, ChallengesTable)
POT = "A/contested"
HELD, TAKEN = ("contest", "RXX", POT), ("contest", "RXX", "QYY")
BACK, ON = ("contest", POT, "RXX"), ("contest", POT, "QYY")


def contesting(**given: Any) -> Any:
    """The rule: raised within 57 days of the spell's own day, decided within 60 days, else the provider keeps it."""
    usual = {"on": (Label("price"),), "raise_within_days": 57, "decide_within_days": 60, "undecided_to": "RXX"}
    return use(Challenges, "contest", **{**usual, **given})


def made(amount: str = "£1,000", as_at: str = "2025-07-31", settles: str = "month", **given: Any) -> Any:
    rules = use(Each, "price", amount=amount), contesting(**given)
    return case(contract("A", *rules, settles=settles), tables=TABLES, as_at=day(as_at))


def spells(*names: str, on: str = "2025-06-03") -> list[dict[str, Any]]:
    return [{"spell": name, "discharged": on} for name in names]


def challenge(row: str, raised: str = "2025-07-10", **more: Any) -> dict[str, Any]:
    return {
        "challenge": f"C-{row}", "of_table": "spells", "row": row, "by": "QYY", "reason": "coded twice",
        "raised_on": raised, **more,
    }  # fmt: skip


def decided(row: str, decision: str, on: str = "2025-07-20", raised: str = "2025-07-10") -> dict[str, Any]:
    return challenge(row, raised, decision=decision, decided_on=on)


def moved(reading: Read, made_case: Any, **tables: Any) -> Answer:
    """What the rule moves; what stays in the pot is carried by name, to the penny."""
    found = {key: pence for key, pence in settle(reading, made_case, **tables).items() if key[0] == "contest"}
    carried = sum(line.pence for line in read_case(reading, made_case, **tables).carries)
    into = sum(pence for (_, _, payee), pence in found.items() if payee == POT)
    out = sum(pence for (_, payer, _), pence in found.items() if payer == POT)
    assert into - out == carried
    return found


def figures(reading: Read, made_case: Any, **tables: Any) -> dict[str, Any]:
    return {figure.name: figure.value for figure in read_case(reading, made_case, **tables).figures}


def test_what_is_contested_stands_in_the_pot_and_the_rest_is_paid(reading: Read) -> None:
    tables = {"spells": spells("a", "b", "c"), "challenges": [challenge("a")]}
    answer = settle(reading, made(), **tables)
    assert answer == {("price", "QYY", "RXX"): 300_000, HELD: 100_000}  # 3 × 100,000, of which one is contested
    (carry,) = [line for line in read_case(reading, made(), **tables).carries if line.pence]
    assert (carry.pot, carry.reason, carry.pence) == (POT, "challenged, and not yet decided", 100_000)


def test_open_upheld_rejected_withdrawn_and_too_late_each_have_their_own_end(reading: Read) -> None:
    tables = {
        "spells": spells("open", "upheld", "rejected", "withdrawn", "late", "never"),
        "challenges": [
            challenge("open"), decided("upheld", "upheld"), decided("rejected", "rejected"),
            decided("withdrawn", "withdrawn"), challenge("late", raised="2025-07-31"),
        ],
    }  # fmt: skip
    # 6 × 100,000 are paid; one stands in the pot, one goes back: 400,000 are the provider's now
    assert moved(reading, made(), **tables) == {HELD: 100_000, TAKEN: 100_000}
    assert figures(reading, made(), **tables) == {
        "challenged, open": 1, "challenged, upheld": 1, "challenged, rejected or withdrawn": 2,
        "paid although challenged: rejected or withdrawn": 200_000, "challenged too late": 1,
        "paid although challenged: raised too late": 100_000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raised", "answer"),
    [
        ("2025-06-30", {HELD: 100_000}),  # in the month of care itself
        ("2025-07-30", {HELD: 100_000}),  # 57 days after 3 June, which itself counts nothing
        ("2025-07-31", {}),  # one day too late
    ],
)
def test_a_challenge_is_raised_within_so_many_days_after_the_rows_own_day(
    reading: Read, raised: str, answer: Answer
) -> None:
    assert moved(reading, made(), spells=spells("a"), challenges=[challenge("a", raised)]) == answer


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
def test_how_often_the_contract_settles_makes_no_difference(reading: Read, settles: str) -> None:
    # It did while days were counted from the end of the period: a year to date ends later with each month.
    for raised, answer in (("2025-07-30", {HELD: 100_000}), ("2025-07-31", {})):
        tables = {"spells": spells("a"), "challenges": [challenge("a", raised)]}
        assert moved(reading, made(settles=settles), **tables) == answer


def test_a_challenge_that_is_not_yet_raised_on_the_runs_day_is_not_known(reading: Read) -> None:
    tables = {"spells": spells("a"), "challenges": [challenge("a", "2025-07-10")]}
    assert moved(reading, made(as_at="2025-07-09"), **tables) == {}
    assert figures(reading, made(as_at="2025-07-09"), **tables) == {}
    assert moved(reading, made(as_at="2025-07-10"), **tables) == {HELD: 100_000}


def test_a_challenge_that_is_decided_after_the_runs_day_is_open(reading: Read) -> None:
    tables = {"spells": spells("a"), "challenges": [decided("a", "upheld", on="2025-07-20")]}
    assert moved(reading, made(as_at="2025-07-19"), **tables) == {HELD: 100_000}
    assert moved(reading, made(as_at="2025-07-20"), **tables) == {TAKEN: 100_000}


@pytest.mark.parametrize(("to", "gone"), [("RXX", BACK), ("QYY", ON), ("R99", ("contest", POT, "R99"))])
def test_what_is_not_decided_in_time_goes_where_the_contract_says_on_the_day_after(
    reading: Read, to: str, gone: tuple[str, str, str]
) -> None:
    tables = {"spells": spells("a"), "challenges": [challenge("a", "2025-07-10")]}
    assert moved(reading, made(as_at="2025-09-08", undecided_to=to), **tables) == {HELD: 100_000}  # the 60th day
    assert moved(reading, made(as_at="2025-09-09", undecided_to=to), **tables) == {HELD: 100_000, gone: 100_000}


def test_a_decision_on_the_last_day_counts_and_one_after_it_does_not(reading: Read) -> None:
    last = {"spells": spells("a"), "challenges": [decided("a", "upheld", on="2025-09-08")]}
    assert moved(reading, made(as_at="2025-10-01"), **last) == {TAKEN: 100_000}
    after = {"spells": spells("a"), "challenges": [decided("a", "upheld", on="2025-09-09")]}
    assert moved(reading, made(as_at="2025-10-01"), **after) == {HELD: 100_000, BACK: 100_000}
    assert figures(reading, made(as_at="2025-10-01"), **after)["decided too late"] == 1


def test_the_limits_are_those_in_force_on_the_rows_own_day(reading: Read) -> None:
    shorter = made(raise_within_days={"2025-04-01": 46, "2025-06-15": 20}, as_at="2025-08-31")
    both = [*spells("early", on="2025-06-14"), *spells("later", on="2025-06-15")]
    raised = [challenge("early", "2025-07-30"), challenge("later", "2025-07-06")]
    assert moved(reading, shorter, spells=both, challenges=raised) == {HELD: 100_000}
    assert moved(reading, shorter, spells=both, challenges=[challenge("later", "2025-07-05")]) == {HELD: 100_000}


def test_a_row_that_brings_the_provider_nothing_cannot_be_contested(reading: Read) -> None:
    for amount in ("£0", "-£1,000"):
        tables = {"spells": spells("a"), "challenges": [decided("a", "upheld")]}
        assert moved(reading, made(amount), **tables) == {}
        assert figures(reading, made(amount), **tables) == {"challenged, and nothing is paid for the row": 1}


def test_all_that_the_named_rules_pay_for_the_row_is_contested_together(reading: Read) -> None:
    rules = (
        use(Each, "price", amount="£1,000.05"), use(Each, "taken off", amount="-£0.06"),
        use(Each, "not named", amount="£7"), contesting(on=(Label("price"), Label("taken off"))),
    )  # fmt: skip
    both = case(contract("A", *rules, settles="month"), tables=TABLES, as_at=day("2025-07-31"))
    assert moved(reading, both, spells=spells("a"), challenges=[challenge("a")]) == {HELD: 99_999}  # 100,005 − 6


def test_a_challenge_of_the_same_key_in_another_table_is_another_rows(reading: Read) -> None:
    other = {**challenge("a"), "of_table": "attendances"}
    assert moved(reading, made(), spells=spells("a"), challenges=[other]) == {}


@pytest.mark.parametrize("half", [{"decision": "upheld"}, {"decided_on": "2025-07-20"}])
def test_a_decision_without_its_day_or_a_day_without_its_decision_is_a_fault(
    reading: Read, half: dict[str, str]
) -> None:
    found = read_case(reading, made(), spells=spells("a", "b"), challenges=[challenge("a", **half), challenge("b")])
    assert [line.rows for line in found.nevers] == [1]


def test_two_challenges_of_one_row_that_reach_the_rule_are_a_fault_and_never_a_choice(reading: Read) -> None:
    twice = [challenge("a"), {**challenge("a"), "challenge": "other"}]
    with pytest.raises(InputError, match="challenges has 2 rows for"):
        read_case(reading, made(), spells=spells("a"), challenges=twice)


def test_rules_that_pay_for_no_rows_are_refused_by_name() -> None:
    from tallystick_rules.rules import Block

    rules = use(Block, "core", value="£12"), contesting(on=(Label("core"),))
    program = compose(case(contract("A", *rules), tables=TABLES, as_at=day("2025-07-31")))
    assert "challenges are of rows" in program.stopped["A"].why
