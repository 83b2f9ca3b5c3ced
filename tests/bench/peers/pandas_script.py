"""A pandas script as an analyst would write it: pounds as floats, rounded to two places; all six rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pandas
from _told import Lines, run


def pay(folder: Path, told: dict[str, Any]) -> Lines:
    """Every rule, a column at a time."""
    activity = Path(told["activity"])
    contracts = pandas.read_parquet(folder / "contracts.parquet")
    lines: list[tuple[str, str, str, int]] = []
    for paid in (_spells(folder, activity, contracts, told), _people(activity, contracts, told),
                 _contacts(activity, contracts, told)):  # fmt: skip
        for flow, pounds in paid.items():
            for key, amount in pounds.items():
                contract, body = key if isinstance(key, tuple) else (key, "")
                lines.append((contract, flow, body, round(amount * 100)))
    return lines


def _spells(folder: Path, activity: Path, contracts: pandas.DataFrame, told: dict[str, Any]) -> dict[str, Any]:
    columns = [
        "spell", "contract", "provider", "discharged", "patient_class", "admission_method", "age_years", "hrg",
        "length_of_stay_days", "specialised_service", "ready_on", "delay_reason", "discharge_pathway",
        "local_authority",
    ]  # fmt: skip
    rows = pandas.read_parquet(activity / "spells.parquet", columns=columns)
    rows = rows.merge(contracts, on="contract")
    rows = rows.merge(pandas.read_parquet(folder / "prices.parquet"), left_on="hrg", right_on="code", how="left")
    rows = rows.merge(pandas.read_parquet(folder / "factors.parquet"), on="provider", how="left")
    rows = rows.merge(pandas.read_parquet(folder / "top_ups.parquet"), on="specialised_service", how="left")
    liable = pandas.read_parquet(folder / "liable.parquet")
    rows = rows.merge(liable, left_on=["delay_reason", "discharge_pathway"], right_on=["reason", "pathway"], how="left")
    answers = pandas.read_parquet(
        activity / "answers.parquet", columns=["spell", "question", "answered_on", "satisfied"]
    )
    answers = answers[answers.question == told["question"]]
    rows = rows.merge(answers[["spell", "answered_on", "satisfied"]], on="spell", how="left")
    exempt = pandas.read_parquet(activity / "exemptions.parquet", columns=["spell", "decided_on"])
    rows = rows.merge(exempt, on="spell", how="left")
    rows["reached"] = rows.spell.isin(_reached(activity, told))
    for day in ("discharged", "ready_on", "answered_on", "decided_on"):
        rows[day] = pandas.to_datetime(rows[day])
    return _paid(rows, told)


def _reached(activity: Path, told: dict[str, Any]) -> pandas.Index:
    rows = pandas.read_parquet(activity / "evidence.parquet")
    rows = rows[rows.standard == told["standard"]]
    hours = (rows.finished_at - rows.started_at).dt.total_seconds() / 3600
    surgery = rows[(rows.criterion == told["surgery"]) & (hours >= 0) & (hours <= told["most_hours"])].spell
    seen = rows[(rows.criterion == told["geriatrician"]) & (rows.met == True)].spell  # noqa: E712 (or missing)
    return pandas.Index(surgery).intersection(pandas.Index(seen))


def _paid(rows: pandas.DataFrame, told: dict[str, Any]) -> dict[str, Any]:
    elective = rows.admission_method.isin(["11", "12", "13"])
    short = (
        (rows.length_of_stay_days <= rows.short_stay_up_to) & rows.admission_method.str.startswith("2")
        & (rows.short_stay_applies == True) & (rows.age_years >= rows.short_stay_from_age)  # noqa: E712
    )  # fmt: skip
    day_case = (rows.patient_class == "2") & (rows.length_of_stay_days == 0)
    setting = numpy.select(
        [short, day_case, elective], [rows.short_stay, rows.day_case, rows.elective], rows.non_elective
    )
    trim = numpy.where(elective, rows.trim_elective_days, rows.trim_non_elective_days)
    above = numpy.clip(rows.length_of_stay_days - trim, 0, None)
    long_stay = (above * rows.long_stay_day / 100).fillna(0)
    share, factor = rows.top_up_hundredths.fillna(0) / 100, rows.factor / 1_000_000
    pounds = setting / 100 * (1 + share) + long_stay * numpy.where(rows.on_long_stay, 1 + share, 1)
    claimed = rows.patient_class.isin(["1", "2", "5"])
    rows["price"] = numpy.where(claimed, (pounds * factor).round(2), 0.0)
    rows["price"] = rows.price.fillna(0.0)
    case = rows.hrg.isin(told["hip_fracture"]) & rows.reached & rows.has_top_up
    rows["top-up"] = numpy.where(case, (rows.top_up / 100 * factor).round(2), 0.0)
    rows["held"] = ((rows.price + rows["top-up"]) * rows.share_hundredths / 100).round(2)
    as_at = pandas.Timestamp(told["as_at_day"])
    last = rows.discharged + pandas.to_timedelta(rows.lapses_after_days, unit="D")
    known = rows.answered_on.notna() & (rows.answered_on <= as_at) & rows.satisfied.notna()
    granted = (rows.decided_on <= as_at) & ~(known & (rows.answered_on < rows.decided_on))
    exempt = (rows.age_years < rows.youngest_asked) | granted
    in_time = known & (last.isna() | (rows.answered_on <= last))
    over = last.isna() | (last < as_at)
    yes = rows.satisfied == True  # noqa: E712
    rows["state"] = numpy.select(
        [exempt, in_time & yes, in_time, over & rows.is_released, over & rows.passes_on],
        ["exempt", "satisfied", "not satisfied", "no answer", "lapsed"], "",
    )  # fmt: skip
    found = {name: rows.groupby("contract")[name].sum() for name in ("price", "top-up", "held")}
    for state, part in rows[rows.state != ""].groupby("state"):
        found[str(state)] = part.groupby("contract").held.sum()
    days = ((rows.discharged - rows.ready_on).dt.days - rows.grace_days).clip(lower=0)
    named = rows.charges & rows.liable.isin(["local authority", told["transport"]]) & (days > 0)
    late = rows[named].assign(cost=(days * rows.daily_rate / 100)[named])
    late["body"] = late.liable.where(late.liable != "local authority", late.local_authority)
    found["charge"] = late.groupby(["contract", "body"]).cost.sum()
    return found


def _people(activity: Path, contracts: pandas.DataFrame, told: dict[str, Any]) -> dict[str, Any]:
    columns = ["person", "contract", "census_day", "category", "last_eligible", "local_authority"]
    rows = pandas.read_parquet(activity / "people.parquet", columns=columns)
    census = pandas.Timestamp(told["census"])
    rows = rows[(pandas.to_datetime(rows.census_day) == census) & rows.category.notna()].merge(contracts, on="contract")
    places = {name: place for place, name in enumerate(told["categories"])}
    rows["place"] = rows.category.map(places)
    rows["pounds"] = numpy.select([rows.place == n for n in range(3)], [rows[f"tenths_{n}"] for n in range(3)]) / 1_000
    years = numpy.select([rows.place == n for n in range(3)], [rows[f"look_back_{n}"] for n in range(3)])
    since = pandas.Series([census - pandas.DateOffset(years=int(many)) for many in years], index=rows.index)
    rows = rows[(pandas.to_datetime(rows.last_eligible) >= since) & rows.pounds.notna()]
    rows = rows.sort_values(["pounds", "place"], ascending=[False, True]).drop_duplicates("person")
    rows["pounds"], rows["payee"] = rows.pounds.round(2), rows.category.map(told["categories"])
    rows["body"] = rows.payee.where(rows.payee != "local authority", rows.local_authority)
    return {
        flow: rows[rows.payee == payee]
        .groupby("contract" if payee == "provider" else ["contract", "body"])
        .pounds.sum()
        for payee, flow in told["payees"].items()
    }


def _contacts(activity: Path, contracts: pandas.DataFrame, told: dict[str, Any]) -> dict[str, Any]:
    columns = ["contract", "service", "contact_type", "contacts"]
    rows = pandas.read_parquet(activity / "contacts.parquet", columns=columns).merge(contracts, on="contract")
    each = rows[(rows.events == "each") & (rows.service == told["service"])]
    events = (each.each_tenths / 1_000 * each.contacts).round(2).groupby(each.contract).sum()
    seen = rows[(rows.events == "below") & (rows.contact_type == told["visit"])].groupby("contract").contacts.sum()
    by = contracts.set_index("contract")
    avoided = ((by.baseline - seen).clip(lower=0) * by.each_tenths / 1_000).round(2).dropna()
    due = events.add(avoided, fill_value=0)
    above = (due - by.cap / 100).clip(lower=0).dropna()
    return {"events": events, "avoided": avoided, "above the cap": above}


if __name__ == "__main__":
    run(pay)
