"""Makes the data files of ``acute_contract`` again, the same each time: synthetic activity and made-up prices.

Run as ``python -m tallystick_examples.make_acute_contract FOLDER``. A test holds the shipped files to it.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tallystick_examples._case_mix import HIP_FRACTURE, UNGROUPABLE
from tallystick_examples.generate import generate_activity, price_lists

CONTRACTS = (
    ("eastmere-acute", "ZH1", "ZQ1"),
    ("westbrook-acute", "ZH2", "ZQ1"),
    ("eastmere-specialised", "ZH1", "ZQ2"),
)
SEED = 25
ORDINARY = 480
"""How many spells there are beside the hip fractures and the ungroupable ones, which are all kept."""

CENSUS = datetime.date(2025, 10, 1)
REVISED_ON = datetime.date(2025, 10, 1)
"""From when follow-up attendances have another price, so that a price list with a history is seen at work."""

HOLIDAYS = (
    ("2025-04-18", "Good Friday"), ("2025-04-21", "Easter Monday"), ("2025-05-05", "Early May bank holiday"),
    ("2025-05-26", "Spring bank holiday"), ("2025-08-25", "Summer bank holiday"), ("2025-12-25", "Christmas Day"),
    ("2025-12-26", "Boxing Day"), ("2026-01-01", "New Year's Day"), ("2026-04-03", "Good Friday"),
    ("2026-04-06", "Easter Monday"),
)  # fmt: skip
"""Bank holidays of England and Wales, as GOV.UK lists them."""

_WITH_SPELL = ("answers", "evidence", "exemptions")
_FACTORS = {"ZH1": "1.061204", "ZH2": "1.003157"}


def tables() -> dict[str, pl.DataFrame]:
    """Every file by its path in the workspace, without ``.csv``."""
    made = {**_activity(), **_calendar(), **_prices()}
    made["data/notices"] = _notices(made["data/spells"])
    made["data/challenges"] = _challenges(made["data/spells"])
    used = pl.Series([*made["data/spells"]["hrg"].unique(), UNGROUPABLE])
    made["prices/admitted"] = made["prices/admitted"].filter(pl.col("code").is_in(used.implode()))
    return made


def write(folder: Path) -> None:
    """Write every file below ``folder``."""
    for path, frame in tables().items():
        target = folder / f"{path}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(frame.write_csv(datetime_format="%Y-%m-%dT%H:%M"), encoding="utf-8", newline="\n")


def _activity() -> dict[str, pl.DataFrame]:
    made = generate_activity(None, spells=6_000, contracts=CONTRACTS, seed=SEED) or {}
    spells = made["spells"].drop("index_spell", "index_admission_method", "index_discharged", "site")
    rare = pl.col("hrg").is_in([*HIP_FRACTURE, UNGROUPABLE])
    spells = pl.concat([spells.filter(rare), spells.filter(~rare).head(ORDINARY)]).sort("spell")
    nobody = pl.col("spell") == spells["spell"][-1]
    spells = spells.with_columns(  # one spell belongs to no contract here, which statements have to say
        contract=pl.when(~nobody).then("contract"),
        commissioner=pl.when(nobody).then(pl.lit("ZQ9")).otherwise("commissioner"),
    )
    kept = {
        name: made[name].filter(pl.col("spell").is_in(spells["spell"].implode())) for name in _WITH_SPELL
    } | {
        "spells": spells,
        "attendances": made["attendances"].head(260).drop("site"),
        "emergency_attendances": made["emergency_attendances"].head(160).drop("site", "arrived_at", "departed_at"),
        "people": made["people"].filter(pl.col("census_day") == CENSUS).head(300),
    }  # fmt: skip
    return {f"data/{name}": frame for name, frame in kept.items()}


def _notices(spells: pl.DataFrame) -> pl.DataFrame:
    """Notices for the delayed patients of the second hospital; one of them has no discharge notice on record."""
    late = spells.filter((pl.col("provider") == "ZH2") & pl.col("delay_reason").is_not_null())
    ready = pl.col("ready_on")
    return late.select(
        pl.format("N{}", pl.int_range(1, pl.len() + 1)).alias("notice"), "spell",
        pl.lit("acute").alias("patient_category"),
        (ready.dt.offset_by("-4d").cast(pl.Datetime("us")) + pl.duration(hours=10)).alias("assessment_notice_at"),
        pl.when(pl.int_range(pl.len()) != 2)
        .then(ready.dt.offset_by("-1d").cast(pl.Datetime("us")) + pl.duration(hours=11)).alias("discharge_notice_at"),
        ready.alias("proposed_discharge"), pl.col("discharged_at").alias("ended_at"),
        pl.lit("yes").alias("only_reason"),
        pl.col("delay_reason").alias("reason"), pl.col("discharge_pathway").alias("pathway"),
    )  # fmt: skip


def _challenges(spells: pl.DataFrame) -> pl.DataFrame:
    """What the board contests of the second hospital's elective care: one by one, and all of a group in a month."""
    elective = spells.filter((pl.col("contract") == "westbrook-acute") & pl.col("admission_method").is_in(["11", "12"]))
    winter = elective.filter(pl.col("discharged").is_between(datetime.date(2026, 1, 1), datetime.date(2026, 2, 28)))
    one, two, three = winter["spell"].head(3)
    march = elective.filter(pl.col("discharged") >= datetime.date(2026, 3, 1))["hrg"]
    group = march.value_counts().sort("count", "hrg", descending=[True, False])["hrg"][0]
    month = f"hrg={group}; admission_method=11, 12; provider=ZH2; discharged=2026-03-01..2026-03-31"
    rows = [
        (
            "C001",
            one,
            None,
            "coded as an overnight stay; the notes show a day case",
            "2026-03-05",
            "2026-04-02",
            "upheld",
        ),
        ("C002", two, None, "registered with another board", "2026-03-05", "2026-03-20", "rejected"),
        ("C003", three, None, "no prior approval on record", "2026-03-06", None, None),
        ("C004", None, month, "should have been done in the clinic", "2026-04-24", None, None),
    ]
    names = ("challenge", "row", "filter", "reason", "raised_on", "decided_on", "decision")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.with_columns(of_table=pl.lit("spells"), by=pl.lit("ZQ1")).select(
        "challenge", "of_table", "row", "filter", "by", "reason", "raised_on", "decided_on", "decision"
    )


