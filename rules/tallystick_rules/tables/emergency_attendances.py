"""Urgent and emergency departments, with the times from which a wait is worked out."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Count, Day, Maybe, Moment
from tallystick.kernel.tables import Table, column, table
from tallystick_rules.tables import _names


@table("emergency_attendances", key="attendance", date="attended", units={"attendance": "attendances"},
       ordered=(("arrived_at", "departed_at"),))  # fmt: skip
class EmergencyAttendances(Table):
    """Attendances at urgent and emergency departments: one row for each arrival, or a day's of one kind."""

    attendance: Code = column(
        "What names the row, unique among all providers.", aliases=("EC_Ident", "emergency_care_attendance_identifier")
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
    attended: Day = column("Day of arrival, which decides the period.", aliases=("Arrival_Date",))
    arrived_at: Maybe[Moment] = column("Local date and time of arrival.", aliases=("arrival_date_time",))
    departed_at: Maybe[Moment] = column(
        "Local date and time at which the patient left the department.",
        aliases=("departure_date_time",),
    )
    attendances: Count = column(
        "How many attendances the row stands for.", unit="attendances", at_least=1, at_most=1_000_000,
        aliases=_names.UNITS,
    )  # fmt: skip
    hrg: Code = column(
        "Healthcare resource group of the attendance, or another code that the price list names.",
        aliases=("SUS_HRG", "currency_code", *_names.HRG),
    )
    treatment_function: Maybe[Code] = column(
        "Treatment function of the department, such as 180.", aliases=_names.TREATMENT_FUNCTION
    )
    point_of_delivery: Maybe[Code] = column(
        "Setting in which the attendance is counted.", aliases=_names.POINT_OF_DELIVERY
    )
    department_type: Maybe[Code] = column(
        "Type of department: 01 major, 02 single specialty, 03 minor injury, 05 same-day emergency care.",
        aliases=("emergency_care_department_type", "EC_Department_Type"),
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
