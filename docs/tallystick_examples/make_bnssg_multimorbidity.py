"""Makes the data files of ``bnssg_multimorbidity`` again, the same each time: people, their conditions, and contacts.

Run as ``python -m tallystick_examples.make_bnssg_multimorbidity FOLDER``. A test holds the shipped files to it.

It has the published size: 5,300 people in the cohort as the year begins, and some who are not in it. Whoever comes to
have three of the five conditions in the year is found on the next day of identification. Nobody is in it.
"""

from __future__ import annotations

import datetime
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve, frozen

SEED = 2040
FIRST, AFTER = datetime.date(2026, 4, 1), datetime.date(2027, 4, 1)
COHORT, JOINERS, TWO_ONLY, OLDER, YOUNGER, NO_AGE = 5_300, 700, 1_200, 600, 120, 30
"""How many are in the cohort as the year begins, come to be in it, and are not: by conditions or by age."""

PLACE = 240
"""How many are on the list of one place in the year: a small one, for the second contract."""

QUARTERS = tuple(datetime.date(2026 + (month < 4), month, 1) for month in (4, 7, 10, 1))
"""On which days people are looked for."""

FIVE = ("hypertension", "diabetes", "anxiety", "depression", "chronic pain")
DEPRIVED = (1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 10)
SERVICES = {"care coordination": 420, "social prescribing": 260, "digital self-management": 180, "nursing": 300}
DAY = datetime.timedelta(days=1)
LEFT_IN_OCTOBER = datetime.date(2026, 10, 1)


@frozen(kw_only=True)
class Person:
    """Somebody, with the day from which each condition is recorded, and a day on which they leave."""

    name: str
    age: int | None
    decile: int
    conditions: tuple[tuple[str, datetime.date], ...]
    need: str
    rises: datetime.date | None = None
    """When the person needs more, and goes on in the next segment."""
    leaves: datetime.date | None = None
    why: str = ""


def files(looked_for: Sequence[datetime.date] = QUARTERS, *, half_leave: bool = False) -> dict[str, str]:
    """Every file by its path; ``looked_for`` are the days of identification, the year's first day among them."""
    people = list(_people())
    if half_leave:
        people = [_gone(one) if place % 2 else one for place, one in enumerate(people)]
    return {
        "data/people.csv": "\n".join(_listed(people, looked_for)) + "\n",
        "data/conditions.csv": "\n".join(_conditions(people)) + "\n",
        "data/contacts.csv": "\n".join(_contacts()) + "\n",
    }


def write(folder: Path, looked_for: Sequence[datetime.date] = QUARTERS, *, half_leave: bool = False) -> None:
    """Write every file below ``folder``."""
    for name, text in files(looked_for, half_leave=half_leave).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _people() -> Iterator[Person]:
    drawn = random.Random(SEED)
    kinds = [
        *["cohort"] * COHORT, *["joins"] * JOINERS, *["two"] * TWO_ONLY, *["older"] * OLDER, *["younger"] * YOUNGER,
        *["no age"] * NO_AGE,
    ]  # fmt: skip
    drawn.shuffle(kinds)
    for place, kind in enumerate(kinds, start=1):
        yield _person(drawn, f"P{place:04d}", kind)


def _person(drawn: random.Random, name: str, kind: str) -> Person:
    many = 2 if kind == "two" else drawn.choices((3, 4, 5), (60, 30, 10))[0]
    since = sorted(FIRST - DAY * drawn.randrange(30, 6_000) for _ in range(many))
    if kind == "joins":
        since = [*since[:2], FIRST + DAY * drawn.randrange(1, 360)]
    conditions = tuple(zip(drawn.sample(FIVE, len(since)), since, strict=True))
    need = {3: "steady", 4: "rising", 5: "complex"}.get(len(since), "steady")
    ages = {"older": range(65, 92), "younger": range(16, 20)}.get(kind, range(20, 65))
    age = round(drawn.triangular(ages[0], ages[-1], ages[-1]))
    one = Person(name=name, age=age, decile=drawn.choice(DEPRIVED), conditions=conditions, need=need)
    if kind in ("cohort", "joins"):
        return _through_the_year(drawn, one, since[-1])
    return evolve(one, age=None) if kind == "no age" else one


