"""Subcontract: a lead provider passes what it is paid on to the members that it works with, by shares."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from tallystick.kernel.accounts import Account, Contract, account
from tallystick.kernel.flows import Figure, Flow, Law
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Rate
from tallystick.kernel.language.words import allot, total, when
from tallystick.kernel.parameters import Label, Rows
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Paid
from tallystick_rules.rules._to_date import to_date


@frozen
class Member:
    """Who has a share; the lead provider is one of them."""

    who: Account = parameter("Who it is; the lead provider is written as provider, and keeps its share.")
    share: Rate = parameter("Its share; the shares of all sum to 100%.", at_least=0, at_most=1, whole=True)


@rule("subcontract")
class Subcontract(Rule):
    """What other rules pay the lead provider, passed on to members by shares, to the penny.

    What it pays
        A share of what the rules named under `on` pay the provider, net, to each member. What depends on outcomes can
        be passed on by its own shares: in a second rule of this kind, with its own label.

    Who pays whom
        The provider, which is the lead, pays the members. Where the rules take back more than they pay, the members
        pay the lead, by the same shares. The lead's own share stays with it, and is shown.

    How it is worked out
        1. What the rules paid the provider, less what they took from it, in the contract's year to date. What they pay
           others is not the lead's to pass on.
        2. That sum by the shares: in whole pence, largest remainder, ties in the order written. A period pays what
           is due to date less what was due before, so months, quarters and years come to the same.

        The shares, the lead's among them, sum to 100%; anything else is a fault.

    Example
        £1,000.01 is passed on, and the shares are 1/2, 1/3 and 1/6. The penny left goes to the largest remainder:

        >>> pence = 100_001
        >>> [divmod(pence, parts) for parts in (2, 3, 6)]
        [(50000, 1), (33333, 2), (16666, 5)]
        >>> 50_000 + 33_334 + 16_667  # remainders of 1/2, 2/3 and 5/6 of a penny
        100001

    Source
        NHS Confederation, Reforming financial flows: lessons from systems (Oxfordshire: a lead provider and five
        charities; Bedfordshire). Shares are the members' own agreement.
    """

    on: tuple[Label, ...] = parameter("The rules whose payment to the lead provider is passed on.")
    members: Rows[Member] = parameter("Who has a share, the lead provider among them.")

    @hookimpl
    def incentive(self, paid: Paid, contract: Contract) -> Iterator[Flow | Figure | Law]:
        """Pass on each member's part of the year to date, less what was passed on before."""
        member = self.members.each
        received = to_date(paid.total(*self.on), "paid to the lead")
        now, before = (allot(amount, by=member.share) for amount in (received.now, received.before))
        part = (now - before).named("the member's part of this period")
        is_lead = member.who == contract.provider.code
        yield Flow(
            contract.provider, account(member.who), when(~is_lead, part), kind="share", reason="passed on, by shares"
        )
        yield Figure("kept by the lead", total(when(is_lead, part)), reason="its own share, which moves nothing")
        yield Law("what is passed on and kept is what was paid", total(part), received.part)
