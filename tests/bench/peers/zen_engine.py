"""zen-engine: one decision of expressions, evaluated for each joined row; it adds up nothing, so Python does."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import zen
from _told import Lines, run

EXPRESSIONS = {
    "is_elective": "admission_method in ['11', '12', '13']",
    "is_short": "length_of_stay_days <= short_stay_up_to and startsWith(admission_method, '2') "
    "and short_stay_applies == true and age_years >= short_stay_from_age",
    "is_claimed": "patient_class in ['1', '2', '5']",
    "of_setting": "$.is_short ? short_stay : (patient_class == '2' and length_of_stay_days == 0) ? day_case "
    ": $.is_elective ? elective : non_elective",
    "trim": "$.is_elective ? trim_elective_days : trim_non_elective_days",
    "above": "$.trim == null ? 0 : max([length_of_stay_days - $.trim, 0])",
    "long_stay": "long_stay_day == null ? 0 : $.above * long_stay_day",
    "share": "top_up_hundredths / 100",
    "exact": "$.of_setting == null ? 0 : on_long_stay ? ($.of_setting + $.long_stay) * (1 + $.share) "
    ": $.of_setting * (1 + $.share) + $.long_stay",
    "price": "$.is_claimed and $.of_setting != null ? round($.exact * factor) : 0",
    "best": "has_top_up and is_hip and reached ? round(top_up * factor) : 0",
    "held": "round(($.price + $.best) * share_hundredths / 100)",
    "last": "lapses_after_days == null ? 99999999 : discharged + lapses_after_days",
    "late": "exempted_on != null and answered_on != null ? answered_on < exempted_on : false",
    "in_time": "said != null and answered_on != null ? answered_on <= $.last : false",
    "over": "lapses_after_days == null ? true : $.last < as_at",
    "state": "$.held == 0 ? 'none' : age_years < youngest_asked ? 'exempt' "
    ": (exempted_on != null and not($.late)) ? 'exempt' : $.in_time ? (said ? 'satisfied' : 'not satisfied') "
    ": $.over and is_released ? 'no answer' : $.over and passes_on ? 'lapsed' : 'none'",
    "days": "charges and ready_on != null ? max([discharged - ready_on - grace_days, 0]) : 0",
    "charge": "liable == 'local authority' or liable == transport ? $.days * daily_rate : 0",
    "body": "liable == 'local authority' ? local_authority : liable",
}
"""In order: each may read those before it."""


def _decision() -> Any:
    said = [{"id": key, "key": key, "value": value} for key, value in EXPRESSIONS.items()]
    place = {"x": 0, "y": 0}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": place},
        {"id": "pay", "type": "expressionNode", "name": "pay", "position": place, "content": {"expressions": said}},
        {"id": "out", "type": "outputNode", "name": "out", "position": place},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "pay", "type": "edge"},
        {"id": "2", "sourceId": "pay", "targetId": "out", "type": "edge"},
    ]
    return zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))


def pay(folder: Path, told: dict[str, Any]) -> Lines:
    """Evaluate each row, and add up by contract."""
    decision, found = _decision(), defaultdict(int)
    beside = {"as_at": told["as_at"], "transport": told["transport"]}
    for row in _rows(folder):
        paid = decision.evaluate({**row, **beside})["result"]
        contract = row["contract"]
        found[contract, "price", ""] += paid["price"]
        found[contract, "top-up", ""] += paid["best"]
        found[contract, "held", ""] += paid["held"]
        if paid["state"] != "none":
            found[contract, paid["state"], ""] += paid["held"]
        if paid["charge"]:
            found[contract, "charge", paid["body"]] += paid["charge"]
    return ((*key, round(pence)) for key, pence in found.items())


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    for batch in parquet.ParquetFile(folder / "joined.parquet").iter_batches(batch_size=10_000):
        yield from batch.to_pylist()


if __name__ == "__main__":
    run(pay)
