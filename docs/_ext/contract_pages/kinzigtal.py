"""The page of the valley that shares savings: twelve years settled a year late, and two questions."""

from __future__ import annotations

from collections.abc import Iterator

from docs._ext.contract_pages.settling import block, settled
from tallystick.kernel.money import money_text
from tallystick.result import Result
from tallystick_examples.make_kinzigtal import FIRST, NORM, results, write

WORKSPACE = "kinzigtal"
QUESTIONS = {
    "As it was: everyone insured, and the norm as it grew": (0, False),
    "What if the norm had grown by about one percentage point less a year?": (1, False),
    "What if only the savings of people who enrolled had counted?": (0, True),
}
"""How much slower the norm grows, and whether only the enrolled count, for each heading."""

HEADING = """\
# A valley that shares its savings

In the Kinzig valley in south-west Germany a regional company, the integrator, has a contract with the two health
insurers of the area. Providers are paid as before; the integrator pays for some services on top of that, such as
comprehensive check-ups; and it shares with the insurers what the care of about 31,000 people costs less than the
norm, the weighted average cost in the country (NHS Confederation, *Reforming financial flows: lessons from systems*).
From 2007 to 2018 the insurers' margin was €53.1 million in all, and €18.2 million net. Of 2013 it has been published
elsewhere that the norm was €75.5 million and the margin €5.5 million.

The workspace below has that shape and those sums, in euro, and comes with the package:

```bash
tallystick demo kinzigtal
```

**Published are the norm and margin of 2013, the sum of the twelve margins, and the net sum.** Every other year, the
split between the insurers, fees, numbers of services and start-up money are made up; so are the shares, 65% and 75%,
which are such that the insurers keep the €18.2 million, if “net” means that. Nobody should read them as Kinzigtal's.

Who pays whom: the insurers `ZQ1` and `ZQ2` pay the practices `ZP1` and the hospital `ZP2` as before. The integrator
`ZV1` pays the practices for additional services. A year late (2007 is settled in 2008) each insurer pays the
integrator its share of what everyone insured with it cost less than the norm, whether they enrolled or not. Out of
the first of it the integrator repays €250,000 of start-up money, which the tables below leave out. They go by the year
of care.

"""
NOTICE = """\
## What to notice

- The norm decides more than anything that the integrator does: with one point of growth less a year the margin is gone
  by 2015, though not one euro more was spent. What the norm is, and for whom, is the contract.
- Each insurer has a row and a contract of its own: what one saves never makes up for what the other loses. A loss here
  costs the integrator nothing; with `loss_share_least` and `loss_share_most` it would bear a part.
- The people who enrolled are not like those who did not. To count everyone takes away the reason to enrol only people
  who will be cheap.
- The integrator pays for additional services in the same year and is paid its share a year later: start-up money is
  what bridges that. What still stands of it is said by year in the contract.

## The statement with the larger insurer

"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [HEADING]
    for question, (slower, enrolled) in QUESTIONS.items():
        parts.append(
            f"## {question}\n\n{SAID.get((slower, enrolled), '')}{block(by_year(slower, enrolled=enrolled))}\n"
        )
    return "".join([*parts, NOTICE, block(run(0, enrolled=False).statement("savings-zq1").as_text())])


SAID = {
    (1, False): (
        "In 2008 the norm is 99% of what it was, in 2009 99% of 99%, and so on; expenditure stays as it was.\n\n"
    ),
    (0, True): (
        "A third of the people had enrolled. Here they are 36% of the norm and made 40% of the margin, which is an"
        " assumption.\n\n"
    ),
}


def run(slower: int, *, enrolled: bool) -> Result:
    """The workspace settled, with the norm and the people of a question."""
    return settled(WORKSPACE, lambda folder: write(folder, slower=slower, enrolled=enrolled))


def by_year(slower: int, *, enrolled: bool) -> str:
    """Norm, margin, what the insurers pay the integrator, and what it pays for more services, by year of care."""
    return "\n".join(_lines(slower, run(slower, enrolled=enrolled), enrolled=enrolled))


HEADS = ("norm", "margin", "ZV1 is paid", "ZV1 pays", "insurers keep")


def _lines(slower: int, found: Result, *, enrolled: bool) -> Iterator[str]:
    yield f"{'year':<6}" + "".join(f"{one:>18}" for one in HEADS)
    sums = [0] * len(HEADS)
    for place in range(len(NORM)):
        year = FIRST + place
        care = [(norm, spent) for one, _, norm, spent in results(slower, enrolled=enrolled) if one == year]
        norm = sum(one for one, _ in care)
        margin = norm - sum(spent for _, spent in care)
        paid = _pence(found, "savings", year + 1, "ZV1")
        cells = [norm, margin, paid, _pence(found, "additional services", year, "ZP1"), margin - paid]
        sums = [one + more for one, more in zip(sums, cells, strict=True)]
        yield f"{year:<6}" + "".join(f"{money_text(one, 'EUR'):>18}" for one in cells)
    yield f"{'all':<6}" + "".join(f"{money_text(one, 'EUR'):>18}" for one in sums)


def _pence(found: Result, label: str, year: int, payee: str) -> int:
    return sum(
        line.pence for line in found.settlement.lines
        if line.label == label and line.payee == payee and line.period.startswith(str(year))
    )  # fmt: skip
