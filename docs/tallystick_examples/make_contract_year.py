"""Makes the data files of ``contract_year`` again, the same each time: a year's submissions, restated month by month.

Run as ``python -m tallystick_examples.make_contract_year FOLDER``. A test holds the shipped files to it.

What happens in the year: each month is sent by the 15th of the next, and sent again with the month after. Some rows
are coded late, some come late, a duplicate is sent in June and taken out in July; one file comes after the freeze and
does not count, and another counts because that was agreed. The provider merges into another on 1 October.
"""

from __future__ import annotations

import datetime
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve, frozen

from tallystick.kernel.case import months_later

SEED = 1834
"""The year in which the tally sticks were burnt."""

FIRST = datetime.date(2025, 4, 1)
MERGED = datetime.date(2025, 10, 1)
CODES = ("WF01A", "WF01B", "WF02A")
ATTENDANCES, CONTACTS = 14, 9
"""About how many rows there are in a month."""

RUNS = "months,as_at,change,says"
_SAYS = {
    4: "The first statement: April as it was first sent.",
    5: "April is frozen: late rows move it once more. The price list is restated from April: arrears come once. One "
    "attendance is contested, and is not payable.",
    6: "A file for April comes after its freeze, and does not count.",
    7: "A duplicate of June is taken out. A file for May counts after its freeze, because that was agreed.",
    8: "The challenge of May is rejected, and its money is payable.",
    9: "The provider has merged into another, which is paid from now on, for the months before too. July is contested.",
    10: "The challenge of July is upheld, and its money goes back.",
    11: "A month like others.",
    12: "A variation: the fixed element rises from December.",
    1: "The virtual ward has come to its limit, to date.",
    2: "A month like others.",
    3: "The year is whole.",
}


@frozen(kw_only=True)
class Attended:
    """One row of attendances."""

    key: str
    day: datetime.date
    code: str
    many: int = 1


def files() -> dict[str, str]:
    """Every file by its path in the workspace."""
    drawn = random.Random(SEED)
    months = [months_later(FIRST, number) for number in range(12)]
    attended = {month: list(_attended(drawn, month)) for month in months}
    contacts = {month: list(_contacts(drawn, month)) for month in months}
    made = dict(_submissions(months, attended, contacts))
    made["reconciliation.csv"] = _lines("month,flex,freeze", (
        f"{month:%Y-%m},{months_later(month, 1).replace(day=20)},{months_later(month, 2).replace(day=20)}"
        for month in months
    ))  # fmt: skip
    made["payments.csv"] = _lines("contract,payer,payee,paid_on,amount,reference,month", (
        f'millbrook,ZQ1,{"ZM1" if month < MERGED else "ZM9"},{month.replace(day=15)},"£100,000.00",'
        f"instalment for {month:%B %Y},{month:%Y-%m}"
        for month in months
    ))  # fmt: skip
    made["plan.csv"] = _lines("contract,label,months,amount,units,profile", (
        'millbrook,fixed element,2025-04..2026-03,"£1,200,000",,',
        'millbrook,outpatients,2025-04..2026-03,"£24,000",180,9%;9%;9%;8%;7%;8%;9%;9%;7%;9%;8%;8%',
        'millbrook,virtual ward,2025-04..2026-03,"£84,000",,',
    ))  # fmt: skip
    made["runs.csv"] = _lines(RUNS, (_run(month) for month in months))
    made["successors.csv"] = _lines("code,successor,from", (f"ZM1,ZM9,{MERGED}",))
    made["organisations.csv"] = _lines("code,name,from,to", (
        f"ZM1,Millbrook Community Services,,{MERGED - datetime.timedelta(days=1)}",
        f"ZM9,Millbrook and Eastmere Community Services,{MERGED},", "ZQ1,Millbrook Integrated Care Board,,",
    ))  # fmt: skip
    made["data/challenges.csv"] = _challenges(attended)
    made["prices/units.csv"] = _prices(118, 96, 61)
    made["prices/units-restated.csv"] = _prices(124, 99, 61)
    return made


def write(folder: Path) -> None:
    """Write every file below ``folder``."""
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _lines(heading: str, rows: Iterator[str] | tuple[str, ...]) -> str:
    return "\n".join([heading, *rows]) + "\n"


def _prices(first: int, follow_up: int, group: int) -> str:
    rows = (f"{code},,,{price}," for code, price in zip(CODES, (first, follow_up, group), strict=True))
    return _lines("code,from_day,to_day,price_pounds,not_priced", tuple(rows))


