"""Parameters by the keys of a block: most stand under their own name, some inside a table of the block.

``pays = { from = "commissioner", each = "£118.50" }`` holds two parameters, at the paths ``pays.from`` and
``pays.each``. A key that no parameter takes is a fault at its own place, however deep.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import attrs
from attrs import field, frozen

from tallystick.files.spots import Spot
from tallystick.files.strict import unknown_key
from tallystick.files.values import shown
from tallystick.kernel.errors import Fault
from tallystick.kernel.parameters import Parameter

_NOTHING = object()


@frozen(eq=False)
class Keys:
    """The keys of a block, or of a table in it: parameters by key, tables by key, and who takes all other keys."""

    own: dict[str, Parameter] = field(factory=dict)
    tables: dict[str, Keys] = field(factory=dict)
    others: list[Parameter] = field(factory=list)

    @property
    def names(self) -> list[str]:
        """Every key that may be written, in the order of the parameters."""
        return [*self.own, *self.tables]


@frozen(eq=False)
class Found:
    """What a block says for one parameter. ``given`` says whether it says anything, ``table`` whether its table does.

    ``readable`` is false where the table that it stands in is no table, which has been told.
    """

    value: Any
    spot: Spot
    given: bool
    table: bool
    readable: bool = True


def keys_of(parameters: Mapping[str, Parameter]) -> Keys:
    """The keys that parameters stand at."""
    made = Keys()
    for spec in parameters.values():
        *above, last = spec.place
        table = made
        for key in [*above, last] if spec.is_open else above:
            table = table.tables.setdefault(key, Keys())
        if spec.is_open:
            table.others.append(spec)
        else:
            table.own[last] = spec
    return made


def find_all(
    keys: Keys, given: Mapping[str, Any], spot: Spot, faults: list[Fault], common: Collection[str] = ()
) -> dict[str, Found]:
    """What the block says, by the names of the parameters; keys that nothing reads are faults."""
    return dict(_find(keys, given, spot, faults, common, written=True))


def _find(
    keys: Keys, given: Mapping[str, Any] | None, spot: Spot, faults: list[Fault], common: Collection[str], *,
    written: bool,
) -> Iterator[tuple[str, Found]]:  # fmt: skip
    """``given`` is None where there is no table: it is left out, or ``written`` as something else."""
    names = [*keys.names, *common]
    rest = {name: value for name, value in (given or {}).items() if name not in names}
    if not keys.others:
        faults.extend(unknown_key(name, names, spot) for name in rest)
    for spec in keys.others:
        yield spec.name, Found(rest, spot, bool(rest), given is not None, given is not None or not written)
    for name, spec in keys.own.items():
        value = (given or {}).get(name, _NOTHING)
        found = Found(
            None if value is _NOTHING else value, spot.at(name), value is not _NOTHING, given is not None,
            given is not None or not written,
        )  # fmt: skip
        yield spec.name, found
    for name, table in keys.tables.items():
        inner = (given or {}).get(name)
        there = spot.at(name)
        if inner is not None and not isinstance(inner, Mapping):
            write = (
                f"{name} = {{ {', '.join(f'{one} = …' for one in [*table.names, *(['…'] if table.others else [])])} }}"
            )
            faults.append(there.fault("value/kind", f"{shown(inner)} is not a table, and {name} is one", "", write))
            yield from _find(table, None, there, faults, (), written=True)
        else:
            if inner is not None and not inner and not any(map(_is_needed, table.own.values())):
                write = f"{name} = {{ {' = …, or '.join(table.names)} = … }}"
                faults.append(there.fault("key/missing", f"{name} says nothing", "", write))
            yield from _find(table, inner, there, faults, (), written=inner is not None)


def _is_needed(spec: Parameter) -> bool:
    return spec.needed or (spec.default is attrs.NOTHING and not spec.optional)


def flat(parameters: Mapping[str, Parameter], given: Mapping[str, Any], spot: Spot) -> Iterator[tuple[str, Any, Spot]]:
    """Every key of a block with its value and place, those in its tables by their path: ``pays.each``."""
    yield from _flat(keys_of(parameters), given, spot, "")


def _flat(keys: Keys, given: Mapping[str, Any], spot: Spot, above: str) -> Iterator[tuple[str, Any, Spot]]:
    for name, value in given.items():
        table = keys.tables.get(name)
        if table is not None and not table.others and isinstance(value, Mapping):
            yield from _flat(table, value, spot.at(name), f"{above}{name}.")
        else:
            yield f"{above}{name}", value, spot.at(name)


def by_path(parameters: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Parameters by what they are called in a file."""
    return {spec.written: spec for spec in parameters.values()}
