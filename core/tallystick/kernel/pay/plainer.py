"""Plainer: a node that says the same with less, where what a part of it comes to is known beforehand.

Rules that are composed of choices leave sentences like "and not no" behind: one rule's *every spell* is another's
last day. Only what cannot hide anything is taken out: nothing that may be missing or may stop a contract is
dropped, other than by ``when``, which never looks at the branch that it does not take.
"""

from __future__ import annotations

from typing import Any

from tallystick.kernel.grains import EVERYWHERE
from tallystick.kernel.language.nodes import Kind, Node

_COMPARED = {
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b,
}  # fmt: skip


def plainer(node: Node) -> Node:
    """The same node with less in it, or itself; its arguments are as plain as they get."""
    op, args = node.op, node.args
    if op == "line":
        return args[0]
    if op == "not":
        known = constant(args[0])
        return args[0].args[0] if args[0].op == "not" else node if known is None else _flag(not known)
    if op in ("and", "or"):
        neutral = op == "and"
        for one, other in (args, args[::-1]):
            if constant(one) is neutral and not other.optional:
                return other
        return node
    if op == "when":
        chosen = constant(args[0])
        return node if chosen is None or node.optional else args[1] if chosen else args[2]
    if op in _COMPARED:
        first, second = constant(args[0]), constant(args[1])
        if first is not None and second is not None:
            return _flag(_COMPARED[op](first, second))
        if args[0] == args[1] and _is_certain(args[0]):
            return _flag(_COMPARED[op](0, 0))
    return node


def constant(node: Node) -> Any:
    """What the node is in every row, if that is known; else None."""
    return 1 if node.op == "one" else node.data[0] if node.op == "literal" else None


def _is_certain(node: Node) -> bool:
    """True for what is there in every row, and can stop nobody: the run's day, and columns that must be given."""
    return not node.optional and (node.op == "column" or node.data[:1] in (("scheme",), ("contract",)))


def _flag(value: bool) -> Node:
    return Node("literal", (), (value,), kind=Kind.FLAG, grain=EVERYWHERE)
