"""The market forces factor: what unavoidable differences in cost add to prices, provider by provider."""

from __future__ import annotations

from fractions import Fraction

from tallystick.kernel.language.series import Code, Day, Maybe, Rate
from tallystick.kernel.tables import Table, column, table


@table("factors", unique=(("list", "code", "from_day"),), prices=True)
class Factors(Table):
    """Market forces factors: one row for each provider and each stretch of days; no row is a fault, not 1."""

    list: Code = column("Name of the price list that the row belongs to.", aliases=("price_list",))
    code: Code = column("Organisation code of the provider.", aliases=("provider", "organisation_code"))
    from_day: Maybe[Day] = column(
        "First day on which the row holds; missing if it has no beginning.", aliases=("from", "valid_from")
    )
    to_day: Maybe[Day] = column(
        "Last day on which the row holds, inclusive; missing if it has no end.", aliases=("to", "valid_to")
    )
    factor: Maybe[Rate] = column(
        "What the price is multiplied by, last: 1.061204 and not 6.1204 per cent.",
        at_least=Fraction(1, 2), at_most=2, aliases=("market_forces_factor", "mff", "mff_value"),
    )  # fmt: skip
    not_priced: Maybe[Code] = column("Why the code has no factor; its units are then counted as unpriced.")
