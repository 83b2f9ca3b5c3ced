"""Joins: what rows find in other tables, in price lists with a history, and in a rule's own lists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw

from tallystick.kernel.facts import Facts
from tallystick.kernel.language.nodes import Kind, Node, walk
from tallystick.kernel.pay import values as v
from tallystick.kernel.pay.divided import Division, Held, held
from tallystick.kernel.pay.engines import engine
from tallystick.kernel.pay.engines.base import ELAPSED, LOCAL, Beside
from tallystick.kernel.pay.expressions import Expressions, column
from tallystick.kernel.pay.layout import day_of_number, number_of_day
from tallystick.kernel.pay.leaves import DTYPES, Columns, history, leaf, segment_of
from tallystick.kernel.pay.lookups import Which, two_rows, which_of
from tallystick.kernel.pay.small import Small
from tallystick.kernel.pay.values import Value
from tallystick.kernel.tables import TableSpec

Row = Mapping[str, Any]
PLACE = "~place"
FEW_CODES = 1_000
"""Up to how many codes that contracts name the rows that are looked up are chosen by beforehand."""


class Joins:
    """Adds a left join to the frame for every table that a row looks in, once for each set of keys."""

    def __init__(
        self, facts: Mapping[str, Facts], lists: Callable[[str], Sequence[Row]], small: Small, roots: Iterable[Node],
        division: Division | None = None,
    ) -> None:  # fmt: skip
        self._facts = facts
        self._lists = lists
        self._small = small
        self._done: dict[Which, dict[str, Value]] = {}
        self._wanted: dict[Which, dict[str, Node]] = {}
        for node in walk(*(root.bare for root in roots)):
            if node.op in ("find", "exists"):
                wanted = self._wanted.setdefault(which_of(node), {})
                if node.op == "find":
                    wanted[str(node.data[1])] = node
        self.division, self.held = division, list[Held]()

    def __call__(self, rows: Expressions, node: Node) -> Value:
        """The value of a ``find`` or ``exists`` node in each row."""
        which = _alike(rows, which_of(node))
        if which not in self._done:
            alike = [one for one in self._wanted if _alike(rows, one) == which]
            self._wanted[which] = {name: wanted for one in alike for name, wanted in self._wanted[one].items()}
            self._done[which] = self._join(rows, which, node)
        return self._done[which]["" if node.op == "exists" else str(node.data[1])]

    def _join(self, rows: Expressions, which: Which, node: Node) -> dict[str, Value]:
        name = rows.name(which.table)
        given = [rows.value(arg) for arg in node.args]
        left = {f"{name}~{number}": one.expr for number, one in enumerate(given)}
        rows.flush()
        if which.table in self._facts and not which.on:
            if not self._facts[which.table].rows or (found := self._of_facts(rows, which, name)) is None:
                return self._nothing(which, given)
            right, values, two = found
            keys = [f"{key}~~right" for key in left]
            rows.frame = rows.frame.with_columns(**left).join(right, how="left", left_on=list(left), right_on=keys)
        else:
            columns, values, left, two = self._of_rows(rows, which, name, given)
            keys = [f"{key}~~right" for key in left]
            frame = rows.frame.with_columns(**left)
            rows.frame = engine().looked_up(frame, list(left), columns.values, columns.dtypes, keys)
        return _found(name, given, values, two=two)

    def beside(self, rows: Expressions, nodes: Iterable[Node]) -> None:
        """Look up what is in the same order as the rows, before anything else is asked of them."""
        others: list[Beside] = []
        by: str | None = None
        for which in dict.fromkeys(which_of(node) for node in nodes):
            facts = self._facts.get(which.table)
            key = None if facts is None else which.rising(rows.facts, facts)
            if key is None or facts is None or not facts.rows or by not in (None, key):
                continue
            name = rows.name(which.table)
            own = f"{name}~0~~right"
            given = [rows.value(arg) for arg in which.args if isinstance(arg, Node)]
            made, values = self._taken(which, name)
            repeats = not _is_unique(facts.spec, which)
            if repeats and self._wanted[which] and _twice(made(nw.from_native(facts.frame)), [own])[1] is not None:
                continue  # whoever looks at one of two rows has to be stopped
            others.append(Beside(facts=facts, key=which.keys[0], made=made, key_made=own, repeats=repeats))
            self._done[which], by = _found(name, given, values, two=False), key
        if rows.facts.known is not None:
            reach = None if self.division is None else self.division.reach(self.division.by)
            rows.frame = engine().beside(rows.facts, by, others, reach)

    def _nothing(self, which: Which, given: list[Value]) -> dict[str, Value]:
        """What rows find in a table without any: no join is needed for that."""
        stops = v.stops_of(*given)
        values = {"": Value(kind=Kind.FLAG, expr=nw.lit(False), stops=stops)}
        for wanted, node in self._wanted[which].items():
            missing = nw.lit(None, dtype=DTYPES[node.kind])
            local = nw.lit(None, dtype=nw.Int64) if node.kind is Kind.MOMENT else None
            values[wanted] = Value(
                kind=node.kind, expr=missing, local=local, optional=True, nothing=True, stops=stops
            )  # fmt: skip
        return values

    def _of_facts(self, rows: Expressions, which: Which, name: str) -> tuple[Any, dict[str, Value], bool] | None:
        """What rows find in another table, and the values that they read there; None if it has nothing for them."""
        facts, keys = self._facts[which.table], [f"{name}~{number}~~right" for number in range(len(which.keys))]
        made, values = self._taken(which, name)
        named, left = _named(rows, which), _of_rows_left(rows, which)
        if not all(named.values()):
            return None
        frame = _having_one_of(nw.from_native(facts.frame), named)
        if any(set(few) <= {""} for few in named.values()) and not _rows_of(frame):
            return None  # as a file's own statistics say at once
        is_one = not self._wanted[which] or _is_unique(facts.spec, which)
        # Of the rows that are left out too: what they find twice stops whoever has them.
        there, twice = (None, None) if is_one else _twice(made(frame), keys)
        if named and not (_rows_of(frame) if there is None else there):
            return None
        most = facts.rows if there is None else there
        self.held.append(held(which, rows.spec.name, self._wanted[which], facts, _having_one_of(frame, left), most))
        right = made(_having_one_of(self._in_its_part(rows, which, frame, named), left))
        if not self._wanted[which]:
            return right.unique(subset=keys), values, False
        if twice is None:
            return right, values, False
        kinds = [facts.spec.columns[key].kind for key in which.keys]
        columns, alike = Columns(), [tuple(row) for row in twice.select(keys).iter_rows()]
        for number, (key, kind) in enumerate(zip(keys, kinds, strict=True)):
            columns.add(key, [row[number] for row in alike], DTYPES[kind])
        why = [rows.reason(two_rows(which.table, which.keys, _said(row, kinds))) for row in alike]
        columns.add(f"{name}~~two", why, nw.Int64)
        right = right.unique(subset=keys).join(columns.frame(), how="left", on=keys)
        return right, values, True

    def _in_its_part(self, rows: Expressions, which: Which, frame: Any, named: Mapping[str, Collection[Any]]) -> Any:
        """Of what is looked in, the part that the rows of a part can find anything in."""
        key = None if self.division is None else which.key_of(rows.spec.name).get(self.division.by)
        if self.division is None or key is None or self._facts[which.table].known is None:
            return frame
        return _having_one_of(engine().part_of(self._facts[which.table], self.division.reach(key)), named)

    def _taken(self, which: Which, name: str) -> tuple[Callable[[Any], Any], dict[str, Value]]:
        """How a table's rows are turned into what rows find in it, and the values that those read there."""
        spec = self._facts[which.table].spec
        taken = {f"{name}~{number}~~right": nw.col(key) for number, key in enumerate(which.keys)}
        values: dict[str, Value] = {}
        for wanted in self._wanted[which]:
            if spec.columns[wanted].kind is Kind.MOMENT:
                taken[f"{name}~{wanted}{ELAPSED}"] = nw.col(f"{wanted}{ELAPSED}")
                taken[f"{name}~{wanted}{LOCAL}"] = nw.col(f"{wanted}{LOCAL}")
            else:
                taken[f"{name}~{wanted}"] = nw.col(wanted)
            values[wanted] = column(self._facts[which.table], wanted, of=f"{name}~{wanted}")
        found = {f"{name}~~found": nw.lit(True)}
        fixed = [nw.col(one) == text for one, text in which.fixed]
        return lambda frame: (frame.filter(*fixed) if fixed else frame).select(**taken, **found), values

    def _of_rows(
        self, rows: Expressions, which: Which, name: str, given: list[Value]
    ) -> tuple[Columns, dict[str, Value], dict[str, Any], bool]:
        """A small table, from plain rows: a price list by its stretches, or a rule's list by contract's period."""
        if which.of_contract:
            places = self._small.list_domain(which.table).places
            records = zip(places, self._small.records(which.table), strict=True)
            listed = _having(which.fixed, list(records))
            same = self._same_for_all(which.table, listed)
            stretch: Any = nw.col(PLACE) if same is None else None
            listed = listed if same is None else [(0, row) for row in same]
        else:
            listed = _having(which.fixed, [(0, row) for row in self._lists(which.table)])
            spread = history(row for _, row in listed) if which.on else None
            listed = spread.rows if spread else listed
            stretch = segment_of(given[-1].expr, spread.breaks) if spread and spread.breaks else None
        known = {key: one.code for key, one in zip(which.keys, given, strict=False) if one.code is not None}
        listed = _having(known.items(), listed)
        # What is the same in every row (the name of the price list, the only stretch of days) is no key of the join.
        left = {
            f"{name}~{n}": one.expr for n, (k, one) in enumerate(zip(which.keys, given, strict=False)) if k not in known
        }
        if stretch is not None or not left:
            left[f"{name}~{len(which.keys)}"] = nw.lit(0, dtype=nw.Int64) if stretch is None else stretch
        columns, kinds = Columns(), self._key_kinds(which)
        listed, twice = _once(listed, which)
        if any(twice):
            why = [rows.reason(two_rows(which.table, which.keys, key[1:])) if key else 0 for key in twice]
            columns.add(f"{name}~~two", why, nw.Int64)
        for number, key in enumerate(which.keys):
            values = [row.get(key) for _, row in listed]
            if kinds[key] is Kind.DAY:
                values = [None if v is None else number_of_day(v) for v in values]
            columns.add(f"{name}~{number}~~right", values, DTYPES[kinds[key]])
        columns.add(f"{name}~{len(which.keys)}~~right", [place for place, _ in listed], nw.Int64)
        made = {
            wanted: leaf(node, [_stored(node.kind, row.get(wanted)) for _, row in listed], f"{name}~{wanted}", columns)
            for wanted, node in self._wanted[which].items()
        }
        columns.add(f"{name}~~found", [True] * len(listed), nw.Boolean)
        return columns, made, left, any(twice)

    def _same_for_all(self, table: str, listed: Sequence[tuple[int, Row]]) -> Sequence[Row] | None:
        """The records of one contract's list, if every contract that holds the rule has these in every period."""
        holders = self._small.program.uses[table.rpartition(":")[0]].holders
        layout = self._small.layout
        found: dict[int, list[Row]] = {
            place: [] for place, (number, _) in enumerate(layout.periods) if layout.contracts[number].id in holders
        }
        for place, row in listed:
            found[place].append(row)
        first: list[Row] = next(iter(found.values()), [])
        return first if all(rows == first for rows in found.values()) else None

    def _key_kinds(self, which: Which) -> dict[str, Kind]:
        kinds = (arg.kind if isinstance(arg, Node) else Kind.CODE for arg in which.args)
        return dict(zip(which.keys, kinds, strict=False))


