"""Marginal rate: worth up to a baseline is paid in full, above it in part, and the rest is set aside to the penny."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import pytest

from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick.kernel.settlement import settle as settled
from tallystick_rules.rules import Block, MarginalRate, UnitPrice
from tallystick_rules.tables import Contacts, Factors, UnitPrices
from tests.support import Read, case, contract, framed_tables, price_list, read_case, rows_of, settle, use

TABLES = (Contacts, UnitPrices, Factors)
PRICES = price_list(
    UnitPrices, "list", {"code": "P", "price": "£0.01"}, {"code": "M", "price": "£1,000,000"}, {"code": "B"}
)
POT, ON = "A/ring-fence", (Label("emergency"),)
QUARTERS = ("2025-05-01", "2025-08-01", "2025-11-01", "2026-02-01")


def world(counts: Mapping[str, int], *, code: str = "P", about: Any = None, more: Any = (), **given: Any) -> Any:
    """A case with a baseline of £120 and 30% above it, and so many units on each day."""
    emergency = use(UnitPrice, "emergency", pays=False, table="contacts", code="contact_type", prices="list")
    said = {"on": ON, "baseline": "£120", "rate": "30%", "ring_fence": POT, **given}
    entries = (emergency, use(MarginalRate, "threshold", **said), *more)
    made = case(contract("A", *entries, **(about or {})), tables=TABLES, prices=(PRICES,))
    rows = [{"contacted_on": on, "contact_type": code, "contacts": many} for on, many in counts.items() if many]
    return made, rows


def moved(reading: Read, counts: Mapping[str, int], **given: Any) -> dict[tuple[str, str], int]:
    made, rows = world(counts, **given)
    return {(payer, payee): pence for (_, payer, payee), pence in settle(reading, made, contacts=rows).items()}


def by_period(reading: Read, counts: Sequence[int], **given: Any) -> list[tuple[int, int]]:
    """What the provider and the ring-fence have of each quarter; below zero it comes back."""
    made, rows = world(dict(zip(QUARTERS, counts, strict=True)), about={"settles": "quarter"}, **given)
    found = [[0, 0] for _ in QUARTERS]
    for line in read_case(reading, made, contacts=rows).flows:
        found[line.period - 1][line.payee == POT] += line.pence
    return [(provider, apart) for provider, apart in found]


def test_above_the_baseline_thirty_percent_is_paid_and_the_rest_is_ring_fenced(reading: Read) -> None:
    # 54 units of £1m against £50m: 50m + 30% of 4m is 51.2m, and 2.8m are left.
    found = moved(reading, {"2025-05-01": 54}, code="M", baseline="£50,000,000")
    assert found == {("QYY", "RXX"): 5_120_000_000, ("QYY", POT): 280_000_000}


@pytest.mark.parametrize("units", [0, 11_999, 12_000])
def test_up_to_the_baseline_nothing_is_ring_fenced(reading: Read, units: int) -> None:
    assert moved(reading, {"2025-05-01": units}) == ({("QYY", "RXX"): units} if units else {})


def test_one_part_is_rounded_and_the_other_is_the_rest(reading: Read) -> None:
    # 5 pence above: 30% is 1.5, half up 2, and 3 are left; rounded apart both would be 2 and 4.
    assert moved(reading, {"2025-05-01": 12_005}) == {("QYY", "RXX"): 12_002, ("QYY", POT): 3}


def test_rounded_to_the_pound_no_more_is_paid_than_there_is_above_the_baseline(reading: Read) -> None:
    # Worth 12,200, to the pound, and 160 of it above: 80% is 128, to the pound 100, and 60 are left. All of the 160
    # would be 200 to the pound, and is 160.
    made, rows = world({"2025-05-01": 12_160}, rate="80%", baseline="£120.40")
    found = settle(reading, attrs.evolve(made, rounding=100), contacts=rows)
    assert (found["threshold", "QYY", "RXX"], found["threshold", "QYY", POT]) == (12_140, 60)
    made, rows = world({"2025-05-01": 12_160}, rate="100%", baseline="£120.40")
    found = settle(reading, attrs.evolve(made, rounding=100), contacts=rows)
    assert (found["threshold", "QYY", "RXX"], found.get(("threshold", "QYY", POT), 0)) == (12_200, 0)


@pytest.mark.parametrize(("rate", "paid"), [("0%", 12_000), ("100%", 12_101), ("1/3", 12_034)])
def test_any_rate_from_none_to_all(reading: Read, rate: str, paid: int) -> None:
    # 101 above: a third is 33.67.
    found = moved(reading, {"2025-05-01": 12_101}, rate=rate)
    assert found.get(("QYY", "RXX")) == paid
    assert found.get(("QYY", POT), 0) == 12_101 - paid


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
def test_months_quarters_and_the_year_come_to_the_same(reading: Read, settles: str) -> None:
    counts = {"2025-04-30": 5_000, "2025-09-01": 1, "2025-12-31": 9_003}
    # 14,004 − 12,000 is 2,004: 601.2 is paid as 601, and 1,403 are left.
    found = moved(reading, counts, about={"settles": settles})
    assert found.get(("QYY", "RXX"), 0) - found.get(("RXX", "QYY"), 0) == 12_601
    assert found.get(("QYY", POT), 0) - found.get((POT, "QYY"), 0) == 1_403


def test_on_the_way_the_baseline_is_what_it_has_come_to(reading: Read) -> None:
    # £30 a quarter. To date 4,000, 5,000, 13,000 and 13,000 against 3,000, 6,000, 9,000 and 12,000. Due to date
    # 3,300, 5,000, 10,200 and 12,300; set aside 700, nothing, 2,800 and 700: a quiet quarter brings money back.
    assert by_period(reading, [4_000, 1_000, 8_000, 0]) == [
        (3_300, 700),
        (1_700, -700),
        (5_200, 2_800),
        (2_100, -2_100),
    ]


def test_a_profile_says_when_the_baseline_comes(reading: Read) -> None:
    profile = Profile(("0%", "0%", "0%", "50%", "0%", "0%", "0%", "0%", "0%", "0%", "0%", "50%"))
    # Nothing, 6,000, 6,000 and 12,000: 1,000 of the first quarter are all above it until the second.
    found = by_period(reading, [1_000, 4_000, 2_000, 0], profile=profile)
    # Due to date 300, 5,000, 6,300 and 7,000.
    assert found == [(300, 700), (4_700, -700), (1_300, 700), (700, -700)]


def test_nine_months_are_held_against_nine_twelfths(reading: Read) -> None:
    # 9,000 of the £120 and 100 above: 30 are paid and 70 left.
    found = moved(reading, {"2025-05-01": 9_100}, about={"last": "2025-12-31", "settles": "quarter"})
    # In the first quarter 9,100 stood against 3,000; all but 70 of what was set aside has come back since.
    assert found["QYY", "RXX"] == 9_030
    assert found["QYY", POT] == 70


def test_each_year_has_its_own_baseline(reading: Read) -> None:
    counts = {"2025-05-01": 13_000, "2026-05-01": 13_000}
    found = moved(reading, counts, about={"last": "2027-03-31"}, baseline={"2025-04-01": "£120", "2026-04-01": "£125"})
    # 1,000 above, and then 500: 300 and 150 are paid.
    assert found == {("QYY", "RXX"): 12_300 + 12_650, ("QYY", POT): 700 + 350}


def test_the_ring_fence_may_be_the_commissioners_own_and_is_shown(reading: Read) -> None:
    made, rows = world({"2025-05-01": 12_100}, ring_fence="QYY")
    found = read_case(reading, made, contacts=rows)
    assert sum(line.pence for line in found.flows if line.payee == "RXX") == 12_030
    assert {line.payee for line in found.flows if line.pence} == {"RXX"}
    shown = {one.name: one.value for one in found.figures}
    assert shown["kept by the commissioner"] == 70
    assert shown["value above the baseline"] == 100
    assert shown["baseline of the period"] == 12_000


def test_provider_and_ring_fence_have_the_full_value_and_each_unit_is_covered_once(reading: Read) -> None:
    made, rows = world({"2025-05-01": 12_345, "2025-06-01": 3})
    found = read_case(reading, made, contacts=rows)
    law = found.laws[-1]
    assert (law.left, law.right) == (12_348, 12_348)
    (covered,) = [one for one in found.units if one.identity.startswith("marginal-rate")]
    assert (covered.units, covered.worth, covered.clashing) == (12_348, 12_348, 0)


def test_what_has_no_price_is_not_paid_and_counts_for_nothing(reading: Read) -> None:
    assert moved(reading, {"2025-05-01": 20_000}, code="B") == {}


def test_a_currency_that_pays_by_itself_is_refused() -> None:
    emergency = use(UnitPrice, "emergency", table="contacts", code="contact_type", prices="list")
    rule = use(MarginalRate, "threshold", on=ON, baseline="£1", rate="30%", ring_fence=POT)
    stopped = compose(case(contract("A", emergency, rule), tables=TABLES, prices=(PRICES,))).stopped
    assert "say pays = false" in stopped["A"].why


def test_a_rule_that_values_nothing_is_refused() -> None:
    rule = use(MarginalRate, "threshold", on=(Label("block"),), baseline="£1", rate="30%", ring_fence=POT)
    stopped = compose(case(contract("A", use(Block, "block", value="£1"), rule), tables=TABLES)).stopped
    assert "values no units, so nothing would be paid" in stopped["A"].why


def test_nothing_under_on_is_refused() -> None:
    rule = use(MarginalRate, "threshold", on=(), baseline="£1", rate="30%", ring_fence=POT)
    stopped = compose(case(contract("A", rule), tables=TABLES, prices=(PRICES,))).stopped
    assert "no rule is named under on, so nothing would be paid" in stopped["A"].why


def test_a_ring_fence_that_is_the_provider_stops_the_contract(reading: Read) -> None:
    # 100 above the baseline at 30%: the 70 that are set aside would be paid to the provider after all.
    made, rows = world({"2025-05-01": 12_100}, ring_fence="RXX")
    broken = [(law.left, law.right) for law in read_case(reading, made, contacts=rows).laws if law.left != law.right]
    assert broken == [(70, 0)]
    found = settled(made, framed_tables(compose(made), rows_of(made, {"contacts": rows})))
    assert not found.lines
    assert any("ring_fence is not the provider" in one.name for one in found.checks if not one.passed)


def test_a_block_that_covers_the_same_units_is_a_failed_check() -> None:
    covers = use(Block, "block", value="£1", covers_labels=ON)
    made, rows = world({"2025-05-01": 1}, more=(covers,))
    found = settled(made, framed_tables(compose(made), rows_of(made, {"contacts": rows})))
    assert [check.name for check in found.checks if not check.passed] == ["each contact of contacts is in one state"]
