"""The page of the one urgent-care budget: two years of a pool settled, and two questions answered by settling."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from docs._ext.contract_pages.settling import block, replaced, settled
from tallystick.kernel.errors import InputError
from tallystick.kernel.money import money_text
from tallystick.report.layout import Cell, Pence, Row, Section, amount
from tallystick.report.statement import Statement
from tallystick.result import Result
from tallystick_examples.make_rochdale_urgent_care import write

WORKSPACE = "rochdale_urgent_care"
CONTRACT = "urgent-care"
FILE = f"contracts/{CONTRACT}.toml"
POOL = f"{CONTRACT}/urgent care"
HARD_WINTER = 120
SURGERY = """\
  [[rule.services]]
  service = "emergency surgery"
  who = "provider"
  on = "emergency operations"

  [[rule.services]]
  service = "urgent treatment centre"
"""

HEADING = """\
# One urgent-care budget of a board and a council

Rochdale's partners have pooled budgets between the NHS and the council under section 75. They planned to bring
urgent-care spending into their local care organisation by 2020/21, which was paused by the pandemic and by shifts in
national finance, and are keen to explore a single contract for the total urgent-care budget (NHS Confederation,
*Reforming financial flows: lessons from systems*, Rochdale).

The workspace below asks what such a budget is made of, and comes with the package:

```bash
tallystick demo rochdale-urgent-care
```

**The wish is published, and the law; the numbers are not.** Every contribution, share, price, budget and count is an
illustration. Nobody should read them as Rochdale's.

Who pays whom: the board `ZQ1` and the council `ZL1` pay contributions into the pool, which the council holds as its
host. The pool pays the trust `ZP1` for visits to its urgent treatment centre and `ZV2` for general practice out of
hours, both by activity; `ZV1` for the community's urgent response and `ZS1` for social care at home, each a fixed sum.
Where payments run ahead of contributions both partners are called at once, 60 to 40: the pool never stands below zero.
What is left when the year ends goes 60 to 40 too. The board's part is returned. The council's is carried forward, in a
pot of its own, and meets its calls first.

**Surgery, other invasive treatment and emergency ambulances may not be pooled** (SI 2000/617, regulation 5). So one
budget is a pool *and* aligned budgets. These stay in the board's account, are paid from there, and stand beside the
pool on the statement.

**The pool replaces something.** The trust's block of £42,000,000 paid for the treatment centre before; £5,400,000 of it
comes off, or the board would pay twice. What the others were paid before stands in other contracts, and has to come off
there.

## The host's quarterly return

What came into the pool, and below zero what went out of it: the lines of the run's ledger that name the pool. Calls
are of the year to date, and go back when contributions catch up.

"""
QUESTIONS = """
## What if the last winter had brought a fifth more, and what if each partner bore half of an overspend?

What the second year's overspend is, and who bears it. A fifth more visits and contacts come from January to March 2028;
with equal shares the contributions stay as they are.

"""
REFUSED = """
## What if emergency surgery were a service of the pool?

It is refused before anything is settled, with the reason that the contract gives:

"""
NOTICE = """
## What to notice

- The first year leaves {left}. 60% is returned to the board; the council's 40%, {kept}, stands in its pot.
- The second year is overspent by {over}. The council's 40% is {council}, of which its pot meets {met}.
- Contributions and calls are payments, what was given back and what the pool holds, in every quarter: a check of the
  run.
- Same-day emergency care stands outside the pool: the board pays it in full up to £900,000 a year, and 30% above. The
  rest, {apart} over the two years, is ring-fenced in a pot that keeps people well at home.
- The regulations set no shares and no treatment at the year's end. Both are the agreement's, and need its source.

## The statement of the two years