def _found(name: str, given: list[Value], values: Mapping[str, Value], *, two: bool) -> dict[str, Value]:
    """What a join has brought, by column, and under no name whether it found a row."""
    twice = Value(kind=Kind.FLAG, expr=None, stops=nw.col(f"{name}~~two").fill_null(0) if two else None)
    made = {wanted: attrs.evolve(one, stops=v.stops_of(*given, twice)) for wanted, one in values.items()}
    made[""] = Value(kind=Kind.FLAG, expr=~nw.col(f"{name}~~found").is_null(), stops=v.stops_of(*given))
    return made


def _alike(rows: Expressions, which: Which) -> Which:
    """The same, with texts for what is the same in every row: two rules may name one price list."""
    codes = (rows.leaves[arg].code if isinstance(arg, Node) and arg in rows.leaves else None for arg in which.args)
    return attrs.evolve(which, args=tuple(code or arg for code, arg in zip(codes, which.args, strict=True)))


def _named(rows: Expressions, which: Which) -> dict[str, Collection[Any]]:
    """What is looked for at all, by key, where contracts name it: a few codes or days."""
    found = {
        key: [arg] if isinstance(arg, str) else rows.among[arg]
        for key, arg in zip(which.keys, which.args, strict=True) if isinstance(arg, str) or arg in rows.among
    }  # fmt: skip
    return {key: few for key, few in found.items() if len(few) <= FEW_CODES}


