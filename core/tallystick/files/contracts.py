"""Contracts in TOML: one file each in ``contracts/``, with its own rules and what it says otherwise of the scheme's."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Literal

from tallystick.files.accounts import party_code
from tallystick.files.binding import Change
from tallystick.files.changes import read_change
from tallystick.files.contract_cases import ContractCases, Head, contract_id, no_scheme_rule
from tallystick.files.dates import AFTER_DAYS, EARLIEST
from tallystick.files.rule_blocks import Catalogue, Draft, read_rules
from tallystick.files.spots import Refusal, Spot
from tallystick.files.strict import key, keys, structured, unknown_key
from tallystick.files.structure import Known
from tallystick.files.toml import Document, TomlSpot
from tallystick.files.values import shown
from tallystick.kernel.case import months_later
from tallystick.kernel.errors import Fault

TABLES = ("contract", "rule", "scheme_rule")


@keys
class PeriodKeys:
    """The keys of ``period``: a first day, and whole years or a last day."""

    from_: datetime.date = key("The contract's first day.", toml="from", example="2025-04-01")
    to: datetime.date | None = key("Its last day, inclusive.", default=None, example="2026-03-31")
    years: int | None = key("How many years it lasts, instead of a last day.", default=None, example="1")


@keys
class ContractKeys:
    """The keys of ``[contract]``."""

    id: str = key("What names the contract in every ledger and statement.", example='"oxfordshire-mental-health"')
    title: str = key("What a statement is headed with.", default="")
    provider: str = key("Organisation code of the provider.", example='"RNU"')
    commissioner: str = key("Organisation code of the commissioner.", example='"10Q"')
    period: PeriodKeys = key("Its days.", example="{ from = 2025-04-01, years = 1 }")
    settles: Literal["month", "quarter", "year"] | None = key(
        "How often it settles; as the scheme says if it does not.", default=None, example='"month"'
    )
    scheme_rules: tuple[str, ...] | None = key(
        "Labels of the scheme rules that it holds; all of them if it is not said.", default=None
    )
    clause: str = key("The clause that the contract as a whole rests on.", default="")


def read_contract(
    document: Document, catalogue: Catalogue, known: Known, settles: str, cases: ContractCases
) -> None:  # fmt: skip
    """Read one file and add its contract; faults go to those of ``cases``."""
    faults, top = cases.faults, document.spot
    faults.extend(unknown_key(name, TABLES, top) for name in document.data if name not in TABLES)
    own = read_rules(document.data.get("rule", []), top.at("rule"), catalogue, known, faults, of_scheme=False)
    changes = _changes(document, cases.scheme_rules, known, faults)
    head = _head(document, settles, faults)
    if head is None:
        return
    spot = top.at("contract")
    if head.holds is not None:
        for label in changes:
            if label not in head.holds:
                faults.append(_not_held(label, head.id, top.at("scheme_rule")))
    cases.add(head, own, changes, spot.at("id"), spot.at("scheme_rules"))


def _not_held(label: str, contract: str, spot: TomlSpot) -> Fault:
    index = next(i for i, block in enumerate(spot.document.data["scheme_rule"]) if block.get("label") == label)
    found = f'contract {contract} changes "{label}" and does not hold it'
    return spot.at(index, "label").fault("label/not-held", found, "", f'scheme_rules = [… "{label}"]')


def _changes(
    document: Document, scheme_rules: Mapping[str, Draft], known: Known, faults: list[Fault]
) -> dict[str, Change]:
    blocks, top = document.data.get("scheme_rule", []), document.spot.at("scheme_rule")
    if not isinstance(blocks, list) or not all(isinstance(block, Mapping) for block in blocks):
        write = "[[scheme_rule]], in double brackets"
        faults.append(top.fault("value/kind", "scheme_rule is not a list of tables", "", write, key=True))
        return {}
    changes: dict[str, Change] = {}
    for index, block in enumerate(blocks):
        spot, label = top.at(index), block.get("label")
        if not isinstance(label, str):
            faults.append(spot.fault("key/missing", "label is missing", "which rule of the scheme?", 'label = "…"'))
        elif label not in scheme_rules:
            faults.append(no_scheme_rule(label, scheme_rules, spot.at("label")))
        elif label in changes:
            found = f'"{label}" is changed twice'
            faults.append(spot.at("label").fault("label/twice", found, "", "one [[scheme_rule]]"))
        else:
            values = {name: value for name, value in block.items() if name != "label"}
            changes[label] = read_change(scheme_rules[label], values, spot, known, faults)
    return changes


def _head(document: Document, settles: str, faults: list[Fault]) -> Head | None:
    spot = document.spot.at("contract")
    if "contract" not in document.data:
        found = "there is no [contract]"
        faults.append(spot.fault("key/missing", found, "it says who pays whom, and when", "[contract], with id = …"))
        return None
    said = structured(ContractKeys, document.data["contract"], spot, faults)
    if said is None:
        return None
    codes = [
        _coded(contract_id, said.id, spot.at("id"), faults),
        _coded(party_code, said.provider, spot.at("provider"), faults),
        _coded(party_code, said.commissioner, spot.at("commissioner"), faults),
    ]
    last = last_day(said.period.from_, said.period.to, said.period.years, spot.at("period"), faults)
    if last is None or "" in codes:
        return None
    return Head(
        id=said.id, title=said.title, provider=said.provider, commissioner=said.commissioner,
        first=said.period.from_, last=last, settles=said.settles or settles,
        holds=said.scheme_rules, clause=said.clause,
    )  # fmt: skip


def _coded(read: Any, given: str, spot: Spot, faults: list[Fault]) -> str:
    try:
        return str(read(given))
    except Refusal as refusal:
        faults.append(refusal.at(spot))
        return ""


def last_day(
    first: datetime.date, to: datetime.date | None, years: int | None, spot: Spot, faults: list[Fault]
) -> datetime.date | None:
    """The contract's last day, from a last day or from whole years; None if a fault was added."""
    for name, day in (("from", first), ("to", to)):
        if day is not None and not EARLIEST <= day < AFTER_DAYS:
            found = f"{day} is outside {EARLIEST.year} to {AFTER_DAYS.year - 1}"
            why = 'such dates stand for "not known" or "no end" in some systems'
            faults.append(spot.at(name).fault("contract/period", found, why, "the real date"))
            return None
    if (to is None) == (years is None):
        both = "both a last day and years" if to else "neither a last day nor years"
        write = f"to = {months_later(first, 12) - datetime.timedelta(days=1)}, or years = 1"
        faults.append(spot.fault("contract/period", f"the period has {both}", "either says when it ends", write))
        return None
    if to is not None:
        return _ordered(first, to, spot, faults)
    if years is None or not 1 <= years <= 100:
        found = f"{shown(years)} is no length of a contract in years"
        faults.append(spot.at("years").fault("contract/period", found, "", "whole years from 1 to 100"))
        return None
    return _ordered(first, months_later(first, 12 * years) - datetime.timedelta(days=1), spot, faults)


def _ordered(first: datetime.date, last: datetime.date, spot: Spot, faults: list[Fault]) -> datetime.date | None:
    if first > last:
        found = f"the contract ends on {last}, before it begins on {first}"
        faults.append(spot.at("to").fault("contract/period", found, "", "a last day on or after the first"))
        return None
    return last
