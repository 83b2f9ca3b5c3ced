"""Agreeing: reading a world by both paths, and what may differ between them."""

from __future__ import annotations

from attrs import evolve
from hypothesis import HealthCheck, Phase, settings

from tallystick.kernel import check, pay
from tallystick.kernel.errors import InputError, SettlementError
from tallystick.kernel.program import Program, compose
from tallystick.kernel.settlement import reads_the_day
from tests.properties.worlds import AS_AT, World

Parts = dict[str, list[tuple[object, ...]]]


SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def generating(percent: int) -> settings:
    """How many worlds: a part of what the profile says, since a world is more than a number."""
    said = settings()
    most = max(1, said.max_examples * percent // 100)
    # a world comes from one number, which says nothing when it is smaller: see ``reducing``
    phases = [phase for phase in said.phases if phase is not Phase.shrink]
    return settings(max_examples=most, suppress_health_check=SLOW, phases=phases)


def by_check(world: World, program: Program) -> Parts | str:
    """Every part of the reference's reading, or the code of what is wrong with the input."""
    try:
        return dict(check.read(program, world.rows).parts())
    except InputError as error:
        return f"input: {error.faults[0].code}"


def by_pay(world: World, program: Program) -> Parts | str:
    """Every part of the pay path's reading, or why there is none."""
    try:
        return dict(pay.read(program, world.facts()).parts())
    except InputError as error:
        return f"input: {error.faults[0].code}"
    except SettlementError as error:
        return f"refused: {error}"


def readings(world: World) -> tuple[Parts | str, Parts | str]:
    """The world as both paths read it: the reference first. Whoever asks for a day of the run has one: others settle
    without, and :func:`tallystick.kernel.settlement.settle` refuses these.
    """
    program = compose(world.case())
    if program.case.as_at is None and reads_the_day(program):
        program = compose(evolve(world, as_at=AS_AT).case())
    assert not program.stopped, {name: stop.why for name, stop in program.stopped.items()}
    return by_check(world, program), by_pay(world, program)


def differences(one: Parts | str, other: Parts | str) -> dict[str, tuple[object, object]]:
    """What only one of two readings has, by its part; nothing where they are equal.

    A contract with faults of two kinds may be stopped for the one that is met first, and that need not be the same.
    """
    if isinstance(one, str) or isinstance(other, str):
        return {} if one == other else {"outcome": (_outcome(one), _outcome(other))}
    found = {
        name: (sorted(set(one[name]) - set(other[name])), sorted(set(other[name]) - set(one[name])))
        for name in one
        if one[name] != other[name] and name != "faults"
    }
    why, whys = _by_contract(one), _by_contract(other)
    if set(why) != set(whys) or any(not why[contract] & whys[contract] for contract in why):
        found["faults"] = (why, whys)
    return found


def _outcome(reading: Parts | str) -> str:
    return reading if isinstance(reading, str) else "a reading"


def _by_contract(reading: Parts) -> dict[object, set[object]]:
    faults: dict[object, set[object]] = {}
    for contract, why in reading["faults"]:
        faults.setdefault(contract, set()).add(why)
    return faults


REFUSALS = (
    "ratios over different numbers cannot be summed row by row",
    "running(…) of ratios over different numbers cannot be worked out",
    "what stands below the line of a ratio may reach",  # several ratios over large primes multiplied together
    "a ratio brought to a common denominator may reach",
    "add of two rates may reach",
)
"""What the pay path may always say: it refuses, by name, and the reference can."""
TOO_WIDE = ("wider than can be computed exactly", "which cannot be computed exactly")
"""What it may say besides where amounts are near the end of 64 bits."""


def may_refuse(world: World, why: Parts | str) -> bool:
    """True if the pay path is allowed to give this instead of a reading."""
    if not isinstance(why, str) or not why.startswith("refused: "):
        return False
    return any(words in why for words in (*REFUSALS, *(TOO_WIDE if world.wide else ())))
