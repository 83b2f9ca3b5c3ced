"""What every engine is tried on: pairs that are hard to divide, a year full of ties, and worlds that are drawn."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from tallystick.kernel import check, pay
from tallystick.kernel.case import Case
from tallystick.kernel.errors import SettlementError
from tallystick.kernel.facts import Facts, Row
from tallystick.kernel.flows import Figure, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Price, Rate
from tallystick.kernel.language.words import (
    completed_years,
    days_between,
    earlier,
    first,
    hours_between,
    ratio,
    running,
    when,
)
from tallystick.kernel.parameters import parameter
from tallystick.kernel.pay.engines import engine_named, on_engine, speaking
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, rule
from tests.properties import national
from tests.properties.agreeing import Parts, differences
from tests.properties.expressions_drawn import Drawing
from tests.spec.drawn import Notes, Spells
from tests.support import case, contract, facts_of, framed_tables, use

LIMITS = (2**48, 2**50, 2**51, 2**53, 2**62, 2**80)
"""Where an engine may turn to another way to divide, or to another type."""


def hard_pairs(most: int) -> list[tuple[int, int]]:
    """What is above and below the line: quotients below ``most``, just below a whole number, at it, and above it."""
    of = random.Random(most)
    pairs = []
    for _ in range(800):
        below = of.choice((1, 2, 3, 7, 10, 97, 10_000, 999_983, 2**31 - 1, of.randrange(1, 2**40)))
        top = min(most - 1, (2**61 - 1) // below if most < 2**62 else most - 1)  # in 64 bits, then in more
        quotient = of.choice((0, 1, top, max(top - 1, 0), top // 2, of.randrange(top + 1)))
        above = quotient * below + of.choice((0, 0, below - 1, below // 2, min(1, below - 1)))
        pairs.append((min(above, most * below - 1), below))
    return pairs


def quotients(name: str, most: int) -> tuple[list[int], list[int]]:
    """What an engine makes of the hard pairs, and what they come to."""
    pairs, of = hard_pairs(most), engine_named(name)
    with speaking(of):
        wide = max(above for above, _ in pairs) >= 2**62
        dtype = of.wide if wide else nw.Int64
        values = {"n": range(len(pairs)), "above": [a for a, _ in pairs], "below": [b for _, b in pairs]}
        frame = of.small(values, {"n": nw.Int64, "above": dtype, "below": dtype})
        made = frame.select("n", of.quotient(nw.col("above"), nw.col("below"), most - 1).alias("made"))
        (found,) = of.collected([made.to_native()])
    return found.sort("n")["made"].to_list(), [above // below for above, below in pairs]


@rule("everything-of-a-row")
class EverythingOfARow(Rule):
    """Windows, look-ups, days, moments and roundings, each as a payment or a figure."""

    limit: Amount = parameter("The most that a period pays by the running sum.")
    share: Rate = parameter("What is rounded row by row.")
    hour: Price = parameter("The price of an hour.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow | Figure]:
        spells = activity.spells
        cost = spells.cost.or_else(0)
        up_to = running(cost.at_least(0))
        paid = up_to.at_most(self.limit) - (up_to - cost.at_least(0)).at_most(self.limit)
        yield Flow(contract.commissioner, contract.provider, paid, reason="up to the limit")
        yield Flow(contract.commissioner, contract.provider, cost * self.share, reason="a share, rounded in each row")
        part = ratio(spells.days.or_else(1), spells.days.or_else(0) + 3, otherwise="100%")
        yield Flow(contract.commissioner, contract.provider, cost * part, reason="a part of each row's own")
        hours = spells.arrived_at.map(lambda start: hours_between(start, spells.left_at._inner)).or_else(0)
        yield Flow(contract.commissioner, contract.provider, (self.hour * hours).as_amount(), reason="hours")
        days = spells.days.or_else(0)
        yield Figure("first of a person", when(first(spells), days))
        before = earlier(spells, where=cost > 0)
        yield Figure(
            "soon again", when(before.map(lambda day: days_between(day, spells.discharged) <= 30).is_yes(), days)
        )
        yield Figure("years", completed_years(spells.admitted.or_else(spells.discharged), spells.discharged))
        yield Figure("weekdays", spells.discharged.weekday())
        yield Figure("at night", when(spells.arrived_at.map(lambda at: at.minute_of_day() < 360).is_yes(), spells.rows))
        score = activity.notes.find("score", spell=spells.spell, kind="A")
        yield Figure("scores", score.or_else(0))
        yield Figure("noted", when(activity.notes.exist(spell=spells.spell, kind="B"), spells.rows))


def year(rows: int) -> tuple[Case, dict[str, list[Row]]]:
    """A year of so many spells on forty days: ties in every window, values that are missing, clocks that change."""
    of = random.Random(rows)
    days = [datetime.date(2025, 4, 1) + datetime.timedelta(days=9 * n) for n in range(40)]
    spells = [_spell(of, number, days) for number in range(rows)]
    notes = [
        {
            "note": f"n{number:05d}",
            "spell": spells[of.randrange(rows)]["spell"],
            "kind": kind,
            "score": of.choice((None, 1, 7)),
        }
        for number, kind in enumerate("ABC" * (rows // 20))
    ]
    notes = list({(one["spell"], one["kind"]): one for one in notes}.values())
    numbers = {"limit": "£9,999.99", "share": "1/7", "hour": "£0.055"}
    other = {"limit": "£100,000.01", "share": "-37/1000", "hour": "£60"}
    made = case(
        contract("A", use(EverythingOfARow, **numbers), settles="month"),
        contract("B", use(EverythingOfARow, **other), provider="RZZ", settles="quarter"),
        tables=[Spells, Notes],
    )
    specs = made.tables
    return made, {"spells": facts_of(specs["spells"], spells), "notes": facts_of(specs["notes"], notes)}


def _spell(of: random.Random, number: int, days: Sequence[datetime.date]) -> dict[str, Any]:
    discharged = of.choice(days)
    night = of.choice(
        (datetime.datetime.fromisoformat("2025-10-25T23:00"), datetime.datetime.fromisoformat("2026-03-28T22:30"))
    )
    arrived = of.choice((None, night, night + datetime.timedelta(minutes=of.randrange(300))))
    if arrived is not None and (arrived.month, arrived.day, arrived.hour) == (3, 29, 1):
        arrived = None  # an hour that there is not
    stay = datetime.timedelta(days=of.randrange(2), hours=4, minutes=of.randrange(60))
    return {
        "spell": f"s{number:06d}", "provider": of.choice(("RXX", "RXX", "RZZ")), "discharged": discharged,
        "person": of.choice((None, f"p{of.randrange(2_000)}")), "days": of.choice((None, 0, 1, 2, 5, 40)),
        "admitted": of.choice((None, datetime.date(2004, 2, 29), discharged)),
        "cost": of.choice((None, 0, 1, -1, of.randrange(-10_000, 100_000), 2**40 + of.randrange(1_000))),
        "arrived_at": arrived, "left_at": None if arrived is None else arrived + stay,
    }  # fmt: skip


def of_the_reference(made: Case, rows: Mapping[str, Sequence[Row]]) -> Parts:
    """What the reference finds."""
    return dict(check.read(compose(made), rows).parts())


def of_engine(name: str, made: Case, facts: Mapping[str, Facts]) -> Parts | str:
    """What the pay path finds on an engine; in words if it refuses."""
    try:
        return dict(pay.read(compose(made), on_engine(facts, name)).parts())
    except SettlementError as error:
        return f"refused: {error}"


def apart(name: str, made: Case, rows: Mapping[str, Sequence[Row]]) -> object:
    """What only the reference or only the engine finds in these rows; nothing where they agree."""
    program = compose(made)
    assert not program.stopped
    return differences(of_the_reference(made, rows), of_engine(name, made, framed_tables(program, rows)))


@rule("wide-sums")
class WideSums(Rule):
    """Parts of amounts near the end of 64 bits: products that need more, of quotients small and large."""

    small: Rate = parameter("A part so small that the quotient is.")
    large: Rate = parameter("Nearly all.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        cost = activity.spells.cost.or_else(0)
        yield Flow(contract.commissioner, contract.provider, cost * self.small, reason="a small part")
        yield Flow(contract.commissioner, contract.provider, cost * self.large, reason="nearly all")


def wide_sums() -> tuple[Case, dict[str, list[Row]]]:
    """Amounts of up to 2^61 pence, whose sum no 64 bits hold; halves among them."""
    of = random.Random(61)
    rates = {"small": "1/4096", "large": "999983/1000003"}
    made = case(
        contract("A", use(WideSums, **rates)), contract("B", use(WideSums, **rates), provider="RZZ"), tables=[Spells]
    )
    spells = [
        {
            "discharged": "2025-05-01", "provider": of.choice(("RXX", "RZZ")),
            "cost": of.choice((1, -1)) * of.choice((2**61 - of.randrange(9), 4096 * of.randrange(2**49) + 2048, 2048)),
        }
        for _ in range(300)
    ]  # fmt: skip
    return made, {"spells": facts_of(made.tables["spells"], spells)}


def national_world(number: int, part: int, parts: int) -> national.National:
    """A drawn world in which two contracts hold every so-manieth of the national rules, and what these refer to."""
    of = Drawing(number)
    drawn = national._world(of, None)
    shared = (national.fund_shared(of), national.exchange_shared(of))
    held = []
    for name in ("A", "B"):
        entries = national._entries(of, shared)
        taken = entries[part::parts]
        while missing := {label for one in taken for label in national._refers(one)} - {one.label for one in taken}:
            taken = [*taken, *(one for one in entries if one.label in missing)]
        held.append((name, f"R{name}", "QA", "quarter", tuple(taken)))
    return attrs.evolve(drawn, held=tuple(held))
