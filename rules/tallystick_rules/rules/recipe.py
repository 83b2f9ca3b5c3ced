"""Recipe: a local rule said in TOML, count by count, with tiers, threshold, floor, limit, share, hold and release."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Account, Contract
from tallystick.kernel.flows import Carry, Covered, Excluded, Figure, Flow, Law, Priced, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Count, Day, Price, Rate
from tallystick.kernel.language.words import instalment, total, when
from tallystick.kernel.parameters import Label, Parts
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Paid
from tallystick_rules.rules import _recipe, _recipe_limits
from tallystick_rules.rules._budget import ADDITIONAL, REPLACES, Replaced, check_budget, replacing
from tallystick_rules.rules._prices import units_of
from tallystick_rules.rules._to_date import to_date


@rule("recipe")
class Recipe(Rule):
    """What most local rules are, without Python: count × price, a share or a fixed sum, with what limits it.

    What it pays
        One of: a price for each row, or for each of what a column counts, in the rows that a filter chooses; the same
        at prices by tier; a share of what other rules pay; a fixed sum a year. Then what a threshold, a floor, a limit
        and a hold make of it.

    Who pays whom
        The account under `from` pays the account under `to`. What is taken back goes the other way.

    How it is worked out
        1. A row brings its units (no more than `at_most_each`) × the price on its date, rounded once, half up. With
           tiers a unit has the price of the tier in which it falls when the year's units are counted by date and key:
           the price of a tier is for its own units, and never for those below. A share is round(share × what the rules
           paid in the year to date) less the same before; a fixed sum falls in instalments.
        2. Threshold, floor and limit are of the contract's year, and are kept to date: each has come to its own
           instalments, by the profile, when the year to date is held against it. A period pays what is due to date
           less what was due before, so months, quarters and years come to the same.
        3. Above a threshold of money is earned − threshold. Above a threshold of units is earned × the units above it
           ÷ all units: they count at what a unit brought on average in the year to date.
        4. The floor is the least that is due to date. Above the limit is unpaid and shown, or goes to an account.
        5. A share is held in a pot: of each row until evidence says that a criterion was met or not, or of all that is
           paid until a day.

        Units are claimed, unless something else pays for them and `claims` is false. Rows in which the count is not
        given claim nothing, and are shown.

    Example
        Stays of 17, 3 and 14 days at £118.50, with 14 at most each, and a limit that has come to £3,500.00:

        >>> earned = sum(min(days, 14) * 11_850 for days in (17, 3, 14))
        >>> earned, min(earned, 350_000), max(earned - 350_000, 0)
        (367350, 350000, 17350)

    Source
        The local agreement that the contract cites.
    """

    table: str | None = parameter("The table of activity that is counted.", path="for.table", needed=True, default=None)
    where: dict[str, tuple[str, ...]] = parameter(
        "Any further key names a code column of the table: a row counts if it holds one of the codes.",
        path="for.*", default={},
    )  # fmt: skip
    payer: Account = parameter("Who pays.", path="pays.from")
    payee: Account = parameter("Who is paid.", path="pays.to", unlike="payer")
    each: Price | None = parameter("What each brings.", path="pays.each", at_least=0, default=None, unit="a unit")
    of: str | None = parameter("The column of counts; each row counts once if not said.", path="pays.of", default=None)
    at_most_each: Count | None = parameter(
        "How much of what a row counts is paid for, at most.", path="pays.at_most_each", at_least=0, default=None
    )
    share: Rate | None = parameter("A share of what other rules pay.", path="pays.share", at_least=0, default=None)
    on: tuple[Label, ...] | None = parameter("The rules whose payment it is a share of.", path="pays.on", default=None)
    amount: Amount | None = parameter("A fixed sum.", path="pays.amount", at_least=0, default=None, unit="a year")
    tiers: Parts[_recipe.Tier] | None = parameter("Prices by the count of the contract's year.", default=None)
    threshold_units: Count | None = parameter(
        "Only units above these are paid for.", path="threshold.units", at_least=0, default=None, unit="a year"
    )
    threshold_year: Amount | None = parameter(
        "Only what is earned above this is paid.", path="threshold.year", at_least=0, default=None, unit="a year"
    )
    floor_year: Amount | None = parameter(
        "The least that is paid.", path="floor.year", needed=True, at_least=0, default=None, unit="a year"
    )
    limit_year: Amount | None = parameter(
        "The most that is paid.", path="limit.year", needed=True, at_least=0, default=None, unit="a year"
    )
    above: Account | None = parameter(
        "Where money above the limit goes, if it is not unpaid and shown.", path="limit.above", default=None,
        absent="unpaid and shown",
    )  # fmt: skip
    hold_share: Rate | None = parameter(
        "What part of the payment is held.", path="hold.share", needed=True, at_least="0%", at_most="100%", default=None
    )
    hold_pot: str | None = parameter("The pot that holds it.", path="hold.pot", needed=True, default=None)
    release_on: Day | None = parameter("When all of it is released.", path="hold.release_on", default=None)
    release_standard: str | None = parameter(
        "The standard in whose evidence a criterion releases what a spell's row brought.",
        path="hold.release_if.standard", needed=True, default=None,
    )  # fmt: skip
    release_criterion: str | None = parameter(
        "The criterion that has to be recorded as met.", path="hold.release_if.criterion", needed=True, default=None
    )
    until: Day | None = parameter(
        "Until when evidence is awaited; for ever if not said.", path="hold.until", default=None
    )
    otherwise: Account | None = parameter("Where money goes that is not released.", path="hold.otherwise", default=None)
    profile: Profile | None = parameter(
        "How the year is spread over its months: twelve rates that sum to 100%; twelfths if not said.", default=None
    )
    claims: bool = parameter("Whether it claims the units; false if something else pays for them.", default=True)
    replaces: Parts[Replaced] | None = parameter(REPLACES, default=None)
    additional: bool = parameter(ADDITIONAL, default=False, sourced=True)

    @hookimpl
    def payment_currency(self, activity: Activity) -> Iterator[Units]:
        """Claim what is counted: priced, or covered by a fixed sum."""
        _recipe.check(self)
        check_budget(self, is_budget=self.amount is not None and self.table is not None)
        if self.table is None or not self.claims or not activity[self.table].table.units:
            return
        of = _recipe.chosen(self, activity[self.table])
        unit, counted = _recipe.unit_of(of.rows, self.of)
        all_units = units_of(of.rows, unit)
        if self.amount is not None:
            where = of.where & (all_units > 0)
            yield Covered(of.rows, unit=unit, where=where, units=all_units, reason="paid for by a fixed sum")
            return
        yield Priced(
            of.rows, unit=unit, where=of.where & (of.paid > 0), units=of.paid if counted else all_units,
            amount=_recipe.worth(self, of), payer=self.payer, payee=self.payee, reason="counted, at its price",
        )  # fmt: skip
        if counted and self.at_most_each is not None:
            over = of.units - of.paid
            reason = "over the most that is paid for in a row"
            yield Excluded(of.rows, unit=unit, where=of.where & (over > 0), units=over, reason=reason)

    @hookimpl
    def incentive(self, activity: Activity, paid: Paid, contract: Contract) -> Iterator[Flow | Figure | Carry | Law]:
        """Pay what is no unit's price, and move what threshold, floor, limit and hold say."""
        of = None if self.table is None else _recipe.chosen(self, activity[self.table])
        if of is not None and self.amount is None:
            yield from self._of_rows(of, activity, contract)
            earned = total(when(of.where, _recipe.worth(self, of)))
        else:
            earned = self._at_once(paid)
            reason = "an instalment of the year's sum" if self.share is None else "a share of what other rules pay"
            kind = "fixed" if self.share is None else "share"
            yield Flow(self.payer, self.payee, earned, kind=kind, reason=reason)
        due, moves = _recipe_limits.limited(self, to_date(earned, "earned"), of)
        yield from moves
        if self.release_on is not None:
            yield from _recipe_limits.until_a_day(self, due, contract)
        yield from replacing(self.replaces, paid, self.profile)

    def _of_rows(
        self, of: _recipe.Chosen, activity: Activity, contract: Contract
    ) -> Iterator[Flow | Figure | Carry]:  # fmt: skip
        if not (self.claims and of.rows.table.units):
            worth, units = when(of.where, _recipe.worth(self, of)), when(of.where, of.paid)
            yield Flow(self.payer, self.payee, worth, kind="price", units=units, reason="counted, at its price")
        if of.missing is not None:
            yield Figure(f"rows without {self.of}", of.missing, reason="the count is not given: nothing is paid")
        if self.release_standard is not None:
            yield from _recipe_limits.by_evidence(self, of, activity, contract)

    def _at_once(self, paid: Paid) -> Amount:
        """What the period brings where it is no sum over rows."""
        if self.amount is not None:
            return instalment(self.amount, self.profile).named("earned")
        assert self.share is not None
        assert self.on is not None
        share = self.share
        of = to_date(paid.total(*self.on), "paid by the others")
        return of.with_each(lambda amount: (amount * share).as_line()).part.named("earned")
