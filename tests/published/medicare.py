"""A workspace of a published year: files are copied, joined and written, and nothing is settled here."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from attrs import frozen

HERE = Path(__file__).parent
FOLDER = os.environ.get("TALLYSTICK_PUBLISHED_DATA", "")
CHOSEN = ("0%", "0.5%", "1%", "1.5%", "2%")
"""The minimum rates that a two-sided organisation may choose; any other goes by people (42 CFR 425.605(b)(2))."""

Row = Mapping[str, str]


@frozen
class Year:
    """A published year: the file, and how it names the track."""

    year: int
    track_in: str = ""
    """The column that names the track; where there is none, each track has a column that is 1."""

    @property
    def file(self) -> Path:
        """The published file."""
        return Path(FOLDER) / f"mssp_py{self.year}_puf.csv"

    def rows(self) -> list[Row]:
        """The published rows, as printed."""
        with self.file.open(encoding="latin-1", newline="") as file:
            return list(csv.DictReader(file))

    def tracks(self) -> dict[str, Row]:
        """The numbers of each track."""
        with (HERE / f"medicare-{self.year}" / "tracks.csv").open(encoding="utf-8", newline="") as file:
            return {row["track"]: row for row in csv.DictReader(file)}

    def track(self, row: Row) -> str:
        """The track of an organisation."""
        (found,) = [t for t in self.tracks() if (row[self.track_in] == t if self.track_in else row[t] == "1")]
        return found


def number(printed: str) -> Fraction:
    """What is printed, exactly: 2.47% and 0.0247 are the same."""
    return Fraction(printed.removesuffix("%")) / (100 if printed.endswith("%") else 1)


HALF_DIGIT = Fraction(1, 20_000)
"""Scores are printed to four places, as 0.9084 or 90.84%: the true one may be so much more or less."""


def decimals(value: Fraction) -> str:
    """An exact decimal, as a file holds it."""
    scaled = value * 10**9
    assert scaled.denominator == 1
    return f"{int(scaled) // 10**9}.{int(scaled) % 10**9:09d}"


def score(row: Row, moved_by: int) -> Fraction:
    """The quality score as printed, or at the lower or upper end of what its digits allow; a whole one is exact."""
    printed = number(row["QualScore"])
    return printed if printed.denominator == 1 else printed + moved_by * HALF_DIGIT


def workspace(year: Year, rows: Sequence[Row], folder: Path, *, score_moved_by: int = 0) -> Path:
    """Write the workspace of these organisations; ``score_moved_by`` is -1, 0 or 1."""
    shutil.copytree(HERE / f"medicare-{year.year}", folder)
    (folder / "data").mkdir()
    added = [
        {
            "row": row["ACO_ID"], "provider": row["ACO_ID"], "commissioner": "CMS", "population": "assigned",
            "measured_on": f"{year.year}-12-31", "relief": row["DisAdj"].removeprefix("-"),
            "QualScore": decimals(score(row, score_moved_by)),
        }
        for row in rows
    ]  # fmt: skip
    write(folder / "data" / "benchmarks.csv", [{**row, **more} for row, more in zip(rows, added, strict=True)])
    write(folder / "contracts.csv", [contract(year, row) for row in rows])
    return folder


def contract(year: Year, row: Row) -> Row:
    """The contract of an organisation: its track's numbers, and the minimum rate that it chose."""
    numbers = {f"savings.{name}": cell for name, cell in year.tracks()[year.track(row)].items() if name != "track"}
    chosen = [rate for rate in CHOSEN if number(rate) == number(row["MinSavPerc"])]
    by_people = numbers["savings.loss_share_most"] == "0%" or not chosen
    rate = "0%" if by_people else chosen[0]
    return {
        "id": row["ACO_ID"], "provider": row["ACO_ID"], "commissioner": "CMS", "from": f"{year.year}-01-01",
        "years": "1", **numbers, "savings.minimum_by_people": "yes" if by_people else "no",
        "savings.minimum_savings_rate": rate, "savings.minimum_loss_rate": rate,
    }  # fmt: skip


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        made = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        made.writeheader()
        made.writerows(rows)
