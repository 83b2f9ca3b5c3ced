"""Which criteria of a best practice standard each case met, and which nobody has recorded yet."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Day, Flag, Maybe, Moment
from tallystick.kernel.tables import Table, column, table


@table("evidence", key="evidence", unique=(("spell", "standard", "criterion"),))
class Evidence(Table):
    """Evidence of best practice: one row for each spell, standard and criterion."""

    evidence: Code = column("What names the row.", aliases=("evidence_id",))
    spell: Code = column("The spell that the evidence is about.", aliases=("hospital_provider_spell_identifier",))
    standard: Code = column("Which best practice standard, such as hip fracture.", aliases=("best_practice_tariff",))
    criterion: Code = column("Which criterion of the standard.", aliases=("criterion_code",))
    met: Maybe[Flag] = column("Whether it was met; missing is not recorded, which is neither met nor failed.")
    decided_on: Maybe[Day] = column("Day on which it was decided whether the criterion was met.")
    started_at: Maybe[Moment] = column("For a timed criterion, the local time from which the clock runs.")
    finished_at: Maybe[Moment] = column("For a timed criterion, the local time at which the clock stopped.")
