"""Pools and marginal rates come to the same by month, by quarter and by year, account by account, over two years."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel import check, pay
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import MarginalRate, PooledBudget, UnitPrice
from tallystick_rules.rules._pool import AtEnd
from tallystick_rules.tables import Contacts, Factors, UnitPrices
from tests.properties.agreeing import generating
from tests.properties.by_hand import some_day
from tests.properties.recipes_drawn import PROFILES
from tests.properties.test_recipes_by_any_period import net
from tests.support import case, contract, day, framed_tables, price_list, settle, use

READINGS = (check.read, lambda program, rows: pay.read(program, framed_tables(program, rows)))
TABLES = (Contacts, UnitPrices, Factors)
PRICES = price_list(UnitPrices, "list", {"code": "P", "price": "£0.01"}, {"code": "Q", "price": "£3.335"})


def rules(rng: random.Random) -> list[Any]:
    """A pool whose partners do unlike things at the year's end, and a marginal rate, on currencies of their own."""

    def pounds() -> str:
        return f"£{rng.choice((0, 12, 500, 4_000))}.{rng.randint(0, 99):02d}"

    said = {"pays": False, "table": "contacts", "code": "contact_type", "prices": "list"}
    ends = rng.sample(list(AtEnd), 3)
    partners = [
        {"name": who, "who": who, "contribution": pounds(), "share_of_overspend": over, "share_of_underspend": left,
         "at_end": end, **({"carried_in": f"A/{who}"} if end is AtEnd.CARRY else {})}
        for who, over, left, end in zip(("QYY", "LA1", "LA2"), ("1/7", "1/2", "5/14"), ("1/3", "0%", "2/3"), ends,
                                        strict=True)
    ]  # fmt: skip
    services = [{"service": "visits", "who": "RVV", "on": Label("visits")},
                {"service": "beds", "who": "RXX", "amount": pounds()}]  # fmt: skip
    return [
        use(UnitPrice, "visits", where={"service": ("visit",)}, **said),
        use(UnitPrice, "calls", where={"service": ("call",)}, **said),
        use(PooledBudget, "pool", pool="A/pool", host="LA2", partners=partners, services=services, not_pooled=(),
            additional=True, profile=rng.choice(PROFILES)),
        use(MarginalRate, "threshold", on=(Label("calls"),), baseline=pounds(), rate=rng.choice(("30%", "1/3")),
            ring_fence="A/ring-fence", profile=rng.choice(PROFILES)),
    ]  # fmt: skip


@generating(40)
@given(st.integers(0, 2**32))
def test_pools_and_marginal_rates_are_the_same_by_month_by_quarter_and_by_year(seed: int) -> None:
    rng = random.Random(seed)
    held = rules(rng)
    contacts = [
        {"contacted_on": some_day(rng, day("2025-04-01"), day("2027-03-31")).isoformat(),
         "contacts": rng.choice((1, 7, 30_000)), "contact_type": rng.choice("PQ"),
         "service": rng.choice(("visit", "call"))}
        for _ in range(rng.choice((0, 4, 20)))
    ]  # fmt: skip
    for reading in READINGS:
        found = [
            net(settle(reading, case(contract("A", *held, settles=by, last="2027-03-31"), tables=TABLES,
                                     prices=(PRICES,)), contacts=contacts))
            for by in ("month", "quarter", "year")
        ]  # fmt: skip
        assert found[0] == found[1] == found[2]
