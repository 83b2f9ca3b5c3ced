"""Spells whose payment must not wait for the patient's answer, decided outside the treating team."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Day
from tallystick.kernel.tables import Table, column, table


@table("exemptions", key="exemption", unique=(("spell",),))
class Exemptions(Table):
    """Exemptions: one row for each spell that is exempt, with who decided it and why."""

    exemption: Code = column("What names the row.", aliases=("exemption_id",))
    spell: Code = column("The spell that is exempt.", aliases=("hospital_provider_spell_identifier",))
    reason: Code = column("Why it is exempt, such as a right decision that the patient disliked.")
    decided_by: Code = column("Who decided it: a panel or body, never the treating team.")
    decided_on: Day = column("Day of the decision, which comes before the answer is seen.")
