"""Strategies: whole worlds that Hypothesis draws, with rules, contracts, price lists and activity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
from hypothesis import strategies as st

from tests.properties.chance import drawn
from tests.properties.expressions_drawn import Drawing
from tests.properties.places import COLUMNS, A, C, D, F, K, P, Place, R
from tests.properties.rows_drawn import (
    AMOUNTS,
    CODES,
    COUNTS,
    DAYS,
    MOMENTS,
    PRICES,
    RATES,
    WIDE_AMOUNTS,
    Rows,
    activity,
    price_rows,
)
from tests.properties.rulings import Ruling
from tests.properties.sayings import Saying
from tests.properties.worlds import AS_AT, ContractSaid, RuleSaid, UseSaid, World

SPANS = (
    ("2025-04-01", "2026-03-31", "year"),
    ("2025-04-01", "2026-03-31", "quarter"),
    ("2025-04-01", "2026-03-31", "month"),
    ("2025-04-01", "2026-03-31", "quarter"),
    ("2024-10-01", "2026-09-30", "year"),
    ("2025-10-01", "2026-04-10", "quarter"),
    ("2025-05-31", "2025-12-15", "month"),
    ("2024-02-29", "2026-02-27", "year"),
)
"""Years of the usual kind and contracts' own, cut off at the end, from the end of a month and from a leap day."""


def worlds(
    *, wide: bool = False, deep: int = 3, most_contracts: int = 6, beyond: bool = True
) -> st.SearchStrategy[World]:
    """Worlds; with ``wide`` amounts reach 2^62, and without ``beyond`` no rule looks beyond its contract."""
    return drawn(Drawing, lambda of: _world(of, wide=wide, deep=deep, most_contracts=most_contracts, beyond=beyond))


def _world(of: Drawing, *, wide: bool, deep: int, most_contracts: int, beyond: bool) -> World:
    two_rows = of.pick(*[False] * 4, True)
    rules = _rules(of, wide=wide, deep=deep, beyond=beyond)
    contracts = _contracts(of, rules, wide=wide, size=of.pick(*range(1, most_contracts + 1)))
    step = ("uplift", {"by": of.pick(*RATES[:9])}, of.pick(None, 100, 1))
    towards = ("towards", {"towards": "local", "part": of.pick(*RATES)}, of.pick(None, 5))
    return World(
        rules=rules,
        contracts=contracts,
        rows=activity(of, Rows(wide=wide), two_rows=two_rows),
        base=price_rows(of),
        local=price_rows(of),
        steps=of.pick((), (step,), (step, towards)),
        opening=of.pick(*(AMOUNTS[:2]), 100_000),
        rounding=of.pick(1, 1, 1, 100),
        wide=wide,
        two_rows=two_rows,
        as_at=of.pick(*[AS_AT] * 9, None),
    )


def _rules(of: Drawing, *, wide: bool, deep: int, beyond: bool) -> tuple[RuleSaid, ...]:
    """One to three local rules, of which some may build on the first; and rules of the scheme."""
    base = _rule(of, "local-0", Place(wide=wide), deep)
    made = [base]
    for number in range(1, of.pick(1, 2, 2, 3)):
        refers = of.pick("", _pays_for(base))
        made.append(_rule(of, f"local-{number}", Place(wide=wide, refers=refers), deep, to="local-0" if refers else ""))
    for number in range(of.pick(0, 1, 1, 2) if beyond else 0):
        refers = "" if number == 0 else of.pick("", _pays_for(made[-1]))
        said = _rule(
            of,
            f"scheme-{number}",
            Place(wide=wide, scheme=True, refers=refers),
            deep,
            to="scheme-0" if refers else "",
            scheme=True,
        )
        made.append(said)
    return tuple(made)


def _pays_for(base: RuleSaid) -> str:
    """The table whose rows a rule pays for in cash, if that is one and nothing else; else a dash."""
    grains = {_grain(flow[3]) for flow in (*base.moves, *base.more) if flow[0] == "flow" and flow[5] == "cash"}
    if base.claims:
        grains.add("stays")
    if any(one[0] == "carry" for one in (*base.moves, *base.more)):
        grains.add("-")
    return grains.pop() if len(grains) == 1 else "-"


