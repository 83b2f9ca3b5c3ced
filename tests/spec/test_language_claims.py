"""Whose a row is where contracts have claimed theirs beforehand: the parties say nothing then, in either reading."""

from __future__ import annotations

from typing import Any

from tallystick.kernel.language.series import Code, Day
from tallystick.kernel.reading import UnplacedLine
from tallystick.kernel.tables import Table, column, table
from tests.spec.drawn import Each, Spells
from tests.spec.test_language_grains import Shown, figures
from tests.support import Read, case, contract, read_case, use

MAY = "2025-05-10"


@table("counts", key="count", date="day")
class Counts(Table):
    """A table that cannot say whose contract a row is under."""

    count: Code = column("What names the row.")
    provider: Code = column("Who counted.")
    day: Day = column("The day.")


def claimed_before(*contracts: Any, tables: Any = (Spells,)) -> Any:
    return case(*contracts, tables=tables, by_parties=False)


def test_a_row_that_nobody_claimed_is_of_no_contract_though_its_parties_have_one(reading: Read) -> None:
    made = claimed_before(contract("A", use(Each, amount="£1.01")), contract("B", use(Each, amount="£1.07")))
    spells = [
        {"discharged": MAY},
        {"discharged": MAY, "contract": "A", "provider": "RZZ"},  # 101: whoever treated
        {"discharged": "2024-05-10", "contract": "B"},  # outside its days
    ]
    found = read_case(reading, made, spells=spells)
    assert [(line.contract, line.pence) for line in found.flows] == [("A", 101)]
    assert found.unplaced == [UnplacedLine("spells", "no contract", 2)]


def test_a_table_where_every_row_is_claimed_or_none_is_is_read_alike(reading: Read) -> None:
    made = claimed_before(contract("A", use(Each, amount="£1.01")))
    every = read_case(reading, made, spells=[{"discharged": MAY, "contract": "A"}] * 2)
    assert [(line.pence, line.units) for line in every.flows] == [(202, 2)]
    none = read_case(reading, made, spells=[{"discharged": MAY}] * 2)
    assert (none.flows, none.unplaced) == ([], [UnplacedLine("spells", "no contract", 2)])


def test_totals_of_facts_still_count_rows_that_nobody_claimed(reading: Read) -> None:
    made = claimed_before(contract("A", use(Shown)))
    spells = [{"discharged": MAY, "days": 1, "contract": "A"}, {"discharged": MAY, "days": 10}]
    assert figures(reading, made, spells=spells) == {
        ("A", 1, "contract"): 1, ("A", 1, "provider"): (1 + 10), ("A", 1, "commissioner"): (1 + 10),
        ("A", 1, "scheme"): (1 + 10),
    }  # fmt: skip


def test_a_table_without_a_column_for_the_contract_goes_by_its_parties(reading: Read) -> None:
    made = claimed_before(contract("A", use(Each, amount="£1.01")), tables=(Spells, Counts))
    found = read_case(reading, made, spells=[], counts=[{"day": MAY}, {"day": MAY, "provider": "RZZ"}])
    assert found.unplaced == [UnplacedLine("counts", "no contract", 1)]
