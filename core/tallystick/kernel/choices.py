"""What a rule's block says and the rule cannot work with: told where it is said, and not as a fault of the rule.

A rule says what it cannot work with by ``RuleError(…, about=…)``: a text that was chosen, such as a table's name,
or the name of a parameter, such as ``on`` or, for a part of it, ``tiers.1``. Where a rule's block says neither, the
error is one of the rule itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from tallystick.kernel.case import RuleEntry, Timeline, always
from tallystick.kernel.errors import Fault, RuleError
from tallystick.kernel.language.nodes import walk
from tallystick.kernel.language.profile import percent
from tallystick.kernel.parameters import part_name

if TYPE_CHECKING:
    from tallystick.kernel.program import Program, Use

Steps = tuple[str | int, ...]
"""The way from a rule's block to a part of what it says."""


def faults_of(error: Exception, entries: Iterable[RuleEntry]) -> list[Fault]:
    """The fault of every block that makes the choice; none if no block does, and the rule itself is at fault."""
    if not isinstance(error, RuleError) or not error.about:
        return []
    places = {id(entry.place): entry for entry in entries if entry.place is not None}
    return [fault for entry in places.values() for fault in _of_entry(error, entry)]


def _of_entry(error: RuleError, entry: RuleEntry) -> Iterator[Fault]:
    assert entry.place is not None
    found = f'"{entry.label}": {error.says}' if entry.label else error.says
    parameters = entry.cls.parameters
    paths = sorted(_paths(error.about, entry.shape, ()), key=lambda one: len(one[0]))
    name, *part = error.about.split(".")
    if paths:  # where a text is chosen twice, as a table and as its column, the inner place is the narrower
        (first, *more), at_key = paths[-1]
        place = entry.place.at(*parameters[first].place, *more)
        yield place.fault("rule/choice", found, "", error.write, key=at_key)
    elif name in parameters and all(one.isdigit() for one in part):
        place = entry.place.at(*parameters[name].place, *map(int, part))
        yield place.fault("rule/choice", found, "", error.write, key=not part)


def _paths(text: str, given: Any, above: Steps) -> Iterator[tuple[Steps, bool]]:
    """Where a text stands in a rule's choices, and whether it is the name of a key there."""
    if isinstance(given, str):
        if given == text:
            yield above, False
    elif isinstance(given, Mapping):
        for name, one in given.items():
            if above and name == text:
                yield (*above, name), True
            yield from _paths(text, one, (*above, name))
    elif isinstance(given, tuple | list):
        for number, one in enumerate(given):
            yield from _paths(text, one, (*above, number))
    elif attrs.has(type(given)):
        for attribute in attrs.fields(type(given)):
            yield from _paths(text, getattr(given, attribute.name), (*above, attribute.name))


def listed_twice(program: Program) -> list[Fault]:
    """Records of a rule that are alike in what they are looked up by: nobody could tell which of them is meant."""
    faults: dict[tuple[int, str, int], Fault] = {}
    for use in program.uses.values():
        entries = {id(entry.place): entry for entry in use.holders.values() if entry.place is not None}
        for name, keys, fixed in _looked_up(use):
            for entry in entries.values():
                for number, fault in _alike(entry, name, keys, fixed):
                    faults.setdefault((id(entry.place), name, number), fault)
    return list(faults.values())


def not_whole(program: Program) -> list[Fault]:
    """Records whose shares do not sum to 100% on some day: money would be given out that is not there, or forgotten."""
    entries: dict[int, tuple[RuleEntry, list[tuple[str, str]]]] = {}
    for use in program.uses.values():
        fields = [
            (name, one.name) for name, spec in use.cls.parameters.items() for one in spec.fields.values() if one.whole
        ]
        if fields:
            entries.update({id(entry.place or entry): (entry, fields) for entry in use.holders.values()})
    return [
        fault
        for entry, fields in entries.values()
        for name, field in fields
        if (shares := _shares(entry, name, field))
        for fault in _not_whole(entry, name, field, shares)
    ]


def _shares(entry: RuleEntry, name: str, field: str) -> list[Timeline]:
    """What every record of a list, or every part, says in a field."""
    listed = [record[field] for record in entry.rows.get(name, ()) if field in record]
    parts = [part_name(name, place, field) for place in range(len(entry.shape.get(name, ())))]
    return listed or [entry.values[one] for one in parts if one in entry.values]


def _not_whole(entry: RuleEntry, name: str, field: str, shares: list[Timeline]) -> Iterator[Fault]:
    begun = max(share.steps[0][0] for share in shares)  # before it one of them is not in force, which is told elsewhere
    for day in sorted({max(start, begun) for share in shares for start, _ in share.steps}):
        whole = sum((Fraction(share.at(day)) for share in shares), Fraction(0))
        if whole != 1:
            since = "" if day == datetime.date.min else f" from {day}"
            found = f'"{entry.label}": the values of {field} of all {name} sum to {percent(whole)}{since}'
            why = "they are shares of one whole, and no penny may be left over or given out twice"
            write = "shares that sum to 100%, as percentages or as ratios such as 1/3"
            if entry.place is None:
                yield Fault(code="rule/not-whole", found=found, why=why, write=write)
            else:
                yield entry.place.at(name).fault("rule/not-whole", found, why, write, key=True)
            return


def _looked_up(use: Use) -> Iterator[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]]:
    """Each list of records that the rule looks into: its parameter, by which fields, and what is fixed."""
    for node in walk(*use.traced.nodes()):
        if node.op == "find" and node.data[5] and str(node.data[0]).startswith(f"{use.identity}:"):
            _, _, keys, fixed = node.data[:4]
            yield str(node.data[0]).removeprefix(f"{use.identity}:"), keys, fixed  # type: ignore[misc]


def _alike(
    entry: RuleEntry, name: str, keys: tuple[str, ...], fixed: tuple[tuple[str, str], ...]
) -> Iterator[tuple[int, Fault]]:
    assert entry.place is not None
    seen: dict[tuple[Timeline, ...], int] = {}
    for number, record in enumerate(entry.rows.get(name, ())):
        if any(one not in record for one in keys) or any(record.get(one) != always(text) for one, text in fixed):
            continue
        key = tuple(record[one] for one in keys)
        first = seen.setdefault(key, number)
        if first != number:
            alike = ", ".join(f'{one} "{record[one].only}"' for one in dict.fromkeys([*keys, *(n for n, _ in fixed)]))
            found = f'"{entry.label}": {name} has two records for {alike}'
            why = "a rule looks one record up there, and would not know which to take"
            yield (
                number,
                entry.place.at(name, number).fault("rule/listed-twice", found, why, "one of the two", key=True),
            )
