"""Settling: what stops a contract, what ties others to it, and what every run finds out by itself."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs
import pytest

from tallystick.kernel import pay
from tallystick.kernel.accounts import Account, Contract, Pot
from tallystick.kernel.case import PriceRows
from tallystick.kernel.errors import InputError, SettlementError
from tallystick.kernel.flows import Covered, Flow, Law, Priced, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Price
from tallystick.kernel.language.words import total
from tallystick.kernel.parameters import Label, PriceList
from tallystick.kernel.pay import values
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.settlement import Settlement, settle
from tallystick.kernel.trace import Activity, Paid
from tests.spec.drawn import Spells, Tariff
from tests.support import case, contract, framed_tables, fund, rows_of, use

ROWS = [{"spell": f"{n:03d}", "discharged": "2025-05-01"} for n in range(4)]


@rule("each")
class Each(Rule):
    """A price for each spell."""

    price: Price = parameter("The price.")

    @hookimpl
    def payment_currency(self, activity: Activity) -> Iterator[Units]:
        spells = activity.spells
        yield Priced(spells, unit="spell", where=spells.every, amount=self.price * spells.rows, reason="spells")


@rule("cover")
class Cover(Rule):
    """Covers every spell."""

    @hookimpl
    def payment_currency(self, activity: Activity) -> Iterator[Units]:
        yield Covered(activity.spells, unit="spell", where=activity.spells.every, reason="in the block")


@rule("pot-keeper")
class PotKeeper(Rule):
    """Puts some money into a pot and takes some out."""

    puts: Amount = parameter("What goes in.")
    takes: Amount = parameter("What comes out.")
    at_end: str = parameter("What becomes of the rest.", default="be empty")
    to: str = parameter("To whom.", default="")

    @hookimpl
    def incentive(self, contract: Contract) -> Iterator[Flow]:
        pot = contract.pot("pot", at_end=self.at_end, to=self.to)
        yield Flow(contract.commissioner, pot, self.puts, reason="in")
        yield Flow(pot, contract.provider, self.takes, reason="out")


@rule("from-fund")
class FromFund(Rule):
    """Pays an amount out of an account, which may be a fund of the scheme."""

    payer: Account = parameter("Where it comes from.")
    amount: Amount = parameter("How much.")

    @hookimpl
    def incentive(self, contract: Contract) -> Iterator[Flow]:
        yield Flow(self.payer, contract.provider, self.amount, reason="from the fund")


@rule("lawful")
class Lawful(Rule):
    """Promises that what another rule pays is a stated amount."""

    on: Label = parameter("The rule.")
    stated: Amount = parameter("The amount.")

    @hookimpl
    def incentive(self, paid: Paid) -> Iterator[Law]:
        yield Law("what is paid is what was stated", total(paid(self.on)), self.stated)


@rule("raises")
class Raises(Rule):
    """A plugin's rule with a fault of its own."""

    @hookimpl
    def incentive(self, contract: Contract) -> Iterator[Flow]:
        raise KeyError("no such thing")
        yield


def settled(*contracts: Any, **more: Any) -> Settlement:
    made = case(*contracts, tables=[Spells], **more)
    return settle(made, framed_tables(compose(made), rows_of(made, {"spells": ROWS})))


def failed(found: Settlement) -> list[str]:
    return [f"{one.name}: {one.detail}" for one in found.checks if not one.passed]


def test_every_contract_of_a_sound_case_is_settled_and_every_check_passes() -> None:
    found = settled(contract("A", use(Each, price="£100")))
    assert found.passed
    assert found.outcomes == {"A": "settled"}
    assert [(line.payer, line.payee, line.pence, line.units) for line in found.lines] == [("QYY", "RXX", 40_000, 4)]
    assert [(b.account, b.closing) for b in found.balances] == [("QYY", -40_000), ("RXX", 40_000)]


def test_a_pot_that_would_give_out_more_than_it_got_stops_its_contract() -> None:
    found = settled(contract("A", use(PotKeeper, puts="£1.00", takes="£1.01")))
    assert found.outcomes == {"A": "stopped"}
    assert found.lines == []
    assert "it would have stood at -£0.01" in found.stopped["A"].why


