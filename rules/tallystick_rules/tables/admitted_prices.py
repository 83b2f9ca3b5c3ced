"""Prices of admitted care: by setting, with the trim points above which a long stay is paid by the day."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Count, Day, Flag, Maybe, Price
from tallystick.kernel.tables import Table, column, table


@table("admitted_prices", unique=(("list", "code", "from_day"),), prices=True)
class AdmittedPrices(Table):
    """Admitted-care prices: one row for each healthcare resource group and each stretch of days."""

    list: Code = column("Name of the price list that the row belongs to.", aliases=("price_list",))
    code: Code = column("Healthcare resource group.", aliases=("hrg", "hrg_code"))
    from_day: Maybe[Day] = column(
        "First day on which the row holds; missing if it has no beginning.", aliases=("from", "valid_from")
    )
    to_day: Maybe[Day] = column(
        "Last day on which the row holds, inclusive; missing if it has no end.", aliases=("to", "valid_to")
    )
    day_case: Maybe[Price] = column("Price of a day case.", unit="pence", at_least=0, at_most=1_000_000_000)
    elective: Maybe[Price] = column(
        "Price of an ordinary elective spell.", unit="pence", at_least=0, at_most=1_000_000_000
    )
    non_elective: Maybe[Price] = column(
        "Price of a non-elective spell.", unit="pence", at_least=0, at_most=1_000_000_000
    )
    short_stay: Maybe[Price] = column(
        "Reduced price of a short emergency stay; it is paid only where the group is marked for it.",
        unit="pence",
        at_least=0,
        at_most=1_000_000_000,
        aliases=("reduced_short_stay_price",),
    )
    short_stay_applies: Maybe[Flag] = column("Whether the reduced short-stay price holds for this group.")
    trim_elective_days: Maybe[Count] = column(
        "Trim point of an elective stay: days above it are long-stay days.",
        unit="days", at_least=0, at_most=20_000, aliases=("elective_trim_point",),
    )  # fmt: skip
    trim_non_elective_days: Maybe[Count] = column(
        "Trim point of a non-elective stay: days above it are long-stay days.",
        unit="days", at_least=0, at_most=20_000, aliases=("non_elective_trim_point",),
    )  # fmt: skip
    long_stay_day: Maybe[Price] = column(
        "Price of one day above the trim point.", unit="pence", at_least=0, at_most=1_000_000_000,
        aliases=("per_day_long_stay_payment",),
    )  # fmt: skip
    not_priced: Maybe[Code] = column("Why the code has no price; its units are then counted as unpriced.")
