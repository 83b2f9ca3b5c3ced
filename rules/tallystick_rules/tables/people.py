"""Who is counted on a census day: registered lists, cohorts, segments and categories of need."""

from __future__ import annotations

from tallystick.kernel.language.series import Amount, Code, Count, Day, Maybe, Rate
from tallystick.kernel.tables import Cohorts, Table, column, table
from tallystick_rules.tables import _names


@table("people", key="entry", date="census_day", units={"person": ""}, ordered=(("eligible_from", "eligible_to"),),
       cohorts=Cohorts(group="category", begins="eligible_from", ends="eligible_to"))  # fmt: skip
class People(Table):
    """People on a census day: one row for each person counted, in each category in which they are counted."""

    entry: Code = column("What names the row; a person has one at each census.", aliases=("entry_id", "row_id"))
    person: Code = column("Pseudonym of the person, the same at each census.", aliases=_names.PERSON)
    contract: Maybe[Code] = column("Contract that the person is counted under, if stated.", aliases=_names.CONTRACT)
    provider: Code = column("Organisation code of the provider accountable for the person.", aliases=_names.PROVIDER)
    commissioner: Code = column("Organisation code of the responsible commissioner.", aliases=_names.COMMISSIONER)
    census_day: Day = column("Day on which the person is counted, which decides the period.", aliases=("census_date",))
    category: Maybe[Code] = column(
        "Category, cohort or segment that the person is in.", aliases=("segment", "cohort", "category_code")
    )
    last_eligible: Maybe[Day] = column(
        "Last day on which the person met the category's condition; on or after the census day if they still do.",
        aliases=("last_eligible_date", "last_eligible_on"),
    )
    eligible_from: Maybe[Day] = column(
        "First day in the category, for payment by part of a year; if missing, the census day."
    )
    eligible_to: Maybe[Day] = column(
        "Day after the last one in the category: the end of a half-open stretch; missing if it goes on."
    )
    exit_reason: Maybe[Code] = column("Why the person left the category: birthday, death, move.")
    weight: Maybe[Rate] = column(
        "Weight for need, where people are not counted one for one.", at_least=0, at_most=1_000
    )
    cost_to_date: Maybe[Amount] = column(
        "What the person's care has cost in the contract's year up to this row, for a stop-loss.", at_least=0,
        at_most=100_000_000_000,
    )  # fmt: skip
    deprivation_decile: Maybe[Count] = column(
        "Deprivation of the area of residence, 1 the most deprived; unknown is missing, never 10.",
        at_least=1, at_most=10, aliases=_names.DECILE,
    )  # fmt: skip
    local_authority: Maybe[Code] = column(
        "Local authority of the person's residence, by its code.", aliases=_names.LOCAL_AUTHORITY
    )
    practice: Maybe[Code] = column("General practice that the person is registered with.", aliases=_names.PRACTICE)
    age_years: Maybe[Count] = column(
        "Age on the census day.", unit="years", at_least=0, at_most=130, aliases=_names.AGE
    )
