"""Lines that are written part by part are those that are written at once, in the order of the rows."""

from __future__ import annotations

import itertools
from pathlib import Path

import polars as pl
import pytest

from tallystick.kernel import pay
from tallystick.kernel.pay.engines import blocks
from tallystick.kernel.program import compose
from tests.bench.world import World, generate
from tests.spec.drawn import Spells
from tests.spec.test_language_windows import UpTo
from tests.support import case, contract, framed_tables, rows_of, use


@pytest.mark.parametrize("rows", [700, 2_999])
def test_parts_add_up_to_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 640)
    generate(tmp_path, 3_000, 6)
    world = World(folder=tmp_path, contracts=6, compositions=3)
    program, facts = compose(world.case()), world.facts()
    whole = pl.concat(pay.line_frames(program, facts)).collect()
    parts = [pl.concat(frames).collect() for frames in pay.line_parts(program, facts, rows=rows)]
    order = ["table", "key", "label", "reason", "payer", "payee"]
    assert pl.concat(parts).sort(order).equals(whole.sort(order))
    spells = [part["key"] for part in parts if part["table"][0] == "spells"]
    assert len(spells) == -(-3_000 // rows)
    assert all(one.max() < other.min() for one, other in itertools.pairwise(spells))  # type: ignore[operator]


def test_rows_that_depend_on_others_are_one_part() -> None:
    """The limit is reached once, and not once for each part of the rows."""
    made = case(contract("A", use(UpTo, limit="£2.50"), settles="year"), tables=[Spells])
    spells = [{"spell": f"{n}", "discharged": f"2025-05-0{n}", "cost": "£1.00"} for n in range(1, 7)]
    program = compose(made)
    facts = framed_tables(program, rows_of(made, {"spells": spells}))
    lines = pl.concat([pl.concat(frames).collect() for frames in pay.line_parts(program, facts, rows=2)])
    assert dict(lines.select("key", "pence").iter_rows()) == {"1": 100, "2": 100, "3": 50}
