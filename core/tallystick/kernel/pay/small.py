"""The small grains: contracts, parties, lists and the scheme, exactly, in Python, a column at a time.

These are thousands of values, where the rows of activity are millions. A column is a list with one value for
each member of a *domain*: the contracts' periods, their cells, or the records of a rule's list. Missing is None,
which is also what a contract has that does not hold the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, compress
from typing import Any

from attrs import field, frozen

from tallystick.kernel.language.nodes import Kind, Node, walk
from tallystick.kernel.pay import operations
from tallystick.kernel.pay.exact import allotted, fitted, pair
from tallystick.kernel.pay.layout import Layout, terms
from tallystick.kernel.pay.lookups import Lookups, two_rows
from tallystick.kernel.pay.operations import Stopped
from tallystick.kernel.program import Program
from tallystick.kernel.reading import BAD_WEIGHT, NO_FIT

Column = list[Any]


@frozen(eq=False)
class Domain:
    """Members that a column has one value for, each with its place among the contracts' periods."""

    name: str
    size: int
    places: Sequence[int]
    """For each member, which contract's period it belongs to; -1 for a stopped contract's."""


@frozen(eq=False, kw_only=True)
class Small:
    """Columns of the small grains, each worked out once.

    ``sums`` gives what the rows came to: for a row node, a value for each cell. ``facts`` gives a total of
    facts for a party's or the scheme's window. ``only`` limits the periods that are worked out, where a
    balance has to wait for those before it; ``opened`` then gives each account's balance.
    """

    program: Program
    layout: Layout
    lookups: Lookups
    cell_sum: Callable[[Node], Column]
    fact_sum: Callable[[Node, str, int], Any]
    balance: Callable[[str, int], int | None]
    lists: dict[str, tuple[Domain, list[Mapping[str, Any]]]] = field(factory=dict)
    memo: dict[tuple[Node, str], Column] = field(factory=dict)
    holding: dict[frozenset[str], list[bool]] = field(factory=dict)
    indexes: dict[tuple[Any, ...], dict[tuple[Any, ...], list[Mapping[str, Any]]]] = field(factory=dict)
    cells: Domain = field(init=False)
    periods: Domain = field(init=False)

    def __attrs_post_init__(self) -> None:
        places: Sequence[int] = [place for _, _, place in self.layout.cells]
        one_each = range(len(places))
        object.__setattr__(
            self, "cells", Domain("cells", len(places), one_each if places == list(one_each) else places)
        )
        object.__setattr__(
            self, "periods", Domain("periods", len(self.layout.periods), range(len(self.layout.periods)))
        )

    def column(self, node: Node, domain: Domain) -> Column:
        """The node's value for each member of the domain."""
        node = node.bare
        known = self.memo.get((node, domain.name))
        if known is None:
            known = self.memo[node, domain.name] = self._column(node, domain)
        return known

    def held(self, node: Node) -> list[bool]:
        """For each cell, whether its contract is settled and holds every rule whose numbers the node reads."""
        named = {str(part.data[0]) for part in walk(node) if part.op in ("term", "column", "find")}
        mine = named | {name.rpartition(":")[0] for name in named}
        uses = frozenset(mine & set(self.program.uses))
        if uses not in self.holding:
            held = self.layout.holding(*(self.program.uses[identity].holders for identity in uses))
            self.holding[uses] = [place >= 0 and held[number] for number, _, place in self.layout.cells]
        return self.holding[uses]

    def at_periods(self, node: Node) -> Column:
        """The node's value for each contract's period."""
        return self.column(node, self.periods)

    def _column(self, node: Node, domain: Domain) -> Column:
        op = node.op
        if op == "literal":
            return [_plain(node.kind, node.data[0])] * domain.size
        if domain.name != "periods" and self._belongs_to_periods(node, domain):
            values = self.column(node, self.periods)
            if domain.places == range(len(values)):
                return values
            return [values[place] if place >= 0 else None for place in domain.places]
        if op in _LEAVES:
            return _LEAVES[op](self, node, domain)
        args = [self.column(arg, domain) for arg in node.args]
        return operations.apply(node, args, self.program.case.rounding, self.layout)

    def _belongs_to_periods(self, node: Node, domain: Domain) -> bool:
        if domain.name == "cells":
            return node.grain.name not in ("terms", "everywhere")
        return node.grain.name != domain.name

    def list_domain(self, name: str) -> Domain:
        """The records of a rule's list, contract by contract and period by period, in the order written."""
        if name not in self.lists:
            identity, _, part = name.rpartition(":")
            places: list[int] = []
            records: list[Mapping[str, Any]] = []
            holders = self.program.uses[identity].holders
            for place, (number, period) in enumerate(self.layout.periods):
                entry = holders.get(self.layout.contracts[number].id)
                for order, record in enumerate(entry.rows.get(part, ()) if entry else ()):
                    places.append(place)
                    records.append({"": order, **{k: line.at(period.first) for k, line in record.items()}})
            self.lists[name] = (Domain(name, len(places), places), records)
        return self.lists[name][0]

    def records(self, name: str) -> list[Mapping[str, Any]]:
        """The records of a rule's list, in the order of its domain."""
        self.list_domain(name)
        return self.lists[name][1]

    def domain_of(self, node: Node) -> Domain:
        """The domain that a node's own grain is worked out over."""
        name = node.grain.name
        return (
            self.list_domain(name) if ":" in name and not node.grain.table and name not in _TO_PERIODS else self.periods
        )


