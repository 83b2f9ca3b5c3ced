"""Price steps: how a derived list comes from its base, one step after another.

``{ uplift = "4.83%", efficiency = "2.0%", round = "pound" }`` is the step that is called ``uplift``: the first
key that is the name of a step chooses it, the others are its parameters, and ``round`` is common to all steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tallystick.files.spots import Spot
from tallystick.files.structure import Known, structure
from tallystick.files.terms import Term
from tallystick.files.values import shown
from tallystick.kernel.case import PriceStepUse, Timeline
from tallystick.kernel.errors import Fault, did_you_mean
from tallystick.kernel.plugins import Plugins

ROUND_TO = {"penny": 1, "pound": 100}
"""What prices may be rounded to after a step, in minor units."""


def read_steps(
    given: Any, spot: Spot, plugins: Plugins, known: Known, faults: list[Fault]
) -> tuple[PriceStepUse, ...]:  # fmt: skip
    """Read the steps of a derived list; faults are added."""
    if not isinstance(given, list | tuple) or not all(isinstance(one, Mapping) for one in given):
        write = '[{ uplift = "4.83%" }, …]'
        faults.append(spot.fault("value/kind", f"{shown(given)} is not a list of steps", "", write))
        return ()
    uses = [_read_step(one, spot.at(index), plugins, known, faults) for index, one in enumerate(given)]
    return tuple(use for use in uses if use is not None)


def _read_step(
    given: Mapping[str, Any], spot: Spot, plugins: Plugins, known: Known, faults: list[Fault]
) -> PriceStepUse | None:
    name = next((key for key in given if key in plugins.steps), None)
    if name is None:
        tried = next((key for key in given if key != "round"), "")
        found = f'there is no price step "{tried}"' if tried else "the step says nothing"
        faults.append(spot.at(tried).fault("step/unknown", found, "", did_you_mean(tried, plugins.steps), key=True))
        return None
    cls = plugins.steps[name].what
    before = len(faults)
    parts = structure(cls.parameters, _by_parameter(name, given, cls), spot, known, faults, whose=f"the step {name}")
    values = {one: timeline for one, term in parts.terms.items() if (timeline := _fixed(term, faults)) is not None}
    round_to = ROUND_TO.get(str(given.get("round", "penny")))
    if round_to is None:
        found = f"prices cannot be rounded to {shown(given['round'])}"
        faults.append(spot.at("round").fault("value/choice", found, "", '"penny" or "pound"'))
    if len(faults) > before:
        return None
    says = ", ".join(f"{key} {value}" for key, value in given.items() if key != "round")
    if "round" in given:
        says += f", rounded to the {given['round']}"
    return PriceStepUse(
        cls=cls, values=values, shape=parts.shape, round_to=round_to if "round" in given else None, says=says
    )  # fmt: skip


def _by_parameter(name: str, given: Mapping[str, Any], cls: Any) -> dict[str, Any]:
    """The step's keys by parameter: the key that chose it is the parameter of that name, or the first."""
    first = name.replace("-", "_")
    if first not in cls.parameters:
        first = next(iter(cls.parameters), first)
    return {(first if key == name else key): value for key, value in given.items() if key != "round"}


def _fixed(term: Term, faults: list[Fault]) -> Timeline | None:
    if term.fixed is None:
        faults.append(term.spot.fault(
            "value/by-year", f"{term.name} differs between contracts", "a price list is the same in all contracts",
            "one value, or [{ from = 2025-04-01, value = … }, …]",
        ))  # fmt: skip
    return term.fixed
