"""Prices of what is paid by the unit: attendances, contacts, tests, bed days."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Day, Maybe, Price
from tallystick.kernel.tables import Table, column, table


@table("unit_prices", unique=(("list", "code", "from_day"),), prices=True)
class UnitPrices(Table):
    """Unit prices: one row for each code of a price list and each stretch of days on which its price holds."""

    list: Code = column("Name of the price list that the row belongs to.", aliases=("price_list",))
    code: Code = column(
        "What is priced: a healthcare resource group or another currency code.",
        aliases=("hrg", "currency_code", "tariff_code"),
    )
    from_day: Maybe[Day] = column(
        "First day on which the row holds; missing if it has no beginning.", aliases=("from", "valid_from")
    )
    to_day: Maybe[Day] = column(
        "Last day on which the row holds, inclusive; missing if it has no end.", aliases=("to", "valid_to")
    )
    setting: Maybe[Code] = column("Setting in which the price holds, as the list states it; it chooses no row.")
    price: Maybe[Price] = column(
        "Price of one unit before the market forces factor.", unit="pence", at_least=0, at_most=1_000_000_000
    )
    not_priced: Maybe[Code] = column("Why the code has no price; its units are then counted as unpriced.")
