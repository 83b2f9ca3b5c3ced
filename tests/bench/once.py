"""One way of paying, once, in a process of its own: ``python -m tests.bench.once '{"way": "polars", …}'``.

Writes what it took as JSON, each step with its seconds by the clock and of the processor and the most memory that
the process held during it; and the answer as a file, so that ways can be compared.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from attrs import define, evolve, field

from tallystick.files.remembered import VARIABLE
from tallystick.kernel import check, pay
from tallystick.kernel.facts import Facts
from tallystick.kernel.pay.kept import Kept
from tallystick.kernel.settlement import settle
from tests.bench import answers
from tests.bench.world import World


@define
class Steps:
    """What each step of a run took."""

    taken: dict[str, dict[str, float]] = field(factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what is done inside."""
        _forget_peak()
        clock, processor = time.perf_counter(), time.process_time()
        yield
        self.taken[name] = {
            "seconds": time.perf_counter() - clock, "processor": time.process_time() - processor,
            "megabytes": _peak(),
        }  # fmt: skip


def _forget_peak() -> None:
    """Begin to look for the most memory anew, where the system can; else it is the most of the whole process."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _peak() -> float:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def run(way: str, world: World, steps: Steps) -> pl.DataFrame:
    """Do it one way, and give the answer; a way may be ``changed``, as the world then is."""
    way = way.removesuffix(" changed")
    if way == "polars":
        from tests.bench.by_hand import by_hand
    elif way == "duckdb":
        from tests.bench.by_hand_duckdb import by_hand
    else:
        return _tallystick(way.removeprefix("tallystick").strip(), world, steps)
    small = world.small()
    with steps.step("pay"):
        found = by_hand(world.folder, small)
    return answers.of_frames(*found)


def _tallystick(engine: str, world: World, steps: Steps) -> pl.DataFrame:
    """Checks, then a settlement; ``again`` settles once more with a number changed, ``reference`` reads row by row.

    ``remembered`` checks the same files a second time, when what was found of them is remembered.
    """
    case = world.case()
    with steps.step("checks"):
        facts: Mapping[str, Facts] = world.facts()
    if engine == "remembered":
        with tempfile.TemporaryDirectory() as cache:
            os.environ[VARIABLE] = cache
            world.facts()
            with steps.step("remembered"):
                facts = world.facts()
    if engine == "reference":
        rows = {name: list(table.records()) for name, table in facts.items()}
        program = world.program()
        with steps.step("pay"):
            reading = check.read(program, rows)
        return answers.of_reading(program, reading)
    if engine in ("duckdb", "spark"):
        facts = pay.engines.on_engine(facts, engine)
    marks: list[tuple[str, float]] = []
    kept = Kept()
    with steps.step("pay"):
        found = settle(
            case,
            facts,
            reference_rows=0,
            progress=lambda said, *_: marks.append((said, time.perf_counter())),
            kept=kept,
        )
    assert not found.stopped, list(found.stopped.items())[:3]
    for (name, began), (_, ended) in itertools.pairwise(marks):
        steps.taken["pay"][name] = ended - began
    if engine == "again":
        changed = evolve(world, changed=True).case()
        with steps.step("again"):
            found = settle(changed, facts, reference_rows=0, kept=kept)
    return answers.of_reading(found.program, found.reading)


def main(arguments: list[str]) -> None:
    """Run what is asked for, and say what it took."""
    os.environ[VARIABLE] = "off"  # what is measured as checked is checked
    asked: dict[str, Any] = json.loads(arguments[0])
    answer, way = asked.pop("answer"), asked.pop("way")
    world, steps = World(**{**asked, "folder": Path(asked["folder"])}), Steps()
    found = run(way, world, steps)
    if answer:
        found.write_parquet(answer)
    sys.stdout.write(json.dumps(steps.taken))


if __name__ == "__main__":
    main(sys.argv[1:])
