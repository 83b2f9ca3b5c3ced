"""Every number of a workspace as its files write it, one a row: what it is, its limits, and where it comes from.

The files are read a second time, as text and not as values, so that a number is shown exactly as it was typed and
may be edited and read back. A row is named by three things together: its address, its contract and its first day.

| address | is |
|---|---|
| ``hip fracture.top_up`` | a parameter of the rule with that label |
| ``health premium.categories[2].rate`` | a field of the second record of a list |
| ``[scheme].as_at`` | a key of the scheme |
| ``[[fund]].inequalities.opening`` | a key of a fund |
| ``[[price_list]].unit_prices.national 2026/27`` | a price list of that table |
| ``[[price_list]].unit_prices.national 2026/27.steps[1].uplift`` | a number of one of its steps |
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
from attrs import frozen

from tallystick.files import workspace as folders
from tallystick.files.changes import REFERENCES
from tallystick.files.contracts_csv import COLUMNS
from tallystick.files.rule_blocks import Catalogue
from tallystick.files.toml import decoded, read_toml
from tallystick.files.values import limit_of
from tallystick.kernel.case import PriceRows
from tallystick.kernel.describe import plain_name, value_text
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Series
from tallystick.kernel.money import SIGNS
from tallystick.kernel.parameters import Parameter
from tallystick.kernel.plugins import Plugins

SCHEME = "scheme"
"""What stands in place of a contract for a number that the contracts share; no contract can be called so."""

PUBLISHED, ASSUMED, NOT_STATED, BY_DEFAULT = "published", "assumed", "not stated", "default"

_ASSUMED = re.compile(r"\b(assum(e|ed|es|ption|ptions)|illustrations?|illustrative|made[- ]up)\b", re.IGNORECASE)
_NUMBERS = (Kind.AMOUNT, Kind.PRICE, Kind.RATE, Kind.COUNT, Kind.FLAG, Kind.DAY, Kind.MOMENT)
_SPANS = ("minutes", "hours", "days", "weeks", "months", "years", "pence")


@frozen(kw_only=True)
class Number:
    """One number. ``from_`` is the day from which a value is in force, ``year 2``, or empty if it always is.

    ``value`` is as it was typed; a default, which nobody typed, is as it would be. ``status`` is ``published``,
    ``assumed`` where the source says that it is an assumption, an illustration or made up, ``not stated`` where
    there is no source, or ``default`` where the rule's own default stands.
    """

    address: str
    contract: str
    rule: str
    label: str
    name: str
    from_: str = ""
    value: str
    unit: str = ""
    at_least: str = ""
    at_most: str = ""
    meaning: str = ""
    source: str = ""
    status: str = NOT_STATED

    @property
    def key(self) -> tuple[str, str, str]:
        """What names the row, and stays as it is while values change."""
        return self.address, self.contract, self.from_


HEADINGS = tuple(name.rstrip("_") for name in (one.name for one in attrs.fields(Number)))
"""The names of a row's cells, in their order."""


def status_of(source: str) -> str:
    """Whether a source is one, says itself that the number is assumed, or is not there."""
    if not source.strip():
        return NOT_STATED
    return ASSUMED if _ASSUMED.search(source) else PUBLISHED


def numbers_of(workspace: folders.Workspace, plugins: Plugins) -> list[Number]:
    """Every number of a workspace that was opened: the scheme's, then each contract's, as the files have them.

    A scheme rule's stand once; what a contract says otherwise of it stands behind them, under that contract.
    """
    document = read_toml(workspace.folder / folders.SCHEME, name=folders.SCHEME)
    reader = _Reader(workspace, plugins, Catalogue(plugins, tuple(document.data[SCHEME].get("plugins", ()))))
    found = [*reader.scheme(document.data), *reader.changes_in_csv(document.data)]
    blocks = {block.get("label", block["use"]): block for block in document.data.get("rule", ())}
    for path in folders.contract_files(workspace.folder):
        found += reader.contract(read_toml(path).data, blocks)
    order = {address: place for place, address in enumerate(dict.fromkeys(one.address for one in found))}
    return sorted(found, key=lambda one: order[one.address])  # a contract's other value beside the scheme's


