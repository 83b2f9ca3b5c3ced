"""The table of stays: what an extract of virtual ward activity must say, a row for each stay that has ended."""

from __future__ import annotations

from tallystick.language import Code, Count, Day, Flag, Maybe, Table, column, table


@table("virtual_ward_stays", key="stay", date="ended", units={"virtual ward day": "days"},
       ordered=(("started", "ended"),))  # fmt: skip
class VirtualWardStays(Table):
    """Stays on a virtual ward: a row for each stay that has ended, in the period of its last day."""

    stay: Code = column("What names the stay, unique among all providers.", aliases=("stay_id", "virtual_ward_stay"))
    contract: Maybe[Code] = column("Contract that the stay counts under, if it is stated.", aliases=("contract_id",))
    provider: Code = column("Organisation code of the provider that ran the ward.", aliases=("provider_code",))
    commissioner: Code = column("Organisation code of the responsible commissioner.", aliases=("commissioner_code",))
    person: Maybe[Code] = column("Pseudonym of the patient, alike at each stay.", aliases=("person_id", "patient_id"))
    ward: Code = column("Which ward, as the price list names it: frailty, respiratory.", aliases=("ward_code",))
    started: Day = column("First day on the ward.", aliases=("start_date", "admitted"))
    ended: Day = column("Last day on the ward, which decides period and price.", aliases=("end_date", "discharged"))
    days: Count = column(
        "Days on the ward, the first and the last both counted; days back in hospital in between are left out.",
        unit="days", at_least=0, at_most=2_000, aliases=("length_of_stay_days", "ward_days"),
    )  # fmt: skip
    step_down: Maybe[Flag] = column("Whether the patient came from a hospital bed (step down) or from home (step up).")
