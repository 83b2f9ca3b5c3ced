"""Guarded: rows in which every sum is nothing need not be worked out, nor look anything up.

A census of four days is paid for by one of them, and a price for some services by those. What all sums of a scan
say first, before they look anything up, leaves the other rows out.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_

from tallystick.kernel.language.nodes import Node, walk

_AROUND = ("running", "first", "earlier")
_LOOKS = ("find", "exists", *_AROUND)
_PASSES_NOTHING_ON = ("scale", "round", "round_to", "mul", "neg", "as_rate")
"""What makes nothing of nothing in any of its parts."""
_NOTHING_OF_NOTHINGS = ("add", "sub", "min", "max")
"""What makes nothing of nothing in all of its parts."""


def guard(sums: Iterable[Node]) -> list[Node]:
    """The conditions without any of which each of the sums is nothing; only those that look nothing up."""
    found = [_needs(node.bare) for node in sums]
    shared = reduce(and_, found) if found else frozenset()
    return sorted((one for one in shared if not _looks(one)), key=lambda one: one.digest)


def looks_around(nodes: Iterable[Node]) -> bool:
    """Whether a row looks at other rows of its table."""
    return any(part.op in _AROUND for part in walk(*nodes))


def _looks(node: Node) -> bool:
    return not node.grain.table or any(part.op in _LOOKS for part in walk(node))


def _needs(node: Node) -> frozenset[Node]:
    """What must hold for a number to be more or less than nothing."""
    if node.op == "when" and _is_nothing(node.args[2]):
        return _holds(node.args[0]) | _needs(node.args[1])
    if node.op in _PASSES_NOTHING_ON:
        return frozenset[Node]().union(*(_needs(arg) for arg in node.args))
    if node.op in (*_NOTHING_OF_NOTHINGS, "when"):
        parts = [_needs(arg) for arg in node.args[node.op == "when" :] if not _is_nothing(arg)]
        return reduce(and_, parts) if parts else frozenset()
    return frozenset()


def _holds(condition: Node) -> frozenset[Node]:
    """What holds wherever a condition does."""
    if condition.op == "and":
        return _holds(condition.args[0]) | _holds(condition.args[1])
    if condition.op == "ne" and _is_nothing(condition.args[1]):
        return _needs(condition.args[0])
    return frozenset({condition})


def _is_nothing(node: Node) -> bool:
    return node.op == "literal" and node.data[0] == 0
