"""The page of the budget for high intensity users: who it is set by, and what a heavier year does."""

from __future__ import annotations

import csv
import importlib.resources
import io
from collections.abc import Callable
from pathlib import Path
from textwrap import fill

from docs._ext.contract_pages.settling import block, replaced, settled
from tallystick.kernel.money import money_text
from tallystick.result import Result
from tallystick_examples.make_high_intensity_users import PEOPLE, SHARE, write

WORKSPACE = "high_intensity_users"
CONTRACT = "high-intensity-users"
FILE = f"contracts/{CONTRACT}.toml"
MORE = 20

Change = Callable[[Path], object] | None
BY_NEXT_YEAR, BY_SELECTING_YEAR = "£2,009", "£6,686"
OVERPAID: Change = replaced(FILE, f'each = "{BY_NEXT_YEAR}"', f'each = "{BY_SELECTING_YEAR}"')

HEADING = """\
# A budget for the people who use hospitals most

*Around 7% of the population*, with several needs at once, are *associated with 46% of hospital costs*, and nobody is
accountable for their care as a whole (10 Year Health Plan working group: finance and contracting, co-chairs' report,
February 2025). The group recommends to explore *population budgets held by single provider organisations*, with these
people as the first cohort (recommendation 12), and to pay for their unplanned hospital episodes by activity
(recommendation 14).

The workspace below is such a budget for one place, and comes with the package:

```bash
tallystick demo high-intensity-users
```

**The 7% and the 46% are published, and so is the quarter of Denver below; nothing else is.** The working group names
no budget, no price and no limit. People, spells, sums and the body that holds the budget are made up.

Who pays whom: the commissioner `ZQ1` pays the accountable provider `ZP1` £2,009 a year for each person of the
segment, for the days on which they are in it. `ZP1` pays the hospitals `ZH1` and `ZH2` the activity price of every
unplanned spell of these people. What is left stays with `ZP1`; what is missing it bears up to £50,000, and the
commissioner bears the rest. `ZP1` has a ward of its own: treating its own people there is an internal charge, shown
and paid to nobody. The fixed elements of the two hospitals and of the ward are cut by 350 × £2,009, so that the
commissioner does not pay for the same care twice.

"""
SELECTED = """\
## The year that selects people does not describe them

In `data/history.csv` stands what the care of each of {people:,} people cost in two years, all of it and its unplanned
part.

| the {heavy} who cost most in | share of cost | times the average | again next year | unplanned, each | a year later |
|---|---|---|---|---|---|
| 2023/24 | {share0} | {times0} | {again} | {sel0} | **{next0}** |
| 2024/25, who are the segment | {share1} | {times1} | | **{sel1}** | what is to be budgeted |

46% of cost for 7% of people is 6.57 times the average (46 ÷ 7), but in the year by which they were chosen. Many were
in it by one bad year. In a group in Denver just over a quarter of high users were high users again a year later; the
made-up people here were drawn to behave like that. So the budget of 2025/26 is set by what the care of people
*identified in the same way a year before* cost in the year *after*: £2,009 each, and not £6,686.

"""
QUESTIONS: tuple[tuple[str, Change, str], ...] = (
    (
        "As it was: the budget is set by next-year cost",
        None,
        "Care came to a little more than the budget: what is left in cash does not pay for `ZP1`'s own ward. The loss "
        "of {lost} is within its limit. Eighteen people died or moved away; the {days} days on which they were not in "
        "the segment bring no budget, which is {unpaid} less than the hospitals and the ward gave up.",
    ),
    (
        "What if the budget is set by the cost of the year that selected the people?",
        OVERPAID,
        "The commissioner pays {overpaid} more. Hospitals are paid the same to the penny, for the same spells; all of "
        "it stays with `ZP1`, which did nothing for it. It would look like a saving of {saved}%.",
    ),
    (
        "What if these people need a fifth more unplanned care than expected?",
        lambda folder: write(folder, MORE),
        "The budget does not move. Hospitals are paid {hospitals} more, by activity; `ZP1` loses its £50,000, and "
        "the commissioner bears the other {borne}. Without a limit `ZP1` would have to find it, and with one of £0 it "
        "would have no reason to keep anybody at home.",
    ),
)  # fmt: skip
NOTICE = """\
## What to notice

- The spells of these people belong to the contract that holds the budget, by a claim of their cohort in
  `assign.toml`, which goes before the contract of the hospital. The hospital's fixed element does not cover them, and
  nothing is paid twice: the statement shows every spell in one state.
- Who has left the segment is claimed no longer: from the next day their spells are covered by the hospital's fixed
  element again.
- A spell goes by the day of discharge. Whoever is in hospital on 1 April belongs to the segment with the whole stay.
- The loss counts `ZP1`'s own ward at the activity price, because the contract says so (`own_care_counts`). Without it
  a provider that treats its people itself would look as if it had saved their cost.
- The cut of the fixed elements is agreed once, and does not follow the people who leave.

## The statement of the budget

"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [HEADING, SELECTED.format(**selected())]
    base = settled(WORKSPACE)
    for question, change, answer in QUESTIONS:
        found = base if change is None else settled(WORKSPACE, change)
        parts.append(f"## {question}\n\n{table(found)}\n{fill(answer.format(**answers(base, found)), 120)}\n\n")
    return "".join([*parts, NOTICE, block(base.statement(CONTRACT).as_text())])


def history() -> list[dict[str, str]]:
    """What each person's care cost, as the workspace ships it."""
    file = importlib.resources.files("tallystick_examples").joinpath(f"{WORKSPACE}/data/history.csv")
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


