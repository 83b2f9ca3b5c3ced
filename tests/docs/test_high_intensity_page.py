"""What the runs of the budget for high intensity users say is what comes out by hand, from the files alone."""

from __future__ import annotations

import csv
import datetime
import io
import tomllib
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from docs._ext.contract_pages.high_intensity_users import MORE, QUESTIONS, WORKSPACE, moved, selected
from docs._ext.contract_pages.settling import settled
from tallystick.kernel.money import money_text
from tallystick_examples.make_high_intensity_users import files

FOLDER = Path(__file__).parents[2] / "docs/tallystick_examples" / WORKSPACE
PAGE = FOLDER.parents[1] / "contracts/high-intensity-users.md"
PRICES, FACTORS = ((FOLDER / "prices" / f"{name}.csv").read_text(encoding="utf-8") for name in ("admitted", "mff"))


@cache
def made(more: int = 0) -> dict[str, str]:
    return files(PRICES, FACTORS, more)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def half_up(exact: Fraction) -> int:
    return int((exact + Fraction(1, 2)) // 1)


def test_the_files_of_the_workspace_are_those_of_their_maker() -> None:
    assert {name: (FOLDER / name).read_text(encoding="utf-8") for name in made()} == made()
    assert {f"data/{path.name}" for path in (FOLDER / "data").iterdir()} == set(made())
    assert sum(len(text) for text in made().values()) < 600_000


def test_seven_in_a_hundred_have_46_per_cent_and_a_quarter_of_them_are_there_again() -> None:
    assert Fraction(46, 7).limit_denominator(1000) == Fraction(46, 7)
    assert round(46 / 7, 2) == 6.57
    history = rows(made()["data/history.csv"])
    heavy = {}
    for year in ("2023", "2024"):
        cost = {row["person"]: Fraction(row[f"total_{year}_pounds"]) for row in history}
        heavy[year] = set(sorted(cost, key=lambda person: (-cost[person], person))[:350])
        share = sum(cost[person] for person in heavy[year]) / sum(cost.values())
        assert Fraction(455, 1000) < share < Fraction(465, 1000)
    again = Fraction(len(heavy["2023"] & heavy["2024"]), 350)
    assert Fraction(1, 4) < again < Fraction(28, 100)
    assert {row["person"] for row in rows(made()["data/people.csv"])} == heavy["2024"]
    unplanned = {row["person"]: Fraction(row["unplanned_2024_pounds"]) for row in history}
    assert half_up(sum(unplanned[person] for person in heavy["2023"]) / 350) == 2_009
    assert half_up(sum(unplanned[person] for person in heavy["2024"]) / 350) == 6_686
    assert selected()["again"] == "92: 26.3%"


def worth(row: dict[str, str]) -> int:
    """A spell at its price, in pence."""
    price = {one["code"]: one for one in rows(PRICES)}[row["hrg"]]
    factor = {one["code"]: Fraction(one["factor"]) for one in rows(FACTORS)}[row["provider"]]
    above = max(int(row["length_of_stay_days"]) - int(price["trim_non_elective_days"]), 0)
    pounds = int(price["non_elective_pounds"]) + above * int(price["long_stay_day_pounds"])
    return half_up(pounds * 100 * factor)


def in_segment(more: int = 0) -> dict[str, int]:
    """What the spells of the people of the segment are worth, by provider, on the days on which they are in it."""
    lists = rows(made()["data/people.csv"])
    stretches: dict[str, list[tuple[datetime.date, datetime.date]]] = {}
    for one in lists:
        stretches.setdefault(one["person"], []).append((day(one["eligible_from"]), day(one["eligible_to"])))
    found: dict[str, int] = {}
    for row in rows(made(more)["data/spells.csv"]):
        on = day(row["discharged"])
        if any(first <= on < after for first, after in stretches.get(row["person"], ())):
            found[row["provider"]] = found.get(row["provider"], 0) + worth(row)
    return found


def budget(each: int) -> int:
    days = sum((day(one["eligible_to"]) - day(one["eligible_from"])).days for one in rows(made()["data/people.csv"]))
    return half_up(Fraction(each * 100 * days, 365))


@pytest.mark.parametrize(("question", "each", "more"), [(0, 2_009, 0), (1, 6_686, 0), (2, 2_009, MORE)])
def test_every_sum_of_the_page_comes_out_by_hand(question: int, each: int, more: int) -> None:
    _, change, _ = QUESTIONS[question]
    found, care = moved(settled(WORKSPACE, change)), in_segment(more)
    assert found["ZQ1", "ZP1"] == budget(each)
    assert (found["ZP1", "ZH1"], found["ZP1", "ZH2"]) == (care["ZH1"], care["ZH2"])
    assert found["shown", "own treatment of the segment"] == care["ZP1"]
    loss = sum(care.values()) - budget(each)
    borne = max(loss - 5_000_000, 0)
    assert sum(pence for (payer, _), pence in found.items() if payer == "above the limit") == borne
    assert (borne > 0) == (more > 0)
    left = budget(each) + borne - care["ZH1"] - care["ZH2"]
    assert found["shown", "left with the accountable provider"] == left
    text = PAGE.read_text(encoding="utf-8")
    for pence in (budget(each), -care["ZH1"], -care["ZH2"], -care["ZP1"], borne, left, left - care["ZP1"]):
        assert f"| {money_text(pence)} |" in text


def test_the_commissioner_pays_less_than_before_by_the_days_on_which_people_were_not_in_the_segment() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((FOLDER / "contracts").glob("*.toml"))]
    written: list[dict[str, Any]] = [rule for text in texts for rule in tomllib.loads(text)["rule"]]
    pounds: Callable[[str], int] = lambda text: int(text.strip("£").replace(",", ""))  # noqa: E731
    before = sum(pounds(rule["value"]) for rule in written if rule["use"] == "block") * 100
    given_up = sum(pounds(rule["pays"]["amount"]) for rule in written if rule["use"] == "recipe")
    assert given_up == 350 * 2_009
    lines = settled(WORKSPACE).settlement.lines
    paid = sum(line.pence for line in lines if line.payer == "ZQ1")
    after = paid - sum(line.pence for line in lines if line.payee == "ZQ1")
    days = 350 * 365 - 124_371
    assert before - after == half_up(Fraction(days * 200_900, 365)) == 1_859_839


def test_no_spell_is_in_two_contracts_and_all_are_in_one() -> None:
    result = settled(WORKSPACE)
    assert result.passed
    assert result.no_contract.is_empty()
    spells = rows(made()["data/spells.csv"])
    units = [line for line in result.settlement.reading.received if line.table == "spells"]
    assert sum(line.units for line in units) == len(spells)


def test_the_readme_answers_with_the_numbers_of_the_runs() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    more = budget(6_686) - budget(2_009)
    assert f"pays\n{money_text(more)} more" in readme
    loss = sum(in_segment(MORE).values()) - budget(2_009)
    assert f"commissioner bears {money_text(loss - 5_000_000)}" in readme
