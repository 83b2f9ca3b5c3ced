"""Terms: a number, account or price list as a file gives it, and what it is in one contract.

Most terms are the same in every contract and are shared. Two kinds are not: a list by the years of a contract
counts from the contract's own first day, and an account such as "provider" is another one in each contract.
"""

from __future__ import annotations

import datetime
from typing import Any

from attrs import field, frozen

from tallystick.files.spots import Spot
from tallystick.kernel.accounts import Pot
from tallystick.kernel.case import Timeline, always, months_later

PARTIES = ("provider", "commissioner")
"""The words for a contract's own parties, which are therefore no organisation's code."""


@frozen(kw_only=True)
class Bearer:
    """The contract that a term is bound to."""

    id: str
    provider: str
    commissioner: str
    first: datetime.date


@frozen
class AccountRef:
    """An account as a file names it: a party of the contract by its word, a pot of the contract, or a fixed name."""

    word: str = ""
    pot: Pot | None = None
    name: str = ""

    def in_ledger(self, bearer: Bearer) -> str:
        """The account's name in the ledger."""
        if self.word:
            return str(getattr(bearer, self.word))
        return f"{bearer.id}/{self.pot.name}" if self.pot else self.name


@frozen(eq=False, kw_only=True)
class Term:
    """What one key says: ``steps`` by date, or ``years`` by the contract's years; the last one stays."""

    spot: Spot
    name: str = ""
    steps: tuple[tuple[datetime.date, Any], ...] = ()
    years: tuple[Any, ...] = ()
    depends: tuple[str, ...] = field(init=False)
    """What of the contract it depends on, by the fields of :class:`Bearer`."""
    fixed: Timeline | None = field(init=False)
    """The timeline in every contract, or None where it depends on the contract."""
    pots: tuple[Pot, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        refs = [value for value in self.values if isinstance(value, AccountRef)]
        needs = {ref.word for ref in refs if ref.word} | {"id" for ref in refs if ref.pot}
        needs |= {"first"} if self.years else set()
        plain = tuple((day, value.name if isinstance(value, AccountRef) else value) for day, value in self.steps)
        object.__setattr__(self, "depends", tuple(sorted(needs)))
        object.__setattr__(self, "fixed", None if needs else Timeline(plain))
        object.__setattr__(self, "pots", tuple(dict.fromkeys(ref.pot for ref in refs if ref.pot)))

    @property
    def values(self) -> tuple[Any, ...]:
        """Every value that it ever has."""
        return self.years or tuple(value for _, value in self.steps)

    @property
    def begins(self) -> datetime.date | None:
        """The first day on which there is a value; None if there always is one."""
        return self.steps[0][0] if self.steps and self.steps[0][0] != datetime.date.min else None

    def bound(self, bearer: Bearer) -> Timeline:
        """The timeline in one contract."""
        if self.fixed is not None:
            return self.fixed
        steps = self.steps
        if self.years:
            steps = tuple((months_later(bearer.first, 12 * year), value) for year, value in enumerate(self.years))
        return Timeline(
            tuple((day, v.in_ledger(bearer) if isinstance(v, AccountRef) else v) for day, v in steps)
        )  # fmt: skip


def constant(value: Any, spot: Spot, name: str = "") -> Term:
    """A term that does not change."""
    return Term(spot=spot, name=name, steps=always(value).steps)
