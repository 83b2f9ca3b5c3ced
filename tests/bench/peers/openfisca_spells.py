"""OpenFisca-core: spells as its persons, in contracts and in accounts that are charged; amounts are its floats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pyarrow.parquet as parquet
from _told import Lines, run
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERIOD = "2025"
SPELL = Entity("spell", "spells", "A spell of admitted care", "")
CONTRACT = GroupEntity("contract", "contracts", "A contract", "", roles=[{"key": "row"}])
DEBT = GroupEntity("debt", "debts", "What a body owes under a contract", "", roles=[{"key": "delay"}])

Formula = Callable[[Any, Any], Any]


def _variable(name: str, entity: Any, kind: type, formula: Formula | None = None) -> type[Variable]:
    more: dict[str, Any] = {"value_type": kind, "entity": entity, "definition_period": DateUnit.YEAR, "label": name}
    if formula is not None:
        more["formula"] = lambda population, period, parameters=None: formula(population, period)
    return type(name, (Variable,), more)


def _price(spell: Any, period: Any) -> Any:
    elective, stay = spell("is_elective", period), spell("length_of_stay_days", period)
    brief = stay <= spell("short_stay_up_to", period)
    adult = spell("age_years", period) >= spell("short_stay_from_age", period)
    short = brief & adult & spell("is_emergency", period) & spell("short_stay_applies", period)
    setting = numpy.select(
        [short, spell("is_day_case", period), elective],
        [spell(name, period) for name in ("short_stay", "day_case", "elective")], spell("non_elective", period),
    )  # fmt: skip
    trim = numpy.where(elective, spell("trim_elective_days", period), spell("trim_non_elective_days", period))
    long_stay = numpy.maximum(stay - trim, 0) * spell("long_stay_day", period)
    share = 1 + spell("specialist_share", period)
    exact = setting * share + long_stay * numpy.where(spell("on_long_stay", period), share, 1)
    return numpy.where(spell("is_claimed", period), numpy.round(exact * spell("factor", period), 2), 0)


def _best(spell: Any, period: Any) -> Any:
    earned = spell("is_hip", period) & spell("has_top_up", period) & spell("reached", period)
    return numpy.where(earned, numpy.round(spell("top_up", period) * spell("factor", period), 2), 0)


def _held(spell: Any, period: Any) -> Any:
    return numpy.round((spell("price", period) + spell("best", period)) * spell("share", period), 2)


def _charge(spell: Any, period: Any) -> Any:
    days = numpy.maximum(spell("days_late", period) - spell("grace_days", period), 0)
    return numpy.where(spell("is_charged", period), days * spell("daily_rate", period), 0)


STATES = ("exempt", "satisfied", "not satisfied", "no answer", "lapsed")


def _in_state(place: int) -> Formula:
    return lambda spell, period: numpy.where(spell("state", period) == place, spell("held", period), 0)


def _summed(name: str) -> Formula:
    return lambda group, period: group.sum(group.members(name, period))


def _system(inputs: dict[str, numpy.ndarray]) -> TaxBenefitSystem:
    system = TaxBenefitSystem([SPELL, CONTRACT, DEBT])
    kinds = {"b": bool, "i": int, "f": float}
    for name, values in inputs.items():
        system.add_variable(_variable(name, SPELL, kinds[values.dtype.kind]))
    formulas = {"price": _price, "best": _best, "held": _held, "charge": _charge}
    formulas |= {f"state_{place}": _in_state(place) for place in range(len(STATES))}
    for name, formula in formulas.items():
        system.add_variable(_variable(name, SPELL, float, formula))
        group = DEBT if name == "charge" else CONTRACT
        system.add_variable(_variable(f"total_{name}", group, float, _summed(name)))
    return system


def pay(folder: Path, told: dict[str, Any]) -> Lines:
    """Declare the populations, set what is known, and ask for the totals."""
    rows = parquet.read_table(folder / "joined.parquet").to_pandas(integer_object_nulls=False)
    inputs, debts = _inputs(rows, told)
    builder = SimulationBuilder()
    system = _system(inputs)
    builder.create_entities(system)
    builder.declare_person_entity("spell", numpy.arange(len(rows)))
    for group, names, role in (("contract", rows.contract.to_numpy(str), "row"), ("debt", debts, "delay")):
        population = builder.declare_entity(group, numpy.unique(names))
        builder.join_with_persons(population, names, [role] * len(rows))
    simulation = builder.build(system)
    for name, values in inputs.items():
        simulation.set_input(name, PERIOD, values)
    flows = {"price": "price", "top-up": "best", "held": "held"}
    flows |= {state: f"state_{place}" for place, state in enumerate(STATES)}
    contracts = numpy.unique(rows.contract.to_numpy(str))
    lines = [
        (str(contract), flow, "", round(float(pounds) * 100))
        for flow, name in flows.items()
        for contract, pounds in zip(contracts, simulation.calculate(f"total_{name}", PERIOD), strict=True)
    ]  # fmt: skip
    for debt, pounds in zip(numpy.unique(debts), simulation.calculate("total_charge", PERIOD), strict=True):
        contract, body = str(debt).split("|")
        lines.append((contract, "charge", body, round(float(pounds) * 100)))
    return lines


def _inputs(rows: Any, told: dict[str, Any]) -> tuple[dict[str, numpy.ndarray], numpy.ndarray]:
    """What the rules read, in pounds, days and yes or no; which state each spell is in is known beforehand."""
    pounds = ("short_stay", "day_case", "elective", "non_elective", "long_stay_day", "top_up", "daily_rate")
    whole = ("age_years", "length_of_stay_days", "short_stay_from_age", "short_stay_up_to", "grace_days")
    flags = ("short_stay_applies", "on_long_stay", "has_top_up", "is_hip", "reached")
    found = {name: rows[name].fillna(0).to_numpy(float) / 100 for name in pounds}
    found |= {name: rows[name].fillna(0).to_numpy("int32") for name in whole}
    found |= {name: rows[name].eq(True).to_numpy(bool) for name in flags}
    for name in ("trim_elective_days", "trim_non_elective_days"):
        found[name] = rows[name].fillna(100_000).to_numpy("int32")
    found["specialist_share"] = rows.top_up_hundredths.to_numpy(float) / 100
    found["share"], found["factor"] = rows.share_hundredths.to_numpy(float) / 100, rows.factor.to_numpy(float)
    found["is_elective"] = rows.admission_method.isin(["11", "12", "13"]).to_numpy(bool)
    found["is_emergency"] = rows.admission_method.str.startswith("2").to_numpy(bool)
    found["is_day_case"] = ((rows.patient_class == "2") & (rows.length_of_stay_days == 0)).to_numpy(bool)
    found["is_claimed"] = rows.patient_class.isin(["1", "2", "5"]).to_numpy(bool)
    found["days_late"] = (rows.discharged - rows.ready_on.fillna(rows.discharged)).to_numpy("int32")
    theirs = rows.liable == "local authority"
    found["is_charged"] = ((theirs | (rows.liable == told["transport"])) & rows.charges).to_numpy(bool)
    body = rows.local_authority.where(theirs, told["transport"])
    debts = (rows.contract + "|" + body.where(found["is_charged"], "")).to_numpy(str)
    last = rows.discharged + rows.lapses_after_days
    late = rows.answered_on < rows.exempted_on
    in_time = rows.answered_on.notna() & (last.isna() | (rows.answered_on <= last))
    over = last.isna() | (last < told["as_at"])
    exempt = (rows.age_years < rows.youngest_asked) | (rows.exempted_on.notna() & ~late)
    said = rows.said.eq(True)
    conditions = [exempt, in_time & said, in_time, over & rows.is_released, over & rows.passes_on]
    found["state"] = numpy.select(conditions, range(len(STATES)), -1).astype("int32")
    return found, debts


if __name__ == "__main__":
    run(pay)
