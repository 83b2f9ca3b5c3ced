"""Lookups: what another table, a price list with a history, or a list of the rule says; it may not be there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from tallystick.kernel.errors import InputError
from tallystick.kernel.flows import Figure, Flow, Priced
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Code, Maybe, Price, Rate, literal
from tallystick.kernel.language.words import total, when
from tallystick.kernel.parameters import PriceList, Rows, parameter
from tallystick.kernel.rules import PriceStep, Rule, price_step, rule
from tests.spec.drawn import Notes, Spells, Tariff
from tests.support import Read, case, contract, price_list, read_case, settle, step, use

MAY = "2025-05-10"


@rule("tariff")
class ByTariff(Rule):
    """Every spell at its price on the day."""

    prices: PriceList[Tariff] = parameter("The list.")

    @hookimpl
    def payment_currency(self, activity: Any) -> Iterator[Priced]:
        spells = activity.spells
        code, on = spells.code.or_else("none"), spells.discharged
        price = self.prices.find("day_case", on=on, code=code).map(lambda price: price.as_amount())
        named = self.prices.names(on=on, code=code)
        yield Priced(spells, unit="spell", where=spells.every, amount=price, named=named, reason="a spell")


LISTS = [
    price_list(
        Tariff, "national",
        {"code": "AB1", "day_case": "£1.01", "to_day": "2025-06-30"},
        {"code": "AB1", "day_case": "£1.02", "from_day": "2025-07-01", "to_day": "2025-12-31"},
        {"code": "XY9", "overnight": "£9"},
    ),
    price_list(Tariff, "local", {"code": "AB1", "day_case": "£2"}),
]  # fmt: skip


def test_a_price_is_the_one_in_force_on_the_day_in_the_list_that_the_contract_names(reading: Read) -> None:
    made = case(
        contract("A", use(ByTariff, prices={"2025-04-01": "national", "2026-03-01": "local"})),
        tables=[Spells, Tariff], prices=LISTS,
    )  # fmt: skip
    days = ("2025-06-30", "2025-07-01", "2025-12-31", "2026-01-01", "2026-03-01")
    spells: list[dict[str, Any]] = [{"discharged": day, "code": "AB1"} for day in days]
    assert settle(reading, made, spells=spells) == {("tariff", "QYY", "RXX"): (101 + 102 + 102 + 0 + 200)}
    spells += [{"discharged": MAY, "code": "XY9"}, {"discharged": MAY, "code": "ZZ0"}]
    (units,) = read_case(reading, made, spells=spells).units
    # XY9 is named and has no day-case price; AB1 in January and ZZ0 are not named at all
    assert (units.units, units.priced, units.worth, units.unnamed) == (7, 4, 505, 2)


def test_two_rows_for_one_code_and_day_are_a_fault_of_the_input(reading: Read) -> None:
    twice = price_list(
        Tariff, "twice", {"code": "AB1", "day_case": "£1"}, {"code": "AB1", "day_case": "£1", "from_day": "2025-05-01"}
    )
    made = case(contract("A", use(ByTariff, prices="twice")), tables=[Spells, Tariff], prices=[twice])
    with pytest.raises(InputError, match="tariff has 2 rows for code AB1"):
        read_case(reading, made, spells=[{"discharged": MAY, "code": "AB1"}])


@rule("noted")
class Noted(Rule):
    """What a table that belongs to no contract says of a spell."""

    @hookimpl
    def incentive(self, activity: Any) -> Iterator[Figure]:
        notes, spells = activity.notes, activity.spells
        yield Figure("score", notes.find("score", spell=spells.spell, kind="x").or_else(100))
        yield Figure("noted", notes.exist(spell=spells.spell, kind="x"))


def test_another_table_is_read_by_key_narrowed_by_text(reading: Read) -> None:
    made = case(contract("A", use(Noted)), tables=[Spells, Notes])
    spells = [{"spell": spell, "discharged": MAY} for spell in ("s1", "s2", "s3")]
    notes = [
        {"spell": "s1", "kind": "x", "score": 1},
        {"spell": "s1", "kind": "y", "score": 10},
        {"spell": "s2", "kind": "x"},
    ]  # fmt: skip
    for note in notes:
        note["note"] = f"{note['spell']}{note['kind']}"
    found = {line.name: line.value for line in read_case(reading, made, spells=spells, notes=notes).figures}
    assert found == {"score": (1 + 100 + 100), "noted": 2}


@attrs.frozen
class Band:
    """What a code brings, and what part of it."""

    code: Code = parameter("Which code.")
    amount: Amount = parameter("What it brings.")
    share: Rate | None = parameter("What part of it.", default=None)


@rule("bands")
class Bands(Rule):
    """An amount by code from the contract's own list; and the list's own total, as a flow for each record."""

    bands: Rows[Band] = parameter("By code.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        code = activity.spells.code.or_else("none")
        yield Flow(
            contract.commissioner, contract.provider, self.bands.find("amount", code=code).or_else(0), reason="row"
        )
        band = self.bands.each
        yield Flow(contract.commissioner, contract.pot("list"), band.amount * band.share.or_else(1), reason="record")


def test_a_list_in_a_rule_is_a_small_table_of_the_contracts_own(reading: Read) -> None:
    first = [{"code": "AB1", "amount": {"2025-04-01": "£1.01", "2025-10-01": "£1.02"}, "share": "50%"}]
    made = case(
        contract("A", use(Bands, bands=[*first, {"code": "XY9", "amount": "£3"}]), settles="quarter"),
        contract("B", use(Bands, bands=[{"code": "AB1", "amount": "£7"}]), provider="RZZ"),
        tables=[Spells],
    )
    spells = [
        {"discharged": "2025-05-10", "code": "AB1"}, {"discharged": "2025-12-31", "code": "AB1"},
        {"discharged": MAY, "code": "XY9"}, {"discharged": MAY, "code": "none"},
        {"discharged": MAY, "code": "AB1", "provider": "RZZ"},
    ]  # fmt: skip
    assert settle(reading, made, spells=spells) == {
        ("bands", "QYY", "RXX"): (101 + 102 + 300),
        ("bands", "QYY", "A/list"): (51 + 300) * 2 + (51 + 300) * 2,  # half of 101 is 50.5, half of 102 is 51
        ("bands", "QYY", "RZZ"): 700,
        ("bands", "QYY", "B/list"): 700,
    }


@rule("chosen")
class Chosen(Rule):
    """As many pence as there are records for one code, and a penny for any other."""

    bands: Rows[Band] = parameter("By code.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        penny = literal(Kind.AMOUNT, "£0.01")
        for_each_record = total(when(literal(Kind.FLAG, False), self.bands.each.amount, penny))
        pence = when(activity.spells.code.or_else("none") == "AB1", for_each_record, penny)
        yield Flow(contract.commissioner, contract.provider, pence, reason="row")


def test_what_a_list_and_a_row_say_alike_is_not_taken_for_each_other(reading: Read) -> None:
    """Found by drawn worlds: a record's choice that comes to a penny was asked of each row, which are not as many."""
    bands = [{"code": code, "amount": "£3"} for code in ("AB1", "XY9", "XY8")]
    made = case(contract("A", use(Chosen, bands=bands)), tables=[Spells])
    spells = [{"discharged": MAY, "code": code} for code in ("AB1", "AB1", "XY9", None)]
    assert settle(reading, made, spells=spells) == {("chosen", "QYY", "RXX"): 3 + 3 + 1 + 1}


