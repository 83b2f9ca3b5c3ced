"""The page of the national scheme: thousands of contracts settled together, and two questions answered by settling."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from docs._ext.contract_pages.settling import block, replaced, settled
from tallystick.kernel.money import money_text
from tallystick.result import Result

WORKSPACE = "national_scheme"
STATEMENT = "zt02-zq02"
TOP = 5
SHARE = 'variable_share = "100%"'
BLOCK = """\
use = "block"
label = "low volume block"
value = "£0"                          # each contract has its own, in contracts.csv
covers_labels = ["spells", "outpatients", "emergency department"]
"""
BY_ACTIVITY = """\
use = "api"
label = "low volume block"
fixed = "£0"
planned_variable = "£0"
variable_element = "by activity"
variable_share = "100%"
variable_scope = [{ currency = "spells" }, { currency = "outpatients" }, { currency = "emergency department" }]
"""
VALUE = "low volume block.value"
KINDS = {
    "aligned payment": "Trust and its own boards: aligned payment",
    "specialised": "Trust and the national commissioner: aligned payment",
    "low volume block": "Trust and a distant board: low volume block",
    "elective limit": "Independent provider: by activity, up to a limit",
}

HEADING = """\
# A national scheme

What would a payment scheme look like with all its contracts in it? England's has an aligned payment between each trust
and the boards near it; a low volume block, which is set nationally and is the only payment of the year, between the
trust and every other board; NHS England as a commissioner of specialised care; and independent providers, which are
paid by activity (NHS Payment Scheme 2025/26). The working group on finance and contracting proposes what lies on top of
it: that a part of the payment waits for the patient's answer (recommendation 5), money for those who need more care
(18), and a charge for delayed discharge (4).

```bash
tallystick demo national-scheme
```

**The shape is published; the numbers inside it are not.** There are 75 trusts (`ZT`), 42 boards (`ZQ`), 15 independent
providers (`ZI`) and the national commissioner (`ZE`), none of them real. Patients, prices and values are made up, at
about a thousandth of England's activity: nothing here says what any scheme would cost. What is published: 100% of unit
prices for what is variable, the top-up of £1,335 for hip fracture (of 2012/13), 20% for the trial of blended payment
(of 2019/20), and the cost uplift of 4.83%.

Who pays whom: the commissioner pays the provider, by the kind of their contract. Beside that, a twentieth of what is
paid for each elective stay waits in a pot of the board until the patient has answered; the fund `health inequalities`
pays trusts by the weight of their people; and a council, or whoever is liable, pays the board for days of delay.

"""
NOTICE = """\
## What to notice

- A currency says what a unit is and what it is worth; it does not pay. The same prices stand behind an aligned payment,
  a block, which shows what it covers and pays nothing for it, and a payment limit.
- What is on account, and the true-up to what was done, are shown and are no payments. Instalments that were really paid
  go in `payments.csv`, and `--months … --as-at …` says what is payable beside them.
- 50 pairs of trust and board have no contract. Their rows are in every statement of the trust, and nobody pays them.
- One number for all is one change: `variable_share` in `scheme.toml`. One contract's is a column in `contracts.csv`.

## The statement of one trust and its board

This one has a file of its own, because the two try blended payment for the emergency department. All others are rows of
`contracts.csv`.

