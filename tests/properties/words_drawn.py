"""What expressions of each kind can be made of: every word of the language that gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from tallystick.kernel.language.nodes import Kind
from tests.properties.places import A, C, D, F, K, M, P, Place, R
from tests.properties.sayings import Saying

if TYPE_CHECKING:
    from tests.properties.expressions_drawn import Drawing

Many = list[Callable[[], Saying]]
PROFILES = (
    ("8%", "8%", "8%", "8%", "8%", "8%", "8%", "8%", "9%", "9%", "9%", "9%"),
    ("1/12",) * 12,
    ("0%",) * 11 + ("100%",),
    ("1/3", "1/7", "0%", "0%", "1/2") + ("1/294",) * 7,
)


def _amounts(of: Drawing, at: Place, deep: int) -> Many:
    value = of.value
    made: Many = [
        lambda: ("times", value(A, at, deep), value(C, at, deep)),
        lambda: ("scale", value(A, at, deep), value(R, at, deep)),
        lambda: ("scale", value(A, at, deep), value(R, at, deep)),
        lambda: ("as_amount", value(P, at, deep)),
        lambda: ("times", value(P, at, deep), value(C, at, deep)),
        lambda: ("line", value(A, at, deep)),
        lambda: ("rest", value(A, at, deep), value(A, at, deep)),
    ]
    if at.own:
        contract = attrs.evolve(at, grain="contract", table="")
        made += [
            lambda: ("instalment", of.anchored(A, contract, deep), of.pick(None, *PROFILES)),
            lambda: ("balance", of.pick(("pot", "pot"), ("fund", "fund"))),
            lambda: _list_share(of, at, deep),
            lambda: _list_share(of, at, deep),
        ]
        if at.scheme:
            made += [lambda: _share(of, at, deep)] * 5
    if at.refers and at.own:
        made += [lambda: ("paid_total",), lambda: ("value_total",)]
        if at.refers == at.table and at.grain == "row":
            made += [lambda: ("paid",), lambda: ("value",)] * 2
    return made


def _list_share(of: Drawing, at: Place, deep: int) -> Saying:
    """A contract's pot among the records of its list; at another grain, what all of them are given."""
    inside, contract = attrs.evolve(at, grain="list", table=""), attrs.evolve(at, grain="contract", table="")
    pot = of.pick(("balance", ("pot", "pot")), of.anchored(A, contract, deep))
    weight = of.pick(
        ("part", of.pick("nights", "rate", "amount")), of.anchored(of.pick(C, R), inside, max(deep - 1, 0))
    )
    return _shared(of, pot, weight, inside, deep, whole=at.grain == "list")


def _share(of: Drawing, at: Place, deep: int) -> Saying:
    """A pot of the scheme or a party among contracts, their records, or parties and then their contracts."""
    contract = attrs.evolve(at, grain="contract", table="")
    grain = of.pick("scheme", at.party)
    whole = attrs.evolve(at, grain=grain, table="")
    pot = of.pick(("number", "pool"), of.anchored(A, whole, deep))
    if of.pick(True, False) or at.grain == "list":
        inside = attrs.evolve(at, grain="list", table="")
        weight = of.pick(("part", of.pick("nights", "rate", "amount")), of.anchored(C, inside, max(deep - 1, 0)))
        return _shared(of, pot, weight, inside, deep, whole=at.grain == "list")
    if of.pick(True, False, False) and grain == "scheme":
        party = attrs.evolve(whole, grain=at.party)
        pot = (
            "allot",
            pot,
            of.pick(
                of.anchored(C, party, 0),
                ("count", of.row_flag(Place(grain="row", table="stays", facts=True), 0), party.grain),
            ),
        )
    return _shared(of, pot, of.anchored(of.pick(C, R), contract, deep), contract, deep, whole=True)


def _shared(of: Drawing, pot: Saying, weight: Saying, inside: Place, deep: int, *, whole: bool) -> Saying:
    if of.pick(*[True] * 4, False) and weight[0] != "count":
        weight = ("when", ("ge", weight, ("sub", weight, weight)), weight, ("sub", weight, weight))  # none below zero
    made = ("allot", pot, weight)
    if of.pick(True, False):
        made = ("fit", pot, weight, *of.limits(inside, max(deep - 1, 0)))
    return made if whole else ("total", made, "contract")


def _prices(of: Drawing, at: Place, deep: int) -> Many:
    value = of.value
    return [
        lambda: ("times", value(P, at, deep), value(R, at, deep)),
        lambda: ("many", value(P, at, deep), value(C, at, deep)),
        lambda: ("rounded_to", value(P, at, deep), of.pick(1, 100, 5)),
    ]


def _rates(of: Drawing, at: Place, deep: int) -> Many:
    value = of.value

    def ratio() -> Saying:
        kind = of.pick(A, C, R, P)
        return ("ratio", value(kind, at, deep), value(kind, at, deep), value(R, at, 0))

    return [
        lambda: ("times", value(R, at, deep), value(R, at, deep)),
        lambda: ("times", value(R, at, deep), value(C, at, deep)),
        lambda: ("as_rate", value(C, at, deep)),
        lambda: ("hours", value(M, at, deep), value(M, at, deep)),
        ratio,
        ratio,
    ]


def _counts(of: Drawing, at: Place, deep: int) -> Many:
    value = of.value
    return [
        lambda: ("times", value(C, at, deep), value(C, at, deep)),
        lambda: ("days_between", value(D, at, deep), value(D, at, deep)),
        lambda: ("completed_years", value(D, at, deep), value(D, at, deep)),
        lambda: ("weekday", value(D, at, deep)),
        lambda: ("minute", value(M, at, deep)),
        *_parts_of_counts(of, at, deep),
    ]


