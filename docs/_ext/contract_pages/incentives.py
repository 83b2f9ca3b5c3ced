"""The page of five kinds of incentive: three providers over three years, and two questions answered by settling."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docs._ext.contract_pages.settling import block, replaced, section, settled
from tallystick.kernel.money import money_text
from tallystick.result import Result
from tallystick_examples.make_incentives import SCORES

WORKSPACE = "incentives"
CONTRACTS = {"ZP1": "large-hospital", "ZP2": "small-hospital", "ZP3": "community-services"}
PAUSED, ON = "transacted = [true, true, false]", "transacted = [true, true, true]"
ELECTIVE, ANY = "readmissions after an elective stay", "readmissions after any stay"

HEADING = """\
# Five kinds of incentive

The co-chairs' report of the 10 Year Health Plan working group on finance and contracting (February 2025) looks at
incentives of several kinds: simple payments that encourage or discourage one thing ("medicines switches"), follow-ups
and handoffs between settings, payments that reduce avoidable admissions, and payment for quality "drawing on the
evidence from" QOF and CQUIN, whose impact "can stagnate over time as the 'newness' of the funding fades and income is
assumed". It warns that incentives are "not always transacted". The workspace below puts five rules side by side, in
three contracts of one commissioner:

```bash
tallystick demo incentives
```

What is published of each, and what is an illustration:

- [prepaid-incentive](../reference/rules/prepaid-incentive.md): CQUIN in 2022/23 and 2023/24 was 1.25% of the fixed
  element, shared equally by up to five indicators, and is paused from 2024/25. Which indicators, and between which
  rates they earn, are illustrations.
- [simple-incentive](../reference/rules/simple-incentive.md): the report names medicines switches, follow-ups and
  handoffs. Every price, baseline, floor and cap is an illustration.
- [incentive-taper](../reference/rules/incentive-taper.md): the report says that an effect fades. 100%, 50% and 0% are
  illustrations.
- [avoidable-activity](../reference/rules/avoidable-activity.md): Payment by Results paid nothing for emergency
  readmissions within 30 days of an elective stay (2011/12), then withheld a share that a review set, to be reinvested
  (2012/13). The 25% and the exclusions are illustrations.
- [value-exchange](../reference/rules/value-exchange.md): the form is Medicare's. That it is done here, the 2% and the
  scores are illustrations.

**No result, score or stay in it is anyone's.** The three fixed elements of £200m, £100m and £50m are illustrations too.

Who pays whom: the commissioner `ZQ1` pays two hospitals `ZP1` and `ZP2`, and the community provider `ZP3`, a fixed
element; 1.25% of it counts as paid in advance, and what indicators missed of it goes back. It pays the hospitals for
stays, and for medicines that were switched, and `ZP2` for follow-ups below its baseline. What was paid for avoidable
readmissions goes from the hospital into a pot of its contract, from which `ZP3` is paid for care after discharge.
What the switches no longer earn goes into a pot that pays `ZP1` for reviews of medicines, or back to `ZQ1`. `ZP3`
pays for handoffs above 1,000 a year. And each of the three puts 2% of its fixed element into a fund, which gives all
of it out again by their scores.

## The value exchange among the three

What each put in, and what it was paid. The score of `ZP3` for the third year has not come in: it gets back what was
withheld, as the rule says, and the other two exchange without it.

"""
NOTICE = """\
## What to notice

- In the third year nothing is transacted. What each indicator earned and missed is still shown, by name, so that
  nobody has to guess what an incentive would have been worth.
- A readmission counts by three columns of the row (`index_spell`, `index_discharged`, `index_admission_method`). What
  is left out has its reason, and is counted in the statement.
- A pot pays out what it holds and no more. With £10,000 a year for care after discharge the small hospital's contract
  would stop: its pot would stand at -£565.00, and the other two with it, since they share the fund.
- `ZP2` saw 800 follow-ups fewer than its baseline in the first year, and 50 in the second. In the third it saw 600
  more, and was paid £5,000 all the same: a floor is paid for no event at all.

## The statement of the large hospital

"""


def page() -> str:
    """The whole page as Markdown."""
    usual = settled(WORKSPACE)
    parts = [HEADING, block(exchange(usual)), "\n"]
    for question, (change, says) in QUESTIONS.items():
        changed = settled(WORKSPACE, change)
        parts.append(f"## {question}\n\n{says}\n\n{block(compared(usual, changed))}\n")
    parts += [
        "## The large hospital, year by year\n\n",
        section(usual.statement("large-hospital"), "Year by year"),
        "\n",
    ]
    return "".join([*parts, NOTICE, block(usual.statement("large-hospital").as_text())])


def transacted(folder: Path) -> None:
    """What was missed in the third year goes back too, in all three contracts."""
    for name in CONTRACTS.values():
        replaced(f"contracts/{name}.toml", PAUSED, ON)(folder)


def after_any_stay(folder: Path) -> None:
    """Readmissions after an emergency stay count too, in both hospitals."""
    for name in ("large-hospital", "small-hospital"):
        replaced(f"contracts/{name}.toml", ELECTIVE, ANY)(folder)


QUESTIONS: dict[str, tuple[Callable[[Path], None], str]] = {
    "What if the third year had been transacted too?": (
        transacted,
        "What its indicators missed would have gone back to `ZQ1`. A part is a fifth, a third or a half of the pool,\n"
        "as indicators are five, three or two: one that is missed weighs more where there are fewer.",
    ),
    "What if readmissions after any stay counted?": (
        after_any_stay,
        "Emergency stays are followed by readmissions too. The pots for care after discharge would hold more: what\n"
        "the hospitals are not paid is in them, and not the commissioner's.",
    ),
}
"""For each question what is changed, and what is said of it."""


def exchange(result: Result) -> str:
    """What each provider put into the fund in each year, and what it was paid from it."""
    lines = [f"{'year':<22}{'provider':<12}{'score':>8}{'put in':>20}{'was paid':>20}{'difference':>20}"]
    rows = [row for row in result.ledger.to_dicts() if row["label"] == "value exchange"]
    for year, period in enumerate(sorted({row["period"] for row in rows})):
        for code in CONTRACTS:
            mine = [row for row in rows if row["period"] == period]
            put_in = sum(row["pence"] for row in mine if row["payer"] == code)
            was_paid = sum(row["pence"] for row in mine if row["payee"] == code)
            score = SCORES[code][year]
            sums = "".join(f"{money_text(one):>20}" for one in (put_in, was_paid, was_paid - put_in))
            lines.append(f"{period:<22}{code:<12}{'none' if score is None else score:>8}{sums}")
    return "\n".join(lines)


def nets(result: Result) -> dict[str, int]:
    """What each provider is paid in all, less what it pays, under the three contracts."""
    rows = result.ledger.to_dicts()
    return {
        code: sum(row["pence"] for row in rows if row["payee"] == code)
        - sum(row["pence"] for row in rows if row["payer"] == code)
        for code in ("ZQ1", *CONTRACTS)
    }  # fmt: skip


def compared(usual: Result, changed: Result) -> str:
    """Each party's net in the three years, as it was and as it would have been, and what the pots hold."""
    before, after = nets(usual), nets(changed)
    before["the pots"], after["the pots"] = -sum(before.values()), -sum(after.values())
    lines = [f"{'net, three years':<20}{'as it was':>22}{'then':>22}{'difference':>20}"]
    for code in after:
        was, is_ = before[code], after[code]
        lines.append(f"{code:<20}{money_text(was):>22}{money_text(is_):>22}{money_text(is_ - was):>20}")
    return "\n".join(lines)
