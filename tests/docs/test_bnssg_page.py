"""What the runs of the year of care say is what comes out by hand, from the files alone."""

from __future__ import annotations

import csv
import datetime
import io
import tomllib
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from docs._ext.contract_pages.bnssg_multimorbidity import MONTHS, OFF_THE_BLOCK, TO_THE_PRACTICES, answer, run
from tallystick.kernel.money import money_text, parse_amount
from tallystick_examples.make_bnssg_multimorbidity import FIRST, QUARTERS, files

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "docs/tallystick_examples/bnssg_multimorbidity"
RULES = {
    one["label"]: one
    for one in tomllib.loads((WORKSPACE / "contracts/several-conditions.toml").read_text(encoding="utf-8"))["rule"]
}
RULE = RULES["year of care"]
RATES = {one["segment"]: parse_amount(one["rate"]) for one in RULE["segments"]}
AFTER = datetime.date(2027, 4, 1)
VARIANTS: dict[str, dict[str, Any]] = {
    "as it is": {}, "once a year": {"looked_for": (FIRST,)}, "every month": {"looked_for": MONTHS},
    "half leave": {"half_leave": True},
}  # fmt: skip


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def listed(made: dict[str, str], provider: str = "ZP1") -> list[dict[str, str]]:
    return [one for one in rows(made["data/people.csv"]) if one["provider"] == provider]


def test_the_files_of_the_workspace_are_those_of_their_maker() -> None:
    assert {name: (WORKSPACE / name).read_text(encoding="utf-8") for name in files()} == files()
    assert {path.name for path in (WORKSPACE / "data").iterdir()} == {"people.csv", "conditions.csv", "contacts.csv"}


def why_not(person: dict[str, str], conditions: list[dict[str, str]]) -> str:
    """Why somebody is not in the cohort; nothing for those who are."""
    if not person["age_years"]:
        return "age not recorded"
    if int(person["age_years"]) < 20:
        return "too young"
    if int(person["age_years"]) > 64:
        return "too old"
    held = [one for one in conditions if day(one["from_day"]) <= day(person["census_day"])]
    return "too few of the conditions" if len(held) < 3 else ""


def by_hand(**variant: Any) -> tuple[Counter[str], dict[str, int]]:
    """The people by what became of them, and the days of each segment."""
    made = files(**variant)
    held: dict[str, list[dict[str, str]]] = {}
    for one in rows(made["data/conditions.csv"]):
        held.setdefault(one["person"], []).append(one)
    people: Counter[str] = Counter()
    days = dict.fromkeys(RATES, 0)
    there = {(one["person"], one["census_day"]) for one in listed(made)}
    ended = {(one["person"], one["eligible_to"]) for one in listed(made)}
    for one in listed(made):
        if why := why_not(one, held[one["person"]]):
            people[f"not in the cohort: {why}"] += 1
            continue
        begins, ends = day(one["census_day"]), day(one["eligible_to"] or "2027-04-01")
        days[one["category"]] += (ends - begins).days
        goes_on = (one["person"], one["eligible_to"]) in there
        came_on = begins > FIRST and (one["person"], one["census_day"]) in ended
        came = "people at the beginning" if begins == FIRST else "joined, from another listing" if came_on else "joined"
        people[came] += 1
        if ends < AFTER:
            people["left, to another listing" if goes_on else f"left: {one['exit_reason']}"] += 1
        else:
            people["people at the end"] += 1
    return people, days


@pytest.mark.parametrize("variant", VARIANTS)
def test_people_days_and_money_of_every_run_come_out_by_hand(variant: str) -> None:
    people, days = by_hand(**VARIANTS[variant])
    found = answer(**VARIANTS[variant])
    assert {name: many for name, many in found.figures.items() if many} == dict(people)
    assert found.days == sum(days.values())
    # each segment's days are added before they are rounded, half up
    assert found.paid == sum(int(Fraction(RATES[one] * many, 365) + Fraction(1, 2)) for one, many in days.items())
    assert found.replaced == sum(parse_amount(one.rpartition(": ")[2]) for one in RULE["replaces"]) == 470_000_000


