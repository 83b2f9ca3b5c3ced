"""Simple incentive: so much for each event, below or above a baseline, within a floor and a cap kept to date."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tallystick.kernel.language.profile import Profile
from tallystick.kernel.program import compose
from tallystick_rules.rules import SimpleIncentive
from tallystick_rules.rules.simple_incentive import Counts, Direction
from tallystick_rules.tables import Attendances, Contacts, Spells
from tests.support import Answer, Read, case, contract, read_case, settle, use

PAID, TAKEN = ("incentive", "QYY", "RXX"), ("incentive", "RXX", "QYY")


def made(settles: str = "year", last: str = "2026-03-31", **given: Any) -> Any:
    usual = {
        "table": "contacts", "of": "contacts", "where": {"contact_type": ("switch",)}, "each": "£45",
        "direction": Direction.EARNED, "counts": Counts.EACH,
    }  # fmt: skip
    rule = use(SimpleIncentive, "incentive", **{**usual, **given})
    return case(contract("A", rule, settles=settles, last=last), tables=[Contacts, Spells, Attendances])


def events(*counted: tuple[str, int], kind: str = "switch") -> list[dict[str, Any]]:
    return [{"contacted_on": day, "contact_type": kind, "contacts": many} for day, many in counted]


def net(answer: Answer) -> int:
    """What the commissioner pays, less what it is paid."""
    assert set(answer) <= {PAID, TAKEN}
    return answer.get(PAID, 0) - answer.get(TAKEN, 0)


def test_each_event_is_paid_for_and_what_the_filter_leaves_out_is_not(reading: Read) -> None:
    contacts = events(("2025-05-06", 3), ("2025-08-01", 2)) + events(("2025-05-06", 100), kind="other")
    assert settle(reading, made(), contacts=contacts) == {PAID: 5 * 4_500}


def test_a_charge_goes_the_other_way(reading: Read) -> None:
    contacts = events(("2025-05-06", 3))
    assert settle(reading, made(direction=Direction.CHARGED), contacts=contacts) == {TAKEN: 3 * 4_500}


def test_each_row_is_one_event_if_no_count_is_named_and_has_the_price_of_its_day(reading: Read) -> None:
    each = {"2025-04-01": "£1.005", "2025-10-01": "£2"}
    found = settle(reading, made(of=None, each=each), contacts=events(("2025-09-30", 7), ("2025-10-01", 7)))
    assert found == {PAID: 101 + 200}  # 100.5 pence is rounded half up, by the row


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_a_cap_is_kept_to_date_and_what_is_above_is_shown(reading: Read, settles: str) -> None:
    # 1,200 × 45.00 = 54,000.00 against a cap of 50,000.00; half of it in April, where a month's cap is 4,166.67
    contacts = events(("2025-04-10", 600), ("2026-03-01", 600))
    answer = settle(reading, made(settles, cap="£50,000"), contacts=contacts)
    assert net(answer) == min(1_200 * 4_500, 5_000_000)
    found = read_case(reading, made(settles, cap="£50,000"), contacts=contacts)
    assert sum(one.value for one in found.figures if one.name == "above the cap") == 5_400_000 - 5_000_000


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_a_floor_is_paid_for_no_event_at_all(reading: Read, settles: str) -> None:
    assert settle(reading, made(settles, floor="£100.01"), contacts=[]) == {PAID: 10_001}


def test_floor_and_cap_of_nine_months_are_nine_instalments(reading: Read) -> None:
    contacts = events(("2025-04-10", 600))  # 27,000.00, and nine twelfths of the cap are 9,000.00
    assert net(settle(reading, made("month", "2025-12-31", cap="£12,000"), contacts=contacts)) == 900_000
    assert net(settle(reading, made("quarter", "2025-12-31", floor="£120"), contacts=[])) == 9_000


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_events_avoided_are_those_below_the_baseline_of_the_year_to_date(reading: Read, settles: str) -> None:
    # 4,000 expected and 3,400 seen: 600 avoided at 30.00. A first half above its baseline is made up for later.
    contacts = events(("2025-06-01", 2_400), ("2025-12-01", 1_000))
    given: dict[str, Any] = {"counts": Counts.BELOW, "baseline": 4_000, "each": "£30"}
    assert net(settle(reading, made(settles, **given), contacts=contacts)) == 600 * 3_000
    capped = settle(reading, made(settles, **given, cap="£10,000"), contacts=contacts)
    assert net(capped) == 1_000_000
    figures = read_case(reading, made(settles, **given), contacts=contacts).figures
    assert sum(one.value for one in figures if one.name == "events below the baseline") == 600


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_parts_of_a_penny_are_rounded_to_date_so_that_months_are_the_year(reading: Read, settles: str) -> None:
    given: dict[str, Any] = {"counts": Counts.BELOW, "baseline": 36, "each": "£0.105"}  # three a month, 31.5 pence
    assert net(settle(reading, made(settles, **given), contacts=events(("2025-04-03", 1)))) == 368  # 35 × 10.5 is 367.5


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_where_nothing_was_counted_no_event_was_avoided_until_one_is(reading: Read, settles: str) -> None:
    given: dict[str, Any] = {"counts": Counts.BELOW, "baseline": 36}
    assert settle(reading, made(settles, **given), contacts=[]) == {}
    figures = read_case(reading, made(settles, **given), contacts=[]).figures
    nothing = sum(one.value for one in figures if one.name == "periods with nothing counted yet")
    assert nothing == {"year": 1, "quarter": 4, "month": 12}[settles]
    late = events(("2026-03-31", 1))  # the first comes in at the end: 35 were avoided
    assert net(settle(reading, made(settles, **given), contacts=late)) == 35 * 4_500


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_events_above_a_baseline_may_be_charged(reading: Read, settles: str) -> None:
    given: dict[str, Any] = {"counts": Counts.ABOVE, "baseline": 100, "direction": Direction.CHARGED}
    contacts = events(("2025-06-01", 90), ("2025-12-01", 40))
    assert net(settle(reading, made(settles, **given), contacts=contacts)) == -(130 - 100) * 4_500
    # exactly the baseline: what a month charged ahead of its part of it comes back, to the penny
    assert net(settle(reading, made(settles, **given), contacts=events(("2025-06-01", 100)))) == 0


def test_the_baseline_is_spread_by_the_profile(reading: Read) -> None:
    # All 100 events are expected in the first month; 40 are seen then, so 60 are avoided in it.
    given: dict[str, Any] = {
        "counts": Counts.BELOW,
        "baseline": 100,
        "profile": Profile((Fraction(1), *[Fraction(0)] * 11)),
    }
    found = read_case(reading, made("month", **given), contacts=events(("2025-04-03", 40)))
    assert [(line.period, line.pence) for line in found.flows if line.pence] == [(1, 60 * 4_500)]


def test_a_count_that_is_not_given_is_a_fault_of_its_row_and_not_zero(reading: Read) -> None:
    spells = made(table="spells", of="critical_care_days", where={})
    stay = {
        "patient_class": "1", "admission_method": "11", "admitted": "2025-05-01", "discharged": "2025-05-03",
        "length_of_stay_days": 2, "hrg": "AB1",
    }  # fmt: skip
    found = read_case(reading, spells, spells=[stay, {**stay, "critical_care_days": 2}])
    assert [never.rows for never in found.nevers] == [1]


def test_a_floor_above_the_cap_breaks_a_law_and_one_at_the_cap_does_not(reading: Read) -> None:
    contacts = events(("2025-04-10", 1))
    for floor, holds in (("£50.01", False), ("£50", True)):
        found = read_case(reading, made(floor=floor, cap="£50"), contacts=contacts)
        assert [one.left == one.right for one in found.laws] == [holds]
    assert settle(reading, made(floor="£50", cap="£50"), contacts=contacts) == {PAID: 5_000}


def test_a_cap_that_is_reached_exactly_takes_nothing_back(reading: Read) -> None:
    contacts = events(("2025-04-10", 2))
    assert settle(reading, made(cap="£90"), contacts=contacts) == {PAID: 9_000}
    # A charge of £90.00 with a cap of £89.99: 90.00 from the provider, and a penny to it.
    charged = made(cap="£89.99", direction=Direction.CHARGED)
    assert net(settle(reading, charged, contacts=contacts)) == -8_999


def test_a_plain_incentive_is_one_flow_of_rows_and_nothing_else() -> None:
    (one,) = compose(made()).uses.values()
    assert [flow.amount.grain.name for flow in one.traced.flows] == ["contacts"]
    assert not one.traced.figures


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"of": "service"}, "contacts.service is a code, and of = … names a column of counts"),
        ({"counts": Counts.BELOW}, "events below the baseline: it does not say what was expected"),
        ({"baseline": 4}, "each event is paid for, so nothing is held against a baseline"),
    ],
)
def test_mistakes_are_told_with_what_to_write(given: dict[str, Any], says: str) -> None:
    assert says in compose(made(**given)).stopped["A"].why