@price_step("uplift")
class Uplift(PriceStep):
    """So many per cent more."""

    rate: Rate = parameter("How much more.")

    def price_step(self, price: Price, other: Callable[[str], Any]) -> Price:
        return price * (1 + self.rate)


@price_step("towards")
class Towards(PriceStep):
    """A part of the way towards another list, where that has the code."""

    towards: str = parameter("The other list.")
    part: Rate = parameter("What part of the way.")

    def price_step(self, price: Price, other: Callable[[str], Maybe[Price]]) -> Price:
        target = other(self.towards).or_else(price)
        return price + (target - price) * self.part


def test_a_derived_list_takes_each_price_through_every_step_in_the_order_written(reading: Read) -> None:
    derived = price_list(
        Tariff, "derived", of="base",
        steps=[step(Uplift, rate="10%", round_to=100), step(Towards, towards="benchmark", part="1/3")],
    )  # fmt: skip
    base = price_list(Tariff, "base", {"code": "AB1", "day_case": "£14.09"}, {"code": "XY9", "day_case": "£10"})
    benchmark = price_list(Tariff, "benchmark", {"code": "AB1", "day_case": "£19"})
    made = case(
        contract("A", use(ByTariff, prices="derived")), tables=[Spells, Tariff], prices=[derived, base, benchmark]
    )
    spells = [{"discharged": MAY, "code": "AB1"}, {"discharged": MAY, "code": "XY9"}]
    # £14.09 × 1.1 = £15.499, £15 to the pound; a third of the way to £19 is £16.333…; XY9: £11, no benchmark
    assert settle(reading, made, spells=spells) == {("tariff", "QYY", "RXX"): (1633 + 1100)}


def test_a_list_derived_from_itself_is_refused(reading: Read) -> None:
    lists = [price_list(Tariff, "one", of="two"), price_list(Tariff, "two", of="one")]
    made = case(contract("A", use(ByTariff, prices="one")), tables=[Spells, Tariff], prices=lists)
    with pytest.raises(InputError, match="derived in a circle: one → two → one"):
        read_case(reading, made)
