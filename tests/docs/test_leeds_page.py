"""What the runs of the Leeds cohort say is what comes out by hand, from the files alone."""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path

import pytest

from docs._ext.contract_pages.leeds_respiratory import HALF, QUESTIONS, WORKSPACE, paid
from docs._ext.contract_pages.settling import settled
from tallystick.kernel.money import money_text
from tallystick_examples.make_leeds_respiratory import BED_DAYS, PEOPLE, USED, files

FOLDER = Path(__file__).parents[2] / "docs/tallystick_examples" / WORKSPACE
PAGE = (FOLDER.parents[1] / "contracts/leeds-respiratory.md").read_text(encoding="utf-8")
RULES = {
    one["label"]: one
    for one in tomllib.loads((FOLDER / "contracts/acute-services.toml").read_text(encoding="utf-8"))["rule"]
}
SHARES = {"ZC1": 40, "ZG1": 30, "ZH1": 20, "ZA1": 10}
TODAY = {"ZA1": 116_000_000, "ZH1": 1_124_000_000, "ZC1": 235_000_000, "ZG1": 94_000_000}
CUT = 22_500_000


def days(text: str, year: int) -> int:
    """The bed days of the stays that end in a year from 1 April."""
    rows = csv.DictReader(io.StringIO(text))
    within = [row for row in rows if f"{year}-04-01" <= row["discharged"] <= f"{year + 1}-03-31"]
    return sum(int(row["length_of_stay_days"]) for row in within)


def test_the_file_of_the_workspace_is_that_of_its_maker_and_has_the_published_size() -> None:
    made = files()
    assert {name: (FOLDER / name).read_text(encoding="utf-8") for name in made} == made
    assert [path.name for path in (FOLDER / "data").iterdir()] == ["spells.csv"]
    text = made["data/spells.csv"]
    assert (days(text, 2024), days(text, 2025)) == (BED_DAYS, USED) == (20_000, 18_600)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert all(len({row["person"] for row in rows if row["person"][1] == year}) == PEOPLE for year in "12")


def test_the_hospital_is_paid_20_000_days_at_their_average_cost() -> None:
    assert RULES["fixed element"]["value"] == "£8,240,000"
    assert RULES["bed days saved"]["element"] == "£3,000,000"
    assert 824_000_000 + 300_000_000 == 20_000 * 56_200 == TODAY["ZH1"]
    assert 20_000 * 15_000 == 300_000_000
    assert CUT == 1_500 * 15_000


@pytest.mark.parametrize(
    ("question", "saved", "each", "most"), [(0, 1_400, 150, CUT), (1, 1_400, 562, 500_000_000), (2, HALF, 150, CUT)]
)
def test_every_sum_of_the_page_comes_out_by_hand(question: int, saved: int, each: int, most: int) -> None:
    _, change, _ = QUESTIONS[question]
    found = paid(settled(WORKSPACE, change))
    assert saved >= 400  # outside the band of 2% of 20,000 days
    gain = min(saved * each * 100, most)
    for party, share in SHARES.items():
        assert found[party, "today"] == TODAY[party]
        assert found[party, "gain"] == gain * share // 100
        total = TODAY[party] + gain * share // 100 - (CUT if party == "ZH1" else 0)
        assert f"| {money_text(total)} |" in PAGE
    assert found["ZH1", "cut"] == -CUT
    assert f"| {money_text(gain)} | {money_text(sum(TODAY.values()) - CUT + gain)} |" in PAGE
    invented = gain - CUT
    if question == 1:
        assert f"**{money_text(invented)} would come from nowhere**" in PAGE
    else:
        assert invented <= 0
        own = saved * 15_000 - CUT + gain // 5
        assert f"{money_text(abs(own))} {'better' if own > 0 else 'worse'} off" in " ".join(PAGE.split())


def test_inside_the_band_nothing_is_shared_and_the_cut_stays() -> None:
    _, change, _ = QUESTIONS[2]
    assert change is not None

    def few(folder: Path) -> None:
        (folder / "data/spells.csv").write_text(files(BED_DAYS - 399)["data/spells.csv"], encoding="utf-8")

    found = paid(settled(WORKSPACE, few))
    assert {pair: pence for pair, pence in found.items() if pair[1] != "today"} == {("ZH1", "cut"): -CUT}


def test_the_readme_answers_with_the_numbers_of_the_runs() -> None:
    readme = " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())
    gain = 1_400 * 56_200
    assert f"The gain is {money_text(gain)}, of which {money_text(gain - CUT)} come from nowhere" in readme
    half = HALF * 15_000
    assert (
        f"{money_text(half)} are shared, and the hospital is {money_text(CUT - half - half // 5)} worse off" in readme
    )
    whole = 1_400 * 15_000
    assert f"{money_text(whole + whole // 5 - CUT)} better off" in readme
    assert f"the commissioner pays {money_text(CUT - whole)} less" in readme
