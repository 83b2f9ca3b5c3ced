"""Nodes: the tree of an expression, with its kind, its grain and whether it may be missing.

A node is identified by a digest of what it says, so equal sentences of two rules are one node, without a
table that would have to be emptied. Names given by ``.named("held")`` are nodes too; ``bare`` is the same
tree without them, which is what the pay path compiles. No arithmetic is done here.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterator

from tallystick.kernel.grains import Grain


class Kind(enum.Enum):
    """What a value is; kinds never mix silently."""

    AMOUNT = "amount"
    """Whole minor units of the unit of account (pence)."""
    PRICE = "price"
    """Exact pence per unit, to any number of decimals."""
    RATE = "rate"
    """An exact ratio."""
    COUNT = "count"
    FLAG = "flag"
    DAY = "day"
    MOMENT = "moment"
    """A local date and minute; the time between two moments is elapsed time."""
    CODE = "code"


class Node:
    """One operation on other nodes; immutable, equal to any node that says the same."""

    __slots__ = ("_bare", "args", "data", "digest", "grain", "kind", "op", "optional", "rounded")

    def __init__(
        self, op: str, args: tuple[Node, ...], data: tuple[object, ...], *,
        kind: Kind, grain: Grain, optional: bool = False, rounded: bool = False,
    ) -> None:  # fmt: skip
        self.op = op
        self.args = args
        self.data = data
        self.kind = kind
        self.grain = grain
        self.optional = optional
        self.rounded = rounded
        """True if this is money that was rounded here and is not yet a line of its own."""
        said = repr((op, kind.value, grain.name, optional, data)).encode() + b"".join(arg.digest for arg in args)
        self.digest: bytes = hashlib.blake2b(said, digest_size=16).digest()
        self._bare: Node | None = None

    @property
    def bare(self) -> Node:
        """The same sentence without the names of its parts."""
        if self._bare is None:
            self._bare = self._without_names()
        return self._bare

    def _without_names(self) -> Node:
        if self.op == "named":
            return self.args[0].bare
        args = tuple(arg.bare for arg in self.args)
        if all(new is old for new, old in zip(args, self.args, strict=True)):
            return self
        return Node(
            self.op, args, self.data,
            kind=self.kind, grain=self.grain, optional=self.optional, rounded=self.rounded,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        inside = ", ".join([*(repr(item) for item in self.data), *(arg.op for arg in self.args)])
        return f"<{self.kind.value} {self.op}({inside}) for each {self.grain}>"


def walk(*roots: Node) -> Iterator[Node]:
    """Yield every node under the roots once, arguments before what uses them."""
    seen: set[Node] = set()
    for root in roots:
        stack: list[tuple[Node, bool]] = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if ready:
                yield node
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((arg, False) for arg in reversed(node.args))
