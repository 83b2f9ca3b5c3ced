"""What fixed payments share: the activity that they cover, told by its rows or by currencies that do not pay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import field, frozen

from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Covered, Figure, Units
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Amount, Flag, literal
from tallystick.kernel.language.words import when
from tallystick.kernel.parameters import Label, PriceList
from tallystick.kernel.trace import Activity, Claimed, Value
from tallystick_rules.rules._prices import as_money, code_of, date_of, unit_of, units_of
from tallystick_rules.tables.factors import Factors
from tallystick_rules.tables.unit_prices import UnitPrices

CURRENCIES = "labels of currencies with pays = false"


@frozen(kw_only=True)
class Covers:
    """Activity that is paid for by a fixed payment: units of a table, in the rows whose code columns are listed."""

    table: str
    unit: str | None = None
    """Which payable unit; the table's first if not said."""
    where: dict[str, tuple[str, ...]] = field(factory=dict)
    """For each code column, the codes that count; all rows if nothing is listed."""
    code: str = "hrg"
    """The column that holds the code by which the units are valued, if they are valued at all."""


def covered(
    activity: Activity, part: Covers, reason: str, valued_at: PriceList[UnitPrices] | None = None,
    market_forces_factor: PriceList[Factors] | None = None,
) -> Iterator[Units | Figure]:  # fmt: skip
    """Claim a part at nil, valued at a price list if there is one."""
    rows = activity[part.table]
    unit = unit_of(rows, part.unit)
    units, where = units_of(rows, unit), rows.where(part.where)
    worth: Amount | None = None
    if valued_at is not None:
        price = valued_at.find("price", on=date_of(rows), code=code_of(rows, part.code)).named("price")
        valued = as_money(price.map(lambda each: each.times(units)), market_forces_factor, rows)
        worth = valued.or_else(0)
        yield Figure(
            f"covered units of {part.table} without a value", when(where & valued.is_missing(), units),
            reason="the price list has no price for their code, or no factor for their provider",
        )  # fmt: skip
    yield Covered(rows, unit=unit, where=where, units=units, amount=worth, reason=reason)


def claimed(value: Value, labels: Sequence[Label], about: str) -> list[Claimed]:
    """What those currencies claim; RuleError where none is named, or one values nothing, which would pass for none."""
    if not labels:
        says = f"no rule is named under {about}, so all activity would be worth nothing"
        raise RuleError(says, about=about, write=CURRENCIES)
    found: list[Claimed] = []
    for label in labels:
        try:
            claims = list(value.claims(label))
        except RuleError as error:
            raise RuleError(str(error), about=about, write=CURRENCIES) from error
        if not claims:
            says = f"a rule under {about} values no units, so its activity would be worth nothing"
            raise RuleError(says, about=about, write=CURRENCIES)
        found += claims
    return found


def covered_claim(claim: Claimed, where: Flag, reason: str) -> Covered:
    """Claim at nil, in some of its rows, what a currency that does not pay claims and values."""
    return Covered(claim.rows, unit=claim.unit, where=where, units=claim.units, amount=claim.worth, reason=reason)


def added(amounts: Sequence[Amount]) -> Amount:
    """The amounts added up."""
    found: Amount = literal(Kind.AMOUNT, 0)
    for number, one in enumerate(amounts):
        found = one if number == 0 else found + one
    return found
