"""The same payments written by hand, as well as a person can who knows these rules and nothing else.

Lazy Polars queries in whole numbers. ``tests.bench.contracts`` says the same to Tallystick, ``by_hand_duckdb`` the
same in SQL. What made it fast, against what one writes first (the spells of five million, processor seconds: 6.5 as
one query with a join for each table and a sum for each flow, 4.3 with all but the third of these, 3.3 with all):

- what decides is worked out of the codes before anything is joined, so that few and narrow columns are carried on;
- answers, exemptions and evidence become one table, and are joined once by the spell and not three times;
- small tables are not joined: a code's place in its list takes each column of it, and nothing else has to be moved;
- each spell is in one state, so what is held is summed by contract and state, and not for each flow by itself;
- the few spells with a delay are found before anything is joined to them, and summed by body apart from the others;
- people are those of the census day alone, and contacts are summed by contract and count before a price meets them.

Tried, and no faster: replacing codes by ``replace_strict``, prices in 32 bits, grouping by a contract's text. The keys
of spells stay text: that they end in a number is no part of any rule.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tests.bench import numbers as told
from tests.bench.by_hand_frames import half_up, long, shown
from tests.bench.by_hand_others import contacts, delays, people

NOT_ASKED, FREE, EXEMPT, SATISFIED, DISSATISFIED, DECIDED, SILENT = range(7)
"""The states of a spell: nothing held, never asked, exempt, two answers, and none, with its last day past or not."""

_SUMS = ("price", "top-up", "held", "critical_care_days")
_COUNTS = ("claimed", "claimed and priced", "achieved", "missed", "case", "exempted too late", "ready")
_MILLION, _HUNDRED = 1_000_000, 100

_LISTS = {
    "contracts": ("contract", "contract"), "prices": ("hrg", "code"), "factors": ("provider", "provider"),
    "top_ups": ("specialised_service", "specialised_service"),
}  # fmt: skip
"""The small tables, the column of the spell that names their row, and what it is called there."""

_NUMBERS = {
    "contracts": (
        "short_stay_from_age", "short_stay_up_to", "on_long_stay", "has_top_up", "top_up", "share_hundredths",
        "youngest_asked", "lapses_after_days",
    ),
}  # fmt: skip

Small = Mapping[str, pl.DataFrame]


def by_hand(folder: Path, small: Small) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Flows (``contract, flow, body, pence, units``) and figures (``contract, figure, value``) of the year."""
    parts = (spells(folder, small), delays(folder, small), people(folder, small), contacts(folder, small))
    found = pl.collect_all([query for part in parts for query in part], engine="streaming")
    return pl.concat(found[::2], how="diagonal"), pl.concat(found[1::2])


def spells(folder: Path, small: Small) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Flows and figures of spells."""
    rows = _decided(pl.scan_parquet(folder / "spells.parquet"), small)
    rows = rows.join(_notes(folder), on="spell", how="left").drop("spell")
    for table, (_, code) in _LISTS.items():
        rows = _looked_up(rows, f"{code} number", small[table].select(_NUMBERS.get(table, pl.exclude(code, "list"))))
    rows = _experienced(_priced(rows))
    by_state = rows.group_by("contract number", "state").agg(
        pl.len().alias("spells"),
        *(pl.col(name).sum() for name in (*_SUMS, *_COUNTS)),
        *((pl.col(name) != 0).sum().alias(f"{name}: units") for name in _SUMS[:3]),
    )  # fmt: skip
    contracts = small["contracts"].lazy().with_row_index("contract number")
    return _laid_out(by_state.join(contracts, on="contract number"))


def _decided(scanned: pl.LazyFrame, small: Small) -> pl.LazyFrame:
    """The year's spells, with what their codes decide, and the places of their rows in the small tables."""
    method, category = pl.col("admission_method"), pl.col("patient_class")
    stay = pl.col("length_of_stay_days")
    return scanned.filter(pl.col("discharged").is_between(told.FIRST, told.LAST)).select(
        "spell", "discharged",
        *(_place(column, small[table][code]).alias(f"{code} number") for table, (column, code) in _LISTS.items()),
        age=pl.col("age_years").cast(pl.Int16), stay=stay.cast(pl.Int32),
        is_emergency=method.str.starts_with("2"), is_elective=method.is_in(told.ELECTIVE),
        is_day_case=(category == "2") & (stay == 0), claimed=category.is_in(told.PAID_CLASSES),
        hip=pl.col("hrg").is_in(told.HIP_FRACTURE), critical_care_days=pl.col("critical_care_days").cast(pl.Int32),
        ready=pl.col("ready_on").is_not_null(),
    )  # fmt: skip


