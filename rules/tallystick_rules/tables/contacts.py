"""Community, mental health and virtual care: what is counted by the contact."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Count, Day, Maybe
from tallystick.kernel.tables import Table, column, table
from tallystick_rules.tables import _names


@table("contacts", key="contact", date="contacted_on", units={"contact": "contacts"})
class Contacts(Table):
    """Community and mental health contacts: one row each, or a day's contacts of one kind."""

    contact: Code = column(
        "What names the row, unique among all providers.", aliases=("care_contact_identifier", "contact_id")
    )
    contract: Maybe[Code] = column("Contract that the row is counted under, if it is stated.", aliases=_names.CONTRACT)
    provider: Code = column("Organisation code of the provider that made the contact.", aliases=_names.PROVIDER)
    commissioner: Code = column("Organisation code of the responsible commissioner.", aliases=_names.COMMISSIONER)
    registration: Maybe[Code] = column(
        "Practice at which the patient is registered, or its commissioner, if `assign.toml` asks for it.",
        aliases=_names.REGISTRATION,
    )
    residence: Maybe[Code] = column(
        "Area in which the patient lives, or its commissioner, if `assign.toml` asks for it.",
        aliases=_names.RESIDENCE,
    )
    person: Maybe[Code] = column("Pseudonym of the patient, the same at each contact.", aliases=_names.PERSON)
    contacted_on: Day = column("Day of the contact, which decides its period.", aliases=("care_contact_date",))
    service: Code = column("Service that made the contact.", aliases=("service_code",))
    contact_type: Code = column(
        "Kind of contact, which a price list names.", aliases=("contact_type_code", "currency_code", "tariff_code")
    )
    contacts: Count = column(
        "How many contacts the row stands for.", unit="contacts", at_least=1, at_most=1_000_000,
        aliases=_names.UNITS,
    )  # fmt: skip
    treatment_function: Maybe[Code] = column("Treatment function of the service.", aliases=_names.TREATMENT_FUNCTION)
    point_of_delivery: Maybe[Code] = column(
        "Setting: at home, in a clinic, by telephone or by video.", aliases=_names.POINT_OF_DELIVERY
    )
    site: Maybe[Code] = column("Organisation code of the site or team.", aliases=_names.SITE)
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