def _grain(amount: Saying) -> str:
    """The table of an anchored amount."""
    return str(amount[2][1]) if amount[2][0] == "column" else "-"


def _rule(of: Drawing, name: str, at: Place, deep: int, *, to: str = "", scheme: bool = False) -> RuleSaid:
    def some(what: Callable[[Drawing, Place, int], Ruling], most: int) -> tuple[Ruling, ...]:
        return tuple(what(of, at, deep) for _ in range(of.pick(*range(most + 1))))

    at = attrs.evolve(at, party=of.pick("provider", "commissioner"))
    claims = some(_claim, 2)
    moves = some(_move, 3)
    if not claims and not moves:
        moves = (_flow(of, at, deep),)
    return RuleSaid(name=name, claims=claims, moves=moves, more=some(_move, 1), scheme=scheme, refers_to=to)


def _claim(of: Drawing, at: Place, deep: int) -> Ruling:
    row = attrs.evolve(at, grain="row", table="stays", refers="")
    where = of.pick(("eq", ("rows", "stays"), ("constant", "count", 1)), of.row_flag(row, 1))
    state = of.pick("priced", "priced", "covered", "excluded")
    priced: Saying = (
        "map",
        ("list_price", "price", ("column", "stays", "code"), ("column", "stays", "ended")),
        "as_amount",
    )
    amount = of.pick(priced, of.value(A, row, deep), of.maybe(A, row, deep - 1))
    if state != "priced":
        amount = of.pick(amount, None)
    named = of.pick(
        None, ("list_names", ("column", "stays", "code"), ("column", "stays", "ended")), of.value(F, row, 1)
    )
    units = of.pick(None, None, of.value(C, row, 1))
    return ("claim", state, "stays", of.pick("stay", "stay", "bed day", "test"), where, amount, named, units)


def _move(of: Drawing, at: Place, deep: int) -> Ruling:
    return of.pick(_flow, _flow, _flow, _flow, _figure, _figure, _carry, _law, _never)(of, at, deep)  # type: ignore[no-any-return]


def _spot(of: Drawing, at: Place) -> Place:
    grain = of.pick("row", "row", "contract", "contract", "list")
    return attrs.evolve(at, grain=grain, table=of.pick("stays", "stays", *COLUMNS) if grain == "row" else "")


def _flow(of: Drawing, at: Place, deep: int) -> Ruling:
    spot = _spot(of, at)
    payer, payee = of.pick(
        (_commissioner, _provider),
        (_provider, _commissioner),
        (_commissioner, _pot),
        (_pot, _provider),
        (_fund, _provider),
        (_commissioner, _fund),
        (_any_account, _provider),
        (_commissioner, _any_account),
        (_any_account, _any_account),
    )
    units = of.pick(None, None, of.value(C, spot, 1))
    book = of.pick("cash", "cash", "cash", "limit")
    return ("flow", payer(of, spot), payee(of, spot), of.anchored(A, spot, deep), units, book)


def _provider(of: Drawing, at: Place) -> Saying:
    return ("provider",)


def _commissioner(of: Drawing, at: Place) -> Saying:
    return ("commissioner",)


def _pot(of: Drawing, at: Place) -> Saying:
    return ("pot", "pot")


def _fund(of: Drawing, at: Place) -> Saying:
    return ("fund", "fund")


def _any_account(of: Drawing, at: Place) -> Saying:
    options: list[Saying] = [("number", "account"), ("account", of.value(K, at, 1))]
    options *= 3
    if at.grain in ("row", "contract"):
        options.append(("account", of.maybe(K, at, 1)))
    if at.grain == "row" and at.table == "stays":
        options += [("account", ("column", "stays", "provider"))] * 3
        options.append(("account", ("column", "stays", "maybe_code")))
    return of.pick(*options)  # type: ignore[no-any-return]


def _figure(of: Drawing, at: Place, deep: int) -> Ruling:
    spot = _spot(of, at)
    kind = of.pick(A, C, P, R, F)
    value = of.value(F, spot, deep) if kind is F else of.anchored(kind, spot, deep)
    return ("figure", of.pick("one", "two"), value)


