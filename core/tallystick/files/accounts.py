"""Accounts as files name them: a party of the contract, another party, a pot of the contract, a fund of the scheme.

| written | is | in the ledger |
|---|---|---|
| ``"provider"``, ``"commissioner"`` | the contract's own party | its organisation code |
| ``{ party = "QXX" }`` | another organisation | its code |
| ``{ pot = "improvement fund", … }`` | money of this contract, see :class:`PotKeys` | ``<contract>/improvement fund`` |
| ``{ fund = "deprivation fund" }`` | a fund that scheme.toml declares | ``scheme/deprivation fund`` |
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any, Literal

from tallystick.files.spots import Refusal, Spot
from tallystick.files.strict import key, keys, structured, unknown_key
from tallystick.files.terms import PARTIES, AccountRef
from tallystick.files.values import shown, value_of
from tallystick.kernel.accounts import Pot
from tallystick.kernel.errors import Fault, did_you_mean
from tallystick.kernel.language.nodes import Kind

AtEnd = Literal["be empty", "carry forward", "return", "pass on"]
_FORMS = '"provider", "commissioner", { party = "QXX" }, { pot = "…" } or { fund = "…" }'


@keys
class PotKeys:
    """The keys of a pot, inside the braces of an account parameter."""

    pot: str = key("The pot's name, one of this contract's.", example='"improvement fund"')
    held_by: str = key("Who holds it: provider, commissioner, or an organisation's code.", default="commissioner")
    purpose: str = key("What the money is for, printed beside its balance.", default="")
    at_end: AtEnd = key("What becomes of what is left when the contract ends.", default="be empty")
    to: Any = key("To whom it is returned or passed on: an account in any of its forms but a pot.", default="")
    may_pay: tuple[str, ...] = key("Who may be paid from it; anyone if it is not said.", default=())


@keys
class FundKeys:
    """The keys of a ``[[fund]]`` of the scheme."""

    name: str = key("The fund's name.", example='"deprivation fund"')
    opening: Any = key("What it holds when the scheme begins.", default="", example='"£100,000"')
    held_by: str = key("The organisation that holds it.", example='"NHSE"')
    purpose: str = key("What the money is for, printed beside its balance.", default="")
    at_end: AtEnd = key("What becomes of what is left when the scheme's contracts have ended.", default="be empty")
    to: Any = key("To whom it is returned or passed on: an organisation or another fund.", default="")
    may_pay: tuple[str, ...] = key("Who may be paid from it; anyone if it is not said.", default=())
    source: str = key("Where the fund comes from: document, paragraph, date.", default="")


def party_code(given: Any, what: str = "an organisation's code") -> str:
    """Return an organisation's code; raises Refusal for a stroke, which would look like a pot."""
    code: str = value_of(Kind.CODE, given)
    if "/" in code:
        raise Refusal(
            "account/stroke", f'{what} holds a stroke: "{code}"',
            "a stroke stands between a contract and its pot in the ledger", "the code without a stroke",
        )  # fmt: skip
    if code in (*PARTIES, "scheme"):
        raise Refusal("account/word", f'"{code}" is a word of its own and not {what}', "", f'{what}, such as "QXX"')
    return code


def account_of(given: Any, spot: Spot, funds: Collection[str], faults: list[Fault]) -> AccountRef | None:
    """Return the account that is named; where that cannot be told, add the faults and return None."""
    try:
        if isinstance(given, str) and given in PARTIES:
            return AccountRef(word=given)
        forms = [form for form in ("party", "pot", "fund") if isinstance(given, Mapping) and form in given]
        if len(forms) != 1:
            near = difflib.get_close_matches(given, PARTIES, n=1) if isinstance(given, str) else []
            why = did_you_mean(near[0], PARTIES) if near else ""
            raise Refusal("account/form", f"{shown(given)} does not name an account", why, _FORMS)
        if forms == ["pot"]:
            return _pot(given, spot, funds, faults)
        return AccountRef(name=_fixed(given, forms[0], spot, funds, faults))
    except Refusal as refusal:
        faults.append(refusal.at(spot))
        return None


def _fixed(given: Mapping[str, Any], form: str, spot: Spot, funds: Collection[str], faults: list[Fault]) -> str:
    faults.extend(unknown_key(name, [form], spot) for name in given if name != form)
    if form == "party":
        return party_code(given["party"])
    name = given["fund"]
    if name not in funds:
        raise Refusal(
            "account/no-fund", f"scheme.toml declares no fund {shown(name)}", "",
            did_you_mean(str(name), funds) if funds else f'[[fund]] with name = "{name}" in scheme.toml',
        )  # fmt: skip
    return f"scheme/{name}"


def _pot(given: Mapping[str, Any], spot: Spot, funds: Collection[str], faults: list[Fault]) -> AccountRef | None:
    said = structured(PotKeys, given, spot, faults)
    pot = None if said is None else pot_of(said.pot, said, 0, spot, funds, faults)
    return None if pot is None else AccountRef(pot=pot)


def pot_of(
    name: str, said: PotKeys | FundKeys, opening: int, spot: Spot, funds: Collection[str], faults: list[Fault]
) -> Pot | None:
    """Return the pot or fund that the keys declare; add the faults and return None where they contradict themselves."""
    before = len(faults)
    if not name.strip() or "/" in name:
        why = "a stroke stands before the name of a pot in the ledger"
        found = f'"{name}" cannot be the name of a pot or fund'
        faults.append(spot.fault("account/stroke", found, why, "a name without a stroke"))
    words = PARTIES if isinstance(said, PotKeys) else ()  # a fund belongs to no contract, so it has no "provider"
    held_by = _holder(said.held_by, words, spot.at("held_by"), funds, faults)
    to = _holder(said.to, words, spot.at("to"), funds, faults) if said.to else ""
    paid = tuple(_holder(one, PARTIES, spot.at("may_pay"), funds, faults) for one in said.may_pay)
    if said.at_end in ("return", "pass on") and not said.to:
        faults.append(spot.at("at_end").fault(
            "account/no-end", f'at_end = "{said.at_end}" does not say to whom', "what is left has to go somewhere",
            'to = "commissioner"' if isinstance(said, PotKeys) else 'to = "QXX", an organisation\'s code',
        ))  # fmt: skip
    if len(faults) > before:
        return None
    return Pot(
        name=name, held_by=held_by, purpose=said.purpose, at_end=said.at_end, to=to, opening=opening, may_pay=paid
    )  # fmt: skip


def _holder(given: Any, words: Collection[str], spot: Spot, funds: Collection[str], faults: list[Fault]) -> str:
    """A party's word or code, or a fund by its name in the ledger; a word that is nearly a party's is a fault."""
    try:
        if isinstance(given, str) and given in words:
            return given
        if isinstance(given, Mapping):
            form = "fund" if "fund" in given else "party"
            if form in given:
                return _fixed(given, form, spot, funds, faults)
            raise Refusal("account/form", "this table names no account", "", '{ party = "QXX" } or { fund = "…" }')
        near = difflib.get_close_matches(str(given).lower(), PARTIES, n=1, cutoff=0.75)
        if near and given not in PARTIES:
            why = "it is taken neither for the word nor for an organisation's code"
            raise Refusal("account/form", f'"{given}" is nearly "{near[0]}"', why, f'"{near[0]}"')
        return party_code(given)
    except Refusal as refusal:
        faults.append(refusal.at(spot))
        return ""
