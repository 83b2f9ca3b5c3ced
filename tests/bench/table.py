"""The table as Markdown, from what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

HEAD = (
    "row", "work", "seconds", "processor seconds", "peak MB", "ratio", "of processor seconds", "asked", "pence wrong",
    "remarks",
)  # fmt: skip


def markdown(found: Mapping[str, Any]) -> str:
    """The table and what it was measured on."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    times = "once" if found["times"] == 1 else f"{found['times']} times by turns"
    busy = f" Other work went on (load {found['load']} at the start)" if found["load"] > 1 else ""
    if busy:
        busy += ": trust processor seconds, and not the clock."
    lines = [
        f"Measured {found['when'][:10]} on {found['machine']}; {versions}.",
        f"{found['spells']:,} spells, {found['contracts']:,} contracts settled by the {found['settles']}, each "
        f"measured {times}, in a process of its own; ratios are the middle one of the turns.{busy}",
        "", f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}",
        *(f"| {' | '.join(_cells(line))} |" for line in found["lines"]), "",
    ]  # fmt: skip
    return "\n".join(lines)


def _cells(line: Mapping[str, Any]) -> Sequence[str]:
    ratio, most = line["ratio"], line["most"]
    asked = "" if most is None else f"{most:,} MB" if ratio is None else f"{most:,} ×"
    megabytes = "" if line["megabytes"] is None else f"{line['megabytes']:,.0f}"
    return (
        f"`{line['row']}`", line["work"], _number(line["seconds"]), _number(line["processor"]), megabytes,
        "" if ratio is None else f"{ratio:.2f} × {line['against']}", _number(line["of_processors"]), asked,
        line["wrong"], line["note"],
    )  # fmt: skip


def _number(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:,.2f}"


PAGE = """\
---
orphan: true
---

# How fast, and how exact

Ours against the best queries that we could write by hand for the same figures, and against other engines, to the penny.
Written by `python -m tests.bench.run --peers --page docs/reference/benchmark.md`, from a clone with the test tools
installed; `--spells 1000000` makes it smaller, a row's name (`python -m tests.bench.run compositions`) measures it
alone, and `--small` is what every commit runs. It fails on a penny and never on time.

The activity is synthetic and seeded. Each contract has its own numbers, and its own choice of these rules:
[`admitted-spell`](rules/admitted-spell.md), [`best-practice-tariff`](rules/best-practice-tariff.md),
[`patient-experience`](rules/patient-experience.md), [`discharge-cost-transfer`](rules/discharge-cost-transfer.md),
[`pupil-premium`](rules/pupil-premium.md) and [`simple-incentive`](rules/simple-incentive.md). For ten spells there are
five contacts, four entries of people at four censuses, and about three answers. *Asked* is the most that a ratio, or
memory, should be at 20 million spells and 10,000 contracts on two cores; smaller sizes carry the same costs that do not
grow with rows.
"""


def page(found: Mapping[str, Any]) -> str:
    """The manual's page."""
    return f"{PAGE}\n{markdown(found)}"
