"""Shared savings: the minimum rate by number of people, and the share that quality leaves."""

from __future__ import annotations

import enum
from typing import Any

from attrs import frozen

from tallystick.kernel.errors import RuleError
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.series import Code, Count, Flag, Rate, literal
from tallystick.kernel.language.words import ratio, when
from tallystick.kernel.parameters import parameter


class Quality(enum.Enum):
    """What quality does to the share of savings."""

    IGNORED = "ignored"
    SCORE = "score"
    STANDARD = "standard"


@frozen(eq=False, kw_only=True)
class Band:
    """A band of people, both ends inclusive, over which the minimum rate goes from one rate to another in a line."""

    people_from: Count = parameter("The fewest people of the band.", at_least=0)
    people_to: Count | None = parameter("The most people of it; no limit if not said.", at_least=1, default=None)
    rate_from: Rate = parameter("The minimum rate for the fewest.", at_least=0, at_most=1)
    rate_to: Rate | None = parameter(
        "The minimum rate for the most; the same as for the fewest if not said.", at_least=0, at_most=1, default=None
    )


@frozen(eq=False, kw_only=True)
class PayerShare:
    """The share agreed for the people of one payer."""

    payer: Code = parameter("The payer's organisation code.")
    share: Rate = parameter("The largest share of its savings that the organisation earns.", at_least=0, at_most=1)


def check_bands(bands: Any) -> None:
    """Refuse a band of which only one end is said."""
    for number, band in enumerate(bands or ()):
        if (band.people_to is None) != (band.rate_to is None):
            says = "shared-savings: people_to and rate_to of a band are said together"
            raise RuleError(says, about=f"bands.{number}", write="both, or neither for a band without an end")


def sliding_rate(bands: Any, people: Count) -> tuple[Rate, Count]:
    """The minimum rate for so many people, exactly, and how many bands hold them, which has to be one."""
    held: Count = literal(Kind.COUNT, 0)
    above, width = held, held
    start: Rate = literal(Kind.RATE, 0)
    fall = start
    for number, band in enumerate(bands, start=1):
        inside = people >= band.people_from
        if band.people_to is not None:
            inside = (inside & (people <= band.people_to)).named(f"in band {number}")
            width = width + when(inside, band.people_to - band.people_from)
            fall = fall + when(inside, band.rate_from - band.rate_to)
        held = held + when(inside, literal(Kind.COUNT, 1))
        above = above + when(inside, people - band.people_from)
        start = start + when(inside, band.rate_from)
    along = ratio(above.named("people above the fewest of the band"), width.named("people over the band"), otherwise=0)
    fallen = along * fall.named("fall of the rate over the band")
    return (start.named("rate for the fewest of the band") - fallen).named("minimum rate by people"), held


@frozen(eq=False, kw_only=True)
class Shared:
    """What quality leaves: the share of savings, the share that a loss share is the rest of, and what is not known."""

    savings: Rate
    against_loss: Rate
    unknown: Flag
    """In which rows something is not recorded that decides one of them."""


def quality_share(rule: Any, rows: Any, largest: Rate, loss_goes_by_score: Flag) -> Shared:
    """Both shares of each row. A loss goes by the score wherever a standard is met, also where savings do not."""
    met, other, score = rows.quality_standard_met, rows.alternative_standard_met, rows.quality_score
    if rule.quality is Quality.IGNORED:
        return Shared(savings=largest, against_loss=largest, unknown=~rows.every)
    scored = largest * score.or_else(0)
    if rule.quality is Quality.SCORE:
        share = when(met.is_yes(), scored)
        unknown = met.is_missing() | (met.is_yes() & score.is_missing())
        return Shared(savings=share, against_loss=share, unknown=unknown)
    only_other = met.is_no() & other.is_yes()
    needs_score = only_other | (met.is_yes() & loss_goes_by_score)
    return Shared(
        savings=when(met.is_yes(), largest, when(only_other, scored)),
        against_loss=when(met.is_yes() | only_other, scored),
        unknown=met.is_missing() | (met.is_no() & other.is_missing()) | (needs_score & score.is_missing()),
    )
