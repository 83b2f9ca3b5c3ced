"""The rows of the table, each by its name: what is measured, and what is asked of it."""

from __future__ import annotations

import importlib.util
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.bench import bench, peers
from tests.bench.bench import Bench, Line, line, median, ratios

MOST = {
    "hand": 1.25, "megabytes": 1_000, "megabytes of more rows": 1_500, "checks": 3.0, "contracts": 1.4,
    "compositions": 1.5, "rows": 3.2, "again": 0.7, "import": 1.0, "help": 1.5,
}  # fmt: skip
"""What is asked for, at 20 million spells and 10,000 contracts on two cores."""

REFERENCE = 100_000
"""So many spells the reference reads, row by row."""

ENGINE_SECONDS = 3_600
"""A run of an engine is given up after this."""


def hand(of: Bench) -> list[Line]:
    """Ours against what is written by hand, and its memory."""
    ours, polars, duckdb = of.key("tallystick"), of.key("polars"), of.key("duckdb")
    of.by_turns([polars, duckdb, ours])
    of.same(polars, duckdb)
    same = of.same(ours, polars)
    by, sql, rules = of.once("polars"), of.once("duckdb"), of.once("tallystick")
    parts = ", ".join(f"{name} {median(rules, 'pay', name):.2f} s" for name in ("composing", "paying", "checking"))
    about = f"{of.spells:,} spells, {of.contracts:,} contracts, {of.compositions} compositions"
    return [
        line(by, row="hand", work=f"by hand, lazy Polars: {about}", wrong=same),
        line(sql, row="hand", work="by hand, DuckDB SQL", **ratios(sql, by), against="Polars by hand", wrong=same),
        line(rules, row="hand", work="Tallystick: contracts composed, paid, checked, in a ledger", wrong=same,
             **ratios(rules, by), most=MOST["hand"], against="Polars by hand", note=parts),
        Line(row="hand", work="of this, paying alone", seconds=median(rules, "pay", "paying"),
             ratio=statistics.median(r["pay"]["paying"] / h["pay"]["seconds"] for r, h in zip(rules, by, strict=True)),
             against="Polars by hand"),
        Line(row="hand", work="Tallystick: memory while paying", megabytes=max(t["pay"]["megabytes"] for t in rules),
             most=MOST["megabytes"], note="in a process that checked the input before"),
    ]  # fmt: skip


def checks(of: Bench) -> list[Line]:
    """The checks of the input, and what is remembered of them."""
    rules, known = of.once("tallystick"), of.once("tallystick remembered")
    same = of.same(of.key("tallystick remembered"), of.key("tallystick"))
    return [
        line(rules, "checks", row="checks", work="types, bounds, dates, codes, duplicate keys of all six tables",
             **ratios(rules, rules, "checks"), most=MOST["checks"], against="paying"),
        line(known, "remembered", row="checks", work="the same files once more, remembered by content hash", wrong=same,
             **ratios(known, known, "remembered"), against="paying"),
    ]  # fmt: skip


def contracts(of: Bench) -> list[Line]:
    """Many contracts instead of a few."""
    return _against(of, "contracts", "tallystick", of.key("tallystick"), of.key("tallystick", contracts=bench.FEW),
                    f"{of.contracts:,} contracts instead of {bench.FEW}")  # fmt: skip


def compositions(of: Bench) -> list[Line]:
    """Many compositions instead of one, which holds all the rules."""
    return _against(of, "compositions", "tallystick", of.key("tallystick"), of.key("tallystick", compositions=1),
                    f"{of.compositions} compositions instead of 1")  # fmt: skip


def rows(of: Bench) -> list[Line]:
    """Three times the rows."""
    many = 3 * of.spells
    found = _against(of, "rows", "tallystick", of.key("tallystick", spells=many), of.key("tallystick"),
                     f"{many:,} spells instead of {of.spells:,}")  # fmt: skip
    held = max(one["pay"]["megabytes"] for one in of.once("tallystick", spells=many))
    more = "megabytes of more rows"
    return [*found, Line(row="rows", work=f"memory of {many:,} spells while paying", megabytes=held, most=MOST[more])]


