"""Reducing: a world that goes wrong, made smaller part by part for as long as it goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from tests.properties.worlds import World

Wrong = Callable[[World], object]
MOST_TRIES = 400


def reduced(world: World, wrong: Wrong) -> World:
    """The smallest world found that is still wrong; a world that raises is not."""
    tries, going_on = 0, True
    while going_on and tries < MOST_TRIES:
        going_on = False
        for smaller in _smaller(world):
            tries += 1
            if tries > MOST_TRIES:
                break
            if _still(smaller, wrong):
                world, going_on = smaller, True
                break
    return world


def _still(world: World, wrong: Wrong) -> bool:
    try:
        return bool(wrong(world))
    except Exception:  # a world that was cut apart may have no meaning at all
        return False


def _smaller(world: World) -> Iterator[World]:
    if len(world.contracts) > 1:
        yield from (attrs.evolve(world, contracts=fewer) for fewer in _without_one(world.contracts))
    for place, rule in enumerate(world.rules):
        for part in ("claims", "moves", "more"):
            for fewer in (*_without_one(getattr(rule, part)), *_shorter(getattr(rule, part))):
                made = attrs.evolve(rule, **{part: fewer})
                yield attrs.evolve(world, rules=(*world.rules[:place], made, *world.rules[place + 1 :]))
    for place, contract in enumerate(world.contracts):
        for uses in _without_one(contract.uses):
            made = attrs.evolve(contract, uses=uses)
            yield attrs.evolve(world, contracts=(*world.contracts[:place], made, *world.contracts[place + 1 :]))
    for name, rows in world.rows.items():
        halves = (rows[: len(rows) // 2], rows[len(rows) // 2 :]) if len(rows) > 3 else ()
        for fewer in (*halves, *_without_one(rows)):
            yield attrs.evolve(world, rows={**world.rows, name: list(fewer)})


def _without_one(items: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    yield from ((*items[:place], *items[place + 1 :]) for place in range(len(items)))


def _shorter(saying: Any) -> Iterator[Any]:
    """The same saying with a part of it replaced by a part of that part."""
    if not isinstance(saying, tuple):
        return
    for place, part in enumerate(saying):
        inner: list[Any] = []
        if isinstance(part, tuple):
            inner = [*(one for one in part if isinstance(one, tuple)), *_shorter(part)]
        elif isinstance(part, Mapping):
            inner = [{**part, key: one} for key, value in part.items() for one in _shorter(value)]
        yield from ((*saying[:place], one, *saying[place + 1 :]) for one in inner)


def told(world: World) -> str:
    """The world in as few lines as it has parts, to paste into a test."""
    rules = [f"  {rule!r}" for rule in world.rules]
    contracts = [f"  {contract!r}" for contract in world.contracts]
    rows = [f"  {name}: {row!r}" for name, listed in world.rows.items() for row in listed]
    lists = [f"  base {world.base!r}", f"  local {world.local!r}"]
    rest = f"  steps {world.steps!r}, opening {world.opening}, rounding {world.rounding}, as at {world.as_at}"
    return "\n".join([*rules, *contracts, *rows, *lists, rest])
