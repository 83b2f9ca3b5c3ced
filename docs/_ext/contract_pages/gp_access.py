"""The page of general practice paid by satisfaction with the wait: three ways to decide, and small samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from docs._ext.contract_pages.settling import block, replaced, settled
from tallystick.kernel.money import money_text
from tallystick.result import Result

WORKSPACE = "gp_access"
LINEAR = 'method = "linear"\nlower = "50%"\nupper = "70%"\n'
METHODS = {
    "linear": LINEAR,
    "step": 'method = "step"\nupper = "70%"\n',
    "lower bound": 'method = "lower bound"\nupper = "70%"\nbound = "wilson"\nz = "1.96"\n',
}
"""What stands in scheme.toml, for each way to decide."""

AT_THRESHOLD = {"practice-14": 50, "practice-23": 90, "practice-03": 100, "practice-22": 200}
"""All practices with exactly 70% satisfied, and how many answered."""

FEW = "practice-07"
THRESHOLD, Z = Fraction(7, 10), Fraction(196, 100)

HEADING = """\
# General practice paid by satisfaction with the wait

To improve access, “partial payment for a GP practice would only be released if a certain proportion of patients
confirmed they were satisfied with the waiting time before their appointment” (10 Year Health Plan working group:
finance and contracting, co-chairs' report, recommendation 5). The report gives no share, no threshold and no size of
sample. What has been paid is the capacity and access payment: 70% unconditional, 30% earned, up to £1.185 a head of the
adjusted population.

The workspace below has 36 practices, and comes with the package:

```bash
tallystick demo gp-access
```

**Prices a head and a point are published; everything else is made up:** the practices, the thresholds of 50% and 70%,
the smallest sample of 30, and every answer. About 100 patients answer in a practice, as in the national survey.

Who pays whom: the commissioner `ZQ1` pays each practice its core sum, 70% of £3.95 a weighted patient, and what its
quality points come to. The other 30% it pays month by month into a pot that it holds for the practice. When the year
ends the pot pays the practice what is released; what is not goes to a pot for shorter waits, and not back to the
commissioner, which would otherwise gain when patients are dissatisfied.

## Three ways to decide

`linear` releases nothing up to 50% satisfied, all from 70%, and in between along the line. `step` releases all from
70%, else nothing. `lower bound` releases all if even the lower end of the range of 95% is at 70%, else nothing; it is
compared exactly, without a root.

"""
NOTICE = """\
## What to notice

- The sample stands on the statement: how many answered, how many of them were satisfied, and the share.
- A share of 0% and no answers are two things: with no result, and with fewer than 30 answers, the money is *held*, and
  stays in the pot by name. *Released* and *returned* are the other two choices, and there is no default.
- The line moves a practice by little for each answer; a step moves it by everything for one.
- Quality points show the other way to pay: five indicators between two thresholds each, by list and prevalence. 80% of
  last year's payment comes by the month, and the balance at the end of June, in a run of that day or later.

## The statement of a practice with 20 answers

"""


def page() -> str:
    """The whole page as Markdown."""
    runs = {name: run(name) for name in METHODS}
    few = {name: run(name, smallest=20) for name in METHODS}
    return "".join([
        HEADING, block(by_method(runs)), "\n", _twenty(few), "\n", _at_threshold(runs), "\n", NOTICE,
        block(runs["linear"].statement(FEW).as_text()),
    ])  # fmt: skip


def run(method: str, *, smallest: int = 30) -> Result:
    """The workspace settled by one of the methods."""

    def change(folder: object) -> None:
        replaced("scheme.toml", LINEAR, METHODS[method])(folder)  # type: ignore[arg-type]
        replaced("scheme.toml", "smallest = 30", f"smallest = {smallest}")(folder)  # type: ignore[arg-type]

    return settled(WORKSPACE, change)


def went(found: Result, contract: str = "") -> dict[str, int]:
    """What was put into the pots of the practices, and where it went; of one practice or of all."""
    sums = {"into": 0, "released": 0, "shorter waits": 0}
    for line in found.settlement.lines:
        if line.label != "access" or (contract and line.contract != contract):
            continue
        if line.kind == "retention":
            sums["into"] += line.pence
        elif line.kind == "release":
            sums["released"] += line.pence
        elif line.kind == "forfeit":
            sums["shorter waits"] += line.pence
    sums["held"] = sums["into"] - sums["released"] - sums["shorter waits"]
    return sums


WORDS = {
    "into": "paid into the pots", "released": "released to practices", "shorter waits": "to the pot for shorter waits",
    "held": "held: few answers, or no result",
}  # fmt: skip


def by_method(runs: Mapping[str, Result]) -> str:
    """Where the money of all practices went, by method."""
    sums = {name: went(found) for name, found in runs.items()}
    return "\n".join(_table("36 practices", {WORDS[one]: [sums[name][one] for name in runs] for one in WORDS}, runs))


def _table(title: str, rows: Mapping[str, list[int]], heads: Mapping[str, object]) -> Iterator[str]:
    yield f"{title:<42}" + "".join(f"{one:>16}" for one in heads)
    for name, cells in rows.items():
        yield f"{name:<42}" + "".join(f"{money_text(one):>16}" for one in cells)


def _twenty(few: Mapping[str, Result]) -> str:
    released = {name: went(found, FEW)["released"] for name, found in few.items()}
    whole = went(few["linear"], FEW)["into"]
    table = "\n".join(_table("Released to the practice", {"15 of 20 satisfied": list(released.values())}, few))
    return (
        "## What if a practice with 20 answers were decided like the others?\n\n"
        f"`ZG07` has 20 answers, 15 of them satisfied. Below the smallest sample, {money_text(whole)} is held. If 20\n"
        f"answers were enough:\n\n{block(table)}\n"
        "Each answer is 5 points of the share and a quarter of the line: from 10 to 14 satisfied, one more or one\n"
        f"fewer moves about £{whole // 400:,}. The lower bound of 15 in 20 is 53%, so it releases nothing.\n"
    )


def _at_threshold(runs: Mapping[str, Result]) -> str:
    rows = {
        f"{name}, {answers} answers": [went(found, name)["released"] for found in runs.values()]
        for name, answers in AT_THRESHOLD.items()
    }
    table = "\n".join(_table("Released where exactly 70% are satisfied", rows, runs))
    lost = sum(cells[0] for cells in rows.values())
    needed = ", ".join(f"{satisfied_needed(answers)} of {answers}" for answers in AT_THRESHOLD.values())
    return (
        "## What does the lower bound take from practices exactly at the threshold?\n\n"
        f"All of it, whatever the number of answers: {money_text(lost)} from these four.\n\n{block(table)}\n"
        f"To be paid by the lower bound, {needed} have to be satisfied: the fewer\n"
        "answer, the more satisfied they have to be. Somebody pays for a small sample: with a step it is chance that\n"
        "decides, with the bound it is small practices that lose.\n"
    )


def satisfied_needed(answers: int) -> int:
    """The fewest satisfied patients whose lower bound reaches the threshold."""
    return min(satisfied for satisfied in range(answers + 1) if _reached(satisfied, answers))


def _reached(satisfied: int, answers: int) -> bool:
    beyond = satisfied + Z**2 / 2 - THRESHOLD * (answers + Z**2)
    by_chance = Z**2 * (satisfied * (answers - satisfied) + answers * Z**2 / 4)
    return beyond >= 0 and answers * beyond**2 >= by_chance
