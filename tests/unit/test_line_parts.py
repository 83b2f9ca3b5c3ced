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
