"""What stops a contract, whom it stops, and what nobody asks for and therefore stops no one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from tallystick.kernel.accounts import Account, account, balance
from tallystick.kernel.case import RuleEntry
from tallystick.kernel.errors import InputError
from tallystick.kernel.flows import Carry, Figure, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Code, Count, Day, Maybe, Rate, literal
from tallystick.kernel.language.words import allot, days_between, each_contract, fit, previous, total, when
from tallystick.kernel.parameters import Rows, parameter
from tallystick.kernel.program import compose
from tallystick.kernel.reading import MISSING_IN_SUM, NO_ACCOUNT, NO_FIT
from tallystick.kernel.rules import Rule, rule
from tallystick.kernel.tables import Table, column, table
from tests.spec.drawn import Each, Spells
from tests.support import Read, case, contract, day, fund, read_case, rows_of, settle, use

MAY, JULY = "2025-05-10", "2025-07-10"


@rule("dated")
class Dated(Rule):
    """A share of what the spells of the period before cost; nothing in the first."""

    rate: Rate = parameter("A number that may not yet be in force.", default="1")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        cost = activity.spells.cost.or_else(0)
        before = previous(total(cost * self.rate)).or_else(0)
        yield Flow(contract.commissioner, contract.provider, before, reason="of the period before, or nothing")


def faults(reading: Read, made: Any, **tables: Any) -> list[tuple[str, str]]:
    return sorted(read_case(reading, made, **tables).faults)


def test_a_sum_over_something_missing_stops_the_contract_though_the_next_period_would_take_nothing_instead(
    reading: Read,
) -> None:
    late = use(Dated, rate={"2025-07-01": "50%"})
    made = case(contract("A", late, settles="quarter"), contract("B", use(Dated), provider="RYY"), tables=[Spells])
    spells = [{"discharged": MAY, "cost": "£1"}, {"discharged": MAY, "cost": "£1", "provider": "RYY"}]
    assert faults(reading, made, spells=spells) == [("A", MISSING_IN_SUM)]
    # nothing is missing where there are no rows for it to be missing in
    assert faults(reading, made, spells=spells[1:]) == []


@attrs.frozen
class Part:
    """A part of a list."""

    code: Code = parameter("A code.")
    weight: Count = parameter("A weight.", default=1)


@rule("shared")
class Shared(Rule):
    """A pot of the scheme among the records of every contract that holds the rule, or among its parties first."""

    pool: Amount = parameter("What is shared.", scheme=True)
    parts: Rows[Part] = parameter("Among whom.", default=())
    cap: Amount = parameter("The most for each.", default="£1000000")
    by_party: bool = parameter("Whether providers share first.", default=False)

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow | Figure]:
        if self.by_party:
            of_provider = allot(self.pool, by=total(activity.spells.rows, to="provider"))
            part = allot(of_provider, by=total(activity.spells.rows))
            yield Figure("providers", total(total(each_contract(literal(Kind.COUNT, 1)), to="provider"), to="scheme"))
        else:
            given = fit(self.pool, by=self.parts.each.weight, floor=literal(Kind.AMOUNT, 0), cap=self.cap)
            part = total(given)
        yield Flow(contract.commissioner, contract.provider, part, reason="a share")


ONE = {"code": "x", "weight": 1}


def sharing(*lists: list[dict[str, Any]], **given: Any) -> Any:
    uses = [use(Shared, "share", scheme=True, pool="£1.00", parts=parts, **given) for parts in lists]
    contracts = [contract(name, one, provider=f"R{name}") for name, one in zip("ABC", uses, strict=False)]
    return case(*contracts, tables=[Spells])


def test_a_pot_of_the_scheme_is_shared_once_among_the_records_of_all_contracts(reading: Read) -> None:
    made = sharing([ONE, ONE], [ONE])
    assert settle(reading, made) == {("share", "QYY", "RA"): (34 + 33), ("share", "QYY", "RB"): 33}


def test_a_share_out_that_fits_nobody_stops_every_contract_that_has_a_part(reading: Read) -> None:
    made = sharing([ONE], [ONE], cap="£0.49")
    assert faults(reading, made) == [("A", NO_FIT), ("B", NO_FIT)]


def test_a_party_has_one_part_whatever_the_number_of_its_contracts(reading: Read) -> None:
    uses = use(Shared, "share", scheme=True, pool="£1.00", by_party=True)
    parties = {"A": "RA", "B": "RA", "C": "RB"}
    made = case(*(contract(name, uses, provider=of) for name, of in parties.items()), tables=[Spells])
    spells = [{"discharged": MAY, "contract": name, "provider": of} for name, of in parties.items()]
    # two of three spells are RA's: 67p of a pound, shared 34 and 33 between its contracts
    assert settle(reading, made, spells=spells) == {("share", "QYY", "RA"): (34 + 33), ("share", "QYY", "RB"): 33}
    figures = read_case(reading, made, spells=spells).figures
    assert {figure.value for figure in figures} == {3}  # 2 contracts of RA and 1 of RB


@rule("listed")
class Listed(Rule):
    """What the contract's own list says of each spell's code."""

    parts: Rows[Part] = parameter("A list in which a code may stand twice.")

    @hookimpl
    def incentive(self, activity: Any) -> Iterator[Figure]:
        yield Figure("weight", self.parts.find("weight", code=activity.spells.code.or_else("none")).or_else(0))


def test_two_records_for_a_code_are_a_fault_of_the_input_only_if_a_row_asks_for_it(reading: Read) -> None:
    twice = [{"code": "x", "weight": 1}, {"code": "x", "weight": 2}, {"code": "y", "weight": 7}]
    made = case(contract("A", use(Listed, parts=twice)), tables=[Spells])
    found = read_case(reading, made, spells=[{"discharged": MAY, "code": "y"}]).figures
    assert [figure.value for figure in found] == [7]
    with pytest.raises(InputError, match="2 rows for code x"):
        read_case(reading, made, spells=[{"discharged": MAY, "code": "x"}])


@rule("to somebody")
class ToSomebody(Rule):
    """Each spell's cost to an account of the contract's or the row's, with units of its own."""

    payee: Account = parameter("Who is paid.", default="RZZ")
    by_row: bool = parameter("Whether the row says who.", default=False)
    number: Count = parameter("How many units a row counts.", default=2)

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow | Carry]:
        spells = activity.spells
        payee = account(spells.liable) if self.by_row else self.payee
        cost: Amount = spells.cost.or_else(0)
        yield Flow(contract.commissioner, payee, cost, reason="to somebody", units=self.number)
        kept = when(contract.as_at < contract.first_day, cost)
        yield Carry(payee, kept, until=contract.last_day, then=contract.commissioner, reason="kept")


