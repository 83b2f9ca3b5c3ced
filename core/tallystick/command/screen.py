"""What is shown on a screen: progress, outcomes and checks. Words go to standard output, progress to the other."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tallystick.kernel.errors import in_words

if TYPE_CHECKING:
    from tallystick.kernel.settlement import Progress
    from tallystick.result import Result

MOST_SHOWN = 20
"""How many contracts are listed; of more, those that were not settled, and a count of the others."""

MOST_UNCLAIMED = 10
"""How many lines of rows without a contract are listed."""


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Progress]:
    """A bar on a terminal; nothing at all anywhere else."""
    if quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task("reading", total=None)
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Rows in columns, as wide as they need to be; ``right`` names the columns that are set to the right."""
    everything = [headings, *rows]
    widths = [max(len(row[place]) for row in everything) for place in range(len(headings))]
    lines = [
        "  ".join(
            cell.rjust(w) if at in right else cell.ljust(w)
            for at, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in everything
    ]
    return "\n".join([lines[0], "-" * min(100, max(map(len, lines))), *lines[1:]])


def outcomes(result: Result) -> str:
    """What became of each contract, and what its provider receives in cash."""
    from tallystick.kernel.money import money_text

    settled, unit = result.settlement, result.settlement.case.money
    providers = {contract.id: contract.provider for contract in settled.case.contracts}
    net = dict.fromkeys(providers, 0)
    for line in settled.lines:
        if line.book == "cash" and line.contract in net:
            provider = providers[line.contract]
            net[line.contract] += line.pence * ((line.payee == provider) - (line.payer == provider))
    every, became = len(net) <= MOST_SHOWN, result.outcomes
    shown = [c for c in net if every or became[c] != "settled"][: MOST_SHOWN * 5]
    rows = [(c, became[c], providers[c], money_text(net[c], unit) if became[c] == "settled" else "") for c in shown]
    said = [table(("contract", "outcome", "provider", "net to provider"), rows, right=(3,))] if rows else []
    for contract in shown:
        stop = settled.stopped.get(contract)
        if stop is not None and not stop.because:
            clause = f", clause {stop.clause}" if stop.clause else ""
            said.append(f"{contract} stopped: {stop.why}" + (f" (rule “{stop.label}”{clause})" if stop.label else ""))
        elif stop is not None:
            said.append(f"{contract} was not run: {stop.why}")
    if not every:
        said.append(f"{list(became.values()).count('settled'):,} of {len(net):,} contracts settled")
    return "\n".join(said)


def nobodys(result: Result) -> str:
    """Tables of which no row at all belongs to a contract: likely a code, a contract or a year that is another one."""
    lost: dict[str, dict[str, int]] = {}
    for table, why, rows in result.settlement.reading.unplaced:
        lost.setdefault(table, {})[why] = rows
    return "\n".join(
        f"No row of {name} belongs to one contract, and nobody pays for them "
        f"({', '.join(f'{why}: {rows:,}' for why, rows in whys.items())})"
        for name, whys in lost.items()
        if sum(whys.values()) == result.settlement.facts[name].rows
    )


def payable(result: Result) -> str:
    """What is payable now under each contract, and what moved since the last posting."""
    from tallystick.in_year.submissions import not_received
    from tallystick.kernel.money import money_text

    of, unit = result.in_year, result.settlement.case.money
    assert of is not None
    shown = [one for one in of.due.payable if one.entitled or one.ordered or one.now]
    rows = [
        (one.contract, f"{one.payer} to {one.payee}", *(money_text(pence, unit) for pence in one[3:]))
        for one in shown[: MOST_SHOWN * 5]
    ]
    heading = ("contract", "who pays whom", "due to date", "on account", "ordered before", "payable now")
    said = [f"{of.months}, as at {of.as_at}"]
    said.append(table(heading, rows, right=(2, 3, 4, 5)) if rows else "Nothing is due.")
    if len(shown) > len(rows):
        said.append(f"and {len(shown) - len(rows):,} more, in payable.csv")
    missing = not_received(of.choice, of.months, lambda provider: of.body(provider, of.as_at))
    if missing:
        by_table: dict[str, list[str]] = {}
        for one in missing:
            by_table.setdefault(one.table, []).append(one.month)
        tables = "; ".join(f"{name} {', '.join(sorted(set(months)))}" for name, months in sorted(by_table.items()))
        said.append(f"Not received by {of.as_at}, and counted as nothing: {tables}")
    return "\n".join(said)


def no_contract(result: Result) -> str:
    """Rows that no contract has, by provider and commissioner, with what they are worth: the dearest first."""
    from tallystick.kernel.money import money_text

    unit = result.settlement.case.money
    lines = sorted(result.no_contract_lines, key=lambda one: (-(one.pence or 0), -one.units, one))
    if not lines:
        return ""
    rows = [
        (f"{one.table}: {one.unit}" if one.unit else one.table, one.provider or "not said",
         one.commissioner or "not said", f"{one.units:,}", money_text(one.pence, unit) if one.pence else "")
        for one in lines[:MOST_UNCLAIMED]
    ]  # fmt: skip
    headings = ("in no contract", "provider", "commissioner", "units", "worth, not paid")
    said = [table(headings, rows, right=(3, 4))]
    if len(lines) > len(rows):
        said.append(f"and {len(lines) - len(rows):,} lines more, in no_contract.csv")
    return "\n".join(said)


def unseen(result: Result) -> str:
    """Codes that contracts claim and no row holds."""
    told = result.unseen_codes
    lines = [in_words(told[:MOST_UNCLAIMED])] if told else []
    if len(told) > MOST_UNCLAIMED:
        lines.append(f"and {len(told) - MOST_UNCLAIMED:,} codes more that no row holds")
    return "\n".join(lines)


def checks(result: Result, *, failed_only: bool = False) -> str:
    """The checks, failed ones first, and how many passed."""
    failed = [check for check in result.checks if not check.passed]
    passed = [check for check in result.checks if check.passed]
    lines = [f"  FAILED  {check.name}: {check.detail}{_whose(check.contracts)}" for check in failed]
    if not failed_only:
        lines += [f"  passed  {check.name}: {check.detail}" for check in passed[:MOST_SHOWN]]
    lines.append(f"{len(passed):,} of {len(result.checks):,} checks passed")
    return "\n".join(lines)


def _whose(contracts: tuple[str, ...]) -> str:
    return f" ({', '.join(contracts[:3])}{', …' if len(contracts) > 3 else ''})" if contracts else ""


def set_aside(result: Result) -> None:
    """Say on the other stream which rows were left out, and why."""
    left = sum(facts.left_out for facts in result.settlement.facts.values())
    if left:
        click.echo(in_words(result.settlement.set_aside), err=True)
        click.echo(
            f"\n{left:,} row{'s' if left != 1 else ''} set aside: not paid, and counted in every statement.", err=True
        )


def checked_before(result: Result) -> str:
    """Tables whose files were not checked in this run, since an earlier one found the same bytes good."""
    names = [name for name, facts in result.settlement.facts.items() if facts.checked_before]
    return f"Found good before, and not checked again (--check-again does): {', '.join(sorted(names))}" if names else ""


def too_few(result: Result) -> None:
    """Say on the other stream of which rules a party is shown the net alone, since whoever pays has to know."""
    for contract, label in getattr(result, "netted", ()):
        click.echo(
            f"{contract}, {label}: too few people to be shown even all together, so only its net is shown. "
            "What is paid may still tell how many they are: see “Who may see what” in the manual.",
            err=True,
        )
