"""Rules and labels: how rules stand beside each other, what is worth and what is paid, and laws between amounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tallystick.kernel import check
from tallystick.kernel.errors import InputError
from tallystick.kernel.flows import Carry, Covered, Excluded, Flow, Law, Priced
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Count, Day, Flag, Price, Rate
from tallystick.kernel.language.words import rest, total, when
from tallystick.kernel.parameters import Label, parameter
from tallystick.kernel.program import compose
from tallystick.kernel.reading import CarryLine, ReceivedLine
from tallystick.kernel.rules import Rule, rule
from tests.spec.drawn import Each, OnTop, Spells
from tests.support import Read, case, contract, day, read_case, rows_of, settle, use

MAY = "2025-05-10"


@rule("cost")
class Cost(Rule):
    """Each spell is worth its cost, where that is known."""

    @hookimpl
    def payment_currency(self, activity: Any) -> Iterator[Priced]:
        spells = activity.spells
        yield Priced(spells, unit="spell", where=spells.every, amount=spells.cost, reason="at cost")


@rule("worth")
class OnWorth(Rule):
    """A share of what another rule's units are worth, paid or not."""

    on: Label = parameter("The other rule.")
    share: Rate = parameter("What part.")

    @hookimpl
    def incentive(self, value: Any, paid: Any, contract: Any) -> Iterator[Flow]:
        yield Flow(contract.commissioner, contract.provider, value.total(self.on) * self.share, reason="of its worth")
        yield Flow(contract.commissioner, contract.pot("paid"), paid.total(self.on), reason="what it pays")


def test_worth_is_not_payment(reading: Read) -> None:
    spells = [{"discharged": MAY, "cost": "£1.01"}, {"discharged": MAY, "cost": "£1.02"}]
    paying = case(contract("A", use(Cost), use(OnWorth, on="cost", share="50%")), tables=[Spells])
    assert settle(reading, paying, spells=spells) == {
        ("cost", "QYY", "RXX"): (101 + 102), ("worth", "QYY", "RXX"): 102, ("worth", "QYY", "A/paid"): (101 + 102),
    }  # fmt: skip
    valuing = case(contract("A", use(Cost, pays=False), use(OnWorth, on="cost", share="50%")), tables=[Spells])
    assert settle(reading, valuing, spells=spells) == {("worth", "QYY", "RXX"): 102}  # 203 × 0.5 = 101.5


def test_paid_is_what_flows_to_the_provider_less_what_it_pays_back(reading: Read) -> None:
    @rule("back")
    class Back(Rule):
        amount: Amount = parameter("Money.")

        @hookimpl
        def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
            each = self.amount * activity.spells.rows
            yield Flow(contract.commissioner, contract.provider, each * 3, reason="in")
            yield Flow(contract.provider, contract.pot("p"), each, reason="out")
            yield Flow(contract.commissioner, contract.provider, each, book="limit", reason="another book")

    made = case(contract("A", use(Back, amount="£1"), use(OnTop, on="back", share="50%")), tables=[Spells])
    assert settle(reading, made, spells=[{"discharged": MAY}])["on-top", "QYY", "RXX"] == 100  # (300 − 100) ÷ 2


def test_the_order_and_the_labels_of_rules_change_nothing(reading: Read) -> None:
    one = case(contract("A", use(Each, "a", amount="£1"), use(OnTop, "b", on="a", share="50%")), tables=[Spells])
    two = case(contract("A", use(OnTop, "y", on="x", share="50%"), use(Each, "x", amount="£1")), tables=[Spells])
    spells = [{"discharged": MAY}]
    assert sorted(settle(reading, one, spells=spells).values()) == [50, 100]
    assert sorted(settle(reading, two, spells=spells).values()) == [50, 100]


def test_two_rules_that_say_the_same_are_two_rules(reading: Read) -> None:
    made = case(
        contract("A", use(Each, "a", amount="£1"), use(Each, "b", amount="£2"), use(OnTop, on="b", share="50%")),
        tables=[Spells],
    )
    assert settle(reading, made, spells=[{"discharged": MAY}]) == {
        ("a", "QYY", "RXX"): 100, ("b", "QYY", "RXX"): 200, ("on-top", "QYY", "RXX"): 100,
    }  # fmt: skip


