"""Unit price: units × price × market forces factor, rounded once."""

from __future__ import annotations

from typing import Any

from tallystick.kernel.reading import UnitsLine
from tallystick_rules.rules import UnitPrice
from tallystick_rules.tables import Attendances, Contacts, Factors, Spells, UnitPrices
from tests.support import Answer, Read, case, contract, price_list, read_case, settle, use

TABLES = (Attendances, Contacts, Spells, UnitPrices, Factors)
PRICES = price_list(
    UnitPrices, "2025/26",
    {"code": "WF01A", "price": "£125", "to_day": "2025-09-30"},
    {"code": "WF01A", "price": "£130", "from_day": "2025-10-01"},
    {"code": "WF01B", "price": "£80"},
    {"code": "VB01Z", "not_priced": "local price only"},
    {"code": "cheap", "price": "£1.185"},
)  # fmt: skip
FACTORS = price_list(Factors, "factors", {"code": "RXX", "factor": "1.0612047"}, {"code": "RZZ", "factor": "1"})


def made(**given: Any) -> Any:
    rule = use(UnitPrice, **{"label": "price", "table": "attendances", "prices": "2025/26", **given})
    return case(contract("A", rule), tables=TABLES, prices=(PRICES, FACTORS))


def paid(reading: Read, *rows: dict[str, Any], **given: Any) -> Answer:
    return settle(reading, made(**given), attendances=rows)


def claimed(reading: Read, *rows: dict[str, Any], **given: Any) -> UnitsLine:
    """What the rule says of the units: how many, how many priced, worth, and how many rows are at fault."""
    (line,) = read_case(reading, made(**given), attendances=rows).units
    return line


def attended(hrg: str = "WF01A", number: int = 1, on: str = "2025-05-06", **more: Any) -> dict[str, Any]:
    return {"hrg": hrg, "attendances": number, "attended": on, **more}


TO_PROVIDER = ("price", "QYY", "RXX")


def test_units_are_paid_at_the_price_of_their_code(reading: Read) -> None:
    answer = paid(reading, attended("WF01A", 3), attended("WF01B", 2))
    assert answer == {TO_PROVIDER: 53_500}  # 3 × 12,500 + 2 × 8,000


def test_the_factor_of_seven_decimals_multiplies_the_exact_price_and_the_product_rounds_once(reading: Read) -> None:
    answer = paid(reading, attended("WF01A", 3), market_forces_factor="factors")
    assert answer == {TO_PROVIDER: 39_795}  # 3 × 12,500 × 1.0612047 = 39,795.17625; by unit: 3 × 13,265 = 39,795
    many = paid(reading, attended("WF01A", 100), market_forces_factor="factors")
    assert many == {TO_PROVIDER: 1_326_506}  # 100 × 12,500 × 1.0612047 = 1,326,505.875; rounded by unit: 1,326,500


def test_each_row_is_a_line_of_its_own_and_rounds_half_up(reading: Read) -> None:
    answer = paid(reading, attended("cheap"), attended("cheap"), attended("cheap", 3))
    assert answer == {TO_PROVIDER: 594}  # 118.5 → 119, twice, and 3 × 118.5 = 355.5 → 356


def test_the_price_is_the_one_in_force_on_the_rows_date(reading: Read) -> None:
    answer = paid(reading, attended(on="2025-09-30"), attended(on="2025-10-01"))
    assert answer == {TO_PROVIDER: 25_500}  # 12,500 + 13,000


def test_a_provider_without_a_factor_is_a_fault_and_not_1(reading: Read) -> None:
    only_the_other = price_list(Factors, "others", {"code": "RZZ", "factor": "1"})
    rule = use(UnitPrice, "price", table="attendances", prices="2025/26", market_forces_factor="others")
    without = case(contract("A", rule), tables=TABLES, prices=(PRICES, only_the_other))
    (line,) = read_case(reading, without, attendances=[attended("WF01A", 3), attended("WF01B")]).units
    assert (line.units, line.priced, line.worth, line.unnamed) == (4, 0, 0, 2)


def test_a_code_that_the_list_does_not_name_is_a_fault_and_a_code_not_priced_is_unpriced(reading: Read) -> None:
    line = claimed(reading, attended("XX99Z", 2), attended("VB01Z", 3), attended("WF01B", 5))
    assert (line.units, line.priced, line.worth, line.unnamed) == (10, 5, 40_000, 1)  # 5 × 8,000


def test_only_the_rows_that_are_listed_are_claimed(reading: Read) -> None:
    rows = (
        attended("WF01B", 1, treatment_function="110"),
        attended("WF01B", 2, treatment_function="300"),
        attended("unheard of", 4),
    )
    line = claimed(reading, *rows, where={"treatment_function": ("110", "120")})
    assert (line.units, line.worth, line.unnamed) == (1, 8_000, 0)


def test_another_unit_of_the_table_and_another_column_of_codes(reading: Read) -> None:
    days = case(
        contract("A", use(UnitPrice, "price", table="spells", unit="critical care day", code="site", prices="2025/26")),
        tables=TABLES, prices=(PRICES, FACTORS),
    )  # fmt: skip
    spells = [
        {"discharged": "2025-05-06", "site": "WF01B", "critical_care_days": 3},
        {"discharged": "2025-05-06", "site": "nowhere", "critical_care_days": 0},
        {"discharged": "2025-05-06", "site": "nowhere"},
    ]
    assert settle(reading, days, spells=spells) == {TO_PROVIDER: 24_000}  # 3 × 8,000; no days, no claim
    (line,) = read_case(reading, days, spells=spells).units
    assert (line.units, line.unnamed) == (3, 0)


def test_a_list_with_settings_prices_the_rows_of_its_setting(reading: Read) -> None:
    in_person = price_list(UnitPrices, "settings", {"code": "WF01A", "setting": "face to face", "price": "£125"})
    rule = use(UnitPrice, "price", table="attendances", prices="settings", setting="point_of_delivery")
    with_settings = case(contract("A", rule), tables=TABLES, prices=(in_person,))
    rows = [attended(point_of_delivery="face to face"), attended(point_of_delivery="video")]
    (line,) = read_case(reading, with_settings, attendances=rows).units
    assert (line.units, line.worth, line.unnamed) == (2, 12_500, 1)


def test_a_currency_that_does_not_pay_values_its_units_and_moves_nothing(reading: Read) -> None:
    valued = made(pays=False)
    assert settle(reading, valued, attendances=[attended("WF01B", 2)]) == {}
    (line,) = read_case(reading, valued, attendances=[attended("WF01B", 2)]).units
    assert (line.units, line.worth) == (2, 16_000)
