"""Outpatient care, procedures and tests: whatever is counted by the attendance and priced by a code."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Count, Day, Maybe
from tallystick.kernel.tables import Table, column, table
from tallystick_rules.tables import _names


@table("attendances", key="attendance", date="attended", units={"attendance": "attendances"})
class Attendances(Table):
    """Outpatient attendances, procedures and tests: one row each, or a day's attendances of one kind."""

    attendance: Code = column(
        "What names the row, unique among all providers.", aliases=("OPA_Ident", "outpatient_attendance_identifier")
    )
    contract: Maybe[Code] = column("Contract that the row is counted under, if it is stated.", aliases=_names.CONTRACT)
    provider: Code = column("Organisation code of the provider that was attended.", aliases=_names.PROVIDER)
    commissioner: Code = column("Organisation code of the responsible commissioner.", aliases=_names.COMMISSIONER)
    registration: Maybe[Code] = column(
        "Practice at which the patient is registered, or its commissioner, if `assign.toml` asks for it.",
        aliases=_names.REGISTRATION,
    )
    residence: Maybe[Code] = column(
        "Area in which the patient lives, or its commissioner, if `assign.toml` asks for it.",
        aliases=_names.RESIDENCE,
    )
    person: Maybe[Code] = column("Pseudonym of the patient, the same at each attendance.", aliases=_names.PERSON)
    attended: Day = column("Day of the attendance, which decides its period.", aliases=("Appointment_Date",))
    attendances: Count = column(
        "How many attendances the row stands for.", unit="attendances", at_least=1, at_most=1_000_000,
        aliases=_names.UNITS,
    )  # fmt: skip
    hrg: Code = column(
        "Healthcare resource group, or another code that the price list names.",
        aliases=("NAC_HRG", "currency_code", *_names.HRG),
    )
    treatment_function: Maybe[Code] = column("Treatment function of the clinic.", aliases=_names.TREATMENT_FUNCTION)
    point_of_delivery: Maybe[Code] = column(
        "Setting: first or follow-up, with a procedure, in person or not.", aliases=_names.POINT_OF_DELIVERY
    )
    site: Maybe[Code] = column("Organisation code of the site that was attended.", aliases=_names.SITE)
    deprivation_decile: Maybe[Count] = column(
        "Deprivation of the area of residence, 1 the most deprived; unknown is missing, never 10.",
        at_least=1, at_most=10, aliases=_names.DECILE,
    )  # fmt: skip
    local_authority: Maybe[Code] = column(
        "Local authority of the patient's residence, by its code.", aliases=_names.LOCAL_AUTHORITY
    )
    age_years: Maybe[Count] = column(
        "Age on the day itself.", unit="years", at_least=0, at_most=130, aliases=_names.AGE
    )
