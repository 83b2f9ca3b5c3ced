"""Aligned payment and incentive: a fixed element, and a variable element for the activity that is listed."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import ClassVar

from attrs import frozen

from tallystick.kernel.accounts import Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow, Priced, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Flag, Maybe, Rate
from tallystick.kernel.language.words import instalment, total, when
from tallystick.kernel.parameters import Label, Parts
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Claimed, Value
from tallystick_rules.rules._covers import Covers, added, claimed, covered, covered_claim
from tallystick_rules.rules._to_date import plan, to_date


class VariableElement(enum.Enum):
    """How variable activity is paid for."""

    BY_ACTIVITY = "by activity"
    AROUND_PLAN = "around the plan"


@frozen(kw_only=True)
class Variable:
    """Activity that is variable: what one currency claims, in the rows whose code columns are listed."""

    labels_repeat: ClassVar[bool] = True  # a row is variable once, by whichever of them it is

    currency: Label = parameter("A currency, declared not to pay, whose units are variable.")
    where: dict[str, tuple[str, ...]] = parameter(
        "Which of its rows are: for each code column, the codes that count; all of them if not said.", default={}
    )


@rule("aligned-payment-and-incentive", aliases=("api",))
class AlignedPaymentAndIncentive(Rule):
    """A fixed element for what a contract plans, and a variable element for the activity that is listed as variable.

    What it pays
        The fixed element in instalments, and for variable activity a part of its unit price. What is variable is told
        by currencies that do not pay, and by codes of their rows: a point of delivery, a treatment function. A
        component, such as critical-care days, is a currency of its own. All other units of these currencies, and
        what is listed under `covers` and `covers_labels`, are covered by the fixed element. A contract may call this
        rule `api`.

    Who pays whom
        The commissioner pays the provider. Around the plan, the provider pays back where activity is below it.

    How it is worked out
        1. The fixed element: a twelfth of the year's value for each month, the pennies left over in the earliest
           months; or by `profile`.
        2. By activity, each row pays what its units are worth × `variable_share`, rounded half up. Beside the ledger
           stands what is paid on account, which is the instalments of the fixed element and of the planned variable
           element, and the true-up: the variable element less its plan. Both are figures, because only what is
           earned is a flow; instalments that were really paid stand in payments.csv, and what is payable now is
           what is earned to date less these.
        3. Around the plan, the fixed element holds the planned variable element already, and covers these units too.
           (value − plan) × `variable_share` comes on top, or goes back, both to date: a period pays what is due to
           date less what was due before, so the months and the year come to the same.

        A unit that its price list marks as not priced stays unpriced.

    Example
        A fixed element of £1,200.00, and £240.00 planned. Activity of £300.00 pays £1,500.00 where it is paid by
        activity at 100%. If the plan is in the fixed element and 75% is paid around it, it pays £1,245.00:

        >>> 120_000 + 30_000, 120_000 + (30_000 - 24_000) * 75 // 100
        (150000, 124500)

    Source
        NHS Payment Scheme 2025/26, aligned payment and incentive: 100% of unit prices; National Tariff 2022/23: 75%
        of unit prices above and below the plan.
    """

    fixed: Amount = parameter("The fixed element of the contract's year.", at_least=0, unit="a year")
    profile: Profile | None = parameter(
        "How the fixed element is spread over the months: twelve rates that sum to 100%; twelfths if not said.",
        default=None,
    )
    variable_scope: Parts[Variable] = parameter("Which activity is variable.")
    variable_element: VariableElement = parameter(
        "By activity, beside the fixed element; or around the plan, which the fixed element holds already."
    )
    variable_share: Rate = parameter("The part of the unit price that is paid, or moves.", at_least=0)
    planned_variable: Amount = parameter(
        "What variable activity is planned to be worth in the contract's year, at unit prices.",
        at_least=0, unit="a year",
    )  # fmt: skip
    plan_profile: Profile | None = parameter(
        "How the planned variable element is spread over the months; twelfths if not said.", default=None
    )
    covers_labels: tuple[Label, ...] = parameter(
        "Currencies, declared not to pay, of which nothing is variable: the fixed element covers their units.",
        default=(),
    )
    covers: tuple[Covers, ...] = parameter(
        "Activity of which nothing is variable, and that no currency values.", default=()
    )

    @hookimpl
    def payment_currency(self, activity: Activity, value: Value, contract: Contract) -> Iterator[Units | Flow | Figure]:
        """Pay the instalment and the variable element, and claim what each of them pays for."""
        self._check()
        instalments = instalment(self.fixed, self.profile).named("fixed element of this period")
        yield Flow(contract.commissioner, contract.provider, instalments, kind="fixed", reason=FIXED)
        by_activity = self.variable_element is VariableElement.BY_ACTIVITY
        values: list[Amount] = []
        for claim, variable in self._in_scope(value):
            amount = _part(claim.amount, self.variable_share) if by_activity else claim.amount
            row = amount.or_else(0) if isinstance(amount, Maybe) else amount
            values.append(total(when(variable, row.named(f"worth of a variable {claim.unit}"))))
            if by_activity:
                yield Priced(claim.rows, unit=claim.unit, where=variable, units=claim.units, amount=amount,
                             reason="the variable element")  # fmt: skip
            else:
                yield covered_claim(claim, variable, "in the fixed element, and settled around the plan")
            yield covered_claim(claim, claim.where & ~variable, COVERED)
        for claim in claimed(value, self.covers_labels, "covers_labels") if self.covers_labels else ():
            yield covered_claim(claim, claim.where, COVERED)
        for part in self.covers:
            yield from covered(activity, part, COVERED)
        worth = added(values)
        if by_activity:
            year = (self.planned_variable * self.variable_share).named("planned variable element of the year")
            planned = instalment(year, self.plan_profile).named("planned for this period")
            yield Figure("on account: fixed and planned", instalments + planned, reason="paid before it is earned")
            yield Figure("true-up: variable less planned", worth - planned, reason="below zero where less was done")
            return
        planned_to_date = plan(self.planned_variable, self.plan_profile, "plan")
        moved = to_date(worth, "variable activity").with_each(
            lambda actual, expected: ((actual - expected).as_line() * self.variable_share).as_line(), planned_to_date
        )
        yield Flow(contract.commissioner, contract.provider, moved.part, kind="adjustment", reason=AROUND)
        yield Figure("variable activity above the plan", worth - planned_to_date.part, reason="below zero if less")

    def _in_scope(self, value: Value) -> Iterator[tuple[Claimed, Flag]]:
        """What each currency of the scope claims, and in which of its rows that is variable."""
        scope: dict[str, list[Variable]] = {}
        for one in self.variable_scope:  # type: ignore[attr-defined]
            scope.setdefault(one.currency, []).append(one)
        for records in scope.values():
            for claim in claimed(value, [records[0].currency], "variable_scope"):
                found = claim.rows.where(records[0].where or {})
                for one in records[1:]:
                    found = found | claim.rows.where(one.where or {})
                yield claim, (claim.where & found).named(f"variable {claim.unit}")

    def _check(self) -> None:
        scope: tuple[Variable, ...] = self.variable_scope  # type: ignore[assignment]
        if not scope:
            says = "nothing is variable: a contract with a fixed element alone is a block"
            raise RuleError(says, about="variable_scope", write='use = "block"')
        for one in scope:
            if one.currency in self.covers_labels:
                says = "a currency whose units are variable, or may be, is not also among those of which nothing is"
                raise RuleError(says, about="covers_labels", write="it in variable_scope alone")


FIXED = "the fixed element, an instalment"
COVERED = "paid for by the fixed element"
AROUND = "variable activity above the plan to date, or below it, less what was due before"


def _part(amount: Amount | Maybe[Amount], share: Rate) -> Amount | Maybe[Amount]:
    if isinstance(amount, Maybe):
        return amount.map(lambda one: one.as_line() * share)
    return amount.as_line() * share
