"""Making an environment for each peer, running it there, and holding it against the exact answer."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from tests.bench import answers
from tests.bench import numbers as told
from tests.bench.bench import Bench, Line
from tests.bench.peers import joined
from tests.bench.world import World

ROWS, CONTRACTS = 200_000, 1_000
_MILLION = 1_000_000
_HERE = Path(__file__).parent

PAYEES = {
    "provider": "premium to the provider", "local authority": "premium to the authority",
    told.SCHOOLS: "premium to an organisation",
}  # fmt: skip


@frozen
class Peer:
    """One other way: its script, what its environment holds, and what it leaves out of the task."""

    title: str
    script: str
    packages: tuple[str, ...]
    leaves_out: str


PEERS = (
    Peer("a Python loop with Fraction", "fraction_loop", ("pyarrow",), "units and figures"),
    Peer("pandas, with floats as an analyst writes them", "pandas_script", ("pandas", "pyarrow"), "units and figures"),
    Peer(
        "OpenFisca-core", "openfisca_spells", ("openfisca-core", "pandas", "pyarrow"),
        "reading and joining tables (it is given joined rows), which answer counts, people, contacts, units and "
        "figures",
    ),
    Peer(
        "zen-engine", "zen_engine", ("zen-engine", "pyarrow"),
        "reading and joining tables (it is given joined rows), adding up (Python does), people, contacts, units and "
        "figures",
    ),
)  # fmt: skip


def rows(of: Bench) -> list[Line]:
    """A line for each peer: time for a million spells, memory, and by how many pence it is wrong."""
    spells = min(of.spells, ROWS)
    world = World(of.activity(CONTRACTS, spells), CONTRACTS, of.compositions, of.settles)
    lines = []
    for way, title in (("polars", "by hand, lazy Polars"), ("duckdb", "by hand, DuckDB SQL"), ("tallystick", "ours")):
        taken = of.once(way, contracts=CONTRACTS, spells=spells)
        key, by_hand = (of.key(one, contracts=CONTRACTS, spells=spells) for one in (way, "polars"))
        lines.append(
            _line(taken[0]["pay"], spells, f"{title}: all six rules, units and figures", of.same(key, by_hand))
        )
    exact = of.answers[by_hand]
    with tempfile.TemporaryDirectory() as scratch:
        joined.write(world, Path(scratch))
        lines += [_peer(peer, of.folder / "environments", Path(scratch), world, exact, spells) for peer in PEERS]
    return lines


def _peer(peer: Peer, environments: Path, folder: Path, world: World, exact: pl.DataFrame, spells: int) -> Line:
    """Run it, unless its environment cannot be made here: then that is said."""
    python = environments / peer.script / "bin" / "python"
    try:
        made = python.parents[1] / "installed"
        if not made.exists():
            venv.create(python.parents[1], with_pip=True, clear=True)
            command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.packages]
            subprocess.run(command, check=True, capture_output=True)
            made.write_text(" ".join(peer.packages))
    except subprocess.CalledProcessError as error:
        return Line(row="peers", work=peer.title, note=f"not measured: {error.stderr.decode().strip()[-200:]}")
    answer = folder / f"{peer.script}.csv"
    command = [str(python), str(_HERE / f"{peer.script}.py"), json.dumps(told_to(folder, world.folder, answer))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{peer.title} did not finish:\n{done.stderr[-2000:]}")
    found = paid(answer)
    pence, lines = answers.wrong_by(found, exact)
    version = _version(python, peer.packages[0])
    all_lines = exact.filter((pl.col("kind") == "pence") & pl.col("name").is_in(sorted(answers.flows_in(found)))).height
    wrong = f"{pence:,}, in {lines:,} of {all_lines:,} lines" if pence else "0"
    return _line(json.loads(done.stdout), spells, f"{peer.title}{version}", wrong, f"leaves out {peer.leaves_out}")


def paid(answer: Path) -> pl.DataFrame:
    """The answer that a script wrote."""
    found = pl.read_csv(answer, schema_overrides={"contract": pl.String, "body": pl.String, "pence": pl.Int64})
    return answers.of_frames(found, pl.DataFrame(schema=dict.fromkeys(("contract", "figure", "value"), pl.String)))


def _line(taken: dict[str, float], spells: int, work: str, wrong: str, note: str = "") -> Line:
    million = _MILLION / spells
    return Line(
        row="peers", work=f"{work}; {spells:,} spells, time for a million", seconds=taken["seconds"] * million,
        processor=taken["processor"] * million, megabytes=taken["megabytes"], wrong=wrong, note=note,
    )  # fmt: skip


def _version(python: Path, package: str) -> str:
    if package == "pyarrow":
        return f" {sys.version_info.major}.{sys.version_info.minor}"
    code = f"import importlib.metadata; print(importlib.metadata.version({package!r}), end='')"
    return " " + subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True).stdout


def told_to(folder: Path, activity: Path, answer: Path) -> dict[str, Any]:
    return {
        "folder": str(folder), "activity": str(activity), "answer": str(answer),
        "as_at": (told.AS_AT - datetime.date(1970, 1, 1)).days, "as_at_day": told.AS_AT.isoformat(),
        "census": told.CENSUS.isoformat(), "question": told.QUESTION, "standard": told.STANDARD,
        "surgery": told.SURGERY, "geriatrician": told.GERIATRICIAN, "most_hours": told.MOST_HOURS,
        "hip_fracture": told.HIP_FRACTURE, "transport": told.TRANSPORT, "categories": told.CATEGORIES,
        "payees": PAYEES, "service": told.SERVICE, "visit": told.VISIT,
    }  # fmt: skip
