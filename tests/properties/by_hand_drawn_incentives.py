"""Worlds of incentives: plain, below and above baselines, with floors and caps, tapered by year, settled in any way."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import (
    AvoidableActivity,
    Block,
    IncentiveTaper,
    PrepaidIncentive,
    SimpleIncentive,
    UnitPrice,
    ValueExchange,
)
from tallystick_rules.rules._prepaid import Advance, NotMeasured
from tallystick_rules.rules._readmissions import Avoidable, Exclusion
from tallystick_rules.rules.simple_incentive import Counts, Direction
from tallystick_rules.rules.value_exchange import NoScore
from tallystick_rules.tables import Contacts, Indicators, Spells, UnitPrices
from tests.properties.by_hand import DAY, World, later, periods, some_day, world
from tests.properties.by_hand_drawn import FIRST, LAST, Given, contracts, parties
from tests.properties.recipes_drawn import PROFILES
from tests.support import case, fund, price_list, use

TABLES = (Contacts, Indicators, Spells, UnitPrices)
PRICES = ("£1,850.02", "£99.995", "£0.10")


def incentives_world(seed: int, rows: int) -> World:
    """Two incentives of any kind beside a block, and a taper on some of the three."""
    rng = random.Random(seed)

    def rules(starts: datetime.date) -> list[RuleEntry]:
        core = use(Block, "core", value=f"£{rng.randint(900, 9_999)}.07", profile=rng.choice(PROFILES))
        price = use(UnitPrice, "price", table="spells", prices="groups")
        incentives = simple(rng, "one", starts), simple(rng, "two", starts), readmissions(rng, starts)
        labels = ("core", "one", "two", "readmissions", "prepaid")
        return [core, price, *incentives, prepaid(rng, starts), taper(rng, starts, *labels)]

    made = contracts(rng, rules)
    groups = ({"code": code, "price": price} for code, price in zip(("AB1", "AB2", "AB3"), PRICES, strict=True))
    lists = [price_list(UnitPrices, "groups", *groups)]
    return world(
        case(*made, tables=TABLES, prices=lists, rounding=rng.choice((1, 1, 100))),
        contacts=[contact(rng, made) for _ in range(rows)], spells=[stay(rng, made, n) for n in range(rows)],
        indicators=results(rng, made),
    )  # fmt: skip


def exchange_world(seed: int, rows: int) -> World:
    """Blocks of many sizes, some below zero, and an exchange that most contracts take part in."""
    rng = random.Random(seed)
    names = (Label("core"), Label("more"))
    profile, own_base, many = rng.choice(PROFILES), rng.random() < 0.5, rng.randint(1, 2)
    usual: Given = {
        "fund": "scheme/value", "withhold": rng.choice(("2%", "1/3", "0%", "100%")), "indicator": "first",
        "no_score": rng.choice(list(NoScore)), "year_months": rng.choice((12, 12, 3)),
    }  # fmt: skip

    def rules(starts: datetime.date) -> list[RuleEntry]:
        sums = (f"£{rng.randint(900, 9_999)}.07", "£0", "£100,000,000", "£0.03")
        base: Any = rng.choice((*sums, {starts: "£1,000", later(starts, 6): "£0.07"}))
        said: Given = {"base": base, "profile": profile} if own_base else {"on": names[:many]}
        paid = [use(Block, name, value=rng.choice((*sums, "-£5")), profile=profile) for name in names]
        return [*paid, use(ValueExchange, "exchange", scheme=True, **usual, **said)] if rng.random() < 0.8 else paid

    settles = rng.choice(("month", "quarter", "year"))
    made = contracts(rng, rules, settles=settles, first=rng.choice(("2025-04-01", "2025-01-15")))
    the_case = case(*made, tables=(Indicators,), rounding=rng.choice((1, 1, 100)), funds=(fund("value"),))
    scored = results(rng, made)
    if rng.random() < 0.2:
        scored = [{**row, "numerator": row.get("numerator") and 0} for row in scored]
    return world(the_case, indicators=scored[: rows * 3])


def simple(rng: random.Random, label: str, starts: datetime.date) -> RuleEntry:
    """An incentive with numbers that may change within the contract."""
    turn = later(starts, rng.choice((12, 6, 1)))
    table, of = rng.choice((("contacts", "contacts"), ("contacts", None), ("spells", None), ("spells", "age_years")))
    counts = rng.choice(list(Counts))
    given: Given = {} if counts is Counts.EACH else {"baseline": rng.choice((0, 7, {starts: 11, turn: 40}))}
    if rng.random() < 0.5:
        given["floor"] = rng.choice(("£0", "£100.01", {starts: "£240", turn: "£1"}))
    if rng.random() < 0.5:
        given["cap"] = rng.choice(("£240", "£9,999") if "floor" in given else ("£0", "£100.01", "£9,999"))
    where = {"service": ("AB1", "AB2")} if table == "contacts" and rng.random() < 0.5 else {}
    return use(
        SimpleIncentive, label, table=table, of=of, where=where, counts=counts, direction=rng.choice(list(Direction)),
        each=rng.choice(("£45", "£0.105", {starts: "£3.005", turn: "£12.50"})), profile=rng.choice(PROFILES), **given,
    )  # fmt: skip


EXCLUSIONS = (
    Exclusion(reason="the young", younger_than=4),
    Exclusion(reason="the listed", where={"hrg": ("AB1",)}),
    Exclusion(reason="both", where={"treatment_function": ("823",)}, younger_than=50),
)


def readmissions(rng: random.Random, starts: datetime.date) -> RuleEntry:
    """Avoidable admissions, by case or by count, with any of the exclusions."""
    turn, of = later(starts, rng.choice((12, 6, 1))), rng.choice(list(Avoidable))
    share: Given = {"share": rng.choice(("25%", "1/3", {starts: "100%", turn: "12.5%"})), "on": (Label("price"),)}
    count: Given = {
        "each": rng.choice(("£900", {starts: "£0.105", turn: "£7"})), "baseline": rng.choice((0, 4, 13)),
        "profile": rng.choice(PROFILES), **rng.choice(({}, {"both_ways": True}, {"only_below": True})),
    }  # fmt: skip
    within = None if of is Avoidable.ADMISSIONS else rng.choice((30, 0, {starts: 30, turn: 7}))
    return use(
        AvoidableActivity, "readmissions", of=of, within_days=within, paid_to=rng.choice(("QAA", "RZZ")),
        exclusions=tuple(rng.sample(EXCLUSIONS, rng.randint(0, 3))), **rng.choice((share, count)),
    )  # fmt: skip


def prepaid(rng: random.Random, starts: datetime.date) -> RuleEntry:
    """A pool of a share or a sum, some indicators, and years that are transacted or not."""
    rates = ("45%", "60%", "0%", "100%", "1/3")
    listed = [
        {
            "name": name, "earns_from": rng.choice(rates), "earns_all_at": rng.choice(rates),
            "applies": rng.choice((True, True, False, {starts: True, later(starts, 12): False})),
        }
        for name in rng.sample(("first", "second", "third"), rng.randint(1, 3))
    ]  # fmt: skip
    share: Given = {"share": rng.choice(("1.25%", "1/7")), "on": (Label("core"), Label("price"))[: rng.randint(1, 2)]}
    value: Given = {"value": rng.choice(("£100.01", {starts: "£7", later(starts, 6): "£9.05"}))}
    return use(
        PrepaidIncentive, "prepaid", advance=rng.choice(list(Advance)), indicators=tuple(listed),
        not_measured=rng.choice(list(NotMeasured)), year_months=rng.choice((12, 12, 7, 3)),
        transacted=rng.choice((True, True, {starts: True, later(starts, 12): False})), profile=rng.choice(PROFILES),
        **rng.choice((share, value)),
    )  # fmt: skip


def results(rng: random.Random, made: Sequence[ContractCase]) -> list[Given]:
    """Results at the end of many periods, most of them whole; never two of one indicator and day."""
    found: list[Given] = []
    for one in made:
        for _, _, last in periods(one):
            for name in ("first", "second", "third", "other"):
                if rng.random() < 0.7:
                    below = rng.choice((0, 3, 7, 20, 100))
                    above = rng.randint(0, below + (rng.random() < 0.02))
                    named = {"contract": one.id, "provider": one.provider, "commissioner": one.commissioner}
                    said = {"numerator": above, "denominator": below} if rng.random() < 0.9 else {}
                    day = last - DAY * (rng.random() < 0.1)
                    found.append({**named, "indicator": name, "measured_on": day.isoformat(), **said})
    return found


def taper(rng: random.Random, starts: datetime.date, *labels: str) -> RuleEntry:
    """A taper on some of the rules, by the contract's year."""
    on = tuple(Label(one) for one in rng.sample(labels, rng.randint(1, len(labels))))
    pays = rng.choice(("75%", "1/3", "0%", "100%", {starts: "100%", later(starts, 12): "37.5%"}))
    return use(IncentiveTaper, "taper", on=on, still_pays=pays, withdrawn_to=rng.choice(("RZZ", "QAA")))


