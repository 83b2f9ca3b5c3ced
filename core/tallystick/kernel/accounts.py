"""Accounts: where money stands. A party's, a pot of a contract, or a fund of the scheme.

In the ledger a party is its organisation code, a pot is ``<contract>/<pot>`` and a fund is ``scheme/<fund>``;
so an organisation code may hold no stroke, and no account is ever taken for another.
"""

from __future__ import annotations

from attrs import field, frozen

from tallystick.kernel.errors import RuleError
from tallystick.kernel.grains import CONTRACT, EVERYWHERE, TERMS
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.language.series import Amount, Code, Day, Maybe

AT_END = ("be empty", "carry forward", "return", "pass on")
"""What may happen to what a pot still holds when its contract ends."""


MONTHS = 12


@frozen(eq=False)
class Account:
    """Somewhere money stands; ``node`` says which account it is, for each contract or for each row."""

    node: Node
    says: str = ""

    @property
    def code(self) -> Code:
        """The account's name as a code, to match and to compare."""
        return Code(self.node)

    def __repr__(self) -> str:
        return f"<account {self.says or self.node!r}>"


@frozen(kw_only=True)
class Pot:
    """What is declared of a pot or a fund: who holds it, what it is for, and what becomes of it at the end.

    ``to`` names the account that what is left is returned or passed on to. ``opening`` is in pence, and only
    a fund of the scheme may open with money in it.
    """

    name: str
    held_by: str = ""
    purpose: str = ""
    at_end: str = "be empty"
    to: str = ""
    opening: int = 0
    may_pay: tuple[str, ...] = field(default=())

    @property
    def is_only_named(self) -> bool:
        """True if nothing is said of the pot but its name: another rule says what it is for."""
        return not (self.purpose or self.to or self.may_pay or self.opening) and self.at_end == "be empty"

    def __attrs_post_init__(self) -> None:
        if self.at_end not in AT_END:
            raise RuleError(f"pot {self.name!r}: at_end is one of {', '.join(AT_END)}, not {self.at_end!r}")
        if self.at_end in ("return", "pass on") and not self.to:
            raise RuleError(f"pot {self.name!r}: to {self.at_end} what is left, say to whom, with to = …")


def account(of: Code | Maybe[Code] | Account) -> Account:
    """An account from a column: the liable body of each spell. Where it is missing, no money may flow."""
    if isinstance(of, Account):
        return of
    if of.node.kind is not Kind.CODE:
        raise RuleError("an account is named by a code")
    return Account(of.node, "the account in a column")


def balance(pot: Account) -> Amount:
    """What a pot or fund holds when the period opens."""
    if pot.node.grain.name not in ("contract", "terms", "scheme"):
        raise RuleError("balance(…) is of a pot or a fund, not of an account in a column")
    return Amount(Node("balance", (pot.node,), (), kind=Kind.AMOUNT, grain=CONTRACT))


class Contract:
    """What a rule sees of the contract: its parties, its period, its pots."""

    def __init__(self) -> None:
        self.pots: dict[str, Pot] = {}

    provider = Account(Node("term", (), ("contract", "provider"), kind=Kind.CODE, grain=TERMS), "the provider")
    commissioner = Account(
        Node("term", (), ("contract", "commissioner"), kind=Kind.CODE, grain=TERMS), "the commissioner"
    )

    @property
    def as_at(self) -> Day:
        """The day up to which facts are known, the same for all; the scheme states it where a rule needs it."""
        return Day(Node("term", (), ("scheme", "as_at"), kind=Kind.DAY, grain=EVERYWHERE))

    @property
    def first_day(self) -> Day:
        """The first day of the period that is settled."""
        return Day(Node("first_day", (), (), kind=Kind.DAY, grain=CONTRACT))

    @property
    def last_day(self) -> Day:
        """The last day of the period that is settled."""
        return Day(Node("last_day", (), (), kind=Kind.DAY, grain=CONTRACT))

    def month_begins(self, month: int, *, cut: bool = False) -> Day:
        """The first day of a month of the contract's year: 0 is the year's first, 12 the first of the year after.

        With ``cut`` it is never later than the day after the last that is settled, where the contract ends or is
        settled only so far.
        """
        if not 0 <= month <= MONTHS:
            raise RuleError(f"a month of a year is from 0 to {MONTHS}, not {month}")
        return Day(Node("month_begins", (), (month, cut), kind=Kind.DAY, grain=CONTRACT))

    def pot(
        self, name: str, *, held_by: str = "commissioner", purpose: str = "", at_end: str = "be empty", to: str = ""
    ) -> Account:
        """A pot of this contract; two rules that name the same pot must say the same of it."""
        if "/" in name or not name:
            raise RuleError(f"a pot's name is text without a stroke, not {name!r}")
        declared = Pot(name=name, held_by=held_by, purpose=purpose, at_end=at_end, to=to)
        if self.pots.setdefault(name, declared) != declared:
            raise RuleError(f"pot {name!r} is declared twice, and not alike")
        return Account(Node("pot", (), (name,), kind=Kind.CODE, grain=TERMS), f"the pot {name}")

    def fund(self, name: str) -> Account:
        """A fund of the scheme, which scheme.toml declares with its opening balance."""
        return Account(Node("fund", (), (name,), kind=Kind.CODE, grain=TERMS), f"the fund {name}")
