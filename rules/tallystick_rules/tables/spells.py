"""Admitted care: the hospital provider spell, from admission to discharge."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Count, Day, Maybe, Moment
from tallystick.kernel.tables import Table, column, table
from tallystick_rules.tables import _names

PATIENT_CLASSES = ("1", "2", "3", "4", "5")
"""1 ordinary, 2 day case, 3 regular day, 4 regular night, 5 mother and baby using delivery facilities only."""

ELECTIVE = ("11", "12", "13")
NON_ELECTIVE = ("21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D", "31", "32", "81", "82", "83")


@table("spells", key="spell", date="discharged", units={"spell": "", "critical care day": "critical_care_days"},
       ordered=(("admitted", "discharged"),))  # fmt: skip
class Spells(Table):
    """Admitted care: one row for each hospital provider spell, in the period in which the patient was discharged."""

    spell: Code = column(
        "What names the spell, unique among all providers.",
        aliases=("APCS_Ident", "PROVSPNO", "hospital_provider_spell_identifier"),
    )
    contract: Maybe[Code] = column(
        "Contract that the spell is counted under, if it is stated.", aliases=_names.CONTRACT
    )
    provider: Code = column("Organisation code of the hospital that treated the patient.", aliases=_names.PROVIDER)
    commissioner: Code = column("Organisation code of the responsible commissioner.", aliases=_names.COMMISSIONER)
    registration: Maybe[Code] = column(
        "Practice at which the patient is registered, or its commissioner, if `assign.toml` asks for it.",
        aliases=_names.REGISTRATION,
    )
    residence: Maybe[Code] = column(
        "Area in which the patient lives, or its commissioner, if `assign.toml` asks for it.",
        aliases=_names.RESIDENCE,
    )
    person: Maybe[Code] = column("Pseudonym of the patient, the same at each stay.", aliases=_names.PERSON)
    patient_class: Code = column(
        "How the patient was admitted: 1 ordinary, 2 day case, 3 regular day, 4 regular night, 5 mother and baby.",
        allowed=PATIENT_CLASSES,
        aliases=("Patient_Classification", "patient_classification_code", "CLASSPAT"),
    )
    admission_method: Code = column(
        "Elective (11 to 13), emergency (begins with 2), maternity (31, 32), or transfer and birth (81 to 83).",
        allowed=(*ELECTIVE, *NON_ELECTIVE),
        aliases=("ADMIMETH", "admission_method_code_hospital_provider_spell"),
    )
    age_years: Maybe[Count] = column(
        "Age on the day of admission.", unit="years", at_least=0, at_most=130, aliases=("STARTAGE", *_names.AGE)
    )
    admitted: Day = column(
        "Day on which the spell began.", aliases=("Admission_Date", "start_date_hospital_provider_spell")
    )
    discharged: Day = column(
        "Day on which the spell ended, which decides its period.",
        aliases=("Discharge_Date", "discharge_date_hospital_provider_spell"),
    )
    length_of_stay_days: Count = column(
        "Nights in hospital: days from admission to discharge, as adjusted by the grouper.",
        unit="days", at_least=0, at_most=20_000, aliases=("Der_Spell_LoS", "SpellLOS", "length_of_stay"),
    )  # fmt: skip
    hrg: Code = column(
        "Core healthcare resource group of the spell; UZ01Z is ungroupable.",
        aliases=("Spell_Core_HRG", "SpellHRG", *_names.HRG),
    )
    treatment_function: Maybe[Code] = column(
        "Treatment function under which the patient was cared for.", aliases=_names.TREATMENT_FUNCTION
    )
    point_of_delivery: Maybe[Code] = column("Setting in which the spell is counted.", aliases=_names.POINT_OF_DELIVERY)
    site: Maybe[Code] = column("Organisation code of the hospital site.", aliases=_names.SITE)
    specialised_service: Maybe[Code] = column(
        "Specialised service that the spell counts as, for its top-up.", aliases=("specialised_service_code",)
    )
    critical_care_days: Maybe[Count] = column(
        "Critical-care days within the spell, each payable beside it.",
        unit="days", at_least=0, at_most=20_000, aliases=("SpellCCDays",),
    )  # fmt: skip
    deprivation_decile: Maybe[Count] = column(
        "Deprivation of the area of residence, 1 the most deprived; unknown is missing, never 10.",
        at_least=1, at_most=10, aliases=_names.DECILE,
    )  # fmt: skip
    discharge_method: Maybe[Code] = column(
        "How the spell ended: on advice, against it, by a court, death, stillbirth.",
        aliases=("DISMETH", "discharge_method_code_hospital_provider_spell"),
    )
    ready_on: Maybe[Day] = column(
        "Day from which the patient no longer needed a hospital bed.", aliases=("Discharge_Ready_Date",)
    )
    discharged_at: Maybe[Moment] = column(
        "Local date and time at which the patient left.", aliases=("discharge_date_time",)
    )
    delay_reason: Maybe[Code] = column(
        "Why a patient who was ready had not left.", aliases=("discharge_delay_reason", "delay_reason_code")
    )
    discharge_pathway: Maybe[Code] = column(
        "Where the patient was to go on to: 0 home, 1 home with support, 2 bed for rehabilitation, 3 care home.",
        aliases=("discharge_pathway_code",),
    )
    local_authority: Maybe[Code] = column(
        "Local authority of the patient's residence, by its code.", aliases=_names.LOCAL_AUTHORITY
    )
    index_spell: Maybe[Code] = column(
        "For a readmission, the earlier spell that it follows.", aliases=("readmission_of", "index_spell_identifier")
    )
    index_admission_method: Maybe[Code] = column(
        "Admission method of the earlier spell that a readmission follows.", allowed=(*ELECTIVE, *NON_ELECTIVE)
    )
    index_discharged: Maybe[Day] = column("Day on which the earlier spell ended that a readmission follows.")