def _of_rows_left(rows: Expressions, which: Which) -> dict[str, Collection[Any]]:
    """The same of what a row says itself, if only those rows are left that say what their contract names."""
    same = [pair for one in rows.guard if one.op == "eq" for pair in (one.args, one.args[::-1])]
    asked = {arg: key for key, arg in zip(which.keys, which.args, strict=True) if isinstance(arg, Node)}
    found = {asked[mine]: rows.among[named] for mine, named in same if mine in asked and named in rows.among}
    return {key: few for key, few in found.items() if len(few) <= FEW_CODES}


def _having_one_of(frame: Any, among: Mapping[str, Collection[Any]]) -> Any:
    """The rows that have one of some values in each of some columns."""
    return frame.filter(*(nw.col(key).is_in(sorted(few)) for key, few in among.items())) if among else frame


def _stored(kind: Kind, value: Any) -> Any:
    if value is None or kind not in (Kind.PRICE, Kind.RATE) or isinstance(value, tuple):
        return value
    return (value.numerator, value.denominator)


def _is_unique(spec: TableSpec, which: Which) -> bool:
    matched = {*which.keys, *(name for name, _ in which.fixed)}
    return any(set(unique) <= matched for unique in spec.unique)


def _twice(right: Any, keys: list[str]) -> tuple[int | None, Any]:
    """How many rows have all keys, if that is known, and the keys that more than one has; None if there are none.

    It is asked where the declaration does not promise one row.
    """
    there = right.filter(*[~nw.col(key).is_null() for key in keys])
    if (different := engine().all_different(there, keys)) is not None:
        return different, None
    held = there.group_by(keys).agg(nw.len().alias("~n"))
    (twice,) = engine().collected([held.filter(nw.col("~n") > 1).to_native()])
    return None, twice.sort(keys) if len(twice) else None


