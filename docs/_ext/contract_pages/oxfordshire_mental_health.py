"""The page of the contract that is paid by outcomes: five years settled, and two questions answered by settling."""

from __future__ import annotations

from docs._ext.contract_pages.settling import block, section, settled
from tallystick.report.statement import Statement
from tallystick_examples.make_oxfordshire_mental_health import MET, write

WORKSPACE = "oxfordshire_mental_health"
CONTRACT = "adult-mental-health"
THIRD = 2
QUESTIONS = {
    "As it was: fourteen of sixteen targets are met in the third year": 14,
    "What if only ten targets are met in the third year?": 10,
    "What if nothing is met in the third year?": 0,
}
"""How many targets are met in the third year, for each heading."""

HEADING = """\
# A contract that is paid by outcomes

In October 2015 Oxfordshire began to pay for adult mental health by one contract in place of many: £35 million a year
for five years to a lead provider, which worked with five charities. 80% was paid as a block, 10% depended on
outcomes, and 10% moved with gains and losses (NHS Confederation, *Reforming financial flows: lessons from systems*).
The part at risk was phased in to the end of the second year; 14 of 16 targets were met by the third.

The workspace below has that shape, and comes with the package:

```bash
tallystick demo oxfordshire-mental-health
```

**The shape is published; the numbers inside it are not.** Weights, thresholds, what a level pays, the benchmark of
bed days and what a day releases are illustrations, and the results are made up. Nobody should read them as
Oxfordshire's.

Who pays whom: the commissioner `ZQ1` pays the lead provider `ZP1` the block, the element of gain and loss, and what
outcomes earned. What was saved, or overspent, against 5,000 bed days a year is shared with the partners `ZV1` to
`ZV5`, and the lead passes on to them 15% of the block and 30% of what outcomes pay. In the tables below the column of
incentives holds both: what was saved or overspent, less what is passed on.

If every target is met at its highest level and there is no variance, a year pays £35,000,000.00; if none is, and all
is at risk, £31,500,000.00. In between lies what a level pays, and that decides more than how many targets are met: a
target that is met at the lowest level here earns 60% of its part.

"""
NOTICE = """\
## What to notice

- What is not earned stays with the commissioner, and is shown for each indicator. Nothing is lost between the two.
- In the first year the result of one indicator did not come in. The contract says *held*: its part was paid to nobody
  and was not lost either. When the result comes, the year is settled again.
- In the second year one denominator was 28, below the 30 from which a result decides. Its part was *redistributed* to
  the indicators that had one, and so the others were worth a little more that year.
- In the fifth year bed days were above the benchmark, and everyone gave back a part.

## The statement of the five years

"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [HEADING]
    for question, met in QUESTIONS.items():
        parts.append(f"## {question}\n\n{by_year(met)}\n")
    return "".join([*parts, NOTICE, block(statement(MET[THIRD]).as_text())])


def by_year(met: int) -> str:
    """What each year pays the lead provider, where so many targets are met in the third."""
    return section(statement(met), "Year by year")


def statement(met: int) -> Statement:
    """The statement of the five years, where so many targets are met in the third."""
    found = settled(WORKSPACE, lambda folder: write(folder, (*MET[:THIRD], met, *MET[THIRD + 1 :])))
    return found.statement(CONTRACT)
