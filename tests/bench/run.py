"""Time the rules against the query written by hand: ``python -m tests.bench.run --spells 1000000``.

Both pay the same spells, by turns, in one process; then each once more in a process of its own, for its memory.
It fails if they differ by a penny, a spell or a figure anywhere, and only reports how long they took.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import narwhals
import polars as pl

from tallystick.kernel import pay
from tests.bench import world as worlds
from tests.bench.by_hand import by_hand

_PLAIN, _FULL, _RULES = "by hand, money only", "by hand, with spells and figures", "rules"


def main(arguments: list[str]) -> None:
    """Generate if needed, compare, time, and say what came of it."""
    asked = _asked(arguments)
    folder = asked.folder or Path(tempfile.gettempdir()) / f"tallystick-bench-{asked.spells}-{asked.contracts}"
    if not (folder / "spells.parquet").exists():
        worlds.generate(folder, asked.spells, asked.contracts)
    world = worlds.World(folder, asked.contracts, asked.compositions, asked.settles)
    if asked.only:
        _hand(world, asked.only) if asked.only != _RULES else _runs(world)[0][_RULES]()
        sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))
        return
    runs, compose_seconds, read_seconds = _runs(world)
    _compare(world, runs)
    seconds, work = _timed(runs, asked.times)
    again = [*arguments, "--folder", str(folder)]
    found = {
        "spells": asked.spells, "contracts": asked.contracts, "compositions": asked.compositions,
        "settles": asked.settles, "when": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {pl.thread_pool_size()} threads", "python": platform.python_version(),
        "polars": pl.__version__, "narwhals": narwhals.__version__,
        "compose_seconds": compose_seconds, "read_seconds": read_seconds,
        "seconds": {name: statistics.median(taken) for name, taken in seconds.items()},
        "processor_seconds": {name: statistics.median(taken) for name, taken in work.items()},
        "peak_megabytes": {name: _peak(again, name) for name in runs},
    }  # fmt: skip
    ratios = {name: [rules / hand for rules, hand in zip(seconds[_RULES], seconds[name], strict=True)] for name in runs}
    found["ratio"] = {name: statistics.median(each) for name, each in ratios.items()}
    sys.stdout.write(_table(found) + "\n")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2) + "\n")


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__)
    parser.add_argument("--spells", type=int, default=1_000_000)
    parser.add_argument("--contracts", type=int, default=1_000)
    parser.add_argument("--compositions", type=int, default=20)
    parser.add_argument("--settles", choices=("month", "quarter", "year"), default="year")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the activity is, or is to be made")
    parser.add_argument("--json", type=Path, help="a file to write the measures to")
    parser.add_argument("--only", choices=(_PLAIN, _FULL, _RULES), help="run one of the three, and give its memory")
    return parser.parse_args(arguments)


def _hand(world: worlds.World, which: str, small: Mapping[str, pl.DataFrame] | None = None) -> pl.DataFrame:
    return by_hand(world.folder, small or world.small(), states=which == _FULL).collect(engine="streaming")


def _runs(world: worlds.World) -> tuple[dict[str, Callable[[], Any]], float, float]:
    """The three things to time, and how long it took to compose the rules and to read and prove the activity."""
    small, started = world.small(), time.perf_counter()
    program = world.program()
    composed = time.perf_counter()
    facts = world.facts()
    read = time.perf_counter()
    runs = {
        _PLAIN: lambda: _hand(world, _PLAIN, small),
        _FULL: lambda: _hand(world, _FULL, small),
        _RULES: lambda: (program, pay.read(program, facts)),
    }
    return runs, composed - started, read - composed


def _compare(world: worlds.World, runs: dict[str, Callable[[], Any]]) -> None:
    frame = runs[_FULL]()
    program, reading = runs[_RULES]()
    assert not reading.faults, reading.faults[:5]
    pence, spells = worlds.paid_by_rules(program, reading)
    assert pence == worlds.paid_by_hand(frame)
    assert spells == worlds.counted_by_hand(frame)
    assert worlds.figures_by_rules(reading) == worlds.figures_by_hand(frame)


def _timed(runs: dict[str, Callable[[], Any]], times: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Seconds by the clock and by the processor; by turns, since other work on the machine then meets all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    work: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(times):
        for name, run in runs.items():
            clock, processor = time.perf_counter(), time.process_time()
            run()
            seconds[name].append(time.perf_counter() - clock)
            work[name].append(time.process_time() - processor)
    return seconds, work


def _peak(arguments: list[str], name: str) -> int:
    command = [sys.executable, "-m", "tests.bench.run", *arguments, "--only", name]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _table(found: dict[str, Any]) -> str:
    lines = [
        f"{found['spells']:,} spells, {found['contracts']:,} contracts by {found['settles']}, "
        f"{found['compositions']} compositions; {found['machine']}; Polars {found['polars']}.",
        "The same pence, spells and figures throughout.",
        "", "| | seconds | of the processor | rules ÷ this | peak MB |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for name, seconds in found["seconds"].items():
        work, ratio, peak = found["processor_seconds"][name], found["ratio"][name], found["peak_megabytes"][name]
        lines.append(f"| {name} | {seconds:.2f} | {work:.2f} | {ratio:.2f} | {peak:,} |")
    lines += [
        "",
        f"Composing {found['compose_seconds']:.2f} s, reading and proving {found['read_seconds']:.2f} s; "
        "the memory of the rules is with both.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
