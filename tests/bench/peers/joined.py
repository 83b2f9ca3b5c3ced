"""Spells with everything beside them in one row: for engines of rules that evaluate a row, and join no tables."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.bench import numbers as told
from tests.bench.world import World


def write(world: World, to: Path) -> None:
    """Write ``joined.parquet`` and each small table, in pence, days, and floats where a rate is one."""
    small = world.small()
    for name, frame in small.items():
        frame.write_parquet(to / f"{name}.parquet")
    days = ("discharged", "ready_on", "answered_on", "exempted_on")
    liable = ["delay_reason", "discharge_pathway"]
    joined = (
        pl.scan_parquet(world.folder / "spells.parquet")
        .join(small["contracts"].lazy(), on="contract")
        .join(small["prices"].lazy(), left_on="hrg", right_on="code", how="left")
        .join(small["factors"].lazy(), on="provider", how="left")
        .join(small["top_ups"].lazy(), on="specialised_service", how="left")
        .join(small["liable"].lazy(), left_on=liable, right_on=["reason", "pathway"], how="left")
        .join(_answers(world.folder), on="spell", how="left")
        .join(_exemptions(world.folder), on="spell", how="left")
        .join(_evidence(world.folder), on="spell", how="left")
        .with_columns(
            *(pl.col(day).cast(pl.Date).cast(pl.Int32) for day in days),
            factor=pl.col("factor") / 1_000_000, top_up_hundredths=pl.col("top_up_hundredths").fill_null(0),
            reached=pl.col("reached").fill_null(False), is_hip=pl.col("hrg").is_in(told.HIP_FRACTURE),
        )
    )  # fmt: skip
    joined.select(COLUMNS).collect().write_parquet(to / "joined.parquet")


COLUMNS = (
    "contract", "patient_class", "admission_method", "age_years", "length_of_stay_days", "is_hip", "top_up_hundredths",
    "short_stay_applies", "short_stay", "day_case", "elective", "non_elective", "trim_elective_days",
    "trim_non_elective_days", "long_stay_day", "factor", "short_stay_from_age", "short_stay_up_to", "on_long_stay",
    "has_top_up", "top_up", "share_hundredths", "youngest_asked", "lapses_after_days", "is_released", "passes_on",
    "charges", "daily_rate", "grace_days", "discharged", "ready_on", "answered_on", "said", "exempted_on", "reached",
    "liable", "local_authority",
)  # fmt: skip


def _answers(folder: Path) -> pl.LazyFrame:
    asked = pl.scan_parquet(folder / "answers.parquet")
    known = (pl.col("question") == told.QUESTION) & (pl.col("answered_on") <= told.AS_AT)
    return asked.filter(known & pl.col("satisfied").is_not_null()).select("spell", "answered_on", said="satisfied")


def _exemptions(folder: Path) -> pl.LazyFrame:
    decided = pl.scan_parquet(folder / "exemptions.parquet").filter(pl.col("decided_on") <= told.AS_AT)
    return decided.select("spell", exempted_on="decided_on")


def _evidence(folder: Path) -> pl.LazyFrame:
    recorded = pl.scan_parquet(folder / "evidence.parquet").filter(pl.col("standard") == told.STANDARD)
    minutes = (pl.col("finished_at") - pl.col("started_at")).dt.total_minutes()  # no stay spans a night of two clocks
    timed, other = pl.col("criterion") == told.SURGERY, pl.col("criterion") == told.GERIATRICIAN
    return recorded.group_by("spell").agg(
        reached=(timed & minutes.is_between(0, told.MOST_HOURS * 60)).any() & (other & pl.col("met")).any()
    )
