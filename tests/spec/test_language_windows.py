"""Windows: along the rows of a period, along a person's rows, and from one period to the next."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from attrs import frozen

from tallystick.kernel.accounts import Contract, balance
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow, Priced
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Count, Rate, literal
from tallystick.kernel.language.words import (
    allot,
    days_between,
    earlier,
    first,
    instalment,
    previous,
    running,
    so_far,
    total,
    when,
)
from tallystick.kernel.parameters import Label, Rows, parameter
from tallystick.kernel.program import compose
from tallystick.kernel.reading import BAD_WEIGHT
from tallystick.kernel.rules import Rule, rule
from tests.spec.drawn import Spells
from tests.support import Read, case, contract, fund, read_case, settle, use


@rule("up-to")
class UpTo(Rule):
    """Each row pays its cost until the period's limit is reached."""

    limit: Amount = parameter("The most that a period pays.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        cost = activity.spells.cost.or_else(0)
        so_far = running(cost)
        paid = so_far.at_most(self.limit) - (so_far - cost).at_most(self.limit)
        yield Flow(contract.commissioner, contract.provider, paid, reason="up to the limit")


def test_running_goes_by_date_then_key_within_the_contracts_period(reading: Read) -> None:
    made = case(contract("A", use(UpTo, limit="£2.50"), settles="quarter"), tables=[Spells])
    spells = [
        {"spell": "c", "discharged": "2025-05-02", "cost": "£1.03"},  # third: 250 − 203
        {"spell": "b", "discharged": "2025-05-01", "cost": "£1.02"},  # second
        {"spell": "a", "discharged": "2025-05-01", "cost": "£1.01"},  # first
        {"spell": "d", "discharged": "2025-05-03", "cost": "£1.04"},  # nothing left
        {"spell": "e", "discharged": "2025-07-01", "cost": "£1.05"},  # a new period
    ]
    assert settle(reading, made, spells=spells) == {("up-to", "QYY", "RXX"): (101 + 102 + 47 + 0) + 105}
    units = [line.units for line in read_case(reading, made, spells=spells).flows]
    assert units == [3, 1]


@rule("people")
class People(Rule):
    """New people of a period, and returns within thirty days of a stay that cost something."""

    @hookimpl
    def incentive(self, activity: Any) -> Iterator[Figure]:
        spells = activity.spells
        yield Figure("first", when(first(spells), spells.days.or_else(0)))
        before = earlier(spells, where=spells.cost.or_else(0) > 0)
        soon = before.map(lambda day: days_between(day, spells.discharged) <= 30).is_yes()
        yield Figure("soon", when(soon, spells.days.or_else(0)))


def test_first_and_earlier_look_at_the_same_person(reading: Read) -> None:
    made = case(contract("A", use(People), settles="quarter"), tables=[Spells])
    spells = [
        {"spell": "a", "discharged": "2025-05-01", "person": "p", "days": 1, "cost": "£1"},
        {"spell": "b", "discharged": "2025-05-01", "person": "p", "days": 2},  # later by its key
        {"spell": "c", "discharged": "2025-06-10", "person": "p", "days": 4, "cost": "£1"},  # 40 days after a
        {"spell": "d", "discharged": "2025-07-01", "person": "p", "days": 8},  # first of the quarter; soon after c
        {"spell": "e", "discharged": "2025-05-01", "days": 16, "cost": "£1"},  # nobody knows who
        {"spell": "f", "discharged": "2025-05-02", "days": 32},
        {"spell": "g", "discharged": "2025-04-20", "person": "q", "days": 64, "cost": "£1", "provider": "RZZ"},
        {"spell": "h", "discharged": "2025-05-20", "person": "q", "days": 128},  # after a stay elsewhere
    ]
    found = {(line.period, line.name): line.value for line in read_case(reading, made, spells=spells).figures}
    assert found == {(1, "first"): (1 + 128), (1, "soon"): (2 + 128), (2, "first"): 8, (2, "soon"): 8}


@rule("growth")
class Growth(Rule):
    """A part of what a period costs beyond the one before."""

    share: Rate = parameter("What part.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        cost = total(activity.spells.cost.or_else(0))
        grown = (cost - previous(cost).or_else("£9")) * self.share
        yield Flow(contract.commissioner, contract.provider, grown, reason="growth")


def test_previous_is_the_contracts_period_before_and_missing_in_the_first(reading: Read) -> None:
    made = case(contract("A", use(Growth, share="50%"), settles="quarter"), tables=[Spells])
    spells = [{"discharged": "2025-05-01", "cost": "£10.01"}, {"discharged": "2025-07-01", "cost": "£12.00"}]
    found = read_case(reading, made, spells=spells)
    # (1001 − 900) ÷ 2 = 50.5; (1200 − 1001) ÷ 2 = 99.5; (0 − 1200) ÷ 2; then nothing after nothing
    assert [(line.period, line.pence) for line in found.flows] == [(1, 51), (2, 100), (3, -600)]


@rule("capped-year")
class CappedYear(Rule):
    """What a period costs, until the year's limit is reached."""

    limit: Amount = parameter("The most that a year pays.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        cost = total(activity.spells.cost.or_else(0))
        before = so_far(cost)
        paid = (before + cost).at_most(self.limit) - before.at_most(self.limit)
        yield Flow(contract.commissioner, contract.provider, paid, reason="up to the year's limit")


COSTS = [
    {"discharged": "2025-05-01", "cost": "£1.01"},  # first quarter
    {"discharged": "2025-08-01", "cost": "£1.02"},  # second
    {"discharged": "2025-11-01", "cost": "£1.03"},  # third: 250 − (101 + 102)
    {"discharged": "2026-02-01", "cost": "£1.04"},  # fourth: nothing left
    {"discharged": "2026-04-01", "cost": "£1.05"},  # a new year
    {"discharged": "2026-07-01", "cost": "£1.46"},  # 250 − 105
]


def test_so_far_is_the_sum_of_the_years_periods_before_and_begins_again_with_each_year(reading: Read) -> None:
    def pence(**days: str) -> dict[int, int]:
        made = case(contract("A", use(CappedYear, limit="£2.50"), **days), tables=[Spells])
        return {line.period: line.pence for line in read_case(reading, made, spells=COSTS).flows}

    two_years = {"first": "2025-04-01", "last": "2027-03-31"}
    assert pence(settles="quarter", **two_years) == {1: 101, 2: 102, 3: 47, 5: 105, 6: 145}
    assert pence(settles="month", **two_years) == {2: 101, 5: 102, 8: 47, 13: 105, 16: 145}
    assert pence(settles="year", **two_years) == {1: 250, 2: 250}  # no year has a period before
    # a contract from August has Augusts as its years: 102 + 103 + 45 (of 104), and nothing of 105 and 146
    assert pence(settles="quarter", first="2025-08-01", last="2026-07-31") == {1: 102, 2: 103, 3: 45}


POUND: Amount = literal(Kind.AMOUNT, "£1")


@frozen(kw_only=True)
class Member:
    """One of those that a pot is shared by."""

    name: str = parameter("Who it is.")
    weight: Rate = parameter("How much of it.")


@rule("shared-year")
class SharedYear(Rule):
    """Shares a pound a period, and pays what was shared in the year so far."""

    member: Rows[Member] = parameter("Who takes part.")

    @hookimpl
    def incentive(self, contract: Any) -> Iterator[Flow]:
        shared = total(allot(POUND, by=self.member.each.weight))
        yield Flow(contract.commissioner, contract.provider, so_far(shared), reason="of the year so far")


def test_what_stopped_an_earlier_period_stops_the_sum_so_far_with_the_same_words(reading: Read) -> None:
    def faults(weight: str) -> list[tuple[str, str]]:
        members = [{"name": "one", "weight": weight}, {"name": "two", "weight": "50%"}]
        made = case(contract("A", use(SharedYear, member=members), settles="quarter"))
        found = reading(compose(made), {})
        assert [line.pence for line in found.flows] == ([] if found.faults else [100, 200, 300])
        return found.faults

    assert faults("50%") == []
    assert faults("-50%") == [("A", BAD_WEIGHT)]


def test_so_far_adds_rates_and_counts_too(reading: Read) -> None:
    @rule("share-of-the-year")
    class ShareOfTheYear(Rule):
        """A pound for each third so far."""

        third: Rate = parameter("A part.")

        @hookimpl
        def incentive(self, activity: Any, contract: Any) -> Iterator[Flow | Figure]:
            yield Flow(contract.commissioner, contract.provider, POUND * so_far(self.third), reason="thirds")
            yield Figure("stays", so_far(total(activity.spells.rows)))

    made = case(contract("A", use(ShareOfTheYear, third=Fraction(1, 3)), settles="quarter"), tables=[Spells])
    found = read_case(reading, made, spells=COSTS[:4])
    assert [line.pence for line in found.flows] == [33, 67, 100]  # 0, ⅓, ⅔ and 1 of a pound
    assert [(line.period, line.value) for line in found.figures] == [(2, 1), (3, 2), (4, 3)]


@rule("cost")
class Cost(Rule):
    """Each spell is worth its cost."""

    @hookimpl
    def payment_currency(self, activity: Any) -> Iterator[Priced]:
        spells = activity.spells
        yield Priced(spells, unit="spell", where=spells.every, amount=spells.cost, reason="at cost")


@rule("after-nothing")
class AfterNothing(Rule):
    """What a rule that pays nothing paid before, and so far."""

    on: Label = parameter("The rule that pays nothing.")

    @hookimpl
    def incentive(self, paid: Any) -> Iterator[Figure]:
        earned = paid.total(self.on)
        yield Figure("before", previous(earned).or_else("£1"))
        yield Figure("so far", so_far(earned) + POUND)


def test_what_is_nothing_everywhere_was_nothing_in_the_periods_before_too(reading: Read) -> None:
    held = use(Cost, "cost", pays=False), use(AfterNothing, on="cost")
    found = read_case(reading, case(contract("A", *held, settles="quarter"), tables=[Spells]), spells=COSTS[:4])
    assert [(line.period, line.name, line.value) for line in sorted(found.figures)] == [
        (1, "before", 100), (1, "so far", 100), (2, "so far", 100), (3, "so far", 100), (4, "so far", 100),
    ]  # fmt: skip


@rule("fixed")
class Fixed(Rule):
    """A year's amount, in the periods' parts."""

    year: Amount = parameter("For the year.")
    visits: Count = parameter("What is planned.", default=0)
    profile: Profile | None = parameter("How it is spread.", default=None)

    @hookimpl
    def incentive(self, contract: Any) -> Iterator[Flow | Figure]:
        part = instalment(self.year, self.profile)
        yield Flow(contract.commissioner, contract.provider, part, kind="fixed", reason="a part")
        yield Figure("planned visits", instalment(self.visits, self.profile))


def test_a_years_amount_falls_in_twelfths_with_the_odd_pence_first(reading: Read) -> None:
    def pence(settles: str, year: str = "£1.27", **days: str) -> list[int]:
        made = case(contract("A", use(Fixed, year=year), settles=settles, **days))
        return [line.pence for line in read_case(reading, made).flows]

    assert pence("month") == [11, 11, 11, 11, 11, 11, 11, 10, 10, 10, 10, 10]  # 127 = 12 × 10 + 7
    assert pence("quarter") == [33, 33, (11 + 10 + 10), 30]
    assert pence("year") == [127]
    assert pence("year", "-£1.27") == [-127]
    assert pence("month", "-£0.02") == [-1, -1]
    assert pence("quarter", last="2025-08-15") == [33, (11 + 11)]  # July and August, of which half is in the contract
    assert pence("year", first="2025-10-01", last="2026-12-31") == [127, 33]  # its own year, from October


WINTER = Profile(("5%",) * 6 + ("10%",) * 3 + ("2/15",) * 3)


def test_a_profile_says_how_much_of_the_year_falls_in_each_month(reading: Read) -> None:
    def pence(settles: str, year: str, profile: Profile = WINTER, **days: str) -> list[int]:
        one = contract("A", use(Fixed, year=year, profile=profile), settles=settles, **days)
        paid = {line.period: line.pence for line in read_case(reading, case(one)).flows}
        return [paid.get(period.number, 0) for period in one.periods()]

    assert pence("month", "£100") == [500] * 6 + [1_000] * 3 + [1_333, 1_334, 1_333]  # to date 7,333⅓ and 8,666⅔
    assert pence("quarter", "£100") == [1_500, 1_500, 3_000, 4_000]
    assert pence("year", "£100") == [10_000]
    assert pence("year", "£100", last="2025-12-31") == [6_000]  # nine months: its first nine rates, 6 × 5% + 3 × 10%
    assert pence("month", "£0.10") == [1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 2, 1]  # 0.5 is 1, 1.0 is 1, 1.5 is 2 …
    assert pence("month", "-£0.10") == [-1, 0, -1, 0, -1, 0, -1, -1, -1, -1, -2, -1]
    at_the_end = Profile((*[0] * 11, 1))
    assert pence("quarter", "£1.27", at_the_end, first="2025-10-01", last="2026-12-31") == [0, 0, 0, 127, 0]


def test_a_planned_count_has_its_part_in_each_period_too(reading: Read) -> None:
    def planned(**given: Any) -> list[object]:
        made = case(contract("A", use(Fixed, year="£0", visits=10, **given), settles="quarter"))
        return [figure.value for figure in read_case(reading, made).figures]

    assert planned() == [3, 3, 3, 1]  # twelfths of 10: one in each of the first ten months
    assert planned(profile=WINTER) == [2, 1, 3, 4]  # to date 1.5, 3, 6 and 10


@rule("saving")
class Saving(Rule):
    """Half of what is left of a fund, each period."""

    put: Amount = parameter("What is put in each period.")

    @hookimpl
    def incentive(self, contract: Any) -> Iterator[Flow]:
        pot = contract.fund("f")
        yield Flow(contract.commissioner, pot, self.put, reason="in")
        yield Flow(pot, contract.provider, balance(pot) * "50%", reason="half of what there was")


def test_a_balance_is_what_a_pot_holds_when_the_period_opens(reading: Read) -> None:
    made = case(contract("A", use(Saving, put="£1"), settles="quarter"), funds=(fund("f", opening=301),))
    found = read_case(reading, made)
    out = [line.pence for line in found.flows if line.payer == "scheme/f"]
    assert out == [
        151,  # 301 ÷ 2 = 150.5
        125,  # (301 + 100 − 151) ÷ 2
        113,  # (250 + 100 − 125) ÷ 2 = 112.5
        106,  # (225 + 100 − 113) ÷ 2
    ]


@rule("month-days")
class MonthDays(Rule):
    """The days of the contract's first month, of its seventh as far as it is settled, and of the year."""

    @hookimpl
    def incentive(self, contract: Any) -> Iterator[Figure]:
        first, second, after = (contract.month_begins(month) for month in (0, 1, 12))
        yield Figure("first month", days_between(first, second))
        yield Figure("year", days_between(first, after))
        seventh, eighth = (contract.month_begins(month, cut=True) for month in (6, 7))
        yield Figure("seventh month, settled", days_between(seventh, eighth))


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
def test_months_of_the_contracts_year_begin_as_its_periods_do(reading: Read, settles: str) -> None:
    dates = {"first": "2027-10-15", "last": "2029-05-02", "settles": settles}
    found = read_case(reading, case(contract("A", use(MonthDays), **dates))).figures
    of_first = {line.name: line.value for line in found if line.period == 1}
    assert of_first == {"first month": 31, "year": 366, "seventh month, settled": 30}  # 15 April to 15 May 2028
    last = max(line.period for line in found)
    of_last = {line.name: line.value for line in found if line.period == last}
    assert of_last == {"first month": 31, "year": 365, "seventh month, settled": 18}  # 15 April to 2 May 2029


def test_there_is_no_fourteenth_month() -> None:
    with pytest.raises(RuleError, match="a month of a year is from 0 to 12, not 13"):
        Contract().month_begins(13)