def test_money_left_in_a_pot_needs_an_owner() -> None:
    found = settled(contract("A", use(PotKeeper, puts="£1.00", takes="£0.40")))
    assert "£0.60 is left, and nothing says where it goes" in found.stopped["A"].why


def test_what_is_left_is_carried_forward_by_name_or_handed_on_to_the_penny() -> None:
    kept = settled(contract("A", use(PotKeeper, puts="£1.00", takes="£0.40", at_end="carry forward")))
    assert (kept.passed, kept.pots[0].closing) == (True, 60)
    back = settled(contract("A", use(PotKeeper, puts="£1.00", takes="£0.40", at_end="return", to="commissioner")))
    assert (back.passed, back.pots[0].closing) == (True, 0)
    assert [(line.payer, line.payee, line.pence) for line in back.lines][-1] == ("A/pot", "QYY", 60)


def test_a_fund_that_would_be_overdrawn_stops_every_contract_that_it_pays() -> None:
    pays = {"payer": "scheme/money", "amount": "£6.00"}
    shared = [contract(name, use(FromFund, "money", scheme=True, **pays), provider=f"R{name}") for name in "AB"]
    found = settled(*shared, contract("C", use(Each, price="£1"), provider="RXX"), funds=(fund("money", 1_000),))
    assert found.outcomes == {"A": "stopped", "B": "stopped", "C": "settled"}
    enough = settled(*shared, funds=(fund("money", 1_200),))
    assert enough.passed


def test_priced_and_covered_is_an_error_that_names_both_rules() -> None:
    found = settled(contract("A", use(Each, "price", price="£100"), use(Cover, "block")))
    assert found.outcomes == {"A": "stopped"}
    assert "'block' (covered) and 'price' (priced)" in found.stopped["A"].why


def test_a_law_that_does_not_hold_stops_the_contract_with_both_sides() -> None:
    found = settled(contract("A", use(Each, "price", price="£100"), use(Lawful, on="price", stated="£400.01")))
    assert "£400.00 is not £400.01" in found.stopped["A"].why
    assert settled(contract("A", use(Each, "price", price="£100"), use(Lawful, on="price", stated="£400"))).passed


def test_a_plugin_that_raises_stops_its_contract_and_those_that_share_a_fund_and_no_others() -> None:
    pays = {"payer": "scheme/money", "amount": "£1.00"}
    found = settled(
        contract("A", use(Raises, "local rule"), use(FromFund, "money", scheme=True, **pays)),
        contract("B", use(FromFund, "money", scheme=True, **pays), provider="RB"),
        contract("C", use(Each, price="£1"), provider="RC"),
        funds=(fund("money", 1_000),),
    )
    assert found.outcomes == {"A": "stopped", "B": "not run", "C": "settled"}
    assert (found.stopped["A"].label, found.stopped["B"].because) == ("local rule", "A")
    assert "KeyError: 'no such thing'" in found.stopped["A"].why


def test_a_penny_planted_in_the_pay_path_makes_the_checks_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    right = values.half_up

    def wrong(*args: Any) -> Any:
        made = right(*args)
        return values.combine("add", made.kind, made, values.constant(made.kind, 1))

    monkeypatch.setattr(values, "half_up", wrong)
    found = settled(contract("A", use(Each, price="£100.005")))
    assert found.outcomes == {"A": "stopped"}
    assert "derived again by the reference" in found.stopped["A"].why


