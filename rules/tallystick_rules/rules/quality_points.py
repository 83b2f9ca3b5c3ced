"""Quality points: points earned between two thresholds, at so much a point for a list of the average size."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow, Law, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Count, Flag, Price, Rate, literal
from tallystick.kernel.language.words import each_contract, ratio, rest, when
from tallystick.kernel.parameters import Parts
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity
from tallystick_rules.rules._points import (
    Points,
    PointsIndicator,
    Unmeasured,
    added,
    check_indicators,
    faults,
    names_read,
    points_of,
)
from tallystick_rules.rules._results import DECIDED_AFTER, MONTHS, after_it, at_fault, nobody, unread, year_ends
from tallystick_rules.rules._to_date import plan


@rule("quality-points")
class QualityPoints(Rule):
    """Points for what a practice achieved between two thresholds, each worth so much for a list of the average size.

    What it pays
        The points of the year's indicators, × the value of a point × the practice's list ÷ the average list, and of
        each indicator that names a register × prevalence ÷ average prevalence. A part of last year's payment may be
        paid on account by the month; it is taken off when the year is settled.

    Who pays whom
        The commissioner pays the practice. If less was achieved than was paid on account, the practice pays the
        difference back.

    How it is worked out
        1. achieved = numerator ÷ denominator, exactly, in the row whose `measured_on` is the last day of the period
           with which the contract's year ends (`decided_after_months`).
        2. points = (achieved − lower) ÷ (upper − lower) × the indicator's points: none up to `lower`, all from
           `upper`. Where lower is better it is (upper − achieved), and all from `lower` down. Equal thresholds are a
           step. A denominator of zero, or an empty register, makes no points available, and that is shown.
        3. earned = the sum of points (× prevalence ÷ average prevalence) × list ÷ average list × the value of a
           point. Points are never rounded; the money is, once, half up. A year of fewer months brings the points of a
           whole one.
        4. On account: last year's payment × `on_account`, in instalments. With `balance_after_days` the year is
           settled only in a run whose day is so many days after the year's end, such as 91 for the end of June: what
           was earned is paid and what was paid on account is taken off, both as lines of the year's last period,
           payable when that run is made. Until then it is shown, and the payments on account stand. Without that
           number of days the year is settled as soon as it has ended and one result is in.
        5. An indicator (or its register) without a result brings *no points*, or *the year waits*: nothing is settled
           until all have one.

    Example
        70% on thresholds of 40% and 90%, for 20 points, brings 12. 74 points at £201.16:

        >>> (70 - 40) * 20 // (90 - 40), 74 * 201_16
        (12, 1488584)

    Source
        Quality and outcomes framework: the statement of financial entitlements, part 2 (£201.16 a point; £227.95
        and an average list of 10,295 in 2026/27); investment and impact fund 2024/25, £198 a point.
    """

    indicators: Parts[PointsIndicator] = parameter("The indicators, each with its points and thresholds.")
    point_value: Price = parameter("What a point is worth for an average list.", at_least=0, unit="a point")
    list_size: Count | None = parameter("How many people the list has.", at_least=0, default=None, unit="people")
    average_list: Count | None = parameter("How many people an average list has.", at_least=1, default=None)
    not_measured: Unmeasured = parameter("What becomes of an indicator without a result: no points, or the year waits.")
    last_year: Amount | None = parameter("What last year's points came to.", at_least=0, default=None, unit="a year")
    on_account: Rate | None = parameter("How much of it is paid on account.", at_least=0, at_most=1, default=None)
    profile: Profile | None = parameter(
        "How payments on account are spread over the months: twelve rates that sum to 100%; twelfths if not said.",
        default=None,
    )
    balance_after_days: Count | None = parameter(
        "How many days after the year's end it is settled; at once if not said.", at_least=0, default=None, unit="days"
    )
    decided_after_months: Count = parameter(DECIDED_AFTER, at_least=1, at_most=MONTHS, default=MONTHS, unit="months")

    @hookimpl
    def incentive(self, activity: Activity, contract: Contract) -> Iterator[Flow | Figure | Law | Never]:
        """Pay on account; when the year is settled, pay its points and take off what was paid."""
        self._check()
        rows, day = activity.indicators, contract.last_day
        points = points_of(rows, self.indicators, day)
        ends = year_ends(self.decided_after_months)
        now = self._settled(ends, points, contract).named("the year is settled")
        for_payment = added(one.for_payment for one in points)
        if self.list_size is not None and self.average_list is not None:
            size = ratio(self.list_size, self.average_list, otherwise=0)
            one: Count = literal(Kind.COUNT, 1)
            a_point = (each_contract(self.point_value) * one).as_line()
            yield nobody(each_contract(self.list_size), a_point, "list_size")
            for_payment = for_payment * each_contract(size).named("list ÷ average list")
        earned: Amount = (each_contract(self.point_value) * for_payment.named("points for payment")).as_amount()
        earned = earned.named("earned in the year")
        paid = when(now, earned)
        yield Flow(contract.commissioner, contract.provider, paid, kind="price", reason="points of the year")
        if self.last_year is not None and self.on_account is not None:
            year = (self.last_year * self.on_account).as_line()
            account = plan(year, self.profile, "on account")
            yield Flow(contract.commissioner, contract.provider, account.part, kind="on-account", reason="on account")
            yield after_it(self.decided_after_months, account.part)
            off = when(now, account.now)
            yield Flow(
                contract.provider, contract.commissioner, off, kind="on-account", reason="paid on account, taken off"
            )
        waits = when(ends, rest(earned, paid))
        yield Figure("earned, and not yet settled", waits, reason="by the results that are known")
        yield from _shown(points, ends)
        read = names_read(self.indicators)
        yield from at_fault(rows, read, day)
        yield from faults(rows, self.indicators)
        yield from unread(rows, read, day, ends)

    def _check(self) -> None:
        check_indicators(self.indicators)
        for first, second in (("list_size", "average_list"), ("last_year", "on_account")):
            if (getattr(self, first) is None) != (getattr(self, second) is None):
                said = first if getattr(self, second) is None else second
                raise RuleError(
                    f"quality-points: {first} and {second} are said together", about=said, write="both, or neither"
                )

    def _settled(self, ends: Flag, points: list[Points], contract: Contract) -> Flag:
        """Whether the year ends, so many days have passed since, and it waits for no result."""
        if self.not_measured is Unmeasured.WAITS:
            for one in points:
                ends = ends & one.given
        if self.balance_after_days is not None:
            due = contract.last_day.plus_days(each_contract(self.balance_after_days))
            return ends & (due <= contract.as_at)
        some = points[0].given
        for one in points[1:]:
            some = some | one.given
        return ends & some


def _shown(points: list[Points], ends: Flag) -> Iterator[Figure]:
    """Each indicator's achievement and points, and their sums."""
    one: Count = literal(Kind.COUNT, 1)
    for each in points:
        yield Figure(f"{each.name}: achieved", when(ends, each.rate), reason="0% where there is no result")
        yield Figure(f"{each.name}: points", when(ends, each.achieved))
    yield Figure("points on offer", when(ends, added(each.offered for each in points)))
    available = added(each.available for each in points)
    yield Figure("points available", when(ends, available), reason="an empty register makes none available")
    yield Figure("points achieved", when(ends, added(each.achieved for each in points)))
    yield Figure("indicators without a result", when(ends, added(when(~each.given, one) for each in points)))
