"""The world of the comparison: generated activity, and the same four rules as a Tallystick case."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import polars as pl
from attrs import frozen

from tallystick.files.activity import read_facts
from tallystick.kernel.case import Case, ContractCase, PriceRows, RuleEntry
from tallystick.kernel.facts import Facts
from tallystick.kernel.program import Program, compose
from tallystick.kernel.reading import Reading
from tallystick_examples.generate import contracts_for, generate_activity, price_lists
from tallystick_rules.rules._answers import NoAnswer
from tallystick_rules.rules._delays import DayCount
from tallystick_rules.rules._evidence import Criterion, Level
from tallystick_rules.rules.admitted_spell import AdmittedSpell
from tallystick_rules.rules.best_practice_tariff import BestPracticeTariff, Moves
from tallystick_rules.rules.discharge_cost_transfer import DischargeCostTransfer, PaysNow
from tallystick_rules.rules.patient_experience import PatientExperience
from tallystick_rules.tables import TABLES
from tallystick_rules.tables.admitted_prices import AdmittedPrices
from tallystick_rules.tables.factors import Factors
from tests import support
from tests.bench import numbers as told
from tests.bench.by_hand import MONEY

ACTIVITY = ("spells", "answers", "exemptions", "evidence")
PRICES = "example"
Pence = dict[tuple[str, str, str], int]
"""Pence by contract, flow, and the body that pays for a delay (empty for the other flows)."""

FLOWS = {
    "spells at their price": "price", "best practice achieved: hip fracture": "top-up",
    "held until the patient has answered": "held", "never asked, or exempt": "exempt", "satisfied": "satisfied",
    "no answer": "no answer", "not satisfied: whoever it goes to gains when patients are dissatisfied": "not satisfied",
    "days of delayed discharge, by agreement": "charge", "not yet answered: lapsed": "lapsed",
}  # fmt: skip
"""What the query written by hand calls each flow, by its reason."""

FIGURES = {
    "cases": "cases", "hip fracture: achieved": "achieved", "hip fracture: not met": "not met",
    "hip fracture: not recorded": "not recorded", "never asked": "never asked", "exempt": "is exempt",
    "exempted too late": "exempted too late", "satisfied": "yes", "not satisfied": "no", "not answered": "not answered",
    "borne by the provider or the payee itself": "own charge", "nobody is liable": "nobody's charge",
    "days without a listed body": "unlisted days",
}  # fmt: skip
"""The same for figures, by their names."""

_NO_ANSWER = dict(
    zip(told.WAITS[1:], (NoAnswer.RELEASE, NoAnswer.STAY_HELD, NoAnswer.LAPSE, NoAnswer.RELEASE), strict=True)
)


@frozen(eq=False)
class World:
    """So many contracts and compositions over the activity in a folder."""

    folder: Path
    contracts: int
    compositions: int = told.MOST_COMPOSITIONS
    settles: str = "year"

    def small(self) -> dict[str, pl.DataFrame]:
        """The small frames that the query written by hand is joined with, in pence and millionths."""
        lists = price_lists(contracts=self.contracts, name=PRICES)
        pounds = pl.col("^.*_pounds$")
        pence = lists["admitted_prices"].with_columns((pounds * 100).name.map(lambda n: n.removesuffix("_pounds")))
        factor = pl.col("factor").cast(pl.Decimal(38, 6)) * 1_000_000
        return {
            "contracts": told.numbers(contracts_for(self.contracts), self.compositions),
            "prices": pence.select(
                "code", "day_case", "elective", "non_elective", "short_stay", "short_stay_applies",
                "trim_elective_days", "trim_non_elective_days", "long_stay_day",
            ),
            "factors": lists["factors"].select(pl.col("code").alias("provider"), factor.cast(pl.Int64)),
            "liable": told.liable_pairs(),
        }  # fmt: skip

    def case(self) -> Case:
        """The contracts with their rules, and the price lists that they name."""
        lists = price_lists(contracts=self.contracts, name=PRICES)
        rows = told.numbers(contracts_for(self.contracts), self.compositions).iter_rows(named=True)
        prices = [_listed(table, lists[table.table.name]) for table in (AdmittedPrices, Factors)]
        return support.case(
            *(_contract(row, self.settles) for row in rows), tables=TABLES, prices=prices, as_at=told.AS_AT
        )

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
    """Make the activity."""
    generate_activity(folder, spells=spells, contracts=contracts, tables=ACTIVITY)


def _listed(table: type[AdmittedPrices] | type[Factors], frame: pl.DataFrame) -> PriceRows:
    rows = list(read_facts(table.table, frame).records())
    return PriceRows(name=PRICES, table=table.table.name, rows=rows)


def _contract(row: Mapping[str, object], settles: str) -> ContractCase:
    youngest = row["short_stay_from_age"]
    rules = [
        support.use(AdmittedSpell, "price", prices=PRICES, market_forces_factor=PRICES, short_stay_from_age=youngest)
    ]
    if row["has_top_up"]:
        level = Level(
            name=told.STANDARD,
            criteria=(Criterion(name=told.SURGERY, within_hours=told.MOST_HOURS), Criterion(name=told.GERIATRICIAN)),
        )
        rules.append(support.use(
            BestPracticeTariff, "best", standard=told.STANDARD, levels=(level,), moves=Moves.ADDED,
            where={"hrg": told.HIP_FRACTURE}, top_up=row["top_up"], market_forces_factor=PRICES,
        ))  # fmt: skip
    if row["waits"] != told.WAITS[0]:
        rules.append(_experience(row))
    if row["charges"]:
        rules.append(support.use(
            DischargeCostTransfer, "delay", legal_basis="agreement", count=DayCount.PLAIN, daily_rate=row["daily_rate"],
            grace_days=row["grace_days"], pays_now=PaysNow.COMMISSIONER,
            liable=[{"reason": reason, "pathway": pathway, "body": body} for reason, pathway, body in told.LIABLE],
        ))  # fmt: skip
    return support.contract(
        str(row["contract"]), *rules, provider=str(row["of_provider"]), commissioner=str(row["of_commissioner"]),
        settles=settles,
    )  # fmt: skip


def _experience(row: Mapping[str, object]) -> RuleEntry:
    more = {} if row["lapses_after_days"] is None else {"lapses_after_days": row["lapses_after_days"]}
    no_answer = _NO_ANSWER[str(row["waits"])]
    if no_answer is NoAnswer.LAPSE:
        more["unanswered_to"] = row["of_commissioner"]
    return support.use(
        PatientExperience, "experience", on=("price", "best") if row["has_top_up"] else ("price",),
        share=Fraction(int(str(row["share_hundredths"])), 100), question=told.QUESTION, no_answer=no_answer,
        unreleased_to=row["of_commissioner"], youngest_asked_years=row["youngest_asked"], **more,
    )  # fmt: skip


def paid_by_rules(program: Program, reading: Reading) -> tuple[Pence, Pence]:
    """Pence, and how many spells (of a delay: days), by contract, flow and body; nothing is left out."""
    pence: Pence = {}
    units: Pence = {}
    for line in reading.flows:
        name = FLOWS[program.uses[line.identity].traced.flows[line.number].reason]
        key = (line.contract, name, line.payer if name == "charge" else "")
        pence[key] = pence.get(key, 0) + line.pence
        units[key] = units.get(key, 0) + line.units
    return _something(pence), _something(units)


def figures_by_rules(reading: Reading) -> Pence:
    """The figures that are counted by hand too, by contract and name."""
    found: Pence = {}
    for line in reading.figures:
        if line.name in FIGURES:
            key = (line.contract, FIGURES[line.name], "")
            found[key] = found.get(key, 0) + int(line.value)
    return found


def paid_by_hand(frame: pl.DataFrame) -> Pence:
    """The same from what the query written by hand gives."""
    return _folded(frame, list(MONEY))


def _folded(frame: pl.DataFrame, names: list[str]) -> Pence:
    found: Pence = {}
    for row in frame.iter_rows(named=True):
        for name in names:
            key = (row["contract"], name, (row["body"] or "") if name == "charge" else "")
            found[key] = found.get(key, 0) + int(row[name] or 0)
    return _something(found)


def counted_by_hand(frame: pl.DataFrame) -> Pence:
    """How many spells each flow is of; of a delay, how many days."""
    counts = {name: pl.col(f"{name}: spells") for name in MONEY[:-1]}
    return _folded(frame.with_columns(charge="days", **counts), list(MONEY))


def figures_by_hand(frame: pl.DataFrame) -> Pence:
    """The figures from what the query written by hand gives, with ``states``."""
    return _folded(frame, sorted(set(FIGURES.values())))


def _something(found: Pence) -> Pence:
    return {key: value for key, value in found.items() if value}
