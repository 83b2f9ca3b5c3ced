"""What is added to the price of a spell that is a specialised service."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Day, Maybe, Rate
from tallystick.kernel.tables import Table, column, table


@table("specialist_top_ups", unique=(("list", "code", "from_day"),), prices=True)
class SpecialistTopUps(Table):
    """Specialist top-ups: one row for each specialised service and each stretch of days."""

    list: Code = column("Name of the price list that the row belongs to.", aliases=("price_list",))
    code: Code = column("Specialised service, as a spell names it.", aliases=("specialised_service", "service_code"))
    from_day: Maybe[Day] = column(
        "First day on which the row holds; missing if it has no beginning.", aliases=("from", "valid_from")
    )
    to_day: Maybe[Day] = column(
        "Last day on which the row holds, inclusive; missing if it has no end.", aliases=("to", "valid_to")
    )
    top_up: Maybe[Rate] = column(
        "Share of the price that is added: 27 per cent is 0.27.", at_least=0, at_most=2, aliases=("top_up_rate",)
    )
    not_priced: Maybe[Code] = column("Why the code has no top-up; its units are then counted as unpriced.")
