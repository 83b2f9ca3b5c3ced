"""What a reading gives: the same plain values from the pay path and from the reference, so they can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from attrs import field, frozen


class FlowLine(NamedTuple):
    """One flow of one rule in one contract's period, net, between two accounts; pence may be negative here."""

    contract: str
    period: int
    identity: str
    number: int
    payer: str
    payee: str
    pence: int
    units: int


class UnitsLine(NamedTuple):
    """What one claim of one rule says of a table's payable units, in one contract's period.

    ``claim`` is the claim's place among the rule's claims. ``units`` are the units claimed, ``priced`` those
    of them that have a price (or are covered, or excluded), ``worth`` their value in pence; ``clashing`` are
    rows that another claim of the contract claims too; ``unnamed`` rows whose code the price list lacks.
    """

    contract: str
    period: int
    table: str
    unit: str
    identity: str
    claim: int
    units: int
    priced: int
    worth: int
    clashing: int
    unnamed: int


class ReceivedLine(NamedTuple):
    """All units of a table that belong to a contract's period, claimed or not."""

    contract: str
    period: int
    table: str
    unit: str
    units: int


class FigureLine(NamedTuple):
    """A figure of a rule, summed for the contract's period; ``value`` is in its kind's own unit."""

    contract: str
    period: int
    identity: str
    name: str
    kind: str
    value: int | Fraction


class CarryLine(NamedTuple):
    """Pence that a pot keeps by name."""

    contract: str
    period: int
    identity: str
    pot: str
    reason: str
    pence: int


class LawLine(NamedTuple):
    """A rule's law with its two sides, in pence; it holds if they are equal."""

    contract: str
    period: int
    identity: str
    says: str
    left: int
    right: int


class NeverLine(NamedTuple):
    """Rows of a contract's period that a rule says there may never be; ``number`` is the place of what it says."""

    contract: str
    period: int
    identity: str
    number: int
    rows: int


class UnplacedLine(NamedTuple):
    """Rows of a table that belong to no contract, or that two contracts claim."""

    table: str
    why: str
    rows: int


@frozen(eq=False, kw_only=True)
class Reading:
    """Everything that one reading of a program found. Lines in which all is zero are left out."""

    flows: list[FlowLine] = field(factory=list)
    units: list[UnitsLine] = field(factory=list)
    received: list[ReceivedLine] = field(factory=list)
    figures: list[FigureLine] = field(factory=list)
    carries: list[CarryLine] = field(factory=list)
    laws: list[LawLine] = field(factory=list)
    nevers: list[NeverLine] = field(factory=list)
    unplaced: list[UnplacedLine] = field(factory=list)
    faults: list[tuple[str, str]] = field(factory=list)
    """(contract, why) for what stops a contract: money with no account, a sum over something missing."""

    def parts(self) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
        """Each list by name, in a stated order, to compare two readings."""
        for name in ("flows", "units", "received", "figures", "carries", "laws", "nevers", "unplaced", "faults"):
            yield name, sorted(getattr(self, name))


NO_ACCOUNT = "money has no account to come from or to go to"
MISSING_IN_SUM = "a value is missing in what is paid or added up"
BAD_WEIGHT = "a weight that money is shared by is missing or below zero"
NO_FIT = "no share-out lies within every floor and cap"
"""Why a contract is stopped while it is read; both readings say it in these words."""