def _rows_of(right: Any) -> int:
    (counted,) = engine().collected([right.select(nw.len().cast(nw.Int64).alias("~n")).to_native()])
    return int(counted["~n"][0])


def _said(values: Sequence[Any], kinds: Sequence[Kind]) -> list[Any]:
    """Keys as people write them: days as dates."""
    return [
        day_of_number(value) if kind is Kind.DAY and value is not None else value
        for value, kind in zip(values, kinds, strict=True)
    ]


def _having(wanted: Iterable[tuple[str, str]], listed: Sequence[tuple[int, Row]]) -> Sequence[tuple[int, Row]]:
    """The rows with these texts in these columns."""
    for name, text in wanted:
        listed = [one for one in listed if one[1].get(name) == text]
    return listed


def _once(
    listed: Sequence[tuple[int, Row]], which: Which
) -> tuple[list[tuple[int, Row]], list[tuple[Any, ...] | None]]:
    """The rows without those that have the keys of another, and for each the keys, if there was another."""
    held: dict[tuple[Any, ...], list[tuple[int, Row]]] = {}
    for place, row in listed:
        key = (place, *map(row.get, which.keys))
        if None not in key:
            held.setdefault(key, []).append((place, row))
    return [rows[0] for rows in held.values()], [key if len(rows) > 1 else None for key, rows in held.items()]
