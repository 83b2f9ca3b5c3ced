"""What a threshold, a floor, a limit and a hold make of what a recipe earns: each as a flow of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tallystick.kernel.accounts import Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Carry, Figure, Flow
from tallystick.kernel.language.series import Amount, Count, Flag
from tallystick.kernel.language.words import each_contract, ratio, rest, total, when
from tallystick.kernel.trace import Activity
from tallystick_rules.rules._prices import code_of
from tallystick_rules.rules._recipe import Chosen, worth
from tallystick_rules.rules._to_date import ToDate, counted_to_date, plan, planned_count

HELD = "held by the local agreement"
ABOVE = "above the limit of the year to date, less what was above it before"


def limited(rule: Any, earned: ToDate, of: Chosen | None) -> tuple[ToDate, list[Flow | Figure]]:
    """What is due to date within threshold, floor and limit, and the flows that bring it there."""
    due, moves = earned, list[Flow | Figure]()
    if rule.threshold_year is not None or rule.threshold_units is not None:
        due = _above_threshold(rule, earned, of).called("due above the threshold")
        below = (earned.part - due.part).named("below the threshold")
        moves.append(_back(rule, below, "below the threshold of the year to date, less what was below it before"))
    if rule.floor_year is not None:
        floor, unraised = plan(rule.floor_year, rule.profile, "floor"), due
        due = due.with_each(lambda amount, least: amount.at_least(least), floor).called("due with the floor")
        raised = (due.part - unraised.part).named("up to the floor")
        reason = "up to the floor of the year to date, less what was added before"
        moves.append(Flow(rule.payer, rule.payee, raised, kind="adjustment", reason=reason))
    if rule.limit_year is not None:
        limit, unlimited = plan(rule.limit_year, rule.profile, "limit"), due
        due = due.with_each(lambda amount, most: amount.at_most(most), limit).called("due within the limit")
        over = (unlimited.part - due.part).named("above the limit")
        moves += _over(rule, over)
    return due, moves


def _above_threshold(rule: Any, earned: ToDate, of: Chosen | None) -> ToDate:
    if rule.threshold_units is None:
        threshold = plan(rule.threshold_year, rule.profile, "threshold")
        return earned.with_each(lambda amount, least: (amount - least).at_least(0), threshold)
    assert of is not None
    units = counted_to_date(total(when(of.where, of.paid)), "units paid for")
    threshold_units = planned_count(rule.threshold_units, rule.profile, "threshold")

    def above(amount: Amount, count: Count, least: Count) -> Amount:
        return (amount * ratio((count - least).at_least(0), count, otherwise=0)).as_line()

    return earned.with_each(above, units, threshold_units)


def _over(rule: Any, over: Amount) -> Iterator[Flow | Figure]:
    if rule.above is None:
        yield _back(rule, over, ABOVE)
        yield Figure("unpaid above the limit", over, reason="earned, and not paid")
    else:
        yield Flow(rule.payee, rule.above, over, kind="transfer", reason=ABOVE)


def _back(rule: Any, amount: Amount, reason: str) -> Flow:
    return Flow(rule.payee, rule.payer, amount, kind="adjustment", reason=reason)


def until_a_day(rule: Any, due: ToDate, contract: Contract) -> Iterator[Flow | Carry]:
    """Hold a share of all that is paid, to date, and release it when the day has come."""
    pot = contract.pot(rule.hold_pot, purpose=HELD)
    held = due.with_each(lambda amount: (amount.as_line() * rule.hold_share).as_line()).part.named("held")
    come = each_contract(rule.release_on) <= contract.as_at
    yield Flow(rule.payee, pot, held, kind="retention", reason="held until its day")
    yield Flow(pot, rule.payee, when(come, held), kind="release", reason="its day has come")
    kept = when(~come, held)
    yield Carry(pot, kept, until=contract.as_at, then=rule.payee, reason="held until its day")


def by_evidence(rule: Any, of: Chosen, activity: Activity, contract: Contract) -> Iterator[Flow | Figure | Carry]:
    """Hold a share of what each row brings, and release it where evidence says that the criterion was met."""
    if "spell" not in of.rows.table.columns:
        says = f"table {of.rows.table.name} has no column spell, and evidence is about spells"
        raise RuleError(says, about=rule.table, write="a table with a column spell, or release_on = …, a day")
    pot, row = contract.pot(rule.hold_pot, purpose=HELD), when(of.where, worth(rule, of)).as_line()
    held = (row * rule.hold_share).named("held")
    met = activity.evidence.find(
        "met", spell=code_of(of.rows, "spell"), standard=rule.release_standard, criterion=rule.release_criterion
    )
    released, refused = when(met.is_yes(), held), when(met.is_no(), held)
    waits = rest(held, released, refused)
    reason = f"held until {rule.release_criterion} is recorded"
    yield Flow(rule.payee, pot, held, kind="retention", reason=reason)
    yield Flow(pot, rule.payee, released, kind="release", reason=f"{rule.release_criterion}: met")
    yield Flow(pot, rule.otherwise, refused, kind="forfeit", reason=f"{rule.release_criterion}: not met")
    until = contract.as_at if rule.until is None else rule.until
    yield Carry(pot, waits, until=until, then=rule.otherwise, reason=f"{rule.release_criterion}: not recorded")
    is_open: Flag = of.where & (of.paid > 0) & met.is_missing()
    yield Figure(f"{rule.release_criterion}: not recorded", is_open, reason="rows of which a part is held")
