"""The same payments written by hand, as well as a person can who knows these four rules and nothing else.

One lazy Polars query in whole numbers: the spells are scanned once, joined with the numbers of their contract,
and summed by contract. ``tests.bench.world`` says the same to Tallystick.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tests.bench import numbers as told

MONEY = ("price", "top-up", "held", "exempt", "satisfied", "no answer", "not satisfied", "lapsed", "charge")
"""The flows. The charge for a delay is summed for each contract and body that is liable, the others by contract."""

STATES = (
    "cases", "achieved", "not met", "not recorded", "never asked", "is exempt", "exempted too late", "yes", "no",
    "not answered", "own charge", "nobody's charge", "unlisted days", "claimed", "unpriced", "critical care days",
)  # fmt: skip
"""What a statement shows beside the money: spells by state, and what was not charged to anybody."""

_SPELLS = (
    "spell", "contract", "provider", "discharged", "patient_class", "admission_method", "age_years",
    "length_of_stay_days", "hrg", "ready_on", "delay_reason", "discharge_pathway", "local_authority",
    "critical_care_days",
)  # fmt: skip
_MILLION = 1_000_000


def by_hand(folder: Path, small: Mapping[str, pl.DataFrame], *, states: bool) -> pl.LazyFrame:
    """Pence by contract and the body that is charged for a delay (missing where none is).

    ``small`` are the frames ``contracts``, ``prices``, ``factors`` and ``liable``. With ``states`` it also sums
    what Tallystick always counts beside the money: the spells of each flow, and the spells in each state.
    """
    spells = pl.scan_parquet(folder / "spells.parquet").select(_SPELLS)
    rows = (
        spells.filter(pl.col("discharged").is_between(told.FIRST, told.LAST))
        .join(small["contracts"].lazy(), on="contract")
        .join(small["prices"].lazy(), left_on="hrg", right_on="code", how="left")
        .join(small["factors"].lazy(), on="provider", how="left")
        .join(_answers(folder), on="spell", how="left")
        .join(_exemptions(folder), on="spell", how="left")
        .join(_evidence(folder), on="spell", how="left")
        .join(
            small["liable"].lazy(), how="left",
            left_on=["delay_reason", "discharge_pathway"], right_on=["reason", "pathway"],
        )
    )  # fmt: skip
    rows = _delayed(_experienced(_priced(rows)))
    sums = [pl.col(name).sum() for name in (*MONEY, "days")]
    if states:
        sums += [(pl.col(name) != 0).sum().alias(f"{name}: spells") for name in MONEY[:-1]]
        sums += [pl.col(name).sum() for name in STATES]
        sums += [pl.len().alias("spells")]
    return rows.group_by("contract", "body").agg(sums)


def _answers(folder: Path) -> pl.LazyFrame:
    asked = pl.scan_parquet(folder / "answers.parquet").filter(pl.col("question") == told.QUESTION)
    return asked.select("spell", "answered_on", said="satisfied")


def _exemptions(folder: Path) -> pl.LazyFrame:
    return pl.scan_parquet(folder / "exemptions.parquet").select("spell", exempted_on="decided_on")


def _evidence(folder: Path) -> pl.LazyFrame:
    """For each case, whether it reached both criteria, and whether it is known that it did not."""
    recorded = pl.scan_parquet(folder / "evidence.parquet").filter(pl.col("standard") == told.STANDARD)
    start, stop = (
        pl.col(name).dt.replace_time_zone("Europe/London", ambiguous="earliest", non_existent="null")
        for name in ("started_at", "finished_at")
    )
    taken, timed = (stop - start).dt.total_minutes(), pl.col("criterion") == told.SURGERY
    most, other = told.MOST_HOURS * 60, pl.col("criterion") == told.GERIATRICIAN
    return recorded.group_by("spell").agg(
        early=(timed & taken.is_between(0, most)).any(), tardy=(timed & (taken > most)).any(),
        seen=(other & pl.col("met")).any(), unseen=(other & ~pl.col("met")).any(),
    )  # fmt: skip


def _half_up(above: pl.Expr, below: int) -> pl.Expr:
    """Nothing here is below zero, so one division is enough."""
    return (above * 2 + below) // (2 * below)


def _if(flag: pl.Expr, value: pl.Expr | str) -> pl.Expr:
    """The value where the flag is yes; nothing where it is no or missing."""
    return pl.when(flag).then(value).otherwise(0).fill_null(0)


def _priced(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The price of the spell, and the top-up for best practice."""
    stay, method, category = pl.col("length_of_stay_days"), pl.col("admission_method"), pl.col("patient_class")
    elective = method.is_in(told.ELECTIVE)
    short = (
        (stay <= 1) & method.str.starts_with("2") & pl.col("short_stay_applies")
        & (pl.col("age_years") >= pl.col("short_stay_from_age"))
    )  # fmt: skip
    price = (
        pl.when(short).then("short_stay").when((category == "2") & (stay == 0)).then("day_case")
        .when(elective).then("elective").otherwise("non_elective")
    )  # fmt: skip
    trim = pl.when(elective).then("trim_elective_days").otherwise("trim_non_elective_days")
    exact = (price + _if(stay > trim, (stay - trim) * pl.col("long_stay_day"))) * pl.col("factor")
    claimed = category.is_in(["1", "2", "5"])
    case = pl.col("hrg").is_in(told.HIP_FRACTURE) & pl.col("has_top_up")
    met = case & pl.col("early").fill_null(False) & pl.col("seen").fill_null(False)
    missed = case & (pl.col("tardy") | pl.col("unseen")).fill_null(False)
    return rows.with_columns(
        price=_if(claimed, _half_up(exact, _MILLION)), claimed=claimed, unpriced=claimed & price.is_null(), cases=case,
        achieved=met,
        **{
            "not met": missed, "not recorded": case & ~met & ~missed,
            "top-up": _if(met, _half_up(pl.col("top_up") * pl.col("factor"), _MILLION)),
            "critical care days": pl.col("critical_care_days"),
        },
    )  # fmt: skip


