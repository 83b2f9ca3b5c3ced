"""What the rows of the table are measured with: activity that is made once, and runs in processes of their own."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
from attrs import define, field, frozen

from tests.bench import answers
from tests.bench.world import ACTIVITY, generate

FEW, ROOT = 100, Path(__file__).parents[2]
Taken = dict[str, dict[str, float]]


@frozen(kw_only=True)
class Line:
    """One line of the table: what was done, what it took, and what was asked of it."""

    row: str
    work: str
    seconds: float | None = None
    processor: float | None = None
    megabytes: float | None = None
    ratio: float | None = None
    of_processors: float | None = None
    """The same ratio of processor seconds, which other work on the machine changes less."""
    most: float | None = None
    """The most that the ratio, or where there is none the megabytes, is asked to be."""
    against: str = ""
    """What the ratio is to."""
    wrong: str = ""
    """By how many pence it differs from the exact answer, and in how many lines."""
    note: str = ""


@define(eq=False)
class Bench:
    """How large everything is, where it is, and what was already measured."""

    spells: int
    contracts: int
    compositions: int
    settles: str
    times: int
    folder: Path
    limit: float | None = None
    """So many seconds a run may take, if there is an end to it; then TimeoutExpired of ``subprocess``."""
    answers: dict[tuple[Any, ...], pl.DataFrame] = field(factory=dict)
    _done: dict[tuple[Any, ...], list[Taken]] = field(factory=dict)

    def activity(self, contracts: int, spells: int) -> Path:
        """The folder of so many spells of so many contracts, made if it is not there, and read once."""
        usual = (self.contracts, self.spells)
        name = "" if (contracts, spells) == usual else f"{spells}-{contracts}"
        made = self.folder / name
        made.mkdir(parents=True, exist_ok=True)
        generate(made, spells, contracts)
        for table in ACTIVITY:
            with (made / f"{table}.parquet").open("rb") as file:
                while file.read(2**24):  # so that the first to be measured does not wait for the disk
                    pass
        return made

    def once(self, way: str, *, contracts: int = 0, compositions: int = 0, spells: int = 0) -> list[Taken]:
        """What it took, each time; measured once, however many rows of the table ask."""
        key = (way, contracts or self.contracts, compositions or self.compositions, spells or self.spells)
        if key not in self._done:
            self.by_turns([key])
        return self._done[key]

    def by_turns(self, keys: list[tuple[Any, ...]], *, again: bool = False) -> None:
        """Measure several ways by turns: other work on the machine then meets all of them alike.

        What was measured before is measured ``again`` if it is to be held against the others here.
        """
        for key in keys if again else ():
            self._done.pop(key, None)
        missing = [key for key in keys if key not in self._done]
        folders = [self.activity(contracts, spells) for _, contracts, _, spells in missing]
        for _ in range(self.times):
            for key, folder in zip(missing, folders, strict=True):
                self._done.setdefault(key, []).append(self._run(key, folder))

    def key(self, way: str, contracts: int = 0, compositions: int = 0, spells: int = 0) -> tuple[Any, ...]:
        """What names a measurement."""
        return (way, contracts or self.contracts, compositions or self.compositions, spells or self.spells)

    def _run(self, key: tuple[Any, ...], folder: Path) -> Taken:
        way, contracts, compositions, _ = key
        with tempfile.TemporaryDirectory() as scratch:
            answer = Path(scratch) / "answer.parquet"
            told = {
                "way": way, "folder": str(folder), "contracts": contracts, "compositions": compositions,
                "settles": self.settles, "answer": str(answer),
                "changed": way.endswith(" changed"),
            }  # fmt: skip
            command = [sys.executable, "-m", "tests.bench.once", json.dumps(told)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=self.limit)
            if done.returncode:
                raise RuntimeError(f"{way} did not finish (status {done.returncode}):\n{done.stderr[-2000:]}")
            found = pl.read_parquet(answer)
        if key in self.answers and not found.equals(self.answers[key]):
            raise AssertionError(f"{way} gave two answers to one question")
        self.answers[key] = found
        taken: Taken = json.loads(done.stdout)
        return taken

    def same(self, first: tuple[Any, ...], second: tuple[Any, ...]) -> str:
        """That two ways gave the same answer, in every penny, unit and figure; AssertionError if they did not."""
        one, other = self.answers[first], self.answers[second]
        if not one.equals(other):
            pence, lines = answers.wrong_by(one, other)
            raise AssertionError(f"{first} and {second} differ by {pence:,} pence in {lines:,} lines, or in a figure")
        return "0"


def median(taken: list[Taken], step: str, what: str = "seconds") -> float:
    """The middle one of what a step took."""
    return statistics.median(one[step][what] for one in taken)


def ratios(above: list[Taken], below: list[Taken], step: str = "pay") -> dict[str, float]:
    """The middle one of the ratios to paying, turn by turn: by the clock, and of processor seconds."""

    def middle(what: str) -> float:
        pairs = zip(above, below, strict=True)
        return statistics.median(one[step][what] / other["pay"][what] for one, other in pairs)

    return {"ratio": middle("seconds"), "of_processors": middle("processor")}


def line(taken: list[Taken], step: str = "pay", **more: Any) -> Line:
    """A line of what a step took."""
    return Line(
        seconds=median(taken, step), processor=median(taken, step, "processor"),
        megabytes=max(one[step]["megabytes"] for one in taken), **more,
    )  # fmt: skip
