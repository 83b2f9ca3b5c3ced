"""Medicare's published settlements, every organisation of a year, settled as any workspace is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen

from tests.published.medicare import FOLDER, Row, Year, contract, number, workspace
from tests.unit.command_world import engine

YEARS = {2018: Year(2018), 2022: Year(2022, track_in="Current_Track")}
PAGE = Path(__file__).parents[2] / "docs/explanation/published-settlements.md"
each_year = pytest.mark.parametrize("year", YEARS.values(), ids=str(list(YEARS)).strip("[]").split(", "))
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="TALLYSTICK_PUBLISHED_DATA does not name the folder of Medicare's published files"
)


@frozen
class Settled:
    """What a workspace came to for each organisation, in dollars."""

    net: Mapping[str, Fraction]
    figures: Mapping[tuple[str, str], Fraction]


@frozen
class Judged:
    """An organisation's published figure, ours, and ours with the score at both ends of what its digits allow."""

    row: Row
    ours: Fraction
    low: Fraction
    high: Fraction

    @property
    def published(self) -> int:
        return int(self.row["EarnSaveLoss"])

    @property
    def difference(self) -> Fraction:
        return abs(self.ours - self.published)

    @property
    def rate_is_exact(self) -> bool:
        """Whether the digits of the score move nothing."""
        return self.low == self.high

    @property
    def dollar_off(self) -> int:
        """What printed benchmark less printed expenditure is off the printed savings: nothing or a dollar."""
        row = self.row
        return abs(int(row["ABtotBnchmk"]) - int(row["ABtotExp"]) - int(row["BnchmkMinExp"]))

    @property
    def agrees(self) -> bool:
        """In the interval that the score's digits allow; where they allow none, within a dollar, or two: see above."""
        if self.rate_is_exact:
            return self.difference <= 1 + self.dollar_off
        return self.low <= self.published <= self.high


def settled(year: Year, rows: Sequence[Row], folder: Path, moved_by: int) -> Settled:
    result = engine().settle(workspace(year, rows, folder, score_moved_by=moved_by))
    assert result.passed
    assert set(result.outcomes.values()) == {"settled"}
    assert len(result.outcomes) == len(rows)
    net = dict.fromkeys(result.outcomes, Fraction(0))
    for line in result.settlement.lines:
        net[line.contract] += Fraction(line.pence if line.payee == line.contract else -line.pence, 100)
    figures = {(one.contract, one.name): Fraction(one.value, 100) for one in result.settlement.reading.figures}
    return Settled(net, figures)


@cache
def made(year: Year, folder: Path) -> tuple[Settled, tuple[Judged, ...]]:
    rows = year.rows()
    low, printed, high = (settled(year, rows, folder / f"{year.year}{by}", by) for by in (-1, 0, 1))
    judged = [
        Judged(row, *(one.net[row["ACO_ID"]] for one in (printed, *sorted_by(low, high, row["ACO_ID"]))))
        for row in rows
    ]
    return printed, tuple(judged)


def sorted_by(one: Settled, other: Settled, name: str) -> list[Settled]:
    return sorted((one, other), key=lambda settled: settled.net[name])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("medicare")


def kind(judged: Judged) -> str:
    if judged.published == 0:
        return "forgiven" if judged.row["DisAdj"] else "nothing"
    return "earned" if judged.published > 0 else "owed"


@each_year
def test_every_published_settlement_is_made_again(year: Year, folder: Path) -> None:
    _, judged = made(year, folder)
    assert (
        Counter(map(kind, judged))
        == {
            2018: {"earned": 205, "owed": 11, "nothing": 332},
            2022: {"earned": 304, "forgiven": 15, "nothing": 163},
        }[year.year]
    )
    assert [one.row["ACO_ID"] for one in judged if not one.agrees] == []
    assert [one.row["ACO_ID"] for one in judged if one.published == 0 and one.ours] == []


@each_year
def test_the_intervals_are_no_wider_than_the_digits(year: Year, folder: Path) -> None:
    """An interval that is wide because something else gave way would prove nothing."""
    _, judged = made(year, folder)
    for one in judged:
        savings, share = abs(int(one.row["BnchmkMinExp"])), number(year.tracks()[year.track(one.row)]["share"])
        assert one.high - one.low <= savings * share / 10_000 + Fraction(1, 50)
        assert one.low <= one.ours <= one.high


