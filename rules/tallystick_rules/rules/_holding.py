"""What becomes of the care of a budget's people: covered, carved out, had elsewhere, or above a limit for a person."""

from __future__ import annotations

import enum
import functools
import operator
from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from tallystick.kernel.accounts import MONTHS, Contract, account
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Covered, Figure, Flow, Never, Priced, Units
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Count, Day, Flag, Maybe, literal
from tallystick.kernel.language.words import each_contract, earlier, rest, total, when
from tallystick.kernel.tables import Table
from tallystick.kernel.trace import Claimed

HALF, QUARTER = MONTHS // 2, MONTHS // 4


class Heads(enum.Enum):
    """What a head is: each day of a person on the list, or a person on each list."""

    DAYS = "days"
    LISTS = "lists"


class WithoutWeight(enum.Enum):
    """What a person counts whose weight for need is not given."""

    FAULT = "fault"
    ONE = "one"
    NOTHING = "nothing"


class Leakage(enum.Enum):
    """Who pays for what people of the budget have elsewhere."""

    DEDUCTED = "commissioner, deducted"
    HOLDER = "holder"


@frozen(kw_only=True)
class CarvedOut:
    """Care that is paid for beside the budget: rows of a table whose code columns are listed."""

    table: str
    where: dict[str, tuple[str, ...]] = field(factory=dict)
    """For each code column, the codes that count; all rows if nothing is listed."""


def check(rule: Any) -> None:
    """Refuse parts of a budget that say nothing together."""
    lists = rule.heads is Heads.LISTS
    for wrong, about, says, write in (
        (lists and rule.lists_a_year is None, "heads", "it does not say how many lists there are", "lists_a_year = 4"),
        (not lists and rule.lists_a_year is not None, "lists_a_year", "heads are days, and not lists",
         'heads = "lists", or no lists_a_year'),
        (bool(rule.care) and rule.leakage is None, "care", "it does not say who pays for care elsewhere",
         'leakage = "commissioner, deducted" or "holder"'),
        (not rule.care and (rule.leakage is not None or bool(rule.carved_out)),
         "leakage" if rule.leakage is not None else "carved_out",
         "nothing says what care of its people is worth", 'care = ["label"]'),
        (rule.categories == (), "categories", "no category is named, so nobody would be on the list",
         'categories = ["…"], or leave it out if all are on it'),
    ):  # fmt: skip
        if wrong:
            raise RuleError(f"capitation: {says}", about=about, write=write)


def is_list_day(day: Day, lists: Count, contract: Contract) -> Flag:
    """Whether a list is of that day: the first of the contract's year, and of each half, quarter or month of it."""
    found = day == contract.month_begins(0)
    for month in range(1, MONTHS):
        found = found | (_begins_a_part(month, lists) & (day == contract.month_begins(month)))
    return found & ((lists == 1) | (lists == 2) | (lists == MONTHS // QUARTER) | (lists == MONTHS))


def empty_lists(people: Table, on_it: Flag, lists: Count, contract: Contract) -> Count:
    """How many of the lists of the period have nobody on them: they may not have been handed in."""
    one: Count = literal(Kind.COUNT, 1)
    found: Count = literal(Kind.COUNT, 0)
    for month in range(MONTHS):
        day = contract.month_begins(month)
        due = (contract.first_day <= day) & (day <= contract.last_day)
        if month:
            due = due & _begins_a_part(month, lists)
        nobody = total(when(on_it & (people.census_day == day), one)) == 0
        found = found + when(due & nobody, one)
    return found


def _begins_a_part(month: int, lists: Count) -> Flag:
    """Whether a part of the year begins with that month, the first apart, where there are so many lists a year."""
    begins = lists == MONTHS
    if month % QUARTER == 0:
        begins = begins | (lists == MONTHS // QUARTER)
    if month % HALF == 0:
        begins = begins | (lists == MONTHS // HALF)
    return begins


def _who(claim: Claimed) -> tuple[Flag, Any]:
    """Whose care a row is, and who gave it."""
    rows: Any = claim.rows
    person, provider = (getattr(rows, name) for name in ("person", "provider"))
    return (person.or_else("") if isinstance(person, Maybe) else person), provider


def strangers(claim: Claimed, people: Table) -> Never:
    """Care of people who are not on the list: its contract is another."""
    person, _ = _who(claim)
    says = "its person is not given, or not on the list of people: it belongs in another contract"
    return Never(claim.where & ~people.exist(person=person), says)


def held(rule: Any, claim: Claimed, people: Table, contract: Contract) -> Iterator[Units | Flow | Figure]:
    """Cover the units of a currency, or pay for them if they are carved out; and move what was had elsewhere."""
    _, provider = _who(claim)
    name = claim.rows.table.name
    chosen = [claim.rows.where(one.where) for one in rule.carved_out if one.table == name]
    apart = (functools.reduce(operator.or_, chosen) if chosen else ~claim.rows.every).named("carved out")
    theirs = provider != contract.provider.code
    unit, units = claim.unit, claim.units
    yield Priced(
        claim.rows, where=claim.where & apart, amount=claim.worth, payee=account(provider),
        reason="carved out: paid for beside the budget", unit=unit, units=units,
    )  # fmt: skip
    yield Covered(
        claim.rows,
        where=claim.where & ~apart,
        amount=claim.worth,
        reason="paid for by the weighted heads",
        unit=unit,
        units=units,
    )
    leaked = when(claim.where & ~apart & theirs, claim.worth).named("worth of care elsewhere")
    if rule.leakage is Leakage.HOLDER:
        yield Flow(contract.provider, account(provider), leaked, kind="transfer", reason="care of its people elsewhere")
        return
    yield Flow(
        contract.commissioner, account(provider), leaked, kind="price", reason="care of the holder's people elsewhere"
    )
    yield Flow(contract.provider, contract.commissioner, leaked, kind="adjustment", reason="care elsewhere, deducted")


def above(limit: Amount, people: Table, on_it: Flag, contract: Contract) -> Iterator[Flow | Figure | Never]:
    """What a person's care cost above the limit to date, less what it was by the row before in the contract's year."""
    missing = "what its person's care cost is not given, and there is a limit on it"
    yield Never(on_it & people.cost_to_date.is_missing(), missing)
    before = earlier(people, people.cost_to_date.is_given()).or_else(people.census_day)
    known = (before < people.census_day) & (before >= contract.month_begins(0))
    former = people.find("cost_to_date", person=people.person, census_day=before).or_else(0)
    now, then = (_above(cost, limit) for cost in (people.cost_to_date.or_else(0), when(known, former)))
    borne = when(on_it, rest(now, then)).named("above the limit, less what was so before")
    yield Flow(
        contract.commissioner, contract.provider, borne, kind="transfer", reason="a person's cost above the limit"
    )


def _above(cost: Amount, limit: Amount) -> Amount:
    return (cost - each_contract(limit)).at_least(0)
