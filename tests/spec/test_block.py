"""Block: a year's value in instalments that sum exactly to the year, for activity that it covers at nil."""

from __future__ import annotations

from typing import Any

from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules import Block, UnitPrice
from tallystick_rules.rules.block import Covers
from tallystick_rules.tables import Attendances, Contacts, Factors, UnitPrices
from tests.support import Read, case, contract, price_list, read_case, settle, use

TABLES = (Attendances, Contacts, UnitPrices, Factors)
GUIDE = price_list(UnitPrices, "guide", {"code": "N1", "price": "£60"}, {"code": "WF01B", "price": "£80"})
CONTACTS: list[dict[str, Any]] = [
    {"contacted_on": "2025-04-30", "service": "nursing", "contact_type": "N1", "contacts": 3},
    {"contacted_on": "2025-05-01", "service": "nursing", "contact_type": "N9", "contacts": 2},
    {"contacted_on": "2025-05-01", "service": "therapy", "contact_type": "N1", "contacts": 7},
    {"contacted_on": "2025-05-02", "service": "therapy", "contact_type": "N9", "contacts": 4},
]
NURSING = Covers(table="contacts", where={"service": ("nursing",)}, code="contact_type")


def instalments(reading: Read, value: Any, **about: Any) -> list[int]:
    """What is paid in each period of the contract, in pence."""
    blocked = case(contract("A", use(Block, "core", value=value), **about), tables=TABLES)
    found = read_case(reading, blocked)
    assert {(line.payer, line.payee) for line in found.flows} == {("QYY", "RXX")}
    return [line.pence for line in sorted(found.flows, key=lambda line: line.period)]


def test_twelfths_sum_exactly_to_the_year_and_the_earliest_months_have_the_pennies_left(reading: Read) -> None:
    assert instalments(reading, "£100", settles="month") == [834] * 4 + [833] * 8  # 4 × 834 + 8 × 833 = 10,000
    oxfordshire = instalments(reading, "£28,000,000", settles="month")
    assert oxfordshire == [233_333_334] * 4 + [233_333_333] * 8
    assert sum(oxfordshire) == 2_800_000_000


def test_quarters_are_three_months_each_and_a_year_is_the_whole(reading: Read) -> None:
    assert instalments(reading, "£100", settles="quarter") == [2_502, 2_500, 2_499, 2_499]  # 3 × 834; 834 + 2 × 833; …
    assert instalments(reading, "£100") == [10_000]


def test_a_contract_year_from_1_october_pays_its_first_month_in_october(reading: Read) -> None:
    months = instalments(reading, "£100", settles="month", first="2015-10-01", last="2016-09-30")
    assert months == [834] * 4 + [833] * 8  # October to January have the pennies left


def test_a_value_by_year_changes_with_the_contracts_year_and_the_last_one_stays(reading: Read) -> None:
    by_year = {"2015-10-01": "£100", "2016-10-01": "£120"}
    years = instalments(reading, by_year, first="2015-10-01", last="2018-09-30")
    assert years == [10_000, 12_000, 12_000]


def test_a_profile_spreads_the_year_and_its_months_sum_to_it(reading: Read) -> None:
    profile = Profile(("8%",) * 8 + ("9%",) * 4)
    rule = use(Block, "core", value="£28,000,000.01", profile=profile)
    found = read_case(reading, case(contract("A", rule, settles="month"), tables=TABLES))
    months = [line.pence for line in sorted(found.flows, key=lambda line: line.period)]
    assert months == [224_000_000] * 6 + [224_000_001] + [224_000_000] + [252_000_000] * 4  # 7 × 8% of a penny is 0.56
    assert sum(months) == 2_800_000_001


def test_covered_units_are_claimed_at_nil_and_valued_without_being_paid(reading: Read) -> None:
    rule = use(Block, "core", value="£1,200", covers=(NURSING,), valued_at="guide")
    blocked = case(contract("A", rule), tables=TABLES, prices=(GUIDE,))
    assert settle(reading, blocked, contacts=CONTACTS) == {("core", "QYY", "RXX"): 120_000}
    found = read_case(reading, blocked, contacts=CONTACTS)
    (line,) = found.units
    assert (line.units, line.priced, line.worth, line.unnamed) == (5, 5, 18_000, 0)  # 3 × 6,000; N9 has no guide price
    assert [(figure.name, figure.value) for figure in found.figures] == [
        ("covered units of contacts without a value", 2)
    ]


def test_covered_units_need_no_value(reading: Read) -> None:
    rule = use(Block, "core", value="£1,200", covers=(NURSING, Covers(table="attendances")))
    blocked = case(contract("A", rule), tables=TABLES)
    attendances = [{"attended": "2025-06-01", "hrg": "WF01B", "attendances": 2}]
    found = read_case(reading, blocked, contacts=CONTACTS, attendances=attendances)
    assert sorted((line.table, line.units, line.worth) for line in found.units) == [
        ("attendances", 2, 0), ("contacts", 5, 0),
    ]  # fmt: skip


def test_a_unit_that_is_both_priced_and_covered_is_found(reading: Read) -> None:
    price = use(
        UnitPrice, "price", table="contacts", code="contact_type", prices="guide", where={"contact_type": ("N1",)}
    )
    rule = use(Block, "core", value="£1,200", covers=(NURSING,))
    both = case(contract("A", rule, price), tables=TABLES, prices=(GUIDE,))
    found = read_case(reading, both, contacts=CONTACTS)
    assert [line.clashing for line in found.units] == [1, 1]  # the row of three nursing contacts, seen from both sides


def test_a_currency_that_does_not_pay_may_value_what_the_block_pays_for(reading: Read) -> None:
    price = use(
        UnitPrice, "nursing value", pays=False, table="contacts", code="contact_type", prices="guide",
        where={"contact_type": ("N1",)},
    )  # fmt: skip
    rule = use(Block, "core", value="£1,200", covers_labels=(Label("nursing value"),))
    both = case(contract("A", rule, price), tables=TABLES, prices=(GUIDE,))
    assert settle(reading, both, contacts=CONTACTS) == {("core", "QYY", "RXX"): 120_000}
    found = read_case(reading, both, contacts=CONTACTS)
    assert [line.clashing for line in found.units] == [0, 0]
    assert [(line.units, line.worth) for line in found.units] == [(10, 60_000)] * 2  # 10 × 6,000, valued and covered


def test_a_currency_that_pays_cannot_be_covered() -> None:
    price = use(UnitPrice, "nursing", table="contacts", code="contact_type", prices="guide")
    rule = use(Block, "core", value="£1,200", covers_labels=(Label("nursing"),))
    stopped = compose(case(contract("A", rule, price), tables=TABLES, prices=(GUIDE,))).stopped
    assert "pays = false" in stopped["A"].why


def test_a_low_volume_block_is_a_set_value_paid_once(reading: Read) -> None:
    assert instalments(reading, "£123,456.78") == [12_345_678]