def _carry(of: Drawing, at: Place, deep: int) -> Ruling:
    spot = _spot(of, at)
    pot = of.pick(("pot", "pot"), ("pot", "pot"), ("number", "account"))
    return (
        "carry",
        pot,
        of.anchored(A, spot, deep),
        of.value(D, spot, 1),
        of.pick(("commissioner",), _any_account(of, spot)),
    )


def _law(of: Drawing, at: Place, deep: int) -> Ruling:
    return ("law", of.anchored(A, _spot(of, at), deep), of.anchored(A, _spot(of, at), deep))


def _never(of: Drawing, at: Place, deep: int) -> Ruling:
    return ("never", of.row_flag(attrs.evolve(at, grain="row", table=of.pick(*COLUMNS)), deep))


def _contracts(of: Drawing, rules: tuple[RuleSaid, ...], *, wide: bool, size: int) -> tuple[ContractSaid, ...]:
    equal = of.pick(True, False, False)
    pool = of.pick(*AMOUNTS, 100, 1_000_000)
    alike = _given(of, wide=wide)
    one = of.pick(*SPANS)
    # contracts that share something out settle alike, or they are refused
    spans = (one,) if any(said.scheme for said in rules) else of.pick(SPANS, (one,))
    made = []
    for number in range(size):
        first, last, settles = of.pick(*spans)
        uses = []
        for said in _held(of, rules):
            given = alike if equal else _given(of, wide=wide)
            given = {**given, "pool": pool, "twice": not said.scheme and of.pick(False, False, True)}
            label = said.name if said.scheme else of.pick(said.name, f"a {said.name}", f"z {said.name}")
            uses.append(UseSaid(said.name, label, given, said.scheme or of.pick(True, True, True, False)))
        for place, one in enumerate(uses):
            if to := next(r for r in rules if r.name == one.rule).refers_to:
                other = next(u.label for u in uses if u.rule == to)
                uses[place] = attrs.evolve(one, given={**one.given, "on": other})
        made.append(
            ContractSaid("FACBED"[number], of.pick("RA", "RB"), of.pick("QA", "QB"), first, last, settles, tuple(uses))
        )
    return tuple(made)


def _held(of: Drawing, rules: tuple[RuleSaid, ...]) -> list[RuleSaid]:
    """Which rules a contract holds: any, and with each the one that it builds on."""
    chosen = {said.name for said in rules if of.pick(True, True, False)} or {rules[0].name}
    chosen |= {said.refers_to for said in rules if said.name in chosen and said.refers_to}
    return [said for said in rules if said.name in chosen]


def _given(of: Drawing, *, wide: bool) -> dict[str, Any]:
    """Parameters of each kind: the same always, dated, or (rarely) only from a day within the contract."""
    amounts = WIDE_AMOUNTS if wide else AMOUNTS
    pools = {
        "amount": amounts,
        "price": PRICES,
        "rate": RATES,
        "count": COUNTS,
        "flag": (True, False),
        "day": DAYS,
        "moment": MOMENTS,
        "code": CODES,
        "account": ("RZZ", "A/pot", "scheme/fund", "RA"),
        "prices": ("base", "local", "derived"),
    }
    given: dict[str, Any] = {name: _dated(of, values) for name, values in pools.items()}
    given["parts"] = [
        {
            "code": of.pick(*CODES),
            "nights": of.pick(0, *COUNTS),
            "amount": _dated(of, amounts),
            "rate": of.pick(*RATES[:5], *RATES),
            "price": of.pick(*PRICES),
            "maybe_amount": of.pick(None, *amounts[:4]),
        }
        for _ in range(of.pick(0, 1, 2, 3))
    ]
    return given


def _dated(of: Drawing, values: tuple[Any, ...]) -> Any:
    way = of.pick(*["always"] * 8, *["dated"] * 3, of.pick("always", "always", "late"))
    if way == "always":
        return of.pick(*values)
    start = "2000-01-01" if way == "dated" else of.pick("2025-04-15", "2025-07-01")
    return {start: of.pick(*values), "2025-10-01": of.pick(*values), "2025-11-05": of.pick(*values)}


__all__ = ["D", "K", "P", "R", "worlds"]
