"""A loop in plain Python with Fraction: a row after the other, looked up in dictionaries; all six rules."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as parquet
from _told import Lines, run

LONDON = ZoneInfo("Europe/London")
Row = dict[str, Any]
Found = dict[tuple[str, str, str], int]


def rows(folder: Path, table: str) -> Iterator[Row]:
    """The rows of a table, a few thousand at a time."""
    for batch in parquet.ParquetFile(folder / f"{table}.parquet").iter_batches(batch_size=10_000):
        yield from batch.to_pylist()


def half_up(exact: Fraction) -> int:
    """Nothing here is below zero."""
    return int(exact + Fraction(1, 2))


def pay(folder: Path, told: dict[str, Any]) -> Lines:
    """Every rule, for every row."""
    activity = Path(told["activity"])
    contracts = {row["contract"]: row for row in rows(folder, "contracts")}
    found: Found = defaultdict(int)
    _pay_spells(folder, activity, contracts, told, found)
    _pay_people(activity, contracts, told, found)
    _pay_contacts(activity, contracts, told, found)
    return ((*key, pence) for key, pence in found.items())


def _pay_spells(folder: Path, activity: Path, contracts: dict[str, Row], told: Row, found: Found) -> None:
    prices = {row["code"]: row for row in rows(folder, "prices")}
    factors = {row["provider"]: Fraction(row["factor"], 10**6) for row in rows(folder, "factors")}
    top_ups = {row["specialised_service"]: Fraction(row["top_up_hundredths"], 100) for row in rows(folder, "top_ups")}
    liable = {(row["reason"], row["pathway"]): row["liable"] for row in rows(folder, "liable")}
    answers = {row["spell"]: row for row in rows(activity, "answers") if row["question"] == told["question"]}
    exempted = {row["spell"]: row["decided_on"] for row in rows(activity, "exemptions")}
    reached = _reached(activity, told)
    as_at = datetime.date.fromisoformat(told["as_at_day"])
    for spell in rows(activity, "spells"):
        contract, name = contracts[spell["contract"]], spell["contract"]
        factor = factors[spell["provider"]]
        price = _price(spell, contract, prices[spell["hrg"]], top_ups.get(spell["specialised_service"], 0), factor)
        best = 0
        if contract["has_top_up"] and spell["hrg"] in told["hip_fracture"] and len(reached[spell["spell"]]) == 2:
            best = half_up(contract["top_up"] * factor)
        held = half_up((price + best) * Fraction(contract["share_hundredths"], 100))
        found[name, "price", ""] += price
        found[name, "top-up", ""] += best
        found[name, "held", ""] += held
        if held:
            state = _state(spell, contract, answers.get(spell["spell"]), exempted.get(spell["spell"]), as_at)
            if state:
                found[name, state, ""] += held
        if contract["charges"] and spell["ready_on"]:
            _charge(spell, contract, liable.get((spell["delay_reason"], spell["discharge_pathway"])), told, found)


def _reached(activity: Path, told: Row) -> dict[str, set[str]]:
    """The criteria that each spell reached."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows(activity, "evidence"):
        if row["standard"] != told["standard"]:
            continue
        if row["criterion"] == told["surgery"] and row["started_at"] and row["finished_at"]:
            start, stop = (row[name].replace(tzinfo=LONDON).timestamp() for name in ("started_at", "finished_at"))
            if 0 <= stop - start <= told["most_hours"] * 3600:
                found[row["spell"]].add("surgery")
        if row["criterion"] == told["geriatrician"] and row["met"]:
            found[row["spell"]].add("geriatrician")
    return found


def _price(spell: Row, contract: Row, listed: Row, top_up: Fraction | int, factor: Fraction) -> int:
    if spell["patient_class"] not in ("1", "2", "5"):
        return 0
    method, stay = spell["admission_method"], spell["length_of_stay_days"]
    elective = method in ("11", "12", "13")
    if (
        method.startswith("2") and stay <= contract["short_stay_up_to"] and listed["short_stay_applies"]
        and spell["age_years"] >= contract["short_stay_from_age"]
    ):  # fmt: skip
        price = listed["short_stay"]
    elif spell["patient_class"] == "2" and stay == 0:
        price = listed["day_case"]
    else:
        price = listed["elective"] if elective else listed["non_elective"]
    if price is None:
        return 0
    trim = listed["trim_elective_days"] if elective else listed["trim_non_elective_days"]
    long_stay = 0 if trim is None else max(stay - trim, 0) * listed["long_stay_day"]
    if contract["on_long_stay"]:
        return half_up((price + long_stay) * (1 + top_up) * factor)
    return half_up((price * (1 + top_up) + long_stay) * factor)


