"""Grains: whose value an expression is, one row's, one contract's, the scheme's.

A grain is a table's key. Each grain determines coarser ones: an activity row determines its contract, a
contract its provider, its commissioner and the scheme. Two grains meet if one determines the other, and
the finer of them is the grain of the result; otherwise it is an error that lists where both could be
totalled. A period is a coordinate of every grain and not a grain of its own.

``TERMS`` is the grain of a contract's numbers before it is known when they are read: beside a row they
are read at the row's date, beside a contract's total at the first day of the period.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from tallystick.kernel.errors import RuleError


@frozen(order=True)
class Grain:
    """A table's key, by name, with every coarser grain that it determines."""

    name: str
    determines: frozenset[str] = field(factory=frozenset, eq=False, order=False)
    """Names of the coarser grains, ``everywhere`` left out."""
    table: str = field(default="", eq=False, order=False)
    """The table whose rows these are; empty for the grains of contracts and parties."""

    def reaches(self, other: Grain) -> bool:
        """True if one value at this grain has exactly one value at the other."""
        return self.name == other.name or other.name in self.determines or other.name == "everywhere"

    def __str__(self) -> str:
        return self.name


EVERYWHERE = Grain("everywhere")
SCHEME = Grain("scheme")
PROVIDER = Grain("provider", frozenset({"scheme"}))
COMMISSIONER = Grain("commissioner", frozenset({"scheme"}))
CONTRACT = Grain("contract", frozenset({"terms", "provider", "commissioner", "scheme"}))
TERMS = Grain("terms", frozenset({"scheme"}))

TARGETS = {grain.name: grain for grain in (CONTRACT, PROVIDER, COMMISSIONER, SCHEME)}
"""The grains that a total can go to by name."""


def row_grain(table: str) -> Grain:
    """The grain of one row of a table of facts: it determines its contract and all that follows."""
    return Grain(table, frozenset({"contract", *CONTRACT.determines}), table)


def prices_grain(table: str) -> Grain:
    """The grain of one row of a price list, of no contract; a price step's numbers are read at its first day."""
    return Grain(table, frozenset({"terms"}), table)


def meet(grains: Iterable[Grain], doing: str) -> Grain:
    """Return the finest of the grains, which must determine all the others.

    Raises RuleError naming the two that do not meet and the grains that both could be totalled to.
    """
    finest = EVERYWHERE
    for grain in grains:
        if finest.reaches(grain):
            continue
        if (
            not grain.reaches(finest)
            and "terms" in (finest.name, grain.name)
            and CONTRACT.reaches(finest)
            and CONTRACT.reaches(grain)
        ):
            grain = CONTRACT  # a contract's number beside its provider's value: one for each contract and period
        elif not grain.reaches(finest):
            raise RuleError(_do_not_meet(finest, grain, doing))
        finest = grain
    return finest


def _do_not_meet(one: Grain, other: Grain, doing: str) -> str:
    shared = [name for name, grain in TARGETS.items() if one.reaches(grain) and other.reaches(grain)]
    where = " or ".join(f'total(…, to="{name}")' for name in shared)
    advice = f"bring both to one grain first, with {where}" if shared else "nothing is coarser than both"
    return f"{doing}: a value for each {one} does not meet a value for each {other}; {advice}"