def _place(column: str, codes: pl.Series) -> pl.Expr:
    """Where in the list of codes each row's code stands; missing if it is not listed."""
    return pl.col(column).cast(pl.Enum(codes), strict=False).to_physical()


def _looked_up(rows: pl.LazyFrame, place: str, table: pl.DataFrame) -> pl.LazyFrame:
    """Adds the columns of a small table, each taken by its place: nothing else of the row has to be moved for it."""

    def taken(column: pl.Series) -> pl.Expr:
        return pl.col(place).map_batches(column.gather, return_dtype=column.dtype, is_elementwise=True)

    return rows.with_columns(taken(column).alias(column.name) for column in table)


def _notes(folder: Path) -> pl.LazyFrame:
    """What is known of a spell beside it by the day of the run: answer, exemption and evidence; one row a spell."""
    asked = pl.scan_parquet(folder / "answers.parquet").filter(
        (pl.col("question") == told.QUESTION) & (pl.col("answered_on") <= told.AS_AT)
        & pl.col("satisfied").is_not_null()
    )  # fmt: skip
    decided = pl.scan_parquet(folder / "exemptions.parquet").filter(pl.col("decided_on") <= told.AS_AT)
    few = decided.select("spell", exempted_on="decided_on").join(
        _evidence(folder), on="spell", how="full", coalesce=True
    )
    return asked.select("spell", "answered_on", said="satisfied").join(few, on="spell", how="full", coalesce=True)


def _evidence(folder: Path) -> pl.LazyFrame:
    """For each case, whether it reached both criteria, and whether it is known that it did not."""
    timed, most = pl.col("criterion") == told.SURGERY, told.MOST_HOURS * 60
    recorded = pl.scan_parquet(folder / "evidence.parquet").filter(
        (pl.col("standard") == told.STANDARD) & (timed | (pl.col("criterion") == told.GERIATRICIAN))
    )
    start, stop = (
        pl.col(name).dt.replace_time_zone("Europe/London", ambiguous="earliest", non_existent="null")
        for name in ("started_at", "finished_at")
    )
    taken = (stop - start).dt.total_minutes()
    return recorded.group_by("spell").agg(
        reached=(timed & taken.is_between(0, most)).any() & (~timed & pl.col("met")).any(),
        missed=(timed & (taken > most)).any() | (~timed & ~pl.col("met")).any(),
    )