@frozen(eq=False)
class _Block:
    """Whose numbers are read: the address that they stand below, and the source that the block as a whole names."""

    contract: str
    rule: str
    label: str
    source: str = ""
    below: str = ""

    def number(self, path: str, name: str, **more: Any) -> Number:
        """A row of this block; its own source, if it has one, goes before the block's."""
        source = more.pop("source", "") or self.source
        said = {"source": source, "status": status_of(source), **more}
        address = f"{self.below or self.label}.{path}"
        return Number(
            address=address, contract=self.contract, rule=self.rule, label=self.label, name=name, **said
        )  # fmt: skip


@frozen(eq=False)
class _Reader:
    workspace: folders.Workspace
    plugins: Plugins
    catalogue: Catalogue

    @property
    def money(self) -> str:
        """The workspace's unit of account."""
        return self.workspace.case.money

    def scheme(self, data: Mapping[str, Any]) -> Iterator[Number]:
        """What scheme.toml says, in its order."""
        block = _Block(SCHEME, "", "", below="[scheme]")
        for name, meaning in (
            ("as_at", "The day up to which facts are known."),
            ("rounding", "The smallest step of money."),
        ):
            if name in data[SCHEME]:
                unit = "day" if name == "as_at" else ""
                yield block.number(name, plain_name(name), value=typed(data[SCHEME][name]), unit=unit, meaning=meaning)
        for fund in data.get("fund", ()):
            yield self._opening(fund)
        left = list(self.workspace.case.prices.values())
        for one in data.get("price_list", ()):
            for rows in [rows for rows in left if rows.name == one["name"]][:1]:  # none if its table is nobody's
                left.remove(rows)
                yield from self._price_list(one, rows)
        for one in data.get("rule", ()):
            yield from self._rule(one, SCHEME)

    def contract(self, data: Mapping[str, Any], scheme: Mapping[str, Mapping[str, Any]]) -> Iterator[Number]:
        """What a contract says otherwise of the scheme's rules, and then its own rules."""
        identity = str(data["contract"]["id"])
        for one in data.get("scheme_rule", ()):
            block = scheme[one["label"]]
            own = {name: value for name, value in one.items() if name != "label"}
            yield from self._changed(block, own, identity)
        for one in data.get("rule", ()):
            yield from self._rule(one, identity)

    def changes_in_csv(self, data: Mapping[str, Any]) -> Iterator[Number]:
        """What each row of contracts.csv says otherwise of the scheme's rules."""
        path = self.workspace.folder / folders.CONTRACTS_CSV
        if not path.is_file():
            return
        blocks = {block.get("label", block["use"]): block for block in data.get("rule", ())}
        lines = (row for row in csv.reader(io.StringIO(decoded(path.read_bytes(), path.name))) if any(row))
        heading = [name.strip() for name in next(lines)]
        for cells in lines:
            row = {name: cell.strip() for name, cell in zip(heading, cells, strict=True) if cell.strip()}
            changed: dict[str, dict[str, str]] = {}
            for name in row:
                label, _, parameter = name.rpartition(".")
                if name not in COLUMNS:
                    changed.setdefault(label, {})[parameter] = row[name]
            for label, own in changed.items():
                yield from self._changed(blocks[label], own, row["id"])

    def _changed(self, block: Mapping[str, Any], own: Mapping[str, Any], contract: str) -> Iterator[Number]:
        """The numbers that one contract gives for a rule of the scheme."""
        cls, _, missing = self.catalogue.find(block["use"], block.get("plugin", ""))
        if missing:
            return
        cited = {name: own[name] for name in REFERENCES if name in own and name not in cls.parameters}
        source = cited.get("source") or _source_of(block, cls.parameters)
        of = _Block(contract, block["use"], block.get("label", block["use"]), source)
        said = {name: value for name, value in own.items() if name not in cited}
        for name, value in said.items():
            yield from self._parameter(of, cls.parameters[name], value)

    def _rule(self, block: Mapping[str, Any], contract: str) -> Iterator[Number]:
        label = block.get("label", block["use"])
        cls, _, missing = self.catalogue.find(block["use"], block.get("plugin", ""))
        if missing:
            yield _Block(contract, block["use"], label).number("*", "its numbers", value="not read", meaning=missing)
            return
        of = _Block(contract, block["use"], label, _source_of(block, cls.parameters))
        for spec in cls.parameters.values():
            yield from self._parameter(of, spec, block[spec.name]) if spec.name in block else self._default(of, spec)

    def _default(self, of: _Block, spec: Parameter, path: str = "", name: str = "") -> Iterator[Number]:
        """A number that nobody wrote and that has a default; one that may be left out, and is, is no number."""
        default = spec.default.factory() if isinstance(spec.default, attrs.Factory) else spec.default  # type: ignore[arg-type]
        if spec.kind not in _NUMBERS or default is None or default is attrs.NOTHING:
            return
        value = default.node.data[0] if isinstance(default, Series) else default
        yield of.number(
            path or spec.name, name or plain_name(spec.name), value=self._as_typed(spec, value),
            source="the rule’s own default", status=BY_DEFAULT, **self._about(spec),
        )  # fmt: skip

    def _as_typed(self, spec: Parameter, value: Any) -> str:
        """A value as somebody would type it."""
        if isinstance(value, str):
            return value
        assert spec.kind is not None
        kept = limit_of(spec.kind, value)
        return typed(kept) if spec.kind in (Kind.COUNT, Kind.FLAG) else value_text(spec.kind, kept, self.money)

    def _about(self, spec: Parameter) -> dict[str, str]:
        limits = {
            name: "" if limit is None or spec.kind is None else self._as_typed(spec, limit_of(spec.kind, limit))
            for name, limit in (("at_least", spec.at_least), ("at_most", spec.at_most))
        }
        return {"unit": self._unit(spec), "meaning": spec.meaning, **limits}

    def _unit(self, spec: Parameter) -> str:
        money = SIGNS[self.money]
        plain = {
            Kind.AMOUNT: f"{money} {spec.unit}".strip(), Kind.PRICE: f"{money} {spec.unit or 'for a unit'}",
            Kind.RATE: f"rate {spec.unit}".strip(), Kind.COUNT: spec.unit or "count", Kind.FLAG: "true or false",
            Kind.DAY: "day", Kind.MOMENT: "day and time",
        }  # fmt: skip
        return "" if spec.kind is None else plain.get(spec.kind, "")

    def _parameter(self, of: _Block, spec: Parameter, given: Any, path: str = "", name: str = "") -> Iterator[Number]:
        path, name = path or spec.name, name or plain_name(spec.name)
        if spec.role == "rows":
            for index, record in enumerate(given, start=1):
                yield from self._record(of, spec, record, f"{path}[{index}]", f"{name} {index}{_called(record)}")
        elif spec.role == "shape":
            for more, said, value in _leaves(given):
                about = {"unit": _span(more or path), "meaning": spec.meaning}
                yield of.number(path + more, name + said, value=typed(value), **about)
        elif spec.kind in _NUMBERS:
            for start, value, source in _steps(given):
                yield of.number(path, name, value=value, from_=start, source=source, **self._about(spec))

    def _record(self, of: _Block, spec: Parameter, record: Mapping[str, Any], path: str, name: str) -> Iterator[Number]:
        for part in spec.fields.values():
            place = f"{path}.{part.name}", f"{name}: {plain_name(part.name)}"
            if part.name in record:
                yield from self._parameter(of, part, record[part.name], *place)
            else:
                yield from self._default(of, part, *place)

    def _opening(self, fund: Mapping[str, Any]) -> Number:
        block = _Block(SCHEME, "fund", fund["name"], fund.get("source", ""), below=f"[[fund]].{fund['name']}")
        meaning, unit = "What the fund holds when the scheme begins.", SIGNS[self.money]
        if "opening" in fund:
            return block.number("opening", "opening", value=typed(fund["opening"]), unit=unit, meaning=meaning)
        more = {"value": f"{unit}0", "unit": unit, "source": "a fund’s own default", "status": BY_DEFAULT}
        return block.number("opening", "opening", meaning=meaning, **more)

    def _price_list(self, said: Mapping[str, Any], rows: PriceRows) -> Iterator[Number]:
        """A list as one row, and the numbers of its steps; its prices stay in their file."""
        below = f"[[price_list]].{rows.table}.{rows.name}"
        block = _Block(SCHEME, "price list", rows.name, rows.source, below=below)
        about = {"value": self._rows(rows), "unit": f"{rows.kind} prices", "meaning": _origin(said)}
        yield attrs.evolve(block.number("", plain_name(rows.table), **about), address=below)
        for index, step in enumerate(said.get("steps", ()), start=1):
            yield from self._step(block, step, index)

    def _rows(self, rows: PriceRows) -> str:
        base = rows
        while base.derived_from:
            base = self.workspace.case.prices[base.table, base.derived_from]
        return f"{len(base.rows):,} row{'' if len(base.rows) == 1 else 's'}"

    def _step(self, of: _Block, step: Mapping[str, Any], index: int) -> Iterator[Number]:
        name = next(key for key in step if key in self.plugins.steps)
        for spec in self.plugins.steps[name].what.parameters.values():
            place = f"steps[{index}].{spec.name}", f"step {index} ({name}): {plain_name(spec.name)}"
            if spec.name in step:
                yield from self._parameter(of, spec, step[spec.name], *place)
            else:
                yield from self._default(of, spec, *place)
        if "round" in step:
            meaning = "What a price is rounded to after the step."
            yield of.number(f"steps[{index}].round", f"step {index} ({name}): round", value=step["round"],
                            meaning=meaning)  # fmt: skip


