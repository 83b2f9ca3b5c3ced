"""The national tables are declared whole: every column means something, and no name could be two columns."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest

from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Maybe
from tallystick.kernel.tables import ROLES, Column, Table, TableSpec
from tallystick_rules.tables import TABLES

SPECS = [cls.table for cls in TABLES]
COLUMNS = [(spec, column) for spec in SPECS for column in spec.columns.values()]
PRICES = [spec for spec in SPECS if spec.prices]
NUMBERS = (Kind.COUNT, Kind.AMOUNT, Kind.PRICE, Kind.RATE)

each_table = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
each_column = pytest.mark.parametrize(("spec", "column"), COLUMNS, ids=[f"{s.name}.{c.name}" for s, c in COLUMNS])


def plain(name: str) -> str:
    """A name as it is compared: case and punctuation ignored."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def test_no_two_tables_share_a_name() -> None:
    assert not [name for name, times in Counter(spec.name for spec in SPECS).items() if times > 1]


@pytest.mark.parametrize("cls", TABLES, ids=lambda cls: cls.table.name)
def test_a_table_stands_in_the_file_of_its_name(cls: type[Table]) -> None:
    assert cls.__module__ == f"tallystick_rules.tables.{cls.table.name}"
    assert (importlib.import_module(cls.__module__).__doc__ or "").strip()


@each_table
def test_a_table_says_what_one_row_is(spec: TableSpec) -> None:
    assert "one row" in spec.meaning
    assert spec.meaning.endswith(".")


@each_column
def test_a_column_has_a_meaning_that_is_a_sentence(spec: TableSpec, column: Column) -> None:
    assert column.meaning.endswith(".")
    assert column.meaning[0].isupper()
    assert len(column.meaning) > len(column.name)


@each_column
def test_a_number_says_between_what_it_lies(spec: TableSpec, column: Column) -> None:
    if column.kind in NUMBERS:
        assert column.at_least is not None
        assert column.at_most is not None
        assert isinstance(column.at_least, int | Fraction)
        assert isinstance(column.at_most, int | Fraction)
        assert column.at_least < column.at_most
    else:
        assert column.at_least is column.at_most is None


@each_column
def test_allowed_values_are_of_codes_and_each_once(spec: TableSpec, column: Column) -> None:
    assert column.kind is Kind.CODE or not column.allowed
    assert len(set(column.allowed)) == len(column.allowed)


@each_table
def test_no_other_name_could_mean_two_columns_of_a_table(spec: TableSpec) -> None:
    names = {name: {plain(name), *map(plain, column.aliases)} for name, column in spec.columns.items()}
    times = Counter(name for known in names.values() for name in known)
    assert not [name for name, many in times.items() if many > 1]
    aliases = [plain(alias) for column in spec.columns.values() for alias in column.aliases]
    assert len(set(aliases)) == len(aliases)


@each_table
def test_what_places_a_row_is_a_code(spec: TableSpec) -> None:
    assert all(spec.columns[role].kind is Kind.CODE for role in ROLES if role in spec.columns)


@each_table
def test_key_date_and_what_is_unique_are_columns_that_are_always_given(spec: TableSpec) -> None:
    named = {name for names in spec.unique for name in names} | {spec.key, spec.date} - {None}
    assert named
    may_miss = {name for name in named if name and spec.columns[name].optional}
    assert may_miss == ({"from_day"} if spec.prices else set())


@pytest.mark.parametrize("spec", PRICES, ids=lambda spec: spec.name)
def test_a_price_list_has_a_history_and_says_why_a_code_has_no_price(spec: TableSpec) -> None:
    assert {"list", "code", "from_day", "to_day", "not_priced"} <= set(spec.columns)
    assert spec.columns["from_day"].kind is spec.columns["to_day"].kind is Kind.DAY
    assert ("list", "code", "from_day") in spec.unique


def test_only_answers_are_kept_from_the_provider() -> None:
    assert [spec.name for spec in SPECS if spec.confidential_to] == ["answers"]


UNITS: list[tuple[str, dict[str, str]]] = [
    ("spells", {"spell": "", "critical care day": "critical_care_days"}),
    ("attendances", {"attendance": "attendances"}),
    ("emergency_attendances", {"attendance": "attendances"}),
    ("contacts", {"contact": "contacts"}),
    ("people", {"person": ""}),
]


@pytest.mark.parametrize(("name", "units"), UNITS)
def test_activity_counts_the_payable_units_of_its_rows(name: str, units: dict[str, str]) -> None:
    spec = next(spec for spec in SPECS if spec.name == name)
    assert spec.units == units
    assert all(spec.columns[counted].kind is Kind.COUNT for counted in units.values() if counted)


@pytest.mark.parametrize("cls", TABLES, ids=lambda cls: cls.table.name)
def test_a_rule_sees_a_series_for_each_column(cls: Any) -> None:
    rows = cls()
    for name, column in cls.table.columns.items():
        assert isinstance(getattr(rows, name), Maybe) == column.optional
        assert getattr(rows, name).node.kind is column.kind
