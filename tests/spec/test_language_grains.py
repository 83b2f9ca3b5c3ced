"""Grains and totals: whose value it is, whose rows are added, and which day a number is read at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tallystick.kernel.accounts import account
from tallystick.kernel.errors import InputError
from tallystick.kernel.flows import Figure, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Rate
from tallystick.kernel.language.words import count, ratio, total
from tallystick.kernel.parameters import parameter
from tallystick.kernel.program import compose
from tallystick.kernel.reading import FigureLine, UnplacedLine
from tallystick.kernel.rules import Rule, rule
from tests.spec.drawn import Each, Spells
from tests.support import Read, case, contract, read_case, settle, use

MAY, AUGUST = "2025-05-10", "2025-08-10"


@rule("shown")
class Shown(Rule):
    """Totals of facts at every grain, as figures."""

    @hookimpl
    def incentive(self, activity: Any) -> Iterator[Figure]:
        days = activity.spells.days.or_else(0)
        for to in ("contract", "provider", "commissioner", "scheme"):
            yield Figure(to, total(days, to=to))


def figures(reading: Read, made: Any, **tables: Any) -> dict[tuple[str, int, str], Any]:
    found = read_case(reading, made, **tables)
    assert all(isinstance(line, FigureLine) for line in found.figures)
    return {(line.contract, line.period, line.name): line.value for line in found.figures}


def test_a_total_of_facts_is_over_all_rows_of_the_party_placed_or_not(reading: Read) -> None:
    made = case(contract("A", use(Shown)), contract("B", use(Shown), provider="RZZ"), tables=[Spells])
    spells = [
        {"discharged": MAY, "days": 1},  # A
        {"discharged": MAY, "days": 10, "provider": "RZZ"},  # B
        {"discharged": MAY, "days": 100, "commissioner": "QZZ"},  # A's provider, nobody's contract
        {"discharged": "2024-05-10", "days": 1000},  # before the window
    ]
    assert figures(reading, made, spells=spells) == {
        ("A", 1, "contract"): 1, ("A", 1, "provider"): (1 + 100), ("A", 1, "commissioner"): (1 + 10),
        ("A", 1, "scheme"): (1 + 10 + 100),
        ("B", 1, "contract"): 10, ("B", 1, "provider"): 10, ("B", 1, "commissioner"): (1 + 10),
        ("B", 1, "scheme"): (1 + 10 + 100),
    }  # fmt: skip
    assert read_case(reading, made, spells=spells).unplaced == [UnplacedLine("spells", "no contract", 2)]


def test_a_row_is_placed_by_its_contract_or_else_by_its_parties_and_its_day(reading: Read) -> None:
    made = case(
        contract("A", use(Each, amount="£1.01")),
        contract("B", use(Each, amount="£1.02"), first="2025-07-01"),
        contract("C", use(Each, amount="£1.07"), provider="RZZ"),
        tables=[Spells],
    )
    spells = [
        {"discharged": MAY},  # only A's days include it: 101
        {"discharged": AUGUST},  # two contracts
        {"discharged": AUGUST, "contract": "B"},  # 102
        {"discharged": MAY, "contract": "B"},  # outside its days
        {"discharged": MAY, "contract": "no such"},
        {"discharged": MAY, "contract": "C"},  # named, whatever its parties: 107
    ]
    found = read_case(reading, made, spells=spells)
    assert sorted((line.contract, line.pence, line.units) for line in found.flows) == [
        ("A", 101, 1), ("B", 102, 1), ("C", 107, 1),
    ]  # fmt: skip
    assert sorted(found.unplaced) == [
        UnplacedLine("spells", "no contract", 2), UnplacedLine("spells", "two contracts", 1),
    ]  # fmt: skip


@rule("dated")
class Dated(Rule):
    """A number beside each row, and the same number beside the contract."""

    amount: Amount = parameter("Money.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        yield Flow(contract.commissioner, contract.provider, self.amount * activity.spells.rows, reason="row")
        yield Flow(contract.commissioner, contract.pot("fixed"), self.amount, reason="contract")
        yield Flow(
            contract.commissioner, contract.pot("counted"), self.amount * total(activity.spells.rows), reason="c"
        )


def test_a_number_is_read_at_the_rows_date_and_for_a_contract_at_the_periods_first_day(reading: Read) -> None:
    dated = use(Dated, amount={"2025-04-01": "£1.01", "2025-08-01": "£1.02"})
    made = case(contract("A", dated, settles="quarter"), tables=[Spells])
    spells = [{"discharged": "2025-07-31"}, {"discharged": "2025-08-01"}, {"discharged": "2025-10-01"}]
    assert settle(reading, made, spells=spells) == {
        ("dated", "QYY", "RXX"): (101 + 102 + 102),
        ("dated", "QYY", "A/fixed"): (101 + 101 + 102 + 102),  # April, July, October, January
        ("dated", "QYY", "A/counted"): (101 * 2 + 102),  # two in the July quarter, one in October's
    }


def test_periods_are_those_of_the_contracts_own_year_and_the_last_is_cut_off(reading: Read) -> None:
    made = case(contract("A", use(Shown), first="2025-10-01", last="2026-05-15", settles="quarter"), tables=[Spells])
    spells = [
        {"discharged": "2025-10-01", "days": 1}, {"discharged": "2025-12-31", "days": 2},
        {"discharged": "2026-01-01", "days": 4}, {"discharged": "2026-05-15", "days": 8},
        {"discharged": "2026-05-16", "days": 16},
    ]  # fmt: skip
    found = figures(reading, made, spells=spells)
    assert [found["A", period, "contract"] for period in (1, 2, 3)] == [1 + 2, 4, 8]
    assert found["A", 3, "provider"] == 8  # the window ends with the contract


@rule("weighted")
class Weighted(Rule):
    """The part that a contract's own money has in that of all contracts of the scheme rule."""

    amount: Amount = parameter("The contract's own.")
    pot: Amount = parameter("What is shared in proportion.", scheme=True)

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        mine = total(self.amount * activity.spells.rows)
        part = ratio(mine, total(self.amount * activity.spells.rows, to="scheme"), otherwise=0)
        of_provider = ratio(mine, total(mine, to="provider"), otherwise=0)
        yield Flow(contract.fund("f"), contract.provider, self.pot * part, reason="of all")
        yield Flow(contract.fund("f"), contract.pot("p"), self.pot * of_provider, reason="of the provider")


