"""What is said of few rows is read from those alone; how many they are is counted beside the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from tallystick.kernel import check, pay
from tallystick.kernel.errors import SettlementError
from tallystick.kernel.flows import Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language import words
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Code, Count, Day, Maybe
from tallystick.kernel.language.series import literal as literal_of
from tallystick.kernel.pay import divided, few
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, rule
from tallystick.kernel.tables import Table, column, table
from tests import support
from tests.support import case, contract, framed_tables, use


@table("stays", key="stay", date="left", units={"stay": ""})
class Stays(Table):
    """Stays, of which few last longer than they need."""

    stay: Code = column("What names the row.")
    provider: Code = column("Who has the bed.")
    commissioner: Code = column("Who pays.")
    left: Day = column("The day on which the bed was free.")
    ready: Maybe[Day] = column("The day on which the patient could have left.")
    ward: Maybe[Code] = column("Where, if it is not home.")
    note: Code = column("What has been written of it.")


@rule("each-stay")
class EachStay(Rule):
    """A pound for each stay; two back for each day that was not needed, and a penny for each ward."""

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        stays = activity.stays
        yield Flow(contract.commissioner, contract.provider, literal_of(Kind.AMOUNT, "£1") * stays.rows, reason="each")
        days = words.days_between(stays.ready.or_else(stays.left), stays.left)
        late = words.when(~stays.ready.is_missing() & (days > 0), days)
        yield Flow(contract.provider, contract.commissioner, literal_of(Kind.AMOUNT, "£2") * late, reason="late")
        ward = words.when(~stays.ward.is_missing(), literal_of(Kind.AMOUNT, "£0.01") * stays.rows)
        yield Flow(contract.commissioner, contract.provider, ward, reason="ward")


ROWS = [
    {"stay": f"{n}", "left": "2025-05-05", "note": "n"} | ({"ready": f"2025-05-0{n}"} if n in (3, 4) else {})
    for n in range(1, 9)
]  # fmt: skip


@table("notes", key="note")
class Notes(Table):
    """Notes, in no order, or in that of the stays."""

    note: Code = column("What names the row.")
    weight: Count = column("How much it weighs.")


@rule("weighed-stay")
class WeighedStay(Rule):
    """A pound for each stay; two back, by the weight of a note, for each on ward A that was not needed."""

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        stays = activity.stays
        yield Flow(contract.commissioner, contract.provider, literal_of(Kind.AMOUNT, "£1") * stays.rows, reason="each")
        weight = activity.notes.find("weight", note=stays.note).or_else(1)
        late = ~stays.ready.is_missing() & (stays.ward.or_else("") == "A")
        back = words.when(late, literal_of(Kind.AMOUNT, "£2") * weight)
        yield Flow(contract.provider, contract.commissioner, back, reason="late")


@pytest.mark.usefixtures("small_tables")
def test_few_rows_are_counted_also_in_parts() -> None:
    """With a second condition, and more to look up than fits: other rows are read in each part, and not counted."""
    rows = [
        {"stay": f"{n:02d}", "left": "2025-05-05", "note": f"{n * 7 % 60:02d}", "ward": "ABCD"[n % 4]}
        | ({"ready": "2025-05-03"} if n % 5 == 0 else {})
        for n in range(60)
    ]  # fmt: skip
    notes = [{"note": f"{n * 13 % 60:02d}", "weight": n} for n in range(60)]
    made = case(contract("A", use(WeighedStay)), tables=[Stays, Notes])
    program, given = compose(made), support.rows_of(made, {"stays": rows, "notes": notes})
    assert not program.stopped
    with divided.within(4_000):
        found = pay.read(program, framed_tables(program, given))
    assert dict(found.parts()) == dict(check.read(program, given).parts())


@rule("noted-stay")
class NotedStay(Rule):
    """A pound for each stay, and two back if it was not needed, both by the weight of its own note."""

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        stays = activity.stays
        weight = activity.notes.find("weight", note=stays.stay).or_else(1)
        paid = literal_of(Kind.AMOUNT, "£1") * weight
        yield Flow(contract.commissioner, contract.provider, paid, reason="each")
        back = words.when(~stays.ready.is_missing(), literal_of(Kind.AMOUNT, "£2") * weight)
        yield Flow(contract.provider, contract.commissioner, back, reason="late")


@pytest.mark.usefixtures("small_tables")
def test_what_all_rows_look_up_by_their_own_key_is_not_looked_up_twice() -> None:
    """It is had stretch by stretch there; by itself, all that the few rows look in would be held."""
    made = case(contract("A", use(NotedStay)), tables=[Stays, Notes])
    notes = [{"note": f"{n}", "weight": n} for n in range(1, 9)]
    program, given = compose(made), support.rows_of(made, {"stays": ROWS, "notes": notes})
    assert not program.stopped
    read = pay.Payer(program, framed_tables(program, given))
    assert dict(read.read().parts()) == dict(check.read(program, given).parts())
    assert [len(queries) for queries in read.passes.queries] == [1]


def payer(rows: list[dict[str, str]] = ROWS) -> pay.Payer:
    made = case(contract("A", use(EachStay)), tables=[Stays])
    program = compose(made)
    assert not program.stopped
    return pay.Payer(program, framed_tables(program, support.rows_of(made, {"stays": rows})))


@pytest.fixture
def small_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows of any table, with anything to be worked out for them."""
    monkeypatch.setattr(few, "LEAST_ROWS", 1)
    monkeypatch.setattr(few, "LEAST_STEPS", 1)


@pytest.mark.usefixtures("small_tables")
def test_what_few_rows_have_is_read_from_them_alone() -> None:
    reading = (read := payer()).read()
    (queries,) = read.passes.queries
    assert len(queries) == 3  # of the stays that were ready, of those with a ward, and of all
    assert sorted(line.pence for line in reading.flows if line.pence) == [600, 800]
    assert dict(reading.parts()) == dict(
        check.read(read.program, support.rows_of(read.program.case, {"stays": ROWS})).parts()
    )
    found = read.passes.found[0, "stays"]
    assert sorted({sum(one.rows) for one in found.of.values()}) == [0, 2, 8]
    assert {one.counted.total() for one in found.of.values()} == {8}


@pytest.mark.usefixtures("small_tables")
def test_what_most_rows_have_is_read_with_all() -> None:
    rows = [{"stay": f"{n}", "left": "2025-05-05", "note": "n", "ready": "2025-05-04", "ward": "W"} for n in range(4)]
    read = payer(rows)
    read.read()
    assert [len(queries) for queries in read.passes.queries] == [1]


def test_a_small_table_is_read_once() -> None:
    read = payer()
    read.read()
    assert [len(queries) for queries in read.passes.queries] == [1]


@pytest.mark.usefixtures("small_tables")
def test_a_row_that_is_lost_among_the_few_stops_the_settlement(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = few.having

    def less(*what: Any) -> few.Few:
        found = usual(*what)
        return few.Few(found.condition, found.column, found.frame.filter(pl.col("stay") != "3"))

    monkeypatch.setattr("tallystick.kernel.pay.passes.having", less)
    with pytest.raises(SettlementError, match="stays: 2 rows were checked, and 1 would be paid for"):
        payer().read()
