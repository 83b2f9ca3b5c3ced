"""The files of the clinic of `clinic_year`: each written as the people of a workspace would write it, when they do."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from tests.properties.clinic_year import (
    DECIDE_WITHIN,
    MONTHS,
    OF_ATTENDANCES,
    RAISE_WITHIN,
    VISIT_LIMIT_PENCE,
    VISIT_PENCE,
    Challenge,
    Paid,
    Restated,
    Sent,
    freeze,
    month_after,
)

HEADS = {
    OF_ATTENDANCES: "attendance,provider,commissioner,attended,hrg,attendances",
    "contacts": "contact,provider,commissioner,contacted_on,contact_type,contacts,service",
}


def pounds(pence: int) -> str:
    """Pence that are not below zero, as a contract writes them."""
    return f"£{pence // 100}.{pence % 100:02d}"


CHALLENGES = "challenge,of_table,row,filter,by,reason,raised_on,decided_on,decision\n"


def first_files(folder: Path) -> None:
    """What is there from the beginning: flex and freeze, and empty lists."""
    (folder / "contracts").mkdir(parents=True)
    (folder / "submissions.csv").write_text("table,file,provider,months,received,agreed\n", encoding="utf-8")
    (folder / "payments.csv").write_text("contract,payer,payee,paid_on,amount,reference,month\n", encoding="utf-8")
    days = [f"{month:%Y-%m},{month_after(month).replace(day=20)},{freeze(month)}\n" for month in MONTHS]
    (folder / "reconciliation.csv").write_text("month,flex,freeze\n" + "".join(days), encoding="utf-8")


def write_scheme(folder: Path, lists: list[Restated], settles: str, *, in_place: bool) -> None:
    """The scheme with every price list that was ever stated."""
    text = f'[scheme]\nid = "any-order"\nsettles = "{settles}"\n'
    if in_place:
        text += '\n[activity]\nchallenges = "challenges.csv"\n'
    for number, one in enumerate(lists):
        known = f"known_from = {one.known_from}\n" if number else ""
        text += f'\n[[price_list]]\nname = "units"\ntable = "unit_prices"\nfile = "units-{number}.csv"\n{known}'
        rows = [f"{code},,2025-05-31,{pence},\n" for code, pence in one.spring.items()]
        rows += [f"{code},2025-06-01,,{pence},\n" for code, pence in one.summer.items()]
        prices = "code,from_day,to_day,price_pence,not_priced\n" + "".join(rows)
        (folder / f"units-{number}.csv").write_text(prices, encoding="utf-8")
    (folder / "scheme.toml").write_text(text, encoding="utf-8")


def write_contract(folder: Path, year_pence: int, clause: str, undecided_to: str) -> None:
    text = f"""\
[contract]
id = "clinic"
provider = "RXX"
commissioner = "QYY"
period = {{ from = 2025-04-01, years = 1 }}

[[rule]]
use = "block"
label = "fixed"
value = "{pounds(year_pence)}"
clause = "{clause}"

[[rule]]
use = "unit-price"
label = "outpatients"
table = "attendances"
prices = "units"

[[rule]]
use = "recipe"
label = "visits"
for = {{ table = "contacts", service = "HV" }}
pays = {{ from = "commissioner", to = "provider", each = "{pounds(VISIT_PENCE)}", of = "contacts" }}
limit = {{ year = "{pounds(VISIT_LIMIT_PENCE)}", above = "unpaid and shown" }}
additional = true
source = "Made up"

[[rule]]
use = "challenges"
label = "contested"
on = ["outpatients"]
raise_within_days = {RAISE_WITHIN}
decide_within_days = {DECIDE_WITHIN}
undecided_to = "{undecided_to}"
"""
    (folder / "contracts/clinic.toml").write_text(text, encoding="utf-8")


def add_submission(folder: Path, one: Sent, providers: str) -> None:
    name = f"{one.table}-{one.received}.csv"
    service = "" if one.table == OF_ATTENDANCES else ",HV"
    lines = [f"{r.key},{r.provider},QYY,{r.day},{r.code},{r.count}{service}" for r in one.rows.values()]
    (folder / name).write_text("\n".join([HEADS[one.table], *lines]) + "\n", encoding="utf-8")
    agreed = "QYY by letter" if one.agreed else ""
    with (folder / "submissions.csv").open("a", encoding="utf-8") as listed:
        listed.write(f"{one.table},{name},{providers},{one.first:%Y-%m}..{one.last:%Y-%m},{one.received},{agreed}\n")


def write_challenges(
    folder: Path, challenges: Mapping[str, Challenge], received: datetime.date | None
) -> None:  # fmt: skip
    """All challenges: in the one file that is there, or in a new one that was received on a day."""
    rows = [
        f"Q-{key},attendances,{key},,QYY,Why,{one.raised},{one.decided or ''},{one.decision}\n"
        for key, one in challenges.items()
    ]  # fmt: skip
    name = f"challenges-{received}.csv" if received else "challenges.csv"
    (folder / name).write_text(CHALLENGES + "".join(rows), encoding="utf-8")
    if received:
        with (folder / "submissions.csv").open("a", encoding="utf-8") as listed:
            listed.write(f"challenges,{name},,,{received},\n")


def add_payment(folder: Path, one: Paid) -> None:
    payer, payee = ("QYY", one.provider) if one.pence > 0 else (one.provider, "QYY")
    month = f"{one.month:%Y-%m}" if one.month else ""
    with (folder / "payments.csv").open("a", encoding="utf-8") as listed:
        listed.write(f"clinic,{payer},{payee},{one.on},{pounds(abs(one.pence))},{one.reference},{month}\n")
