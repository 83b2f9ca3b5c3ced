"""Changing: a case with one thing changed, as somebody does who tries a scheme with another number."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from tallystick.kernel.case import Case, ContractCase, RuleEntry, Timeline
from tests.properties.chance import Chance

Change = Callable[[Chance, Case], Case]


def changed(of: Chance, case: Case) -> Case:
    """The case with something changed: a number of one contract, or much at once, so that it is seen."""
    often = (_a_number, _the_numbers_of_a_contract, _the_numbers_of_a_contract, _the_prices)
    seldom = (
        _a_record,
        _a_record,
        _a_party,
        _one_rule_less,
        _the_rounding,
        _the_rules_of_another,
        _the_rules_of_another,
    )
    return of.pick(*often, *often, *seldom)(of, case)


def _other(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Fraction):
        return value / 2 if value.denominator == 1 else value + Fraction(1, 8)
    if isinstance(value, int):
        return value + 1
    return value + datetime.timedelta(days=1) if isinstance(value, datetime.date) else value


def _later(line: Timeline) -> Timeline:
    return Timeline(tuple((day, _other(value)) for day, value in line.steps))


def _with_entry(of: Chance, case: Case, make: Callable[[RuleEntry], RuleEntry]) -> Case:
    """Some rule of some contract made anew."""
    contracts = list(case.contracts)
    place = of.pick(*range(len(contracts)))
    entries = list(contracts[place].rules)
    if not entries:
        return case
    which = of.pick(*range(len(entries)))
    entries[which] = make(entries[which])
    contracts[place] = attrs.evolve(contracts[place], rules=tuple(entries))
    return attrs.evolve(case, contracts=tuple(contracts))


def _a_number(of: Chance, case: Case) -> Case:
    def made(entry: RuleEntry) -> RuleEntry:
        if not entry.values:
            return entry
        name = of.pick(*sorted(entry.values))
        return attrs.evolve(entry, values={**entry.values, name: _later(entry.values[name])})

    return _with_entry(of, case, made)


def _the_numbers_of_a_contract(of: Chance, case: Case) -> Case:
    place = of.pick(*range(len(case.contracts)))
    entries = tuple(
        attrs.evolve(entry, values={name: _later(line) for name, line in entry.values.items()})
        for entry in case.contracts[place].rules
    )
    return _with(case, place, attrs.evolve(case.contracts[place], rules=entries))


def _a_record(of: Chance, case: Case) -> Case:
    def made(entry: RuleEntry) -> RuleEntry:
        lists = sorted(name for name, records in entry.rows.items() if records)
        if not lists:
            return entry
        name = of.pick(*lists)
        return attrs.evolve(entry, rows={**entry.rows, name: _some_other(of, entry.rows[name], _later)})

    return _with_entry(of, case, made)


def _some_other(of: Chance, records: Sequence[Mapping[str, Any]], other: Callable[[Any], Any]) -> list[Any]:
    place = of.pick(*range(len(records)))
    name = of.pick(*sorted(records[place]))
    return [{**one, name: other(one[name])} if at == place else one for at, one in enumerate(records)]


def _the_prices(of: Chance, case: Case) -> Case:
    if not case.prices:
        return case
    key = of.pick(*sorted(case.prices))
    rows = [
        {name: _other(v) if isinstance(v, (int, Fraction)) else v for name, v in row.items()}
        for row in case.prices[key].rows
    ]
    return attrs.evolve(case, prices={**case.prices, key: attrs.evolve(case.prices[key], rows=rows)})


def _a_party(of: Chance, case: Case) -> Case:
    place = of.pick(*range(len(case.contracts)))
    other = of.pick(*case.contracts)
    return _with(case, place, attrs.evolve(case.contracts[place], provider=other.provider))


def _one_rule_less(of: Chance, case: Case) -> Case:
    """Without its last rule; what referred to that goes wrong then, and as anew."""
    place = of.pick(*range(len(case.contracts)))
    rules = case.contracts[place].rules
    fewer = tuple(one for one in rules if one is not rules[-1]) if len(rules) > 1 else rules
    return _with(case, place, attrs.evolve(case.contracts[place], rules=fewer))


def _the_rules_of_another(of: Chance, case: Case) -> Case:
    place = of.pick(*range(len(case.contracts)))
    return _with(case, place, attrs.evolve(case.contracts[place], rules=of.pick(*case.contracts).rules))


def _the_rounding(of: Chance, case: Case) -> Case:
    return attrs.evolve(case, rounding=of.pick(1, 100))


def _with(case: Case, place: int, contract: ContractCase) -> Case:
    contracts = (*case.contracts[:place], contract, *case.contracts[place + 1 :])
    return attrs.evolve(case, contracts=contracts)