"""


def page() -> str:
    """The whole page as Markdown."""
    usual = run()
    told = NOTICE.format(
        left=money(usual, 1, "underspend"), kept=money(usual, 1, "carried forward"), over=money(usual, 2, "call"),
        council=money(usual, 2, "the council: call"), met=money(usual, 2, "the council: call, met"),
        apart=money_text(into(usual, "well at home")),
    )  # fmt: skip
    return "".join([
        HEADING, host_return(usual, 1), "\n", host_return(usual, 2), QUESTIONS, block(borne(usual)), REFUSED,
        block(refusal()), told, block(statement(usual).as_text()),
    ])  # fmt: skip


def borne(usual: Result) -> str:
    """Who bears the second year's overspend: as it was, and in answer to each question."""
    cases = {
        "as it was": usual, "a fifth more last winter": run(winter()), "half of an overspend each": run(equal_shares)
    }  # fmt: skip
    asked = ("call", "the board: call", "the council: call, met", "the council: call, its")
    rows = [Row(case, tuple(money(result, 2, says) for says in asked)) for case, result in cases.items()]
    headings = ("", "Overspent", "Board is called", "Council's pot", "Council is called")
    return "\n".join(Section(title="The second year", headings=headings, rows=tuple(rows)).as_text("GBP"))


@functools.cache
def run(change: Callable[[Path], object] | None = None) -> Result:
    """The workspace settled, as it is or changed."""
    return settled(WORKSPACE, change)


@functools.cache
def winter(percent: int = HARD_WINTER) -> Callable[[Path], object]:
    """A last winter with so many visits and contacts, in percent."""
    return lambda folder: write(folder, percent)


def equal_shares(folder: Path) -> None:
    """Each partner bears half of an overspend."""
    for old in ("60%", "40%"):
        replaced(FILE, f'share_of_overspend = "{old}"', 'share_of_overspend = "50%"')(folder)


def refusal() -> str:
    """What is said where surgery is to be pooled."""
    first = '  [[rule.services]]\n  service = "urgent treatment centre"\n'
    try:
        run(replaced(FILE, first, SURGERY))
    except InputError as error:
        return str(error)
    raise AssertionError("surgery was pooled")


def statement(result: Result) -> Statement:
    """The statement of both years."""
    return result.statement(CONTRACT)


def moved(result: Result, year: int) -> dict[str, list[int]]:
    """For each reason, what it brought into the pool in each quarter of a year, in pence; below zero it went out."""
    lines = [line for line in result.settlement.lines if POOL in (line.payer, line.payee)]
    quarters = sorted({line.period for line in lines})[4 * year - 4 : 4 * year]
    found: dict[str, list[int]] = {}
    for line in lines:
        if line.period in quarters:
            of = found.setdefault(line.reason, [0] * 4)
            of[quarters.index(line.period)] += line.pence if line.payee == POOL else -line.pence
    return found


def money(result: Result, year: int, says: str) -> str:
    """The sum of a year over all reasons that say something, as text."""
    pence = sum(sum(quarters) for reason, quarters in moved(result, year).items() if says in reason)
    return money_text(abs(pence))


def into(result: Result, pot: str) -> int:
    """What a pot of the contract took in, less what came out of it again."""
    account = f"{CONTRACT}/{pot}"
    lines = result.settlement.lines
    paid_in = sum(line.pence for line in lines if line.payee == account)
    return paid_in - sum(line.pence for line in lines if line.payer == account)


def host_return(result: Result, year: int) -> str:
    """One year's income and expenditure of the pool, quarter by quarter, and what it held at the end of each."""
    found = moved(result, year)
    order = sorted(found, key=lambda reason: (_kind(reason), reason))
    rows = [Row(reason, _cells(found[reason])) for reason in order if any(found[reason])]
    held = [sum(sum(quarters[: n + 1]) for quarters in found.values()) for n in range(4)]
    rows.append(Row("held at the end", (*map(Pence, held), ""), total=True))
    headings = ("", "April–June", "July–Sept", "Oct–Dec", "Jan–March", "Year")
    section = Section(title=f"Urgent care pool, year {year}", headings=headings, rows=tuple(rows))
    return block("\n".join(section.as_text("GBP")))


def _cells(quarters: list[int]) -> tuple[Cell, ...]:
    return (*map(amount, quarters), amount(sum(quarters)))


def _kind(reason: str) -> int:
    """Contributions first, then calls, payments, and what was given back."""
    return 0 if "contribution" in reason else 1 if "call," in reason else 3 if "underspend" in reason else 2
