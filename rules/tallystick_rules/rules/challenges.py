"""Challenges: what is contested is not payable until it is decided."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Account, Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Carry, Figure, Flow, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Code, Count, Day, Flag, Maybe
from tallystick.kernel.language.words import days_between, when
from tallystick.kernel.parameters import Label
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.tables import Table
from tallystick.kernel.trace import Activity, Paid
from tallystick_rules.rules._prices import joined
from tallystick_rules.tables.challenges import UPHELD


@rule("challenges")
class Challenges(Rule):
    """What is paid for a contested row stands in a pot until the challenge is decided.

    What it pays
        Nothing new: it takes back what other rules pay for a row while a challenge of that row is open, and for good
        where the challenge is upheld. A challenge is of the whole payment of a row: part of it cannot be contested.

    Who pays whom
        Open: the provider pays into a pot that the commissioner holds. Upheld: the provider pays the commissioner,
        whoever it was that paid for the row. Rejected or withdrawn: nobody, and the payment stands. Not decided in
        time: from the pot to `undecided_to`. Who raised the challenge makes no difference to the money.

    How it is worked out
        1. What is contested is all that the rules named under `on` pay for the row, net to the provider, if it is
           above zero. Name every rule that pays, or holds, for the row: what is not named is not contested.
        2. Facts are those of the run's day. A challenge raised after it is not known; one decided after it is open.
        3. In time: raised no more than `raise_within_days` after the row's own day (discharge, attendance), which
           itself counts nothing. A challenge raised too late changes nothing, and is shown.
        4. Open until decided: on the day `decide_within_days` after the day it was raised it can still be decided;
           after that day what stands in the pot goes to `undecided_to`, and a later decision does not count.
        5. Both limits are those in force on the row's own day. Days are calendar days.

        One row has one challenge at a time; it may have another once one was rejected or withdrawn. A decision
        needs its day and a day its decision, or nothing is settled.

    Example
        Four spells of £1,000 are challenged: one is open, one upheld, one rejected, one raised too late.

        >>> paid, in_pot, upheld = 4 * 100_000, 100_000, 100_000
        >>> paid - in_pot - upheld  # to the provider now
        200000

    Source
        NHS Standard Contract, Service Conditions, SC36, contested payments: it counts operational days from the
        receipt of an account, and refers what is not resolved to dispute resolution. Here days are calendar days
        from the day of care, and every limit is a parameter.
    """

    on: tuple[Label, ...] = parameter("The rules whose payment for a row is contested; all pay for rows of one table.")
    raise_within_days: Count = parameter(
        "How many days after the row's own day a challenge may be raised.", at_least=0, unit="days"
    )
    decide_within_days: Count = parameter(
        "How many days after it was raised a challenge may be decided.", at_least=0, unit="days"
    )
    undecided_to: Account = parameter("Where contested money goes when that has passed without a decision.")
    pot: str = parameter("The name of the pot.", default="contested")

    @hookimpl
    def incentive(self, activity: Activity, paid: Paid, contract: Contract) -> Iterator[Flow | Figure | Carry | Never]:
        """Take back what is contested, and say of every challenged row what becomes of it."""
        net = paid(*self.on)
        rows = _rows(activity, net)
        own_day: Day = getattr(rows, str(rows.table.date))
        table, key = rows.table.name, getattr(rows, str(rows.table.key))
        raised: Maybe[Day] = activity.challenges.find("raised_on", of_table=table, row=key)
        decided_on: Maybe[Day] = activity.challenges.find("decided_on", of_table=table, row=key)
        decision: Maybe[Code] = activity.challenges.find("decision", of_table=table, row=key)
        worth = net.at_least(0).as_line().named("paid for the row")

        known = raised.map(lambda day: day <= contract.as_at).is_yes().named("known")
        after = raised.map(lambda day: days_between(own_day, day) > self.raise_within_days)
        late = after.is_yes().named("raised too late")
        counts = (known & ~late & (worth > 0)).named("challenged in time")
        decided = decided_on.map(lambda day: day <= contract.as_at).is_yes()
        in_time = joined(lambda start, end: days_between(start, end) <= self.decide_within_days, raised, decided_on)
        closed = (decided & in_time.is_yes()).named("decided in time")
        upheld = decision.map(lambda code: code == UPHELD).is_yes().named("upheld")

        contested = when(counts & ~closed, worth).named("contested")
        pot = contract.pot(self.pot, purpose="payment that is contested", at_end="carry forward")
        last = raised.or_else(contract.as_at).plus_days(self.decide_within_days)
        yield Flow(contract.provider, pot, contested, kind="contested", reason=OPEN)
        yield Carry(pot, contested, until=last, then=self.undecided_to, reason=OPEN)
        taken = when(counts & closed & upheld, worth).named("taken back")
        yield Flow(contract.provider, contract.commissioner, taken, kind="adjustment", reason="challenge upheld")
        yield from _figures(known=known, late=late, counts=counts, closed=closed, upheld=upheld, worth=worth)
        yield Figure("decided too late", counts & decided & ~closed, reason="does not count")
        half = (decision.is_given() & ~decided_on.is_given()) | (decided_on.is_given() & ~decision.is_given())
        yield Never(known & half, "its challenge has a decision without its day, or a day without its decision")


OPEN = "challenged, and not yet decided"


def _rows(activity: Activity, net: Amount) -> Table:
    """The table whose rows are paid for; RuleError where the rules named pay for no rows that have a key."""
    table = net.node.grain.table
    rows: Table | None = activity[table] if table else None
    if rows is None or rows.table.key is None:
        why = "challenges are of rows, and need rules that pay for each row of one table"
        raise RuleError(why, about="on", write="on = […], with the labels of such rules")
    return rows


def _figures(
    *, known: Flag, late: Flag, counts: Flag, closed: Flag, upheld: Flag, worth: Amount
) -> Iterator[Figure]:  # fmt: skip
    """Rows by what became of their challenge, and the money that a challenge did not touch."""
    let_stand = counts & closed & ~upheld
    yield Figure("challenged, open", counts & ~closed)
    yield Figure("challenged, upheld", counts & closed & upheld)
    yield Figure("challenged, rejected or withdrawn", let_stand, reason="paid in full")
    yield Figure("paid although challenged: rejected or withdrawn", when(let_stand, worth))
    too_late = known & late & (worth > 0)
    yield Figure("challenged too late", too_late, reason="paid in full")
    yield Figure("paid although challenged: raised too late", when(too_late, worth))
    yield Figure("challenged, and nothing is paid for the row", known & ~(worth > 0), reason="nothing to contest")
