"""Incentive taper: what an incentive pays falls year by year, and what is withdrawn goes to a named place."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Account, Contract, account
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow, Law
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Rate, literal
from tallystick.kernel.language.words import rest, when
from tallystick.kernel.parameters import Label
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Paid
from tallystick_rules.rules._to_date import to_date


@rule("incentive-taper")
class IncentiveTaper(Rule):
    """An incentive that pays less from year to year; what is withdrawn goes to a named place.

    What it pays
        Nothing of its own: of what each rule under `on` paid, it leaves the part that the year pays and withdraws the
        rest, which goes to an account of its own, such as the pot of next year's new indicator.

    Who pays whom
        The provider pays back what is withdrawn to whoever paid it, who pays it to the account under `withdrawn_to`. If
        that is who paid it, it stays there. Where the incentive is a charge on the provider, the charge falls: the
        withdrawn part of it goes back to the provider, and nothing goes anywhere else.

    How it is worked out
        1. What a rule paid the provider, less what it took, in the contract's year to date.
        2. Left of it: that sum × `still_pays`, rounded half up. The rest is withdrawn. A period moves what is withdrawn
           to date less what was before, so months, quarters and years come to the same.

        `still_pays` is by the contract's year, such as 100%, 75%, 50%, 0%; the last value stays. A rule under `on`
        moves its cash between the provider and one other account; with more of them nobody could say who is paid less,
        and it is refused. What it pays to others than the provider does not fall.

        That the *effect* of an incentive fades as its newness does (`effect_by_year`) is an assumption about behaviour.
        It belongs to an option's assumptions, and not to what is paid.

    Example
        An incentive of £40,000.01 in a year that pays 75%:

        >>> from fractions import Fraction
        >>> earned = 4_000_001
        >>> left = int(earned * Fraction("0.75") + Fraction(1, 2))
        >>> left, earned - left
        (3000001, 1000000)

    Source
        10 Year Health Plan working group: finance and contracting, co-chairs' report (February 2025): the impact of
        incentives can stagnate over time as the newness of the funding fades and income is assumed. No rate is
        anyone's.
    """

    on: tuple[Label, ...] = parameter("The rules whose payment falls.")
    still_pays: Rate = parameter("What part of it is still paid, by year.", at_least="0%", at_most="100%")
    withdrawn_to: Account = parameter("Where what is withdrawn goes.")

    @hookimpl
    def incentive(self, paid: Paid, contract: Contract) -> Iterator[Flow | Figure | Law]:
        """Take back what the year no longer pays of each rule, and pass it on."""
        if not self.on:
            raise RuleError("no rule is named, so nothing would ever fall", about="on", write='on = ["label"]')
        kept: Amount = literal(Kind.AMOUNT, 0)
        for label in self.on:
            other = self._other(label, paid, contract)
            earned = to_date(paid.total(label), "paid by the incentive")
            left = earned.with_each(lambda amount: (amount.as_line() * self.still_pays).as_line())
            withdrawn = left.with_each(lambda part, whole: rest(whole, part), earned).called("withdrawn")
            passed = withdrawn.with_each(lambda amount: amount.at_least(0)).part.named("passed on")
            yield Flow(contract.provider, other, withdrawn.part, reason="the part of the incentive that is withdrawn")
            elsewhere = when(self.withdrawn_to.code != other.code, passed)
            yield Flow(other, self.withdrawn_to, elsewhere, kind="transfer", reason="withdrawn from an incentive")
            says = "what is still paid and what is withdrawn is the incentive"
            yield Law(says, left.part + withdrawn.part, earned.part)
            kept = kept + left.part
        yield Figure("still paid", kept, reason="what the incentives bring the provider after the taper")

    def _other(self, label: Label, paid: Paid, contract: Contract) -> Account:
        """Who pays the provider by the other rule, or is paid by it."""
        accounts = paid.accounts(label)
        if accounts is None:
            raise RuleError(
                "a rule pays between more than two accounts, so nobody could say who is paid less",
                about="on", write="rules by which the provider and one account pay each other",
            )  # fmt: skip
        payer, payee = accounts
        if contract.provider.node in (payer.node, payee.node):
            return payee if payer.node == contract.provider.node else payer
        return account(when(payer.code == contract.provider.code, payee.code, payer.code))
