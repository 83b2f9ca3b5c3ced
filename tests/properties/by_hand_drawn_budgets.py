"""Worlds of people over some years, for the budgets that are worked out by hand: late lists, overlaps and moves."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Sequence
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import Capitation, UnitPrice, YearOfCare
from tallystick_rules.rules._holding import CarvedOut, Heads, Leakage, WithoutWeight
from tallystick_rules.rules._overlaps import Overlaps
from tallystick_rules.rules.year_of_care import Unlisted
from tallystick_rules.tables import Conditions, Contacts, People, UnitPrices
from tests.properties.by_hand import DAY, World, later, some_day, world
from tests.properties.by_hand_drawn import FIRST, LAST, Given, contracts, parties
from tests.support import case, price_list, use

NAMES = ("hospice", "intensive", "core")
FIVE = ("hypertension", "diabetes", "anxiety", "depression", "chronic pain")
KNOWN = 5
CARE = price_list(UnitPrices, "care", {"code": "visit", "price": "£10.005"}, {"code": "call", "price": "£2.33"})


def budgets_world(seed: int, rows: int) -> World:
    """Years of care in some worlds, and weighted heads in the others."""
    rng = random.Random(seed)
    by_segment = rng.random() < 0.5
    limited = not by_segment and rng.random() < 0.4
    made = contracts(rng, lambda _: rules(rng, by_segment, limited))
    people = [row for number in range(rows // 3) for row in life(rng, made, f"P{number}", by_segment, limited)]
    the_case = case(
        *made, tables=(People, Conditions, Contacts, UnitPrices), prices=(CARE,), rounding=rng.choice((1, 1, 100))
    )
    people += [known(rng, made, f"C{number}") for number in range(KNOWN)]
    conditions = [row for number in range(rows // 3) for row in illnesses(rng, f"P{number}")]
    contacts = [contact(rng, made) for _ in range(rows)]
    return world(the_case, people=people, conditions=conditions, contacts=contacts)


def rules(rng: random.Random, by_segment: bool, limited: bool) -> list[RuleEntry]:
    """The one budget or the other, with numbers of its own."""
    rate = rng.choice(("£1,200", "£3,000", "£0.01", "£999.995", "£36,500"))
    if by_segment:
        names = rng.sample(NAMES, rng.choice((2, 3, 3)))
        cohort: Given = {"conditions": FIVE, "conditions_needed": 2, "age_from": 20, "age_to": 64}
        return [use(
            YearOfCare, "year of care", additional=True, unlisted=rng.choice((Unlisted.FAULT, Unlisted.LEFT_OUT)),
            segments=[{"segment": name, "rate": rng.choice((rate, "£2,500"))} for name in names],
            overlaps=rng.choice((Overlaps.FAULT, Overlaps.FIRST_WRITTEN, Overlaps.FIRST_WRITTEN)),
            **(cohort if rng.random() < 0.6 else {}),
        )]  # fmt: skip
    care = use(UnitPrice, "care", table="contacts", prices="care", code="contact_type", pays=False)
    held: Given = {"care": (Label("care"),), "leakage": rng.choice(list(Leakage))}
    if rng.random() < 0.5:
        held["carved_out"] = (CarvedOut(table="contacts", where={"service": ("dialysis",)}),)
    by: Given = rng.choice(({"heads": Heads.DAYS}, {"heads": Heads.LISTS, "lists_a_year": rng.choice((1, 2, 4, 12))}))
    if limited:
        by["stop_loss"] = rng.choice(("£10,000", "£0", "£2,500.01"))
    else:
        by["categories"] = tuple(rng.sample(NAMES, 2))
    budget = use(
        Capitation, "budget", rate=rate, additional=True, without_weight=rng.choice(list(WithoutWeight)), **by,
        **(held if rng.random() < 0.7 else {}),
    )  # fmt: skip
    return [care, budget]


def life(
    rng: random.Random, made: Sequence[ContractCase], person: str, by_segment: bool, limited: bool
) -> Iterator[Given]:  # fmt: skip
    """A person's listings, each of days that end before those of the next begin; sometimes in several segments."""
    contract = rng.choice(made)
    same = parties(rng, [contract])
    dates = sorted({_census(rng, contract) for _ in range(rng.choice((1, 2, 3)))})
    earliest = dates[0] - DAY * rng.choice((0, 0, 30, 400))
    for place, census in enumerate(dates):
        after = dates[place + 1] if place + 1 < len(dates) else None
        end = None if after is None else max(earliest, after - DAY * rng.choice((0, 0, 20)))
        many = rng.choice((1, 1, 1, 2, 3)) if by_segment else rng.choice((1, 1, 1, 1 if limited else 2))
        for category in rng.sample((*NAMES, "unlisted"), many):
            begins = None if earliest <= census and rng.random() < 0.2 else earliest
            ends: Any = end if rng.random() < 0.7 else _between(rng, begins or census, end)
            yield {
                **(parties(rng, made) if rng.random() < 0.1 else same), "person": person,
                "census_day": census.isoformat(), "category": category if rng.random() < 0.97 else None,
                "age_years": rng.choice((19, 20, 40, 64, 65, None)),
                "weight": rng.choice(("1", "1.5", "0.333", "0", None if rng.random() < 0.3 else "2")),
                "eligible_from": begins and begins.isoformat(),
                "eligible_to": ends and max(ends, begins or census).isoformat(),
                "cost_to_date": rng.choice(("£0", "£9,999.99", "£10,000.01", None if rng.random() < 0.2 else "£1")),
            }  # fmt: skip
        earliest = end or earliest


