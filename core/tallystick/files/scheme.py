"""scheme.toml: what the contracts of a workspace share. Its rules, funds, price lists, and where the activity is.

The tables of the file: ``[scheme]`` (:class:`SchemeKeys`), ``[activity]`` (a table's name and its file or files;
``columns`` is the file that maps column names), ``[[price_list]]``, ``[[fund]]`` and ``[[rule]]``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from attrs import frozen

from tallystick.files.accounts import FundKeys, pot_of
from tallystick.files.prices import PriceLists, read_price_lists
from tallystick.files.rule_blocks import Catalogue, Draft, read_rules
from tallystick.files.spots import Refusal, Spot
from tallystick.files.strict import key, keys, structured, unknown_key
from tallystick.files.structure import Known
from tallystick.files.toml import Document
from tallystick.files.values import shown, value_of
from tallystick.kernel.accounts import Pot
from tallystick.kernel.errors import Fault, did_you_mean
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.plugins import Plugins

TABLES = ("scheme", "activity", "price_list", "fund", "rule")
COLUMNS = "columns"
"""The key of ``[activity]`` that is no table: the file that maps users' column names to ours."""

IDENTIFIERS = "identifiers"
"""The other one: whether columns may be there that look like identifiers of people."""

ALLOWED, REFUSED = "allowed", "refused"


@keys
class SchemeKeys:
    """The keys of ``[scheme]``."""

    id: str = key("What names the scheme.", example='"demo"')
    title: str = key("What reports are headed with; the id if it is not said.", default="")
    money: Literal["GBP", "EUR", "USD"] = key("The unit of account; one a workspace.", default="GBP")
    rounding: Literal["penny", "pound"] = key("The smallest step of money.", default="penny")
    as_at: datetime.date | None = key(
        "The day up to which facts are known; rules that wait for facts need it.", default=None, example="2026-05-20"
    )
    settles: Literal["month", "quarter", "year"] = key("How often its contracts settle, by default.", default="year")
    plugins: tuple[str, ...] = key("Distributions whose rules this workspace uses.", default=())
    smallest_group: int = key(
        "The fewest people or rows in a group that is shown to a party to whom the rows are confidential.", default=10
    )
    out: str = key("The folder that runs are written to, in the workspace.", default="runs")


@frozen(eq=False, kw_only=True)
class Scheme:
    """What scheme.toml says, read; ``shortage`` says which of its plugins are not there."""

    said: SchemeKeys
    known: Known
    catalogue: Catalogue
    rules: Mapping[str, Draft]
    funds: tuple[Pot, ...]
    prices: PriceLists
    activity: Mapping[str, list[Path]]
    columns: Path | None
    identifiers: bool
    """Whether columns may be there that look like identifiers of people."""
    unread: Mapping[str, str]
    """Files of tables that no installed plugin declares, with why they are not read."""


def read_scheme(
    document: Document, folder: Path, plugins: Plugins, faults: list[Fault], as_at: datetime.date | None = None, *,
    activity: bool = True,
) -> Scheme | None:  # fmt: skip
    """Read the file and its price lists; None if ``[scheme]`` itself is wrong. Faults are added.

    ``as_at`` goes before the day that the file states. Without ``activity`` its files are not looked for.
    """
    top, data = document.spot, document.data
    faults.extend(unknown_key(name, TABLES, top) for name in data if name not in TABLES)
    if "scheme" not in data:
        faults.append(top.fault("key/missing", "there is no [scheme]", "", '[scheme], with id = "…"'))
        return None
    said = structured(SchemeKeys, data["scheme"], top.at("scheme"), faults)
    if said is None:
        return None
    if said.smallest_group < 2:
        found, why = f"{said.smallest_group} is too small a group", "a group of one is one person's answer"
        write = "2 or more; 10 if nothing is said"
        faults.append(top.at("scheme").at("smallest_group").fault("value/bounds", found, why, write))
    catalogue = Catalogue(plugins, said.plugins)
    funds = _funds(data.get("fund", []), top.at("fund"), said.money, faults)
    plain = Known(money=said.money, funds=frozenset(fund.name for fund in funds))
    prices = read_price_lists(
        data.get("price_list", []), top.at("price_list"), folder, plugins, plain, faults,
        shortage=catalogue.shortage, as_at=as_at or said.as_at,
    )  # fmt: skip
    known = Known(money=said.money, funds=plain.funds, price_lists=prices.names)
    drafts = read_rules(data.get("rule", []), top.at("rule"), catalogue, known, faults, of_scheme=True)
    reader = _Activity(folder, plugins, catalogue.shortage, faults)
    if activity:
        reader.read(data.get("activity", {}), top.at("activity"))
    return Scheme(
        said=said, known=known, catalogue=catalogue, rules={draft.label: draft for draft in drafts}, funds=funds,
        prices=prices, activity=reader.files, columns=reader.columns, unread=reader.unread,
        identifiers=reader.identifiers,
    )  # fmt: skip