_AS_PAIRS = (Kind.PRICE, Kind.RATE)
_TO_PERIODS = ("contract", "terms", "provider", "commissioner", "scheme", "everywhere")


def _plain(kind: Kind, value: Any) -> Any:
    """A constant as columns hold it: ratios as pairs."""
    if value is not None and kind in _AS_PAIRS:
        return pair(value if type(value) is Fraction else Fraction(value))
    return value


def _term(small: Small, node: Node, domain: Domain) -> Column:
    identity, name = str(node.data[0]), str(node.data[1])
    values = terms(small.program, small.layout, identity, name, at_cells=domain.name == "cells")
    return [None if v is None else _plain(node.kind, v) for v in values] if node.kind in _AS_PAIRS else values


def _list_column(small: Small, node: Node, domain: Domain) -> Column:
    field_name = str(node.data[1])
    return [_plain(node.kind, record.get(field_name)) for record in small.records(str(node.data[0]))]


def _account(small: Small, node: Node, domain: Domain) -> Column:
    name = node.data[0]
    if node.op == "fund":
        return [f"scheme/{name}"] * domain.size
    accounts = [f"{contract.id}/{name}" for contract in small.layout.contracts]
    return small.layout.spread(accounts, at_cells=domain.name == "cells")


def _at_period(small: Small, node: Node, domain: Domain) -> Column:
    return small.column(node.args[0], small.periods)


def _previous(small: Small, node: Node, domain: Domain) -> Column:
    values = small.column(node.args[0], small.periods)
    return [values[before] if before >= 0 else None for before in small.layout.before]


def _so_far(small: Small, node: Node, domain: Domain) -> Column:
    """Added up from period to period, and begun again with each year of the contract."""
    ratio = node.kind in (Kind.PRICE, Kind.RATE)
    values = small.column(node.args[0], small.periods)
    sums: Column = []
    for before, (_, period) in zip(small.layout.before, small.layout.periods, strict=True):
        if before < 0 or period.months[0] == 0:
            sums.append((0, 1) if ratio else 0)
        else:
            sums.append(operations.plus(sums[before], values[before], ratio))
    return sums


def _balance(small: Small, node: Node, domain: Domain) -> Column:
    accounts = small.column(node.args[0], small.periods)
    return [
        account if account is None or type(account) is Stopped else small.balance(account, place)
        for place, account in enumerate(accounts)
    ]  # fmt: skip


def _looked_up(small: Small, node: Node, domain: Domain) -> Iterator[Stopped | tuple[Any, list[Mapping[str, Any]]]]:
    """For each member the values that are looked for, and the rows that hold them."""
    keys, fixed = (node.data[2], node.data[3]) if node.op == "find" else (node.data[1], node.data[2])
    on, table = node.data[4] if node.op == "find" else node.data[3], str(node.data[0])
    args = [small.column(arg, domain) for arg in node.args]
    for given in zip(*args, strict=True) if args else [()] * domain.size:
        stop = operations.stop_in(given)
        values = given[:-1] if on else given
        if stop is None and None not in given:
            yield values, small.lookups.found(table, keys, fixed, values, given[-1] if on else None)  # type: ignore[arg-type]
        else:
            yield stop or (values, [])


