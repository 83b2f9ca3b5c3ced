"""What the runs of the five incentives say is what comes out by hand, from the files alone."""

from __future__ import annotations

import csv
import datetime
import functools
import io
import tomllib
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from docs._ext.contract_pages.incentives import CONTRACTS, QUESTIONS, after_any_stay, exchange, nets, transacted
from docs._ext.contract_pages.settling import replaced, settled
from tallystick.kernel.money import money_text, parse_amount, parse_rate
from tallystick.result import Result
from tallystick_examples.make_incentives import FOLLOW_UPS, SCORES, files

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "docs/tallystick_examples/incentives"
PAGE = (ROOT / "docs/contracts/incentives.md").read_text(encoding="utf-8")
README = (WORKSPACE / "README.md").read_text(encoding="utf-8")
YEARS = (2023, 2024, 2025)
POUNDS = {"EL1": 2_150, "EL2": 4_820, "EM1": 1_480, "EM2": 2_960, "EM3": 5_125}


def rules(provider: str) -> dict[str, Any]:
    text = (WORKSPACE / f"contracts/{CONTRACTS[provider]}.toml").read_text(encoding="utf-8")
    return {one["label"]: one for one in tomllib.loads(text)["rule"]}


def rows(table: str, provider: str) -> list[dict[str, str]]:
    listed = csv.DictReader(io.StringIO(files()[f"data/{table}.csv"]))
    return [row for row in listed if row["provider"] == provider]


