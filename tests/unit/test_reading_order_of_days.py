"""Days and moments that are the wrong way round: what ends before it begins is a fault of the row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tallystick.files.activity import read_facts
from tallystick.files.contract_days import within_their_contracts
from tallystick.kernel.errors import InputError, RuleError
from tallystick.kernel.language.series import Code, Count, Day, Maybe, Moment
from tallystick.kernel.tables import Table, column, table
from tests.support import contract


@table("stays", key="stay", date="left", ordered=(("came", "left"), ("seen_at", "gone_at")))
class Stays(Table):
    """A stay with two pairs of times."""

    stay: Code = column("What names the row.")
    provider: Code = column("Who treated.")
    came: Maybe[Day] = column("The first day.")
    left: Day = column("The last day.")
    seen_at: Maybe[Moment] = column("When it began.")
    gone_at: Maybe[Moment] = column("When it ended.")


def read(tmp_path: Path, *rows: str, **how: Any) -> Any:
    path = tmp_path / "stays.csv"
    path.write_text("\n".join(["stay,provider,came,left,seen_at,gone_at", *rows]) + "\n", encoding="utf-8")
    return read_facts(Stays.table, path, file_name="stays.csv", **how)


def test_a_stay_that_ends_before_it_begins_is_a_fault_with_both_days(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, "a,RNU,2025-05-01,2025-05-01,,", "b,RNU,2025-05-03,2025-05-01,,", "c,RNU,,2025-05-01,,")
    (fault,) = raised.value.faults
    assert fault.where == "stays.csv, row 2, column left"
    assert fault.found == "left 2025-05-01 is before came 2025-05-03"
    assert fault.why == "nothing ends before it begins"


def test_moments_are_compared_by_the_minute_and_the_same_minute_is_in_order(tmp_path: Path) -> None:
    moments = (
        "a,RNU,,2025-05-01,2025-05-01 10:00,2025-05-01 10:00",
        "b,RNU,,2025-05-01,2025-05-01 10:00,2025-05-01 09:59",
    )
    with pytest.raises(InputError) as raised:
        read(tmp_path, *moments)
    assert [fault.row for fault in raised.value.faults] == [2]


def test_the_first_twenty_are_shown_and_the_rest_counted_or_all_set_aside(tmp_path: Path) -> None:
    rows = [f"s{n},RNU,2025-05-03,2025-05-01,," for n in range(25)]
    with pytest.raises(InputError) as raised:
        read(tmp_path, *rows)
    assert [fault.times for fault in raised.value.faults] == [1] * 19 + [6]
    kept = read(tmp_path, *rows, "good,RNU,2025-05-01,2025-05-03,,", set_aside=True)
    assert (kept.rows, kept.left_out) == (1, 25)


def test_a_declaration_orders_two_days_or_two_moments_of_its_own() -> None:
    with pytest.raises(RuleError, match="came and size are not two days, or two moments, of it"):

        @table("wrong", ordered=(("came", "size"),))
        class Wrong(Table):
            """A day before a count."""

            came: Day = column("A day.")
            size: Count = column("A count.")


class TestContractDays:
    """A row that names a contract lies in its days; one that names none, or another's, is placed or shown."""

    ROWS = (
        {"stay": "in", "contract": "A", "left": "2025-04-01"},
        {"stay": "late", "contract": "A", "left": "2026-04-01"},
        {"stay": "none", "left": "2026-04-01"},
        {"stay": "elsewhere", "contract": "Z", "left": "2026-04-01"},
    )

    def named(self, **how: Any) -> Any:
        @table("stays", key="stay", date="left")
        class Named(Table):
            """A stay that may name its contract."""

            stay: Code = column("What names the row.")
            contract: Maybe[Code] = column("The contract.")
            left: Day = column("The last day.")

        facts = read_facts(Named.table, pl.DataFrame(list(self.ROWS)).with_columns(pl.col("left").str.to_date()))
        return within_their_contracts(facts, [contract("A")], **how)

    def test_a_day_outside_the_named_contract_is_a_fault_with_both(self) -> None:
        with pytest.raises(InputError, match="stays late: 2026-04-01 is outside contract A, 2025-04-01 to 2026-03-31"):
            self.named(set_aside=False)

    def test_such_rows_can_be_set_aside(self) -> None:
        kept = self.named(set_aside=True)
        assert [row["stay"] for row in kept.records()] == ["in", "none", "elsewhere"]
        assert (kept.rows, kept.left_out, len(kept.set_aside)) == (3, 1, 1)
