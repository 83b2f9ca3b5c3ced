"""The world of the comparison: generated activity, what is read beside it, and the rules as a Tallystick case."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from attrs import frozen

from tallystick.files.activity import read_facts
from tallystick.kernel.case import Case, PriceRows
from tallystick.kernel.facts import Facts
from tallystick.kernel.program import Program, compose
from tallystick.kernel.tables import Table
from tallystick_examples.generate import contracts_for, generate_activity, price_lists
from tallystick_rules.tables import TABLES
from tallystick_rules.tables.admitted_prices import AdmittedPrices
from tallystick_rules.tables.factors import Factors
from tallystick_rules.tables.specialist_top_ups import SpecialistTopUps
from tests import support
from tests.bench import numbers as told
from tests.bench.contracts import PRICES, contract

ACTIVITY = ("spells", "answers", "exemptions", "evidence", "people", "contacts")


@frozen(eq=False)
class World:
    """So many contracts and compositions over the activity in a folder."""

    folder: Path
    contracts: int
    compositions: int = told.MOST_COMPOSITIONS
    settles: str = "year"
    changed: bool = False
    """With one number of one contract changed: what a delayed day costs under the first."""

    def numbers(self) -> pl.DataFrame:
        """The numbers of the contracts, one row each."""
        found = told.numbers(contracts_for(self.contracts), self.compositions)
        first = pl.int_range(pl.len()) == 0
        return found.with_columns(pl.col("daily_rate") + (first & self.changed).cast(pl.Int64) * 1_000)

    def small(self) -> dict[str, pl.DataFrame]:
        """The small frames that what is written by hand reads: pence, millionths and hundredths."""
        lists = price_lists(contracts=self.contracts, name=PRICES)
        pounds = pl.col("^.*_pounds$")
        pence = lists["admitted_prices"].with_columns((pounds * 100).name.map(lambda n: n.removesuffix("_pounds")))
        factor = pl.col("factor").cast(pl.Decimal(38, 6)) * 1_000_000
        top_up = pl.col("top_up").cast(pl.Decimal(38, 2)) * 100
        return {
            "contracts": self.numbers(),
            "prices": pence.select(
                "code", "day_case", "elective", "non_elective", "short_stay", "short_stay_applies",
                "trim_elective_days", "trim_non_elective_days", "long_stay_day",
            ),
            "factors": lists["factors"].select(pl.col("code").alias("provider"), factor.cast(pl.Int64)),
            "top_ups": lists["specialist_top_ups"].select(
                pl.col("code").alias("specialised_service"), top_up.cast(pl.Int64).alias("top_up_hundredths")
            ),
            "liable": told.liable_pairs(),
        }  # fmt: skip

    def case(self) -> Case:
        """The contracts with their rules, and the price lists that they name."""
        lists = price_lists(contracts=self.contracts, name=PRICES)
        prices = [_listed(table, lists[table.table.name]) for table in (AdmittedPrices, Factors, SpecialistTopUps)]
        contracts = (contract(row, self.settles) for row in self.numbers().iter_rows(named=True))
        return support.case(*contracts, tables=TABLES, prices=prices, as_at=told.AS_AT)

    def program(self) -> Program:
        """The case, composed; no contract may be stopped."""
        program = compose(self.case())
        assert not program.stopped, program.stopped
        return program

    def facts(self) -> dict[str, Facts]:
        """The activity, read and proven as in any run; there are no notices of delay."""
        specs = {one.table.name: one.table for one in TABLES}
        none = support.framed(specs["notices"], [])
        return {name: read_facts(specs[name], self.folder / f"{name}.parquet") for name in ACTIVITY} | {"notices": none}


def generate(folder: Path, spells: int, contracts: int) -> None:
    """Make the activity that is not there yet, a table after the other."""
    missing = [name for name in ACTIVITY if not (folder / f"{name}.parquet").exists()]
    generate_activity(folder, spells=spells, contracts=contracts, tables=missing)


def _listed(table: type[Table], frame: pl.DataFrame) -> PriceRows:
    rows = list(read_facts(table.table, frame).records())
    return PriceRows(name=PRICES, table=table.table.name, rows=rows)