def _funds(blocks: Any, spot: Spot, money: str, faults: list[Fault]) -> tuple[Pot, ...]:
    if not isinstance(blocks, list) or not all(isinstance(block, Mapping) for block in blocks):
        write = "[[fund]], in double brackets"
        faults.append(spot.fault("value/kind", "fund is not a list of tables", "", write, key=True))
        return ()
    names = {str(block["name"]) for block in blocks if "name" in block}
    funds: dict[str, Pot] = {}
    for index, block in enumerate(blocks):
        there = spot.at(index)
        said = structured(FundKeys, block, there, faults)
        if said is None:
            continue
        if said.name in funds:
            found = f'there are two funds "{said.name}"'
            faults.append(there.at("name").fault("fund/twice", found, "", "another name"))
        pot = pot_of(said.name, said, _opening(said.opening, there.at("opening"), money, faults), there, names, faults)
        # A fund with faults is still declared, so that rules which name it are not blamed too.
        funds.setdefault(said.name, pot or Pot(name=said.name))
    return tuple(funds.values())


def _opening(given: Any, spot: Spot, money: str, faults: list[Fault]) -> int:
    if given == "":
        return 0
    try:
        pence: int = value_of(Kind.AMOUNT, given, money=money)
        if pence < 0:
            raise Refusal("value/bounds", f"{shown(given)} is less than nothing", "a fund opens with money or none")
    except Refusal as refusal:
        faults.append(refusal.at(spot))
        return 0
    return pence


class _Activity:
    """Finds the files of ``[activity]``."""

    def __init__(self, folder: Path, plugins: Plugins, shortage: str, faults: list[Fault]) -> None:
        self.folder, self.plugins, self.shortage, self.faults = folder, plugins, shortage, faults
        self.files: dict[str, list[Path]] = {}
        self.unread: dict[str, str] = {}
        self.columns: Path | None = None
        self.identifiers = False

    def read(self, given: Any, spot: Spot) -> None:
        """Read the whole ``[activity]``."""
        if not isinstance(given, Mapping):
            self.faults.append(spot.fault("value/kind", "activity is not a table", "", "[activity]", key=True))
            return
        for name, value in given.items():
            there = spot.at(name)
            if name == COLUMNS:
                paths = self._paths(value, there)
                self.columns = paths[0] if paths else None
            elif name == IDENTIFIERS:
                self._identifiers(value, there)
            elif self._is_declared(name, there):
                self.files[name] = self._paths(value, there)

    def _identifiers(self, given: Any, spot: Spot) -> None:
        if given not in (ALLOWED, REFUSED):
            why = "it says whether activity may hold what looks like NHS numbers, names or dates of birth"
            write = f'"{ALLOWED}", or leave the key out'
            self.faults.append(spot.fault("value/choice", f"{shown(given)} is not one of the choices here", why, write))
        self.identifiers = given == ALLOWED

    def _is_declared(self, name: str, spot: Spot) -> bool:
        specs = self.plugins.table_specs
        if name in specs and not specs[name].prices:
            return True
        if name in specs:
            found, write = f"{name} is a table of prices", f'[[price_list]] with table = "{name}"'
            self.faults.append(spot.fault("table/unknown", found, "", write, key=True))
        elif self.shortage:
            self.unread[name] = self.shortage
        else:
            tables = [*(table for table, spec in specs.items() if not spec.prices), COLUMNS, IDENTIFIERS]
            found, why = f'there is no table "{name}"', "no installed plugin declares one"
            self.faults.append(spot.fault("table/unknown", found, why, did_you_mean(name, tables), key=True))
        return False

    def _paths(self, given: Any, spot: Spot) -> list[Path]:
        names = given if isinstance(given, list) else [given]
        found: dict[Path, None] = {}
        for index, name in enumerate(names):
            there = spot.at(index) if isinstance(given, list) else spot
            if not isinstance(name, str) or not name:
                write = '"data/spells.parquet", or a list of files'
                self.faults.append(there.fault("value/kind", f"{shown(name)} is not the name of a file", "", write))
                continue
            paths = self._matching(name)
            if not paths:
                what = "folder" if (self.folder / name).is_dir() else "file missing from the workspace"
                write = f'"{name}/*.parquet"' if what == "folder" else "a path relative to the folder of scheme.toml"
                self.faults.append(there.fault("file/missing", f'"{name}" is a {what}', "", write))
            for path in paths:
                if path in found:
                    repeated, why = f'"{path.name}" is named twice', "its rows would count twice"
                    self.faults.append(there.fault("file/twice", repeated, why, "each file once"))
                found[path] = None
        return list(found)

    def _matching(self, name: str) -> list[Path]:
        if PurePosixPath(name).is_absolute() or Path(name).is_absolute():
            return []
        if (self.folder / name).is_file():
            return [self.folder / name]
        if not any(sign in name for sign in "*?["):
            return []
        return sorted(path for path in self.folder.glob(name) if path.is_file())