def _attended(drawn: random.Random, month: datetime.date) -> Iterator[Attended]:
    for number in range(ATTENDANCES + drawn.randrange(-3, 4)):
        day = month.replace(day=drawn.randrange(1, 29))
        yield Attended(key=f"A{month:%m}{number:02d}", day=day, code=drawn.choice(CODES))


def _contacts(drawn: random.Random, month: datetime.date) -> Iterator[tuple[str, datetime.date, int]]:
    winter = 2 if month.month in (11, 12, 1) else 0
    for number in range(CONTACTS + drawn.randrange(-2, 3) + winter):
        yield f"C{month:%m}{number:02d}", month.replace(day=drawn.randrange(1, 29)), drawn.randrange(4, 9)


def _run(month: datetime.date) -> str:
    change = "changes/december" if month.month == 12 else ""
    as_at = months_later(month, 1).replace(day=20)
    return f'{FIRST:%Y-%m}..{month:%Y-%m},{as_at},{change},"{_SAYS[month.month]}"'


def _submissions(
    months: list[datetime.date], attended: dict[datetime.date, list[Attended]],
    contacts: dict[datetime.date, list[tuple[str, datetime.date, int]]],
) -> Iterator[tuple[str, str]]:  # fmt: skip
    listed = []
    for month in months:
        sent = months_later(month, 1).replace(day=15)
        before = months_later(month, -1)
        stated = [before, month] if before in attended else [month]
        provider = "ZM1;ZM9" if month == MERGED else "ZM1" if month < MERGED else "ZM9"
        span = f"{stated[0]:%Y-%m}..{month:%Y-%m}"
        rows = [row for one in stated for row in _as_known(attended[one], one, final=one != month)]
        rows += [evolve(rows[-1], key="A0699")] if month.month == 6 else []  # one attendance, sent twice
        for table, text in (("attendances", _of_attendances(rows)), ("contacts", _of_contacts(stated, contacts))):
            name = f"submissions/{table}-{month:%Y-%m}.csv"
            yield name, text
            listed.append(f"{table},{name},{provider},{span},{sent},")
    late = Attended(key="A0497", day=datetime.date(2025, 4, 28), code=CODES[0])
    agreed = Attended(key="A0598", day=datetime.date(2025, 5, 27), code=CODES[1])
    for name, month, row, received, who in (
        ("late-april", "2025-04", late, "2025-07-02", ""),
        ("agreed-may", "2025-05", agreed, "2025-08-04", "ZQ1 by letter of 6 August 2025"),
    ):
        path = f"submissions/attendances-{name}.csv"
        whole = _as_known(attended[row.day.replace(day=1)], row.day.replace(day=1), final=True)
        yield path, _of_attendances([*whole, row])
        listed.append(f"attendances,{path},ZM1,{month},{received},{who}")
    yield "submissions.csv", _lines("table,file,provider,months,received,agreed", tuple(listed))


def _as_known(rows: list[Attended], month: datetime.date, *, final: bool) -> list[Attended]:
    """A month's rows as they are first sent: two are not there yet, and one is not coded as it will be."""
    if final:
        return rows
    other = CODES[(CODES.index(rows[0].code) + 1) % len(CODES)]
    return [evolve(rows[0], code=other), *rows[1:-2]] if month.month % 2 == 0 else rows[:-1]


def _provider(day: datetime.date) -> str:
    return "ZM1" if day < MERGED else "ZM9"


def _of_attendances(rows: list[Attended]) -> str:
    return _lines("attendance,provider,commissioner,attended,attendances,hrg", tuple(
        f"{row.key},{_provider(row.day)},ZQ1,{row.day},{row.many},{row.code}" for row in rows
    ))  # fmt: skip


def _of_contacts(
    months: list[datetime.date], contacts: dict[datetime.date, list[tuple[str, datetime.date, int]]]
) -> str:
    return _lines("contact,provider,commissioner,contacted_on,service,contact_type,contacts", tuple(
        f"{key},{_provider(day)},ZQ1,{day},VW,visit,{many}" for month in months for key, day, many in contacts[month]
    ))  # fmt: skip


def _challenges(attended: dict[datetime.date, list[Attended]]) -> str:
    one, other = (attended[datetime.date(2025, month, 1)][1].key for month in (5, 7))
    heading = "challenge,of_table,row,filter,by,reason,raised_on,decided_on,decision"
    return _lines(heading, (
        f"Q1,attendances,{one},,ZQ1,The patient was seen under another contract,2025-06-17,2025-08-21,rejected",
        f"Q2,attendances,{other},,ZQ1,No letter to the practice was sent,2025-09-25,2025-11-05,upheld",
    ))  # fmt: skip


if __name__ == "__main__":
    write(Path(sys.argv[1]))
