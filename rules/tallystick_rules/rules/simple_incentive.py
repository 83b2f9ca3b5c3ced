"""Simple incentive: so much money for each counted event, to the provider or from it."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from tallystick.kernel.accounts import Account, Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow, Law, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Count, Flag, Maybe, Price, literal
from tallystick.kernel.language.words import each_contract, total, when
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity
from tallystick_rules.rules._to_date import CountToDate, counted_to_date, plan, planned_count, to_date


class Direction(enum.Enum):
    """Who pays for an event."""

    EARNED = "commissioner pays provider"
    CHARGED = "provider pays commissioner"


class Counts(enum.Enum):
    """Which events are paid for."""

    EACH = "each event"
    BELOW = "events below the baseline"
    ABOVE = "events above the baseline"


@rule("simple-incentive")
class SimpleIncentive(Rule):
    """So much for each counted event: a medicine switched, a follow-up avoided, a handoff between settings.

    What it pays
        A price for each event in the rows that a filter chooses, or for each event by which the year stays below a
        baseline, or goes above it; never less than the floor nor more than the cap of the year. It is paid on top: it
        claims no units, which other rules pay for.

    Who pays whom
        As `direction` says: the commissioner pays the provider, or the provider pays the commissioner.

    How it is worked out
        1. Each event: a row's events × the price on its date, rounded once, half up.
        2. With a baseline: (baseline − events)⁺, or (events − baseline)⁺, of the contract's year to date × the price at
           the period's beginning, rounded half up, less the same up to that day. The baseline has come to its own
           instalments, by the profile: whole events, the remainder in the earliest months.
        3. Floor and cap are of the contract's year and kept to date: each has come to its own instalments when the year
           to date is held against it. A period pays what is due to date less what was due before, so months, quarters
           and years come to the same. What is above the cap is shown and not paid. A floor is paid for no event at all;
           a floor above the cap stops the contract.

        A row whose count is not given stops the run and is named: it is not zero, and would pass for an event avoided.
        Where nothing at all was counted in the year to date, no event counts as avoided, and that is shown: it may not
        have come in. Events avoided are only as true as the baseline, which the parties agree.

    Example
        1,200 switches at £45.00 with a cap of £50,000; 3,400 follow-ups where 4,000 were expected, at £30.00 each:

        >>> min(1_200 * 4_500, 5_000_000), max(4_000 - 3_400, 0) * 3_000
        (5000000, 1800000)

    Source
        10 Year Health Plan working group: finance and contracting, co-chairs' report (February 2025): simple incentive
        payments, medicines switches, outpatient follow-ups (recommendation 8), handoffs. No price is anyone's.
    """

    table: str = parameter("The table whose rows hold the events.")
    each: Price = parameter("What an event is worth.", at_least=0, unit="an event")
    direction: Direction = parameter("Who pays for it.")
    counts: Counts = parameter("Which events are paid for: each, or those below or above a baseline.")
    of: str | None = parameter("The column of counts; each row is one event if not said.", default=None)
    where: dict[str, tuple[str, ...]] = parameter(
        "Which rows hold events: for each code column, the codes that count.", default={}
    )
    baseline: Count | None = parameter("How many events a year were expected.", at_least=0, default=None, unit="a year")
    floor: Amount | None = parameter("The least that is paid.", at_least=0, default=None, unit="a year")
    cap: Amount | None = parameter("The most that is paid.", at_least=0, default=None, unit="a year")
    profile: Profile | None = parameter(
        "How baseline, floor and cap are spread over the months: twelve rates that sum to 100%; twelfths if not said.",
        default=None,
    )

    @hookimpl
    def incentive(self, activity: Activity, contract: Contract) -> Iterator[Flow | Figure | Law | Never]:
        """Pay for the events, and keep what they come to within floor and cap."""
        self._check()
        payer, payee = contract.commissioner, contract.provider
        if self.direction is Direction.CHARGED:
            payer, payee = payee, payer
        rows = activity[self.table]
        where = rows.where(self.where)
        events, faults = self._events(rows, where)
        yield from faults
        if self.counts is Counts.EACH:
            worth = when(where, self.each.times(events).as_amount())
            counted = when(where, events)
            yield Flow(payer, payee, worth, kind="price", units=counted, reason="counted events, at their price")
            if self.floor is None and self.cap is None:
                return
            earned = total(worth)
        else:
            seen = counted_to_date(total(when(where, events)), "events")
            now, before = self._beyond(seen)
            each = each_contract(self.each)
            earned = (each.times(now).as_amount() - each.times(before).as_amount()).as_line().named("earned")
            yield Flow(payer, payee, earned, kind="price", reason=f"{self.counts.value}, at their price")
            yield Figure(self.counts.value, now - before, reason="of the year to date")
            if self.counts is Counts.BELOW:
                one: Count = literal(Kind.COUNT, 1)
                nothing = when(seen.now == 0, one)
                yield Figure("periods with nothing counted yet", nothing, reason="until one is, none counts as avoided")
        yield from self._limited(earned, payer, payee)

    def _events(self, rows: Any, where: Flag) -> tuple[Count, list[Never]]:
        """How many events a row holds, and the rows in which nobody said."""
        if self.of is None:
            return rows.rows, []
        column = getattr(rows, self.of)
        if column.node.kind is not Kind.COUNT:
            says = f"{self.table}.{self.of} is a {column.node.kind.value}, and of = … names a column of counts"
            known = [f'"{name}"' for name, one in rows.table.columns.items() if one.kind is Kind.COUNT]
            raise RuleError(says, about="of", write=" or ".join(known) or "nothing: each row is then one event")
        if not isinstance(column, Maybe):
            return column, []
        missing = Never(where & column.is_missing(), f"{self.of} is not given, and that is not zero events")
        return column.or_else(0), [missing]

    def _beyond(self, events: CountToDate) -> tuple[Count, Count]:
        """By how many events the year is below the baseline, or above it, up to the period's end and its beginning."""
        assert self.baseline is not None
        expected = planned_count(self.baseline, self.profile, "baseline")
        ends = (events.now, expected.now), (events.before, expected.before)
        if self.counts is Counts.ABOVE:
            now, before = ((seen - planned).at_least(0) for seen, planned in ends)
        else:
            now, before = (when(seen > 0, (planned - seen).at_least(0)) for seen, planned in ends)
        return now.named(f"{self.counts.value}, to date"), before.named(f"{self.counts.value}, before this period")

    def _limited(self, earned: Amount, payer: Account, payee: Account) -> Iterator[Flow | Figure | Law]:
        """Bring what is earned up to the floor, and take back what is above the cap, by the year to date."""
        due = to_date(earned, "earned")
        if self.floor is not None and self.cap is not None:
            least, most = each_contract(self.floor), each_contract(self.cap)
            yield Law("the floor is no more than the cap", least.at_least(most), most)
        if self.floor is not None:
            floor, below = plan(self.floor, self.profile, "floor"), due
            due = due.with_each(lambda amount, least: amount.at_least(least), floor).called("due with the floor")
            raised = (due.part - below.part).named("up to the floor")
            yield Flow(payer, payee, raised, reason="up to the floor of the year to date, less what was added before")
        if self.cap is not None:
            cap, above = plan(self.cap, self.profile, "cap"), due
            due = due.with_each(lambda amount, most: amount.at_most(most), cap).called("due within the cap")
            over = (above.part - due.part).named("above the cap")
            yield Flow(payee, payer, over, reason="above the cap of the year to date, less what was above it before")
            yield Figure("above the cap", over, reason="counted, and not paid")

    def _check(self) -> None:
        wants = self.counts is not Counts.EACH
        if wants and self.baseline is None:
            says = f"{self.counts.value}: it does not say what was expected"
            raise RuleError(says, about="counts", write="baseline = 4000, the events of a year")
        if not wants and self.baseline is not None:
            says = "each event is paid for, so nothing is held against a baseline"
            write = " or ".join(f'counts = "{one.value}"' for one in (Counts.BELOW, Counts.ABOVE))
            raise RuleError(says, about="baseline", write=write)
