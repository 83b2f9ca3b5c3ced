"""Budgets: each names what it replaces, or says that it is additional; otherwise the commissioner would pay twice.

A rule that is a budget declares ``is_budget = True`` and the two parameters below, yields from :func:`replacing`,
and is refused by :func:`check_budget` where it says neither. What it replaces is taken off the payments of the
rules named, by the year, between their own parties; the units that it pays for are claimed by it alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from attrs import frozen

from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Flow, Law
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount
from tallystick.kernel.language.words import each_contract, instalment
from tallystick.kernel.parameters import Label
from tallystick.kernel.rules import parameter
from tallystick.kernel.trace import Paid

REPLACES = "The rules whose payment it replaces in part, each with the agreed baseline of a year."
ADDITIONAL = "Whether it is paid on top of all that was paid before; that has to rest on a source."


@frozen(kw_only=True)
class Replaced:
    """What is replaced, as a text: ``fixed element: £600,000``."""

    text_form: ClassVar[str] = "fixed element: £600,000"

    label: Label = parameter("The rule whose payment is replaced in part.")
    says: str = parameter("Its label, as statements print it.")
    amount: Amount = parameter("How much of a year is taken off it.", at_least="£0.01", unit="a year")

    @staticmethod
    def from_text(text: str) -> Mapping[str, Any]:
        """The record that a text stands for; ValueError where it has no label or no amount."""
        label, _, amount = (part.strip() for part in text.rpartition(":"))
        if not label or not amount:
            raise ValueError("it is not a label, a colon and an amount")
        return {"label": label, "says": label, "amount": amount}


def check_budget(rule: Any, *, is_budget: bool = False) -> None:
    """Refuse a budget that does not say what it replaces, and one that says two things of that.

    A rule is one if its class says so, or ``is_budget`` for a rule that is one only as it is composed.
    """
    name = type(rule).rule_name
    if rule.replaces is not None and rule.additional:
        says = f"{name}: additional, and yet it replaces something"
        raise RuleError(says, about="additional", write="one of the two")
    if (is_budget or type(rule).is_budget) and rule.replaces is None and not rule.additional:
        raise RuleError(
            f"{name}: a budget says what it replaces, or the commissioner pays for the same units twice",
            about="replaces",
            write=f'replaces = ["{Replaced.text_form}"], or additional = true with a source',
        )


def replacing(replaces: Any, paid: Paid, profile: Profile | None) -> Iterator[Flow | Law]:
    """Take each baseline off what it replaces: by that rule's own instalments, or by the budget's profile."""
    for place, one in enumerate(replaces or ()):
        accounts = paid.accounts(one.label)
        if accounts is None:
            raise RuleError(
                f"“{one.says}” pays between more than two accounts, so nobody could say who is paid less",
                about=f"replaces.{place}",
            )
        payer, payee = accounts
        year = paid.year(one.label)
        taken = instalment(one.amount, profile if year is None else year[1])
        yield Flow(
            payee, payer, taken.named(f"baseline of {one.says}, this period"), kind="adjustment",
            reason=f"the part of “{one.says}” that this budget replaces",
        )  # fmt: skip
        if year is not None:
            baseline = each_contract(one.amount).named(f"baseline of {one.says}, a year")
            yield Law(
                f"no more is replaced of “{one.says}” than a year of it", baseline.at_most(year[0]), baseline
            )  # fmt: skip
