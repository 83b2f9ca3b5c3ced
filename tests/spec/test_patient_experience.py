"""Patient experience: a share of each episode's payment is held until the patient has answered."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules._answers import FewAnswers, NoAnswer
from tallystick_rules.rules.patient_experience import PatientExperience
from tallystick_rules.tables.answers import Answers
from tallystick_rules.tables.exemptions import Exemptions
from tallystick_rules.tables.spells import Spells
from tests.spec.drawn import Each
from tests.support import Answer, Read, case, contract, day, fund, read_case, settle, use

TABLES = (Spells, Answers, Exemptions)
POT = "A/patient experience"
HELD, RELEASED, REFUSED = ("answer", "RXX", POT), ("answer", POT, "RXX"), ("answer", POT, "QYY")
LATE: dict[str, Any] = {"no_answer": NoAnswer.LAPSE, "lapses_on": "2025-12-31", "unanswered_to": "QYY"}


def holding(**given: Any) -> Any:
    """The rule: 5% of £1,000 a spell, £50, and to the commissioner if patients are not satisfied."""
    usual = {"on": (Label("price"),), "share": "5%", "question": "listened to", "unreleased_to": "QYY"}
    return use(PatientExperience, "answer", **{**usual, **given})


def made(amount: str = "£1,000", as_at: str = "2026-04-30", **given: Any) -> Any:
    rules = use(Each, "price", amount=amount), holding(**given)
    return case(contract("A", *rules), tables=TABLES, as_at=day(as_at))


def spells(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"spell": name, "discharged": "2025-06-01", **more} for name in names]


def said(spell: str, satisfied: bool | None, on: str = "2025-06-20", question: str = "listened to") -> dict[str, Any]:
    return {"spell": spell, "question": question, "satisfied": satisfied, "answered_on": on}


def moved(reading: Read, made_case: Any, **tables: Any) -> Answer:
    """What the rule moves, without the price that it holds part of; the pot is never below zero."""
    answer = settle(reading, made_case, **tables)
    found = {key: pence for key, pence in answer.items() if key[0] == "answer"}
    carried = sum(line.pence for line in read_case(reading, made_case, **tables).carries)
    into = sum(pence for (_, _, payee), pence in found.items() if "/patient experience" in payee)
    out = sum(pence for (_, payer, _), pence in found.items() if "/patient experience" in payer)
    assert into - out == carried
    return found


def figures(reading: Read, made_case: Any, **tables: Any) -> dict[str, Any]:
    return {figure.name: figure.value for figure in read_case(reading, made_case, **tables).figures}


FOUR: dict[str, Any] = {
    "spells": spells("yes", "no", "blank", "none"),
    "answers": [said("yes", True), said("no", False), said("blank", None)],
}


def test_a_share_is_held_and_released_if_the_patient_was_satisfied(reading: Read) -> None:
    # held 4 × 5,000; released: satisfied, left blank, not answered; 5,000 where the patient was not satisfied
    assert moved(reading, made(), **FOUR) == {HELD: 20_000, RELEASED: 15_000, REFUSED: 5_000}
    assert figures(reading, made(), **FOUR) == {
        "satisfied": 1, "not satisfied": 1, "not answered": 2,
        "gained by the commissioner because patients were dissatisfied": 5_000,
    }  # fmt: skip


def test_if_a_quarter_answer_and_the_rest_lapses_a_5_per_cent_hold_is_a_3_75_per_cent_price_cut(reading: Read) -> None:
    all_satisfied = {"spells": spells("a", "b", "c", "d"), "answers": [said("a", True)]}
    answer = settle(reading, made(**LATE), **all_satisfied)
    assert answer[REFUSED] == 15_000  # 3 × 5,000 of 400,000: 3.75%, whatever patients think
    assert answer["price", "QYY", "RXX"] == 400_000


def test_nothing_is_held_of_a_payment_that_goes_the_other_way(reading: Read) -> None:
    assert moved(reading, made(amount="-£1,000"), **FOUR) == {}  # else dissatisfied patients would bring money


def test_what_is_held_is_rounded_once_for_each_spell_and_leaves_the_pot_whole(reading: Read) -> None:
    # 5% of £10.10 is 50.5 p: 51 p, held four times, and 51 p each way
    assert moved(reading, made("£10.10"), **FOUR) == {HELD: 204, RELEASED: 153, REFUSED: 51}


def test_the_share_is_of_all_the_rules_named_together(reading: Read) -> None:
    rules = (
        use(Each, "price", amount="£10.05"), use(Each, "best practice", amount="£10.05"),
        holding(on=(Label("price"), Label("best practice"))),
    )  # fmt: skip
    both = case(contract("A", *rules), tables=TABLES, as_at=day("2026-04-30"))
    # 5% of £20.10 is 100.5 p: 101 p; of each by itself it would be 50 + 50
    assert moved(reading, both, spells=spells("a")) == {HELD: 101, RELEASED: 101}


def test_unreleased_money_may_go_to_an_improvement_fund(reading: Read) -> None:
    to_fund = made(unreleased_to="A/improvement fund")
    assert moved(reading, to_fund, **FOUR) == {
        HELD: 20_000, RELEASED: 15_000, ("answer", POT, "A/improvement fund"): 5_000,
    }  # fmt: skip
    assert "gained by the commissioner because patients were dissatisfied" not in figures(reading, to_fund, **FOUR)


def test_only_answers_to_the_question_that_was_asked_and_known_on_the_day_count(reading: Read) -> None:
    other = {"spells": spells("a"), "answers": [said("a", False, question="waiting time")]}
    assert moved(reading, made(), **other) == {HELD: 5_000, RELEASED: 5_000}
    later = {"spells": spells("a"), "answers": [said("a", False, on="2026-04-30")]}
    assert moved(reading, made(), **later) == {HELD: 5_000, REFUSED: 5_000}
    assert moved(reading, made(as_at="2026-04-29"), **later) == {HELD: 5_000, RELEASED: 5_000}


@pytest.mark.parametrize(
    ("on", "as_at", "answer"),
    [
        ("2025-07-01", "2025-07-01", {HELD: 5_000, RELEASED: 5_000}),  # the thirtieth day counts
        ("2025-07-02", "2025-07-01", {HELD: 5_000}),  # not known yet, and still held on the last day
        ("2025-07-02", "2025-07-02", {HELD: 5_000, ("answer", POT, "A/fund"): 5_000}),  # too late
    ],
)
def test_an_unanswered_share_stays_held_until_so_many_days_after_discharge_and_then_lapses(
    reading: Read, on: str, as_at: str, answer: Answer
) -> None:
    waits = made(as_at=as_at, no_answer=NoAnswer.STAY_HELD, lapses_after_days=30, unanswered_to="A/fund")
    assert moved(reading, waits, spells=spells("a"), answers=[said("a", True, on=on)]) == answer


def test_without_a_last_day_it_stays_held_by_name(reading: Read) -> None:
    waits = made(no_answer=NoAnswer.STAY_HELD)
    assert moved(reading, waits, spells=spells("a")) == {HELD: 5_000}
    (carry,) = read_case(reading, waits, spells=spells("a")).carries
    assert (carry.pot, carry.reason, carry.pence) == (POT, "not yet answered", 5_000)


def test_a_lapse_on_a_date_is_after_that_date(reading: Read) -> None:
    silent = {"spells": spells("a")}
    assert moved(reading, made(as_at="2025-12-31", **LATE), **silent) == {HELD: 5_000}
    assert moved(reading, made(as_at="2026-01-01", **LATE), **silent) == {HELD: 5_000, REFUSED: 5_000}
    last = {"spells": spells("a"), "answers": [said("a", True, on="2025-12-31")]}
    assert moved(reading, made(as_at="2026-01-01", **LATE), **last) == {HELD: 5_000, RELEASED: 5_000}


def test_a_release_with_a_last_day_waits_for_it(reading: Read) -> None:
    silent = {"spells": spells("a")}
    assert moved(reading, made(as_at="2025-07-01", lapses_after_days=30), **silent) == {HELD: 5_000}
    assert moved(reading, made(as_at="2025-07-02", lapses_after_days=30), **silent) == {HELD: 5_000, RELEASED: 5_000}


FOLLOW: dict[str, Any] = {"no_answer": NoAnswer.FOLLOW}


def test_no_answer_may_follow_the_rate_of_the_provider_under_all_its_contracts(reading: Read) -> None:
    two = case(
        contract("A", use(Each, "price", amount="£10.10"), holding(**FOLLOW)),
        contract("B", use(Each, "price", amount="£10"), commissioner="QZZ"),
        tables=TABLES, as_at=day("2026-04-30"),
    )  # fmt: skip
    tables = {
        "spells": [*spells("yes", "u", "v", "w"), *spells("p", "q", commissioner="QZZ"), *spells("r", provider="RZZ")],
        "answers": [said("yes", True), said("p", False), said("q", False), said("r", True)],
    }
    # of three answers one is satisfied; 3 × 51 unanswered: 153 × 1/3 = 51 back, and the rest, 102, not
    assert moved(reading, two, **tables) == {HELD: 204, RELEASED: 102, REFUSED: 102}


def test_where_nobody_has_answered_there_is_no_rate_and_it_stays_held(reading: Read) -> None:
    silent = {"spells": spells("a", "b"), "answers": [said("a", None)]}
    assert moved(reading, made(**FOLLOW), **silent) == {HELD: 10_000}
    (carry,) = read_case(reading, made(**FOLLOW), **silent).carries
    assert carry.reason == "nobody has answered"


def test_an_answer_that_is_not_known_yet_is_no_part_of_the_rate(reading: Read) -> None:
    tables = {
        "spells": spells("a", "b", "c"),
        "answers": [said("a", True), said("b", False, on="2026-05-01")],
    }
    assert moved(reading, made(**FOLLOW), **tables) == {HELD: 15_000, RELEASED: 15_000}  # one of one is satisfied


@pytest.mark.parametrize(
    ("then", "answer"),
    [
        (FewAnswers.RELEASED, {HELD: 20_000, RELEASED: 20_000}),
        (FewAnswers.HELD, {HELD: 20_000}),
        (FewAnswers.RETURNED, {HELD: 20_000, REFUSED: 20_000}),
    ],
)
def test_below_the_smallest_sample_no_answer_decides(reading: Read, then: FewAnswers, answer: Answer) -> None:
    assert moved(reading, made(smallest=3, below_smallest=then), **FOUR) == answer
    enough = made(smallest=2, below_smallest=then)
    assert moved(reading, enough, **FOUR) == {HELD: 20_000, RELEASED: 15_000, REFUSED: 5_000}


def test_who_is_never_asked_is_released_and_counted_whatever_they_said(reading: Read) -> None:
    tables = {
        "spells": [
            *spells("died", discharge_method="4"), *spells("child", age_years=15), *spells("grown", age_years=16),
            *spells("unknown"),
        ],
        "answers": [said(name, False) for name in ("died", "child", "grown", "unknown")],
    }  # fmt: skip
    listed = made(never_asked={"discharge_method": ("4", "5"), "specialised_service": ("x",)}, youngest_asked_years=16)
    assert moved(reading, listed, **tables) == {HELD: 20_000, RELEASED: 10_000, REFUSED: 10_000}
    assert figures(reading, listed, **tables)["never asked"] == 2


def exempted(spell: str, on: str = "2025-06-10") -> dict[str, Any]:
    return {"spell": spell, "reason": "a right decision", "decided_by": "panel", "decided_on": on}


def test_an_exemption_decided_by_the_day_of_the_answer_is_released(reading: Read) -> None:
    tables = {
        "spells": spells("before", "same", "after", "silent"),
        "answers": [said(name, False) for name in ("before", "same", "after")],
        "exemptions": [
            exempted("before"), exempted("same", "2025-06-20"), exempted("after", "2025-06-21"),
            exempted("silent", "2025-08-01"),
        ],
    }  # fmt: skip
    strict = made(no_answer=NoAnswer.STAY_HELD)
    assert moved(reading, strict, **tables) == {HELD: 20_000, RELEASED: 15_000, REFUSED: 5_000}
    assert figures(reading, strict, **tables)["exempted too late"] == 1
    # on 31 July the last decision is not known: it is still held
    assert moved(reading, made(as_at="2025-07-31", no_answer=NoAnswer.STAY_HELD), **tables)[RELEASED] == 10_000


def test_exemptions_beyond_the_ceiling_do_not_count_and_the_first_by_discharge_day_do(reading: Read) -> None:
    tables = {
        "spells": [*spells("z", discharged="2025-06-01"), *spells("a", "b", "c", discharged="2025-06-02")],
        "answers": [said(name, False) for name in ("z", "a", "b", "c")],
        "exemptions": [exempted("a"), exempted("z"), exempted("b")],
    }
    half = made(exempt_at_most="50%")  # two of four: z by its day, then a by its key
    assert moved(reading, half, **tables) == {HELD: 20_000, RELEASED: 10_000, REFUSED: 10_000}
    assert figures(reading, half, **tables)["exempt beyond the ceiling"] == 1
    assert moved(reading, made(exempt_at_most="49%"), **tables)[RELEASED] == 5_000


def shared(reading: Read, *answers: tuple[str, int, int, int]) -> Answer:
    """What four contracts are paid: each with so many satisfied, dissatisfied and never-answering patients."""
    rule = use(
        PatientExperience, "answer", scheme=True, on=(Label("price"),), share="5%", question="listened to",
        shared_through="scheme/shared", no_answer=NoAnswer.STAY_HELD,
    )  # fmt: skip
    contracts, rows, replies = [], [], []
    for name, yes, no, silent in answers:
        contracts.append(contract(name, use(Each, "price", amount="£1,000"), rule, provider=f"R{name}"))
        stays = [f"{name}{number}" for number in range(yes + no + silent)]
        rows += [{"spell": stay, "discharged": "2025-06-01", "provider": f"R{name}"} for stay in stays]
        replies += [said(stay, number < yes) for number, stay in enumerate(stays[: yes + no])]
    scheme = case(*contracts, tables=TABLES, as_at=day("2026-04-30"), funds=(fund("shared"),))
    answer = settle(reading, scheme, spells=rows, answers=replies)
    assert sum(p for (_, _, to), p in answer.items() if to == "scheme/shared") == sum(
        p for (_, payer, _), p in answer.items() if payer == "scheme/shared"
    )
    return {key: pence for key, pence in answer.items() if key[1] == "scheme/shared" or key[2] == "QYY"}


def test_unreleased_money_may_be_shared_among_the_others_by_their_own_released_money(reading: Read) -> None:
    # A's 5,000 goes to B and C, who had 10,000 and 5,000 released: 3,333 1/3 and 1,666 2/3; the penny to C
    assert shared(reading, ("A", 1, 1, 0), ("B", 2, 0, 0), ("C", 1, 0, 1), ("D", 0, 0, 3)) == {
        ("answer", "scheme/shared", "RB"): 3_333, ("answer", "scheme/shared", "RC"): 1_667,
    }  # fmt: skip


def test_nobody_is_given_a_part_of_their_own_unreleased_money(reading: Read) -> None:
    # A and B each give 5,000; each had 5,000 released: each is given the other's
    assert shared(reading, ("A", 1, 1, 0), ("B", 1, 1, 0)) == {
        ("answer", "scheme/shared", "RA"): 5_000, ("answer", "scheme/shared", "RB"): 5_000,
    }  # fmt: skip


def test_if_nothing_was_released_to_any_other_it_goes_to_the_commissioner(reading: Read) -> None:
    assert shared(reading, ("A", 3, 1, 0), ("B", 0, 0, 2)) == {("answer", "A/patient experience", "QYY"): 5_000}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"unreleased_to": None}, "say either unreleased_to or shared_through"),
        ({"no_answer": NoAnswer.LAPSE}, "say when"),
        ({"no_answer": NoAnswer.LAPSE, "lapses_on": "2025-12-31"}, "unanswered_to"),
        ({"lapses_on": "2025-12-31", "lapses_after_days": 30}, "not both"),
        ({"unanswered_to": "QYY"}, "unanswered_to is for"),
        ({"smallest": 100}, "smallest and below_smallest"),
        ({"below_smallest": FewAnswers.HELD}, "smallest and below_smallest"),
    ],
)
def test_choices_that_contradict_each_other_stop_the_contract(given: dict[str, Any], why: str) -> None:
    (stop,) = compose(made(**given)).stopped.values()
    assert why in stop.why