def _calendar() -> Mapping[str, pl.DataFrame]:
    days = [{"calendar": "England and Wales", "day": day, "name": name} for day, name in HOLIDAYS]
    cover = {"calendar": "England and Wales", "covers_from": "2025-04-01", "covers_to": "2026-04-30",
             "source": "GOV.UK, UK bank holidays"}  # fmt: skip
    return {"data/public_holidays": pl.DataFrame(days), "data/calendar_cover": pl.DataFrame([cover])}


def _prices() -> dict[str, pl.DataFrame]:
    lists = price_lists(CONTRACTS)
    undated = {name: frame.drop("list", "from_day", "to_day") for name, frame in lists.items()}
    factors = undated["factors"].with_columns(factor=pl.col("code").replace_strict(_FACTORS, return_dtype=pl.String))
    return {
        "prices/admitted": undated["admitted_prices"],
        "prices/units": _with_history(undated["unit_prices"].drop("setting")),
        "prices/factors": factors.drop("not_priced"),
        "prices/top_ups": undated["specialist_top_ups"].drop("not_priced"),
    }


def _with_history(units: pl.DataFrame) -> pl.DataFrame:
    """The list with one code at another price from October."""
    revised = pl.col("code") == "WF01A"
    always = units.with_columns(
        from_day=pl.lit(None, pl.Date), to_day=pl.when(revised).then(pl.lit(REVISED_ON - datetime.timedelta(days=1)))
    )
    later = units.filter(revised).with_columns(
        from_day=pl.lit(REVISED_ON), to_day=pl.lit(None, pl.Date), price_pounds=pl.col("price_pounds") + 4
    )
    order = ["code", "from_day", "to_day", "price_pounds", "not_priced"]
    return pl.concat([always.select(order), later.select(order)]).sort("code", "from_day", nulls_last=False)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