def contact(rng: random.Random, made: Sequence[ContractCase]) -> Given:
    """One row of contacts."""
    return {
        **parties(rng, made), "contacted_on": some_day(rng, FIRST, LAST).isoformat(),
        "contacts": rng.choice((1, 2, 5, 40)), "service": rng.choice(("AB1", "AB2", "XY9")),
    }  # fmt: skip


def stay(rng: random.Random, made: Sequence[ContractCase], place: int) -> dict[str, Any]:
    """One stay, often a readmission; who it was and what it followed is not always known."""
    ended = some_day(rng, FIRST, LAST)
    admitted = ended - DAY * rng.choice((0, 1, 5))
    earlier = admitted - DAY * rng.choice((0, 1, 29, 30, 31, 90))
    follows = rng.random() < 0.7
    if rng.random() < 0.03:
        earlier = admitted + DAY
    return {
        **parties(rng, made), "spell": f"s{place:03d}", "admitted": admitted.isoformat(),
        "discharged": ended.isoformat(),
        "age_years": None if rng.random() < 0.03 else rng.choice((0, 3, 4, *range(40, 60))),
        "admission_method": rng.choice(("21", "21", "2A", "11", "81")), "hrg": rng.choice(("AB1", "AB2", "AB3")),
        "treatment_function": rng.choice(("823", "110", None)), "index_spell": "S0" if follows else None,
        "index_discharged": earlier.isoformat() if follows and rng.random() > 0.03 else None,
        "index_admission_method": rng.choice(("11", "13", "21", None if rng.random() < 0.1 else "12")),
    }  # fmt: skip
