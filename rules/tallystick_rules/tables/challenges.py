"""What a body contests: a row of activity, or all rows that a filter selects, by whom, why and since when."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Day, Maybe
from tallystick.kernel.tables import Selection, Table, column, table

UPHELD, REJECTED, WITHDRAWN = "upheld", "rejected", "withdrawn"
"""How a challenge may be decided."""

SELECTS = Selection(
    table="of_table", row="row", filter="filter", begins="raised_on", ends="decided_on", final=("decision", (UPHELD,))
)


@table("challenges", key="challenge", ordered=(("raised_on", "decided_on"),), selects=SELECTS)
class Challenges(Table):
    """Challenges: one row for each line, or each group of lines, of which a body contests the payment."""

    challenge: Code = column("What names the challenge.", aliases=("challenge_id", "query_id", "challenge_reference"))
    of_table: Code = column("The table of what is contested: spells, attendances.", aliases=("table", "data_set"))
    row: Maybe[Code] = column(
        "The key of the one row that is contested; missing where a filter says which.", aliases=("line", "row_key")
    )
    filter: Maybe[Code] = column(
        "Which rows are contested, if not one: hrg=HE11A, HE11B; site=RXX01; discharged=2025-05-01..2025-05-31."
    )
    by: Code = column("The code of the body that contests.", aliases=("raised_by", "challenged_by"))
    reason: Code = column("Why, in a sentence that both parties may read.", aliases=("why", "challenge_reason"))
    raised_on: Day = column("Day on which it was raised.", aliases=("date_raised", "challenge_date"))
    decided_on: Maybe[Day] = column(
        "Day on which it was decided; missing while it is open.", aliases=("date_decided", "resolved_on")
    )
    decision: Maybe[Code] = column(
        "How it was decided; missing while it is open.", allowed=(UPHELD, REJECTED, WITHDRAWN), aliases=("outcome",)
    )
