"""The other tables of the query written by hand: delayed spells, people of the census, contacts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tests.bench import numbers as told
from tests.bench.by_hand_frames import half_up, long, shown

Small = Mapping[str, pl.DataFrame]
Parts = tuple[pl.LazyFrame, pl.LazyFrame]

_TENTHS = 10
_PAYEES = {
    "premium to the provider": "provider", "premium to the authority": "local authority",
    "premium to an organisation": told.SCHOOLS,
}  # fmt: skip


def delays(folder: Path, small: Small) -> Parts:
    """The days of each delay and what they cost; whoever is liable pays, if that is somebody else."""
    late = pl.scan_parquet(folder / "spells.parquet").filter(
        pl.col("discharged").is_between(told.FIRST, told.LAST) & (pl.col("ready_on") < pl.col("discharged"))
    )
    contracts = small["contracts"].lazy().filter("charges").select("contract", "grace_days", "daily_rate")
    liable = pl.col("liable")
    theirs = liable == "local authority"
    named = theirs | (liable == told.TRANSPORT)
    rows = (
        late.select("contract", "discharged", "ready_on", "delay_reason", "discharge_pathway", "local_authority")
        .join(contracts, on="contract")
        .with_columns(days=(pl.col("discharged") - pl.col("ready_on")).dt.total_days() - pl.col("grace_days"))
        .filter(pl.col("days") > 0)
        .join(
            small["liable"].lazy(), how="left", left_on=["delay_reason", "discharge_pathway"],
            right_on=["reason", "pathway"],
        )
        .with_columns(cost=pl.col("days") * pl.col("daily_rate"))
    )  # fmt: skip
    body = pl.when(theirs).then("local_authority").otherwise("liable").alias("body")
    charged = (
        rows.filter(named)
        .group_by("contract", body)
        .agg(pl.col("cost").sum().alias("pence of charge"), pl.col("days").sum().alias("units of charge"))
    )
    others = (
        rows.filter(~named | liable.is_null())
        .group_by("contract")
        .agg(
            pl.col("cost").filter(liable.is_in(["provider", "commissioner"])).sum().alias("own charge"),
            pl.col("cost").filter(liable == "nobody").sum().alias("nobody's charge"),
            pl.col("days").filter(liable.is_null()).sum().alias("unlisted days"),
        )
    )
    return long(charged, ["charge"]), shown(others, ["own charge", "nobody's charge", "unlisted days"])


def people(folder: Path, small: Small) -> Parts:
    """A rate for each person of the census, once, at the highest of their categories."""
    scanned, listed = pl.scan_parquet(folder / "people.parquet"), _listed(small["contracts"])
    now = pl.col("census_day") == told.CENSUS
    entries = scanned.filter(now & pl.col("category").is_not_null()).select(
        "contract", "person", "category", "last_eligible", "local_authority"
    )
    rows = entries.join(listed, on=["contract", "category"]).with_columns(
        eligible=(pl.col("last_eligible") >= pl.col("since")).fill_null(False)
    )
    rows = rows.join(_outranked(entries, rows, listed), on=["person", "category"], how="left").with_columns(
        outranked=pl.col("outranked").fill_null(False)
    )
    counted = pl.col("eligible") & ~pl.col("outranked")
    payee = pl.col("category").replace_strict(told.CATEGORIES)
    body = pl.when(payee == "local authority").then("local_authority").when(payee != "provider").then(payee)
    rate = pl.when(counted & pl.col("tenths").is_not_null()).then(half_up(pl.col("tenths"), _TENTHS)).otherwise(0)
    by = rows.group_by("contract", payee.alias("payee"), body.alias("body")).agg(
        *(rate.filter(payee == of).sum().alias(f"pence of {flow}") for flow, of in _PAYEES.items()),
        *((counted & (payee == of)).sum().alias(f"units of {flow}") for flow, of in _PAYEES.items()),
        **_states(counted),
    )  # fmt: skip
    unknown = (now & pl.col("category").is_null()).sum().alias("of unknown category")
    received = scanned.group_by("contract").agg(pl.len().alias("received: person"), unknown)
    holders = small["contracts"].lazy().select("contract", "has_premium")
    received = received.join(holders, on="contract").with_columns(pl.col("of unknown category") * pl.col("has_premium"))
    shown_of = shown(by, ("people paid for", "outranked", "no longer eligible", "without a day", "of another category"))
    return long(by, tuple(_PAYEES)), pl.concat([shown_of, shown(received, ("received: person", "of unknown category"))])


def _states(counted: pl.Expr) -> dict[str, pl.Expr]:
    """Why an entry is paid for or not."""
    listed, dated = pl.col("tenths").is_not_null(), pl.col("last_eligible").is_not_null()
    return {
        "people paid for": counted.sum(), "outranked": (pl.col("eligible") & pl.col("outranked")).sum(),
        "no longer eligible": (listed & dated & ~pl.col("eligible")).sum(), "without a day": (listed & ~dated).sum(),
        "of another category": (~listed).sum(),
    }  # fmt: skip


def _listed(contracts: pl.DataFrame) -> pl.LazyFrame:
    """For each contract that pays for people and each category: its rate, since when it counts, and its place."""
    parts = [
        contracts.filter("has_premium").select(
            "contract", pl.lit(category).alias("category"), pl.col(f"tenths_{at}").alias("tenths"),
            pl.when(pl.col(f"tenths_{at}").is_not_null())
            .then(pl.lit(told.CENSUS).dt.offset_by(pl.format("-{}y", f"look_back_{at}"))).alias("since"),
            pl.lit(at).alias("place"),
        )
        for at, category in enumerate(told.CATEGORIES)
    ]  # fmt: skip
    return pl.concat(parts).lazy()


def _outranked(entries: pl.LazyFrame, rows: pl.LazyFrame, listed: pl.LazyFrame) -> pl.LazyFrame:
    """Whose entries count in a higher category: of the few people with several, each held against the others."""
    several = entries.group_by("person").agg(pl.len().alias("entries")).filter(pl.col("entries") > 1)
    others = entries.join(several, on="person", how="semi").select("person", category="category", last="last_eligible")
    theirs = listed.select("contract", "category", "tenths", "since", "place")
    against = (
        rows.join(several, on="person", how="semi")
        .join(others, on="person", suffix=" of other")
        .join(
            theirs, left_on=["contract", "category of other"], right_on=["contract", "category"], suffix=" of other"
        )
        .filter(pl.col("last") >= pl.col("since of other"))
    )  # fmt: skip
    own, other = pl.col("tenths"), pl.col("tenths of other")
    higher = (other > own) | ((other == own) & (pl.col("place of other") < pl.col("place")))
    return against.filter(higher).select("person", "category").unique().with_columns(outranked=pl.lit(True))


def contacts(folder: Path, small: Small) -> Parts:
    """Contacts as events: each at its price, or those by which the year stays below a baseline; up to a cap."""
    many, year = pl.col("contacts"), pl.col("contacted_on").is_between(told.FIRST, told.LAST)
    seen = pl.scan_parquet(folder / "contacts.parquet").filter(year).group_by("contract", "contacts").agg(
        pl.len().alias("rows"), (pl.col("service") == told.SERVICE).sum().alias("served"),
        (pl.col("contact_type") == told.VISIT).sum().alias("visits"),
    )  # fmt: skip
    each, below = pl.col("events") == "each", pl.col("events") == "below"
    tenths, numbers = pl.col("each_tenths"), ("events", "each_tenths", "cap", "baseline")
    by = (
        seen.join(small["contracts"].lazy().select("contract", *numbers), on="contract")
        .group_by("contract")
        .agg(
            pl.col(numbers).first(),
            (many * pl.col("rows")).sum().alias("received: contact"),
            (many * pl.col("served")).filter(each).sum().alias("units of events"),
            (half_up(many * tenths, _TENTHS) * pl.col("served")).filter(each).sum().alias("pence of events"),
            (many * pl.col("visits")).filter(below).sum().alias("visits"),
        )
        .with_columns(
            pl.when(pl.col("visits") > 0).then((pl.col("baseline") - pl.col("visits")).clip(0)).otherwise(0)
            .alias("events avoided")
        )
        .with_columns(half_up(pl.col("events avoided") * tenths, _TENTHS).alias("pence of avoided"))
    )  # fmt: skip
    due = pl.col("pence of events") + pl.col("pence of avoided")
    over = pl.when(pl.col("events") != "none").then((due - pl.col("cap")).clip(0)).otherwise(0)
    by = by.with_columns(
        over.alias("pence of above the cap"),
        over.alias("not paid above the cap"),
        pl.lit(0).alias("units of avoided"),
        pl.lit(0).alias("units of above the cap"),
    )
    flows, figures = (
        ["events", "avoided", "above the cap"],
        ["received: contact", "events avoided", "not paid above the cap"],
    )
    return long(by, flows), shown(by, figures)