def test_rules_that_refer_to_each_other_in_a_circle_are_refused() -> None:
    a, b = use(OnTop, "a", on="b", share="1%"), use(OnTop, "b", on="a", share="1%")
    with pytest.raises(InputError, match="in a circle: a → b → a"):
        compose(case(contract("A", a, b)))


def test_a_label_that_names_no_rule_is_refused() -> None:
    with pytest.raises(InputError, match="'on-top' refers to 'nothing', which the contract does not have"):
        compose(case(contract("A", use(OnTop, on="nothing", share="1%"))))


@rule("claims")
class Claims(Rule):
    """Long stays are covered, short ones priced, and those of one code excluded, whether they are long or short."""

    @hookimpl
    def payment_currency(self, activity: Any) -> Iterator[Any]:
        spells = activity.spells
        long = spells.days.or_else(0) > 2
        yield Priced(spells, unit="spell", where=~long, amount=spells.cost, reason="short")
        yield Covered(spells, unit="spell", where=long, amount=spells.cost.or_else(0), reason="long")
        named = spells.code.map(lambda code: code == "X").is_yes()
        yield Excluded(spells, unit="spell", where=named, reason="named")
        yield Covered(spells, unit="bed day", where=long, reason="days of long stays")


def test_units_are_claimed_priced_and_clash(reading: Read) -> None:
    made = case(contract("A", use(Claims)), tables=[Spells])
    spells = [
        {"discharged": MAY, "days": 1, "cost": "£1.01"}, {"discharged": MAY, "days": 2},  # the second has no price
        {"discharged": MAY, "days": 3, "cost": "£1.04"}, {"discharged": MAY, "days": 4, "code": "X"},
    ]  # fmt: skip
    found = read_case(reading, made, spells=spells)
    said = [(one.claim, one.unit, one.units, one.priced, one.worth, one.clashing) for one in sorted(found.units)]
    assert said == [
        (3, "bed day", (3 + 4), (3 + 4), 0, 0),
        (0, "spell", 2, 1, 101, 0), (1, "spell", 2, 2, 104, 1), (2, "spell", 1, 1, 0, 1),
    ]  # fmt: skip
    assert found.received == [
        ReceivedLine("A", 1, "spells", "spell", 4), ReceivedLine("A", 1, "spells", "bed day", (1 + 2 + 3 + 4)),
    ]  # fmt: skip
    assert [(line.pence, line.units) for line in found.flows] == [(101, 1)]


def test_a_claim_that_is_valued_and_not_paid_clashes_with_nothing(reading: Read) -> None:
    made = case(contract("A", use(Cost, pays=False), use(Claims)), tables=[Spells])
    found = read_case(reading, made, spells=[{"discharged": MAY, "days": 1, "cost": "£1.01"}])
    assert [line.clashing for line in found.units] == [0, 0]
    made = case(contract("A", use(Cost), use(Claims)), tables=[Spells])
    found = read_case(reading, made, spells=[{"discharged": MAY, "days": 1, "cost": "£1.01"}])
    assert [line.clashing for line in found.units] == [1, 1]


@rule("if-agreed")
class IfAgreed(Rule):
    """Every spell is covered, if the contract says so."""

    agreed: Flag = parameter("Whether it was agreed.")

    @hookimpl
    def payment_currency(self, activity: Any) -> Iterator[Covered]:
        yield Covered(activity.spells, unit="spell", where=self.agreed, reason="agreed")


def test_a_number_of_a_rule_that_another_contract_holds_stops_nobody(reading: Read) -> None:
    # Found by generated rules: the claim of a rule that A does not hold was looked at beside A's own, and its number
    # is missing in A.
    agreed = {"2025-07-01": False, "2025-11-05": True}
    both = contract("B", use(Cost), use(IfAgreed, agreed=agreed))
    made = case(contract("A", use(Cost)), both, tables=[Spells])
    found = read_case(reading, made, spells=[{"contract": "A", "discharged": "2025-10-01", "cost": "£1.01"}])
    assert not found.faults
    assert [(one.contract, one.units, one.clashing) for one in found.units] == [("A", 1, 0)]


