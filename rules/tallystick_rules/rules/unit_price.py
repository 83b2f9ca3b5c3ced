"""Unit price: so many units at the price of their code."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.accounts import Contract
from tallystick.kernel.flows import Priced, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Maybe, Price
from tallystick.kernel.parameters import PriceList
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity
from tallystick_rules.rules._prices import as_money, code_of, date_of, factor_is_known, unit_of, units_of
from tallystick_rules.tables.factors import Factors
from tallystick_rules.tables.unit_prices import UnitPrices


@rule("unit-price")
class UnitPrice(Rule):
    """Attendances, tests, contacts, bed days: whatever is counted and has a price by its code.

    What it pays
        The units of each row at the price of the row's code, times the provider's market forces factor.
        A code that the list marks as not priced is shown in units only.

    Who pays whom
        The commissioner pays the provider.

    How it is worked out
        units × price × market forces factor. All three are exact; the product is rounded once, half up, to the
        penny. Price and factor are those in force on the row's date. A code that the price list does not name,
        and a provider without a factor, are faults of the input: neither is taken for zero or for 1. A row in which
        the units are none, or not given, claims nothing.

    Example
        Three attendances at £125 each, with a market forces factor of 1.0612047:

        >>> from fractions import Fraction
        >>> 3 * 12_500 * Fraction("1.0612047")  # 39,795.17625 pence, which is £397.95
        Fraction(31836141, 800)

    Source
        NHS Payment Scheme 2025/26, unit prices and Annex A; 10 Year Health Plan working group: finance and
        contracting, co-chairs' report, recommendations 14 to 16 (February 2025).
    """

    table: str = parameter("The table of activity whose units are paid for.")
    prices: PriceList[UnitPrices] = parameter("The price list, keyed by the code.")
    code: str = parameter("The column of the activity that holds the code.", default="hrg")
    unit: str | None = parameter(
        "Which payable unit of the table is paid for; the table's first if not said.", default=None
    )
    setting: str | None = parameter(
        "The column of the activity whose text must equal the price list's setting; none if the list has no settings.",
        default=None,
    )
    where: dict[str, tuple[str, ...]] = parameter(
        "Which rows are paid for: for each code column, the codes that count.", default={}
    )
    market_forces_factor: PriceList[Factors] | None = parameter(
        "The list of market forces factors by provider; none if these prices are paid without one.", default=None
    )
    agreed_locally: bool = parameter(
        "Whether the parties have agreed to pay these prices although the list is a guide and no unit prices.",
        default=False,
    )

    @hookimpl
    def payment_currency(self, activity: Activity, contract: Contract) -> Iterator[Units]:
        """Claim the units, at their price."""
        rows = activity[self.table]
        unit, on = unit_of(rows, self.unit), date_of(rows)
        units = units_of(rows, unit).named("units")
        match = {"code": code_of(rows, self.code)}
        if self.setting is not None:
            match["setting"] = code_of(rows, self.setting)
        price: Maybe[Price] = self.prices.find("price", on=on, **match).named("price")
        on_the_list = self.prices.names(on=on, **match).named("the price list names the code")
        yield Priced(
            rows,
            unit=unit,
            where=rows.where(self.where) & (units > 0),
            units=units,
            amount=as_money(price.map(lambda each: each.times(units)), self.market_forces_factor, rows),
            named=on_the_list & factor_is_known(self.market_forces_factor, rows),
            reason="units at their price",
        )
