"""Avoidable activity: what was paid for emergency readmissions, or for admissions above a baseline, goes back."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Account, Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow, Never
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Count, Flag, Price, Rate, literal
from tallystick.kernel.language.words import count, each_contract, when
from tallystick.kernel.parameters import Label
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Paid
from tallystick_rules.rules._readmissions import Avoidable, Exclusion, avoidable
from tallystick_rules.rules._to_date import counted_to_date, planned_count


@rule("avoidable-activity")
class AvoidableActivity(Rule):
    """Emergency readmissions, or admissions, that could have been avoided: what was paid for them goes back.

    What it pays
        By case: a share of what the rules under `on` paid for each avoidable admission. By count: a sum for each one
        above a baseline, for each one below it, or both.

    Who pays whom
        The provider that admitted the patient pays the account under `paid_to`: the commissioner, or a pot or fund from
        which care after discharge is paid for. By count and with `both_ways` or `only_below`, that account pays the
        provider for those below the baseline. The provider of the earlier stay is not looked at.

    How it is worked out
        1. An emergency admission has a method that begins with 2. A readmission was admitted no more than `within_days`
           days after `index_discharged`; after an elective stay means an `index_admission_method` of 11 to 13.
        2. `where` says which of them count, and exclusions which do not: each has its reason, and each admission is
           shown under the first that holds.
        3. By case: share × what was paid for the row, rounded half up. The share is that of the day of discharge.
        4. By count: (admissions − baseline) of the contract's year to date × `each`, rounded half up, less the same
           before the period; never below zero unless `both_ways`. With `only_below` nothing is charged, and those below
           are paid for. The baseline comes in instalments, by the profile. Where no admission at all was counted in
           the year to date none counts as avoided, and that is shown: they may not have come in.

        A spell without `index_discharged` and `index_spell` follows no stay. It is a fault of the row if an earlier
        stay is named and not its end, if that end is after the admission, if it is not known whether the stay was
        elective where that decides, and if an age is missing where an exclusion asks for it. A code that is not given
        is none of those that an exclusion lists.

    Example
        Readmissions paid £1,850.00 and £3,100.00 after 12 and 30 days, one after 31 days, and a share of 25%:

        >>> [pence * 25 // 100 for pence, days in ((185_000, 12), (310_000, 30), (99_900, 31)) if days <= 30]
        [46250, 77500]

        By count: 460 admissions against a baseline of 420, at £900 each, are £36,000; 400 are nothing, or £18,000 back.

        >>> max(460 - 420, 0) * 90_000, max(400 - 420, 0) * 90_000, (400 - 420) * 90_000
        (3600000, 0, -1800000)

    Source
        Payment by Results guidance 2011/12 (nothing for emergency readmissions within 30 days of an elective stay) and
        2012/13 (a share set by clinician-led review, what is saved is reinvested); 10 Year Health Plan working group:
        finance and contracting, co-chairs' report, recommendation 5 (February 2025): payments which incentivise
        reducing avoidable admissions. It does not say whether that is a charge above a baseline or a payment below it.
    """

    of: Avoidable = parameter("Which emergency admissions count: readmissions after a stay, or all.")
    paid_to: Account = parameter("Who is paid what goes back.")
    within_days: Count | None = parameter(
        "How many days after the earlier stay an admission is a readmission.", at_least=0, at_most=365, default=None,
        unit="days",
    )  # fmt: skip
    share: Rate | None = parameter("By case: what share could be avoided.", at_least=0, at_most=1, default=None)
    on: tuple[Label, ...] | None = parameter("By case: the rules that paid for the admissions.", default=None)
    each: Price | None = parameter("By count: what one is charged.", at_least=0, default=None, unit="an admission")
    baseline: Count | None = parameter("By count: how many were expected.", at_least=0, default=None, unit="a year")
    both_ways: bool = parameter("By count: whether those below the baseline are paid for.", default=False)
    only_below: bool = parameter(
        "By count: whether only those below the baseline are paid for, and none above is charged.", default=False
    )
    where: dict[str, tuple[str, ...]] = parameter(
        "Which admissions count: for each code column, the codes that do.", default={}
    )
    exclusions: tuple[Exclusion, ...] = parameter("Admissions that are left out, each with its reason.", default=())
    profile: Profile | None = parameter(
        "How the baseline is spread over the months: twelve rates that sum to 100%; twelfths if not said.", default=None
    )

    @hookimpl
    def incentive(self, activity: Activity, paid: Paid, contract: Contract) -> Iterator[Flow | Figure | Never]:
        """Take back a share of each avoidable admission, or a sum for those above the baseline."""
        self._check()
        counted, found = avoidable(self, activity.spells)
        yield from found
        if self.on is not None:
            yield self._by_case(counted, paid, contract)
        else:
            yield from self._by_count(counted, contract)

    def _by_case(self, counted: Flag, paid: Paid, contract: Contract) -> Flow:
        assert self.on is not None
        assert self.share is not None
        of_row = paid(*self.on)
        if of_row.node.grain.table != "spells":
            says = (
                "what these rules pay is not paid by the spell, so no admission has a price of which a share goes back"
            )
            raise RuleError(says, about="on", write="rules that pay for spells one by one")
        back = (of_row.as_line() * self.share).at_least(0).named("what goes back")
        reason = "the avoidable share of what was paid for them"
        return Flow(contract.provider, self.paid_to, when(counted, back), kind="forfeit", reason=reason)

    def _by_count(self, counted: Flag, contract: Contract) -> Iterator[Flow | Figure]:
        assert self.each is not None
        assert self.baseline is not None
        admissions = counted_to_date(count(counted), "avoidable admissions")
        expected = planned_count(self.baseline, self.profile, "baseline")
        price = each_contract(self.each)
        ends = (admissions.now, expected.now), (admissions.before, expected.before)
        if self.both_ways:
            over = [when(seen > 0, seen - planned) for seen, planned in ends]
        elif self.only_below:
            over = [when(seen > 0, (seen - planned).at_most(0)) for seen, planned in ends]
        else:
            over = [(seen - planned).at_least(0) for seen, planned in ends]
        now, before = (price.times(one).as_amount() for one in over)
        reason = "avoidable admissions against the baseline of the year to date, less what was charged before"
        yield Flow(contract.provider, self.paid_to, now - before, kind="adjustment", reason=reason)
        if self.both_ways or self.only_below:
            one: Count = literal(Kind.COUNT, 1)
            nothing = when(admissions.now == 0, one)
            yield Figure("periods with nothing counted yet", nothing, reason="until one is, none counts as avoided")

    def _check(self) -> None:
        by_case, by_count = (self.share, self.on), (self.each, self.baseline)
        said = [way for way in (by_case, by_count) if any(one is not None for one in way)]
        if len(said) != 1 or any(one is None for one in said[0]):
            says = "it is said either by case, as share and on, or by count, as each and baseline"
            raise RuleError(says, about="share" if self.share is not None else "of", write="one of the two, whole")
        if (self.both_ways or self.only_below) and self.on is not None:
            about = "both_ways" if self.both_ways else "only_below"
            raise RuleError("by case nothing could go the other way", about=about, write="each and baseline")
        if self.both_ways and self.only_below:
            raise RuleError("it charges above the baseline, or it does not", about="only_below", write="one of the two")
        if (self.within_days is None) != (self.of is Avoidable.ADMISSIONS):
            says = "a readmission is one within so many days" if self.within_days is None else "admissions have no days"
            write = "within_days = 30" if self.within_days is None else "of = …, readmissions"
            raise RuleError(says, about="of" if self.within_days is None else "within_days", write=write)
        if any(not one.where and one.younger_than is None for one in self.exclusions):
            says = "an exclusion that names no codes and no age would leave out every admission"
            raise RuleError(says, about="exclusions", write='where = { hrg = ["…"] }, or younger_than = 4')
