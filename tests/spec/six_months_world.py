"""One clinic's first six months: its files as they stood, and the six runs that are worked out by hand beside them."""

from __future__ import annotations

import datetime
from pathlib import Path

import tallystick_rules.plugin
from tallystick import Engine
from tallystick.in_year.payable import Payable
from tallystick.result import Result

SCHEME = """\
[scheme]
id = "six-months"
settles = "month"

[activity]
challenges = "challenges.csv"

[[price_list]]
name = "units"
table = "unit_prices"
file = "units.csv"

[[price_list]]                        # restated in June, from April: £110 for £100
name = "units"
table = "unit_prices"
file = "units-june.csv"
known_from = 2025-06-10
"""
CONTRACT = """\
[contract]
id = "clinic"
provider = "RXX"
commissioner = "QYY"
period = { from = 2025-04-01, years = 1 }

[[rule]]
use = "block"
label = "fixed"
value = "£12,000"
profile = ["10%", "10%", "9%", "9%", "8%", "8%", "8%", "8%", "8%", "8%", "7%", "7%"]

[[rule]]
use = "unit-price"
label = "outpatients"
table = "attendances"
prices = "units"

[[rule]]                              # £2,400 a year, so no more than £200 a month to date
use = "recipe"
label = "home visits"
for = { table = "contacts", service = "HV" }
pays = { from = "commissioner", to = "provider", each = "£20", of = "contacts" }
limit = { year = "£2,400", above = "unpaid and shown" }
additional = true
source = "Illustration"

[[rule]]
use = "challenges"
label = "contested"
on = ["outpatients"]
raise_within_days = 90
decide_within_days = 90
undecided_to = "provider"
"""
PRICES = "code,from_day,to_day,price_pounds,not_priced\n"
CHALLENGES = """\
challenge,of_table,row,filter,by,reason,raised_on,decided_on,decision
Q1,attendances,m1,,QYY,Seen under another contract,2025-06-15,2025-08-18,rejected
Q2,attendances,y2,,QYY,No letter was sent,2025-08-15,2025-10-01,upheld
"""
RECONCILIATION = """\
month,flex,freeze
2025-04,2025-05-20,2025-06-20
2025-05,2025-06-20,2025-07-20
2025-06,2025-07-20,2025-08-20
2025-07,2025-08-20,2025-09-20
2025-08,2025-09-20,2025-10-20
2025-09,2025-10-20,2025-11-20
"""
SUBMISSIONS = """\
table,file,provider,months,received,agreed
attendances,april.csv,RXX,2025-04,2025-05-10,
attendances,may.csv,RXX,2025-04..2025-05,2025-06-10,
attendances,june.csv,RXX,2025-05..2025-06,2025-07-10,
attendances,april-too-late.csv,RXX,2025-04,2025-07-02,
attendances,may-agreed.csv,RXX,2025-05,2025-08-04,QYY by letter
attendances,july.csv,RXX,2025-06..2025-07,2025-08-10,
attendances,august.csv,RXX;RNW,2025-07..2025-08,2025-09-10,
attendances,september.csv,RNW,2025-08..2025-09,2025-10-10,
contacts,visits-04.csv,RXX,2025-04,2025-05-10,
contacts,visits-05.csv,RXX,2025-05,2025-06-10,
contacts,visits-06.csv,RXX,2025-06,2025-07-10,
contacts,visits-07.csv,RXX,2025-07,2025-08-10,
contacts,visits-08.csv,RNW,2025-08,2025-09-10,
contacts,visits-09.csv,RNW,2025-09,2025-10-10,
"""
# key, day and code; a4 comes late and counts, a6 later still and does not, m4 after the freeze by agreement; m9 is m3
# twice; a2 and g2 are coded anew; y1 is withdrawn
APRIL = ("a1 2025-04-07 A", "a2 2025-04-08 A", "a3 2025-04-09 A", "a4 2025-04-10 A")
MAY = ("m1 2025-05-06 A", "m2 2025-05-07 B", "m3 2025-05-08 A")
JUNE = ("j1 2025-06-03 A", "j2 2025-06-04 A", "j3 2025-06-05 B")
ATTENDANCES = {
    "april.csv": ("a1 2025-04-07 A", "a2 2025-04-08 B", "a3 2025-04-09 A"),
    "may.csv": (*APRIL, *MAY, "m9 2025-05-08 A"),
    "june.csv": (*MAY, *JUNE),
    "april-too-late.csv": (*APRIL, "a6 2025-04-11 A"),
    "may-agreed.csv": (*MAY, "m4 2025-05-09 A"),
    "july.csv": (*JUNE, "y1 2025-07-01 A", "y2 2025-07-02 A"),
    "august.csv": ("y2 2025-07-02 A", "g1 2025-08-05 A RNW", "g2 2025-08-06 B RNW"),
    "september.csv": (
        "g1 2025-08-05 A RNW", "g2 2025-08-06 A RNW",
        "s1 2025-09-02 A RNW", "s2 2025-09-03 B RNW", "s3 2025-09-04 A RNW",
    ),
}  # fmt: skip
VISITS = {"04": 8, "05": 15, "06": 4, "07": 20, "08": 2, "09": 30}
RUNS = (
    ("2025-04", "2025-05-20"), ("2025-04..2025-05", "2025-06-20"), ("2025-04..2025-06", "2025-07-20"),
    ("2025-04..2025-07", "2025-08-20"), ("2025-04..2025-08", "2025-09-20"), ("2025-04..2025-09", "2025-10-20"),
)  # fmt: skip


