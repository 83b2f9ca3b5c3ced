"""The page of the prime contractor: before and after, and two questions answered by settling."""

from __future__ import annotations

import functools

from docs._ext.contract_pages.settling import block, section, settled
from tallystick.kernel.money import money_text
from tallystick.report.layout import Row, Section, amount
from tallystick.result import Result
from tallystick_examples.make_bedfordshire_msk import hospitals, write

WORKSPACE = "bedfordshire_msk"
CONTRACT = "one-contract"
BOARD, PRIME = "ZQ1", "ZP1"
LARGEST = "ZH01"
BEFORE, FIRST = "2012-04 to 2013-03", "2014-04 to 2015-03"
FEWER = 70
"""How many referrals come, in percent, where three in ten fewer do."""

SHARE = 90
"""Of its income of 2012/13, what a hospital is guaranteed, in percent."""

FLOOR = "up to the floor of the year to date, less what was added before"

HEADING = """\
# A prime contractor with a block, who pays hospitals by activity

In April 2014 Bedfordshire gave musculoskeletal care to a prime contractor: an integrated hub, community physiotherapy,
podiatry, assessment and hospital care, in one contract in place of more than twenty. It was a block at the outturn of
2012/13, whatever the setting of care, and outcomes were monitored (NHS Confederation, *Reforming financial flows:
lessons from systems*, Bedfordshire). About £120 million over five years was reported when it was let. The prime
contractor paid some fifteen hospitals by activity.

The workspace below has that shape, and comes with the package:

```bash
tallystick demo bedfordshire-msk
```

**The shape, the term and the £120 million are published; the numbers inside are not.** Prices, counts, hospitals,
community providers and results are made up, so that the outturn of 2012/13 comes to £24,000,000. Nobody should read
them as Bedfordshire's.

Who pays whom: before, the board `ZQ1` paid fifteen hospitals, `ZH01` to `ZH15`, by activity, and six community
providers by blocks. From April 2014 it pays the prime contractor `ZP1` £24,000,000 a year, and nobody else. The prime
contractor pays the hospitals for outpatients and operations at the same prices as the board did, and provides the rest
itself: hub, community care and assessment, of which no activity is shown. What it does not pay out is left to it for
that, so the risk and the reward of fewer operations are its own. The year 2013/14 in between is left out.

No money depends on outcomes. `outcomes-payment` holds them with a value of £0: each result stands on the statement.

## Before and after

What the board pays in 2012/13, and in the first year of the contract.

"""
YEARS = """
In each year since, as it was (activity is made up to be much the same each year):

"""
FEWER_REFERRALS = """
## What does the largest hospital lose if three in ten fewer referrals come?

The board pays what it paid. Every pound that a hospital is not paid stays with the prime contractor, who has to pay for
what its patients have instead. It is income that the hospital loses; what it saves by doing less stands in no contract.
In the first year:

"""
GUARANTEE = """
## What would a minimum income guarantee cost?

A floor of {share}% of what each hospital had in 2012/13, with three in ten fewer referrals. Two recipes that
`scheme.toml` holds say it: one pays what activity pays, but no less than the floor, and the other takes off what
activity has paid. Write their labels and the floor in the rows of `contracts.csv`. In the first year of the contract:

"""
GUARANTEED = """
The guarantee costs the prime contractor {cost} in that year, and {five} over the five years.
For `ZH01` alone it is {largest} in the first. Most of the risk of fewer referrals is then with whoever pays it: here
the prime contractor, and the board if both recipes name it in place of the commissioner.

## What to notice

- A block at outturn moves no money when care moves; the contracts *below* it do. Who gains by fewer operations is not
  said in the contract with the board at all.
- Only the board's total is the same before and after. How it is shared is decided by the prime contractor's prices.
- Outcomes are shown for every year, and no line of money names one.

## The statement of the one contract

"""


