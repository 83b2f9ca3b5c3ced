"""Six statements by hand: flex and freeze, late data, a challenge lost and one won, a restated price, a merger.

All amounts are in whole pounds. Prices are A £100 and B £50, and from 10 June A £110, from April on.

| month | fixed | outpatients, in the end | visits, £20 each | limit to date | visits paid |
|---|---|---|---|---|---|
| April | 10% of 12,000 = 1,200 | a1 a2 a3 a4: 4 × 110 = 440 | 8: 160 | 200 | 160 |
| May | 1,200 | m1 m3 m4 at 110, m2 at 50 = 380 | 15: 300, to date 460 | 400 | 400 - 160 = 240 |
| June | 9% = 1,080 | j1 j2 at 110, j3 at 50 = 270 | 4: 80, to date 540 | 600 | 540 - 400 = 140 |
| July | 1,080 | y2 at 110 | 20: 400, to date 940 | 800 | 800 - 540 = 260 |
| August | 8% = 960 | g1 g2: 2 × 110 = 220 | 2: 40, to date 980 | 1,000 | 980 - 800 = 180 |
| September | 960 | s1 s3 at 110, s2 at 50 = 270 | 30: 600, to date 1,580 | 1,200 | 1,200 - 980 = 220 |
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.in_year.postings import Sums, added, entitlement
from tallystick.result import Result
from tests.spec.six_months_world import CHALLENGES, RUNS, make, net, pounds, run
from tests.unit.in_year_world import reasons

PAYABLE = {
    # April alone: 1,200 + (a1 A, a2 B, a3 A) 250 + 160
    1: ("QYY", "RXX", 1_610, 1_500, 0, 110),
    # April 1,200 + 4 × 110 + 160 = 1,800; May 1,200 + (m1 m2 m3 m9) 380 - 110 contested + 240 = 1,710
    2: ("QYY", "RXX", 3_510, 3_000, 110, 400),
    # April 1,800; May without m9 1,600; June 1,080 + 270 + 140 = 1,490. 4,890 - 4,500 - 510 = -120: RXX pays back
    3: ("RXX", "QYY", -4_890, -4_500, -510, 120),
    # RNW is there now. April 1,800; May with m4, and m1 no longer contested: 1,820; June 1,490;
    # July 1,080 + (y1 y2) 220 - 110 contested + 260 = 1,450. Said before: 110 + 400 - 120 = 390
    4: ("QYY", "RNW", 6_560, 6_000, 390, 170),
    # July without y1 1,340; August 960 + (g1 A, g2 B) 160 + 180 = 1,300. 7,750 - 7,500 - 560 = -310
    5: ("RNW", "QYY", -7_750, -7_500, -560, 310),
    # August with g2 as A 1,360; September 960 + 270 + 220 = 1,450. Q2 is upheld: its money stays with QYY
    6: ("QYY", "RNW", 9_260, 9_000, 250, 10),
}
MOVED = {
    1: {},
    2: {"price list": 20, "late coding": 60, "late activity": 110, "new months": 1_710},  # a1 a3; a2; a4; May
    3: {"duplicates taken out": -110, "new months": 1_490},  # m9; June
    4: {"late activity": 110, "days passed": 110, "new months": 1_450},  # m4; Q1 rejected; July
    5: {"rows withdrawn": -110, "new months": 1_300},  # y1; August
    6: {"late coding": 60, "new months": 1_450},  # g2; September. Q2 upheld moves nothing: QYY had it in its pot
}
# Units by month: attendances that have a price, and contacts; every one received is priced
ATTENDANCES = {
    1: (3,), 2: (4, 4), 3: (4, 3, 3), 4: (4, 4, 3, 2), 5: (4, 4, 3, 1, 2), 6: (4, 4, 3, 1, 2, 3)
}  # fmt: skip
CONTACTS = (8, 15, 4, 20, 2, 30)
CONTESTED = {1: 0, 2: 110, 3: 110, 4: 110, 5: 110, 6: 0}  # in the pot: m1, m1, then y2, y2

IN_THE_END = {
    "fixed": (1_200, 1_200, 1_080, 1_080, 960, 960),
    "outpatients": (440, 380, 270, 110, 220, 270),
    "home visits": (160, 240, 140, 260, 180, 220),
    "contested": (0, 0, 0, -110, 0, 0),
}


@pytest.fixture(scope="module", params=["month", "year"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, list[Result]]:
    """How the contract settles, its workspace, and the six runs, each posted on the day on which it was made."""
    folder = make(tmp_path_factory.mktemp(request.param) / "clinic", request.param)
    results = []
    for number in range(1, 7):
        results.append(run(folder, number))
        assert results[-1].passed
        assert results[-1].post() is not None
    return request.param, folder, results


@pytest.mark.parametrize("number", range(1, 7))
class TestEachStatement:
    def test_what_is_due_on_account_said_before_and_payable(
        self, told: tuple[str, Path, list[Result]], number: int
    ) -> None:
        of = told[2][number - 1].in_year
        assert of is not None
        assert [pounds(one) for one in of.due.payable] == [PAYABLE[number]]

    def test_what_moved_by_reason(self, told: tuple[str, Path, list[Result]], number: int) -> None:
        found = reasons(told[2][number - 1])
        assert found == {reason: 100 * amount for reason, amount in MOVED[number].items()}
        before = PAYABLE[number - 1][2] if number > 1 else 0
        assert not found or sum(found.values()) == 100 * (abs(PAYABLE[number][2]) - abs(before))

    def test_units_by_state(self, told: tuple[str, Path, list[Result]], number: int) -> None:
        settles, _, results = told
        reading = results[number - 1].settlement.reading
        for table, units in (("attendances", ATTENDANCES[number]), ("contacts", CONTACTS[:number])):
            of = tuple(line.units for line in sorted(reading.received) if line.table == table)
            assert of == (units if settles == "month" else (sum(units),))
            priced = [(line.units, line.priced, line.clashing) for line in sorted(reading.units) if line.table == table]
            assert priced == [(many, many, 0) for many in of]

    def test_what_is_contested_stands_in_the_pot(self, told: tuple[str, Path, list[Result]], number: int) -> None:
        pots = told[2][number - 1].settlement.pots
        assert sum(pot.closing for pot in pots) == sum(pot.carried for pot in pots) == 100 * CONTESTED[number]

    def test_the_same_run_on_its_day_says_the_same_again(
        self, told: tuple[str, Path, list[Result]], number: int
    ) -> None:
        _, folder, results = told
        again, before = run(folder, number), results[number - 1]
        assert again.settlement.lines == before.settlement.lines
        assert again.in_year is not None
        assert again.in_year.due.lines == {}  # posted on that day
        (one,) = again.in_year.due.payable
        assert (one.now, one.entitled) in ((0, 100 * PAYABLE[number][2]), (0, -100 * PAYABLE[number][2]))


def test_after_six_months_one_settling_of_the_whole_is_the_sum_of_the_postings(
    told: tuple[str, Path, list[Result]],
) -> None:
    _, folder, results = told
    whole = run(folder, 6, posted="nothing")
    assert whole.in_year is not None
    assert whole.in_year.due.lines == posted_lines(results) == entitlement(whole.settlement.lines)
    assert [pounds(one) for one in whole.in_year.due.payable] == [("QYY", "RNW", 9_260, 0, 0, 9_260)]
    assert 110 + 400 - 120 + 170 - 310 + 10 + 6 * 1_500 == 9_260


def posted_lines(results: list[Result]) -> Sums:
    """Every line that was posted, added up."""
    return added(line for one in results if one.in_year is not None for line in one.in_year.due.lines.items())


def test_each_month_comes_to_what_the_table_says(told: tuple[str, Path, list[Result]]) -> None:
    settles, _, results = told
    months = [f"2025-{month:02d}" for month in range(4, 10)]
    expected = {(month, label): of for label, row in IN_THE_END.items() for month, of in zip(months, row, strict=True)}
    if settles == "year":
        expected = {("2025-04 to 2025-09", label): sum(row) for label, row in IN_THE_END.items()}
    assert net(results[-1]) == {place: of for place, of in expected.items() if of}


def test_the_lines_keep_the_name_of_the_contract_and_the_payment_that_of_the_successor(
    told: tuple[str, Path, list[Result]],
) -> None:
    accounts = {account for line in told[2][-1].settlement.lines for account in (line.payer, line.payee)}
    assert accounts <= {"RXX", "QYY", "clinic/contested"}
    assert "RNW stands in the place of RXX" in told[2][-1].statement("clinic").as_text()


def test_the_upheld_challenge_is_the_commissioners_for_good(told: tuple[str, Path, list[Result]]) -> None:
    lines = [line for line in told[2][-1].settlement.lines if line.label == "contested"]
    assert [(line.kind, line.payer, line.payee, line.pence) for line in lines] == [("adjustment", "RXX", "QYY", 11_000)]


# m1 is of 6 May: 90 days after it is 4 August, and 5 August is too late, by month and by year to date alike.
RAISED = {
    "2025-08-04": {"month": -110, "year": -110},
    "2025-08-05": {"month": 0, "year": 0},
}


@pytest.mark.parametrize("settles", ["month", "year"])
@pytest.mark.parametrize("raised", RAISED)
def test_how_late_a_challenge_may_come_is_counted_from_the_rows_own_day(
    tmp_path: Path, raised: str, settles: str
) -> None:
    heading = CHALLENGES.partition("\n")[0]
    challenges = f"{heading}\nQ1,attendances,m1,,QYY,Late,{raised},2025-09-01,upheld\n"
    result = run(make(tmp_path / "clinic", settles, challenges), 6, posted="nothing")
    contested = sum(amount for (_, label), amount in net(result).items() if label == "contested")
    assert contested == RAISED[raised][settles]


def test_the_six_runs_are_those_of_the_flex_days() -> None:
    assert [day for _, day in RUNS] == [f"2025-{month:02d}-20" for month in range(5, 11)]