def to_somebody(**given: Any) -> Any:
    return case(contract("A", use(ToSomebody, **given)), tables=[Spells], as_at=day("2026-01-01"))


@pytest.mark.parametrize("given", [{"payee": {"2025-07-01": "RZZ"}}, {"by_row": True}])
def test_money_without_an_account_stops_the_contract_though_it_comes_to_nothing(reading: Read, given: Any) -> None:
    cancels = [{"discharged": MAY, "cost": "£1"}, {"discharged": MAY, "cost": "-£1"}]
    assert faults(reading, to_somebody(**given), spells=cancels) == [("A", NO_ACCOUNT)]
    nothing = [{"discharged": MAY}, {"discharged": MAY, "cost": "£0"}]
    found = read_case(reading, to_somebody(**given), spells=nothing)
    assert (found.faults, found.flows) == ([], [])  # no money needs no account, and its units are not counted


def test_units_that_are_the_contracts_are_counted_for_each_row(reading: Read) -> None:
    found = read_case(reading, to_somebody(), spells=[{"discharged": MAY, "cost": "£1"}] * 3)
    assert [(line.pence, line.units) for line in found.flows] == [(300, 3 * 2)]


@rule("from the pot")
class FromThePot(Rule):
    """What each spell is worth goes into a pot; of what was there when the period opened, each spell brings a penny."""

    rate: Rate = parameter("A number that may not yet be in force.", default="1")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow | Figure]:
        cost, pot = activity.spells.cost.or_else(0), contract.pot("kept")
        yield Flow(contract.commissioner, pot, cost * self.rate, reason="kept")
        opened = balance(pot)
        one: Amount = activity.spells.cost.or_else(0)
        yield Flow(pot, contract.provider, when(opened > 0, one), reason="of what was there")
        yield Figure("there when it opened", opened)


def test_rows_can_read_what_a_pot_held_when_their_period_opened(reading: Read) -> None:
    made = case(contract("A", use(FromThePot), settles="quarter"), tables=[Spells])
    spells = [{"discharged": on, "cost": cost} for on, cost in ((MAY, "£5"), (JULY, "£2"), ("2025-11-01", "£3"))]
    assert settle(reading, made, spells=spells) == {
        ("from the pot", "QYY", "A/kept"): (500 + 200 + 300),
        ("from the pot", "A/kept", "RXX"): (200 + 300),  # nothing was there in the first quarter
    }
    opened = {line.period: line.value for line in read_case(reading, made, spells=spells).figures}
    assert opened == {2: 500, 3: 500, 4: 500}


