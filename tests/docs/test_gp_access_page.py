"""What the runs of general practice say is what comes out by hand from the files alone."""

from __future__ import annotations

import csv
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import pytest

from docs._ext.contract_pages.gp_access import AT_THRESHOLD, METHODS, THRESHOLD, by_method, run, satisfied_needed, went
from tallystick.kernel.money import money_text, parse_amount
from tallystick_examples.make_gp_access import files

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "docs/tallystick_examples/gp_access"
POINTS = {  # points, lower, upper, register, average prevalence in tenths of a per cent
    "blood pressure in range": (39, 40, 85, "hypertension register", 148),
    "blood sugar in range": (17, 35, 75, "diabetes register", 78),
    "asthma reviewed": (20, 45, 70, "asthma register", 66),
    "children vaccinated": (18, 89, 96, None, 0),
    "prescribing that is not advised": (6, -8, -2, None, 0),  # lower is better: turned round
}


def read(name: str) -> list[dict[str, str]]:
    with (WORKSPACE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CONTRACTS = {row["id"]: row for row in read("contracts.csv")}
RESULTS = {
    (row["provider"], row["indicator"]): (int(row["numerator"]), int(row["denominator"]))
    for row in read("data/indicators.csv")
}


def half_up(exact: Fraction) -> int:
    return int((exact + Fraction(1, 2)) // 1)


def lower_bound(satisfied: int, answered: int) -> Decimal:
    """Wilson's lower bound at 1.96, by its root."""
    with localcontext() as context:
        context.prec = 50
        p, n, z = Decimal(satisfied) / answered, Decimal(answered), Decimal("1.96")
        root = (p * (1 - p) / n + z * z / (4 * n * n)).sqrt()
        return (p + z * z / (2 * n) - z * root) / (1 + z * z / n)


def part(method: str, satisfied: int, answered: int) -> Fraction:
    """What part is released."""
    share = Fraction(satisfied, answered)
    if method == "linear":
        return min(Fraction(1), max(Fraction(0), (share - Fraction(1, 2)) / Fraction(1, 5)))
    if method == "step":
        return Fraction(share >= Fraction(7, 10))
    return Fraction(lower_bound(satisfied, answered) >= Decimal("0.7"))


def at_risk(contract: str) -> int:
    year = int(CONTRACTS[contract]["access.people"]) * 395
    return half_up(Fraction(year * 30, 100))


def test_the_files_of_the_workspace_are_those_of_their_maker() -> None:
    assert {name: (WORKSPACE / name).read_text(encoding="utf-8") for name in files()} == files()


@pytest.mark.parametrize("method", METHODS)
def test_every_practice_is_released_what_comes_out_by_hand(method: str) -> None:
    found, sums = run(method), {"into": 0, "released": 0, "shorter waits": 0, "held": 0}
    for name, row in CONTRACTS.items():
        into, said = at_risk(name), RESULTS.get((row["provider"], "satisfied with the wait"))
        few = said is None or said[1] < 30
        released = 0 if said is None or few else half_up(into * part(method, *said))
        held = into if few else 0
        mine = {"into": into, "released": released, "shorter waits": into - released - held, "held": held}
        assert went(found, name) == mine
        sums = {one: sums[one] + mine[one] for one in sums}
    assert went(found) == sums
    shown = [line.rsplit(maxsplit=1)[-1] for line in by_method({method: found}).splitlines()[1:]]
    assert shown == [money_text(one) for one in sums.values()]


def test_points_come_out_by_hand() -> None:
    found = run("linear")
    for name, row in CONTRACTS.items():
        points = Fraction(0)
        for indicator, (most, lower, upper, register, average) in POINTS.items():
            achieved = Fraction(*RESULTS[row["provider"], indicator]) * 100 * (-1 if lower < 0 else 1)
            share = min(Fraction(1), max(Fraction(0), (achieved - lower) / (upper - lower)))
            weight = Fraction(1)
            if register is not None:
                weight = Fraction(*RESULTS[row["provider"], register]) * 1_000 / average
            points += most * share * weight
        lines = [one for one in found.settlement.lines if one.contract == name and one.label == "quality"]
        paid = sum(one.pence if one.payee == row["provider"] else -one.pence for one in lines)
        assert paid == half_up(points * int(row["quality.list_size"]) / 10_295 * 22_795)
        on_account = sum(one.pence for one in lines if one.reason == "on account")
        assert on_account == half_up(Fraction(parse_amount(row["quality.last_year"]) * 80, 100))


def test_what_the_page_says_of_samples() -> None:
    assert [RESULTS[f"ZG{name[-2:]}", "satisfied with the wait"] for name in AT_THRESHOLD] == [
        (35, 50), (63, 90), (70, 100), (140, 200),
    ]  # fmt: skip
    exactly = [key[0] for key, (above, below) in RESULTS.items() if key[1] == "satisfied with the wait"
               and below >= 30 and Fraction(above, below) == THRESHOLD]  # fmt: skip
    assert exactly == sorted(f"ZG{name[-2:]}" for name in AT_THRESHOLD)
    for answers in AT_THRESHOLD.values():
        needed = satisfied_needed(answers)
        assert lower_bound(needed - 1, answers) < Decimal("0.7") <= lower_bound(needed, answers)
    assert round(lower_bound(15, 20), 2) == Decimal("0.53")
    few = [row for row in RESULTS.items() if row[0][1] == "satisfied with the wait" and row[1][1] < 30]
    assert len(few) == 4
    assert len([key for key in RESULTS if key[1] == "satisfied with the wait"]) == 35


def test_the_readme_answers_with_the_numbers_of_the_runs() -> None:
    readme = (WORKSPACE / "README.md").read_text(encoding="utf-8")
    assert f"released {money_text(at_risk('practice-07'))} by the line" in readme
    assert f"All of it: {money_text(sum(at_risk(name) for name in AT_THRESHOLD))}" in readme
