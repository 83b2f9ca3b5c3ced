"""The page of the year of care: the cohort as it is found, and two questions answered by settling changed copies."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from datetime import date

from attrs import frozen

from docs._ext.contract_pages.settling import block, section, settled
from tallystick.kernel.money import money_text
from tallystick.result import Result
from tallystick_examples.make_bnssg_multimorbidity import FIRST, QUARTERS, write

WORKSPACE = "bnssg_multimorbidity"
CONTRACT, PLACE = "several-conditions", "weighted-heads"
OFF_THE_BLOCK, TO_THE_PRACTICES = 260_000_000, 220_000_000
"""Pence a year, as the contract has them."""

MONTHS = tuple(date(2026 + (month < 4), month, 1) for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3))

HEADING = """\
# A year of care for people with several conditions

Bristol, North Somerset and South Gloucestershire (BNSSG) have a plan that begins with about 5,300 people aged 20 to 64
who have three or more of hypertension, diabetes, anxiety, depression and chronic pain. First they mean to bring
together what primary care and community services are paid for care coordination, digital self-management and social
prescribing; all of that is to inform a year of care payment (NHS Confederation, *Reforming financial flows: lessons
from systems*, Bristol, North Somerset and South Gloucestershire ICS).

The workspace below has that shape, and comes with the package:

```bash
tallystick demo bnssg-multimorbidity
```

**Published** are the ages, the five conditions, three or more of them, the three services, and about 5,300 people.
The workspace has 5,300 as the year begins. **Everything else is an illustration**: segments, amounts,
what is replaced, how many join and leave, and every person. No payment has been agreed or published.

Who pays whom: the commissioner `ZQ1` pays community services, `ZP1`, for each person by segment and by days: £700 a
year where need is steady, £1,150 where it is rising, £2,300 where it is complex. Of what it paid before, £2,600,000 is
taken off the block of `ZP1`, and £2,100,000 off what the practices, `ZG1`, are paid. `ZP1` pays the practices
£2,200,000 for their part of the care.

## The cohort is found, not given

The table of people has whoever may belong to it: a row for each person and segment, with the age on the day of
identification, which here is the first of April, July, October and January. The table of conditions says since when
each is recorded. The rule looks at both, and says whom it leaves out, and why: the first reason that holds.

"""
NOTICE = """
What is recorded in May is found in July. A 65th birthday ends a stretch on that very day. Whoever needs more goes on in
another segment, and is counted out of one listing and into the other. The counts have to add up in every run.

"""
ONCE = """\
## What if people are looked for once a year, or every month?

"""
AFTER_ONCE = """
Once a year nobody joins, and nobody who needs more goes on in another segment: the year of care shrinks with every
birthday and move, and what it replaces does not. Every month, people are found sooner.

"""
HALF = """\
## What if half of the cohort leaves on 1 October?

"""
AFTER_HALF = """
The year of care follows the days; what it replaces, and what the practices are paid for their part, is fixed for the
year. So the commissioner pays less than before, and `ZP1` is short of what it had. Whoever signs such a contract wants
to say what happens then: a floor, or a baseline that moves too.

## A second contract: weighted heads of a place

The source adds that population-cohort-based payments at system and at place level are considered, and no more. The
second contract of the workspace shows one, all of it an illustration: `ZP2`, which holds the budget of a place, is paid
£180 a year for each weighted head of its list, by days, and £40,000 of its block is replaced.

"""
LAST = """
## The statement of the year of care

"""


@frozen(kw_only=True)
class Answer:
    """One run: what is paid by days, what is replaced, and how many people there are."""

    paid: int
    replaced: int
    figures: Counter[str]
    days: int

    @property
    def new(self) -> int:
        """What the commissioner pays more than before."""
        return self.paid - self.replaced

    @property
    def holder(self) -> int:
        """What the holder has more than before, when it has paid the practices their part."""
        return self.paid - OFF_THE_BLOCK - TO_THE_PRACTICES


@functools.cache
def run(looked_for: Sequence[date] = QUARTERS, *, half_leave: bool = False) -> Result:
    """The workspace, settled with people looked for on those days, and half of them gone in October if that is so."""
    return settled(WORKSPACE, lambda folder: write(folder, looked_for, half_leave=half_leave))


def answer(looked_for: Sequence[date] = QUARTERS, *, half_leave: bool = False) -> Answer:
    """What the run says."""
    result = run(looked_for, half_leave=half_leave)
    lines = [line for line in result.settlement.lines if line.label == "year of care"]
    by_days = [line for line in lines if line.kind == "price"]
    figures: Counter[str] = Counter()
    for figure in (one for one in result.settlement.reading.figures if one.contract == CONTRACT):
        figures[figure.name] += int(figure.value)
    return Answer(
        paid=sum(line.pence for line in by_days), days=sum(line.units for line in by_days), figures=figures,
        replaced=sum(line.pence for line in lines if line.kind == "adjustment"),
    )  # fmt: skip


def page() -> str:
    """The whole page as Markdown."""
    usual = answer()
    parts = [
        HEADING, roll_forward(usual), NOTICE, ONCE,
        table({"Once a year": answer((FIRST,)), "Every quarter, as it is": usual, "Every month": answer(MONTHS)}),
        AFTER_ONCE, HALF, table({"As it is": usual, "Half leave": answer(half_leave=True)}), AFTER_HALF,
        section(run().statement(PLACE), "Summary"), "\n", section(run().statement(PLACE), "Shown, and not paid"), LAST,
        block(run().statement(CONTRACT).as_text()),
    ]  # fmt: skip
    return "".join(parts)


def roll_forward(of: Answer) -> str:
    """Who is left out, who was there, who came and who left."""
    lines = ["| | people |", "|---|---:|"]
    lines += [f"| {name} | {of.figures[name]:,} |" for name in of.figures if of.figures[name]]
    return "\n".join(lines) + "\n"


def table(answers: dict[str, Answer]) -> str:
    """The runs side by side."""
    rows = [
        ("", *answers), ("---", *("---:" for _ in answers)),
        ("people at the end", *(f"{one.figures['people at the end']:,}" for one in answers.values())),
        ("days", *(f"{one.days:,}" for one in answers.values())),
        ("paid by days", *(money_text(one.paid) for one in answers.values())),
        ("replaced", *(money_text(-one.replaced) for one in answers.values())),
        ("new money", *(money_text(one.new) for one in answers.values())),
        ("`ZP1`, against before", *(money_text(one.holder) for one in answers.values())),
    ]  # fmt: skip
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"