def _experienced(rows: pl.LazyFrame) -> pl.LazyFrame:
    """What is held until the patient has answered, and where it goes; the share is nothing without the rule."""
    paid = pl.col("price") + pl.col("top-up")
    rows = rows.with_columns(held=_half_up(paid * pl.col("share_hundredths"), 100))
    on, lapses, held = pl.col("answered_on"), pl.col("lapses_after_days"), pl.col("held")
    last = pl.col("discharged").cast(pl.Int32) + lapses
    known = (on <= told.AS_AT).fill_null(False)
    yes, no = known & pl.col("said").fill_null(False), known & (~pl.col("said")).fill_null(False)
    in_time = (on.cast(pl.Int32) <= last).fill_null(lapses.is_null())
    over = (last < (told.AS_AT - datetime.date(1970, 1, 1)).days).fill_null(True)
    asked = held != 0
    free = asked & (pl.col("age_years") < pl.col("youngest_asked")).fill_null(False)
    granted = asked & ~free & (pl.col("exempted_on") <= told.AS_AT).fill_null(False)
    late = granted & (yes | no) & (on < pl.col("exempted_on")).fill_null(False)
    exempt = granted & ~late
    left = asked & ~free & ~exempt
    silent = left & ~(in_time & (yes | no))
    satisfied, dissatisfied = left & in_time & yes, left & in_time & no
    return rows.with_columns(
        yes=satisfied, no=dissatisfied, satisfied=_if(satisfied, held), exempt=_if(free | exempt, held),
        **{
            "not satisfied": _if(dissatisfied, held), "no answer": _if(silent & over & pl.col("is_released"), held),
            "lapsed": _if(silent & over & pl.col("passes_on"), held),
            "never asked": free, "is exempt": exempt, "exempted too late": late, "not answered": silent,
        },
    )  # fmt: skip


def _delayed(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The days of a delay and what they cost; whoever is liable pays the commissioner, if that is somebody else."""
    delay = pl.col("discharged").cast(pl.Int32) - pl.col("ready_on").cast(pl.Int32)
    rows = rows.with_columns(delayed=_if(pl.col("charges"), (delay - pl.col("grace_days")).clip(0)))
    rows = rows.with_columns(cost=pl.col("delayed") * pl.col("daily_rate"))
    liable = pl.col("liable")
    theirs = liable == "local authority"
    named = theirs | (liable == told.TRANSPORT)
    body = pl.when(theirs).then("local_authority").otherwise("liable")
    return rows.with_columns(
        body=pl.when(named & (pl.col("delayed") > 0)).then(body), days=_if(named, "delayed"),
        charge=_if(named, "cost"),
        **{
            "own charge": _if(liable.is_in(["provider", "commissioner"]), "cost"),
            "nobody's charge": _if(liable == "nobody", "cost"), "unlisted days": _if(liable.is_null(), "delayed"),
        },
    )  # fmt: skip
