"""Makes the data files of ``national_scheme`` again, the same each time: thousands of contracts and their activity.

Run as ``python -m tallystick_examples.make_national_scheme FOLDER``. A test holds the shipped files to it.

Every trust (``ZT``) has an aligned payment with its own board (``ZQ``), every third also with the next board, and
thirty with the national commissioner (``ZE``). With all other boards, but for fifty pairs, a trust has a low volume
block. Independent providers (``ZI``) have two contracts each. Activity is about a thousandth of a country's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from tallystick_examples._draws import below, draws
from tallystick_examples.generate import generate_activity, price_lists

SEED = 1948
BOARDS, TRUSTS, SPECIALISED, INDEPENDENT, PILOT = 42, 75, 30, 15, "zt02-zq02"
FULL, LOW, UNCONTRACTED = 5_200, 1_500, 50
"""Stays under full contracts and low volume blocks; and how many pairs of trust and board have no contract."""

CENSUS = "2025-10-01"
RULES = {
    "aligned": "spells;outpatients;emergency department;aligned payment;hip fracture;patient answer;health premium;"
    "discharge delays",
    "specialised": "spells;outpatients;emergency department;aligned payment",
    "low": "spells;outpatients;emergency department;low volume block",
    "independent": "spells;outpatients by activity;elective limit",
}
"""The rules that a contract of each kind holds."""

_FIXED, _PLAN, _BLOCK, _LIMIT = "aligned payment.fixed", "aligned payment.planned_variable", \
    "low volume block.value", "elective limit.limit"  # fmt: skip
_ELECTIVE = ("11", "12", "13")
_VARIABLE_CLINICS = ("OPFA", "OPPROC")
Parties = tuple[str, str, str, str]
"""Kind, id, provider, commissioner."""


def contracts() -> Iterator[Parties]:
    """Every contract that has rows, and those pairs that have activity and none: their kind is empty."""
    own = set()
    for trust in range(TRUSTS):
        for board in (trust, trust + 1)[: 1 + (trust % 3 == 0)]:
            own.add((trust, board % BOARDS))
            yield _parties("aligned", "zt", trust, board % BOARDS)
    for trust in range(SPECIALISED):
        yield "specialised", f"zt{trust + 1:02d}-ze", f"ZT{trust + 1:02d}", "ZE"
    for one in range(INDEPENDENT):
        for board in (one * 2, one * 2 + 1):
            yield _parties("independent", "zi", one, board)
    rest = [(t, b) for t in range(TRUSTS) for b in range(BOARDS) if (t, b) not in own]
    for place, (trust, board) in enumerate(rest):
        yield _parties("low" if place % (len(rest) // UNCONTRACTED) else "", "zt", trust, board)


def _parties(kind: str, letters: str, provider: int, board: int) -> Parties:
    payee, payer = f"{letters}{provider + 1:02d}", f"zq{board + 1:02d}"
    return kind, f"{payee}-{payer}", payee.upper(), payer.upper()


def tables() -> dict[str, pl.DataFrame]:
    """Every file by its path in the workspace, without ``.csv``."""
    every = list(contracts())
    full = [one[1:] for one in every if one[0] in ("aligned", "specialised", "independent")]
    low = [one[1:] for one in every if one[0] in ("low", "")]
    kinds = {one[1]: one[0] for one in every}
    made = [_activity(full, FULL, "", SEED), _activity(low, LOW, "L", SEED + 1)]
    whole = {name: pl.concat([one[name] for one in made]) for name in made[0]}
    kind = pl.col("contract").replace_strict(kinds, return_dtype=pl.String)
    outside = kind.is_in(["independent"])
    whole["spells"] = whole["spells"].filter(~outside | pl.col("admission_method").is_in(_ELECTIVE))
    whole["emergency_attendances"] = whole["emergency_attendances"].filter(~outside)
    for name in ("answers", "evidence", "exemptions"):
        asked = whole["spells"].filter(kind == "aligned")
        if name == "answers":
            asked = asked.filter(pl.col("admission_method").is_in(_ELECTIVE))
        whole[name] = whole[name].filter(pl.col("spell").is_in(asked["spell"].implode()))
    whole["people"] = whole["people"].filter(kind == "aligned")
    prices = _prices([(one[1], one[2], one[3]) for one in every], whole["spells"])
    listed = _contracts([one for one in every if one[0]], _worth(whole, prices))
    named = {f"data/{name}": frame.drop("contract", strict=False) for name, frame in whole.items()}
    return {"contracts": listed, **named, **prices}


def write(folder: Path) -> None:
    """Write every file below ``folder``."""
    for path, frame in tables().items():
        target = folder / f"{path}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(frame.write_csv(datetime_format="%Y-%m-%dT%H:%M"), encoding="utf-8", newline="\n")


_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "spells": ("spell", "contract", "provider", "commissioner", "patient_class", "admission_method", "age_years",
               "admitted", "discharged", "length_of_stay_days", "hrg", "point_of_delivery", "ready_on",
               "delay_reason", "discharge_pathway", "local_authority"),
    "attendances": ("attendance", "contract", "provider", "commissioner", "attended", "attendances", "hrg",
                    "point_of_delivery"),
    "emergency_attendances": ("attendance", "contract", "provider", "commissioner", "attended", "attendances", "hrg"),
    "people": ("entry", "person", "contract", "provider", "commissioner", "census_day", "category", "last_eligible"),
    "answers": ("answer", "spell", "question", "satisfied", "answered_on"),
    "evidence": ("evidence", "spell", "standard", "criterion", "met", "started_at", "finished_at"),
    "exemptions": ("exemption", "spell", "reason", "decided_by", "decided_on"),
}  # fmt: skip
"""What the rules read; the rest is left out, so that the files stay small."""

_KEYS = ("spell", "attendance", "entry", "person", "answer", "evidence", "exemption")


def _activity(parties: list[tuple[str, str, str]], spells: int, letter: str, seed: int) -> dict[str, pl.DataFrame]:
    rows = spells if not letter else spells * 11  # a low volume block has many attendances to a stay
    made = generate_activity(None, spells=rows, contracts=parties, seed=seed, tables=tuple(_COLUMNS)) or {}
    made["spells"] = made["spells"].head(spells)
    if letter:
        made["emergency_attendances"] = made["emergency_attendances"].head(spells // 3)
    found = {name: made[name].select(_there(made[name], columns)) for name, columns in _COLUMNS.items()}
    found["people"] = found["people"].filter(
        (pl.col("census_day").cast(pl.String) == CENSUS) & pl.col("category").is_not_null()
    )
    return {name: _keyed(frame, letter) for name, frame in found.items()}


def _there(frame: pl.DataFrame, columns: tuple[str, ...]) -> list[str]:
    return [name for name in columns if name in frame.columns]


def _keyed(frame: pl.DataFrame, letter: str) -> pl.DataFrame:
    """Shorter keys, and other keys for each of the two parts."""
    keys = [name for name in _KEYS if name in frame.columns]
    return frame.with_columns(pl.col(name).str.replace(r"^([A-Z])0{0,5}", f"{letter}${{1}}") for name in keys)


def _prices(parties: list[tuple[str, str, str]], spells: pl.DataFrame) -> dict[str, pl.DataFrame]:
    lists = price_lists(parties)
    undated = {name: frame.drop("list", "from_day", "to_day") for name, frame in lists.items()}
    used = undated["admitted_prices"].filter(pl.col("code").is_in(spells["hrg"].unique().implode()))
    return {
        "prices/admitted": used, "prices/units": undated["unit_prices"].drop("setting"),
        "prices/factors": undated["factors"].drop("not_priced"),
    }  # fmt: skip


def _worth(whole: Mapping[str, pl.DataFrame], prices: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, int]]:
    """About what each contract's activity is worth in pounds, from which its plan is drawn: elective, and all else."""
    admitted = prices["prices/admitted"].rename({"code": "hrg"})
    units = prices["prices/units"].rename({"code": "hrg"})
    elective = pl.col("admission_method").is_in(_ELECTIVE)
    price = pl.when(~elective).then("non_elective_pounds").when(pl.col("patient_class") == "2").then(
        "day_case_pounds").otherwise("elective_pounds")  # fmt: skip
    clinic = pl.col("point_of_delivery").is_in(_VARIABLE_CLINICS)
    parts = [
        whole["spells"].join(admitted, on="hrg", how="left").select("contract", elective.alias("variable"),
                                                                    price.alias("pounds")),
        whole["attendances"].join(units, on="hrg", how="left").select("contract", clinic.alias("variable"),
                                                                      pounds=pl.col("price_pounds")),
        whole["emergency_attendances"].join(units, on="hrg", how="left").select(
            "contract", pl.lit(False).alias("variable"), pounds=pl.col("price_pounds")),
    ]  # fmt: skip
    summed = pl.concat(parts).group_by("contract", "variable").agg(pl.col("pounds").fill_null(0).sum())
    found: dict[str, dict[str, int]] = {}
    for contract, variable, pounds in summed.iter_rows():
        found.setdefault(contract, {})["variable" if variable else "fixed"] = pounds
    return found