def _against(of: Bench, row: str, way: str, key: Any, other: Any, work: str) -> list[Line]:
    """One run of ours against another, each with the answer of what is written by hand for it."""
    by_hand, by_hand_too = (("polars", *one[1:]) for one in (key, other))
    of.by_turns([key, other, by_hand, by_hand_too], again=True)
    of.same(key, by_hand)
    same = of.same(other, by_hand_too)
    taken, taken_too = (of.once(way, contracts=c, compositions=n, spells=s) for _, c, n, s in (key, other))
    hand, hand_too = (of.once("polars", contracts=c, compositions=n, spells=s) for _, c, n, s in (key, other))
    return [
        line(taken, row=row, work=work, **ratios(taken, taken_too), most=MOST[row], against="itself", wrong=same),
        line(hand, row=row, work="the same by hand, Polars", **ratios(hand, hand_too), against="itself", wrong=same),
    ]


def again(of: Bench) -> list[Line]:
    """Settled once more in the same process, with one number changed."""
    taken = of.once("tallystick again")
    of.once("polars changed")
    same = of.same(of.key("tallystick again"), of.key("polars changed"))
    return [line(taken, "again", row="again", work="settled again with one number changed, in the same process",
                 **ratios(taken, taken, "again"), most=MOST["again"], against="the first", wrong=same)]  # fmt: skip


def start(of: Bench) -> list[Line]:
    """How long it takes to begin."""

    def seconds(*command: str) -> float:
        taken = []
        for _ in range(max(5, of.times)):
            began = time.perf_counter()
            subprocess.run(command, cwd=bench.ROOT, check=True, capture_output=True)
            taken.append(time.perf_counter() - began)
        return statistics.median(taken)

    empty, polars, ours = (seconds(sys.executable, "-c", code) for code in ("0", "import polars", "import tallystick"))
    program = shutil.which("tallystick")
    command = [program] if program else [sys.executable, "-c", "from tallystick.command import main; main()"]
    helped = seconds(*command, "--help")
    return [
        Line(row="start", work="python -c 'import polars'", seconds=polars, note=f"an empty Python: {empty:.2f} s"),
        Line(row="start", work="python -c 'import tallystick'", seconds=ours, ratio=ours / polars, most=MOST["import"],
             against="import polars"),
        Line(row="start", work="tallystick --help", seconds=helped, ratio=helped / polars, most=MOST["help"],
             against="import polars"),
    ]  # fmt: skip


def engines(of: Bench) -> list[Line]:
    """Each engine against the reference on some rows, and against what is written by hand on all of them."""
    few = min(of.spells, REFERENCE)
    compared = of.once("tallystick reference", contracts=bench.FEW, spells=few)
    lines = [line(compared, row="engines", work=f"the reference, row by row: {few:,} spells", note="the exact answer")]
    of.once("polars")
    of.limit = ENGINE_SECONDS
    for name in ("polars", "duckdb", "spark"):
        why = _cannot(name)
        way = "tallystick" if name == "polars" else f"tallystick {name}"
        for contracts, spells, exact in ((bench.FEW, few, "tallystick reference"), (of.contracts, of.spells, "polars")):
            work = f"{name}: {spells:,} spells, {contracts:,} contracts"
            try:
                taken = None if why else of.once(way, contracts=contracts, spells=spells)
            except subprocess.TimeoutExpired:
                why = f"it did not finish in {ENGINE_SECONDS:,} s"
            if why:
                lines.append(Line(row="engines", work=work, note=f"not measured: {why}"))
            elif taken:
                same = of.same(*(of.key(one, contracts=contracts, spells=spells) for one in (way, exact)))
                against = exact if exact != "polars" else "what is written by hand"
                lines.append(line(taken, row="engines", work=work, wrong=same, note=f"against {against}"))
    of.limit = None
    return lines


def _cannot(engine: str) -> str:
    """Why an engine cannot be measured here; empty if it can."""
    if importlib.util.find_spec({"spark": "pyspark"}.get(engine, engine)) is None:
        return "it is not installed"
    return "there is no Java here" if engine == "spark" and shutil.which("java") is None else ""


ROWS: Mapping[str, Callable[[Bench], list[Line]]] = {
    "hand": hand, "checks": checks, "contracts": contracts, "compositions": compositions, "rows": rows, "again": again,
    "start": start, "engines": engines, "peers": peers.rows,
}  # fmt: skip
"""Every row by its name."""

SMALL = ("hand", "checks")
"""What is measured where there is little time."""