def page() -> str:
    """The whole page as Markdown."""
    usual = run()
    fewer = run(FEWER)
    assured = run(FEWER, SHARE)
    cost = [floor_paid(assured, payee) for payee in hospitals()]
    five = sum(line.pence for line in assured.settlement.lines if FLOOR in line.reason)
    said = {"cost": sum(cost), "five": five, "largest": cost[0]}
    return "".join([
        HEADING, block(before_and_after(usual)), YEARS, block(by_year(usual)), FEWER_REFERRALS,
        block(first_year({"as it was": usual, "three in ten fewer referrals": fewer})), GUARANTEE.format(share=SHARE),
        block(first_year({"without a guarantee": fewer, f"with {SHARE}% guaranteed": assured})),
        GUARANTEED.format(**{name: money_text(pence) for name, pence in said.items()}),
        block(usual.statement(CONTRACT).as_text()),
        "\n## The statement of the largest hospital, with three in ten fewer referrals and a guarantee\n\n",
        section(assured.statement(f"prime-{LARGEST}"), "Year by year"),
    ])  # fmt: skip


@functools.cache
def run(referrals: int = 100, share: int | None = None) -> Result:
    """The workspace settled with so many referrals, and a share of the income of 2012/13 guaranteed, in percent."""
    floors = None
    if share is not None:
        found = run()
        floors = {code: paid(found, BEFORE, BOARD, code) * share // 100 for code in hospitals()}
    return settled(WORKSPACE, lambda folder: write(folder, referrals, floors))


def paid(result: Result, year: str, payer: str, payee: str) -> int:
    """What one pays another in a year, less what comes back, in pence."""
    lines = [line for line in result.settlement.lines if line.period == year]
    there = sum(line.pence for line in lines if (line.payer, line.payee) == (payer, payee))
    return there - sum(line.pence for line in lines if (line.payer, line.payee) == (payee, payer))


def received(result: Result, year: str) -> tuple[int, int, int, int]:
    """In a year after: what the board pays, what the largest and the other hospitals have, what the prime keeps."""
    board = paid(result, year, BOARD, PRIME)
    each = [paid(result, year, PRIME, code) for code in hospitals()]
    return board, each[0], sum(each[1:]), board - sum(each)


def floor_paid(result: Result, payee: str) -> int:
    """What the floor added for a hospital in the first year."""
    lines = result.settlement.lines
    return sum(line.pence for line in lines if line.period == FIRST and line.payee == payee and FLOOR in line.reason)


def before_and_after(result: Result) -> str:
    """With how many the board has contracts, and what it pays, before and after."""
    rows = []
    for said, year in (("before, 2012/13", BEFORE), ("after, 2014/15", FIRST)):
        contracts = {line.contract for line in result.settlement.lines if line.period == year and line.payer == BOARD}
        payees = sorted({line.payee for line in result.settlement.lines if line.contract in contracts})
        parts = [
            sum(paid(result, year, BOARD, who) for who in payees if who[:2] == kind) for kind in ("ZH", "ZV", "ZP")
        ]
        rows.append(Row(said, (len(contracts), *map(amount, [*parts, sum(parts)]))))
    headings = ("", "Contracts", "Hospitals", "Community", "Prime contractor", "Board pays")
    return _table("What the board pays", headings, rows)


def by_year(result: Result) -> str:
    """What becomes of each year's block."""
    years = sorted({line.period for line in result.settlement.lines} - {BEFORE})
    rows = [Row(year, tuple(map(amount, received(result, year)))) for year in years]
    totals = [sum(column) for column in zip(*(received(result, year) for year in years), strict=True)]
    rows.append(Row("Total", tuple(map(amount, totals)), total=True))
    return _table("Year by year", HEADINGS, rows)


def first_year(cases: dict[str, Result]) -> str:
    """The first year in two cases, and what differs."""
    rows = [Row(said, tuple(map(amount, received(result, FIRST)))) for said, result in cases.items()]
    one, other = (received(result, FIRST) for result in cases.values())
    change = tuple(amount(after - before) for before, after in zip(one, other, strict=True))
    return _table("The first year", HEADINGS, [*rows, Row("change", change, total=True)])


HEADINGS = ("", "Board pays", "Largest hospital", "Other hospitals", "Left to the prime")


def _table(title: str, headings: tuple[str, ...], rows: list[Row]) -> str:
    return "\n".join(Section(title=title, headings=headings, rows=tuple(rows)).as_text("GBP"))
