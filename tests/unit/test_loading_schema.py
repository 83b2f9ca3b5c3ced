"""The JSON Schema and the page of reference say what the reader takes: every key, and no other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import attrs
import pytest

from tallystick.assign.read_claims import ClaimKeys, ResponsibleKeys
from tallystick.files.accounts import FundKeys, PotKeys
from tallystick.files.contracts import ContractKeys, PeriodKeys
from tallystick.files.contracts_csv import CLAIM_COLUMNS, COLUMNS
from tallystick.files.json_schema import schema_for
from tallystick.files.prices import PriceListKeys
from tallystick.files.rule_blocks import CommonKeys
from tallystick.files.scheme import SchemeKeys
from tallystick.files.strict import key_name
from tallystick.files.structure import DatedKeys
from tallystick.files.toml import parse_toml
from tests.unit.loading_world import clinic

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "files.md").read_text(encoding="utf-8")
SECTIONS: dict[str, Any] = {
    "[scheme]": SchemeKeys,
    "[responsible]": ResponsibleKeys,
    "[[claim]]": ClaimKeys,
    "[[price_list]]": PriceListKeys,
    "[[fund]]": FundKeys,
    "[[rule]]": CommonKeys,
    "[contract]": ContractKeys,
    "period": PeriodKeys,
    "{ pot = … }": PotKeys,
    "by date": DatedKeys,
}


def test_the_schema_is_json_and_names_every_key_and_every_rule() -> None:
    schemas = json.loads(json.dumps(schema_for(clinic())))
    scheme = schemas["scheme.toml"]
    assert set(scheme["properties"]["scheme"]["properties"]) == {key_name(one) for one in attrs.fields(SchemeKeys)}
    rules = {one["title"]: one for one in scheme["properties"]["rule"]["items"]["oneOf"]}
    assert set(rules) == {"visit-price", "hold", "bands", "share-out"}
    assert rules["hold"]["required"] == ["use", "on", "share"]
    assert rules["bands"]["properties"]["most"]["anyOf"][0] == {"type": "integer", "minimum": 1}
    assert rules["bands"]["properties"]["band"]["items"]["required"] == ["name", "share"]
    assert rules["visit-price"]["properties"]["pace"]["enum"] == ["slow", "fast"]
    assert schemas["contracts/*.toml"]["required"] == ["contract"]
    assert set(schemas["assign.toml"]["properties"]) == {"responsible", "claim"}
    assert schemas["assign.toml"]["properties"]["claim"]["items"]["required"] == ["contract"]
    assert scheme["properties"]["activity"]["properties"]["identifiers"] == {"enum": ["refused", "allowed"]}


def test_the_patterns_of_money_and_rates_take_what_the_reader_takes() -> None:
    rules = schema_for(clinic())["scheme.toml"]["properties"]["rule"]["items"]["oneOf"]
    hold = next(one for one in rules if one["title"] == "hold")["properties"]
    money, rate = (hold[name]["anyOf"][0]["pattern"] for name in ("bonus", "share"))
    assert all(re.search(money, text) for text in ("£1,234.56", "-£5", "€0.5"))
    assert not any(re.search(money, text) for text in ("1234", "£", "5%"))
    assert all(re.search(rate, text) for text in ("5%", "4.83 %", "1/3", "1.061204", "2"))
    assert not any(re.search(rate, text) for text in ("five", "5.", "1/"))


@pytest.mark.parametrize("section", SECTIONS)
def test_the_page_of_reference_has_a_row_for_every_key(section: str) -> None:
    for one in attrs.fields(SECTIONS[section]):
        assert re.search(rf"^\| `{key_name(one)}` \|", PAGE, flags=re.MULTILINE), f"{section} {key_name(one)}"


def test_the_page_of_reference_names_every_column_of_contracts_csv() -> None:
    assert all(f"`{name}`" in PAGE for name in (*COLUMNS, *CLAIM_COLUMNS))


@pytest.mark.parametrize("text", re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL))
def test_every_example_on_the_page_of_reference_is_toml(text: str) -> None:
    assert parse_toml(text, name="files.md").data