"""


def page() -> str:
    """The whole page as Markdown."""
    before, cheaper, single = settled(WORKSPACE), settled(WORKSPACE, at_75), settled(WORKSPACE, low_volume_by_activity)
    found = [HEADING, as_it_is(before), three_quarters(before, cheaper), transactions(before, single), NOTICE]
    return "".join([*found, block(before.statement(STATEMENT).as_text())])


def as_it_is(result: Result) -> str:
    """What is paid by kind of contract, by commissioner and by provider."""
    net, kinds = to_providers(result), kinds_of(result)
    rows = [
        (said, many([one for one in net if kinds[one] == kind]), net_of(net, kinds, kind))
        for kind, said in KINDS.items()
    ]
    parties = {one.id: one for one in result.settlement.case.contracts}
    boards = added((parties[one].commissioner, pence) for one, pence in net.items())
    trusts = added((parties[one].provider, pence) for one, pence in net.items())
    return (
        "## What is paid\n\nNet to providers under their contracts, with what is held and released:\n\n"
        + table(("Contracts", "How many", "Net to providers"), [*rows, ("All", f"{len(net):,}", sum(net.values()))])
        + f"\nThe largest {TOP} of {len(boards)} commissioners, and of {len(trusts)} providers:\n\n"
        + table(("Commissioner", "Contracts", "Pays, net"), largest(boards, counted(parties, "commissioner")))
        + "\n"
        + table(("Provider", "Contracts", "Is paid, net"), largest(trusts, counted(parties, "provider")))
        + "\n`balances.csv` in the run folder has every account.\n\n"
    )


def three_quarters(before: Result, after: Result) -> str:
    """What the providers of aligned payments lose if the variable element is paid at 75%."""
    kinds, net, less = kinds_of(before), to_providers(before), to_providers(after)
    rows = []
    for kind in ("aligned payment", "specialised"):
        was, now = net_of(net, kinds, kind), net_of(less, kinds, kind)
        rows.append((KINDS[kind], was, now, now - was, percent(now - was, was)))
    return (
        "## What if the variable element were paid at 75% of unit prices?\n\n"
        "First-round effect: nobody is assumed to do less. Fixed elements and all other contracts stay as they are.\n\n"
        + table(("Contracts", "At 100%", "At 75%", "Change", "In %"), rows)
        + "\nA trust loses by how much of its payment is variable, not by how well it does. If fixed elements were\n"
        "raised by the change in all, boards would pay the same, and a further patient would bring a quarter less.\n\n"
    )


def transactions(before: Result, after: Result) -> str:
    """What low volume blocks save in payments, against paying the same activity month by month."""
    kinds = kinds_of(before)
    low = [one for one, kind in kinds.items() if kind == "low volume block"]
    blocks, single = to_providers(before), to_providers(after)
    payments = (len(paid_months(before, low)), len(paid_months(after, low)))
    states, chosen = before.settlement.unit_states(), set(low)
    units = sum(of["covered"] for (contract, *_), of in states.items() if contract in chosen)
    nothing = sum(1 for one in low if not single[one])
    one_way = sum(1 for one in low if blocks[one] > single[one])
    return (
        "## What do low volume blocks save?\n\n"
        "The same 3,000 pairs, paid by activity each month instead of by a block each year:\n\n"
        + table(
            ("", "By block", "By activity"),
            [
                ("Payments in the year", f"{payments[0]:,}", f"{payments[1]:,}"),
                ("Units to be priced, sent and agreed", "0", f"{units:,}"),
                ("Net to providers", sum(blocks[one] for one in low), sum(single[one] for one in low)),
            ],
        )
        + f"\nBlocks make {payments[1] - payments[0]:,} payments fewer here, at a thousandth of a country's activity: "
        f"{nothing:,}\npairs had none at all. Where every pair has some each month, it is 36,000 payments, or 3,000. "
        "What it costs is\nexactness: a value that is set beforehand (and here made up) pays "
        f"{one_way:,} pairs more than their activity is\nworth, and {len(low) - one_way:,} less or as much.\n\n"
    )  # fmt: skip


def at_75(folder: Path) -> None:
    """The change: the variable element at 75%, in the scheme and in the contract with a file of its own."""
    for file in ("scheme.toml", f"contracts/{STATEMENT}.toml"):
        replaced(file, SHARE, 'variable_share = "75%"')(folder)


def low_volume_by_activity(folder: Path) -> None:
    """The change: what a low volume block covers is paid by activity, month by month."""
    replaced("scheme.toml", BLOCK, BY_ACTIVITY)(folder)
    path = folder / "contracts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["settles"] = ""
        del row[VALUE]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def kinds_of(result: Result) -> dict[str, str]:
    """What kind each contract is of, by the rule that tells it."""
    found = {}
    for one in result.settlement.case.contracts:
        labels = {entry.label for entry in one.rules}
        kind = next(kind for kind in ("elective limit", "low volume block", "aligned payment") if kind in labels)
        found[one.id] = "specialised" if one.commissioner == "ZE" else kind
    return found


def to_providers(result: Result) -> dict[str, int]:
    """Pence net to the provider under each contract."""
    parties = {one.id: one.provider for one in result.settlement.case.contracts}
    net = dict.fromkeys(parties, 0)
    for line in result.settlement.lines:
        if line.book == "cash" and line.contract in net:
            provider = parties[line.contract]
            net[line.contract] += line.pence * ((line.payee == provider) - (line.payer == provider))
    return net


def paid_months(result: Result, contracts: Iterable[str]) -> dict[tuple[str, str], int]:
    """What each month pays under these contracts, where it is anything: a payment each."""
    chosen, found = set(contracts), Counter[tuple[str, str]]()
    for line in result.settlement.lines:
        if line.book == "cash" and line.contract in chosen:
            found[line.contract, line.month] += line.pence
    return {key: pence for key, pence in found.items() if pence}


def net_of(net: Mapping[str, int], kinds: Mapping[str, str], kind: str) -> int:
    """What contracts of one kind come to."""
    return sum(pence for one, pence in net.items() if kinds[one] == kind)


def added(parts: Iterable[tuple[str, int]]) -> Counter[str]:
    """The sums by name."""
    found: Counter[str] = Counter()
    for name, pence in parts:
        found[name] += pence
    return found


def counted(parties: Mapping[str, object], role: str) -> Counter[str]:
    """How many contracts each party has in that role."""
    return Counter(getattr(one, role) for one in parties.values())


def largest(sums: Mapping[str, int], contracts: Mapping[str, int]) -> list[tuple[object, ...]]:
    """The largest, then the others together, then all."""
    order = sorted(sums, key=lambda one: (-sums[one], one))
    first, others = order[:TOP], order[TOP:]
    rows: list[tuple[object, ...]] = [(f"`{one}`", f"{contracts[one]:,}", sums[one]) for one in first]
    rows.append((f"{len(others)} others", many_of(contracts, others), sum(sums[one] for one in others)))
    return [*rows, ("All", many_of(contracts, order), sum(sums.values()))]


def many(of: list[str]) -> str:
    """How many there are."""
    return f"{len(of):,}"


def many_of(contracts: Mapping[str, int], names: Iterable[str]) -> str:
    """How many contracts these have together."""
    return f"{sum(contracts[one] for one in names):,}"


def percent(part: int, whole: int) -> str:
    """A part of a whole in percent, to one decimal, rounded half up away from zero."""
    tenths = (abs(part) * 2_000 + whole) // (2 * whole)
    return f"{'-' if part < 0 else ''}{tenths // 10}.{tenths % 10}%"


def table(headings: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """A table in Markdown; whole numbers in it are pence."""
    shown = [[money_text(cell, "GBP") if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *shown]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


Change = Callable[[Path], object]
__all__ = ["BY_ACTIVITY", "KINDS", "Change", "at_75", "low_volume_by_activity", "page"]
