"""What is wanted of a table's rows, and what was found there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from tallystick.kernel.language.nodes import Node
from tallystick.kernel.pay.overlaid import Asked


@frozen(eq=False, kw_only=True)
class Wanted:
    """What a pass wants of one table: sums by cell, and the codes that the sums are kept apart by."""

    sums: dict[Node, None] = field(factory=dict)
    codes: dict[Node, list[Node]] = field(factory=dict)
    """Each code with the sums that it keeps apart: where all of them are nothing, the code is left out."""
    facts: set[Node] = field(factory=set)
    """Those of the sums that are totalled over all rows, also those of no contract."""
    asked: dict[Node, Asked] = field(factory=dict)
    """By whom they are asked for; what is not in it, by everyone."""
    parties: set[str] = field(factory=set)
    """``provider``, ``commissioner`` or ``scheme``, if facts are totalled to them."""

    def roots(self) -> list[Node]:
        """Every node to compile."""
        return [*self.sums, *self.codes]

    def only(self, nodes: set[Node]) -> Wanted:
        """Some of it, with nothing else."""
        ordered = [node for node in self.sums if node in nodes] if len(nodes) > 1 else [*nodes]
        codes = {node: sums for node, sums in self.codes.items() if node in nodes}
        facts = self.facts & nodes
        return Wanted(
            sums=dict.fromkeys(ordered), codes=codes, facts=facts,
            asked={node: self.asked[node] for node in (*ordered, *codes) if node in self.asked},
            parties=self.parties if facts else set(),
        )  # fmt: skip


@frozen(eq=False, kw_only=True)
class Grouped:
    """What a scan found: one entry a group, in columns. ``cells`` may be negative for unplaced rows.

    ``of_cells`` and ``rows_of_cells`` are the same by cell, one entry for each cell of the layout.
    """

    cells: list[int]
    rows: list[int]
    segments: list[int] | None
    codes: dict[Node, list[Any]]
    parties: dict[str, list[Any]]
    sums: dict[Node, list[Any]]
    """What each sum came to; ``Stopped`` where there is none."""
    stops: dict[Node, list[Any]]
    """For those codes that may stop whoever looks at them: ``Stopped``, or None."""
    of_cells: dict[Node, list[Any]]
    rows_of_cells: list[int]
    counted: Counter[int]
    """All rows by cell, those of no contract too, also where rows were left out in which every sum is nothing."""


@frozen(eq=False)
class Found:
    """What all that is wanted of a table came to: ``of`` each sum, perhaps in another reading of the rows."""

    of: Mapping[Node, Grouped]
    any: Grouped
    """One of them, for what all know: how many rows there are."""
