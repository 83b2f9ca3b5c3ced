"""Which long-term conditions people live with, and since when: by these a cohort is found."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Day, Maybe
from tallystick.kernel.tables import Table, column, table
from tallystick_rules.tables import _names


@table("conditions", unique=(("person", "condition"),), ordered=(("from_day", "to_day"),))
class Conditions(Table):
    """Conditions of people: one row for each person and condition, with the days on which it is recorded."""

    person: Code = column("Pseudonym of the person, as in the table of people.", aliases=_names.PERSON)
    condition: Code = column("The condition, as the contract names it.", aliases=("condition_code", "register"))
    from_day: Maybe[Day] = column("First day on which it is recorded; missing if it always was.")
    to_day: Maybe[Day] = column("Last day on which it is recorded, inclusive; missing if it still is.")