def _through_the_year(drawn: random.Random, one: Person, since: datetime.date) -> Person:
    """What happens to somebody: a 65th birthday, a death, a move away, more need, or nothing."""
    begins = max(FIRST, since)
    chance, day = drawn.random(), begins + DAY * drawn.randrange(1, (AFTER - begins).days + 1)
    if one.age == 64 and begins == FIRST:
        return evolve(one, leaves=day, why="65th birthday")
    if chance < 0.012:
        return evolve(one, leaves=day, why="death")
    if chance < 0.045:
        return evolve(one, leaves=day, why="move")
    if chance < 0.085 and one.need != "complex":
        return evolve(one, rises=drawn.choice(QUARTERS[1:]))
    return one


def _gone(one: Person) -> Person:
    """The same, moved away by October if still there."""
    if one.leaves is not None and one.leaves <= LEFT_IN_OCTOBER:
        return one
    return evolve(one, leaves=LEFT_IN_OCTOBER, why="move")


def _listed(people: Sequence[Person], looked_for: Sequence[datetime.date]) -> Iterator[str]:
    """The table of people: on each day of identification those who are new on it, and those whose need has risen."""
    yield (
        "entry,person,provider,commissioner,census_day,category,eligible_to,exit_reason,age_years,deprivation_decile,"
        "weight"
    )
    number = 0
    for one in people:
        for day, need, ends, why in _rows(one, looked_for):
            number += 1
            age = "" if one.age is None else one.age
            yield f"E{number:04d},{one.name},ZP1,ZQ1,{day},{need},{ends or ''},{why},{age},{one.decile},"
    yield from _place()


def _place() -> Iterator[str]:
    """The list of one place, for its budget: everybody with a weight for need, from the day on which they are on it."""
    drawn = random.Random(SEED + 2)
    for number in range(1, PLACE + 1):
        begins = FIRST if drawn.random() < 0.93 else FIRST + DAY * drawn.randrange(1, 365)
        ends, why = "", ""
        if drawn.random() < 0.06:
            ends = str(begins + DAY * drawn.randrange(1, (AFTER - begins).days + 1))
            why = drawn.choice(("death", "move", "move"))
        age, weight = drawn.randrange(0, 95), drawn.choice(("0.7", "0.9", "1", "1.3", "2.1"))
        decile = drawn.choice(DEPRIVED)
        yield f"L{number:04d},Q{number:04d},ZP2,ZQ1,{begins},place,{ends},{why},{age},{decile},{weight}"


def _rows(
    one: Person, looked_for: Sequence[datetime.date]
) -> Iterator[tuple[datetime.date, str, datetime.date | None, str]]:
    last = max(since for _, since in one.conditions)
    found = [day for day in looked_for if day >= last and (one.leaves is None or one.leaves > day)]
    if not found:
        return
    rises = one.rises if one.rises in found[1:] else None
    if rises is None:
        yield found[0], one.need, one.leaves, one.why
        return
    yield found[0], one.need, rises, ""
    yield rises, {"steady": "rising", "rising": "complex"}[one.need], one.leaves, one.why


def _conditions(people: Sequence[Person]) -> Iterator[str]:
    yield "person,condition,from_day"
    for one in people:
        for name, since in one.conditions:
            yield f"{one.name},{name},{since}"


def _contacts() -> Iterator[str]:
    """What was done: the three services that the year of care pays for, and nursing, which the block pays for."""
    drawn = random.Random(SEED + 1)
    yield "contact,provider,commissioner,contacted_on,service,contact_type,contacts"
    number = 0
    for service, many in SERVICES.items():
        for _ in range(many):
            number += 1
            day = FIRST + DAY * drawn.randrange((AFTER - FIRST).days)
            yield f"C{number:04d},ZP1,ZQ1,{day},{service},contact,{drawn.choice((1, 1, 1, 2, 3))}"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