def _state(spell: Row, contract: Row, answer: Row | None, exempted: Any, as_at: datetime.date) -> str:
    if spell["age_years"] < contract["youngest_asked"]:
        return "exempt"
    on = answer["answered_on"] if answer and answer["satisfied"] is not None else None
    known = on is not None and on <= as_at
    if exempted and exempted <= as_at and not (known and on < exempted):
        return "exempt"
    last = None
    if contract["lapses_after_days"] is not None:
        last = spell["discharged"] + datetime.timedelta(days=contract["lapses_after_days"])
    if answer and known and (last is None or on <= last):
        return "satisfied" if answer["satisfied"] else "not satisfied"
    if last is not None and last >= as_at:
        return ""
    return "no answer" if contract["is_released"] else "lapsed" if contract["passes_on"] else ""


def _charge(spell: Row, contract: Row, liable: str | None, told: Row, found: Found) -> None:
    days = (spell["discharged"] - spell["ready_on"]).days - contract["grace_days"]
    if days > 0 and liable in ("local authority", told["transport"]):
        body = spell["local_authority"] if liable == "local authority" else liable
        found[contract["contract"], "charge", body] += days * contract["daily_rate"]


def _pay_people(activity: Path, contracts: dict[str, Row], told: Row, found: Found) -> None:
    census = datetime.date.fromisoformat(told["census"])
    counted = [row for row in rows(activity, "people") if row["census_day"] == census and row["category"]]
    of: dict[str, list[Row]] = defaultdict(list)
    for row in counted:
        of[row["person"]].append(row)
    for row in counted:
        contract = contracts[row["contract"]]
        ranked = [(_worth(contract, other, census, told), other["category"]) for other in of[row["person"]]]
        places = list(told["categories"])
        best = max(ranked, key=lambda one: (one[0], -places.index(one[1])))
        worth = _worth(contract, row, census, told)
        if worth and best[1] == row["category"]:
            payee = told["categories"][row["category"]]
            flow = told["payees"][payee]
            body = {"provider": "", "local authority": row["local_authority"]}.get(payee, payee)
            found[row["contract"], flow, body] += half_up(worth)


def _worth(contract: Row, row: Row, census: datetime.date, told: Row) -> Fraction:
    place = list(told["categories"]).index(row["category"])
    tenths, years = contract[f"tenths_{place}"], contract[f"look_back_{place}"]
    if tenths is None or row["last_eligible"] is None:
        return Fraction(0)
    return Fraction(tenths, 10) if row["last_eligible"] >= census.replace(year=census.year - years) else Fraction(0)


def _pay_contacts(activity: Path, contracts: dict[str, Row], told: Row, found: Found) -> None:
    visits: dict[str, int] = defaultdict(int)
    for row in rows(activity, "contacts"):
        contract = contracts[row["contract"]]
        if contract["events"] == "each" and row["service"] == told["service"]:
            found[row["contract"], "events", ""] += half_up(Fraction(contract["each_tenths"], 10) * row["contacts"])
        if contract["events"] == "below" and row["contact_type"] == told["visit"]:
            visits[row["contract"]] += row["contacts"]
    for name, seen in visits.items():
        avoided = max(contracts[name]["baseline"] - seen, 0)
        found[name, "avoided", ""] += half_up(Fraction(contracts[name]["each_tenths"], 10) * avoided)
    for name, contract in contracts.items():
        due = found[name, "events", ""] + found[name, "avoided", ""]
        if contract["cap"] is not None and due > contract["cap"]:
            found[name, "above the cap", ""] += due - contract["cap"]


if __name__ == "__main__":
    run(pay)