def test_guide_prices_pay_only_where_it_was_agreed() -> None:
    @rule("by-list")
    class ByList(Rule):
        """Pays by a list that may be a guide."""

        prices: PriceList[Tariff] = parameter("The list.")
        agreed_locally: bool = parameter("Whether it was agreed.", default=False)

        @hookimpl
        def payment_currency(self, activity: Activity) -> Iterator[Units]:
            spells = activity.spells
            price = self.prices.find("day_case", on=spells.discharged, code=spells.code.or_else("X"))
            yield Priced(spells, unit="spell", where=spells.every, amount=price.map(Price.as_amount), reason="by list")

    guide = PriceRows(name="guide", table="tariff", kind="guide", rows=[{"code": "X", "day_case": Fraction(100)}])

    def by_guide(**more: Any) -> Settlement:
        made = case(contract("A", use(ByList, prices="guide", **more)), tables=[Spells, Tariff], prices=[guide])
        return settle(made, framed_tables(compose(made), rows_of(made, {"spells": ROWS})))

    with pytest.raises(InputError, match="would pay by 'guide', which is a guide"):
        by_guide()
    assert by_guide(agreed_locally=True).passed


def test_a_table_that_a_rule_reads_and_nobody_gave_is_an_error() -> None:
    made = case(contract("A", use(Each, price="£1")), tables=[Spells])
    with pytest.raises(InputError, match="the rules read table 'spells', and there is no activity for it"):
        settle(made, {})


def test_an_amount_wider_than_any_ledger_is_refused_and_never_wraps() -> None:
    made = case(contract("A", use(Each, price="£90,000,000,000,000,000")), tables=[Spells])
    with pytest.raises((SettlementError, InputError)):
        settle(made, framed_tables(compose(made), rows_of(made, {"spells": ROWS})))


def test_the_reading_of_the_pay_path_can_be_asked_for_its_plan() -> None:
    made = case(contract("A", use(Each, price="£1")), tables=[Spells])
    program = compose(made)
    payer = pay.Payer(program, framed_tables(program, rows_of(made, {"spells": ROWS})))
    payer.read()
    assert [len(queries) for queries in payer.passes.queries] == [1]


def test_with_many_rows_some_contracts_are_derived_again_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    both = (contract(name, use(Each, price="£100.005"), provider=f"R{name}") for name in "AB")
    made = case(*both, tables=[Spells])
    rows = [{**row, "spell": f"{party}{n}", "provider": f"R{party}"} for party in "AB" for n, row in enumerate(ROWS)]
    facts = framed_tables(compose(made), rows_of(made, {"spells": rows}))
    found = settle(made, facts, reference_rows=5)
    said = next(one.detail for one in found.checks if one.name == "derived again by the reference")
    assert said == "1 of 2 contracts, 4 rows, equal to the penny"
    assert next(one.detail for one in settle(made, facts, reference_rows=3).checks).startswith("left out")


@rule("two-pots")
class PaysFromPot(Rule):
    """Pays somebody out of a pot that an account parameter names."""

    pot: Account = parameter("The pot.")
    amount: Amount = parameter("How much.")

    @hookimpl
    def incentive(self, contract: Contract) -> Iterator[Flow]:
        yield Flow(contract.commissioner, self.pot, self.amount, reason="in")
        yield Flow(self.pot, contract.provider, self.amount, reason="out")


def from_pot(label: str, **declared: Any) -> Any:
    entry = use(PaysFromPot, label, pot="A/pot", amount="£1.00")
    return attrs.evolve(entry, pots=(Pot(name="pot", **declared),))


def test_a_pot_pays_only_whom_it_may() -> None:
    assert settled(contract("A", from_pot("x", may_pay=("provider",)))).passed
    assert settled(contract("A", from_pot("x", may_pay=("RXX",)))).passed
    found = settled(contract("A", from_pot("x", may_pay=("commissioner",))))
    assert "it would have paid RXX, and it may pay commissioner alone" in found.stopped["A"].why


def test_two_rules_that_name_one_pot_say_the_same_of_it_or_one_says_nothing() -> None:
    one, same, silent = (from_pot(n, **said) for n, said in (("x", KEPT), ("y", KEPT), ("z", {})))
    assert settled(contract("A", one, same, silent)).passed
    found = settled(contract("A", one, from_pot("y", at_end="carry forward", purpose="another")))
    assert "'x' and 'y' say different things" in found.stopped["A"].why


KEPT = {"at_end": "carry forward", "purpose": "one"}
