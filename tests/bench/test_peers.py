"""The peers: what holds an answer against the exact one, and the loop with Fraction, which is exact like ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl

from tests.bench import answers
from tests.bench import world as worlds
from tests.bench.by_hand import by_hand
from tests.bench.peers import joined, running

SPELLS, CONTRACTS = 3_000, 60


def test_a_loop_in_plain_python_pays_what_the_query_written_by_hand_pays(tmp_path: Path) -> None:
    worlds.generate(tmp_path, SPELLS, CONTRACTS)
    world = worlds.World(tmp_path, CONTRACTS)
    joined.write(world, tmp_path)
    answer = tmp_path / "answer.csv"
    script = Path(running.__file__).parent / "fraction_loop.py"
    command = [sys.executable, str(script), json.dumps(running.told_to(tmp_path, tmp_path, answer))]
    subprocess.run(command, check=True, capture_output=True)
    exact = answers.of_frames(*by_hand(tmp_path, world.small()))
    found = running.paid(answer)
    assert answers.wrong_by(found, exact) == (0, 0)
    assert answers.flows_in(found) == answers.flows_in(exact)


def test_pence_that_are_wrong_are_counted_line_by_line_and_never_set_off_against_each_other() -> None:
    exact = _answer(("A", "price", 100), ("B", "price", 200), ("C", "price", 7), ("A", "held", 5))
    found = _answer(("A", "price", 103), ("B", "price", 197), ("D", "price", 1))
    assert answers.wrong_by(found, exact) == (14, 4)  # 3 + 3 + 7 + 1; what is held it does not say at all
    assert answers.wrong_by(exact, exact) == (0, 0)


def _answer(*lines: tuple[str, str, int]) -> pl.DataFrame:
    rows = [("pence", contract, flow, "", pence) for contract, flow, pence in lines]
    return pl.DataFrame(rows, schema=answers.KINDS, orient="row")