def _census(rng: random.Random, contract: ContractCase) -> datetime.date:
    if rng.random() < 0.8:
        return later(contract.first, rng.randrange(0, 24))
    return some_day(rng, contract.first, contract.last)


def _between(rng: random.Random, first: datetime.date, last: datetime.date | None) -> datetime.date:
    return first + DAY * rng.randint(0, max(0, ((last or first + DAY * 500) - first).days))


def illnesses(rng: random.Random, person: str) -> Iterator[Given]:
    """Some conditions, recorded always, since a day, or until one."""
    for name in rng.sample((*FIVE, "asthma"), rng.choice((1, 2, 3))):
        first, last = sorted((some_day(rng, FIRST, LAST), some_day(rng, FIRST, LAST)))
        yield {
            "person": person, "condition": name, "from_day": rng.choice((None, None, first.isoformat())),
            "to_day": rng.choice((None, None, last.isoformat())),
        }  # fmt: skip


def known(rng: random.Random, made: Sequence[ContractCase], person: str) -> Given:
    """Somebody with one listing in which nothing is wrong, so that what they have done for them is a contract's."""
    one = rng.choice(made)
    return {
        "contract": one.id, "provider": one.provider, "commissioner": one.commissioner, "person": person,
        "census_day": one.first.isoformat(), "category": "unlisted", "age_years": 70, "weight": "1",
        "cost_to_date": "£1",
    }  # fmt: skip


def contact(rng: random.Random, made: Sequence[ContractCase]) -> Given:
    """A contact of somebody, with the holder or elsewhere."""
    one = rng.choice(made)
    return {
        "contract": one.id, "provider": rng.choice((one.provider, "ROO", "RPP")), "commissioner": one.commissioner,
        "contacted_on": some_day(rng, FIRST, LAST).isoformat(), "service": rng.choice(("nursing", "dialysis")),
        "contact_type": rng.choice(("visit", "call")), "contacts": rng.choice((1, 2, 7)),
        "person": f"C{rng.randrange(KNOWN)}" if rng.random() < 0.95 else rng.choice((None, "nobody")),
    }  # fmt: skip


__all__ = ["budgets_world"]