@each_year
def test_what_reaches_the_minimum_rate_is_what_was_published(year: Year, folder: Path) -> None:
    printed, judged = made(year, folder)
    for one in judged:
        name, counted = one.row["ACO_ID"], int(one.row["GenSaveLoss"])
        saved = printed.figures.get((name, "savings that reach the minimum"), Fraction(0))
        lost = printed.figures.get((name, "losses that reach the minimum"), Fraction(0))
        prints_losses = year.year == 2018 or one.row["Risk_Model"] == "Two-Sided"
        assert abs((saved - lost if prints_losses else saved) - counted) <= 1, name


@each_year
def test_the_minimum_rate_by_people_is_what_was_published(year: Year, folder: Path) -> None:
    printed, judged = made(year, folder)
    digits = {2018: Fraction(1, 2 * 10**9), 2022: Fraction(1, 20_000)}[year.year]
    by_people = [one.row for one in judged if contract(year, one.row)["savings.minimum_by_people"] == "yes"]
    assert len(by_people) == {2018: 473, 2022: 238}[year.year]
    for row in by_people:
        needed, benchmark = printed.figures[row["ACO_ID"], "savings needed"], int(row["ABtotBnchmk"])
        assert abs(needed - benchmark * number(row["MinSavPerc"])) <= benchmark * digits + Fraction(1, 100)


def test_what_was_forgiven_in_2022_is_what_was_owed(folder: Path) -> None:
    """Of one organisation revenue limited the loss, and revenue is not published: ours has to be more, and forgiven."""
    printed, judged = made(YEARS[2022], folder)
    forgiven = [one for one in judged if one.row["DisAdj"]]
    assert len(forgiven) == 15
    more = []
    for one in forgiven:
        ours, published = printed.figures[one.row["ACO_ID"], "losses forgiven"], -int(one.row["DisAdj"])
        digits = abs(int(one.row["BnchmkMinExp"])) * Fraction(3, 4) / 20_000  # of the score, in 1 − 75% × score
        if abs(ours - published) > digits + 1:
            assert ours > published
            more.append((one.row["Current_Track"], one.row["Rev_Exp_Cat"]))
    assert more == [("D", "Low Revenue")]


def table(year: Year, folder: Path) -> str:
    """The results of a year, as the manual shows them."""
    _, judged = made(year, folder)
    moved = [one for one in judged if one.published]
    exact, digits = [one for one in moved if one.rate_is_exact], [one for one in moved if not one.rate_is_exact]
    rows = [
        ("organisations", len(judged)),
        ("earned a share of savings", sum(kind(one) == "earned" for one in judged)),
        ("owed a share of losses", sum(kind(one) == "owed" for one in judged)),
        ("owed a share, all of it forgiven", sum(kind(one) == "forgiven" and not one.ours for one in judged)),
        ("nothing either way, and nothing settled", sum(kind(one) == "nothing" and not one.ours for one in judged)),
        ("rate known exactly", len(exact)),
        ("… within $1", sum(one.difference <= 1 for one in exact)),
        ("… within $2, printed savings a dollar off", sum(one.difference > 1 and one.agrees for one in exact)),
        ("… largest difference", dollars(max((one.difference for one in exact), default=Fraction(0)))),
        ("rate known to the printed digits", len(digits)),
        ("… published figure in the interval", sum(one.agrees for one in digits)),
        ("… largest difference", dollars(max((one.difference for one in digits), default=Fraction(0)))),
        ("not accounted for", sum(not one.agrees for one in judged)),
    ]
    lines = [f"{year.year}", *(f"  {says:<44}{what!s:>12}" for says, what in rows)]
    return "\n".join(lines)


def dollars(amount: Fraction) -> str:
    """Dollars and cents; every amount here is of whole cents."""
    cents = amount * 100
    assert cents.denominator == 1
    return f"${int(cents) // 100:,}.{int(cents) % 100:02d}"


@each_year
def test_the_manual_shows_these_results(year: Year, folder: Path) -> None:
    assert table(year, folder) in PAGE.read_text(encoding="utf-8")
