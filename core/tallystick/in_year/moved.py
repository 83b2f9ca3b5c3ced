"""What moved since the last posting, by reason: the same settlement again and again, each time with one more change.

The changes are made in a stated order, from what was posted to what is entitled now: rules, price list, parameters,
contract variation, duplicates, rows withdrawn, late coding, late activity, then each table that is only looked up
(answers, evidence, challenges) by its name, days passed, and new months. So what the reasons come to adds up to the
whole difference, to the penny. Where a change cannot be settled by itself (a contract that names a price list which
only the next change brings), its money is told with the next one's.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from tallystick.in_year.months import Months, cut
from tallystick.in_year.postings import PostingKey, Sum, Sums, entitlement
from tallystick.in_year.rows_moved import is_placed, row_changes
from tallystick.in_year.window import within
from tallystick.kernel.case import Case, ContractCase, PriceRows
from tallystick.kernel.describe import plain_name
from tallystick.kernel.errors import TallystickError
from tallystick.kernel.facts import Facts
from tallystick.kernel.settlement import settle

RULES = "rules"
PRICES = "price list"
PARAMETERS = "parameters of the scheme"
VARIATION = "contract variation"
DAYS = "days passed"
MONTHS = "new months"
UNTOLD = "activity whose earlier files are gone, and rules"
SCHEME_FILE = "scheme.toml"
OF_CONTRACTS = ("assign.toml", "organisations.csv", "successors.csv")
"""Files beside the contracts' own that say whose a row is."""


@frozen(eq=False, kw_only=True)
class Then:
    """Everything that was settled with on a day. ``files`` gives a hash of each file that says what is settled.

    ``whole`` is false where the activity of that day cannot all be had any more: what is there now stands for it.
    """

    case: Case
    facts: Mapping[str, Facts]
    months: Months
    as_at: datetime.date
    files: Mapping[str, str]
    whole: bool = True


@frozen(order=True)
class Moved:
    """What one reason brought the provider of a contract under one of its labels, in pence."""

    contract: str
    place: int
    reason: str
    label: str
    pence: int


Step = tuple[str, Case, Mapping[str, Facts], Months, datetime.date]


def moved(posted: Sums, before: Then, now: Then, entitled: Sums) -> list[Moved]:
    """What moved from ``posted`` to ``entitled``, in order of contract, reason and label.

    Both are sums by line of the contracts that are settled now; ``entitled`` is what ``now`` comes to.
    """
    of = {contract.id: contract for contract in now.case.contracts}
    steps = list(_steps(before, now))
    wanted = {key.contract for key in entitled}
    found: dict[tuple[str, int, str, str], int] = {}
    sums = posted
    for place, (reason, case, facts, months, day) in enumerate(steps):
        last = place == len(steps) - 1
        settled = entitled if last else _settled(case, facts, months, day, wanted)
        if settled is None:
            continue
        reached = settled if last else _as_compared(settled, posted, before.months, now.months)
        for (contract, label), pence in _between(sums, reached, of).items():
            key = (contract, place, reason, label)
            found[key] = found.get(key, 0) + pence
        sums = reached
    return sorted(Moved(*key, pence) for key, pence in found.items() if pence)


def _steps(before: Then, now: Then) -> Iterator[Step]:
    """Each change with its reason; the last step is what is settled now, whatever its reason."""
    yield RULES if before.whole else UNTOLD, before.case, before.facts, before.months, before.as_at
    yield from _changes(before, now)


def _changes(before: Then, now: Then) -> Iterator[Step]:
    case, tables, months, day = before.case, dict(before.facts), before.months, before.as_at
    for reason, changed in _cases(before, now):
        case = changed
        yield reason, case, tables, months, day
    for reason, changed_tables in row_changes(tables, now.facts, months):
        tables = {**tables, **changed_tables}
        yield reason, case, tables, months, day
    for name in sorted(now.facts):
        if not is_placed(now.facts[name]) and (name not in tables or tables[name].digest != now.facts[name].digest):
            tables = {**tables, name: now.facts[name]}
            yield plain_name(name), case, tables, months, day
    if now.as_at != day:
        day = now.as_at
        yield DAYS, case, tables, months, day
    if now.months != months:
        yield MONTHS, now.case, now.facts, now.months, now.as_at