def half_up(exact: Fraction) -> int:
    return int((exact + Fraction(1, 2)) // 1)


def year_of(day: str) -> int:
    """The year of the contract in which a day falls, by the year in which it ends."""
    return int(day[:4]) + (day[5:] >= "04-01")


@functools.cache
def run(change: Any = None) -> Result:
    return settled("incentives", change)


def moved(result: Result, label: str, year: int, payer: str = "", payee: str = "") -> int:
    """What a rule moved in a year, from or to somebody."""
    return sum(
        row["pence"] for row in result.ledger.to_dicts()
        if row["label"] == label and row["period"].endswith(f"{year}-03")
        and payer in ("", row["payer"]) and payee in ("", row["payee"])
    )  # fmt: skip


def test_the_files_of_the_workspace_are_those_of_their_maker() -> None:
    assert {name: (WORKSPACE / name).read_text(encoding="utf-8") for name in files()} == files()
    assert len(list((WORKSPACE / "data").iterdir())) == len(files())


def missed(provider: str, year: int) -> int:
    """What the indicators of a provider missed of its pool, in pence."""
    rule = rules(provider)["quality"]
    pool = half_up(parse_amount(rules(provider)["fixed element"]["value"]) * parse_rate(rule["share"]))
    listed = sorted(rule["indicators"], key=lambda one: str(one["name"]))
    lost = 0
    for place, one in enumerate(listed):
        part = half_up(Fraction(pool * (place + 1), len(listed))) - half_up(Fraction(pool * place, len(listed)))
        (result,) = [
            row for row in rows("indicators", provider)
            if row["indicator"] == one["name"] and row["measured_on"] == f"{year}-03-31"
        ]  # fmt: skip
        nothing, every = parse_rate(one["earns_from"]), parse_rate(one["earns_all_at"])
        achieved = Fraction(int(result["numerator"]), int(result["denominator"]))
        earns = min(max((achieved - nothing) / (every - nothing), Fraction(0)), Fraction(1))
        lost += part - half_up(part * earns)
    return lost


@pytest.mark.parametrize("provider", CONTRACTS)
def test_what_indicators_missed_goes_back_in_the_years_that_are_transacted(provider: str) -> None:
    for year in YEARS:
        assert moved(run(), "quality", year, provider, "ZQ1") == (missed(provider, year) if year < 2025 else 0)
        assert moved(run(transacted), "quality", year, provider, "ZQ1") == missed(provider, year)


def avoidable(provider: str, year: int, *, after_any: bool) -> int:
    """What a hospital pays into its pot for readmissions, in pence."""
    share = Fraction(1) if year == 2023 else Fraction(1, 4)
    back = 0
    for row in rows("spells", provider):
        if year_of(row["discharged"]) != year or not row["index_spell"] or row["treatment_function"] == "370":
            continue
        ended, begun = (datetime.date.fromisoformat(row[name]) for name in ("index_discharged", "admitted"))
        elective = row["index_admission_method"] == "11"
        if (begun - ended).days <= 30 and int(row["age_years"]) >= 4 and (after_any or elective):
            back += half_up(POUNDS[row["hrg"]] * 100 * share)
    return back


@pytest.mark.parametrize("provider", ["ZP1", "ZP2"])
def test_readmissions_fill_the_pot(provider: str) -> None:
    for year in YEARS:
        assert moved(run(), "readmissions", year, provider) == avoidable(provider, year, after_any=False)
        assert moved(run(after_any_stay), "readmissions", year, provider) == avoidable(provider, year, after_any=True)


@pytest.mark.parametrize(("provider", "cap", "place"), [("ZP1", 4_500_000, "large-hospital/next indicator"),
                                                        ("ZP2", 1_800_000, "ZQ1")])  # fmt: skip
def test_switches_are_capped_and_fall_by_year(provider: str, cap: int, place: str) -> None:
    counted = Counter[int]()
    for row in rows("contacts", provider):
        if row["contact_type"] == "medicine switch":
            counted[year_of(row["contacted_on"])] += int(row["contacts"])
    for year, withdrawn in zip(YEARS, (0, 2, 1), strict=True):  # nothing, a half, all
        earned = min(counted[year] * 4_500, cap)
        above = moved(run(), "medicine switches", year, provider, "ZQ1")
        assert moved(run(), "medicine switches", year, "ZQ1", provider) - above == earned
        assert moved(run(), "switches, tapered", year, provider) == (earned // withdrawn if withdrawn else 0)
        payer = provider if place == "ZQ1" else "ZQ1"
        assert moved(run(), "switches, tapered", year, payer, place) == (earned // withdrawn if withdrawn else 0)


def test_follow_ups_avoided_and_handoffs_are_held_against_their_baselines() -> None:
    for year, seen in zip(YEARS, FOLLOW_UPS, strict=True):
        assert moved(run(), "follow-ups avoided", year, "ZQ1") == max(max(12_000 - seen, 0) * 3_000, 500_000)
    for year, many in zip(YEARS, (1_150, 1_420, 980), strict=True):
        charged = moved(run(), "handoffs", year, "ZP3") - moved(run(), "handoffs", year, "ZQ1")
        assert charged == min(max(many - 1_000, 0) * 11_000, 4_000_000)


def test_the_exchange_gives_out_what_was_put_in_by_base_and_score() -> None:
    bases = {"ZP1": 20_000_000_000, "ZP2": 10_000_000_000, "ZP3": 5_000_000_000}
    for place, year in enumerate(YEARS):
        scores = {code: of[place] for code, of in SCORES.items()}
        put_in = {code: base // 50 for code, base in bases.items()}
        weights = {code: bases[code] * score for code, score in scores.items() if score is not None}
        pot = sum(put_in[code] for code in weights)
        parts = {code: pot * weight // sum(weights.values()) for code, weight in weights.items()}
        over = {code: pot * weight % sum(weights.values()) for code, weight in weights.items()}
        for code in sorted(over, key=lambda code: (-over[code], CONTRACTS[code]))[: pot - sum(parts.values())]:
            parts[code] += 1
        for code in bases:
            paid = parts.get(code, put_in[code])  # without a score: as withheld
            assert moved(run(), "value exchange", year, code) == put_in[code]
            assert moved(run(), "value exchange", year, payee=code) == paid
            assert money_text(paid) in exchange(run())


def test_it_comes_to_the_same_by_quarter() -> None:
    by_quarter = settled("incentives", replaced("scheme.toml", 'settles = "year"', 'settles = "quarter"'))
    assert by_quarter.passed
    assert nets(by_quarter) == nets(run())


@pytest.mark.parametrize("change", [None, transacted, after_any_stay])
def test_every_check_passes_and_nothing_is_lost(change: Any) -> None:
    assert run(change).passed
    assert set(run(change).outcomes.values()) == {"settled"}


def test_the_readme_answers_with_the_numbers_of_the_runs() -> None:
    for change, codes in ((transacted, ("ZP1", "ZP2", "ZP3")), (after_any_stay, ("ZP1", "ZP2"))):
        lost = {code: nets(run())[code] - nets(run(change))[code] for code in codes}
        for pence in (*lost.values(), sum(lost.values())):
            assert money_text(pence) in README
            assert money_text(pence) in PAGE
    assert len(QUESTIONS) == 2


def test_a_pot_that_would_pay_more_than_it_holds_stops_its_contract() -> None:
    change = replaced("contracts/small-hospital.toml", 'amount = "£3,000"', 'amount = "£10,000"')
    stopped = settled("incentives", change)
    assert stopped.outcomes["small-hospital"] == "stopped"
    wrong = [one.detail for one in stopped.checks if not one.passed]
    assert any("would have stood at -£565.00" in detail for detail in wrong)
    assert "stand at -£565.00" in PAGE