@rule("capped-days")
class CappedDays(Rule):
    """The first days of a stay are priced and the rest excluded, or as many as are asked for."""

    price: Price = parameter("What a day brings.")
    priced: Count = parameter("How many days are priced, at most.")
    more: Count = parameter("How many are excluded beyond the rest.", default=0)

    @hookimpl
    def payment_currency(self, activity: Any) -> Iterator[Any]:
        spells = activity.spells
        days = spells.days.or_else(0)
        first = days.at_most(self.priced)
        rest = days - first + self.more
        yield Priced(spells, unit="bed day", where=first > 0, units=first, amount=self.price * first, reason="first")
        yield Excluded(spells, unit="bed day", where=rest > 0, units=rest, amount=self.price * rest, reason="rest")


def test_one_rule_may_split_a_rows_units_among_states(reading: Read) -> None:
    made = case(contract("A", use(CappedDays, price="£1.01", priced=3)), tables=[Spells])
    found = read_case(reading, made, spells=[{"discharged": MAY, "days": days} for days in (2, 3, 7)])
    said = [(one.claim, one.units, one.worth, one.clashing) for one in sorted(found.units)]
    assert said == [(0, (2 + 3 + 3), 808, 0), (1, (7 - 3), 404, 0)]
    assert sum(line.units for line in found.received if line.unit == "bed day") == 8 + 4
    assert [(line.pence, line.units) for line in found.flows] == [(808, 8)]  # what is excluded is valued, not paid


def test_a_rule_that_claims_more_units_than_a_row_holds_clashes_with_itself(reading: Read) -> None:
    made = case(contract("A", use(CappedDays, price="£1.01", priced=3, more=1)), tables=[Spells])
    found = read_case(reading, made, spells=[{"discharged": MAY, "days": days} for days in (2, 3, 7)])
    assert [(one.claim, one.clashing) for one in sorted(found.units)] == [(0, 3), (1, 3)]


def test_two_rules_never_split_a_row(reading: Read) -> None:
    held = [use(CappedDays, label, price="£1", priced=1, more=-9) for label in ("one", "other")]
    found = read_case(reading, case(contract("A", *held), tables=[Spells]), spells=[{"discharged": MAY, "days": 7}])
    assert [(one.claim, one.units, one.clashing) for one in found.units] == [(0, 1, 1), (0, 1, 1)]


@rule("held")
class Held(Rule):
    """Half of the cost is held until the patient answers, or until a day has passed."""

    until: Day = parameter("Until when an answer counts.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Any]:
        spells, pot = activity.spells, contract.pot("held")
        held = (spells.cost.or_else(0) * "50%").named("held")
        released = when(spells.satisfied.is_yes(), held)
        yield Flow(contract.provider, pot, held, kind="retention", reason="held")
        yield Flow(pot, contract.provider, released, kind="release", reason="satisfied")
        kept = rest(held, released)
        yield Carry(pot, kept, until=self.until, then=contract.commissioner, reason="not answered")
        yield Law("what is held is released or kept", held, total(released) + total(kept))


@pytest.mark.parametrize("as_at", ["2025-06-30", "2025-07-01"])
def test_what_is_carried_stays_until_its_day_and_then_goes_where_it_was_to_go(reading: Read, as_at: str) -> None:
    made = case(contract("A", use(Held, until="2025-06-30")), tables=[Spells], as_at=day(as_at))
    spells: list[dict[str, Any]] = [
        {"discharged": MAY, "cost": "£1.01", "satisfied": True}, {"discharged": MAY, "cost": "£1.03"},
    ]  # fmt: skip
    found = read_case(reading, made, spells=spells)
    moved = {(line.payer, line.payee): line.pence for line in found.flows}
    lapsed = as_at == "2025-07-01"
    kept = {("RXX", "A/held"): (51 + 52), ("A/held", "RXX"): 51}
    assert moved == ({**kept, ("A/held", "QYY"): 52} if lapsed else kept)
    identity = found.laws[0].identity
    assert found.carries == ([] if lapsed else [CarryLine("A", 1, identity, "A/held", "not answered", 52)])
    assert [(law.left, law.right) for law in found.laws] == [((51 + 52), (51 + 52))]


def test_only_the_contracts_asked_for_are_given_and_totals_are_over_all(reading: Read) -> None:
    made = case(
        contract("A", use(Each, amount="£1")), contract("B", use(Each, amount="£2"), provider="RZZ"), tables=[Spells]
    )
    rows = rows_of(made, {"spells": [{"discharged": MAY}, {"discharged": MAY, "provider": "RZZ"}]})
    found = check.read(compose(made), rows, contracts={"B"})
    assert {line.contract for line in [*found.flows, *found.received]} == {"B"}
