"""JSON Schema of the files, for editors: generated from the declarations, so that it cannot say anything else.

A schema is looser than the reader: it knows what kind of value a key takes, and not whether a label exists.
"""

from __future__ import annotations

import datetime
import enum
import types
import typing
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

import attrs

from tallystick.assign.read_claims import ClaimKeys, ResponsibleKeys
from tallystick.files.accounts import FundKeys, PotKeys
from tallystick.files.contracts import ContractKeys
from tallystick.files.nested import Keys, keys_of
from tallystick.files.prices import PriceListKeys
from tallystick.files.rule_blocks import CommonKeys
from tallystick.files.scheme import ALLOWED, COLUMNS, IDENTIFIERS, REFUSED, SchemeKeys
from tallystick.files.strict import key_name
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Parameter
from tallystick.kernel.plugins import Plugins

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = "1"

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_MONEY: Schema = {"type": "string", "pattern": r"^[-−]?[£€$][0-9][0-9,]*(\.[0-9]+)?$"}
_KINDS: Mapping[Kind, Schema] = {
    Kind.AMOUNT: _MONEY,
    Kind.PRICE: _MONEY,
    Kind.RATE: {"type": "string", "pattern": r"^[-−]?[0-9]+((\.[0-9]+)?\s?%|/[0-9]+|\.[0-9]+)?$"},
    Kind.COUNT: {"type": "integer"},
    Kind.FLAG: {"type": "boolean"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.CODE: {"type": "string", "minLength": 1},
}


def schema_for(plugins: Plugins) -> dict[str, Schema]:
    """Return the schemas of ``scheme.toml``, of a file in ``contracts/`` and of ``assign.toml``."""
    rules = {
        "type": "array",
        "items": {"oneOf": [_rule(name, brought.what) for name, brought in sorted(plugins.rules.items())]},
    }
    paths = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
    tables = [name for name, spec in plugins.table_specs.items() if not spec.prices]
    scheme = {
        "scheme": _keys(SchemeKeys),
        "activity": _object(dict.fromkeys([*tables, COLUMNS], paths) | {IDENTIFIERS: {"enum": [REFUSED, ALLOWED]}}),
        "price_list": {"type": "array", "items": _keys(PriceListKeys)},
        "fund": {"type": "array", "items": _keys(FundKeys)},
        "rule": rules,
    }
    change = {"type": "object", "required": ["label"], "properties": {"label": _TEXT}}
    contract = {
        "contract": _keys(ContractKeys),
        "rule": rules,
        "scheme_rule": {"type": "array", "items": change},
    }
    assign = {"responsible": _keys(ResponsibleKeys), "claim": {"type": "array", "items": _keys(ClaimKeys)}}
    return {
        "scheme.toml": _file("scheme.toml", scheme, "scheme"),
        "contracts/*.toml": _file("a contract", contract, "contract"),
        "assign.toml": _file("whose a row is", assign),
    }


def _file(title: str, properties: Schema, *required: str) -> Schema:
    account = {
        "pot": _keys(PotKeys),
        "party": _object({"party": _TEXT}, ["party"]),
        "fund": _object({"fund": _TEXT}, ["fund"]),
    }
    forms = [{"enum": ["provider", "commissioner"]}, *account.values()]
    return {
        "$schema": DIALECT,
        "title": title,
        "version": VERSION,
        **_object(properties, list(required)),
        "$defs": {"account": {"oneOf": forms}},
    }


def _object(properties: Mapping[str, Schema], required: list[str] | None = None) -> Schema:
    made = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**made, **({"required": required} if required else {})}


def _keys(cls: Any) -> Schema:
    hints = typing.get_type_hints(cls)
    properties = {
        key_name(one): {**_typed(hints[one.name]), "description": one.metadata["meaning"]} for one in attrs.fields(cls)
    }
    required = [key_name(one) for one in attrs.fields(cls) if one.default is attrs.NOTHING]
    return _object(properties, required)


