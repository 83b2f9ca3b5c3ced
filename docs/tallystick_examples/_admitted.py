"""The tables of admitted care, as files of them are read: spells, answers, exemptions and evidence."""

from __future__ import annotations

import polars as pl

from tallystick_examples import _case_mix as mix
from tallystick_examples._columns import key, moment, none_where, person, zeros
from tallystick_examples._draws import below, chance, long_tailed, pick, slots
from tallystick_examples._stays import stays
from tallystick_examples._world import World

QUESTION = "care experience"
STANDARD = "hip fracture"
TIMED = "surgery within 36 hours"
CRITERIA = (
    TIMED,
    "geriatrician within 72 hours",
    "physiotherapy by the day after surgery",
    "nutritional assessment",
    "delirium assessment",
    "falls and bone health assessment",
)

_CLASSES = pl.Series(["2", "1", "3", "1", "1"])
_POINTS = pl.Series(["DC", "EL", "RADAY", "NEL", "NELNE"])
_REASONS = slots({"hospital process": 30, "social care": 25, "community bed": 20, "care home": 15, "interface": 10})
_PATHWAYS = slots({"0": 30, "1": 35, "2": 20, "3": 15})
SPECIALISED = ("children", "neurosciences", "orthopaedic", "spinal")
_EXEMPT = slots({"fit note refused": 40, "antibiotic not prescribed": 40, "end of life": 20})


def spells(world: World, start: int, stop: int) -> pl.DataFrame:
    """One row for each stay."""
    frame = _noted(world, stays(world, start - start % 2, stop))
    ready = pl.col("end") - pl.col("delay")
    late = pl.col("delay") > 0
    return frame.select(
        key("S", "row").alias("spell"), pl.col("contract", "provider", "commissioner"), person("number"),
        _CLASSES.gather(frame["kind"]).alias("patient_class"), "admission_method", "age_years",
        world.day(frame["end"] - frame["stay"]).alias("admitted"), world.day(frame["end"]).alias("discharged"),
        pl.col("stay").alias("length_of_stay_days"), "hrg", "treatment_function",
        pl.when((pl.col("kind") == mix.EMERGENCY) & (pl.col("stay") <= 1)).then(pl.lit("NELST"))
        .otherwise(_POINTS.gather(frame["kind"])).alias("point_of_delivery"),
        pl.concat_str("provider", zeros(1 + pl.col("site") % 3, 2)).alias("site"),
        "specialised_service", "critical_care_days", "deprivation_decile",
        world.day(frame.select(ready).to_series()).alias("ready_on"), "discharged_at",
        pl.when(late).then("delay_reason").alias("delay_reason"),
        pl.when(late).then("discharge_pathway").alias("discharge_pathway"), "local_authority",
        pl.when("again").then(key("S", "before")).alias("index_spell"),
        pl.when("again").then(pl.col("admission_method").shift(1)).alias("index_admission_method"),
        pl.when("again").then(world.day(frame["before_end"])).alias("index_discharged"),
    ).tail(stop - start)  # fmt: skip


def _noted(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """Adds what is written down beside the stay itself."""
    rows = frame["row"]
    in_bed = (frame["stay"] >= 3) & chance(world.draw(rows, "critical care"), 70)
    critical = 1 + long_tailed(world.draw(rows, "critical days"), 20, 90).cast(pl.Int64)
    reason = none_where(pick(world.draw(rows, "reason"), _REASONS), chance(world.draw(rows, "no reason"), 50))
    special = pick(world.draw(rows, "specialised"), pl.Series(SPECIALISED))
    leaving = moment(world.day(frame["end"]), 8 * 60 + below(world.draw(rows, "leaving"), 14 * 60))
    return frame.with_columns(
        *world.parties(frame["at"]),
        site=world.draw(rows, "site"),
        specialised_service=none_where(special, chance(world.draw(rows, "ordinary"), 965)),
        critical_care_days=pl.when(in_bed).then(pl.min_horizontal("stay", pl.lit(critical))),
        delay_reason=reason,
        discharge_pathway=pick(world.draw(rows, "pathway"), _PATHWAYS),
        discharged_at=none_where(leaving, chance(world.draw(rows, "no time"), 40)),
    )


def answers(world: World, start: int, stop: int) -> pl.DataFrame:
    """What about a quarter of the patients answered, and a few who were asked and did not say."""
    frame = stays(world, start, stop)
    frame = frame.filter(chance(world.draw(frame["row"], "answer"), 270) & (frame["kind"] != mix.REGULAR))
    rows = frame["row"]
    silent = chance(world.draw(rows, "silent"), 75)
    return frame.select(
        key("A", "row").alias("answer"), key("S", "row").alias("spell"), pl.lit(QUESTION).alias("question"),
        world.day(frame["end"] + 1 + below(world.draw(rows, "answered"), 42).cast(pl.Int64)).alias("answered_on"),
        none_where(chance(world.draw(rows, "satisfied"), 850), silent).alias("satisfied"),
    )  # fmt: skip


def exemptions(world: World, start: int, stop: int) -> pl.DataFrame:
    """The few spells that are exempt, decided on the day of discharge, before any answer is seen."""
    frame = stays(world, start, stop)
    frame = frame.filter(chance(world.draw(frame["row"], "exempt"), 4))
    return frame.select(
        key("X", "row").alias("exemption"), key("S", "row").alias("spell"),
        pick(world.draw(frame["row"], "exemption"), _EXEMPT).alias("reason"),
        pl.lit("medical director's panel").alias("decided_by"), world.day(frame["end"]).alias("decided_on"),
    )  # fmt: skip


def evidence(world: World, start: int, stop: int) -> pl.DataFrame:
    """What was recorded of each criterion for hip fractures; units differ, and some records are not there."""
    frame = stays(world, start, stop)
    frame = frame.filter(pl.col("hrg").is_in(mix.HIP_FRACTURE) & (pl.col("stay") >= 5))
    return pl.concat([_criterion(world, frame, at) for at in range(len(CRITERIA))]).sort("evidence")


def _criterion(world: World, frame: pl.DataFrame, at: int) -> pl.DataFrame:
    name, rows = CRITERIA[at], frame["row"]
    good = 780 + world.draw(frame["at"], "unit") % 200
    met = world.draw(rows, name) % 1000 < good
    unknown = chance(world.draw(rows, f"no {name}"), 60)
    came, hours = world.draw(rows, f"{name} from"), world.draw(rows, f"{name} hours")
    arrived, after = world.day(frame["end"] - frame["stay"]), 8 * 60 + below(came, 14 * 60)
    # Well inside or well outside 36 hours: a night in which the clocks change decides nothing.
    took = (6 * 60 + below(hours, 27 * 60)).zip_with(met, 38 * 60 + below(hours, 52 * 60))
    untimed = unknown | (name != TIMED)
    return frame.select(
        pl.concat_str(key("B", "row"), pl.lit(f"-{at + 1}")).alias("evidence"), key("S", "row").alias("spell"),
        pl.lit(STANDARD).alias("standard"), pl.lit(name).alias("criterion"),
        none_where(met, unknown).alias("met"),
        none_where(world.day(frame["end"]), unknown).alias("decided_on"),
        none_where(moment(arrived, after), untimed).alias("started_at"),
        none_where(moment(arrived, after + took), untimed).alias("finished_at"),
    )  # fmt: skip
