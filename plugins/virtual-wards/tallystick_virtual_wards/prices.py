"""The price list of virtual wards: what a day on each ward is paid at, with its history."""

from __future__ import annotations

from tallystick.language import Code, Day, Maybe, Price, Table, column, table


@table("virtual_ward_prices", unique=(("list", "code", "from_day"),), prices=True)
class VirtualWardPrices(Table):
    """Prices of a virtual ward day: a row for each ward of a list and each stretch of days on which its price holds."""

    list: Code = column("Name of the price list that the row belongs to.", aliases=("price_list",))
    code: Code = column("Which ward.", aliases=("ward", "ward_code"))
    from_day: Maybe[Day] = column("First day on which it holds; missing if it has no beginning.", aliases=("from",))
    to_day: Maybe[Day] = column("Last day on which it holds, inclusive; missing if it has no end.", aliases=("to",))
    price: Maybe[Price] = column("What one day is paid at.", unit="pence", at_least=0, at_most=10_000_000)
    not_priced: Maybe[Code] = column("Why the ward has no price; its days are then counted as unpriced.")