def _priced(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The price of the spell, and the top-up for best practice."""
    stay, elective = pl.col("stay"), pl.col("is_elective")
    short = (
        (stay <= pl.col("short_stay_up_to")) & pl.col("is_emergency") & pl.col("short_stay_applies")
        & (pl.col("age") >= pl.col("short_stay_from_age"))
    )  # fmt: skip
    price = (
        pl.when(short).then("short_stay").when("is_day_case").then("day_case")
        .when(elective).then("elective").otherwise("non_elective")
    )  # fmt: skip
    trim = pl.when(elective).then("trim_elective_days").otherwise("trim_non_elective_days")
    long_stay = ((stay - trim).clip(0) * pl.col("long_stay_day")).fill_null(0)
    more = pl.col("top_up_hundredths").fill_null(0)
    exact = (price + pl.when("on_long_stay").then(long_stay).otherwise(0)) * (_HUNDRED + more)
    exact = exact + pl.when("on_long_stay").then(0).otherwise(long_stay) * _HUNDRED
    paid = half_up(exact * pl.col("factor"), _HUNDRED * _MILLION)
    case = pl.col("hip") & pl.col("has_top_up")
    met, factor = case & pl.col("reached").fill_null(False), pl.col("factor")
    return rows.with_columns(
        price=pl.when(pl.col("claimed") & price.is_not_null()).then(paid).otherwise(0),
        case=case, achieved=met, missed=case & pl.col("missed").fill_null(False),
        **{
            "claimed and priced": pl.col("claimed") & price.is_not_null(),
            "top-up": pl.when(met).then(half_up(pl.col("top_up") * factor, _MILLION)).otherwise(0),
        },
    )  # fmt: skip


def _experienced(rows: pl.LazyFrame) -> pl.LazyFrame:
    """What is held until the patient has answered, and the state that says where it goes; no rule, no share."""
    paid = pl.col("price") + pl.col("top-up")
    rows = rows.with_columns(held=half_up(paid * pl.col("share_hundredths"), _HUNDRED))
    last = pl.col("discharged").cast(pl.Int32) + pl.col("lapses_after_days")
    said, on = pl.col("said"), pl.col("answered_on")
    in_time = said.is_not_null() & (on.cast(pl.Int32) <= last).fill_null(True)
    over = (last < (told.AS_AT - datetime.date(1970, 1, 1)).days).fill_null(True)
    asked, free = pl.col("held") != 0, (pl.col("age") < pl.col("youngest_asked")).fill_null(False)
    granted, late = pl.col("exempted_on").is_not_null(), (on < pl.col("exempted_on")).fill_null(False)
    state = (
        pl.when(~asked).then(NOT_ASKED).when(free).then(FREE).when(granted & ~late).then(EXEMPT)
        .when(in_time & said).then(SATISFIED).when(in_time).then(DISSATISFIED).when(over).then(DECIDED)
        .otherwise(SILENT)
    )  # fmt: skip
    return rows.with_columns(
        state.cast(pl.UInt8).alias("state"), (asked & ~free & granted & late).alias("exempted too late")
    )


def _laid_out(by_state: pl.LazyFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Every flow and every figure as a row, from the sums of each contract and state."""
    state, held, over = pl.col("state"), pl.col("held"), pl.col("state") == DECIDED
    where = {
        "exempt": state.is_in([FREE, EXEMPT]), "satisfied": state == SATISFIED, "not satisfied": state == DISSATISFIED,
        "no answer": over & pl.col("is_released"), "lapsed": over & pl.col("passes_on"),
    }  # fmt: skip
    summed = {name: (pl.col(name), pl.col(f"{name}: units")) for name in ("price", "top-up", "held")}
    masked = {name: (held.filter(of), pl.col("held: units").filter(of)) for name, of in where.items()}
    flows = {**summed, **masked}
    states = {
        "never asked": [FREE], "is exempt": [EXEMPT], "yes": [SATISFIED], "no": [DISSATISFIED],
        "not answered": [DECIDED, SILENT],
    }  # fmt: skip
    figures = {name: pl.col("spells").filter(state.is_in(of)).sum() for name, of in states.items()} | {
        "received: spell": pl.col("spells").sum(), "received: critical care day": pl.col("critical_care_days").sum(),
        "cases": pl.col("case").sum(), "achieved": pl.col("achieved").sum(), "not met": pl.col("missed").sum(),
        "not recorded": (pl.col("case") - pl.col("achieved") - pl.col("missed")).sum(),
        "gained by the commissioner": held.filter(state == DISSATISFIED).sum(),
        "no ready day": (pl.col("spells") - pl.col("ready")).filter("charges").sum(),
        **{name: pl.col(name).sum() for name in ("claimed", "claimed and priced", "exempted too late")},
    }  # fmt: skip
    by = by_state.group_by("contract").agg(
        *(pence.sum().alias(f"pence of {name}") for name, (pence, _) in flows.items()),
        *(units.sum().alias(f"units of {name}") for name, (_, units) in flows.items()),
        **{name: value.cast(pl.Int64) for name, value in figures.items()},
    )
    return long(by, tuple(flows)), shown(by, tuple(figures))
