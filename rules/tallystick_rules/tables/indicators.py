"""Measured results that a payment depends on, as counts above and below the line and never as a percentage."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Count, Day, Maybe
from tallystick.kernel.tables import Table, column, table
from tallystick_rules.tables import _names


@table("indicators", key="row", date="measured_on")
class Indicators(Table):
    """Indicator results: one row for each indicator, provider and day of measurement."""

    row: Code = column("What names the row.", aliases=("row_id", "result_id"))
    indicator: Code = column("Which indicator was measured.", aliases=("indicator_code", "indicator_id"))
    provider: Code = column("Organisation code of the provider that is measured.", aliases=_names.PROVIDER)
    contract: Maybe[Code] = column("Contract that the result counts for, if it is stated.", aliases=_names.CONTRACT)
    commissioner: Maybe[Code] = column(
        "Organisation code of the commissioner that the result is for.", aliases=_names.COMMISSIONER
    )
    measured_on: Day = column(
        "Day to which the result is counted, which decides its period.", aliases=("measured_date",)
    )
    numerator: Maybe[Count] = column(
        "How many reached the indicator; missing if it was not measured.", at_least=0, at_most=1_000_000_000
    )
    denominator: Maybe[Count] = column(
        "How many could have reached it; missing if it was not measured.", at_least=0, at_most=1_000_000_000
    )
