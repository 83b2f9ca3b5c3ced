"""Outcomes and their indicators: what a contract says of them, and what a year's results say."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from tallystick.kernel.errors import RuleError
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import percent
from tallystick.kernel.language.series import Amount, Count, Day, Flag, Rate, literal
from tallystick.kernel.language.words import count, each_contract, ratio, total, when
from tallystick_rules.rules._last_year import Known, year_before

WHOLE = "the weights have to be all of it, or money would be given out that is not there, or forgotten"


class Without(enum.Enum):
    """What becomes of an indicator's part if there is no result that decides it."""

    PAID = "paid provisionally"
    HELD = "held"
    SHARED = "redistributed"
    LOST = "lost"
    LAST = "as last year"


@frozen(kw_only=True)
class Level:
    """A level of achievement: from which rate it is reached, and what share of the part it pays."""

    name: str
    at_least: Fraction
    pays: Fraction


@frozen(kw_only=True)
class Indicator:
    """An indicator of an outcome, as the table of indicators names it, with its weight within the outcome.

    With a baseline, or against last year, its levels are reached by what was achieved above that.
    """

    name: str
    weight: Fraction
    levels: tuple[Level, ...]
    baseline: Fraction | None = None
    against_last_year: bool = False

    @property
    def improves(self) -> bool:
        """Whether the levels are of improvement, and not of what was achieved."""
        return self.against_last_year or self.baseline is not None


@frozen(kw_only=True)
class Outcome:
    """An outcome, with its weight in the year's value and the indicators that show it."""

    name: str
    weight: Fraction
    indicators: tuple[Indicator, ...] = field(factory=tuple)


@frozen(eq=False, kw_only=True)
class Result:
    """One indicator's result: its weight in the whole, whether a result decides it, and what share that pays."""

    outcome: str
    indicator: str
    weight: Fraction
    given: Flag
    decides: Flag
    small: Flag
    rate: Rate
    pays: Rate
    before: Known | None
    improvement: Rate | None

    def has_no(self, treated: Without, not_measured: Without, too_small: Without | None) -> Flag | None:
        """Where the indicator's part is treated so; None if it never is."""
        here = [~self.given] if not_measured is treated else []
        here += [self.small] if too_small is treated else []
        return here[0] | here[1] if len(here) > 1 else here[0] if here else None


def check(outcomes: tuple[Outcome, ...]) -> None:
    """Refuse weights that do not sum to 100%, and levels that do not rise, at the outcome."""
    _weights("the outcomes", [one.weight for one in outcomes], "outcomes")
    names: set[str] = set()
    for place, outcome in enumerate(outcomes):
        about = f"outcomes.{place}"
        _weights(f"the indicators of “{outcome.name}”", [one.weight for one in outcome.indicators], about)
        for indicator in outcome.indicators:
            if indicator.name in names:
                says = f"the indicator “{indicator.name}” is listed twice, and its result would count twice"
                raise RuleError(says, about=about, write="one of them, or two results of two names")
            names.add(indicator.name)
            _levels(indicator, about)


def _weights(of: str, weights: list[Fraction], about: str) -> None:
    if any(weight < 0 for weight in weights):
        raise RuleError(f"the weights of {of} are zero or more", about=about)
    if (whole := sum(weights, Fraction(0))) != 1:
        says = f"the weights of {of} sum to {percent(whole)} and not to 100%: {WHOLE}"
        raise RuleError(says, about=about, write="weights that sum to 100%, as percentages or as ratios such as 1/3")


def _levels(indicator: Indicator, about: str) -> None:
    of = f"the levels of “{indicator.name}”"
    if not indicator.levels:
        raise RuleError(f"“{indicator.name}” has no level, so nothing would ever be earned", about=about)
    if indicator.baseline is not None and not 0 <= indicator.baseline <= 1:
        raise RuleError(f"the baseline of “{indicator.name}” lies from 0% to 100%", about=about)
    for below, level in zip((None, *indicator.levels), indicator.levels, strict=False):
        # To improve by nothing may be a level of its own; to achieve nothing is none.
        least = level.at_least >= 0 if indicator.improves else level.at_least > 0
        if not least or level.at_least > 1 or not 0 <= level.pays <= 1:
            above = "from" if indicator.improves else "above"
            raise RuleError(f"{of}: at_least lies {above} 0% and up to 100%, and pays from 0% to 100%", about=about)
        if below is not None and (level.at_least <= below.at_least or level.pays < below.pays):
            raise RuleError(f"{of} stand from the lowest to the highest, and a higher one pays no less", about=about)


def results(
    rows: Any, outcomes: tuple[Outcome, ...], day: Day, now: Flag, smallest: Count | None, *, look_back: bool = False
) -> list[Result]:
    """Every indicator's result of that day, by the names of outcome and indicator; with the year before's, if asked."""
    found = []
    for outcome in sorted(outcomes, key=lambda one: one.name):
        for indicator in sorted(outcome.indicators, key=lambda one: one.name):
            mine = (rows.indicator == indicator.name) & (rows.measured_on == day)
            given = mine & rows.numerator.is_given() & rows.denominator.is_given()
            above = total(when(given, rows.numerator.or_else(0))).named(f"{indicator.name}: reached it")
            below = total(when(given, rows.denominator.or_else(0))).named(f"{indicator.name}: could have")
            rate = ratio(above, below, otherwise=0).named(f"{indicator.name}: achieved")
            counts = now & (count(given) > 0) & (below > 0)
            small = counts & ~counts if smallest is None else counts & (below < each_contract(smallest))
            given_now, improvement = counts, None
            if indicator.improves:
                base = _baseline(indicator, Known(counts & ~small, rate))
                improvement = (rate - base.rate).named(f"{indicator.name}: above its baseline")
                given_now, small = counts & base.known, small & base.known
            pays: Rate = literal(Kind.RATE, 0)
            for level in indicator.levels:
                reached = (rate if improvement is None else improvement) >= level.at_least
                pays = when(reached, literal(Kind.RATE, level.pays), pays)
            decides, pays = given_now & ~small, pays.named(f"{indicator.name}: pays")
            found.append(Result(
                outcome=outcome.name, indicator=indicator.name, weight=outcome.weight * indicator.weight,
                given=given_now, decides=decides, small=small, rate=rate, pays=pays, improvement=improvement,
                before=year_before(Known(decides, pays)) if look_back else None,
            ))  # fmt: skip
    return found


def _baseline(indicator: Indicator, now: Known) -> Known:
    """What improvement is measured against: last year's result if it decides; else the baseline that is said."""
    said: Rate = literal(Kind.RATE, indicator.baseline or 0)
    if not indicator.against_last_year:
        return Known(now.known | ~now.known, said)
    last = year_before(now)
    if indicator.baseline is None:
        return last
    return Known(last.known | ~last.known, when(last.known, last.rate, said))


def parts(pot: Amount, weights: list[Rate], whole: Rate) -> Iterator[Amount]:
    """The pot by weights, to the last penny: what has come to each and all before it, rounded once, less those before.

    Nothing is given out where the whole is zero.
    """
    before: Amount | None = None
    so_far: Rate = literal(Kind.RATE, 0)
    for weight in weights:
        so_far = so_far + weight
        now = (pot * ratio(so_far, whole, otherwise=0)).as_line()
        yield now if before is None else now - before
        before = now
