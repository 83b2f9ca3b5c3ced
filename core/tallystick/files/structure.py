"""One rule's keys into values, by the declarations of its parameters; strictly, and all faults at once.

What a key may hold follows from the parameter's annotation in the rule: money and rates as text, counts as
whole numbers, accounts, labels and price lists by name, records as ``[[rule.name]]`` tables. Any number,
account or price list may also be given by the years of the contract, or by date::

    at_risk = ["50%", "100%"]                                   # first year, then every later one
    at_risk = [{ from = 2025-04-01, value = "50%", source = "…" }, { from = 2026-04-01, value = "100%" }]
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import attrs
from attrs import field, frozen

from tallystick.files.accounts import account_of
from tallystick.files.nested import Found, find_all, keys_of
from tallystick.files.spots import Refusal, Spot
from tallystick.files.strict import FrozenMap, key, keys, structured
from tallystick.files.terms import PARTIES, Term, constant
from tallystick.files.values import check_limits, example, limit_of, shown, value_of
from tallystick.kernel.errors import Fault, RuleError, did_you_mean
from tallystick.kernel.language.series import Series
from tallystick.kernel.parameters import Label, Parameter, part_name

__all__ = ["DatedKeys", "FrozenMap", "Known", "Structured", "structure", "term_of"]

_NONE = object()
"""Stands for a value that could not be read, where None is a value."""


@frozen(kw_only=True)
class Known:
    """What values may refer to: the unit of account, the funds, and the price lists of each table by name."""

    money: str = "GBP"
    funds: frozenset[str] = frozenset()
    price_lists: Mapping[str, Collection[str]] = field(factory=dict)


@keys
class DatedKeys:
    """The keys of one step of a number that is given by date."""

    from_: datetime.date = key("First day on which the value is in force.", toml="from", example="2025-04-01")
    value: Any = key("The value from that day on, until the next step.", example='"5%"')
    source: str = key("Where the value comes from: document, paragraph, date.", default="")


@frozen(eq=False, kw_only=True)
class Structured:
    """The parameters of one block: terms for what becomes a column, records, choices, and the labels referred to."""

    terms: Mapping[str, Term] = field(factory=dict)
    rows: Mapping[str, tuple[Mapping[str, Term], ...]] = field(factory=dict)
    shape: Mapping[str, Any] = field(factory=dict)
    refers: tuple[tuple[str, Spot], ...] = ()


@frozen(eq=False)
class _Reader:
    known: Known
    faults: list[Fault]
    terms: dict[str, Term] = field(factory=dict)
    rows: dict[str, tuple[Mapping[str, Term], ...]] = field(factory=dict)
    shape: dict[str, Any] = field(factory=dict)
    refers: list[tuple[str, Spot]] = field(factory=list)

    def take(self, spec: Parameter, given: Any, spot: Spot) -> None:
        """Read one parameter and keep what it says."""
        if spec.is_column:
            term = term_of(spec, given, spot, self.known, self.faults)
            if term is not None:
                self.terms[spec.name] = term
        elif spec.role == "rows":
            self.rows[spec.name] = tuple(self._records(spec, given, spot))
        elif spec.role == "parts":
            self.shape[spec.name] = tuple(self._parts(spec, given, spot))
        elif spec.role in ("label", "labels"):
            self.shape[spec.name] = self._labels(spec, given, spot)
        else:
            self.shape[spec.name] = structured(spec.type, given, spot, self.faults)

    def _labels(self, spec: Parameter, given: Any, spot: Spot) -> Any:
        many = spec.role == "labels" and isinstance(given, list | tuple)
        labels = []
        if many and not given and spec.default != ():
            found, why = f"{spec.written} names no rule", "the rule would come to nothing, without a word"
            self.faults.append(spot.fault("label/none", found, why, f'{spec.written} = ["label", …]'))
        for index, one in enumerate(given) if many else [(None, given)]:
            there = spot if index is None else spot.at(index)
            if not isinstance(one, str):
                write = '["label", …]' if spec.role == "labels" else 'one label in quotes: "…"'
                self.faults.append(there.fault("value/kind", f"{shown(one)} is not the label of a rule", "", write))
            elif one in labels:
                self.faults.append(there.fault("label/twice", f'"{one}" is named twice', "its money would count twice"))
            else:
                labels.append(Label(one))
                self.refers.append((one, there))
        if spec.role == "labels":
            return tuple(labels)
        return labels[0] if labels else None

    def _parts(self, spec: Parameter, given: Any, spot: Spot) -> Iterable[FrozenMap]:
        """A few records: their numbers become terms of the rule, each under the name of its part."""
        form = getattr(spec.type, "text_form", "")
        write = f'{spec.written} = ["{form}"]' if form else f"{spec.written} = [{{ … }}, …]"
        if not isinstance(given, list | tuple) or not given:
            found = f"{shown(given)} is not a list" if given else f"{spec.written} is an empty list"
            why = "" if given else "what says nothing is left out"
            self.faults.append(spot.fault("value/kind", found, why, write))
            return
        before: set[str] = set()
        for index, one in enumerate(given):
            there = spot.at(index)
            try:
                record = spec.type.from_text(one) if form and isinstance(one, str) else one
            except ValueError as error:
                self.faults.append(there.fault("value/kind", f"{shown(one)} cannot be read: {error}", "", write))
                continue
            if not isinstance(record, Mapping) or (form and record is one):
                found = f"{shown(one)} is not a {'text' if form else 'table'}, and each of {spec.written} is one"
                self.faults.append(there.fault("value/kind", found, "", write))
                continue
            made = structure(spec.fields, record, there, self.known, self.faults, whose=f"each of {spec.written}")
            self.terms.update({part_name(spec.name, index, name): term for name, term in made.terms.items()})
            named = [label for label, _ in made.refers]
            repeated = before.intersection(named)
            if repeated and not getattr(spec.type, "labels_repeat", False):
                found = f'"{min(repeated)}" is named twice'
                self.faults.append(there.fault("label/twice", found, "its money would count twice"))
            before.update(named)
            self.refers.extend(made.refers)
            yield FrozenMap({**made.shape, **dict.fromkeys(made.terms, ())})

    def _records(self, spec: Parameter, given: Any, spot: Spot) -> Iterable[Mapping[str, Term]]:
        if not isinstance(given, list | tuple) or not all(isinstance(one, Mapping) for one in given):
            write = f"[[rule.{spec.written}]] for each of them, with its keys below"
            found = f"{shown(given)} is not a list of records, and {spec.written} is one"
            self.faults.append(spot.fault("value/kind", found, "", write))
            return
        for index, one in enumerate(given):
            there = spot.at(index)
            made = structure(spec.fields, one, there, self.known, self.faults, whose=spec.name)
            if made.rows:
                raise RuleError(f"{spec.name}: a record of a rule holds no further list of records")
            self.refers.extend(made.refers)
            yield {**made.terms, **{n: constant(value, there.at(n), n) for n, value in made.shape.items()}}


def structure(
    parameters: Mapping[str, Parameter], given: Mapping[str, Any], spot: Spot, known: Known, faults: list[Fault], *,
    whose: str, common: Collection[str] = (),
) -> Structured:  # fmt: skip
    """Read every parameter of a block; ``common`` names keys that are read elsewhere. Faults are added, none raised."""
    reader = _Reader(known, faults)
    found = find_all(keys_of(parameters), given, spot, faults, common)
    told: set[str] = set()
    for spec in parameters.values():
        said = found[spec.name]
        if not said.readable:
            continue
        if said.given and spec.absent and isinstance(said.value, str) and said.value not in (spec.absent, *PARTIES):
            faults.append(_neither(spec, said))
            continue
        if said.given and spec.absent and said.value == spec.absent:
            _take_none(reader, spec, spot)
        elif said.given:
            reader.take(spec, said.value, said.spot)
        elif spec.needed and said.table:
            faults.append(_missing(parameters, spec, said, whose, known.money))
        elif spec.default is not attrs.NOTHING:
            _take_default(reader, spec, spot)
        elif spec.optional:
            if spec.role != "rows":
                _take_none(reader, spec, spot)
        elif said.table or spec.place[0] not in told:
            told |= set() if said.table else {spec.place[0]}
            faults.append(_missing(parameters, spec, said, whose, known.money))
    _unlike(parameters, reader.terms, faults)
    return Structured(terms=reader.terms, rows=reader.rows, shape=reader.shape, refers=tuple(reader.refers))


def _unlike(parameters: Mapping[str, Parameter], terms: Mapping[str, Term], faults: list[Fault]) -> None:
    """Two parameters that say the same and may not: payer and payee are never one."""
    for spec in parameters.values():
        one, other = terms.get(spec.name), terms.get(spec.unlike)
        if one is not None and other is not None and one.values == other.values:
            found = f"{spec.written} is the same as {parameters[spec.unlike].written}"
            faults.append(one.spot.fault("value/alike", found, "the two may not be one", "another one"))


def records_of(
    spec: Parameter, given: Any, spot: Spot, known: Known, faults: list[Fault]
) -> tuple[Mapping[str, Term], ...]:
    """Read one list of records."""
    return tuple(_Reader(known, faults)._records(spec, given, spot))


def _missing(parameters: Mapping[str, Parameter], spec: Parameter, said: Found, whose: str, money: str) -> Fault:
    """The fault of a key that has to be there; where its whole table is not, the fault of the table."""
    if said.table:
        write = f"[[rule.{spec.written}]]" if spec.role == "rows" else _to_write(spec, money)
        for table in reversed(spec.place[:-1]):
            write = f"{table} = {{ {write} }}"
        return said.spot.fault("key/missing", f"{whose} does not say {spec.written}", spec.meaning, write)
    table = spec.place[0]
    needed = [one for one in parameters.values() if one.place[0] == table and one.default is attrs.NOTHING]
    why = " ".join(one.meaning for one in needed if not one.optional)
    write = f"{table} = {{ {', '.join(f'{one.place[-1]} = …' for one in needed if not one.optional)}, … }}"
    return said.spot.fault("key/missing", f"{whose} does not say {table}", why, write)


def _to_write(spec: Parameter, money: str) -> str:
    writes = {"account": '"provider"', "prices": '"the list\'s name"', "label": '"label"', "labels": '["label"]'}
    value = example(spec.kind, money) if spec.role == "number" and spec.kind else writes.get(spec.role, "…")
    if isinstance(spec.type, type) and issubclass(spec.type, enum.Enum):
        value = " or ".join(shown(one.value) for one in spec.type)
    return f"{spec.place[-1]} = " + ('"…"' if spec.type is str else value)


def _neither(spec: Parameter, said: Found) -> Fault:
    """The fault of a text that is neither the one that says none, nor a value."""
    found = f'{shown(said.value)} is not "{spec.absent}", and names no account'
    return said.spot.fault("value/choice", found, spec.meaning, f'"{spec.absent}", or {{ pot = "…" }}')


def _take_none(reader: _Reader, spec: Parameter, spot: Spot) -> None:
    # Also for a number: that it is absent is the rule's shape.
    reader.shape[spec.name] = None


def _take_default(reader: _Reader, spec: Parameter, spot: Spot) -> None:
    """A default is read as if it had been written, or is a value of the language already."""
    default = spec.default.factory() if isinstance(spec.default, attrs.Factory) else spec.default  # type: ignore[arg-type]
    if default is None:
        _take_none(reader, spec, spot)
    elif spec.role == "rows":
        reader.rows[spec.name] = tuple(reader._records(spec, list(default), spot))
    elif isinstance(default, Series):
        reader.terms[spec.name] = constant(default.node.data[0], spot, spec.name)
    elif spec.is_column and spec.role == "number":
        value = _default_number(spec, default)
        reader.terms[spec.name] = constant(value, spot, spec.name)
    elif spec.role in ("label", "labels") or spec.is_column:
        reader.take(spec, default, spot)
    else:
        reader.shape[spec.name] = FrozenMap(default) if isinstance(default, Mapping) else default


def _default_number(spec: Parameter, default: Any) -> Any:
    assert spec.kind is not None
    try:
        return limit_of(spec.kind, default)
    except Refusal as refusal:
        raise RuleError(f"the default of {spec.name} cannot be read: {refusal}") from None


def term_of(spec: Parameter, given: Any, spot: Spot, known: Known, faults: list[Fault]) -> Term | None:
    """Read one number, account or price list, by year or date too; None if a fault was added."""
    if not isinstance(given, list):
        value = _single(spec, given, spot, known, faults)
        return None if value is _NONE else constant(value, spot, spec.written)
    if not given:
        write = "a value for each year, or for each date"
        faults.append(spot.fault("value/kind", f"{spec.written} is an empty list", "", write))
        return None
    if any(isinstance(one, Mapping) and "from" in one for one in given):
        return _by_date(spec, given, spot, known, faults)
    if spec.scheme:
        faults.append(spot.fault(
            "value/by-year", f"{spec.written} is given by the contract's years",
            "it is one number for the whole scheme", "[{ from = 2025-04-01, value = … }, …]",
        ))  # fmt: skip
        return None
    years = [_single(spec, one, spot.at(index), known, faults) for index, one in enumerate(given)]
    return None if _NONE in years else Term(spot=spot, name=spec.written, years=tuple(years))


def _by_date(spec: Parameter, given: list[Any], spot: Spot, known: Known, faults: list[Fault]) -> Term | None:
    before = len(faults)
    steps: dict[datetime.date, Any] = {}
    for index, one in enumerate(given):
        there = spot.at(index)
        if (keys := structured(DatedKeys, one, there, faults)) is None:
            continue
        if keys.from_ in steps:
            faults.append(there.at("from").fault(
                "value/two-at-once", f"{spec.written} has two values from {keys.from_}", "", "one value for each day"
            ))  # fmt: skip
        steps[keys.from_] = _single(spec, keys.value, there.at("value"), known, faults)
    if len(faults) > before:
        return None
    return Term(spot=spot, name=spec.written, steps=tuple(sorted(steps.items())))


def _single(spec: Parameter, given: Any, spot: Spot, known: Known, faults: list[Fault]) -> Any:
    """One value; ``_NONE`` if it was refused."""
    try:
        if spec.role == "account":
            account = account_of(given, spot, known.funds, faults)
            if account is not None and spec.scheme and not account.name:
                raise _scheme_account(given)
            return _NONE if account is None else account
        if spec.role == "prices":
            return _price_list(spec, given, known)
        assert spec.kind is not None
        value = value_of(spec.kind, given, money=known.money, textual=spot.textual)
        check_limits(spec.kind, value, given, spec.at_least, spec.at_most)
        return value
    except Refusal as refusal:
        faults.append(refusal.at(spot))
        return _NONE


def _scheme_account(given: Any) -> Refusal:
    why = "it is one account for the whole scheme, and this is another one in each contract"
    write = '{ fund = "…" } or { party = "QXX" }'
    return Refusal("account/scheme", f"{shown(given)} differs between contracts", why, write)


def _price_list(spec: Parameter, given: Any, known: Known) -> str:
    table = spec.table.name if spec.table else ""
    lists = known.price_lists.get(table, ())
    if not isinstance(given, str):
        raise Refusal("value/kind", f"{shown(given)} is not the name of a price list", "", '"national 2025/26"')
    if given not in lists:
        others = sorted(other for other, names in known.price_lists.items() if given in names)
        why = f"a list of that name is of the table {others[0]}" if others else "no [[price_list]] says so"
        found = f'there is no price list "{given}" of the table {table}'
        raise Refusal("price-list/unknown", found, why, did_you_mean(given, lists))
    return given


def is_shape(spec: Parameter) -> bool:
    """True for what decides how rules are composed, and so may not differ between contracts of one scheme rule."""
    return spec.role in ("label", "labels", "parts", "shape")
