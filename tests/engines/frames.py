"""A small clinic as plain columns, to be handed in as a frame of any library."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from tallystick import Engine, InputError
from tallystick.kernel.flows import Figure, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Code, Count, Day, Flag, Maybe, Rate
from tallystick.kernel.rules import Rule, rule
from tallystick.kernel.tables import Table, column, table
from tallystick.result import Result

Hand = Callable[[pl.DataFrame], Any]


@table("stays", key="stay", date="left", units={"stay": ""}, ordered=(("came", "left"),))
class Stays(Table):
    """Stays of a clinic."""

    stay: Code = column("What names the row.")
    contract: Maybe[Code] = column("The contract.")
    provider: Code = column("Who treated.")
    commissioner: Code = column("Who pays.")
    came: Maybe[Day] = column("The first day.")
    left: Day = column("The last day.")
    nights: Maybe[Count] = column("Nights.", at_most=900)
    cost: Amount = column("What it cost.")
    share: Maybe[Rate] = column("The part that is paid.")
    kind: Maybe[Code] = column("How it began.", allowed=("planned", "emergency"))
    well: Maybe[Flag] = column("Whether the patient is well.")


@rule("share-of-cost")
class ShareOfCost(Rule):
    """Each stay's own part of its cost, rounded in each row."""

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow | Figure]:
        stays = activity.stays
        paid = stays.cost * stays.share.or_else("1/3")
        yield Flow(contract.commissioner, contract.provider, paid, reason="a part of each stay")
        yield Figure("nights", stays.nights.or_else(0))


class Plugin:
    """Brings the table and the rule."""

    @hookimpl
    def register_tables(self) -> list[type[Table]]:
        return [Stays]

    @hookimpl
    def register_rules(self) -> list[type[Rule]]:
        return [ShareOfCost]


SCHEME = """
[scheme]
id = "clinic"
title = "A clinic"
settles = "quarter"
"""
CONTRACT = """
[contract]
id = "A"
title = "The clinic"
provider = "RXX"
commissioner = "QYY"
period = { from = 2025-04-01, years = 1 }

[[rule]]
label = "share"
use = "share-of-cost"
"""


def clinic(folder: Path) -> Path:
    """The workspace, without activity."""
    (folder / "contracts").mkdir()
    (folder / "scheme.toml").write_text(SCHEME, encoding="utf-8")
    (folder / "contracts" / "a.toml").write_text(CONTRACT, encoding="utf-8")
    return folder


def settled(folder: Path, frame: Any, **more: Any) -> Result:
    """The clinic settled over a frame."""
    return Engine(plugins=[Plugin()], discover=False).settle(folder, stays=frame, **more)


def stays(rows: int = 400) -> pl.DataFrame:
    """Good rows, of the contract, of a provider without one, and with all that may be missing."""
    first = datetime.date(2025, 4, 1)
    numbers = range(rows)
    return pl.DataFrame({
        "stay": [f"s{n:05d}" for n in numbers],
        "provider": ["RXX" if n % 7 else "RÄÄ" for n in numbers],
        "commissioner": ["QYY"] * rows,
        "came": [None if n % 5 == 0 else first + datetime.timedelta(days=n % 360) for n in numbers],
        "left": [first + datetime.timedelta(days=n % 360 + n % 3) for n in numbers],
        "nights": [None if n % 11 == 0 else n % 3 for n in numbers],
        "cost_pounds": [Decimal(n * n % 99_991) / 100 for n in numbers],
        "share": [None if n % 4 == 0 else Decimal(n % 1000) / 1000 for n in numbers],
        "kind": ["planned" if n % 2 else None for n in numbers],
        "well": [None if n % 3 == 0 else n % 2 == 0 for n in numbers],
    }, schema_overrides={"cost_pounds": pl.Decimal(12, 2), "share": pl.Decimal(9, 3)})  # fmt: skip


FAULTS: dict[str, pl.Expr] = {
    "provider": pl.lit(None, dtype=pl.String),
    "commissioner": pl.lit("Q/YY"),
    "kind": pl.lit("planed"),
    "contract": pl.lit("N/A"),
    "stay": pl.lit("s00002 "),
    "nights": pl.lit(-1, dtype=pl.Int64),
    "left": pl.lit(datetime.date(1776, 7, 4)),
    "cost_pounds": pl.lit(Decimal("-0.01"), dtype=pl.Decimal(12, 2)),
    "came": pl.lit(datetime.date(2026, 12, 24)),
}
"""What stands in the third row, by its column."""


def with_faults() -> pl.DataFrame:
    """A fault of every kind in one row."""
    frame = stays(30).with_columns(pl.lit("A").alias("contract"))
    third = pl.int_range(pl.len()) == 2
    return frame.with_columns(
        pl.when(third).then(made).otherwise(pl.col(name)).alias(name) for name, made in FAULTS.items()
    )


def faults_of(folder: Path, frame: Any) -> set[tuple[Any, ...]]:
    """The faults of a frame, without where in it they are and what it is called."""
    with pytest.raises(InputError) as raised:
        settled(folder, frame)
    return {
        (one.code, one.column, one.found.removeprefix("stay s00002 : "), one.why, one.write)
        for one in raised.value.faults
    }


def check_same_pennies(folder: Path, hand: Hand, name: str) -> Result:
    """Fail where a frame that stays where it is comes to anything else than the same rows in Polars."""
    here, there = settled(folder, stays()), settled(folder, hand(stays()))
    assert there.settlement.engine.name == name
    assert there.settlement.facts["stays"].native is not None
    assert here.settlement.lines == there.settlement.lines
    assert here.settlement.balances == there.settlement.balances
    assert here.no_contract_lines == there.no_contract_lines
    assert sum(line.rows for line in here.no_contract_lines) == 58
    assert [attrs.evolve(one) for one in there.checks] == [attrs.evolve(one) for one in here.checks]
    return there


def check_same_faults(folder: Path, hand: Hand) -> None:
    """Fail where its faults have other words."""
    here = faults_of(folder, with_faults())
    assert {column for _, column, *_ in here} >= set(FAULTS) - {"came"}
    assert faults_of(folder, hand(with_faults())) == here


def check_reversed(folder: Path, hand: Hand) -> None:
    """Fail where a row that is wrong only in the order of its days is not told, with its key."""
    frame, late = stays(30), pl.int_range(pl.len()) == 2
    frame = frame.with_columns(pl.when(late).then(pl.lit(datetime.date(2026, 12, 24))).otherwise("came").alias("came"))
    with pytest.raises(InputError, match="stay s00002: left 2025-04-05 is before came 2026-12-24"):
        settled(folder, hand(frame))


def check_repeated(folder: Path, hand: Hand) -> None:
    """Fail where a key that stands twice is not told."""
    frame = stays(30)
    with pytest.raises(InputError, match='stay "s00004" stands in 2 rows'):
        settled(folder, hand(pl.concat([frame, frame[4:5]])))


def check_people(folder: Path, hand: Hand) -> None:
    """Fail where NHS numbers are not told."""
    numbers = ["9434765919", "9434765870", "9434765838", "9434765889"]
    with pytest.raises(InputError, match="pass the check of NHS numbers"):
        settled(folder, hand(stays(4).with_columns(pl.Series("stay", numbers))))