def _typed(hint: Any) -> Schema:
    """The schema of a plain type, as the strict converter takes it."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        (hint,) = [arg for arg in args if arg is not type(None)]
        return _typed(hint)
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        return {"anyOf": [_typed(args[0]), {"type": "array", "items": _typed(args[0])}]}
    if origin is dict:
        return {"type": "object", "additionalProperties": _typed(args[1])}
    if hint is Profile:
        return {"type": "array", "items": _KINDS[Kind.RATE], "minItems": 12, "maxItems": 12}
    if attrs.has(hint):
        return _keys(hint) if "meaning" in attrs.fields(hint)[0].metadata else {"type": "object"}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return {"enum": [member.value for member in hint]}
    plain: dict[Any, Schema] = {
        str: _TEXT,
        bool: _KINDS[Kind.FLAG],
        int: _KINDS[Kind.COUNT],
        Fraction: _KINDS[Kind.RATE],
        datetime.date: _KINDS[Kind.DAY],
    }
    return dict(plain.get(hint, {}))


def _rule(name: str, cls: Any) -> Schema:
    made = _keys(CommonKeys)
    properties = {**made["properties"], "use": {"enum": [name, *cls.aliases]} if cls.aliases else {"const": name}}
    own = _of_keys(keys_of(cls.parameters))
    properties |= own["properties"]
    return {"title": name, **_object(properties, ["use", *own.get("required", [])])}


def _of_keys(keys: Keys) -> Schema:
    """The keys of a block, or of a table in it, with the tables inside it."""
    properties = {name: _parameter(spec) for name, spec in keys.own.items()}
    properties |= {name: _of_keys(table) for name, table in keys.tables.items()}
    required = [name for name, spec in keys.own.items() if _is_required(spec) or spec.needed]
    required += [name for name, table in keys.tables.items() if any(map(_is_required, table.own.values()))]
    made = _object(properties, required)
    for spec in keys.others:
        made["additionalProperties"] = _parameter(spec).get("additionalProperties", True)
    return made


def _is_required(spec: Parameter) -> bool:
    return spec.default is attrs.NOTHING and not spec.optional


def _required(parameters: Mapping[str, Parameter]) -> list[str]:
    return [spec.name for spec in parameters.values() if _is_required(spec)]


def _parameter(spec: Parameter) -> Schema:
    """One parameter: its value, or a list of values by year, or steps by date."""
    meaning = {"description": spec.meaning} if spec.meaning else {}
    if spec.role == "rows":
        fields = {name: _parameter(one) for name, one in spec.fields.items()}
        return {"type": "array", "items": _object(fields, _required(spec.fields)), **meaning}
    if spec.role == "parts":
        fields = {name: _parameter(one) for name, one in spec.fields.items()}
        record = _object(fields, _required(spec.fields))
        items = _TEXT if hasattr(spec.type, "from_text") else record
        return {"type": "array", "items": items, "minItems": 1, **meaning}
    if spec.role in ("label", "labels"):
        return {**(_TEXT if spec.role == "label" else _typed(tuple[str, ...])), **meaning}
    if not spec.is_column:
        return {**_typed(spec.type), **meaning}
    single = {"$ref": "#/$defs/account"} if spec.role == "account" else _number(spec)
    step = _object({"from": _KINDS[Kind.DAY], "value": single, "source": _TEXT}, ["from", "value"])
    by_year: list[Schema] = [] if spec.scheme else [{"type": "array", "items": single, "minItems": 1}]
    absent: list[Schema] = [{"const": spec.absent}] if spec.absent else []
    return {"anyOf": [single, *absent, *by_year, {"type": "array", "items": step, "minItems": 1}], **meaning}


def _number(spec: Parameter) -> Schema:
    if spec.kind is None or spec.role == "prices":
        return _TEXT
    made = dict(_KINDS[spec.kind])
    if spec.kind is Kind.COUNT:
        limits = {"minimum": spec.at_least, "maximum": spec.at_most}
        made |= {name: limit for name, limit in limits.items() if isinstance(limit, int)}
    return made