def _cases(before: Then, now: Then) -> Iterator[tuple[str, Case]]:
    """The case with the new price lists, then with the new rules of the scheme, then with the contracts as they are."""
    case = before.case
    if _prices_said(case) != _prices_said(now.case):
        case = evolve(case, prices={**case.prices, **now.case.prices})
        yield PRICES, case
    if before.files.get(SCHEME_FILE) != now.files.get(SCHEME_FILE):
        newer = {contract.id: contract for contract in now.case.contracts}
        contracts = tuple(_with_scheme_rules(one, newer.get(one.id)) for one in case.contracts)
        case = evolve(now.case, contracts=contracts, prices=case.prices, as_at=case.as_at)
        yield PARAMETERS, case
    names = [one for one in {**before.files, **now.files} if one.startswith("contracts") or one in OF_CONTRACTS]
    if any(before.files.get(one) != now.files.get(one) for one in names):
        yield VARIATION, evolve(now.case, prices=case.prices)


def _with_scheme_rules(contract: ContractCase, newer: ContractCase | None) -> ContractCase:
    """The contract with its own rules as they were, and those of the scheme as they are."""
    if newer is None:
        return contract
    return evolve(contract, rules=(*(r for r in contract.rules if not r.scheme), *(r for r in newer.rules if r.scheme)))


def _prices_said(case: Case) -> dict[tuple[str, str], tuple[Any, ...]]:
    return {place: _list_said(one) for place, one in case.prices.items()}


def _list_said(one: PriceRows) -> tuple[Any, ...]:
    steps = tuple((s.cls, {n: t.steps for n, t in s.values.items()}, dict(s.shape), s.round_to) for s in one.steps)
    return one.kind, [dict(row) for row in one.rows], one.derived_from, steps


def _settled(
    case: Case, facts: Mapping[str, Facts], months: Months, as_at: datetime.date, wanted: set[str]
) -> dict[PostingKey, Sum] | None:
    """What it comes to by line; None where it cannot be settled, or where a contract stops that does not stop now."""
    try:
        settled = within(settle(cut(case, months, as_at), facts, reference_rows=0), months)
    except TallystickError:
        return None
    return None if wanted & set(settled.stopped) else entitlement(settled.lines)


def _as_compared(settled: Sums, posted: Sums, before: Months, now: Months) -> dict[PostingKey, Sum]:
    """What a step comes to in the months of now, with what was posted for months that the last posting did not have."""
    kept = {key: of for key, of in settled.items() if key.starts in now.names}
    return kept | {key: of for key, of in posted.items() if key.starts not in before.names}


def _between(one: Sums, other: Sums, contracts: Mapping[str, ContractCase]) -> dict[tuple[str, str], int]:
    """What the provider of each contract is to have more, by label; lines of no such contract are left out."""
    found: dict[tuple[str, str], int] = {}
    for sums, sign in ((one, -1), (other, 1)):
        for key, of in sums.items():
            pence = sign * to_provider(key, of, contracts)
            if pence:
                place = (key.contract, key.label)
                found[place] = found.get(place, 0) + pence
    return found


def to_provider(key: PostingKey, of: Sum, contracts: Mapping[str, ContractCase]) -> int:
    """What a line brings the provider of its contract in cash, less what it takes."""
    contract = contracts.get(key.contract)
    if contract is None or key.book != "cash":
        return 0
    sign = int(key.payee == contract.provider) - int(key.payer == contract.provider)
    return of.pence * sign


def reasons(found: Sequence[Moved], contract: str) -> dict[str, int]:
    """Pence by reason for one contract, in the order in which the changes were made."""
    sums: dict[str, int] = {}
    for one in sorted(found):
        if one.contract == contract:
            sums[one.reason] = sums.get(one.reason, 0) + one.pence
    return {reason: pence for reason, pence in sums.items() if pence}
