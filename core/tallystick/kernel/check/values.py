"""Values: what a node is worth for one member, worked out from what its arguments are worth for it."""

from __future__ import annotations

from fractions import Fraction

from tallystick.kernel.check.members import Member, Value
from tallystick.kernel.check.operations import PLAIN, round_half_up
from tallystick.kernel.grains import Grain
from tallystick.kernel.language.nodes import Kind, Node

EXACT = (Kind.PRICE, Kind.RATE)


class Values:
    """The operations that look at one member alone; what reaches for others is left to ``reach``."""

    def __init__(self, rounding: int) -> None:
        self.rounding = rounding
        self._known: dict[tuple[bytes, Member], Value] = {}
        """By the node's digest, which says what the node says."""

    def at(self, grain: Grain, member: Member) -> Member:
        """The member of a coarser grain that this one belongs to."""
        raise NotImplementedError

    def reach(self, node: Node, at: Member) -> Value:
        """What a column, a term, a total, a lookup is worth: whatever is not told by the arguments alone."""
        raise NotImplementedError

    def value(self, node: Node, member: Member) -> Value:
        """What the node is worth for the member, or for the coarser one that it belongs to; None if missing."""
        at = member if node.grain.name == member.grain else self.at(node.grain, member)
        key = node.digest, at
        if key not in self._known:
            self._known[key] = exactly(node.kind, self._work(node, at))
        return self._known[key]

    def _work(self, node: Node, at: Member) -> Value:
        if node.op == "literal":
            return node.data[0]  # type: ignore[return-value]
        if node.op in ("named", "line", "at_period"):
            return self.value(node.args[0], at)
        if node.op == "when":
            condition = self.value(node.args[0], at)
            return None if condition is None else self.value(node.args[1 if condition else 2], at)
        if node.op == "or_else":
            found = self.value(node.args[0], at)
            return self.value(node.args[1], at) if found is None else found
        if node.op == "is_missing":
            return self.value(node.args[0], at) is None
        if node.op in PLAIN or node.op in ("scale", "round"):
            return self._plain(node, at)
        return self.reach(node, at)

    def _plain(self, node: Node, at: Member) -> Value:
        given = [self.value(arg, at) for arg in node.args]
        for one in given:
            if one is None:
                return None
        if node.op == "scale":
            return round_half_up(PLAIN["mul"](*given), self.rounding)
        if node.op == "round":
            return round_half_up(given[0], self.rounding)  # type: ignore[arg-type]
        return PLAIN[node.op](*given, *node.data)  # type: ignore[no-any-return]


def exactly(kind: Kind, value: Value) -> Value:
    """The value as its kind is kept: a price and a rate as a fraction, whatever whole number it happens to be."""
    return Fraction(value) if kind in EXACT and isinstance(value, int) else value