def typed(value: Any) -> str:
    """A value of TOML as it was typed, without its quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return str(value)


def _source_of(block: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """The source of a rule's block, unless the rule has a parameter of that name."""
    return "" if "source" in parameters else str(block.get("source", ""))


def _origin(said: Mapping[str, Any]) -> str:
    return f"Derived from {said['from_list']}." if said.get("from_list") else f"Read from {said.get('file', '')}."


def _called(record: Mapping[str, Any]) -> str:
    """What a record is known by: its first text that is no number with a sign."""
    texts = (value for value in record.values() if isinstance(value, str) and value[:1].isalpha())
    return f" ({first})" if (first := next(texts, "")) else ""


def _steps(given: Any) -> Iterator[tuple[str, str, str]]:
    """First day, value and source of each step; by year where the contract's own years count."""
    if not isinstance(given, list | tuple):
        yield "", typed(given), ""
    elif any(isinstance(one, Mapping) for one in given):
        for one in sorted(given, key=lambda step: step["from"]):
            yield typed(one["from"]), typed(one["value"]), str(one.get("source", ""))
    else:
        for year, one in enumerate(given, start=1):
            yield f"year {year}", typed(one), ""


def _leaves(given: Any, path: str = "", said: str = "") -> Iterator[tuple[str, str, Any]]:
    """The counts and days inside a choice, each with its path and its words; texts and flags are no numbers."""
    if isinstance(given, Mapping):
        for name, value in given.items():
            yield from _leaves(value, f"{path}.{name}", f"{said}: {plain_name(name)}")
    elif isinstance(given, Sequence) and not isinstance(given, str):
        for index, value in enumerate(given, start=1):
            called = _called(value) if isinstance(value, Mapping) else ""
            yield from _leaves(value, f"{path}[{index}]", f"{said} {index}{called}")
    elif isinstance(given, int | datetime.date) and not isinstance(given, bool):
        yield path, said, given


def _span(name: str) -> str:
    last = name.rpartition("_")[2]
    return last if last in _SPANS else "count"
