"""What care was expected to cost and what it did cost: the yearly result that savings are shared by."""

from __future__ import annotations

from tallystick.kernel.language.series import Amount, Code, Count, Day, Flag, Maybe, Rate
from tallystick.kernel.tables import Table, column, table
from tallystick_rules.tables import _names

_MOST = 100_000_000_000_000
"""A trillion pounds, in pence."""


@table(
    "benchmarks", key="row", date="measured_on",
    unique=(("provider", "commissioner", "population", "measured_on"),),
)  # fmt: skip
class Benchmarks(Table):
    """Benchmark and expenditure: one row for each accountable organisation, payer, population and year."""

    row: Code = column("What names the row.", aliases=("row_id", "result_id"))
    provider: Code = column(
        "Organisation code of the organisation that is accountable for the cost.", aliases=_names.PROVIDER
    )
    contract: Maybe[Code] = column("Contract that the result counts for, if it is stated.", aliases=_names.CONTRACT)
    commissioner: Code = column(
        "Organisation code of the payer whose people these are; of several payers each has a row, with its contract.",
        aliases=(*_names.COMMISSIONER, "payer", "insurer"),
    )
    population: Code = column("Which people they are, such as all registered.", aliases=("population_code",))
    measured_on: Day = column(
        "Day to which the result is counted, which decides its period: the last that was measured, or a later one if "
        "it is settled late.", aliases=("measured_date",),
    )  # fmt: skip
    benchmark: Amount = column(
        "What the care of these people was expected to cost.", at_least=1, at_most=_MOST,
        aliases=("total_benchmark", "norm_cost", "ABtotBnchmk"),
    )  # fmt: skip
    expenditure: Amount = column(
        "What their care did cost, by the same definition.", at_least=0, at_most=_MOST,
        aliases=("total_expenditure", "actual_cost", "ABtotExp"),
    )  # fmt: skip
    people: Maybe[Count] = column(
        "How many people they are; needed where the minimum rates go by people.", at_least=0, at_most=1_000_000_000,
        aliases=("assigned_people", "N_AB"),
    )  # fmt: skip
    quality_standard_met: Maybe[Flag] = column(
        "Whether the standard of quality was met; missing is not recorded.", aliases=("Met_QPS",)
    )
    alternative_standard_met: Maybe[Flag] = column(
        "Whether the alternative standard of quality was met; missing is not recorded."
    )
    quality_score: Maybe[Rate] = column(
        "Quality score: 90.84% or 0.9084 and not 90.84.", at_least=0, at_most=1, aliases=("QualScore",)
    )
    relief: Maybe[Amount] = column(
        "How much of a loss is forgiven, as after a disaster; missing where none is.", at_least=0, at_most=_MOST
    )
    revenue: Maybe[Amount] = column(
        "What the organisation's own members were paid; needed where a loss is limited by it.", at_least=0,
        at_most=_MOST,
    )  # fmt: skip
