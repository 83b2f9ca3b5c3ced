"""The manual's table of Medicare's tracks is settled as it stands there, and comes to what is worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.command_world import engine

PAGE = Path(__file__).parents[2] / "docs/explanation/published-settlements.md"
SECTION = PAGE.read_text(encoding="utf-8").split("## Another year, and other tracks")[1].split("\n## ")[0]
HEADS = (
    "row,provider,commissioner,population,measured_on,benchmark,expenditure,quality_standard_met,quality_score,revenue"
)
DAY = {"Z7": "2019-12-31"}
WHO = {
    "level-a": "Z1", "level-b-low-revenue": "Z2", "level-c": "Z3", "level-d": "Z4", "level-e": "Z5", "enhanced": "Z6",
    "level-e-six-months": "Z7",
}  # fmt: skip


def settled(folder: Path, *, spent: str, revenue: str) -> dict[str, int]:
    """What each contract comes to in cents, each with a benchmark of $100 million and the standard met at 90%."""
    toml, csv = (block.split("\n```")[0] for block in (SECTION.split("```toml\n")[1], SECTION.split("```text\n")[1]))
    (folder / "data").mkdir()
    (folder / "scheme.toml").write_text(toml + "\n", encoding="utf-8")
    (folder / "contracts.csv").write_text(csv + "\n", encoding="utf-8")
    rows = [
        f"{name},{name},CMS,all,{DAY.get(name, '2024-12-31')},$100000000,${spent},yes,90%,{revenue}"
        for name in WHO.values()
    ]
    (folder / "data/benchmarks.csv").write_text("\n".join([HEADS, *rows]) + "\n", encoding="utf-8")
    result = engine().settle(folder)
    assert result.passed
    net = dict.fromkeys(WHO, 0)
    for line in result.settlement.lines:
        net[line.contract] += line.pence if line.payer == "CMS" else -line.pence
    return net


MILLION = 100_000_000


@pytest.mark.parametrize(
    ("spent", "revenue", "expected"),
    [
        # 4 million saved: × share × 98%, and half of it for half a year
        ("96000000", "", {
            "level-a": 1_568_000_00, "level-b-low-revenue": 1_568_000_00, "level-c": 1_960_000_00,
            "level-d": 1_960_000_00, "level-e": 1_960_000_00, "enhanced": 2_940_000_00,
            "level-e-six-months": 980_000_00,
        }),
        # 1 million saved is below 2%: one keeps half of 40%, × 98%
        ("99000000", "", {"level-b-low-revenue": 196_000_00}),
        # 40 million saved: × share × 98% is 15.68, 19.6 and 29.4 million, held to 10 and 20, and to half of 10
        ("60000000", "", {
            "level-a": 10 * MILLION, "level-b-low-revenue": 10 * MILLION, "level-c": 10 * MILLION,
            "level-d": 10 * MILLION, "level-e": 10 * MILLION, "enhanced": 20 * MILLION,
            "level-e-six-months": 5 * MILLION,
        }),
        # 20 million lost: 30% is 6 million, held to 1, 2 and 4 of the benchmark, or to 2%, 4% and 8% of a revenue of 40
        # million (0.8, 1.6 and 3.2). ENHANCED: 1 − 75% × 90% = 32.5%, but no less than 40%: 8 million, below 15.
        ("120000000", "$40000000", {
            "level-c": -80 * MILLION // 100, "level-d": -160 * MILLION // 100, "level-e": -320 * MILLION // 100,
            "enhanced": -8 * MILLION, "level-e-six-months": -160 * MILLION // 100,
        }),
        # with a revenue of 400 million the benchmark's limit is the lower one
        ("120000000", "$400000000", {
            "level-c": -1 * MILLION, "level-d": -2 * MILLION, "level-e": -4 * MILLION, "enhanced": -8 * MILLION,
            "level-e-six-months": -2 * MILLION,
        }),
        # 1.9 million lost is below 2%, and nobody's revenue is needed
        ("101900000", "", {}),
    ],
)  # fmt: skip
def test_each_track_comes_to_what_is_worked_out_by_hand(
    tmp_path: Path, spent: str, revenue: str, expected: dict[str, int]
) -> None:
    assert settled(tmp_path, spent=spent, revenue=revenue) == {**dict.fromkeys(WHO, 0), **expected}