def test_a_total_with_a_rules_numbers_is_over_the_contracts_that_hold_it_in_that_window(reading: Read) -> None:
    weighted = {"scheme": True, "pot": "£100"}
    made = case(
        contract("A", use(Weighted, amount="£1", **weighted)),
        contract("B", use(Weighted, amount="£2", **weighted), commissioner="QZZ"),
        contract("C", use(Weighted, amount="£1", **weighted), provider="RZZ"),
        contract("D", use(Weighted, amount="£9", **weighted), provider="RDD", first="2026-04-01", last="2027-03-31"),
        contract("E", provider="REE"),  # does not hold the rule
        tables=[Spells],
    )
    spells = [
        {"discharged": MAY}, {"discharged": MAY, "commissioner": "QZZ"}, {"discharged": MAY, "provider": "RZZ"},
        {"discharged": "2026-05-01", "provider": "RDD"}, {"discharged": MAY, "provider": "REE"},
    ]  # fmt: skip
    assert settle(reading, made, spells=spells) == {
        ("weighted", "scheme/f", "RXX"): (2500 + 5000),  # 1/4 and 2/4 of £100
        ("weighted", "scheme/f", "RZZ"): 2500,
        ("weighted", "scheme/f", "RDD"): 10000,  # alone in its window
        ("weighted", "scheme/f", "A/p"): 3333,  # 100 of (100 + 200) at RXX
        ("weighted", "scheme/f", "B/p"): 6667,
        ("weighted", "scheme/f", "C/p"): 10000,
        ("weighted", "scheme/f", "D/p"): 10000,
    }


def test_contracts_that_share_beyond_themselves_settle_by_like_periods() -> None:
    half = contract("D", use(Weighted, amount="£9", scheme=True, pot="£100"), provider="RDD", last="2025-09-30")
    made = case(contract("A", use(Weighted, amount="£1", scheme=True, pot="£100")), half, tables=[Spells])
    with pytest.raises(InputError, match="'weighted' is shared by contracts whose periods overlap and are not alike"):
        compose(made)


def test_a_coarser_value_is_the_same_for_every_row_that_it_meets(reading: Read) -> None:
    @rule("average")
    class Average(Rule):
        rate: Rate = parameter("What part.")

        @hookimpl
        def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
            spells = activity.spells
            above = spells.cost.or_else(0) - total(spells.cost.or_else(0)) * self.rate
            yield Flow(contract.commissioner, contract.provider, above, reason="above the average")

    made = case(contract("A", use(Average, rate="50%")), tables=[Spells])
    spells = [{"discharged": MAY, "cost": "£3"}, {"discharged": MAY, "cost": "£1.02"}]
    half = 201  # 402 × 0.5
    assert settle(reading, made, spells=[*spells, {"discharged": MAY, "cost": "£0"}]) == {
        ("average", "QYY", "RXX"): (300 - half) + (102 - half) + (0 - half)
    }


@rule("liable")
class Liable(Rule):
    """Who pays differs from row to row."""

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        spells = activity.spells
        yield Flow(account(spells.liable), contract.provider, spells.cost.or_else(0), reason="the liable body pays")


def test_an_account_may_be_a_column_and_money_without_one_stops_the_contract(reading: Read) -> None:
    made = case(contract("A", use(Liable)), contract("B", use(Each, amount="£1"), provider="RZZ"), tables=[Spells])
    spells: list[dict[str, Any]] = [
        {"discharged": MAY, "cost": "£1.01", "liable": "E10"}, {"discharged": MAY, "cost": "£1.02", "liable": "E11"},
        {"discharged": MAY, "cost": "£1.03", "liable": "E10"}, {"discharged": MAY, "liable": None},
        {"discharged": MAY, "provider": "RZZ"},
    ]  # fmt: skip
    assert settle(reading, made, spells=spells) == {
        ("liable", "E10", "RXX"): (101 + 103), ("liable", "E11", "RXX"): 102, ("each", "QYY", "RZZ"): 100,
    }  # fmt: skip
    spells[3]["cost"] = "£0.01"
    found = read_case(reading, made, spells=spells)
    assert found.faults == [("A", "money has no account to come from or to go to")]
    assert [line.contract for line in found.flows] == ["B"]


def test_count_says_for_how_many_a_condition_holds(reading: Read) -> None:
    @rule("many")
    class Many(Rule):
        @hookimpl
        def incentive(self, activity: Any) -> Iterator[Figure]:
            yield Figure("long", count(activity.spells.days.or_else(0) > 2))

    made = case(contract("A", use(Many)), tables=[Spells])
    spells = [{"discharged": MAY, "days": days} for days in (1, 2, 3, None, 4)]
    assert figures(reading, made, spells=spells) == {("A", 1, "long"): 2}
