"""Alike: what rules say in the same words is summed once, whichever of them a contract holds.

Twenty ways to compose the same rules give as many identities, and each identity's numbers are nodes of their own.
But where no contract holds two of them, one column of numbers serves all: each contract's own. Expressions that
then say the same are one sum, which each contract reads as its own rule's. Nothing is joined that any contract
could hold twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

from tallystick.kernel.language.nodes import Node
from tallystick.kernel.pay.plainer import plainer
from tallystick.kernel.pay.small import Small
from tallystick.kernel.program import Use


def stand_ins(uses: Mapping[str, Use]) -> dict[str, str]:
    """For each identity the one whose name it shares: of the same rule, and held by none of the same contracts."""
    shared: dict[str, list[tuple[str, set[str]]]] = {}
    found: dict[str, str] = {}
    for identity in sorted(uses):
        use = uses[identity]
        slots = shared.setdefault(use.cls.rule_name, [])
        for name, holders in slots:
            if holders.isdisjoint(use.holders):
                holders.update(use.holders)
                found[identity] = name
                break
        else:
            slots.append((identity, set(use.holders)))
            found[identity] = identity
    return found


class Alike:
    """Turns the nodes of a scan into those of the identities that stand in for theirs."""

    def __init__(self, uses: Mapping[str, Use]) -> None:
        self._names = stand_ins(uses)
        self._done: dict[Node, Node] = {}
        self._said: dict[Node, list[Node]] = {}

    def of(self, node: Node) -> Node:
        """The same sentence about the numbers of the identity that stands in, as plain as it gets."""
        node = node.bare
        if node not in self._done:
            self._done[node] = made = self._of(node)
            self._said.setdefault(made, []).append(node)
        return self._done[node]

    def _of(self, node: Node) -> Node:
        args, data = tuple(self.of(arg) for arg in node.args), node.data
        if node.op == "term":
            data = (self._names.get(str(data[0]), data[0]), *data[1:])
        if data == node.data and all(new is old for new, old in zip(args, node.args, strict=True)):
            return plainer(node)
        return plainer(
            Node(node.op, args, data, kind=node.kind, grain=node.grain, optional=node.optional, rounded=node.rounded)
        )

    def sources(self, node: Node) -> list[Node]:
        """The nodes of a contract's grain or a coarser one that say what is left of them; itself if there are none."""
        return [one for one in self._said.get(node, ()) if not one.grain.table and ":" not in one.grain.name] or [node]


def together(small: Small, nodes: Sequence[Node]) -> tuple[list[Any], list[bool]]:
    """One column for nodes that say the same, cell by cell from the one that the cell's contract holds.

    Beside it, whether the contract holds any: nobody reads the others. Two nodes that differ do so in an identity
    that no contract holds beside its stand-in, so at most one of them is held.
    """
    columns = [(small.column(node, small.cells), small.held(node)) for node in nodes]
    values, held = columns[0]
    if len(columns) == 1:
        return values, held
    merged, anyone = list(values), list(held)
    for column, theirs in columns[1:]:
        for cell in compress(range(len(theirs)), theirs):
            merged[cell], anyone[cell] = column[cell], True
    return merged, anyone
