"""Gain and loss share: an element that is paid, and then moves with what was saved or overspent, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.errors import InputError
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick.kernel.settlement import settle as settled
from tallystick_rules.rules import GainLossShare, UnitPrice
from tallystick_rules.rules._variance import Beyond
from tallystick_rules.tables import Contacts, Factors, Indicators, UnitPrices
from tests.support import Read, case, contract, framed_tables, price_list, read_case, settle, use

TABLES = (Contacts, Indicators, UnitPrices, Factors)
PRICES = price_list(UnitPrices, "list", {"code": "N1", "price": "£10"})
ONE = [{"who": "RXX", "share": "100%", "most_loss": "£1,000,000"}]
TWO = [{"who": "RXX", "share": "2/3", "most_loss": "£50"}, {"who": "RYY", "share": "1/3", "most_loss": "£1,000"}]
LIMITS = {"share_of_gain": "50%", "share_of_loss": "50%", "most_gain": "£1,000", "most_loss": "£1,000"}
DAYS = {"benchmark_units": 100, "each": "£3.01", "table": "contacts", "of": "contacts"}


def moved(reading: Read, counted: int | None, *, months: str = "year", **given: Any) -> dict[tuple[str, str], int]:
    """Pence by payer and payee, with an element of £120 and so many counted in all, half of them in each half-year."""
    rule = use(GainLossShare, "share", **{"element": "£120", "parties": ONE, **LIMITS, **DAYS, **given})
    rows = [] if counted is None else [
        {"contacted_on": "2025-05-01", "contact_type": "bed", "contacts": counted // 2},
        {"contacted_on": "2025-12-01", "contact_type": "bed", "contacts": counted - counted // 2},
    ]  # fmt: skip
    made = case(contract("A", rule, settles=months), tables=TABLES)
    return {(payer, payee): pence for (_, payer, payee), pence in settle(reading, made, contacts=rows).items()}


def test_without_variance_the_element_alone_is_paid(reading: Read) -> None:
    assert moved(reading, 100) == {("QYY", "RXX"): 12_000}


@pytest.mark.parametrize("months", ["year", "quarter", "month"])
def test_a_saving_is_shared_and_an_overspend_too_however_it_settles(reading: Read, months: str) -> None:
    assert moved(reading, 99, months=months) == {("QYY", "RXX"): 12_000 + 151}  # 301 × 50% = 150.5, half up
    assert moved(reading, 90, months=months) == {("QYY", "RXX"): 12_000 + 1_505}  # 10 × 301 × 50%
    assert moved(reading, 110, months=months) == {("QYY", "RXX"): 12_000, ("RXX", "QYY"): 1_505}


def test_both_directions_have_their_own_share_and_limit(reading: Read) -> None:
    given = {"share_of_gain": "100%", "share_of_loss": "10%", "most_gain": "£20", "most_loss": "£2.50"}
    assert moved(reading, 90, **given) == {("QYY", "RXX"): 12_000 + 2_000}  # 3,010 earned, 2,000 at most
    assert moved(reading, 102, **given) == {("QYY", "RXX"): 12_000, ("RXX", "QYY"): 60}  # 602 × 10% = 60.2
    assert moved(reading, 110, **given) == {("QYY", "RXX"): 12_000, ("RXX", "QYY"): 250}  # 301 is above the most


def test_parties_share_to_the_penny_and_none_loses_more_than_it_can(reading: Read) -> None:
    # 2 × 301 × 50% = 301: two thirds are 200⅔ and a third 100⅓, so the penny left goes to the first.
    assert moved(reading, 98, parties=TWO) == {("QYY", "RXX"): 12_000 + 201, ("QYY", "RYY"): 100}
    assert moved(reading, 102, parties=TWO) == {("QYY", "RXX"): 12_000, ("RXX", "QYY"): 201, ("RYY", "QYY"): 100}
    # 60 × 301 × 50% = 9,030: 6,020 and 3,010; the first can lose 5,000.
    assert moved(reading, 160, parties=TWO) == {("QYY", "RXX"): 12_000, ("RXX", "QYY"): 5_000, ("RYY", "QYY"): 3_010}


BANDED = {"band": "3%", "share_of_gain": "100%", "share_of_loss": "100%"}  # 3% of 100 × £3.01 is £9.03: three days
FIRST, EXCESS = {**BANDED, "beyond_band": Beyond.FIRST_POUND}, {**BANDED, "beyond_band": Beyond.EXCESS}


@pytest.mark.parametrize("months", ["year", "quarter", "month"])
@pytest.mark.parametrize("days", [0, 1, 2])
def test_inside_the_band_nothing_is_shared_in_either_direction(reading: Read, days: int, months: str) -> None:
    for how in (FIRST, EXCESS):
        assert moved(reading, 100 - days, months=months, **how) == {("QYY", "RXX"): 12_000}
        assert moved(reading, 100 + days, months=months, **how) == {("QYY", "RXX"): 12_000}


def test_outside_the_band_it_is_shared_from_the_first_pound_or_only_the_excess(reading: Read) -> None:
    # Five days are 1,505: 602 of it lie beyond the 903 of the band.
    assert moved(reading, 95, **FIRST) == {("QYY", "RXX"): 12_000 + 1_505}
    assert moved(reading, 95, **EXCESS) == {("QYY", "RXX"): 12_000 + 602}
    assert moved(reading, 105, **FIRST) == {("QYY", "RXX"): 12_000, ("RXX", "QYY"): 1_505}
    assert moved(reading, 105, **EXCESS) == {("QYY", "RXX"): 12_000, ("RXX", "QYY"): 602}
    # Three days are the band itself, and so outside it; of an excess there is nothing yet.
    assert moved(reading, 97, **FIRST) == {("QYY", "RXX"): 12_000 + 903}
    assert moved(reading, 97, **EXCESS) == {("QYY", "RXX"): 12_000}


def test_the_band_is_a_sum_of_money_rounded_half_up(reading: Read) -> None:
    # 2.5% of 30,100 is 752.5, so 753: five days of 1,505 leave 752.
    assert moved(reading, 95, **{**EXCESS, "band": "2.5%"}) == {("QYY", "RXX"): 12_000 + 752}
    assert moved(reading, 95, **{**EXCESS, "band": "0%"}) == {("QYY", "RXX"): 12_000 + 1_505}


def test_a_band_in_money_works_alike_and_what_lies_inside_is_shown(reading: Read) -> None:
    price = use(UnitPrice, "beds", pays=False, table="contacts", code="contact_type", prices="list")
    given = {**LIMITS, **EXCESS, "band": "25%", "benchmark": "£100", "on": (Label("beds"),)}
    rule = use(GainLossShare, "share", element="£120", parties=ONE, **given)
    rows = [{"contacted_on": "2025-05-01", "contact_type": "N1", "contacts": 4}]
    made = case(contract("A", rule, price), tables=TABLES, prices=(PRICES,))
    # 10,000 − 4,000 = 6,000, of which 2,500 lie inside the band.
    assert settle(reading, made, contacts=rows) == {("share", "QYY", "RXX"): 12_000 + 3_500}
    shown = {one.name: one.value for one in read_case(reading, made, contacts=rows).figures}
    assert shown["variance: benchmark − actual"] == 6_000
    assert shown["variance inside the band"] == 2_500


def test_the_commissioner_may_be_a_party_and_pays_itself_nothing(reading: Read) -> None:
    parties = [{**TWO[0], "who": "QYY"}, TWO[1]]
    assert moved(reading, 98, parties=parties) == {("QYY", "RXX"): 12_000, ("QYY", "RYY"): 100}
    assert moved(reading, 102, parties=parties) == {("QYY", "RXX"): 12_000, ("RYY", "QYY"): 100}


def test_what_parties_cannot_lose_and_a_year_without_a_count_are_shown(reading: Read) -> None:
    def shown(*contacts: int) -> dict[str, int]:
        rule = use(GainLossShare, "share", element="£120", parties=TWO, **LIMITS, **DAYS)
        rows = [{"contacted_on": "2025-05-01", "contact_type": "bed", "contacts": many} for many in contacts]
        found = read_case(reading, case(contract("A", rule), tables=TABLES), contacts=rows)
        return {one.name: int(one.value) for one in found.figures if one.value}

    assert shown(160) == {"variance: benchmark − actual": -18_060, "beyond what parties can lose": 1_020}
    assert shown() == {"years in which nothing was counted": 1}
    assert moved(reading, None) == {("QYY", "RXX"): 12_000}  # an empty table is no saving


def test_a_row_whose_count_is_not_given_may_not_pass_for_a_saving(reading: Read) -> None:
    given = {**DAYS, "table": "indicators", "of": "numerator"}
    rule = use(GainLossShare, "share", element="£120", parties=ONE, **LIMITS, **given)
    rows = [{"indicator": "bed days", "measured_on": "2025-05-01", "numerator": days} for days in (None, 3)]
    found = read_case(reading, case(contract("A", rule), tables=TABLES), indicators=rows)
    assert [line.rows for line in found.nevers] == [1]


def test_the_actual_may_be_what_other_currencies_are_worth(reading: Read) -> None:
    price = use(UnitPrice, "beds", pays=False, table="contacts", code="contact_type", prices="list")
    rule = use(GainLossShare, "share", element="£120", parties=ONE, benchmark="£100", on=(Label("beds"),), **LIMITS)
    rows = [{"contacted_on": "2025-05-01", "contact_type": "N1", "contacts": 4}]
    made = case(contract("A", rule, price), tables=TABLES, prices=(PRICES,))
    assert settle(reading, made, contacts=rows) == {("share", "QYY", "RXX"): 12_000 + 3_000}  # (10,000 − 4,000) × 50%


def test_shares_that_are_not_the_whole_are_a_fault() -> None:
    short = [{**TWO[0], "share": "60%"}, {**TWO[1], "share": "30%"}]
    made = case(
        contract("A", use(GainLossShare, "share", element="£1", parties=short, **LIMITS, **DAYS)), tables=TABLES
    )
    with pytest.raises(InputError, match="the values of share of all parties sum to 90%"):
        settled(made, framed_tables(compose(made), {}))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"benchmark": "£1"}, "said twice"),
        ({"benchmark_units": None}, "does not say against what"),
        ({"of": "contact_type"}, "names a column of counts"),
        ({"band": "1%"}, "are said together"),
        ({"beyond_band": Beyond.EXCESS}, "are said together"),
    ],
)
def test_what_says_too_little_or_too_much_is_refused(given: dict[str, Any], why: str) -> None:
    rule = use(GainLossShare, "share", element="£1", parties=ONE, **{**LIMITS, **DAYS, **given})
    assert why in compose(case(contract("A", rule), tables=TABLES)).stopped["A"].why