def _find(small: Small, node: Node, domain: Domain) -> Column:
    table, wanted, keys, *_, of_contract = node.data
    if of_contract:
        return _in_list(small, node, domain)
    found: Column = []
    for one in _looked_up(small, node, domain):
        if isinstance(one, Stopped):
            found.append(one)
        elif len(one[1]) > 1:
            found.append(two_rows(str(table), keys, one[0]))  # type: ignore[arg-type]
        else:
            found.append(_plain(node.kind, one[1][0].get(str(wanted))) if one[1] else None)
    return found


def _in_list(small: Small, node: Node, domain: Domain) -> Column:
    """The same in the contract's own list, in its period."""
    name, wanted, keys, fixed = node.data[:4]
    index = _index(small, str(name), keys, fixed)  # type: ignore[arg-type]
    args = [small.column(arg, domain) for arg in node.args]
    found: Column = [None] * domain.size
    if any(Stopped in map(type, column) for column in args):
        found = [operations.stop_in(given) for given in zip(*args, strict=True)]
    for member, records in enumerate(map(index.get, zip(domain.places, *args, strict=True))):
        if records is None:
            continue
        if len(records) > 1:
            found[member] = two_rows(str(name), keys, [column[member] for column in args])  # type: ignore[arg-type]
        else:
            found[member] = _plain(node.kind, records[0].get(str(wanted)))
    return found


def _index(
    small: Small, name: str, keys: Sequence[str], fixed: Sequence[tuple[str, str]]
) -> dict[tuple[Any, ...], list[Mapping[str, Any]]]:
    """The records of a rule's list by place and keys; not those that lack one, which nothing finds."""
    index = small.indexes.get((name, keys, fixed))
    if index is None:
        index = small.indexes[name, keys, fixed] = {}
        for place, record in zip(small.list_domain(name).places, small.records(name), strict=True):
            key = (place, *map(record.get, keys))
            if None not in key and all(record.get(one) == text for one, text in fixed):
                index.setdefault(key, []).append(record)
    return index


def _exists(small: Small, node: Node, domain: Domain) -> Column:
    return [one if isinstance(one, Stopped) else bool(one[1]) for one in _looked_up(small, node, domain)]


def _total(small: Small, node: Node, domain: Domain) -> Column:
    to, holders = node.data
    inner = node.args[0]
    if inner.grain.table and to == "contract":
        return added(small.cell_sum(inner), small.cells.places, small.periods.size, inner.kind)
    if inner.grain.table:
        return [small.fact_sum(inner, str(to), place) for place in range(small.periods.size)]
    inside = small.domain_of(inner)
    values = small.column(inner, inside)
    if to == "contract":
        return added(values, inside.places, small.periods.size, inner.kind)
    found: Column = [None] * small.periods.size
    for together in _groups(small, str(to), _held(small, str(holders))).values():
        parties = _parties(small, inner.grain.name, together)
        whole = added([values[alike[0]] for alike in parties], [0] * len(parties), 1, inner.kind)[0]
        for member in together:
            found[member] = whole
    return found


def _held(small: Small, identity: str) -> list[int]:
    held = small.layout.holding(small.program.uses[identity].holders)
    return [place for place, number in enumerate(small.layout.of_periods) if held[number]]


def _groups(small: Small, to: str, places: list[int]) -> dict[Any, list[int]]:
    """The periods that one value at the coarser grain is for: one party's, or all, in one window; by contract id."""
    groups: dict[Any, list[int]] = {}
    for place in sorted(places, key=lambda place: small.layout.contracts[small.layout.periods[place][0]].id):
        contract = small.layout.contracts[small.layout.periods[place][0]]
        party = getattr(contract, to) if to in ("provider", "commissioner") else contract.id if to == "contract" else ""
        groups.setdefault((party, small.layout.window(place)), []).append(place)
    return groups