def _contracts(every: list[Parties], worth: Mapping[str, Mapping[str, int]]) -> pl.DataFrame:
    drawn = below(draws(pl.Series(range(len(every)), dtype=pl.UInt64), SEED, "plan"), 100).to_list()
    rows = []
    for (kind, name, provider, commissioner), luck in zip(every, drawn, strict=True):
        if name == PILOT:
            continue  # it is a file of its own
        of = worth.get(name, {})
        fixed, variable = of.get("fixed", 0), of.get("variable", 0)
        row = {"id": name, "provider": provider, "commissioner": commissioner, "from": "2025-04-01", "years": "1",
               "settles": "year" if kind == "low" else "", "rules": RULES[kind]}  # fmt: skip
        if kind in ("aligned", "specialised"):
            row |= {_FIXED: _pounds(fixed, 104 + luck // 6, 1_000), _PLAN: _pounds(variable, 100 + luck // 5, 500)}
        elif kind == "low":
            row[_BLOCK] = _pounds(fixed + variable + 60, 78 + luck * 7 // 10, 10)
        else:
            row[_LIMIT] = _pounds(variable, 85 + luck // 4, 500)
        rows.append(row)
    columns = ("id", "provider", "commissioner", "from", "years", "settles", "rules", _FIXED, _PLAN, _BLOCK, _LIMIT)
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))


def _pounds(worth: int, percent: int, step: int) -> str:
    """So many percent of it, to the next step, as money is written."""
    return f"£{-(-worth * percent // (100 * step)) * step}"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
