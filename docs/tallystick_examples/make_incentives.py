"""Makes the data files of ``incentives`` again, the same each time: three years of stays, events, results and scores.

Run as ``python -m tallystick_examples.make_incentives FOLDER``. A test holds the shipped files to it.

Four of the large hospital's five indicators are met in the first year. One score has not come in in the third. No
patient is in it, and no result is anyone's.
"""

from __future__ import annotations

import datetime
import random
import sys
from collections.abc import Iterator
from pathlib import Path

SEED = 2022
FIRST = 2022
HOSPITALS = {"ZP1": 90, "ZP2": 45}
"""How many elective stays end in a year of each hospital, and as many emergency stays that follow nothing."""

RESULTS = {
    "ZP1": {
        "staff vaccinated against flu": (90, 78, 74), "pressure ulcers assessed": (66, 61, 57),
        "antibiotics given into a vein": (24, 31, 28), "frailty looked for on arrival": (33, 44, 57),
        "discharged by noon": (8, 14, 22),
    },
    "ZP2": {
        "staff vaccinated against flu": (81, 84, 69), "pressure ulcers assessed": (52, 58, 60),
        "antibiotics given into a vein": (40, 36, 25),
    },
    "ZP3": {"staff vaccinated against flu": (72, 91, 88), "pressure ulcers assessed": (61, 47, 55)},
}  # fmt: skip
"""How many percent each provider's indicators came to in each year."""

SCORES: dict[str, tuple[int | None, ...]] = {"ZP1": (45, 52, 58), "ZP2": (60, 48, 48), "ZP3": (30, 52, None)}
"""Each provider's score of 100 in each year; the last has not come in."""

EVENTS = {
    ("ZP1", "medicine switch"): (900, 1_100, 1_150), ("ZP2", "medicine switch"): (420, 470, 300),
    ("ZP1", "medicines review"): (0, 640, 1_480), ("ZP3", "handoff"): (1_150, 1_420, 980),
}  # fmt: skip
"""How many of each kind of event there were in each year."""

FOLLOW_UPS = (11_200, 11_950, 12_600)
"""How many outpatient follow-ups the small hospital saw in each year; 12,000 are expected."""


def files() -> dict[str, str]:
    """Every file by its path in the workspace."""
    return {
        "data/spells.csv": _text(_stays()), "data/contacts.csv": _text(_events()),
        "data/attendances.csv": _text(_follow_ups()), "data/indicators.csv": _text(_results()),
    }  # fmt: skip


def write(folder: Path) -> None:
    """Write every file below ``folder``."""
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _stays() -> Iterator[str]:
    """Elective and emergency stays, and what followed some of them: readmissions after up to 45 days."""
    yield (
        "spell,provider,commissioner,patient_class,admission_method,age_years,admitted,discharged,length_of_stay_days,"
        "hrg,treatment_function,index_spell,index_admission_method,index_discharged"
    )
    drawn = random.Random(SEED)
    for provider, many in HOSPITALS.items():
        for year in range(3):
            for place in range(2 * many):
                name = f"{provider}-{year + 1}{place:03d}"
                method = "11" if place < many else "21"
                age, function = drawn.randrange(1, 95), drawn.choice(("110", "300", "300", "370"))
                begun = datetime.date(FIRST + year, 4, 1) + datetime.timedelta(days=drawn.randrange(330))
                ended = begun + datetime.timedelta(days=drawn.randrange(0, 12))
                yield _stay(drawn, name, provider, method, age, begun, ended, function, ",,")
                if drawn.random() < 0.22:
                    again = ended + datetime.timedelta(days=drawn.choice((0, 3, 9, 17, 26, 30, 31, 45)))
                    left = min(again + datetime.timedelta(days=drawn.randrange(1, 9)), datetime.date(FIRST + 3, 3, 31))
                    if again <= left:
                        link = f"{name},{method},{ended}"
                        yield _stay(drawn, f"{name}R", provider, "21", age, again, left, function, link)


def _stay(
    drawn: random.Random, name: str, provider: str, method: str, age: int, begun: datetime.date, ended: datetime.date,
    function: str, link: str,
) -> str:  # fmt: skip
    group = drawn.choice(("EL1", "EL2") if method == "11" else ("EM1", "EM2", "EM3"))
    days = (ended - begun).days
    return f"{name},{provider},ZQ1,1,{method},{age},{begun},{ended},{days},{group},{function},{link}"


def _events() -> Iterator[str]:
    """Switches, reviews and handoffs, a row for each quarter."""
    yield "contact,provider,commissioner,contacted_on,service,contact_type,contacts"
    for (provider, kind), years in EVENTS.items():
        for year, many in enumerate(years):
            for quarter in range(4):
                part = many // 4 + (quarter < many % 4)
                if part:
                    day = datetime.date(FIRST + year, 4, 15) + datetime.timedelta(days=91 * quarter)
                    name = f"{provider}-{year + 1}{quarter + 1}-{kind.replace(' ', '-')}"
                    yield f"{name},{provider},ZQ1,{day},{kind},{kind},{part}"


def _follow_ups() -> Iterator[str]:
    yield "attendance,provider,commissioner,attended,attendances,hrg,point_of_delivery"
    for year, many in enumerate(FOLLOW_UPS):
        for month in range(12):
            part = many // 12 + (month < many % 12)
            day = datetime.date(FIRST + year + (month > 8), (month + 3) % 12 + 1, 20)
            yield f"ZP2-{year + 1}{month + 1:02d},ZP2,ZQ1,{day},{part},WF01A,OPFUP"


def _results() -> Iterator[str]:
    """Each indicator's result and each score, on the last day of the year."""
    yield "row,indicator,provider,commissioner,measured_on,numerator,denominator"
    drawn = random.Random(SEED + 1)
    number = 0
    for year in range(3):
        day = datetime.date(FIRST + year + 1, 3, 31)
        for provider, indicators in RESULTS.items():
            for name, percents in indicators.items():
                number, below = number + 1, drawn.randrange(1, 9) * 100
                above = percents[year] * below // 100
                yield f"R{number:03d},{name},{provider},ZQ1,{day},{above},{below}"
            score = SCORES[provider][year]
            number += 1
            yield f"R{number:03d},value score,{provider},ZQ1,{day},{'' if score is None else f'{score},100'}" + (
                "," if score is None else ""
            )


if __name__ == "__main__":
    write(Path(sys.argv[1]))