def selected() -> dict[str, object]:
    """The heaviest users of both years: their share, and what their unplanned care came to."""
    people = history()
    pence = {
        (row["person"], name): int(row[name].replace(".", "")) for row in people for name in row if name != "person"
    }
    heavy: dict[str, list[str]] = {}
    said: dict[str, object] = {"people": PEOPLE, "heavy": PEOPLE * SHARE // 100}
    for place, year in enumerate(("2023", "2024")):
        every = {row["person"]: pence[row["person"], f"total_{year}_pounds"] for row in people}
        heavy[year] = sorted(every, key=lambda person: (-every[person], person))[: PEOPLE * SHARE // 100]
        theirs, whole = sum(every[person] for person in heavy[year]), sum(every.values())
        said[f"share{place}"] = _tenths(theirs * 1000, whole) + "%"
        said[f"times{place}"] = _tenths(theirs * 10 * PEOPLE, whole * len(heavy[year]))
        unplanned = sum(pence[person, f"unplanned_{year}_pounds"] for person in heavy[year])
        said[f"sel{place}"] = money_text(_half_up(unplanned, len(heavy[year])))
    later = sum(pence[person, "unplanned_2024_pounds"] for person in heavy["2023"])
    said["next0"] = money_text(_half_up(later, len(heavy["2023"])))
    both = len(set(heavy["2023"]) & set(heavy["2024"]))
    said["again"] = f"{both}: {_tenths(both * 1000, len(heavy['2023']))}%"
    return said


def moved(found: Result) -> dict[tuple[str, str], int]:
    """Pence by payer and payee under the budget's contract, and what is shown beside it."""
    sums: dict[tuple[str, str], int] = {}
    for line in found.settlement.lines:
        if line.contract == CONTRACT:
            key = (line.payer, line.payee) if line.kind != "adjustment" else ("above the limit", line.payee)
            sums[key] = sums.get(key, 0) + line.pence * (1 if line.payee != "ZQ1" else -1)
    for one in found.settlement.reading.figures:
        if one.contract == CONTRACT:
            sums["shown", one.name] = sums.get(("shown", one.name), 0) + int(one.value)
    return sums


def table(found: Result) -> str:
    """What the year came to, a line each."""
    sums = moved(found)
    others = sums["ZP1", "ZH1"] + sums["ZP1", "ZH2"]
    own = sums["shown", "own treatment of the segment"]
    borne = sum(pence for (payer, _), pence in sums.items() if payer == "above the limit")
    rows = (
        ("budget, from the commissioner", sums["ZQ1", "ZP1"]),
        ("paid to hospital `ZH1`", -sums["ZP1", "ZH1"]),
        ("paid to hospital `ZH2`", -sums["ZP1", "ZH2"]),
        ("loss above £50,000, from the commissioner", borne),
        ("**left with `ZP1`, in cash**", sums["ZQ1", "ZP1"] - others + borne),
        ("its own ward for these people, an internal charge", -own),
        ("**left after its own ward**", sums["ZQ1", "ZP1"] - others + borne - own),
    )
    return "\n".join(["| | 2025/26 |", "|---|---|", *(f"| {says} | {money_text(pence)} |" for says, pence in rows), ""])


def answers(base: Result, found: Result) -> dict[str, str]:
    """The numbers of the sentences below the tables."""
    was, now = moved(base), moved(found)
    spent = was["ZP1", "ZH1"] + was["ZP1", "ZH2"] + was["shown", "own treatment of the segment"]
    days = PEOPLE * SHARE // 100 * 365 - was["shown", "person-days in the segment"]
    overpaid = now["ZQ1", "ZP1"] - was["ZQ1", "ZP1"]
    given_up = PEOPLE * SHARE // 100 * int(BY_NEXT_YEAR.strip("£").replace(",", "")) * 100
    hospitals = sum(now["ZP1", name] - was["ZP1", name] for name in ("ZH1", "ZH2"))
    borne = sum(pence for (payer, _), pence in now.items() if payer == "above the limit")
    return {
        "lost": money_text(spent - was["ZQ1", "ZP1"]), "days": f"{days:,}",
        "unpaid": money_text(given_up - was["ZQ1", "ZP1"]), "overpaid": money_text(overpaid),
        "saved": str(_half_up((now["ZQ1", "ZP1"] - spent) * 100, now["ZQ1", "ZP1"])),
        "hospitals": money_text(hospitals), "borne": money_text(borne),
    }  # fmt: skip


def _half_up(above: int, below: int) -> int:
    return (2 * above + below) // (2 * below)


def _tenths(above: int, below: int) -> str:
    """A quotient in tenths, written with one decimal."""
    tenths = _half_up(above, below)
    return f"{tenths // 10}.{tenths % 10}"
