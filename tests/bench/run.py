"""Time the rules against the same payments written by hand, and write a table: ``python -m tests.bench.run``.

Without a row's name it runs all of them but the peers, which ``--peers`` adds. Every way runs in a process of its
own. It fails if two ways that are exact differ by a penny, a unit or a figure, and only reports how long they took.
At full size: ``python -m tests.bench.run --spells 20000000 --peers --page docs/reference/benchmark.md``.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

import attrs

from tests.bench import numbers as told
from tests.bench.bench import Bench
from tests.bench.rows import ROWS, SMALL
from tests.bench.table import markdown, page

_VERSIONS = ("polars", "narwhals", "duckdb", "pyspark")


def main(arguments: list[str]) -> None:
    """Measure, and say what came of it."""
    asked = _asked(arguments)
    if asked.saved:
        asked.page.write_text(page(json.loads(asked.saved.read_text())))
        return
    names = asked.rows or list(SMALL if asked.small else (name for name in ROWS if name != "peers"))
    names += ["peers"] if asked.peers and "peers" not in names else []
    folder = asked.folder or Path(tempfile.gettempdir()) / f"tallystick-bench-{asked.spells}-{asked.contracts}"
    bench = Bench(
        spells=asked.spells, contracts=asked.contracts, compositions=asked.compositions, settles=asked.settles,
        times=asked.times, folder=folder,
    )  # fmt: skip
    found = _machine() | {
        "spells": asked.spells, "contracts": asked.contracts, "settles": asked.settles, "times": asked.times,
        "lines": [],
    }  # fmt: skip
    for name in names:
        sys.stderr.write(f"{name} …\n")
        found["lines"] += [attrs.asdict(line) for line in ROWS[name](bench)]
        if asked.json:
            asked.json.write_text(json.dumps(found, indent=2) + "\n")
        if asked.page:
            asked.page.write_text(page(found))
    sys.stdout.write(markdown(found) + "\n")


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], metavar="row", help=f"{', '.join(ROWS)}; all")
    parser.add_argument(
        "--small", action="store_true", help="a million spells, 1,000 contracts, once: for every commit"
    )
    parser.add_argument("--peers", action="store_true", help="add the peers, installed into environments of their own")
    parser.add_argument("--spells", type=int)
    parser.add_argument("--contracts", type=int)
    parser.add_argument(
        "--compositions", type=int, default=50, choices=range(1, told.MOST_COMPOSITIONS + 1), metavar="N"
    )
    parser.add_argument("--settles", choices=("month", "quarter", "year"), default="year")
    parser.add_argument("--times", type=int)
    parser.add_argument("--folder", type=Path, help="where the activity is, or is to be made")
    parser.add_argument("--json", type=Path, help="a file to write the measures to")
    parser.add_argument("--page", type=Path, help="a page of the manual to write the table to")
    parser.add_argument("--saved", type=Path, help="measure nothing: write the page from what --json wrote before")
    asked = parser.parse_args(arguments)
    if asked.saved and not asked.page:
        parser.error("--saved is what a page is written from: say which, by --page")
    usual = {"spells": 1_000_000, "contracts": 1_000, "times": 1} if asked.small else {
        "spells": 20_000_000, "contracts": 10_000, "times": 3,
    }  # fmt: skip
    for name, value in usual.items():
        if getattr(asked, name) is None:
            setattr(asked, name, value)
    return asked


def _machine() -> dict[str, Any]:
    versions = {name: importlib.metadata.version(name) for name in _VERSIONS if _is_there(name)}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return {
        "when": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory} GB",
        "load": round(os.getloadavg()[0], 1),
        "versions": {"Python": platform.python_version(), **versions},
    }


def _is_there(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1:])
