"""Capitation: a rate a weighted head for a list of people, and what becomes of their care elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from tallystick.kernel.accounts import MONTHS, Contract
from tallystick.kernel.flows import Covered, Figure, Flow, Law, Never, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Count, Flag, Price, Rate
from tallystick.kernel.language.words import days_between, each_contract, ratio, so_far, total, when
from tallystick.kernel.parameters import Label, Parts
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.tables import Table
from tallystick.kernel.trace import Activity, Paid, Value
from tallystick_rules.rules import _holding
from tallystick_rules.rules._budget import ADDITIONAL, REPLACES, Replaced, check_budget, replacing
from tallystick_rules.rules._eligible_days import Stretch, listed_again, listed_once, named, stretch, to_date
from tallystick_rules.rules._holding import Heads, WithoutWeight
from tallystick_rules.rules._prices import unit_of
from tallystick_rules.rules._roll_forward import RollForward


@rule("capitation")
class Capitation(Rule):
    """A rate a year for each weighted head, for all of their care but what is carved out.

    What it pays
        The rate × the weighted heads of the contract's list. Out of that the holder bears what its people's care
        costs, wherever they have it, up to a limit for a person where one is agreed. Services that are carved out are
        paid beside it, at their worth.

    Who pays whom
        The commissioner pays the provider, which holds the budget. Care that its people had elsewhere is paid for to
        whoever gave it, by the commissioner, which deducts it from the holder, or by the holder. Care that is carved
        out, and what a person's care cost above the limit, is the commissioner's.

    How it is worked out
        1. Heads are *days*: rate × Σ (weight × days on the list to date) ÷ days of the contract's year, 365 or 366.
           A row is listed from `eligible_from`, or else its census day, until the day before `eligible_to`: births
           and moves in begin a row, and deaths and moves out end it.
        2. Or heads are *lists*: rate × Σ weights of all who are on the lists of the year to date ÷ lists a year. A
           list is of the first day of its part of the contract's year; a row of another day is a fault. Nobody joins
           or leaves between two lists; a list's part is paid whole, also where the contract ends within it. A list
           with nobody on it is shown: it may not have been handed in.
        3. Either is rounded once, half up; a period pays that less what was due before it, at the rate of its first
           day. A weight that is not given is a fault, counts as one, or counts nothing, as `without_weight` says.
        4. `care` names the currencies, declared not to pay, by which the care of its people is worth something. Of
           their units, those that are carved out are priced by this rule, and paid by the commissioner to whoever
           treated; the others are covered. What another provider gave is leakage: paid at that worth to it.
           Care of somebody whom the table of people nowhere lists, or of nobody known, is a fault: it belongs in
           another contract.
        5. Of `cost_to_date` of a person's row what is above the limit is the commissioner's, less what was so by the
           person's row before it in the contract's year. Where there is a limit, a row without its cost is a fault,
           and so are two rows of a person on one census day, whatever their categories.

        A person on two rows of one census day, of the categories that are on it, is a fault, and so is one who is
        listed again on a later day for days that are counted already.

    Example
        £1,500.00 a head, on the list for 100 days of 365 with a weight of 1.3:

        >>> from fractions import Fraction
        >>> round(150_000 * Fraction("1.3") * 100 / 365)  # 53,424.66 pence
        53425

    Source
        10 Year Health Plan working group: finance and contracting, co-chairs' report (February 2025), recommendations
        2 and 12; Fit for the Future: 10 Year Health Plan for England (2025), integrated health organisations. Rates
        and weights are nobody's yet.
    """

    is_budget: ClassVar[bool] = True

    rate: Price = parameter("What a head with a weight of one brings in a year.", at_least=0, unit="a head a year")
    heads: Heads = parameter("What a head is: days on the list, or people on each list.")
    lists_a_year: Count | None = parameter(
        "How many lists there are in a year: 1, 2, 4 or 12; only where heads are lists.",
        at_least=1, at_most=MONTHS, default=None,
    )  # fmt: skip
    without_weight: WithoutWeight = parameter("What a person without a weight counts: fault, one or nothing.")
    categories: tuple[str, ...] | None = parameter(
        "Which categories of people are on it; all if not said.", default=None
    )
    reasons: tuple[str, ...] = parameter(
        "The reasons for leaving that are counted by name; others are counted together.", default=()
    )
    care: tuple[Label, ...] = parameter(
        "The currencies, declared not to pay, that say what care of its people is worth.", default=()
    )
    carved_out: tuple[_holding.CarvedOut, ...] = parameter(
        "The care that is paid for beside it: tables with the codes of rows.", default=()
    )
    leakage: _holding.Leakage | None = parameter(
        "Who pays for care elsewhere: the commissioner, and deducted, or the holder; said together with care.",
        default=None,
    )  # fmt: skip
    stop_loss: Amount | None = parameter(
        "What a person's care may cost in a year before the commissioner bears it.", at_least=0, default=None,
        unit="a person a year",
    )  # fmt: skip
    replaces: Parts[Replaced] | None = parameter(REPLACES, default=None)
    additional: bool = parameter(ADDITIONAL, default=False, sourced=True)

    @hookimpl
    def payment_currency(self, activity: Activity, value: Value, contract: Contract) -> Iterator[Units | Flow | Figure]:
        """Cover the care of its people, pay for what is carved out, and move what they had elsewhere."""
        check_budget(self)
        _holding.check(self)
        people, on_it = activity.people, self._on_the_list(activity.people, contract)
        yield Covered(people, unit=unit_of(people, None), where=on_it, reason="on the list: paid for as weighted heads")
        for claim in value.claims(*self.care):
            yield from _holding.held(self, claim, activity.people, contract)

    @hookimpl
    def incentive(
        self, activity: Activity, paid: Paid, value: Value, contract: Contract
    ) -> Iterator[Flow | Figure | Law | Never]:  # fmt: skip
        """Pay for the heads of the year to date, less what was due before."""
        people = activity.people
        own, on_it = self._listed(people, contract), self._on_the_list(people, contract)
        weight = people.weight.or_else(0 if self.without_weight is WithoutWeight.NOTHING else 1)
        if self.without_weight is WithoutWeight.FAULT:
            yield Never(on_it & people.weight.is_missing(), "its weight for need is not given")
        else:
            yield Figure("people without a weight", on_it & people.weight.is_missing(), reason="see without_weight")
        yield listed_once(people, (self.categories or ()) if self.stop_loss is None else ())
        if self.heads is Heads.DAYS:
            yield listed_again(people, contract, self.categories or (), own)
        yield from (self._by_days if self.heads is Heads.DAYS else self._by_lists)(people, on_it, own, weight, contract)
        if self.stop_loss is not None:
            yield from _holding.above(self.stop_loss, people, on_it, contract)
        for claim in value.claims(*self.care):
            yield _holding.strangers(claim, people)
        yield from replacing(self.replaces, paid, None)

    def _listed(self, people: Table, contract: Contract) -> Stretch:
        if self.heads is Heads.DAYS:
            return named(stretch(contract, people.census_day, people.eligible_from, people.eligible_to))
        return Stretch(begins=people.census_day, ends=people.census_day.plus_days(1))

    def _on_the_list(self, people: Table, contract: Contract) -> Flag:
        on_it = self._listed(people, contract).holds_days
        if self.categories is not None:
            on_it = on_it & people.category.or_else("").is_in(self.categories)
        return on_it.named("on the list")

    def _by_days(
        self, people: Table, on_it: Flag, own: Stretch, weight: Rate, contract: Contract
    ) -> Iterator[Flow | Figure | Law | Never]:  # fmt: skip
        """The weighted days to date, as parts of the year's days; and who came and went."""
        year = days_between(contract.month_begins(0), contract.month_begins(MONTHS)).named("days of the year")
        before, now = to_date(contract, lambda day: when(on_it, weight * own.before(day)))
        yield self._due(ratio(before, year, otherwise=0), ratio(now, year, otherwise=0), contract)
        days = own.before(contract.month_begins(MONTHS, cut=True)).named("days of the year, as they are listed")
        yield Figure("days listed", when(on_it, days), reason="rate × weight × days ÷ days of the year, as they come")
        yield Figure("weighted days on the list", now - before)
        nothing = ~people.every
        yield from RollForward(
            people=people, contract=contract, counted=on_it, own=own, cut_short=nothing, begun_late=nothing,
            reasons=self.reasons,
        ).figures()  # fmt: skip

    def _by_lists(
        self, people: Table, on_it: Flag, own: Stretch, weight: Rate, contract: Contract
    ) -> Iterator[Flow | Figure | Never]:  # fmt: skip
        """The weighted heads of the lists to date, as parts of the lists of a year."""
        assert self.lists_a_year is not None
        listed = total(when(on_it, weight)).named("weighted people on the period's lists")
        before, lists = so_far(listed), each_contract(self.lists_a_year)
        yield self._due(ratio(before, lists, otherwise=0), ratio(before + listed, lists, otherwise=0), contract)
        yield Figure("weighted people on lists", listed)
        yield Figure("people on lists", on_it)
        empty = _holding.empty_lists(people, on_it, self.lists_a_year, contract)
        yield Figure("lists with nobody on them", empty, reason="nothing is paid for them: they may not be in yet")
        yield Never(
            ~_holding.is_list_day(people.census_day, self.lists_a_year, contract),
            "its census day is not the first day of a list's part of the contract's year",
        )

    def _due(self, before: Rate, now: Rate, contract: Contract) -> Flow:
        rate = each_contract(self.rate)
        due, paid = (
            (rate * heads.named(f"weighted heads of a year, {until}")).as_amount()
            for heads, until in ((now, "to date"), (before, "before this period"))
        )
        return Flow(
            contract.commissioner, contract.provider, due - paid, kind="price", reason="weighted heads at their rate"
        )
