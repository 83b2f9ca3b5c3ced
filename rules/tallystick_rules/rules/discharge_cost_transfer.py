"""Discharge cost transfer: who is liable for a delayed discharge pays for its days."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from attrs import frozen

from tallystick.kernel.accounts import Account, Contract, account
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Carry, Figure, Flow, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Code, Count, Price
from tallystick.kernel.language.words import when
from tallystick.kernel.parameters import PriceList, Rows
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity
from tallystick_rules.rules import _delays
from tallystick_rules.tables.admitted_prices import AdmittedPrices

NOBODY, DISPUTED = "nobody", "disputed"
PROVIDER, COMMISSIONER, AUTHORITY = "provider", "commissioner", "local authority"


class PaysNow(enum.Enum):
    """Who pays for the day as things stand, and is therefore paid."""

    COMMISSIONER = "commissioner"
    PROVIDER = "provider"


@frozen(eq=False, kw_only=True)
class Liable:
    """Who is liable, by the reason for the delay and the pathway on which the patient was to leave."""

    reason: Code = parameter("The reason for the delay.")
    pathway: Code = parameter("The discharge pathway, or any.")
    body: Code = parameter(
        "Who is liable: local authority (the patient's own), commissioner, provider (shown and not charged), nobody, "
        "disputed, or an organisation's code."
    )


@frozen(eq=False, kw_only=True)
class AuthorityRate:
    """Another daily rate for a listed body."""

    body: Code = parameter("The body that is charged this rate.")
    rate: Price = parameter("What a day costs it.", at_least=0, unit="a day")


@rule("discharge-cost-transfer")
class DischargeCostTransfer(Rule):
    """The cost of days that a patient stayed in hospital although ready to leave, moved to whoever is liable for them.

    What it pays
        Chargeable days × a daily rate. Nothing like it is law today: the legal basis has to be said, and is printed.

    Who pays whom
        The liable body, which a table names from the reason and the pathway, pays whoever pays for the day now: the
        commissioner where a price or fixed element already covers it, the provider where none does. A delay that is
        the provider's own, or that the payee is liable for, is a figure and no flow; so is one for which nobody is
        liable. A disputed charge is a figure too, unless somebody puts it into a pot until it is agreed.

    How it is worked out
        1. Days, by one of three counts: from the day on which the patient was ready, plus days of grace, to
           discharge; or by the regulations of 2003 or 2014 (`tallystick_rules.statutory_days` says how they are read).
        2. The regulations charge acute care only, and only if the authority's service is the only reason; the
           plain count charges whatever is listed, unless a notice says that there was another reason too.
        3. Less days of deterioration and days charged elsewhere, where they are recorded. Days above the trim point
           are paid as long stay and are not charged: as many of the last days of the stay as lie above it.
        4. Days × the body's rate, rounded once; never below zero.

        Without a reason that the table lists, or with a notice or time missing, nothing is charged and the spells
        are shown. A charge that rests on a date outside the calendar of public holidays is a fault of
        the row.

    Example
        2003: the relevant day is Wednesday 7 January 2004 and the patient left on Monday 12 January at 14:00. From
        the day after, 8 January, to 12 January are five days, the Sunday among them; at £100 and at £120:

        >>> days = 12 - 8 + 1
        >>> days * 100, days * 120
        (500, 600)

    Source
        10 Year Health Plan working group: finance and contracting, co-chairs' report, recommendation 4 (February
        2025), with no rate; SI 2003/2277 (£100, and £120 for listed authorities); SI 2014/2823 (£130, and £155 in
        London).
    """

    legal_basis: str = parameter("The law or agreement by which the charge is made; it is printed with every charge.")
    count: _delays.DayCount = parameter("How days are counted: plain, or by the regulations of 2003 or 2014.")
    daily_rate: Price = parameter("What a day costs the liable body.", at_least=0, unit="a day")
    other_rates: Rows[AuthorityRate] | None = parameter(
        "Bodies with another rate; none if all have one rate.", default=None
    )
    liable: Rows[Liable] = parameter(
        "Who is liable, by reason and pathway; a pathway of any stands for those not listed."
    )
    pays_now: PaysNow = parameter(
        "Who pays for such days as things stand, and is paid: the commissioner or the provider."
    )
    grace_days: Count = parameter(
        "Days after the ready day that are free, in the plain count.", default=0, at_least=0, unit="days"
    )
    where: dict[str, tuple[str, ...]] = parameter(
        "Which spells are looked at: for each code column, the codes that count.", default={}
    )
    acute: tuple[str, ...] = parameter("The categories of care that the regulations charge for.", default=("acute",))
    calendar: Code | None = parameter("The calendar of public holidays, for the regulations of 2003.", default=None)
    trim_prices: PriceList[AdmittedPrices] | None = parameter(
        "The price list by which long-stay days are paid; none if they are not paid by the day.", default=None
    )
    contested_from: Account | None = parameter(
        "Who puts a disputed charge into a pot until it is agreed; with nobody, it is only shown.", default=None
    )

    @hookimpl
    def incentive(self, activity: Activity, contract: Contract) -> Iterator[Flow | Figure | Carry | Never]:
        """Charge each delay to its body."""
        if not self.legal_basis.strip():
            says = "discharge-cost-transfer: say by which law or agreement the charge is made"
            raise RuleError(says, about="legal_basis", write='legal_basis = "…"')
        spells, delay = activity.spells, _delays.read(self, activity)
        said = _delays.liable_body(self, activity).named("liable body")
        code = when(
            said == PROVIDER, contract.provider.code, when(said == COMMISSIONER, contract.commissioner.code, said)
        )
        theirs = said == AUTHORITY
        days = delay.days.named("chargeable days")
        charge = (self._rate(when(theirs, spells.local_authority.or_else(""), code)) * days).named("charge")
        payee = contract.provider if self.pays_now is PaysNow.PROVIDER else contract.commissioner
        own = (code == contract.provider.code) | (code == payee.code)
        named = ~own & ~said.is_in(("", NOBODY, DISPUTED, AUTHORITY))
        for payer, where in ((account(code), named), (account(spells.local_authority), theirs)):
            yield Flow(
                payer, payee, when(where, charge), kind="transfer", units=when(where, days),
                reason=f"days of delayed discharge, by {self.legal_basis}",
            )  # fmt: skip
        yield Figure(
            "borne by the provider or the payee itself", when(own, charge), reason="payer and payee would be one"
        )
        yield Figure("nobody is liable", when(said == NOBODY, charge), reason="the table names nobody: not charged")
        yield from self._disputed(contract, payee, when(said == DISPUTED, charge), when(said == DISPUTED, days))
        yield Figure(
            "days without a listed body", when(said == "", days), reason="reason or pathway missing, or not listed"
        )
        yield from delay.figures()
        if self.count is _delays.DayCount.REGULATIONS_2003:
            yield Never(delay.uncovered, "the count rests on a date outside the calendar of public holidays")

    def _rate(self, body: Code) -> Price:
        """The body's daily rate."""
        if self.other_rates is None:
            return self.daily_rate
        return self.other_rates.find("rate", body=body).or_else(self.daily_rate)  # type: ignore[no-any-return]

    def _disputed(
        self, contract: Contract, payee: Account, charge: Amount, days: Count
    ) -> Iterator[Flow | Figure | Carry]:
        yield Figure("disputed", charge, reason="who is liable is contested: not paid")
        if self.contested_from is None:
            return
        pot = contract.pot(
            "contested discharge charges", purpose="charges that are not yet agreed", at_end="carry forward"
        )
        reason = f"disputed days of delay, by {self.legal_basis}"
        yield Flow(self.contested_from, pot, charge, kind="contested", units=days, reason=reason)
        yield Carry(pot, charge, until=contract.as_at, then=payee, reason="contested, and not yet agreed")
