"""The page of the Leeds cohort: who is paid what, what saved bed days pay, and what an average cost would invent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import fill

from docs._ext.contract_pages.settling import block, replaced, settled
from tallystick.kernel.money import money_text
from tallystick.result import Result
from tallystick_examples.make_leeds_respiratory import BED_DAYS, USED, write

WORKSPACE = "leeds_respiratory"
FILE = "contracts/acute-services.toml"
PARTIES = {
    "ZA1": "ambulance and 111", "ZH1": "hospital", "ZC1": "community services", "ZG1": "primary care",
}  # fmt: skip
PAID_YEAR = "2025-04"
"""The month with which the year begins that is shown."""
RELEASABLE, AVERAGE = 15_000, 56_200
HALF = 700

Change = Callable[[Path], object] | None

HEADING = """\
# Bed days saved for people at the end of life

In Leeds about 2,000 people a year who are at the end of life, or live with severe frailty, go into hospital with
respiratory disease. Their stays are about 20,000 bed days, and the partnership wants fewer of them: proactive care,
out-of-hours support and clear plans, mostly by primary and community care. What supports these people is paid in four
places today: the ambulance service, the hospital's acute contract, community services with the Better Care Fund, and
primary care (NHS Confederation, *Reforming financial flows: lessons from systems*, Leeds Place). If primary and
community care keep somebody at home, the money stays where it was.

The workspace below has that shape, and comes with the package:

```bash
tallystick demo leeds-respiratory
```

**The people, the bed days and the four services are published; the sums are not.** The average cost of a bed day, £562,
was read second-hand. What a day releases, the cut, the shares and every stay are made up, and Leeds has agreed none of
them.

Who pays whom: the commissioner `ZQ1` pays each of the four its block. The hospital `ZH1` is paid £11,240,000 a year for
these stays, which is 20,000 × £562: £8,240,000 that is spent whether the beds are filled or not, and an element of
£3,000,000, 20,000 × £150, that falls with the days. From the second year the hospital gives up £225,000: 1,500 days at
£150, the *agreed cut*. When the year ends, what was saved against 20,000 days, at £150 a day and no more than the cut,
is paid to community services (40%), primary care (30%), the hospital itself (20%) and the ambulance service (10%).
Within 2% of 20,000 days nothing moves; beyond it half of an overspend is paid back by the same shares.

"""
AS_IT_WAS = """\
The commissioner pays {cheaper} less than today. The hospital is paid {hospital} less, and has stopped spending
{released} on {saved} bed days: it is {better} better off. The others have all of their gain, out of which they pay
for what they did for it; what that cost is not in these numbers.
"""
AVERAGE_COST = """\
The gain would be {gain}, and the hospital gives up no more than £225,000. **{invented} would come from nowhere**:
the commissioner would have to find it, each year, since a bed that is empty still has its building, its nights and
its people on call. An average cost counts those as if they went away with the patient.
"""
HALF_SAVED = """\
The cut is agreed and stays, but only {gain} was saved to be shared. The hospital is {worse} worse off than today,
and the commissioner keeps {kept}. Whoever agrees to a cut before the days are saved has to believe in them. Had
fewer than 400 been saved, within the band, nothing at all would have been shared.
"""
NOTICE = """\
## What to notice

- What is shared is never more than what is cut (`most_gain` is the cut). So the commissioner never pays more than it
  does today for the same people, whatever is saved.
- A stay belongs to the year in which it ends. In the first year 20,000 days were used, and nothing moved.
- The blocks of the four stay as they are. This scheme moves money by result, and only where a hospital can really
  spend less: it does not pay for the new care beforehand.

## The statement of the hospital's contract, two years

"""


def average_cost(folder: Path) -> None:
    """Share each day at its average cost, without a limit that would stop it."""
    replaced(FILE, 'each = "£150"', 'each = "£562"')(folder)
    replaced(FILE, 'most_gain = "£225,000"', 'most_gain = "£5,000,000"')(folder)


QUESTIONS: tuple[tuple[str, Change, str], ...] = (
    ("As it was: 1,400 bed days are saved, at what they release", None, AS_IT_WAS),
    ("What if a bed day is shared at its average cost, £562?", average_cost, AVERAGE_COST),
    (
        "What if only half of the bed days are saved?",
        lambda folder: write(folder, BED_DAYS - HALF),
        HALF_SAVED,
    ),
)


def page() -> str:
    """The whole page as Markdown."""
    base, parts = settled(WORKSPACE), [HEADING]
    for question, change, answer in QUESTIONS:
        found = base if change is None else settled(WORKSPACE, change)
        said = fill(answer.format(**answers(found)), 120)
        parts.append(f"## {question}\n\n{table(found)}\n{said}\n\n")
    return "".join([*parts, NOTICE, block(base.statement("acute-services").as_text())])


def paid(found: Result) -> dict[tuple[str, str], int]:
    """Pence of the year that is paid for, by party and what they are for: the block, the cut or the gain."""
    sums: dict[tuple[str, str], int] = {}
    for line in found.settlement.lines:
        if line.month < PAID_YEAR:
            continue
        what = "gain" if line.kind == "share" else "cut" if line.payer == "ZH1" else "today"
        party, sign = (line.payee, 1) if line.payer == "ZQ1" else (line.payer, -1)
        sums[party, what] = sums.get((party, what), 0) + sign * line.pence
    return sums


def table(found: Result) -> str:
    """What each of the four is paid in the year, today and with what was saved."""
    sums, lines = paid(found), ["| | today | agreed cut | part of what was saved | 2025/26 |", "|---|---|---|---|---|"]
    for party, says in [*PARTIES.items(), ("all", "all four, from the commissioner")]:
        parts = [
            sum(sums.get((one, what), 0) for one in (PARTIES if party == "all" else (party,)))
            for what in ("today", "cut", "gain")
        ]
        name = f"**{says}**" if party == "all" else f"{says}, `{party}`"
        lines.append(f"| {name} | {' | '.join(money_text(one) for one in (*parts, sum(parts)))} |")
    return "\n".join(lines) + "\n"


def answers(found: Result) -> dict[str, str]:
    """The numbers of the sentences below the tables."""
    sums = paid(found)
    gain = sum(pence for (_, what), pence in sums.items() if what == "gain")
    cut, own = sums["ZH1", "cut"], sums["ZH1", "gain"]
    saved = BED_DAYS - USED
    released = saved * RELEASABLE
    return {
        "cheaper": money_text(-cut - gain), "hospital": money_text(-cut - own), "released": money_text(released),
        "saved": f"{saved:,}", "better": money_text(released + cut + own), "gain": money_text(gain),
        "invented": money_text(gain + cut), "worse": money_text(-(HALF * RELEASABLE + cut + own)),
        "kept": money_text(-cut - gain),
    }  # fmt: skip
