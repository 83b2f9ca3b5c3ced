"""Rules: the base class that every payment mechanism is written on.

::

    @rule("marginal-rate")
    class MarginalRate(Rule):
        \"\"\"(fixed headings: what it pays, who pays whom, how it is worked out, example, source)\"\"\"

        on: Label = parameter("The rule whose payment is limited.")
        baseline: Amount = parameter("Up to here it is paid in full.")

        @hookimpl
        def incentive(self, paid, contract):
            ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, dataclass_transform

import attrs

from tallystick.kernel.errors import RuleError
from tallystick.kernel.language.series import Price
from tallystick.kernel.parameters import Parameter, parameter, parameters_of, twin_value

C = TypeVar("C", bound=type)


class Rule:
    """The base of all rules. A rule only adds: it yields flows and figures, and never changes another's."""

    rule_name: ClassVar[str]
    version: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    """Shorter names by which a contract may call the rule; everything else calls it by its name."""
    parameters: ClassVar[dict[str, Parameter]]
    is_budget: ClassVar[bool] = False
    """True for a rule that always pays a sum for care that something else paid for before: it says what it replaces."""


class PriceStep:
    """The base of all price steps: one step of a derived price list, from one price to the next."""

    step_name: ClassVar[str]
    parameters: ClassVar[dict[str, Parameter]]

    def price_step(self, price: Price, other: Callable[[str], Any]) -> Price:
        """Return the next price. ``other("benchmark")`` is the same code's price in another list; may be missing."""
        raise NotImplementedError


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False, field_specifiers=(parameter,))
def rule(name: str, *, version: str = "1", aliases: tuple[str, ...] = ()) -> Callable[[C], C]:
    """Declare the class below as the rule that contracts call ``name``, or one of its ``aliases``."""

    def declare(cls: C) -> C:
        made = _frozen(cls, Rule, name)
        made.rule_name, made.version, made.aliases = name, version, aliases
        return made  # type: ignore[no-any-return]

    return declare


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False, field_specifiers=(parameter,))
def price_step(name: str) -> Callable[[C], C]:
    """Declare the class below as the price step that a price list calls ``name``."""

    def declare(cls: C) -> C:
        made = _frozen(cls, PriceStep, name)
        made.step_name = name
        return made  # type: ignore[no-any-return]

    return declare


def _frozen(cls: Any, base: type, name: str) -> Any:
    if not issubclass(cls, base):
        raise RuleError(f"{name}: {cls.__name__} has to be a subclass of {base.__name__}")
    if attrs.has(cls) and "__attrs_attrs__" in vars(cls):
        raise RuleError(
            f"{name}: {cls.__name__} is an attrs class already, and this decorator makes it one: take attrs' away"
        )
    if cls.__eq__ is not object.__eq__:
        raise RuleError(f"{name}: {cls.__name__} defines __eq__: take it away, a rule equals nothing but itself")
    made = attrs.define(cls, frozen=True, eq=False, slots=False, kw_only=True)
    made.parameters = parameters_of(made)
    return made


def twin(cls: type, identity: str, shape: dict[str, Any]) -> Any:
    """The rule as it is traced: columns for its numbers, the given choices for its shape; nothing validated twice."""
    made: Any = object.__new__(cls)
    for spec in cls.parameters.values():  # type: ignore[attr-defined]
        object.__setattr__(made, spec.name, twin_value(spec, identity, shape.get(spec.name)))
    return made


__all__ = ["PriceStep", "Rule", "parameter", "price_step", "rule", "twin"]