def make(folder: Path, settles: str = "month", challenges: str = CHALLENGES) -> Path:
    """Write every file of the six months; what came after a run's day is not known to it."""
    (folder / "contracts").mkdir(parents=True)
    payments = "".join(
        f'clinic,QYY,{"RXX" if month < 8 else "RNW"},2025-{month:02d}-15,"£1,500.00",{month},2025-{month:02d}\n'
        for month in range(4, 10)
    )
    files = {
        "scheme.toml": SCHEME.replace('"month"', f'"{settles}"'),
        "contracts/clinic.toml": CONTRACT,
        "units.csv": PRICES + "A,,,100,\nB,,,50,\n",
        "units-june.csv": PRICES + "A,,,110,\nB,,,50,\n",
        "challenges.csv": challenges,
        "reconciliation.csv": RECONCILIATION,
        "submissions.csv": SUBMISSIONS,
        "successors.csv": "code,successor,from\nRXX,RNW,2025-08-01\n",
        "payments.csv": "contract,payer,payee,paid_on,amount,reference,month\n" + payments,
    }
    for name, rows in ATTENDANCES.items():
        cells = [(*row.split(), "RXX")[:4] for row in rows]
        files[name] = "attendance,provider,commissioner,attended,attendances,hrg\n" + "".join(
            f"{key},{provider},QYY,{day},1,{code}\n" for key, day, code, provider in cells
        )
    for month, count in VISITS.items():
        files[f"visits-{month}.csv"] = (
            "contact,provider,commissioner,contacted_on,service,contact_type,contacts\n"
            f"c{month},{'RXX' if month < '08' else 'RNW'},QYY,2025-{month}-12,HV,visit,{count}\n"
        )
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(folder: Path, number: int, posted: str = "journal", **more: str) -> Result:
    """One of the six runs, the first being 1; nothing is posted by it."""
    months, day = RUNS[number - 1]
    engine = Engine(plugins=[tallystick_rules.plugin], discover=False)
    day = more.get("as_at", day)
    return engine.settle(folder, months=months, as_at=datetime.date.fromisoformat(day), posted=posted)  # type: ignore[arg-type]


def pounds(one: Payable) -> tuple[str, str, int, int, int, int]:
    """A pair as a statement has it, in whole pounds: payer, payee, due to date, on account, said before, now."""
    of = [pence // 100 for pence in one[3:]]
    assert [pence * 100 for pence in of] == list(one[3:]), "every figure of the six months is in whole pounds"
    return (one.payer, one.payee, of[0], of[1], of[2], of[3])


def net(result: Result) -> dict[tuple[str, str], int]:
    """What each rule brings the provider in each month, in whole pounds."""
    found: dict[tuple[str, str], int] = {}
    for line in result.settlement.lines:
        sign = (line.payee == "RXX") - (line.payer == "RXX")
        found[line.period, line.label] = found.get((line.period, line.label), 0) + sign * line.pence
    assert not any(pence % 100 for pence in found.values())
    return {place: pence // 100 for place, pence in found.items()}
