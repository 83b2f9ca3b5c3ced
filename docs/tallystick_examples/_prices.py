"""Made-up price lists for the synthetic activity: whole pounds, the same each time, and no one's real prices."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from tallystick_examples import _other_activity as other
from tallystick_examples._admitted import SPECIALISED
from tallystick_examples._case_mix import GROUPS, UNGROUPABLE, Group
from tallystick_examples._world import Contract, contracts_for

CRITICAL_CARE_DAY = "XC01Z"
"""The code under which the list of unit prices has a critical-care day."""

_WHOLE = (
    "day_case_pounds", "elective_pounds", "non_elective_pounds", "short_stay_pounds", "long_stay_day_pounds",
    "price_pounds", "trim_elective_days", "trim_non_elective_days",
)  # fmt: skip


def price_lists(
    contracts: Sequence[Contract] | int = 100, *, name: str = "example",
    from_day: datetime.date | None = None, to_day: datetime.date | None = None,
) -> dict[str, pl.DataFrame]:  # fmt: skip
    """Price lists for everything that is generated, by table: whole pounds, with UZ01Z marked as not priced.

    ``factors`` has a row for each provider of the contracts. Rates are text, so that they stay exact. A
    missing day leaves the list without a beginning or an end.
    """
    dated = {"list": name, "from_day": from_day, "to_day": to_day}
    rows: Mapping[str, Iterator[dict[str, Any]]] = {
        "admitted_prices": map(_admitted, GROUPS),
        "unit_prices": _units(),
        "factors": _factors(contracts_for(contracts)),
        "specialist_top_ups": ({"code": code, "top_up": f"0.{12 + 5 * at}"} for at, code in enumerate(SPECIALISED)),
    }
    return {table: _frame([{**dated, **row} for row in found]) for table, found in rows.items()}


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    kinds = {"from_day": pl.Date, "to_day": pl.Date, "short_stay_applies": pl.Boolean}
    kinds |= dict.fromkeys(_WHOLE, pl.Int64)
    names = ["list", "code", "from_day", "to_day"]
    names += [name for name in rows[0] if name not in (*names, "not_priced")] + ["not_priced"]
    return pl.DataFrame(rows, schema={name: kinds.get(name, pl.String) for name in names})


def _admitted(group: Group) -> dict[str, Any]:
    at = GROUPS.index(group)
    base = 400 + at * 7919 % 4600
    named = {
        "day_case_pounds": base,
        "elective_pounds": base + base // 3 + 45 * group.elective_tenths,
        "non_elective_pounds": base + 60 * group.emergency_tenths,
        "short_stay_pounds": (base + 60 * group.emergency_tenths) * 2 // 5 if group.is_short_stay else None,
        "short_stay_applies": group.is_short_stay,
        "trim_elective_days": 3 + group.elective_tenths * 4 // 10,
        "trim_non_elective_days": 5 + group.emergency_tenths * 4 // 10,
        "long_stay_day_pounds": 200 + at * 131 % 190,
    }
    if group.code == UNGROUPABLE:
        return {"code": group.code, **dict.fromkeys(named), "not_priced": "ungroupable"}
    return {"code": group.code, **named}


def _units() -> Iterator[dict[str, Any]]:
    for listed, least in ((other.CLINICS, 80), (other.DEPARTMENTS, 95), (other.CONTACTS, 30)):
        for at, code in enumerate(sorted(set(listed))):
            yield {"code": code, "setting": None, "price_pounds": least + at * 37 % 180}
    yield {"code": CRITICAL_CARE_DAY, "price_pounds": 1_650}
    yield {"code": UNGROUPABLE, "not_priced": "ungroupable"}


def _factors(contracts: Sequence[Contract]) -> Iterator[dict[str, Any]]:
    for at, provider in enumerate(sorted({provider for _, provider, _ in contracts})):
        yield {"code": provider, "factor": f"1.{at * 7907 % 180000:06d}"}