def test_a_balance_is_not_stopped_by_the_fault_of_another_contract(reading: Read) -> None:
    stopped = contract("B", use(FromThePot, rate={"2025-09-01": "1"}), provider="RYY", settles="quarter")
    made = case(contract("A", use(FromThePot), settles="quarter"), stopped, tables=[Spells])
    spells = [{"discharged": on, "cost": "£5", "provider": of} for on in (MAY, JULY) for of in ("RXX", "RYY")]
    found = read_case(reading, made, spells=spells)
    assert found.faults == [("B", MISSING_IN_SUM)]
    assert {line.contract for line in found.flows} == {"A"}


@table("visits", key="visit", date="day")
class Visits(Table):
    """A table without payable units, and with one of the two parties."""

    visit: Code = column("What names the row.")
    provider: Code = column("Who was visited.")
    day: Day = column("When.")
    until: Maybe[Day] = column("Until when.")


@rule("visited")
class Visited(Rule):
    """A penny for each day of a visit."""

    each: Amount = parameter("For each day.", default="£0.01")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        visits = activity.visits
        days = visits.until.map(lambda until: days_between(visits.day, until)).or_else(0)
        yield Flow(contract.commissioner, contract.provider, self.each * days, reason="a day")


def visiting(reading: Read, made: Any, *visits: dict[str, Any]) -> Any:
    named = [{"visit": str(number), **one} for number, one in enumerate(visits)]
    rows = [{"provider": "RXX", "until": None, **one} for one in named]
    typed = [{**one, "day": day(one["day"]), "until": one["until"] and day(one["until"])} for one in rows]
    return reading(compose(made), {**rows_of(made, {}), "visits": typed})


def test_a_table_without_the_other_party_is_placed_by_the_one_that_it_has(reading: Read) -> None:
    made = case(contract("A", use(Visited)), contract("B", provider="RYY"), tables=[Spells, Visits])
    found = visiting(reading, made, {"day": MAY, "until": "2025-05-12"}, {"day": MAY, "provider": "RYY"})
    assert [(line.contract, line.pence) for line in found.flows] == [("A", 2)]


def test_rows_that_belong_to_nobody_are_counted_also_without_payable_units(reading: Read) -> None:
    made = case(contract("A", use(Visited)), contract("B"), tables=[Spells, Visits])
    found = visiting(reading, made, {"day": MAY}, {"day": MAY, "provider": "RNO"}, {"day": "2024-01-01"})
    assert [(line.why, line.rows) for line in found.unplaced] == [("no contract", 2), ("two contracts", 1)]


def test_a_stopped_contract_has_rows_in_its_own_days_only(reading: Read) -> None:
    gone = RuleEntry(label="gone", use="gone", cls=None, missing="its plugin is not installed")
    made = case(contract("A", use(Each, amount="£1")), contract("B", gone, provider="RYY"), tables=[Spells])
    spells = [{"discharged": MAY, "contract": "B"}, {"discharged": "2030-01-01", "contract": "B"}]
    found = reading(compose(made), rows_of(made, {"spells": spells}))
    assert [(line.why, line.rows) for line in found.unplaced] == [("no contract", 1)]


def test_days_reach_to_the_end_of_every_calendar_without_overflowing(reading: Read) -> None:
    made = case(contract("A", use(Visited, each="£32000000000")), tables=[Spells, Visits])
    (line,) = visiting(reading, made, {"day": "2025-05-10", "until": "9999-12-31"}).flows
    assert line.pence == 3_200_000_000_000 * 2_912_678  # 9.3 × 10^18, beyond the end of 64 bits


def test_a_contracts_own_number_is_totalled_to_its_provider_in_a_rule_of_the_scheme(reading: Read) -> None:
    @rule("summed")
    class Summed(Rule):
        """All contracts' numbers of one provider."""

        amount: Amount = parameter("A number.")

        @hookimpl
        def incentive(self) -> Iterator[Figure]:
            yield Figure("all", total(self.amount, to="provider"))

    amounts = {"A": "£1", "B": "£2", "C": "£4"}
    uses = {name: use(Summed, scheme=True, amount=amount) for name, amount in amounts.items()}
    made = case(
        contract("A", uses["A"]), contract("B", uses["B"]), contract("C", uses["C"], provider="RYY"),
        tables=[Spells], funds=(fund("none"),),
    )  # fmt: skip
    found = {figure.contract: figure.value for figure in read_case(reading, made).figures}
    assert found == {"A": (100 + 200), "B": (100 + 200), "C": 400}
