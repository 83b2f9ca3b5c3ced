"""What a traced rule says: its flows, claims, figures, carries and laws, as nodes to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from tallystick.kernel.accounts import Pot
from tallystick.kernel.language.nodes import Node


@frozen(eq=False, kw_only=True)
class TracedFlow:
    """One flow of a rule, as nodes; ``number`` is its place among the rule's flows."""

    number: int
    payer: Node
    payee: Node
    amount: Node
    kind: str
    book: str
    reason: str
    clause: str
    units: Node | None


@frozen(eq=False, kw_only=True)
class TracedUnits:
    """One claim of payable units: which, where, how many, what they are worth, and in which state."""

    table: str
    unit: str
    state: str
    where: Node
    """In which rows the rule claims the unit at all."""
    units: Node
    worth: Node | None
    """What the row's units are worth, zero where they are not claimed or not priced; None if never valued."""
    priced: Node
    """Where ``where`` holds and there is a price; the rest of it is unpriced."""
    unnamed: Node | None
    """Where ``where`` holds and the row lacks something that its price needs: a code that the list knows."""
    reason: str
    amount: Node | None = None
    """What the rule itself says that a unit's row is worth, missing where there is no price; for who pays on it."""
    needs: tuple[tuple[str, Node], ...] = ()
    """What a row needs, part by part: the part's name, and the condition that finds the rows that lack it."""


@frozen(eq=False, kw_only=True)
class TracedFigure:
    """Something shown and never paid."""

    name: str
    value: Node
    reason: str


@frozen(eq=False, kw_only=True)
class TracedCarry:
    """What a pot still holds by name when the run's facts end."""

    pot: Node
    amount: Node
    reason: str


@frozen(eq=False, kw_only=True)
class Traced:
    """All that one rule says."""

    identity: str
    flows: tuple[TracedFlow, ...] = ()
    units: tuple[TracedUnits, ...] = ()
    figures: tuple[TracedFigure, ...] = ()
    carries: tuple[TracedCarry, ...] = ()
    laws: tuple[tuple[str, Node, Node], ...] = ()
    nevers: tuple[tuple[str, Node], ...] = ()
    """What is said of rows that may never be, and the condition that finds them."""
    pots: Mapping[str, Pot] = field(factory=dict)

    def nodes(self) -> Iterator[Node]:
        """Every node that has to be read to settle the rule."""
        for flow in self.flows:
            yield from (flow.payer, flow.payee, flow.amount)
            if flow.units is not None:
                yield flow.units
        for claim in self.units:
            yield from (
                n for n in (claim.where, claim.units, claim.worth, claim.priced, claim.unnamed) if n is not None
            )
        yield from (figure.value for figure in self.figures)
        for carry in self.carries:
            yield from (carry.pot, carry.amount)
        for _, left, right in self.laws:
            yield from (left, right)
        yield from (where for _, where in self.nevers)
