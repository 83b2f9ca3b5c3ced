"""What the runs of the contract paid by outcomes say is what comes out by hand."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from docs._ext.contract_pages.oxfordshire_mental_health import by_year
from tallystick.kernel.money import money_text, parse_amount, parse_rate
from tallystick_examples.make_oxfordshire_mental_health import GOOD, MET, files

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "docs/tallystick_examples/oxfordshire_mental_health"
RULES = {
    one["label"]: one
    for one in tomllib.loads((WORKSPACE / "contracts/adult-mental-health.toml").read_text(encoding="utf-8"))["rule"]
}
YEARS = range(2016, 2021)


def rows(text: str, day: str, year: int) -> list[dict[str, str]]:
    """The rows of a contract year, by the day in a column."""
    listed = csv.DictReader(io.StringIO(text))
    return [row for row in listed if f"{year - 1}-10-01" <= row[day] <= f"{year}-09-30"]


def half_up(exact: Fraction) -> int:
    return int((exact + Fraction(1, 2)) // 1)


def test_the_files_of_the_workspace_are_those_of_their_maker() -> None:
    assert {name: (WORKSPACE / name).read_text(encoding="utf-8") for name in files()} == files()
    assert {path.name for path in (WORKSPACE / "data").iterdir()} == {"indicators.csv", "spells.csv"}


def test_as_many_targets_are_met_in_each_year_as_the_page_says() -> None:
    results = files()["data/indicators.csv"]
    for year, met in zip(YEARS, MET, strict=True):
        reached = [
            row for row in rows(results, "measured_on", year)
            if row["denominator"] and int(row["numerator"]) * 100 >= GOOD[row["indicator"]] * int(row["denominator"])
        ]  # fmt: skip
        assert len(reached) == met
        assert len(rows(results, "measured_on", year)) == len(GOOD) == 16


def of_outcomes(results: str, year: int) -> int:
    """What a year's outcomes earn, in pence, worked out from the files alone."""
    rule = RULES["outcomes"]
    said = {row["indicator"]: row for row in rows(results, "measured_on", year)}
    at_risk = parse_amount(rule["value"]) * parse_rate(rule["at_risk"][min(year - 2016, 1)])
    shared = [one for one in indicators() if not too_small(said[one[0]])]
    whole = sum(weight for _, weight, _ in shared)
    paid, so_far = 0, Fraction(0)
    for name, weight, levels in shared:
        before, so_far = half_up(at_risk * so_far / whole), so_far + weight
        part = half_up(at_risk * so_far / whole) - before
        if not said[name]["denominator"]:
            continue
        achieved = Fraction(int(said[name]["numerator"]), int(said[name]["denominator"]))
        reached = [parse_rate(one["pays"]) for one in levels if achieved >= parse_rate(one["at_least"])]
        paid += half_up(part * max(reached, default=Fraction(0)))
    return paid


def too_small(row: dict[str, str]) -> bool:
    return bool(row["denominator"]) and int(row["denominator"]) < RULES["outcomes"]["smallest"]


def indicators() -> Iterator[tuple[str, Fraction, list[dict[str, Any]]]]:
    """Every indicator, by the names of outcome and indicator, with its weight in the whole."""
    for outcome in sorted(RULES["outcomes"]["outcomes"], key=lambda one: str(one["name"])):
        for one in sorted(outcome["indicators"], key=lambda one: str(one["name"])):
            yield one["name"], parse_rate(outcome["weight"]) * parse_rate(one["weight"]), one["levels"]


@pytest.mark.parametrize("met", [14, 10, 0])
def test_every_year_of_the_page_comes_out_by_hand(met: int) -> None:
    made = files((*MET[:2], met, *MET[3:]))
    lines = [line for line in by_year(met).splitlines() if line.startswith("20")]
    for year, line in zip(YEARS, lines, strict=True):
        fixed = 2_800_000_000 + 350_000_000 + (175_000_000 if year == 2016 else 0)
        earned = of_outcomes(made["data/indicators.csv"], year)
        days = sum(int(row["length_of_stay_days"]) for row in rows(made["data/spells.csv"], "discharged", year))
        lead = (5_000 - days) * 30_000 // 2 * 60 // 100  # half of it, and of that 60%: always whole pence
        outcomes = earned + (175_000_000 if year == 2016 else 0)
        others = lead - 2_800_000_000 * 15 // 100 - passed_on(outcomes)
        assert [money_text(one) for one in (fixed, earned, others, fixed + earned + others) if one] == line.split()[3:]


def passed_on(outcomes: int) -> int:
    """What the lead passes on of what outcomes pay: all but its own share, by largest remainder."""
    shares = [parse_rate(one["share"]) for one in RULES["outcomes, passed on"]["members"]]
    parts = [int(outcomes * share // 1) for share in shares]
    nearest = sorted(range(len(shares)), key=lambda place: (parts[place] - outcomes * shares[place], place))
    for place in nearest[: outcomes - sum(parts)]:
        parts[place] += 1
    return sum(parts[1:])


def test_the_readme_answers_with_the_numbers_of_the_runs() -> None:
    readme = (WORKSPACE / "README.md").read_text(encoding="utf-8")
    usual, ten, nothing = (by_year(met).splitlines()[5].split() for met in (14, 10, 0))
    assert f"pay {ten[4]} and not {usual[4]}" in readme
    assert f"keeps {nothing[-1]} of that year, and {usual[-1]}" in readme
