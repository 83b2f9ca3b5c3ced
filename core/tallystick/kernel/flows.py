"""What a rule yields: flows, figures, what is carried, laws, and the payable units that a currency claims."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from tallystick.kernel.accounts import Account
from tallystick.kernel.errors import RuleError
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Count, Day, Flag, Maybe, Series
from tallystick.kernel.tables import Table

KINDS = (
    "price", "fixed", "on-account", "retention", "release", "forfeit", "transfer", "share", "adjustment", "contested",
)  # fmt: skip
"""The kinds of flow that a ledger line can be."""

BOOKS = ("cash", "limit", "entitlement", "memo")
"""The books; each balances alone, and only cash is payable."""


def _amount(_: Any, attribute: Any, value: Any) -> None:
    if not isinstance(value, Amount):
        wanted = "an amount, and it may be missing: resolve it first" if isinstance(value, Maybe) else "an amount"
        raise RuleError(f"{attribute.name} of a flow is {wanted}, not {value!r}")
    if value.node.optional:
        raise RuleError(f"{attribute.name} of a flow may be missing: resolve it with .or_else(…) first")


def _account(_: Any, attribute: Any, value: Any) -> None:
    if not isinstance(value, Account):
        raise RuleError(
            f"{attribute.name} is an account (contract.provider, contract.pot(…), account(column)), not {value!r}"
        )


@frozen(eq=False)
class Flow:
    """Money from ``payer`` to ``payee``; a negative amount turns it round.

    ``units`` is what the line counts (nothing said: the rows in which money flows). ``clause`` is filled in
    from the contract where the rule leaves it empty.
    """

    payer: Account = field(validator=_account)
    payee: Account = field(validator=_account)
    amount: Amount = field(validator=_amount)
    kind: str = field(default="adjustment", kw_only=True)
    reason: str = field(kw_only=True)
    book: str = field(default="cash", kw_only=True)
    clause: str = field(default="", kw_only=True)
    units: Count | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.kind not in KINDS:
            raise RuleError(f"a flow's kind is one of {', '.join(KINDS)}, not {self.kind!r}")
        if self.book not in BOOKS:
            raise RuleError(f"a flow's book is one of {', '.join(BOOKS)}, not {self.book!r}")


@frozen(eq=False)
class Figure:
    """Something that is shown and never paid: unpaid above a limit, the answers missing."""

    name: str
    value: Series
    reason: str = field(kw_only=True, default="")


@frozen(eq=False)
class Carry:
    """What stays in a pot until a day, and where it goes when that day has passed.

    Up to and on ``until`` the money is carried forward by name; after it, it goes to ``then``.
    """

    pot: Account = field(validator=_account)
    amount: Amount = field(validator=_amount)
    until: Day = field(kw_only=True)
    then: Account = field(kw_only=True, validator=_account)
    reason: str = field(kw_only=True)


@frozen(eq=False)
class Law:
    """Two amounts that must be equal in every contract, in every run."""

    says: str
    left: Amount = field(validator=_amount)
    right: Amount = field(validator=_amount)


@frozen(eq=False)
class Never:
    """Rows that are at fault: if there is one, nothing is settled, and the rows are named.

    ``where`` is a condition for each row of a table; ``says`` ends the sentence "spells K1: …".
    """

    where: Flag
    says: str


@frozen(eq=False)
class Units:
    """Payable units of one table, claimed for one of the four states.

    ``unit`` names which of the table's payable units; ``where`` says in which rows; ``amount`` is what they
    are worth, missing where the price list gives no price (those are unpriced). ``named`` says whether the
    price list knows the code at all; where it does not, the input is at fault.
    """

    rows: Table
    unit: str = field(kw_only=True)
    where: Flag = field(kw_only=True)
    amount: Amount | Maybe[Amount] | None = field(default=None, kw_only=True)
    named: Flag | None = field(default=None, kw_only=True)
    units: Count | None = field(default=None, kw_only=True)
    reason: str = field(kw_only=True)
    payer: Account | None = field(default=None, kw_only=True)
    """Who pays for priced units; the commissioner if it is not said."""
    payee: Account | None = field(default=None, kw_only=True)
    """Who is paid for them; the provider if it is not said."""

    def __attrs_post_init__(self) -> None:
        spec = self.rows.table
        if self.unit not in spec.units:
            raise RuleError(
                f"table {spec.name} has no payable unit {self.unit!r}",
                about=self.unit,
                write=" or ".join(f'"{one}"' for one in spec.units),
            )
        if self.amount is not None and self.amount.node.kind is not Kind.AMOUNT:
            raise RuleError("what units are worth is an amount")

    def counted(self) -> Count:
        """How many units a row holds."""
        if self.units is not None:
            return self.units
        of = self.rows.table.units[self.unit]
        count: Any = getattr(self.rows, of) if of else self.rows.rows
        return count.or_else(0) if isinstance(count, Maybe) else count  # type: ignore[no-any-return]


class Priced(Units):
    """Units that this currency prices, and pays unless it is declared ``pays = false``."""


class Covered(Units):
    """Units that a fixed element covers at nil; ``amount`` is their guide value, shown and not paid."""


class Excluded(Units):
    """Units that a named list excludes from payment, with its reason."""
