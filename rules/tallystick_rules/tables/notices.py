"""Delayed discharge: the notices and times from which the statutory days are counted."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Count, Day, Flag, Maybe, Moment
from tallystick.kernel.tables import Table, column, table


@table("notices", key="notice", unique=(("spell",),))
class Notices(Table):
    """Notices of delayed discharge: one row for each spell, with when each notice was given."""

    notice: Code = column("What names the row.", aliases=("notice_id",))
    spell: Code = column("The spell whose discharge was delayed.", aliases=("hospital_provider_spell_identifier",))
    patient_category: Code = column("Category of care; only acute care can be charged for.")
    assessment_notice_at: Maybe[Moment] = column("Local time at which the assessment notice was given.")
    discharge_notice_at: Maybe[Moment] = column("Local time at which the discharge notice was given.")
    proposed_discharge: Maybe[Day] = column("Day on which the hospital proposed to discharge the patient.")
    ready_services_at: Maybe[Moment] = column("Local time at which services were notified as available.")
    in_place_at: Maybe[Moment] = column("Local time from which arrangements for the discharge were in place.")
    ended_at: Maybe[Moment] = column("Local time of discharge, or of what else ended the delay.")
    deterioration_days: Maybe[Count] = column(
        "Days on which the patient was not well enough to leave, which do not count.",
        unit="days", at_least=0, at_most=20_000,
    )  # fmt: skip
    days_charged_elsewhere: Maybe[Count] = column(
        "Days of the delay that are already charged under another contract or agreement, and not again.",
        unit="days", at_least=0, at_most=20_000,
    )  # fmt: skip
    only_reason: Maybe[Flag] = column("Whether the authority's service was the only reason for the delay.")
    reason: Maybe[Code] = column("Reason for the delay, from which the liable body follows.")
    pathway: Maybe[Code] = column("Discharge pathway, from which the liable body follows.")
