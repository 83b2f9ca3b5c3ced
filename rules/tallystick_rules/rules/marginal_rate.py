"""Marginal rate: what activity is worth is paid in full up to a baseline, and above it in part."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Account, Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Covered, Figure, Flow, Law, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Rate, literal
from tallystick.kernel.language.words import each_contract, rest, when
from tallystick.kernel.parameters import Label
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity, Value
from tallystick_rules.rules._to_date import plan, to_date


@rule("marginal-rate")
class MarginalRate(Rule):
    """Activity paid in full up to a year's baseline, at a lower rate above it, and the difference ring-fenced.

    What it pays
        What the units of other rules are worth, up to the baseline; of what is above, a share. The rest of it goes to
        a ring-fenced fund. The rules under `on` claim and value, and are declared `pays = false`.

    Who pays whom
        The commissioner pays the provider, and pays the rest to the account under `ring_fence`: a pot of the contract,
        a fund or a party. If that is the commissioner itself, nothing moves, and the sum is shown. It may
        not be the provider, which would then be paid in full.

    How it is worked out
        1. V is what the units were worth in the contract's year to date; B is what the year's baseline has come to, by
           the profile, or in twelfths.
        2. Paid to date is the smaller of V and B, and, where V is above B, rate × (V − B), rounded once, half up, and
           never more than V − B. The ring-fence has the rest of V: where V is not above B, nothing.
        3. A period pays what is due to date less what was due before. So a busy month may be paid in part, and a quiet
           one later brings its money back out of the ring-fence. Months, quarters and years come to the same.

        A contract of nine months is held against nine twelfths of the baseline, or nine rates of the profile.
        Every unit that is valued is covered by this rule, so that nothing else pays for it.

    Example
        A baseline of £50m, a rate of 30%, and activity worth £54m:

        >>> baseline, value = 5_000_000_000, 5_400_000_000
        >>> paid = baseline + (value - baseline) * 30 // 100
        >>> paid, value - paid
        (5120000000, 280000000)

    Source
        Payment by Results guidance, 2010/11 to 2013/14, and National Tariff 2014/15: the marginal rate for emergency
        admissions (30%), whose remainder commissioners had to spend on reducing demand. Any other rate is a choice.
    """

    on: tuple[Label, ...] = parameter("The currencies, declared not to pay, whose units are paid for.")
    baseline: Amount = parameter("Up to here a year is paid in full.", at_least=0, unit="a year")
    rate: Rate = parameter("What share of the value above the baseline is paid.", at_least=0, at_most=1)
    ring_fence: Account = parameter("Where the rest of the value goes.")
    profile: Profile | None = parameter(
        "How the baseline is spread over the year's months: twelve rates that sum to 100%; twelfths if not said.",
        default=None,
    )  # fmt: skip

    @hookimpl
    def payment_currency(self, value: Value) -> Iterator[Units]:
        """Cover the units, so that each has one payment."""
        if not self.on:
            says = "marginal-rate: no rule is named under on, so nothing would be paid"
            raise RuleError(says, about="on", write='on = ["…"], with labels of currencies with pays = false')
        claimed = [list(value.claims(label)) for label in self.on]
        if not all(claimed):
            says = "a rule under on values no units, so nothing would be paid for it"
            raise RuleError(says, about="on", write="on = […], with labels of currencies with pays = false")
        for claim in (claim for claims in claimed for claim in claims):
            yield Covered(claim.rows, unit=claim.unit, where=claim.where, units=claim.units, amount=claim.worth,
                          reason="paid for up to the baseline, and above it in part")  # fmt: skip

    @hookimpl
    def incentive(self, activity: Activity, value: Value, contract: Contract) -> Iterator[Flow | Figure | Law]:
        """Pay the part of the period, and set the rest aside."""
        worth = to_date(value.total(*self.on), "value")
        baseline = plan(self.baseline, self.profile, "baseline")
        above = worth.with_each(lambda amount, full: (amount - full).at_least(0), baseline).called("above the baseline")
        in_part = above.with_each(lambda amount: (amount * self.rate).as_line().at_most(amount))
        in_part = in_part.called("paid above the baseline")
        apart = above.with_each(rest, in_part).called("not paid")
        full = rest(worth.part, above.part).named("paid in full")
        part, set_aside = in_part.part.named("paid in part"), apart.part.named("ring-fenced")
        yield Flow(contract.commissioner, contract.provider, full, kind="price", reason="value up to the baseline")
        yield Flow(contract.commissioner, contract.provider, part, kind="price", reason="a share of the value above it")
        kept = self.ring_fence.code == contract.commissioner.code
        yield Flow(
            contract.commissioner, self.ring_fence, when(~kept, set_aside), kind="transfer",
            reason="the rest of the value above the baseline, ring-fenced",
        )  # fmt: skip
        yield Figure("kept by the commissioner", when(kept, set_aside), reason="the rest above the baseline: not paid")
        yield Figure("baseline of the period", baseline.part, reason="up to here all is paid")
        yield Figure("value above the baseline", above.part, reason="paid in part, and the rest ring-fenced")
        theirs = self.ring_fence.code == contract.provider.code
        nothing: Amount = each_contract(literal(Kind.AMOUNT, 0))
        says = "ring_fence is not the provider: what is set aside would be paid to it after all"
        yield Law(says, when(theirs, set_aside), nothing)
        yield Law("provider and ring-fence have the full value", full + part + set_aside, worth.part)