def test_the_cohort_has_the_published_size() -> None:
    assert by_hand()[0]["people at the beginning"] == 5_300
    ages = {int(one["age_years"]) for one in listed(files()) if one["age_years"]}
    assert min(ages) < 20
    assert max(ages) > 64


@pytest.mark.parametrize("looked_for", [QUARTERS, (FIRST,)])
def test_everyone_who_was_there_or_joined_left_or_is_there_at_the_end(looked_for: tuple[datetime.date, ...]) -> None:
    people, _ = by_hand(looked_for=looked_for)
    came = sum(many for name, many in people.items() if name.startswith(("people at the beginning", "joined")))
    assert came - sum(many for name, many in people.items() if name.startswith("left")) == people["people at the end"]


def test_every_quarter_pays_the_days_up_to_its_end_less_what_was_due_before() -> None:
    lines = [line for line in run().settlement.lines if line.label == "year of care" and line.kind == "price"]
    quarters = Counter({line.period: 0 for line in lines})
    for line in lines:
        quarters[line.period] += line.pence
    due = []
    for after in (*QUARTERS[1:], AFTER):
        days = dict.fromkeys(RATES, 0)
        held: dict[str, list[dict[str, str]]] = {}
        for one in rows(files()["data/conditions.csv"]):
            held.setdefault(one["person"], []).append(one)
        for one in listed(files()):
            if not why_not(one, held[one["person"]]):
                ends = min(after, day(one["eligible_to"] or "2027-04-01"))
                days[one["category"]] += max(0, (ends - day(one["census_day"])).days)
        due.append(sum(int(Fraction(RATES[one] * many, 365) + Fraction(1, 2)) for one, many in days.items()))
    parts = [now - before for before, now in zip([0, *due[:-1]], due, strict=True)]
    assert [quarters[period] for period in sorted(quarters)] == parts


def test_the_heads_of_the_place_are_paid_by_weighted_days() -> None:
    weighted = Fraction(0)
    for one in listed(files(), "ZP2"):
        ends = day(one["eligible_to"] or "2027-04-01")
        weighted += Fraction(one["weight"]) * (min(ends, AFTER) - day(one["census_day"])).days
    lines = [line for line in run().settlement.lines if line.label == "place budget"]
    paid = sum(line.pence for line in lines if line.kind == "price")
    assert paid == int(18_000 * weighted / 365 + Fraction(1, 2))
    assert sum(line.pence for line in lines if line.kind == "adjustment") == 4_000_000


def test_the_pages_sums_are_the_contracts() -> None:
    assert parse_amount(RULES["practices' part"]["pays"]["amount"]) == TO_THE_PRACTICES
    assert RULE["replaces"][0] == f"community services: {money_text(OFF_THE_BLOCK)[:-3]}"


def test_the_readme_answers_with_the_numbers_of_the_runs() -> None:
    readme = (WORKSPACE / "README.md").read_text(encoding="utf-8")
    usual, once, half = (answer(**VARIANTS[one]).paid for one in ("as it is", "once a year", "half leave"))
    assert f"pay {money_text(once)} and not {money_text(usual)}" in readme
    assert f"pay {money_text(half)}, and £4,700,000.00 would still be replaced" in readme


def test_whoever_is_paid_for_and_whoever_is_not_is_explained() -> None:
    found = run()
    people = listed(files())
    too_old = next(one["entry"] for one in people if one["age_years"] and int(one["age_years"]) > 64)
    assert "too old" in found.explain("people", too_old).as_text()
    paid = next(one["entry"] for one in people if one["age_years"] == "50")
    assert "its days are paid for as" in found.explain("people", paid).as_text()
    assert "paid for by the year of care" in found.explain("contacts", "C0001").as_text()
