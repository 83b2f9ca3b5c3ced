"""Worlds of best practice and of patients' answers, for the rules that are worked out by hand."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from typing import Any

from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick.kernel.parameters import Label
from tallystick_rules.rules import AdmittedSpell, BestPracticeTariff, PatientExperience
from tallystick_rules.rules._answers import FewAnswers, NoAnswer
from tallystick_rules.rules._evidence import Criterion, Level
from tallystick_rules.rules.best_practice_tariff import Moves
from tallystick_rules.tables import AdmittedPrices, Answers, Evidence, Exemptions, Factors, Spells, UnitPrices
from tests.properties.by_hand import DAY, World, some_day, world
from tests.properties.by_hand_drawn import FIRST, LAST, Given, contracts, factors, parties, pounds, restated
from tests.support import case, fund, price_list, use

HIP = Level(name="hip", criteria=(Criterion(name="surgery", within_hours=36), Criterion(name="review")))
STROKE = tuple(Level(name=name, criteria=(Criterion(name=name),)) for name in ("admission", "imaging", "lysis"))
SETTING = Level(name="day case", setting={"patient_class": ("2",), "site": ("S1", "S2")})
NIGHT = Level(name="quick", criteria=(Criterion(name="surgery", within_hours=3),), setting={"site": ("S1",)})
SHAPES = ((HIP,), STROKE, (SETTING,), (HIP, NIGHT))
BEGINS = ("2025-03-29T20:00", "2025-10-25T20:00", "2025-06-10T08:00", "2025-10-26T01:30", "2025-03-30T01:15")


def best_practice_world(seed: int, rows: int) -> World:
    """Every shape of best practice, and every way in which its money moves."""
    rng = random.Random(seed)

    def rules(starts: datetime.date) -> list[RuleEntry]:
        return [best_practice(rng, f"best {n}") for n in range(rng.randint(1, 2))]

    made = contracts(rng, rules)
    lists = (factors(rng), worths(rng, "best", 4_000, 9_000), worths(rng, "fallback", 1, 6_000))
    the_case = case(*made, tables=(Spells, Evidence, UnitPrices, Factors), prices=lists, rounding=rng.choice((1, 100)))
    spells = [a_case(rng, made, f"s{n:04d}") for n in range(rows)]
    evidence = [line for spell in spells for line in recorded(rng, spell["spell"])]
    return world(the_case, spells=spells, evidence=evidence)


def use_best(rng: random.Random, *, scheme: bool = False) -> RuleEntry:
    """Best practice that is paid by case."""
    return best_practice(rng, "best", rng.choice((Moves.ADDED, Moves.TAKEN_OFF)), gateway=False, scheme=scheme)


def best_practice(
    rng: random.Random, label: str, moves: Moves | None = None, *, gateway: bool = True, scheme: bool = False
) -> RuleEntry:
    """One rule, of any shape."""
    given: Given = {"moves": moves or rng.choice(list(Moves)), "levels": rng.choice(SHAPES)}
    if gateway and rng.random() < 0.3:
        given["where"] = {"hrg": ("H1", "H2")}
    if rng.random() < 0.5:
        given["top_up"] = pounds(rng, 2_000)
    else:
        given |= {"prices": "best", "code": rng.choice(("hrg", None))}
        if rng.random() < 0.7:
            given["fallback_prices"] = "fallback"
    if rng.random() < 0.7:
        given["market_forces_factor"] = "factors"
    if gateway and rng.random() < 0.5:
        given["gateway"] = rng.choice(("0%", "20%", "50%", "60%", "1/3", "100%"))
    if given["moves"] in (Moves.TRUE_UP, Moves.NEXT_ROUND):
        given["expected"] = rng.choice(("0%", "60%", "33.3%", "0.125", "50%", "100%"))
    if given["moves"] is Moves.NEXT_ROUND and rng.random() < 0.5:
        given["carried_in"] = rng.choice(("£100.05", "-£3.33"))
    return use(BestPracticeTariff, label, standard=rng.choice(("one", "two")), scheme=scheme, **given)


def worths(rng: random.Random, name: str, least: int, most: int) -> Any:
    """A list of prices by group and by level; now and then one is not given."""
    rows: list[Given] = [{"code": "none", "not_priced": "local"}]
    for code in ("H1", "H2", "H3", "hip", "admission", "imaging", "lysis", "day case", "quick"):
        pence = rng.choice(("", ".05", ".995", ".005"))
        rows += restated(rng, code, lambda pence=pence: {"price": f"£{rng.randint(least, most)}{pence}"})
    return price_list(UnitPrices, name, *rows)


def a_case(rng: random.Random, made: Sequence[ContractCase], key: str) -> Given:
    """A spell that may be a case."""
    hrg = rng.choice(("H1", "H2", "H3")) if rng.random() < 0.98 else rng.choice(("none", "unknown"))
    return {
        **parties(rng, made), "spell": key, "discharged": some_day(rng, FIRST, LAST).isoformat(), "hrg": hrg,
        "patient_class": rng.choice("12"), "site": rng.choice(("S1", "S2", "S3", None)), "length_of_stay_days": 3,
        "admission_method": "21",
    }  # fmt: skip


def recorded(rng: random.Random, spell: str) -> list[Given]:
    """Evidence about a spell, of two standards: met, failed, left blank, or timed to the minute."""
    lines: list[Given] = []
    for standard in ("one", "two"):
        for criterion in ("surgery", "review", "admission", "imaging", "lysis"):
            if rng.random() < 0.3:
                continue
            line: Given = {"spell": spell, "standard": standard, "criterion": criterion}
            line["met"] = rng.choice((True, True, True, False, None))
            if criterion == "surgery":
                begins = datetime.datetime.fromisoformat(rng.choice(BEGINS))
                hours = rng.choice((36, 36, 35, 37, 3, 2, 4, 0, -1))
                ends = begins + datetime.timedelta(hours=hours, minutes=rng.choice((0, 0, 0, 1, -1)))
                line["started_at"] = begins.isoformat() if rng.random() < 0.9 else None
                line["finished_at"] = ends.isoformat() if rng.random() < 0.9 else None
            lines.append(line)
    return lines


def patients_world(seed: int, rows: int) -> World:
    """Every fate of a share that waits for an answer; half of the worlds share among the others."""
    rng = random.Random(seed)
    together = rng.random() < 0.5
    common = held(rng, together) if together else {}

    common_on = rng.choice((("price",), ("price", "best")))
    one_best = use_best(rng, scheme=True)

    def rules(starts: datetime.date) -> list[RuleEntry]:
        best = one_best if together else use_best(rng)
        on = common_on if together else rng.choice((("price",), ("price", "best")))
        given = dict(common) if together else held(rng, together)
        if "unreleased_to" in given:
            given["unreleased_to"] = rng.choice(("QAA", "QBB", "R99"))
        return [
            use(AdmittedSpell, "price", prices="admitted", market_forces_factor="factors", scheme=together), best,
            use(PatientExperience, "answer", on=tuple(map(Label, on)), scheme=together, **given),
        ]  # fmt: skip

    made = contracts(
        rng, rules, settles=rng.choice(("month", "quarter", "year")) if together else "",
        first="2025-04-01" if together else "",
    )  # fmt: skip
    lists = (factors(rng), worths(rng, "best", 4_000, 9_000), worths(rng, "fallback", 1, 6_000), simple_prices(rng))
    tables = (Spells, Answers, Exemptions, Evidence, UnitPrices, AdmittedPrices, Factors)
    as_at = some_day(rng, FIRST, LAST)
    the_case = case(
        *made, tables=tables, prices=lists, as_at=as_at, funds=(fund("others"),), rounding=rng.choice((1, 1, 100))
    )
    spells = [asked(rng, made, f"s{n:04d}") for n in range(rows)]
    evidence = [line for spell in spells for line in recorded(rng, spell["spell"])]
    answers = [line for spell in spells for line in said(rng, spell, as_at)]
    exemptions = [line for spell in spells for line in exempt(rng, spell, as_at)]
    return world(the_case, spells=spells, evidence=evidence, answers=answers, exemptions=exemptions)


def held(rng: random.Random, together: bool) -> Given:
    """What the rule says of answers, of no answer, and of those who are not asked."""
    given: Given = {"share": rng.choice(("5%", "12.5%", "0.333", "100%")), "question": "listened to"}
    given |= {"shared_through": "scheme/others"} if together else {"unreleased_to": "QAA"}
    given["no_answer"] = rng.choice(list(NoAnswer))
    ends: tuple[Given, ...] = ({"lapses_after_days": rng.choice((0, 30, 90))}, {"lapses_on": "2025-10-05"})
    if given["no_answer"] is NoAnswer.LAPSE or rng.random() < 0.5:
        given |= rng.choice(ends)
        if given["no_answer"] in (NoAnswer.LAPSE, NoAnswer.STAY_HELD):
            given["unanswered_to"] = rng.choice(("QAA", "R99"))
    if rng.random() < 0.4:
        given |= {"smallest": rng.choice((1, 2, 5)), "below_smallest": rng.choice(list(FewAnswers))}
    if rng.random() < 0.5:
        given["never_asked"] = {"discharge_method": ("4", "5"), "treatment_function": ("110",)}
    if rng.random() < 0.5:
        given["youngest_asked_years"] = rng.choice((16, 18))
    if rng.random() < 0.6:
        given["exempt_at_most"] = rng.choice(("0%", "10%", "1/3", "50%", "100%"))
    return given


def simple_prices(rng: random.Random) -> Any:
    """Prices of spells alone, some of half a penny."""
    return price_list(AdmittedPrices, "admitted", *({
        "code": code, "elective": pounds(rng, 900), "non_elective": pounds(rng, 900), "day_case": pounds(rng, 90),
        "short_stay_applies": False,
    } for code in ("H1", "H2", "H3")))  # fmt: skip


def asked(rng: random.Random, made: Sequence[ContractCase], key: str) -> Given:
    """A spell whose patient may be asked."""
    return {
        **a_case(rng, made, key), "hrg": rng.choice(("H1", "H2", "H3")),
        "age_years": rng.choice((15, 16, 18, 70, None)), "treatment_function": rng.choice(("110", "300", None)),
        "discharge_method": rng.choice(("1", "1", "1", "4", None)),
        "discharged": some_day(rng, datetime.date(2025, 4, 1), datetime.date(2025, 9, 30)).isoformat(),
    }  # fmt: skip


def said(rng: random.Random, spell: Given, as_at: datetime.date) -> list[Given]:
    """An answer, if there is one, on a day at some edge; and one to another question."""
    out = datetime.date.fromisoformat(spell["discharged"])
    days = (out, out + 10 * DAY, out + 30 * DAY, out + 31 * DAY, as_at, as_at + DAY, datetime.date(2025, 10, 5))
    lines = [
        {"question": question, "satisfied": rng.choice((True, True, False, False, None))}
        for question in ("listened to", "waited") if rng.random() < 0.5
    ]  # fmt: skip
    return [{"spell": spell["spell"], "answered_on": rng.choice(days).isoformat(), **line} for line in lines]


def exempt(rng: random.Random, spell: Given, as_at: datetime.date) -> list[Given]:
    """A decision that the spell is exempt, if there is one, on a day at some edge."""
    out = datetime.date.fromisoformat(spell["discharged"])
    day = rng.choice((out, out + 10 * DAY, out + 11 * DAY, out + 30 * DAY, as_at, as_at + DAY))
    decided = {"reason": "a right decision", "decided_by": "panel", "decided_on": day.isoformat()}
    return [{"spell": spell["spell"], **decided}] if rng.random() < 0.3 else []


__all__ = ["best_practice_world", "patients_world"]
