"""The parts of a recipe: which rows, how many units, at which tier; and which parts cannot stand together."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from tallystick.kernel.errors import RuleError
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Count, Flag, Maybe, Price
from tallystick.kernel.language.words import running, so_far, total, when
from tallystick.kernel.parameters import parameter
from tallystick.kernel.tables import Table


@frozen(kw_only=True)
class Tier:
    """A price for the units of the contract's year that lie above a count, up to the next tier."""

    above: int = parameter("The count of the year's units above which the price begins; 0 for the first tier.")
    each: Price = parameter("What a unit of the tier brings.", at_least=0, unit="a unit")


@frozen(eq=False, kw_only=True)
class Chosen:
    """The rows of a recipe: which of them count, how many units a row has, and how many of these are paid for."""

    rows: Any
    where: Flag
    units: Count
    paid: Count
    missing: Flag | None
    """In which rows the count is not given; None where it always is."""


def chosen(rule: Any, rows: Table) -> Chosen:
    """Read the filter, the column that is counted and its cap."""
    where = rows.where(rule.where)
    units, missing = rows.rows, None
    if rule.of is not None:
        column: Any = getattr(rows, rule.of)
        if column.node.kind is not Kind.COUNT:
            says = f"{rows.table.name}.{rule.of} is a {column.node.kind.value}, and of = … names a column of counts"
            counts = [f'"{name}"' for name, one in rows.table.columns.items() if one.kind is Kind.COUNT]
            raise RuleError(says, about="of", write=" or ".join(counts) or "nothing: each row is then counted once")
        missing = where & column.is_missing() if isinstance(column, Maybe) else None
        units = column.or_else(0) if isinstance(column, Maybe) else column
    paid = units if rule.at_most_each is None else units.at_most(rule.at_most_each)
    return Chosen(
        rows=rows, where=where, units=units.named("units"), paid=paid.named("units paid for"), missing=missing
    )


def worth(rule: Any, of: Chosen) -> Amount:
    """What a row brings: its units at the one price, or at the tiers that they fall in."""
    if rule.tiers is None:
        return (rule.each.times(of.paid).as_amount()).named("earned")  # type: ignore[no-any-return]
    mine = when(of.where, of.paid)
    up_to = (so_far(total(mine)) + running(mine)).named("units of the year up to this row")
    exact: Any = None
    for number, tier in enumerate(rule.tiers):
        ends = [later.above for later in rule.tiers[number + 1 : number + 2]]
        reached, before = (_within(count, tier.above, ends) for count in (up_to, up_to - mine))
        inside = (reached - before).named(f"units above {tier.above}")
        part = tier.each.named(f"price above {tier.above}").times(inside)
        exact = part if exact is None else exact + part
    return exact.as_amount().named("earned")  # type: ignore[no-any-return]


def _within(count: Count, above: int, ends: list[int]) -> Count:
    """How much of a count lies above one number and up to the next."""
    for end in ends:
        count = count.at_most(end)
    return (count - above).at_least(0)


def unit_of(rows: Table, of: str | None) -> tuple[str, bool]:
    """The payable unit that a recipe claims, and whether it is what the recipe counts."""
    same = [unit for unit, column in rows.table.units.items() if column == (of or "")]
    return (same or list(rows.table.units))[0], bool(same)


def check(rule: Any) -> None:
    """Refuse a recipe whose parts say nothing together, or too much, at the part."""
    ways = [name for name in ("each", "tiers", "share", "amount") if getattr(rule, name) is not None]
    counted = rule.each is not None or rule.tiers is not None
    by_units, by_evidence = rule.threshold_units is not None, rule.release_standard is not None
    limits = [name for name in ("threshold_units", "threshold_year", "floor_year", "limit_year") if _said(rule, name)]
    for wrong, about, says, write in (
        (not ways, "payer", "it does not say how much", "each, tiers, share or amount"),
        (len(ways) > 1, ways[-1] if ways else "", f"it says how much by {' and by '.join(ways)}", "one of them"),
        (counted and rule.table is None, ways[0] if ways else "", "it does not say what is counted",
         'for = { table = "…" }'),
        (not counted and rule.of is not None, "of", "of = … is counted, and nothing here has a price", "each or tiers"),
        (rule.at_most_each is not None and (rule.of is None or not counted), "at_most_each",
         "at_most_each caps what a row counts, and nothing says what that is", 'of = "…", a column of counts'),
        ((rule.share is None) != (rule.on is None), "on" if rule.share is None else "share",
         "share and on are said together", 'share = "2%", on = ["label"]'),
        (rule.share is not None and rule.table is not None, "table",
         "a share is of what other rules pay, and of no table", "on, or each"),
        (bool(limits) and rule.amount is not None, limits[0] if limits else "",
         "a fixed amount has no threshold, floor or limit", "another amount"),
        (by_units and not counted, "threshold_units", "a threshold of units needs units", 'year = "£…"'),
        (by_units and rule.threshold_year is not None, "threshold_units", "there are two thresholds", "units or year"),
        (rule.replaces is not None and not rule.claims, "claims",
         "a budget that replaces something claims its units, or they would be paid for twice", "claims = true"),
        (by_evidence == (rule.release_on is not None) and _said(rule, "hold_share"), "hold_share",
         "what is held is released by evidence or on a day", "release_on or release_if, one of them"),
        (by_evidence and rule.otherwise is None, "release_standard",
         "it does not say where money goes that is not released", 'otherwise = "commissioner"'),
        (not by_evidence and (rule.otherwise is not None or rule.until is not None),
         "until" if rule.otherwise is None else "otherwise",
         "otherwise and until are for what is released by evidence", "release_if, or nothing"),
        (by_evidence and (bool(limits) or not counted), "release_standard",
         "evidence releases what a row brings, and here a row alone brings nothing", "release_on = …, a day"),
        ("/" in (rule.hold_pot or "") or rule.hold_pot == "", "hold_pot",
         "a pot's name is text without a stroke", 'pot = "…"'),
    ):  # fmt: skip
        if wrong:
            raise RuleError(f"recipe: {says}", about=about, write=write)
    _check_tiers(rule.tiers)


def _said(rule: Any, name: str) -> bool:
    return getattr(rule, name) is not None


def _check_tiers(tiers: Any) -> None:
    for number, tier in enumerate(tiers or ()):
        if number == 0 and tier.above != 0:
            says = "the first tier begins above 0, so that every unit has a price"
            raise RuleError(f"recipe: {says}", about="tiers.0", write="above = 0")
        if number and tier.above <= tiers[number - 1].above:
            says = f"the tier above {tier.above} comes after the tier above {tiers[number - 1].above}"
            raise RuleError(f"recipe: {says}", about=f"tiers.{number}", write="tiers from the lowest to the highest")