def _parties(small: Small, grain: str, places: list[int]) -> list[list[int]]:
    """The periods of a window that are alike: a party's, which has one value whatever the number of its contracts."""
    if grain not in ("provider", "commissioner"):
        return [[place] for place in places]
    alike: dict[str, list[int]] = {}
    for place in places:
        alike.setdefault(getattr(small.layout.contracts[small.layout.periods[place][0]], grain), []).append(place)
    return [alike[party] for party in sorted(alike)]


def added(values: Column, places: Sequence[int], size: int, kind: Kind) -> Column:
    """Sums by place. A missing value in a sum stops whoever it is for."""
    ratio = kind in (Kind.PRICE, Kind.RATE)
    nothing: Any = (0, 1) if ratio else 0
    sums: Column = [nothing] * size
    if set(map(type, values)) <= {int}:  # nothing missing, nothing stopped: nearly always
        if len(values) == size and places == range(size):
            return values
        for value, place in compress(zip(values, places, strict=True), values):
            if place >= 0:
                sums[place] += value
        return sums
    for value, place in zip(values, places, strict=True):
        if place >= 0 and value != nothing:
            sums[place] = operations.plus(sums[place], value, ratio)
    return sums


def _share(small: Small, node: Node, domain: Domain) -> Column:
    whole, holders = str(node.data[0]), str(node.data[1])
    inside = small.domain_of(node.args[1])
    pots, weights, *limits = (small.column(arg, inside) for arg in node.args)
    parts: Column = [None] * inside.size
    for sharers in _sharing(small, inside, node.args[1].grain.name, whole, holders):
        ordered = [alike[0] for alike in sharers]
        bounds = [[limit[m] for m in ordered] for limit in limits]
        given = _given(pots[ordered[0]], [weights[m] for m in ordered], bounds)
        for alike, part in zip(sharers, given, strict=True):
            for member in alike:
                parts[member] = part
    return parts


def _given(pot: Any, weights: Column, limits: list[Column]) -> Column:
    """Each one's part, or for everyone what stops them."""
    pairs: Column = [
        weight if weight is None or isinstance(weight, (tuple, Stopped)) else (weight, 1) for weight in weights
    ]
    missing = Stopped(BAD_WEIGHT)
    stop = operations.stop_in(missing if pair is None else pair for pair in pairs)
    stop = stop or operations.stop_in(operations.MISSING if m is None else m for m in (pot, *chain(*limits)))
    if stop is None and any(above < 0 for above, _ in pairs):
        stop = missing
    if stop is not None:
        return [stop] * len(weights)
    given = fitted(pot, pairs, *limits) if limits else allotted(pot, pairs)
    return [Stopped(NO_FIT)] * len(weights) if given is None else list(given)


def _sharing(small: Small, inside: Domain, grain: str, whole: str, holders: str) -> Iterator[list[list[int]]]:
    """Who shares each pot, in the order that settles ties; those that are one party's periods are together."""
    places = _held(small, holders) if holders else list(range(small.periods.size))
    groups = _groups(small, whole, places).values()
    if inside is small.periods:
        yield from (_parties(small, grain, together) for together in groups)
        return
    records: dict[int, list[list[int]]] = {}
    for member, place in enumerate(inside.places):
        records.setdefault(place, []).append([member])
    for together in groups:
        sharers = [record for place in together for record in records.get(place, ())]
        if sharers:
            yield sharers


def _holds(small: Small, node: Node, domain: Domain) -> Column:
    held = small.layout.holding(small.program.uses[str(node.data[0])].holders)
    return small.layout.spread(held, at_cells=domain.name == "cells")


_LEAVES: dict[str, Callable[[Small, Node, Domain], Column]] = {
    "term": _term, "column": _list_column, "pot": _account, "fund": _account, "at_period": _at_period,
    "previous": _previous, "so_far": _so_far, "balance": _balance,
    "first_day": lambda small, *_: [period.first for _, period in small.layout.periods],
    "last_day": lambda small, *_: [period.last for _, period in small.layout.periods],
    "month_begins": lambda small, node, _: small.layout.month_begins(node), "holds": _holds, "find": _find,
    "exists": _exists, "total": _total, "allot": _share, "fit": _share,
}  # fmt: skip