def _parts_of_counts(of: Drawing, at: Place, deep: int) -> Many:
    contract = attrs.evolve(at, grain="contract", table="")
    if not at.own:
        return []
    return [
        lambda: ("instalment", of.anchored(C, contract, deep), of.pick(None, *PROFILES)),
    ]


def _flags(of: Drawing, at: Place, deep: int) -> Many:
    value = of.value

    def compared() -> Saying:
        kind = of.pick(A, P, R, C, D, M)
        return (of.pick("eq", "ne", "lt", "le", "gt", "ge"), value(kind, at, deep), value(kind, at, deep))

    made: Many = [
        compared,
        compared,
        lambda: (of.pick("eq", "ne"), value(K, at, deep), value(K, at, deep)),
        lambda: (of.pick("and", "or"), value(F, at, deep), value(F, at, deep)),
        lambda: ("not", value(F, at, deep)),
        lambda: ("is_in", value(K, at, deep), of.pick(("AB1",), ("AB2", "XY9", "RA"), ())),
        lambda: ("starts", value(K, at, deep), of.pick(("A",), ("X", "AB"), ())),
    ]
    if of.has_maybe(F, at):
        made += [
            lambda: (of.pick("is_given", "is_missing"), of.maybe(of.pick(A, P, R, C, F, D, M, K), at, deep)),
            lambda: (of.pick("is_yes", "is_no"), of.maybe(F, at, deep)),
            lambda: ("exists", "people", {"person": value(K, at, 0)}),
            lambda: ("exists", "notes", {"code": value(K, at, 0), "kind": "k"}),
            lambda: ("exists", "areas", {"code": value(K, at, 0)}, value(D, at, deep)),
        ]
    if at.own:
        made.append(lambda: ("list_names", value(K, at, 0), value(D, at, 0)))
    if at.grain == "row" and not at.facts and at.table in ("stays", "visits"):
        made += [lambda: ("first", at.table)] * 2
    return made


def _days(of: Drawing, at: Place, deep: int) -> Many:
    return [
        *[
            lambda: (
                "plus_days",
                of.value(D, at, deep),
                of.pick(("constant", "count", of.pick(-400, -1, 1, 30)), ("constant", "count", 7)),
            )
        ]
        * 3,
        lambda: ("day_of", of.value(M, at, deep)),
    ]


DEEPER: dict[Kind, Callable[[Drawing, Place, int], Many]] = {
    A: _amounts,
    P: _prices,
    R: _rates,
    C: _counts,
    F: _flags,
    D: _days,
    M: lambda *_: [],
    K: lambda *_: [],
}
MAPS: dict[Kind, tuple[Callable[[Drawing, Place, int], Saying], ...]] = {
    A: (
        lambda of, at, deep: (
            "map",
            of.maybe(A, at, deep),
            of.pick("add", "sub", "at_least", "at_most"),
            of.value(A, at, deep),
        ),
        lambda of, at, deep: ("map", of.maybe(A, at, deep), "scale", of.value(R, at, deep)),
        lambda of, at, deep: ("map", of.maybe(P, at, deep), "as_amount"),
        lambda of, at, deep: ("joined", "scale", of.maybe(A, at, deep), of.maybe(R, at, deep)),
        lambda of, at, deep: ("joined", "when", of.maybe(A, at, deep), of.maybe(A, at, deep), of.value(F, at, deep)),
    ),
    P: (
        lambda of, at, deep: ("map", of.maybe(P, at, deep), "times", of.value(R, at, deep)),
        lambda of, at, deep: ("joined", "times", of.maybe(P, at, deep), of.maybe(R, at, deep)),
        lambda of, at, deep: ("map", of.maybe(P, at, deep), "rounded_to"),
    ),
    R: (
        lambda of, at, deep: ("map", of.maybe(R, at, deep), of.pick("add", "times", "at_most"), of.value(R, at, deep)),
        lambda of, at, deep: ("map", of.maybe(C, at, deep), "as_rate"),
        lambda of, at, deep: ("joined", "hours", of.maybe(M, at, deep), of.maybe(M, at, deep)),
        lambda of, at, deep: ("joined", "ratio", of.value(C, at, deep), of.value(C, at, deep), of.maybe(R, at, deep)),
    ),
    C: (
        lambda of, at, deep: ("map", of.maybe(C, at, deep), of.pick("add", "times", "at_least"), of.value(C, at, deep)),
        lambda of, at, deep: ("map", of.maybe(D, at, deep), "weekday"),
        lambda of, at, deep: (
            "joined",
            of.pick("days_between", "completed_years"),
            of.maybe(D, at, deep),
            of.maybe(D, at, deep),
        ),
        lambda of, at, deep: ("map", of.maybe(M, at, deep), "minute"),
    ),
    F: (
        lambda of, at, deep: ("map", of.maybe(R, at, deep), of.pick("lt", "eq", "ge"), of.value(R, at, deep)),
        lambda of, at, deep: ("map", of.maybe(K, at, deep), of.pick("is_in", "starts")),
        lambda of, at, deep: ("joined", of.pick("lt", "eq"), of.maybe(M, at, deep), of.maybe(M, at, deep)),
        lambda of, at, deep: ("joined", of.pick("lt", "eq"), of.maybe(A, at, deep), of.value(A, at, deep)),
    ),
    D: (
        lambda of, at, deep: ("map", of.maybe(M, at, deep), "day_of"),
        lambda of, at, deep: ("map", of.maybe(D, at, deep), "plus_days", ("constant", "count", of.pick(-7, 40))),
    ),
}
