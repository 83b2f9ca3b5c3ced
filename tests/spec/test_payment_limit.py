"""Payment limit: activity is paid for in full up to a limit of the year, and what is above it goes back."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules import PaymentLimit, UnitPrice
from tallystick_rules.rules.payment_limit import Bears, Held
from tallystick_rules.tables import Attendances, Contacts, Factors, UnitPrices
from tests.support import Read, case, contract, price_list, read_case, settle, use

TABLES = (Contacts, Attendances, UnitPrices, Factors)
PRICES = price_list(
    UnitPrices, "list",
    {"code": "N1", "price": "£1"}, {"code": "WF01B", "price": "£10"}, {"code": "none", "not_priced": "local"},
)  # fmt: skip
NURSING = use(UnitPrice, "nursing", pays=False, table="contacts", code="contact_type", prices="list")
VISITS = use(UnitPrice, "visits", pays=False, table="attendances", prices="list")
YEAR, TO_DATE = Held.WHOLE_YEAR, Held.TO_DATE
CHOICE = {"choice": {"service": ("chosen",)}}


def done(many: int, day: str = "2025-04-30", service: str = "sent", code: str = "N1") -> dict[str, Any]:
    """A row worth so many pounds."""
    return {"contacted_on": day, "service": service, "contact_type": code, "contacts": many}


ROWS = [done(400), done(500, "2025-05-02"), done(300, "2025-05-03"), done(200, "2026-03-31")]


def world(*more: Any, about: dict[str, Any] | None = None, **given: Any) -> Any:
    """One contract with a limit of £1,000 for nursing at £1 a contact."""
    rule = use(PaymentLimit, "limit", **{"on": (Label("nursing"),), "limit": "£1,000", "held_to": YEAR, **given})
    return case(contract("A", rule, NURSING, *more, **(about or {})), tables=TABLES, prices=(PRICES,))


def net(reading: Read, made: Any, **tables: Any) -> list[int]:
    """What each period pays the provider, net, in pence."""
    found: dict[int, int] = {}
    for line in read_case(reading, made, **tables).flows:
        found[line.period] = found.get(line.period, 0) + (line.pence if line.payee == "RXX" else -line.pence)
    return [found.get(period, 0) for period in range(1, max(found) + 1)]


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
@pytest.mark.parametrize("held", [YEAR, TO_DATE])
def test_the_full_value_is_paid_and_what_is_above_the_limit_goes_back(reading: Read, settles: str, held: Held) -> None:
    made = world(about={"settles": settles}, held_to=held)
    assert sum(net(reading, made, contacts=ROWS)) == 100_000
    assert sum(net(reading, made, contacts=ROWS[:2])) == 90_000  # below the limit, nothing goes back


def test_both_ways_are_on_the_ledger(reading: Read) -> None:
    assert settle(reading, world(), contacts=ROWS) == {
        ("limit", "QYY", "RXX"): 140_000, ("limit", "RXX", "QYY"): 40_000,
    }  # fmt: skip


def test_the_years_limit_is_used_up_and_the_limit_to_date_follows_the_months(reading: Read) -> None:
    assert net(reading, world(about={"settles": "quarter"}), contacts=ROWS) == [100_000, 0, 0, 0]
    to_date = world(about={"settles": "quarter"}, held_to=TO_DATE)
    assert net(reading, to_date, contacts=ROWS) == [25_002, 25_000, 24_999, 24_999]  # 3 × 8,334; 8,334 + 2 × 8,333; …


def test_a_profile_spreads_the_limit_to_date(reading: Read) -> None:
    profile = Profile(("10%",) * 6 + ("5%",) * 2 + ("7.5%",) * 4)
    made = world(about={"settles": "quarter"}, held_to=TO_DATE, profile=profile)
    assert net(reading, made, contacts=ROWS) == [30_000, 30_000, 17_500, 22_500]


def test_the_limit_may_change_by_year_and_each_year_begins_anew(reading: Read) -> None:
    limit = {"2025-04-01": "£1,000", "2026-04-01": "£150"}
    made = world(about={"last": "2027-03-31"}, limit=limit)
    assert net(reading, made, contacts=[*ROWS, done(200, "2026-04-01")]) == [100_000, 15_000]


def test_nine_months_have_the_limit_as_written_or_to_date_their_part_of_it(reading: Read) -> None:
    part = {"last": "2025-12-31"}
    assert net(reading, world(about=part), contacts=ROWS) == [100_000]
    assert net(reading, world(about=part, held_to=TO_DATE), contacts=ROWS) == [75_001]  # 4 × 8,334 + 5 × 8,333


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_units_after_the_limit_is_used_up_are_covered_whatever_the_period(reading: Read, settles: str) -> None:
    made = world(about={"settles": settles})
    states = {
        claim.reason: claim.state for use in compose(made).uses.values() for claim in use.traced.units
    }  # fmt: skip
    assert states["above the limit"] == "covered"
    found = read_case(reading, made, contacts=[*ROWS, done(7, "2025-06-01", code="none")])
    mine = [line for line in found.units if line.identity.startswith("payment-limit")]
    assert (sum(line.units for line in mine), sum(line.worth for line in mine)) == (1_407, 140_000)
    assert sum(line.clashing for line in found.units) == 0
    assert covered_units(reading, made, [*ROWS, done(7, "2025-06-01", code="none")]) == 207


def covered_units(reading: Read, made: Any, rows: list[dict[str, Any]]) -> int:
    """The units that the rule says are covered."""
    program = compose(made)
    (use_,) = [one for one in program.uses.values() if one.cls is PaymentLimit]
    place = [claim.state for claim in use_.traced.units].index("covered")
    found = read_case(reading, made, contacts=rows)
    return sum(line.units for line in found.units if line.identity == use_.identity and line.claim == place)


def test_the_row_in_which_the_limit_ends_is_priced_and_one_at_the_limit_is_above_it(reading: Read) -> None:
    assert covered_units(reading, world(), ROWS) == 200
    exactly = [done(400), done(600, "2025-05-02"), done(1, "2025-05-03")]
    assert covered_units(reading, world(), exactly) == 1
    assert covered_units(reading, world(limit="£0"), exactly) == 1_001


def test_who_bears_patients_choice_is_a_parameter(reading: Read) -> None:
    rows = [*ROWS[:3], done(200, "2025-05-01", "chosen")]  # £1,200 was sent, and £200 chosen
    commissioner = world(choice_borne_by=Bears.COMMISSIONER, **CHOICE)
    provider = world(choice_borne_by=Bears.PROVIDER, **CHOICE)
    assert sum(net(reading, commissioner, contacts=rows)) == 100_000 + 20_000
    assert sum(net(reading, provider, contacts=rows)) == 100_000
    assert covered_units(reading, commissioner, rows) == 0  # 400 + 500, and the 300 end the limit
    assert covered_units(reading, provider, rows) == 300  # 400 + 200 + 500 are above 1,000 already
    shown = {one.name: one.value for one in read_case(reading, commissioner, contacts=rows).figures}
    assert shown == {"value above the limit": 20_000, "value of what patients chose": 20_000}


def test_a_limit_over_several_tables_holds_their_value_together_and_all_units_are_priced(reading: Read) -> None:
    made = world(VISITS, on=(Label("nursing"), Label("visits")))
    visits = [{"attended": "2025-05-01", "hrg": "WF01B", "attendances": 30}]
    assert settle(reading, made, contacts=ROWS[:2], attendances=visits) == {
        ("limit", "QYY", "RXX"): 120_000, ("limit", "RXX", "QYY"): 20_000,
    }  # fmt: skip
    assert {c.state for u in compose(made).uses.values() for c in u.traced.units} == {"valued", "priced"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"profile": Profile(("1/12",) * 12)}, "the year's limit has no profile"),
        (CHOICE, "are said together"),
        ({"choice_borne_by": Bears.PROVIDER}, "are said together"),
        ({"on": ()}, "no rule is named under on"),
        ({"choice": {"service": ()}, "choice_borne_by": Bears.PROVIDER}, "no code of contacts.service is listed"),
    ],
)
def test_what_says_too_little_or_too_much_is_refused(given: dict[str, Any], why: str) -> None:
    assert why in compose(world(**given)).stopped["A"].why


def test_what_is_above_the_limit_counts_its_units_and_not_its_rows(reading: Read) -> None:
    lines = read_case(reading, world(about={"settles": "month"}), contacts=ROWS).flows
    assert sorted(line.units for line in lines if line.payee == "RXX") == [200, 400, 500 + 300]


def test_a_currency_that_pays_by_itself_cannot_be_limited() -> None:
    paying = use(UnitPrice, "nursing", table="contacts", code="contact_type", prices="list")
    rule = use(PaymentLimit, "limit", on=(Label("nursing"),), limit="£1", held_to=YEAR)
    stopped = compose(case(contract("A", rule, paying), tables=TABLES, prices=(PRICES,))).stopped
    assert "pays = false" in stopped["A"].why
