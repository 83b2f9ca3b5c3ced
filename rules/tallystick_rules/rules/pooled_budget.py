"""Pooled budget: partners put money into one pool, which pays for services; what is over- or underspent is shared."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Account, Contract, balance
from tallystick.kernel.flows import Figure, Flow, Law, Never, Priced, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Day, Flag, literal
from tallystick.kernel.language.words import each_contract, instalment, rest, when
from tallystick.kernel.parameters import Parts
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Paid, Value
from tallystick_rules.rules._budget import ADDITIONAL, REPLACES, Replaced, check_budget, replacing
from tallystick_rules.rules._pool import (
    Aligned,
    NotPooled,
    Partner,
    Service,
    added,
    calls,
    check,
    claims,
    each,
    given_back,
    labels,
    mixed_up,
)
from tallystick_rules.rules._to_date import planned_count, to_date

MONTHS = 12


@rule("pooled-budget")
class PooledBudget(Rule):
    """A fund of several partners, as under section 75: contributions in, services paid, the difference shared.

    What it pays
        Partners' contributions into the pool, in instalments, and out of it a fixed sum or the worth of activity for
        each service. What is missing is called from the partners at once; what is left goes back when the year ends.
        Services that may not be pooled are planned beside it, in aligned budgets.

    Who pays whom
        Partners pay the pool, and the pool pays those who provide the services. An aligned budget is paid by its
        owner: it stays in the owner's account and never enters the pool.

    How it is worked out
        1. Contributions of a year come in by the profile, or in twelfths. Fixed sums are paid in twelfths; units of a
           currency under `on`, which is declared `pays = false`, are paid at what they are worth.
        2. Payments above contributions, in the contract's year to date, are called from the partners by their shares
           of an overspend. If contributions catch up later in the year, calls go back by the same shares. A period
           moves what is due to date less what was due before: months, quarters and years come to the same.
        3. When the contract's year ends, or on `closes_on`, contributions above payments are shared, and each part is
           returned, kept with the host, or carried forward in a pot of that partner's own. What that pot held when a
           later year began meets calls on its partner first.
        4. What comes to a partner and all named before it is rounded once, half up, and is no more than the whole; each
           has what that adds, and the last one the rest.

        A service that is listed under `not_pooled` is refused; rows of activity that are listed there, and that the
        pool would pay for, are named, and nothing is settled. A last year of fewer than twelve months without
        `closes_on` leaves its money in the pool.

    Example
        Contributions of £600 and £400, and payments of £1,100: £100 is called, 60% and 40% of it. With payments of
        £950 there is £50 left, which goes back by the same shares.

        >>> called, left = 110_000 - 100_000, 100_000 - 95_000
        >>> called * 60 // 100, called * 40 // 100, left * 60 // 100, left * 40 // 100
        (6000, 4000, 3000, 2000)

    Source
        National Health Service Act 2006, section 75; SI 2000/617, regulations 5 (what may not be pooled) and 7 (the
        pool, its host and its quarterly return). They set no shares and no treatment at the year's end: both are the
        agreement's. NHS Confederation, Reforming financial flows: lessons from systems (Rochdale).
    """

    is_budget = True

    pool: Account = parameter("The pot that is the pool, with its host as holder.")
    partners: Parts[Partner] = parameter("Who contributes, and how each shares in what is over or left.")
    services: Parts[Service] = parameter("What the pool pays for.")
    not_pooled: tuple[NotPooled, ...] = parameter(
        "Services that may not be pooled, each with its reason, and the table and codes of its rows if there are any."
    )
    aligned: Parts[Aligned] | None = parameter("Budgets that are planned beside the pool.", default=None)
    host: Account | None = parameter("The host partner; needed where a partner's part is kept with it.", default=None)
    closes_on: Day | None = parameter(
        "The contract's last day, where its last year has fewer than twelve months: what is left is shared then.",
        default=None,
    )
    profile: Profile | None = parameter(
        "How contributions are spread over the year's months: twelve rates that sum to 100%; twelfths if not said.",
        default=None,
    )  # fmt: skip
    replaces: Parts[Replaced] | None = parameter(REPLACES, default=None)
    additional: bool = parameter(ADDITIONAL, default=False, sourced=True)

    @hookimpl
    def payment_currency(self, activity: Activity, value: Value) -> Iterator[Units | Never]:
        """Pay for activity: out of the pool, or out of its owner's account."""
        check(self)
        check_budget(self)
        outside = [(one, activity[one.table].where(one.where)) for one in self.not_pooled if one.table is not None]
        for place, one in enumerate(each(self.services)):
            for claim in claims(value, one, f"services.{place}"):
                yield Priced(claim.rows, unit=claim.unit, where=claim.where, units=claim.units, amount=claim.worth,
                             payer=self.pool, payee=one.who, reason=one.service)  # fmt: skip
                for none, rows in outside:
                    if none.table == claim.rows.table.name:
                        says = f"“{none.service}” may not be paid from the pool: {none.reason}"
                        yield Never(claim.where & rows, says)
        for place, one in enumerate(each(self.aligned)):
            for claim in claims(value, one, f"aligned.{place}"):
                yield Priced(claim.rows, unit=claim.unit, where=claim.where, units=claim.units, amount=claim.worth,
                             payer=one.owner, payee=one.who, reason=f"aligned, not pooled: {one.service}")  # fmt: skip

    @hookimpl
    def incentive(self, value: Value, paid: Paid, contract: Contract) -> Iterator[Flow | Figure | Law]:
        """Bring in contributions, pay fixed sums, call what is missing, and share what is left."""
        months = planned_count(literal(Kind.COUNT, MONTHS), None, "months")
        closes: Flag = months.now == MONTHS
        if self.closes_on is not None:
            day = each_contract(self.closes_on)
            closes = closes | ((contract.first_day <= day) & (day <= contract.last_day))
        contributed, spent = list[Amount](), list[Amount]()
        for one in each(self.partners):
            part = instalment(one.contribution, self.profile).named(f"{one.name}: contribution")
            yield Flow(one.who, self.pool, part, kind="transfer", reason=f"{one.name}: contribution")
            contributed.append(part)
        for one in each(self.services):
            part = value.total(*labels(one)) if one.amount is None else instalment(one.amount)
            spent.append(part.named(f"{one.service}: paid"))
            if one.amount is not None:
                yield Flow(self.pool, one.who, spent[-1], kind="fixed", reason=one.service)
        brought, out = to_date(added(contributed), "contributions"), to_date(added(spent), "payments")
        short = out.with_each(lambda paid_out, put_in: (paid_out - put_in).at_least(0), brought).called("overspent")
        yield from calls(self, short, months.before)
        left = when(closes, (brought.now - out.now).at_least(0)).named("left when the year ends")
        yield from given_back(self, left)
        yield from self._aligned(value)
        yield from replacing(self.replaces, paid, self.profile)
        closing = (balance(self.pool) + brought.part + short.part - out.part - left).named("held in the end")
        yield Law(
            "contributions and calls are payments, what was given back, and what the pool holds",
            brought.now + short.now, out.now + left + closing,
        )  # fmt: skip
        yield from self._laws(contract, brought.part + out.part)

    def _laws(self, contract: Contract, moved: Amount) -> Iterator[Law]:
        """What stops a contract whose accounts are mixed up, or whose pool goes on after the day on which it closes."""
        nothing: Amount = each_contract(literal(Kind.AMOUNT, 0))
        says = "pool and carried_in are pots of their own: no party's that pays or is paid, and not the same twice"
        yield Law(says, when(mixed_up(self), moved), nothing)
        if self.closes_on is not None:
            late = (contract.last_day > each_contract(self.closes_on)).named("the pool was to close before")
            yield Law("nothing moves after closes_on, which is the contract's last day", when(late, moved), nothing)

    def _aligned(self, value: Value) -> Iterator[Flow | Figure]:
        """Pay aligned budgets that are fixed, and show each beside the pool."""
        for one in each(self.aligned):
            budget = instalment(one.budget).named(f"{one.service}: aligned budget")
            yield Figure(f"aligned: {one.service}, budget", budget, reason="stays in its owner's account")
            if one.on is None:
                yield Flow(one.owner, one.who, budget, kind="fixed", reason=f"aligned, not pooled: {one.service}")
            else:
                left = rest(budget, value.total(one.on))
                yield Figure(f"aligned: {one.service}, left of the budget", left, reason="below zero it is overspent")
